"""Opening hours, shifts and head-counts mean the minutes they say, also when clocks change."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from sim.scenario.model.cells import DatedCells, WeeklyCells
from sim.scenario.model.headcount import WeeklySpans, headcount_steps
from sim.scenario.model.hours import ALWAYS, open_intervals, read_opening_hours
from sim.scenario.model.period import Period
from sim.scenario.model.shifts import Break, Shift, agent_names, break_start, duties
from sim.scenario.readers.holiday_reader import shipped_holidays
from sim.scenario.text.problems import Unreadable
from sim.scenario.text.units import seven

MONDAY = Period(start=datetime(2026, 3, 2), length=10080, time_zone="Europe/Berlin")
SPRING = Period(start=datetime(2026, 3, 28), length=3 * 1440 - 60, time_zone="Europe/Berlin")
MAY = Period(
    start=datetime(2026, 4, 30), length=14400, time_zone="Asia/Shanghai", holidays=shipped_holidays("CN")
)  # Friday 1 May is a holiday, Saturday 9 May works as a Tuesday
AUTUMN = Period(start=datetime(2026, 10, 24), length=2 * 1440 + 60, time_zone="Europe/Berlin")


def test_opening_hours_are_read_word_by_word() -> None:
    """Several spans per day, several days per span."""
    hours = read_opening_hours("mon-fri 09:00-12:00 13:00-18:00 sat 10:00-14:00")
    assert hours.week[0] == ((540, 720), (780, 1080))
    assert hours.week[5:] == (((600, 840),), ())
    assert str(hours) == "mon-fri 09:00-12:00 13:00-18:00 sat 10:00-14:00"
    assert read_opening_hours("always") == read_opening_hours("daily 00:00-24:00") == ALWAYS


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mon",
        "09:00-18:00",
        "mon-fri",
        "always mon 09:00-10:00",
        "mon 09:00-18:00 mon 17:00-19:00",
        "sun 22:00-10:00 mon 09:00-18:00",
    ],
)
def test_unclear_opening_hours_are_refused(text: str) -> None:
    """Missing days, missing hours and overlaps, also from Sunday night into Monday."""
    with pytest.raises(Unreadable):
        read_opening_hours(text)


def test_holidays_have_hours_of_their_own() -> None:
    """Hours after `holiday` hold on holidays only; without them a holiday is a Sunday."""
    hours = read_opening_hours("daily 08:00-24:00 holiday 10:00-20:00")
    assert (hours.holiday, str(hours)) == (((600, 1200),), "mon-sun 08:00-24:00 holiday 10:00-20:00")
    shut = read_opening_hours("mon-sat 09:00-18:00 holiday closed")
    assert (shut.holiday, str(shut)) == ((), "mon-sat 09:00-18:00 holiday closed")
    sunday = read_opening_hours("mon-sat 09:00-18:00 sun 10:00-12:00")
    may_day = 1440.0
    found = [open_intervals(h, MAY, may_day, 2 * may_day).tolist() for h in (hours, shut, sunday)]
    assert found == [[[may_day + 600, may_day + 1200]], [], [[may_day + 600, may_day + 720]]]
    worked = [[12960 + 540, 12960 + 1080]]  # Saturday 9 May works
    assert open_intervals(read_opening_hours("mon-fri 09:00-18:00"), MAY, 12960, 14400).tolist() == worked
    always = read_opening_hours("daily 00:00-24:00 holiday closed")
    assert not always.always
    assert read_opening_hours(str(always)) == always


def test_shifts_and_headcounts_keep_holidays() -> None:
    """As many agents as on a Sunday, or as written for holidays; a make-up day has those of its weekday."""
    plain, own = shift(540, 1080, None, 5, 4, 5, 5, 5, 2, 1), shift(540, 1080, None, 5, 4, 5, 5, 5, 2, 1)
    own = own.model_copy(update={"holiday": 8})
    counts = [
        len([d for d in duties({"day": s}, MAY, 0, 14400) if d.date == date(2026, 5, x)])
        for s in (plain, own)
        for x in (1, 9)
    ]
    assert counts == [1, 4, 8, 4]
    assert agent_names({"day": own})[-1] == "day/8"
    head = WeeklySpans(week=seven([((0, 1440, float(d)),) for d in range(7)]))
    steps = headcount_steps(head, MAY, 0, 14400)
    assert [steps.values[steps.edges[:-1] == d * 1440.0][0] for d in (0, 1, 9)] == [3, 6, 1]


def test_open_intervals_of_a_week() -> None:
    """Five days and the short Saturday."""
    hours = read_opening_hours("mon-fri 09:00-18:00 sat 10:00-14:00")
    expected = [[d * 1440 + 540, d * 1440 + 1080] for d in range(5)] + [[5 * 1440 + 600, 5 * 1440 + 840]]
    assert open_intervals(hours, MONDAY, 0, 10080).tolist() == expected


def test_always_open_is_one_interval() -> None:
    """Days that touch are joined, also on the days when clocks change."""
    assert open_intervals(ALWAYS, SPRING, 0, SPRING.length).tolist() == [[0, SPRING.length]]


def test_night_before_the_range_reaches_into_it() -> None:
    """Hours over midnight belong to the day they start."""
    hours = read_opening_hours("sun 22:00-02:00 fri 22:00-02:00")
    friday = 4 * 1440
    assert open_intervals(hours, MONDAY, 0, 10080).tolist() == [
        [0, 120],
        [friday + 1320, friday + 1560],
        [9960, 10080],
    ]


def test_opening_follows_the_wall_clock_when_clocks_change() -> None:
    """09:00 stays 09:00; 00:00-06:00 has five hours in spring and seven in autumn."""
    assert open_intervals(read_opening_hours("sun 09:00-18:00"), SPRING, 0, SPRING.length).tolist() == [
        [1440 + 480, 1440 + 1020]
    ]
    night = read_opening_hours("sun 00:00-06:00")
    assert open_intervals(night, SPRING, 0, SPRING.length).tolist() == [[1440, 1440 + 300]]
    assert open_intervals(night, AUTUMN, 0, AUTUMN.length).tolist() == [[1440, 1440 + 420]]


def test_hours_that_a_day_does_not_have_are_not_open() -> None:
    """02:00-03:00 does not exist on 29 March; 02:15-03:30 starts with the jump."""
    assert len(open_intervals(read_opening_hours("sun 02:00-03:00"), SPRING, 0, SPRING.length)) == 0
    late = open_intervals(read_opening_hours("sun 02:15-03:30"), SPRING, 0, SPRING.length)
    assert late.tolist() == [[1440 + 120, 1440 + 150]]


def test_range_cuts_the_intervals() -> None:
    """Intervals are clipped to [t0, t1)."""
    hours = read_opening_hours("daily 09:00-18:00")
    assert open_intervals(hours, MONDAY, 600, 1440 + 600).tolist() == [[600, 1080], [1440 + 540, 1440 + 600]]
    assert open_intervals(hours, MONDAY, -1440, 0).tolist() == [[-900, -360]]
    assert len(open_intervals(hours, MONDAY, 0, 540)) == 0


def shift(start: int, end: int, pause: Break | None, *agents: int) -> Shift:
    """Make a shift."""
    return Shift(start=start, end=end, pause=pause, agents=seven(agents))


def test_breaks_are_staggered_over_the_middle_third() -> None:
    """First break at the start of the third, last one ends with it, the others in even steps."""
    starts = [break_start(540, 1080, 60, i, 5) for i in range(5)]
    assert starts == [720, 750, 780, 810, 840]
    assert break_start(540, 1080, 60, 0, 1) == 780
    assert [break_start(0, 300, 120, i, 3) for i in range(3)] == [90, 90, 90]


def test_duties_of_a_week() -> None:
    """Five agents on weekdays, the first two of them on Saturday; breaks cut a duty into two stretches."""
    day = shift(540, 1080, Break(length=60), 5, 5, 5, 5, 5, 2, 0)
    found = duties({"day": day}, MONDAY, 0, 10080)
    assert len(found) == 27
    assert found[0].agent == "day/1"
    assert found[0].stretches == ((540, 720), (780, 1080))
    saturday = [duty for duty in found if duty.date == date(2026, 3, 7)]
    assert [duty.agent for duty in saturday] == ["day/1", "day/2"]
    assert agent_names({"day": day}) == ("day/1", "day/2", "day/3", "day/4", "day/5")


def test_fixed_break_is_on_the_wall_clock_also_after_midnight() -> None:
    """A night shift pauses from 01:30 to 02:15 of the next date."""
    night = shift(1320, 1800, Break(length=45, start=1530), 1, 0, 0, 0, 0, 0, 0)
    assert duties({"night": night}, MONDAY, 0, 10080)[0].stretches == ((1320, 1530), (1575, 1800))


def test_night_shift_is_short_in_spring_and_long_in_autumn() -> None:
    """Saturday 22:00 to 06:00 has seven hours in spring, nine in autumn."""
    night = {"night": shift(1320, 1800, None, 0, 0, 0, 0, 0, 1, 0)}
    assert duties(night, SPRING, 0, SPRING.length)[0].stretches == ((1320, 1740),)
    assert duties(night, AUTUMN, 0, AUTUMN.length)[0].stretches == ((1320, 1860),)


def test_shift_of_the_day_before_reaches_into_the_range() -> None:
    """A stretch is cut at the start of the range; its date stays the one it started on."""
    night = {"night": shift(1320, 1800, None, 1, 1, 1, 1, 1, 1, 1)}
    first = duties(night, MONDAY, 0, 600)[0]
    assert (first.date, first.stretches) == (date(2026, 3, 1), ((0, 360),))


def test_headcount_by_hours_of_the_week() -> None:
    """Equal neighbours stay apart (fractions are rounded per interval); outside nobody is there."""
    monday = ((540, 720, 1.5), (720, 900, 1.5), (1320, 1560, 1.0))
    steps = headcount_steps(WeeklySpans(week=seven([monday, (), (), (), (), (), ()])), MONDAY, 0, 2880)
    assert steps.edges.tolist() == [0, 540, 720, 900, 1320, 1560, 2880]
    assert steps.values.tolist() == [0, 1.5, 1.5, 0, 1, 0]


def test_headcount_by_cells_of_the_week_and_of_the_calendar() -> None:
    """Cells start at local midnight; what is not written is 0."""
    weekly = WeeklyCells(cell=60, week=seven([(0.0, 2.0), (), (), (), (), (), ()]))
    assert headcount_steps(weekly, MONDAY, 0, 180).values.tolist() == [0, 2, 0]
    dated = DatedCells(cell=60, days=((date(2026, 3, 3), (1.0, 2.5)),))
    steps = headcount_steps(dated, MONDAY, 1440 - 30, 1440 + 90)
    assert steps.edges.tolist() == [1410, 1440, 1500, 1530]
    assert steps.values.tolist() == [0, 1, 2.5]
