"""The compiled engine: the same records as the reference engine, bit for bit, near the speed of the machine.

Read it in this order: `layout` (tables and state), `packing` (a network as tables), `rates` and `room` (what
a run adds), `tables` and `kernel` (how kernels reach them and are compiled), `luck`, `laws` and `hours`
(numbers), `agenda` (timers), `arrivals` and `births`, `slots`, `families` and `watches` (what happens between
two pieces of work), `lines`, `sight`, `waiting`, `servers`, `clearing`, `dispatch` and `service` (who serves
whom), `duty` (who is there), `recording` and `sorting` (rows), `loop` (the event loop), `walk` (a run, seen
from Python).
"""

from __future__ import annotations

from sim.machine.compiled.loop import prepare, signature
from sim.machine.compiled.packing import packed
from sim.machine.compiled.store import is_kept
from sim.machine.compiled.walk import Walk, run
from sim.machine.network import Network

__all__ = ["Walk", "is_full", "prepare", "ready", "run", "signature"]


def is_full(network: Network) -> bool:
    """Whether a network needs more than the core."""
    return packed(network).full


def ready(network: Network) -> bool:
    """Whether the network can run at once: compiled already, or kept on disk."""
    return is_kept(is_full(network))
