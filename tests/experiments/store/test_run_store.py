"""Finding runs: by name, part or key; and nothing outside the root."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.store.facts import RunFacts, key_text
from experiments.store.layout_file import LAYOUT, KeptLayout
from experiments.store.run_store import RunStore, UnknownRun, open_run
from sim import load
from tests.experiments.desks import MINIMAL, SHOP
from tests.experiments.store.made_runs import ROWS, UNITS, finished, opened

LOGGED = """aftersim: 1
title: Replayed
period: {start: 2026-03-02 09:00, length: 8 h}
contact_types:
  call: {channel: phone, log: {file: ../data/calls.csv, arrived: at, unit: min}, handle_time: 4 min}
channels: {phone: {}}
agent_groups: {desk: {serves: {call: first}, headcount: {mon-sun: {"09:00-17:00": 2}}}}
"""


def logged(home: Path, content: str = "at\n1\n5\n9\n") -> Path:
    """A scenario that reads a file."""
    (home / "data").mkdir(parents=True)
    (home / "desk").mkdir()
    (home / "data" / "calls.csv").write_text(content)
    (home / "desk" / "replayed.yaml").write_text(LOGGED)
    return home / "desk" / "replayed.yaml"


def test_a_run_is_found_by_name_part_key_and_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever somebody copies from a list or completes in a shell."""
    monkeypatch.chdir(tmp_path)
    store = RunStore(Path("runs"))
    one, other = finished(store.root, 1), finished(store.root, 1, title="Peak season", seed=2)
    for text in (one.path.name, "small", one.key, one.key[:7], one.key[:4], f"runs/{one.path.name}", str(one.path)):
        assert store.find(text).folder == one.path.name
    assert store.find(f"{other.path.absolute()}/").folder == other.path.name


def test_what_is_meant_must_be_clear(tmp_path: Path) -> None:
    """Several: which; none: which are near; no runs at all: where was looked."""
    store = RunStore(tmp_path)
    with pytest.raises(UnknownRun, match="there are no runs in"):
        store.find("small")
    a, b = finished(tmp_path, 1), finished(tmp_path, 1, seed=2)
    with pytest.raises(UnknownRun, match=r"may be .* - write more of the name") as many:
        store.find("small")
    assert a.path.name in str(many.value) and b.path.name in str(many.value)
    with pytest.raises(UnknownRun, match=r"is no run in .* - there is") as near:
        store.find(a.path.name[:-1] + "?")
    assert a.path.name in str(near.value)
    for seed in range(3, 12):
        finished(tmp_path, 1, seed=seed)
    with pytest.raises(UnknownRun, match=r"\(6 more\)"):
        store.find("small")


HOSTILE = ("..", "../x", "/etc", "/", ".", "", "x/../..", "a\0b", "~", "*", "%", "nul", "\ud800", "runs/../../x", "-h")


@pytest.mark.parametrize("text", HOSTILE)
def test_no_name_leads_out_of_the_root(tmp_path: Path, text: str) -> None:
    """Refused in words, whatever lies there."""
    outside = finished(tmp_path / "x", 1)
    finished(tmp_path / "runs", 1)
    for name in (text, f"../x/{outside.path.name}", str(outside.path)):
        with pytest.raises(UnknownRun):
            RunStore(tmp_path / "runs").find(name)


@given(st.text(max_size=30))
def test_no_text_is_a_traceback(text: str) -> None:
    """Anything typed is a run or a refusal in words."""
    with pytest.raises(UnknownRun):
        RunStore(MINIMAL.parent).find(text)


def test_a_link_to_a_run_is_no_run(tmp_path: Path) -> None:
    """Links under the root are not followed: neither listed, nor opened, nor found."""
    real = finished(tmp_path / "elsewhere", 2)
    root = tmp_path / "runs"
    root.mkdir()
    (root / real.path.name).symlink_to(real.path, target_is_directory=True)
    assert RunStore(root).entries() == []
    with pytest.raises(UnknownRun):
        RunStore(root).find(real.path.name)
    run = opened(root)
    assert run.path.resolve().parent == root.resolve() and run.finished() == {}


def test_other_folders_are_no_runs(tmp_path: Path) -> None:
    """What people keep beside their runs is left alone."""
    (tmp_path / "notes").mkdir()
    (tmp_path / ".new-1-abc-0").mkdir()
    (tmp_path / "file").write_text("x")
    run = finished(tmp_path, 1)
    assert [e.folder for e in RunStore(tmp_path).entries()] == [run.path.name]


def test_a_folder_without_facts_is_named_if_it_was_a_run(tmp_path: Path) -> None:
    """Its name says that it was one; nothing else can be said of it."""
    run = finished(tmp_path, 1)
    (run.path / "facts.json").unlink()
    (entry,) = RunStore(tmp_path).entries()
    assert entry.state == "damaged" and "facts.json: is missing" in entry.wrong
    assert entry.began is not None


def test_of_several_folders_with_one_key_the_fullest_is_taken(tmp_path: Path) -> None:
    """Copies of a run hurt nothing."""
    import shutil

    run = finished(tmp_path, 2)
    copy = tmp_path / f"20200101-000000-copy-{run.key[:7]}"
    shutil.copytree(run.path, copy)
    assert opened(tmp_path).path == copy  # the older name
    opened(tmp_path).path.joinpath("replications", "r0001.rep").unlink()
    assert opened(tmp_path).path == run.path


def test_a_scenario_opens_its_run(tmp_path: Path) -> None:
    """With the resolved scenario in it, which can be loaded again and opens the same run."""
    scenario = load(SHOP)
    run = open_run(tmp_path, scenario, 3, ROWS, {"draws": False}, units=UNITS, files={"source.yaml": b"as given"})
    again = load(run.path / "scenario.yaml")
    assert open_run(tmp_path, again, 3, ROWS, {"draws": False}).path == run.path
    assert (run.path / "source.yaml").read_bytes() == b"as given"
    assert set(run.facts.files) == {"scenario.yaml", "source.yaml", LAYOUT}
    assert KeptLayout.read(run.path, ROWS.digest) == KeptLayout(ROWS, UNITS)
    assert open_run(tmp_path, load(SHOP, {"agent_groups.desk.shrinkage": "15 %"}), 3, ROWS, {}).key != run.key


def test_the_key_holds_what_files_hold_and_not_where_they_lie(tmp_path: Path) -> None:
    """A project that is moved finds its runs; a file that changes makes another run."""
    here, there = (load(logged(tmp_path / name)) for name in ("here", "there"))
    other = load(logged(tmp_path / "other", "at\n1\n5\n10\n"))
    assert key_text(here) == key_text(there) != key_text(other)
    assert "sha256:" in key_text(here) and str(tmp_path) not in key_text(here)
    keys = [RunFacts.of(s, "rows", 1, {}).key for s in (here, there, other)]
    assert keys[0] == keys[1] != keys[2]
    run = open_run(tmp_path / "there" / "runs", here, 1, ROWS, {})
    assert RunFacts.of(load(run.path / "scenario.yaml"), "rows", 1, {}).key == keys[0]


def test_the_engine_is_part_of_the_key() -> None:
    """Versions, and a hash of the sources that is computed once."""
    from experiments.replication.engine_version import ROOT, engine_facts, sources_hash

    facts = engine_facts()
    assert facts is engine_facts() and facts["sources"] == sources_hash(ROOT) and len(facts["sources"]) == 64
    assert facts["numpy"] != "unknown" != facts["aftersim"]


def test_a_changed_source_is_another_engine(tmp_path: Path) -> None:
    """Content, name and place of every file count; other files do not."""
    from experiments.replication.engine_version import sources_hash

    folder = tmp_path / "sim" / "machine"
    folder.mkdir(parents=True)
    (folder / "a.py").write_text("x = 1\n")
    seen = {sources_hash(tmp_path)}
    (folder / "notes.md").write_text("x")
    assert sources_hash(tmp_path) in seen
    (folder / "a.py").write_text("x = 2\n")
    seen.add(sources_hash(tmp_path))
    (folder / "b.py").write_text("")
    seen.add(sources_hash(tmp_path))
    (folder / "b.py").rename(folder / "c.py")
    seen.add(sources_hash(tmp_path))
    assert len(seen) == 4
