"""Opening hours and business hours as calendars."""

from __future__ import annotations

from sim.lowering.draft import Draft
from sim.lowering.precedence import BUSINESS
from sim.machine import Calendar
from sim.scenario.model.hours import OpeningHours, open_intervals


def lower_calendars(draft: Draft) -> None:
    """Add the opening hours of every channel that closes, and the business hours where a promise counts them."""
    for name, channel in draft.scenario.channels.items():
        draft.openings[name] = None if channel.open.always else _calendar(draft, f"open:{name}", channel.open)
    promises = [
        p
        for c in draft.scenario.channels.values()
        for p in (c.service_level, c.first_response, c.next_response, c.resolution)
        if p is not None
    ]
    if any(p.clock == "business" for p in promises):
        _calendar(draft, BUSINESS, draft.scenario.period.business_hours)


def _calendar(draft: Draft, name: str, hours: OpeningHours) -> str:
    period = draft.scenario.period
    spans = open_intervals(hours, period, -period.warm_up, draft.stop)
    draft.builder.calendar(Calendar(name, [(float(a), float(b)) for a, b in spans]))
    return name
