"""A door that closes on a line: who is inside is served on, or leaves."""

from __future__ import annotations

import numpy as np
import pytest

from sim.machine import Calendar, Exit, Exponential, NetworkBuilder
from sim.theory import explore
from tests.against_theory.desk import sizes
from tests.against_theory.estimates import Row, average, compare
from tests.against_theory.sample import Sample

RATE, SERVERS, SERVICE, PATIENCE = 1.5, 3, 4.0, 6.0
CLOSE, END = 60.0, 80.0


def at_close() -> dict[str, float]:
    """Exact numbers of the day: an Erlang-A line that begins empty, seen at the close and drained from there."""
    mu, theta, most = 1.0 / SERVICE, 1.0 / PATIENCE, 80

    def ends(jobs: int) -> float:
        return min(jobs, SERVERS) * mu + max(jobs - SERVERS, 0) * theta

    def moves(jobs: int) -> list[tuple[int, float]]:
        up = [(jobs + 1, RATE)] if jobs < most else []
        return [*up, (jobs - 1, ends(jobs))] if jobs else up

    chain = explore(0, moves)
    begin = np.zeros(len(chain.states))
    begin[0] = 1.0
    then = chain.transient(begin, CLOSE)
    # from k jobs on, each one that ends or leaves takes 1 / rate on average
    steps = np.concatenate([[0.0], 1.0 / np.array([ends(k) for k in range(1, most + 1)])])
    drain = np.cumsum(steps)
    leaving = np.concatenate([[0.0], [max(k - SERVERS, 0) * theta / ends(k) for k in range(1, most + 1)]])
    gone = np.cumsum(leaving)
    return {
        "in line": chain.mean(then, lambda k: max(k - SERVERS, 0)),
        "in service": chain.mean(then, lambda k: min(k, SERVERS)),
        "drained after, line stays": chain.mean(then, lambda k: drain[k]),
        "drained after, line leaves": chain.mean(then, lambda k: drain[min(k, SERVERS)]),
        "abandoned after the close": chain.mean(then, lambda k: gone[k]),
    }


@sizes
@pytest.mark.parametrize("rule", ["stay", "leave"])
def test_a_line_is_drained_or_cleared_at_the_close(rule: str, size: int) -> None:
    """`stay` serves on after the close; `leave` sends the line away with exit closed, not those in service."""
    b = NetworkBuilder("a day", end=END, follow=2000.0)
    b.calendar(Calendar("door", [(0.0, CLOSE)]))
    b.stream("calls", to="line", rate=RATE, end=END)
    b.work(
        "line",
        served_by="desk",
        size=Exponential(SERVICE),
        patience=Exponential(PATIENCE),
        opening="door",
        at_close=rule,
    )
    b.counted("desk", SERVERS)
    sample = Sample.replications(b.build(), 350 * size, seed=71 + 100 * (rule == "stay"))
    known = sample.know("line", RATE, SERVICE)
    v, exact = sample.visits, at_close()
    inside = v["entered"] < CLOSE
    line = sample.present(CLOSE, v["entered"], sample.until, inside)
    last = np.full(sample.size, CLOSE)
    np.maximum.at(last, sample.run[inside], v["left"][inside])
    rows: list[Row] = [
        (
            "came too late",
            RATE * (END - CLOSE),
            average(sample.counts(sample.ended(Exit.CLOSED) & ~inside), sample.controls),
        ),
        (
            "in service at the close",
            exact["in service"],
            average(sample.present(CLOSE, v["started"], v["left"]), sample.controls),
        ),
        (f"drained after, line {rule}s", exact[f"drained after, line {rule}s"], average(last - CLOSE, sample.controls)),
    ]
    sent_away = sample.counts(sample.ended(Exit.CLOSED) & inside)
    if rule == "leave":
        rows.append(("sent away", exact["in line"], average(sent_away, sample.controls)))
        assert not np.any(v["left"][sample.abandoned] >= CLOSE)
        assert np.all(v["left"][sample.ended(Exit.CLOSED) & inside] == CLOSE)
    else:
        assert not np.any(sent_away)
        rows.append(("in line at the close", exact["in line"], average(line, sample.controls)))
        late = sample.between(CLOSE, np.inf)
        leavers = late.counts(late.abandoned, v["left"])
        rows.append(("abandoned after", exact["abandoned after the close"], average(leavers, sample.controls)))
    compare(f"close, line {rule}s", known + rows, resolution=0.05)
