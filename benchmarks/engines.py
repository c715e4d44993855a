"""Engines side by side on W1, W2 and W3: CPU seconds of the event loop, in alternation, ratios round by round.

    python benchmarks/engines.py [--only w1] [--rounds 7] [--customers 1000000] [--days 7] [--json figures.json]

Every program is checked before it is timed: W1 against exact Erlang-A, W2 by equal rows (programs that draw the
machine's luck) or statistically (the others), W3 by equal rows. One wrong check: no figures, exit code 1.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import yardstick
from programs import PROGRAMS, SETTLED, Worker
from scipy.stats import t as student

from sim.theory import erlang_a

KEYED = ("loop", "compiled", "whole", "reference")
"""Programs that draw the machine's luck and must leave the same rows."""

FALSE_ALARM = 1e-3
"""Chance that the statistical checks of a run, all together, reject programs that are right."""

MEASURES = ("p_wait", "p_abandoned", "wait")


def sample(worker: Worker, work: str, size: float, replications: int, since: float) -> np.ndarray:
    """P(wait), P(abandon), mean wait of each replication, shape (replications, 3)."""
    rows = [
        worker.ask(what="shares", work=work, size=size, replication=r, since=since) for r in range(1, replications + 1)
    ]
    return np.array([[r[m] for m in MEASURES] for r in rows])


def check_w1(workers: dict[str, Worker], replications: int = 20) -> list[str]:
    """Every program against exact Erlang-A (Palm 1957); programs that are wrong."""
    exact = erlang_a(21.0, 5.0, 5.0, 100)
    truth = np.array([exact.p_wait, exact.p_abandoned, exact.mean_wait])
    limit = student.isf(FALSE_ALARM / 2 / 3 / len(workers), replications - 1)
    print(f"W1 exact: P(wait) {truth[0]:.5f}, P(abandon) {truth[1]:.5f}, mean wait {truth[2]:.5f} min")
    print(f"   means of {replications} replications without their first hour; |z| must stay below {limit:.1f}")
    wrong = []
    for name, worker in workers.items():
        size = 10_000 if PROGRAMS[name].slow else 100_000
        x = sample(worker, "w1", size, replications, SETTLED)
        z = (x.mean(axis=0) - truth) / (x.std(axis=0, ddof=1) / sqrt(replications))
        shown = ", ".join(f"{m:.5f} (z {s:+.1f})" for m, s in zip(x.mean(axis=0), z, strict=True))
        print(f"   {PROGRAMS[name].label:26s} {size:7,} customers each: {shown}")
        if not np.all(np.abs(z) < limit):
            wrong.append(f"{PROGRAMS[name].label}: W1 is not Erlang-A")
    return wrong


def check_rows(workers: dict[str, Worker], work: str, size: float) -> list[str]:
    """Programs that draw the machine's luck must leave the same rows, byte for byte."""
    names = [name for name in workers if name in KEYED]
    if len(names) < 2:
        return []
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        found = {}
        for name in names:
            path = str(Path(folder) / f"{name}.npy")
            workers[name].ask(what="rows", work=work, size=size, replication=3, to=path)
            found[name] = np.load(path)
        standard = names[-1]  # the reference engine wherever it runs
        same = [name for name in names if yardstick.same_rows(found[name], found[standard])]
        print(f"{work.upper()} rows ({found[standard].size:,}), equal: {', '.join(PROGRAMS[n].label for n in same)}")
        wrong = [f"{PROGRAMS[n].label}: {work.upper()} rows differ" for n in names if n not in same]
    return wrong


def check_w2(workers: dict[str, Worker], replications: int = 8) -> list[str]:
    """The other programs against the fastest that draws the machine's luck: one day, Welch's test."""
    keyed = [name for name in workers if name in KEYED]
    others = [name for name in workers if name not in KEYED]
    if not keyed or not others:
        return []
    wrong = []
    ours = sample(workers[keyed[0]], "w2", 1.0, replications, 0.0)
    limit = student.isf(FALSE_ALARM / 2 / 3 / len(others), replications - 1)  # fewer degrees than Welch's: careful
    for name in others:
        x = sample(workers[name], "w2", 1.0, replications, 0.0)
        se = np.sqrt((ours.var(axis=0, ddof=1) + x.var(axis=0, ddof=1)) / replications)
        z = (x.mean(axis=0) - ours.mean(axis=0)) / se
        shown = ", ".join(
            f"{m} {a:.5f} and {b:.5f} (z {s:+.1f})"
            for m, a, b, s in zip(MEASURES, x.mean(axis=0), ours.mean(axis=0), z, strict=True)
        )
        print(f"W2, {replications} days of {PROGRAMS[name].label} and {PROGRAMS[keyed[0]].label}: {shown}")
        if not np.all(np.abs(z) < limit):
            wrong.append(f"{PROGRAMS[name].label}: W2 differs (|z| must stay below {limit:.1f})")
    return wrong


def measure(workers: dict[str, Worker], work: str, sizes: dict[str, float], o: argparse.Namespace) -> dict[str, Any]:
    """Rates of all rounds and peak memory of a fresh process, by program."""
    rates: dict[str, list[float]] = {name: [] for name in workers}
    for i in range(o.rounds):
        for name, worker in workers.items():
            r = worker.ask(what="speed", work=work, size=sizes[name], replication=i, rows=not o.no_rows)
            rates[name].append(r["units"] / r["seconds"])
    out: dict[str, Any] = {}
    for name, mine in rates.items():
        fresh = Worker(name)
        memory = fresh.ask(what="memory", work=work, size=sizes[name], replication=0, rows=not o.no_rows)
        fresh.close()
        out[name] = {"size": sizes[name], "rates": mine, **memory}
        for other in ("loop", "simpy", "reference"):
            if other in rates:
                out[name][f"to_{other}"] = [a / b for a, b in zip(mine, rates[other], strict=True)]
    return out


def ratio(values: Sequence[float] | None) -> str:
    """Median and range of a ratio over the rounds."""
    if values is None:
        return "-"
    digits = 4 if statistics.median(values) < 0.1 else 2 if statistics.median(values) < 10 else 1
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}-{max(values):.{digits}f})"


def show(work: str, figures: dict[str, Any]) -> None:
    """One workload's table."""
    unit = "customers" if work == "w1" else "contacts"
    others = {"reference": "the reference"} if work == "w3" else {"loop": "C++", "simpy": "SimPy"}
    heads = "".join(f"to {other} | " for other in others.values())
    print(f"\n| {work.upper()} | size | {unit}/s | {heads}peak memory (at start) |")
    print("|---" * (len(others) + 4) + "|")
    for name, f in figures.items():
        size = f"{f['size']:,.0f} customers" if work == "w1" else f"{f['size']:g} days"
        print(
            f"| {PROGRAMS[name].label} | {size} | {statistics.median(f['rates']):,.0f} | "
            f"{''.join(ratio(f.get('to_' + o)) + ' | ' for o in others)}{f['peak_mb']:.0f} MB ({f['start_mb']:.0f}) |"
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Check, then measure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--customers", type=int, default=1_000_000, help="customers of W1")
    parser.add_argument("--slow-customers", type=int, default=60_000, help="customers of W1 for slow programs")
    parser.add_argument("--days", type=float, default=7.0, help="days of W2 and W3")
    parser.add_argument("--slow-days", type=float, default=1.0, help="days of W2 and W3 for slow programs")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", choices=("w1", "w2", "w3"), help="one workload")
    parser.add_argument("--programs", default=",".join(PROGRAMS), help=f"some of {','.join(PROGRAMS)}")
    parser.add_argument("--no-rows", action="store_true", help="without visit rows, in programs that can do without")
    parser.add_argument("--core", type=int, help="core to run on (default: the last one)")
    parser.add_argument("--json", type=Path, help="file for all figures")
    o = parser.parse_args(arguments)
    if unknown := set(o.programs.split(",")) - set(PROGRAMS):
        parser.error(f"--programs: unknown {', '.join(sorted(unknown))}; some of {', '.join(PROGRAMS)} are expected")
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0)) if o.core is None else o.core})
    works = [o.only] if o.only else ["w1", "w2", "w3"]
    names = []
    for name in PROGRAMS:
        if name in o.programs.split(","):
            reason = PROGRAMS[name].absent()
            if reason:
                print(f"{PROGRAMS[name].label}: left out, {reason}")
            else:
                names.append(name)
    workers = {name: Worker(name) for name in names}
    wrong: list[str] = []
    figures: dict[str, Any] = {}
    able = {work: {n: w for n, w in workers.items() if work in PROGRAMS[n].works} for work in works}
    if "w1" in works:
        wrong += check_w1(able["w1"])
        wrong += check_rows(able["w1"], "w1", 20_000)
    if "w2" in works:
        wrong += check_rows(able["w2"], "w2", 1.0)
        wrong += check_w2(able["w2"])
    if "w3" in works:
        wrong += check_rows(able["w3"], "w3", 1.0)
    if wrong:
        print("\nNo figures, since checks failed:\n  " + "\n  ".join(wrong), file=sys.stderr)
    else:
        for work in works:
            fast, slow = (o.customers, o.slow_customers) if work == "w1" else (o.days, o.slow_days)
            sizes = {name: min(fast, slow) if PROGRAMS[name].slow else fast for name in able[work]}
            figures[work] = measure(able[work], work, sizes, o)
            show(work, figures[work])
        if o.json:
            about = {p: version(p) for p in ("simpy", "numpy")}
            about |= {"python": platform.python_version(), "machine": platform.platform()}
            o.json.write_text(json.dumps({"about": about, "rows": not o.no_rows, "figures": figures}, indent=1))
    for worker in workers.values():
        worker.close()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
