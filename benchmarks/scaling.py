"""What a ticket costs as the operation grows: CPU nanoseconds of the event loop per ticket, against the first row.

    python benchmarks/scaling.py [--only agents,tickets] [--rounds 5] [--scale 1.0] [--engine compiled]

Tables: agents, tickets, types, watches, large, memory, threads, arrivals. Rows of a table take turns, pinned to one
core; medians and ratios round by round. The yardstick's cost stands beside it where it can express the network.
`--scale 0.001 --engine reference` runs everything small on the reference engine, to try the command.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import yardstick
from programs import compiled_engine, cpu, folder, peak_mb
from workloads import DAY, HOURS, PATIENCE, SERVICE, SHARES, lognormal, w1, w2

from sim.machine import Anchor, Busyness, Constant, Edge, Exponential, Network, NetworkBuilder

LIVE = (0, 1_000, 10_000, 100_000, 300_000)
TYPES = (1, 5, 20, 50, 100, 200)
POOLS = 8


# -- networks --------------------------------------------------------------------------------------------------------


def agents(number: int, customers: float, load: float = 1.05, patience: float = 5.0) -> Network:
    """W1 with another number of agents and the same load; mean patience [min]."""
    rate = load * number / 5.0
    b = NetworkBuilder(f"{number} agents", end=customers / rate, follow=2000.0 + 10.0 * patience)
    b.stream("customers", to="line", rate=rate, end=customers / rate)
    b.work("line", served_by="desk", size=Exponential(5.0), patience=Exponential(patience))
    b.counted("desk", number)
    return b.build()


def types(number: int, pools: int, customers: float) -> Network:
    """The load of W1 in so many contact types, each with a line; one pool for all, or three of several for each."""
    end = customers / 21.0
    b = NetworkBuilder(f"{number} types", end=end, follow=2000.0)
    for c in range(number):
        b.stream(f"type {c}", to=f"line {c}", rate=21.0 / number, end=end)
        served = {(c + k) % pools: 1 + k for k in range(min(3, pools))}
        edges = [Edge(f"pool {p}", rank) for p, rank in served.items()]
        mean, sd = SERVICE[c % len(SHARES)]
        b.work(f"line {c}", edges, size=lognormal(mean, sd), patience=Exponential(PATIENCE[c % len(SHARES)]))
    for p in range(pools):
        b.counted(f"pool {p}", 100 // pools + (p < 100 % pools))
    return b.build()


def cases(live: int, customers: float, watched: bool) -> Network:
    """W1 at load 0.95 whose customers stay as open cases, about `live` at a time, each with a watch of 15 days.

    No watch runs out: the case ends first (at most ten days), and then its timer is dead.
    """
    rate = 19.0
    b = NetworkBuilder(f"{live} cases", end=customers / rate, follow=20 * DAY)
    b.stream("customers", to="line", rate=rate, end=customers / rate)
    b.work("line", served_by="desk", size=Exponential(5.0), patience=Exponential(5.0))
    b.counted("desk", 100)
    b.delay("case", Constant(live / rate))
    b.route("line", "done", "case")
    b.route("line", "abandoned", "case")
    if watched:
        b.watch("reminder", Anchor("entered", "line"), Constant(15 * DAY))
    return b.build()


def arrivals(customers: float, busy: bool) -> Network:
    """Six streams by the half hour of a day, with or without a busyness of days and quarter hours."""
    days = max(customers / 100_000.0, 1 / 24)
    b = NetworkBuilder("arrivals", end=days * DAY, follow=0.0)
    if busy:
        b.busyness(Busyness("busy", 0.1, 0.5, 0.1, 0.5, 15.0))
    for c, share in enumerate(SHARES):
        rate = [(d * DAY + h * 60.0, 1e5 * share * HOURS[h] / 6000.0) for d in range(int(days) + 1) for h in range(24)]
        b.stream(f"class {c}", to="line", rate=rate, end=days * DAY, busyness="busy" if busy else ())
    b.work("line", served_by="desk", size=Constant(1.0))
    b.counted("desk", 100)
    return b.build()


# -- engines ---------------------------------------------------------------------------------------------------------


class Slow:
    """The reference engine behind the calls of the compiled one."""

    def __init__(self, network: Network, seed: int, replication: int) -> None:
        from sim.machine.reference import Engine

        self.engine = Engine(network, seed, replication)

    def walk(self) -> None:
        """Run."""
        self.found = self.engine.run()

    def records(self) -> Any:
        """What it left."""
        return self.found


def prepared(engine: str, network: Network, replication: int, rows: bool = True) -> Any:
    """A replication ready to walk; without rows where the engine can do without."""
    if engine == "reference":
        return Slow(network, 1, replication)
    return compiled_engine().Walk(network, 1, replication, visits=rows, jobs=rows)


def rows_are_optional(engine: str) -> bool:
    """Whether the engine can run without rows."""
    return engine == "compiled"


def births(engine: str, network: Network, replication: int) -> int:
    """Number of births, made and thrown away."""
    if engine == "compiled":
        return int(compiled_engine().Walk(network, 1, replication, visits=False, jobs=False).births())
    from sim.machine.births import births as reference_births
    from sim.machine.instance import instantiate

    return sum(1 for _ in reference_births(network, instantiate(network, 1, replication)))


# -- tables ----------------------------------------------------------------------------------------------------------


def cost(title: str, rows: dict[str, tuple[Callable[[], Network], float]], o: argparse.Namespace) -> dict[str, Any]:
    """Measure and show one table: label -> (network, tickets)."""
    ours: dict[str, list[float]] = {label: [] for label in rows}
    theirs: dict[str, list[float]] = {label: [] for label in rows}
    program = yardstick.build()
    networks = {label: make() for label, (make, _) in rows.items()}
    tables: dict[str, Path] = {}
    for i, (label, network) in enumerate(networks.items()):
        if program is not None:
            try:
                yardstick.write_table(network, folder() / str(i))
                tables[label] = folder() / str(i)
            except yardstick.NotExpressible:
                pass
    for i in range(o.rounds):
        for label, (_, tickets) in rows.items():
            walk = prepared(o.engine, networks[label], i)
            ours[label].append(cpu(walk.walk) / tickets * 1e9)
            walk.records()  # as every run does; it hands the memory on to the next one
            del walk
            if label in tables and program is not None:
                c = yardstick.run(program, tables[label], first=i, warm=1)[0]
                theirs[label].append(c["seconds"] / tickets * 1e9)
    first = next(iter(rows))
    print(f"\n| {title} | tickets | ns a ticket | to the first row | C++ ns | speed to C++ |")
    print("|---|---|---|---|---|---|")
    out: dict[str, Any] = {}
    for label, (_, tickets) in rows.items():
        mine, other = ours[label], theirs[label]
        relative = statistics.median(a / b for a, b in zip(mine, ours[first], strict=True))
        to_cpp = statistics.median(b / a for a, b in zip(mine, other, strict=True)) if other else None
        cpp = f"{statistics.median(other):,.0f} | {to_cpp:.2f}" if other else "- | -"
        print(f"| {label} | {tickets:,.0f} | {statistics.median(mine):,.0f} | {relative:.2f} | {cpp} |", flush=True)
        out[label] = {"ns": mine, "cpp_ns": other}
    return out


def by_agents(o: argparse.Namespace) -> dict[str, Any]:
    """Cost against the number of agents."""
    n = 1e6 * o.scale
    return cost("agents", {f"{k:,}": ((lambda k=k: agents(k, n)), n) for k in (10, 100, 1_000, 10_000)}, o)  # type: ignore[misc]


def by_tickets(o: argparse.Namespace) -> dict[str, Any]:
    """Cost against the number of tickets; the small runs are repeated within a round by more rounds."""
    sizes = [s * o.scale for s in (1e4, 1e5, 1e6, 1e7)]
    return cost("tickets on 100 agents", {f"{s:,.0f}": ((lambda s=s: w1(int(s))), s) for s in sizes}, o)  # type: ignore[misc]


def by_types(o: argparse.Namespace) -> dict[str, Any]:
    """Cost against the number of contact types."""
    n = 5e5 * o.scale
    out = {}
    for pools in (1, POOLS):
        title = f"contact types, {'one pool' if pools == 1 else f'{pools} pools'}"
        out[title] = cost(title, {str(k): ((lambda k=k, p=pools: types(k, p, n)), n) for k in TYPES}, o)  # type: ignore[misc]
    return out


def by_watches(o: argparse.Namespace) -> dict[str, Any]:
    """Cost against long timers that are live or dead."""
    n = 1e6 * o.scale
    out = {}
    for watched in (False, True):
        title = "open cases" + (", each with a watch of 15 days" if watched else ", no watches")
        rows = {f"{k:,}": ((lambda k=k, w=watched: cases(int(k * min(o.scale, 1.0)), n, w)), n) for k in LIVE}  # type: ignore[misc]
        out[title] = cost(title, rows, o)
    rows = {f"{p / DAY:.3g} days": ((lambda p=p: agents(100, n, 0.95, p)), n) for p in (5.0, DAY, 7 * DAY)}  # type: ignore[misc]
    out["patience"] = cost("mean patience, load 0.95", rows, o)
    return out


def large(o: argparse.Namespace) -> dict[str, Any]:
    """Ten million tickets on 10,000 agents."""
    n = 1e7 * o.scale
    found = cost("agents", {"10,000": (lambda: agents(10_000, n), n)}, o)
    print(f"{n:,.0f} tickets on 10,000 agents: {statistics.median(found['10,000']['ns']) * n / 1e9:.2f} s CPU")
    return found


def memory(o: argparse.Namespace) -> dict[str, Any]:
    """Peak memory of a fresh process against the number of tickets, with and without visit rows."""
    print("\n| memory | tickets | peak MB | since the smallest, bytes a ticket |\n|---|---|---|---|")
    out: dict[str, Any] = {}
    for rows in (True, False):
        if not rows and not rows_are_optional(o.engine):
            print(f"| without rows | - | the {o.engine} engine always writes rows | - |")
            continue
        first: tuple[float, float] | None = None
        for n in (1e4 * o.scale, 1e6 * o.scale, 1e7 * o.scale):
            request = json.dumps({"engine": o.engine, "tickets": n, "rows": rows})
            done = subprocess.run(
                [sys.executable, __file__, "--one", request], check=True, stdout=subprocess.PIPE, text=True
            )
            peak = float(done.stdout)
            first = first or (n, peak)
            growth = f"{(peak - first[1]) * 2**20 / (n - first[0]):.0f}" if n > first[0] else "-"
            label = "with rows" if rows else "without rows"
            print(f"| {label} | {n:,.0f} | {peak:.0f} | {growth} |", flush=True)
            out[f"{label}, {n:,.0f}"] = peak
    return out


def one(request: str) -> None:
    """Walk once and print the peak memory of this process."""
    r = json.loads(request)
    prepared(r["engine"], w1(2000), 0).walk()
    prepared(r["engine"], w1(int(r["tickets"])), 0, r["rows"]).walk()
    print(peak_mb())


def threads(o: argparse.Namespace) -> dict[str, Any]:
    """Twenty replications of the W2 week, one after the other and on two threads: CPU and wall."""
    network = w2(7.0, 100_000.0 * min(o.scale, 1.0))
    pinned = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
    if pinned is not None:
        os.sched_setaffinity(0, o.cores)
    found: dict[str, list[tuple[float, float]]] = {"1 thread": [], "2 threads": []}

    def walk(replication: int) -> None:
        w = prepared(o.engine, network, replication)
        w.walk()
        w.records()

    for _ in range(o.rounds):
        for label, times in found.items():
            wall, begin = time.perf_counter(), time.process_time()
            if label == "1 thread":
                for r in range(20):
                    walk(r)
            else:
                with ThreadPoolExecutor(2) as pool:
                    list(pool.map(walk, range(20)))
            times.append((time.process_time() - begin, time.perf_counter() - wall))
    if pinned is not None:
        os.sched_setaffinity(0, pinned)
    print("\n| 20 weeks of W2, prepared and walked | CPU s | wall s | speed-up | CPU to one thread |")
    print("|---|---|---|---|---|")
    for label, times in found.items():
        pairs = list(zip(times, found["1 thread"], strict=True))
        faster = statistics.median(a[1] / b[1] for b, a in pairs)
        more = statistics.median(b[0] / a[0] for b, a in pairs)
        middle = [statistics.median(t[i] for t in times) for i in (0, 1)]
        print(f"| {label} | {middle[0]:.2f} | {middle[1]:.2f} | {faster:.2f} | {more:.2f} |")
    return found


def births_alone(o: argparse.Namespace) -> dict[str, Any]:
    """Births alone: nanoseconds each, without and with busyness."""
    networks = {"plain": arrivals(1e6 * o.scale, False), "with busyness": arrivals(1e6 * o.scale, True)}
    found: dict[str, list[float]] = {label: [] for label in networks}
    for network in networks.values():
        births(o.engine, network, 0)
    for i in range(o.rounds):
        for label, network in networks.items():
            count: list[int] = []
            seconds = cpu(lambda n=network, i=i, c=count: c.append(births(o.engine, n, i)))  # type: ignore[misc]
            found[label].append(seconds / count[0] * 1e9)
    print("\n| births alone | ns a job | to plain |\n|---|---|---|")
    for label, ns in found.items():
        relative = statistics.median(a / b for a, b in zip(ns, found["plain"], strict=True))
        print(f"| {label} | {statistics.median(ns):,.1f} | {relative:.2f} |")
    return found


TABLES: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    "agents": by_agents,
    "tickets": by_tickets,
    "types": by_types,
    "watches": by_watches,
    "large": large,
    "memory": memory,
    "threads": threads,
    "arrivals": births_alone,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """The tables that are asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", default=",".join(TABLES), help=f"some of {','.join(TABLES)}")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scale", type=float, default=1.0, help="factor on all numbers of tickets")
    parser.add_argument("--engine", choices=("compiled", "reference"), default="compiled")
    parser.add_argument("--json", type=Path, help="file for all figures")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    o = parser.parse_args(arguments)
    if o.one:
        one(o.one)
        return 0
    if unknown := set(o.only.split(",")) - set(TABLES):
        parser.error(f"--only: unknown {', '.join(sorted(unknown))}; some of {', '.join(TABLES)} are expected")
    if o.engine == "compiled" and compiled_engine() is None:
        print("sim.machine.compiled cannot be imported; --engine reference --scale 0.01 tries the command")
        return 1
    if hasattr(os, "sched_setaffinity"):
        o.cores = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {max(o.cores)})
    else:
        o.cores = set()
    prepared(o.engine, w1(2000), 0).walk()  # compile and load before anything is measured
    found = {name: TABLES[name](o) for name in o.only.split(",")}
    if o.json:
        o.json.write_text(json.dumps(found, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
