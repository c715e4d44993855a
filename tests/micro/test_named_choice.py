"""Which server of a named pool gets the work (rule 2.11), worked by hand."""

from __future__ import annotations

from typing import Any

import pytest

from sim.machine import Attribute, Break, Constant, Duty, Edge, NetworkBuilder, Server
from sim.machine.luck import Purpose, draw, name_hash
from tests.micro.table import jobs, key_of, people, run, shop, starts

SIZE = Attribute("size")


def one_pool(choice: str, servers: list[Server], *rows: tuple[float, float], **pool: Any) -> NetworkBuilder:
    b = shop()
    jobs(b, "work", *rows)
    b.work("work", served_by="team", size=SIZE)
    b.named("team", servers, server_choice=choice, **pool)
    return b


def test_2_11_longest_idle_takes_the_oldest_release_first():
    """a works 1-11, b 2-5, c 3-4; at 20 the releases came in the order c 4, b 5, a 11."""
    b = one_pool("longest idle", people("a b c"), (1, 10), (2, 3), (3, 1), (20, 9), (20, 9), (20, 9))
    assert starts(run(b)) == [(0, "a", 1), (1, "b", 2), (2, "c", 3), (3, "c", 20), (4, "b", 20), (5, "a", 20)]


def test_2_11_longest_idle_counts_a_duty_begin_as_a_change():
    """a works 1-5; b is away 4-6. At 10: a changed at 5, b at 6, so a; at 11 only b is free."""
    servers = [*people("a"), Server("b", (Duty(0, 4), Duty(6, 1000)))]
    assert starts(run(one_pool("longest idle", servers, (1, 4), (10, 10), (11, 1)))) == [
        (0, "a", 1),
        (1, "a", 10),
        (2, "b", 11),
    ]


def test_2_11_longest_idle_counts_a_start_by_the_slot_that_is_left():
    """Two slots each: 1 -> a (tie, number), 2 -> b (0 before 1), 3 -> a (1 before 2), 4 -> b (2 before 3)."""
    b = one_pool("longest idle", people("a b"), (1, 50), (2, 50), (3, 50), (4, 50), slots=2)
    assert starts(run(b)) == [(0, "a", 1), (1, "b", 2), (2, "a", 3), (3, "b", 4)]


def test_4_08_touching_duties_are_no_change_for_longest_idle():
    """a [0,50)+[50,100) works 1-2, b works 3-4. At 60 a has been idle since 2, not since 50: a goes first."""
    servers = [Server("a", (Duty(0, 50), Duty(50, 100))), *people("b")]
    assert starts(run(one_pool("longest idle", servers, (1, 1), (3, 1), (60, 5), (60, 5)))) == [
        (0, "a", 1),
        (1, "b", 3),
        (2, "a", 60),
        (3, "b", 60),
    ]


def test_4_08_a_fixed_break_is_a_change_for_longest_idle():
    """a comes back from a fixed break at 15 (a duty begin); b has not changed since 0. At 20: b, then a."""
    servers = [Server("a", (Duty(0, 1000),), (Break(10, 5),)), *people("b")]
    assert starts(run(one_pool("longest idle", servers, (20, 5), (20, 5)))) == [(0, "b", 20), (1, "a", 20)]


def test_2_11_the_end_of_a_whole_break_is_a_change_for_longest_idle():
    """a: whole break 20-30, no work since its duty began at 0. b works 22-25. At 40 b goes first, then a."""
    servers = [Server("a", (Duty(0, 1000),), (Break(20, 10, "whole"),)), *people("b")]
    assert starts(run(one_pool("longest idle", servers, (22, 3), (40, 5), (40, 5)))) == [
        (0, "b", 22),
        (1, "b", 40),
        (2, "a", 40),
    ]


def test_2_11_changes_of_one_instant_count_in_the_order_they_happened():
    """a works 1-2, then b 3-10 and a 4-10. b's timer was set first, so b was released first: at 20 b, then a."""
    b = one_pool("longest idle", people("a b"), (1, 1), (3, 7), (4, 6), (20, 5), (20, 5))
    assert starts(run(b)) == [(0, "a", 1), (1, "b", 3), (2, "a", 4), (3, "b", 20), (4, "a", 20)]


def test_2_11_duty_begins_of_one_instant_count_by_number():
    """a, b, c all begin at 5 (c alone was there before, 0-3): at 6 three jobs go a, b, c."""
    servers = [Server("a", (Duty(5, 90),)), Server("b", (Duty(5, 90),)), Server("c", (Duty(0, 3), Duty(5, 90)))]
    assert starts(run(one_pool("longest idle", servers, (6, 9), (6, 9), (6, 9)))) == [
        (0, "a", 6),
        (1, "b", 6),
        (2, "c", 6),
    ]


def test_2_11_lowest_number_takes_the_first_free_one():
    """a is free again each time (1-2, 3-6, 10-), b only when a is busy (4-5)."""
    b = one_pool("lowest number", people("a b"), (1, 1), (3, 3), (4, 1), (10, 1))
    assert starts(run(b)) == [(0, "a", 1), (1, "a", 3), (2, "b", 4), (3, "a", 10)]


def test_2_11_lowest_number_skips_the_one_that_is_not_there():
    """a is on duty from 10 only: 5 -> b, 12 -> a."""
    servers = [Server("a", (Duty(10, 90),)), *people("b")]
    assert starts(run(one_pool("lowest number", servers, (5, 1), (12, 1)))) == [(0, "b", 5), (1, "a", 12)]


def test_2_11_least_loaded_counts_open_units_then_idleness():
    """1 -> a, 2 -> b (empty), b empties at 4; 5 -> b (0 < 1); 6: one each, a changed at 1, b at 5 -> a."""
    b = one_pool("least loaded", people("a b"), (1, 100), (2, 2), (5, 100), (6, 100), slots=3)
    assert starts(run(b)) == [(0, "a", 1), (1, "b", 2), (2, "b", 5), (3, "a", 6)]


def test_2_11_most_loaded_fills_one_server_before_the_next():
    """Two slots: a at 1 and 2; then b and c are both empty and b is first; b at 4; c at 5."""
    b = one_pool("most loaded", people("a b c"), (1, 99), (2, 99), (3, 99), (4, 99), (5, 99), slots=2)
    assert starts(run(b)) == [(0, "a", 1), (1, "a", 2), (2, "b", 3), (3, "b", 4), (4, "c", 5)]


def test_2_11_most_loaded_with_equal_loads_takes_the_longest_since_a_change():
    """a takes 1, 2, 3 (full), b takes 4. a's others end at 7 and 9. At 20 one each; b changed at 4, a at 9: b."""
    b = one_pool("most loaded", people("a b"), (1, 99), (2, 5), (3, 6), (4, 99), (20, 9), slots=3)
    assert starts(run(b))[-1] == (4, "b", 20)


def test_2_11_random_is_one_draw_of_the_job_over_the_fitting_servers():
    """All four are free at each birth (one minute of work every three): index floor(4 u), u of purpose 5."""
    r = run(one_pool("random", people("a b c d"), *((3.0 * i, 1.0) for i in range(12))))
    h = name_hash("step:work")
    expected = [(i, "abcd"[int(4 * draw(key_of(r, i), h, 0, Purpose.SERVER))], 3.0 * i) for i in range(12)]
    assert starts(r) == expected
    assert len({s for _, s, _ in expected}) > 1


def test_2_11_random_numbers_only_the_servers_that_fit():
    """b is not there before 500, so 0, 1, 2 of floor(3 u) are a, c, d."""
    servers = [*people("a"), Server("b", (Duty(500, 600),)), *people("c d")]
    r = run(one_pool("random", servers, *((3.0 * i, 1.0) for i in range(30))))
    h = name_hash("step:work")
    expected = [(i, "acd"[int(3 * draw(key_of(r, i), h, 0, Purpose.SERVER))], 3.0 * i) for i in range(30)]
    assert starts(r) == expected
    assert {s for _, s, _ in expected} == {"a", "c", "d"}


def test_4_3_random_choice_also_rules_an_offer():
    """Five begin at 10 and share a line of three; each takes floor(n u)-th of those still free, by number."""
    r = run(one_pool("random", people("a b c d e", (10, 90)), (1, 50), (2, 50), (3, 50)))
    free, expected = list("abcde"), []
    for i in range(3):
        u = draw(key_of(r, i), name_hash("step:work"), 0, Purpose.SERVER)
        expected.append((i, free.pop(int(len(free) * u)), 10.0))
    assert starts(r) == expected


def test_4_1_equal_rank_prefers_named_before_counted():
    """The counted pool stands first in the table and on the edges; the named server is taken first."""
    b = shop()
    jobs(b, "work", (1, 10), (2, 10), (3, 10))
    b.work("work", served_by=["desk", "team"], size=SIZE)
    b.counted("desk", 1)
    b.named("team", people("a"))
    assert starts(run(b)) == [(0, "a", 1), (1, None, 2), (2, "a", 11)]


def test_4_1_equal_rank_compares_idleness_between_named_pools():
    """Edges name q first. 1: tie at 0, table order p -> a (1-2). 3: b idle since 0 -> b (3-4). 5: a since 2 -> a."""
    b = shop()
    jobs(b, "work", (1, 1), (3, 1), (5, 1))
    b.work("work", served_by=["q", "p"], size=SIZE)
    b.named("p", people("a"))
    b.named("q", people("b"))
    assert starts(run(b)) == [(0, "a", 1), (1, "b", 3), (2, "a", 5)]


def test_4_1_each_pool_offers_the_server_of_its_own_choice():
    """p (lowest number) offers a though a just worked 1-2 and c never did; q offers b, idle since 0, so b.

    Then at 5: p still offers a (changed at 2), q offers b (changed at 4): a.
    """
    b = shop()
    jobs(b, "work", (1, 1), (3, 1), (5, 1))
    b.work("work", served_by=["p", "q"], size=SIZE)
    b.named("p", people("a c"), server_choice="lowest number")
    b.named("q", people("b"))
    assert starts(run(b)) == [(0, "a", 1), (1, "b", 3), (2, "a", 5)]


@pytest.mark.parametrize("choice", ["longest idle", "least loaded"])
def test_3_06_people_who_begin_together_share_the_line(choice: str):
    """a and b (three slots each) begin at 10 with four in line: both begin first, so a, b, a, b."""
    b = one_pool(choice, people("a b", (10, 90)), (1, 30), (2, 30), (3, 30), (4, 30), slots=3)
    assert starts(run(b)) == [(0, "a", 10), (1, "b", 10), (2, "a", 10), (3, "b", 10)]


def test_3_06_pools_that_begin_together_make_one_offer_best_rank_first():
    """p (rank 2, first in the table) and q (rank 1) begin at 10: the one waiting job goes to q."""
    b = shop()
    jobs(b, "work", (1, 5))
    b.work("work", served_by=[Edge("p", rank=2), Edge("q", rank=1)], size=SIZE)
    b.named("p", people("a", (10, 90)))
    b.named("q", people("b", (10, 90)))
    assert starts(run(b)) == [(0, "b", 10)]


def test_4_3_equal_ranks_are_offered_pools_in_table_order():
    """p and q begin at 10, both rank 1: the first in line goes to p's a, the second to q's b."""
    b = shop()
    jobs(b, "work", (1, 5), (2, 5))
    b.work("work", served_by=["q", "p"], size=Constant(5))
    b.named("p", people("a", (10, 90)))
    b.named("q", people("b", (10, 90)))
    assert starts(run(b)) == [(0, "a", 10), (1, "b", 10)]
