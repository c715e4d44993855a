"""Measures: from the records of a replication to named numbers with units.

`measure` gives one table; `MEASURES` lists what is in it; a `Service` names steps that form one channel and their
target; a `Desk` says what steps stand for; `Intervals` split the period, a `Split` says what is wanted in them; a
`Survey` measures many replications.
"""

from __future__ import annotations

from sim.measures.catalogue import MEASURES
from sim.measures.definition import Measure
from sim.measures.desk import Desk
from sim.measures.intervals import Intervals
from sim.measures.measuring import Survey, measure
from sim.measures.service import Service
from sim.measures.table import MeasureTable
from sim.measures.wanted import Split

__all__ = ["MEASURES", "Desk", "Intervals", "Measure", "MeasureTable", "Service", "Split", "Survey", "measure"]
