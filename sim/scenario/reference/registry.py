"""The registry: every word of the language by section, read from the data beside this module."""

from __future__ import annotations

import importlib.resources
import re
from functools import cache
from typing import Any

import yaml
from pydantic import field_validator

from sim.scenario.model.frozen import Frozen
from sim.scenario.reference.bounds import NO_BOUNDS, Bounds, bounds_within
from sim.scenario.reference.forms import PATTERNS

PLACE = "sim.scenario.reference"
NEEDED = "must be there"


class Default(Frozen):
    """What holds where a word is left out.

    Parameters
    ----------
    value : as it would be written, or as the loader notes it.
    shown : as readers see it, if that says more; empty: the value.
    why : the reason that the loader notes; empty if it notes nothing.
    when : under which condition this is the default; empty for the usual one.
    at : path under which the loader notes it, if that is not the path of the word.
    tried : mapping in which a test leaves the word out, if that is not the one of the section.
    trial : what a test changes in the small desk for it.
    """

    value: str
    shown: str = ""
    why: str = ""
    when: str = ""
    at: str = ""
    tried: str = ""
    trial: dict[str, Any] = {}  # noqa: RUF012 - pydantic copies defaults

    @property
    def words(self) -> str:
        """As readers see it."""
        return (self.shown or self.value) + (f", if {self.when}" if self.when else "")


class Keys(Frozen):
    """Names of a mapping that are no words: weekdays, numbers, names built of other names.

    Parameters
    ----------
    shown : what they look like.
    pattern : regular expression, or ``weekdays``.
    form : of their values.
    meaning : in one sentence.
    section : in which they stand.
    own : bounds of their values where they are not those of the form.
    """

    shown: str
    pattern: str
    form: str
    meaning: str
    section: str = ""
    own: Bounds = NO_BOUNDS

    @property
    def key(self) -> str:
        """Name of its texts: section and a star."""
        return f"{self.section}.*"

    @property
    def regex(self) -> str:
        """What the names look like."""
        return PATTERNS.get(self.pattern, self.pattern)


class Word(Frozen):
    """A word of the language in one section.

    Parameters
    ----------
    name, section : the word, and the section in which it stands.
    meaning : one or two sentences.
    form : how its value is written (see `forms`), alternatives joined by a bar.
    choices : words that may stand there.
    written : how it is written in words, where the form does not say it well enough.
    needed : when it must be there; empty if it need not.
    without : what it means that it is left out, if there is no default; empty else.
    defaults : the usual one first.
    own : bounds where they are not those of the form.
    just_outside : a value on each side that is refused, where the bounds are no numbers.
    ranged : whether its numbers may have a range.
    later : refused until a coming version.
    example : a value that loads.
    trial : what a test changes in the small desk for it.
    """

    name: str
    section: str
    meaning: str
    form: str
    choices: tuple[str, ...] = ()
    written: str = ""
    needed: str = ""
    without: str = ""
    defaults: tuple[Default, ...] = ()
    own: Bounds = NO_BOUNDS
    just_outside: tuple[str, ...] = ()
    ranged: bool = True
    later: bool = False
    example: Any = None
    trial: dict[str, Any] = {}  # noqa: RUF012 - pydantic copies defaults

    @property
    def key(self) -> str:
        """Name of its texts: section and word."""
        return f"{self.section}.{self.name}"

    @property
    def default_words(self) -> str:
        """What holds without it, as readers see it."""
        needed = [self.needed] if self.needed else []
        return self.without or "; ".join([*needed, *(one.words for one in self.different_defaults)])

    @property
    def different_defaults(self) -> tuple[Default, ...]:
        """The usual default, and those of other conditions that are not the same value for another reason."""
        usual = {one.value for one in self.defaults if not one.when}
        return tuple(one for one in self.defaults if not one.when or one.value not in usual)

    @property
    def bounds(self) -> Bounds:
        """Its bounds: its own, else those of its form.

        Examples
        --------
        >>> SECTIONS["agent_group"].words["shrinkage"].bounds.words
        'from 0 % to below 100 %'
        """
        return bounds_within(self.own, self.form)


class Section(Frozen):
    """A mapping of the language and its words.

    Parameters
    ----------
    name, title : its name in the reference, and its heading.
    words_of : where the readers keep its words.
    at : patterns of dotted paths where it stands; a star is a name of one's own.
    meaning : what it is.
    words : by name.
    keys : names in it that are no words, or None.
    example : a text that loads with the small desk under it; empty if other sections show it.
    hidden : it has no part of its own in the page, others link to its words.
    tried, trial : the mapping where tests put its words, and what makes it be there.
    """

    name: str
    title: str
    words_of: str
    at: tuple[str, ...]
    meaning: str
    words: dict[str, Word]
    keys: Keys | None = None
    example: str = ""
    hidden: bool = False
    tried: str = ""
    trial: dict[str, Any] = {}  # noqa: RUF012 - pydantic copies defaults

    @field_validator("words")
    @classmethod
    def _some(cls, words: dict[str, Word]) -> dict[str, Word]:
        if not words:
            raise ValueError("a section has words")
        return words


def read_data(name: str) -> Any:
    """Read a file of the reference; every single value is a text, as it is in a scenario."""
    text = importlib.resources.files(PLACE).joinpath(name).read_text(encoding="utf-8")
    return yaml.load(text, Loader=yaml.BaseLoader)


def _default(written: dict[str, Any]) -> Default:
    names = {"is": "value", "with": "trial"}
    return Default(**{names.get(k, k): v for k, v in written.items() if k != "noted"})


def _bounds(made: dict[str, Any]) -> Bounds:
    """Take the bounds out of what is written of a word."""
    told = {word: made.pop(word) for word in ("from", "above", "to", "below") if word in made}
    return Bounds(
        low=told.get("from", told.get("above", "")),
        high=told.get("to", told.get("below", "")),
        low_open="above" in told,
        high_open="below" in told,
    )


def _word(name: str, section: str, written: dict[str, Any]) -> Word:
    made = dict(written)
    default = made.pop("default", [])
    outside = tuple(made.pop(word) for word in ("just_below", "just_above") if word in made)
    return Word(
        name=name,
        section=section,
        defaults=tuple(_default(one) for one in (default if isinstance(default, list) else [default])),
        own=_bounds(made),
        just_outside=outside,
        ranged=made.pop("range", "yes") == "yes",
        later=made.pop("later", "no") == "yes",
        trial=made.pop("with", {}),
        **made,
    )


def _section(name: str, written: dict[str, Any]) -> Section:
    made = dict(written)
    words = {word: _word(word, name, one) for word, one in made.pop("words").items()}
    hidden = made.pop("hidden", "no") == "yes"
    keys = None
    if "keys" in made:
        told = made.pop("keys")
        keys = Keys(section=name, own=_bounds(told), **told)
    return Section(name=name, words=words, keys=keys, hidden=hidden, trial=made.pop("base", {}), **made)


@cache
def _read_sections() -> dict[str, Section]:
    folder = importlib.resources.files(PLACE).joinpath("sections")
    files = sorted(file.name for file in folder.iterdir() if re.fullmatch(r"[0-9].*\.yaml", file.name))
    return {name: _section(name, written) for file in files for name, written in read_data(f"sections/{file}").items()}


SECTIONS: dict[str, Section] = _read_sections()
"""Every section by name, in the order of the page."""
