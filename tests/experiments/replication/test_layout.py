"""Layouts: the rows of an operation are the same in every history, and numbers survive every way of keeping them."""

from __future__ import annotations

import io
import pickle
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from experiments.replication.layout import ARRAYS, TEXTS, Layout, Reduced
from experiments.replication.promises import desk_of, services_of
from experiments.replication.reduction import Reduction
from sim import Operation, Records, load, lower, simulate
from sim.machine.records import DUTY, JOB, VISIT, Tally
from sim.measures import measure
from tests.experiments.desks import MINIMAL, SHOP, odd_desk, operation, shop


def nothing(op: Operation) -> Records:
    """A history in which nobody comes and nobody is there."""
    n = op.network
    tally = Tally(np.zeros(len(n.steps)), np.zeros(len(n.pools)), 0, 0, 0, 0)
    return Records(n, 1, 0, np.zeros(0, VISIT), np.zeros(0, JOB), np.zeros(0, DUTY), tally, n.end)


def cut(op: Operation, most_open: int) -> Records:
    """A history that was stopped early, as its measures take it."""
    r = simulate(op.network, 1, 0, most_open=most_open)
    assert r.cut
    return replace(r, network=replace(r.network, end=max(r.stopped, 0.0)))


def test_the_layout_does_not_depend_on_the_data(tmp_path: Path) -> None:
    """An empty history, full ones, cut ones (one in its warm-up): the same rows; and two who make it agree."""
    warm = lower(load(SHOP, {"period.warm_up": "1 d"}))
    for op, histories in (
        (operation(SHOP), [nothing(operation(SHOP)), simulate(operation(SHOP).network), cut(operation(SHOP), 12)]),
        (warm, [simulate(warm.network), cut(warm, 1)]),
        (lower(load(odd_desk(tmp_path))), []),
    ):
        reduction = Reduction.of(op)
        layout = Reduction.of(op).layout
        assert layout == reduction.layout and layout is not reduction.layout
        for records in (nothing(op), *histories):
            reduced = reduction(records)
            assert reduced.layout is reduction.layout
            assert reduced.numerator.size == reduced.denominator.size == reduced.value.size == len(layout)
    assert cut(warm, 1).network.end == 0.0


def test_every_row_holds_what_its_names_say() -> None:
    """Each number of a history is the one that a table of everything has under the same names."""
    op, reduction = operation(SHOP), shop().reduction
    g = reduction.grids
    ways = (g.hour, g.day, g.weekday_hour, g.weekday_half, g.quarter)
    table = measure(simulate(op.network, 1, 0), services_of(op), ways, desk=desk_of(op))
    frame = shop().results[0].frame
    own = frame[frame["grid"] != "wait"].astype(dict.fromkeys(TEXTS, object))
    names = ["measure", "scope_kind", "scope", "grid", "interval"]
    full = table.frame.astype(dict.fromkeys(names[:4], object)).set_index(names)
    full = full.loc[list(own[names].itertuples(index=False))]
    for column in ("numerator", "denominator", "value", "lower", "upper"):
        assert np.allclose(own[column], full[column], rtol=1e-12, atol=0.0, equal_nan=True)


def test_kinds_of_scope_have_rows_where_they_are_read() -> None:
    """Streams in the period only, steps also by hour of the day; all, channels and pools everywhere."""
    keys = shop().reduction.layout.keys
    kinds = {grid: set(keys["scope_kind"][keys["grid"] == grid]) for grid in set(keys["grid"])}
    main = {"all", "channel", "pool"}
    assert kinds["period"] == main | {"stream", "step"} and kinds["hour"] == main | {"step"}
    assert kinds["day"] == kinds["weekday hour"] == kinds["quarter"] == main and kinds["wait"] == {"channel"}


def test_no_row_is_there_twice() -> None:
    """Names and interval make a row."""
    keys = shop().reduction.layout.keys
    assert not keys.duplicated(["measure", "scope_kind", "scope", "grid", "interval"]).any()
    assert len(keys) == len(shop().reduction.layout)


def test_the_digest_changes_with_everything_in_a_layout() -> None:
    """Names, order, labels and numbers; not with the width of integers."""
    layout = Reduction.of(operation(MINIMAL)).layout
    wide = replace(layout, **{x: getattr(layout, x).astype(np.int64) for x in ("measure", "scope", "grid", "interval")})
    assert wide == layout and wide.digest == layout.digest and len(layout.digest) == 64 and hash(wide) == hash(layout)
    other = {
        "measures": (*layout.measures[:-1], "smiles"),
        "scopes": layout.scopes[::-1],
        "grids": (*layout.grids[:-1], "shift"),
        "labels": (*layout.labels[:-1], (*layout.labels[-1][:-1], "ever")),
        **{x: np.roll(getattr(layout, x), 1) for x in ("measure", "scope", "grid", "interval")},
    }
    assert set(other) == {f.name for f in fields(Layout)}
    assert len({replace(layout, **{x: y}).digest for x, y in other.items()} | {layout.digest}) == len(other) + 1
    assert layout != "a layout"


def test_rows_are_found_by_name() -> None:
    """As a filter of the table of keys would find them."""
    layout = shop().reduction.layout
    k = layout.keys
    for names in (("asa", "channel", "phone", "hour"), ("on_duty_hours", "pool", "desk", "quarter")):
        keep = np.logical_and.reduce([k[c] == x for c, x in zip(TEXTS[:4], names, strict=True)])
        assert layout.rows(*names).tolist() == np.flatnonzero(keep).tolist() != []
        assert k["interval"][layout.rows(*names, interval=3)].tolist() == [3]
    assert layout.rows("asa", "channel", "fax", "hour").size == layout.rows("smiles", "all", "all", "hour").size == 0


def test_numbers_survive_as_plain_arrays() -> None:
    """Written and read without pickles, every bit is there again, bounds of open contacts included."""
    for reduced in (shop().results[1].reduced, Reduction.of(operation(SHOP))(cut(operation(SHOP), 12))):
        file = io.BytesIO()
        np.savez(file, **reduced.arrays())
        file.seek(0)
        with np.load(file, allow_pickle=False) as arrays:
            again = Reduced.of(reduced.layout, arrays)
        for name in (*ARRAYS, "lower", "upper"):
            a, b = getattr(reduced, name), getattr(again, name)
            assert a.dtype == b.dtype and a.tobytes() == b.tobytes()
        assert again.frame.equals(reduced.frame)


def test_bounds_kept_sparsely_are_the_bounds() -> None:
    """Where contacts are open at the end the bounds differ from the value, elsewhere they are the value."""
    op = operation(SHOP)
    records = cut(op, 12)
    reduction = replace(Reduction.of(op), network=records.network)
    dense = reduction._survey(records).numbers
    reduced = reduction(records)
    n = dense.value.size
    assert np.array_equal(reduced.lower[:n], dense.lower, equal_nan=True)
    assert np.array_equal(reduced.upper[:n], dense.upper, equal_nan=True)
    assert 0 < reduced.open_rows.size < 0.5 * n
    rest = np.delete(np.arange(len(reduced.layout)), reduced.open_rows)
    assert np.array_equal(reduced.lower[rest], reduced.value[rest], equal_nan=True)
    closed = shop().results[0].reduced
    assert closed.open_rows.size == 0 and np.array_equal(closed.upper, closed.value, equal_nan=True)


def test_a_reduction_that_travels_makes_the_same_rows() -> None:
    """It goes to other processes without what can be made again."""
    reduction = Reduction.of(operation(MINIMAL))
    digest = reduction.layout.digest
    assert set(reduction.__getstate__()) == {f.name for f in fields(Reduction)} < set(reduction.__dict__)
    assert pickle.loads(pickle.dumps(reduction)).layout.digest == digest  # noqa: S301


def test_records_of_another_operation_are_refused() -> None:
    """Their numbers would stand in the wrong rows."""
    same_period = replace(operation(SHOP).network, end=operation(MINIMAL).network.end)
    with pytest.raises(ValueError, match=r"other streams \(mail\)"):
        Reduction.of(operation(MINIMAL))(replace(simulate(operation(SHOP).network), network=same_period))
