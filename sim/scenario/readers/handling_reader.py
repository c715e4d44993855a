"""Reading of what contact types and reasons have in common: by which channels they come, and how they are handled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sim.scenario.model import Escalation
from sim.scenario.model.laws import Constant, Law, NumberByAttribute
from sim.scenario.model.logs import Log
from sim.scenario.readers.case_reader import read_number_by
from sim.scenario.readers.channel_reader import read_yes
from sim.scenario.readers.law_reader import KINDS, a_duration, read_law, usual_handle_time, usual_patience
from sim.scenario.readers.reading import Fields, Reading
from sim.scenario.readers.share_reader import OTHER
from sim.scenario.text.nodes import MappingNode, Node, Scalar, SequenceNode
from sim.scenario.text.problems import Unreadable, name_repair
from sim.scenario.text.units import as_share, number, plain, share
from sim.scenario.text.words import ESCALATION

PRIORITIES = {"high": 1.0, "normal": 0.0, "low": -1.0}
USUAL_HANDLE_TIME = 6.0  # [min]
AS_CHANNEL = "channel"
"""Patience of a contact type that waits as its channel says."""

_ZERO: Law = Constant(value=0.0)
_LAW_WORDS = frozenset({*KINDS, "mean", "sd", "p90", "value", "between", "times", "plus", "minus"})


class Handling(NamedTuple):
    """How contacts of a type are handled; see the fields of the same name of `ContactType`."""

    handle_time: Law
    handle_time_on: dict[str, Law]
    after_contact_work: Law
    patience: Law | None
    priority: float | NumberByAttribute
    head_start: float | NumberByAttribute
    escalation: Escalation | None


def read_handling(
    fields: Fields,
    log: Log | None,
    own: Mapping[str, float],
    patience: Mapping[str, Law | None],
    groups: Sequence[str],
) -> Handling:
    """Read how contacts of a type are handled.

    Parameters
    ----------
    fields : those of the contact type or reason.
    log : its log, whose columns laws may name, or None.
    own : share of its contacts by channel; empty if the channels could not be read.
    patience : all channels, with the patience written there (None if nobody gives up there).
    groups : names of the agent groups.
    """
    reading, mapping = fields.reading, fields.mapping
    alone: tuple[Law, dict[str, Law]] = (usual_handle_time(USUAL_HANDLE_TIME), {})
    times = fields.take(
        "handle_time",
        lambda r, n, p: _read_handle_times(r, n, p, log, own, tuple(patience)),
        alone,
        f"{plain(USUAL_HANDLE_TIME)} min, lognormal",
        "an assumption; no handle time is written",
    )
    if "handle_time" not in mapping:
        rule = "no handle time is written, 6 min are assumed"
        reading.warn(mapping, fields.at("handle_time"), rule, "write your own")
    after = fields.take(
        "after_contact_work",
        lambda r, n, p: read_law(r, n, p, usual_handle_time, log),
        _ZERO,
        "0 min",
        "the handle time is taken to include it",
    )
    patient = [name for name in own if patience.get(name) is not None]
    shown = (
        "never" if own and not patient else f"that of channel {patient[0]}" if len(own) == 1 else "that of the channel"
    )
    why = "no patience is written, so nobody gives up" if shown == "never" else "written at the channel"
    waits: Law | None = fields.take("patience", lambda r, n, p: _read_patience(r, n, p, log), None, shown, why)
    zero: float | NumberByAttribute = 0.0
    priority = fields.take(
        "priority",
        lambda r, n, p: read_number_by(r, n, p, read_priority, 0.0, log),
        zero,
        "normal",
        "all contacts are alike unless said otherwise",
    )
    head_start = fields.take(
        "head_start",
        lambda r, n, p: read_number_by(r, n, p, a_duration, 0.0, log),
        zero,
        "0 min",
        "the place in line is that of the arrival",
    )
    escalation = fields.take(
        "escalation",
        lambda r, n, p: _read_escalation(r, n, p, groups, times[0]),
        None,
        "none",
        "whoever takes a contact settles it",
    )
    return Handling(times[0], times[1], after, waits, priority, head_start, escalation)


def _read_patience(reading: Reading, node: Node, path: str, log: Log | None) -> Law | None:
    if isinstance(node, Scalar) and node.text == AS_CHANNEL:
        return None
    return read_law(reading, node, path, usual_patience, log, True)


def _read_handle_times(
    reading: Reading, node: Node, path: str, log: Log | None, own: Mapping[str, float], channels: Sequence[str]
) -> tuple[Law, dict[str, Law]] | None:
    """Read a law, or a law by channel: `{chat: 6 min, phone: 5 min, other: 8 min}`."""

    def law(at: Node, at_path: str) -> Law | None:
        return read_law(reading, at, at_path, usual_handle_time, log)

    if not isinstance(node, MappingNode) or not _is_by_channel(node, channels):
        one = law(node, path)
        return None if one is None else (one, {})
    found: dict[str, Law] = {}
    good = True
    for entry in node:
        if entry.key not in (*channels, OTHER):
            reading.unknown(entry, path, [*channels, OTHER])
            good = False
            continue
        made = law(entry.value, f"{path}.{entry.key}")
        good = good and made is not None
        if made is not None:
            found[entry.key] = made
    if not good:
        return None
    otherwise = found.pop(OTHER, None) if OTHER not in channels else found.get(OTHER)
    if otherwise is None:
        missing = [name for name in own if name not in found]
        if missing:
            rule = f"the handle time on {' and '.join(missing)} is missing"
            reading.problem(node, path, rule, f"add {missing[0]}: or {OTHER}:")
            return None
        most = max(own, key=lambda name: own[name], default=next(iter(found)))
        otherwise = found[most]
        reading.default(f"{path}.{OTHER}", f"that of {most}", "for channels to which contacts come later")
    return otherwise, found


def _is_by_channel(node: MappingNode, channels: Sequence[str]) -> bool:
    """Whether a mapping names channels; words of laws go first."""
    if any(word in node for word in _LAW_WORDS):
        return False
    return any(entry.key in channels or entry.key == OTHER for entry in node)


def _read_escalation(reading: Reading, node: Node, path: str, groups: Sequence[str], usual: Law) -> Escalation | None:
    """Read `{share: 10 %, to: specialists, handle_time: 12 min, warm: no}`, or `none`."""
    if isinstance(node, Scalar) and node.text == "none":
        return None
    example = "an escalation such as {share: 10 %, to: specialists, handle_time: 12 min}"
    mapping = reading.mapping(node, path, example)
    if mapping is None:
        return None
    fields = Fields(reading, mapping, path, ESCALATION)
    part = fields.need(
        "share", lambda r, n, p: r.scalar(n, p, share), "an escalation needs its share", "add share: 10 %"
    )
    repair = "add to: and the name of an agent group"
    to = fields.need("to", lambda r, n, p: _read_groups(r, n, p, groups), "an escalation needs its group", repair)
    handle_time = fields.take(
        "handle_time",
        lambda r, n, p: read_law(r, n, p, usual_handle_time, None),
        usual,
        "as before",
        "no handle time of the second agent is written",
    )
    warm = fields.take("warm", read_yes, False, "no", "the first agent goes on at once")
    if part is None or to is None:
        return None
    return Escalation(share=part, to=to, handle_time=handle_time, warm=warm)


def _read_groups(reading: Reading, node: Node, path: str, groups: Sequence[str]) -> tuple[str, ...] | None:
    """Read the name of an agent group, or several of them, the best first."""
    items = node.items if isinstance(node, SequenceNode) else (node,)
    if not items:
        reading.problem(node, path, "at least one agent group is expected here")
        return None
    found: list[str] = []

    def known(text: str) -> str:
        if text not in groups:
            raise Unreadable("there is no such agent group", name_repair(text, groups))
        if text in found:
            raise Unreadable("an agent group is named once")
        return text

    for i, item in enumerate(items):
        name = reading.text(item, f"{path}[{i + 1}]" if isinstance(node, SequenceNode) else path, known)
        if name is None:
            return None
        found.append(name)
    return tuple(found)


def read_priority(text: str) -> float:
    """Read high, normal, low, or a whole number (larger goes first)."""
    if text in PRIORITIES:
        return PRIORITIES[text]
    try:
        value = number(text, -100, 100)
    except Unreadable:
        raise Unreadable("high, normal, low or a number from -100 to 100 is expected") from None
    if value != int(value):
        raise Unreadable("a priority is a whole number")
    return value


def shares_text(shares: Mapping[str, float]) -> str:
    """Write shares by channel as a default shows them."""
    return ", ".join(f"{name} {as_share(p)}" for name, p in shares.items())
