"""Options that all commands share which simulate."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from experiments.replication.cluster import Cluster
    from sim.lowering import Operation
    from sim.machine.engines import Name

MOST_OPEN = 1_000_000
"""`sim.machine.records.MOST_OPEN`, without the time of importing it."""

FAILED, USAGE_ERROR, INTERRUPTED = 1, 2, 130
"""Exit codes: the machine let us down; the input is wrong; Ctrl-C."""

REPLICATIONS = 20

MANY_CONTACTS = 2_000_000
"""Contacts of one replication from which a run says beforehand that it is large; all of them are held in memory."""

MOST_WORKERS = 256
"""Threads; each takes memory of its own."""


class WholeNumber(click.ParamType):
    """A whole number within bounds; what is wrong is said with an example of what is right.

    Parameters
    ----------
    least : int
        Smallest value.
    example : str
        What to write.
    most : int
        Largest value.
    """

    name = "integer"

    def __init__(self, least: int, example: str, most: int = 10**9) -> None:
        self.least = least
        self.example = example
        self.most = most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read the number, or refuse."""
        try:
            number = int(str(value).strip())
        except ValueError:
            number = None
        if number is None or not self.least <= number <= self.most:
            bounds = (
                f"of at most {self.most}" if number is not None and number > self.most else f"of at least {self.least}"
            )
            self.fail(f'got "{value}"; a whole number {bounds} is expected - write {self.example}', param, ctx)
        return number


@dataclass(frozen=True)
class Simulation:
    """What was asked about how to simulate.

    Parameters
    ----------
    n, seed : int
        Replications, and the root of their luck.
    settings : tuple of str
        Changes as `path=value`.
    workers : int or None
        Threads.
    engine : {"auto", "compiled", "reference"}
    most_open : int
        Jobs alive at which a history is stopped.
    stratified : bool
        Spread the days' busyness evenly over each ten replications.
    cluster : str or None
        Where to send the work.
    out : Path
        Where runs are kept.
    keep : bool
        Keep a run folder.
    fresh : bool
        Simulate everything again.
    """

    n: int
    seed: int
    settings: tuple[str, ...]
    workers: int | None
    engine: Name
    most_open: int
    stratified: bool
    cluster: str | None
    out: Path
    keep: bool
    fresh: bool

    def words(self) -> list[str]:
        """Options that decide on the numbers, as they are written."""
        out = ["--replications", str(self.n), "--seed", str(self.seed)]
        for text in self.settings:
            out += ["--set", text]
        if self.most_open != MOST_OPEN:
            out += ["--most-open", str(self.most_open)]
        return [*out, "--stratified"] if self.stratified else out

    def key_options(self, draws: bool) -> dict[str, bool | int]:
        """What decides on the numbers of a replication, besides scenario and seed."""
        return {"draws": draws, "stratified": self.stratified, "most_open": self.most_open}

    def executor(self) -> AbstractContextManager[Cluster | None]:
        """The cluster that was asked for, or nothing."""
        if self.cluster is None:
            return nullcontext()
        from experiments.replication.cluster import cluster

        return cluster(self.cluster)


def simulation_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of `Simulation` to a command; it gets them as `simulation`."""

    @functools.wraps(command)
    def gathered(**given: Any) -> None:
        names = ("n", "seed", "settings", "workers", "engine", "most_open", "stratified", "cluster", "out", "fresh")
        how = {name: given.pop(name) for name in names}
        command(simulation=Simulation(keep=not given.pop("no_folder"), **how), **given)

    for option in reversed(_OPTIONS):
        gathered = option(gathered)
    return gathered


_OPTIONS = (
    click.option(
        "--replications",
        "n",
        default=REPLICATIONS,
        show_default=True,
        type=WholeNumber(1, "--replications 20"),
        metavar="N",
        help="Independent histories; 1 gives one possible history without intervals.",
    ),
    click.option(
        "--seed",
        default=1,
        show_default=True,
        type=WholeNumber(0, "--seed 1"),
        metavar="S",
        help="Root of all luck: the same seed gives the same numbers.",
    ),
    click.option(
        "--set",
        "settings",
        multiple=True,
        metavar="PATH=VALUE",
        help="Change one value, as a policy would; may be repeated.",
    ),
    click.option(
        "--out",
        default="runs",
        show_default=True,
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="Where run folders are made, and found again.",
    ),
    click.option("--no-folder", is_flag=True, help="Keep nothing, only print."),
    click.option("--fresh", is_flag=True, help="Simulate everything again, also what is kept from earlier runs."),
    click.option(
        "--workers",
        type=WholeNumber(1, "--workers 2", MOST_WORKERS),
        metavar="N",
        help="Threads; by default as many as there are cores, one for small desks.",
    ),
    click.option(
        "--cluster",
        metavar="WHERE",
        help="Send the work to processes or machines: local:2, or tcp://host:port of a Dask scheduler.",
    ),
    click.option(
        "--engine",
        type=click.Choice(["auto", "compiled", "reference"]),
        default="auto",
        show_default=True,
        help="All give the same numbers; auto takes the one that is done sooner.",
    ),
    click.option(
        "--most-open",
        default=MOST_OPEN,
        show_default=True,
        type=WholeNumber(1, "--most-open 1000000"),
        metavar="N",
        help="Contacts open at once at which a history is stopped: more work arrives than can be done.",
    ),
    click.option(
        "--stratified",
        is_flag=True,
        help="Spread good and bad days evenly over each ten replications (busyness): steadier means.",
    ),
)


class PagePath(click.ParamType):
    """A file that may be written: a new one, or one that is not a scenario and belongs to no run."""

    name = "file"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Take the path, or say why nothing can be written there."""
        if isinstance(value, Path):
            return value
        text = str(value)
        if not text.strip():
            self.fail("got no name; a file such as page.html is expected", param, ctx)
        path = Path(text)
        place = path.resolve()
        given = (ctx.params if ctx is not None else {}) | {}
        scenarios = given.get("scenarios") or (given.get("scenario"),)
        if place.is_dir():
            self.fail(
                f'got "{text}", which is a folder; a file in it is expected - write {path / "page.html"}', param, ctx
            )
        if any(s and Path(s).resolve() == place for s in scenarios) or place.suffix in (".yaml", ".yml"):
            self.fail(f'got "{text}", which is no page but a scenario - write page.html', param, ctx)
        if place.exists() and not place.is_file():
            self.fail(f'got "{text}", which is no ordinary file - write page.html', param, ctx)
        if not place.parent.is_dir():
            self.fail(f'got "{text}", and there is no folder {path.parent} - make it first', param, ctx)
        if any((folder / "facts.json").exists() for folder in place.parents):
            self.fail(f'got "{text}", which lies in the folder of a run - write it elsewhere', param, ctx)
        if not os.access(place if place.exists() else place.parent, os.W_OK):
            self.fail(
                f'got "{text}", which cannot be written (read-only or not yours) - write it elsewhere', param, ctx
            )
        return place if path.is_symlink() else path


def page_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of a page for people: `page` and `language`."""
    language = click.option(
        "--language",
        type=click.Choice(["en", "zh"]),
        default="en",
        show_default=True,
        help="Of the page: English or Simplified Chinese.",
    )
    page = click.option("--html", "page", type=PagePath(), metavar="FILE", help="Write one page for people.")
    return page(language(command))


def say_if_compiling(operations: list[Operation], engine: Name, n: int) -> None:
    """Announce that the run has to wait for its engine to be compiled."""
    from sim.machine import engines

    seconds = engines.seconds_to_compile((o.network for o in operations), engine, n)
    if engine == "reference" or not seconds:
        return
    click.echo(
        f"compiling the engine for this installation, once: about {seconds:.0f} s (aftersim warmup does it beforehand)",
        err=True,
    )


def say_if_large(operation: Operation, file: str) -> None:
    """Warn before a run whose contacts may not fit into the memory."""
    from sim.expectation import expected_flow

    flow = expected_flow(operation)
    days = (operation.network.warm_up + operation.network.end) / (24 * 60)
    contacts = sum(flow.per_day(v) for v in flow.attempts.values()) * days
    if contacts > MANY_CONTACTS:
        click.echo(
            f"{file}: warning: about {contacts:,.0f} contacts in each replication are expected; over {MANY_CONTACTS:,} "
            "take long and may fill the memory - shorten period.length, or scale contacts and staff down",
            err=True,
        )
