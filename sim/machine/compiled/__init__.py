"""The compiled engine: the same records as the reference engine, bit for bit, near the speed of the machine."""

from __future__ import annotations

from sim.machine.compiled.walk import Walk, run

__all__ = ["Walk", "run"]
