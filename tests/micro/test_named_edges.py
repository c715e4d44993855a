"""Edges to named pools: rank, after, speed, most, reserve, units, priority (rules 2.6, 2.11, 4.x), by hand."""

from __future__ import annotations

from sim.machine import Anchor, Attribute, Constant, Duty, Edge, Predictor, Server, Source, Spawn, Term
from tests.micro.table import jobs, people, rows, run, served, shop, starts

SIZE = Attribute("size")


def test_4_1_the_best_rank_that_fits_is_taken():
    """a (rank 1) takes 1-11 and again the line at 11; b (rank 2, idle longer) only what finds a busy."""
    b = shop()
    jobs(b, "work", (1, 10), (2, 100), (3, 4), (20, 1))
    b.work("work", served_by=[Edge("p", 1), Edge("q", 2)], size=SIZE)
    b.named("p", people("a"))
    b.named("q", people("b"))
    assert starts(run(b)) == [(0, "a", 1), (1, "b", 2), (2, "a", 11), (3, "a", 20)]


def test_4_11_rank_goes_before_priority():
    """x has rank 2 and priority 9 and waits since 2; y has rank 1, priority 0, since 3: at 11 y, at 21 x."""
    b = shop()
    jobs(b, "x", (1, 10), (2, 10))
    jobs(b, "y", (3, 10))
    b.work("x", served_by=Edge("p", 2), size=SIZE, priority=Constant(9))
    b.work("y", served_by=Edge("p", 1), size=SIZE, priority=Constant(0))
    b.named("p", people("a"))
    assert starts(run(b)) == [(0, "a", 1), (1, "a", 21), (2, "a", 11)]


def test_4_3_inside_a_rank_priority_goes_before_place():
    """Rank 1 both: x waits since 2 with priority 0, y since 3 with priority 5: y at 11, x at 21."""
    b = shop()
    jobs(b, "x", (1, 10), (2, 10))
    jobs(b, "y", (3, 10))
    b.work("x", served_by="p", size=SIZE)
    b.work("y", served_by="p", size=SIZE, priority=Constant(5))
    b.named("p", people("a"))
    assert starts(run(b)) == [(0, "a", 1), (1, "a", 21), (2, "a", 11)]


def test_2_6_one_step_has_a_line_for_each_priority():
    """Priorities 0, 0, 3, 3 wait since 2, 3, 4, 5 for one server busy 1-11: 4, 5, then 2, 3 (2 minutes each)."""
    b = shop()
    jobs(b, "work", (1, 10, 0), (2, 2, 0), (3, 2, 0), (4, 2, 3), (5, 2, 3), columns="size urgent")
    b.work("work", served_by="p", size=SIZE, priority=Attribute("urgent"))
    b.named("p", people("a"))
    assert starts(run(b)) == [(0, "a", 1), (1, "a", 15), (2, "a", 17), (3, "a", 11), (4, "a", 13)]


def test_4_3_oldest_compares_places_across_lines():
    """x joined at 3; y joined at 5 with a head start of 4 (place 1): y at 11, x at 13."""
    b = shop()
    jobs(b, "x", (1, 10, 0), (3, 2, 0), columns="size early")
    jobs(b, "y", (5, 2, 4), columns="size early")
    b.work("x", served_by="p", size=SIZE, head_start=Attribute("early"))
    b.work("y", served_by="p", size=SIZE, head_start=Attribute("early"))
    b.named("p", people("a"))
    assert starts(run(b)) == [(0, "a", 1), (1, "a", 13), (2, "a", 11)]


def test_4_3_equal_places_go_by_the_time_of_joining():
    """x joins at 5 with head start 3, y at 2 without: both have place 2; y joined first and starts at 11."""
    b = shop()
    jobs(b, "x", (1, 10, 0), (5, 2, 3), columns="size early")
    jobs(b, "y", (2, 2, 0), columns="size early")
    b.work("x", served_by="p", size=SIZE, head_start=Attribute("early"))
    b.work("y", served_by="p", size=SIZE, head_start=Attribute("early"))
    b.named("p", people("a"))
    assert rows(run(b), "step started left") == [("x", 1, 11), ("y", 11, 13), ("x", 13, 15)]


def test_4_3_equal_times_of_joining_go_by_the_order_of_joining():
    """y's stream comes first, so at 2 the job of y joins before the job of x, though x is the first step."""
    b = shop()
    jobs(b, "y", (1, 10), (2, 2))
    jobs(b, "x", (2, 2))
    b.work("x", served_by="p", size=SIZE)
    b.work("y", served_by="p", size=SIZE)
    b.named("p", people("a"))
    assert rows(run(b), "step started") == [("y", 1), ("y", 11), ("x", 13)]


def test_2_11_earliest_due_compares_the_first_of_each_line_only():
    """x's line stands by entry: dues 102, 13; y's head is due 54. y at 11, then x's head 102, then x's 13."""
    b = shop()
    jobs(b, "x", (1, 10, 500), (2, 2, 100), (3, 2, 10), columns="size promise")
    jobs(b, "y", (4, 2, 50), columns="size promise")
    b.work("x", served_by="p", size=SIZE, due=Attribute("promise"))
    b.work("y", served_by="p", size=SIZE, due=Attribute("promise"))
    b.named("p", people("a"), job_choice="earliest due")
    assert starts(run(b)) == [(0, "a", 1), (1, "a", 13), (2, "a", 15), (3, "a", 11)]


def test_2_11_a_job_without_a_due_time_comes_last_under_earliest_due():
    """x waits since 2 without a due time, y since 3 and is due in 900 minutes: y first."""
    b = shop()
    jobs(b, "x", (1, 10), (2, 2))
    jobs(b, "y", (3, 2))
    b.work("x", served_by="p", size=SIZE)
    b.work("y", served_by="p", size=SIZE, due=Constant(900))
    b.named("p", people("a"), job_choice="earliest due")
    assert starts(run(b)) == [(0, "a", 1), (1, "a", 13), (2, "a", 11)]


def test_2_11_highest_score_is_read_now():
    """Score of x is its wait: 0 when it joined at 2, 9 at 11; y's is 5 always. So x at 11 and y at 13."""
    b = shop()
    jobs(b, "x", (1, 10), (2, 2))
    jobs(b, "y", (3, 2))
    b.work("x", served_by="p", size=SIZE, score=Predictor(0.0, (Term(Source("waited")),)))
    b.work("y", served_by="p", size=SIZE, score=Predictor(5.0))
    b.named("p", people("a"), job_choice="highest score")
    assert starts(run(b)) == [(0, "a", 1), (1, "a", 11), (2, "a", 13)]


def test_2_11_highest_score_takes_the_other_one_while_it_is_higher():
    """As before, but a is free at 5: x has waited 3 < 5, so y first (5-7), x then."""
    b = shop()
    jobs(b, "x", (1, 4), (2, 2))
    jobs(b, "y", (3, 2))
    b.work("x", served_by="p", size=SIZE, score=Predictor(0.0, (Term(Source("waited")),)))
    b.work("y", served_by="p", size=SIZE, score=Predictor(5.0))
    b.named("p", people("a"), job_choice="highest score")
    assert starts(run(b)) == [(0, "a", 1), (1, "a", 7), (2, "a", 5)]


def test_4_2_after_opens_a_second_pool_to_a_job_that_has_waited():
    """a is busy 1-101. The job of 2 is visible to q at 7 (b 7-17); the job of 15 only at 20, not at 17."""
    b = shop()
    jobs(b, "work", (1, 100), (2, 10), (15, 10))
    b.work("work", served_by=[Edge("p", 1), Edge("q", 2, after=5)], size=SIZE)
    b.named("p", people("a"))
    b.named("q", people("b"))
    assert starts(run(b)) == [(0, "a", 1), (1, "b", 7), (2, "b", 20)]


def test_4_2_a_job_that_is_visible_waits_for_the_second_pool_to_be_free():
    """Visible to q since 7 and 8; b takes the first 7-17 and the second at 17."""
    b = shop()
    jobs(b, "work", (1, 100), (2, 10), (3, 10))
    b.work("work", served_by=[Edge("p", 1), Edge("q", 2, after=5)], size=SIZE)
    b.named("p", people("a"))
    b.named("q", people("b"))
    assert starts(run(b)) == [(0, "a", 1), (1, "b", 7), (2, "b", 17)]


def test_4_3_an_offer_takes_the_first_of_the_line_that_is_visible():
    """At 17 b is free. The first in line (came 15, head start 100) is visible at 20, the one of 11 since 16: it starts.

    b is then busy 17-27 and takes the other one.
    """
    b = shop()
    jobs(b, "work", (1, 100, 0), (2, 10, 0), (11, 10, 0), (15, 10, 100), columns="size early")
    b.work("work", served_by=[Edge("p", 1), Edge("q", 2, after=5)], size=SIZE, head_start=Attribute("early"))
    b.named("p", people("a"))
    b.named("q", people("b"))
    assert starts(run(b)) == [(0, "a", 1), (1, "b", 7), (2, "b", 17), (3, "b", 27)]


def test_4_07_a_server_freed_at_the_instant_of_expiry_serves_the_job():
    """Patience 9 from 2 ends at 11, when a is freed: completion comes first."""
    b = shop()
    jobs(b, "work", (1, 10), (2, 3))
    b.work("work", served_by="p", size=SIZE, patience=Constant(9))
    b.named("p", people("a"))
    assert rows(run(b), "job started left exit") == [(0, 1, 11, "done"), (1, 11, 14, "done")]


def test_4_07_a_server_freed_at_the_instant_of_overflow_takes_the_job_itself():
    """Visible to q at 11, but a is freed at 11 as well: completion before overflow, so a."""
    b = shop()
    jobs(b, "work", (1, 10), (2, 3))
    b.work("work", served_by=[Edge("p", 1), Edge("q", 2, after=9)], size=SIZE)
    b.named("p", people("a"))
    b.named("q", people("b"))
    assert starts(run(b)) == [(0, "a", 1), (1, "a", 11)]


def test_2_6_most_counts_the_open_units_of_the_server_with_this_job():
    """y may only be the first unit: it waits while x's (1-11, 3-13) are open and starts at 13; x may join it."""
    b = shop()
    jobs(b, "x", (1, 10), (3, 10), (14, 5))
    jobs(b, "y", (2, 10))
    b.work("x", served_by="p", size=SIZE)
    b.work("y", served_by=Edge("p", most=1), size=SIZE)
    b.named("p", people("a"), slots=3)
    assert rows(run(b), "step entered started") == [("x", 1, 1), ("y", 2, 13), ("x", 3, 3), ("x", 14, 14)]


def test_2_6_most_sends_the_job_to_a_server_with_less_open():
    """x at 1 -> a. y (most 1) at 2 -> b, the empty one, whatever 'most loaded' would like."""
    b = shop()
    jobs(b, "x", (1, 10))
    jobs(b, "y", (2, 10))
    b.work("x", served_by="p", size=SIZE)
    b.work("y", served_by=Edge("p", most=1), size=SIZE)
    b.named("p", people("a b"), slots=3, server_choice="most loaded")
    assert starts(run(b)) == [(0, "a", 1), (1, "b", 2)]


def test_4_0_reserve_keeps_slots_of_the_pool_free():
    """Four slots; x takes three (to 101, 12, 23). y at 4 would leave 0 free; x at 5 may. y at 23: 2 - 1 >= 1."""
    b = shop()
    jobs(b, "x", (1, 100), (2, 10), (3, 20), (5, 100))
    jobs(b, "y", (4, 10))
    b.work("x", served_by="p", size=SIZE)
    b.work("y", served_by=Edge("p", reserve=1), size=SIZE)
    b.named("p", people("a b"), slots=2)
    assert rows(run(b), "step entered started") == [("x", 1, 1), ("x", 2, 2), ("x", 3, 3), ("y", 4, 23), ("x", 5, 5)]


def test_4_0_reserve_counts_only_servers_on_duty():
    """One slot each, reserve 1: with a alone y waits; at 50 b begins, two are free, and a (idle longer) takes it."""
    b = shop()
    jobs(b, "y", (1, 10))
    b.work("y", served_by=Edge("p", reserve=1), size=SIZE)
    b.named("p", [*people("a"), Server("b", (Duty(50, 100),))])
    assert starts(run(b)) == [(0, "a", 50)]


def test_2_6_units_take_that_many_slots_of_one_server():
    """Two slots free, one at a and one at b, do not serve a job of two units: it starts at 11, when a is empty."""
    b = shop()
    jobs(b, "small", (1, 10), (2, 20))
    jobs(b, "big", (3, 5))
    b.work("small", served_by="p", size=SIZE)
    b.work("big", served_by="p", size=SIZE, units=2)
    b.named("p", people("a b"), slots=2)
    assert starts(run(b)) == [(0, "a", 1), (1, "b", 2), (2, "a", 11)]


def test_4_3_a_job_that_lacks_units_is_passed_by_another_line():
    """Three slots: big 1-11 takes two, the next big of 2 needs two and waits, small of 3 passes (3-13).

    At 11 big (place 2) goes before small (place 4): big 11-21; small at 13.
    """
    b = shop()
    jobs(b, "big", (1, 10), (2, 10))
    jobs(b, "small", (3, 10), (4, 10))
    b.work("big", served_by="p", size=SIZE, units=2)
    b.work("small", served_by="p", size=SIZE)
    b.named("p", people("a"), slots=3)
    assert rows(run(b), "step started left") == [
        ("big", 1, 11),
        ("big", 11, 21),
        ("small", 3, 13),
        ("small", 13, 23),
    ]


def test_5_2_edge_server_and_duty_speed_multiply():
    """10 minutes at edge 0.5 x server 2 x duty 0.25 = 0.25 take 40; at q (edge 1, server 2, duty 1) they take 5."""
    b = shop()
    jobs(b, "work", (1, 10), (2, 10))
    b.work("work", served_by=[Edge("p", 1, speed=0.5), Edge("q", 2)], size=SIZE)
    b.named("p", [Server("a", (Duty(0, 900, speed=0.25),), speed=2.0)])
    b.named("q", [Server("b", (Duty(0, 900),), speed=2.0)])
    assert served(run(b)) == [(0, "a", 1, 41), (1, "b", 2, 7)]


def test_4_1_equal_rank_over_named_and_counted_serves_whoever_is_free_first():
    """a (named) 1-21, the counted one 2-12; the third job waits and goes to the counted pool at 12."""
    b = shop()
    jobs(b, "work", (1, 20), (2, 10), (3, 1))
    b.work("work", served_by=["team", "desk"], size=SIZE)
    b.named("team", people("a"))
    b.counted("desk", 1)
    assert rows(run(b), "job pool server started") == [(0, "team", "a", 1), (1, "desk", None, 2), (2, "desk", None, 12)]


def test_4_3_after_a_start_the_offer_begins_again_at_the_best_rank():
    """a has three slots and begins at 10: y (rank 1) of 3 and 4 go before x (rank 2) of 1 and 2; one x is left over."""
    b = shop()
    jobs(b, "x", (1, 9), (2, 9))
    jobs(b, "y", (3, 9), (4, 9))
    b.work("x", served_by=Edge("p", 2), size=SIZE)
    b.work("y", served_by=Edge("p", 1), size=SIZE)
    b.named("p", people("a", (10, 900)), slots=3)
    assert rows(run(b), "step entered started") == [("x", 1, 10), ("x", 2, 19), ("y", 3, 10), ("y", 4, 10)]


def test_2_10_a_watch_reroutes_a_job_that_waits_for_a_named_pool():
    """Job 1 waits from 2; the clock of 5 moves it at 7 to the desk, where it is served 7-9. Job 0 is in service."""
    b = shop()
    jobs(b, "work", (1, 10), (2, 2))
    b.work("work", served_by="p", size=SIZE)
    b.work("rescue", served_by="q", size=SIZE)
    b.named("p", people("a"))
    b.named("q", people("b"))
    b.watch("too long", Anchor("entered", "work"), Constant(5), to="rescue")
    assert rows(run(b), "job step server entered started left exit") == [
        (0, "work", "a", 1, 1, 11, "done"),
        (1, "work", None, 2, None, 7, "moved"),
        (1, "rescue", "b", 7, 7, 9, "done"),
    ]


def test_4_2_pools_open_one_after_the_other():
    """a is busy to 101, b (after 5) to 40: job 2 of 3 finds b busy at 8 and gets c (after 9) at 12."""
    b = shop()
    jobs(b, "pin", (1, 39))
    jobs(b, "work", (2, 99), (3, 10))
    b.work("pin", served_by="q", size=SIZE)
    b.work("work", served_by=[Edge("p", 1), Edge("q", 1, after=5), Edge("r", 2, after=9)], size=SIZE)
    b.named("p", people("a"))
    b.named("q", people("b"))
    b.named("r", people("c"))
    assert starts(run(b)) == [(0, "b", 1), (1, "a", 2), (2, "c", 12)]


def test_2_10_a_watch_may_start_with_the_start_of_service():
    """Started at 11, clock 4: at 15 a child is born, which b serves 15-17; the job of 1 has one from 5 on."""
    b = shop()
    b.recorded("in", to="work", times=[1.0, 2.0])
    b.work("work", served_by="p", size=Constant(10))
    b.work("note", served_by="q", size=Constant(2))
    b.named("p", people("a"))
    b.named("q", people("b"))
    b.watch("long talk", Anchor("started", "work"), Constant(4), spawn=[Spawn("note")])
    assert rows(run(b), "step server started left", step="note") == [("note", "b", 5, 7), ("note", "b", 15, 17)]
