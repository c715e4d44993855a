"""Reference engine against idiomatic SimPy on W1 and W2: CPU seconds, in alternation, ratios round by round.

    python benchmarks/reference_speed.py [--customers 100000] [--days 1] [--rounds 5]

Every implementation is checked first: W1 against exact Erlang-A, W2 by P(wait) and P(abandon) of both programs.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
from workloads import simpy_w1, simpy_w2, w1, w2

from sim.machine import Exit, Network, Records, simulate
from sim.theory import erlang_a


def shares(records: Records) -> tuple[float, float, float]:
    """P(wait), P(abandon), E[wait] over all visits to people."""
    v = records.visits
    abandoned = v["exit"] == Exit.ABANDONED
    wait = np.where(abandoned, v["left"], v["started"]) - v["entered"]
    return float(np.mean((wait > 0) | abandoned)), float(np.mean(abandoned)), float(np.mean(wait))


def cpu(what: Callable[[], object]) -> float:
    """CPU seconds of one call."""
    begin = time.process_time()
    what()
    return time.process_time() - begin


def compare(name: str, network: Network, unit: str, jobs: int, other: Callable[[], object], rounds: int) -> None:
    """Alternate the two and print rates and ratios."""
    ours, theirs, ratios = [], [], []
    for i in range(rounds):
        a = cpu(lambda i=i: simulate(network, 1, i))  # type: ignore[misc]
        b = cpu(other)
        ours.append(a)
        theirs.append(b)
        ratios.append(b / a)
    print(
        f"{name}: reference {jobs / statistics.median(ours):,.0f} {unit}/s, idiomatic SimPy "
        f"{jobs / statistics.median(theirs):,.0f} {unit}/s, speed ratio {statistics.median(ratios):.2f} "
        f"(rounds {', '.join(f'{r:.2f}' for r in ratios)})"
    )


def main() -> None:
    """Check, then measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--customers", type=int, default=100_000, help="customers of W1")
    parser.add_argument("--days", type=float, default=1.0, help="days of W2")
    parser.add_argument("--rounds", type=int, default=5)
    o = parser.parse_args()
    one, two = w1(o.customers), w2(o.days)
    x = erlang_a(21.0, 5.0, 5.0, 100)
    print(f"W1 exact:     P(wait) {x.p_wait:.4f}, P(abandon) {x.p_abandoned:.4f}, E[wait] {x.mean_wait:.4f} min")
    p_wait, p_abandoned, wait = shares(simulate(one, 1, 0))
    print(f"W1 reference: P(wait) {p_wait:.4f}, P(abandon) {p_abandoned:.4f}, E[wait] {wait:.4f} min")
    c = simpy_w1(o.customers)
    print(f"W1 SimPy:     P(wait) {c.waited / c.contacts:.4f}, P(abandon) {c.abandoned / c.contacts:.4f}, "
          f"E[wait] {c.wait_sum / c.contacts:.4f} min")  # fmt: skip
    r = simulate(two, 1, 0)
    p_wait, p_abandoned, _ = shares(r)
    print(f"W2 reference: P(wait) {p_wait:.4f}, P(abandon) {p_abandoned:.4f}")
    c2 = simpy_w2(o.days)
    print(f"W2 SimPy:     P(wait) {c2.waited / len(c2.rows):.4f}, P(abandon) {c2.abandoned / len(c2.rows):.4f}")
    compare("W1", one, "customers", o.customers, lambda: simpy_w1(o.customers), o.rounds)
    compare("W2", two, "contacts", c2.contacts, lambda: simpy_w2(o.days), o.rounds)


if __name__ == "__main__":
    main()
