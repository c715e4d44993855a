"""Other clocks: the same period as a wall clock elsewhere shows it."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import ZoneInfo

from sim.scenario.model.period import Period


@lru_cache(maxsize=64)
def seen_from(period: Period, zone: str | None) -> Period:
    """Give a period on the clock of another time zone: its minutes stay the same instants, its days are days there.

    Parameters
    ----------
    period : the period.
    zone : name of the time zone; None for its own.

    Examples
    --------
    >>> from datetime import date, datetime
    >>> here = Period(start=datetime(2026, 3, 2), length=1440, time_zone="Asia/Shanghai")
    >>> there = seen_from(here, "Europe/Berlin")
    >>> there.start, there.minute_at(date(2026, 3, 2), 540)
    (datetime.datetime(2026, 3, 1, 17, 0), 960.0)
    """
    if zone is None or zone == period.time_zone:
        return period
    start = period.local(0.0).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    fields = {name: getattr(period, name) for name in Period.model_fields}
    return Period(**{**fields, "start": start, "time_zone": zone})
