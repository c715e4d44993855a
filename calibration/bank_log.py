"""The bank's log: one month of the original columns -> calls, services and a cleaning report.

Source: "Anonymous Bank" call-centre data, Technion, Faculty of Industrial Engineering and Management
(I. Guedj and A. Mandelbaum, 2000); described in Brown, Gans, Mandelbaum, Sakov, Shen, Zeltyn and Zhao
(2005), JASA 100(469), 36-50.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from calibration.calls import ABANDONED, SERVED
from calibration.tables import BadTable, read_text_table, row_problems, whole_file
from sim.scenario.text.problems import Problem

#: the columns of the original log that are read; caller and line numbers never are
LOG_COLUMNS = (
    "priority",
    "type",
    "date",
    "vru_exit",
    "vru_time",
    "q_start",
    "q_exit",
    "q_time",
    "outcome",
    "ser_start",
    "ser_exit",
    "ser_time",
    "server",
)
#: PS regular, PE English, IN internet support, NE stock exchange, NW prospective customer, TT call-back
CALL_TYPES = ("PS", "PE", "IN", "NE", "NW", "TT")
REGULAR = "PS"
DAY = 86_400
UNNAMED = "NO_SERVER"


@dataclass(frozen=True)
class BankLog:
    """One month of the bank's log, cleaned.

    Attributes
    ----------
    month : Period
        The calendar month.
    calls : DataFrame
        Columns of `calibration.calls.CALL_COLUMNS`, by arrival.
    services : DataFrame
        What the staffing is inferred from and what never leaves this process: ``server`` (text, empty
        where none was recorded), ``type``, ``began`` (local date-time), ``seconds`` [s].
    cleaning : DataFrame
        ``rule, calls, treatment``: what was found, how often, and what was done about it.
    """

    month: pd.Period
    calls: pd.DataFrame
    services: pd.DataFrame
    cleaning: pd.DataFrame


def read_bank_log(path: Path | str) -> BankLog:
    """One month of the original log as calls, services and a cleaning report.

    Kept are the callers who asked for an agent: everyone served (``AGENT``), and everyone who joined the
    line and hung up in it (``HANG`` with a queue stage). Left out are ``PHANTOM`` rows, which the log's
    documentation says to ignore, and those who hung up in the voice-response unit (``HANG`` without a
    queue stage): they never asked for an agent, many of them outside the opening hours.

    A call arrives when the voice-response unit lets it go (``vru_exit``); its wait is the recorded queue
    time, 0 for a call served at once.

    Parameters
    ----------
    path : Path or str
        CSV, plain or gzip, one calendar month, original column names.

    Returns
    -------
    BankLog

    Raises
    ------
    BadTable
        With all problems of the file: missing columns, unreadable clocks, dates, durations, priorities or
        outcomes, more than one month.
    """
    text = read_text_table(
        path,
        LOG_COLUMNS,
        repair="a log written by this project (arrived, type, ...) is read by 'aftersim calibrate shipped-log'",
    )
    rows, month = _parsed(path, text)
    clock_zero = (rows["q_start"] == 0) & (rows["q_exit"] == 0) & (rows["q_time"] == 0)
    queued = ~clock_zero  # a stage at 0:00:00 with no time in it is how the log writes "none"
    served = rows["outcome"] == "AGENT"
    hung_up = rows["outcome"] == "HANG"
    kept = served | (hung_up & queued)

    # The unit's clock stops at midnight: a caller who is in it then is written as leaving when he came.
    stopped = kept & queued & (rows["q_start"] != rows["vru_exit"])
    arrival_clock = rows["vru_exit"].where(~stopped, rows["q_start"])
    next_day = stopped & (rows["q_start"] < rows["vru_exit"] - DAY // 2)
    arrived = rows["day"] + pd.to_timedelta(arrival_clock + DAY * next_day, unit="s")
    outside = kept & (arrived.dt.to_period("M") != month)
    kept &= ~outside

    unrecorded = served & (rows["ser_start"] == 0) & (rows["ser_exit"] == 0) & (rows["ser_time"] == 0)
    timed = kept & served & ~unrecorded
    later = DAY * (rows["ser_start"] < rows["vru_exit"] - DAY // 2)
    began = rows["day"] + pd.to_timedelta(rows["ser_start"] + later, unit="s")
    unnamed = (rows["server"] == UNNAMED) | (rows["server"] == "")

    calls = pd.DataFrame(
        {
            "arrived": arrived,
            "type": rows["type"],
            "priority": rows["priority"],
            "wait_seconds": rows["q_time"].astype("float64"),
            "service_seconds": rows["ser_time"].astype("float64").where(timed),
            "outcome": np.where(served, SERVED, ABANDONED),
        }
    )[kept]
    services = pd.DataFrame(
        {
            "server": rows["server"].where(~unnamed, ""),
            "type": rows["type"],
            "began": began,
            "seconds": rows["ser_time"].astype("float64"),
        }
    )[timed]
    if calls.empty:
        raise whole_file(path, "nobody asked for an agent in this file", "look whether it is the right one")

    queue_ends = arrived + pd.to_timedelta(rows["q_time"], unit="s")
    early = timed & queued & ((began - queue_ends).abs() > pd.Timedelta(10, "s"))
    clocks = (rows["q_exit"] - rows["q_start"] - rows["q_time"]) % DAY != 0
    lengths = (rows["ser_exit"] - rows["ser_start"] - rows["ser_time"]) % DAY != 0
    overnight = (queue_ends.dt.normalize() != rows["day"]) | (
        timed & ((began + pd.to_timedelta(rows["ser_time"], unit="s")).dt.normalize() != rows["day"])
    )
    silent = sorted(set(pd.date_range(month.start_time, month.end_time, freq="D")) - set(rows["day"]))
    cleaning = [
        ("rows of the log", len(rows), "read"),
        ("phantom", rows["outcome"] == "PHANTOM", "dropped: the documentation says to ignore them"),
        (
            "hung up before the line",
            hung_up & ~queued,
            "dropped: never asked for an agent (no queue stage, left in the voice-response unit)",
        ),
        ("arrived outside the month", outside, "dropped: stands in the next month's period"),
        ("calls kept", kept, "kept: served, or abandoned in the line"),
        ("served", kept & served, "kept"),
        ("abandoned", kept & hung_up, "kept"),
        (
            "voice-response clock stopped at midnight",
            stopped,
            "repaired: arrival is the start of the queue stage",
        ),
        ("across midnight", kept & overnight, "kept: clocks after midnight belong to the next day"),
        (
            "negative time in the voice-response unit",
            kept & (rows["vru_time"] < 0),
            "kept: that duration is not used, the queue stage is consistent",
        ),
        (
            "abandoned in the first second of the line",
            kept & hung_up & (rows["q_time"] == 0),
            "kept with a wait of 0 s: delayed, patience below one second",
        ),
        (
            "hung up while being handed over",
            kept & hung_up & (rows["ser_time"] > 0),
            "kept as abandoned, as the outcome says; the stray service time is dropped",
        ),
        (
            "service not recorded",
            kept & unrecorded,
            "kept as served; service blank (all service clocks read 0:00:00)",
        ),
        (
            "served without a server's name",
            timed & unnamed,
            "kept: counts as work, proves nobody's presence",
        ),
        (
            "service begins more than 10 s off the end of the wait",
            early,
            "kept: wait and service as recorded",
        ),
        ("queue clocks disagree with the queue time", kept & clocks, "kept: the recorded duration is used"),
        (
            "service clocks disagree with the service time",
            timed & lengths,
            "kept: the recorded duration is used",
        ),
        ("undocumented type", kept & ~rows["type"].isin(CALL_TYPES), "kept under its own type"),
        (
            "service below 10 s",
            timed & (rows["ser_time"] < 10),
            "kept in the log; named in handle_times.csv",
        ),
        (
            "service above 1 h",
            timed & (rows["ser_time"] > 3600),
            "kept in the log; counted as 1 h in handle_times.csv",
        ),
        (
            "days without any row",
            len(silent),
            "left empty: " + (", ".join(day.strftime("%Y-%m-%d") for day in silent) or "none"),
        ),
    ]
    return BankLog(
        month=month,
        calls=calls.sort_values("arrived", kind="stable", ignore_index=True),
        services=services.sort_values(["began", "server"], kind="stable", ignore_index=True),
        cleaning=pd.DataFrame(
            [(rule, int(np.sum(found)), treatment) for rule, found, treatment in cleaning],
            columns=["rule", "calls", "treatment"],
        ),
    )


def _parsed(path: Path | str, text: pd.DataFrame) -> tuple[pd.DataFrame, pd.Period]:
    """Every cell as a number of seconds, a day or a word; all unreadable ones reported at once."""
    rows = pd.DataFrame(index=text.index)
    problems: list[Problem] = []

    def check(column: str, wrong: pd.Series, rule: str, repair: str = "mend the row") -> None:
        problems.extend(row_problems(path, text, column, wrong, rule, repair))

    for column in ("vru_exit", "q_start", "q_exit", "ser_start", "ser_exit"):
        parts = text[column].str.extract(r"^(\d{1,2}):([0-5]\d):([0-5]\d)$").astype("float64")
        clock = parts[0] * 3600 + parts[1] * 60 + parts[2]
        check(column, ~(clock < DAY), "a local clock h:mm:ss is expected")
        rows[column] = clock.fillna(0).astype("int64")
    for column, pattern, rule in (
        ("vru_time", r"-?\d{1,9}", "whole seconds are expected"),
        ("q_time", r"\d{1,9}", "whole seconds, 0 or more, are expected"),
        ("ser_time", r"\d{1,9}", "whole seconds, 0 or more, are expected"),
    ):
        whole = text[column].str.fullmatch(pattern)
        check(column, ~whole, rule)
        rows[column] = pd.to_numeric(text[column].where(whole, "0")).astype("int64")
    known = text["priority"].isin(["0", "1", "2"])
    check("priority", ~known, "0, 1 or 2 is expected")
    rows["priority"] = pd.to_numeric(text["priority"].where(known, "0")).astype("int64")
    check("type", text["type"] == "", "a call has a type", "name it")
    check("outcome", ~text["outcome"].isin(["AGENT", "HANG", "PHANTOM"]), "AGENT, HANG or PHANTOM is expected")
    for column in ("type", "outcome", "server"):
        rows[column] = text[column]
    rows["day"] = pd.to_datetime(text["date"], format="%y%m%d", errors="coerce")
    check("date", rows["day"].isna(), "a date yymmdd is expected")
    months = rows["day"].dt.to_period("M")
    if not problems:
        rule = f"all rows of one file belong to one month, here {months.iloc[0]}"
        check("date", months != months.iloc[0], rule, "give one file per month")
    if problems:
        raise BadTable(sorted(problems, key=lambda problem: (problem.line or 0, problem.path)))
    return rows, months.iloc[0]
