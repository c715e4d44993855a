"""Service levels: four formulas, thresholds, clocks, open contacts, targets."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest

from sim.machine import Calendar, Constant, Network
from sim.measures import Intervals, Service, measure
from sim.measures.promises.clock import Clock
from tests.measures.diary import DAY, Row, desk, diary, lost, served, spell, waiting

VARIANTS = ("service_level", "service_level_b", "service_level_c", "service_level_d")
PHONE = Service("phone", awt=2.0, share=0.8)


def levels(rows: list[Row], service: Service = PHONE, network: Network | None = None, **more: object) -> list[float]:
    """SL-A to SL-D of the channel."""
    table = measure(diary(network or desk().build(), rows, **more), [service], ())  # type: ignore[arg-type]
    return [table.value(name, "channel", service.name) for name in VARIANTS]


def test_the_published_example_gives_its_four_published_numbers() -> None:
    """1000 answered (860 in time), 60 abandoned (20 in time): 82.7, 83.0, 81.1 and 86.0 %."""
    rows = [served(i, 1.0, 2.0, 9.0) for i in range(860)]
    rows += [served(i, 1.0, 9.0, 19.0) for i in range(860, 1000)]
    rows += [lost(i, 1.0, 2.0) for i in range(1000, 1020)] + [lost(i, 1.0, 9.0) for i in range(1020, 1060)]
    assert [round(100 * x, 1) for x in levels(rows)] == [82.7, 83.0, 81.1, 86.0]
    assert levels(rows) == [860 / 1040, 880 / 1060, 860 / 1060, 860 / 1000]


def test_a_wait_of_exactly_the_threshold_is_in_time() -> None:
    """The threshold belongs to the good side, for answers and for abandonments."""
    assert levels([served(0, 1.0, 3.0, 4.0), served(1, 1.0, 3.25, 4.0)]) == [0.5, 0.5, 0.5, 0.5]
    assert levels([served(0, 1.0, 1.0, 4.0), lost(1, 1.0, 3.0)]) == [1.0, 1.0, 0.5, 1.0]
    assert levels([served(0, 1.0, 1.0, 4.0), lost(1, 1.0, 3.25)]) == [0.5, 0.5, 0.5, 1.0]


def test_nobody_improves_the_service_level_by_blocking_or_by_sending_the_line_home() -> None:
    """Blocked, and sent away after a wait, count against it; turned away at a closed door is shown apart."""
    rows = [
        served(0, 1.0, 1.0, 4.0),
        lost(1, 1.0, 1.0, "blocked"),
        lost(2, 1.0, 1.0, "closed"),
        lost(3, 1.0, 7.0, "closed"),
    ]
    assert levels(rows) == pytest.approx([1 / 3, 1 / 3, 1 / 3, 1.0])


def test_without_contacts_there_is_no_service_level() -> None:
    """An empty denominator is absent, never 0; a total of nothing is 0."""
    table = measure(diary(desk().build()), [PHONE])
    assert all(isnan(table.value(name, "channel", "phone")) for name in VARIANTS)
    assert not set(VARIANTS) & set(table.frame["measure"])
    assert table.value("arrivals", "channel", "phone") == 0.0
    assert isnan(table.value("meets_target", "channel", "phone"))
    only_early = measure(diary(desk().build(), [lost(0, 1.0, 2.0)]), [PHONE])
    assert isnan(only_early.value("service_level", "channel", "phone"))
    assert only_early.value("service_level_b", "channel", "phone") == 1.0


def test_steps_without_a_target_have_no_service_level_but_waits() -> None:
    """Chat has no target here: it takes no part in the level of all, only in its mean wait."""
    rows = [served(0, 1.0, 1.0, 4.0), served(1, 1.0, 11.0, 14.0, step="chat")]
    table = measure(diary(desk().build(), rows), [PHONE, Service("chat")], ())
    assert isnan(table.value("service_level", "step", "chat"))
    assert table.value("service_level") == 1.0
    assert table.value("asa") == 5.0
    assert isnan(table.value("short_abandoned", "channel", "chat"))
    assert table.value("short_abandoned", "channel", "phone") == 0.0


def test_an_open_contact_bounds_every_ratio() -> None:
    """One answered in time, one abandoned late, one open for a minute: it may still turn out good or bad."""
    rows = [served(0, 1.0, 2.0, 9.0), lost(1, 1.0, 9.0), waiting(2, 50.0)]
    table = measure(diary(desk(end=51.0).build(), rows, stopped=51.0), [PHONE], ())
    got = [table.row(name, "channel", "phone") for name in VARIANTS]
    assert [x["lower"] for x in got] == [1 / 3, 1 / 3, 1 / 3, 1 / 2]
    assert [x["value"] for x in got] == [1 / 3, 1 / 3, 1 / 3, 1.0]
    assert [x["upper"] for x in got] == [2 / 3, 2 / 3, 2 / 3, 1.0]
    assert table.row("abandonment", "channel", "phone")["upper"] == 2 / 3
    assert table.value("open_contacts", "channel", "phone") == 1.0


def test_who_has_already_waited_too_long_can_only_turn_out_bad() -> None:
    """Two answered, one in time; the open one is past the threshold: only SL-D does not know yet whether it counts."""
    rows = [served(0, 1.0, 2.0, 9.0), served(1, 1.0, 9.0, 10.0), waiting(2, 50.0)]
    table = measure(diary(desk(end=51.0).build(), rows, stopped=55.0), [PHONE], ())
    got = [table.row(name, "channel", "phone") for name in VARIANTS]
    assert [x["lower"] for x in got] == [1 / 3] * 4
    assert [x["value"] for x in got] == [x["upper"] for x in got] == [1 / 3, 1 / 3, 1 / 3, 1 / 2]


def test_a_service_in_progress_at_the_end_counts_as_answered() -> None:
    """Its wait is known, so nothing is open about it."""
    rows = [spell(0, 1.0, 2.0, exit="open"), spell(1, 1.0, 9.0, exit="open")]
    table = measure(diary(desk().build(), rows), [PHONE], ())
    row = table.row("service_level", "channel", "phone")
    assert (row["value"], row["lower"], row["upper"]) == (0.5, 0.5, 0.5)


def test_waits_against_the_target_can_run_on_a_calendar() -> None:
    """A letter of the evening is answered the next morning: 15 open minutes, 15 hours on the wall."""
    b = desk(end=2 * DAY)
    b.calendar(Calendar("office", [(540, 1020)], repeat=(0, DAY)))
    network = b.build()
    rows = [served(0, 1010.0, DAY + 545.0, DAY + 600.0), served(1, 1010.0, DAY + 546.0, DAY + 600.0)]
    table = measure(diary(network, rows), [Service("phone", awt=15.0, clock="office")], ())
    assert table.value("service_level", "channel", "phone") == 0.5
    assert table.value("excess_wait", "channel", "phone") == 0.5
    assert table.value("asa", "channel", "phone") == pytest.approx(975.5)  # elapsed minutes
    assert table.value("service_level", "step", "phone") == 0.5
    assert table.value("service_level") == 0.5


def test_a_letter_is_answered_when_its_service_ends() -> None:
    """Time in service counts; what is still in service is bounded; what was lost is never answered."""
    service = Service("phone", awt=5.0, answer="end")
    rows = [served(0, 0.0, 1.0, 5.0), served(1, 0.0, 1.0, 5.5)]
    assert levels(rows, service) == [0.5, 0.5, 0.5, 0.5]
    rows = [served(0, 0.0, 1.0, 5.0), spell(1, 57.0, 58.0, exit="open"), spell(2, 50.0, 51.0, exit="open")]
    row = measure(diary(desk().build(), rows), [service], ()).row("service_level", "channel", "phone")
    assert (row["value"], row["lower"], row["upper"]) == pytest.approx((1 / 3, 1 / 3, 2 / 3))
    back = [spell(0, 0.0, 1.0, 2.0, "handed_back"), lost(0, 2.0, 3.0, ordinal=1)]
    table = measure(diary(desk().build(), back), [service], ())
    assert table.value("service_level", "channel", "phone") == 0.0
    assert table.value("answered", "channel", "phone") == 1.0
    assert measure(diary(desk().build(), back), [PHONE], ()).value("service_level", "channel", "phone") == 1.0


def test_targets_are_met_per_period_and_per_local_day() -> None:
    """Two good days and a bad one: met on 2 of 3 days, and in the period; a day without contacts does not count."""
    rows = [served(i, i * DAY + 5.0, i * DAY + 5.0, i * DAY + 9.0) for i in range(2)]
    rows += [served(10 + i, 5.0 + i, 5.0 + i, 9.0 + i) for i in range(6)]
    rows += [served(20, 2 * DAY + 5.0, 2 * DAY + 9.0, 2 * DAY + 12.0)]
    service = Service("phone", awt=2.0, share=0.8)
    table = measure(diary(desk(end=4 * DAY).build(), rows), [service], Intervals.regular(4 * DAY, DAY))
    assert table.value("service_level", "channel", "phone") == pytest.approx(8 / 9)
    assert table.value("meets_target", "channel", "phone") == 1.0
    days = table.row("meets_target_day", "channel", "phone")
    assert (days["numerator"], days["denominator"]) == (2.0, 3.0)
    assert table.series("meets_target", "channel", "phone").dropna().tolist() == [1.0, 1.0, 0.0]
    strict = measure(diary(desk(end=4 * DAY).build(), rows), [Service("phone", awt=2.0, share=0.9)], ())
    assert strict.value("meets_target", "channel", "phone") == 0.0


def test_a_level_of_exactly_the_target_meets_it() -> None:
    """4 of 5 is 80 %; of 30, 24 are."""
    for n, good in ((5, 4), (30, 24)):
        rows = [served(i, 1.0, 1.0 if i < good else 10.0, 12.0) for i in range(n)]
        assert measure(diary(desk().build(), rows), [PHONE], ()).value("meets_target", "channel", "phone") == 1.0


def test_an_open_contact_leaves_open_whether_the_target_is_met() -> None:
    """Three of four, and one that may still be good: at best it is met."""
    rows = [served(i, 1.0, 1.0, 2.0) for i in range(3)] + [waiting(3, 59.5)]
    row = measure(diary(desk().build(), rows), [PHONE], ()).row("meets_target", "channel", "phone")
    assert (row["value"], row["lower"], row["upper"]) == (0.0, 0.0, 1.0)
    row = measure(diary(desk().build(), rows), [PHONE], ()).row("meets_target_day", "channel", "phone")
    assert (row["value"], row["lower"], row["upper"]) == (0.0, 0.0, 1.0)


def test_completion_counts_the_end_of_the_last_leg() -> None:
    """Done within the due time / arrivals; transfers run on the same clock."""
    service = Service(("phone", "chat"), due=10.0, due_share=0.5, name="desk")
    rows = [
        served(0, 0.0, 1.0, 4.0),
        served(0, 4.0, 8.0, 10.0, step="chat"),
        served(1, 0.0, 1.0, 4.0),
        served(1, 4.0, 8.0, 11.0, step="chat"),
        lost(2, 0.0, 3.0),
        waiting(3, 55.0),
    ]
    table = measure(diary(desk().build(), rows), [service], ())
    row = table.row("completion_level", "channel", "desk")
    assert (row["numerator"], row["denominator"], row["upper"]) == (1.0, 4.0, 0.5)
    assert table.row("meets_due", "channel", "desk")["upper"] == 1.0
    assert table.value("meets_due", "channel", "desk") == 0.0
    assert table.value("meets_due_day", "channel", "desk") == 0.0


def test_a_step_of_two_services_is_judged_by_the_first_outside_its_channel() -> None:
    """Channels may overlap; each channel judges by its own threshold."""
    rows = [served(0, 0.0, 3.0, 4.0)]
    both = [Service("phone", awt=2.0, name="strict"), Service(("phone", "chat"), awt=5.0, name="lax")]
    table = measure(diary(desk().build(), rows), both, ())
    assert [table.value("service_level", "channel", n) for n in ("strict", "lax")] == [0.0, 1.0]
    assert table.value("service_level", "step", "phone") == table.value("service_level") == 0.0
    assert table.value("wait_p50", "channel", "lax") == 3.0


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"steps": ()}, "no steps"),
        ({"steps": "phone", "awt": -1.0}, "awt is -1.0"),
        ({"steps": "phone", "awt": float("nan")}, "awt is nan"),
        ({"steps": "phone", "awt": 1.0, "share": 80.0}, "share is 80.0"),
        ({"steps": "phone", "share": 0.8}, "needs the awt"),
        ({"steps": "phone", "due_share": 0.8}, "needs the time"),
        ({"steps": "phone", "answer": "middle"}, "'start' or 'end'"),
    ],
)
def test_impossible_services_are_refused(arguments: dict[str, object], text: str) -> None:
    """A service says what is wrong with it."""
    with pytest.raises(ValueError, match=text):
        Service(**arguments)  # type: ignore[arg-type]


def test_unknown_names_are_refused_with_the_nearest_known_one() -> None:
    """Steps, clocks, delays, names given twice: all at once."""
    b = desk()
    b.delay("pause", length=Constant(1.0))
    records = diary(b.build())
    with pytest.raises(ValueError, match=r"(?s)unknown step 'phon'; did you mean 'phone'.*unknown clock 'office'"):
        measure(records, [Service("phon"), Service("chat", clock="office")])
    with pytest.raises(ValueError, match="a delay"):
        measure(records, [Service("pause")])
    with pytest.raises(ValueError, match="given twice"):
        measure(records, [Service("phone"), Service("phone")])
    with pytest.raises(ValueError, match="did you mean 'service_level'"):
        measure(records, measures=["service_levl"])
    with pytest.raises(ValueError, match="given twice"):
        measure(records, intervals=(Intervals.regular(60), Intervals.regular(60)))


def test_a_clock_with_paces_is_refused() -> None:
    """Measures count whole minutes: a calendar on which minutes weigh differently would be counted wrongly."""
    b = desk()
    fast = Calendar("fast", [(0.0, 60.0), (60.0, 120.0)], paces=[2.0, 0.5])
    b.calendar(fast)
    with pytest.raises(ValueError, match="clock 'fast' has paces"):
        measure(diary(b.build()), [Service("phone", awt=1.0, clock="fast")])
    with pytest.raises(ValueError, match="calendar fast: it has paces"):
        Clock(fast, 0.0, 120.0)
    even = Calendar("even", [(0.0, 60.0)], paces=[1.0])
    assert Clock(even, 0.0, 120.0).minutes(np.array([30.0]), np.array([90.0])) == pytest.approx([30.0])
