"""One replication of a network."""

from __future__ import annotations

from sim.machine.engines import Name, runner
from sim.machine.network import Network
from sim.machine.records import MOST_OPEN, Records


def simulate(
    network: Network, seed: int = 1, replication: int = 0, engine: Name = "auto", most_open: int = MOST_OPEN
) -> Records:
    """Run a network once and return its records, checked.

    Parameters
    ----------
    network : Network
        A built network.
    seed : int
        Root of all luck, at least 0.
    replication : int
        Which of the seed's histories, at least 0.
    engine : {"auto", "compiled", "reference"}
        Both engines leave the same records; `auto` takes the one that is done sooner.
    most_open : int
        Jobs alive at which the run is stopped; its records say `cut`.

    Raises
    ------
    EngineFault
        The run contradicted itself or outgrew the machine.

    Examples
    --------
    >>> from sim.machine import NetworkBuilder, Constant
    >>> b = NetworkBuilder("one job", end=60)
    >>> b.recorded("jobs", to="desk", times=[5.0])
    >>> b.work("desk", served_by="people", size=Constant(3.0))
    >>> b.counted("people", 1)
    >>> float(simulate(b.build()).visits["left"][0])
    8.0
    """
    from sim.machine.audit import audit

    if seed < 0 or replication < 0:
        raise ValueError(f"seed and replication must be at least 0, got {seed} and {replication}")
    if not most_open >= 1:
        raise ValueError(f"most_open must be at least 1, got {most_open}")
    return audit(runner(network, engine)(network, seed, replication, most_open))
