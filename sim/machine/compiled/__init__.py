"""The compiled engine: the same records as the reference engine, bit for bit, near the speed of the machine.

Read it in this order: `layout` (tables and state), `kinds` (the three compilations), `packing`, `pieces` and `desk` (a
network as tables), `rates` and `room` (what a run adds), `tables` and `kernel` (how kernels reach them and are
compiled), `luck`, `laws` and `hours` (numbers), `agenda` (timers), `gauges` (observed), `arrivals` and `births`,
`slots`, `families`, `recall` and `watches` (what happens between two pieces of work), `lines`, `queues`, `sight`,
`waiting`, `servers`, `clearing`, `speeds`, `release`, `kept` and `service` (start and speed), `dispatch`, `owners`,
`admission`, `handback`, `displacement` and `completion` (who serves whom), `duty` and `switches` (who is there),
`recording`, `scratch` and `sorting` (rows and orders), `loop` (the event loop), `walk` (a run, seen from Python).
"""

from __future__ import annotations

from sim.machine.compiled.loop import prepare, signature
from sim.machine.compiled.packing import packed
from sim.machine.compiled.store import is_kept
from sim.machine.compiled.walk import Walk, run
from sim.machine.engines import Kind
from sim.machine.network import Network

__all__ = ["Walk", "kind_of", "prepare", "ready", "run", "signature"]


def kind_of(network: Network) -> Kind:
    """The compilation that a network needs."""
    return packed(network).kind


def ready(network: Network) -> bool:
    """Whether the network can run at once: compiled already, or kept on disk."""
    return is_kept(kind_of(network))
