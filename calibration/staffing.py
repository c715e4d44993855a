"""Staffing: how many servers were there, when only their work was recorded.

The log has no roster, no breaks and no log-on times. Two kinds of evidence are joined, second by second:

*While somebody waits*, a free server would take the call; so the servers there are exactly the busy ones.
*While nobody waits*, a server is there from the first to the last service of a spell; a spell goes on
over gaps no longer than `longest_gap`. A longer gap is absence.

The second rule alone counts short breaks, and calls an agent let ring, as presence even while a line
stands before him; the first takes that back where it matters.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

#: a server who serves on both sides of a gap no longer than this was there in between [min]; of 10, 15 and 20
#: the one whose replays of the bank's February and March 1999 come closest in abandonment
LONGEST_GAP = 15.0
#: length of a row of the head-count [min]
INTERVAL = 30

Counts = NDArray[np.int64]


def servers_present(
    services: pd.DataFrame,
    waits: pd.DataFrame,
    *,
    start: pd.Timestamp,
    days: int,
    longest_gap: float = LONGEST_GAP,
    interval: int = INTERVAL,
) -> pd.DataFrame:
    """Servers present per interval, inferred from who was serving and whether anybody waited.

    Parameters
    ----------
    services : DataFrame
        ``server`` (text; empty: not recorded), ``began`` (local date-time), ``seconds`` [s].
    waits : DataFrame
        ``arrived`` (local date-time), ``wait_seconds`` [s] of all calls.
    start : Timestamp
        Start of the first interval, a midnight.
    days : int
        Length of the table [days].
    longest_gap : float
        Longest gap of a spell [min].
    interval : int
        Length of an interval [min]; divides a day.

    Returns
    -------
    DataFrame
        ``start`` (date-time of the interval), ``servers`` (mean number present, fractional), ``busy`` (mean
        number serving).

    Raises
    ------
    ValueError
        A gap or an interval that is not positive, or an interval that does not divide the day.

    Notes
    -----
    Known misfit. (1) Waiting before a spell's first call and after its last one is not seen: the count is
    too low at the edges of a shift. (2) A break shorter than `longest_gap`, taken while nobody waits, counts
    as presence: too high. (3) Within an interval only the mean is kept, while the real number moved with
    the line. (4) A server who is recorded in two services at once counts twice, as the work does.

    Examples
    --------
    >>> day = pd.Timestamp("1999-01-03")
    >>> at = lambda clock: day + pd.Timedelta(clock)
    >>> services = pd.DataFrame({"server": ["a", "a"], "began": [at("8:00:00"), at("8:20:00")],
    ...                          "seconds": [600, 600]})
    >>> waits = pd.DataFrame({"arrived": [at("8:15:00")], "wait_seconds": [300]})
    >>> table = servers_present(services, waits, start=day, days=1)
    >>> table.loc[table["start"] == at("8:00:00"), "servers"].round(3).tolist()   # away from 8:15 to 8:20
    [0.833]
    """
    if not longest_gap >= 0:
        raise ValueError(f"longest_gap: got {longest_gap}; 0 or more minutes are expected")
    if not (interval > 0 and 1440 % interval == 0):
        raise ValueError(f"interval: got {interval}; whole minutes that divide a day are expected, such as 30")
    if not days > 0:
        raise ValueError(f"days: got {days}; at least one day is expected")
    if start != start.normalize():
        raise ValueError(f"start: got {start}; a midnight is expected")
    length = days * 86_400
    begins = _second(services["began"], start)
    ends = begins + services["seconds"].to_numpy().astype("int64")
    arrivals = _second(waits["arrived"], start)
    leaves = arrivals + waits["wait_seconds"].to_numpy().astype("int64")
    busy = _level(begins, ends, length)
    there = _level(*_spells(services["server"].to_numpy(), begins, ends, longest_gap * 60), length)
    waiting = _level(arrivals, leaves, length)
    present = np.where(waiting > 0, busy, np.maximum(there, busy))
    rows = (days * 1440 // interval, interval * 60)
    return pd.DataFrame(
        {
            "start": pd.date_range(start, periods=rows[0], freq=f"{interval}min"),
            "servers": present.reshape(rows).mean(axis=1),
            "busy": busy.reshape(rows).mean(axis=1),
        }
    )


def agent_hours(table: pd.DataFrame) -> float:
    """Total of a head-count table [h]."""
    step = (table["start"].iloc[1] - table["start"].iloc[0]) / pd.Timedelta(1, "h")
    return float(table["servers"].sum() * step)


def gap_sensitivity(
    services: pd.DataFrame,
    waits: pd.DataFrame,
    *,
    start: pd.Timestamp,
    days: int,
    gaps: tuple[float, ...] = (2, 5, 10, 15, 20, 30, 60),
) -> pd.DataFrame:
    """Agent-hours of the whole period for several choices of the longest gap.

    Returns
    -------
    DataFrame
        ``longest_gap_minutes``, ``agent_hours``, ``busy_hours`` (the same for all).
    """
    rows = []
    for gap in gaps:
        table = servers_present(services, waits, start=start, days=days, longest_gap=gap)
        hours = len(table) and float(table["busy"].sum()) * INTERVAL / 60
        rows.append((gap, agent_hours(table), hours))
    return pd.DataFrame(rows, columns=["longest_gap_minutes", "agent_hours", "busy_hours"])


def _second(moments: pd.Series, start: pd.Timestamp) -> Counts:
    """Whole seconds since the start."""
    return ((moments - start) / pd.Timedelta(1, "s")).to_numpy().round().astype("int64")


def _level(begins: Counts, ends: Counts, length: int) -> Counts:
    """How many of the intervals [begin, end) cover each second."""
    change = np.zeros(length + 1, dtype=np.int64)
    np.add.at(change, np.clip(begins, 0, length), 1)
    np.add.at(change, np.clip(ends, 0, length), -1)
    return np.cumsum(change[:-1])


def _spells(servers: NDArray[np.object_], begins: Counts, ends: Counts, longest_gap: float) -> tuple[Counts, Counts]:
    """First and last second of each server's spells; services without a server make none."""
    first: list[int] = []
    last: list[int] = []
    for server in sorted(set(servers) - {""}):
        mine = servers == server
        order = np.argsort(begins[mine], kind="stable")
        begin, end = begins[mine][order], np.maximum.accumulate(ends[mine][order])
        new = np.flatnonzero(begin[1:] - end[:-1] > longest_gap) + 1
        first += begin[np.append(0, new)].tolist()
        last += end[np.append(new - 1, len(end) - 1)].tolist()
    return np.array(first, dtype=np.int64), np.array(last, dtype=np.int64)
