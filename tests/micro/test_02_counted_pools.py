"""Rules 2.11, 4.8 and 5 for counted pools: head-counts that rise and fall. Times were worked out by hand."""

from __future__ import annotations

from sim.machine import Attribute, Constant, Edge, simulate
from tests.micro.history import duty_lines, micro, run, table, visit_lines


def staffed(servers, times, needs, end_of_duty="finish", **work):
    """A log to `ask`, served by `desk` with this head-count over time."""
    b = micro()
    b.recorded("in", to="ask", times=times, columns={"need": needs})
    b.work("ask", **{"served_by": "desk", "size": Attribute("need"), **work})
    b.counted("desk", servers, end_of_duty=end_of_duty)
    return b


def test_2_11_a_rising_head_count_serves_the_line():
    """1 server, 3 from 5 on: jobs 1 and 2 start at 5, job 3 when job 1 ends at 9."""
    b = staffed([(0, 1), (5, 3)], [0, 1, 2, 3], [20, 4, 5, 1])
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  desk   0       0       20   20       done
        1   ask  desk   1       5       9    9        done
        2   ask  desk   2       5       10   10       done
        3   ask  desk   3       9       10   10       done
    """)


def test_2_11_before_its_first_time_a_pool_has_nobody():
    """Staffed from 7 on: the job of 2 starts at 7."""
    assert visit_lines(staffed([(7, 1)], [2], [1])) == ["0 ask desk 2 7 8 8 done"]


def test_4_8_finish_lets_work_go_on_and_nobody_new_starts_until_there_is_room():
    """2 servers, 1 from 4 on. At 10 one ends but one works still: busy 1 >= 1. Job 2 starts at 12."""
    b = staffed([(0, 2), (4, 1)], [0, 0, 1], [10, 12, 3])
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  desk   0       0       10   10       done
        1   ask  desk   0       0       12   12       done
        2   ask  desk   1       12      15   15       done
    """)


def test_4_8_hand_back_takes_the_latest_started_first():
    """Started 0, 1, 2; 3 servers fall to 1 at 5: jobs 2 and 1 go back, job 0 stays until 10.
    Job 1 has the better place (1): it goes on at 10 with 10 - 4 = 6; job 2 at 16 with 10 - 3 = 7."""
    b = staffed([(0, 3), (5, 1)], [0, 1, 2], [10, 10, 10], "hand back")
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  desk   0       0       10   10       done
        1   ask  desk   1       1       5    5        handed-back
        1   ask  desk   5       10      16   16       done spell1
        2   ask  desk   2       2       5    5        handed-back
        2   ask  desk   5       16      23   23       done spell1
    """)


def test_4_8_latest_started_is_not_latest_born():
    """Job 0 (priority 0) waits behind job 1 (priority 1): started 0 (job 2), 5 (job 1), 6 (job 0). At 8
    one must go: job 0."""
    b = micro()
    b.recorded("first", to="ask", times=[0], columns={"need": [30], "p": [0]})
    b.recorded("in", to="ask", times=[1, 2], columns={"need": [10, 10], "p": [0, 1]})
    b.work("ask", served_by="desk", size=Attribute("need"), priority=Attribute("p"))
    b.counted("desk", [(0, 1), (5, 2), (6, 3), (8, 2)], end_of_duty="hand back")
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  desk   0       0       30   30       done
        1   ask  desk   1       6       8    8        handed-back
        1   ask  desk   8       15      23   23       done spell1
        2   ask  desk   2       5       15   15       done
    """)


def test_4_8_of_jobs_started_at_one_instant_the_last_to_start_goes_first():
    """Both start at 0, job 1 second. At 4 the head-count falls to 1: job 1 goes back, and on at 10 with 6 left."""
    b = staffed([(0, 2), (4, 1)], [0, 0], [10, 10], "hand back")
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  desk   0       0       10   10       done
        1   ask  desk   0       0       4    4        handed-back
        1   ask  desk   4       10      16   16       done spell1
    """)


def test_4_8_a_job_that_completes_at_the_fall_counts_as_gone():
    """Fall from 2 to 1 at 5. Job 0 completes at 5, so job 1, though started last, is not handed back."""
    b = staffed([(0, 2), (5, 1)], [0, 1], [5, 10], "hand back")
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  desk   0       0       5    5        done
        1   ask  desk   1       1       11   11       done
    """)


def test_4_8_a_job_that_completes_at_the_fall_is_not_handed_back_itself():
    """All go home at 5: the one that ends at 5 is done, the other goes back with 5 left and ends at 25."""
    b = staffed([(0, 2), (5, 0), (20, 1)], [0, 0], [10, 5], "hand back")
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  desk   0       0       5    5        handed-back
        0   ask  desk   5       20      25   25       done spell1
        1   ask  desk   0       0       5    5        done
    """)


def test_4_8_only_jobs_with_the_rule_are_taken_even_if_others_started_later():
    """`call` finishes, `mail` is handed back. The mail of 0 goes at 5, not the call of 1."""
    b = micro()
    b.recorded("mails", to="mail", times=[0])
    b.recorded("calls", to="call", times=[1])
    b.work("mail", served_by="desk", size=Constant(10))
    b.work("call", served_by="desk", size=Constant(10), end_of_duty="finish")
    b.counted("desk", [(0, 2), (5, 1)], end_of_duty="hand back")
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   mail desk   0       0       5    5        handed-back
        0   mail desk   5       11      16   16       done spell1
        1   call desk   1       1       11   11       done
    """)


def test_4_8_a_fall_that_leaves_room_enough_takes_nobody():
    """From 3 to 2 and from 4 to 3 with 2 at work."""
    for before, after in ((3, 2), (4, 3)):
        b = staffed([(0, before), (5, after)], [0, 0], [10, 12], "hand back")
        assert [line.split()[5:] for line in visit_lines(b)] == [["10", "10", "done"], ["12", "12", "done"]]


def test_4_8_after_work_is_never_handed_back_but_holds_a_server():
    """Job 0 left at 2, its after-work lasts to 12. At 5 the head-count is 1 with busy 2: job 1 goes back,
    on at 12."""
    b = staffed([(0, 2), (5, 1)], [0, 0], [2, 8], "hand back", after_work=Constant(10))
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  desk   0       0       2    12       done
        1   ask  desk   0       0       5    5        handed-back
        1   ask  desk   5       12      15   25       done spell1
    """)


def test_4_8_after_work_that_ends_at_the_fall_counts_as_gone():
    """Job 0's slot is free at 5, when the head-count falls to 1: job 1 stays."""
    b = staffed([(0, 2), (5, 1)], [0, 0], [2, 10], "hand back", after_work=Constant(3))
    assert [line.split()[5:] for line in visit_lines(b)] == [["2", "5", "done"], ["10", "13", "done"]]


def test_4_8_a_job_that_completes_into_after_work_at_the_fall_counts_as_gone():
    """Job 0 completes at 5; its after-work to 8 holds a slot, but it is job 0 that counts as gone: job 1 stays."""
    b = staffed([(0, 2), (5, 1)], [0, 0], [5, 10], "hand back", after_work=Constant(3))
    assert [line.split()[5:] for line in visit_lines(b)] == [["5", "8", "done"], ["10", "13", "done"]]


def test_4_8_after_work_over_before_the_fall_is_forgotten():
    """Job 0's after-work ended at 5, that of job 2 (3-4, after to 7) lasts: at 6 busy 2, n 1: job 1 goes
    back, on at 7."""
    b = staffed([(0, 3), (6, 1)], [0, 0, 3], [2, 10, 1], "hand back", after_work=Constant(3))
    assert visit_lines(b)[1:3] == ["1 ask desk 0 0 6 6 handed-back", "1 ask desk 6 7 11 14 done spell1"]


def test_4_8_successive_falls_take_one_after_the_other():
    """3, 2 from 4, 1 from 6: job 2 goes at 4, job 1 at 6."""
    b = staffed([(0, 3), (4, 2), (6, 1)], [0, 0, 0], [10, 10, 10], "hand back")
    assert [line for line in visit_lines(b) if "handed" in line] == [
        "1 ask desk 0 0 6 6 handed-back",
        "2 ask desk 0 0 4 4 handed-back",
    ]


def test_4_9_the_place_decides_who_goes_on_when_the_head_count_rises_again():
    """Handed back at 4 and 6 (above) with places 0 and 0; both go on at 8 with 6 and 4 left."""
    b = staffed([(0, 3), (4, 2), (6, 1), (8, 3)], [0, 0, 0], [10, 10, 10], "hand back")
    assert [line for line in visit_lines(b) if "spell1" in line] == [
        "1 ask desk 6 8 12 12 done spell1",
        "2 ask desk 4 8 14 14 done spell1",
    ]


def test_5_1_what_is_left_is_work_not_minutes():
    """10 minutes of work at speed 2 from 0: 6 done at 3, 4 left. The slow pool (speed 0.5) needs 8 minutes
    for them."""
    b = micro()
    b.recorded("in", to="ask", times=[0])
    b.work("ask", served_by=[Edge("fast", 1, speed=2.0), Edge("slow", 2, speed=0.5)], size=Constant(10))
    b.counted("fast", [(0, 1), (3, 0)], end_of_duty="hand back")
    b.counted("slow", 1)
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  fast   0       0       3    3        handed-back
        0   ask  slow   3       3       11   11       done spell1
    """)


def test_7_2_the_duty_table_tells_the_head_count_over_time():
    """2, then 3 from 20, nobody from 50 to 60, 1 from there: four stretches (an empty one may be left out)."""
    b = staffed([(0, 2), (20, 3), (50, 0), (60, 1)], [0], [1])
    lines = [line for line in duty_lines(b) if not line.endswith(" 0")]
    assert lines[:2] == ["desk 0 20 2", "desk 20 50 3"]
    assert lines[2].startswith("desk 60 ") and lines[2].endswith(" 1")
    assert len(lines) == 3


def test_2_11_fractions_are_whole_people_and_round_both_ways():
    """1.5 servers are 1 or 2 in each replication, the same number for the whole stretch; each in 15 to 45
    of 60 draws."""
    b = staffed([(0, 1.5)], [0, 0, 10, 10], [5, 5, 5, 5])
    network, twos = b.build(), 0
    for replication in range(60):
        starts = simulate(network, 1, replication).visits["started"].tolist()
        assert starts in ([0, 0, 10, 10], [0, 5, 10, 15])
        twos += starts[1] == 0
    assert 15 <= twos <= 45


def test_2_11_each_stretch_is_rounded_on_its_own():
    """Six stretches of 0.5: over 30 replications all 64 patterns cannot be equal; both 0 and 1 occur
    inside one history."""
    b = staffed([(10 * i, 0.5 if i % 2 == 0 else 0.50001) for i in range(6)], [0], [1])
    network = b.build()
    patterns = set()
    for replication in range(30):
        duty = simulate(network, 1, replication).duty
        patterns.add(tuple((float(d["begin"]), float(d["servers"])) for d in duty))
    assert len(patterns) > 10


def test_2_11_whole_numbers_are_not_rounded():
    """2 stays 2 in every replication."""
    network = staffed(2, [0, 0, 0], [5, 5, 5]).build()
    for replication in range(20):
        assert simulate(network, 1, replication).visits["started"].tolist() == [0, 0, 5]


def test_2_11_a_fall_at_one_instant_and_a_rise_later_leave_the_line_order():
    """Nobody from 5 to 8: job 1 of 1 and job 2 of 6 start at 8 and 10 by entry."""
    b = staffed([(0, 1), (5, 0), (8, 1)], [0, 1, 6], [5, 2, 2])
    assert run(b).visits["started"].tolist() == [0, 8, 10]
