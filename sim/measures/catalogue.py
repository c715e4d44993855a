"""All measures by name."""

from __future__ import annotations

import re
from dataclasses import replace
from types import MappingProxyType

from sim.measures.contacts.definitions import CONTACT_MEASURES
from sim.measures.definition import Measure
from sim.measures.lines.definitions import LINE_MEASURES
from sim.measures.outcomes.definitions import OUTCOME_MEASURES
from sim.measures.pools.definitions import POOL_MEASURES
from sim.measures.promises.definitions import PROMISE_MEASURES
from sim.measures.tickets.definitions import TICKET_MEASURES

ON_PROMISES = re.compile(
    r"service_level.*|meets_.*|excess_wait|completion_level|sla_.*|(first|next)_response.*|resolution_.*|requester_wait.*|"
    r"pending.*|promise_(left|overdue)"
)
"""Measures whose minutes are those of the clock of a promise."""

MEASURES: MappingProxyType[str, Measure] = MappingProxyType(
    {
        m.name: replace(m, clock="promise") if ON_PROMISES.fullmatch(m.name) else m
        for m in (
            *CONTACT_MEASURES,
            *TICKET_MEASURES,
            *LINE_MEASURES,
            *POOL_MEASURES,
            *PROMISE_MEASURES,
            *OUTCOME_MEASURES,
        )
    }
)
"""Every measure: contacts, tickets, lines, pools, promises, outcomes. `describe()` of each says what it is."""

OF_DESK = frozenset(m.name for m in (*PROMISE_MEASURES, *OUTCOME_MEASURES))
"""Measures that need to know what the steps of a network stand for (`sim.measures.desk.Desk`)."""
