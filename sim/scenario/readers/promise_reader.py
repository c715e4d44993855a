"""Reading of promises: `80 % within 30 s`, `90 % within 24 h elapsed`, `90 % within 4 h open`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import get_args

from sim.scenario.model import Promise
from sim.scenario.model.channel import Clock
from sim.scenario.readers.reading import Reading
from sim.scenario.text.nodes import Node, Scalar
from sim.scenario.text.problems import Unreadable
from sim.scenario.text.units import as_duration, as_share, duration, duration_parts, share

CLOCKS: tuple[Clock, ...] = get_args(Clock)
_CLOCK = "|".join(CLOCKS)
_OTHER_CLOCKS: dict[str, Clock] = {
    **dict.fromkeys(("calendar", "calendar time", "elapsed time", "clock time", "wall clock"), "elapsed"),
    **dict.fromkeys(("opening hours", "open hours", "opening", "opening time", "service hours"), "open"),
    **dict.fromkeys(("business hours", "business days", "working hours", "working days", "working"), "business"),
}


def promise_reader(what: str, clock_said: bool) -> Callable[[Reading, Node, str], Promise | None]:
    """Make a reader of a promise; `none` is none.

    Parameters
    ----------
    what : how messages call it, for instance ``first response``.
    clock_said : whether its clock can be doubted, so that a missing one is noted as a default.
    """
    clock = " elapsed" if clock_said else ""

    def parse(text: str) -> Promise:
        return read_promise(text, what, clock)

    def read(reading: Reading, node: Node, path: str) -> Promise | None:
        inner = reading.unwrap(node, path, parse, "a promise is made, not measured: it has no range")
        if inner is None or (isinstance(inner, Scalar) and inner.text == "none"):
            return None
        promise = reading.text(inner, path, parse)
        if promise is not None and clock_said and isinstance(inner, Scalar) and not inner.text.endswith(CLOCKS):
            reading.default(f"{path} (clock)", "elapsed", "no clock is written")
        return promise

    return read


def read_promise(text: str, what: str = "promise", clock: str = "") -> Promise:
    """Read a promise such as `80 % within 30 s` or `90 % within 24 h elapsed`.

    Parameters
    ----------
    text : a share, ``within``, a duration and perhaps a clock: ``elapsed`` (the usual one), ``open`` (it runs during
        the opening hours of the channel) or ``business`` (during business hours).
    what : how messages call it.
    clock : the clock that examples in messages name, with a blank before it, or nothing.

    Raises
    ------
    Unreadable : for anything else, and for days on a clock that stands still at night: how long such a day is, differs.

    Examples
    --------
    >>> promise = read_promise("80 % within 30 s")
    >>> promise.share, promise.within, promise.clock
    (0.8, 0.5, 'elapsed')
    >>> read_promise("90 % within 4 h open").clock
    'open'
    """
    rule = f"a {what} such as 80 % within {'24 h' if clock else '30 s'}{clock} is expected"
    match = re.fullmatch(rf"(.+?)\s+within\s+(.+?)(?:\s+({_CLOCK}))?", text)
    if match is None:
        raise Unreadable(rule, _other_words(text, clock))
    said: Clock = next((c for c in CLOCKS if c == match[3]), "elapsed")
    other = re.fullmatch(r"(.*[0-9]\s*\w+)\s+(?:in\s+)?([a-z][a-z ]*)", match[2])
    if match[3] is None and other is not None and other[2] in _OTHER_CLOCKS:
        repair = f"write {match[1]} within {other[1]} {_OTHER_CLOCKS[other[2]]}"
        raise Unreadable("the clock of a promise is elapsed, open or business", repair)
    p, within = share(match[1]), duration(match[2])
    if not p > 0:
        raise Unreadable(f"{rule}, with a share above 0 %")
    if said != "elapsed" and any(unit in ("d", "w") for _, unit in duration_parts(match[2])):
        rule = f"a day has no fixed length on the clock {said}, which stands still at night"
        raise Unreadable(rule, f"write hours, for instance {match[1]} within 18 h {said} for two days of 9 h")
    return Promise(share=p, within=within, clock=said)


def _other_words(text: str, clock: str) -> str | None:
    """Repair a promise in other words, such as `80/30 s` or `90 % in 24 h`."""
    other = re.fullmatch(rf"(.+?)\s*(?:/|in|under|<|<=)\s*(.+?)(\s+(?:{_CLOCK}))?", text)
    if other is None:
        return None
    try:
        share(other[1]), duration(other[2])
    except Unreadable:
        return None
    return f"write {other[1]} within {other[2]}{other[3] or clock}"


def as_promise(promise: Promise, clock: str = "") -> str:
    """Write a promise so that `read_promise` reads the same back.

    Parameters
    ----------
    promise : the promise.
    clock : what to write for elapsed time: nothing, or `` elapsed`` where the clock can be doubted.

    Examples
    --------
    >>> as_promise(Promise(share=0.9, within=240.0, clock="open"))
    '90 % within 4 h open'
    """
    said = clock if promise.clock == "elapsed" else f" {promise.clock}"
    return f"{as_share(promise.share)} within {as_duration(promise.within)}{said}"
