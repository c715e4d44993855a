"""Contacts followed from the bot to the last reply: what belongs together, why it was made, what became of it."""

from __future__ import annotations

from math import inf, nan
from pathlib import Path

import numpy as np
import pytest

from sim.machine import Calendar, Constant, Network, NetworkBuilder, Records
from sim.machine.steps import Exit
from sim.measures import Desk, Intervals, MeasureTable, Service, measure
from sim.measures.outcomes.journeys import BACK, CHASER, FRESH, UNRESOLVED, UNSERVED, Journeys
from sim.measures.promises.sla import Stretch, Term, resolution
from tests.measures.diary import Row, diary, lost, served, spell, waiting

END = 1440.0
DESK = Desk(
    {"bot": "bot", "mail": "contact", "again": "reply", "expert": "escalation", "call": "contact"},
    {"bot": "mail", "mail": "mail", "again": "mail", "expert": "mail", "call": "phone"},
)
CHANNELS = ("mail", "phone")
SERVICES = (
    Service("mail", awt=60.0, share=0.9, name="mail", answer="end", promise="first response"),
    Service("mail", awt=30.0, share=0.9, name="mail next response", promise="next response", channel="mail"),
    Service("mail", awt=120.0, share=0.9, name="mail resolution", promise="resolution", channel="mail"),
    Service("call", name="phone"),
)
MARKS = ("contained", "falsely_contained", "gave_up", "unresolved", "back", "chaser")


def network(clock: Calendar | None = None) -> Network:
    """A bot before a mail line with replies and an expert, and a phone."""
    b = NetworkBuilder("desk", end=END, follow=20_000.0)
    b.recorded("red", to="bot", times=[])
    b.delay("bot", Constant(2.0), recorded=True)
    for name in ("mail", "again", "expert", "call"):
        b.work(name, served_by="team")
    b.counted("team", 1)
    if clock is not None:
        b.calendar(clock)
    b.route("bot", "done", b.clause("marks", "mail", add=dict.fromkeys(MARKS, 1)))
    return b.build()


def session(job: int, entered: float, left: float, **more: object) -> Row:
    """A session with the bot."""
    return spell(job, entered, entered, left, step="bot", pool="", released=left, **more)  # type: ignore[arg-type]


def mail(job: int, entered: float, started: float, left: float, **more: object) -> Row:
    """A handled mail."""
    return served(job, entered, started, left, **{"step": "mail", **more})  # type: ignore[arg-type]


def told(records: Records) -> MeasureTable:
    """All measures of these records."""
    return measure(records, SERVICES, [], desk=DESK)


def marks_of(net: Network, **count: int) -> tuple[int, ...]:
    """Marks of a job in the order of the network."""
    return tuple(count.get(name, 0) for name in net.marks)


def test_replies_and_escalations_belong_to_the_contact_that_began_it() -> None:
    """A session, a mail, two later replies and an expert are one contact; a new round at the bot is another."""
    rows = [
        session(0, 10.0, 12.0),
        mail(0, 12.0, 20.0, 25.0),
        mail(0, 100.0, 101.0, 105.0, step="again", round=1),
        mail(0, 200.0, 210.0, 215.0, step="again", round=2),
        mail(0, 215.0, 220.0, 230.0, step="expert", round=2),
        session(0, 300.0, 302.0, round=3),
        mail(0, 302.0, 303.0, 310.0, round=3),
    ]
    j = Journeys(diary(network(), rows), DESK, CHANNELS)
    assert (j.begin.tolist(), j.end.tolist()) == ([10.0, 300.0], [230.0, 310.0])
    assert j.cause.tolist() == [FRESH, UNRESOLVED]
    assert j.escalated.tolist() == [True, False] and j.settled.all()


def test_the_first_response_includes_the_time_with_the_bot() -> None:
    """Created at 10, first work of an agent ends at 25: 15 minutes; replies take 5 and 15 minutes."""
    rows = [
        session(0, 10.0, 12.0),
        mail(0, 12.0, 20.0, 25.0),
        mail(0, 100.0, 101.0, 105.0, step="again", round=1),
        mail(0, 200.0, 210.0, 215.0, step="again", round=2),
    ]
    t = told(diary(network(), rows))
    assert t.value("first_response", "channel", "mail") == 15.0
    assert t.row("next_response", "channel", "mail")["numerator"] == 20.0
    assert t.value("resolution_full", "channel", "mail") == 205.0
    # in line or in service: 15 + 5 + 15; the rest the customer thought
    assert t.value("requester_wait", "channel", "mail") == 35.0
    assert t.value("pending", "channel", "mail") == 170.0
    assert t.value("sla_resolution", "channel", "mail") == 1.0


def test_compliance_counts_overdue_ones_as_breached_and_others_that_are_open_as_neither() -> None:
    """60 minutes promised, the run stops at 1440: kept, late, open and overdue, open; one left before it was due."""
    rows = [
        mail(0, 10.0, 20.0, 60.0),
        mail(1, 10.0, 20.0, 80.0),
        waiting(2, 1340.0, step="mail"),
        waiting(3, 1400.0, step="mail"),
        lost(4, 100.0, 130.0, step="mail"),
    ]
    t = told(diary(network(), rows, stopped=1440.0))
    row = t.row("sla_first_response", "channel", "mail")
    assert (row["numerator"], row["denominator"], row["value"]) == (1.0, 3.0, 1 / 3)
    assert (row["lower"], row["upper"]) == (0.25, 0.5)
    assert t.row("service_level", "channel", "mail")["value"] == row["value"]
    assert t.value("sla_first_response_excess", "channel", "mail") == pytest.approx((10.0 + 40.0) / 3.0)


def test_limits_are_kept_to_the_minute() -> None:
    """A reply after exactly the promised minutes is in time."""
    t = told(diary(network(), [mail(0, 0.0, 1.0, 60.0), mail(1, 0.0, 1.0, 60.5)]))
    assert t.value("sla_first_response", "channel", "mail") == 0.5


def test_promises_run_on_their_calendar() -> None:
    """Open from 9 to 10 h and from 11 h: 9:50 to 11:10 are 20 minutes."""
    hours = Calendar("hours", [(540.0, 600.0), (660.0, 1440.0)])
    service = Service("mail", awt=20.0, name="mail", answer="end", promise="first response", clock="hours")
    records = diary(network(hours), [mail(0, 590.0, 665.0, 670.0)])
    t = measure(records, [service], [], desk=DESK)
    assert (t.value("first_response", "channel", "mail"), t.value("sla_first_response", "channel", "mail")) == (
        20.0,
        1.0,
    )


def test_the_bot_funnel_adds_up() -> None:
    """Six sessions: one contained, one falsely, one given up, two handed off (one comes back), one still going on."""
    net = network()
    rows = [
        session(0, 10.0, 12.0),
        session(1, 10.0, 12.0),
        session(1, 600.0, 602.0, round=1),
        mail(1, 602.0, 603.0, 604.0, round=1),
        session(2, 10.0, 12.0),
        session(3, 10.0, 12.0),
        mail(3, 12.0, 13.0, 14.0),
        session(4, 1430.0, nan, exit="open"),
    ]
    marks = {
        0: marks_of(net, contained=1),
        1: marks_of(net, contained=1, falsely_contained=1, back=1),
        2: marks_of(net, gave_up=1),
    }
    t = told(diary(net, rows, marks=marks, stopped=1440.0))

    def share(name: str) -> tuple[float, float]:
        row = t.row(name, "channel", "mail")
        return row["numerator"], row["denominator"]

    assert t.value("bot_sessions") == t.value("contacts") == 6.0
    assert share("bot_contained") == (3.0, 6.0) and share("bot_gave_up") == (1.0, 6.0)
    assert share("bot_handed_off") == (2.0, 6.0)
    assert share("false_containment") == (1.0, 2.0) and share("net_containment") == (1.0, 6.0)
    assert share("repeat_false") == (1.0, 6.0)
    assert t.value("human_contacts") == 2.0
    # tickets 0, 2 and (so far) 4 never reached an agent
    assert share("deflected") == (3.0, 5.0) and t.row("deflected")["lower"] == 0.4


def test_causes_of_repeats_are_told_apart() -> None:
    """Abandoned and back, handled and back, contained and back, and a chaser: four causes, all self-inflicted."""
    rows = [
        lost(0, 10.0, 20.0, step="mail"),
        mail(0, 60.0, 61.0, 62.0, round=1),
        mail(1, 10.0, 11.0, 12.0),
        mail(1, 300.0, 301.0, 302.0, round=1),
        session(2, 10.0, 12.0),
        mail(2, 300.0, 301.0, 302.0, round=1),
        mail(3, 10.0, 900.0, 901.0),
        served(4, 500.0, 501.0, 505.0, step="call"),
    ]
    records = diary(network(), rows, parent={4: 3})
    j = Journeys(records, DESK, CHANNELS)
    assert j.cause.tolist() == [FRESH, UNSERVED, FRESH, UNRESOLVED, FRESH, BACK, FRESH, CHASER]
    t = told(records)
    assert t.value("self_inflicted") == 0.5 and t.value("chaser_share") == 1 / 8
    # 12 + 4 + 4 for the first three;
    # the chased mail is answered at 901, before that by phone: the ticket is one, and waits once: 891
    assert t.row("requester_wait", "channel", "mail")["numerator"] == 911.0


def test_a_first_contact_is_enough_if_nobody_comes_within_the_days() -> None:
    """Back after 2, 5 and 8 days; ended at 1 min. Within 3 days one comes again, within 7 days two."""
    day = 1440.0
    rows = [mail(i, 0.0, 0.5, 1.0) for i in range(4)]
    rows += [
        mail(i, 1.0 + days * day, 1.0 + days * day, 2.0 + days * day, round=1) for i, days in ((0, 2), (1, 5), (2, 8))
    ]
    t = told(diary(network(), rows, stopped=20_000.0))
    assert (t.value("fcr_3d"), t.value("fcr_7d")) == (0.75, 0.5)
    assert t.value("reopen_share") == 0.75


def test_what_was_not_followed_long_enough_bounds_first_contact_resolution() -> None:
    """A job that is still under way after two days may come again: the share lies between 1/2 and 1."""
    rows = [mail(0, 0.0, 0.5, 1.0), mail(1, 0.0, 0.5, 1.0)]
    records = diary(network(), rows, stopped=2880.0)
    records.jobs["end"][1], records.jobs["exit"][1] = nan, Exit.OPEN
    row = told(records).row("fcr_3d")
    # its only contact is not known to be over
    assert (row["numerator"], row["lower"], row["upper"]) == (1.0, 0.5, 1.0)


def test_a_settled_contact_may_still_be_followed_by_another_one() -> None:
    """Two are settled; of one a further job of its ticket is on its way: it may come within the three days or not."""
    rows = [mail(0, 0.0, 0.5, 1.0), mail(1, 0.0, 0.5, 1.0)]
    records = diary(network(), rows, parent={2: 0}, stopped=2880.0)
    records.jobs["end"][2], records.jobs["exit"][2] = nan, Exit.OPEN
    row = told(records).row("fcr_3d")
    assert (row["numerator"], row["lower"], row["upper"]) == (2.0, 0.5, 1.0)
    records = diary(network(), rows, parent={2: 0}, stopped=3.0 * 1440.0 + 1.0)
    records.jobs["end"][2], records.jobs["exit"][2] = nan, Exit.OPEN
    row = told(records).row("fcr_3d")
    assert (row["numerator"], row["lower"], row["upper"]) == (2.0, 1.0, 1.0), "three days after its end it is known"
    assert told(records).row("fcr_7d")["lower"] == 0.5


def test_a_recalled_contact_is_in_no_service_level() -> None:
    """Settled by its chaser: an arrival, shown apart, neither kept nor breached."""
    rows = [mail(0, 10.0, 20.0, 30.0), lost(1, 10.0, 500.0, "recalled", step="mail")]
    t = told(diary(network(), rows))
    assert t.value("recalled", "channel", "mail") == 1.0
    for name in ("service_level", "sla_first_response"):
        assert t.row(name, "channel", "mail")["denominator"] == 1.0
    plain = measure(diary(network(), rows), [Service("mail", awt=60.0)], [])
    assert plain.row("service_level", "channel", "mail")["denominator"] == 1.0


def test_open_promises_are_counted_at_the_ends_of_intervals() -> None:
    """At 1440 one mail is open for 100 minutes and overdue, one for 40; 60 were promised."""
    rows = [waiting(0, 1340.0, step="mail"), waiting(1, 1400.0, step="mail"), mail(2, 0.0, 1.0, 2.0)]
    t = told(diary(network(), rows, stopped=2000.0))
    found = [t.value(f"promise_{x}", "channel", "mail") for x in ("open", "age", "oldest", "overdue", "left")]
    assert found == [2.0, 70.0, 100.0, 1.0, -10.0]


def test_measures_of_desks_ask_for_one() -> None:
    """Without a desk there are no rows that need it, and nothing else changes."""
    records = diary(network(), [mail(0, 10.0, 20.0, 30.0)])
    bare, full = measure(records, SERVICES[:1], []), measure(records, SERVICES[:1], [], desk=DESK)
    assert np.isnan(bare.value("human_contacts")) and full.value("human_contacts") == 1.0
    assert bare.value("service_level") == full.value("service_level") == 1.0
    with pytest.raises(ValueError, match="no channel is given for bot"):
        Desk({"bot": "bot"}, {})
    with pytest.raises(ValueError, match="further promises"):
        measure(records, SERVICES[1:2], [])


SCENARIO = """
aftersim: 1
title: Everything at once
period: {start: 2026-03-02, length: 7 d, warm_up: 1 d, time_zone: UTC}
contact_types:
  ask: {channels: {email: 70 %, phone: 30 %}, per_day: 120, handle_time: 6 min}
channels:
  phone: {service_level: 80 % within 30 s, open: daily 08:00-20:00, patience: 3 min, when_closed: email}
  email:
    first_response: 90 % within 4 h open
    next_response: 80 % within 3 h elapsed
    resolution: 80 % within 1 h open
    open: daily 08:00-20:00
    when_closed: wait
    conversation: {replies: 2, customer_thinks: 2 h}
bot: {channels: [email], session_time: 2 min, containment: {ask: 30 %}, false_containment: 20 %, gives_up: 5 %}
agent_groups:
  desk: {serves: {phone: first, email: second}, shifts: {day: {hours: 08:00-20:00, mon-sun: 2}}}
repeat_contacts:
  abandoned: {share: 50 %, after: 20 min, at_most: 2}
  unresolved: {share: 20 %, after: 6 h, at_most: 2}
  overdue_email: {chases_after: 2 h, share: 50 %, to: phone}
"""


def test_resolutions_are_those_of_tickets_followed_one_by_one(tmp_path: Path) -> None:
    """The arrays agree with the plain clock on every ticket of a desk with a bot, replies, repeats and chasers."""
    from experiments.replication.promises import desk_of, services_of
    from sim import load
    from sim.lowering import lower
    from sim.machine import simulate

    (tmp_path / "desk.yaml").write_text(SCENARIO)
    operation = lower(load(tmp_path / "desk.yaml"))
    records = simulate(operation.network, seed=3, replication=0)
    services = services_of(operation)
    names = tuple(s.name for s in services)
    promise = next(s for s in services if s.promise == "resolution")
    calendar = operation.network.calendars[promise.clock or ""]
    j = Journeys(records, desk_of(operation), names)
    t, s = j.tickets, j.stops
    kept = judged = 0
    for i in range(t.n):
        own = t.contacts[t.of == i]
        jobs = np.unique(records.jobs["family"][j.job[own]])
        stops = np.flatnonzero(np.isin(records.jobs["family"][s.job], jobs))
        if names[t.channel[i]] != "email" or not s.human[stops].any() or not t.human[i]:
            continue
        waits, t0 = [], -inf
        for begin, end in sorted(zip(s.entered[stops], s.left[stops], strict=True)):
            begin = max(begin, t0)
            if end > begin:
                if waits and begin > t0:
                    waits.append(Stretch(t0, begin, "pending"))
                waits.append(Stretch(begin, end, "waiting"))
                t0 = end
        if t.resolved[i]:
            waits.append(Stretch(t0, inf, "solved"))
        found = resolution(waits, [Term(promise.awt or 0.0, calendar)], j.stopped)
        if not t.resolved[i] and not t.open[i]:
            judged += found.verdict == "breached"
            continue
        kept += found.verdict == "kept"
        judged += found.verdict != "running"
    row = measure(records, services, [], desk=desk_of(operation)).row("sla_resolution", "channel", "email")
    assert (row["numerator"], row["denominator"]) == (kept, judged)
    assert 0 < kept < judged
    assert {FRESH, UNSERVED, UNRESOLVED, BACK, CHASER} == set(j.cause.tolist())


def test_the_life_of_a_ticket_is_ours_or_the_customers(tmp_path: Path) -> None:
    """Full resolution is the wait for us and the time pending on the customer; causes add up to all repeats."""
    from experiments.replication.promises import desk_of, services_of
    from sim import load
    from sim.lowering import lower
    from sim.machine import simulate

    (tmp_path / "desk.yaml").write_text(SCENARIO)
    operation = lower(load(tmp_path / "desk.yaml"))
    t = measure(simulate(operation.network, 3, 1), services_of(operation), [], desk=desk_of(operation))
    for channel in ("email", "phone"):
        whole, ours, theirs = (
            t.row(m, "channel", channel)["numerator"] for m in ("resolution_full", "requester_wait", "pending")
        )
        assert whole == pytest.approx(ours + theirs)
    causes = ("repeat_unserved", "repeat_unresolved", "repeat_false", "chaser_share")
    assert t.value("self_inflicted") == pytest.approx(sum(t.value(c) for c in causes))
    row = {m: t.row(m)["numerator"] for m in ("bot_sessions", "bot_contained", "bot_handed_off")}
    assert row["bot_sessions"] == row["bot_contained"] + row["bot_handed_off"]
    assert t.value("fcr_7d") <= t.value("fcr_3d")
    assert t.value("contacts") == sum(t.value("contacts", "channel", c) for c in ("email", "phone"))


def test_a_full_bot_meets_nobody_and_a_customer_at_home_will_be_back() -> None:
    """Blocked at the bot is no session; who was falsely contained and has not yet come again counts as such."""
    net = network()
    rows = [lost(0, 10.0, 10.0, "blocked", step="bot"), mail(0, 10.0, 11.0, 12.0), session(1, 10.0, 12.0)]
    marks = {1: marks_of(net, contained=1, falsely_contained=1, back=1)}
    t = told(diary(net, rows, marks=marks))
    assert (t.value("bot_sessions"), t.value("contacts"), t.value("human_contacts")) == (1.0, 2.0, 1.0)
    assert t.value("false_containment") == 1.0 and t.value("net_containment") == 0.0


def test_quantiles_of_responses_are_the_same_whether_the_period_is_split_or_not() -> None:
    """The short way for the whole period gives what the way for all intervals gives."""
    rows = [mail(i, 10.0 * i, 10.0 * i + 1.0, 10.0 * i + 2.0 + i**2) for i in range(9)]
    rows += [served(9, 5.0, 6.0, 7.0, step="call")]
    records = diary(network(), rows)
    whole, split = told(records), measure(records, SERVICES, Intervals.regular(END, 60.0), desk=DESK)
    for channel in ("mail", "phone"):
        for name in ("first_response_p50", "first_response_p90", "resolution_full_p90"):
            assert whole.value(name, "channel", channel) == pytest.approx(split.value(name, "channel", channel))
    assert whole.value("first_response_p50", "channel", "mail") == 18.0
