"""What the tests of section 8 have in common: observers of gauges and switches, and when a switch was on."""

from __future__ import annotations

from math import inf, isnan
from typing import Any

from sim.machine import Condition, Constant, Duty, NetworkBuilder, Predictor, Records, Server, Source, Term
from sim.machine.predictor import SourceKind
from tests.micro.table import run


def reading(kind: SourceKind, name: str) -> Predictor:
    """The number itself, as a scale, a score or a chance."""
    return Predictor(0.0, (Term(Source(kind, name)),))


def exactly(kind: SourceKind, name: str, number: float) -> list[Condition]:
    """Conditions that hold when it reads this number."""
    return [Condition(Source(kind, name), ">=", number), Condition(Source(kind, name), "<=", number)]


def look(b: NetworkBuilder, kind: SourceKind, name: str, *times: float) -> None:
    """Observers: each stays for as many minutes as it reads when it comes.

    They are births (kind 7) of the streams given last so far: they see an instant after everything else of it.
    """
    label = f"look at {name}"
    b.recorded(label, to=label, times=list(times))
    b.delay(label, Constant(1.0, scale=reading(kind, name)), recorded=True)


def seen(r: Records, name: str) -> list[float]:
    """What the observers read, in order of time; infinity when they never came back."""
    step = r.network.step_index[f"look at {name}"]
    rows = r.visits[r.visits["step"] == step]
    stays = rows["left"] - rows["entered"]
    return [inf if isnan(x) else float(x) for x in stays]


def readings(b: NetworkBuilder, *times: float, of: str = "", kind: SourceKind = "gauge") -> dict[str, list[float]]:
    """Everything that the named gauges (words of `of`) show at these times."""
    names = of.split()
    for name in names:
        look(b, kind, name, *times)
    r = run(b)
    return {name: seen(r, name) for name in names}


def switched(r: Records) -> list[tuple[str, float, float | None]]:
    """Stretches in which a switch was on, sorted: name, from, to (None while it was still on at the end)."""
    return sorted(
        (
            r.network.switches[int(s["switch"])].name,
            float(s["begin"]),
            None if isnan(s["end"]) else float(s["end"]),
        )
        for s in r.switches
    )


def lever(b: NetworkBuilder, name: str, *stretches: tuple[float, float], every: float = 1.0, **more: Any) -> None:
    """A switch that is on in just these stretches (whole ticks): it looks at a pool of one who comes half a tick
    before each of them and leaves half a tick before its end."""
    half = every / 2
    hand = Server("hand", tuple(Duty(a - half, z - half) for a, z in stretches))
    b.named(f"lever {name}", [hand])
    b.gauge(f"lever {name}", "on duty", pools=(f"lever {name}",))
    b.switch(name, f"lever {name}", 1.0, 0.0, every=every, **more)


def there(b: NetworkBuilder, pool: str, until: int) -> list[tuple[int, int]]:
    """Stretches of whole minutes before `until` in which somebody of the pool is available, as a gauge shows them."""
    b.gauge(f"there at {pool}", "on duty", pools=(pool,))
    look(b, "gauge", f"there at {pool}", *range(until))
    now = [0.0, *(min(x, 1.0) for x in seen(run(b), f"there at {pool}")), 0.0]
    edges = [t for t in range(until + 1) if now[t] != now[t + 1]]
    return list(zip(edges[::2], edges[1::2], strict=True))
