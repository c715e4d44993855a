"""What can be measured, and the engine made ready beforehand."""

from __future__ import annotations

import json

import click

from sim.commands.opening import json_option


@click.command()
@json_option
def measures(as_json: bool) -> None:
    """List every measure with its unit, formula, level, estimator and clock."""
    from sim.measures import MEASURES

    if as_json:
        from dataclasses import asdict

        click.echo(json.dumps([asdict(m) for m in MEASURES.values()], indent=1))
        return
    for m in MEASURES.values():
        click.echo(
            f"{m.name} [{m.unit}] - {m.title}\n    {m.formula}\n    level {m.level}; {m.estimator}; clock {m.clock}"
        )


@click.command()
def warmup() -> None:
    """Compile the engine for this installation, so that no later run has to wait for it.

    The engine, and what measures long histories, is compiled once, when a run first needs it, and kept on disk for all
    later ones. This command does it beforehand, and again after an update; when nothing has changed it is done at once.

    \b
    Example:
      aftersim warmup
    """
    import time

    from sim.machine import engines

    for kind in engines.KINDS:
        began = time.perf_counter()
        known = engines.is_kept(kind)
        if not known:
            click.echo(f"compiling the {kind} engine ...", err=True)
        engines.warm(kind)
        seconds = time.perf_counter() - began
        click.echo(f"{kind} engine: {'was ready' if known else f'compiled in {seconds:.1f} s'}")
    from sim.measures.cells import passes

    began, known = time.perf_counter(), passes.is_kept()
    if not known:
        click.echo("compiling the measures ...", err=True)
    passes.warm()
    seconds = time.perf_counter() - began
    click.echo(f"measures: {'were ready' if known else f'compiled in {seconds:.1f} s'}")
    place = engines.kept_in()
    click.echo(f"kept in {place}" if place else "no folder can be written: it is compiled again in every process")


COMMANDS = [measures, warmup]
