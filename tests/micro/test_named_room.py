"""wait_for_room: a server is cleared for a job that lacks only units (rules 4.3, 4.13), by hand."""

from __future__ import annotations

from sim.machine import Anchor, Attribute, Constant, Edge, NetworkBuilder
from tests.micro.table import jobs, people, rows, run, served, shop, starts

SIZE = Attribute("size")


def big_and_small(small_rank: int, names: str = "a", **big) -> NetworkBuilder:
    """Two slots each; big needs two of them at rank 1 and waits for room, small needs one at the given rank."""
    b = shop()
    b.work("big", served_by=Edge("p", 1), size=SIZE, units=2, wait_for_room=True, **big)
    b.work("small", served_by=Edge("p", small_rank), size=SIZE)
    b.named("p", people(names), slots=2)
    return b


def test_4_3_a_cleared_server_takes_no_worse_rank():
    """Small 1-11; big joins at 2 and clears a; small of 3 waits though a slot is free. Big 11-16, small 16."""
    b = big_and_small(small_rank=2)
    jobs(b, "small", (1, 10))
    jobs(b, "big", (2, 5))
    jobs(b, "small", (3, 4), name="more")
    assert starts(run(b)) == [(0, "a", 1), (1, "a", 11), (2, "a", 16)]


def test_4_3_without_wait_for_room_small_work_passes_for_ever():
    """The same without the rule: small starts at 3 and at 11, big when both slots are free: 13."""
    b = shop()
    jobs(b, "small", (1, 10))
    jobs(b, "big", (2, 5))
    jobs(b, "small", (3, 10), name="more")
    b.work("big", served_by=Edge("p", 1), size=SIZE, units=2)
    b.work("small", served_by=Edge("p", 2), size=SIZE)
    b.named("p", people("a"), slots=2)
    assert starts(run(b)) == [(0, "a", 1), (1, "a", 13), (2, "a", 3)]


def test_4_3_a_cleared_server_still_takes_the_same_rank():
    """Small has rank 1 as well: the one of 3 starts at once (3-13), big at 13."""
    b = big_and_small(small_rank=1)
    jobs(b, "small", (1, 10))
    jobs(b, "big", (2, 5))
    jobs(b, "small", (3, 10), name="more")
    assert starts(run(b)) == [(0, "a", 1), (1, "a", 13), (2, "a", 3)]


def test_4_13_when_the_job_leaves_the_pool_is_offered():
    """Big loses patience at 6: a is let go and small (since 3) starts at 6."""
    b = big_and_small(small_rank=2, patience=Constant(4))
    jobs(b, "small", (1, 10))
    jobs(b, "big", (2, 5))
    jobs(b, "small", (3, 4), name="more")
    assert rows(run(b), "job started left exit") == [
        (0, 1, 11, "done"),
        (1, None, 6, "abandoned"),
        (2, 6, 10, "done"),
    ]


def test_4_13_when_the_job_is_moved_away_the_pool_is_offered():
    """A watch moves big at 6 to q: a is let go and small starts at 6."""
    b = big_and_small(small_rank=2)
    jobs(b, "small", (1, 10))
    jobs(b, "big", (2, 5))
    jobs(b, "small", (3, 4), name="more")
    b.work("elsewhere", served_by="q", size=Constant(1))
    b.named("q", people("z"))
    b.watch("tired", Anchor("entered", "big"), Constant(4), to="elsewhere")
    assert starts(run(b)) == [(0, "a", 1), (1, None, None), (1, "z", 6), (2, "a", 6)]


def test_4_13_a_start_lets_the_server_go():
    """Big 11-16 on a; small of 12 waits for a slot (both taken) and starts at 16, the next at 16 as well."""
    b = big_and_small(small_rank=2)
    jobs(b, "small", (1, 10))
    jobs(b, "big", (2, 5))
    jobs(b, "small", (12, 4), (13, 4), name="more")
    assert starts(run(b)) == [(0, "a", 1), (1, "a", 11), (2, "a", 16), (3, "a", 16)]


def test_4_3_the_cleared_one_is_the_server_with_the_most_free_slots():
    """a has two small ones (1, 3: full), b one (2, and 1 free): b is cleared; at 12 b is empty: big 12-17.

    a's slot free at 6 takes the small one of 5 at once, as a is not cleared.
    """
    b = shop()
    jobs(b, "pin", (1, 40), (3, 3))
    jobs(b, "small", (2, 10))
    jobs(b, "big", (4, 5))
    jobs(b, "small", (5, 9), name="more")
    b.work("pin", served_by="p", size=SIZE)
    b.work("big", served_by=Edge("p", 1), size=SIZE, units=2, wait_for_room=True)
    b.work("small", served_by=Edge("p", 2), size=SIZE)
    b.named("p", people("a b"), slots=2)
    r = run(b)
    assert rows(r, "step server started") == [
        ("pin", "a", 1),
        ("small", "b", 2),
        ("pin", "a", 3),
        ("big", "b", 12),
        ("small", "a", 6),
    ]


def test_4_3_equal_room_clears_the_longest_since_its_last_change():
    """One small each (a since 1, b since 2): a is cleared; the small of 4 goes to b. Big starts when a is empty, 21."""
    b = big_and_small(small_rank=2, names="a b")
    jobs(b, "small", (1, 20), (2, 30))
    jobs(b, "big", (3, 5))
    jobs(b, "small", (4, 30), name="more")
    assert starts(run(b)) == [(0, "a", 1), (1, "b", 2), (2, "a", 21), (3, "b", 4)]


def test_4_3_only_the_first_in_line_clears_a_server():
    """a is cleared for the first big (3); the second big (4) clears nothing: small of 5 starts on b. Big: 11 on a.

    Then the second is first in line and clears the longest unchanged of two full servers, b (5 < 11): the small of 12
    does not get b's slot at 14; b is empty at 25, big 25-35, small 35.
    """
    b = big_and_small(small_rank=2, names="a b")
    jobs(b, "small", (1, 10), (2, 12))
    jobs(b, "big", (3, 30), (4, 10))
    jobs(b, "small", (5, 20), (12, 3), name="more")
    assert starts(run(b)) == [
        (0, "a", 1),
        (1, "b", 2),
        (2, "a", 11),
        (3, "b", 25),
        (4, "b", 5),
        (5, "b", 35),
    ]


def test_4_0_a_cleared_server_is_let_go_when_the_job_starts_elsewhere():
    """a (pool p) is cleared for big; q's b is free at 10 and takes big. Nothing waits that fits: small at 10 on a."""
    b = shop()
    jobs(b, "pin", (1, 9))
    jobs(b, "small", (2, 50))
    jobs(b, "big", (3, 5))
    jobs(b, "small", (4, 5), name="more")
    b.work("pin", served_by="q", size=SIZE, units=2)
    b.work("big", served_by=[Edge("p", 1), Edge("q", 2)], size=SIZE, units=2, wait_for_room=True)
    b.work("small", served_by=Edge("p", 2), size=SIZE)
    b.named("p", people("a"), slots=2)
    b.named("q", people("b"), slots=2)
    assert starts(run(b)) == [(0, "b", 1), (1, "a", 2), (2, "b", 10), (3, "a", 10)]


def test_4_3_a_cleared_server_that_goes_off_duty_does_not_hold_the_job():
    """a is cleared and ends its duty at 20 with work until 51; b is empty at 45 and takes big there.

    At 60 a is back and takes small work again (b is busy 45-65): nothing keeps it cleared.
    """
    b = shop()
    jobs(b, "small", (1, 50), (2, 30))
    jobs(b, "big", (3, 20))
    jobs(b, "small", (5, 40), (61, 4), name="more")
    b.work("big", served_by=Edge("p", 1), size=SIZE, units=2, wait_for_room=True)
    b.work("small", served_by=Edge("p", 2), size=SIZE)
    b.named("p", [*people("a", (0, 20), (60, 100)), *people("b")], slots=2)
    assert served(run(b)) == [
        (0, "a", 1, 51),
        (1, "b", 2, 32),
        (2, "b", 45, 65),
        (3, "b", 5, 45),
        (4, "a", 61, 65),
    ]


def test_4_3_a_server_with_too_few_slots_to_ever_serve_is_not_in_question():
    """`most` 1 of small keeps it alone, big needs both slots: small 1-11, big clears a, small of 3 waits until 16."""
    b = shop()
    jobs(b, "small", (1, 10))
    jobs(b, "big", (2, 5))
    jobs(b, "small", (3, 4), name="more")
    b.work("big", served_by=Edge("p", 1), size=SIZE, units=2, wait_for_room=True)
    b.work("small", served_by=Edge("p", 2, most=1), size=SIZE)
    b.named("p", people("a"), slots=2)
    assert starts(run(b)) == [(0, "a", 1), (1, "a", 11), (2, "a", 16)]


def test_4_3_only_a_server_that_is_available_is_cleared():
    """a (off duty from 20, open to 51) cannot be: b is cleared at 32, so the small one of 33 waits for a, 60.

    Big starts when b is empty, 45-65.
    """
    b = shop()
    jobs(b, "small", (1, 50), (2, 30))
    jobs(b, "big", (3, 20))
    jobs(b, "small", (5, 40), (33, 4), name="more")
    b.work("big", served_by=Edge("p", 1), size=SIZE, units=2, wait_for_room=True)
    b.work("small", served_by=Edge("p", 2), size=SIZE)
    b.named("p", [*people("a", (0, 20), (60, 100)), *people("b")], slots=2)
    assert starts(run(b)) == [(0, "a", 1), (1, "b", 2), (2, "b", 45), (3, "b", 5), (4, "a", 60)]


def test_4_13_the_next_in_line_clears_the_server_before_worse_ranks_get_it():
    """The first big leaves at 6; in the offer the second one (rank 1) is first in line and clears a: small waits on.

    Big 11-16 on the empty a, small at 16.
    """
    b = shop()
    jobs(b, "small", (1, 10))
    jobs(b, "big", (2, 5, 4), (3, 5, 900), columns="size calm")
    jobs(b, "small", (4, 4), name="more")
    b.work("big", served_by=Edge("p", 1), size=SIZE, units=2, wait_for_room=True, patience=Attribute("calm"))
    b.work("small", served_by=Edge("p", 2), size=SIZE)
    b.named("p", people("a"), slots=2)
    assert starts(run(b)) == [(0, "a", 1), (1, None, None), (2, "a", 11), (3, "a", 16)]


def test_4_13_a_server_cleared_for_two_jobs_is_kept_when_one_leaves():
    """A (rank 1, leaves at 6) and B (rank 2) of two steps both clear a: small (rank 3) of 7 waits for B, 11-16."""
    b = shop()
    jobs(b, "small", (1, 10))
    jobs(b, "A", (2, 5))
    jobs(b, "B", (3, 5))
    jobs(b, "small", (7, 4), name="more")
    b.work("A", served_by=Edge("p", 1), size=SIZE, units=2, wait_for_room=True, patience=Constant(4))
    b.work("B", served_by=Edge("p", 2), size=SIZE, units=2, wait_for_room=True)
    b.work("small", served_by=Edge("p", 3), size=SIZE)
    b.named("p", people("a"), slots=2)
    assert starts(run(b)) == [(0, "a", 1), (1, None, None), (2, "a", 11), (3, "a", 16)]


def test_4_3_a_server_cleared_for_two_jobs_keeps_to_the_better_rank():
    """A (rank 1) and then B (rank 2) clear a: small of rank 2 is worse than A's rank and may not start at 4.

    At 11 A, 11-16; then rank 2 by place: B 16-21, small at 21.
    """
    b = shop()
    jobs(b, "small", (1, 10))
    jobs(b, "A", (2, 5))
    jobs(b, "B", (3, 5))
    jobs(b, "small", (4, 4), name="more")
    b.work("A", served_by=Edge("p", 1), size=SIZE, units=2, wait_for_room=True)
    b.work("B", served_by=Edge("p", 2), size=SIZE, units=2, wait_for_room=True)
    b.work("small", served_by=Edge("p", 2), size=SIZE)
    b.named("p", people("a"), slots=2)
    assert starts(run(b)) == [(0, "a", 1), (1, "a", 11), (2, "a", 16), (3, "a", 21)]


def test_4_3_a_job_that_is_handed_back_and_joins_first_clears_a_server():
    """b has a small one to 51; big is handed back by a at 20 and clears b: the small one of 25 waits, big 51-63."""
    b = shop()
    jobs(b, "small", (1, 50))
    jobs(b, "big", (2, 30))
    jobs(b, "small", (25, 4), name="more")
    b.work("big", served_by=Edge("p", 1), size=SIZE, units=2, wait_for_room=True)
    b.work("small", served_by=Edge("p", 2), size=SIZE)
    b.named("p", [*people("b"), *people("a", (0, 20))], slots=2, end_of_duty="hand back")
    assert served(run(b)) == [
        (0, "b", 1, 51),
        (1, "a", 2, 20),
        (1, "b", 51, 63),
        (2, "b", 63, 67),
    ]
