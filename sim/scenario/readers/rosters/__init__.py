"""Rosters: named agents with their duties, from a workbook or CSV."""

from sim.scenario.readers.rosters.reader import ROSTER, read_roster

__all__ = ["ROSTER", "read_roster"]
