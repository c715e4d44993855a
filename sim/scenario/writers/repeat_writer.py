"""Writing of repeat contacts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.scenario.model import Chaser, Repeat, RepeatContacts
from sim.scenario.readers.repeat_reader import OVERDUE
from sim.scenario.readers.share_reader import OTHER
from sim.scenario.text.units import as_duration, as_share
from sim.scenario.text.words import REPEATS
from sim.scenario.writers.law_writer import law_words

Tree = dict[str, Any]


def repeat_words(repeats: RepeatContacts) -> Tree:
    """Write who comes again, everything explicit.

    Examples
    --------
    >>> repeat_words(RepeatContacts())
    {'abandoned': 'none', 'blocked': 'none', 'closed': 'none', 'unresolved': 'none'}
    """
    tree: Tree = {name: again_words(getattr(repeats, name)) for name in REPEATS}
    return tree | {f"{OVERDUE}{name}": _chaser(chaser) for name, chaser in repeats.overdue.items()}


def again_words(repeat: Repeat | None) -> Any:
    """Write one sort of repeat contact, or `none`."""
    if repeat is None:
        return "none"
    return {
        "share": shares_by_type(repeat.share),
        "after": law_words(repeat.after),
        "to": _shares(repeat.to),
        "at_most": str(repeat.at_most),
    }


def shares_by_type(shares: Mapping[str, float]) -> Any:
    """Write shares by contact type, or the one share that holds for all."""
    return as_share(shares[OTHER]) if list(shares) == [OTHER] else _shares(shares)


def _shares(shares: Mapping[str, float]) -> Tree:
    return {name: as_share(p) for name, p in shares.items()}


def _chaser(chaser: Chaser) -> Tree:
    return {
        "chases_after": as_duration(chaser.after),
        "share": as_share(chaser.share),
        "to": _shares(chaser.to),
        "at_most": str(chaser.at_most),
        "closes": as_share(chaser.closes),
    }
