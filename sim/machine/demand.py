"""How many jobs a network expects, before any luck."""

from __future__ import annotations

from sim.machine.network import Network
from sim.machine.streams import RecordedStream


def expected_jobs(network: Network) -> float:
    """Births that a run of the network expects, warm-up included."""
    total = 0.0
    for s in network.streams:
        if isinstance(s, RecordedStream):
            total += s.times.size
        else:
            births = s.rate.integral(-network.warm_up, min(network.end, s.end))
            if births > 0.0:
                total += births * (1.0 if s.batch is None else max(s.batch.mean, 1.0))
    return total
