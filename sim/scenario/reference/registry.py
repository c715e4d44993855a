"""The registry: every word of the language by section, read from the data beside this module."""

from __future__ import annotations

import importlib.resources
import re
from functools import cache
from typing import Any

import yaml
from pydantic import field_validator

from sim.scenario.model.frozen import Frozen

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
    """

    shown: str
    pattern: str
    form: str
    meaning: str


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
    low, high : bounds with their unit; empty if there is none.
    low_open, high_open : the bound itself is refused.
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
    low: str = ""
    high: str = ""
    low_open: bool = False
    high_open: bool = False
    just_outside: tuple[str, ...] = ()
    ranged: bool = True
    later: bool = False
    example: Any = None
    trial: dict[str, Any] = {}  # noqa: RUF012 - pydantic copies defaults

    @property
    def default_words(self) -> str:
        """What holds without it, as readers see it."""
        if self.defaults:
            return "; ".join(one.words for one in self.defaults)
        return self.without or self.needed

    @property
    def bounds_words(self) -> str:
        """Its bounds, as readers see them.

        Examples
        --------
        >>> word_at("agent_groups.desk.shrinkage").bounds_words
        'from 0 % to below 100 %'
        """
        low = f"{'above' if self.low_open else 'from'} {self.low}" if self.low else ""
        high = f"{'to below' if self.high_open else 'to'} {self.high}" if self.high else ""
        return re.sub(r"[0-9]{5,}", lambda many: f"{int(many[0]):,}", f"{low} {high}".strip())


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


def _word(name: str, section: str, written: dict[str, Any]) -> Word:
    made = dict(written)
    default = made.pop("default", [])
    bounds = {word: made.pop(word) for word in ("from", "above", "to", "below") if word in made}
    outside = tuple(made.pop(word) for word in ("just_below", "just_above") if word in made)
    return Word(
        name=name,
        section=section,
        defaults=tuple(_default(one) for one in (default if isinstance(default, list) else [default])),
        low=bounds.get("from", bounds.get("above", "")),
        high=bounds.get("to", bounds.get("below", "")),
        low_open="above" in bounds,
        high_open="below" in bounds,
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
    return Section(name=name, words=words, hidden=hidden, trial=made.pop("base", {}), **made)


@cache
def _read_sections() -> dict[str, Section]:
    folder = importlib.resources.files(PLACE).joinpath("sections")
    files = sorted(file.name for file in folder.iterdir() if re.fullmatch(r"[0-9].*\.yaml", file.name))
    return {name: _section(name, written) for file in files for name, written in read_data(f"sections/{file}").items()}


SECTIONS: dict[str, Section] = _read_sections()
"""Every section by name, in the order of the page."""


@cache
def word_at(path: str) -> Word | None:
    """Give the word that stands at a dotted path of a scenario, or None.

    Parameters
    ----------
    path : such as `channels.phone.patience`; names of one's own stand for themselves.

    Examples
    --------
    >>> word_at("channels.phone.patience").section, word_at("bot.selection.slope").name, word_at("channels.phone")
    ('channel', 'slope', None)
    """
    above, _, name = path.rpartition(".")
    fitting = [
        (pattern.count("*"), section.words[name])
        for section in SECTIONS.values()
        for pattern in section.at
        if name in section.words and re.fullmatch(_as_regex(pattern), above)
    ]
    return min(fitting, key=lambda found: found[0])[1] if fitting else None


def _as_regex(pattern: str) -> str:
    return r"[^.]+".join(re.escape(part) for part in pattern.split("*"))
