"""The model: one natural way from a file to numbers.

    load -> Scenario -> lower -> Operation (its Network) -> simulate -> Records -> measure -> MeasureTable

Each arrow is one function; the command line, a dashboard and a notebook walk the same way. The names below are
imported when they are first used, so that a part (`sim.theory`, say) does not bring the whole.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.lowering import Operation, lower
    from sim.machine import Network, Records, simulate
    from sim.measures import MeasureTable, measure
    from sim.scenario import Scenario, ScenarioProblems, load

_HOME = {
    "load": "sim.scenario",
    "Scenario": "sim.scenario",
    "ScenarioProblems": "sim.scenario",
    "lower": "sim.lowering",
    "Operation": "sim.lowering",
    "simulate": "sim.machine",
    "Network": "sim.machine",
    "Records": "sim.machine",
    "measure": "sim.measures",
    "MeasureTable": "sim.measures",
}

__all__ = [
    "MeasureTable",
    "Network",
    "Operation",
    "Records",
    "Scenario",
    "ScenarioProblems",
    "load",
    "lower",
    "measure",
    "simulate",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
