"""Classes with priority that do not interrupt each other."""

from __future__ import annotations

from math import expm1, sqrt

import pytest

from sim.machine import Attribute, Constant, Exponential, Lognormal
from sim.theory import mg1_priority, mmn_priority
from tests.against_theory.desk import period, sizes, staff
from tests.against_theory.estimates import compare
from tests.against_theory.sample import Sample


@sizes
@pytest.mark.parametrize("named", [False, True], ids=["counted", "named"])
def test_three_classes_share_several_servers(named: bool, size: int) -> None:
    """M/M/n by class (Cobham 1954): higher first, then oldest; the classes are lines of steps of their own."""
    rates, minutes = (0.14, 0.18, 0.22), 60_000.0 * size
    b = period(minutes, 500.0)
    for i, rate in enumerate(rates):
        b.stream(f"class {i}", to=f"line {i}", rate=rate)
        b.work(f"line {i}", served_by="desk", size=Exponential(5.0), priority=Constant(2.0 - i))
    if named:
        b.named("desk", staff(4, -500.0, minutes + 2000.0))
    else:
        b.counted("desk", 4)
    sample = Sample.batches(b.build(), seed=41 + 100 * named)
    exact = mmn_priority(rates, 5.0, 4)
    known = [row for i, rate in enumerate(rates) for row in sample.know(f"line {i}", rate, 5.0)]
    rows = [
        (f"mean wait of class {i}", exact.mean_waits[i], sample.measure("mean_wait", where=sample.at(f"line {i}")))
        for i in range(3)
    ]
    rows.append(("mean wait of all", exact.mean_wait, sample.measure("mean_wait")))
    compare(f"M/M/4, three classes, {'named' if named else 'counted'}", known + rows, resolution=0.08)


@sizes
def test_two_classes_of_unlike_size_share_one_server(size: int) -> None:
    """M/G/1 by class (Cobham 1954): short fixed work before long lognormal work, priority as an attribute."""
    sigma, minutes = 0.8, 60_000.0 * size
    second = 2.0**2 * (1.0 + expm1(sigma**2))
    b = period(minutes, 500.0)
    b.stream("short", to="short", rate=0.4, attributes={"rank": Constant(5.0)})
    b.stream("long", to="long", rate=0.2, attributes={"rank": Constant(1.0)})
    b.work("short", served_by="desk", size=Constant(0.6), priority=Attribute("rank"))
    b.work("long", served_by="desk", size=Lognormal(2.0, 2.0 * sqrt(expm1(sigma**2))), priority=Attribute("rank"))
    b.counted("desk", 1)
    sample = Sample.batches(b.build(), seed=42)
    known = sample.know("short", 0.4) + sample.know("long", 0.2, 2.0, second)
    exact = mg1_priority([0.4, 0.2], [0.6, 2.0], [0.0, expm1(sigma**2)])
    rows = []
    for i, name in enumerate(("short", "long")):
        here = sample.at(name)
        rows.append((f"mean wait of {name}", exact.mean_waits[i], sample.measure("mean_wait", where=here)))
        rows.append((f"mean line of {name}", exact.mean_lines[i], sample.measure("mean_line", where=here)))
        rows.append((f"P(wait) of {name}", 0.64, sample.measure("p_wait", where=here)))
    compare("M/G/1, two classes", known + rows, resolution=0.06)
