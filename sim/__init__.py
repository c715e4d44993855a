"""The model: one natural way from a file to numbers.

    load -> Scenario -> lower -> Operation (its Network) -> simulate -> Records -> measure -> MeasureTable

Each arrow is one function; the command line, a dashboard and a notebook walk the same way.
"""

from __future__ import annotations

from sim.lowering import Operation, lower
from sim.machine import Network, Records, simulate
from sim.scenario import Scenario, ScenarioProblems, load

__all__ = ["Network", "Operation", "Records", "Scenario", "ScenarioProblems", "load", "lower", "simulate"]
