"""Reading of signals: states of the desk that turn something on and off."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sim.scenario.model import Channel, Signal
from sim.scenario.readers.law_reader import a_duration
from sim.scenario.readers.reading import Fields, Reading, words
from sim.scenario.text.nodes import MappingNode, Node, Scalar, SequenceNode
from sim.scenario.text.problems import Unreadable, name_repair
from sim.scenario.text.units import as_duration, as_share, count, duration, plain, share
from sim.scenario.text.words import LOOKS, SIGNAL

MOST_WAITING = 1_000_000
SHORTEST_LOOK, LONGEST_LOOK = 1.0 / 60.0, 1440.0  # between two looks [min]
EXAMPLE = "a signal such as {waiting: phone, above: 20, below: 5}"

_LEVELS: dict[str, Callable[[str], float]] = {
    "waiting": lambda text: count(text, 0, MOST_WAITING),
    "longest_wait": a_duration,
    "expected_wait": a_duration,
    "service_level": share,
}
_USUAL = {
    "waiting": ("20", "5"),
    "longest_wait": ("10 min", "2 min"),
    "expected_wait": ("10 min", "2 min"),
    "service_level": ("85 %", "70 %"),
}


def read_signal(
    reading: Reading, node: Node, path: str, channels: Mapping[str, Channel], names: Sequence[str]
) -> Signal | None:
    """Read a signal.

    Parameters
    ----------
    reading, node, path : what to read and where problems go.
    channels : those that could be read.
    names : names of all channels.
    """
    mapping = reading.mapping(node, path, EXAMPLE)
    if mapping is None:
        return None
    fields = Fields(reading, mapping, path, SIGNAL)
    said = [look for look in LOOKS if look in mapping]
    if len(said) != 1:
        rule = f"a signal looks at one of {', '.join(LOOKS[:-1])} and {LOOKS[-1]}"
        found = f", not at {' and '.join(said)}" if said else ""
        reading.problem(mapping, path, rule + found, "keep one" if said else "write waiting: and a channel")
        return None
    look: Any = said[0]
    looked = _read_looked(reading, mapping.entries[look].value, f"{path}.{look}", names)
    if looked is not None and look == "service_level":
        looked = _with_one_promise(reading, mapping.entries[look].value, f"{path}.{look}", looked, channels)
    level = _LEVELS[look]
    need = f"a signal needs two levels: one that turns it on and one that turns it off ({_what(look)})"
    above = fields.need("above", lambda r, n, p: r.scalar(n, p, level), need, f"add above: {_USUAL[look][0]}")
    below = fields.need("below", lambda r, n, p: r.scalar(n, p, level), need, f"add below: {_USUAL[look][1]}")
    every = fields.take(
        "every",
        lambda r, n, p: r.scalar(n, p, _every, "how often people look is chosen, not measured: it has no range"),
        1.0,
        "1 min",
        "it is looked at every minute",
    )
    delay = fields.take(
        "delay", lambda r, n, p: r.scalar(n, p, a_duration), 0.0, "0 min", "it acts at once when it turns on"
    )
    least = fields.take(
        "least", lambda r, n, p: r.scalar(n, p, a_duration), 0.0, "0 min", "it may turn off at the next look"
    )
    if looked is None or above is None or below is None:
        return None
    if not below <= above:
        at = mapping.entries["below"].value
        got = at.text if isinstance(at, Scalar) else None
        rule = f"below is larger than above ({_spelled(look, above)})"
        reading.problem(at, f"{path}.below", rule, "exchange them", got)
        return None
    on, off = (below, above) if look == "service_level" else (above, below)
    return Signal(look=look, channels=looked, on=on, off=off, every=every, delay=delay, least=least)


def _every(text: str) -> float:
    value = duration(text, 0.0, LONGEST_LOOK)
    if not value >= SHORTEST_LOOK:
        raise Unreadable(f"at least {as_duration(SHORTEST_LOOK)} between two looks is expected")
    return value


def _what(look: str) -> str:
    if look == "service_level":
        return "below turns it on, above turns it off"
    return "above turns it on, below turns it off"


def _spelled(look: str, level: float) -> str:
    if look == "waiting":
        return plain(level)
    return as_share(level) if look == "service_level" else as_duration(level)


def _read_looked(reading: Reading, node: Node, path: str, names: Sequence[str]) -> tuple[str, ...] | None:
    """Read a channel, or a list of channels."""
    found: list[str] = []
    items = node.items if isinstance(node, SequenceNode) else (node,)
    if not items:
        reading.problem(node, path, "at least one channel is expected", f"known here: {', '.join(names)}")
    if isinstance(node, MappingNode):
        reading.problem(node, path, "a channel or a list of channels is expected, not a mapping")
        return None
    for item in items:
        name = reading.text(item, path, words)
        if name is None:
            continue
        if name not in names:
            reading.problem(item, path, "there is no such channel", name_repair(name, names), name)
        elif name in found:
            reading.problem(item, path, "this channel is named twice", "remove one", name)
        else:
            found.append(name)
    return tuple(found) if len(found) == len(items) and found else None


def _with_one_promise(
    reading: Reading, node: Node, path: str, looked: tuple[str, ...], channels: Mapping[str, Channel]
) -> tuple[str, ...] | None:
    """A service level is the share within one promise: all channels looked at make the same."""
    promises = {name: channels[name].service_level for name in looked if name in channels}
    bare = [name for name, promise in promises.items() if promise is None]
    if bare:
        rule = f"{bare[0]} promises no service level that could be looked at"
        reading.problem(node, path, rule, f"add channels.{bare[0]}.service_level: 80 % within 30 s")
        return None
    times = {name: promise.within for name, promise in promises.items() if promise is not None}
    if len(set(times.values())) > 1:
        listed = ", ".join(f"{name} {as_duration(within)}" for name, within in times.items())
        reading.problem(node, path, f"these channels promise different times ({listed})", "look at one of them")
        return None
    return looked
