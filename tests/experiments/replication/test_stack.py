"""Stacks: the rows of all replications beside each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from experiments.replication.layout import TEXTS, Reduced
from experiments.replication.reduction import Reduction
from experiments.replication.stack import Stack
from sim import load, lower, simulate
from tests.experiments.desks import MINIMAL, SHOP, operation, shop

NUMBERS = ("numerator", "denominator", "value", "lower", "upper")
NAMES = ["measure", "scope_kind", "scope", "grid", "interval"]


def rare(n: int) -> list[Reduced]:
    """Histories of a desk with three calls a day: many rows are there in some of them only."""
    op = lower(load(MINIMAL, {"contact_types.call.per_day": "3"}))
    reduction = Reduction.of(op)
    return [reduction(simulate(op.network, 1, i)) for i in range(n)]


def test_a_stack_is_what_pandas_makes_of_the_tables() -> None:
    """Every number by name and replication, and 0, 0 and NaN where a replication has no such row."""
    reduced = rare(5)
    stack = Stack.of(reduced)
    frames = [r.frame.astype(dict.fromkeys(TEXTS, object)) for r in reduced]
    together = pd.concat(frames, keys=range(5), names=["replication", "row"]).reset_index("replication")
    plain = together.pivot(index=NAMES, columns="replication", values=list(NUMBERS))
    index = pd.MultiIndex.from_frame(stack.keys[NAMES].astype(dict.fromkeys(NAMES[:4], object)))
    assert len(plain) == len(stack.keys) and plain.isna().to_numpy().any()
    for name in NUMBERS:
        expected = plain[name].loc[index].to_numpy().T
        if name in ("numerator", "denominator"):  # quantiles have no numerator
            expected = np.where(np.isnan(plain["denominator"].loc[index].to_numpy().T), 0.0, expected)
        assert np.array_equal(getattr(stack, name), expected, equal_nan=True)
    labels = together.drop_duplicates(NAMES).set_index(NAMES)["label"].loc[index]
    assert stack.keys["label"].tolist() == labels.tolist()


def test_rows_that_no_replication_has_are_left_out() -> None:
    """And only these: what one of five has is there."""
    reduced = rare(5)
    stack = Stack.of(reduced)
    there = np.array([r.there for r in reduced])
    assert stack.kept.tolist() == np.flatnonzero(there.any(axis=0)).tolist()
    assert 0 < stack.kept.size < len(stack.layout) and not there.all(axis=0)[stack.kept].all()
    assert len(stack.keys) == stack.value.shape[1] == stack.lower.shape[1]


def test_measures_are_numbered_as_they_are_listed() -> None:
    """The number beside each row is the place of its measure; measures without a row are not listed."""
    for stack in (shop().stack, Stack.of(rare(1))):
        names = np.array(stack.measures, dtype=object)[stack.keys["measure_number"]]
        assert names.tolist() == stack.keys["measure"].tolist()
        assert set(stack.measures) == set(stack.keys["measure"])
        assert set(stack.keys["scope"].cat.categories) == set(stack.keys["scope"])


def test_rows_come_in_order_of_measure_scope_grid_and_label() -> None:
    """So that rows of one measure and scope stand together, whichever replication has them."""
    stack = Stack.of(rare(3))
    blocks = stack.keys[["measure", "scope_kind", "scope", "grid"]].astype(str).agg("|".join, axis=1)
    assert (blocks != blocks.shift()).sum() == blocks.nunique()
    assert stack.keys.groupby(blocks)["interval"].apply(lambda x: x.is_monotonic_increasing).all()


def test_rows_are_found_by_name() -> None:
    """As a filter of the keys finds them, also where rows in between are left out."""
    stack = Stack.of(rare(2))
    k = stack.keys
    for names in (
        ("asa", "channel", "phone", "hour"),
        ("arrivals", "all", "all", "period"),
        ("asa", "pool", "x", "day"),
    ):
        keep = np.logical_and.reduce([k[c] == x for c, x in zip(TEXTS[:4], names, strict=True)])
        assert stack.rows(*names).tolist() == np.flatnonzero(keep).tolist()
        some = np.flatnonzero(keep & (k["interval"] == 9))
        assert stack.rows(*names, interval=9).tolist() == some.tolist()
    assert stack.rows("asa", "channel", "phone", "hour").size > 3


def test_only_replications_of_one_operation_are_stacked() -> None:
    """Two operations never meet in one stack; equal layouts of two makers do."""
    a, b = (Reduction.of(operation(f))(simulate(operation(f).network)) for f in (SHOP, MINIMAL))
    with pytest.raises(ValueError, match="replication 1 has other rows"):
        Stack.of([a, b])
    with pytest.raises(ValueError, match="at least 1"):
        Stack.of([])
    again = replace(a, layout=Reduction.of(operation(SHOP)).layout)
    assert np.array_equal(Stack.of([a, again]).value[0], Stack.of([a, again]).value[1], equal_nan=True)
