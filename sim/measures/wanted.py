"""What is asked for: which measures, for which kinds of scope, in which way of splitting the period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import get_args

from sim.measures.catalogue import MEASURES
from sim.measures.definition import ScopeKind
from sim.measures.intervals import Intervals

KINDS: tuple[ScopeKind, ...] = get_args(ScopeKind)
"""Kinds of scope, in the order of tables."""

Asked = Iterable[str] | Mapping[ScopeKind, Iterable[str] | None] | None
"""Names of measures; or names by kind of scope, where None is all of them and a kind left out wants none; or all."""


@dataclass(frozen=True, eq=False)
class Split:
    """A way of splitting the period in which only some measures are wanted.

    Parameters
    ----------
    intervals : Intervals
        Edges and labels.
    measures : iterable of str, or mapping of kind of scope to iterable of str or None
        Names from `MEASURES`, for every kind of scope or by kind: None stands for all measures, and kinds that are
        left out want none.

    Examples
    --------
    >>> Split(Intervals.regular(2880), {"all": None, "step": ["arrivals"]}).intervals.name
    'hour'
    """

    intervals: Intervals
    measures: Asked


@dataclass(frozen=True, eq=False)
class Wanted:
    """Names of the wanted measures by kind of scope, in the whole period and in each way of splitting it.

    Attributes
    ----------
    ways : tuple of Intervals
        The whole period in one piece, then the ways of splitting it.
    names : tuple of mappings of kind to frozenset of str
        What is wanted in each of them.
    """

    ways: tuple[Intervals, ...]
    names: tuple[Mapping[ScopeKind, frozenset[str]], ...]

    @classmethod
    def of(cls, end: float, splits: Iterable[Intervals | Split], measures: Asked) -> Wanted:
        """Read what a caller asks for.

        Raises
        ------
        ValueError
            An unknown measure or kind of scope, or two ways of splitting of one name.
        """
        whole = _by_kind(measures)
        ways, names = [Intervals.whole(end)], [whole]
        for split in splits:
            ways.append(split.intervals if isinstance(split, Split) else split)
            names.append(_by_kind(split.measures) if isinstance(split, Split) else whole)
        known = [way.name for way in ways]
        twice = sorted({x for x in known if known.count(x) > 1})
        if twice:
            raise ValueError(f"intervals: the name {twice[0]!r} is given twice or reserved; name each way of splitting")
        return cls(tuple(ways), tuple(names))


def _by_kind(asked: Asked) -> dict[ScopeKind, frozenset[str]]:
    if asked is None:
        return dict.fromkeys(KINDS, frozenset(MEASURES))
    if isinstance(asked, Mapping):
        for kind in asked:
            if kind not in KINDS:
                raise ValueError(f"measures: unknown kind of scope {kind!r}; known are {', '.join(KINDS)}")
        return {kind: frozenset(MEASURES) if names is None else _known(names) for kind, names in asked.items()}
    return dict.fromkeys(KINDS, _known(asked))


def _known(names: Iterable[str]) -> frozenset[str]:
    wanted = frozenset(names)
    for name in sorted(wanted - set(MEASURES)):
        near = get_close_matches(name, list(MEASURES), n=1)
        hint = f"; did you mean {near[0]!r}?" if near else "; MEASURES lists all"
        raise ValueError(f"measures: unknown measure {name!r}{hint}")
    return wanted
