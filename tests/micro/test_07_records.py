"""Section 7: who is counted, how long a run lasts, what the rows and the engine's own sums say. Worked out
by hand."""

from __future__ import annotations

import numpy as np

from sim.machine import Anchor, Attribute, Condition, Constant, Exit, Exponential, NetworkBuilder, Source, Spawn
from sim.machine.records import DUTY, JOB, VISIT
from tests.micro.history import job_lines, micro, run, table, visit_lines


def births(times, need=5.0, servers=9, **period) -> NetworkBuilder:
    """Jobs of 5 minutes, servers for all, 20 minutes of warm-up."""
    b = micro(**{"warm_up": 20.0, **period})
    b.recorded("in", to="ask", times=times)
    b.work("ask", served_by="desk", size=Constant(need))
    b.counted("desk", servers)
    return b


# 7.1 counting


def test_7_1_visits_are_counted_if_they_enter_within_the_period():
    """Before 0 and gone before 0: no row. Entered -2, at work until 3: a row, not counted. At 0,
    50 and just before 100: counted. At 100 and 110: no rows. Numbers go on through all of them."""
    before = float(np.nextafter(100.0, 0.0))
    records = run(births([-10, -2, 0, 50, before, 100, 110]))
    v = records.visits
    assert v["job"].tolist() == [1, 2, 3, 4]
    assert (v["flags"] & 8).tolist() == [0, 8, 8, 8]
    assert records.jobs["number"].tolist() == [1, 2, 3, 4]
    assert records.jobs["counted"].tolist() == [0, 1, 1, 1]
    assert (v["left"][0], v["left"][1], v["left"][2]) == (3.0, 5.0, 55.0)


def test_7_1_a_spell_that_ends_at_nought_does_not_overlap_the_period():
    """-5 to 0 lies outside [0, 100), -4 to 1 inside."""
    assert visit_lines(births([-5, -4])) == ["1 ask desk -4 -4 1 1 done uncounted"]


def test_7_1_a_spell_of_no_length_at_nought_is_counted():
    """Entered and left at 0."""
    assert visit_lines(births([0], need=0.0)) == ["0 ask desk 0 0 0 0 done"]


def test_7_1_counted_visits_are_followed_past_the_end():
    """Entered 99, at work for 50 minutes: done at 149."""
    assert visit_lines(births([99], need=50.0)) == ["0 ask desk 99 99 149 149 done"]


def test_7_1_births_go_on_after_the_end_and_compete():
    """Job 0 works to 110; job 1 of 99 (priority 0) waits behind job 2 of 105 (priority 1), which has no
    row of its own."""
    b = micro()
    b.recorded("in", to="ask", times=[90, 99, 105], columns={"need": [20, 10, 10], "p": [0, 0, 1]})
    b.work("ask", served_by="desk", size=Attribute("need"), priority=Attribute("p"))
    b.counted("desk", 1)
    assert visit_lines(b) == ["0 ask desk 90 90 110 110 done", "1 ask desk 99 120 130 130 done"]


def test_7_1_what_is_open_at_the_limit_is_a_row_with_exit_open():
    """Limit 100 + 30: job 0 is at work, job 1 in line."""
    b = births([10, 20], need=500.0, servers=1, follow=30)
    records = run(b)
    assert visit_lines(records) == ["0 ask desk 10 10 - - open", "1 ask - 20 - - - open"]
    assert job_lines(records) == ["0 0 -1 10 - ask open", "1 1 -1 20 - ask open"]
    assert records.stopped == 130.0


def test_7_1_the_run_is_over_when_everything_counted_is_done():
    """The last counted job is done at 104: the birth of 150 does not happen, and 104 is the end of the run."""
    records = run(births([99, 102, 150]))
    assert (records.stopped, records.tally.born) == (104.0, 2)


def test_7_1_children_and_moves_are_waited_for_and_no_longer():
    """Family of 99: child from 119 to 126 by `fix` (size 7); moved by a watch at 129 out of `pause`, done at 139."""
    b = births([99])
    b.work("fix", served_by="desk", size=Constant(7))
    b.delay("pause", Constant(50))
    b.delay("last", Constant(10))
    b.route("ask", "done", b.clause("c", to="pause", spawn=[Spawn("fix", delay=Constant(15))]))
    b.watch("w", Anchor("entered", "pause"), Constant(25), to="last")
    b.recorded("later", to="ask", times=[190])
    records = run(b)
    assert job_lines(records) == ["0 0 -1 99 139 last done", "1 0 0 119 126 fix done"]
    assert (records.stopped, records.tally.born) == (139.0, 1)


def test_7_1_a_counted_visit_that_is_moved_is_over():
    """Root -10 (uncounted), in the line of `ask` from 95 (counted), moved at 105 to `last` until 115: over at 105."""
    b = micro(warm_up=20.0)
    b.recorded("in", to="pause", times=[-10])
    b.delay("pause", Constant(105))
    b.work("ask")
    b.delay("last", Constant(10))
    b.route("pause", "done", "ask")
    b.watch("w", Anchor("entered", "ask"), Constant(10), to="last")
    records = run(b)
    assert visit_lines(records) == ["0 ask - 95 - 105 - moved"]
    assert records.stopped == 105.0


def test_7_1_without_follow_the_run_ends_with_the_period():
    """Follow 0: open at 100."""
    records = run(births([99], follow=0))
    assert visit_lines(records) == ["0 ask desk 99 99 - - open"]
    assert records.stopped == 100.0


def test_7_1_a_child_in_the_period_of_a_root_before_it_is_a_counted_visit_of_an_uncounted_family():
    """Root -10 to -5, child of it 15 later at 10: the visit counts, the family does not."""
    b = births([-10])
    b.work("fix", served_by="desk", size=Constant(1))
    b.route("ask", "done", b.clause("c", spawn=[Spawn("fix", delay=Constant(15))]))
    records = run(b)
    assert visit_lines(records) == ["1 fix desk 10 10 11 11 done"]
    assert job_lines(records) == ["1 0 0 10 11 fix done uncounted"]


def test_7_1_a_late_child_of_a_counted_root_belongs_to_its_family_and_is_not_a_counted_visit():
    """Root 50-55, child of it at 155 (follow 100): its spell is kept, its visit is not counted, its family is."""
    b = births([50])
    b.work("fix", served_by="desk", size=Constant(7))
    b.route("ask", "done", b.clause("c", spawn=[Spawn("fix", delay=Constant(100))]))
    records = run(b)
    assert visit_lines(records) == ["0 ask desk 50 50 55 55 done", "1 fix desk 155 155 162 162 done uncounted"]
    assert job_lines(records) == ["0 0 -1 50 55 ask done", "1 0 0 155 162 fix done"]


def test_7_1_a_transfer_after_the_end_is_an_uncounted_visit_of_a_counted_family():
    """`ask` of 99 ends at 104, `fix` is entered at 104: kept, not counted."""
    b = births([99])
    b.work("fix", served_by="desk", size=Constant(7))
    b.route("ask", "done", "fix")
    assert visit_lines(b) == ["0 ask desk 99 99 104 104 done", "0 fix desk 104 104 111 111 done uncounted"]


def test_7_1_a_root_born_at_the_end_has_no_counted_family():
    """Root 100, child 110 while a counted job keeps the run going: no rows."""
    b = births([99, 100], need=5.0)
    b.work("fix", served_by="desk", size=Constant(60))
    b.route("ask", "done", b.clause("c", spawn=[Spawn("fix", delay=Constant(5))]))
    records = run(b)
    assert records.visits["job"].tolist() == [0, 2]
    assert records.jobs["number"].tolist() == [0, 2]


def test_7_1_grandchildren_of_a_counted_root_are_followed():
    """Root 90-95, child 135-140, grandchild 180-185, all of one counted family within 200."""
    b = births([90])
    for name, after in (("fix", "ask"), ("check", "fix")):
        b.work(name, served_by="desk", size=Constant(5))
        b.route(after, "done", b.clause(f"to {name}", spawn=[Spawn(name, delay=Constant(40))]))
    assert visit_lines(b) == table("""
        job step  server entered started left released exit
        0   ask   desk   90      90      95   95       done
        1   fix   desk   135     135     140  140      done uncounted
        2   check desk   180     180     185  185      done uncounted
    """)


def test_7_1_a_counted_visit_of_an_uncounted_family_is_followed():
    """Root of -10; its visit to `fix` of 99 lasts to 149, although no counted family is there any more."""
    b = births([-10])
    b.delay("pause", Constant(104))
    b.work("fix", served_by="desk", size=Constant(50))
    b.route("ask", "done", "pause")
    b.route("pause", "done", "fix")
    assert visit_lines(b) == ["0 fix desk 99 99 149 149 done"]


def test_7_1_spells_of_an_uncounted_visit_are_kept_one_by_one():
    """Entered -15, at work -15 to -10 (handed back, before 0: no row), in line from -10 and at work 5-20: a row."""
    b = micro(warm_up=20.0)
    b.recorded("in", to="ask", times=[-15])
    b.work("ask", served_by="desk", size=Constant(20))
    b.counted("desk", [(-20, 1), (-10, 0), (5, 1)], end_of_duty="hand back")
    assert visit_lines(b) == ["0 ask desk -10 5 20 20 done spell1 uncounted"]


def test_7_1_a_visit_is_counted_by_its_entry_whatever_its_later_spells():
    """Entered 95, handed back at 110, on 120-130: both spells belong to a counted visit."""
    b = micro()
    b.recorded("in", to="ask", times=[95])
    b.work("ask", served_by="desk", size=Constant(25))
    b.counted("desk", [(0, 1), (110, 0), (120, 1)], end_of_duty="hand back")
    assert visit_lines(b) == ["0 ask desk 95 95 110 110 handed-back", "0 ask desk 110 120 130 130 done spell1"]


def test_7_1_a_visit_entered_before_nought_stays_uncounted_in_its_later_spells():
    """Entered -5, handed back at 10: the second spell lies in the period, but the visit entered before it."""
    b = micro(warm_up=20.0)
    b.recorded("in", to="ask", times=[-5])
    b.work("ask", served_by="desk", size=Constant(25))
    b.counted("desk", [(-20, 1), (10, 0), (20, 1)], end_of_duty="hand back")
    assert visit_lines(b) == [
        "0 ask desk -5 -5 10 10 handed-back uncounted",
        "0 ask desk 10 20 30 30 done spell1 uncounted",
    ]


def test_7_1_the_warm_up_is_simulated():
    """The server is taken from -10 to 8 by a job that is not counted: the job of 0 starts at 8."""
    b = micro(warm_up=20.0)
    b.recorded("in", to="ask", times=[-10, 0], columns={"need": [18, 4]})
    b.work("ask", served_by="desk", size=Attribute("need"))
    b.counted("desk", 1)
    assert visit_lines(b) == ["0 ask desk -10 -10 8 8 done uncounted", "1 ask desk 0 8 12 12 done"]


# 7.2 rows of spells


def test_7_2_dtypes_are_as_long_as_stated():
    """48 bytes a spell; jobs and duties hold what they name."""
    assert VISIT.itemsize == 48
    assert {"number", "key", "family", "parent", "birth", "end", "marks", "due"} <= set(JOB.names)
    assert {"begin", "end", "servers", "pool", "server"} <= set(DUTY.names)


def test_7_2_rows_are_sorted_by_job_and_entry():
    """A random hour with loops, children, hand backs and after-work: by job, then entry (equal entries:
    rule 4.9's test)."""
    b = micro(warm_up=20.0)
    b.stream("in", to="ask", rate=1.0)
    b.work("ask", served_by="desk", size=Exponential(3), patience=Exponential(8), after_work=Exponential(1))
    b.work("fix", served_by="desk", size=Exponential(2), limit=2)
    b.counted("desk", [(-20, 4), (10, 1), (20, 5), (40, 0), (50, 4)], end_of_duty="hand back")
    again = [Condition(Source("round"), "<=", 2)]
    b.route("ask", "done", b.clause("back", "ask", 0.3, when=again, again=True), b.clause("on", "fix", 0.5))
    b.route("ask", "abandoned", b.clause("child", spawn=[Spawn("fix", delay=Exponential(5))]))
    v = run(b).visits
    assert len(v) > 100
    assert (v["spell"] > 0).any()
    assert np.array_equal(np.lexsort((v["entered"], v["job"])), np.arange(len(v)))


def test_7_2_flags_tell_first_and_returned_spells():
    """Spell 0: first. Spell 1: returned. Never both; both counted (8)."""
    b = micro()
    b.recorded("in", to="ask", times=[0])
    b.work("ask", served_by="desk", size=Constant(10))
    b.counted("desk", [(0, 1), (4, 0), (8, 1)], end_of_duty="hand back")
    assert run(b).visits["flags"].tolist() == [1 + 8, 2 + 8]


def test_7_2_spells_of_the_next_step_count_from_nought_again():
    """Two spells at `ask`, then spell 0 of `fix`, first of its visit."""
    b = micro()
    b.recorded("in", to="ask", times=[0])
    b.work("ask", served_by="desk", size=Constant(10))
    b.work("fix", served_by="other", size=Constant(1))
    b.counted("desk", [(0, 1), (4, 0), (8, 1)], end_of_duty="hand back")
    b.delay("pause", Constant(2), recorded=True)
    b.counted("other", 1)
    b.route("ask", "done", b.clause("on", to="fix", spawn=[Spawn("pause")]))
    b.route("fix", "done", "pause")
    assert visit_lines(b)[2:] == [
        "0 fix other 14 14 15 15 done",
        "0 pause - 15 - 17 - done",
        "1 pause - 14 - 16 - done",
    ]


def test_7_2_a_delay_after_a_visit_of_two_spells_is_a_first_spell():
    """Straight from spell 1 of `ask` into the delay: its row is spell 0."""
    b = micro()
    b.recorded("in", to="ask", times=[0])
    b.work("ask", served_by="desk", size=Constant(10))
    b.delay("pause", Constant(2), recorded=True)
    b.counted("desk", [(0, 1), (4, 0), (8, 1)], end_of_duty="hand back")
    b.route("ask", "done", "pause")
    assert visit_lines(b, "pause") == ["0 pause - 14 - 16 - done"]


def test_7_2_after_work_open_at_the_limit():
    """Left at 15, done; the after-work until 315 is cut off by the end of the run: released never happened."""
    b = micro()
    b.recorded("in", to="ask", times=[10])
    b.work("ask", served_by="desk", size=Constant(5), after_work=Constant(300))
    b.counted("desk", 1)
    v = run(b).visits[0]
    assert (v["entered"], v["started"], v["left"], v["exit"]) == (10.0, 10.0, 15.0, Exit.DONE)
    assert np.isnan(v["released"])


# 7.3 rows of jobs


def test_7_3_last_step_and_exit_of_each_job():
    """Job 0 done at `ask`; job 1 abandons at 3 for `mail`, done there at 5; job 2 is blocked at 2 and ends."""
    b = micro()
    b.recorded("in", to="ask", times=[0, 1, 2])
    b.work("ask", served_by="desk", size=Constant(10), patience=Constant(2), limit=1)
    b.work("mail", served_by="other", size=Constant(2))
    b.counted("desk", 1)
    b.counted("other", 1)
    b.route("ask", "abandoned", "mail")
    assert job_lines(b) == table("""
        job family parent birth end step exit
        0   0      -1     0     10  ask  done
        1   1      -1     1     5   mail done
        2   2      -1     2     2   ask  blocked
    """)


def test_7_3_a_family_in_a_delay_has_its_job_rows():
    """Jobs that never see a Work step are there when their family is counted."""
    b = micro(warm_up=20.0)
    b.recorded("in", to="pause", times=[-1, 5, 100])
    b.delay("pause", Constant(2))
    assert job_lines(b) == ["1 1 -1 5 7 pause done"]


def test_7_3_streams_of_roots():
    """The stream's number stands with each root."""
    b = micro()
    b.recorded("first", to="pause", times=[3])
    b.recorded("second", to="pause", times=[1])
    b.delay("pause", Constant(2))
    jobs = run(b).jobs
    assert jobs["stream"].tolist() == [1, 0]


# 7.4 the engine's own sums


def test_7_4_areas_are_clipped_to_the_period():
    """Job 0 works -10 to 8 (8 count), job 1 waits -4 to 8 (8) and works 8-26 (18);
    job 2 works 85-103 (15 count), job 3 waits 95-103 (5 count), works 103-121 (none)."""
    b = micro(warm_up=20.0)
    b.recorded("in", to="ask", times=[-10, -4, 85, 95])
    b.work("ask", served_by="desk", size=Constant(18))
    b.counted("desk", 1)
    tally = run(b).tally
    assert tally.waiting.tolist() == [13.0]
    assert tally.serving.tolist() == [41.0]


def test_7_4_taken_slots_include_after_work_and_ghosts():
    """Size 5 and 2 after: 7. The silent one of 1 (gone at 2) is reached at 7 and takes 3: 7-10. In all 10."""
    b = micro()
    b.recorded("in", to="ask", times=[0, 1])
    b.work(
        "ask",
        served_by="desk",
        size=Constant(5),
        after_work=Constant(2),
        patience=Constant(1),
        silent=1.0,
        ghost=Constant(3),
    )
    b.counted("desk", 1)
    assert run(b).tally.serving.tolist() == [10.0]


def test_7_4_areas_stand_by_step_and_by_pool():
    """ask waits 1-5 (4) for a; mail waits 2-8 (6) for b: `b` works 0-8, 8-12, `a` 0-5, 5-10."""
    b = micro()
    b.recorded("asks", to="ask", times=[0, 1])
    b.recorded("mails", to="mail", times=[0, 2], columns={"need": [8, 4]})
    b.work("ask", served_by="a", size=Constant(5))
    b.work("mail", served_by="b", size=Attribute("need"))
    b.counted("a", 1)
    b.counted("b", 1)
    tally = run(b).tally
    assert tally.waiting.tolist() == [4.0, 6.0]
    assert tally.serving.tolist() == [10.0, 12.0]


def test_7_4_counts_are_those_of_the_whole_run():
    """Four roots (one of them in the warm-up), one child each of the done ones; one never served: open."""
    b = micro(warm_up=20.0)
    b.recorded("in", to="ask", times=[-10, 5, 10])
    b.recorded("lost", to="nobody", times=[50])
    b.work("ask", served_by="desk", size=Constant(5))
    b.work("nobody")
    b.delay("child", Constant(1))
    b.counted("desk", 1)
    b.route("ask", "done", b.clause("c", spawn=[Spawn("child")]))
    tally = run(b).tally
    assert (tally.born, tally.spawned, tally.ended, tally.open) == (4, 3, 6, 1)


def test_7_4_a_handed_back_job_waits_from_the_hand_back_on():
    """At work 0-4 and 8-14, in line 4-8: waiting 4, serving 10."""
    b = micro()
    b.recorded("in", to="ask", times=[0])
    b.work("ask", served_by="desk", size=Constant(10))
    b.counted("desk", [(0, 1), (4, 0), (8, 1)], end_of_duty="hand back")
    tally = run(b).tally
    assert (tally.waiting.tolist(), tally.serving.tolist()) == ([4.0], [10.0])
