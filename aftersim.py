"""The command line: collects the `commands.py` of each package, nothing else."""

from __future__ import annotations

import importlib
from collections.abc import Sequence

import click

PLACES = {
    "run": "experiments.commands",
    "validate": "sim.commands",
    "explain": "sim.commands",
    "measures": "sim.commands",
    "calibrate": "calibration.commands",
}
"""Which module brings which command; it is imported only when the command is used."""


class Commands(click.Group):
    """Commands found in the packages, imported when they are called."""

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
    """Simulate an after-sales service desk: waiting, service levels, workload.

    \b
    Examples:
      aftersim run scenarios/small_shop.yaml
      aftersim explain scenarios/small_shop.yaml
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of the console script."""
    cli(args=None if arguments is None else list(arguments))


if __name__ == "__main__":
    main()
