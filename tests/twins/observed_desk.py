"""The service desk in a run of the reference engine, counted by rule (section 8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf, isnan
from typing import Any

from sim.machine.instance import Change
from sim.machine.predictor import Source
from sim.machine.reference.gauges import GaugeState, SwitchState
from sim.machine.reference.jobs import IN_DELAY, IN_LINE, IN_SERVICE, PAUSED, Job
from sim.machine.reference.servers import CountedState, EdgeState, KeptSlot, NamedState, ServerState
from sim.machine.reference.stations import DelayState, WorkState
from sim.machine.steps import Exit
from tests.twins.observed_service import ObservedService


class ObservedDesk(ObservedService):
    """The reference engine, with what the service desk adds under observation."""

    # -- gauges and switches (8.1, 8.2) -----------------------------------------------------------------------------

    def reads(self, gauge: GaugeState) -> None:
        """A gauge is read."""
        g = gauge.gauge
        v = gauge.value(self.now)
        self.note(f"8.1 {g.kind}")
        self.note_if(g.kind == "predicted wait" and v == inf, "8.1 predicted wait with nobody on duty")
        self.note_if(g.kind == "oldest" and not gauge.waiting(), "8.1 oldest with nobody in line")
        self.note_if(g.kind == "in time" and not gauge.started, "8.1 in time when none started")
        self.note_if(g.kind == "in time" and 0.0 < v < 1.0, "8.1 some in time")

    def look(self, source: Source, job: Job) -> float:
        """A source may be a gauge."""
        if source.kind == "gauge":
            self.reads(self.gauges[self.network.gauge_index[source.name]])
        if source.kind == "switch":
            on = self.switches[self.network.switch_index[source.name]].on
            self.note("8.2 a source that is on" if on else "8.2 a source that is off")
        return super().look(source, job)

    def look_at_gauge(self, s: SwitchState) -> None:
        """A tick."""
        self.reads(s.gauge)
        on, pending = s.on, s.pending
        rests = s.on and (
            s.gauge.value(self.now) >= s.switch.off if s.switch.falling else s.gauge.value(self.now) <= s.switch.off
        )
        super().look_at_gauge(s)
        self.note_if(on and rests and s.on, "8.2 it stays on for its least time")
        self.note_if(pending is not None and s.calls(self.now), "8.2 a turning on is pending")
        self.note_if(s.switch.falling and s.on and not on, "8.2 falling")
        self.note_if(s.calendar, "8.2 it looks while its calendar is open")

    def delay_is_over(self, s: SwitchState) -> None:
        """A pending turning on."""
        self.happens(0)
        self.note("8.2 turns on after a delay")
        super().delay_is_over(s)

    def turn_on(self, s: SwitchState) -> None:
        """On."""
        self.note_if(not s.switch.delay, "8.2 turns on at once")
        self.note_if(any(x.begin <= self.now < x.end for x in s.shifts), "8.2 its duties begin")
        self.note_if(any(x.end <= self.now < x.until for x in s.shifts), "8.2 turns on in a fixed break")
        self.note_if(s.edges, "8.2 its edges begin to see")
        starts = self.starts
        super().turn_on(s)
        self.note_if(self.starts > starts, "8.2 somebody starts as it turns on")

    def turn_off(self, s: SwitchState) -> None:
        """Off."""
        self.note("8.2 turns off")
        here = [x.server for x in s.shifts if x.begin <= self.now < x.until and x.server.present]
        self.note_if(any(x.on_duty for x in here), "8.2 its duties end")
        self.note_if(any(not x.on_duty for x in here), "8.2 turns off in a fixed break")
        self.note_if(any(x.jobs for x in here), "8.2 its duties end under work")
        super().turn_off(s)

    def openings(self, changes: Sequence[Change]) -> None:
        """Duties that are not there."""
        for c in changes:
            if c.what in ("duty", "break"):
                there = c.switch < 0 or self.switches[c.switch].on
                self.note_if(c.what == "duty" and not there, "8.2 a planned begin while it is off")
                server = self.pools[c.index].servers[c.server]  # type: ignore[union-attr]
                self.note_if(c.what == "duty" and there and server.on_duty, "8.2 goes over into a duty that touches")
                self.note_if(c.what == "break" and not server.on_duty, "8.2 a break of a duty that is not there")
        super().openings(changes)

    def goes_on(self, c: Change) -> bool:
        """Ends that are none."""
        goes_on = super().goes_on(c)
        self.note_if(goes_on and c.switch < 0, "8.2 a planned end while it is off")
        self.note_if(goes_on and c.switch >= 0, "8.2 an end that is none")
        return goes_on

    def visible(self, job: Job, edge: EdgeState) -> bool:
        """Switched edges."""
        self.note_if(edge.switch is not None and not edge.switch.on, "8.2 an edge that is off")
        return super().visible(job, edge)

    # -- owners (8.3) -----------------------------------------------------------------------------------------------

    def finds_server(self, job: Job, step: WorkState, owner: ServerState | None) -> bool:
        """An arrival where there may be an owner."""
        w = step.work
        asks = w.owner in ("prefer", "only")
        self.note_if(asks and job.kin is not None and job.kin.owner is None, "8.3 no owner yet")
        self.note_if(asks and owner is None and job.kin and job.kin.owner, "8.3 an owner who does not serve the step")
        there = owner is not None and owner.present
        found = super().finds_server(job, step, owner)
        if owner is None:
            return found
        if found and job.server is owner:
            self.note("8.3 the owner takes it at once")
        elif job.asks is owner:
            self.note(f"8.3 waits for its owner: {w.owner}")
            self.note_if(job.spell, "8.3 handed back or displaced into a personal line")
            self.note_if(not owner.on_duty, "8.3 waits for an owner who is not there")
            self.note_if(w.owner == "prefer" and not owner.on_duty, "8.3 waits for an owner on a fixed break")
        else:
            self.note("8.3 the owner is off duty: as any" if not there else "8.3 no wait for the owner: as any")
        return found

    def become_owner(self, job: Job, server: ServerState) -> None:
        """A family gets an owner."""
        assert job.kin is not None
        self.note_if(job.kin.owner not in (None, server), "8.3 another owner")
        self.note(f"8.3 an owner by {self.steps[job.step].work.owner}")
        super().become_owner(job, server)

    def join(self, job: Job, step: WorkState) -> None:
        """Personal lines behind a door."""
        self.note_if(job.asks is not None and job.opens > self.now, "8.3 a personal line behind a closed door")
        if job.asks is not None and any(e.personal for e in step.edges):
            self.note("8.3 several in personal lines of a step")
        super().join(job, step)

    def owner_overflow(self, job: Job, step: WorkState) -> None:
        """Its timer."""
        wait = step.work.owner == "prefer" and self.owner_until(job, step) <= self.now
        owner = job.asks
        super().owner_overflow(job, step)
        if wait:
            self.note_if(job.state == IN_SERVICE, "8.3 the wait for the owner ends: starts")
            self.note_if(job.state == IN_LINE, "8.3 the wait for the owner ends: joins the line")
        else:
            self.note("8.3 an edge to the owner begins to see it")
            self.note_if(job.state == IN_SERVICE and job.server is owner, "8.3 an edge begins to see it, and it starts")

    def owner_leaves(self, server: ServerState) -> None:
        """A duty ends."""
        jobs = [
            j
            for es in server.pool.by_rank.values()
            for e in es
            for (o, _), line in e.personal.items()
            if o is server
            for j in line.jobs
        ]
        super().owner_leaves(server)
        for job in jobs:
            if job.asks is server:
                self.note("8.3 the owner goes: only waits on")
            else:
                self.note(
                    "8.3 the owner goes: starts" if job.state == IN_SERVICE else "8.3 the owner goes: joins the line"
                )
        self.note_if(sum(j.asks is not server for j in jobs) > 1, "8.3 the owner goes: several in the order of joining")

    def choose_for_owners(self, pool: NamedState, edges: Sequence[EdgeState]) -> tuple[Any, Any, EdgeState] | None:
        """An offer to personal lines."""
        choice = super().choose_for_owners(pool, edges)
        if choice is not None:
            self.note("8.3 an offer to a personal line")
            several = sum(1 for e in edges for o, _ in e.personal if pool.fits(o, e, e.personal[o, _].jobs[0]))
            self.note_if(several > 1, "8.3 of several personal lines")
            self.note_if(
                any(e.step.lines[p].jobs for e in edges for p in e.step.priorities), "8.3 before the step's line"
            )
        return choice

    def leave_line(self, job: Job) -> None:
        """Leaving a personal line."""
        if job.asks is not None:
            place = self.inside[-1]
            self.note("8.3 leaves a personal line" + (" as the door closes" if place == "closing" else ""))
        super().leave_line(job)

    # -- displacement (8.4) -----------------------------------------------------------------------------------------

    def displace(self, job: Job, step: WorkState) -> bool:
        """An arrival that found nobody free."""
        done = super().displace(job, step)
        self.note_if(not done, "8.4 nobody to displace")
        return done

    def take_place(self, job: Job, edge: EdgeState, victim: Job) -> None:
        """A victim."""
        pool = edge.pool
        self.note("8.4 in a counted pool" if isinstance(pool, CountedState) else "8.4 in a named pool")
        self.note_if(edge.rank > edge.step.ranks[0][0], "8.4 by a worse rank")
        victims = self.victims(job, edge)
        self.note_if(len(victims) > 1, "8.4 the latest started of several")
        self.note_if(
            sum(v.started == victim.started for v in victims) > 1, "8.4 of those started at one instant the last"
        )
        self.note_if(victim.spell, "8.4 a returned or resumed victim")
        assert victim.edge is not None
        self.note_if(victim.edge.units > edge.units, "8.4 more units than needed")
        self.note_if(victim.edge.units < edge.units, "8.4 fewer units than needed")
        self.inside.append("arrival")
        super().take_place(job, edge, victim)
        self.inside.pop()
        self.note("8.4 the victim waits" if victim.state == IN_LINE else "8.4 the victim starts elsewhere")

    # -- kept slots (8.5) -------------------------------------------------------------------------------------------

    def keep_slot(self, job: Job) -> KeptSlot:
        """A slot is kept."""
        self.note("8.5 kept of a counted pool" if isinstance(job.server, CountedState) else "8.5 kept of a server")
        return super().keep_slot(job)

    def let_slot_go(self, job: Job) -> None:
        """With an offer of its own."""
        step = self.steps[job.step]
        release = (step.work if isinstance(step, WorkState) else step.delay).release
        words = {IN_SERVICE: "started", IN_DELAY: "done", 0: "entered"}
        if job.number not in self.alive:
            self.note("8.5 released: the job ends")
        else:
            self.note(f"8.5 released: {release}" if release else f"8.5 released: {words.get(job.state, 'entered')}")
        self.note_if(self.held_back is not None, "8.5 released in the middle of a planned change")
        super().let_slot_go(job)

    def completion(self, job: Job) -> None:
        """Completions that release."""
        step, slot = self.steps[job.step], job.slot
        if slot is not None and not job.ghost:
            self.note_if(step.work.keep, "8.5 released: a second one is kept")
            self.note_if(step.work.release == "done", "8.5 released: done")
            both = step.work.release == "done" and not step.work.keep and step.work.after_work is None
            self.note_if(both and job.pool is not slot.edge.pool, "8.5 one offer over two pools")
        super().completion(job)

    def start_in_kept_slot(self, job: Job, step: WorkState) -> bool:
        """A start where the job has been."""
        slot = job.slot
        assert slot is not None
        server = slot.server
        edge = step.edge_to.get(slot.edge.pool.index)
        rank = edge is not None and edge.rank > step.ranks[0][0]
        seen = edge is not None and self.visible(job, edge)
        done = super().start_in_kept_slot(job, step)
        if done:
            self.note("8.5 starts in the kept slot")
            self.note_if(rank, "8.5 whatever the rank")
            self.note_if(not seen, "8.5 whatever it sees")
            if isinstance(server, ServerState):
                self.note_if(not server.on_duty, "8.5 on a fixed break")
                self.note_if(server.break_due > 0.0, "8.5 with a whole break due")
            else:
                self.note("8.5 in a counted pool")
        elif edge is None:
            self.note("8.5 not there: the pool does not serve the step")
        else:
            self.note("8.5 not there: other units" if edge.units != slot.edge.units else "8.5 not there: off duty")
        return done

    def duty_takes_slots(self, server: ServerState) -> None:
        """A duty ends."""
        before = len(server.kept)
        super().duty_takes_slots(server)
        self.note_if(len(server.kept) < before, "8.5 released: the duty ends")
        self.note_if(server.kept, "8.5 kept beyond the duty")

    def close_row(self, slot: KeptSlot, released: float) -> None:
        """Its row."""
        self.note_if(isnan(released), "8.5 kept to the end of the run")
        dropped = len(self.dropped_rows)
        super().close_row(slot, released)
        self.note_if(len(self.dropped_rows) > dropped, "8.5 its row is not kept")

    # -- the rest (8.6 to 8.8, 8.11) --------------------------------------------------------------------------------

    def is_shared_out(self, step: WorkState, kind: str) -> bool:
        """Shared limits."""
        if step.shared is not None and step.shared.gauge.kind == kind:
            self.reads(step.shared)
        out = super().is_shared_out(step, kind)
        self.note_if(out, f"8.6 blocked by a limit on {kind}")
        return out

    def tell(self, job: Job, marks: Mapping[str, int]) -> None:
        """Marks of families."""
        assert job.kin is not None
        for mark, k in marks.items():
            i = self.network.family_mark_index[mark]
            self.note("8.7 told" if k else "8.7 told by 0")
            self.note_if(job.kin.marks[i] + k > 255, "8.7 a family mark saturates")
            called = [m for m in job.kin.members.values() if self.can_be_recalled(m) and self.steps[m.step].recall == i]
            self.note_if(k and len(called) > 1, "8.7 several are called")
            self.note_if(k and any(m is job for m in called), "8.7 who tells is called")
            self.note_if(k and any(m.number in self.recalls for m in called), "8.7 called again")
            silent = any(
                m.state == IN_LINE and m.ghost and self.steps[m.step].recall == i for m in job.kin.members.values()
            )
            self.note_if(k and silent, "8.7 a silent one is not called")
            self.note_if(
                k and any(m.state in (IN_SERVICE, PAUSED) for m in job.kin.members.values()),
                "8.7 in service: not called",
            )
        super().tell(job, marks)

    def recalled(self, job: Job) -> None:
        """A recall."""
        self.happens(5)
        state = job.state
        personal = state == IN_LINE and job.asks is not None
        stays = not self.can_be_recalled(job)
        super().recalled(job)
        if stays:
            self.note("8.7 it does not wait any more")
        else:
            self.note("8.7 recalled from a line" if state == IN_LINE else "8.7 recalled from a delay")
            self.note_if(personal, "8.7 recalled from a personal line")

    def forget_recall(self, job: Job) -> None:
        """It left in the meantime."""
        self.note_if(job.number in self.recalls, "8.7 it has left or is called anew")
        super().forget_recall(job)

    def start(self, job: Job, server: CountedState | ServerState, edge: EdgeState) -> None:
        """What was learned."""
        super().start(job, server, edge)
        if isinstance(server, ServerState) and server.pool.pool.learning:
            first = server.pool.pool.learning[0][1]
            self.note("8.8 the first lesson" if job.learned == first else "8.8 a later lesson")
            self.note_if(server.server.done, "8.8 jobs done before")

    def route(self, job: Job, exit_: Exit) -> int | None:
        """A new attempt."""
        place, round_ = job.first_place, job.round
        to = super().route(job, exit_)
        self.note_if(job.round > round_ and not isnan(place) and to is not None, "8.11 a new attempt has a new place")
        return to

    # -- paces (8.10) -----------------------------------------------------------------------------------------------

    def delay_begins(self, job: Job, step: DelayState) -> None:
        """A delay on a calendar with paces."""
        self.note_if(step.calendar is not None and step.calendar.paces, "8.10 a delay at a pace")
        super().delay_begins(job, step)

    def set_patience(self, job: Job, step: WorkState) -> None:
        """A patience on such a calendar."""
        self.note_if(step.patience_calendar is not None and step.patience_calendar.paces, "8.10 a patience at a pace")
        super().set_patience(job, step)
