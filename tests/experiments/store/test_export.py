"""Runs as files to give away."""

from __future__ import annotations

import errno
import os
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from experiments.store.damage import Damaged
from experiments.store.disk_problem import RunFolderProblem
from experiments.store.export import ExportProblem, export
from experiments.store.layout_file import KeptLayout
from experiments.store.run_store import open_comparison
from tests.experiments.store.made_runs import ROWS, UNITS, finished, numbers, opened


def test_a_table_has_a_row_for_each_measure_of_each_replication(tmp_path: Path) -> None:
    """With names, units and exactly the numbers that are kept; CSV and Parquet say the same."""
    run = finished(tmp_path / "runs", 3)
    export(run, tmp_path / "x.parquet")
    table = pd.read_parquet(tmp_path / "x.parquet")
    assert len(table) == 3 * 4
    row = table[(table["replication"] == 2) & (table["measure"] == "=service_level") & (table["label"] == "10")].iloc[0]
    assert (row["scope_kind"], row["scope"], row["grid"], row["unit"]) == ("channel", "phone", "hour", "share")
    assert row["value"] == numbers(2)["value"][3] and row["denominator"] == 10.0
    open_row = table[(table["replication"] == 0) & (table["scope"] == "@mail")].iloc[0]
    assert (open_row["lower"], open_row["upper"]) == (numbers(0)["open_lower"][0], numbers(0)["open_upper"][0])
    export(run, tmp_path / "x.csv")
    again = pd.read_csv(tmp_path / "x.csv", dtype={"label": str}, keep_default_na=False)
    assert again["value"].tolist() == table["value"].tolist() and list(again.columns) == list(table.columns)


def test_no_text_of_an_export_is_a_formula(tmp_path: Path) -> None:
    """Names of measures and channels come from people."""
    export(finished(tmp_path / "runs", 1), tmp_path / "x.csv")
    text = (tmp_path / "x.csv").read_text(encoding="utf-8")
    assert "'=service_level" in text and "'@mail" in text
    assert not any(cell[:1] in "=+-@" for line in text.splitlines()[1:] for cell in line.split(",")[1:5] if cell)


def test_an_archive_holds_the_whole_folder(tmp_path: Path) -> None:
    """Under its name; without temporary files, and without what links lead to."""
    run = finished(tmp_path / "runs", 2)
    (run.path / ".x.1-0.part").write_bytes(b"half")
    (run.path / "link").symlink_to("/etc/passwd")
    os.close(os.open(os.fsencode(run.path) + b"/odd\xff", os.O_CREAT | os.O_WRONLY))
    size = export(run, tmp_path / "x.zip")
    assert size == (tmp_path / "x.zip").stat().st_size
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        assert archive.testzip() is None
        names = {name.removeprefix(f"{run.path.name}/") for name in archive.namelist()}
        archive.extractall(tmp_path / "given")
    assert names == {
        *("facts.json", "status.json", "scenario.yaml", "layout.rows", "summary.json", "plots/waits.svg"),
        *("replications/r0000.rep", "replications/r0001.rep"),
    }
    given = opened(tmp_path / "given")
    assert given.path.name == run.path.name and len(given.finished()) == 2


@pytest.mark.parametrize("ending", ["zip", "csv", "parquet"])
def test_nothing_is_overwritten_unasked(tmp_path: Path, ending: str) -> None:
    """A file, or a link that leads nowhere; with `replace` it is replaced whole."""
    run = finished(tmp_path / "runs", 1)
    target = tmp_path / f"x.{ending}"
    target.write_bytes(b"mine")
    with pytest.raises(ExportProblem, match="is there already - name another file, or overwrite it with --force"):
        export(run, target)
    assert target.read_bytes() == b"mine"
    export(run, target, replace=True)
    assert target.read_bytes() != b"mine"
    link = tmp_path / f"link.{ending}"
    link.symlink_to(tmp_path / "nowhere")
    with pytest.raises(ExportProblem):
        export(run, link)
    (tmp_path / f"folder.{ending}").mkdir()
    with pytest.raises(ExportProblem, match="is a folder"):
        export(run, tmp_path / f"folder.{ending}", replace=True)


def test_what_cannot_be_exported_is_told(tmp_path: Path) -> None:
    """Another ending, a comparison as a table, a run without replications."""
    run = finished(tmp_path / "runs", 1)
    with pytest.raises(ExportProblem, match=r"write one of \.zip, \.csv, \.parquet"):
        export(run, tmp_path / "x.xlsx")
    comparison = open_comparison(tmp_path / "runs", "A", [("A", run)], {})
    with pytest.raises(ExportProblem, match=f"export its runs \\({run.path.name}\\), or a .zip"):
        export(comparison, tmp_path / "x.csv")
    assert export(comparison, tmp_path / "x.zip") > 0
    with pytest.raises(ExportProblem, match="no replication has finished yet"):
        export(opened(tmp_path / "runs", seed=2), tmp_path / "y.csv")


def test_a_table_is_never_made_of_what_is_damaged(tmp_path: Path) -> None:
    """One replication less would be another result; rows that are not known are no table at all."""
    run = finished(tmp_path / "runs", 2)
    path = run.path / "replications" / "r0001.rep"
    content = path.read_bytes()
    path.write_bytes(content[:-1])
    with pytest.raises(Damaged, match="1 replication is damaged, and a table without would be wrong"):
        export(run, tmp_path / "x.csv")
    path.write_bytes(content)
    (run.path / "layout.rows").write_bytes(KeptLayout(ROWS, UNITS).content()[:-1])
    with pytest.raises(Damaged, match="is cut short"):
        export(run, tmp_path / "x.csv")
    assert not (tmp_path / "x.csv").exists()


def test_arrays_that_do_not_fit_the_rows_are_named(tmp_path: Path) -> None:
    """A reduction that changed without its digest."""
    run = opened(tmp_path / "runs")
    for number, wrong in enumerate(({"value": numbers(0)["value"][:2]}, {"open_rows": numbers(0)["open_rows"] + 99})):
        run.put(number, {**numbers(0), **wrong})
        with pytest.raises(Damaged, match="do not fit the rows"):
            KeptLayout(ROWS, UNITS).table({number: run.finished()[number]})


@pytest.mark.parametrize("ending", ["zip", "csv"])
def test_a_full_disk_leaves_nothing_half(tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In words, with the option that names the file."""
    run = finished(tmp_path / "runs", 1)

    def full(*arguments: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RunFolderProblem, match=r"x\.\w+: the disk is full - .* --to"):
        export(run, tmp_path / f"x.{ending}")
    assert [p.name for p in tmp_path.iterdir()] == ["runs"]
    with pytest.raises(RunFolderProblem, match="has been taken away meanwhile"):
        export(run, tmp_path / "nowhere" / f"x.{ending}")
