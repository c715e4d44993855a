"""The run command: what it prints, keeps and refuses, and how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from experiments.commands import options
from experiments.commands import run as commands
from experiments.replication import history, replications
from experiments.store.disk_problem import RunFolderProblem
from experiments.store.doctor import examine
from experiments.store.status import Status
from tests.experiments.desks import MINIMAL, ROOT, odd_desk


def run(*arguments: object) -> Result:
    """The command as typed."""
    return CliRunner().invoke(commands.run, [str(a) for a in arguments])


def only_folder(out: Path) -> Path:
    """The one run folder."""
    (folder,) = (path for path in out.iterdir() if path.is_dir())
    return folder


def state(out: Path) -> str:
    """What the only run says of itself."""
    return Status.read(only_folder(out)).shown


def test_a_run_leaves_a_complete_folder_and_a_report(tmp_path: Path) -> None:
    """Everything that is needed to read and to repeat it, listed in the status; the report says where it is."""
    result = run(MINIMAL, "--replications", 3, "--out", tmp_path / "runs")
    assert result.exit_code == 0, result.output
    folder = only_folder(tmp_path / "runs")
    assert str(folder) in result.stdout and "-the-smallest-desk-" in folder.name
    found = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    pictures = {
        f"plots/{name}.{kind}"
        for name in ("service_level_by_hour", "queue_and_staff", "waits")
        for kind in ("png", "svg")
    }
    assert found == pictures | {
        "source.yaml",
        "scenario.yaml",
        "facts.json",
        "layout.rows",
        "replications/r0000.rep",
        "replications/r0001.rep",
        "replications/r0002.rep",
        "estimates.csv",
        "estimates.parquet",
        "summary.json",
        "status.json",
    }
    assert state(tmp_path / "runs") == "done" and list(examine(tmp_path / "runs")) == []
    assert (folder / "source.yaml").read_bytes() == MINIMAL.read_bytes()
    facts = json.loads((folder / "facts.json").read_text())
    assert facts["seed"] == 1 and facts["engine"]["numpy"]
    assert facts["options"] == {"draws": False, "stratified": False, "most_open": options.MOST_OPEN}


def test_a_second_run_takes_what_is_kept_and_gives_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is simulated again, and that is said; more replications simulate only the new ones; --fresh all."""
    simulated: list[int] = []
    simulate = history.simulate

    def watched(network: Any, seed: int, replication: int, *how: Any) -> Any:
        simulated.append(replication)
        return simulate(network, seed, replication, *how)

    monkeypatch.setattr(history, "simulate", watched)
    out = tmp_path / "runs"
    first = run(MINIMAL, "--replications", 3, "--no-plots", "--out", out)
    again = run(MINIMAL, "--replications", 3, "--no-plots", "--out", out)
    assert sorted(simulated) == [0, 1, 2] and first.stdout == again.stdout
    assert again.stderr == "all replications are kept from an earlier run (--fresh simulates them again)\n"
    more = run(MINIMAL, "--replications", 5, "--no-plots", "--out", out)
    assert sorted(simulated) == [0, 1, 2, 3, 4] and "3 of 5 replications are kept" in more.stderr
    whole = run(MINIMAL, "--replications", 5, "--no-plots", "--out", tmp_path / "other")
    assert (only_folder(out) / "summary.json").read_bytes() == (
        only_folder(tmp_path / "other") / "summary.json"
    ).read_bytes()
    assert more.stdout.split("Kept in")[0] == whole.stdout.split("Kept in")[0]
    simulated.clear()
    run(MINIMAL, "--replications", 2, "--no-plots", "--out", out, "--fresh")
    assert sorted(simulated) == [0, 1]
    simulated.clear()
    run(MINIMAL, "--replications", 2, "--seed", 2, "--no-plots", "--out", out)
    assert sorted(simulated) == [0, 1], "another seed is another run"


def test_a_damaged_replication_is_named_and_simulated_again(tmp_path: Path) -> None:
    """One byte is wrong: it is not read as good, the result is that of a sound run."""
    out = tmp_path / "runs"
    sound = run(MINIMAL, "--replications", 3, "--no-plots", "--out", out).stdout
    path = only_folder(out) / "replications" / "r0001.rep"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    again = run(MINIMAL, "--replications", 3, "--no-plots", "--out", out)
    assert "r0001.rep" in again.stderr and "2 of 3 replications are kept" in again.stderr
    assert again.exit_code == 0 and again.stdout == sound
    assert path.read_bytes() != bytes(content)


def test_until_goes_on_and_says_what_was_reached(tmp_path: Path) -> None:
    """More replications than asked for, in blocks of ten; the picture of the way there is kept."""
    out = tmp_path / "runs"
    result = run(MINIMAL, "--replications", 5, "--until", "service_level.phone=3 pts", "--out", out)
    assert result.exit_code == 0, result.output
    words = " ".join(result.stdout.split())
    assert "where 3 pts was asked" in words and "--until 'service_level.phone=3 pts'" in words
    n = len(list((only_folder(out) / "replications").iterdir()))
    assert n > 5 and n % 10 == 0
    assert Status.read(only_folder(out)).asked == n
    assert (only_folder(out) / "plots" / "precision.png").exists()
    capped = run(MINIMAL, "--until", "service_level.phone=0.1 pts", "--most-replications", 20, "--no-folder")
    assert "more would be needed" in " ".join(capped.stdout.split())


def test_the_page_is_written_in_both_languages(tmp_path: Path) -> None:
    """One file each, whole, with the answer."""
    for language, word in (("en", "replications"), ("zh", "服务水平")):
        page = tmp_path / f"{language}.html"
        result = run(MINIMAL, "--replications", 3, "--no-folder", "--html", page, "--language", language)
        assert result.exit_code == 0, result.output
        assert f"Page: {page}" in result.stdout
        assert word in page.read_text(encoding="utf-8")


def test_the_folder_repeats_the_run(tmp_path: Path) -> None:
    """Its resolved scenario, run with its seed, gives the same estimates to the last digit."""
    assert run(MINIMAL, "--replications", 2, "--seed", 5, "--set", "agent_groups.desk.shrinkage=20 %", "--no-plots",
               "--out", tmp_path / "a").exit_code == 0  # fmt: skip
    first = only_folder(tmp_path / "a")
    again = run(first / "scenario.yaml", "--replications", 2, "--seed", 5, "--no-plots", "--out", tmp_path / "b")
    assert again.exit_code == 0, again.output
    a, b = (pd.read_parquet(f / "estimates.parquet") for f in (first, only_folder(tmp_path / "b")))
    pd.testing.assert_frame_equal(a, b, check_exact=True)
    assert not (first / "plots").exists()


def test_json_is_one_document_with_units_and_definitions(tmp_path: Path) -> None:
    """Nothing else on stdout or stderr; no NaN; the same document lies in the folder."""
    result = run(odd_desk(tmp_path), "--replications", 2, "--json", "--out", tmp_path / "runs", "--no-plots")
    assert result.exit_code == 0 and result.stderr == ""
    document = json.loads(result.stdout, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert document["schema"] == "aftersim run 1" and document["scenario"]["title"].startswith("=Odd [red]")
    level = next(
        e
        for e in document["estimates"]
        if (e["measure"], e["scope"], e["hour"]) == ("service_level", "chat", None) and e["scope_kind"] == "channel"
    )
    assert level["unit"] == "share" and level["low"] <= level["value"] <= level["high"]
    assert {e["measure"] for e in document["estimates"]} <= set(document["measures"])
    assert "arrivals" in document["measures"]["service_level"]["formula"]
    assert document["observed"][0]["recorded"] == 71
    folder = only_folder(tmp_path / "runs")
    assert document["folder"] == str(folder)
    assert json.loads((folder / "summary.json").read_text()) == {**document, "folder": None}


def test_no_folder_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only printed."""
    monkeypatch.chdir(tmp_path)
    result = run(MINIMAL, "--replications", 1, "--no-folder")
    assert result.exit_code == 0 and "Kept in" not in result.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_the_log_holds_every_contact(tmp_path: Path, kind: str) -> None:
    """As many counted first visits as contacts arrived, with names and local times."""
    out = tmp_path / "runs"
    result = run(MINIMAL, "--replications", 2, "--log", kind, "--no-plots", "--json", "--out", out)
    assert result.exit_code == 0, result.output
    folder = only_folder(out)
    read: Any = pd.read_csv if kind == "csv" else pd.read_parquet
    total = 0
    for r in (0, 1):
        visits, jobs, duty = (read(folder / "log" / f"{t}-r{r:04d}.{kind}") for t in ("visits", "jobs", "duty"))
        total += int((visits["counted"] & visits["first"]).sum())
        assert len(jobs) == visits["job"].nunique()
        assert set(duty["server"]) == {"day/1", "day/2"} >= set(visits["server"].dropna())
    arrivals = next(e for e in json.loads(result.stdout)["estimates"] if e["measure"] == "arrivals")
    assert total == arrivals["value"] * 2
    first = pd.Timestamp(visits["entered_at"].iloc[0])
    start = pd.Timestamp("2026-03-02", tz="UTC") + pd.Timedelta(minutes=float(visits["entered"].iloc[0]))
    assert abs(first - start) < pd.Timedelta(seconds=0.01)
    meaning = pd.read_csv(folder / "log" / "columns.csv")
    assert set(meaning[meaning["file"] == "visits"]["column"]) == set(visits.columns)
    assert set(meaning[meaning["file"] == "jobs"]["column"]) == set(jobs.columns)
    assert set(meaning[meaning["file"] == "duty"]["column"]) == set(duty.columns)


def test_every_input_problem_is_said_at_once(tmp_path: Path) -> None:
    """Exit code 2, all problems on stderr with their places, nothing kept, no traceback."""
    path = tmp_path / "bad.yaml"
    path.write_text(MINIMAL.read_text().replace("4 min", "4").replace("mon-fri: 2", "mon-fry: 2"))
    result = run(path, "--out", tmp_path / "runs")
    assert result.exit_code == 2 and result.stdout == ""
    assert "bad.yaml:6" in result.stderr and "mon-fry" in result.stderr and "nothing was run" in result.stderr
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--replications", "0"], 'got "0"; a whole number of at least 1 is expected - write --replications 20'),
        (["--replications", "many"], 'got "many"; a whole number of at least 1'),
        (["--seed", "-1"], 'got "-1"; a whole number of at least 0'),
        (["--workers", "1.5"], 'got "1.5"; a whole number of at least 1'),
        (["--set", "shrinkage"], 'got "shrinkage"; path=value is expected'),
        (["--log", "excel"], "'parquet', 'csv'"),
        (["--log", "csv", "--no-folder"], "drop one of them"),
        (["--replicatons", "5"], "--replications"),
        (["--until", "service_level.phon=1 pts"], "did you mean phone?"),
        (["--until", "asa=3 s", "--replications", "50", "--most-replications", "20"], "could never go on"),
        (["--cluster", "two"], 'got "two"; local:2 or tcp://host:port is expected'),
        (["--log", "csv", "--cluster", "local:2"], "drop one of them"),
    ],
)
def test_wrong_flags_teach(arguments: list[str], words: str) -> None:
    """The value received, the rule and the repair; exit code 2."""
    result = run(MINIMAL, *arguments)
    assert result.exit_code == 2
    assert words in " ".join(result.stderr.split())


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "got no name; a file such as page.html is expected"),
        ("nowhere/page.html", "there is no folder"),
        ("folder", "which is a folder"),
        ("desk.yaml", "which is no page but a scenario"),
        ("/dev/null", "which is no ordinary file"),
        ("folder/run/summary.json", "which lies in the folder of a run"),
    ],
)
def test_a_page_never_takes_the_place_of_something_else(tmp_path: Path, name: str, words: str) -> None:
    """Refused before anything is simulated; what was there stays as it was."""
    (tmp_path / "folder" / "run").mkdir(parents=True)
    (tmp_path / "folder" / "run" / "facts.json").write_text("{}")
    desk = tmp_path / "desk.yaml"
    desk.write_bytes(MINIMAL.read_bytes())
    result = run(desk, "--no-folder", "--html", tmp_path / name if name else "")
    assert result.exit_code == 2 and result.stdout == ""
    assert words in " ".join(result.stderr.split())
    assert desk.read_bytes() == MINIMAL.read_bytes()


def test_results_of_an_earlier_run_do_not_stay_beside_new_ones(tmp_path: Path) -> None:
    """Fewer replications, no pictures: those of the earlier run are gone."""
    out = tmp_path / "runs"
    run(MINIMAL, "--replications", 4, "--log", "csv", "--out", out)
    logged = sorted((only_folder(out) / "log").iterdir())
    assert (only_folder(out) / "plots").exists() and list((only_folder(out) / "plots").iterdir())
    run(MINIMAL, "--replications", 2, "--no-plots", "--out", out)
    assert not list((only_folder(out) / "plots").iterdir())
    assert sorted((only_folder(out) / "log").iterdir()) == logged, "records of a history stay true"
    assert list(examine(out)) == []


def test_a_missing_file_is_an_input_problem(tmp_path: Path) -> None:
    """Not a traceback."""
    result = run(tmp_path / "nowhere.yaml")
    assert result.exit_code == 2 and "nowhere.yaml" in result.stderr


def test_an_unwritable_place_is_told_before_anything_is_run(tmp_path: Path) -> None:
    """--out below a file: exit code 1, what to do, no traceback."""
    (tmp_path / "file").write_text("x")
    result = run(MINIMAL, "--out", tmp_path / "file" / "runs")
    assert result.exit_code == 1 and "--out" in result.stderr and result.stdout == ""


def test_help_does_not_load_the_heavy_libraries() -> None:
    """`aftersim --help` must be quick: neither pandas nor matplotlib nor NumPy is needed to print it."""
    code = (
        "import sys; import experiments.commands.run; "
        "heavy = {'pandas', 'numpy', 'matplotlib', 'pyarrow', 'scipy', 'rich', 'pydantic'} & set(sys.modules); "
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)
    text = run("--help").stdout
    assert "Examples:" in text and "--replications N" in text and "--no-folder" in text


def test_problems_of_a_folder_are_an_exception_of_their_own() -> None:
    """Not an OSError: a caller tells them apart from any other trouble with files."""
    assert not issubclass(RunFolderProblem, OSError)


def test_too_many_workers_and_too_large_seeds_are_told_their_bound() -> None:
    """A number above the bound is not answered with the lower one."""
    workers = run(MINIMAL, "--workers", 10_000, "--no-folder")
    seed = run(MINIMAL, "--seed", 2**64, "--no-folder")
    assert workers.exit_code == seed.exit_code == 2
    assert 'got "10000"; a whole number of at most 256 is expected - write --workers 2' in workers.stderr
    assert "a whole number of at most 1000000000 is expected" in seed.stderr


def test_the_limit_of_the_command_line_is_that_of_the_machine() -> None:
    """It stands twice, as the command line starts without the machine."""
    from sim.machine.records import MOST_OPEN

    assert options.MOST_OPEN == MOST_OPEN


def test_both_engines_print_the_same_numbers() -> None:
    """Bit for bit the same measures, whatever the engine."""
    documents = [
        json.loads(run(MINIMAL, "--replications", 2, "--engine", engine, "--json", "--no-folder").stdout)
        for engine in ("compiled", "reference")
    ]
    for d in documents:
        del d["command"]
    assert documents[0] == documents[1]


def test_an_operation_that_only_grows_is_stopped_and_says_so() -> None:
    """At the limit of contacts open at once, with the measures until then and what to do."""
    result = run(MINIMAL, "--replications", 2, "--most-open", 3, "--no-folder")
    assert result.exit_code == 0
    words = " ".join(result.stdout.split())
    assert "2 of 2 histories were stopped, the first on day 1 " in words
    assert "more than 3 contacts were open at once, because more work arrives than can be done" in words
    assert "--most-open 3" in words


def test_warmup_compiles_once_and_says_where_the_code_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second time all kinds are ready."""
    from sim.commands.catalogue import warmup
    from sim.machine import engines

    CliRunner().invoke(warmup, [])
    result = CliRunner().invoke(warmup, [])
    assert result.exit_code == 0
    ready = [f"{kind} engine: was ready" for kind in engines.KINDS]
    assert "\n".join([*ready, "measures: were ready", "kept in "]) in result.stdout
    monkeypatch.setattr(engines, "kept_in", lambda: None)
    assert "it is compiled again in every process" in CliRunner().invoke(warmup, []).stdout


def test_a_large_run_says_that_it_waits_for_the_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once per installation, and how to do it beforehand."""
    from sim.machine import engines

    monkeypatch.setattr(engines, "must_wait", lambda network, engine, n: True)
    result = run(MINIMAL, "--replications", 1, "--no-folder")
    assert result.exit_code == 0
    assert "compiling the engine for this installation, once: about 15 s (aftersim warmup does it" in result.stderr


def test_a_run_of_very_many_contacts_says_so_before_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    """The memory never fills without a word; a full one is a message, and the exit code is that of the machine."""

    def full(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(replications.SideBySide, "run", full)
    result = run(MINIMAL, "--no-folder", "--set", "contact_types.call.per_day=10000000")
    assert result.exit_code == 1
    assert "warning: about 50,000,000 contacts in each replication" in result.stderr
    assert "the memory is full" in result.stderr
    assert "warning" not in run(MINIMAL, "--no-folder").stderr


@pytest.mark.skipif(sys.platform != "linux", reason="needs /dev/full and file names of any bytes")
def test_a_terminal_that_cannot_show_it_or_a_full_disk_behind_it_is_no_traceback(tmp_path: Path) -> None:
    """Signs become plain ones, names become escapes, and what cannot be written is said."""
    words = [sys.executable, "-m", "aftersim", "run", str(MINIMAL), "--replications", "2", "--no-plots"]
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii"}
    name = os.fsencode(tmp_path) + b"/bad\xff"
    shown = subprocess.run(
        [*words, "--set", "title=Größe", "--out", name], cwd=ROOT, env=ascii_only, capture_output=True
    )
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith(b"Gr\\u00f6\\u00dfe") and b"Traceback" not in shown.stderr
    folder = only_folder(Path(os.fsdecode(name)))
    assert Status.read(folder).state == "done" and json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    with Path("/dev/full").open("wb") as full:
        lost = subprocess.run([*words, "--no-folder"], cwd=ROOT, stdout=full, stderr=subprocess.PIPE)
    assert lost.returncode == 1
    assert b"the output cannot be written" in lost.stderr and b"Traceback" not in lost.stderr
