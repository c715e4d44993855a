"""What holds after every instant of a run, looked at from inside: nobody waits beside a server that fits (section 4).

The random networks are those of the twins, over all pieces of the machine.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf

import pytest

from sim.machine import EngineFault, Network
from sim.machine.audit import audit
from sim.machine.reference.agenda import Agenda
from sim.machine.reference.jobs import IN_DELAY, IN_LINE, IN_SERVICE, PAUSED
from sim.machine.reference.servers import CountedState
from sim.machine.reference.stations import DelayState, WorkState
from tests.twins.bounded import Bounded, TooLarge
from tests.twins.networks import numbered

SEED, PARTS, EACH = 6, 8, 12


class Watched(Agenda):
    """An agenda that tells when an instant is over."""

    def __init__(self, start: float, instant_over: Callable[[], None]) -> None:
        super().__init__(start)
        self.instant_over = instant_over

    def walk(self, end: float, over: Callable[[float], bool], overgrown: Callable[[], bool]) -> bool:
        """As ever, but somebody looks before time goes on."""

        def look(time: float) -> bool:
            if time > self.now:
                self.instant_over()
            return time >= end and over(time)

        return super().walk(-inf, look, overgrown)


class Looking(Bounded):
    """The reference engine, which looks at itself."""

    def __init__(self, network: Network, seed: int, replication: int) -> None:
        super().__init__(network, seed, replication)
        self.agenda = Watched(self.start_time, self.look_around)
        self.instants = 0

    def look_around(self) -> None:
        """Everything that holds between two instants."""
        self.instants += 1
        self.now = self.agenda.now
        self.look_at_pools()
        for step in self.steps:
            if isinstance(step, WorkState):
                self.look_at_lines(step)
        if self.counts_inside:
            self.look_at_counts()
        for switch in self.switches:
            for x in switch.shifts:
                if x.begin <= self.now < x.end:
                    assert x.server.on_duty == switch.on, "8.2 a switched duty is there while its switch is on"

    def look_at_pools(self) -> None:
        """Units that are open are those of jobs, of after-work and of kept slots."""
        kept = [j.slot for j in self.alive.values() if j.slot is not None]
        for pool in self.pools:
            if isinstance(pool, CountedState):
                mine = sum(slot.server is pool for slot in kept)
                assert pool.busy == len(pool.jobs) + len(pool.after_ends) + mine, "8.5 a kept slot is busy"
                continue
            for server in pool.servers:
                assert 0 <= server.load <= pool.pool.slots
                assert set(server.kept) == {slot for slot in kept if slot.server is server}
                assert server.present or not server.on_duty
                units = sum(j.edge.units for j in server.jobs if j.edge) + sum(s.edge.units for s in server.kept)
                assert server.load >= units, "4.5 units of open jobs and kept slots are open"

    def look_at_lines(self, step: WorkState) -> None:
        """Nobody waits who is visible to somebody that fits; personal lines hold who asks for their owner."""
        lines = list(step.all_lines())
        assert step.waiting == sum(len(line.jobs) for line in lines)
        for line in lines:
            assert line.owner is None or line.jobs
            for job in line.jobs:
                assert job.state == IN_LINE and job.asks is line.owner and self.alive[job.number] is job
                for edge in step.edges:
                    if not self.visible(job, edge):
                        continue
                    if line.owner is None:
                        assert edge.pool.best(edge, job) is None, f"4 {step.work.name}: {job.number} waits for nothing"
                    elif edge.pool is line.owner.pool:
                        assert not edge.pool.fits(line.owner, edge, job), f"8.3 {job.number} waits for nothing"

    def look_at_counts(self) -> None:
        """What gauges call inside."""
        for step in self.steps:
            states = (IN_DELAY,) if isinstance(step, DelayState) else (IN_LINE, IN_SERVICE, PAUSED)
            inside = sum(j.step == step.index and j.state in states for j in self.alive.values())
            assert step.inside == inside, "8.1 inside"


@pytest.mark.parametrize("part", range(PARTS))
def test_4_nobody_waits_beside_a_server_that_fits(part: int) -> None:
    """Lines, personal lines, kept slots, switched duties and counts, after every instant of random networks."""
    looked = 0
    for number in range(part * EACH, (part + 1) * EACH):
        twin = numbered(SEED, number, False)
        if twin.network is None:
            continue
        network, seed, replication, most_open = twin.run
        engine = Looking(network, seed, replication)
        try:
            records = engine.run(most_open)
        except (TooLarge, EngineFault):
            continue
        audit(records)
        looked += engine.instants
    assert looked > 100
