"""All measures by name."""

from __future__ import annotations

from types import MappingProxyType

from sim.measures.contact_definitions import CONTACT_MEASURES
from sim.measures.definition import Measure
from sim.measures.line_definitions import LINE_MEASURES
from sim.measures.pool_definitions import POOL_MEASURES
from sim.measures.ticket_definitions import TICKET_MEASURES

MEASURES: MappingProxyType[str, Measure] = MappingProxyType(
    {m.name: m for m in (*CONTACT_MEASURES, *TICKET_MEASURES, *LINE_MEASURES, *POOL_MEASURES)}
)
"""Every measure: contacts, tickets, lines, pools. `describe()` of each says what it is."""
