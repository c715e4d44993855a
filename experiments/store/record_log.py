"""The records of a run as tables: every visit, every job, every duty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from experiments.store.atomic_file import write_bytes
from experiments.store.tables import csv_bytes, parquet_bytes
from sim.lowering import Operation
from sim.machine import NamedPool, Records

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["parquet", "csv"]

FOLDER = "log"

COLUMNS = (
    ("visits", "job", "", "number of the contact in its replication; the key into jobs"),
    ("visits", "step", "", "contact type"),
    ("visits", "pool", "", "agent group that served, empty if nobody did"),
    ("visits", "server", "", "agent who served; empty where agents are counted"),
    ("visits", "entered", "min", "arrival, since the start of the period"),
    ("visits", "started", "min", "begin of the service; empty: never"),
    ("visits", "left", "min", "departure; empty: still there at the end"),
    ("visits", "released", "min", "end of the after-contact work"),
    ("visits", "exit", "", "done, abandoned, blocked, closed, open ..."),
    ("visits", "round", "", "attempt of the contact, from 0"),
    ("visits", "spell", "", "stretch of the visit, from 0; several if it was handed back or paused"),
    ("visits", "first", "", "first stretch of its visit"),
    ("visits", "returned", "", "stretch after a hand back or pause"),
    ("visits", "ghost", "", "left without telling; found gone when reached"),
    ("visits", "counted", "", "arrived in the period"),
    ("visits", "entered_at", "local time", "arrival on the wall clock"),
    ("jobs", "number", "", "number of the contact in its replication"),
    ("jobs", "key", "", "root of its luck"),
    ("jobs", "family", "", "number of the first contact of the same ticket"),
    ("jobs", "parent", "", "number of the contact that caused it, -1 for none"),
    ("jobs", "stream", "", "contact type it was born as"),
    ("jobs", "birth", "min", "since the start of the period"),
    ("jobs", "end", "min", "when it ended; empty: still open"),
    ("jobs", "step", "", "where it ended"),
    ("jobs", "exit", "", "how it ended"),
    ("jobs", "counted", "", "its ticket began in the period"),
    ("duty", "pool", "", "agent group"),
    ("duty", "server", "", "agent; empty where agents are counted"),
    ("duty", "begin", "min", "since the start of the period"),
    ("duty", "end", "min", "since the start of the period"),
    ("duty", "servers", "", "how many; 1 for a named agent"),
    ("duty", "on_break", "", "a break, not duty"),
)
"""File, column, unit and meaning."""


@dataclass(frozen=True)
class RecordLog:
    """Writes the records of each replication into the folder `log` of a run, in the process that made them.

    Parameters
    ----------
    folder : Path
        The run folder.
    kind : {"parquet", "csv"}
        Format.
    origin : float
        Start of the period [s since 1970, UTC].
    time_zone : str
        Name of the local time zone.
    """

    folder: Path
    kind: Kind
    origin: float
    time_zone: str

    @classmethod
    def of(cls, operation: Operation, folder: Path, kind: Kind) -> RecordLog:
        """A log for an operation; its folder is made, with a table of what the columns mean."""
        import pandas as pd

        period = operation.scenario.period
        home = folder / FOLDER
        home.mkdir(exist_ok=True)
        meaning = pd.DataFrame(COLUMNS, columns=["file", "column", "unit", "meaning"])
        write_bytes(home / "columns.csv", csv_bytes(meaning))
        return cls(folder, kind, period.local(0.0).astimezone(UTC).timestamp(), period.time_zone)

    def __call__(self, records: Records) -> None:
        """Write `visits`, `jobs` and `duty` of one replication.

        Raises
        ------
        OSError
            The disk is full, ...
        """
        tables = {"visits": self._visits(records), "jobs": records.job_frame(), "duty": self._duty(records)}
        for name, frame in tables.items():
            content = parquet_bytes(frame) if self.kind == "parquet" else csv_bytes(frame)
            write_bytes(self.folder / FOLDER / f"{name}-r{records.replication:04d}.{self.kind}", content)

    def _visits(self, records: Records) -> pd.DataFrame:
        import pandas as pd

        frame = records.visit_frame()
        frame["server"] = _server_names(records, records.visits["pool"], records.visits["server"])
        seconds = np.round((self.origin + records.visits["entered"] * 60.0) * 1000.0).astype("datetime64[ms]")
        frame["entered_at"] = pd.DatetimeIndex(seconds, tz="UTC").tz_convert(self.time_zone)
        return frame

    def _duty(self, records: Records) -> pd.DataFrame:
        import pandas as pd

        d = records.duty
        pools = np.array([p.name for p in records.network.pools], dtype=object)
        return pd.DataFrame(
            {
                "pool": pools[d["pool"]] if d.size else np.array([], dtype=object),
                "server": _server_names(records, d["pool"], d["server"]),
                "begin": d["begin"],
                "end": d["end"],
                "servers": d["servers"],
                "on_break": d["kind"] > 0,
            }
        )


def _server_names(records: Records, pool: np.ndarray, server: np.ndarray) -> np.ndarray:
    names = np.full(pool.size, None, dtype=object)
    for i, p in enumerate(records.network.pools):
        if isinstance(p, NamedPool):
            mine = np.flatnonzero((pool == i) & (server >= 0))
            own = np.array([s.name for s in p.servers], dtype=object)
            names[mine] = own[server[mine]]
    return names
