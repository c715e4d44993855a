"""From version 0 to 1. Version 0 was never released: it is the dialect of drafts, in short words of the trade.

| version 0                  | version 1                             |
|----------------------------|---------------------------------------|
| `agents:`                  | `agent_groups:`                       |
| `agents.X.skills`          | `agent_groups.X.serves`               |
| `contacts:`                | `contact_types:`                      |
| `contacts.X.aht`           | `contact_types.X.handle_time`         |
| `contacts.X.acw`           | `contact_types.X.after_contact_work`  |
| `channels.X.hours`         | `channels.X.open`                     |
| `channels.X.sla: 80/30`    | `channels.X.service_level: 80 % within 30 s` |
| `period.timezone`          | `period.time_zone`                    |
| `period.days: 7`           | `period.length: 7 d`                  |
"""

from __future__ import annotations

import re

from sim.scenario.versions.migration import ANY, Migration

_PER_SECONDS = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*%?\s*/\s*([0-9]+(?:\.[0-9]+)?)\s*(?:s|sec)?")
_DAYS = re.compile(r"((?:plus|minus)\s+)?([0-9]+)")


def promise(text: str) -> str | None:
    """Write a service level of version 0, per cent / seconds, as a promise.

    Examples
    --------
    >>> promise("80/30")
    '80 % within 30 s'
    """
    match = _PER_SECONDS.fullmatch(text)
    return None if match is None else f"{match[1]} % within {match[2]} s"


def length(text: str) -> str | None:
    """Write a number of days with its unit.

    Examples
    --------
    >>> length("7"), length("plus 7")
    ('7 d', 'plus 7 d')
    """
    match = _DAYS.fullmatch(text)
    return None if match is None else f"{match[1] or ''}{match[2]} d"


FROM_0 = Migration(
    version=0,
    words={
        ("agents",): "agent_groups",
        ("agents", ANY, "skills"): "serves",
        ("contacts",): "contact_types",
        ("contacts", ANY, "aht"): "handle_time",
        ("contacts", ANY, "acw"): "after_contact_work",
        ("channels", ANY, "hours"): "open",
        ("channels", ANY, "sla"): "service_level",
        ("period", "timezone"): "time_zone",
        ("period", "days"): "length",
    },
    values={("channels", ANY, "sla"): promise, ("period", "days"): length},
)
