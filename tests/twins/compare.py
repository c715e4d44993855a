"""Whether two engines left the same records, bit for bit, and the first place where they did not."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from sim.machine import EngineFault, Network, Records
from sim.machine.records import MOST_OPEN

Run = Callable[[Network, int, int, int], Records]
"""An engine: network, seed, replication, most jobs that may be open."""

CRASHES = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What an engine may never raise."""


def outcome(run: Run, network: Network, seed: int, replication: int, most_open: int = MOST_OPEN) -> Records | str:
    """Records of a run, or the text of its fault (engines must agree in both), or that it crashed."""
    try:
        return run(network, seed, replication, most_open)
    except EngineFault as fault:
        return str(fault)
    except CRASHES as crash:
        return f"crash: {type(crash).__name__}: {crash}"


def differences(a: Records | str, b: Records | str) -> list[str]:
    """Every table, column or number that differs, each with the first place and both values; empty when none does.

    Bits are compared: 0.0 and -0.0 differ, NaN equals NaN.
    """
    if isinstance(a, str) or isinstance(b, str):
        same = a == b and not str(a).startswith("crash")
        return [] if same else [f"outcome: {_short(a)} | {_short(b)}"]
    out = []
    for table in ("visits", "jobs", "duty", "switches"):
        out += _tables(table, getattr(a, table), getattr(b, table), a.network)
    for name in ("waiting", "serving"):
        x, y = getattr(a.tally, name), getattr(b.tally, name)
        out += _columns(f"tally.{name}", x, y, lambda i: f"number {i}")
    for name in ("tally.born", "tally.spawned", "tally.ended", "tally.open", "cut", "most_open"):
        x, y = attrgetter(name)(a), attrgetter(name)(b)
        if x != y:
            out.append(f"{name}: {x} | {y}")
    out += _columns("stopped", np.array([a.stopped]), np.array([b.stopped]), lambda i: "the run")
    return out


def _short(x: Records | str) -> str:
    return x if isinstance(x, str) else f"records of {x.jobs.size} jobs, {x.visits.size} spells"


def _tables(table: str, a: NDArray[np.void], b: NDArray[np.void], network: Network) -> list[str]:
    if a.dtype != b.dtype:
        return [f"{table}: layout {a.dtype} | {b.dtype}"]
    out = [f"{table}: {a.size} rows | {b.size} rows"] if a.size != b.size else []
    n = min(a.size, b.size)
    first = n
    for name in a.dtype.names or ():
        found = unequal(a[name][:n], b[name][:n])
        if found.size:
            first = min(first, int(found[0]))
            out.append(f"{table}.{name}: {found.size} rows differ, the first is row {int(found[0])}")
    if first < n or a.size != b.size:
        for label, rows in (("one", a), ("other", b)):
            out.append(f"{table}, row {first}, {label}: {_row(rows, first, network)}")
    return out


def _row(rows: NDArray[np.void], i: int, network: Network) -> str:
    if i >= rows.size:
        return "no row"
    names = rows.dtype.names or ()
    return ", ".join(f"{name}={_value(name, rows[i][name], network)}" for name in names)


def _value(name: str, value: np.generic, network: Network) -> str:
    if name == "step" and int(value) >= 0:
        return network.steps[int(value)].name
    return repr(value.tolist())


def _columns(what: str, a: NDArray[np.float64], b: NDArray[np.float64], place: Callable[[int], str]) -> list[str]:
    if a.shape != b.shape:
        return [f"{what}: {a.size} numbers | {b.size} numbers"]
    found = unequal(a, b)
    if not found.size:
        return []
    i = int(found[0])
    return [f"{what}, {place(i)}: {float(a[i])!r} | {float(b[i])!r}"]


def unequal(a: NDArray, b: NDArray) -> NDArray[np.intp]:
    """Rows in which two columns differ.

    Parameters
    ----------
    a, b : array, shape (n,) or (n, k)
        Of one type; floats are compared by their bits.
    """
    if a.dtype.kind == "f":
        bits = np.ascontiguousarray(a).view("u8") != np.ascontiguousarray(b).view("u8")
        wrong = bits & ~(np.isnan(a) & np.isnan(b))
    else:
        wrong = a != b
    return np.flatnonzero(wrong if wrong.ndim == 1 else wrong.any(axis=1))


def ties(records: Records) -> int:
    """Instants at which something happened to more than one job."""
    v = records.visits
    fields = ("entered", "started", "left", "released")
    times = np.concatenate([v[f] for f in fields])
    jobs = np.concatenate([v["job"]] * len(fields))
    known = ~np.isnan(times)
    pairs = np.unique(np.stack((times[known], jobs[known].astype(float)), axis=1), axis=0)
    return int(np.sum(np.unique(pairs[:, 0], return_counts=True)[1] > 1)) if pairs.size else 0
