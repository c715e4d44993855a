"""The command `upgrade`: files written in an older version of the language become files of today."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
from difflib import unified_diff
from pathlib import Path

import click

from sim.commands.opening import USAGE_ERROR

OLD = 1
"""Exit code of `--check` where a file is to be upgraded."""


@click.command(no_args_is_help=True)
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--write", is_flag=True, help="Write the files; without it the changes are only shown.")
@click.option("--check", is_flag=True, help="Show nothing but what would be upgraded; exit code 1 if anything would.")
@click.option(
    "--from",
    "written_in",
    type=click.IntRange(min=0),
    metavar="VERSION",
    help="Version of files that do not say theirs, such as policies.",
)
def upgrade(files: tuple[str, ...], write: bool, check: bool, written_in: int | None) -> None:
    """Bring scenarios and policies to the version of the language that is read today.

    Words that have changed are replaced where they stand: comments, order and layout stay as they are. Shows the
    changes; --write makes them.

    \b
    Examples:
      aftersim upgrade my_desk.yaml
      aftersim upgrade my_desk.yaml policies/*.yaml --write
      aftersim upgrade policies/night.yaml --from 0
      aftersim upgrade my_desk.yaml --check
    """
    from sim.scenario.text.problems import ScenarioProblems
    from sim.scenario.text.units import Unreadable
    from sim.scenario.versions.upgrade import upgrade as upgraded

    if write and check:
        raise click.UsageError("--write makes the changes and --check makes none: give one of them")
    wrong = old = 0
    for file in dict.fromkeys(files):
        try:
            before = _text(Path(file))
            after = upgraded(before, file, written_in)
            if after.text != before and write:
                _write(Path(file), after.text)
        except ScenarioProblems as refused:
            for problem in refused.problems:
                click.echo(str(problem), err=True)
            wrong += 1
            continue
        except (Unreadable, OSError) as error:
            what = getattr(error, "strerror", None) or str(error)
            click.echo(f"{file}: {what}", err=True)
            wrong += 1
            continue
        n = len(after.edits)
        changes = f"{n} change{'' if n == 1 else 's'}"
        if after.text == before:
            taken = "" if after.said else f" (none is written in it; --from {after.version - 1} if it is older)"
            click.echo(f"{file}: version {after.version} already{taken}", err=True)
            continue
        old += 1
        versions = f"from version {after.found} to {after.version}"
        if write:
            click.echo(f"{file}: upgraded {versions}, {changes}", err=True)
        elif check:
            click.echo(f"{file}: to be upgraded {versions}, {changes}", err=True)
        else:
            lines = unified_diff(before.splitlines(True), after.text.splitlines(True), file, f"{file} (upgraded)")
            click.echo("".join(line if line.endswith("\n") else f"{line}\n" for line in lines), nl=False)
    if wrong:
        click.echo(f"{wrong} file{'' if wrong == 1 else 's'} cannot be upgraded", err=True)
        sys.exit(USAGE_ERROR)
    if old and not write and not check:
        click.echo("nothing is written yet: --write makes these changes", err=True)
    if old and check:
        sys.exit(OLD)


def _text(path: Path) -> str:
    """Read a file with its byte order mark and its ends of lines."""
    from sim.scenario.text.nodes import LARGEST_FILE
    from sim.scenario.text.tables import decode, read_bytes

    data = read_bytes(path, LARGEST_FILE)
    decode(data)  # says what is wrong with it
    return data.decode("utf-8")


def _write(path: Path, text: str) -> None:
    """Put a text in the place of a file at once, with its rights; a link stays a link."""
    real = Path(os.path.realpath(path))
    handle, name = tempfile.mkstemp(prefix=f".{real.name}.", dir=real.parent)
    new = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(text.encode("utf-8"))
            stream.flush()
            os.fsync(stream.fileno())
        shutil.copymode(real, new)
        if not real.stat().st_mode & stat.S_IWUSR:
            raise PermissionError(13, "the file is read-only")
        new.replace(real)
    finally:
        new.unlink(missing_ok=True)


COMMANDS = [upgrade]
"""What the command line collects from this module."""
