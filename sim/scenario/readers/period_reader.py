"""Reading of the period: its start and length, its time zone, holidays and business hours."""

from __future__ import annotations

from datetime import datetime

from sim.scenario.model.holidays import NO_HOLIDAYS
from sim.scenario.model.opening_hours import OpeningHours, read_opening_hours
from sim.scenario.model.period import BUSINESS_HOURS, Period, calendar_days
from sim.scenario.readers.holiday_reader import read_holidays
from sim.scenario.readers.reading import Fields, Reading
from sim.scenario.readers.zone_reader import a_time_zone
from sim.scenario.text.nodes import Node
from sim.scenario.text.problems import Unreadable
from sim.scenario.text.units import date_time, duration, duration_parts
from sim.scenario.text.words import PERIOD

LONGEST_PERIOD = 1100 * 1440.0  # three years [min]
LONGEST_WARM_UP = 400 * 1440.0
USUAL_LENGTH = 7  # days
CHOSEN = "the calendar is chosen, not measured: it has no range"
SOMEWHEN = Period(start=datetime(2026, 1, 5), length=10080.0)
"""Stands for a period that could not be read, so that the rest can be."""


def read_period(reading: Reading, node: Node, path: str) -> Period | None:
    """Read `{start: 2026-03-02, length: 7 d, warm_up: 0 d, time_zone: Europe/Berlin, holidays: DE}`.

    Whole days and weeks are days of the calendar (a day may have 23 or 25 hours), other units are elapsed time.
    """
    mapping = reading.mapping(node, path, "a period such as {start: 2026-03-02, length: 7 d}")
    if mapping is None:
        return None
    fields = Fields(reading, mapping, path, PERIOD)
    start = fields.need(
        "start", lambda r, n, p: r.text(n, p, _start), "a period needs its start", "add start: 2026-03-02"
    )
    zone = fields.take("time_zone", lambda r, n, p: r.text(n, p, a_time_zone), "UTC", "UTC", "no time zone is written")
    begin = start or SOMEWHEN.start
    default = calendar_days(begin, USUAL_LENGTH, zone)
    length = fields.take(
        "length",
        lambda r, n, p: r.scalar(n, p, lambda text: _span_of_days(text, begin, zone, 1), CHOSEN),
        default,
        f"{USUAL_LENGTH} d",
        "no length is written",
    )
    warm_up = fields.take(
        "warm_up",
        lambda r, n, p: r.scalar(n, p, lambda text: _span_of_days(text, begin, zone, -1), CHOSEN),
        0.0,
        "0 d",
        "no warm-up is written",
    )
    business = fields.take(
        "business_hours",
        lambda r, n, p: r.text(n, p, _business_hours),
        BUSINESS_HOURS,
        "mon-fri 09:00-18:00",
        "no business hours are written",
    )
    plain = None if start is None else Period(start=start, length=length, warm_up=warm_up, time_zone=zone)
    holidays = fields.take(
        "holidays",
        lambda r, n, p: read_holidays(r, n, p, plain),
        NO_HOLIDAYS,
        "none",
        "no holidays are written, every date is what its weekday says",
    )
    if start is None or plain is None:
        return None
    made = plain.model_copy(update={"holidays": holidays, "business_hours": business})
    if not made.exists(start) and (start.hour or start.minute):
        reading.problem(
            mapping.entries["start"].value, f"{path}.start", f"the clocks of {zone} skip this time on that day"
        )
        return None
    return made


def _business_hours(text: str) -> OpeningHours:
    hours = read_opening_hours(text)
    if hours.holiday:
        raise Unreadable("a holiday is never a business day", "leave out the hours of holidays")
    return hours.model_copy(update={"holiday": ()})


def _start(text: str) -> datetime:
    local = date_time(text)
    if local.tzinfo is not None:
        raise Unreadable("the start is local time, without offset", "write the zone under time_zone")
    if local.microsecond:
        raise Unreadable("a start on a whole second is expected")
    if not 1971 <= local.year <= 2199:
        raise Unreadable("a year from 1971 to 2199 is expected")
    return local


def _span_of_days(text: str, start: datetime, zone: str, sign: int) -> float:
    """Read a length of time from the start on (sign 1) or back from it (sign -1)."""
    minutes = duration(text, 0.0, LONGEST_PERIOD if sign > 0 else LONGEST_WARM_UP)
    if sign > 0 and not minutes > 0:
        raise Unreadable("a duration above zero is expected")
    if all(unit in ("d", "w") for _, unit in duration_parts(text)) and minutes % 1440 == 0:
        return abs(calendar_days(start, sign * round(minutes / 1440), zone))
    return minutes
