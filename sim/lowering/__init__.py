"""Scenario -> network: the only place where domain words become machine words."""

from __future__ import annotations

from sim.lowering.lower import FOLLOW, STRATA, LoweringProblems, Operation, lower

__all__ = ["FOLLOW", "STRATA", "LoweringProblems", "Operation", "lower"]
