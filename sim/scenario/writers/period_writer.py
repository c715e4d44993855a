"""Writing of the period."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sim.scenario.model.period import Period
from sim.scenario.readers.holiday_reader import holiday_words
from sim.scenario.text.units import as_duration

Tree = dict[str, Any]


def period_words(period: Period) -> Tree:
    """Write a period, everything explicit; holidays that are not shipped are written out.

    Examples
    --------
    >>> words = period_words(Period(start=datetime(2026, 3, 2), length=10080.0))
    >>> words["length"], words["holidays"], words["business_hours"]
    ('168 h', 'none', 'mon-fri 09:00-18:00 holiday closed')
    """
    return {
        "start": local_words(period.start),
        "length": as_duration(period.length),
        "warm_up": as_duration(period.warm_up),
        "time_zone": period.time_zone,
        "holidays": holiday_words(period.holidays),
        "business_hours": str(period.business_hours),
    }


def local_words(when: datetime) -> str:
    """Write a local date-time as exactly as it is."""
    return when.isoformat(" ", "auto" if when.second or when.microsecond else "minutes")
