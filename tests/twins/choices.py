"""Choices that belong to what they are for: each is a hash of the network's key and a path like `ask.patience`.

So a piece can be left out and every other choice stays as it was; that is what makes a network shrink well. Keys are
numbered, and a network is drawn from its key alone: left to itself Hypothesis spends most of its examples on
variations of few keys (42 in 275 examples), and no network could be rebuilt from a seed and a number. Hypothesis
decides what is left out of a network that fails: it shrinks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import lru_cache
from typing import Any, TypeVar

from hypothesis import strategies as st

from sim.machine.luck import base_key, draw, name_hash

T = TypeVar("T")
hash_of = lru_cache(None)(name_hash)

KEPT = st.sampled_from([False] + [True] * 31)
"""Whether a piece stays; Hypothesis shrinks towards leaving it out."""


class Choices:
    """Choices of one network.

    Parameters
    ----------
    key : int
        Root of every choice.
    without : collection of str
        Paths of pieces that are left out although the key would put them in.

    Attributes
    ----------
    taken : list of str
        Paths of the pieces that are in, in the order in which they were asked for.
    """

    def __init__(self, key: int, without: Collection[str] = ()) -> None:
        self.key = key
        self.without = frozenset(without)
        self.taken: list[str] = []

    @classmethod
    def of(cls, seed: int, number: int, without: Collection[str] = ()) -> Choices:
        """Choices of the network with this number under this seed."""
        return cls(base_key(seed, number), without)

    def share(self, path: str) -> float:
        """Uniform number of a path."""
        return draw(self.key, hash_of(path))

    def keeps(self, path: str) -> bool:
        """Whether a piece that the key puts in may stay."""
        return path not in self.without

    def on(self, path: str, chance: float) -> bool:
        """Whether a piece is in; with chance 1 it cannot be left out."""
        if chance >= 1.0:
            return True
        if not self.share("on:" + path) < chance or not self.keeps(path):
            return False
        self.taken.append(path)
        return True

    def pick(self, path: str, *values: T) -> T:
        """One of some values; the first where the path itself is left out."""
        return values[int(self.share("pick:" + path) * len(values))]

    def count(self, path: str, low: int, high: int) -> int:
        """A whole number, low and high included."""
        return low + int(self.share("count:" + path) * (high - low + 1))

    def some(self, path: str, values: Collection[T], chance: float) -> list[T]:
        """Those values that are in, each by its own path."""
        return [v for i, v in enumerate(values) if self.on(f"{path}.{i}", chance)]


class DrawnChoices(Choices):
    """Choices of which Hypothesis may leave any piece out.

    Parameters
    ----------
    key : int
        Root of every choice.
    drawn : callable
        Draws from a strategy.
    """

    def __init__(self, key: int, drawn: Callable[[Any], Any]) -> None:
        super().__init__(key)
        self.drawn = drawn
        self.left_out: list[str] = []

    def keeps(self, path: str) -> bool:
        """As Hypothesis draws it."""
        if self.drawn(KEPT):
            return True
        self.left_out.append(path)
        return False
