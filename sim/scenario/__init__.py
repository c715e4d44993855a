"""The language: a scenario file becomes a frozen model of the resolved operation, or all problems at once."""

from sim.scenario.dump import dump
from sim.scenario.load import load
from sim.scenario.model import Scenario
from sim.scenario.text.problems import Problem, ScenarioProblems

__all__ = ["Problem", "Scenario", "ScenarioProblems", "dump", "load"]
