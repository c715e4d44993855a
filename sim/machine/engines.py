"""Which engine runs: the compiled one, or the reference engine where that gives a result sooner.

Both leave the same records bit for bit, so the choice never changes a number. The compiled engine is compiled once per
installation and then loaded from disk; until that has happened small jobs run on the reference engine.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Lock, Thread
from typing import Literal

from sim.machine.demand import expected_jobs
from sim.machine.network import Network
from sim.machine.records import Records

Name = Literal["auto", "compiled", "reference"]
NAMES: tuple[Name, ...] = ("auto", "compiled", "reference")

SECONDS_A_JOB = 60e-6
"""What the reference engine takes for a job, roughly [s]."""

SECONDS_TO_COMPILE = 15.0
"""What compiling takes, roughly [s]."""

_compiling: dict[bool, Thread] = {}
_lock = Lock()


def runner(network: Network, engine: Name = "auto") -> Callable[..., Records]:
    """The `run` function of an engine.

    Parameters
    ----------
    network : Network
        What will be simulated.
    engine : {"auto", "compiled", "reference"}
        `auto`: compiled, unless it would first have to be compiled and the reference engine is done before that; then
        compiling goes on beside it for the next run.
    """
    if engine not in NAMES:
        raise ValueError(f"engine {engine!r} is unknown; one of {', '.join(NAMES)} is expected")
    if settled(network, engine, 1) == "compiled":
        from sim.machine import compiled

        return compiled.run
    if engine == "auto":
        from sim.machine import compiled

        warm_aside(compiled.is_full(network))
    from sim.machine import reference

    return reference.run


def settled(network: Network, engine: Name, runs: int) -> Name:
    """The engine for so many runs of a network: `auto` is decided once, for all of them and all processes.

    Compiled, if it is ready, or if compiling takes less time than the reference engine would take for all runs.
    """
    if engine != "auto":
        return engine
    from sim.machine import compiled

    large = runs * expected_jobs(network) * SECONDS_A_JOB > SECONDS_TO_COMPILE
    return "compiled" if large or compiled.ready(network) else "reference"


def must_wait(network: Network, engine: Name, runs: int) -> bool:
    """Whether so many runs of the network would first have to compile their engine."""
    from sim.machine import compiled

    return settled(network, engine, runs) == "compiled" and not compiled.ready(network)


def warm_for(network: Network) -> None:
    """Compile the engine for this kind of network, or load it."""
    from sim.machine import compiled

    compiled.prepare(compiled.is_full(network))


def warm(full: bool | None = None) -> None:
    """Compile the engine for this installation, or load it.

    Parameters
    ----------
    full : bool, optional
        Only for networks that need (or do not need) more than the core; absent: for both.
    """
    from sim.machine import compiled

    for kind in (False, True) if full is None else (full,):
        compiled.prepare(kind)


def warm_aside(full: bool) -> None:
    """Begin to compile in a thread beside this one; it dies with the process."""
    with _lock:
        if full not in _compiling:
            _compiling[full] = Thread(target=warm, args=(full,), daemon=True)
            _compiling[full].start()


def is_kept(full: bool) -> bool:
    """Whether the engine is compiled already or lies on disk, for this kind of network."""
    from sim.machine.compiled import store

    return store.is_kept(full)


def kept_in() -> Path | None:
    """Folder in which the compiled engine is kept; None when none can be written."""
    from sim.machine.compiled.store import folder

    return folder()
