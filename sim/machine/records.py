"""What a run leaves behind: one row per spell, one per job, the duty tables (section 7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.machine.network import Network

if TYPE_CHECKING:
    import pandas as pd

VISIT = np.dtype(
    [
        ("entered", "f8"),
        ("started", "f8"),
        ("left", "f8"),
        ("released", "f8"),
        ("job", "u4"),
        ("server", "i4"),
        ("step", "u2"),
        ("pool", "i2"),
        ("exit", "u1"),
        ("round", "u1"),
        ("flags", "u1"),
        ("spell", "u1"),
    ]
)
"""One spell of a visit, 48 bytes. Times in minutes; NaN: never happened. `pool` and `server` are -1 when nobody
served; `server` is the number of the named server in its pool and -1 in a counted pool."""

FIRST, RETURNED, GHOST, COUNTED, RESUMED = 1, 2, 4, 8, 16
"""Flags of a spell: first of its visit, after a hand back or pause, silent leaver, its visit is counted, after a pause
(then it was not in line between `entered` and `started`)."""

JOB = np.dtype(
    [
        ("key", "u8"),
        ("birth", "f8"),
        ("end", "f8"),
        ("number", "u4"),
        ("family", "u4"),
        ("parent", "i4"),
        ("step", "i4"),
        ("stream", "i2"),
        ("exit", "u1"),
        ("counted", "u1"),
        ("marks", "u1", 8),
        ("due", "f8"),
    ]
)
"""One job. `number` is its birth ordinal in the run, `family` the number of its root, `parent` -1 for a root;
`step` and `exit` are the last ones; `end` is NaN while it is open; `counted` says that its family is."""

DUTY = np.dtype([("begin", "f8"), ("end", "f8"), ("servers", "f8"), ("pool", "i2"), ("server", "i4"), ("kind", "u1")])
"""Who was there: a stretch of duty (or of a break) of one server, or of `servers` counted ones (`server` -1)."""

ON_DUTY, ON_BREAK = 0, 1

SWITCH = np.dtype([("switch", "u2"), ("begin", "f8"), ("end", "f8")])
"""When a switch was on; `end` is NaN if it still was when the run stopped."""

MOST_OPEN = 1_000_000
"""Jobs alive at which a run stops unless told otherwise (rule 7.5)."""


@dataclass(frozen=True, eq=False)
class Tally:
    """Areas the engine kept while it ran, clipped to [0, end): the witness against which records are checked.

    Attributes
    ----------
    waiting : array, shape (steps,)
        Job-minutes in line.
    serving : array, shape (pools,)
        Unit-minutes of taken slots, after-work and kept slots included, paused work excluded.
    born, spawned, ended, open : int
        Jobs of the whole run.
    """

    waiting: NDArray[np.float64]
    serving: NDArray[np.float64]
    born: int
    spawned: int
    ended: int
    open: int


@dataclass(frozen=True, eq=False)
class Records:
    """Everything one replication left behind.

    Attributes
    ----------
    network : Network
        What was simulated.
    seed, replication : int
        Its luck.
    visits : structured array of `VISIT`
        Spells that overlap [0, end) or are counted, sorted by (job, entered), then as they were closed.
    jobs : structured array of `JOB`
        Jobs that have such a spell or a counted family, by number.
    duty : structured array of `DUTY`
        Who was there, after presence draws and rounding; breaks as they were taken.
    tally : Tally
        Witness areas and counts.
    stopped : float
        Time at which the run ended [min].
    cut : bool
        The run was stopped because more than `most_open` jobs were alive (rule 7.5): nothing after `stopped` is known.
    most_open : int
        The limit.
    switches : structured array of `SWITCH`
        When switches were on, in the order in which they turned on.
    """

    network: Network
    seed: int
    replication: int
    visits: NDArray[np.void]
    jobs: NDArray[np.void]
    duty: NDArray[np.void]
    tally: Tally
    stopped: float
    cut: bool = False
    most_open: int = MOST_OPEN
    switches: NDArray[np.void] = field(default_factory=lambda: np.empty(0, dtype=SWITCH))

    def visit_frame(self) -> pd.DataFrame:
        """Spells as a table with names in place of numbers."""
        import pandas as pd

        from sim.machine.steps import Exit

        v, n = self.visits, self.network
        steps = np.array([s.name for s in n.steps], dtype=object)
        pools = np.array([*(p.name for p in n.pools), None], dtype=object)
        exits = np.array([e.name.lower() for e in Exit], dtype=object)
        return pd.DataFrame(
            {
                "job": v["job"],
                "step": steps[v["step"]] if v.size else np.array([], dtype=object),
                "pool": pools[v["pool"]] if v.size else np.array([], dtype=object),
                "server": v["server"],
                "entered": v["entered"],
                "started": v["started"],
                "left": v["left"],
                "released": v["released"],
                "exit": exits[v["exit"]] if v.size else np.array([], dtype=object),
                "round": v["round"],
                "spell": v["spell"],
                "first": (v["flags"] & FIRST) > 0,
                "returned": (v["flags"] & RETURNED) > 0,
                "ghost": (v["flags"] & GHOST) > 0,
                "counted": (v["flags"] & COUNTED) > 0,
            }
        )

    def switch_frame(self) -> pd.DataFrame:
        """When each switch was on; `to` is missing while it still was when the run stopped."""
        import pandas as pd

        names = np.array([s.name for s in self.network.switches], dtype=object)
        s = self.switches
        name = names[s["switch"]] if s.size else np.array([], dtype=object)
        return pd.DataFrame({"switch": name, "from": s["begin"], "to": s["end"]})

    def job_frame(self) -> pd.DataFrame:
        """Jobs as a table with names in place of numbers."""
        import pandas as pd

        from sim.machine.steps import Exit

        j, n = self.jobs, self.network
        streams = np.array([s.name for s in n.streams], dtype=object)
        steps = np.array([*(s.name for s in n.steps), None], dtype=object)
        exits = np.array([e.name.lower() for e in Exit], dtype=object)
        frame = pd.DataFrame(
            {
                "number": j["number"],
                "key": j["key"],
                "family": j["family"],
                "parent": j["parent"],
                "stream": streams[j["stream"]] if j.size else np.array([], dtype=object),
                "birth": j["birth"],
                "end": j["end"],
                "step": steps[j["step"]] if j.size else np.array([], dtype=object),
                "exit": exits[j["exit"]] if j.size else np.array([], dtype=object),
                "counted": j["counted"] > 0,
            }
        )
        for i, mark in enumerate(n.marks):
            frame[mark] = j["marks"][:, i]
        return frame


def sorted_visits(rows: bytes, dropped: Sequence[int] = ()) -> NDArray[np.void]:
    """Packed rows of `VISIT`, in the order in which they were closed, as an array in the agreed order (rule 7.2).

    Rows whose numbers are in `dropped` are left out.
    """
    visits = np.frombuffer(rows, dtype=VISIT).copy()
    if dropped:
        visits = np.delete(visits, dropped)
    return visits[np.lexsort((visits["entered"], visits["job"]))]
