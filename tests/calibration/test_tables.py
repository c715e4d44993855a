"""Tables on disk: bytes that depend on nothing but the table, whole files, problems that teach."""

from __future__ import annotations

import gzip
from pathlib import Path

import pandas as pd
import pytest

from calibration.calls import CALL_COLUMNS, delayed, read_calls, shipped
from calibration.tables import SHOWN_PROBLEMS, BadTable, read_text_table, table_bytes, write_whole
from sim.scenario.text.problems import Problem

HEADER = ",".join(CALL_COLUMNS)
GOOD = "1999-01-01 08:00:00,PS,2,17,54,served"


def calls_file(folder: Path, *rows: str) -> Path:
    """A shipped log with these lines."""
    path = folder / "calls.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return path


def test_the_same_table_gives_the_same_bytes() -> None:
    """No time, name or platform in the packed file, so that renewing changes nothing."""
    frame = pd.DataFrame({"a": [1, 2], "b": [0.5, float("nan")]})
    assert table_bytes(frame) == b"a,b\n1,0.5\n2,\n"
    packed = table_bytes(frame, compressed=True)
    assert packed[4:8] == b"\0\0\0\0" and packed[3] == 0  # no time, no name
    assert gzip.decompress(packed) == table_bytes(frame)


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk or a killed process never leaves half a table behind."""
    path = tmp_path / "table.csv"
    write_whole(path, b"old")

    def full(_: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("calibration.tables.os.fsync", full)
    with pytest.raises(OSError, match="no space"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["table.csv"]


def test_a_write_replaces_the_file(tmp_path: Path) -> None:
    """The renamed file is the new one and nothing else stays."""
    path = tmp_path / "table.csv"
    for content in (b"old", b"new"):
        write_whole(path, content)
    assert path.read_bytes() == b"new"
    assert [file.name for file in tmp_path.iterdir()] == ["table.csv"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "table.csv: the table is empty"),
        (b"a,b\n", "a header and no rows"),
        (b"a,c\n1,2\n", r"table.csv:1: the columns b are missing; the header is a,c - try the other command"),
        (b"a,b\n1,\xff\n", "table.csv:2: the file is not UTF-8 text"),
        (b"a,b\n1,2\n1,2,3\n", "table.csv:3: this row has 3 cells, the header 2"),
        (b"a,b\n1\n", "table.csv:2: this row has 1 cells, the header 2"),
        (gzip.compress(b"a,b\n" * 999, mtime=0)[:30], "not a complete gzip file"),
    ],
)
def test_unreadable_tables_say_what_is_wrong(tmp_path: Path, content: bytes, message: str) -> None:
    """Each failure of a file ends in a sentence, not in a library's exception."""
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    with pytest.raises(BadTable, match=message):
        read_text_table(path, ["a", "b"], repair="try the other command")


def test_missing_files_are_named(tmp_path: Path) -> None:
    """A wrong path and a folder."""
    with pytest.raises(BadTable, match="there is no such file"):
        read_text_table(tmp_path / "none.csv", ["a"])
    with pytest.raises(BadTable, match="folder"):
        read_text_table(tmp_path, ["a"])


def test_rows_know_their_line(tmp_path: Path) -> None:
    """A blank line shifts rows and lines apart; messages name the line."""
    path = tmp_path / "table.csv"
    path.write_text("a,b\n1,2\n\n3,4\n")
    assert read_text_table(path, ["b"]).index.tolist() == [2, 4]


def test_many_problems_are_cut_and_counted() -> None:
    """A wrong file does not flood the screen."""
    message = str(BadTable([Problem("x.csv", line, None, "a", "no") for line in range(1000)]))
    assert len(message.splitlines()) == SHOWN_PROBLEMS + 1
    assert f"{1000 - SHOWN_PROBLEMS} more" in message


def test_calls_survive_writing_and_reading(tmp_path: Path) -> None:
    """What is shipped is what is read, blanks included."""
    path = calls_file(tmp_path, GOOD, "1999-01-01 08:00:05,NW,0,0,,served", "1999-01-01 09:00:00,PS,1,9,,abandoned")
    calls = read_calls(path)
    assert calls["service_seconds"].isna().tolist() == [False, True, True]
    assert table_bytes(shipped(calls)) == path.read_bytes()


def test_only_delayed_customers_speak_of_patience(tmp_path: Path) -> None:
    """Served at once says nothing; hanging up in the first second does."""
    calls = read_calls(
        calls_file(
            tmp_path,
            GOOD,
            "1999-01-01 08:01:00,PS,0,0,60,served",
            "1999-01-01 08:02:00,PS,0,0,,abandoned",
            "1999-01-01 08:03:00,PS,0,5,,abandoned",
        )
    )
    assert delayed(calls).index.tolist() == [0, 2, 3]


def test_every_bad_call_is_reported_by_line_column_and_value(tmp_path: Path) -> None:
    """Negative, missing and unknown values are refused, never repaired in silence."""
    path = calls_file(
        tmp_path,
        GOOD,
        "1999-02-30 08:00:00,PS,0,1,5,served",
        "1999-01-01 08:00:00,,0,1,5,served",
        "1999-01-01 08:00:00,PS,-1,1,5,served",
        "1999-01-01 08:00:00,PS,0,-3,5,served",
        "1999-01-01 08:00:00,PS,0,,5,served",
        "1999-01-01 08:00:00,PS,0,nan,5,served",
        "1999-01-01 08:00:00,PS,0,1,-5,served",
        "1999-01-01 08:00:00,PS,0,1,inf,served",
        "1999-01-01 08:00:00,PS,0,1,5,abandoned",
        "1999-01-01 08:00:00,PS,0,1,5,lost",
    )
    with pytest.raises(BadTable) as caught:
        read_calls(path)
    assert [(problem.line, problem.path, problem.got) for problem in caught.value.problems] == [
        (3, "arrived", "1999-02-30 08:00:00"),
        (4, "type", ""),
        (5, "priority", "-1"),
        (6, "wait_seconds", "-3"),
        (7, "wait_seconds", ""),
        (8, "wait_seconds", "nan"),
        (9, "service_seconds", "-5"),
        (10, "service_seconds", "inf"),
        (11, "service_seconds", "5"),
        (12, "outcome", "lost"),
    ]
