"""Work that gives way to work of a higher grade (rule 8.4), by hand."""

from __future__ import annotations

import pytest

from sim.machine import Anchor, Attribute, Break, Calendar, Constant, Duty, Edge, NetworkBuilder, Server, Spawn, Uniform
from sim.machine.luck import Purpose, draw, name_hash
from tests.micro.desk import readings
from tests.micro.table import jobs, key_of, people, rows, run, served, serving, shop, starts

SIZE = Attribute("size")
SPELL = "job server entered started left exit"


def ward(
    *,
    low: tuple = ((1, 10),),
    high: tuple = ((4, 3),),
    servers: list[Server] | None = None,
    counted: object = None,
    on_low: dict | None = None,
    on_high: dict | None = None,
    **pool,
) -> NetworkBuilder:
    """`low` yields, `high` has grade 1; both are served by p, where a is alone unless told otherwise."""
    b = shop()
    jobs(b, "low", *low)
    jobs(b, "high", *high)
    b.work("low", **{"served_by": "p", "size": SIZE, "yields": True, **(on_low or {})})
    b.work("high", **{"served_by": "p", "size": SIZE, "grade": 1, **(on_high or {})})
    if counted is None:
        b.named("p", servers or people("a"), **pool)
    else:
        b.counted("p", counted, **pool)
    return b


# what happens


def test_8_4_the_higher_grade_takes_the_server_and_the_other_comes_back():
    """1-4 does 3 of 10; the urgent one 4-7; the 7 left 7-14."""
    r = run(ward())
    assert rows(r, SPELL + " released") == [
        (0, "a", 1, 1, 4, "displaced", 4),
        (0, "a", 4, 7, 14, "done", 14),
        (1, "a", 4, 4, 7, "done", 7),
    ]
    assert rows(r, "spell first returned", job=0) == [(0, True, False), (1, False, True)]
    assert serving(r, "p") == 13.0


@pytest.mark.parametrize(
    ("grades", "yields", "start"),
    [
        ((0, 1), True, 4),
        ((0, 0), True, 11),
        ((1, 1), True, 11),
        ((1, 2), True, 4),
        ((2, 1), True, 11),
        ((0, 1), False, 11),
    ],
)
def test_8_4_only_a_lower_grade_that_yields_gives_way(grades, yields, start):
    """In service 1-11 with the first grade; the other one comes at 4."""
    b = ward(on_low={"grade": grades[0], "yields": yields}, on_high={"grade": grades[1]})
    assert starts(run(b), job=1) == [(1, "a", start)]


def test_8_4_nobody_gives_way_while_somebody_is_free():
    """b is free."""
    assert served(run(ward(servers=people("a b")))) == [(0, "a", 1, 11), (1, "b", 4, 7)]


def test_8_4_a_free_server_of_a_worse_rank_is_free_too():
    """c of q (rank 2) takes it."""
    b = ward(on_high={"served_by": [Edge("p", 1), Edge("q", 2)]})
    b.named("q", people("c"))
    assert served(run(b)) == [(0, "a", 1, 11), (1, "c", 4, 7)]


def test_8_4_it_comes_before_the_limit():
    """No room in line: the first urgent one displaces, the second one (its like is in service) is blocked."""
    b = ward(high=((4, 3), (5, 3)), on_high={"limit": 0})
    assert rows(run(b), "job started left exit", step="high") == [(1, 4, 7, "done"), (2, None, 5, "blocked")]


def test_8_4_an_urgent_one_waits_for_its_like():
    """The second one finds nobody of a lower grade at work. At 7 the displaced one has the smaller place: 7-14."""
    r = run(ward(high=((4, 3), (5, 3))))
    assert served(r) == [(0, "a", 1, 4), (0, "a", 7, 14), (1, "a", 4, 7), (2, "a", 14, 17)]


def test_8_4_with_a_higher_priority_the_like_goes_before_the_displaced_one():
    """The same with priority 1: 7-10, then the rest of the first: 10-17."""
    r = run(ward(high=((4, 3), (5, 3)), on_high={"priority": Constant(1)}))
    assert served(r) == [(0, "a", 1, 4), (0, "a", 10, 17), (1, "a", 4, 7), (2, "a", 7, 10)]


def test_8_4_work_may_give_way_in_the_instant_in_which_it_started():
    """Both come at 4, the low one first: a spell of no length, nothing done."""
    assert rows(run(ward(low=((4, 10),))), SPELL) == [
        (0, "a", 4, 4, 4, "displaced"),
        (0, "a", 4, 7, 17, "done"),
        (1, "a", 4, 4, 7, "done"),
    ]


def test_8_4_grades_displace_in_turn():
    """Low 1-2, mid (grade 1) 2-3, top (grade 2) 3-5; then the smallest place first: low 5-14, mid 14-23."""
    b = shop()
    for i, name in enumerate(("low", "mid", "top")):
        jobs(b, name, (1 + i, 2 if name == "top" else 10))
        b.work(name, served_by="p", size=SIZE, grade=i, yields=name != "top")
    b.named("p", people("a"))
    assert served(run(b)) == [
        (0, "a", 1, 2),
        (0, "a", 5, 14),
        (1, "a", 2, 3),
        (1, "a", 14, 23),
        (2, "a", 3, 5),
    ]


def test_8_4_the_displaced_one_displaces_nobody():
    """Mid (grade 1) is displaced at a by top; bottom (grade 0, yields) at c of q would have to give way to a newcomer
    of mid's grade. It waits for a: 7."""
    b = shop()
    jobs(b, "bottom", (1, 50))
    jobs(b, "mid", (2, 10))
    jobs(b, "top", (4, 3))
    b.work("bottom", served_by="q", size=SIZE, yields=True)
    b.work("mid", served_by=[Edge("p", 1), Edge("q", 2)], size=SIZE, grade=1, yields=True)
    b.work("top", served_by="p", size=SIZE, grade=2)
    b.named("p", people("a"))
    b.named("q", people("c"))
    assert served(run(b)) == [(0, "c", 1, 51), (1, "a", 2, 4), (1, "a", 7, 15), (2, "a", 4, 7)]


# which one


def test_8_4_the_latest_start_gives_way():
    """a since 1, b since 2: b's."""
    r = run(ward(low=((1, 10), (2, 10)), servers=people("a b")))
    assert starts(r) == [(0, "a", 1), (1, "b", 2), (1, "b", 7), (2, "b", 4)]


def test_8_4_of_equal_starts_the_later_one():
    """Both at 1: a took job 0, then b job 1."""
    r = run(ward(low=((1, 10), (1, 10)), servers=people("a b")))
    assert starts(r, job=2) == [(2, "b", 4)]


def test_8_4_equal_starts_are_told_apart_by_their_order_and_not_by_number():
    """Both start at 6: b is free first (its timer was set at .5, a's at 1) and takes job 3, then a job 4: a's gives
    way."""
    b = ward(low=((2, 20), (3, 20)), high=((8, 3),), servers=people("a b"))
    jobs(b, "block", (0.25, 0.5), (0.5, 5.5), (1, 5))
    b.work("block", served_by="p", size=SIZE)
    r = run(b)
    assert starts(r, step="block") == [(0, "a", 0.25), (1, "b", 0.5), (2, "a", 1)]
    assert starts(r, step="low")[:2] == [(3, "b", 6), (4, "a", 6)]
    assert starts(r, step="high") == [(5, "a", 8)]


def test_8_4_a_resumption_counts_as_a_start():
    """a's (from 1) was paused in [20, 40); b's started at 30. At 45 a's is the latest start."""
    b = ward(
        low=((1, 60), (30, 60)),
        high=((45, 3),),
        servers=[*people("a", (0, 20), (40, 200)), *people("b", (25, 200))],
        end_of_duty="pause",
    )
    assert starts(run(b), job=2) == [(2, "a", 45)]


def test_8_4_the_best_rank_first():
    """Rank 1 is q, whose work started before p's: it gives way all the same."""
    b = ward(low=((2, 10),), on_high={"served_by": [Edge("p", 2), Edge("q", 1)]})
    jobs(b, "other", (1, 10))
    b.work("other", served_by="q", size=SIZE, yields=True)
    b.named("q", people("c"))
    assert starts(run(b), step="high") == [(2, "c", 4)]


def test_8_4_a_rank_where_nobody_yields_is_passed_over():
    """Rank 1 (q) does not yield: p's gives way."""
    b = ward(low=((2, 10),), on_high={"served_by": [Edge("p", 2), Edge("q", 1)]})
    jobs(b, "other", (1, 10))
    b.work("other", served_by="q", size=SIZE)
    b.named("q", people("c"))
    assert starts(run(b), step="high") == [(2, "a", 4)]


def test_8_4_in_a_rank_the_first_pool_of_the_table():
    """p stands first; q's work started later and is not looked at."""
    b = ward(low=((1, 10),), on_high={"served_by": [Edge("q", 1), Edge("p", 1)]})
    jobs(b, "other", (2, 10))
    b.work("other", served_by="q", size=SIZE, yields=True)
    b.named("q", people("c"))
    assert starts(run(b), step="high") == [(2, "a", 4)]


def test_8_4_work_that_completes_at_the_instant_does_not_give_way():
    """At 10 `first` is done (its timer was set at 1) and goes to `high`; low is due at 10 too: it is done then, and a
    takes the urgent one from the line at 10."""
    b = ward(low=((2, 8),), high=((500, 1),))
    jobs(b, "first", (1, 9))
    b.work("first", served_by="q", size=SIZE)
    b.work("urgent", served_by="p", size=Constant(3), grade=1)
    b.named("q", people("c"))
    b.route("first", "done", "urgent")
    r = run(b)
    assert rows(r, SPELL, step="low") == [(1, "a", 2, 2, 10, "done")]
    assert served(r, step="urgent") == [(0, "a", 10, 13)]


# visible edges, arrivals


def test_8_4_an_edge_that_does_not_see_the_job_displaces_nobody():
    """p sees it after 2 minutes, at 6: that is an overflow, which displaces nobody. It starts at 11."""
    assert starts(run(ward(on_high={"served_by": Edge("p", after=2)})), job=1) == [(1, "a", 11)]


def test_8_4_an_edge_whose_switch_is_off_displaces_nobody():
    """The switch never turns on: the edge to p is not seen, nobody takes it."""
    b = ward(on_high={"served_by": Edge("p", switch="s")})
    b.gauge("g", "waiting", steps=("low",))
    b.switch("s", "g", 99, 98)
    assert rows(run(b), SPELL) == [(0, "a", 1, 1, 11, "done"), (1, None, 4, None, None, "open")]


@pytest.mark.parametrize("way", ["route", "spawn", "watch"])
def test_8_4_every_arrival_displaces(way):
    """By a route, as a child, moved by a watch: at 4 each."""
    b = ward(high=((500, 1),))
    b.delay("way", Constant(3 if way == "route" else 20))
    b.recorded("more", to="way", times=[1])
    b.work("urgent", served_by="p", size=Constant(3), grade=1)
    if way == "route":
        b.route("way", "done", "urgent")
    elif way == "spawn":
        b.watch("w", Anchor("entered", "way"), Constant(3), spawn=(Spawn("urgent"),))
    else:
        b.watch("w", Anchor("entered", "way"), Constant(3), to="urgent")
    assert rows(run(b), "server started left", step="urgent") == [("a", 4, 7)]


def test_8_4_work_that_was_handed_back_displaces_nobody():
    """b leaves at 5 with 2 of the urgent one's 3 minutes to do; a's work yields to arrivals only: 11-13."""
    b = ward(servers=[*people("a"), *people("b", (0, 5))], end_of_duty="hand back")
    assert served(run(b)) == [(0, "a", 1, 11), (1, "b", 4, 5), (1, "a", 11, 13)]


def test_8_4_who_waits_for_the_door_displaces_at_no_time():
    """Came at 4, the door opens at 6: that is an offer, and a is busy until 11."""
    b = ward(on_high={"opening": "hours", "when_closed": "wait"})
    b.calendar(Calendar("hours", [(6, 100)]))
    assert starts(run(b), job=1) == [(1, "a", 11)]


# who is available


@pytest.mark.parametrize(
    ("server", "start"),
    [
        (Server("a", (Duty(0, 3), Duty(50, 90))), 50),
        (Server("a", (Duty(0, 100),), (Break(3, 30),)), 33),
        (Server("a", (Duty(0, 100),), (Break(3, 30, "whole"),)), 41),
    ],
    ids=["duty over", "fixed break", "whole break due"],
)
def test_8_4_a_server_who_is_not_available_keeps_its_work(server, start):
    """1-11 goes on; the urgent one of 4 does not start before a is available again."""
    r = run(ward(servers=[server]))
    assert served(r) == [(0, "a", 1, 11), (1, "a", start, start + 3)]


def test_8_4_after_work_does_not_give_way():
    """At work 1-3, after-work until 11."""
    assert starts(run(ward(low=((1, 2),), on_low={"after_work": Constant(8)})), job=1) == [(1, "a", 11)]


def test_8_4_a_displaced_one_has_no_after_work_yet():
    """1-4 displaced without; 7-14, then 5 of after-work: 19."""
    r = run(ward(on_low={"after_work": Constant(5)}))
    assert rows(r, "started left released", step="low") == [(1, 4, 4), (7, 14, 19)]


def test_8_4_a_ghost_does_not_give_way():
    """Job 1 (from 2, patience 1) has left silently at 3; reached at 5, ghost work 5-15: the urgent one starts at 15."""
    b = ward(
        low=((1, 4), (2, 99)),
        high=((7, 3),),
        on_low={"patience": Constant(1), "silent": 1.0, "ghost": Constant(10)},
    )
    assert starts(run(b), job=2) == [(2, "a", 15)]


def test_8_4_a_silent_one_that_came_back_is_not_worked_on_and_does_not_give_way():
    """Displaced at 4, patience over at 6 (silent): the ghost work (10) runs 7-17; the urgent one of 8 waits for 17."""
    b = ward(
        high=((4, 3), (8, 3)),
        on_low={"patience": Constant(2), "silent": 1.0, "ghost": Constant(10)},
    )
    assert rows(run(b), SPELL + " released") == [
        (0, "a", 1, 1, 4, "displaced", 4),
        (0, "a", 4, 7, 6, "abandoned", 17),
        (1, "a", 4, 4, 7, "done", 7),
        (2, "a", 8, 17, 20, "done", 20),
    ]


def test_8_4_a_server_cleared_for_a_better_rank_is_not_taken():
    """a (two slots: one low, one free) is cleared for the big one of 2 (rank 1). The urgent one is rank 2: it waits
    until the big one (11-16) has been served."""
    b = ward(on_high={"served_by": Edge("p", 2)}, slots=2)
    jobs(b, "big", (2, 5))
    b.work("big", served_by=Edge("p", 1), size=SIZE, units=2, wait_for_room=True)
    r = run(b)
    assert starts(r) == [(0, "a", 1), (1, "a", 11), (2, "a", 16)]


# units, most, reserve


def test_8_4_the_victim_must_leave_room_enough():
    """Three slots: one of two units since 1, one of one unit since 2. For two units the former gives way."""
    b = shop()
    jobs(b, "two", (1, 10))
    jobs(b, "one", (2, 10))
    jobs(b, "high", (4, 3))
    b.work("two", served_by="p", size=SIZE, units=2, yields=True)
    b.work("one", served_by="p", size=SIZE, yields=True)
    b.work("high", served_by="p", size=SIZE, units=2, grade=1)
    b.named("p", people("a"), slots=3)
    assert served(run(b)) == [(0, "a", 1, 4), (0, "a", 7, 14), (1, "a", 2, 12), (2, "a", 4, 7)]


def test_8_4_only_one_gives_way():
    """Two of one unit do not make room for two units, as only one would go: it waits for both, 11."""
    b = ward(low=((1, 10), (1, 9)), on_high={"units": 2}, slots=2)
    assert served(run(b)) == [(0, "a", 1, 11), (1, "a", 1, 10), (2, "a", 11, 14)]


def test_8_4_a_free_slot_and_a_victims_make_two():
    """One slot is free, one taken by the low one: two units from 4 to 7, then the rest of 7."""
    assert served(run(ward(on_high={"units": 2}, slots=2))) == [(0, "a", 1, 4), (0, "a", 7, 14), (1, "a", 4, 7)]


def test_8_4_slots_that_are_left_over_are_offered_after_the_victim_came_back():
    """Two units give way to one: the other slot goes to the small one of 3 (1 unit), as two are not free before 7.

    At 7 the small one (4-9) still holds a slot: the rest (7) starts at 9.
    """
    b = shop()
    jobs(b, "two", (1, 10))
    jobs(b, "small", (3, 5))
    jobs(b, "high", (4, 3))
    b.work("two", served_by="p", size=SIZE, units=2, yields=True)
    b.work("small", served_by="p", size=SIZE)
    b.work("high", served_by="p", size=SIZE, grade=1)
    b.named("p", people("a"), slots=2)
    assert served(run(b)) == [(0, "a", 1, 4), (0, "a", 9, 16), (1, "a", 4, 9), (2, "a", 4, 7)]


@pytest.mark.parametrize(("low", "start"), [(((1, 10),), 4), (((1, 10), (2, 10)), 12)])
def test_8_4_most_holds_once_the_victim_is_gone(low, start):
    """Urgent work only beside nothing else (two slots): with one low one it displaces it, although a slot is free;
    with two the other one would stay, so it waits: at 11 one is left still, at 12 none."""
    b = ward(low=low, on_high={"served_by": Edge("p", most=1)}, slots=2)
    assert starts(run(b), step="high") == [(len(low), "a", start)]


def test_8_4_a_reserve_holds_once_the_victim_is_gone():
    """One slot is to stay free after the start: of two servers, both with low work, one would be taken: it waits until
    both are free, 12."""
    b = ward(low=((1, 10), (2, 10)), servers=people("a b"), on_high={"served_by": Edge("p", reserve=1)})
    assert starts(run(b), step="high") == [(2, "a", 12)]


def test_8_4_with_a_reserve_it_may_displace_beside_a_free_server():
    """b is free, but is to stay so: a's gives way (then b would be free: 2 - 1 >= 1). The low one goes on at b."""
    b = ward(servers=people("a b"), on_high={"served_by": Edge("p", reserve=1)})
    assert served(run(b)) == [(0, "a", 1, 4), (0, "b", 4, 11), (1, "a", 4, 7)]


# the way back


def test_8_4_the_displaced_one_goes_on_elsewhere_at_once():
    """c of q (rank 2, half speed) is free: 7 left take 14 minutes."""
    b = ward(on_low={"served_by": [Edge("p", 1), Edge("q", 2, speed=0.5)]})
    b.named("q", people("c"))
    assert served(run(b)) == [(0, "a", 1, 4), (0, "c", 4, 18), (1, "a", 4, 7)]


@pytest.mark.parametrize(("returned", "left"), [("remaining", 7), ("restart", 10)])
def test_8_4_what_is_left_of_it(returned, left):
    """3 of 10 were done by 4."""
    assert served(run(ward(on_low={"returned": returned})), job=0) == [(0, "a", 1, 4), (0, "a", 7, 7 + left)]


def test_8_4_a_new_draw_for_what_was_displaced():
    """Size 10 + 20 u; spell 1 draws with purpose 9 + 1 x 2^16."""
    b = ward(on_low={"returned": "redraw", "size": Uniform(10, 30)})
    r = run(b)
    u = draw(key_of(r, 0), name_hash("step:low"), 0, Purpose.REDRAW + (1 << 16))
    assert served(r, job=0) == [(0, "a", 1, 4), (0, "a", 7, pytest.approx(7 + 10 + 20 * u, abs=1e-9))]


def test_8_4_it_keeps_its_place_and_goes_ahead_of_equals():
    """Job 1 has the same place and came behind it, job 2 a larger one: 7-14, 14-16, 16-18."""
    b = ward(low=((1, 10), (1, 2), (2, 2)))
    assert starts(run(b), step="low") == [(0, "a", 1), (0, "a", 7), (1, "a", 14), (2, "a", 16)]


def test_8_4_patience_goes_on_from_what_was_waited():
    """In line 1-3 (2 of 5 minutes), at work from 3, displaced at 4: gone at 7 (the urgent one takes 10)."""
    b = ward(low=((1, 10),), high=((4, 10),), on_low={"patience": Constant(5)})
    jobs(b, "block", (0, 3))
    b.work("block", served_by="p", size=SIZE)
    assert rows(run(b), SPELL, step="low") == [
        (1, "a", 1, 3, 4, "displaced"),
        (1, None, 4, None, 7, "abandoned"),
    ]


def test_8_4_who_has_no_patience_left_goes_at_once():
    """In line 1-6, all of its 5 minutes (a is free at 6, before they are over); displaced at 8 it gives up at 8."""
    b = ward(low=((1, 10),), high=((8, 10),), on_low={"patience": Constant(5)})
    jobs(b, "block", (0, 6))
    b.work("block", served_by="p", size=SIZE)
    assert rows(run(b), SPELL, step="low") == [
        (1, "a", 1, 6, 8, "displaced"),
        (1, None, 8, None, 8, "abandoned"),
    ]


@pytest.mark.parametrize(("after", "start"), [(2, 4), (5, 6), (3, 4)])
def test_8_4_overflow_counts_from_the_entry(after, start):
    """In at 1, displaced at 4: q sees it from 1 + `after` on."""
    b = ward(high=((4, 50),), on_low={"served_by": [Edge("p", 1), Edge("q", 2, after=after)]})
    b.named("q", people("c"))
    assert starts(run(b), job=0) == [(0, "a", 1), (0, "c", start)]


def test_8_4_no_limit_is_tested_for_it():
    """Limit 0: it waits all the same."""
    assert starts(run(ward(on_low={"limit": 0})), job=0) == [(0, "a", 1), (0, "a", 7)]


def test_8_4_it_does_not_wait_for_the_door_again():
    """The door closes at 3 and sends the line away; displaced at 4 it waits on and is served at 7."""
    b = ward(on_low={"opening": "hours", "at_close": "leave"})
    b.calendar(Calendar("hours", [(0, 3)]))
    assert starts(run(b), job=0) == [(0, "a", 1), (0, "a", 7)]


def test_8_4_its_clock_is_started_anew_by_the_new_spell():
    """Clock of 4 minutes from `started`: 1 + 4 = 5 (it runs on while it waits 3-6), then 6 + 4 = 10."""
    b = ward(high=((3, 3),))
    b.delay("chase", Constant(1), recorded=True)
    b.watch("w", Anchor("started", "low"), Constant(4), spawn=(Spawn("chase"),))
    assert rows(run(b), "entered", step="chase") == [(5,), (10,)]


def test_8_4_it_has_not_left_and_not_entered():
    """A clock that `left` starts runs from 14 on; one that `entered` starts from 1 only."""
    b = ward()
    b.delay("chase", Constant(1), recorded=True)
    b.delay("after", Constant(10))
    b.route("low", "done", "after")
    b.watch("left", Anchor("left", "low"), Constant(2), spawn=(Spawn("chase"),))
    b.watch("entered", Anchor("entered", "low"), Constant(5), spawn=(Spawn("chase"),))
    assert rows(run(b), "entered", step="chase") == [(6,), (16,)]


def test_8_1_displacement_and_gauges():
    """At 5 the displaced one waits (place 1) and both are inside; last wait: 0 (start of 4) and, at 7, still 0."""
    b = ward()
    b.gauge("line", "waiting", steps=("low",))
    b.gauge("all", "inside", steps=("low", "high"))
    b.gauge("age", "oldest", steps=("low",))
    b.gauge("last", "last wait", steps=("low", "high"))
    assert readings(b, 3, 5, 7, 14, of="line all age last") == {
        "line": [0, 1, 0, 0],
        "all": [1, 2, 1, 0],
        "age": [0, 4, 0, 0],
        "last": [0, 0, 0, 0],
    }


# several slots, counted pools


def test_8_4_who_shares_the_server_keeps_its_speed():
    """Half speed for two. Low ones from 1 (2 + 1 = 3 of 10 done by 5) and from 3 (1 of 10). At 5 the latter gives way:
    2 / .5 = 4 minutes, until 9. Then the 9 left come back; the first has 5 left: 19; the other one has 4 left: 23."""
    b = ward(low=((1, 10), (3, 10)), high=((5, 2),), slots=2, curve=(1.0, 0.5))
    assert served(run(b)) == [(0, "a", 1, 19), (1, "a", 3, 5), (1, "a", 9, 23), (2, "a", 5, 9)]


def test_8_4_fewer_units_change_the_speed_of_others():
    """Speeds 1, .5, .25. Big (2 units) from 1 beside small (1 unit, from 1): both at .25 until 5 (1 done each). The
    urgent one (1 unit, size 2) displaces the big one: two units open: 2 / .5 = 4, until 9; small 9 - 2 = 7 left then.
    Big (9 left) is back at 9 with small: .25 each: small done at 9 + 28 = 37 (7 more done of big: 2 left, alone with
    two units open at .5): 41."""
    b = shop()
    jobs(b, "small", (1, 10))
    jobs(b, "big", (1, 10))
    jobs(b, "high", (5, 2))
    b.work("small", served_by="p", size=SIZE)
    b.work("big", served_by="p", size=SIZE, units=2, yields=True)
    b.work("high", served_by="p", size=SIZE, grade=1)
    b.named("p", people("a"), slots=3, curve=(1.0, 0.5, 0.25))
    assert served(run(b)) == [(0, "a", 1, 37), (1, "a", 1, 5), (1, "a", 9, 41), (2, "a", 5, 9)]


def test_8_4_counted_servers_give_the_latest_start_away():
    """Two, with low work since 1 and 2: job 1 (8 left) gives way at 4 and goes on at 7."""
    r = run(ward(low=((1, 10), (2, 10)), counted=2))
    assert rows(r, "job started left exit") == [
        (0, 1, 11, "done"),
        (1, 2, 4, "displaced"),
        (1, 7, 15, "done"),
        (2, 4, 7, "done"),
    ]


@pytest.mark.parametrize(("n", "start"), [([(0, 2), (3, 1)], 12), ([(0, 3), (3, 2)], 4)])
def test_8_4_counted_servers_above_their_number_do_not_take_new_work(n, start):
    """Two busy from 1 and 2. With one left from 3 on there is nobody to give: the urgent one starts when both are done,
    12. With two left it displaces at 4."""
    assert rows(run(ward(low=((1, 10), (2, 10)), counted=n)), "started", step="high") == [(start,)]


def test_8_4_counted_reserve():
    """A reserve of 1 among two busy ones: none would be left free; it waits until both are done, 12."""
    b = ward(low=((1, 10), (2, 10)), counted=2, on_high={"served_by": Edge("p", reserve=1)})
    assert rows(run(b), "started", step="high") == [(12,)]


def test_8_4_a_displaced_one_may_be_handed_back_later():
    """1-4 (3 of 10 done), 7-10 (3 more), the duty ends at 10: the 4 left from 50 to 54."""
    r = run(ward(servers=people("a", (0, 10), (50, 90)), end_of_duty="hand back"))
    assert rows(r, SPELL, job=0) == [
        (0, "a", 1, 1, 4, "displaced"),
        (0, "a", 4, 7, 10, "handed_back"),
        (0, "a", 10, 50, 54, "done"),
    ]
