"""Tickets: families of jobs from the first birth to the last end."""

from __future__ import annotations

from math import inf, isnan

import pytest

from sim.machine import NetworkBuilder
from sim.measures import Intervals, MeasureTable, Service, measure
from tests.measures.diary import Row, desk, diary, lost, served, waiting


def table_of(rows: list[Row], **more: object) -> MeasureTable:
    """Whole-period measures."""
    return measure(diary(desk().build(), rows, **more), [Service("phone", awt=1.0)], ())  # type: ignore[arg-type]


def test_a_ticket_is_a_family_with_all_its_descendants() -> None:
    """A call is abandoned, redialled and answered: one ticket, two contacts, reached, done after 40 minutes."""
    rows = [lost(0, 0.0, 4.0), served(1, 34.0, 37.0, 40.0), served(2, 5.0, 5.0, 9.0)]
    t = table_of(rows, parent={1: 0})
    assert (t.value("tickets"), t.value("arrivals")) == (2.0, 3.0)
    assert t.value("contacts_per_ticket") == 1.5
    assert (t.value("accessibility"), t.value("ticket_accessibility")) == (pytest.approx(2 / 3), 1.0)
    assert t.value("ticket_wait") == (4.0 + 3.0 + 0.0) / 2
    assert t.value("ticket_time") == (40.0 + 4.0) / 2
    assert t.value("ticket_time_p50") == 22.0
    assert t.value("ticket_resolution") == 1.0
    assert t.value("first_contact_resolution") == 0.5


def test_descendants_count_whenever_they_come() -> None:
    """The ticket is born inside the period, its repeat contact comes after the end."""
    t = table_of([lost(0, 59.0, 59.5), served(1, 500.0, 505.0, 510.0)], parent={1: 0}, stopped=510.0)
    assert t.value("arrivals") == 1.0
    assert t.value("contacts_per_ticket") == 2.0
    assert t.value("ticket_time") == 451.0


def test_families_born_outside_the_period_are_no_tickets() -> None:
    """A contact may be counted whose ticket is not."""
    t = table_of([served(0, 5.0, 6.0, 7.0)], birth={0: -100.0})
    assert (t.value("arrivals"), t.value("tickets")) == (1.0, 0.0)
    assert isnan(t.value("ticket_resolution"))
    assert isnan(t.value("contacts_per_ticket"))


def test_the_last_to_end_decides_whether_a_ticket_is_resolved() -> None:
    """Done, then a chaser that gave up: not resolved."""
    t = table_of([served(0, 0.0, 1.0, 9.0), lost(1, 10.0, 12.0)], parent={1: 0})
    assert t.value("ticket_resolution") == 0.0
    t = table_of([served(0, 0.0, 1.0, 19.0), lost(1, 10.0, 12.0)], parent={1: 0})
    assert t.value("ticket_resolution") == 1.0
    t = table_of([lost(0, 0.0, 12.0), served(1, 10.0, 11.0, 12.0)], parent={1: 0})
    assert t.value("ticket_resolution") == 1.0  # both end at 12: the younger one decides


def test_a_mark_can_say_that_a_ticket_is_resolved() -> None:
    """Any job of the family may carry it; an unknown mark is refused."""
    b = NetworkBuilder("marks", end=60.0)
    b.recorded("red", to="phone", times=[])
    b.work("phone", served_by="team")
    b.counted("team", 1)
    b.route("phone", "done", b.clause("solved", add={"solved": 1}))
    network = b.build()
    rows = [served(0, 0.0, 1.0, 9.0), lost(1, 10.0, 12.0), served(2, 0.0, 1.0, 9.0)]
    records = diary(network, rows, parent={1: 0}, marks={0: (1,)})
    assert measure(records, intervals=(), resolved="solved").value("ticket_resolution") == 0.5
    assert measure(records, intervals=()).value("ticket_resolution") == 0.5
    with pytest.raises(ValueError, match="unknown mark 'done'; the marks of the network are: solved"):
        measure(records, resolved="done")


def test_open_tickets_bound_what_is_known_of_them() -> None:
    """One done, one waiting since minute 50; the run stopped at 60."""
    t = table_of([served(0, 0.0, 1.0, 9.0), waiting(1, 50.0)])
    assert (t.value("tickets"), t.value("open_tickets")) == (2.0, 1.0)
    bounds = {
        "ticket_resolution": (0.5, 0.5, 1.0),
        "first_contact_resolution": (0.5, 0.5, 1.0),
        "ticket_accessibility": (0.5, 0.5, 1.0),
        "contacts_per_ticket": (1.0, 1.0, inf),
        "ticket_wait": (5.5, 5.5, inf),
        "ticket_time": (9.0, 9.0, inf),
        "ticket_time_p90": (9.0, 9.0, inf),
    }
    for name, expected in bounds.items():
        row = t.row(name)
        assert (row["lower"], row["value"], row["upper"]) == expected, name


def test_tickets_without_contact_are_tickets_all_the_same() -> None:
    """A family that never came to a covered step has an end, but neither contacts nor accessibility."""
    t = table_of([served(0, 0.0, 1.0, 9.0)], birth={7: 3.0})
    assert (t.value("tickets"), t.value("tickets_with_contact")) == (2.0, 1.0)
    assert t.row("ticket_accessibility")["denominator"] == 1.0
    assert t.value("ticket_time") == 4.5


def test_tickets_belong_to_the_interval_and_stream_of_their_root() -> None:
    """Birth in the first half hour, all the work in the second."""
    rows = [lost(0, 10.0, 40.0), served(1, 45.0, 46.0, 50.0)]
    records = diary(desk().build(), rows, parent={1: 0}, stream={0: "blue"})
    t = measure(records, [Service("phone")], Intervals.regular(60.0, 30.0))
    assert t.series("tickets").tolist() == [1.0, 0.0]
    assert t.series("ticket_time").tolist()[0] == 40.0
    assert isnan(t.series("ticket_time").tolist()[1])
    assert [t.value("tickets", "stream", x) for x in ("red", "blue")] == [0.0, 1.0]
