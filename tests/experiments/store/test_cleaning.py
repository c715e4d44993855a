"""Runs that may go: what was asked for, and nothing that anybody needs."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from experiments.store import cleaning
from experiments.store import status as said
from experiments.store.cleaning import Wish, remove, to_go
from experiments.store.disk_problem import RunFolderProblem
from experiments.store.run import Run
from experiments.store.run_store import RunStore, open_comparison
from tests.experiments.store.made_runs import contents, finished, numbers, opened


def interrupted(root: Path, seed: int) -> Run:
    """A run that was stopped."""
    with opened(root, seed=seed) as run:
        run.begin(3)
        run.put(0, numbers(0, seed))
    return run


def names(root: Path, wish: Wish) -> list[str]:
    """What would go."""
    return [entry.folder for entry in to_go(RunStore(root).entries(), wish)]


def test_all_wishes_together_choose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Age, state, number of the newest: each alone, and both."""
    moment = said.now()
    runs = []
    for days, make in ((50, finished), (40, interrupted), (20, finished), (10, interrupted), (0, finished)):
        monkeypatch.setattr(said, "now", lambda days=days: moment - timedelta(days=days))
        monkeypatch.setattr("experiments.store.run_folder.now", lambda days=days: moment - timedelta(days=days))
        runs.append(make(tmp_path, seed=days).path.name)
    monkeypatch.undo()
    assert names(tmp_path, Wish(older_than=timedelta(days=30))) == runs[:2]
    assert names(tmp_path, Wish(unfinished=True)) == [runs[1], runs[3]]
    assert names(tmp_path, Wish(keep=2)) == runs[:3]
    assert names(tmp_path, Wish(timedelta(days=15), True, 1)) == [runs[1]]
    assert names(tmp_path, Wish(keep=0)) == runs


def test_a_run_at_work_stays(tmp_path: Path) -> None:
    """Whatever is asked for: this process works on it."""
    run = opened(tmp_path)
    run.begin(3)
    assert names(tmp_path, Wish(keep=0)) == []
    run.close("interrupted")
    assert names(tmp_path, Wish(keep=0)) == [run.path.name]


def test_what_is_no_sound_run_folder_stays(tmp_path: Path) -> None:
    """Damaged facts, a damaged status, a folder of somebody: looked at by people, not by a broom."""
    a, b = finished(tmp_path, 1), finished(tmp_path, 1, seed=2)
    (a.path / "facts.json").write_bytes(b"{}")
    (b.path / "status.json").write_bytes(b"{}")
    (tmp_path / "20260101-000000-notes-aaaaaaa").mkdir()
    (tmp_path / "notes").mkdir()
    assert names(tmp_path, Wish(keep=0)) == []


def test_a_run_that_a_comparison_needs_stays_with_it(tmp_path: Path) -> None:
    """It goes only if the comparison goes too."""
    a, b, c = (finished(tmp_path, 1, seed=seed) for seed in (1, 2, 3))
    with open_comparison(tmp_path, "A or B", [("A", a), ("B", b)], {}) as comparison:
        comparison.begin(1)
        comparison.close("done")
    assert names(tmp_path, Wish(keep=1)) == [c.path.name]
    assert set(names(tmp_path, Wish(keep=0))) == {x.path.name for x in (a, b, c, comparison)}


def test_removing_takes_the_folder_and_nothing_else(tmp_path: Path) -> None:
    """A link in it is taken away, and not what it leads to."""
    run, other = finished(tmp_path / "runs", 2), finished(tmp_path / "runs", 2, seed=2)
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").write_text("x")
    (run.path / "link").symlink_to(tmp_path / "precious", target_is_directory=True)
    before = contents(other.path)
    remove(tmp_path / "runs", RunStore(tmp_path / "runs").find(run.key))
    assert [p.name for p in (tmp_path / "runs").iterdir() if p.is_dir()] == [other.path.name]
    assert contents(other.path) == before and (tmp_path / "precious" / "file").exists()


def test_a_run_that_goes_on_meanwhile_stays(tmp_path: Path) -> None:
    """Between the list and the broom somebody continues it, or another folder takes its place."""
    run = interrupted(tmp_path, 1)
    entry = RunStore(tmp_path).find(run.key)
    again = opened(tmp_path)
    again.begin(5)
    before = contents(run.path)
    with pytest.raises(RunFolderProblem, match="has changed meanwhile - nothing was removed"):
        remove(tmp_path, entry)
    assert contents(run.path) == before
    again.put(1, numbers(1))
    other = finished(tmp_path, 1, seed=2)
    again.close("interrupted")
    shutil.rmtree(run.path)
    other.path.rename(run.path)
    with pytest.raises(RunFolderProblem, match="has changed meanwhile"):
        remove(tmp_path, entry)
    shutil.rmtree(run.path)
    run.path.symlink_to(tmp_path, target_is_directory=True)
    with pytest.raises(RunFolderProblem, match="is no run folder any more"):
        remove(tmp_path, entry)


def test_a_broom_that_breaks_leaves_no_half_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is half taken away is no run any more: it has no name of one."""
    run = finished(tmp_path, 3)
    entry = RunStore(tmp_path).find(run.key)

    def broken(path: Path) -> None:
        (path / "replications" / "r0000.rep").unlink()
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(cleaning.shutil, "rmtree", broken)
    with pytest.raises(RunFolderProblem, match="Input/output"):
        remove(tmp_path, entry)
    assert RunStore(tmp_path).entries() == [] and opened(tmp_path).finished() == {}
