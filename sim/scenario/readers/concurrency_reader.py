"""Reading of concurrency: how many contacts an agent holds open, and how fast each goes on."""

from __future__ import annotations

import itertools

from sim.scenario.model import Concurrency
from sim.scenario.model.concurrency import USUAL_GAIN, attended_speeds, usual_speeds
from sim.scenario.readers.law_reader import a_duration, a_positive
from sim.scenario.readers.reading import Fields, Reading
from sim.scenario.readers.skill_reader import MOST_OPEN, a_factor
from sim.scenario.text.nodes import MappingNode, Node, Scalar, SequenceNode
from sim.scenario.text.problems import Unreadable
from sim.scenario.text.units import count, plain
from sim.scenario.text.words import CONCURRENCY

_SLOWEST = 0.001


def read_concurrency(reading: Reading, node: Node, path: str) -> Concurrency | None:
    """Read `3`, `{limit: 3, speed: [1, 0.80, 0.67]}` or `{limit: 3, touch: 3 min, think: 5 min}`.

    Gives None for one contact at a time, and where something is wrong.
    """
    if not isinstance(node, MappingNode) or "value" in node:
        limit = reading.scalar(node, path, _limit)
        return None if limit is None else _usual(reading, path, limit)
    fields = Fields(reading, node, path, CONCURRENCY)
    limit = fields.need(
        "limit", lambda r, n, p: r.scalar(n, p, _limit), "a concurrency needs its limit", "add limit: 3"
    )
    touched = [word for word in ("touch", "think") if word in node]
    if "speed" in node and touched:
        rule = "the speeds are given by speed, or derived from touch and think, not both"
        reading.problem(node, path, rule, f"remove speed, or {' and '.join(touched)}")
        return None
    if touched:
        why = "speeds are derived from both the touch and the think time"
        touch = fields.need("touch", lambda r, n, p: r.scalar(n, p, a_positive), why, "add touch: 3 min")
        think = fields.need("think", lambda r, n, p: r.scalar(n, p, a_duration), why, "add think: 5 min")
        if limit is None or touch is None or think is None or limit == 1:
            return None
        return Concurrency(limit=limit, speed=attended_speeds(touch, think, limit), touch=touch, think=think)
    if "speed" not in node:
        return None if limit is None else _usual(reading, path, limit)
    speed = _read_speeds(reading, node.entries["speed"].value, f"{path}.speed", limit)
    if limit is None or speed is None or limit == 1:
        return None
    return Concurrency(limit=limit, speed=speed)


def _limit(text: str) -> int:
    return count(text, 1, MOST_OPEN)


def _usual(reading: Reading, path: str, limit: int) -> Concurrency | None:
    if limit == 1:
        return None
    speeds = usual_speeds(limit)
    shown = ", ".join(plain(round(speed, 3)) for speed in speeds)
    why = "assumed, a rule of thumb: speed of each contact by the number of open ones"
    reading.default(f"{path} (speed)", f"[{shown}]", f"{why} ({', '.join(map(plain, USUAL_GAIN))} in all)")
    return Concurrency(limit=limit, speed=speeds)


def _speed(text: str) -> float:
    value = a_factor(text)
    if not _SLOWEST <= value <= 1.0:
        raise Unreadable(f"the speed of each contact, from {plain(_SLOWEST)} to 1, is expected")
    return value


def _read_speeds(reading: Reading, node: Node, path: str, limit: int | None) -> tuple[float, ...] | None:
    example = "a list of speeds such as [1, 0.80, 0.67] is expected"
    if not isinstance(node, SequenceNode):
        got = node.text if isinstance(node, Scalar) else None
        reading.problem(node, path, example, None, got)
        return None
    gains = _gains(node)
    if gains is not None:
        each = ", ".join(plain(round(gain / n, 3)) for n, gain in enumerate(gains, 1))
        rule = "the speed of each contact is expected, and these speeds rise as that of all together does"
        reading.problem(node, path, rule, f"write [{each}]")
        return None
    found = [reading.scalar(item, f"{path}[{i}]", _speed) for i, item in enumerate(node.items, 1)]
    speeds = tuple(speed for speed in found if speed is not None)
    good = len(speeds) == len(found)
    if limit is not None and len(found) != limit:
        rule = f"a speed for each number of open contacts from 1 to {limit} is expected, and here are {len(found)}"
        reading.problem(node, path, rule, "add the missing ones" if len(found) < limit else f"say limit: {len(found)}")
        good = False
    if found and found[0] not in (1.0, None):
        first = node.items[0]
        got = first.text if isinstance(first, Scalar) else None
        rule = "the speed of a contact alone is 1, the others are relative to it"
        reading.problem(first, f"{path}[1]", rule, None, got)
        good = False
    return speeds if good else None


def _gains(node: SequenceNode) -> list[float] | None:
    """Numbers that look like the work done with 1, 2, ... open contacts: from 1 on rising, never faster than those."""
    found: list[float] = []
    for item in node.items:
        try:
            found.append(a_factor(item.text) if isinstance(item, Scalar) else 0.0)
        except Unreadable:
            return None
    rising = all(b > a for a, b in itertools.pairwise(found))
    if len(found) < 2 or found[0] != 1.0 or not rising or any(gain > n for n, gain in enumerate(found, 1)):
        return None
    return found
