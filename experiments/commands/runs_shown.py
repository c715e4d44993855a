"""Runs that are kept, as people see them: in a table, and one by one."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from experiments.report.fitted_table import FittedTable
    from experiments.store.entry import Entry
    from experiments.store.run_folder import RunFolder


def print_table(table: FittedTable) -> None:
    """Print a table in the columns of the terminal."""
    from experiments.report.terminal import terminal

    terminal().print(table)


def runs_table(entries: Sequence[Entry]) -> FittedTable:
    """Runs, one in a row."""
    from rich.text import Text

    from experiments.report.fitted_table import FittedTable

    table = FittedTable(
        ["run", "title"], ["replications", "seed", "MB"], ["state", "last change"], ["seed", "replications", "MB"]
    )
    for e in entries:
        cells = (
            e.key[:7] or e.folder,
            f"{e.title} (comparison)" if e.kind == "comparison" else e.title,
            _replications(e),
            "" if e.seed is None else str(e.seed),
            megabytes(e.size),
            e.state,
            _local(e.updated),
        )
        table.add_row(*(Text(shown(cell)) for cell in cells))
    return table


def say_what_is_wrong(entries: Sequence[Entry]) -> None:
    """Say on stderr which folders cannot be trusted, and why."""
    for entry in entries:
        if entry.wrong:
            click.echo(shown(f"{entry.folder}: {entry.wrong}"), err=True)


def _replications(entry: Entry) -> str:
    status = entry.status
    if status is None:
        return ""
    if entry.kind == "comparison" or entry.state == "done":
        return str(status.asked)
    return f"{status.finished} of {status.asked}"


def description(out: Path, entry: Entry, folder: RunFolder | None) -> dict[str, Any]:
    """Everything that is known of a run, ready for JSON."""
    from experiments.store.facts import ComparisonFacts
    from experiments.store.run import Run

    document: dict[str, Any] = {**entry.document(), "path": str(out / entry.folder)}
    if folder is not None:
        document["options"] = dict(folder.facts.options)
        document["files"] = {name: f.facts() for name, f in sorted(folder.facts.files.items())}
        if isinstance(folder.facts, ComparisonFacts):
            document["members"] = [{"name": m.name, "key": m.key, "folder": m.folder} for m in folder.facts.members]
        else:
            document["engine"] = dict(folder.facts.engine)
            document["layout"] = folder.facts.layout
    if isinstance(folder, Run):
        document["whole"] = len(folder.finished())
        document["damaged"] = folder.damaged
    if entry.status is not None:
        document["command"] = list(entry.status.command)
        document["reason"] = entry.status.reason or None
        document["results"] = {name: f.facts() for name, f in sorted(entry.status.files.items())}
    return document


def print_description(d: dict[str, Any]) -> None:
    """Print what `description` gave."""
    click.echo(shown(d["title"] or d["folder"]))
    asked = (d["replications"] or {}).get("asked", 0)
    lines = [
        ("folder", d["path"]),
        ("key", d["key"]),
        ("state", d["state"] + (f": {d['reason']}" if d.get("reason") else "")),
        ("began", _local(_moment(d["began"]))),
        ("last change", _local(_moment(d["updated"]))),
        ("seed", d["seed"]),
        ("replications", f"{d['whole']} whole, {asked} asked for" if "whole" in d else asked),
        ("options", ", ".join(f"{name} {value}" for name, value in d.get("options", {}).items())),
        ("engine", ", ".join(f"{name} {value[:12]}" for name, value in d.get("engine", {}).items())),
        ("command", shlex.join(d.get("command", ()))),
        ("size", f"{megabytes(d['bytes'])} MB"),
    ]
    for name, value in lines:
        if value not in ("", None):
            click.echo(shown(f"  {name:13} {value}"))
    for member in d["members"] if d["kind"] == "comparison" else ():
        click.echo(shown(f"  {'compares':13} {member['name']}: {member['folder']}"))
    for name, facts in {**d.get("files", {}), **d.get("results", {})}.items():
        click.echo(shown(f"  {'file':13} {name} ({facts['bytes']:,} bytes)"))
    if d["state"] in ("interrupted", "failed") and d.get("command"):
        click.echo("  to go on, run the command again: what has finished is not simulated again")
    for words in [*d.get("damaged", ()), *([d["wrong"]] if d["wrong"] else ())]:
        click.echo(shown(words), err=True)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _local(moment: datetime | None) -> str:
    """A time as the clock on the wall here shows it."""
    return "" if moment is None else f"{moment.astimezone():%Y-%m-%d %H:%M}"


def last_change(entry: Entry) -> tuple[float, str]:
    """What runs are sorted by."""
    return 0.0 if entry.updated is None else entry.updated.timestamp(), entry.folder


def megabytes(size: int) -> str:
    """A size of files [bytes] in megabytes.

    Examples
    --------
    >>> megabytes(1_312_345), megabytes(23_456)
    ('1.3', '0.023')
    """
    return f"{size / 1e6:,.1f}" if size >= 1e6 else f"{size / 1e6:.2g}"


def shown(text: str) -> str:
    """Text that does nothing to a terminal: a title comes from a file that anybody may have made."""
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in str(text))
