"""The simulated period: local calendar on one side, minutes since its start on the other.

Daylight saving is real: a local day has 23, 24 or 25 hours, and "09:00" is what the clock on the wall says.
A clock time that a day does not have (02:30 when clocks jump from 02:00 to 03:00) means the first instant
at which the clock shows that time or a later one; a time a day has twice means the first of the two.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sim.scenario.model.frozen import Frozen
from sim.scenario.model.holidays import NO_HOLIDAYS, Holidays
from sim.scenario.model.opening_hours import OpeningHours, read_opening_hours

__all__ = ["BUSINESS_HOURS", "ClockRun", "Frozen", "LocalDay", "Period", "calendar_days"]

BUSINESS_HOURS = read_opening_hours("mon-fri 09:00-18:00 holiday closed")
_EPOCH = datetime(1970, 1, 1)


class LocalDay(NamedTuple):
    """One local day.

    Parameters
    ----------
    date : the date.
    weekday : its weekday, Monday 0.
    start, end : [start, end) in minutes since the period's start.
    acts_as : weekday as which it is planned: a holiday as Sunday, a make-up working day as the day it makes up for
        (see `HolidayDay.counts_as`), any other day as what it is. Rates, shifts, head-counts and hours go by it.
    holiday : whether it is a holiday.
    """

    date: date
    weekday: int
    start: float
    end: float
    acts_as: int
    holiday: bool


class ClockRun(NamedTuple):
    """A stretch [start, end) of a day in which the wall clock runs evenly from `clock` [min after midnight]."""

    start: float
    end: float
    clock: float


class Period(Frozen):
    """The period that is simulated and counted.

    Parameters
    ----------
    start : local date-time at which it starts (minute 0), without offset.
    length : how long it lasts [min]; minute `length` is the first that is not counted.
    warm_up : how long is simulated before the start, not counted [min].
    time_zone : name such as ``Europe/Berlin``.
    holidays : the days that are not planned as what their weekday says.
    business_hours : in which promises on the business clock count; a holiday has none.

    Examples
    --------
    >>> march = Period(start=datetime(2026, 3, 28), length=3 * 1440 - 60, time_zone="Europe/Berlin")
    >>> [(day.date.isoformat(), day.start, day.end) for day in march.days()]
    [('2026-03-28', 0.0, 1440.0), ('2026-03-29', 1440.0, 2820.0), ('2026-03-30', 2820.0, 4260.0)]
    """

    start: datetime
    length: float
    warm_up: float = 0.0
    time_zone: str = "UTC"
    holidays: Holidays = NO_HOLIDAYS
    business_hours: OpeningHours = BUSINESS_HOURS

    def __hash__(self) -> int:
        # asked for at every look into the calendar; periods that differ in the rest only are rare
        return hash((self.start, self.length, self.warm_up, self.time_zone))

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone's rules."""
        return ZoneInfo(self.time_zone)

    @cached_property
    def _origin(self) -> float:
        return _instant(self.start, self.zone)

    def minute(self, local: datetime) -> float:
        """Give the minute since the start of a local date-time (aware ones are taken as the instant they say).

        For a local time that occurs twice, `fold=1` means the second.
        """
        if local.tzinfo is not None:
            return (local.timestamp() - self._origin) / 60.0
        return (_instant(local, self.zone) - self._origin) / 60.0

    def minute_at(self, day: date, clock: float = 0.0) -> float:
        """Give the minute at which the wall clock of `day` reaches `clock` [min after midnight, may pass 1440]."""
        return _minute_at(self, day, clock)

    def exists(self, local: datetime) -> bool:
        """Whether the wall clock ever shows this local date-time."""
        early, late = _offsets(local, self.zone)
        return early >= late

    def occurs_twice(self, local: datetime) -> bool:
        """Whether the wall clock shows this local date-time twice."""
        early, late = _offsets(local, self.zone)
        return early > late

    def local(self, minute: float) -> datetime:
        """Give the local date-time (aware) of a minute since the start."""
        return _shown_at(self._origin + minute * 60.0, self.zone)

    def days(self, t0: float | None = None, t1: float | None = None) -> list[LocalDay]:
        """List the local days that overlap [t0, t1), whole days (default: the counted period)."""
        return list(_days(self, 0.0 if t0 is None else t0, self.length if t1 is None else t1))

    def clock_runs(self, day: LocalDay) -> list[ClockRun]:
        """Split a day where its wall clock jumps (one run on ordinary days, two on daylight-saving days)."""
        zone, t0 = self.zone, int(self._origin + day.start * 60.0)
        t1 = int(self._origin + day.end * 60.0)
        midnight = datetime(day.date.year, day.date.month, day.date.day)

        def clock(second: int) -> float:
            return (_shown_at(second, zone).replace(tzinfo=None) - midnight).total_seconds() / 60.0

        if _offset_at(t0, zone) == _offset_at(t1 - 1, zone):
            return [ClockRun(day.start, day.end, clock(t0))]
        jump = _jump(t0, t1 - 1, zone)
        middle = (jump - self._origin) / 60.0
        runs = [ClockRun(day.start, middle, clock(t0)), ClockRun(middle, day.end, clock(jump))]
        return [run for run in runs if run.end > run.start]


# The same calendar is asked for again and again while other numbers of a scenario are drawn.


@lru_cache(maxsize=1 << 14)
def _minute_at(period: Period, day: date, clock: float) -> float:
    days, within = divmod(clock, 1440.0)
    return period.minute(datetime(day.year, day.month, day.day) + timedelta(days=int(days), minutes=within))


@lru_cache(maxsize=64)
def _days(period: Period, first: float, last: float) -> tuple[LocalDay, ...]:
    today = period.local(first).date()
    start = period.minute_at(today)
    found: list[LocalDay] = []
    while start < last:
        tomorrow = today + timedelta(days=1)
        end = period.minute_at(tomorrow)
        if end > start and end > first:  # some zones skip a whole date
            acts_as, holiday = period.holidays.weekday_of(today), period.holidays.is_holiday(today)
            found.append(LocalDay(today, today.weekday(), start, end, acts_as, holiday))
        today, start = tomorrow, end
    return tuple(found)


def calendar_days(start: datetime, n_days: int, time_zone: str) -> float:
    """Give the minutes from a local date-time to the same clock time `n_days` later (negative: earlier)."""
    zone = ZoneInfo(time_zone)
    return (_instant(start + timedelta(days=n_days), zone) - _instant(start, zone)) / 60.0


def _offsets(local: datetime, zone: ZoneInfo) -> tuple[timedelta, timedelta]:
    early = local.replace(tzinfo=zone, fold=0).utcoffset()
    late = local.replace(tzinfo=zone, fold=1).utcoffset()
    return early or timedelta(0), late or timedelta(0)


def _instant(local: datetime, zone: ZoneInfo) -> float:
    """Seconds since 1970 (UTC) at which the wall clock of the zone first shows this time or a later one."""
    early, late = _offsets(local, zone)
    if early >= late:
        return (local.replace(fold=0) - _EPOCH - (late if local.fold else early)).total_seconds()
    # The clock jumps over this time: the jump lies after (local - late) and not after (local - early).
    before = (local.replace(fold=0) - _EPOCH - late).total_seconds()
    after = (local.replace(fold=0) - _EPOCH - early).total_seconds()
    return float(_jump(int(before), int(after) + 1, zone))


def _shown_at(second: float, zone: ZoneInfo) -> datetime:
    """What the wall clock shows at a second since 1970 (UTC); works before 1970 on every platform."""
    return (_EPOCH.replace(tzinfo=UTC) + timedelta(seconds=second)).astimezone(zone)


def _offset_at(second: int, zone: ZoneInfo) -> timedelta:
    return _shown_at(second, zone).utcoffset() or timedelta(0)


def _jump(before: int, after: int, zone: ZoneInfo) -> int:
    """First second with the offset of `after`, given that `before` still has another one."""
    old = _offset_at(before, zone)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset_at(middle, zone) == old:
            before = middle
        else:
            after = middle
    return after
