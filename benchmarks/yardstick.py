"""The C++ yardstick from Python: build it, write a network as its table, run it, read its rows."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from math import ceil, inf
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.machine import Exit, Exponential, Lognormal, Network
from sim.machine.instance import instantiate
from sim.machine.laws import Law
from sim.machine.luck import name_hash
from sim.machine.network import CELL
from sim.machine.pools import CountedPool
from sim.machine.records import VISIT, sorted_visits
from sim.machine.steps import Clause, Delay, Work
from sim.machine.streams import Stream

SOURCE = Path(__file__).with_name("loop.cpp")
FLAGS = ("-std=c++20", "-O3", "-march=native", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math")
"""No fast-math and no contraction: every number must be that of the engines, bit for bit."""


class NotExpressible(ValueError):
    """The yardstick has only the pieces that the workloads need."""


def build() -> Path | None:
    """The yardstick's program, compiled if its source or the compiler is new; None without a compiler.

    Kept in the user's cache folder (`XDG_CACHE_HOME`), or in a temporary one where that cannot be written.
    """
    compiler = shutil.which("g++") or shutil.which("clang++")
    if compiler is None:
        return None
    version = subprocess.run([compiler, "--version"], capture_output=True, text=True, check=True).stdout
    what = hashlib.blake2b(digest_size=8)
    for part in (SOURCE.read_bytes(), version.encode(), " ".join(FLAGS).encode(), os.uname().nodename.encode()):
        what.update(part)
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "aftersim"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        folder = Path(tempfile.gettempdir())
    program = folder / f"loop-{what.hexdigest()}"
    if not program.exists():
        fresh = program.with_suffix(f".{os.getpid()}")
        subprocess.run([compiler, *FLAGS, str(SOURCE), "-o", str(fresh)], check=True)
        fresh.replace(program)
    return program


def write_table(network: Network, path: Path) -> None:
    """Write a network as the table that the yardstick reads; numbers as hexadecimal floats, so none is rounded.

    Raises
    ------
    NotExpressible
        The network has a piece that the yardstick does not know.
    """
    path.write_text("\n".join(_lines(network)) + "\n")


def run(
    program: Path,
    table: Path,
    seed: int = 1,
    first: int = 0,
    replications: int = 1,
    warm: int = 0,
    rows: bool = True,
    dump: Path | None = None,
) -> list[dict[str, Any]]:
    """Run the yardstick in a process of its own; one dictionary of figures per replication."""
    command = [str(program), str(table), "--seed", str(seed), "--first", str(first)]
    command += ["--replications", str(replications), "--warm", str(warm)]
    command += [] if rows else ["--no-rows"]
    command += ["--dump", str(dump)] if dump else []
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"the yardstick stopped: {done.stderr.strip()}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def read_rows(dump: Path) -> NDArray[np.void]:
    """Visit rows of one replication in the agreed order, as `Records.visits` has them."""
    return sorted_visits(dump.read_bytes())


def same_rows(a: NDArray[np.void], b: NDArray[np.void]) -> bool:
    """Whether two tables of visits are the same, byte for byte; NaN equals NaN whatever its bits."""
    if a.dtype != VISIT or b.dtype != VISIT or a.size != b.size:
        return False
    for name in VISIT.names or ():
        x, y = a[name], b[name]
        if VISIT[name].kind == "f":
            x, y = (np.where(np.isnan(v), np.nan, v).view(np.uint64) for v in (x, y))
        if not np.array_equal(x, y):
            return False
    return True


def _lines(network: Network) -> list[str]:
    """The table, line by line."""
    n = network
    if n.warm_up or n.watches or n.marks or n.attributes or n.calendars or n.busyness:
        raise NotExpressible("a warm-up, watches, marks, attributes, calendars and busyness are not known")
    instance = instantiate(n, 1, 0)
    tables: list[Any] = []
    steps = [line for i in range(len(n.steps)) for line in _step(n, i, tables)]
    out = [f"network {name_hash('mark'):x} {n.end.hex()} {n.limit.hex()}", f"timelines {len(tables)}"]
    for table in tables:
        times = [t if t > -inf else 0.0 for t in table.times.tolist()]
        out.append(" ".join([str(len(times)), *map(float.hex, times), *map(float.hex, table.values.tolist())]))
    for pool in n.pools:
        if not isinstance(pool, CountedPool) or pool.end_of_duty != "finish" or pool.job_choice != "oldest":
            raise NotExpressible(f"pool {pool.name}: only counted pools that finish their work, oldest first")
        if np.any(pool.servers.values % 1.0):
            raise NotExpressible(f"pool {pool.name}: only whole head-counts")
    places = [(e.pool, e.rank) for w in n.works for e in w.edges]
    if len(set(places)) < len(places):
        raise NotExpressible("no pool may serve two lines at one rank: it would have to compare who came first")
    out += [f"pools {len(n.pools)}", *map(str, instance.counts), f"changes {len(instance.changes)}"]
    out += [f"{c.time.hex()} {c.kind} {c.index} {int(c.value)}" for c in instance.changes]
    out += [f"steps {len(n.steps)}", *steps, f"streams {len(n.streams)}"]
    for i, s in enumerate(n.streams):
        table = instance.rates[i]
        if not isinstance(s, Stream) or s.batch is not None or table is None or s.end > n.end:
            raise NotExpressible(f"stream {s.name}: only rates, without batches, that end with the period")
        cells = ceil(min(s.end, n.limit) / CELL)
        pieces = sum(e < cells * CELL for e in table.edges[:-1])
        edges, reference, factor = table.edges[: pieces + 1], table.reference[:pieces], table.factor[:pieces]
        if max(factor) > 1.0:
            raise NotExpressible(f"stream {s.name}: only the first band of births is known")
        out.append(f"{name_hash('stream:' + s.name):x} {n.step_index[s.to]} {min(s.end, n.limit).hex()} {pieces}")
        out += [" ".join(map(float.hex, numbers)) for numbers in (edges, reference, factor)]
    return out


def _step(network: Network, index: int, tables: list[Any]) -> list[str]:
    """A step with its laws, edges and routes."""
    step = network.steps[index]
    head = f"{name_hash('step:' + step.name):x}"
    if isinstance(step, Delay):
        if step.calendar or step.until_open or step.recorded or step.counts_as_wait:
            raise NotExpressible(f"delay {step.name}: only a law")
        out = [f"{head} 0 {_law(step.length)} {_law(None)} 0"]
    else:
        plain = Work(step.name, step.edges, size=step.size, patience=step.patience)
        if step != plain or any(e.after or e.reserve or e.most is not None or e.speed != 1.0 for e in step.edges):
            raise NotExpressible(f"work {step.name}: only size, patience and ranked edges")
        edges = sorted(step.edges, key=lambda e: e.rank)
        if len({e.rank for e in edges}) < len(edges):
            raise NotExpressible(f"work {step.name}: no two edges may have one rank")
        shown = " ".join(f"{network.pool_index[e.pool]} {e.rank}" for e in edges)
        out = [f"{head} 1 {_law(step.size)} {_law(step.patience)} {len(edges)} {shown}".rstrip()]
    for exit_ in (Exit.DONE, Exit.ABANDONED):
        clauses = network.routes.get((step.name, exit_), ())
        out += [str(len(clauses)), *(_clause(network, c, tables) for c in clauses)]
    return out


def _law(law: Law | None) -> str:
    """Kind and two numbers."""
    if law is None:
        return "0 0 0"
    if not law.atoms and law.cap == inf and law.scale is None and law.load == 0.0:
        if isinstance(law, Exponential):
            return f"1 {law.mean_value.hex()} 0"
        if isinstance(law, Lognormal):
            mu, sigma = law.log_parameters
            return f"2 {mu.hex()} {sigma.hex()}"
    raise NotExpressible(f"law {law}: only plain exponential and lognormal ones")


def _clause(network: Network, clause: Clause, tables: list[Any]) -> str:
    """Hash, probability, target, again, condition."""
    if clause.add or clause.spawn or clause.go_on or not isinstance(clause.probability, float) or len(clause.when) > 1:
        raise NotExpressible(f"clause {clause.name}: only a probability, one condition and a target")
    condition = "-1 0 0"
    for c in clause.when:
        if c.source.kind != "time" or c.source.table is None:
            raise NotExpressible(f"clause {clause.name}: only conditions on the time")
        if not any(c.source.table is t for t in tables):
            tables.append(c.source.table)
        number = next(i for i, t in enumerate(tables) if t is c.source.table)
        condition = f"{number} {int(c.op == '<=')} {float(c.number).hex()}"
    to = -1 if clause.to is None else network.step_index[clause.to]
    return f"{name_hash('clause:' + clause.name):x} {clause.probability.hex()} {to} {int(clause.again)} {condition}"
