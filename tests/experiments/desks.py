"""Small operations for the tests of experiments, made once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from experiments.estimates.estimates import Estimates, estimate
from experiments.replication.replications import Replications, replicate
from sim import Operation, load, lower

ROOT = Path(__file__).parents[2]
MINIMAL = ROOT / "scenarios" / "minimal.yaml"
SHOP = ROOT / "scenarios" / "small_shop.yaml"

ODD = """aftersim: 1
title: "=Odd [red]desk[/red] $5 & 售后"
question: Does anything break?
period: {start: 2026-03-02 09:00, length: 8 h}
contact_types:
  chat: {channel: chat, per_day: 90, hour: office_hours, handle_time: 8 min, patience: 5 min}
  letter: {channel: letters, per_day: 24, hour: office_hours, handle_time: 4 min}
channels:
  chat: {service_level: 70 % within 45 s, first_response: 95 % within 10 min}
  letters: {}
agent_groups:
  desk: {serves: {chat: first, letters: second}, headcount: {mon-sun: {"09:00-17:00": 2}}}
observed:
  - {measure: arrivals, channel: chat, value: 71, n: 71}
  - {measure: service_level, channel: chat, hour: 10, value: 12 %, n: 9}
  - {measure: service_level_2min, channel: chat, value: 75 %}
  - {measure: abandonment, value: 4 %}
  - {measure: smiles, value: 3}
"""


@cache
def operation(path: Path) -> Operation:
    """A lowered scenario file."""
    return lower(load(path))


@cache
def shop(n: int = 4) -> Replications:
    """Replications of the small shop."""
    return replicate(operation(SHOP), n, workers=1)


@cache
def shop_estimates(n: int = 4) -> Estimates:
    """Their estimates."""
    return estimate(shop(n))


def odd_desk(folder: Path) -> Path:
    """A file with names that a terminal, a picture or a spreadsheet could misread."""
    path = folder / "odd.yaml"
    path.write_text(ODD, encoding="utf-8")
    return path
