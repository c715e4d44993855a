"""Small networks of named servers, and what happened in them as plain tuples."""

from __future__ import annotations

from math import isnan
from typing import Any

from sim.machine import Duty, Edge, Exit, NetworkBuilder, Records, Server
from sim.machine.luck import base_key, named_key, server_key
from sim.machine.records import FIRST, GHOST, ON_BREAK, ON_DUTY, RETURNED
from tests.micro.history import run as run

END = 1000.0


def shop(end: float = END, follow: float = END, warm_up: float = 0.0) -> NetworkBuilder:
    """An empty network of 1000 minutes, followed for 1000 more."""
    return NetworkBuilder("micro", end=end, follow=follow, warm_up=warm_up)


def people(names: str, *duties: tuple[float, float], speed: float = 1.0) -> list[Server]:
    """Servers named by single words, all with the same duties; without any they are there for 1000 minutes."""
    spans = tuple(Duty(a, b) for a, b in (duties or ((0.0, END),)))
    return [Server(name, spans, speed=speed) for name in names.split()]


def jobs(b: NetworkBuilder, to: str, *rows: tuple[float, ...], columns: str = "size", name: str = "") -> None:
    """Recorded births: each row is a time and then the job's attributes, in the order of `columns`."""
    labels = columns.split()
    b.recorded(
        name or f"to {to}",
        to=to,
        times=[r[0] for r in rows],
        columns={c: [r[i + 1] for r in rows] for i, c in enumerate(labels)},
    )


def rows(r: Records, columns: str, **only: Any) -> list[tuple[Any, ...]]:
    """Spells as tuples of the named columns, by (job, entered, spell); `only` keeps those with that value.

    Times that never came are None; servers, pools, steps and exits are names; flags are `first`, `returned`, `ghost`.
    """
    out = []
    for v in r.visits:
        pool = r.network.pools[int(v["pool"])] if v["pool"] >= 0 else None
        server = int(v["server"])
        row: dict[str, Any] = {
            "job": int(v["job"]),
            "step": r.network.steps[int(v["step"])].name,
            "pool": pool.name if pool else None,
            "server": pool.servers[server].name if pool and server >= 0 else None,
            "exit": Exit(int(v["exit"])).name.lower(),
            "round": int(v["round"]),
            "spell": int(v["spell"]),
            "first": bool(v["flags"] & FIRST),
            "returned": bool(v["flags"] & RETURNED),
            "ghost": bool(v["flags"] & GHOST),
        }
        for name in ("entered", "started", "left", "released"):
            row[name] = None if isnan(v[name]) else float(v[name])
        if all(row[k] == value for k, value in only.items()):
            out.append(tuple(row[c] for c in columns.split()))
    return out


def served(r: Records, **only: Any) -> list[tuple[Any, ...]]:
    """(job, server, started, left) of every spell."""
    return rows(r, "job server started left", **only)


def starts(r: Records, **only: Any) -> list[tuple[Any, ...]]:
    """(job, server, started) of every spell."""
    return rows(r, "job server started", **only)


def duty(r: Records, kind: str) -> list[tuple[str, float, float]]:
    """(server, begin, end) of the stretches of duty or of the breaks, sorted."""
    wanted = {"duty": ON_DUTY, "break": ON_BREAK}[kind]
    return sorted(
        (r.network.pools[int(d["pool"])].servers[int(d["server"])].name, float(d["begin"]), float(d["end"]))
        for d in r.duty
        if d["server"] >= 0 and d["kind"] == wanted
    )


def serving(r: Records, pool: str) -> float:
    """Unit-minutes of taken slots of a pool, as the engine kept them."""
    return float(r.tally.serving[r.network.pool_index[pool]])


def key_of(r: Records, job: int) -> int:
    """Key of a job, by number."""
    return int(r.jobs["key"][r.jobs["number"] == job][0])


def key_of_server(pool: str, server: str) -> int:
    """Key of a server in the history of `run`."""
    return server_key(named_key(base_key(1, 0), f"pool:{pool}"), server)


__all__ = [
    "END",
    "Edge",
    "duty",
    "jobs",
    "key_of",
    "key_of_server",
    "people",
    "rows",
    "run",
    "served",
    "serving",
    "shop",
    "starts",
]
