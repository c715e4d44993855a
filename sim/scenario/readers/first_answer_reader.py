"""Reading of what answers before agents do: self-service and the bot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sim.scenario.model import SAME, SELECTIONS, Bot, Channel, HandOff, Outage, Repeat, Selection
from sim.scenario.model.laws import Law
from sim.scenario.model.period import Period
from sim.scenario.readers.channel_reader import is_none, read_factor, read_share
from sim.scenario.readers.law_reader import a_duration, read_law, usual_handle_time, usual_patience
from sim.scenario.readers.reading import Fields, Reading, one_of, read_number, read_yes_no, words
from sim.scenario.readers.repeat_reader import Usual, repeat_reader
from sim.scenario.readers.share_reader import OTHER, read_shares_by_type
from sim.scenario.text.nodes import MappingNode, Node, Scalar, SequenceNode
from sim.scenario.text.problems import Unreadable, name_repair
from sim.scenario.text.units import as_duration, as_share, count, date_time
from sim.scenario.text.words import FIRST_ANSWER, HAND_OFF, OUTAGE, SELECTION

ALL = "all"
SESSION_TIME = 2.0  # [min]
STEEPEST = 20.0  # largest slope
MOST_SESSIONS = 1_000_000
BACK_AFTER = 720.0  # [min]
PHONE = "phone"
HAND_OFFS = {"passed": HandOff(factor=0.9), "lost": HandOff(extra=1.0)}
"""What passing the context on, or losing it, makes of the handle time. An assumption."""


def read_first_answer(
    reading: Reading, node: Node, path: str, period: Period, channels: Mapping[str, Channel], types: Sequence[str]
) -> Bot | None:
    """Read `bot` or `self_service` (the path says which).

    Parameters
    ----------
    reading, node, path : what to read and where problems go.
    period : gives the calendar.
    channels, types : the known channels and contact types.
    """
    if is_none(node):
        return None
    what = "self-service" if path == "self_service" else "the bot"
    mapping = reading.mapping(node, path, "a mapping such as {channels: [chat], containment: 40 %}, or none,")
    if mapping is None:
        return None
    fields = Fields(reading, mapping, path, FIRST_ANSWER)

    def read_channels(r: Reading, n: Node, p: str) -> tuple[str, ...] | None:
        return _read_channels(r, n, p, channels)

    every = tuple(channels)
    answers: tuple[str, ...] | None
    if path == "self_service":
        answers = fields.take("channels", read_channels, every, "all", "customers meet it before they use any channel")
    else:
        rule = f"{what} needs the channels on which it answers"
        answers = fields.need("channels", read_channels, rule, "add channels: all, or a list such as [chat]")
    entry = fields.take("entry", read_share, 1.0, "100 %", "everybody on these channels meets it")
    session_time: Law = fields.take(
        "session_time",
        lambda r, n, p: read_law(r, n, p, usual_handle_time, None),
        usual_handle_time(SESSION_TIME),
        f"{as_duration(SESSION_TIME)}, lognormal",
        "an assumption; no session time is written",
    )
    containment = fields.need(
        "containment",
        lambda r, n, p: read_shares_by_type(r, n, p, types),
        f"{what} needs the share of sessions that end without an agent",
        "add containment: 40 %, or a share by contact type",
    )
    selection = fields.take(
        "selection",
        _read_selection,
        SELECTIONS["moderate"],
        "moderate",
        "an assumption: it keeps the easier contacts, agents get the harder ones",
    )
    gives_up = fields.take("gives_up", read_share, 0.0, "0 %", "all that are not contained go on to an agent")
    back: Repeat | None = fields.take(
        "false_containment",
        repeat_reader(channels, types, _usual_return(answers, channels)),
        None,
        "none",
        "all that are contained are helped",
    )
    hand_off = fields.take(
        "hand_off", _read_hand_off, HandOff(), "factor 100 %, extra 0 min", "a hand-off costs and saves no time"
    )
    outages: dict[str, Outage] = fields.take(
        "outages", lambda r, n, p: _read_outages(r, n, p, period), {}, "none", "it is always up"
    )
    capacity = fields.take(
        "capacity",
        lambda r, n, p: r.scalar(n, p, lambda text: -1 if text == "none" else count(text, 1, MOST_SESSIONS)),
        -1,
        "none",
        "no limit is written",
    )
    after_again = fields.take("after_again", read_yes_no, True, "yes", "those who come again meet it too")
    if answers is None or containment is None:
        return None
    rest = containment.get(OTHER, 0.0)
    return Bot(
        channels=answers,
        entry=entry,
        session_time=session_time,
        containment={name: containment.get(name, rest) for name in types},
        selection=selection,
        gives_up=gives_up,
        false_containment=back,
        hand_off=hand_off,
        outages=outages,
        capacity=None if capacity < 0 else int(capacity),
        after_again=after_again,
    )


def _usual_return(answers: Sequence[str] | None, channels: Mapping[str, Channel]) -> Usual:
    """Say how those come back whose problem the bot did not solve: within a day, half of them by phone."""
    to = {SAME: 1.0}
    if PHONE in channels and tuple(answers or ()) != (PHONE,):
        to = {SAME: 0.5, PHONE: 0.5}
    return Usual(usual_patience(BACK_AFTER), "12 h, exponential", to)


def _read_channels(reading: Reading, node: Node, path: str, channels: Mapping[str, Channel]) -> tuple[str, ...] | None:
    """Read a list of channels, one channel, or `all`."""
    if isinstance(node, Scalar) and node.text == ALL:
        return tuple(channels)
    if isinstance(node, MappingNode):
        reading.problem(node, path, "a list of channels, one channel or all is expected, not a mapping")
        return None
    items = node.items if isinstance(node, SequenceNode) else (node,)
    if not items:
        reading.problem(node, path, "at least one channel is expected here", "name it, or write all")
        return None
    found: list[str] = []
    good = True
    for i, item in enumerate(items):
        at = f"{path}[{i + 1}]" if isinstance(node, SequenceNode) else path
        name = reading.text(item, at, words)
        if name is None:
            good = False
        elif name not in channels:
            repair = name_repair(name, channels) if channels else None
            reading.problem(item, at, "there is no such channel", repair, name)
            good = False
        elif name in found:
            reading.problem(item, at, "this channel is named twice", "name it once", name)
        else:
            found.append(name)
    return tuple(found) if good else None


def _read_selection(reading: Reading, node: Node, path: str) -> Selection | None:
    """Read `moderate`, or `{slope: 1, load: 0.6}`."""
    if isinstance(node, Scalar):
        name = reading.text(node, path, one_of(*SELECTIONS))
        return None if name is None else SELECTIONS[name]
    mapping = reading.mapping(node, path, "a selection such as moderate or {slope: 1, load: 0.6}")
    if mapping is None:
        return None
    fields = Fields(reading, mapping, path, SELECTION)
    rule = "a selection by numbers needs its"
    slope = fields.need("slope", read_number(0.0, STEEPEST), f"{rule} slope", "add slope: 1")
    load = fields.need("load", read_number(-1.0, 1.0), f"{rule} load", "add load: 0.6")
    return None if slope is None or load is None else Selection(slope=slope, load=load)


def _read_hand_off(reading: Reading, node: Node, path: str) -> HandOff | None:
    """Read `{context: passed}`, or `{factor: 90 %, extra: 1 min}`."""
    mapping = reading.mapping(node, path, "a hand-off such as {context: passed} or {factor: 90 %, extra: 1 min}")
    if mapping is None:
        return None
    fields = Fields(reading, mapping, path, HAND_OFF)
    numbers = [name for name in ("factor", "extra") if name in mapping]
    if "context" in mapping:
        context = reading.text(mapping.entries["context"].value, f"{path}.context", one_of(*HAND_OFFS))
        if numbers:
            rule = f"a hand-off is said by its context or by numbers, not by context and {' and '.join(numbers)}"
            reading.problem(mapping.entries[numbers[0]].place, path, rule, "keep one")
            return None
        if context is None:
            return None
        made = HAND_OFFS[context]
        reading.default(f"{path}.factor", as_share(made.factor), f"an assumption for context: {context}")
        reading.default(f"{path}.extra", as_duration(made.extra), f"an assumption for context: {context}")
        return made
    if not numbers:
        rule = "a hand-off needs its context, or what it makes of the handle time"
        reading.problem(node, path, rule, "write {context: passed} or {factor: 90 %, extra: 1 min}")
        return None
    factor = fields.take("factor", read_factor, 1.0, "100 %", "no factor is written")
    extra = fields.take("extra", lambda r, n, p: r.scalar(n, p, a_duration), 0.0, "0 min", "no extra time is written")
    return HandOff(factor=factor, extra=extra)


def _read_outages(reading: Reading, node: Node, path: str, period: Period) -> dict[str, Outage] | None:
    """Read `{update: {start: 2026-03-09 10:00, end: 2026-03-09 12:00}}`, or `none`."""
    if is_none(node):
        return {}
    found: dict[str, Outage] = {}
    good = True
    for entry in reading.named(node, path, "a mapping of outages by name"):
        at = f"{path}.{entry.key}"
        mapping = reading.mapping(entry.value, at, "an outage such as {start: 2026-03-09 10:00, end: 2026-03-09 12:00}")
        outage = None if mapping is None else _read_outage(reading, mapping, at, period)
        if outage is None:
            good = False
            continue
        for name, other in found.items():
            if outage.start < other.end and other.start < outage.end:
                reading.problem(entry.place, at, f"it overlaps with {name}", "join them or move one")
                good = False
        found[entry.key] = outage
    return found if good else None


def _read_outage(reading: Reading, mapping: MappingNode, path: str, period: Period) -> Outage | None:
    fields = Fields(reading, mapping, path, OUTAGE)
    ends: dict[str, Any] = {
        name: fields.need(
            name, lambda r, n, p: r.text(n, p, _local), f"an outage needs its {name}", f"add {name}: 2026-03-09 10:00"
        )
        for name in OUTAGE
    }
    start, end = ends["start"], ends["end"]
    if start is None or end is None:
        return None
    if not end > start:
        value = mapping.entries["end"].value
        got = value.text if isinstance(value, Scalar) else None
        reading.problem(value, f"{path}.end", "an outage ends after it starts", None, got)
        return None
    if not reading.redraw and (period.minute(end) <= -period.warm_up or period.minute(start) >= period.length):
        reading.warn(mapping, path, "it lies outside the simulated period: this has no effect")
    return Outage(start=start, end=end)


def _local(text: str) -> datetime:
    local = date_time(text)
    if local.tzinfo is not None:
        raise Unreadable("a local date-time without offset is expected", f"write {local:%Y-%m-%d %H:%M}")
    return local
