"""Engine faults: raised wherever they happen, with everything needed to see them again."""

from __future__ import annotations

import pickle

import pytest

from sim.machine import Attribute, Constant, EngineFault, NetworkBuilder, simulate
from sim.machine.audit import audit
from sim.machine.reference import Engine
from sim.machine.reference.agenda import MOST_AT_ONE_INSTANT
from sim.machine.reference.jobs import Job


def desk(**work: object) -> NetworkBuilder:
    b = NetworkBuilder("desk", end=100.0, follow=100.0)
    b.work("desk", served_by="people", **{"size": Constant(5.0), **work})
    b.counted("people", 1)
    return b


def test_a_fault_in_a_birth_is_raised() -> None:
    """SimPy keeps errors of a process in its event; the engine must not lose them."""
    b = desk()
    b.recorded("jobs", to="desk", times=[1.0])
    engine = Engine(b.build(), 3, 4)

    def broken(job: Job, step: int) -> None:
        raise engine.fault("broken on purpose", job.number)

    engine.enter = broken  # type: ignore[method-assign]
    with pytest.raises(EngineFault, match=r"broken on purpose \(seed 3, replication 4, time 1 min, job 0\)"):
        engine.run()


def test_ctrl_c_inside_a_process_is_not_swallowed() -> None:
    """A KeyboardInterrupt while a birth is handled ends the run."""
    b = desk()
    b.recorded("jobs", to="desk", times=[1.0])
    engine = Engine(b.build(), 1, 0)

    def interrupted(job: object, step: int) -> None:
        raise KeyboardInterrupt

    engine.enter = interrupted  # type: ignore[method-assign, assignment]
    with pytest.raises(KeyboardInterrupt):
        engine.run()


def test_r3_05_time_that_does_not_pass_is_a_fault() -> None:
    """More than 100,000 events at one instant: the run stops and names time and job."""
    b = desk()
    b.recorded("jobs", to="desk", times=[7.0] * (MOST_AT_ONE_INSTANT + 10))
    with pytest.raises(EngineFault, match=r"more than 100,000 events at one instant.*time 7 min, job \d+"):
        simulate(b.build())


def test_a_law_that_gives_no_number_is_a_fault() -> None:
    """An attribute that is below 0 cannot be a size."""
    b = desk(size=Attribute("x"))
    b.recorded("jobs", to="desk", times=[1.0], columns={"x": [-2.0]})
    with pytest.raises(EngineFault, match=r"a law gave -2.0.*job 0"):
        simulate(b.build())


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("started", 3.0, "Little's law"),
        ("left", 0.5, "times of a spell contradict"),
        ("job", 7, "belongs to a job that has no row"),
    ],
)
def test_records_that_contradict_the_run_are_a_fault(column: str, value: float, message: str) -> None:
    """One number changed in one row, and the audit names the job."""
    b = desk()
    b.recorded("jobs", to="desk", times=[1.0, 2.0])
    records = Engine(b.build(), 1, 0).run()
    audit(records)
    records.visits[column][0] = value
    with pytest.raises(EngineFault, match=message):
        audit(records)


def test_a_lost_job_is_a_fault() -> None:
    """A counted job without a row, and counts that do not add up."""
    b = desk()
    b.recorded("jobs", to="desk", times=[1.0, 2.0])
    records = Engine(b.build(), 1, 0).run()
    object.__setattr__(records.tally, "ended", 1)
    with pytest.raises(EngineFault, match="2 born \\+ 0 spawned are not 1 ended \\+ 0 open"):
        audit(records)


def test_a_fault_survives_the_way_back_from_a_worker() -> None:
    """Pickled and unpickled it says the same."""
    fault = EngineFault("broken", 1, 2, 3.5, 4)
    again = pickle.loads(pickle.dumps(fault))  # noqa: S301
    assert (str(again), again.job, again.time) == (str(fault), 4, 3.5)
