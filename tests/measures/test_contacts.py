"""Contacts: what became of them, how long they waited, what belongs to one contact."""

from __future__ import annotations

from math import inf, isnan

import numpy as np
import pytest

from sim.measures import Desk, MeasureTable, Service, measure
from tests.measures.diary import Row, desk, diary, lost, served, spell, waiting

BOTH = Service(("phone", "chat"), awt=2.0, name="desk")
FATES = ("answered", "abandoned", "blocked", "closed", "moved", "recalled", "open_contacts")


def table_of(rows: list[Row], end: float = 60.0, service: Service = BOTH, **more: object) -> MeasureTable:
    """Whole-period measures of a channel of both steps."""
    return measure(diary(desk(end=end).build(), rows, **more), [service], ())  # type: ignore[arg-type]


def test_every_arrival_has_exactly_one_fate() -> None:
    """arrivals = answered + abandoned + blocked + closed + moved + recalled + open; offered leaves the blocked out."""
    rows = [
        served(0, 1.0, 2.0, 3.0),
        spell(1, 1.0, 2.0, exit="open"),
        lost(2, 1.0, 2.0),
        lost(3, 1.0, 1.0, "blocked"),
        lost(4, 1.0, 1.0, "closed"),
        lost(5, 1.0, 4.0, "closed"),
        lost(6, 1.0, 4.0, "moved"),
        waiting(7, 5.0),
        waiting(8, 5.0),
    ]
    t = table_of(rows)
    assert [t.value(x) for x in FATES] == [2.0, 1.0, 1.0, 2.0, 1.0, 0.0, 2.0]
    assert t.value("arrivals") == sum(t.value(x) for x in FATES) == 9.0
    assert t.value("offered") == 8.0
    assert t.row("answered")["upper"] == 4.0
    assert t.row("abandoned")["upper"] == 3.0
    assert t.row("arrivals")["upper"] == 9.0


def test_contacts_belong_to_the_period_they_arrive_in() -> None:
    """Who enters at 0 counts, who enters at the end or before 0 does not, whenever the answer comes."""
    rows = [served(i, t, t + 30.0, t + 31.0) for i, t in enumerate((-0.5, 0.0, 59.5, 60.0))]
    t = table_of(rows)
    assert t.value("arrivals") == 2.0
    assert t.value("asa") == 30.0


def test_asa_and_mean_wait_are_different_numbers() -> None:
    """ASA is over the answered; the mean wait is over all but the blocked and those refused at the door."""
    rows = [
        served(0, 0.0, 3.0, 4.0),
        lost(1, 0.0, 5.0),
        lost(2, 0.0, 0.0, "blocked"),
        lost(3, 0.0, 0.0, "closed"),
        lost(4, 0.0, 10.0, "closed"),
        lost(5, 0.0, 6.0, "moved"),
    ]
    t = table_of(rows)
    assert t.value("asa") == 3.0
    assert (t.row("mean_wait")["numerator"], t.row("mean_wait")["denominator"]) == (24.0, 4.0)
    assert t.value("longest_wait") == 10.0
    assert t.row("excess_wait")["numerator"] == 1.0 + 3.0 + 8.0 + 4.0
    assert t.row("excess_wait")["denominator"] == 5.0  # who was turned away at the closed door was promised nothing


def test_open_waits_bound_means_from_below_only() -> None:
    """Someone still in line has waited at least so long, and nobody knows how much longer."""
    t = table_of([served(0, 0.0, 9.0, 10.0), waiting(1, 58.0)], stopped=61.0)
    asa, mean, worst, median = (t.row(x) for x in ("asa", "mean_wait", "longest_wait", "wait_p50"))
    assert (asa["lower"], asa["value"], asa["upper"]) == (3.0, 9.0, inf)
    assert (mean["lower"], mean["value"], mean["upper"]) == (6.0, 6.0, inf)
    assert (worst["value"], worst["upper"]) == (9.0, inf)
    assert (median["lower"], median["value"], median["upper"]) == (3.0, 9.0, inf)
    assert t.row("excess_wait")["value"] == (7.0 + 1.0) / 2
    assert t.row("excess_wait")["upper"] == inf
    known = table_of([served(0, 0.0, 9.0, 10.0)])
    assert known.row("asa")["lower"] == known.row("asa")["upper"] == 9.0


def test_quantiles_are_those_of_the_answered() -> None:
    """They equal NumPy's linear quantiles; numbers of rows stand in the denominator, the numerator is empty."""
    waits = [0.0, 0.0, 1.0, 2.5, 7.0, 7.0, 11.0]
    rows = [served(i, 0.0, w, 50.0) for i, w in enumerate(waits)] + [lost(9, 0.0, 40.0)]
    t = table_of(rows)
    for name, q in (("wait_p50", 0.5), ("wait_p80", 0.8), ("wait_p90", 0.9), ("wait_p95", 0.95)):
        assert t.value(name) == np.quantile(waits, q)
        assert t.row(name)["denominator"] == 7.0
        assert isnan(t.row(name)["numerator"])
    assert t.value("longest_wait") == 40.0


def test_a_silent_leaver_has_abandoned_when_it_left() -> None:
    """Whether the work on it came, has not come, or never will: its wait ends with its silent departure."""
    reached = spell(0, 0.0, 20.0, 5.0, "abandoned", released=22.0, ghost=True)
    unreached = spell(1, 0.0, exit="open", left=7.0, ghost=True)
    cleared = lost(2, 0.0, 9.0, ghost=True)
    in_work = spell(3, 0.0, 20.0, 11.0, "open", ghost=True)
    t = table_of([reached, unreached, cleared, in_work])
    assert [t.value(x) for x in ("arrivals", "abandoned", "answered", "open_contacts")] == [4.0, 4.0, 0.0, 0.0]
    assert t.row("mean_wait")["numerator"] == 5.0 + 7.0 + 9.0 + 11.0
    assert t.row("mean_wait")["upper"] == 8.0  # nothing is open about them
    assert t.value("accessibility") == 0.0
    assert isnan(t.value("asa"))
    assert isnan(t.value("handle_time"))


def test_work_on_a_silent_leaver_that_is_handed_back_changes_nothing_about_its_wait() -> None:
    """Gone at 5, reached at 20, handed back at 21, reached again at 30: it waited 5 minutes."""
    rows = [
        spell(0, 0.0, 20.0, 21.0, "handed_back", released=21.0, ghost=True),
        spell(0, 21.0, 30.0, 5.0, "abandoned", released=31.0, ghost=True, ordinal=1),
    ]
    t = table_of(rows)
    assert (t.value("abandoned"), t.value("mean_wait"), t.value("ticket_wait")) == (1.0, 5.0, 5.0)
    assert t.row("queue_length")["numerator"] == 20.0 + 9.0


def test_a_handed_back_contact_counts_once_with_its_first_wait() -> None:
    """The visit's first spell says how long the answer took; handling adds up over its spells."""
    rows = [
        spell(0, 0.0, 2.0, 10.0, "handed_back"),
        spell(0, 10.0, 25.0, 30.0, "paused", ordinal=1),
        spell(0, 30.0, 40.0, 44.0, "done", ordinal=2, released=45.0, resumed=True),
    ]
    t = table_of(rows)
    assert (t.value("arrivals"), t.value("answered"), t.value("asa")) == (1.0, 1.0, 2.0)
    assert t.value("handle_time") == 8.0 + 5.0 + 5.0
    assert t.value("contact_time") == 44.0
    assert t.value("legs_per_contact") == 1.0
    assert t.value("ticket_wait") == 2.0 + 15.0  # paused minutes are not spent in line
    assert t.value("dropped") == 0.0
    late = spell(0, 10.0, 20.0, 15.0, "abandoned", released=21.0, ghost=True, ordinal=1)
    t = table_of([spell(0, 0.0, 2.0, 10.0, "handed_back"), late])
    assert (t.value("answered"), t.value("dropped"), t.value("handle_time")) == (1.0, 1.0, 8.0)
    assert t.value("ticket_wait") == 2.0 + 5.0
    gone = [spell(0, 0.0, 2.0, 10.0, "handed_back"), lost(0, 10.0, 12.0, ordinal=1)]
    t = table_of(gone)
    assert (t.value("answered"), t.value("abandoned"), t.value("dropped")) == (1.0, 0.0, 1.0)


def test_a_transfer_is_a_leg_of_the_same_contact() -> None:
    """In the channel it arrives once, with its first leg; at each step it is an arrival there."""
    rows = [served(0, 0.0, 1.0, 5.0), served(0, 5.0, 14.0, 20.0, step="chat"), served(1, 0.0, 3.0, 6.0)]
    t = table_of(rows)
    assert t.value("arrivals", "channel", "desk") == t.value("arrivals") == 2.0
    assert [t.value("arrivals", "step", x) for x in ("phone", "chat")] == [2.0, 1.0]
    assert t.value("asa", "channel", "desk") == 2.0
    assert t.value("asa", "step", "chat") == 9.0
    assert t.value("handle_time", "channel", "desk") == (4.0 + 6.0 + 3.0) / 2
    assert t.value("contact_time", "channel", "desk") == (20.0 + 6.0) / 2
    assert t.value("legs_per_contact", "channel", "desk") == 1.5
    assert t.value("transfer_share", "channel", "desk") == 0.5
    lost_later = [served(0, 0.0, 1.0, 5.0), lost(0, 5.0, 14.0, step="chat")]
    assert table_of(lost_later).value("dropped") == 1.0


def test_a_new_round_or_a_spawned_job_is_a_new_contact() -> None:
    """Attempts are counted one by one; all but the ticket's first are repeats."""
    again = [lost(0, 0.0, 1.0), served(0, 10.0, 11.0, 12.0, round=1), served(1, 30.0, 30.0, 31.0)]
    t = table_of(again, parent={1: 0})
    assert t.value("arrivals") == 3.0
    assert t.value("abandonment") == pytest.approx(1 / 3)
    assert t.value("repeat_share") == pytest.approx(2 / 3)


def test_a_job_moved_between_lines_of_a_channel_waits_on() -> None:
    """At its step it was moved; in the channel its wait runs until the other step answers."""
    rows = [lost(0, 0.0, 5.0, "moved"), served(0, 5.0, 9.0, 12.0, step="chat")]
    t = table_of(rows)
    assert t.value("moved", "step", "phone") == 1.0
    assert t.value("moved", "channel", "desk") == 0.0
    assert t.value("answered", "channel", "desk") == 1.0
    assert t.value("asa", "channel", "desk") == 9.0
    assert t.value("asa", "step", "chat") == 4.0
    alone = measure(diary(desk().build(), rows), [Service("phone", awt=2.0)], ())
    assert alone.value("moved", "channel", "phone") == 1.0
    assert alone.value("accessibility", "channel", "phone") == 0.0


def test_accessibility_asks_whether_any_leg_was_answered() -> None:
    """Lost in one line but served in another of the scope: abandoned, and yet reached somebody."""
    rows = [lost(0, 0.0, 5.0), served(0, 5.0, 9.0, 12.0, step="chat"), lost(1, 0.0, 1.0), lost(2, 0.0, 1.0)]
    rows += [waiting(2, 50.0, step="chat"), waiting(3, 55.0)]
    t = table_of(rows)
    row = t.row("accessibility", "channel", "desk")
    assert (row["numerator"], row["denominator"], row["upper"]) == (1.0, 4.0, 0.75)
    assert t.value("abandoned", "channel", "desk") == 3.0


def test_a_contact_that_began_before_the_period_is_not_counted_by_its_later_leg() -> None:
    """Its transfer inside the period is an arrival at that step only."""
    rows = [served(0, -5.0, 1.0, 4.0), served(0, 4.0, 6.0, 8.0, step="chat")]
    t = table_of(rows)
    assert t.value("arrivals", "channel", "desk") == 0.0
    assert t.value("arrivals", "step", "chat") == 1.0


def test_short_abandons_have_their_own_limit() -> None:
    """By default it is the acceptable wait; the service level keeps to the latter."""
    rows = [lost(0, 0.0, 0.5), lost(1, 0.0, 1.5), lost(2, 0.0, 5.0)]
    assert table_of(rows).value("short_abandoned") == 2.0
    assert table_of(rows, service=Service("phone", awt=2.0, short=0.5)).value("short_abandoned") == 1.0
    assert table_of(rows, service=Service("phone", short=5.0)).value("short_abandoned", "channel", "phone") == 3.0


def test_streams_share_out_what_all_have() -> None:
    """A spawned job belongs to the stream of its family."""
    rows = [served(0, 0.0, 1.0, 2.0), served(1, 0.0, 4.0, 5.0, step="chat"), served(2, 9.0, 9.0, 10.0)]
    t = table_of(rows, stream={1: "blue"}, parent={2: 1})
    assert [t.value("arrivals", "stream", x) for x in ("red", "blue")] == [1.0, 2.0]
    assert [t.value("asa", "stream", x) for x in ("red", "blue")] == [1.0, 2.0]


def test_scope_all_is_what_the_services_cover() -> None:
    """Other work steps are reported by step; without services all work steps are covered."""
    rows = [served(0, 0.0, 1.0, 2.0), served(1, 0.0, 4.0, 5.0, step="chat")]
    t = table_of(rows, service=Service("phone", awt=1.0))
    assert (t.value("arrivals"), t.value("arrivals", "step", "chat")) == (1.0, 1.0)
    every = measure(diary(desk().build(), rows), (), ())
    assert every.value("arrivals") == 2.0
    assert "channel" not in set(every.frame["scope_kind"])


def test_recorded_delays_are_no_contacts() -> None:
    """Rows of delays, kept on request, change no measure."""
    from sim.machine import Constant

    b = desk()
    b.delay("pause", length=Constant(5.0), recorded=True)
    rows = [served(0, 0.0, 1.0, 2.0), spell(0, 2.0, left=7.0, step="pause", pool="")]
    with_delay = measure(diary(b.build(), rows), (), ()).frame
    without = measure(diary(desk().build(), rows[:1]), (), ()).frame
    contact_level = ~with_delay["measure"].astype(str).str.startswith("ticket")
    left = with_delay[contact_level].reset_index(drop=True)
    right = without[~without["measure"].astype(str).str.startswith("ticket")].reset_index(drop=True)
    assert left.astype(object).equals(right.astype(object))


def test_streams_that_are_counted_as_one_are_one_scope() -> None:
    """What a campaign adds is born in a stream of its own and belongs to the reason; so do its tickets."""
    rows = [served(0, 0.0, 1.0, 2.0), served(1, 0.0, 4.0, 5.0, step="chat"), served(2, 9.0, 9.0, 10.0)]
    records = diary(desk().build(), rows, stream={1: "blue"})
    own = Desk({}, {}, streams={"blue": "red"})
    t = measure(records, (), (), desk=own)
    assert t.value("arrivals", "stream", "red") == 3.0
    assert t.value("asa", "stream", "red") == pytest.approx(5.0 / 3.0)
    assert t.value("tickets", "stream", "red") == 3.0
    assert "blue" not in set(t.frame["scope"])
