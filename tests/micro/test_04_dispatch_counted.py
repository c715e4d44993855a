"""Rules 4.1 to 4.7 and 4.11 with counted pools: who serves whom and who goes first. Times were worked out by hand."""

from __future__ import annotations

from sim.machine import (
    Attribute,
    Calendar,
    Condition,
    Constant,
    Edge,
    NetworkBuilder,
    Predictor,
    Source,
    Spawn,
    Term,
)
from tests.micro.history import micro, table, visit_lines


def starts(b: NetworkBuilder, *steps: str) -> dict[int, str]:
    """Start of each job at these steps (its last spell)."""
    return {int(line.split()[0]): line.split()[4] for line in visit_lines(b, *steps)}


def two_steps(choice="oldest", mail=None, call=None, mails=(1,), calls=(2,), servers=1, block=10) -> NetworkBuilder:
    """One server, taken by job 0 until 10, then the lines of `mail` and `call`, 5 minutes each."""
    b = micro()
    b.recorded("blocks", to="block", times=[0])
    b.recorded("mails", to="mail", times=list(mails))
    b.recorded("calls", to="call", times=list(calls))
    b.work("block", served_by="desk", size=Constant(block))
    b.work("mail", **{"served_by": "desk", "size": Constant(5), **(mail or {})})
    b.work("call", **{"served_by": "desk", "size": Constant(5), **(call or {})})
    b.counted("desk", servers, job_choice=choice)
    return b


# 4.1 arrival


def test_4_1_2_all_ranks_without_delay_are_tried_at_arrival():
    """Ranks 1 and 2 are taken, 3 is free and has no `after`: start there at once."""
    b = micro()
    b.recorded("in", to="ask", times=[0, 0, 1])
    b.work("ask", served_by=["a", Edge("b", 2), Edge("c", 3)], size=Constant(5))
    for name in "abc":
        b.counted(name, 1)
    assert visit_lines(b)[2] == "2 ask c 1 1 6 6 done"


def test_4_1_2_a_job_may_start_past_a_line_that_the_server_cannot_see():
    """`mail` waits for `help` until 8; `call` of 3 is visible to it at once and starts. No line is
    respected for its own sake."""
    b = micro()
    b.recorded("mails", to="mail", times=[0])
    b.recorded("calls", to="call", times=[3])
    b.work("mail", served_by=Edge("help", after=8), size=Constant(5))
    b.work("call", served_by="help", size=Constant(10))
    b.counted("help", 1)
    assert visit_lines(b) == ["0 mail help 0 13 18 18 done", "1 call help 3 3 13 13 done"]


def test_4_1_2_the_reserve_holds_at_arrival_too():
    """3 servers, reserve 1: the third job of 0 finds one free and waits until 5."""
    b = micro()
    b.recorded("in", to="ask", times=[0, 0, 0])
    b.work("ask", served_by=Edge("desk", reserve=1), size=Constant(5))
    b.counted("desk", 3)
    assert starts(b) == {0: "0", 1: "0", 2: "5"}


def test_4_1_4_a_free_server_comes_before_the_limit():
    """Limit 0, two servers: both jobs of 0 start, the third is blocked."""
    b = micro()
    b.recorded("in", to="ask", times=[0, 0, 0])
    b.work("ask", served_by="desk", size=Constant(10), limit=0)
    b.counted("desk", 2)
    assert [line.split()[-1] for line in visit_lines(b)] == ["done", "done", "blocked"]


def test_4_1_a_transfer_arrives_like_a_birth():
    """From `ask` at 5 to `mail`: door closed there at 5, so it goes on to `box` at 5."""
    b = micro()
    b.recorded("in", to="ask", times=[0])
    b.calendar(Calendar("until five", [(0, 5)]))
    b.work("ask", served_by="desk", size=Constant(5))
    b.work("mail", served_by="desk", size=Constant(5), opening="until five")
    b.work("box", served_by="desk", size=Constant(5))
    b.counted("desk", 1)
    b.route("ask", "done", "mail")
    b.route("mail", "closed", "box")
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  desk   0       0       5    5        done
        0   mail -      5       -       5    -        closed
        0   box  desk   5       5       10   10       done
    """)


# 4.2 overflow


def test_4_2_each_further_edge_has_its_own_moment():
    """`b` after 3 is taken, `c` after 6 is free: started at 1 + 6."""
    b = micro()
    b.recorded("block", to="long", times=[0])
    b.recorded("in", to="ask", times=[0, 1])
    b.work("long", served_by="b", size=Constant(50))
    b.work("ask", served_by=["a", Edge("b", 2, after=3), Edge("c", 3, after=6)], size=Constant(20))
    for name in "abc":
        b.counted(name, 1)
    assert visit_lines(b)[2] == "2 ask c 1 7 27 27 done"


def test_4_2_an_edge_once_visible_stays_visible():
    """`b` after 3 is taken until 5: job 2 of 1, visible there from 4 on, starts at 5."""
    b = micro()
    b.recorded("block", to="short", times=[0])
    b.recorded("in", to="ask", times=[0, 1])
    b.work("short", served_by="b", size=Constant(5))
    b.work("ask", served_by=["a", Edge("b", 2, after=3)], size=Constant(20))
    b.counted("a", 1)
    b.counted("b", 1)
    assert visit_lines(b)[2] == "2 ask b 1 5 25 25 done"


def test_4_2_before_its_moment_an_edge_is_invisible():
    """`b` is freed at 2, but may see the job of 1 from 4 on only."""
    b = micro()
    b.recorded("block", to="short", times=[0])
    b.recorded("in", to="ask", times=[0, 1])
    b.work("short", served_by="b", size=Constant(2))
    b.work("ask", served_by=["a", Edge("b", 2, after=3)], size=Constant(20))
    b.counted("a", 1)
    b.counted("b", 1)
    assert visit_lines(b)[2] == "2 ask b 1 4 24 24 done"


def test_4_2_overflow_counts_from_the_entry_of_the_visit():
    """Born 0, at `ask` from 4 on: `b` sees it at 4 + 3, not at 0 + 3."""
    b = micro()
    b.recorded("in", to="pause", times=[0])
    b.delay("pause", Constant(4))
    b.work("ask", served_by=["a", Edge("b", 2, after=3)], size=Constant(20))
    b.counted("a", 0)
    b.counted("b", 1)
    b.route("pause", "done", "ask")
    assert visit_lines(b) == ["0 ask b 4 7 27 27 done"]


def test_4_2_edges_that_become_visible_together_are_tried_by_rank():
    """`c` (rank 2) and `b` (rank 3) both after 3: `c`."""
    b = micro()
    b.recorded("in", to="ask", times=[0, 1])
    b.work("ask", served_by=["a", Edge("b", 3, after=3), Edge("c", 2, after=3)], size=Constant(20))
    for name in "abc":
        b.counted(name, 1)
    assert visit_lines(b)[1] == "1 ask c 1 4 24 24 done"


def test_4_2_a_better_rank_may_come_later():
    """Rank 1 after 5 and rank 2 at once: a free rank 2 is taken at arrival."""
    b = micro()
    b.recorded("in", to="ask", times=[1])
    b.work("ask", served_by=[Edge("a", 1, after=5), Edge("b", 2)], size=Constant(5))
    b.counted("a", 1)
    b.counted("b", 1)
    assert visit_lines(b) == ["0 ask b 1 1 6 6 done"]


# 4.3 offer


def test_4_3_oldest_goes_by_place_over_all_lines():
    """Places: call 2 - 3 = -1, mail 1: the call first."""
    b = two_steps(call={"head_start": Constant(3)})
    assert starts(b, "mail", "call") == {1: "15", 2: "10"}
    assert starts(two_steps(), "mail", "call") == {1: "10", 2: "15"}


def test_4_3_equal_places_go_by_time_of_joining():
    """Mail at place 4 - 3 = 1 joined at 4; call at place 1 joined at 1."""
    b = two_steps(mail={"head_start": Constant(3)}, mails=[4], calls=[1])
    assert starts(b, "mail", "call") == {1: "10", 2: "15"}  # job 1 is the call


def test_4_3_equal_places_and_times_go_by_order_of_joining():
    """All at 2: the mail's stream comes first. With the steps in the other table order nothing changes."""
    assert starts(two_steps(mails=[2], calls=[2]), "mail", "call") == {1: "10", 2: "15"}
    b = micro()
    b.recorded("blocks", to="block", times=[0])
    b.recorded("calls", to="call", times=[2])
    b.recorded("mails", to="mail", times=[2])
    b.work("block", served_by="desk", size=Constant(10))
    b.work("mail", served_by="desk", size=Constant(5))
    b.work("call", served_by="desk", size=Constant(5))
    b.counted("desk", 1)
    assert starts(b, "call") == {1: "10"}


def test_4_3_only_the_highest_priority_competes():
    """A younger call of priority 1 before an older mail of 0."""
    b = two_steps(call={"priority": Constant(1)})
    assert starts(b, "mail", "call") == {1: "15", 2: "10"}


def test_4_3_earliest_due_over_all_lines():
    """Mail due at 1 + 50, call at 2 + 10: the call, although the lines are ordered by entry."""
    b = two_steps("earliest due", mail={"due": Constant(50)}, call={"due": Constant(10)})
    assert starts(b, "mail", "call") == {1: "15", 2: "10"}


def test_4_3_without_a_due_time_one_is_last():
    """The mail of 1 has no due time, the call is due at 1002."""
    b = two_steps("earliest due", call={"due": Constant(1000)})
    assert starts(b, "mail", "call") == {1: "15", 2: "10"}


def test_4_3_priority_comes_before_the_due_time():
    """The mail has priority 1 and is due last: first all the same."""
    b = two_steps("earliest due", mail={"due": Constant(50), "priority": Constant(1)}, call={"due": Constant(10)})
    assert starts(b, "mail", "call") == {1: "10", 2: "15"}


def test_4_3_equal_due_times_go_by_time_of_joining():
    """Mail of 4 due 8 later, call of 2 due 10 later: both at 12; the call joined first."""
    b = two_steps("earliest due", mail={"due": Constant(8)}, call={"due": Constant(10)}, mails=[4], calls=[2])
    assert starts(b, "mail", "call") == {1: "10", 2: "15"}  # job 1 is the call


def test_4_3_the_highest_score_is_read_at_the_choice():
    """Score = waited x 1 for mail (from 1) and x 3 for call (from 6): at joining both 0, at 10 they are 9 and 12."""

    def score(k):
        return {"score": Predictor(0.0, (Term(Source("waited"), k),))}

    b = two_steps("highest score", mail=score(1), call=score(3), calls=[6])
    assert starts(b, "mail", "call") == {1: "15", 2: "10"}
    b = two_steps("highest score", mail=score(1), call=score(2), calls=[6])
    assert starts(b, "mail", "call") == {1: "10", 2: "15"}


def test_4_3_the_pool_chooses_among_the_first_of_each_line_only():
    """`mail` stands by entry: its first (due 99) loses against the call (due 50), its second (due 5) is
    not looked at."""
    b = micro()
    b.recorded("blocks", to="block", times=[0])
    b.recorded("mails", to="mail", times=[1, 2], columns={"d": [98, 3]})
    b.recorded("calls", to="call", times=[3])
    b.work("block", served_by="desk", size=Constant(10))
    b.work("mail", served_by="desk", size=Constant(5), due=Attribute("d"))
    b.work("call", served_by="desk", size=Constant(5), due=Constant(47))
    b.counted("desk", 1, job_choice="earliest due")
    assert starts(b, "mail", "call") == {1: "15", 2: "20", 3: "10"}


def test_4_3_the_first_visible_job_of_a_line_goes_not_the_first():
    """Job 3 came at 5 with a head start of 9 (place -4) and is first in line, but visible to `help` at 8 only.
    `help` is free at 6: job 2 of 1 (visible since 4) starts."""
    b = micro()
    b.recorded("block", to="short", times=[0])
    b.recorded("in", to="ask", times=[0, 1, 5], columns={"h": [0, 0, 9]})
    b.work("short", served_by="help", size=Constant(6))
    b.work("ask", served_by=["desk", Edge("help", 2, after=3)], size=Constant(20), head_start=Attribute("h"))
    b.counted("desk", 1)
    b.counted("help", 1)
    assert starts(b, "ask") == {1: "0", 2: "6", 3: "20"}


def test_4_3_several_freed_at_once_serve_as_many():
    """The head-count rises by 2 at 10: the two oldest of three start, over both lines."""
    b = two_steps(mails=[1, 3], calls=[2], servers=[(0, 1), (10, 3)], block=50)
    assert starts(b, "mail", "call") == {1: "10", 2: "10", 3: "15"}


def test_4_11_rank_before_priority():
    """`desk` is rank 1 for mail and 2 for call (priority 9): the mail first."""
    b = two_steps(call={"served_by": Edge("desk", rank=2), "priority": Constant(9)})
    assert starts(b, "mail", "call") == {1: "10", 2: "15"}


def test_4_3_a_reserve_lets_another_line_pass():
    """One of two free at 10; mail (older, reserve 1) may not, call may."""
    b = micro()
    b.recorded("blocks", to="block", times=[0, 0], columns={"need": [10, 20]})
    b.recorded("mails", to="mail", times=[1])
    b.recorded("calls", to="call", times=[2])
    b.work("block", served_by="desk", size=Attribute("need"))
    b.work("mail", served_by=Edge("desk", reserve=1), size=Constant(5))
    b.work("call", served_by="desk", size=Constant(5))
    b.counted("desk", 2)
    assert starts(b, "mail", "call") == {2: "20", 3: "10"}


# 4.5 completion


def test_4_5_the_one_who_leaves_cannot_overtake_the_line():
    """Job 0 goes another round at 10 with the higher priority; the server has gone to job 1."""
    b = micro()
    b.recorded("in", to="ask", times=[0, 1], columns={"p": [9, 0]})
    b.work("ask", served_by="desk", size=Constant(10), priority=Attribute("p"))
    b.counted("desk", 1)
    b.route("ask", "done", b.clause("c", to="ask", when=[Condition(Source("round"), "<=", 0)], again=True))
    assert visit_lines(b)[:3] == table("""
        0 ask desk 0  0  10 10 done
        0 ask desk 10 20 30 30 done round1
        1 ask desk 1  10 20 20 done
    """)


def test_4_5_the_next_step_sees_the_state_after_the_offer():
    """Limit 1: at 10 job 1 leaves the line for the desk, so job 0 coming back at 10 is not blocked."""
    b = micro()
    b.recorded("in", to="ask", times=[0, 1])
    b.work("ask", served_by="desk", size=Constant(10), limit=1)
    b.counted("desk", 1)
    b.route("ask", "done", b.clause("c", to="ask", when=[Condition(Source("round"), "<=", 0)], again=True))
    assert visit_lines(b)[1] == "0 ask desk 10 20 30 30 done round1"


def test_4_5_a_job_in_after_work_is_already_at_its_next_step():
    """It leaves at 10, its after-work keeps the only server to 15: it waits for its own next step until then."""
    b = micro()
    b.recorded("in", to="ask", times=[0])
    b.work("ask", served_by="desk", size=Constant(10), after_work=Constant(5))
    b.work("next", served_by="desk", size=Constant(1))
    b.counted("desk", 1)
    b.route("ask", "done", "next")
    assert visit_lines(b) == ["0 ask desk 0 0 10 15 done", "0 next desk 10 15 16 16 done"]


def test_4_5_after_work_of_no_length_releases_at_once():
    """After-work 0: released at 10, job 1 at 10."""
    b = micro()
    b.recorded("in", to="ask", times=[0, 1])
    b.work("ask", served_by="desk", size=Constant(10), after_work=Constant(0))
    b.counted("desk", 1)
    assert visit_lines(b) == ["0 ask desk 0 0 10 10 done", "1 ask desk 1 10 20 20 done"]


def test_4_5_children_come_after_the_offer():
    """The line has job 1 (priority 0), job 0's child has priority 9 but enters after the offer of 10."""
    b = micro()
    b.recorded("in", to="ask", times=[0, 1])
    b.work("ask", served_by="desk", size=Constant(10))
    b.work("vip", served_by="desk", size=Constant(1), priority=Constant(9))
    b.counted("desk", 1)
    first = [Condition(Source("waited"), "<=", 0)]
    b.route("ask", "done", b.clause("c", when=first, spawn=[Spawn("vip")]))
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  desk   0       0       10   10       done
        1   ask  desk   1       10      20   20       done
        2   vip  desk   10      20      21   21       done
    """)


# 4.6 patience


def test_4_6_no_patience_with_a_free_server_is_served():
    """Patience 0: job 0 served; job 1 abandons at 1 after no wait at all."""
    b = micro()
    b.recorded("in", to="ask", times=[0, 1])
    b.work("ask", served_by="desk", size=Constant(10), patience=Constant(0))
    b.counted("desk", 1)
    assert visit_lines(b) == ["0 ask desk 0 0 10 10 done", "1 ask - 1 - 1 - abandoned"]


def test_4_6_an_abandoned_place_is_free_for_the_next():
    """Limit 1, patience 0: nobody is ever in line after the instant, so nobody is blocked."""
    b = micro()
    b.recorded("in", to="ask", times=[0, 1, 1])
    b.work("ask", served_by="desk", size=Constant(10), patience=Constant(0), limit=1)
    b.counted("desk", 1)
    assert [line.split()[-1] for line in visit_lines(b)] == ["done", "abandoned", "abandoned"]


def test_4_6_a_route_from_abandoned_begins_at_the_expiry():
    """Gone at 4 to `mail`, served there 4-6."""
    b = micro()
    b.recorded("in", to="ask", times=[1])
    b.work("ask", patience=Constant(3))
    b.work("mail", served_by="desk", size=Constant(2))
    b.counted("desk", 1)
    b.route("ask", "abandoned", "mail")
    assert visit_lines(b) == ["0 ask - 1 - 4 - abandoned", "0 mail desk 4 4 6 6 done"]
