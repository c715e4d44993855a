"""Pools and servers of a run under the reference engine (rules 2.11, 4 and 5.2)."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from sim.machine.luck import Purpose, draw
from sim.machine.pools import CountedPool, NamedPool, Server
from sim.machine.steps import Edge

if TYPE_CHECKING:
    from sim.machine.reference.agenda import Timer
    from sim.machine.reference.gauges import SwitchState
    from sim.machine.reference.jobs import Job, Line
    from sim.machine.reference.stations import WorkState


class EdgeState:
    """An edge between a step and a pool."""

    def __init__(self, edge: Edge, number: int, step: WorkState, pool: CountedState | NamedState) -> None:
        self.number = number
        self.step = step
        self.pool = pool
        self.rank = edge.rank
        self.after = edge.after
        self.speed = edge.speed
        self.reserve = edge.reserve
        self.units = step.work.units
        slots = pool.pool.slots if isinstance(pool.pool, NamedPool) else 1
        self.top_load = min(slots, slots if edge.most is None else edge.most) - self.units
        self.switch: SwitchState | None = None
        """It sees no job while this is off (rule 8.2)."""
        self.personal: dict[tuple[ServerState, float], Line] = {}
        """Personal lines of the pool's servers at the step that are not empty, by priority (rule 8.3)."""


class KeptSlot:
    """Slots of a server that stay with a job after its completion (rule 8.5), and the row that waits for their end."""

    __slots__ = ("counted", "edge", "entered", "job", "row", "server")

    def __init__(
        self, job: Job, server: CountedState | ServerState, edge: EdgeState, row: int, entered: float, counted: bool
    ) -> None:
        self.job = job
        self.server = server
        self.edge = edge
        self.row = row
        self.entered = entered
        self.counted = counted


class CountedState:
    """A head-count: how many there are, how many are busy, and with what."""

    def __init__(self, pool: CountedPool, index: int, servers: int) -> None:
        self.pool = pool
        self.index = index
        self.n = servers
        self.busy = 0
        self.jobs: dict[Job, None] = {}
        self.after_ends: list[float] = []
        self.by_rank: dict[int, list[EdgeState]] = {}
        self.number = -1
        self.learns = False
        self.done = 0

    @property
    def free(self) -> int:
        """How many are free; more may be busy than there are."""
        return max(self.n - self.busy, 0)

    @property
    def slots_on_duty(self) -> int:
        """How many there are (rule 8.1)."""
        return self.n

    def best(self, edge: EdgeState, job: Job) -> CountedState | None:
        """The pool itself, if someone in it is free for this edge."""
        return self if self.n - self.busy > edge.reserve else None

    def take(self, units: int, now: float) -> None:
        """One more is busy."""
        self.busy += 1

    def release(self, units: int, now: float) -> None:
        """One is free again."""
        self.busy -= 1

    def speed_of(self, job: Job) -> float:
        """Speed of a job here: its edge's."""
        assert job.edge is not None
        return job.edge.speed

    def experience(self) -> float:
        """Nobody in particular learns here."""
        return 1.0


class ServerState:
    """A server with a name: on duty or not, with how many open units."""

    def __init__(self, server: Server, pool: NamedState, number: int, key: int) -> None:
        self.server = server
        self.pool = pool
        self.number = number
        self.key = key
        self.on_duty = False
        self.present = False
        """On duty, or on a fixed break after which the duty goes on (rules 8.3 and 8.5)."""
        self.duty_speed = 1.0
        self.load = 0
        self.jobs: dict[Job, None] = {}
        self.changed = -inf
        self.change = 0
        self.cleared: Job | None = None
        self.cleared_rank = 0
        self.break_due = 0.0
        self.break_fell_due = -inf
        self.resting = False
        self.rest_since = 0.0
        self.rest_timer: Timer | None = None
        self.shelf: dict[ServerState, None] | None = None
        self.shelf_room = 0
        self.done = server.done
        self.kept: dict[KeptSlot, None] = {}

    @property
    def available(self) -> bool:
        """Whether it may start work."""
        return self.on_duty and not self.resting and self.break_due == 0.0

    def note_change(self, now: float) -> None:
        """A start, a release or a duty begin: it stands last among the servers of its load."""
        self.pool.changes += 1
        self.change = self.pool.changes
        self.changed = now
        self.place()

    def place(self) -> None:
        """Stand among the servers of its load, if it may start work; else nowhere."""
        pool = self.pool
        if self.shelf is not None:
            del self.shelf[self]
            pool.free -= self.shelf_room
            self.shelf = None
        if self.available:
            self.shelf_room = pool.pool.slots - self.load
            self.shelf = pool.shelves[self.load]
            self.shelf[self] = None
            pool.free += self.shelf_room

    def take(self, units: int, now: float) -> None:
        """Open `units` more."""
        self.load += units
        self.note_change(now)

    def release(self, units: int, now: float) -> None:
        """Close `units`."""
        self.load -= units
        self.note_change(now)

    def speed_of(self, job: Job) -> float:
        """Speed of a job here (rule 5.2)."""
        assert job.edge is not None
        curve = self.pool.pool.curve
        first = curve[self.load - 1] if curve else 1.0
        speed = first * self.server.speed * job.edge.speed * self.duty_speed
        return speed * job.learned if self.pool.learns else speed

    def experience(self) -> float:
        """Factor of what the server has learned by now (rule 8.8)."""
        factor = 1.0
        for jobs, x in self.pool.pool.learning:
            if jobs <= self.done:
                factor = x
        return factor


class NamedState:
    """Servers by load, each shelf in the order of their last change."""

    def __init__(self, pool: NamedPool, index: int, key: int, keys: list[int]) -> None:
        self.pool = pool
        self.index = index
        self.key = key
        self.learns = bool(pool.learning)
        self.servers = [ServerState(s, self, i, k) for i, (s, k) in enumerate(zip(pool.servers, keys, strict=True))]
        self.shelves: list[dict[ServerState, None]] = [{} for _ in range(pool.slots + 1)]
        self.free = 0
        self.changes = 0
        self.by_rank: dict[int, list[EdgeState]] = {}

    @property
    def slots_on_duty(self) -> int:
        """Slots of the servers that may start work (rule 8.1)."""
        return self.pool.slots * sum(len(shelf) for shelf in self.shelves)

    def fits(self, server: ServerState, edge: EdgeState, job: Job) -> bool:
        """Whether this server fits (section 4)."""
        if self.free - edge.units < edge.reserve or not server.available or server.load > edge.top_load:
            return False
        return self._may(server, edge, job)

    def fits_without(self, server: ServerState, edge: EdgeState, job: Job, units: int) -> bool:
        """Whether this available server fits once so many of its units are closed (rule 8.4)."""
        if self.free + units - edge.units < edge.reserve or server.load - units > edge.top_load:
            return False
        return self._may(server, edge, job)

    def best(self, edge: EdgeState, job: Job) -> ServerState | None:
        """The server that fits and that the pool's choice prefers; None when none fits (section 4, `fits`)."""
        if self.free - edge.units < edge.reserve:
            return None
        choice = self.pool.server_choice
        shelves = self.shelves
        if choice == "least loaded":
            for load in range(edge.top_load + 1):
                for s in shelves[load]:
                    if self._may(s, edge, job):
                        return s
            return None
        if choice == "most loaded":
            for load in range(edge.top_load, -1, -1):
                for s in shelves[load]:
                    if self._may(s, edge, job):
                        return s
            return None
        if choice == "longest idle":
            found: ServerState | None = None
            for load in range(edge.top_load + 1):
                for s in shelves[load]:
                    if self._may(s, edge, job):
                        if found is None or s.change < found.change:
                            found = s
                        break
            return found
        fitting = [s for load in range(edge.top_load + 1) for s in shelves[load] if self._may(s, edge, job)]
        if not fitting:
            return None
        fitting.sort(key=lambda s: s.number)
        if choice == "lowest number":
            return fitting[0]
        u = draw(job.key, edge.step.hash, job.round, Purpose.SERVER)
        return fitting[int(u * len(fitting))]

    def has_room(self, edge: EdgeState, job: Job) -> bool:
        """Whether some server has the room for it, a reserve aside."""
        return any(self._may(s, edge, job) for load in range(edge.top_load + 1) for s in self.shelves[load])

    @staticmethod
    def _may(server: ServerState, edge: EdgeState, job: Job) -> bool:
        """Whether the server is not cleared for a better rank than this edge's."""
        return server.cleared is None or server.cleared is job or edge.rank <= server.cleared_rank

    def roomiest(self, units: int) -> ServerState | None:
        """Server on duty with most free slots that has enough of them in all, not cleared yet."""
        if self.pool.slots < units:
            return None
        for shelf in self.shelves:
            for s in shelf:
                if s.cleared is None:
                    return s
        return None
