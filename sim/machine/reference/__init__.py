"""The reference engine: `SEMANTICS.md` in SimPy, written to be read.

One method per rule, with the rule's number. Births and planned changes are SimPy processes that walk sorted tables;
everything else is a timer whose handler is the rule itself. The fast engine must leave the same records.

Read it in the order of the text: `agenda` (section 3), `stations`, `jobs`, `servers` and `gauges` (what there is),
`state` and `recording` (numbers and records), `rules` (where each rule stands), `families` (sections 2.4 to 2.10),
`recalls` (8.7), `waiting` (lines: 4.1, 4.2, 4.6, 4.13), `service` (4.4, 4.5 and section 5), `kept` (8.5), `owners`
(8.3), `dispatch` (4.1 to 4.3), `displacement` (8.4), `duty` (3.6 and 4.8 to 4.10), `switches` (8.2), `engine` (the
loop).
"""

from __future__ import annotations

from sim.machine.reference.engine import Engine, run

__all__ = ["Engine", "run"]
