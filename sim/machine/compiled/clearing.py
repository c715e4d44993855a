"""Servers that are kept from worse ranks for the first in a line that lacks only units (rules 4.3 and 4.13)."""

from __future__ import annotations

from sim.machine.compiled.kernel import kernel
from sim.machine.compiled.lines import first_of, next_priority
from sim.machine.compiled.release import offer_due
from sim.machine.compiled.servers import has_room, roomiest
from sim.machine.compiled.sight import visible
from sim.machine.compiled.tables import edges, persons, pools, servers


@kernel
def clear_for_heads(w, full, step):
    """For each line of the step: if its first job lacks only units, its best server takes nothing of worse rank."""
    j = first_of(w, step)
    while j:
        x = persons(w, j)
        if not x.cleared:
            for e in range(step.first_edge, step.end_edge):
                edge = edges(w, e)
                if pools(w, edge.pool).named and visible(w, full, j, e) and not has_room(w, full, e, j):
                    s = roomiest(w, full, e)
                    if s:
                        x.cleared = s
                        servers(w, s).cleared = j
                        servers(w, s).cleared_rank = edge.rank
                        pools(w, edge.pool).cleared += 1
                        break
        j = next_priority(w, step, x.priority)


@kernel
def let_go(w, full, j):
    """A cleared server may take anything again (rule 4.13): an offer is due."""
    x = persons(w, j)
    server = servers(w, x.cleared)
    server.cleared = 0
    x.cleared = 0
    pool = pools(w, server.pool)
    pool.cleared -= 1
    offer_due(w, server.pool)
