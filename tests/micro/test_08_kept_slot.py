"""Slots that stay with a job from one step to the next (rule 8.5), by hand."""

from __future__ import annotations

import pytest

from sim.machine import (
    Anchor,
    Attribute,
    Break,
    Calendar,
    Condition,
    Constant,
    Duty,
    Edge,
    NetworkBuilder,
    NetworkProblems,
    Server,
    Source,
    Spawn,
)
from tests.micro.desk import exactly, lever, readings
from tests.micro.table import jobs, people, rows, run, served, serving, shop, starts

SIZE = Attribute("size")
SLOT = "job server started left released"


def chat(
    *births: tuple[float, ...],
    servers: list[Server] | None = None,
    pause: dict | None = None,
    then: str | None = None,
    on_chat: dict | None = None,
    **pool,
) -> NetworkBuilder:
    """Job 0 chats from 1 to 4 and keeps its slot through a pause of 10 (until 14); other jobs come to `other`.

    After the pause it goes to the step `then`, or ends.
    """
    b = shop()
    jobs(b, "chat", (1, 3))
    if births:
        jobs(b, "other", *births)
        b.work("other", served_by="p", size=SIZE)
    b.work("chat", **{"served_by": "p", "size": SIZE, "keep": True, **(on_chat or {})})
    b.delay("pause", Constant(10), **(pause or {}))
    b.route("chat", "done", "pause")
    if then is not None:
        b.route("pause", "done", then)
    b.named("p", servers or people("a"), **pool)
    return b


# how long


def test_8_5_the_slot_stays_until_the_job_ends():
    """1-4, then the pause: released at 14, and the one that waits since 2 starts."""
    r = run(chat((2, 5)))
    assert rows(r, SLOT) == [(0, "a", 1, 4, 14), (1, "a", 14, 19, 19)]
    assert serving(r, "p") == 13.0 + 5.0


def test_8_5_a_job_that_ends_at_its_completion_keeps_nothing():
    """No pause: released at 4."""
    b = shop()
    jobs(b, "chat", (1, 3), (2, 3))
    b.work("chat", served_by="p", size=SIZE, keep=True)
    b.named("p", people("a"))
    assert rows(run(b), SLOT) == [(0, "a", 1, 4, 4), (1, "a", 4, 7, 7)]


def test_8_5_a_slot_that_is_kept_beyond_the_end_is_never_released():
    """The pause is longer than the run."""
    b = shop(end=100.0, follow=50.0)
    jobs(b, "chat", (1, 3))
    b.work("chat", served_by="p", size=SIZE, keep=True)
    b.delay("pause", Constant(500))
    b.route("chat", "done", "pause")
    b.named("p", people("a"))
    r = run(b)
    assert rows(r, SLOT + " exit") == [(0, "a", 1, 4, None, "done")]
    assert serving(r, "p") == 99.0


def test_8_5_a_slot_kept_into_the_period_keeps_its_row():
    """Chat from -20 to -17 in the warm-up, slot until 8: its row overlaps the period with 8 minutes; another one, kept
    from -17 to -2 only, leaves none."""
    b = shop(warm_up=30.0)
    jobs(b, "chat", (-20, 3, 25), (-20, 3, 15), columns="size pause")
    b.work("chat", served_by="p", size=SIZE, keep=True)
    b.delay("pause", Attribute("pause"))
    b.route("chat", "done", "pause")
    b.named("p", people("a b", (-30, 100)))
    r = run(b)
    assert rows(r, SLOT) == [(0, "a", -20, -17, 8)]
    assert serving(r, "p") == 8.0


@pytest.mark.parametrize(("release", "at"), [("entered", 4), ("done", 14), (None, 24)])
def test_8_5_a_delay_may_release_it(release, at):
    """When the pause is entered, when it is over, or at the end after another delay."""
    b = chat((2, 5), pause={"release": release}, then="later")
    b.delay("later", Constant(10))
    assert rows(run(b), SLOT) == [(0, "a", 1, 4, at), (1, "a", at, at + 5, at + 5)]


@pytest.mark.parametrize(("release", "at"), [("entered", 14), ("started", 20), ("done", 25), (None, 30)])
def test_8_5_a_work_step_may_release_it(release, at):
    """`lab` of another pool, busy until 20: entered at 14, started at 20, done at 25; the job ends at 30."""
    b = chat((2, 5), then="lab")
    jobs(b, "busy", (0, 20))
    b.work("busy", served_by="q", size=SIZE)
    b.work("lab", served_by="q", size=Constant(5), release=release)
    b.delay("later", Constant(5))
    b.route("lab", "done", "later")
    b.named("q", people("c"))
    r = run(b)
    assert rows(r, SLOT, step="chat") == [(1, "a", 1, 4, at)]
    assert rows(r, SLOT, step="lab") == [(1, "c", 20, 25, 25)]
    assert starts(r, step="other") == [(2, "a", at)]


def test_8_5_a_step_that_is_passed_by_releases_nothing_else():
    """`lab` would release at `started`; the job loses patience there at 16 and goes on waiting elsewhere until 21."""
    b = chat((2, 5), then="lab")
    jobs(b, "busy", (0, 50))
    b.work("busy", served_by="q", size=SIZE)
    b.work("lab", served_by="q", size=Constant(5), release="started", patience=Constant(2))
    b.delay("later", Constant(5))
    b.route("lab", "abandoned", "later")
    b.named("q", people("c"))
    assert starts(run(b), step="other") == [(2, "a", 21)]


@pytest.mark.parametrize("how", ["abandoned", "blocked", "closed"])
def test_8_5_every_end_of_the_job_releases_it(how):
    """At `lab`: given up at 16; blocked or closed at 14."""
    b = chat((2, 5), then="lab")
    jobs(b, "busy", (0, 50))
    b.work("busy", served_by="q", size=SIZE)
    more = {"abandoned": {"patience": Constant(2)}, "blocked": {"limit": 0}, "closed": {"opening": "hours"}}
    b.calendar(Calendar("hours", [(0, 10)]))
    b.work("lab", served_by="q", size=Constant(5), **more[how])
    b.named("q", people("c"))
    assert starts(run(b), step="other") == [(2, "a", 16 if how == "abandoned" else 14)]


def test_8_5_a_watch_may_end_it():
    """Moved out of the pause at 6 into a step where the job ends at 7."""
    b = chat((2, 5))
    b.delay("last", Constant(1))
    b.watch("w", Anchor("left", "chat"), Constant(2), to="last")
    assert starts(run(b), step="other") == [(1, "a", 7)]


def test_8_5_a_second_kept_slot_releases_the_first():
    """`lab` (14-19 at c) keeps too: a is released at 19, c at the end, 24."""
    b = chat((2, 5), then="lab")
    jobs(b, "more", (15, 2))
    b.work("more", served_by="q", size=SIZE)
    b.work("lab", served_by="q", size=Constant(5), keep=True)
    b.delay("later", Constant(5))
    b.route("lab", "done", "later")
    b.named("q", people("c"))
    assert rows(run(b), SLOT) == [(0, "a", 1, 4, 19), (0, "c", 14, 19, 24), (1, "a", 19, 24, 24), (2, "c", 24, 26, 26)]


def test_8_5_a_step_with_keep_has_no_after_work():
    """Checked."""
    with pytest.raises(NetworkProblems):
        chat(on_chat={"after_work": Constant(1)}).build()


def test_8_5_children_have_no_share_in_it():
    """A child born at 4 has to wait at `reply` for the slot its parent keeps until 14."""
    b = chat()
    b.work("reply", served_by="p", size=Constant(2))
    b.watch("w", Anchor("left", "chat"), Constant(0), spawn=(Spawn("reply"),))
    assert starts(run(b), step="reply") == [(1, "a", 14)]


# the end of duty


@pytest.mark.parametrize(("rule", "at"), [("finish", 14), ("hand back", 10), ("pause", 10)])
def test_8_5_the_end_of_duty_releases_it_unless_work_finishes(rule, at):
    """Duty [0, 10)."""
    b = chat(servers=people("a", (0, 10)), end_of_duty=rule)
    assert rows(run(b), SLOT) == [(0, "a", 1, 4, at)]


@pytest.mark.parametrize(("rule", "at"), [("finish", 14), ("hand back", 10), ("pause", 10)])
def test_8_5_a_switch_that_turns_off_does_the_same(rule, at):
    """On in [1, 10)."""
    b = chat(servers=[Server("a", (Duty(0, 100, switch="s"),))], end_of_duty=rule)
    lever(b, "s", (1, 10))
    assert rows(run(b), SLOT) == [(0, "a", 1, 4, at)]


def test_8_5_the_steps_rule_goes_before_the_pools():
    """The pool finishes, the chat is handed back (were it still at work)."""
    b = chat(servers=people("a", (0, 10)), on_chat={"end_of_duty": "hand back"})
    assert rows(run(b), SLOT) == [(0, "a", 1, 4, 10)]


@pytest.mark.parametrize(("rule", "at"), [("finish", 14), ("hand back", 8), ("pause", 8)])
def test_8_5_a_fixed_break_is_an_end_of_duty(rule, at):
    """Break [8, 10)."""
    b = chat(servers=[Server("a", (Duty(0, 100),), (Break(8, 2),))], end_of_duty=rule)
    assert rows(run(b), SLOT) == [(0, "a", 1, 4, at)]


@pytest.mark.parametrize("rule", ["finish", "hand back", "pause"])
def test_8_5_a_whole_break_waits_for_it(rule):
    """Due at 8, but the slot is taken until 14: break [14, 20). The one in line since 9 starts at 20."""
    b = chat((9, 5), servers=[Server("a", (Duty(0, 100),), (Break(8, 6, "whole"),))], end_of_duty=rule)
    assert rows(run(b), SLOT) == [(0, "a", 1, 4, 14), (1, "a", 20, 25, 25)]


def test_8_5_at_the_end_of_duty_the_job_goes_on_without_its_slot():
    """Released at 10; b takes the reply at 14."""
    b = chat(servers=[*people("a", (0, 10)), *people("b")], end_of_duty="hand back", then="reply")
    b.work("reply", served_by="p", size=Constant(2))
    assert rows(run(b), SLOT) == [(0, "a", 1, 4, 10), (0, "b", 14, 16, 16)]


def test_8_5_with_finish_it_is_kept_beyond_the_end_of_duty_and_of_no_use_there():
    """a is off duty at 14: the reply is an ordinary arrival, for b. Then the job ends and both are released, at 16."""
    b = chat(servers=[*people("a", (0, 10)), *people("b")], then="reply")
    b.work("reply", served_by="p", size=Constant(2))
    assert rows(run(b), SLOT) == [(0, "a", 1, 4, 16), (0, "b", 14, 16, 16)]


# starting in it


def test_8_5_the_next_work_starts_in_the_kept_slot():
    """At 14 at once, though another one waits since 2; `released` of the chat is that start. The other one at 16."""
    b = chat((2, 5), then="reply")
    b.work("reply", served_by="p", size=Constant(2))
    assert rows(run(b), SLOT) == [(0, "a", 1, 4, 14), (0, "a", 14, 16, 16), (1, "a", 16, 21, 21)]


def test_8_5_a_conversation_of_three_rounds():
    """Rounds 1-4, 14-17, 27-30 with 10 minutes between them, at a throughout; the other one (2) starts at 30."""
    b = shop()
    jobs(b, "chat", (1, 3))
    jobs(b, "other", (2, 5))
    b.work("chat", served_by="p", size=SIZE, keep=True)
    b.work("other", served_by="p", size=SIZE)
    b.delay("pause", Constant(10))
    b.route("chat", "done", b.clause("on", "pause", when=[Condition(Source("round"), "<=", 1)]))
    b.route("pause", "done", b.clause("again", "chat", again=True))
    b.named("p", people("a"))
    assert rows(run(b), SLOT) == [
        (0, "a", 1, 4, 14),
        (0, "a", 14, 17, 27),
        (0, "a", 27, 30, 30),
        (1, "a", 30, 35, 35),
    ]


@pytest.mark.parametrize(
    "edges",
    [
        [Edge("q", 1), Edge("p", 2)],
        [Edge("p", 1, after=30)],
        [Edge("p", 1, reserve=2)],
        [Edge("p", 1, most=1)],
    ],
    ids=["rank", "after", "reserve", "most"],
)
def test_8_5_rank_after_reserve_and_most_do_not_matter(edges):
    """Two slots, the second one taken by the other job from 2 on; c of q is free."""
    b = chat((2, 50), then="reply", slots=2)
    b.work("reply", served_by=edges, size=Constant(2))
    b.named("q", people("c"))
    assert starts(run(b), step="reply") == [(0, "a", 14)]


@pytest.mark.parametrize("kind", ["fixed", "whole"])
def test_8_5_it_starts_there_even_in_a_break_that_is_due_or_taken(kind):
    """Break [12, 40), or due at 12: the reply starts at 14."""
    b = chat(servers=[Server("a", (Duty(0, 100),), (Break(12, 28, kind),)), *people("b")], then="reply")
    b.work("reply", served_by="p", size=Constant(2))
    assert rows(run(b), SLOT) == [(0, "a", 1, 4, 14), (0, "a", 14, 16, 16)]


def test_8_5_work_of_other_units_does_not_start_in_it():
    """The reply needs two units, one is kept, of three. It starts beside it at 14; both are released at 16.

    The other one (three units, from 2) starts at 16.
    """
    b = chat(then="reply", slots=3)
    jobs(b, "all", (2, 5))
    b.work("all", served_by="p", size=SIZE, units=3)
    b.work("reply", served_by="p", size=Constant(2), units=2)
    assert rows(run(b), SLOT) == [(0, "a", 1, 4, 16), (0, "a", 14, 16, 16), (1, "a", 16, 21, 21)]


def test_8_5_work_of_other_units_waits_beside_the_kept_slot():
    """Two slots: one kept, the reply needs two: nothing can give it room but its own end: it gives up at 24."""
    b = chat((16, 5), then="reply", slots=2)
    b.work("reply", served_by="p", size=Constant(2), units=2, patience=Constant(10))
    assert rows(run(b), "server started left released exit", job=0) == [
        ("a", 1, 4, 24, "done"),
        (None, None, 24, None, "abandoned"),
    ]


def test_8_5_two_units_are_kept_for_two_units():
    """Three slots, two kept: only one free for others until 14, none of the reply's two until 16."""
    b = chat((2, 20), (3, 4), on_chat={"units": 2}, slots=3, then="reply")
    b.work("reply", served_by="p", size=Constant(2), units=2)
    assert rows(run(b), SLOT) == [(0, "a", 1, 4, 14), (0, "a", 14, 16, 16), (1, "a", 2, 22, 22), (2, "a", 16, 20, 20)]


def test_8_5_a_step_without_an_edge_to_that_pool_is_an_ordinary_arrival():
    """`lab` is served by q: c at 14; a's slot stays until the end, 19."""
    b = chat((2, 5), then="lab")
    b.work("lab", served_by="q", size=Constant(5))
    b.named("q", people("c"))
    assert rows(run(b), SLOT) == [(0, "a", 1, 4, 19), (0, "c", 14, 19, 19), (1, "a", 19, 24, 24)]


def test_8_5_the_speed_of_its_edge_holds():
    """Half speed for replies at p: 4 minutes."""
    b = chat(then="reply")
    b.work("reply", served_by=Edge("p", speed=0.5), size=Constant(2))
    assert served(run(b)) == [(0, "a", 1, 4), (0, "a", 14, 18)]


def test_8_5_the_kept_slot_goes_before_the_owner():
    """b noted the family's child at 6; the reply prefers its owner b, but its slot is at a."""
    b = chat(servers=people("a b"), then="reply", on_chat={"owner": "note"})
    b.work("note", served_by="p", size=Constant(1), owner="note")
    b.watch("w", Anchor("left", "chat"), Constant(2), spawn=(Spawn("note"),))
    b.work("reply", served_by="p", size=Constant(2), owner="only")
    r = run(b)
    assert starts(r, step="note") == [(1, "b", 6)]
    assert starts(r, step="reply") == [(0, "a", 14)]


def test_8_5_the_door_comes_first():
    """The reply's door has closed at 10: it is closed at 14, the job ends, the slot is free."""
    b = chat((2, 5), then="reply")
    b.calendar(Calendar("hours", [(0, 10)]))
    b.work("reply", served_by="p", size=Constant(2), opening="hours")
    r = run(b)
    assert rows(r, "exit", step="reply") == [("closed",)]
    assert starts(r, step="other") == [(1, "a", 14)]


def test_8_5_moved_by_a_watch_it_starts_in_its_slot_too():
    """Out of the pause at 6: the reply 6-8."""
    b = chat((2, 5))
    b.work("reply", served_by="p", size=Constant(2))
    b.watch("w", Anchor("left", "chat"), Constant(2), to="reply")
    assert rows(run(b), SLOT) == [(0, "a", 1, 4, 6), (0, "a", 6, 8, 8), (1, "a", 8, 13, 13)]


def test_8_5_a_reply_that_keeps_keeps_it_on():
    """Reply 14-16, kept through another 10 minutes: the other one starts at 26."""
    b = chat((2, 5), then="reply")
    b.work("reply", served_by="p", size=Constant(2), keep=True)
    b.delay("later", Constant(10))
    b.route("reply", "done", "later")
    assert rows(run(b), SLOT) == [(0, "a", 1, 4, 14), (0, "a", 14, 16, 26), (1, "a", 26, 31, 31)]


def test_8_5_work_in_a_kept_slot_is_handed_back_as_ever():
    """Reply 14-15 of 2 minutes, the duty ends at 15; b takes the rest at once: 15-16. It has no slot any more."""
    b = chat(servers=[*people("a", (0, 15)), *people("b")], end_of_duty="hand back", then="reply")
    b.work("reply", served_by="p", size=Constant(2))
    assert rows(run(b), SLOT + " exit") == [
        (0, "a", 1, 4, 14, "done"),
        (0, "a", 14, 15, 15, "handed_back"),
        (0, "b", 15, 16, 16, "done"),
    ]


def test_8_4_a_kept_slot_does_not_give_way():
    """The chat yields while it is at work; at 6 only its slot is held: the urgent one waits until 14."""
    b = chat(on_chat={"yields": True})
    jobs(b, "urgent", (6, 2))
    b.work("urgent", served_by="p", size=SIZE, grade=1)
    assert starts(run(b), step="urgent") == [(1, "a", 14)]


# order of what happens


def test_8_5_released_at_entered_it_is_offered_before_the_job_arrives():
    """The reply itself releases when it is entered: at 14 the one in line takes the slot (14-19), the reply waits."""
    b = chat((2, 5), then="reply")
    b.work("reply", served_by="p", size=Constant(2), release="entered")
    assert rows(run(b), SLOT) == [(0, "a", 1, 4, 14), (0, "a", 19, 21, 21), (1, "a", 14, 19, 19)]


def test_8_5_released_at_entered_with_nobody_in_line_the_job_may_take_it_again():
    """The same with nobody waiting: it arrives at a free server."""
    b = chat(then="reply")
    b.work("reply", served_by="p", size=Constant(2), release="entered")
    assert rows(run(b), SLOT) == [(0, "a", 1, 4, 14), (0, "a", 14, 16, 16)]


@pytest.mark.parametrize("release", ["started", "done"])
def test_8_5_started_in_its_own_slot_there_is_nothing_left_to_release(release):
    """The reply starts in the kept slot, which is then its own: free at 16."""
    b = chat((2, 5), then="reply")
    b.work("reply", served_by="p", size=Constant(2), release=release)
    assert rows(run(b), SLOT) == [(0, "a", 1, 4, 14), (0, "a", 14, 16, 16), (1, "a", 16, 21, 21)]


def test_8_5_released_at_done_there_is_one_offer_for_both():
    """`lab` is done at 19 at c and releases a as well. In line since 16: one whose best rank is q: c takes it, though p
    stands first in the table (in an offer of its own a would)."""
    b = chat(then="lab")
    jobs(b, "next", (16, 5))
    b.work("next", served_by=[Edge("p", 2), Edge("q", 1)], size=SIZE)
    b.work("lab", served_by="q", size=Constant(5), release="done")
    b.named("q", people("c"))
    assert starts(run(b), step="next") == [(1, "c", 19)]


def test_8_5_released_at_started_after_the_start():
    """At 14 c takes the lab job; a is released by that and takes the one in line at 14."""
    b = chat((2, 5), then="lab")
    b.work("lab", served_by="q", size=Constant(5), release="started")
    b.named("q", people("c"))
    assert rows(run(b), SLOT) == [(0, "a", 1, 4, 14), (0, "c", 14, 19, 19), (1, "a", 14, 19, 19)]


def test_8_5_the_job_that_ends_is_offered_after_it_ended():
    """At 14 the job ends; a clause of the pause still reads a taken slot (4.12), the one in line starts after that."""
    b = chat((2, 5))
    b.gauge("free", "free", pools=("p",))
    b.gauge("line", "waiting", steps=("other",))
    b.delay("note", Constant(1), recorded=True)
    both = [*exactly("gauge", "free", 0), *exactly("gauge", "line", 1)]
    b.route("pause", "done", b.clause("c", when=both, spawn=[Spawn("note")]))
    r = run(b)
    assert rows(r, "entered", step="note") == [(14,)]
    assert starts(r, step="other") == [(1, "a", 14)]


# speed and counting


def test_8_5_a_kept_slot_is_an_open_unit():
    """Two slots, half speed for two. The other one (10) from 5 beside the kept slot: 4.5 by 14, then alone: 19.5."""
    b = chat((5, 10), slots=2, curve=(1.0, 0.5))
    assert rows(run(b), SLOT) == [(0, "a", 1, 4, 14), (1, "a", 5, 19.5, 19.5)]


def test_8_5_a_kept_slot_slows_the_work_under_way():
    """The other one (10) came at 2: half speed from then on. The chat did 1 by 2 and the other 2 by 6; the slot stays
    until 16: 7 done by then (half of 14), 3 left: 19."""
    b = chat((2, 10), slots=2, curve=(1.0, 0.5))
    assert rows(run(b), SLOT) == [(0, "a", 1, 6, 16), (1, "a", 2, 19, 19)]


def test_8_1_a_kept_slot_is_not_free_and_its_job_is_not_inside():
    """Kept from 4 to 14."""
    b = chat(slots=2)
    b.gauge("free", "free", pools=("p",))
    b.gauge("all", "inside", steps=("chat",))
    b.gauge("pausing", "inside", steps=("pause",))
    assert readings(b, 0, 2, 4, 13, 14, of="free all pausing") == {
        "free": [2, 1, 1, 1, 2],
        "all": [0, 1, 0, 0, 0],
        "pausing": [0, 0, 1, 1, 0],
    }


def test_8_5_slots_of_counted_servers_are_kept_too():
    """One server: 1-4, kept until 14, where the reply starts in it; the one in line starts at 16."""
    b = shop()
    jobs(b, "chat", (1, 3))
    jobs(b, "other", (2, 5))
    b.work("chat", served_by="p", size=SIZE, keep=True)
    b.work("other", served_by="p", size=SIZE)
    b.work("reply", served_by="p", size=Constant(2))
    b.delay("pause", Constant(10))
    b.route("chat", "done", "pause")
    b.route("pause", "done", "reply")
    b.counted("p", 1)
    assert rows(run(b), "job started left released") == [(0, 1, 4, 14), (0, 14, 16, 16), (1, 16, 21, 21)]


@pytest.mark.parametrize("rule", ["finish", "hand back"])
def test_8_5_a_fall_of_the_head_count_does_not_release_it(rule):
    """One server until 8, none until 20, then one again: the slot is kept until 34 all the same."""
    b = shop()
    jobs(b, "chat", (1, 3))
    jobs(b, "other", (20, 5))
    b.work("chat", served_by="p", size=SIZE, keep=True)
    b.work("other", served_by="p", size=SIZE)
    b.delay("pause", Constant(30))
    b.route("chat", "done", "pause")
    b.counted("p", [(0, 1), (8, 0), (20, 1)], end_of_duty=rule)
    assert rows(run(b), "job started left released") == [(0, 1, 4, 34), (1, 34, 39, 39)]


def test_8_5_ghosts_keep_nothing():
    """Job 1 (patience 1) has left silently; its ghost work 14-19 keeps no slot: job 2 starts at 19."""
    b = shop()
    jobs(b, "chat", (1, 3, 500), (2, 9, 1), (3, 1, 500), columns="size temper")
    b.work("chat", served_by="p", size=SIZE, keep=True, patience=Attribute("temper"), silent=1.0, ghost=Constant(5))
    b.delay("pause", Constant(10))
    b.route("chat", "done", "pause")
    b.route("chat", "abandoned", "pause")
    b.named("p", people("a"))
    assert rows(run(b), "job started released ghost") == [(0, 1, 14, False), (1, 14, 19, True), (2, 19, 30, False)]


@pytest.mark.parametrize(("release", "at"), [("entered", 14), ("started", 20), ("done", 28), (None, 28)])
def test_8_5_a_ghosts_start_releases_and_its_end_does_not(release, at):
    """At `lab` from 14, silent since 16, reached at 20 (ghost work until 23), then another delay until 28."""
    b = chat(then="lab")
    jobs(b, "busy", (0, 20))
    b.work("busy", served_by="q", size=SIZE)
    lab = {"patience": Constant(2), "silent": 1.0, "ghost": Constant(3)}
    b.work("lab", served_by="q", size=Constant(9), release=release, **lab)
    b.delay("later", Constant(5))
    b.route("lab", "abandoned", "later")
    b.named("q", people("c"))
    assert rows(run(b), SLOT, step="chat") == [(1, "a", 1, 4, at)]


def test_8_5_handed_back_and_displaced_work_keeps_nothing():
    """The chat is displaced at 2 and completes 5-7 only: kept from then to 17."""
    b = chat(on_chat={"yields": True})
    jobs(b, "urgent", (2, 3))
    b.work("urgent", served_by="p", size=SIZE, grade=1)
    assert rows(run(b), SLOT) == [(0, "a", 1, 2, 2), (0, "a", 5, 7, 17), (1, "a", 2, 5, 5)]
