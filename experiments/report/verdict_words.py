"""What differs between policies, and how sure that is, in words."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from typing import Literal

from experiments.comparison.comparison import Difference, Row
from experiments.comparison.materiality import size_of, threshold
from experiments.report.catalogue import Catalogue
from sim.measures import MEASURES

Sureness = Literal["same", "surely", "likely", "open", "once", "none"]
"""The verdicts, and two more: `once` for a single pair of histories, `none` where nothing was counted."""

Colour = Literal["better", "worse", "more", "less", "same", "open", "none"]

DAY, WEEK = 1440.0, 10080.0

MOST_PARTS = 3
"""Findings in one sentence, and policies in one list; further ones are counted."""


def sureness(difference: Difference) -> Sureness:
    """How sure the sign of a difference is.

    Examples
    --------
    >>> nan = float("nan")
    >>> sureness(Difference("b", -0.7, -0.9, -0.5, 0.2, 0.0, 0.0, 0.3, False, 20))
    'surely'
    >>> sureness(Difference("b", -0.7, nan, nan, nan, nan, nan, nan, False, 1))
    'once'
    >>> sureness(Difference("b", nan, nan, nan, nan, nan, nan, nan, False, 0))
    'none'
    """
    if isnan(difference.value):
        return "none"
    if difference.same:
        return "same"
    return "once" if isnan(difference.low) or isnan(difference.high) else difference.verdict


def rises(difference: Difference) -> bool:
    """Whether the difference, as far as one can say, is positive."""
    if isnan(difference.odds):
        return difference.value > 0.0
    return difference.value > 0.0 if sureness(difference) == "surely" else difference.odds > 0.5


def colour(row: Row, difference: Difference) -> Colour:
    """What a difference is painted as: better or worse, more or less where no way is good, or undecided.

    What surely lies below the smallest worthwhile difference is painted as the same, whatever its sign.

    Parameters
    ----------
    row : Row
        The measure.
    difference : Difference
        One of its differences.
    """
    sure = sureness(difference)
    if sure in ("same", "none"):
        return "same" if sure == "same" else "none"
    if size_of(row, difference) == "nothing":
        return "same"
    if sure in ("open", "once"):
        return "open"
    up = rises(difference)
    if row.better == "neutral":
        return "more" if up else "less"
    return "better" if up == (row.better == "higher") else "worse"


def period_words(n: int, length: float, catalogue: Catalogue) -> str:
    """So many periods of this length.

    Parameters
    ----------
    n : int
        Replications.
    length : float
        Of the period [min].

    Examples
    --------
    >>> from experiments.report.catalogue import words
    >>> [period_words(20, minutes, words("en")) for minutes in (10080.0, 7200.0, 1440.0, 480.0)]
    ['20 weeks', '20 × 5 days', '20 days', '20 × 8 h']
    >>> [period_words(20, minutes, words("zh")) for minutes in (10080.0, 7200.0, 1440.0)]
    ['20 周', '20 × 5 天', '20 天']
    """
    if length in (WEEK, DAY):
        return catalogue.say("period.weeks" if length == WEEK else "period.days", n=n)
    return catalogue.say("period.times", n=n, length=length_words(length, catalogue))


def length_words(length: float, catalogue: Catalogue) -> str:
    """How long a period is; an hour that daylight saving takes or adds is passed over."""
    days = length / DAY
    if days < 0.95:
        return catalogue.say("period.hours", n=f"{length / 60:.3g}")
    whole = abs(days - round(days)) < 0.05
    return catalogue.say("period.days", n=round(days) if whole else round(days, 1))


def each_words(measure: str, length: float, catalogue: Catalogue) -> str:
    """`a week` behind what is counted per period; nothing behind rates and times."""
    known = MEASURES.get(measure)
    if known is None or known.estimator != "total":
        return ""
    if length in (WEEK, DAY):
        return catalogue.say("period.each_week" if length == WEEK else "period.each_day")
    return catalogue.say("period.each", length=length_words(length, catalogue))


def measure_words(row: Row, length: float, catalogue: Catalogue) -> str:
    """Name of a measure in a table, with the period where it is counted per period.

    Parameters
    ----------
    row : Row
        The measure.
    length : float
        Of the period [min].
    """
    name = catalogue.names(row.measure, row.title)
    if name.verbs == "stock":
        return name.short
    return catalogue.say("measure.each", name=name.short, each=each_words(row.measure, length, catalogue))


def change_words(row: Row, difference: Difference, length: float, catalogue: Catalogue) -> str:
    """What changes and by how much: `waits fall by 41 s`.

    Parameters
    ----------
    row : Row
        The measure.
    difference : Difference
        One of its differences, with a value.
    length : float
        Of the period [min].
    """
    name = catalogue.names(row.measure, row.title)
    way = "up" if rises(difference) else "down"
    return catalogue.say(
        f"verbs.{name.verbs}.{way}",
        noun=name.noun,
        amount=catalogue.amount(difference.value, row.unit),
        each=each_words(row.measure, length, catalogue),
    ).strip()


def odds_of(difference: Difference) -> float:
    """Odds of the likelier sign."""
    return max(difference.odds, 1.0 - difference.odds)


def difference_words(row: Row, difference: Difference, periods: str, length: float, catalogue: Catalogue) -> str:
    """A difference in words: what changes, by how much, how sure.

    Parameters
    ----------
    row : Row
        The measure.
    difference : Difference
        One of its differences.
    periods : str
        What was simulated, as `period_words` says it.
    length : float
        Of the period [min].
    catalogue : Catalogue
        The language.

    Examples
    --------
    >>> from experiments.report.catalogue import words
    >>> waits = Row("asa", "channel", "phone", "Average speed of answer", "min", "lower", (), (), ())
    >>> sure = Difference("b", -0.68, -0.9, -0.5, 0.2, 0.0, 0.0, 0.3, False, 20)
    >>> difference_words(waits, sure, "20 weeks", 10080.0, words("en"))
    'waits fall by 41 s, surely'
    >>> unsure = Difference("b", -0.02, -0.2, 0.16, 0.18, 0.0, 0.4, 0.15, False, 20)
    >>> difference_words(waits, unsure, "20 weeks", 10080.0, words("en"))
    'no difference that 20 weeks could show; one of 9 s or more would probably have been seen'
    """
    sure, size = sureness(difference), size_of(row, difference)
    if sure in ("same", "none"):
        return catalogue.say(f"verdict.{sure}")
    if size == "nothing":
        return catalogue.say("verdict.nothing", least=catalogue.amount(threshold(row), row.unit))
    if sure == "open":
        return _open_words(row, difference, periods, catalogue)
    change = change_words(row, difference, length, catalogue)
    if sure == "likely":
        words = catalogue.say("verdict.likely", change=change, odds=catalogue.odds(odds_of(difference)))
    else:
        words = catalogue.say(f"verdict.{sure}", change=change)
    return catalogue.say("verdict.small", words=words) if size == "small" else words


def row_words(row: Row, periods: str, length: float, catalogue: Catalogue) -> str:
    """All differences of a measure in words, each policy named if there are several."""
    told = [difference_words(row, d, periods, length, catalogue) for d in row.differences]
    if len(told) == 1:
        return told[0]
    named = zip(row.differences, told, strict=True)
    return catalogue.say("parts").join(f"{catalogue.name(d.policy)}: {words}" for d, words in named)


def sure_words(difference: Difference, catalogue: Catalogue, row: Row | None = None) -> str:
    """How sure, in a word or two: `surely`, `likely, odds 93 %`, `open, odds 61 %`.

    With the row it is told, too, what is too small to choose by: `practically the same`, `surely, but small`.
    """
    sure = sureness(difference)
    size = "" if row is None else size_of(row, difference)
    if size == "nothing" and sure != "same":
        return catalogue.say("sure.nothing")
    if sure == "open" and isnan(difference.odds):
        return catalogue.say("sure.open_bare")
    if size == "small":
        words = catalogue.say("sure.likely_bare" if sure == "likely" else "sure.surely")
        return catalogue.say("sure.small", words=words)
    if sure in ("likely", "open"):
        return catalogue.say(f"sure.{sure}", odds=catalogue.odds(odds_of(difference)))
    return catalogue.say(f"sure.{sure}")


def input_decides(difference: Difference) -> bool:
    """Whether what is not known of the inputs blurs the difference more than chance does."""
    return difference.inputs > difference.noise


def shortened(parts: Sequence[str], catalogue: Catalogue) -> str:
    """The first parts of a sentence, and how many more there are."""
    shown = list(parts[:MOST_PARTS])
    if len(parts) > MOST_PARTS:
        shown.append(catalogue.say("headline.more", n=len(parts) - MOST_PARTS))
    return catalogue.say("parts").join(shown)


def _open_words(row: Row, difference: Difference, periods: str, catalogue: Catalogue) -> str:
    if input_decides(difference) and not isnan(difference.odds):
        direction = catalogue.say("verdict.up" if difference.odds > 0.5 else "verdict.down")
        return catalogue.say("verdict.open_inputs", direction=direction, odds=catalogue.odds(odds_of(difference)))
    if not difference.smallest > 0.0:
        return catalogue.say("verdict.open_bare", periods=periods)
    return catalogue.say("verdict.open", periods=periods, smallest=catalogue.amount(difference.smallest, row.unit))
