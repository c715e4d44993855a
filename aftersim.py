"""The command line, and the front door for notebooks: both only collect what the packages bring.

>>> from aftersim import compare, load, replicate
"""

from __future__ import annotations

import codecs
import errno
import importlib
import io
import json
import sys
from collections.abc import Sequence
from typing import Any

import click

PLACES = {
    "run": "experiments.commands.run",
    "compare": "experiments.commands.compare",
    "runs": "experiments.commands.runs",
    "validate": "sim.commands.validate",
    "explain": "sim.commands.explain",
    "new": "sim.starting.commands",
    "upgrade": "sim.commands.upgrade",
    "schema": "sim.commands.schema",
    "measures": "sim.commands.catalogue",
    "warmup": "sim.commands.catalogue",
    "calibrate": "calibration.commands",
    "dashboard": "dashboards.command",
}
"""Which module brings which command; it is imported only when the command is used."""

DOOR = {
    "load": "sim",
    "lower": "sim",
    "simulate": "sim",
    "ScenarioProblems": "sim",
    "replicate": "experiments.study",
    "compare": "experiments.study",
    "Run": "experiments.study",
    "Study": "experiments.study",
    "cluster": "experiments.replication.cluster",
}
"""What a notebook or script imports from here, and where it lives."""


def __getattr__(name: str) -> Any:
    if name not in DOOR:
        raise AttributeError(f"module 'aftersim' has no attribute {name!r}")
    return getattr(importlib.import_module(DOOR[name]), name)


def __dir__() -> list[str]:
    return sorted([*DOOR, "main"])


class Commands(click.Group):
    """Commands found in the packages, imported when they are called."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; Ctrl-C before it listens to it itself ends it in one word, too."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(130)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands."""
        return list(PLACES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or None."""
        if cmd_name not in PLACES:
            return None
        module = importlib.import_module(PLACES[cmd_name])
        return {c.name: c for c in module.COMMANDS}[cmd_name]


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="aftersim", message="aftersim %(version)s")
def cli() -> None:
    """Simulate an after-sales service desk: waits, promises, workload, and what a policy changes.

    \b
    Examples:
      aftersim compare scenarios/baseline.yaml scenarios/policies/keep_phones_free.yaml
      aftersim run scenarios/small_shop.yaml
      aftersim explain scenarios/baseline.yaml
      aftersim new my_desk
      aftersim dashboard
    """


PLAIN = {"\N{EN DASH}": "-", "\N{HORIZONTAL ELLIPSIS}": "...", "\N{BOX DRAWINGS LIGHT HORIZONTAL}": "-"}
"""What stands in for our own signs where a terminal cannot show them; others become escapes."""


def _showable(error: UnicodeError) -> tuple[str, int]:
    """Give what a terminal can show for the characters that it cannot; escapes are those of JSON."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(PLAIN.get(c) or json.dumps(c)[1:-1] for c in wrong), error.end


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of the console script; a terminal of another encoding or a full disk behind it is no traceback."""
    codecs.register_error("aftersim", _showable)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="aftersim")
    try:
        cli(args=None if arguments is None else list(arguments))
    except OSError as error:
        if error.errno != errno.ENOSPC or error.filename is not None:
            raise
        click.echo(f"the output cannot be written ({error.strerror}) - send it somewhere else", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
