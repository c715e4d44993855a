"""The dates for which a table is needed, and those whose place another date of the table takes."""

from __future__ import annotations

from datetime import date, timedelta

from sim.scenario.model.period import Period

FOLLOWED = 7 * 1440.0  # min after the period for which people and rates are needed, too


def covered_dates(period: Period) -> list[date]:
    """Dates of warm-up, period, and the week that is followed after it."""
    first = period.local(-period.warm_up).date()
    last = period.local(period.length + FOLLOWED).date()
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]


def source_date(when: date, first: date, last: date) -> date | None:
    """The date of a table from `first` to `last` that stands for a date: itself, or, outside of the table, the same
    weekday of its first or last week; None if the table has none.

    Examples
    --------
    >>> monday, sunday = date(2026, 3, 2), date(2026, 3, 15)
    >>> source_date(date(2026, 2, 25), monday, sunday).isoformat()
    '2026-03-04'
    >>> source_date(date(2026, 3, 16), monday, sunday).isoformat()
    '2026-03-09'
    """
    if when < first:
        found = first + timedelta(days=(when - first).days % 7)
    elif when > last:
        found = last - timedelta(days=(last - when).days % 7)
    else:
        return when
    return found if first <= found <= last else None
