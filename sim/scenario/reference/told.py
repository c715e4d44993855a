"""What the reference tells of a dotted path: the words on the way to it, and how the value there is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from sim.scenario.reference.bounds import NO_BOUNDS, Bounds, bounds_within
from sim.scenario.reference.forms import DURATION, PATTERNS, SHARE, alternatives, atoms_of, shape_of
from sim.scenario.reference.registry import SECTIONS, Keys, Word

PARTS = ("law", "part", "by", "repeat")
"""Sections whose words say little by themselves: they are told after the word of which they are a part."""

_OWN_NAMES = ("map", "named", "list")
_INSIDE = {
    "law": ("section", "law"),
    "shares_map": ("shares", "duration"),
    "hazard_map": ("times", "number"),
    "profile": ("file", "file"),
}
"""Shapes of single values that may also be mappings, and what is within."""

_PATTERNS = {**PATTERNS, "shares": SHARE, "times": DURATION, "file": "file"}


@dataclass(frozen=True)
class Told:
    """What stands at a path.

    Parameters
    ----------
    words : tuple of (Word or Keys)
        The word there, or the one in whose mapping it is an item; before it the words of which it is a part.
    form : str
        How the value is written (see `forms`).
    """

    words: tuple[Word | Keys, ...]
    form: str

    @property
    def last(self) -> Word | Keys:
        """The word there."""
        return self.words[-1]

    @property
    def keys(self) -> tuple[str, ...]:
        """Names of its texts, from the whole to the part: section and word.

        Examples
        --------
        >>> told_at("reasons.late.handle_time.p90").keys, told_at("agent_groups.desk.shifts.day.mon-fri").keys
        (('reason.handle_time', 'law.p90'), ('shift.*',))
        """
        return tuple(word.key for word in self.words)

    def bounds(self, kind: str) -> Bounds:
        """Bounds of a number that stands there.

        Parameters
        ----------
        kind : {"%", "min", ""}
            Per cent, a duration or bare.
        """
        last = self.words[-1]
        own = last.own if self.form == last.form or not atoms_of(last.form) - atoms_of(self.form) else NO_BOUNDS
        return bounds_within(own, self.form, kind)


@cache
def told_at(path: str) -> Told | None:
    """What the reference tells of a dotted path of a scenario; None where nothing of the language can stand.

    Parameters
    ----------
    path : str
        Such as `channels.phone.patience`; names of one's own stand for themselves.

    Examples
    --------
    >>> told_at("reasons.late.channels.phone").form, told_at("channels.phone.patients")
    ('share', None)
    """
    found = _found(path)
    return found[0] if found is not None else None


def word_at(path: str) -> Word | None:
    """Give the word that stands at a dotted path of a scenario, or None (also for items under names of one's own).

    Parameters
    ----------
    path : str
        Such as `channels.phone.patience`; names of one's own stand for themselves.

    Examples
    --------
    >>> word_at("channels.phone.patience").section, word_at("bot.selection.slope").name, word_at("channels.phone")
    ('channel', 'slope', None)
    """
    found = _found(path)
    if found is None or not found[1] or not isinstance(found[0].last, Word):
        return None
    return found[0].last


@cache
def _found(path: str) -> tuple[Told, bool] | None:
    """What stands at a path, and whether its last name is the word itself."""
    return next(_ways(None, tuple(path.split("."))), None)


def _ways(told: Told | None, names: tuple[str, ...]) -> Iterator[tuple[Told, bool]]:
    """Where names lead; some have dots, as `97.5 %` among quantiles, and the paths under `provenance`."""
    for n in range(1, len(names) + 1):
        for now, is_word in _steps(told, ".".join(names[:n])):
            if n == len(names):
                yield now, is_word
            else:
                yield from _ways(now, names[n:])


def _steps(told: Told | None, name: str) -> Iterator[tuple[Told, bool]]:
    """What a name may lead to, the words of sections before names of one's own."""
    form = told.form if told is not None else "section:scenario"
    shapes = [_INSIDE.get(one) or shape_of(one) for one in alternatives(form)]
    for shape, inner in shapes:
        if shape != "section":
            continue
        section = SECTIONS[inner]
        whole = told.words if told is not None and inner in PARTS else ()
        if name in section.words:
            yield Told((*whole, section.words[name]), section.words[name].form), True
        elif section.keys is not None and re.fullmatch(section.keys.regex, name):
            yield Told((*whole, section.keys), section.keys.form), False
    if told is None:
        return
    for shape, inner in shapes:
        if shape in _OWN_NAMES:
            fits = "." not in name or inner == "section:provenance"
        else:
            fits = shape in _PATTERNS and re.fullmatch(_PATTERNS[shape], name) is not None
        if fits:
            yield Told(told.words, inner), False
