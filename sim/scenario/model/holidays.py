"""Holidays of a country or a desk: the dates that are not what their weekday says."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Literal

from sim.scenario.model.frozen import Frozen

SUNDAY, FRIDAY = 6, 4

HolidayKind = Literal["holiday", "working"]


class HolidayDay(Frozen):
    """One date that is not an ordinary one.

    Parameters
    ----------
    date : the date.
    name : what it is called.
    kind : a `holiday`, or a weekend day on which people work (`working`: the make-up days of China).
    counts_as : the weekday, Monday 0, as which it is planned: a holiday as Sunday, a make-up day as the day that it
        makes up for (Friday if that is not known), unless something else is written.
    """

    date: date
    name: str
    kind: HolidayKind
    counts_as: int


class Holidays(Frozen):
    """The holidays that a scenario knows.

    Parameters
    ----------
    name : how they are chosen: a code such as `CN`, `none`, or the name of a file.
    days : the dates, ascending, each once.
    expected_years : years of which the official list was not known when the dates were written down.

    Notes
    -----
    Two are equal if they hold the same days, however they were chosen.

    Examples
    --------
    >>> ours = Holidays(name="ours", days=(HolidayDay(date=date(2026, 5, 1), name="Labour Day", kind="holiday",
    ...                                               counts_as=6),))
    >>> ours.weekday_of(date(2026, 5, 1)), ours.weekday_of(date(2026, 5, 4)), ours.name_of(date(2026, 5, 1))
    (6, 0, 'Labour Day')
    """

    name: str
    days: tuple[HolidayDay, ...]
    expected_years: tuple[int, ...] = ()

    @cached_property
    def _by_date(self) -> dict[date, HolidayDay]:
        return {day.date: day for day in self.days}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Holidays):
            return NotImplemented
        return self.days == other.days

    def __hash__(self) -> int:
        return hash((len(self.days), self.days[:1]))  # asked for again and again, and there are hundreds of days

    def on(self, when: date) -> HolidayDay | None:
        """What a date is, if it is not an ordinary one."""
        return self._by_date.get(when)

    def weekday_of(self, when: date) -> int:
        """Weekday, Monday 0, as which a date is planned."""
        found = self._by_date.get(when)
        return when.weekday() if found is None else found.counts_as

    def is_holiday(self, when: date) -> bool:
        """Whether a date is a holiday (a make-up day is none)."""
        found = self._by_date.get(when)
        return found is not None and found.kind == "holiday"

    def name_of(self, when: date) -> str | None:
        """Name of a holiday or make-up day; None for an ordinary date."""
        found = self._by_date.get(when)
        return None if found is None else found.name


NO_HOLIDAYS = Holidays(name="none", days=())
