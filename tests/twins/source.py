"""A network as Python source: what stands in it, without what is left at its default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from math import inf

import numpy as np

from sim.machine import CountedPool, Delay, Network, RecordedStream, Timeline


def source_of(network: Network, seed: int, replication: int, most_open: int) -> str:
    """Lines that build the network and run it; `from sim.machine import *` and `from math import inf` come first."""
    n = network
    days = text(n.days)
    lines = [f"b = NetworkBuilder('twins', end={n.end!r}, warm_up={n.warm_up!r}, follow={n.follow!r}, days={days})"]
    lines += [f"b.calendar({text(c)})" for c in n.calendars.values()]
    lines += [f"b.busyness({text(f)})" for f in n.busyness.values()]
    for p in n.pools:
        lines.append(_call("counted" if isinstance(p, CountedPool) else "named", p))
    for s in n.steps:
        lines.append(_call("delay" if isinstance(s, Delay) else "work", s, edges="served_by"))
    lines += [_call("gauge", g) for g in n.gauges]
    lines += [_call("switch", s) for s in n.switches]
    for (step, exit_), clauses in n.routes.items():
        lines.append(f"b.route({step!r}, {exit_.name.lower()!r}, {', '.join(text(c) for c in clauses)})")
    lines += [_call("watch", w) for w in n.watches]
    lines += [_call("recorded" if isinstance(s, RecordedStream) else "stream", s) for s in n.streams]
    return "\n".join([*lines, f"records = run(b.build(), {seed}, {replication}, {most_open})"])


def text(x: object) -> str:
    """An expression that makes this piece again."""
    if isinstance(x, Timeline):
        return f"Timeline({text(x.times)}, {text(x.values)})"
    if isinstance(x, np.ndarray):
        return text(x.tolist())
    if isinstance(x, Enum):
        return f"{type(x).__name__}.{x.name}"
    if is_dataclass(x):
        return f"{type(x).__name__}({_arguments(x, {})})"
    if isinstance(x, Mapping):
        return "{" + ", ".join(f"{text(k)}: {text(v)}" for k, v in x.items()) + "}"
    if isinstance(x, (list, tuple)):
        inner = ", ".join(map(text, x))
        return f"[{inner}]" if isinstance(x, list) else f"({inner}{',' * (len(x) == 1)})"
    return {inf: "inf", -inf: "-inf"}.get(x, repr(x)) if isinstance(x, float) else repr(x)


def _arguments(x: object, names: Mapping[str, str]) -> str:
    out = []
    for f in fields(x):  # type: ignore[arg-type]
        value = getattr(x, f.name)
        if not f.init or f.name.startswith("_"):
            continue
        default = f.default if f.default_factory is MISSING else f.default_factory()
        if default is not MISSING and type(default) is type(value) and default == value:
            continue
        out.append(f"{names.get(f.name, f.name)}={text(value)}")
    return ", ".join(out)


def _call(method: str, x: object, **names: str) -> str:
    return f"b.{method}({_arguments(x, names)})"
