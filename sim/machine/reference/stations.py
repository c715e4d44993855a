"""Steps of a run: laws bound to the packed table, edges, lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from sim.machine.calendar import Calendar
from sim.machine.luck import name_hash
from sim.machine.predictor import Predictor
from sim.machine.reference.jobs import Job, Line
from sim.machine.reference.servers import EdgeState, ServerState
from sim.machine.steps import Clause, Delay, Work

if TYPE_CHECKING:
    from sim.machine.reference.gauges import GaugeState
    from sim.machine.reference.state import Run


class BoundLaw(NamedTuple):
    """A law in the packed table, with what depends on the job."""

    at: int
    loaded: bool
    scale: Predictor | None
    cap: float


class BoundClause(NamedTuple):
    """A clause with its hash and the number of its next step (-1: end)."""

    clause: Clause
    hash: int
    to: int


class WorkState:
    """A Work step in a run: its laws, its edges, its lines."""

    def __init__(self, work: Work, index: int, run: Run) -> None:
        self.work = work
        self.index = index
        self.hash = name_hash("step:" + work.name)
        self.size = run.bind(work.size)
        self.after_work = run.bind(work.after_work)
        self.patience = run.bind(work.patience)
        self.ghost = run.bind(work.ghost)
        self.due = run.bind(work.due)
        self.head_start = run.bind(work.head_start)
        self.priority = run.bind(work.priority)
        calendars = run.network.calendars
        self.door: Calendar | None = calendars[work.opening] if work.opening else None
        self.open = self.door is None or self.door.is_open(-run.network.warm_up)
        self.after_calendar = calendars[work.after_calendar] if work.after_calendar else None
        self.patience_calendar = calendars[work.patience_calendar] if work.patience_calendar else None
        self.due_calendar = calendars[work.due_calendar] if work.due_calendar else None
        self.owner_calendar = calendars[work.owner_calendar] if work.owner_calendar else None
        self.lines: dict[float, Line] = {}
        self.priorities: list[float] = []
        self.waiting = 0
        self.inside = 0
        self.recall = run.recall_number(work.recall)
        self.gauges: list[GaugeState] = []
        """Gauges that look at the waits of those who start here (rule 8.1)."""
        self.shared: GaugeState | None = None
        """Gauge of the shared limit (rule 8.6)."""
        self.edges: list[EdgeState] = []
        self.edge_to: dict[int, EdgeState] = {}
        """Edges by the number of their pool."""
        self.ranks: list[tuple[int, list[EdgeState]]] = []
        self.overflows = any(e.after > 0.0 for e in work.edges)
        # in such a line whoever joined earlier becomes visible earlier
        self.in_order = work.order == "entry" and work.head_start is None

    def line(self, priority: float, owner: ServerState | None = None) -> Line:
        """Line of a priority (of an owner, if one is given), made when first needed."""
        if owner is not None:
            return self.edge_to[owner.pool.index].personal.setdefault((owner, priority), Line(priority, owner))
        line = self.lines.get(priority)
        if line is None:
            line = self.lines[priority] = Line(priority)
            self.priorities = sorted(self.lines, reverse=True)
        return line

    def remove(self, job: Job) -> None:
        """Take a job out of its line; personal lines are kept only while somebody stands in them."""
        line = job.line
        assert line is not None
        line.remove(job)
        if line.owner is not None and not line.jobs:
            del self.edge_to[line.owner.pool.index].personal[line.owner, line.priority]

    def all_lines(self) -> Iterator[Line]:
        """The lines of the step, then the personal ones of those who may serve it (rule 8.3)."""
        yield from self.lines.values()
        for edge in self.edges:
            yield from edge.personal.values()


class DelayState:
    """A Delay step in a run."""

    def __init__(self, delay: Delay, index: int, run: Run) -> None:
        self.delay = delay
        self.index = index
        self.hash = name_hash("step:" + delay.name)
        self.length = run.bind(delay.length)
        self.inside = 0
        self.recall = run.recall_number(delay.recall)
        calendars = run.network.calendars
        self.calendar = calendars[delay.calendar] if delay.calendar else None
        self.until_open = calendars[delay.until_open] if delay.until_open else None
