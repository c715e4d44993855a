"""Records written down by hand, spell by spell."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan, nan
from typing import Any

import numpy as np

from sim.machine import Network, NetworkBuilder, Records, Server
from sim.machine.pools import Duty
from sim.machine.records import COUNTED, DUTY, FIRST, GHOST, JOB, ON_DUTY, RESUMED, RETURNED, VISIT, Tally
from sim.machine.steps import Exit

DAY = 1440.0
Row = dict[str, Any]


def desk(end: float = 60.0, **attributes: Any) -> NetworkBuilder:
    """A network with streams `red` and `blue`, steps `phone` and `chat`, and a counted pool `team`."""
    b = NetworkBuilder("by hand", end=end, follow=attributes.pop("follow", 10_000.0), **attributes)
    b.recorded("red", to="phone", times=[])
    b.recorded("blue", to="chat", times=[])
    b.work("phone", served_by="team")
    b.work("chat", served_by="team")
    b.counted("team", 1)
    return b


def people(n: int, begin: float = 0.0, end: float = 60.0) -> list[Server]:
    """Named servers with one duty each."""
    return [Server(f"p{i}", (Duty(begin, end),)) for i in range(n)]


def spell(
    job: int,
    entered: float,
    started: float = nan,
    left: float = nan,
    exit: str = "done",
    *,
    step: str = "phone",
    pool: str = "team",
    released: float | None = None,
    server: int = -1,
    round: int = 0,
    ordinal: int = 0,
    ghost: bool = False,
    resumed: bool = False,
) -> Row:
    """One spell; a served one is by default released when it left."""
    if released is None:
        released = nan if isnan(started) or exit == "open" else left
    return {
        "job": job,
        "entered": entered,
        "started": started,
        "left": left,
        "released": released,
        "exit": exit,
        "step": step,
        "pool": pool,
        "server": server,
        "round": round,
        "ordinal": ordinal,
        "ghost": ghost,
        "resumed": resumed,
    }


def served(job: int, entered: float, started: float, left: float, **more: Any) -> Row:
    """A spell that was served to the end."""
    return spell(job, entered, started, left, "done", **more)


def lost(job: int, entered: float, left: float, exit: str = "abandoned", **more: Any) -> Row:
    """A spell that ended without service."""
    return spell(job, entered, nan, left, exit, **more)


def waiting(job: int, entered: float, **more: Any) -> Row:
    """A spell that is still in line when the run stops."""
    return spell(job, entered, nan, nan, "open", **more)


def duty(pool: str, begin: float, end: float, server: int = -1, servers: float = 1.0, kind: int = ON_DUTY) -> Row:
    """A stretch of duty or of a break."""
    return {"pool": pool, "begin": begin, "end": end, "server": server, "servers": servers, "kind": kind}


def diary(
    network: Network,
    spells: Sequence[Row] = (),
    duties: Sequence[Row] = (),
    *,
    stopped: float | None = None,
    stream: dict[int, str] | None = None,
    parent: dict[int, int] | None = None,
    birth: dict[int, float] | None = None,
    marks: dict[int, tuple[int, ...]] | None = None,
) -> Records:
    """Records of these spells, with one job row per job.

    A job is born when it enters first, unless `birth` says otherwise, ends with its last spell, and is of stream `red`;
    `parent` names the job that spawned it, `marks` its marks.
    """
    arrival: dict[tuple[int, str, int], float] = {}
    for s in spells:
        key = (s["job"], s["step"], s["round"])
        arrival[key] = min(arrival.get(key, s["entered"]), s["entered"])
    rows = []
    for s in sorted(spells, key=lambda s: (s["job"], s["entered"])):
        counted = 0.0 <= arrival[s["job"], s["step"], s["round"]] < network.end
        flags = (RETURNED if s["ordinal"] else FIRST) | (GHOST if s["ghost"] else 0) | (COUNTED if counted else 0)
        flags |= RESUMED if s["resumed"] else 0
        was_served = not isnan(s["started"])
        rows.append(
            (
                s["entered"],
                s["started"],
                s["left"],
                s["released"],
                s["job"],
                s["server"] if was_served else -1,
                network.step_index[s["step"]],
                network.pool_index[s["pool"]] if was_served and s["pool"] else -1,
                int(Exit[s["exit"].upper()]),
                s["round"],
                flags,
                s["ordinal"],
            )
        )
    parents, born = parent or {}, dict(birth or {})
    numbers = sorted({s["job"] for s in spells} | set(parents) | set(parents.values()) | set(born))
    jobs = np.zeros(len(numbers), dtype=JOB)

    def root(n: int) -> int:
        return root(parents[n]) if n in parents else n

    for number in numbers:
        born.setdefault(number, min((s["entered"] for s in spells if s["job"] == number), default=0.0))
    for row, number in zip(jobs, numbers, strict=True):
        mine = sorted((s for s in spells if s["job"] == number), key=lambda s: (s["entered"], s["ordinal"]))
        last = mine[-1] if mine else None
        row["key"] = row["number"] = number
        row["family"] = root(number)
        row["parent"] = parents.get(number, -1)
        row["stream"] = network.stream_index[(stream or {}).get(root(number), "red")]
        row["birth"] = born[number]
        row["exit"] = int(Exit[last["exit"].upper()]) if last else int(Exit.DONE)
        row["step"] = network.step_index[last["step"]] if last else 0
        still_open = bool(last) and row["exit"] == Exit.OPEN
        row["end"] = nan if still_open else last["left"] if last else born[number]
        row["counted"] = 0.0 <= born[root(number)] < network.end
        row["due"] = nan
        for i, mark in enumerate((marks or {}).get(number, ())):
            row["marks"][i] = mark
    table = np.zeros(len(duties), dtype=DUTY)
    for row, d in zip(table, duties, strict=True):
        row["begin"], row["end"], row["servers"] = d["begin"], d["end"], d["servers"]
        row["pool"], row["server"], row["kind"] = network.pool_index[d["pool"]], d["server"], d["kind"]
    nothing = Tally(np.zeros(len(network.steps)), np.zeros(len(network.pools)), 0, 0, 0, 0)
    end = network.end if stopped is None else stopped
    return Records(network, 1, 0, np.array(rows, dtype=VISIT), jobs, table, nothing, end)
