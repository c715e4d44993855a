"""Passes over rows: the compiled form and the one in NumPy leave the same numbers bit for bit."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given

from sim.lowering import lower
from sim.machine import Records, simulate
from sim.measures import Intervals, Survey
from sim.measures.cells import compiled_passes, passes
from sim.measures.cells.arrays import Floats
from sim.measures.cells.marks import Marked, covered, highest
from sim.measures.cells.passes import Cells, grouped, least, numbers, places, profiles, rows_of, sums
from sim.measures.cells.placed import quantiles
from sim.measures.cells.ruler import Moments, Ruler
from sim.measures.cells.spans import Spans
from sim.scenario import load
from tests.measures.test_identities import GRID, NETWORK, QUICK, SERVICES, records

ROOT = Path(__file__).parents[2]
EDGES = np.array([0.0, 3.0, 4.0, 10.0, 20.0, 20.5, 40.0])
WAYS = (Intervals(EDGES), Intervals([0.0, 10.0, 40.0]), Intervals.whole(40.0), Intervals([4.0, 10.0]))


@pytest.fixture(scope="module", autouse=True)
def compiled_beforehand() -> None:
    """The compiled forms are there, or these tests would compare NumPy with itself."""
    passes.warm()
    assert passes.compiled(10**9) is not None


def both(asked: Callable[[], Floats]) -> tuple[Floats, Floats]:
    """What a pass gives in NumPy and compiled, whatever the number of rows."""
    out = []
    for many in (10**9, 0):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(passes, "MANY", many)
            out.append(asked())
    return out[0], out[1]


def rows(n: int = 3000, seed: int = 4) -> tuple[np.random.Generator, Floats, Floats]:
    """Spans on a coarse clock with many ties and fractions, some of them before the first or after the last edge."""
    rng = np.random.default_rng(seed)
    begin = np.where(rng.random(n) < 0.5, rng.integers(-6, 45, n), rng.uniform(-6.0, 45.0, n))
    return rng, begin, begin + rng.integers(0, 25, n) * rng.choice([0.5, 1.0, 1 / 3], n)


def cells_of(times: Floats, scope: np.ndarray, way: Intervals) -> Cells:  # type: ignore[type-arg]
    """Cells of rows on a ruler of all ways."""
    return Cells(*Moments(times, Ruler(WAYS[:3])).labels(way), scope, 3, way.n + 1)


def test_a_time_is_found_between_its_edges() -> None:
    """Edges themselves, times outside, infinities and NaN; also where many edges crowd together."""
    _, begin, _ = rows()
    odd = np.array([np.nan, np.inf, -np.inf, -0.0])
    for edges in (EDGES, np.concatenate((np.linspace(0.0, 1e-6, 99), [1e6])), np.array([2.0, 3.0])):
        times = np.concatenate((begin, edges, np.nextafter(edges, -9.0), odd))
        plain, compiled = both(lambda edges=edges, times=times: places(edges, times))  # type: ignore[misc]
        assert np.array_equal(plain, compiled)
        assert np.array_equal(plain, np.searchsorted(edges, times, side="right"))


@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{way.n} labels")
def test_rows_are_added_up_alike(way: Intervals) -> None:
    """Numbers, sums of thirds, sets of profiles, smallest values and quantiles of every cell."""
    rng, begin, _ = rows()
    n = begin.size
    cells = cells_of(begin, rng.integers(0, 3, n), way)
    weight, profile = rng.integers(0, 9, n) / 3, rng.integers(0, 5, n)
    sets, some = rng.random((4, 5)) < 0.5, np.flatnonzero(rng.random(n) < 0.7)

    def spread() -> Floats:
        values, count = grouped(cells, some, weight)
        return np.concatenate((count, quantiles(values, count, np.array([0.1, 0.5, 0.95])).ravel()))

    for asked in (
        lambda: numbers(cells),
        lambda: sums(cells, np.stack((weight, begin))),
        lambda: profiles(cells, profile, sets),
        lambda: least(cells, some, weight),
        spread,
    ):
        plain, compiled = both(asked)
        assert np.array_equal(plain, compiled, equal_nan=True)
    own = [np.bincount(cells.number, weights=s[profile], minlength=cells.n * cells.size) for s in sets]
    assert np.array_equal(profiles(cells, profile, sets), own)


def test_rows_are_found_by_their_numbers() -> None:
    """In order and out of order, also numbers that are not there."""
    rng = np.random.default_rng(1)
    column = np.unique(rng.integers(0, 5000, 2000)).astype(np.uint32)
    for wanted in (np.sort(rng.choice(column, 900)), rng.choice(column, 900), rng.integers(0, 6000, 900)):
        plain, compiled = both(lambda wanted=wanted: rows_of(column, wanted))  # type: ignore[misc]
        assert np.array_equal(plain, compiled)


def test_rows_are_put_in_order_whether_nearly_so_or_not() -> None:
    """By group and time, ties as they come: groups in order, with a few late rows, backwards, and at random."""
    from sim.measures.cells.compiled_passes import in_order

    rng = np.random.default_rng(7)
    group = rng.integers(0, 4, 4000)
    times = np.arange(4000.0) // 3
    times[group == 1] += rng.integers(0, 4, (group == 1).sum())
    times[group == 2] *= -1.0
    times[group == 3] = rng.integers(0, 50, (group == 3).sum())
    order, begin = in_order(group, 5, times)
    assert np.array_equal(order, np.lexsort((times, group)))
    assert begin.tolist() == [0, *np.cumsum(np.bincount(group, minlength=5))]


def test_a_row_in_no_scope_is_refused() -> None:
    """Compiled code looks at its indices: it would otherwise write anywhere."""
    for scope in (-1, 3):
        cells = cells_of(np.array([5.0]), np.array([scope]), WAYS[0])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(passes, "MANY", 0)
            with pytest.raises(IndexError, match="no scope"):
                numbers(cells)


@pytest.mark.parametrize("weighted", [False, True])
def test_areas_are_alike(weighted: bool) -> None:
    """By every way of splitting, with weights of which some are 0, and ends that are not known."""
    rng, begin, end = rows()
    end[::50] = np.nan
    group, weight = rng.integers(0, 3, begin.size), rng.integers(0, 3, begin.size) if weighted else None
    ruler = Ruler(WAYS[:3])
    for way in WAYS:

        def area(way: Intervals = way) -> Floats:
            return Spans(group, 3, Moments(begin, ruler), Moments(end, ruler), 40.0, weight).area(way)

        plain, compiled = both(area)
        assert np.array_equal(plain, compiled)
        assert plain.sum() > 0.0


def test_marks_are_covered_alike_and_the_highest_levels_are_the_same() -> None:
    """Groups of which one is none; a mark is covered by what began before it and ends at it or later."""
    rng, begin, end = rows()
    group = rng.integers(-1, 3, begin.size)
    edges = np.array([-2.0, 0.0, 3.0, 4.0, 10.0, 20.0, 21.0, 22.0, 30.0])
    first, last = (np.searchsorted(edges, x, side="right") for x in (begin, end))
    spans = Marked(group, 3, np.arange(edges.size + 1), first, last, edges[1:])
    plain, compiled = both(lambda: np.stack(covered(spans, begin)))
    assert np.array_equal(plain, compiled)
    for g in range(3):
        mine = (group == g)[:, None] & (begin[:, None] < edges[1:]) & (end[:, None] >= edges[1:])
        assert plain[0, g].tolist() == mine.sum(axis=0).tolist()
        assert plain[2, g].tolist() == (edges[1:] - np.where(mine, begin[:, None], np.inf).min(axis=0)).tolist()
    times = np.concatenate((begin, end))
    plain, compiled = both(lambda: highest(times, np.argsort(times, kind="stable"), group, 3, edges))
    assert np.array_equal(plain, compiled)
    for g in range(3):
        b, e = begin[group == g], end[group == g]
        moments = np.unique(np.concatenate((b, e, edges[:-1])))
        level = ((b[:, None] <= moments) & (moments < e[:, None])).sum(axis=0)
        inside = (edges[:-1, None] <= moments) & (moments < edges[1:, None])
        assert plain[g].tolist() == np.where(inside, level, 0).max(axis=1).tolist()


@QUICK
@given(records())
def test_a_whole_table_is_alike(found: Records) -> None:
    """Every measure of random records, in the period and two ways of splitting it."""
    survey = Survey(NETWORK, SERVICES, (GRID, Intervals.regular(60.0, 20.0)))
    plain, compiled = both(lambda: np.stack(survey(found).numbers))
    assert np.array_equal(plain, compiled, equal_nan=True)


def test_a_desk_with_everything_is_alike() -> None:
    """Promises, outcomes, a bot and people in shifts: a small shop as it is reduced for a run."""
    from experiments.replication.reduction import Reduction

    operation = lower(load("scenarios/small_shop.yaml"))
    found = simulate(operation.network, 1, 0, "reference")
    reduction = Reduction.of(operation)
    plain, compiled = both(lambda: np.stack([reduction(found).value, reduction(found).numerator]))
    assert np.array_equal(plain, compiled, equal_nan=True)


def test_what_is_compiled_beforehand_is_what_a_run_needs() -> None:
    """Nothing is left to compile: the types of each pass are those with which it is called."""
    code = """
from sim.measures.cells import compiled_passes as c, passes
passes.MANY = 0
from experiments.replication.reduction import Reduction
from sim.lowering import lower
from sim.machine import simulate
from sim.scenario import load
operation = lower(load("scenarios/small_shop.yaml", {"period.length": "2 d"}))
Reduction.of(operation)(simulate(operation.network, 1, 0, "reference"))
found = {name: getattr(c, name) for name in c.PASSES}
called = [f for f in found.values() if f.signatures]
print(len(called) > 9, max(len(f.signatures) for f in called), sum(sum(f.stats.cache_misses.values()) for f in called))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["True", "1", "0"]


def test_until_they_are_compiled_numpy_does_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits, and nothing is compiled where the engine is: a process beside does it, once."""
    begun: list[object] = []
    monkeypatch.setattr(compiled_passes, "is_kept", lambda: False)
    monkeypatch.setattr(passes, "_READY", passes._Ready())
    monkeypatch.setattr(passes, "MANY", 0)
    monkeypatch.setattr(passes.subprocess, "Popen", lambda command, **_: begun.append(command) or done)
    done = subprocess.CompletedProcess([], 0)
    done.kill = lambda: None  # type: ignore[attr-defined]
    assert passes.compiled(10**6) is None
    assert passes.compiled(10**6) is None
    assert begun == [passes.COMPILING]
    assert np.array_equal(places(EDGES, np.array([3.5])), [2])
