"""Commands about runs that are kept: list, show, compare, export, clean up, look after them."""

from __future__ import annotations

import json
import re
import sys
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from experiments.commands.runs_shown import (
    description,
    last_change,
    megabytes,
    print_description,
    print_table,
    runs_table,
    say_what_is_wrong,
    shown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from experiments.store.doctor import Finding
    from experiments.store.run import Run
    from experiments.store.run_store import RunStore

FAILED, USAGE_ERROR = 1, 2
"""Exit codes: the disk or a file lets us down; the input is wrong."""

SCHEMA = "aftersim runs 1"
"""Name and version of the JSON documents; the number grows when a reader has to change."""

UNITS = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


class Age(click.ParamType):
    """A time that has passed, such as `30d`."""

    name = "age"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Read it, or refuse."""
        if isinstance(value, timedelta):
            return value
        found = re.fullmatch(r"\s*(\d{1,6})\s*(min|h|d|w)\s*", str(value))
        if found is None:
            self.fail(f'got "{value}"; a number with min, h, d or w is expected - write 30d', param, ctx)
        return int(found[1]) * UNITS[found[2]]


_out = click.option(
    "--out",
    default="runs",
    show_default=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where run folders lie.",
)
_json = click.option("--json", "as_json", is_flag=True, help="One JSON document for machines.")
_run = click.argument("run", metavar="RUN")


@click.group(no_args_is_help=True)
def runs() -> None:
    """Look after the runs that are kept in ./runs.

    RUN is the name of a run folder, a part of it that only one has, or the first letters of its key, as `list` prints
    them.

    \b
    Examples:
      aftersim runs list
      aftersim runs show 5f2c91a
      aftersim runs export 5f2c91a --to run.zip
      aftersim runs clean --older-than 30d
      aftersim runs doctor
    """


@runs.command("list")
@_json
@_out
def list_runs(as_json: bool, out: Path) -> None:
    """List runs and comparisons, the newest first.

    \b
    Examples:
      aftersim runs list
      aftersim runs list --json --out my_runs
    """
    with _told():
        entries = sorted(_store(out).entries(), key=last_change, reverse=True)
        if as_json:
            _print_json({"root": str(out), "runs": [entry.document() for entry in entries]})
            return
        if not entries:
            click.echo(shown(f"there are no runs in {out} - aftersim run SCENARIO makes one"))
            return
        print_table(runs_table(entries))
        say_what_is_wrong(entries)


@runs.command()
@_run
@_json
@_out
def show(run: str, as_json: bool, out: Path) -> None:
    """Show one run: what it rests on, how far it is, what lies in its folder.

    \b
    Examples:
      aftersim runs show 5f2c91a
      aftersim runs show 20260302-093000-small-shop-5f2c91a --json
    """
    with _told():
        store = _store(out)
        entry = store.find(run)
        folder = None if entry.kind is None else store.read(entry.folder)
        document = description(out, entry, folder)
        if as_json:
            _print_json(document)
        else:
            print_description(document)
    if entry.wrong or document.get("damaged"):
        sys.exit(FAILED)


@runs.command()
@click.argument("runs_compared", metavar="RUN RUN", nargs=2)
@_json
@_out
def compare(runs_compared: tuple[str, str], as_json: bool, out: Path) -> None:
    """Compare two runs that are kept; nothing is simulated.

    \b
    Examples:
      aftersim runs compare 5f2c91a 0b77e3d
      aftersim runs compare small-shop keep-phones-free --json
    """
    from experiments.store.run import Run

    with _told():
        store = _store(out)
        found = [store.read(store.find(text).folder) for text in runs_compared]
        one, other = found
        if not isinstance(one, Run) or not isinstance(other, Run):
            text = runs_compared[0 if not isinstance(one, Run) else 1]
            _refuse(f'"{text}" is a comparison, and two runs are expected - aftersim runs show {text} names its runs')
        stored_comparison(one, other, as_json)


def stored_comparison(base: Run, other: Run, as_json: bool) -> None:
    """Print how two runs differ, from what is kept of them: as `aftersim compare` would, without simulating.

    Parameters
    ----------
    base, other : Run
        The runs; the replications that both have are compared.
    as_json : bool
        One JSON document instead.
    """
    from experiments.commands.kept_comparison import NotComparable, compare_kept
    from experiments.report.comparison_document import comparison_document
    from experiments.report.comparison_tables import ComparisonReport

    try:
        comparison = compare_kept([base, other])
    except NotComparable as reason:
        _refuse(str(reason))
    if as_json:
        _print_json({"comparison": comparison_document(comparison, (), None)})
    else:
        from experiments.report.terminal import terminal

        ComparisonReport(comparison, "").print(terminal())


@runs.command()
@_run
@click.option("--to", "target", required=True, type=click.Path(path_type=Path), metavar="FILE", help="What to write.")
@click.option("--force", is_flag=True, help="Overwrite the file if it is there.")
@_json
@_out
def export(run: str, target: Path, force: bool, as_json: bool, out: Path) -> None:
    """Export a run: all of its folder as .zip, or its measures per replication as .csv or .parquet.

    \b
    Examples:
      aftersim runs export 5f2c91a --to run.zip
      aftersim runs export 5f2c91a --to measures.csv --force
      aftersim runs export small-shop --to measures.parquet
    """
    from experiments.store.export import ExportProblem
    from experiments.store.export import export as write

    with _told():
        store = _store(out)
        entry = store.find(run)
        try:
            size = write(store.read(entry.folder), target, replace=force)
        except ExportProblem as problem:
            _refuse(str(problem))
        if as_json:
            _print_json({"folder": entry.folder, "file": str(target), "bytes": size})
        else:
            click.echo(shown(f"{target}: {megabytes(size)} MB, from {entry.folder}"))


@runs.command()
@click.option("--older-than", type=Age(), metavar="AGE", help="Only runs to which nothing happened for so long: 30d.")
@click.option("--unfinished", is_flag=True, help="Only runs that are not done.")
@click.option("--keep", type=click.IntRange(min=0), metavar="N", help="Not the N newest.")
@click.option("--yes", is_flag=True, help="Remove them; without it they are only listed.")
@_json
@_out
def clean(
    older_than: timedelta | None, unfinished: bool, keep: int | None, yes: bool, as_json: bool, out: Path
) -> None:
    """Remove runs; without --yes it only lists what would go.

    Several options together take the runs to which all of them apply. A run that is at work, one that a comparison
    needs, and anything that is no sound run folder always stay.

    \b
    Examples:
      aftersim runs clean --older-than 30d
      aftersim runs clean --unfinished --yes
      aftersim runs clean --keep 20 --older-than 2w --yes
    """
    from experiments.store.cleaning import Wish, remove, to_go
    from experiments.store.disk_problem import RunFolderProblem

    if older_than is None and not unfinished and keep is None:
        raise click.UsageError("say what should go: --older-than 30d, --unfinished or --keep 20")
    troubles = []
    with _told():
        store = _store(out)
        going = to_go(store.entries(), Wish(older_than, unfinished, keep))
        removed = []
        for entry in going if yes else []:
            try:
                remove(out, entry)
                removed.append(entry)
            except RunFolderProblem as problem:
                troubles.append(str(problem))
        if removed:
            store.entries()  # the index forgets them
        size = sum(entry.size for entry in (removed if yes else going))
        if as_json:
            listed = removed if yes else going
            _print_json({"root": str(out), "removed": yes, "bytes": size, "runs": [e.document() for e in listed]})
        elif not going:
            click.echo("nothing to remove")
        else:
            print_table(runs_table(going))
            if yes:
                click.echo(f"{_count(len(removed), 'folder')} removed, {megabytes(size)} MB")
            else:
                words = f"{_count(len(going), 'folder')}, {megabytes(size)} MB would go; nothing was removed"
                click.echo(f"{words} - add --yes to remove them")
    for trouble in troubles:
        click.echo(shown(trouble), err=True)
    if troubles:
        sys.exit(FAILED)


@runs.command()
@click.option("--repair", is_flag=True, help="Remove damaged replications and old temporary files, rebuild the index.")
@_json
@_out
def doctor(repair: bool, as_json: bool, out: Path) -> None:
    """Check every file of every run: checksums, facts, status, index, left-over temporary files.

    \b
    Examples:
      aftersim runs doctor
      aftersim runs doctor --repair
    """
    from experiments.store.doctor import examine, mend
    from experiments.store.entry import run_folders

    findings: list[Finding] = []
    with _told():
        n = len(run_folders(out))
        findings = list(examine(out))
        if repair:
            findings = list(mend(out, findings))
        left = sum(not finding.mended for finding in findings)
        if as_json:
            _print_json({"root": str(out), "folders": n, "findings": [f.document() for f in findings]})
        else:
            for finding in findings:
                click.echo(shown(str(finding)))
            mended = f", {len(findings) - left} mended" if repair else ""
            words = f"{_count(len(findings), 'problem')}{mended}" if findings else "nothing is wrong"
            click.echo(shown(f"{_count(n, 'folder')} in {out}: {words}"))
    if left:
        sys.exit(FAILED)


def _store(out: Path) -> RunStore:
    from experiments.store.run_store import RunStore

    return RunStore(out)


@contextmanager
def _told() -> Iterator[None]:
    """Say what went wrong, and leave with the exit code for it."""
    from experiments.store.damage import Damaged
    from experiments.store.disk_problem import RunFolderProblem
    from experiments.store.run_store import UnknownRun

    try:
        yield
    except UnknownRun as problem:
        _refuse(str(problem))
    except (Damaged, RunFolderProblem) as problem:
        click.echo(shown(str(problem)), err=True)
        sys.exit(FAILED)
    except OSError as error:
        if error.filename is None:  # the output, not a file
            raise
        reason = error.strerror or type(error).__name__
        click.echo(shown(f"{error.filename}: cannot be read ({reason}) - name another folder with --out"), err=True)
        sys.exit(FAILED)


def _refuse(words: str) -> NoReturn:
    click.echo(shown(words), err=True)
    sys.exit(USAGE_ERROR)


def _print_json(document: dict[str, Any]) -> None:
    text = json.dumps({"schema": SCHEMA, **document}, indent=1, ensure_ascii=False, allow_nan=False)
    click.echo(text.encode("utf-8", "backslashreplace").decode("utf-8"))


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}{'' if n == 1 else 's'}"


COMMANDS: list[click.Command] = [runs]
"""What the command line collects from this module."""
