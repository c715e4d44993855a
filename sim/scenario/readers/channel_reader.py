"""Reading of channels: opening hours, promises, limits."""

from __future__ import annotations

import re
from typing import Any

from sim.scenario.model import Channel, Promise
from sim.scenario.model.hours import ALWAYS, OpeningHours, read_opening_hours
from sim.scenario.model.laws import Law
from sim.scenario.readers.law_reader import read_law, usual_patience
from sim.scenario.readers.reading import Fields, Reading, one_of
from sim.scenario.text.nodes import Entry, MappingNode, Node, Scalar
from sim.scenario.text.problems import Unreadable
from sim.scenario.text.units import as_duration, as_share, count, duration, share
from sim.scenario.text.words import CHANNEL

MOST_IN_LINE = 1_000_000


def read_channel(
    reading: Reading, entry: Entry, path: str, others: tuple[str, ...]
) -> tuple[Channel, Law | None] | None:
    """Read one channel; gives it and the patience written there (None if none is).

    Parameters
    ----------
    reading, entry, path : what to read and where problems go.
    others : names of all channels (sending contacts to another channel comes later).
    """
    node = entry.value
    if isinstance(node, Scalar) and node.empty:
        node = MappingNode({}, node.place)
    mapping = reading.mapping(node, path, "a channel, a mapping such as {service_level: 80 % within 30 s},")
    if mapping is None:
        return None
    fields = Fields(reading, mapping, path, CHANNEL)
    hours: OpeningHours = fields.take(
        "open", lambda r, n, p: r.text(n, p, read_opening_hours), ALWAYS, "always", "no opening hours are written"
    )
    service_level = fields.take(
        "service_level", _promise_reader("service level", ""), None, "none", "no promise is written"
    )
    first_response = fields.take(
        "first_response", _promise_reader("first response", " elapsed"), None, "none", "no promise is written"
    )
    deferred = first_response is not None and service_level is None
    when: Any = fields.take(
        "when_closed",
        lambda r, n, p: r.text(
            n, p, one_of("lost", "wait", later=(*others, "bot", "voicemail", "chat", "email", "phone"))
        ),
        "wait" if deferred else "lost",
        "wait" if deferred else "lost",
        "contacts with a first response promise can wait" if deferred else "a live channel answers only while open",
    )
    at_close: Any = fields.take(
        "at_close",
        lambda r, n, p: r.text(n, p, one_of("stay", "leave")),
        "stay",
        "stay",
        "those in line at closing time are still served",
    )
    limit = fields.take(
        "queue_limit",
        lambda r, n, p: r.scalar(n, p, lambda text: -1 if text == "none" else count(text, 0, MOST_IN_LINE)),
        -1,
        "none",
        "no limit is written",
    )
    patience = fields.take("patience", lambda r, n, p: read_law(r, n, p, usual_patience, None, True), None)
    channel = Channel(
        open=hours,
        when_closed=when,
        at_close=at_close,
        queue_limit=None if limit < 0 else int(limit),
        service_level=service_level,
        first_response=first_response,
    )
    return channel, patience


def _promise_reader(what: str, clock: str) -> Any:
    def read(reading: Reading, node: Node, path: str) -> Promise | None:
        fixed = "a promise is made, not measured: it has no range"
        inner = reading.unwrap(node, path, lambda text: read_promise(text, what, clock), fixed)
        if inner is None or (isinstance(inner, Scalar) and inner.text == "none"):
            return None
        promise = reading.text(inner, path, lambda text: read_promise(text, what, clock))
        if promise is not None and clock and isinstance(inner, Scalar) and not inner.text.endswith("elapsed"):
            reading.default(f"{path} (clock)", "elapsed", "no clock is written")
        return promise

    return read


def read_promise(text: str, what: str = "promise", clock: str = "") -> Promise:
    """Read a promise such as `80 % within 30 s` or `90 % within 24 h elapsed`.

    Examples
    --------
    >>> promise = read_promise("80 % within 30 s")
    >>> promise.share, promise.within
    (0.8, 0.5)
    """
    rule = f"a {what} such as 80 % within {'24 h' if clock else '30 s'}{clock} is expected"
    match = re.fullmatch(r"(.+?)\s+within\s+(.+?)(?:\s+(elapsed|open|business))?", text)
    if match is None:
        other = re.fullmatch(r"(.+?)\s*(?:/|in|under|<|<=)\s*(.+)", text)
        repair = None
        if other is not None:
            try:
                share(other[1]), duration(other[2])
                repair = f"write {other[1]} within {other[2]}{clock}"
            except Unreadable:
                repair = None
        raise Unreadable(rule, repair)
    if match[3] in ("open", "business"):
        raise Unreadable(
            f"comes later: the clock {match[3]}; this version counts elapsed time",
            f"write {match[1]} within {match[2]} elapsed",
        )
    p, within = share(match[1]), duration(match[2])
    if not 0 < p < 1 and not p == 1:
        raise Unreadable(f"{rule}, with a share above 0 %")
    return Promise(share=p, within=within)


def as_promise(promise: Promise, clock: str = "") -> str:
    """Write a promise so that `read_promise` reads the same back."""
    return f"{as_share(promise.share)} within {as_duration(promise.within)}{clock}"
