"""One run under the compiled engine: room for it, the walk through its events, its records."""

from __future__ import annotations

from math import floor, inf, nan
from typing import Any

import numpy as np

from sim.machine.compiled import layout as at
from sim.machine.compiled import loop
from sim.machine.compiled.desk import put_desk
from sim.machine.compiled.kernel import UNCOMPILED
from sim.machine.compiled.kinds import ARGUMENT
from sim.machine.compiled.packing import packed
from sim.machine.compiled.pieces import Array, table
from sim.machine.compiled.rates import cells, generators
from sim.machine.compiled.recording import VOID
from sim.machine.compiled.room import give_back, larger, room_for
from sim.machine.demand import expected_jobs
from sim.machine.fault import EngineFault
from sim.machine.instance import instantiate
from sim.machine.luck import name_hash
from sim.machine.network import Network
from sim.machine.records import DUTY, MOST_OPEN, SWITCH, VISIT, Records, Tally

MARGIN = 2048
"""Room that must be free in every array before an event; an event that needs more than what is left starts the run
anew with larger arrays."""
FIRST_ROOM = 1 << 14

NEVER = 1 << 62
OF_SLOTS = ("jobs", "lives")
OF_FULL_SLOTS = ("persons", "attributes", "marks", "marked", "scratch")
OF_DESK_SLOTS = ("ties", "kin", "queues")
"""Tables with a row for each slot (`far` has two)."""
MOST_EXPECTED = 5e7
BIRTHS_A_SLICE, MOST_SLICES, MOST_BUCKETS = 4.0, 1 << 13, 1 << 16


class Walk:
    """A run, prepared: `walk()` is the event loop, `records()` what it leaves behind.

    Parameters
    ----------
    network : Network
        What is simulated.
    seed, replication : int
        Its luck.
    most_open : int
        Jobs alive at which the run stops (rule 7.5).
    visits, jobs : bool
        Whether rows of spells and of jobs are kept.
    """

    def __init__(
        self,
        network: Network,
        seed: int = 1,
        replication: int = 0,
        most_open: int = MOST_OPEN,
        *,
        visits: bool = True,
        jobs: bool = True,
    ) -> None:
        self.network, self.seed, self.replication, self.most_open = network, seed, replication, most_open
        self.keep_rows, self.keep_jobs = visits, jobs
        self.instance = instantiate(network, seed, replication)
        self.tables = packed(network)
        self.room = 1
        loop.prepare(self.tables.kind)
        self.stopped = nan
        self.cut = False
        self.expected = min(expected_jobs(network), MOST_EXPECTED)
        self.prepare()

    # -- room ---------------------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """A private copy of the network's tables, and room for the run."""
        n, full = self.network, self.tables.kind != "core"
        run = table(at.RUN, 1)
        w = run[0]
        t = {name: a.copy() for name, a in self.tables.arrays.items()}
        w.now = w.start = 0.0 - n.warm_up
        w.end, w.limit = n.end, n.limit
        count = self.slice_time(w)
        w.fresh_slot = w.fresh_clock = 1
        w.cell, w.last_cell = cells(n)
        w.cell_end = -inf
        w.next_birth = inf
        w.most_alive = self.most_open
        w.keep_rows, w.keep_jobs = self.keep_rows, self.keep_jobs
        w.z_name, w.mark_name, w.batch_name = name_hash("z"), name_hash("mark"), name_hash("batch")
        w.watched = t["anchors"].size
        w.rooms = int(t["steps"]["room"].sum())
        t["steps"]["area_since"] = w.start
        t["pools"]["area_since"] = w.start
        born, rates = generators(n, self.instance, t["streams"])
        changes = np.ascontiguousarray(self.instance.change_table).view(np.recarray)
        for i, servers in enumerate(self.instance.counts):
            t["pools"]["n"][i] = servers
        room = FIRST_ROOM * self.room
        rows = room + int(1.25 * self.expected)  # memory that is not touched costs nothing
        t.update(
            jobs=room_for("jobs", at.JOB, room),
            lives=room_for("lives", at.LIFE, room),
            heap=room_for("heap", at.ENTRY_OF_HEAP, 2 * room),
            far=room_for("far", at.FAR, 2 * room),
            present=table(at.ENTRY_OF_HEAP, int(at.MOST_IN_ORDER) + 1),
            wheel=np.zeros(w.n_slices, np.uint32),
            chunks=room_for("chunks", at.CHUNK, room),
            buckets=np.zeros(count, np.uint32),
            visits=room_for("visits", at.VISIT_ROW, rows if self.keep_rows else 1),
            job_rows=room_for("job_rows", at.JOB_END_ROW, rows if self.keep_jobs else 1),
            kept=np.zeros(rows if self.keep_jobs else 1, np.uint8),
            generators=born,
            birth_heap=table(at.ENTRY_OF_HEAP, born.size + 1),
            rates=rates,
            changes=changes,
        )
        if full:
            w.n_attributes, w.n_marks = len(n.attributes), len(n.marks)
            t.update(
                persons=room_for("persons", at.PERSON, room),
                attributes=np.zeros((room, len(n.attributes))),
                marks=np.zeros((room, len(n.marks)), np.uint8),
                marked=np.full((room, len(n.marks)), nan),
                clocks=room_for("clocks", at.CLOCK, room if n.watches or n.family_marks else 1),
                clock_buckets=np.zeros(count, np.uint32),
                frames=np.zeros(t["servers"].size + 8, np.int64),
                heads=np.zeros(t["servers"].size + 8, np.uint32),
                scratch=room_for("scratch", at.ENTRY_OF_HEAP, room),
                breaks=room_for("breaks", at.DUTY_ROW, max(room // 16, 2 * MARGIN)),
            )
        self.t, self.run = t, run
        self.full: Any = ARGUMENT[self.tables.kind]
        if self.tables.kind == "desk":
            put_desk(w, t, n, self.instance, room)
        if full:
            self.begin_duty()
        self.address()
        with np.errstate(over="ignore", invalid="ignore"):
            loop.run_kernels(self.w, self.full, loop.BEGIN, 0.0)

    def slice_time(self, w: Any) -> int:
        """Widths of buckets and slices, powers of two, so that a time belongs to exactly one; how many buckets."""
        n = self.network
        width = 64.0
        while (n.limit + n.warm_up) / width > MOST_BUCKETS:
            width *= 2.0
        span = n.end + n.warm_up
        births = self.expected / span * width if span > 0.0 else 0.0
        slices = 1
        while slices * BIRTHS_A_SLICE < births and slices < MOST_SLICES:
            slices *= 2
        w.n_slices, w.slice_width = slices, width / slices
        w.slices_a_minute, w.buckets_a_minute = slices / width, 1.0 / width
        w.first_bucket = floor(w.start / width)
        w.first_slice = w.first_bucket * slices
        w.slice = floor(w.start * w.slices_a_minute) - w.first_slice
        w.slice_end = (w.first_slice + w.slice + 1) * w.slice_width
        w.horizon = (w.first_slice + slices) * w.slice_width
        w.fresh_chunk = 1
        return int(floor(n.limit / width) - w.first_bucket + 1)

    def begin_duty(self) -> None:
        """Who is on duty at the start stands on the shelf of the idle, by number."""
        servers, shelves, bits = self.t["servers"], self.t["shelves"], self.t["bits"]
        for i, on in enumerate(self.instance.starting):
            if not on.size:
                continue
            pool = self.t["pools"][i]
            number = on["server"].astype(np.int64)
            s = pool.first_server + number
            servers["on_duty"][s] = 1
            if self.tables.kind == "desk":
                self.t["hosts"]["in_duty"][s] = 1
                pool.available = s.size
            servers["duty_speed"][s] = on["speed"]
            servers["changed"][s] = self.run[0].start
            servers["change"][s] = np.arange(1, s.size + 1)
            servers["shelf"][s] = 0
            servers["shelf_room"][s] = pool.slots
            servers["next"][s[:-1]] = s[1:]
            servers["prev"][s[1:]] = s[:-1]
            shelves[pool.first_shelf] = (s[0], s[-1])
            pool.changes = s.size
            pool.free = s.size * int(pool.slots)
            if pool.bits:
                np.bitwise_or.at(bits, pool.first_word + (number >> 6), np.uint64(1) << (number & 63).astype(np.uint64))

    def address(self) -> None:
        """Tell the record where the tables are, how large, and how full each may be before an event."""
        t, w = self.t, self.run[0]
        for name in at.TABLES:
            a = t.get(name)
            w[name] = 0 if a is None else a.ctypes.data
        w.room_chunks, w.many_chunks = t["chunks"].size, t["chunks"].size - MARGIN
        # tables of one length may stand in memory of different lengths, some of it used before
        w.room_heap, w.room_visits = t["heap"].size, t["visits"].size
        w.room_job_rows = min(t["job_rows"].size, t["kept"].size)
        slots = OF_SLOTS + (OF_FULL_SLOTS if self.full is not None else ()) + (OF_DESK_SLOTS if self.full else ())
        w.room_jobs = min(*(t[name].shape[0] for name in slots), t["far"].size // 2)
        w.n_buckets, w.n_streams, w.n_generators = t["buckets"].size, t["streams"].size, t["generators"].size
        w.n_pools, w.n_steps = t["pools"].size, t["steps"].size
        if not self.full:
            w.n_changes = t["changes"].size
        w.many_rows = w.room_visits - MARGIN if self.keep_rows else NEVER
        w.many_jobs = w.room_job_rows - MARGIN if self.keep_jobs else NEVER
        w.many_timers, w.many_slots = w.room_heap - MARGIN, w.room_jobs - MARGIN
        w.many_clocks = w.many_breaks = w.many_switch_rows = NEVER
        if self.full is not None:
            w.room_clocks, w.room_breaks = t["clocks"].size, t["breaks"].size
            w.n_servers, w.n_anchors = t["servers"].size, t["anchor_of"].shape[1]
            w.many_clocks = w.room_clocks - MARGIN if t["clocks"].size > 1 else NEVER
            w.many_breaks = w.room_breaks - MARGIN
        if self.full:
            w.room_switch_rows, w.n_switches, w.n_gauges = t["switch_rows"].size, t["switches"].size, t["gauges"].size
            w.many_switch_rows = w.room_switch_rows - MARGIN
        w.attention = 1
        self.w: Any = np.uint64(self.run.ctypes.data)
        if UNCOMPILED:
            from sim.machine.compiled.checked import World

            self.w = World(w, {**t, "anchor_of": t["anchor_of"].reshape(-1)})

    def grow(self) -> None:
        """Enlarge what is nearly full."""
        t, w = self.t, self.run[0]
        wanted: dict[str, int] = {}
        if w.rows > w.many_rows:
            wanted["visits"] = 2 * w.room_visits
        if w.jobs_made > w.many_jobs:
            wanted.update(job_rows=2 * w.room_job_rows, kept=2 * w.room_job_rows)
        if w.heap_size > w.many_timers:
            wanted["heap"] = 2 * w.room_heap
        if w.fresh_chunk > w.many_chunks:
            wanted["chunks"] = 2 * w.room_chunks
        if w.fresh_slot > w.many_slots:
            if w.room_jobs >= at.MOST_SLOTS:
                raise self.fault(f"more than {at.MOST_SLOTS:,} jobs alive at once")
            slots = OF_SLOTS + (OF_FULL_SLOTS if self.full is not None else ()) + (OF_DESK_SLOTS if self.full else ())
            wanted.update(dict.fromkeys(slots, 2 * w.room_jobs))
            wanted["far"] = 4 * w.room_jobs
            if self.full:
                wanted["frames"] = 4 * w.room_jobs + t["servers"].size + 8
        if self.full is not None:
            if w.fresh_clock > w.many_clocks:
                if w.room_clocks >= at.MOST_SLOTS:
                    raise self.fault(f"more than {at.MOST_SLOTS:,} watches of living jobs")
                wanted["clocks"] = 2 * w.room_clocks
            if w.breaks_taken > w.many_breaks:
                wanted["breaks"] = 2 * w.room_breaks
        if self.full and w.switch_turns > w.many_switch_rows:
            wanted["switch_rows"] = 2 * w.room_switch_rows
        for name, size in wanted.items():
            if t[name].shape[0] < size:
                t[name] = larger(t[name], int(size))
        self.address()

    # -- running ------------------------------------------------------------------------------------------------------

    def walk(self) -> None:
        """Walk through all events.

        Raises
        ------
        EngineFault
            With what went wrong, and the seed, replication, time and job to replay it.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            while True:
                said = loop.run_kernels(self.w, self.full, loop.WALK, 0.0)
                w = self.run[0]
                if said == at.GROW:
                    self.grow()
                    continue
                if said == at.OVERGROWN:
                    self.cut, self.stopped = True, float(w.now)
                elif said == at.DONE:
                    self.stopped = float(w.limit if w.open_counted else max(w.end, w.now))
                if said in (at.DONE, at.OVERGROWN):
                    said = loop.run_kernels(self.w, self.full, loop.FINISH, self.stopped)
                if said == at.DONE:
                    return
                if said not in (at.NO_SLOTS, at.NO_ROWS, at.NO_TIMERS, at.NO_CLOCKS):
                    raise self.trouble(said)
                # one event needed more than was left: start anew with more
                self.room *= 4
                self.prepare()

    def births(self) -> int:
        """Walk through the births alone, and say how many there are."""
        with np.errstate(over="ignore"):
            loop.run_kernels(self.w, self.full, loop.ONLY_BIRTHS, 0.0)
        return int(self.run[0].born)

    def fault(self, what: str, job: int | None = None) -> EngineFault:
        """An engine fault at this moment."""
        return EngineFault(what, self.seed, self.replication, float(self.run[0].now), job)

    def trouble(self, code: int) -> EngineFault:
        """What a kernel found, in the words of the reference engine."""
        w = self.run[0]
        job = int(w.trouble_job)
        if code == at.BAD_LAW:
            return self.fault(f"a law gave {w.trouble_value}; a number of at least 0 is expected", job)
        if code == at.BAD_BATCH:
            return self.fault(f"a batch law gave {w.trouble_value}; a finite number is expected")
        if code == at.ROUNDS:
            return self.fault("a job is in its 256th round; at most 255 are possible", job)
        if code == at.SPELLS:
            return self.fault("a visit is in its 257th spell; at most 256 are possible", job)
        if code == at.TOO_MANY_JOBS:
            return self.fault("more than 2^32 jobs in one run")
        if code == at.TOO_MANY_JOINS:
            return self.fault("more than 2^32 times a job joined a line in one run")
        here = self.t["jobs"][1 : w.fresh_slot]
        alive = here["number"][(here["state"] != at.FREE) & (here["state"] != at.AFTER_WORK)]
        last = int(alive.max()) if alive.size else None
        return self.fault("more than 100,000 events at one instant: time does not pass any more", last)

    # -- records ------------------------------------------------------------------------------------------------------

    def sorted_visits(self) -> Array:
        """Rows of spells by (job, entered), those of one job in the order in which they were closed (rule 7.2)."""
        t, w = self.t, self.run[0]
        if w.void_rows:
            wanted = t["visits"][: w.rows][t["visits"]["exit"][: w.rows] != VOID]
            t["visits"][: wanted.size] = wanted
            w.rows, w.void_rows = wanted.size, 0
        out = np.empty(w.rows, VISIT)
        t["sorted_visits"], t["first_rows"] = out, np.zeros(w.jobs_made + 2, np.int64)
        w.now = self.stopped
        self.address()
        with np.errstate(over="ignore"):
            loop.run_kernels(self.w, self.full, loop.SORT, 0.0)
        return out

    def records(self) -> Records:
        """Everything the run left behind, in its agreed order."""
        t, w = self.t, self.run[0]
        visits = self.sorted_visits()
        made = w.jobs_made if self.keep_jobs else 0
        jobs = np.asarray(t["job_rows"])[:made][t["kept"][:made].view(bool)]
        duty = self.instance.duty
        switches = np.empty(w.switch_turns if self.full else 0, SWITCH)
        if self.full:
            for name in SWITCH.names or ():
                switches[name] = t["switch_rows"][name][: w.switch_turns]
            duty = self.instance.attended(switches, self.stopped)
        if self.full is not None:
            duty = np.concatenate([duty, np.asarray(t["breaks"])[: w.breaks_taken].view(DUTY)])
        duty = duty[np.lexsort((duty["kind"], duty["begin"], duty["server"], duty["pool"]))]
        tally = Tally(
            waiting=np.array(t["steps"]["area"]),
            serving=np.array(t["pools"]["area"]),
            born=int(w.born),
            spawned=int(w.spawned),
            ended=int(w.ended),
            open=int(w.alive),
        )
        give_back(t)
        self.t = {}
        about = self.network, self.seed, self.replication
        return Records(*about, visits, jobs, duty, tally, self.stopped, self.cut, self.most_open, switches)


def run(network: Network, seed: int = 1, replication: int = 0, most_open: int = MOST_OPEN) -> Records:
    """Simulate one replication.

    Raises
    ------
    EngineFault
        Time stands still, a number is impossible, or a counter of the machine overflows.
    """
    w = Walk(network, seed, replication, most_open)
    w.walk()
    return w.records()
