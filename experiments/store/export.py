"""A run as one file to give away."""

from __future__ import annotations

import os
import stat
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.store.atomic_file import PART, flush_file, flush_folder, write_bytes
from experiments.store.damage import Damaged
from experiments.store.disk_problem import RunFolderProblem, disk_problem
from experiments.store.layout_file import KeptLayout
from experiments.store.run import Run
from experiments.store.run_folder import RunFolder
from experiments.store.tables import csv_bytes, parquet_bytes

if TYPE_CHECKING:
    import pandas as pd

ENDINGS = (".zip", ".csv", ".parquet")


class ExportProblem(Exception):
    """What was asked for cannot be made, in words for people."""


def export(run: RunFolder, target: Path, *, replace: bool = False) -> int:
    """Write a run to a file: `.zip` holds the whole folder, `.csv` and `.parquet` one tidy table.

    The table has a row per replication, measure, scope and interval, with its unit.

    Parameters
    ----------
    run : RunFolder
        What to export.
    target : Path
        Its ending says what is made.
    replace : bool
        Overwrite a file that is there.

    Returns
    -------
    int
        Size of the file [bytes].

    Raises
    ------
    ExportProblem
        Another ending, a file that is there, a comparison as a table.
    Damaged
        A replication, or what its rows are, cannot be trusted.
    RunFolderProblem
        The file cannot be written.
    """
    ending = target.suffix.lower()
    if ending not in ENDINGS:
        raise ExportProblem(f"{target}: the ending says what is made - write one of .zip, .csv, .parquet")
    if os.path.lexists(target) and not replace:
        raise ExportProblem(f"{target}: is there already - name another file, or overwrite it with --force")
    if target.is_dir():
        raise ExportProblem(f"{target}: is a folder - name a file")
    try:
        if ending == ".zip":
            _write_zip(run.path, target)
        else:
            table = _table(run)
            write_bytes(target, csv_bytes(table) if ending == ".csv" else parquet_bytes(table))
        return target.stat().st_size
    except OSError as error:
        words = disk_problem(target, error).replace("--out", "--to").replace(", or use --no-folder", "")
        raise RunFolderProblem(words) from error


def _table(run: RunFolder) -> pd.DataFrame:
    if not isinstance(run, Run):
        names = ", ".join(member.folder for member in getattr(run.facts, "members", ()))
        raise ExportProblem(
            f"{run.path}: a comparison has no replications of its own - export its runs ({names}), or a .zip"
        )
    layout = KeptLayout.read(run.path, run.facts.layout)
    finished = run.finished()
    if run.damaged:
        n = len(run.damaged)
        wrong = f"{n} replication{' is' if n == 1 else 's are'} damaged, and a table without would be wrong"
        raise Damaged(run.path, wrong, "run the command again: aftersim runs doctor names them")
    if not finished:
        raise ExportProblem(f"{run.path}: no replication has finished yet - run the command again")
    return layout.table(finished)


def _write_zip(folder: Path, target: Path) -> None:
    """All plain files of a folder, under its name; temporary files and links are left out."""
    temporary = target.with_name(f".{target.name}.{os.getpid()}{PART}")
    try:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
            for path in sorted(folder.rglob("*")):
                name = path.relative_to(folder)
                hidden = any(part.startswith(".") for part in name.parts)
                if stat.S_ISREG(path.lstat().st_mode) and not hidden and _is_text(name):
                    archive.write(path, f"{folder.name}/{name.as_posix()}")
        flush_file(temporary)
        os.replace(temporary, target)  # noqa: PTH105
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    flush_folder(target.parent)


def _is_text(name: Path) -> bool:
    """Whether a name can stand in an archive; names of bytes that are no text cannot."""
    try:
        return bool(str(name).encode())
    except UnicodeEncodeError:
        return False
