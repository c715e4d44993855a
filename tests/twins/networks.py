"""Small random networks over all pieces of the machine, dense in ties, each rebuilt from (seed, number).

A key and nothing else makes a network (see `choices`); `networks` lets Hypothesis leave pieces out, which is how a
network is shrunk.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from hypothesis import HealthCheck, find, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky, NoSuchExample

from sim.machine import Network, NetworkProblems
from sim.machine.records import MOST_OPEN
from tests.twins.choices import Choices, DrawnChoices
from tests.twins.sketch import Sketch


@dataclass(frozen=True)
class Twin:
    """A network and the luck it is run with.

    Attributes
    ----------
    key : int
        Root of its choices.
    without : tuple of str
        Pieces left out of what the key says.
    taken : tuple of str
        Pieces that are in.
    network : Network or None
        None where the checks refuse it.
    seed, replication, most_open : int
        What it is run with: luck, and the number of open jobs at which the run is cut.
    """

    key: int
    without: tuple[str, ...]
    small: bool
    taken: tuple[str, ...]
    network: Network | None
    problems: tuple[str, ...]
    seed: int
    replication: int
    most_open: int

    @property
    def run(self) -> tuple[Network, int, int, int]:
        """What an engine is called with."""
        assert self.network is not None
        return self.network, self.seed, self.replication, self.most_open

    def __repr__(self) -> str:
        """What rebuilds it."""
        return f"rebuilt({self.key}, {list(self.without)!r}, small={self.small})"


def numbered(seed: int, number: int, small: bool = False) -> Twin:
    """The network with this number under this seed."""
    return _made(Choices.of(seed, number), (), small)


def rebuilt(key: int, without: list[str] | tuple[str, ...] = (), small: bool = False) -> Twin:
    """The network of a key, with some pieces left out."""
    return _made(Choices(key, without), tuple(without), small)


@st.composite
def networks(drawn: Any, key: int, small: bool = False) -> Twin:
    """Strategy: the network of a key, from which Hypothesis leaves out what it likes."""
    choices = DrawnChoices(key, drawn)
    return _made(choices, choices.left_out, small)


def smallest(twin: Twin, shows: Callable[[Twin], bool]) -> Twin:
    """The smallest network that Hypothesis finds inside this one and that still shows something.

    Parameters
    ----------
    twin : Twin
        A network that shows it.
    shows : callable
        Whether a network shows it; not asked about one that the checks refuse.
    """
    try:
        return find(
            networks(twin.key, twin.small),
            lambda other: other.network is not None and shows(other),
            settings=settings(max_examples=1000, database=None, suppress_health_check=list(HealthCheck)),
            random=Random(0),
        )
    except (NoSuchExample, Flaky):  # Flaky: it does not show every time
        return twin


def _made(choices: Choices, without: Any, small: bool) -> Twin:
    network: Network | None = None
    problems: tuple[str, ...] = ()
    try:
        network = Sketch(choices, small).builder().build()
    except NetworkProblems as refused:
        problems = refused.problems
    return Twin(
        choices.key,
        tuple(without),
        small,
        tuple(choices.taken),
        network,
        problems,
        choices.count("luck", 0, 5),
        choices.count("replication", 0, 2),
        choices.count("most open", 3, 50) if choices.on("most open", 0.12) else MOST_OPEN,
    )
