"""Words for people in their language, with numbers written as that language writes them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from math import isnan
from typing import Any, Literal, NamedTuple

import yaml

import experiments.wording as wording
from experiments.replication.promises import NEXT, REPLY, SETTLED, Promise
from experiments.replication.reduction import LevelAt
from experiments.wording import Units
from sim.measures import MEASURES

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")

FORMS = {"one", "other"}
"""Forms of a text with a number: singular and plural."""

FURTHER: dict[str, str] = {REPLY: "reply", NEXT: "next", SETTLED: "settled"}
"""Promises other than a service level, and the keys of their words."""

ISOLATE, END_ISOLATE = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
"""Around a name that is written from right to left, so that the sentence about it keeps its order."""


class Names(NamedTuple):
    """What a measure is called.

    Parameters
    ----------
    short : str
        In tables and pictures.
    noun : str
        In sentences.
    verbs : str
        Which verbs say that it changes.
    title, formula : str
        In full, and how it is computed.
    """

    short: str
    noun: str
    verbs: str
    title: str
    formula: str


def plain(text: str) -> str:
    """Text of a user on one line: no control characters, none that turn the direction of what stands around it.

    Examples
    --------
    >>> plain("two\\n lines\\u202e"), plain("  ")
    ('two lines', '')
    """
    kept = (" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in text)
    return " ".join("".join(c for c in kept if unicodedata.bidirectional(c) not in TURNING).split())


TURNING = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


class Catalogue:
    """Words of one language.

    Parameters
    ----------
    language : {"en", "zh"}
        English, or Simplified Chinese.
    """

    def __init__(self, language: Language) -> None:
        if language not in LANGUAGES:
            raise ValueError(f'language: got "{language}"; one of {", ".join(LANGUAGES)} is expected - write en')
        source = files("experiments.report").joinpath("catalogues", f"{language}.yaml")
        tree: dict[str, Any] = yaml.safe_load(source.read_text(encoding="utf-8"))
        self.language: Language = language
        self.measures: Mapping[str, Mapping[str, str]] = tree.pop("measures")
        self.definitions: Mapping[str, Mapping[str, str]] = tree.pop("definitions", {})
        self.units = Units(tree.pop("units"), frozenset(tree.pop("tight")))
        self.entries = _flat(tree)
        self._in_sentences = Units({**self.units.names, "pts": self.say("points")}, self.units.tight)

    def say(self, key: str, **fields: object) -> str:
        """The words of a key, with its fields filled in; a field `n` chooses between singular and plural.

        Raises
        ------
        KeyError
            The catalogue has no such key, or the words have a field that was not given.

        Examples
        --------
        >>> [words("en").say("period.weeks", n=n) for n in (20, 1)], words("zh").say("period.weeks", n=20)
        (['20 weeks', '1 week'], '20 周')
        """
        if key not in self.entries:
            raise KeyError(f"{self.language}.yaml has no words for {key!r}")
        text = self.entries[key]
        if isinstance(text, dict):
            text = text["one" if fields["n"] == 1 else "other"]
        return text.format(**fields)

    def listed(self, items: Sequence[str]) -> str:
        """Several things one after the other.

        Examples
        --------
        >>> words("en").listed(["A", "B", "C"]), words("zh").listed(["A", "B", "C"])
        ('A, B and C', 'A、B和C')
        """
        if len(items) < 2:
            return "".join(items)
        return self.say("between").join(items[:-1]) + self.say("last") + items[-1]

    def quoted(self, name: str) -> str:
        """A name of the user inside a sentence, in quotation marks."""
        return self.say("quote", text=self.name(name))

    def name(self, name: str) -> str:
        """A name of the user inside a sentence: one line, its direction kept to itself."""
        text = plain(name)
        turned = any(unicodedata.bidirectional(c) in ("R", "AL", "AN") for c in text)
        return f"{ISOLATE}{text}{END_ISOLATE}" if turned else text

    def begun(self, words: str) -> str:
        """Words with a capital letter at the begin, where the language has them."""
        return words[:1].upper() + words[1:] if self.say("capital") == "yes" else words

    def sentence(self, words: str) -> str:
        """Words as a whole sentence: a capital letter at the begin and a stop at the end."""
        return self.say("stop", sentence=self.begun(words))

    def names(self, measure: str, title: str = "") -> Names:
        """What a measure is called here.

        Parameters
        ----------
        measure : str
            Its name in tables; service levels at thresholds of their own too (`service_level_20s`).
        title : str
            What an unknown one is called.

        Examples
        --------
        >>> words("en").names("service_level_20s_b").short, words("zh").names("asa").short
        ('Service level SL-B, 20 s', '平均等待时间')
        """
        level = LevelAt.named(measure)
        if level is not None:
            base, term = self.names(level.measure), self.term(level.within)
            return Names(
                self.say("measure.at", name=base.short, term=term),
                self.say("measure.at", name=base.noun, term=term),
                base.verbs,
                self.say("measure.title_at", title=base.title, term=term),
                self.say("measure.formula_at", formula=base.formula, term=term),
            )
        own, meaning = self.measures.get(measure, {}), self.definitions.get(measure, {})
        known = MEASURES.get(measure)
        title = meaning.get("title", known.title if known else title or measure)
        formula = meaning.get("formula", known.formula if known else "")
        short = own.get("short", title)
        return Names(short, own.get("noun", short), own.get("verbs", "rate"), title, formula)

    def scope(self, kind: str, scope: str) -> str:
        """Name of a channel, a group or all of them, for people."""
        if kind == "all":
            return self.say("scope.all")
        for promised, key in FURTHER.items():
            if scope.endswith(f" {promised}"):
                return self.say(f"scope.{key}", channel=self.name(scope.removesuffix(f" {promised}")))
        return self.name(scope)

    def promise(self, promise: Promise) -> str:
        """What was promised for a channel."""
        kind = FURTHER.get(promise.kind, "level")
        return self.say(f"promise.{kind}", share=self.percent(promise.share), term=self.term(promise.within))

    def figure(self, value: float, unit: str) -> str:
        """A number with its unit; `–` where nothing was counted."""
        return wording.figure(value, unit, self.units)

    def limits(self, value: float, low: float, high: float, unit: str) -> str:
        """Only the interval of a number."""
        return wording.limits(value, low, high, unit)

    def difference(self, value: float, unit: str) -> str:
        """A difference with its sign."""
        return _minus(wording.difference(value, unit, self.units))

    def difference_interval(self, value: float, low: float, high: float, unit: str) -> str:
        """A difference with its sign and interval."""
        return _minus(wording.difference_interval(value, low, high, unit, self.units))

    def amount(self, value: float, unit: str) -> str:
        """Size of a difference in a sentence; never 0 for something that is not nothing.

        Examples
        --------
        >>> words("en").amount(-0.031, "share"), words("en").amount(1e-6, "min"), words("zh").amount(-0.031, "share")
        ('3.1 points', 'less than 0.1 s', '3.1 个百分点')
        """
        if unit not in ("share", "min", "h") and abs(value) >= 9.95:
            return f"{abs(value):,.0f}"
        if unit == "share":
            text = wording.difference(abs(value), unit, self._in_sentences).lstrip("+")
        else:
            text = wording.figure(abs(value), unit, self._in_sentences)
        text = text.replace(".0 ", " ").removesuffix(".0")
        if text == f"1 {self.say('points')}":
            return f"1 {self.say('point')}"
        if value != 0.0 and not isnan(value) and not text.split(" ")[0].strip("0.,"):
            return self.say("number.under", amount=wording.least(unit, self._in_sentences))
        return text

    def percent(self, value: float) -> str:
        """A share in whole percent."""
        return wording.percent(value, self.units)

    def odds(self, value: float) -> str:
        """Odds in whole percent; never quite 100 %."""
        return self.say("number.most") if value >= 0.9901 else wording.percent(value, self.units)

    def term(self, minutes: float) -> str:
        """A time that somebody set."""
        return wording.term(minutes, self.units)

    def half_hour(self, label: str) -> str:
        """A half hour of the week.

        Examples
        --------
        >>> words("en").half_hour("mon 23:30"), words("zh").half_hour("mon 10:00")
        ('Mon 23:30–24:00', '周一 10:00–10:30')
        """
        day, begin = label.split()
        minutes = 60 * int(begin[:2]) + int(begin[3:]) + 30
        end = f"{minutes // 60:02d}:{minutes % 60:02d}"
        return self.say("page.half_span", day=self.say(f"hour.{day}"), begin=begin, end=end)

    def hour(self, label: str) -> str:
        """An hour of the day or of the week.

        Examples
        --------
        >>> words("en").hour("fri 09"), words("zh").hour("fri 09"), words("en").hour("23")
        ('Fri 9–10 h', '周五 9–10 点', '23–24 h')
        """
        *day, hour = label.split()
        span = self.say("hour.span", first=int(hour), last=int(hour) + 1)
        return self.say("hour.of_day", day=self.say(f"hour.{day[0]}"), span=span) if day else span


@cache
def words(language: Language) -> Catalogue:
    """The catalogue of a language.

    Parameters
    ----------
    language : {"en", "zh"}
        English, or Simplified Chinese.

    Raises
    ------
    ValueError
        There is no such language.
    """
    return Catalogue(language)


def _minus(text: str) -> str:
    return text.replace("-", "\N{MINUS SIGN}")


def _flat(tree: Mapping[str, Any], before: str = "") -> dict[str, str | dict[str, str]]:
    """Texts by dotted key."""
    found: dict[str, str | dict[str, str]] = {}
    for key, value in tree.items():
        if isinstance(value, dict) and set(value) != FORMS:
            found.update(_flat(value, f"{before}{key}."))
        else:
            found[f"{before}{key}"] = value
    return found
