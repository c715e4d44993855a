"""M(t)/M/s(t)+M: a line whose arrivals and number of servers change from interval to interval.

The state is (busy, waiting). In the *counted* rule nobody new starts while busy >= s(t): when s falls,
those in service finish, so busy may exceed s while jobs wait. In the *hand-back* rule the jobs beyond s
go back to the line at the moment of the fall. Within an interval the chain is constant; its forward
(Kolmogorov) equations are solved by uniformisation (Jensen 1953; Grassmann 1977), and integrals over
time come from the same sum. The line is cut at a length that is doubled until hardly anything is lost.

The wait of the jobs arriving at one time follows from the state they find by a second chain. Where no
change of the servers comes within the acceptable waiting time, all arrivals of a span are followed at
once, which is exact; in the last stretch before a change 16 Gauss-Legendre nodes for every six mean
services are, good for 9 digits and more.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from sim.theory.arguments import Numbers, Vector, above_zero, at_least_zero, rising, vector, whole
from sim.theory.forward import LineChain, LineState
from sim.theory.lifetime import gauss_legendre

RULES = ("finish", "hand back")

# The longest line that is tried.
LONGEST = 100_000


@dataclass(frozen=True)
class TimeVaryingMeasures:
    """Expected course of a line over time; n intervals, n + 1 edges.

    At an edge the values are those just after the number of servers has changed. Counts are expected
    numbers of jobs per interval; `served_within` and `abandoned_within` belong to the interval in which
    the job *arrived*, the other counts to the one in which the event happens.

    Attributes
    ----------
    edges : array, shape (n + 1,)
        Ends of the intervals [time units].
    mean_line, mean_busy : array, shape (n + 1,)
        Expected number waiting and in service at each edge.
    p_wait : array, shape (n + 1,)
        Probability that a job arriving just after the edge finds no free server.
    arrived, waited, served, abandoned : array, shape (n,)
        Expected numbers of jobs that arrive, that find no free server, that end service, that leave the
        line.
    line_time, busy_time : array, shape (n,)
        Expected time spent waiting and in service by all jobs together [job x time units].
    served_within, abandoned_within : array, shape (n,)
        Expected numbers of the jobs arriving in the interval that are served, or leave the line, after a
        wait of at most `awt`, up to their first start; empty without `awt`. For jobs arriving near the
        end the last interval's servers stay on.
    handed_back : array, shape (n,)
        Expected number of jobs sent back to the line at the beginning of the interval.
    awt : float
        Acceptable waiting time, NaN if none was given [time units].
    lost : float
        Expected number of jobs lost because the table of states ends: the error of the whole solution.
    """

    edges: Vector
    mean_line: Vector
    mean_busy: Vector
    p_wait: Vector
    arrived: Vector
    waited: Vector
    served: Vector
    abandoned: Vector
    line_time: Vector
    busy_time: Vector
    served_within: Vector
    abandoned_within: Vector
    handed_back: Vector
    awt: float
    lost: float

    def service_level(self, variant: str = "A") -> Vector:
        """Service level per interval of arrival: variant "A", "B" or "C" of `LineMeasures`.

        Raises
        ------
        ValueError
            If the variant is another one, or no `awt` was given.
        """
        if self.served_within.size == 0:
            raise ValueError("service_level: no awt was given to time_varying_line; give one")
        levels = {
            "A": (self.served_within, self.arrived - self.abandoned_within),
            "B": (self.served_within + self.abandoned_within, self.arrived),
            "C": (self.served_within, self.arrived),
        }
        if variant not in levels:
            raise ValueError(f"variant: got {variant!r}; it must be one of 'A', 'B', 'C'")
        part, base = levels[variant]
        return np.divide(part, base, out=np.zeros_like(part), where=base > 0.0)


def time_varying_line(
    edges: Numbers,
    arrival_rates: Numbers,
    servers: Numbers,
    mean_service: float,
    mean_patience: float,
    *,
    at_fall: str = "finish",
    awt: float | None = None,
    start_jobs: int = 0,
    tolerance: float = 1e-9,
) -> TimeVaryingMeasures:
    """Expected line, service and leaving over time with changing arrivals and servers.

    Parameters
    ----------
    edges : sequence of float, shape (n + 1,)
        Ends of the intervals [time units].
    arrival_rates : sequence of float, shape (n,)
        Poisson arrivals in each interval [jobs per time unit].
    servers : sequence of int, shape (n,)
        Number of servers in each interval. A rise takes waiting jobs at once.
    mean_service : float
        Mean of the exponential service [time units].
    mean_patience : float
        Mean of the exponential patience [time units]; 0 and infinity allowed.
    at_fall : {"finish", "hand back"}
        What happens to jobs in service beyond the new number of servers: they finish, and nobody new
        starts until busy < servers; or they go back to the head of the line, there to wait or leave.
    awt : float, optional
        Acceptable waiting time; with it the jobs served within it are counted by interval of arrival.
    start_jobs : int
        Number of jobs at the first edge, in service as far as there are servers.
    tolerance : float
        Largest share of the arrivals that the cut of the state space may lose.

    Raises
    ------
    ValueError
        If an argument is out of range or the line grows beyond what can be computed.

    Examples
    --------
    Five servers, then two; those in service finish. Of the 80 jobs that come, 30.4 leave.

    >>> day = time_varying_line([0, 10, 40], [2, 2], [5, 2], mean_service=2, mean_patience=3, awt=0.5)
    >>> round(float(day.mean_busy[1]), 3), round(float(day.abandoned.sum()), 2)
    (3.62, 30.38)
    """
    cuts = rising("edges", edges)
    rates = vector("arrival_rates", arrival_rates, length=cuts.size - 1)
    counts = [whole(f"servers[{i}]", n) for i, n in enumerate(vector("servers", servers))]
    if len(counts) != rates.size:
        raise ValueError(f"servers: got {len(counts)} values; {rates.size} are needed, one per interval")
    if not rates.size:
        raise ValueError("edges: got one edge; give at least two, the ends of an interval")
    if at_fall not in RULES:
        raise ValueError(f"at_fall: got {at_fall!r}; it must be one of {RULES}")
    service = above_zero("mean_service", mean_service)
    patience = at_least_zero("mean_patience", mean_patience, infinite=True)
    limit = None if awt is None else at_least_zero("awt", awt)
    jobs = whole("start_jobs", start_jobs)
    allowed = above_zero("tolerance", tolerance) * max(float(rates @ np.diff(cuts)), 1.0)

    length = 0 if patience == 0.0 else _first_length(cuts, rates, counts, service, patience, jobs)
    while True:
        chain = LineChain(1.0 / service, 0.0 if patience == 0.0 else 1.0 / patience, length, finish=at_fall == "finish")
        result = _Course(chain, cuts, rates, counts, limit, impatient=patience == 0.0).solve(jobs)
        if result.lost <= allowed:
            return result
        length *= 2
        if length > LONGEST:
            raise ValueError(
                f"arrival_rates: the line grows beyond {length // 2} jobs with servers {counts}; give a shorter "
                "mean_patience, more servers, or a shorter horizon"
            )


def _first_length(cuts: Vector, rates: Vector, counts: list[int], service: float, patience: float, jobs: int) -> int:
    """A line that is seldom exceeded: the one without chance, and 8 standard deviations."""
    line = longest = float(max(jobs - counts[0], 0))
    before = counts[0]
    for span, rate, s in zip(np.diff(cuts), rates, counts, strict=True):
        line += max(before - s, 0)
        growth = max(rate - s / service, 0.0)
        # The line without chance ends where leaving balances what the servers cannot take.
        line = max(line, min(line + growth * float(span), growth * patience if growth else 0.0))
        longest, before = max(longest, line), s
    return int(longest + 8.0 * math.sqrt(longest + float(rates.max()) * service + 1.0)) + 20


class _Course:
    """One pass over all intervals."""

    def __init__(
        self,
        chain: LineChain,
        cuts: Vector,
        rates: Vector,
        counts: list[int],
        limit: float | None,
        *,
        impatient: bool,
    ) -> None:
        self.chain = chain
        self.cuts = cuts
        self.rates = rates
        self.counts = counts
        self.limit = limit
        self.impatient = impatient
        n = rates.size
        self.waited, self.served, self.abandoned = np.zeros(n), np.zeros(n), np.zeros(n)
        self.line_time, self.busy_time, self.handed_back = np.zeros(n), np.zeros(n), np.zeros(n)
        self.within = np.zeros((2, n))
        self.lost = 0.0

    def solve(self, jobs: int) -> TimeVaryingMeasures:
        n = self.rates.size
        line, busy, p_wait = np.zeros(n + 1), np.zeros(n + 1), np.zeros(n + 1)
        state = self.chain.begin(jobs, self.counts[0])
        self._drop(max(jobs - self.counts[0] - self.chain.length, 0), 0)
        for i in range(n):
            if i:
                state, self.handed_back[i], dropped = self.chain.change(state, self.counts[i])
                self._drop(dropped, i)
            line[i], busy[i], p_wait[i] = state.mean_line, state.mean_busy, state.p_wait
            for start, end, near in self._pieces(i):
                if near:
                    self.within[:, i] += self._before_change(state, i, start, end)
                state, spent = self.chain.advance(state, self.rates[i], end - start)
                self._count(spent, i)
                if self.limit is not None and not near:
                    self.within[:, i] += self.rates[i] * self._ends(spent, i, -math.inf)
        line[n], busy[n], p_wait[n] = state.mean_line, state.mean_busy, state.p_wait
        within = self.within if self.limit is not None else np.zeros((2, 0))
        return TimeVaryingMeasures(
            edges=self.cuts,
            mean_line=line,
            mean_busy=busy,
            p_wait=p_wait,
            arrived=self.rates * np.diff(self.cuts),
            waited=self.waited,
            served=self.served,
            abandoned=self.abandoned,
            line_time=self.line_time,
            busy_time=self.busy_time,
            served_within=within[0],
            abandoned_within=within[1],
            handed_back=self.handed_back,
            awt=math.nan if self.limit is None else self.limit,
            lost=float(self.lost),
        )

    def _count(self, spent: LineState, i: int) -> None:
        """Add what happens while the probabilities add up to `spent` over time."""
        self.waited[i] += self.rates[i] * spent.p_wait
        self.served[i] += self.chain.mu * spent.mean_busy
        self.abandoned[i] += self.chain.theta * spent.mean_line
        self.line_time[i] += spent.mean_line
        self.busy_time[i] += spent.mean_busy
        self._drop(self.rates[i] * spent.p_end, i)

    def _drop(self, jobs: float, i: int) -> None:
        """Jobs that find no place in the table: without patience they leave, else they are an error."""
        if self.impatient:
            self.abandoned[i] += jobs
        else:
            self.lost += jobs

    def _pieces(self, i: int) -> Iterator[tuple[float, float, bool]]:
        """Stretches of interval i, and whether a change comes within reach of the jobs arriving in it."""
        start, end = float(self.cuts[i]), float(self.cuts[i + 1])
        if self.limit is None or self.impatient or i == self.rates.size - 1:
            yield start, end, False
            return
        reach = self.cuts[i + 1 : -1] - self.limit
        stops = [start, *reach[(reach > start) & (reach < end)].tolist(), end]
        for left, right in pairwise(stops):
            if right <= reach[0]:
                yield left, right, False
                continue
            parts = min(max(1, math.ceil((right - left) * self.chain.mu / 6.0)), 16)
            points = np.linspace(left, right, parts + 1).tolist()
            for a, b in pairwise(points):
                yield a, b, True

    def _before_change(self, state: LineState, i: int, start: float, end: float) -> Vector:
        """Expected jobs served and gone within the limit, of those arriving from start to end."""
        nodes, weights = gauss_legendre()
        half, now = 0.5 * (end - start), start
        result = np.zeros(2)
        for node, weight in zip(nodes, weights, strict=True):
            at = start + half * (1.0 + float(node))
            state, _ = self.chain.advance(state, self.rates[i], at - now)
            now = at
            result += half * weight * self.rates[i] * self._ends(state, i, at)
        return result

    def _ends(self, found: LineState, i: int, at: float) -> Vector:
        """Shares served and gone within the limit, of jobs that find this state in interval i at `at`."""
        limit = self.limit if self.limit is not None else 0.0
        if self.impatient:
            return np.array([float(found.low.sum()), found.p_wait])
        served, gone, ahead = float(found.low.sum()), 0.0, found.high
        left = limit
        while True:
            last = i == self.rates.size - 1 or math.isinf(at)
            span = left if last else min(left, float(self.cuts[i + 1]) - at)
            ahead, more, less = self.chain.follow(ahead, self.counts[i], span)
            served, gone, left, at = served + more, gone + less, left - span, at + span
            if last or left <= 0.0:
                return np.array([served, gone])
            i += 1
            # Servers that become free take the jobs ahead, and the job itself if there are enough.
            after, _, _ = self.chain.change(LineState(np.zeros(self.counts[i - 1]), ahead), self.counts[i])
            served, ahead = served + float(after.low.sum()), after.high
