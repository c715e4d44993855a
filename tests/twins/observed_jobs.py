"""What happens to jobs in a run of the reference engine, counted by rule (sections 1 to 3, 6 and 7).

The engine is not changed: every method looks, calls the engine's, and looks again.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from math import inf, isnan
from typing import Any

from sim.machine import Clause, Condition, Constant, Network, RecordedStream, Source, Spawn
from sim.machine.births import Birth, band_edges
from sim.machine.inversion import BY_ATTRIBUTE
from sim.machine.luck import draw
from sim.machine.predictor import Predictor
from sim.machine.reference.jobs import GONE, IN_DELAY, IN_LINE, IN_SERVICE, PAUSED, Clock, Job
from sim.machine.reference.stations import BoundLaw, DelayState
from sim.machine.steps import Exit
from tests.twins.bounded import Bounded
from tests.twins.coverage import BRANCHES, EVENTS, LAWS, PURPOSES

BANDS = list(islice(band_edges(), 100))


class Reached(list):
    """Clauses of an exit, which tell the observer which of them a job reaches and passes by."""

    def __init__(self, clauses: list[Any], observer: ObservedJobs) -> None:
        super().__init__(clauses)
        self.observer = observer

    def __iter__(self) -> Iterator[Any]:
        """Clauses in order."""
        for bound in super().__iter__():
            self.observer.reached(bound.clause)
            yield bound
            self.observer.passed(bound.clause)
        self.observer.exhausted = True


class ObservedJobs(Bounded):
    """The reference engine, with its families, numbers and records under observation.

    Parameters
    ----------
    seen : Counter
        Grows by what is seen.
    """

    def __init__(self, network: Network, seed: int, replication: int, seen: Counter[str]) -> None:
        self.seen = seen
        self.inside: list[str] = ["start"]
        self.instant = -inf
        self.kinds_here: set[int] = set()
        self.last_kind = -1
        self.failed = self.acted = self.exhausted = False
        self.due_at: dict[tuple[int, int], float] = {}
        super().__init__(network, seed, replication)
        self.attribute_names = {h for rows in self.stream_attributes for _, _, h in rows}
        setting = self.agenda.set

        def noted(time: float, kind: int, act: Any, owner: Any) -> Any:
            if kind in (3, 4):
                self.due_at[owner.number, kind] = time
            return setting(time, kind, act, owner)

        self.agenda.set = noted  # type: ignore[method-assign]

    def note(self, branch: str, times: int = 1) -> None:
        """Count a branch; one that is not in the table is a mistake here."""
        if branch not in BRANCHES:
            raise KeyError(branch)
        self.seen[branch] += times

    def note_if(self, holds: object, branch: str) -> None:
        """Count a branch where something holds."""
        if holds:
            self.note(branch)

    def happens(self, kind: int) -> None:
        """An event of this kind begins."""
        if self.agenda.now != self.instant:
            self.instant, self.kinds_here, self.last_kind = self.agenda.now, set(), -1
        for other in self.kinds_here:
            a, b = sorted((kind, other))
            self.note(f"3.1 {EVENTS[a]} and {EVENTS[b]} at one instant")
        self.note_if(kind < self.last_kind, "3.4 a cause of a higher kind than its effect")
        self.kinds_here.add(kind)
        self.last_kind = kind

    # -- the run ------------------------------------------------------------------------------------------------------

    def build(self) -> None:
        """Where clauses tell that they are reached."""
        super().build()
        self.routes = [[Reached(x, self) for x in exits] for exits in self.routes]

    # -- numbers (2.1, 2.2) -------------------------------------------------------------------------------------------

    def sample(self, law: BoundLaw, job: Job, name: int, purpose: int, round_: int | None = None) -> float:
        """Rule 2.1."""
        table, at = self.table, law.at
        kind, atoms = int(table[at]), int(table[at + 2])
        p = at + 3 + 2 * atoms
        self.note("2.1 " + LAWS[kind])
        if kind == BY_ATTRIBUTE:
            cases = table[p + 2 : p + 2 + int(table[p + 1])]
            case = job.attributes[int(table[p])] in cases
            self.note("2.1 by attribute: a case" if case else "2.1 by attribute: otherwise")
        self.note("6.0 attribute" if name in self.attribute_names else "6.0 " + PURPOSES[purpose & 0xFFFF])
        if atoms and not law.loaded:
            u = draw(job.key, name, job.round if round_ is None else round_, purpose)
            self.note("2.1 an atom" if u < table[p - 2] else "2.1 past the atoms")
        self.note_if(law.loaded, "2.1 load")
        self.note_if(law.loaded and atoms, "2.1 load, then atoms")
        self.note_if(law.scale is not None and law.cap < inf, "2.1 scale, then cap")
        self.note_if(law.scale, "2.1 scale")
        if law.scale is not None and super().predict(law.scale, job) < 0.0:
            self.note("2.2 a scale below 0")
        x = super().sample(law, job, name, purpose, round_)
        self.note_if(x == law.cap < inf, "2.1 cap")
        self.note_if(x == inf, "2.1 infinity")
        self.note_if(x == 0.0, "2.1 zero")
        return x

    def z(self, job: Job) -> float:
        """Rule 6.3."""
        self.note("6.3 z of a child" if job.root is not None else "6.3 z of a root")
        return super().z(job)

    def predict(self, p: Predictor, job: Job) -> float:
        """Rule 2.2."""
        self.note("2.2 link " + p.link)
        self.note_if(len(p.terms) == 8, "2.2 eight terms")
        self.note_if(not p.terms, "2.2 no terms")
        for t in p.terms:
            v = super().look(t.source, job)
            self.note("2.2 below low" if v < t.low else "2.2 above high" if v > t.high else "2.2 between low and high")
        return super().predict(p, job)

    def look(self, source: Source, job: Job) -> float:
        """What is looked at."""
        of = "2.9 condition on" if self.inside[-1] == "condition" else "2.2 predictor of"
        self.note(f"{of} {source.kind}")
        if source.kind == "waited":
            self.note("2.2 waited, in line now" if job.state == IN_LINE else "2.2 waited, not in line now")
        self.note_if(source.kind == "lateness" and isnan(job.due), "2.2 lateness without a due time")
        return super().look(source, job)

    def holds(self, c: Condition, job: Job) -> bool:
        """Whether a condition holds."""
        self.inside.append("condition")
        holds = super().holds(c, job)
        self.inside.pop()
        self.note(f"2.9 {c.op} {'holds' if holds else 'fails'}")
        self.note_if(super().look(c.source, job) == c.number, "2.9 condition at equality")
        self.failed = self.failed or not holds
        return holds

    # -- routes (2.9) -------------------------------------------------------------------------------------------------

    def reached(self, clause: Clause) -> None:
        """A clause is looked at."""
        self.failed = self.acted = self.exhausted = False
        p = clause.probability
        self.note_if(isinstance(p, Predictor), "2.9 probability depends")
        self.note_if(not isinstance(p, Predictor) and 0.0 < p < 1.0, "2.9 probability is a constant")
        self.note_if(p == 0.0, "2.9 probability 0")
        self.note_if(len(clause.when) > 1, "2.9 two conditions")

    def passed(self, clause: Clause) -> None:
        """A clause is passed by."""
        if self.failed:
            self.note("2.9 passed by: a condition fails")
        elif clause.go_on and (self.acted or clause.probability == 1.0):
            self.note("2.9 goes on after its actions")
        elif not clause.go_on:
            self.note("2.9 passed by: not drawn")

    def route(self, job: Job, exit_: Exit) -> int | None:
        """Rule 2.9."""
        self.note(f"2.9 route of exit {exit_.name.lower()}")
        before = job.round
        self.inside.append("route")
        self.exhausted = True
        to = super().route(job, exit_)
        self.inside.pop()
        self.note_if(job.round > before, "2.9 again")
        return to

    def end_job(self, job: Job, exit_: Exit) -> None:
        """The end."""
        self.note("2.9 no match: the job ends" if self.exhausted else "2.9 a clause ends the job")
        clocks = job.clocks.values() if job.clocks else ()
        self.note_if(any(k.timer is not None and k.timer.live for k in clocks), "2.10 the end stops a running clock")
        super().end_job(job, exit_)

    def raise_marks(self, job: Job, add: Mapping[str, int]) -> None:
        """Marks."""
        self.acted = True
        for mark, k in add.items():
            self.note_if(job.marks[self.network.mark_index[mark]] + k > 255, "2.4 a mark saturates")
            self.note("2.9 a mark raised by 0" if k == 0 else "2.9 a mark raised")
        super().raise_marks(job, add)

    def spawn(self, parent: Job, name: int, spawns: Sequence[Spawn], first: int) -> None:
        """Spawned jobs."""
        self.acted = True
        by = "watch" if self.inside[-1] == "watch" else "clause"
        made = self.jobs_made
        super().spawn(parent, name, spawns, first)
        self.note(f"2.9 spawned by a {by}")
        self.note_if(self.jobs_made - made < sum(s.count for s in spawns), "2.9 endless delay: never spawned")
        self.note_if(self.jobs_made - made > 1, "2.9 several spawned at once")
        self.note_if(first, "6.0 children of a second expiry")
        self.note_if(parent.root is not None, "2.4 a child of a child")
        self.note_if(self.jobs_made > made and any(parent.marks), "2.4 marks are inherited")
        for number in range(made, self.jobs_made):
            at_once = self.alive[number].birth == self.now
            self.note("2.9 spawned at the same instant" if at_once else "2.9 spawned later")

    # -- births and entries (2.4, 2.5) --------------------------------------------------------------------------------

    def be_born(self, birth: Birth) -> None:
        """Rules 2.5 and 6.4."""
        self.happens(7)
        before = self.born
        self.inside.append("birth")
        super().be_born(birth)
        self.inside.pop()
        stream, t = self.network.streams[birth.stream], birth.time
        outside = "7.1 born before the period" if t < 0.0 else "7.1 born after the period"
        self.note("7.1 family counted" if 0.0 <= t < self.end else outside)
        if isinstance(stream, RecordedStream):
            self.note("2.5 a recorded birth")
            self.note_if(stream.columns, "2.5 attributes of a log")
            return
        table = self.instance.rates[birth.stream]
        assert table is not None
        f = table.factor[bisect_right(table.edges, t) - 1]
        self.note(f"6.4 a birth in band {min(birth.band, 5)}")
        self.note("6.4 accepted by its mark" if f < BANDS[birth.band][1] else "6.4 accepted with the whole band")
        self.note_if(t < 0.0, "6.4 a cell before 0")
        if stream.batch is not None:
            members = self.born - before
            self.note("2.5 an empty batch" if not members else f"2.5 a batch of {'one' if members == 1 else 'several'}")

    def spawned_enters(self, job: Job) -> None:
        """A spawned job enters."""
        self.happens(6)
        super().spawned_enters(job)

    def come_to(self, job: Job, step: int) -> Exit | None:
        """An entry."""
        counted = 0.0 <= self.agenda.now < self.end
        if counted != job.family_counted:
            of = "counted visit of an uncounted" if counted else "uncounted visit of a counted"
            self.note(f"7.1 {of} family")
        self.note_if(job.step == step and job.state != GONE and self.inside[-1] == "move", "2.10 moved to where it is")
        return super().come_to(job, step)

    # -- delays (2.7) -------------------------------------------------------------------------------------------------

    def delay_begins(self, job: Job, step: DelayState) -> None:
        """Rule 2.7."""
        super().delay_begins(job, step)
        d = step.delay
        self.note("2.7 an endless delay" if job.delay is None else "2.7 a delay")
        self.note_if(d.calendar, "2.7 on a calendar")
        self.note_if(d.until_open, "2.7 until a calendar is open")
        self.note_if(d.counts_as_wait, "2.2 a delay counts as wait")
        self.note("7.2 a recorded delay" if d.recorded else "7.2 a delay without a row")

    def delay_ends(self, job: Job) -> None:
        """End of a delay."""
        self.happens(6)
        super().delay_ends(job)

    # -- watches (2.10) -----------------------------------------------------------------------------------------------

    def anchor(self, moment: str, number: int, job: Job) -> None:
        """Anchors."""
        for action, i in self.anchors.get((moment, number), ()):
            clock = job.clocks.get(i) if job.clocks else None
            self.note(f"2.10 {action} by {moment}")
            running = clock is not None and clock.running
            self.note(f"2.10 {action} of a clock that {'runs' if running else 'does not run'}")
        super().anchor(moment, number, job)

    def set_clock(self, clock: Clock) -> None:
        """A clock is set."""
        super().set_clock(clock)
        self.note_if(clock.timer is None, "2.10 an endless clock")
        self.note_if(self.network.watches[clock.watch].calendar, "2.10 on a calendar")
        self.note_if(clock.sets > 2, "6.0 a clock set for the third time")

    def watch_expires(self, clock: Clock) -> None:
        """Rule 2.10."""
        self.happens(5)
        job, watch = clock.job, self.network.watches[clock.watch]
        sets, state, ghost, left = clock.sets, job.state, job.ghost, watch.times - clock.since_start - 1
        self.inside.append("watch")
        super().watch_expires(clock)
        self.inside.pop()
        self.note("2.10 a clock runs out")
        if watch.to is not None:
            where = {IN_LINE: "out of a line", IN_DELAY: "out of a delay"}.get(state)
            if state == IN_LINE and ghost:
                self.note("2.10 not moved: silent")
            elif where:
                self.note(f"2.10 moved {where}")
            else:
                self.note(f"2.10 not moved: {'paused' if state == PAUSED else 'in service'}")
        if left > 0 and clock.sets == sets + 1 and clock.since_start:
            self.note("2.10 it runs again by itself")
        self.note_if(clock.sets > sets and not clock.since_start, "2.10 set anew by its own expiry")
        self.note_if(left > 0 and not clock.running, "2.10 stopped by its own expiry")
        self.note_if(job.state == GONE, "2.10 the job ends at the expiry")

    def move(self, job: Job, to: int) -> None:
        """A move."""
        self.note_if(job.state == IN_DELAY and job.delay is None, "2.10 moved out of an endless delay")
        self.inside.append("move")
        super().move(job, to)
        self.inside.pop()

    # -- records (7) --------------------------------------------------------------------------------------------------

    def write_row(self, job: Job, left: float, released: float, exit_: Exit) -> None:
        """Rule 7.2."""
        before = len(self.rows)
        super().write_row(job, left, released, exit_)
        if len(self.rows) == before:
            self.note("7.1 a spell that is not kept")
            return
        self.note(f"7.2 exit {exit_.name.lower()}")
        self.note_if(not job.counted and not job.family_counted, "7.1 kept only because it overlaps the period")
        self.note_if(job.ghost and job.gone_at < job.spell_entered, "7.2 a silent departure before this spell")
        self.note_if(job.paused, "7.2 a resumed spell")
        self.note_if(job.round, "7.2 a later round")
        if exit_ is Exit.OPEN:
            words = {IN_LINE: "in line", IN_SERVICE: "in service", PAUSED: "paused", IN_DELAY: "in a delay"}
            self.note(f"7.2 open {words[job.state]}")
            self.note_if(job.ghost, "7.2 open and silent")


def is_zero(law: object) -> bool:
    """Whether a law is the constant 0."""
    return isinstance(law, Constant) and law.value == 0.0 and not law.atoms
