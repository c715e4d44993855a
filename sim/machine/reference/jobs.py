"""Jobs and lines of a run under the reference engine."""

from __future__ import annotations

from bisect import bisect_left, insort
from math import inf, nan
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.machine.reference.agenda import Timer
    from sim.machine.reference.servers import CountedState, EdgeState, KeptSlot, NamedState, ServerState

BEFORE, IN_LINE, IN_SERVICE, PAUSED, IN_DELAY, GONE = range(6)
"""Where a job is: not in a step, waiting, served, paused on its server, in a delay, ended."""


class Clock:
    """State of one watch of one job."""

    __slots__ = ("expiries", "job", "running", "since_start", "sets", "timer", "watch")

    def __init__(self, watch: int, job: Job) -> None:
        self.watch = watch
        self.job = job
        self.timer: Timer | None = None
        self.sets = 0
        self.expiries = 0
        self.since_start = 0
        self.running = False


class Kin:
    """What the jobs of a family share: its marks, its owner, and who of it is alive (rules 8.3 and 8.7)."""

    __slots__ = ("marks", "members", "owner")

    def __init__(self, marks: int) -> None:
        self.marks = [0] * marks
        self.owner: ServerState | None = None
        self.members: dict[int, Job] = {}


class Job:
    """A job with its present visit and spell."""

    __slots__ = (
        "arrival",
        "asks",
        "attributes",
        "birth",
        "budget",
        "cleared",
        "clocks",
        "completion",
        "counted",
        "delay",
        "due",
        "edge",
        "entered",
        "family_counted",
        "finish",
        "first_place",
        "ghost",
        "gone_at",
        "inside",
        "joined",
        "joined_serial",
        "kept",
        "key",
        "kin",
        "learned",
        "left",
        "line",
        "line_key",
        "marked",
        "marks",
        "number",
        "opens",
        "overflow",
        "parent",
        "patience",
        "patience_left",
        "paused",
        "place",
        "pool",
        "priority",
        "root",
        "round",
        "server",
        "settled",
        "size",
        "slot",
        "speed",
        "spell",
        "spell_entered",
        "start_order",
        "started",
        "state",
        "step",
        "stream",
        "visible_at",
        "waited",
        "z",
    )

    # known once it has started: what its server had learned by then (8.8), and the order of starts (8.4)
    learned: float
    start_order: int

    def __init__(self, number: int, key: int, stream: int, birth: float, root: Job | None, parent: int) -> None:
        self.number = number
        self.key = key
        self.stream = stream
        self.birth = birth
        self.root = root
        self.parent = parent
        self.z: float | None = None
        self.attributes: list[float] = []
        self.marks: list[int] = []
        self.marked: dict[int, float] = {}
        self.round = 0
        self.due = nan
        self.first_place = nan
        self.waited = 0.0
        self.budget: float | None = None
        self.family_counted = False
        self.kept = False
        self.clocks: dict[int, Clock] | None = None
        self.state = BEFORE
        self.step = -1
        self.arrival = 0
        self.delay: Timer | None = None
        self.entered = birth
        self.counted = False
        self.spell = 0
        self.paused = False
        self.spell_entered = birth
        self.started = nan
        self.ghost = False
        self.gone_at = nan
        self.pool: CountedState | NamedState | None = None
        self.server: ServerState | CountedState | None = None
        self.kin: Kin | None = None if root is None else root.kin
        self.inside = False
        """Whether gauges count it at its step (rule 8.1)."""
        self.slot: KeptSlot | None = None
        """Slots of a server that it keeps from an earlier step (rule 8.5)."""

    @property
    def family(self) -> Job:
        """The root job of its family; a root does not point at itself, so that it is freed as soon as it ends."""
        return self if self.root is None else self.root

    def begin_delay(self, now: float, counted: bool) -> None:
        """A stay in a step that only passes time."""
        self.entered = self.spell_entered = now
        self.counted = counted
        self.spell = 0
        self.paused = False
        self.started = self.gone_at = nan
        self.ghost = False
        self.pool = self.server = None

    def begin_visit(self, now: float, counted: bool) -> None:
        """A stay at work: forget the last one."""
        self.entered = now
        self.counted = counted
        self.spell = -1
        self.place = now
        self.priority = 0.0
        self.opens = -inf
        self.visible_at: list[float] | None = None
        self.patience_left: float | None = None
        self.ghost = False
        self.gone_at = nan
        self.size: float | None = None
        self.left = 0.0
        self.pool = None
        self.begin_spell(now)

    def begin_spell(self, now: float) -> None:
        """A new row, by entry, hand back or pause."""
        self.spell += 1
        self.paused = False
        self.spell_entered = now
        self.started = nan
        self.server = None
        self.edge: EdgeState | None = None
        self.speed = 0.0
        self.settled = now
        self.finish = inf
        self.completion: Timer | None = None
        self.line: Line | None = None
        self.line_key: tuple[float, int, int] = (0.0, 0, 0)
        self.joined = now
        self.joined_serial = 0
        self.overflow: Timer | None = None
        self.patience: Timer | None = None
        self.cleared: ServerState | None = None
        self.asks: ServerState | None = None
        """The owner in whose personal line it waits (rule 8.3)."""


class Line:
    """Waiting jobs of one step and priority (and, in a personal line, of one owner), in order.

    The order is a key (place, due time or minus score; 0 for returned jobs and 1 for others; order of arriving at the
    step for returned ones, of joining for others).
    """

    __slots__ = ("_keys", "jobs", "owner", "priority")

    def __init__(self, priority: float, owner: ServerState | None = None) -> None:
        self.priority = priority
        self.owner = owner
        self._keys: list[tuple[float, int, int]] = []
        self.jobs: list[Job] = []

    def join(self, job: Job) -> None:
        """Insert at the place of its key."""
        key = job.line_key
        if not self._keys or key > self._keys[-1]:
            self._keys.append(key)
            self.jobs.append(job)
        else:
            i = bisect_left(self._keys, key)
            insort(self._keys, key)
            self.jobs.insert(i, job)
        job.line = self

    def remove(self, job: Job) -> None:
        """Take out, from wherever it stands."""
        i = bisect_left(self._keys, job.line_key)
        del self._keys[i]
        del self.jobs[i]
        job.line = None
