"""Networks of one line, and the sizes at which they are simulated."""

from __future__ import annotations

from typing import Any

import pytest

from sim.machine import Duty, Law, Network, NetworkBuilder, Server

sizes = pytest.mark.parametrize(
    "size", [pytest.param(1, id="short"), pytest.param(10, id="full", marks=pytest.mark.long)]
)
"""Runs a test at its usual size, and ten times longer as a full-size proof."""


def staff(count: int, begin: float, end: float, first: int = 0) -> list[Server]:
    """Named servers who are there all the time."""
    return [Server(f"server {i}", (Duty(begin, end),)) for i in range(first, first + count)]


def period(minutes: float, warm_up: float, rest: float = 2000.0) -> NetworkBuilder:
    """An empty network, followed for a while after its counted minutes."""
    return NetworkBuilder("against theory", end=minutes, warm_up=warm_up, follow=rest)


def one_line(
    rate: float,
    size: Law,
    servers: int,
    minutes: float,
    warm_up: float,
    *,
    named: bool = False,
    batch: Law | None = None,
    **work: Any,
) -> Network:
    """A stream `calls`, a step `line`, a pool `desk`; `work` as in `Work`."""
    b = period(minutes, warm_up)
    b.stream("calls", to="line", rate=rate, batch=batch)
    b.work("line", served_by="desk", size=size, **work)
    if named:
        b.named("desk", staff(servers, -warm_up, minutes + 2000.0))
    else:
        b.counted("desk", servers)
    return b.build()
