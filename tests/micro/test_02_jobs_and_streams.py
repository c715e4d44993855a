"""Rules 2.4 and 2.5: what a job carries, and how jobs come into the world. Times were worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from sim.machine import Attribute, Condition, Constant, Source, Spawn
from sim.machine.luck import draw, name_hash
from sim.machine.normal import normal_quantile
from tests.micro.history import job_lines, micro, run, table, visit_lines


def mark(name: str, op: str, number: float) -> Condition:
    return Condition(Source("mark", name), op, number)  # type: ignore[arg-type]


def test_2_4_children_inherit_attributes_marks_and_family():
    """Asked 0-1; the child comes 2 later, works its parent's 7 minutes (3-10) and shows the mark it got at birth."""
    b = micro()
    b.recorded("in", to="ask", times=[0], columns={"need": [7]})
    b.work("ask", served_by="desk", size=Constant(1))
    b.work("fix", served_by="desk", size=Attribute("need"))
    b.work("thank", served_by="desk", size=Constant(1))
    b.counted("desk", 9)
    b.route("ask", "done", b.clause("hand on", add={"seen": 1}, spawn=[Spawn("fix", delay=Constant(2))]))
    b.route("fix", "done", b.clause("known", to="thank", when=[mark("seen", ">=", 1)]))
    records = run(b)
    assert visit_lines(records) == table("""
        job step  server entered started left released exit
        0   ask   desk   0       0       1    1        done
        1   fix   desk   3       3       10   10       done
        1   thank desk   10      10      11   11       done
    """)
    assert job_lines(records) == table("""
        job family parent birth end step  exit
        0   0      -1     0     1   ask   done
        1   0      0      3     11  thank done
    """)


def test_2_4_numbers_follow_the_order_of_creation():
    """Job 0 makes its child at 1 (it enters at 11); the birth at 5 is therefore number 2, its child of 6 number 3."""
    b = micro()
    b.recorded("in", to="ask", times=[0, 5])
    b.work("ask", served_by="desk", size=Constant(1))
    b.delay("later", Constant(1))
    b.counted("desk", 9)
    b.route("ask", "done", b.clause("child", spawn=[Spawn("later", delay=Constant(10))]))
    assert job_lines(b) == table("""
        job family parent birth end step  exit
        0   0      -1     0     1   ask   done
        1   0      0      11    12  later done
        2   2      -1     5     6   ask   done
        3   2      2      16    17  later done
    """)


def test_2_4_grandchildren_belong_to_the_root():
    """Root at 0, child at 1, grandchild at 2 of that child: one family 0, parents 0 and 1."""
    b = micro()
    b.recorded("in", to="a", times=[0])
    for name in "abc":
        b.work(name, served_by="desk", size=Constant(1))
    b.counted("desk", 1)
    b.route("a", "done", b.clause("a1", spawn=[Spawn("b")]))
    b.route("b", "done", b.clause("b1", spawn=[Spawn("c")]))
    assert job_lines(b) == table("""
        job family parent birth end step exit
        0   0      -1     0     1   a    done
        1   0      0      1     2   b    done
        2   0      1      2     3   c    done
    """)


def test_2_4_marks_saturate_at_255():
    """200 + 200 is 255, not 144 and not 400."""
    b = micro()
    b.recorded("in", to="ask", times=[0])
    b.work("ask", served_by="desk", size=Constant(1))
    b.delay("full", Constant(1))
    b.counted("desk", 1)
    b.route(
        "ask",
        "done",
        b.clause("once", add={"m": 200}, go_on=True),
        b.clause("twice", add={"m": 200}, go_on=True),
        b.clause("exactly", to="full", when=[mark("m", ">=", 255), mark("m", "<=", 255)]),
    )
    records = run(b)
    assert records.jobs["marks"][0, 0] == 255
    assert job_lines(records) == ["0 0 -1 0 2 full done"]


def test_2_4_parent_keeps_its_marks_apart_from_its_children():
    """The child copied 1; the parent's later second mark is not the child's."""
    b = micro()
    b.recorded("in", to="ask", times=[0])
    b.work("ask", served_by="desk", size=Constant(1))
    b.delay("child", Constant(5))
    b.counted("desk", 1)
    b.route(
        "ask",
        "done",
        b.clause("one", add={"m": 1}, spawn=[Spawn("child")], go_on=True),
        b.clause("two", add={"m": 1}),
    )
    assert run(b).jobs["marks"][:, 0].tolist() == [2, 1]


def test_6_3_z_is_shared_by_the_family():
    """The child's z equals the number of the root's key exactly: it passes both <= z and >= z."""
    key = int(run(_family(0.0)).jobs["key"][0])
    z = normal_quantile(draw(key, name_hash("z")))
    assert job_lines(_family(z))[1].endswith(" same done")
    assert not job_lines(_family(z + 1e-9))[1].endswith(" same done")


def _family(z: float):
    b = micro()
    b.recorded("in", to="ask", times=[0])
    b.delay("ask", Constant(1))
    b.delay("child", Constant(1))
    b.delay("same", Constant(1))
    b.route("ask", "done", b.clause("c", spawn=[Spawn("child")]))
    both = [Condition(Source("z"), "<=", z), Condition(Source("z"), ">=", z)]
    b.route("child", "done", b.clause("z", to="same", when=both))
    return b


def test_2_5_recorded_births_of_one_instant_come_by_row():
    """Three at 0, one server, 5 minutes each: rows in order 0-5, 5-10, 10-15."""
    b = micro()
    b.recorded("in", to="ask", times=[0, 0, 0], columns={"need": [5, 4, 3]})
    b.work("ask", served_by="desk", size=Attribute("need"))
    b.counted("desk", 1)
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  desk   0       0       5    5        done
        1   ask  desk   0       5       9    9        done
        2   ask  desk   0       9       12   12       done
    """)


def test_2_5_streams_of_one_instant_come_in_stream_order():
    """Both logs bear at 0 and 4; `late` was given first, so at each instant its job has the smaller number."""
    b = micro()
    b.recorded("late", to="x", times=[0, 4])
    b.recorded("early", to="y", times=[0, 4])
    b.work("x", served_by="desk", size=Constant(1))
    b.work("y", served_by="desk", size=Constant(1))
    b.counted("desk", 1)
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   x    desk   0       0       1    1        done
        1   y    desk   0       1       2    2        done
        2   x    desk   4       4       5    5        done
        3   y    desk   4       5       6    6        done
    """)


def test_2_5_no_birth_at_or_after_the_stream_ends():
    """End 5: the births at 4.5 and just before 5 happen, those at 5 and 6 do not."""
    before = float(np.nextafter(5.0, 0.0))
    b = micro()
    b.recorded("in", to="ask", times=[4.5, before, 5, 6], end=5)
    b.work("ask", served_by="desk", size=Constant(1))
    b.counted("desk", 9)
    assert run(b).jobs["birth"].tolist() == [4.5, before]


def test_2_5_rate_stream_stops_at_its_end():
    """A rate of 2 a minute with end 20: nobody at or after 20, somebody in the last five minutes before it."""
    b = micro()
    b.stream("in", to="ask", rate=2.0, end=20)
    b.delay("ask", Constant(1))
    births = run(b).jobs["birth"]
    assert births.max() < 20.0
    assert births.max() > 15.0


@pytest.mark.parametrize(("law", "members"), [(1.0, 1), (2.4, 2), (2.6, 3), (0.4, 0)])
def test_2_5_batch_is_the_nearest_whole_number_and_each_member_a_root(law, members):
    """A batch law of 2.4 makes two roots of every birth; the births themselves stay as they were without it."""

    def births(batch):
        b = micro()
        b.stream("in", to="ask", rate=0.5, batch=batch)
        b.delay("ask", Constant(1))
        return run(b).jobs

    alone, many = births(None), births(Constant(law))
    assert len(alone) > 20
    assert many["birth"].tolist() == [t for t in alone["birth"].tolist() for _ in range(members)]
    assert many["key"][::members].tolist() == alone["key"].tolist() if members else many.size == 0
    assert (many["parent"] == -1).all()
    assert (many["family"] == many["number"]).all()
    assert np.unique(many["key"]).size == many.size


def test_2_5_drawn_attributes_are_there_from_birth():
    """A constant attribute of 4 is the size."""
    b = micro()
    b.recorded("in", to="ask", times=[3], attributes={"need": Constant(4)})
    b.work("ask", served_by="desk", size=Attribute("need", times=2.0))
    b.counted("desk", 1)
    assert visit_lines(b) == ["0 ask desk 3 3 11 11 done"]
