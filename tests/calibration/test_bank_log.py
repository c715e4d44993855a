"""The bank's log: who counts as a call, when it arrives, and how each known quirk is treated and named."""

from __future__ import annotations

import gzip
from pathlib import Path

import pandas as pd
import pytest

from calibration.bank_log import LOG_COLUMNS, read_bank_log
from calibration.tables import BadTable

NONE = ("0:00:00", "0:00:00", "0")
SERVED = {"outcome": "AGENT", "ser": ("8:00:20", "8:02:20", "120"), "server": "ANNA"}
HUNG_UP = {"outcome": "HANG", "ser": NONE, "server": "NO_SERVER"}


def row(**change: object) -> str:
    """One line of the log: a caller who leaves the voice unit at 8:00:10 and is served at once."""
    cell = {
        "priority": "0",
        "type": "PS",
        "date": "990103",
        "vru": ("8:00:00", "8:00:10", "10"),
        "q": NONE,
        **SERVED,
        **change,
    }
    parts = ["AA0101", "1", "77", cell["priority"], cell["type"], cell["date"], *cell["vru"]]  # type: ignore[misc]
    parts += [*cell["q"], cell["outcome"], *cell["ser"], cell["server"]]  # type: ignore[misc]
    return ",".join(str(part) for part in parts)


HEADER = (
    "vru+line,call_id,customer_id,priority,type,date,vru_entry,vru_exit,vru_time,"
    "q_start,q_exit,q_time,outcome,ser_start,ser_exit,ser_time,server"
)


def log_file(folder: Path, *rows: str, name: str = "month.csv") -> Path:
    """A file with these lines under the original header."""
    path = folder / name
    text = "\n".join([HEADER, *rows]) + "\n"
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


def found(folder: Path, *rows: str) -> dict[str, int]:
    """The cleaning report of these rows."""
    return read_bank_log(log_file(folder, *rows)).cleaning.set_index("rule")["calls"].to_dict()


def test_callers_who_asked_for_an_agent_are_kept(tmp_path: Path) -> None:
    """Served at once, served after a wait and abandoned in line stay; phantom and voice-unit hang-ups go."""
    queue = ("8:00:10", "8:00:52", "42")
    log = read_bank_log(
        log_file(
            tmp_path,
            row(),
            row(q=queue, type="NW", priority="2"),
            row(q=queue, **HUNG_UP),
            row(**HUNG_UP),
            row(outcome="PHANTOM", q=queue),
        )
    )
    assert log.calls["outcome"].tolist() == ["served", "served", "abandoned"]
    assert log.calls["wait_seconds"].tolist() == [0, 42, 42]
    assert log.calls["service_seconds"].fillna(-1).tolist() == [120, 120, -1]
    assert log.calls["type"].tolist() == ["PS", "NW", "PS"]
    assert log.calls["priority"].tolist() == [0, 2, 0]
    assert set(log.calls["arrived"]) == {pd.Timestamp("1999-01-03 08:00:10")}
    report = log.cleaning.set_index("rule")["calls"]
    assert report[["rows of the log", "phantom", "hung up before the line"]].tolist() == [5, 1, 1]
    assert report[["calls kept", "served", "abandoned"]].tolist() == [3, 2, 1]
    assert list(log.calls.columns) == [
        "arrived",
        "type",
        "priority",
        "wait_seconds",
        "service_seconds",
        "outcome",
    ]


def test_stopped_clock_at_midnight_is_repaired(tmp_path: Path) -> None:
    """The call arrives when its queue stage starts, on the next day if that is past midnight."""
    log = read_bank_log(
        log_file(
            tmp_path,
            row(
                vru=("23:59:53", "23:59:53", "0"),
                q=("23:59:59", "0:00:29", "30"),
                ser=("0:00:28", "0:01:28", "60"),
            ),
            row(
                vru=("23:59:54", "23:59:54", "0"),
                q=("0:00:00", "0:00:27", "27"),
                ser=("0:00:26", "0:01:33", "67"),
            ),
        )
    )
    assert log.calls["arrived"].tolist() == [
        pd.Timestamp("1999-01-03 23:59:59"),
        pd.Timestamp("1999-01-04 00:00:00"),
    ]
    assert log.services["began"].tolist() == [
        pd.Timestamp("1999-01-04 00:00:26"),
        pd.Timestamp("1999-01-04 00:00:28"),
    ]
    report = log.cleaning.set_index("rule")["calls"]
    assert report["voice-response clock stopped at midnight"] == 2
    assert report["across midnight"] == 2


def test_a_call_past_the_last_midnight_is_left_to_the_next_month(tmp_path: Path) -> None:
    """An arrival outside the period would have nowhere to go."""
    report = found(
        tmp_path,
        row(),
        row(date="990131", vru=("23:59:54", "23:59:54", "0"), q=("0:00:02", "0:00:27", "25"), **HUNG_UP),
    )
    assert (report["arrived outside the month"], report["calls kept"]) == (1, 1)


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        (
            "negative time in the voice-response unit",
            {"vru": ("8:01:00", "8:00:10", "-50"), "q": ("8:00:10", "8:00:20", "10")},
        ),
        ("abandoned in the first second of the line", {"q": ("8:00:10", "8:00:10", "0"), **HUNG_UP}),
        (
            "hung up while being handed over",
            {"q": ("8:00:10", "8:00:20", "10"), **HUNG_UP, "ser": ("8:00:20", "8:00:25", "5")},
        ),
        ("service not recorded", {"ser": NONE}),
        ("served without a server's name", {"server": "NO_SERVER"}),
        (
            "service begins more than 10 s off the end of the wait",
            {"q": ("8:00:10", "8:05:00", "290"), "ser": ("8:00:30", "8:06:00", "330")},
        ),
        ("queue clocks disagree with the queue time", {"q": ("8:00:10", "8:00:20", "11")}),
        ("service clocks disagree with the service time", {"ser": ("8:00:20", "8:02:20", "23")}),
        ("undocumented type", {"type": "AA"}),
        ("service below 10 s", {"ser": ("8:00:10", "8:00:19", "9")}),
        ("service above 1 h", {"ser": ("8:00:10", "9:00:11", "3601")}),
    ],
)
def test_each_quirk_is_named_and_its_call_kept(tmp_path: Path, rule: str, change: dict[str, object]) -> None:
    """A row with the quirk counts once under its name, a plain one does not."""
    assert found(tmp_path, row())[rule] == 0
    report = found(tmp_path, row(**change), row())
    assert report[rule] == 1
    assert report["calls kept"] == 2


def test_services_not_recorded_prove_no_presence(tmp_path: Path) -> None:
    """A service at 0:00:00 for 0 s is no service; the caller was served all the same."""
    log = read_bank_log(log_file(tmp_path, row(ser=NONE), row(server="NO_SERVER")))
    assert log.calls["outcome"].tolist() == ["served", "served"]
    assert log.calls["service_seconds"].isna().tolist() == [True, False]
    assert log.services["server"].tolist() == [""]


def test_days_without_a_row_are_named(tmp_path: Path) -> None:
    """A hole in the log is not a quiet day."""
    log = read_bank_log(
        log_file(tmp_path, *(row(date=f"9901{day:02d}") for day in range(1, 32) if day not in (11, 12)))
    )
    last = log.cleaning.iloc[-1]
    assert (last["rule"], last["calls"]) == ("days without any row", 2)
    assert last["treatment"] == "left empty: 1999-01-11, 1999-01-12"


def test_calls_come_by_arrival(tmp_path: Path) -> None:
    """The log is sorted by line of the voice unit; a replay needs time."""
    log = read_bank_log(log_file(tmp_path, row(vru=("9:00:00", "9:00:05", "5")), row()))
    assert log.calls["arrived"].is_monotonic_increasing


def test_plain_and_gzip_are_the_same(tmp_path: Path) -> None:
    """The name says how to read it."""
    plain, packed = log_file(tmp_path, row()), log_file(tmp_path, row(), name="month.csv.gz")
    pd.testing.assert_frame_equal(read_bank_log(plain).calls, read_bank_log(packed).calls)


def test_all_problems_are_reported_with_line_value_and_rule(tmp_path: Path) -> None:
    """Nothing is guessed and nothing stops at the first problem."""
    path = log_file(
        tmp_path,
        row(),
        row(date="991301"),
        row(vru=("8:00:00", "24:00:10", "10")),
        row(q=("8:00:10", "8:00:20", "-4")),
        row(outcome="BUSY", priority="7"),
        row(ser=("8:00:20", "8:02:20", "nan"), type=" "),
    )
    with pytest.raises(BadTable) as caught:
        read_bank_log(path)
    assert [(problem.line, problem.path, problem.got) for problem in caught.value.problems] == [
        (3, "date", "991301"),
        (4, "vru_exit", "24:00:10"),
        (5, "q_time", "-4"),
        (6, "outcome", "BUSY"),
        (6, "priority", "7"),
        (7, "ser_time", "nan"),
        (7, "type", ""),
    ]
    assert 'month.csv:5: q_time: got "-4"; whole seconds, 0 or more, are expected' in str(caught.value)


def test_two_months_in_one_file_are_refused(tmp_path: Path) -> None:
    """A replay has one period."""
    with pytest.raises(BadTable, match=r'month.csv:3: date: got "990201"; all rows .* one month, here 1999-01'):
        read_bank_log(log_file(tmp_path, row(), row(date="990201")))


def test_missing_columns_and_calls_are_refused(tmp_path: Path) -> None:
    """A file of another kind is named as such; so is one in which nobody called."""
    other = tmp_path / "calls.csv"
    other.write_text("arrived,type\n1999-01-01 08:00:00,PS\n")
    with pytest.raises(BadTable, match="shipped-log"):
        read_bank_log(other)
    with pytest.raises(BadTable, match="nobody asked for an agent"):
        read_bank_log(log_file(tmp_path, row(**HUNG_UP)))
    assert set(LOG_COLUMNS) <= set(HEADER.split(","))
