"""The doctor finds everything that is wrong, and takes away nothing that is sound."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from experiments.store.doctor import examine, mend
from experiments.store.index import INDEX, Index
from experiments.store.replication_file import Header, seal
from experiments.store.run_store import open_comparison
from experiments.store.sealed_arrays import seal_arrays
from tests.experiments.store.made_runs import aged, contents, finished, numbers, opened


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two runs, the comparison of them, a run that was interrupted, and an index."""
    a, b = finished(tmp_path / "runs", 3), finished(tmp_path / "runs", 3, agents=4)
    with open_comparison(a.path.parent, "A or B", [("A", a), ("B", b)], {}) as comparison:
        comparison.begin(3)
        comparison.put_json("comparison.json", {})
        comparison.close("done")
    with opened(tmp_path / "runs", seed=7) as run:
        run.begin(3)
        run.put(0, numbers(0, 7))
    for path in (tmp_path / "runs").iterdir():
        aged(path)
    Index(tmp_path / "runs").entries()
    return tmp_path / "runs"


def write(path: Path, content: bytes, old: bool = False) -> None:
    """A file that may be older than an hour."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    if old:
        os.utime(path, (1.0, 1.0))


def flip(path: Path) -> None:
    """Change a bit in the middle."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)


def the(root: Path, name: str) -> Path:
    """A file of the first run."""
    return opened(root).path / name


FOREIGN = seal(Header("k" * 64, "rows", 1), numbers(1))
HARM: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "replication": (lambda r: flip(the(r, "replications/r0001.rep")), "r0001.rep: was changed", "removed"),
    "cut replication": (lambda r: write(the(r, "replications/r0001.rep"), b""), "r0001.rep: is empty", "removed"),
    "foreign replication": (lambda r: write(the(r, "replications/r0001.rep"), FOREIGN), "belongs to another run", ""),
    "newer replication": (
        lambda r: write(the(r, "replications/r0001.rep"), seal_arrays("aftersim replication", 2, {}, {})),
        "another version of aftersim",
        "",
    ),
    "lost replication": (lambda r: the(r, "replications/r0001.rep").unlink(), "done with 3 replications, and 2 so", ""),
    "odd replication": (lambda r: write(the(r, "replications/r1.rep"), b"x"), "has no name of a replication", ""),
    "result": (lambda r: flip(the(r, "plots/waits.svg")), "waits.svg: was changed after it was written", ""),
    "lost result": (lambda r: the(r, "summary.json").unlink(), "summary.json: is missing", ""),
    "longer result": (lambda r: write(the(r, "summary.json"), b"x" * 99), "is 99 bytes long, and 23 were", ""),
    "status": (lambda r: flip(the(r, "status.json")), "status.json: ", ""),
    "no status": (lambda r: the(r, "status.json").unlink(), "status.json: is missing", ""),
    "facts": (lambda r: flip(the(r, "facts.json")), "facts.json: ", ""),
    "no facts": (lambda r: the(r, "facts.json").unlink(), "facts.json: is missing", ""),
    "rows": (lambda r: flip(the(r, "layout.rows")), "layout.rows: was changed", ""),
    "scenario": (lambda r: the(r, "scenario.yaml").unlink(), "scenario.yaml: is missing", ""),
    "name": (lambda r: the(r, "").rename(r / "20260101-000000-x-aaaaaaa"), "name does not end with the first", "index"),
    "old temporary": (lambda r: write(the(r, ".x.7-0.part"), b"", True), "was left over by a process", "removed"),
    "new temporary": (lambda r: write(the(r, "plots/.x.7-0.part"), b""), "is being written, or was left", ""),
    "link": (lambda r: the(r, "plots/link").symlink_to("/etc"), "link: is a link or a device", ""),
    "linked run": (lambda r: (r / "20260101-000000-x-aaaaaaa").symlink_to("."), "is a link; run folders lie", ""),
    "old new folder": (
        lambda r: (write(r / ".new-7-abc-0" / "facts.json", b""), os.utime(r / ".new-7-abc-0", (1.0, 1.0))),
        "was left over by a process",
        "removed",
    ),
    "young trash": (lambda r: write(r / ".trash-7-abc" / "facts.json", b""), "is being written, or was left", ""),
    "index": (lambda r: write(r / INDEX, b"x" * 9999), "index.sqlite: cannot be read", "mended"),
    "lying index": (lambda r: execute(r, "UPDATE runs SET state = 'done'"), "was changed after it was", "mended"),
    "ghost": (lambda r: execute(r, "UPDATE runs SET folder = 'x' || folder"), "was changed after it was", "mended"),
}  # fmt: skip


def execute(root: Path, statement: str) -> None:
    """Change the index behind its back."""
    connection = sqlite3.connect(root / INDEX)
    connection.execute(statement)
    connection.commit()
    connection.close()


def everything(root: Path) -> dict[str, bytes]:
    """All files under a root but the index."""
    files = [p for p in root.rglob("*") if p.is_file() and not p.name.startswith(INDEX)]
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in files}


def test_nothing_is_wrong_where_nothing_is(root: Path, tmp_path: Path) -> None:
    """Sound runs, also one that was interrupted; no root at all."""
    assert list(examine(root)) == []
    assert list(examine(tmp_path / "nowhere")) == []


@pytest.mark.parametrize("harm", HARM)
def test_every_harm_is_named_and_only_damage_is_removed(root: Path, harm: str) -> None:
    """File, what is wrong, what to do; repairing takes away damaged and left-over files and nothing else."""
    act, words, cure = HARM[harm]
    act(root)
    before = everything(root)
    findings = list(examine(root))
    assert any(words in str(f) for f in findings), findings
    assert all(" - " in str(f) and f.place and f.wrong and f.repair for f in findings)
    assert everything(root) == before
    mended = list(mend(root, findings))
    after = everything(root)
    assert all(after[name] == before[name] for name in after)
    lost = set(before) - set(after)
    assert bool(lost) == (cure == "removed")
    assert any(f.mended for f in mended) == (cure != "")
    if cure in ("removed", "mended"):
        assert not any(words in str(f) for f in examine(root))


@pytest.mark.parametrize("harm", [h for h in HARM if "replication" in h or "result" in h or h in ("rows", "scenario")])
def test_what_was_harmed_is_made_again_by_running_again(root: Path, harm: str) -> None:
    """The doctor's word holds: after the next run nothing is wrong, and every byte is as it was."""
    from tests.experiments.store.made_runs import complete

    before = contents(opened(root).path)
    HARM[harm][0](root)
    complete(opened(root), 3)
    left = [f for f in examine(root) if not f.place.endswith(("r1.rep", INDEX))]
    assert left == []
    after = contents(opened(root).path)
    after.pop("replications/r1.rep", None)
    assert after == before


def test_a_comparison_whose_runs_are_gone_is_named(root: Path) -> None:
    """Its results can still be read."""
    import shutil

    run = opened(root)
    shutil.rmtree(run.path)
    assert any(f'compares the run "{run.path.name}"' in str(f) for f in examine(root))


def test_a_file_that_was_replaced_meanwhile_stays(root: Path) -> None:
    """A run goes on between looking and mending: what is sound now is not taken away."""
    path = the(root, "replications/r0001.rep")
    content = path.read_bytes()
    flip(path)
    findings = list(examine(root))
    path.write_bytes(content)
    assert not any(f.mended for f in mend(root, findings) if "r0001" in f.place)
    assert path.read_bytes() == content
