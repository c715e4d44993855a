"""Calls: one row per caller who asked for an agent, without any name or number of a person."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from calibration.tables import BadTable, read_text_table, row_problems

#: the columns of a call table; nothing else of a log is kept
CALL_COLUMNS = ("arrived", "type", "priority", "wait_seconds", "service_seconds", "outcome")
SERVED, ABANDONED = "served", "abandoned"


def read_calls(path: Path | str) -> pd.DataFrame:
    """The calls of a shipped log (``arrived,type,priority,wait_seconds,service_seconds,outcome``).

    Parameters
    ----------
    path : Path or str
        CSV, plain or gzip, as ``aftersim calibrate bank-log`` writes it.

    Returns
    -------
    DataFrame
        ``arrived`` (local date-time at which the caller joined the line), ``type`` (text), ``priority``
        (integer), ``wait_seconds`` [s], ``service_seconds`` [s] (NaN: abandoned, or not recorded),
        ``outcome`` (``served`` or ``abandoned``).

    Raises
    ------
    BadTable
        With all problems of the file: dates that are none, negative or missing waits, unknown outcomes,
        a service on an abandoned call.
    """
    text = read_text_table(
        path, CALL_COLUMNS, repair="a month of the original log is read by 'aftersim calibrate bank-log'"
    )
    arrived = pd.to_datetime(text["arrived"], format="%Y-%m-%d %H:%M:%S", errors="coerce")
    priority = pd.to_numeric(text["priority"], errors="coerce")
    wait = pd.to_numeric(text["wait_seconds"], errors="coerce")
    service = pd.to_numeric(text["service_seconds"], errors="coerce")
    blank = text["service_seconds"] == ""
    abandoned = text["outcome"] == ABANDONED
    rules = [
        ("arrived", arrived.isna(), "a date and time is expected", "write it as 1999-01-31 08:05:00"),
        ("type", text["type"] == "", "a call has a type", "name it, or leave the row out"),
        (
            "priority",
            ~(priority >= 0) | (priority % 1 != 0),
            "a whole number from 0 is expected",
            "write 0 for none",
        ),
        (
            "wait_seconds",
            ~((wait >= 0) & np.isfinite(wait)),
            "a wait is 0 or more seconds",
            "mend the row or leave it out",
        ),
        (
            "service_seconds",
            ~blank & ~((service >= 0) & np.isfinite(service)),
            "a service is 0 or more seconds",
            "leave the cell blank where none was recorded",
        ),
        (
            "service_seconds",
            abandoned & ~blank,
            "an abandoned call has no service",
            "leave the cell blank, or mend the outcome",
        ),
        (
            "outcome",
            ~text["outcome"].isin([SERVED, ABANDONED]),
            f"{SERVED} or {ABANDONED} is expected",
            "mend the row",
        ),
    ]
    problems = [
        problem
        for column, wrong, rule, repair in rules
        for problem in row_problems(path, text, column, wrong, rule, repair)
    ]
    if problems:
        raise BadTable(sorted(problems, key=lambda problem: problem.line or 0))
    return pd.DataFrame(
        {
            "arrived": arrived,
            "type": text["type"],
            "priority": priority.astype("int64"),
            "wait_seconds": wait.astype("float64"),
            "service_seconds": service.astype("float64"),
            "outcome": text["outcome"],
        }
    ).reset_index(drop=True)


def delayed(calls: pd.DataFrame) -> pd.DataFrame:
    """The calls that tell something about patience: those who met a delay.

    A caller served at once was never asked to be patient and carries no information. One who hung up in
    the line's very first second (wait 0, abandoned) was delayed.
    """
    return calls[(calls["wait_seconds"] > 0) | (calls["outcome"] == ABANDONED)]


def shipped(calls: pd.DataFrame) -> pd.DataFrame:
    """The call table as it is written: whole seconds, blanks where no service was recorded.

    Examples
    --------
    >>> row = {"arrived": pd.Timestamp("1999-01-01 06:55:26"), "type": "PS", "priority": 2,
    ...        "wait_seconds": 17.0, "service_seconds": 54.0, "outcome": "served"}
    >>> print(shipped(pd.DataFrame([row])).to_csv(index=False), end="")
    arrived,type,priority,wait_seconds,service_seconds,outcome
    1999-01-01 06:55:26,PS,2,17,54,served
    """
    return pd.DataFrame(
        {
            "arrived": calls["arrived"].dt.strftime("%Y-%m-%d %H:%M:%S"),
            "type": calls["type"],
            "priority": calls["priority"],
            "wait_seconds": calls["wait_seconds"].astype("Int64"),
            "service_seconds": calls["service_seconds"].astype("Int64"),
            "outcome": calls["outcome"],
        }
    )
