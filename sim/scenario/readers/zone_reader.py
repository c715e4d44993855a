"""Reading of time zones and languages: names that stand for rules kept elsewhere."""

from __future__ import annotations

import re
import zoneinfo

from sim.scenario.text.problems import Unreadable, name_repair

_LANGUAGE = re.compile(r"[^\W\d_][\w-]{1,34}")


def a_time_zone(text: str) -> str:
    """Read the name of a time zone, such as `Europe/Berlin`."""
    try:
        if not text or text.startswith((".", "/")) or len(text) > 100:
            raise ValueError
        zoneinfo.ZoneInfo(text)
    except (ValueError, OSError, KeyError):
        known = sorted(zoneinfo.available_timezones()) if len(text) <= 100 else []
        repair = name_repair(text, known) if text and known else None
        if repair is None or not repair.startswith("did"):
            last = [zone for zone in known if zone.rsplit("/", 1)[-1].lower() == text.rsplit("/", 1)[-1].lower()]
            repair = f"did you mean {last[0]}?" if last and text else "write UTC or a name such as Europe/Berlin"
        raise Unreadable("a time zone such as Europe/Berlin is expected", repair) from None
    return text


def a_language(text: str) -> str:
    """Read a language, such as `de` or `zh-CN`.

    Examples
    --------
    >>> a_language("no")
    'no'
    """
    if not _LANGUAGE.fullmatch(text):
        raise Unreadable("a language such as de, en or zh-CN is expected")
    return text
