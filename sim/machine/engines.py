"""Which engine runs: the compiled one, or the reference engine where that gives a result sooner.

Both leave the same records bit for bit, so the choice never changes a number. The compiled engine is compiled once per
installation and then loaded from disk; until that has happened small jobs run on the reference engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Lock, Thread
from typing import Literal

from sim.machine.demand import expected_jobs
from sim.machine.network import Network
from sim.machine.records import Records

Name = Literal["auto", "compiled", "reference"]
NAMES: tuple[Name, ...] = ("auto", "compiled", "reference")

Kind = Literal["core", "full", "desk"]
KINDS: tuple[Kind, ...] = ("core", "full", "desk")
"""What the engine is compiled for: see `compiled.kinds`."""

SECONDS_A_JOB = 60e-6
"""What the reference engine takes for a job, roughly [s]."""

SECONDS_TO_COMPILE: dict[Kind, float] = {"core": 10.0, "full": 15.0, "desk": 25.0}
"""What compiling takes for each kind of network, roughly [s]; measured on one core, Python 3.11, Numba 0.68."""

_compiling: dict[Kind, Thread] = {}
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

        warm_aside(compiled.kind_of(network))
    from sim.machine import reference

    return reference.run


def settled(network: Network, engine: Name, runs: int) -> Name:
    """The engine for so many runs of a network: `auto` is decided once, for all of them and all processes.

    Compiled, if it is ready, or if compiling takes less time than the reference engine would take for all runs.
    """
    if engine != "auto":
        return engine
    from sim.machine import compiled

    large = runs * expected_jobs(network) * SECONDS_A_JOB > SECONDS_TO_COMPILE[compiled.kind_of(network)]
    return "compiled" if large or compiled.ready(network) else "reference"


def must_wait(network: Network, engine: Name, runs: int) -> bool:
    """Whether so many runs of the network would first have to compile their engine."""
    from sim.machine import compiled

    return settled(network, engine, runs) == "compiled" and not compiled.ready(network)


def seconds_to_compile(networks: Iterable[Network], engine: Name, runs: int) -> float:
    """Roughly how long so many runs of each network wait for engines that are not yet compiled [s]."""
    from sim.machine import compiled

    return sum(SECONDS_TO_COMPILE[k] for k in {compiled.kind_of(n) for n in networks if must_wait(n, engine, runs)})


def warm_for(network: Network) -> None:
    """Compile the engine for this kind of network, or load it."""
    from sim.machine import compiled

    compiled.prepare(compiled.kind_of(network))


def warm(kind: Kind | None = None) -> None:
    """Compile the engine for this installation, or load it.

    Parameters
    ----------
    kind : {"core", "full", "desk"}, optional
        Only for networks of this kind: with no more than lines and counted pools, with people and hours too, with the
        service desk too; absent: for all.
    """
    from sim.machine import compiled

    for one in KINDS if kind is None else (kind,):
        compiled.prepare(one)


def warm_aside(kind: Kind) -> None:
    """Begin to compile in a thread beside this one; it dies with the process."""
    with _lock:
        if kind not in _compiling:
            _compiling[kind] = Thread(target=warm, args=(kind,), daemon=True)
            _compiling[kind].start()


def is_kept(kind: Kind) -> bool:
    """Whether the engine is compiled already or lies on disk, for this kind of network."""
    from sim.machine.compiled import store

    return store.is_kept(kind)


def kept_in() -> Path | None:
    """Folder in which the compiled engine is kept; None when none can be written."""
    from sim.machine.compiled.store import folder

    return folder()
