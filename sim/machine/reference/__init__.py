"""The reference engine: `SEMANTICS.md` in SimPy, written to be read.

One method per rule, with the rule's number. Births and planned changes are SimPy processes that walk sorted tables;
everything else is a timer whose handler is the rule itself. The fast engine must leave the same records.

Read it in the order of the text: `agenda` (section 3), `stations`, `jobs` and `servers` (what there is), `state`
(numbers and records), `families` (sections 2.4 to 2.10), `dispatch` (sections 4 and 5), `duty` (sections 3.6 and 4.8
to 4.10), `engine` (the loop).
"""

from __future__ import annotations

from sim.machine.reference.engine import Engine, run

__all__ = ["Engine", "run"]
