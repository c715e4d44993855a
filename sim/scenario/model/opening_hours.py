"""Opening hours as people write them: `mon-fri 09:00-18:00 sat 10:00-14:00 holiday closed`."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from sim.scenario.model.frozen import Frozen
from sim.scenario.text.problems import Unreadable
from sim.scenario.text.units import WEEKDAYS, Week, as_span, is_weekdays, seven, span, weekdays

Spans = tuple[tuple[int, int], ...]
WHOLE_DAY: Spans = ((0, 1440),)
HOLIDAY = "holiday"


class OpeningHours(Frozen):
    """Weekly opening hours on the wall clock.

    Parameters
    ----------
    week : for Monday to Sunday, the open spans [from, to) in minutes after midnight of that day. A span over
        midnight ends past 1440 and belongs to the day it starts.
    holiday : the spans of a holiday, or None: those of the weekday as which it is planned.

    Examples
    --------
    >>> read_opening_hours("sat 10:00-14:00").week[5]
    ((600, 840),)
    """

    week: Week[Spans]
    holiday: Spans | None = None

    @property
    def always(self) -> bool:
        """Whether it never closes."""
        return all(spans == WHOLE_DAY for spans in self.week) and self.holiday in (None, WHOLE_DAY)

    def spans(self, weekday: int, holiday: bool = False) -> Spans:
        """Give the open spans of a day: the weekday as which it is planned, and whether it is a holiday."""
        return self.week[weekday] if self.holiday is None or not holiday else self.holiday

    def __str__(self) -> str:
        if self.always and self.holiday is None:
            return "always"
        parts: list[str] = []
        first = 0
        while first < 7:
            last = first
            while last < 6 and self.week[last + 1] == self.week[first]:
                last += 1
            if self.week[first]:
                days = WEEKDAYS[first] if first == last else f"{WEEKDAYS[first]}-{WEEKDAYS[last]}"
                parts += [days, *(as_span(a, b) for a, b in self.week[first])]
            first = last + 1
        if self.holiday is not None:
            parts += [HOLIDAY, *([as_span(a, b) for a, b in self.holiday] or ["closed"])]
        return " ".join(parts)


ALWAYS = OpeningHours(week=(WHOLE_DAY,) * 7)


def read_opening_hours(text: str) -> OpeningHours:
    """Read opening hours.

    Parameters
    ----------
    text : `always`, or weekdays each followed by hours: `mon-fri 09:00-12:00 13:00-18:00 sat 10:00-14:00`,
        `daily 08:00-24:00`, `fri 22:00-02:00`; then, if wanted, those of holidays: `holiday 10:00-20:00`,
        `holiday closed`.

    Raises
    ------
    Unreadable : if the text is not of this form or hours overlap.

    Examples
    --------
    >>> read_opening_hours("daily 08:00-24:00 holiday closed").holiday
    ()
    """
    words = text.split()
    if words == ["always"]:
        return ALWAYS
    example = "opening hours such as mon-fri 09:00-18:00 sat 10:00-14:00 are expected"
    week: list[list[tuple[int, int]]] = [[] for _ in range(7)]
    holiday: list[tuple[int, int]] | None = None
    into: list[list[tuple[int, int]]] = []  # the days that the next hours belong to
    used = True
    for word in words:
        if word[0].isdigit():
            hours = span(word)
            if not into:
                raise Unreadable(example, f"write daily {word}")
            for day in into:
                day.append(hours)
            used = True
        elif word == "always":
            raise Unreadable(example, "write always alone")
        elif word == "closed":
            if used or any(into):
                raise Unreadable(example, "write closed after holiday, or leave the day out")
            into, used = [], True
        else:
            if not used:
                raise Unreadable(example, "write hours after each weekday")
            if word in (HOLIDAY, "holidays"):
                if holiday is not None:
                    raise Unreadable("the hours of holidays are given twice", "keep one of them")
                holiday = []
                into, used = [holiday], False
                continue
            if not is_weekdays(word):
                try:
                    weekdays(word)
                except Unreadable as error:
                    raise Unreadable(example, error.repair) from None
            into, used = [week[i] for i in weekdays(word)], False
    if not used or not words:
        raise Unreadable(example, "write hours after each weekday" if words else None)
    if not any(week):
        raise Unreadable("hours of at least one weekday are expected", "add daily 09:00-18:00")
    check_overlap(week)
    if holiday:
        check_overlap([holiday], [HOLIDAY])
    spans = [tuple(sorted(day)) for day in week]
    return OpeningHours(week=seven(spans), holiday=None if holiday is None else tuple(sorted(holiday)))


def check_overlap(week: list[list[tuple[int, int]]], names: Sequence[str] = WEEKDAYS) -> None:
    """Raise `Unreadable` if two spans of a week overlap (also over midnight into the next day)."""
    flat = sorted((a + 1440 * i, b + 1440 * i, i) for i, day in enumerate(week) for a, b in day)
    if flat:
        first = flat[0]
        flat.append((first[0] + 10080, first[1] + 10080, first[2]))
    for (a, b, i), (c, d, j) in itertools.pairwise(flat):
        if c < b:
            one, two = as_span(a - 1440 * i, b - 1440 * i), as_span((c - 1440 * j) % 10080, (d - 1440 * j) % 10080)
            raise Unreadable(f"{names[i]} {one} and {names[j]} {two} overlap", "join them or move one")
