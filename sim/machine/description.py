"""A network in words, one piece a line, for people."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.machine.gauges import Gauge, Switch
from sim.machine.network import DAY, Network
from sim.machine.pools import CountedPool, Pool
from sim.machine.steps import Clause, Delay, Edge, Exit, Step, Work
from sim.machine.streams import RecordedStream, Stream


def describe(network: Network) -> str:
    """What a network consists of.

    Examples
    --------
    >>> from sim.machine import Constant, NetworkBuilder
    >>> b = NetworkBuilder("one desk", end=60)
    >>> b.recorded("calls", to="line", times=[5.0])
    >>> b.work("line", served_by="desk", size=Constant(3.0), shared_limit=("trunks", 4))
    >>> b.counted("desk", 1)
    >>> b.gauge("trunks", "inside", steps=("line",))
    >>> print(describe(b.build()))
    network one desk: 0 min warm-up, 60 min counted
      stream calls -> line: 1 recorded births in the period
      work line: size constant (mean 3 min); served by desk (rank 1); blocked while trunks is at least 4
      pool desk: counted, 1 to 1 servers
      gauge trunks: inside of line
    """
    n = network
    lines = [f"network {n.name}: {n.warm_up:g} min warm-up, {n.end:g} min counted"]
    lines += [f"  {_stream(s, n)}" for s in n.streams]
    lines += [f"  {_step(s)}" for s in n.steps]
    lines += [f"  {_clause(name, exit_, c)}" for (name, exit_), clauses in sorted(n.routes.items()) for c in clauses]
    lines += [f"  watch {w.name}: from {w.start.moment} {w.start.name}" for w in n.watches]
    lines += [f"  {_pool(p, n)}" for p in n.pools]
    lines += [f"  {_gauge(g)}" for g in n.gauges]
    lines += [f"  {_switch(s)}" for s in n.switches]
    return "\n".join(lines)


def _stream(s: Stream | RecordedStream, n: Network) -> str:
    if isinstance(s, RecordedStream):
        inside = int(np.sum((s.times >= 0) & (s.times < n.end)))
        return f"stream {s.name} -> {s.to}: {inside:,} recorded births in the period"
    per_day = s.rate.mean(0.0, n.end) * DAY if n.end > 0 else 0.0
    factor = f", busyness {' x '.join(s.busyness)}" if s.busyness else ""
    return f"stream {s.name} -> {s.to}: {per_day:,.1f} a day on average{factor}"


def _step(step: Step) -> str:
    recalled = f"; recalled by {step.recall}" if step.recall else ""
    if isinstance(step, Delay):
        return f"delay {step.name}: {step.length.describe()}{recalled}{_release(step.release)}"
    served = ", ".join(_edge(e) for e in sorted(step.edges, key=lambda e: e.rank))
    return (
        f"work {step.name}: size {step.size.describe()}"
        + (f", patience {step.patience.describe()}" if step.patience else "")
        + f"; served by {served or 'nobody'}"
        + "".join(_desk(step))
        + recalled
        + _release(step.release)
    )


def _edge(e: Edge) -> str:
    return (
        f"{e.pool} (rank {e.rank}"
        + (f", after {e.after:g} min" if e.after else "")
        + (f", reserve {e.reserve}" if e.reserve else "")
        + (f", while {e.switch} is on" if e.switch else "")
        + ")"
    )


def _desk(w: Work) -> Iterator[str]:
    """What of section 8 a step has."""
    if w.owner == "prefer":
        yield f"; prefers the owner, for {w.owner_wait:g} min"
    elif w.owner != "any":
        yield "; only by the owner" if w.owner == "only" else "; makes an owner"
    if w.grade:
        yield f"; grade {w.grade}"
    if w.yields:
        yield "; yields"
    if w.keep:
        yield "; keeps its slot"
    if w.shared_limit is not None:
        yield f"; blocked while {w.shared_limit[0]} is at least {w.shared_limit[1]:g}"


def _release(release: str | None) -> str:
    return f"; a kept slot is released when {release}" if release else ""


def _clause(name: str, exit_: Exit, c: Clause) -> str:
    target = "go on" if c.go_on else (c.to or "end")
    chance = "" if c.probability == 1.0 else " with a chance that depends"
    if isinstance(c.probability, float) and c.probability != 1.0:
        chance = f" with {c.probability:g}"
    told = f", tells {', '.join(c.tell)}" if c.tell else ""
    return f"route {name}.{exit_.name.lower()}{chance} -> {target}{told}"


def _pool(p: Pool, n: Network) -> str:
    if isinstance(p, CountedPool):
        v = p.servers.values
        return f"pool {p.name}: counted, {v.min():g} to {v.max():g} servers"
    spans = [(d.begin, d.end) for s in p.servers for d in s.duties]
    hours = sum(max(min(b, n.end) - max(a, 0.0), 0.0) for a, b in spans) / 60.0
    switches = dict.fromkeys(d.switch for s in p.servers for d in s.duties if d.switch)
    return (
        f"pool {p.name}: {len(p.servers)} named servers, {hours:,.1f} duty hours in the period"
        + (f", some while {', '.join(switches)} is on" if switches else "")
        + (f", learning up to x{p.learning[-1][1]:g}" if p.learning else "")
    )


def _gauge(g: Gauge) -> str:
    return f"gauge {g.name}: {g.kind} of {', '.join((*g.steps, *g.pools))}"


def _switch(s: Switch) -> str:
    above, below = ("at most", "at least") if s.falling else ("at least", "at most")
    return f"switch {s.name}: on while {s.gauge} is {above} {s.on:g}, off at {below} {s.off:g}, every {s.every:g} min"
