"""Open networks of stations with loops (Jackson 1957)."""

from __future__ import annotations

import numpy as np

from sim.machine import Exponential
from sim.theory import jackson
from tests.against_theory.desk import period, sizes
from tests.against_theory.estimates import Row, compare, total
from tests.against_theory.sample import Sample

RATES = (0.5, 0.3, 0.0)
ROUTES = ((0.25, 0.3, 0.2), (0.2, 0.0, 0.5), (0.2, 0.1, 0.1))
"""A job may come back to the station that it leaves: it then stands behind the line, not in front of it."""
SERVICES = (2.0, 3.0, 1.0)
SERVERS = (3, 3, 1)


@sizes
def test_stations_of_a_network_with_loops_are_lines_of_their_own(size: int) -> None:
    """Every station is M/M/n at its own rate; a job that comes back draws a new service (`again`)."""
    minutes = 30_000.0 * size
    b = period(minutes, 300.0)
    for i, rate in enumerate(RATES):
        if rate:
            b.stream(f"from outside {i}", to=f"station {i}", rate=rate)
        b.work(f"station {i}", served_by=f"pool {i}", size=Exponential(SERVICES[i]))
        b.counted(f"pool {i}", SERVERS[i])
        clauses, left = [], 1.0
        for j, share in enumerate(ROUTES[i]):
            if share:
                clauses.append(b.clause(f"{i} to {j}", to=f"station {j}", probability=share / left, again=True))
                left -= share
        b.route(f"station {i}", "done", *clauses)
    sample = Sample.batches(b.build(), seed=51)
    exact = jackson(RATES, ROUTES, SERVICES, SERVERS)
    jobs = sample.runs[0].jobs
    jobs = jobs[jobs["counted"] > 0]
    group = np.searchsorted(sample.stops, jobs["birth"], side="right")
    births = np.bincount(group, minlength=sample.size)
    expected = sum(RATES) * sample.lengths
    sample.control(births - expected)
    rows: list[Row] = []
    known: list[Row] = [("births", float(expected.sum()), total(births))]
    for i in range(3):
        here = sample.at(f"station {i}")
        known += sample.know(f"station {i}", None, SERVICES[i])
        rows.append((f"arrivals at {i}", exact.arrival_rates[i], sample.ratio(sample.counts(here), sample.lengths)))
        rows.append((f"P(wait) at {i}", exact.p_waits[i], sample.measure("p_wait", where=here)))
        rows.append((f"mean wait at {i}", exact.mean_waits[i], sample.measure("mean_wait", where=here)))
        rows.append((f"busy at {i}", exact.mean_busy[i], sample.busy(here)))
    stay = np.bincount(group, jobs["end"] - jobs["birth"], minlength=sample.size)
    rows.append(("time in the network", exact.mean_sojourn, sample.ratio(stay, births)))
    compare("Jackson network", known + rows, resolution=0.08)
