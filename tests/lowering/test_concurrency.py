"""Several chats at a time, from the page of YAML to the machine: held against the exact Markov chain."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.lowering import Operation
from sim.theory import concurrent_line
from tests.against_theory.estimates import Estimate, compare
from tests.against_theory.test_sharing import Chat
from tests.lowering.operations import operation, run, visits

DESK = """
contact_types:
  ask: {channel: chat, per_day: 2736, hour: flat, handle_time: {law: exponential, mean: 8 min}}
channels:
  chat: {service_level: 80 % within 60 s, patience: {law: exponential, mean: 3 min}}
agent_groups:
  team:
    serves: {chat: first}
    shifts: {all: {hours: 00:00-24:00, mon-sun: 10}}
    concurrency: {limit: 3, speed: [1, 72.727272727 %, 53.333333333 %]}
"""
"""Ten agents with three chats each, which then last 8, 11 or 15 minutes; 1.9 chats a minute come."""

MINUTES = 7 * 1440.0


def shares(op: Operation, histories: int, settled: float = 300.0) -> dict[str, Estimate]:
    """Shares of the chats that waited and that gave up, and the mean of the open ones, over histories."""
    rows = []
    for k in range(histories):
        v = visits(run(op, seed=7, replication=k))
        came = v[(v.entered >= settled) & (v.entered < MINUTES)]
        waits = came.started.isna() | (came.started > came.entered)
        gone = came.exit == "abandoned"
        inside = v[v.exit == "done"]
        area = (inside.left.clip(settled, MINUTES) - inside.started.clip(settled, MINUTES)).sum()
        rows.append((waits.mean(), gone.mean(), area / (MINUTES - settled)))
    table = np.array(rows)
    means, errors = table.mean(axis=0), table.std(axis=0, ddof=1) / np.sqrt(histories)
    names = ("P(wait)", "P(abandon)", "open jobs")
    return {n: Estimate(float(m), float(e), histories) for n, m, e in zip(names, means, errors, strict=True)}


def test_a_desk_with_three_chats_at_a_time_follows_the_exact_chain(tmp_path: Path) -> None:
    """4.6 % give up, as in the chain of all agents' levels; the even spread of the quick formula says 4.3 %."""
    exact = Chat(1.9, (8.0, 11.0, 15.0), 3.0, 10).exact()
    found = shares(operation(tmp_path, DESK), histories=16)
    compare("three chats at a time", [(name, exact[name], found[name]) for name in found], resolution=0.05)
    even = concurrent_line(1.9, [1 / 8, 1 / 11, 1 / 15], 3.0, 10).p_abandoned
    assert found["P(abandon)"].value == pytest.approx(even, abs=0.005)


def test_neither_shortcut_of_the_spreadsheet_comes_near(tmp_path: Path) -> None:
    """Thirty lines of 11 minutes, or ten of a third of 15 minutes: .006 and .120 of the chats lost, not .046."""
    text = DESK.replace("concurrency: {limit: 3, speed: [1, 72.727272727 %, 53.333333333 %]}", "concurrency: 1")
    thirty = text.replace("mean: 8 min", "mean: 11 min").replace("mon-sun: 10", "mon-sun: 30")
    ten = text.replace("mean: 8 min", "mean: 5 min")
    for name, one, low, high in (("thirty", thirty, 0.003, 0.010), ("ten", ten, 0.10, 0.14)):
        assert low < shares(operation(tmp_path, one), histories=3)["P(abandon)"].value < high, name
