"""The calibrate commands: what they write, that they repeat it byte for byte, and how they refuse."""

from __future__ import annotations

import gzip
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from calibration.commands import COMMANDS, calibrate

HEADER = (
    "vru+line,call_id,customer_id,priority,type,date,vru_entry,vru_exit,vru_time,"
    "q_start,q_exit,q_time,outcome,ser_start,ser_exit,ser_time,server"
)


def month(folder: Path, year_month: str = "9901", name: str | None = None) -> Path:
    """A small month of the log: on 28 days two calls served at once by one server, one after a wait, one abandoned."""
    lines = [HEADER]
    for day in range(1, 29):
        at = f"{year_month}{day:02d}"
        lines += [
            f"AA0101,{day},1234,0,PS,{at},8:00:00,8:00:10,10,0:00:00,0:00:00,0,AGENT,"
            f"8:00:09,8:0{day % 9 + 1}:09,{60 * (day % 9 + 1)},ROSALIND",
            f"AA0102,{day},5678,2,PS,{at},8:05:00,8:05:10,10,8:05:10,8:05:{10 + day},{day},AGENT,"
            f"8:10:00,8:11:{day:02d},{60 + day},GRISELDA",
            f"AA0101,{day},1234,0,PS,{at},8:30:00,8:30:10,10,0:00:00,0:00:00,0,AGENT,8:30:10,8:31:10,60,ROSALIND",
            f"AA0103,{day},9012,1,PS,{at},8:06:00,8:06:10,10,8:06:10,8:06:{10 + day},{day},HANG,"
            "0:00:00,0:00:00,0,NO_SERVER",
        ]
    path = folder / (name or f"{year_month}.csv.gz")
    path.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode()))
    return path


def run(*arguments: object) -> Result:
    """The command as typed."""
    return CliRunner().invoke(calibrate, [str(argument) for argument in arguments])


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


TABLES = {
    "calls_1999-01.csv.gz",
    "handle_times.csv",
    "handle_time_fits.csv",
    "patience.csv",
    "recorded.csv",
    "staffing_inferred.csv",
    "cleaning.csv",
}
FITTED = {"handle_times.csv", "handle_time_fits.csv", "patience.csv", "recorded.csv"}
REGULAR = {"regular_waits_1999-01_to_02.csv", "regular_services_1999-01_to_02.csv"}


def test_one_month_renews_the_tables_of_the_replay(tmp_path: Path) -> None:
    """All tables of the month and none of the several-month ones."""
    result = run("bank-log", month(tmp_path), "--out", tmp_path / "case")
    assert result.exit_code == 0, result.output
    assert set(contents(tmp_path / "case")) == TABLES
    assert "work: mean x served 3.3 h, recorded 3.3 h" in result.output
    assert "One month only" in result.output


def test_several_months_add_the_regular_tables_and_replay_the_earliest(tmp_path: Path) -> None:
    """The order in which the files are named does not matter."""
    first, second = month(tmp_path), month(tmp_path, "9902")
    for order, case in (((second, first), "one"), ((first, second), "two")):
        result = run("bank-log", *order, "--out", tmp_path / case)
        assert result.exit_code == 0, result.output
    assert set(contents(tmp_path / "one")) == TABLES | REGULAR
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    waits = pd.read_csv(tmp_path / "one" / "regular_waits_1999-01_to_02.csv")
    assert waits.iloc[:2].to_numpy().tolist() == [[0, 112, 0], [1, 2, 2]]


def test_no_name_or_number_of_a_person_is_written(tmp_path: Path) -> None:
    """Servers, callers and lines stay in the original log."""
    result = run("bank-log", month(tmp_path), month(tmp_path, "9902"), "--out", tmp_path / "case")
    assert result.exit_code == 0
    texts = [result.output.encode()]
    texts += [gzip.decompress(t) if n.endswith(".gz") else t for n, t in contents(tmp_path / "case").items()]
    for private in (b"ROSALIND", b"GRISELDA", b"5678", b"9012", b"AA0101"):
        assert not any(private in text for text in texts)


def test_shipped_log_renews_the_same_tables(tmp_path: Path) -> None:
    """Who has only the shipped calls gets the same fits, and the staffing stays untouched."""
    case = tmp_path / "case"
    run("bank-log", month(tmp_path), "--out", case)
    before = contents(case)
    for name in FITTED:
        (case / name).write_text("stale")
    result = run("shipped-log", case / "calls_1999-01.csv.gz")
    assert result.exit_code == 0, result.output
    assert contents(case) == before
    result = run("shipped-log", case / "calls_1999-01.csv.gz", "--out", tmp_path / "other")
    assert set(contents(tmp_path / "other")) == FITTED


def test_longest_gap_changes_the_staffing(tmp_path: Path) -> None:
    """The option reaches the inference: one server serves twice a day, some 20 minutes apart."""
    hours = []
    for gap in (0, 60):
        run("bank-log", month(tmp_path), "--out", tmp_path / str(gap), "--longest-gap", gap)
        hours.append(pd.read_csv(tmp_path / str(gap) / "staffing_inferred.csv")["agents"].sum() / 2)
    assert hours[1] - hours[0] > 28 * 15 / 60
    assert run("bank-log", month(tmp_path), "--out", tmp_path, "--longest-gap", -1).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["bank-log", "none.csv", "--out", "case"], "none.csv: there is no such file"),
        (["bank-log", "9901.csv.gz", "copy.csv.gz", "--out", "case"], "1999-01 was given twice"),
        (["bank-log", "shipped.csv", "--out", "case"], "aftersim calibrate shipped-log"),
        (["bank-log", "9901.csv.gz", "--out", "9901.csv.gz"], "cannot be written"),
        (["bank-log", "9901.csv.gz"], "--out"),
        (["shipped-log", "9901.csv.gz"], "aftersim calibrate bank-log"),
        (["shipped-log", "bad.csv"], 'bad.csv:2: wait_seconds: got "-4"'),
        (["shipped-log", "patient.csv"], "nobody of 2 delayed customers left"),
        (["shipped-log", "lonely.csv"], "join rare types"),
    ],
)
def test_bad_input_ends_with_code_2_and_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    """Never a traceback, and nothing is written."""
    monkeypatch.chdir(tmp_path)
    month(tmp_path)
    month(tmp_path, name="copy.csv.gz")
    header = "arrived,type,priority,wait_seconds,service_seconds,outcome\n"
    good = "1999-01-01 08:00:00,PS,0,4,50,served\n1999-01-01 08:00:00,PS,0,4,60,served\n"
    lost = "1999-01-01 08:00:00,PS,0,4,,abandoned\n"
    for name, text in {
        "shipped.csv": good,
        "patient.csv": good,
        "bad.csv": good.replace(",4,", ",-4,"),
        "lonely.csv": good + lost + "1999-01-01 08:00:00,NW,0,4,50,served\n",
    }.items():
        Path(name).write_text(header + text)
    before = sorted(path.name for path in tmp_path.iterdir())
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert isinstance(result.exception, SystemExit)
    assert message in result.output
    assert sorted(path.name for path in tmp_path.iterdir()) == before


@pytest.mark.parametrize("command", ["bank-log", "shipped-log"])
def test_help_shows_an_example(command: str) -> None:
    """Each command can be learned from its own help."""
    assert calibrate in COMMANDS
    result = run(command, "--help")
    assert result.exit_code == 0
    assert f"aftersim calibrate {command} " in result.output
