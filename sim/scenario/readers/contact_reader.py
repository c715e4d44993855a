"""Reading of contact types and busyness."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.scenario.model import Busyness, ContactType
from sim.scenario.model.cells import DatedCells, Numbers
from sim.scenario.model.laws import Constant, Law, Never, NumberByAttribute
from sim.scenario.model.logs import Log
from sim.scenario.model.period import Period
from sim.scenario.model.profiles import PROFILES
from sim.scenario.model.rates import DailyRate, Rate, RateTable
from sim.scenario.readers.case_reader import read_number_by
from sim.scenario.readers.cell_reader import days_without_rows, read_cells, spell_dates
from sim.scenario.readers.law_reader import (
    a_duration,
    read_law,
    usual_handle_time,
    usual_patience,
)
from sim.scenario.readers.log_reader import read_log
from sim.scenario.readers.reading import Fields, Reading, read_number, read_numbers, words
from sim.scenario.text.nodes import Entry, MappingNode, Node, Scalar, SequenceNode
from sim.scenario.text.problems import Unreadable, name_repair
from sim.scenario.text.tables import Table
from sim.scenario.text.units import WEEKDAYS, Week, clock, number, plain, seven, share
from sim.scenario.text.words import BUSYNESS, CONTACT_TYPE, RATE, RATE_WORDS

MOST_PER_DAY = 10_000_000.0
PRIORITIES = {"high": 1.0, "normal": 0.0, "low": -1.0}
USUAL_HANDLE_TIME = 6.0  # [min]


def read_contact_type(
    reading: Reading,
    entry: Entry,
    path: str,
    period: Period,
    channels: Mapping[str, Law | None],
    shared: Busyness,
    reference: Rate | None,
) -> ContactType | None:
    """Read one contact type.

    Parameters
    ----------
    reading, entry, path : what to read and where problems go.
    period : gives the calendar.
    channels : known channels, with the patience written there (None if none is).
    shared : busyness of the whole scenario.
    reference : rates of the file that first defined this type, or None to take those read here.
    """
    mapping = reading.mapping(entry.value, path, "a contact type, a mapping with channel and per_day,")
    if mapping is None:
        return None
    fields = Fields(reading, mapping, path, CONTACT_TYPE)
    channel = fields.need("channel", _text, "a contact type needs its channel", "add channel: and its name")
    if channel is not None and channel not in channels:
        rule = "there is no such channel"
        reading.problem(
            mapping.entries["channel"].value, f"{path}.channel", rule, name_repair(channel, channels), channel
        )
        channel = None
    arrivals = read_arrivals(reading, mapping, path, period)
    log = arrivals if isinstance(arrivals, Log) else None
    if "reference" in mapping and not reading.redraw:
        first = mapping.entries["reference"].value
        inner = reading.mapping(first, f"{path}.reference", "a mapping with per_day or rate")
        if inner is not None:
            Fields(reading, inner, f"{path}.reference", RATE_WORDS)
            found = read_arrivals(reading, inner, f"{path}.reference", period)
            reference = found if not isinstance(found, Log) else None
            for ranged in [p for p in reading.ranges if p.startswith(f"{path}.reference.")]:
                rule = "random numbers are tied to the reference, it has no range"
                reading.problem(reading.ranges[ranged][1], ranged, rule, "remove between")
    busyness = shared
    own = fields.node("busyness")
    if own is not None:
        busyness = read_busyness(reading, own, f"{path}.busyness", entry.key) or shared
    handle_time = fields.take(
        "handle_time",
        lambda r, n, p: read_law(r, n, p, usual_handle_time, log),
        usual_handle_time(USUAL_HANDLE_TIME),
        f"{plain(USUAL_HANDLE_TIME)} min, lognormal",
        "an assumption; no handle time is written",
    )
    nothing: Law = Constant(value=0.0)
    if "handle_time" not in mapping:
        reading.warn(mapping, f"{path}.handle_time", "no handle time is written, 6 min are assumed", "write your own")
    after = fields.take(
        "after_contact_work",
        lambda r, n, p: read_law(r, n, p, usual_handle_time, log),
        nothing,
        "0 min",
        "the handle time is taken to include it",
    )
    own_patience = channels.get(channel) if channel is not None else None
    patience: Law = own_patience if own_patience is not None else Never()
    patience = fields.take(
        "patience",
        lambda r, n, p: read_law(r, n, p, usual_patience, log, True),
        patience,
        "never" if own_patience is None else f"that of channel {channel}",
        "no patience is written, so nobody gives up" if own_patience is None else "written at the channel",
    )
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
    if arrivals is None or channel is None:
        return None
    if log is not None:
        reference = None
        if own is not None:
            reading.problem(own, f"{path}.busyness", "a recorded log is as busy as it was", "remove it")
        busyness = Busyness(factor="none")
    elif reference is None and not isinstance(arrivals, Log):
        reference = arrivals
    return ContactType(
        channel=channel,
        arrivals=arrivals,
        reference=reference,
        busyness=busyness,
        handle_time=handle_time,
        after_contact_work=after,
        patience=patience,
        priority=priority,
        head_start=head_start,
    )


def _text(reading: Reading, node: Node, path: str) -> str | None:
    return reading.text(node, path, words)


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


def read_busyness(reading: Reading, node: Node, path: str, factor: str) -> Busyness | None:
    """Read `{day_sd: 10 %, day_correlation: 0.5, within_day_sd: 5 %, within_day_correlation: 0.8}`."""
    mapping = reading.mapping(node, path, "busyness such as {day_sd: 10 %, day_correlation: 0.5}")
    if mapping is None:
        return None
    fields = Fields(reading, mapping, path, BUSYNESS)
    values: dict[str, float] = {}
    for name in BUSYNESS:
        why = "not written"
        if name.endswith("_sd"):
            read_sd: Any = lambda r, n, p: r.scalar(n, p, lambda text: share(text, 0.0, 3.0))  # noqa: E731
            values[name] = fields.take(name, read_sd, 0.0, "0 %", why)
        else:
            values[name] = fields.take(name, read_number(0.0, 0.99), 0.0, "0", why)
    for kind in ("day", "within_day"):
        if values[f"{kind}_correlation"] and not values[f"{kind}_sd"]:
            reading.warn(mapping, path, f"{kind}_correlation has no effect without {kind}_sd")
    return Busyness(factor=factor, **values)


def read_arrivals(reading: Reading, mapping: MappingNode, path: str, period: Period) -> Rate | Log | None:
    """Read the one source of contacts of a type: `per_day` with `hour`, `rate`, or `log`."""
    said = [word for word in ("per_day", "rate", "log") if word in mapping]
    if not said:
        rule = "a contact type needs its arrivals"
        reading.problem(mapping, path, rule, "add per_day: 100, a rate table or a log")
        return None
    if len(said) > 1:
        reading.problem(
            mapping.entries[said[1]].place, path, f"arrivals are said twice, by {' and by '.join(said)}", "keep one"
        )
        return None
    if "hour" in mapping and said[0] != "per_day":
        reading.problem(
            mapping.entries["hour"].place,
            f"{path}.hour",
            f"an hour profile goes with per_day, not with {said[0]}",
            "remove it",
        )
    given = mapping.entries[said[0]].value
    if said[0] == "log":
        return reading.once(given, f"{path}.log", lambda: read_log(reading, given, f"{path}.log", period))
    if said[0] == "rate":
        return reading.once(given, f"{path}.rate", lambda: _read_rate_table(reading, given, f"{path}.rate", period))
    per_day = _read_per_day(reading, mapping.entries["per_day"].value, f"{path}.per_day")
    hour = mapping.get("hour")
    if hour is None:
        name: str | None = "flat"
        profile: Numbers | None = PROFILES["flat"].weights
        reading.default(f"{path}.hour", "flat", "no hour profile is written, every hour is alike")
    else:
        written, at = hour, f"{path}.hour"
        name, profile = reading.once(written, at, lambda: _read_profile(reading, written, at)) or (None, None)
    if per_day is None or profile is None:
        return None
    return DailyRate(per_day=per_day, profile=profile, profile_name=name)


def _read_rate_table(reading: Reading, node: Node, path: str, period: Period) -> RateTable | None:
    mapping = reading.mapping(node, path, "a rate table such as {file: rates.csv}")
    if mapping is None:
        return None
    cells = read_cells(reading, mapping, path, "contacts", period, RATE)
    if cells is None:
        return None
    rows = [row for _, row in cells.days] if isinstance(cells, DatedCells) else list(cells.week)
    if not any(x > 0 for row in rows for x in row):
        reading.problem(node, path, "the table brings no contact at all")
        return None
    if isinstance(cells, DatedCells):
        missing = days_without_rows(cells, period)
        if missing:
            reading.warn(node, path, f"no rows for {spell_dates(missing)}: no contacts on these days")
    return RateTable(cells=cells)


def _read_per_day(reading: Reading, node: Node, path: str) -> Week[float] | None:
    parse = lambda text: number(text, 0.0, MOST_PER_DAY)  # noqa: E731
    inner = reading.unwrap(node, path, parse)
    if inner is None:
        return None
    if not isinstance(inner, MappingNode):
        if isinstance(inner, SequenceNode):
            reading.problem(inner, path, "a number of contacts or a mapping by weekday is expected, not a list")
            return None
        value = reading.text(inner, path, parse)
        if value == 0:
            reading.warn(inner, path, "no contact ever comes")
        return None if value is None else seven([value] * 7)
    week: list[float | None] = [None] * 7
    for days, entry in reading.weekly(inner, path):
        x = reading.scalar(entry.value, f"{path}.{entry.key}", parse)
        for weekday in days:
            week[weekday] = 0.0 if x is None else x
    missing = [WEEKDAYS[i] for i, x in enumerate(week) if x is None]
    if missing and len(missing) < 7:
        reading.default(f"{path}.{','.join(missing)}", "0", "these weekdays are not written")
    elif missing:
        reading.problem(inner, path, "at least one weekday is expected", "write mon-sun: 100")
        return None
    if not any(week):
        reading.warn(inner, path, "no contact ever comes")
    return seven([x or 0.0 for x in week])


def _read_profile(reading: Reading, node: Node, path: str) -> tuple[str | None, Numbers | None]:
    """Read a shipped profile's name, 24 or 48 numbers, or a CSV; gives the name (if shipped) and the weights."""
    if isinstance(node, SequenceNode):
        if len(node.items) not in (24, 48):
            rule = f"a profile has 24 numbers (hours) or 48 (half hours), this list has {len(node.items)}"
            reading.problem(node, path, rule)
            return None, None
        return None, _checked(reading, node, path, read_numbers(reading, node, path, 0.0, MOST_PER_DAY))
    if isinstance(node, Scalar) and node.text in PROFILES:
        return node.text, PROFILES[node.text].weights
    if isinstance(node, Scalar) and node.text and not node.text.endswith((".csv", ".csv.gz")):
        repair = name_repair(node.text, PROFILES)
        reading.problem(node, path, "unknown hour profile (24 numbers or a CSV are fine too)", repair, node.text)
        return None, None
    if isinstance(node, MappingNode):
        known = Fields(reading, node, path, ("file",))
        if known.node("file") is None:
            if "value" not in node:
                reading.problem(node, path, "a profile's name, 24 numbers or a CSV are expected")
            return None, None
        node = node.entries["file"].value
    table = reading.table(node, path)
    if table is None:
        return None, None
    return None, _profile_rows(reading, node, path, table)


def _checked(reading: Reading, node: Node, path: str, weights: Numbers) -> Numbers | None:
    if not sum(weights) > 0:
        reading.problem(node, path, "a profile has at least one number above zero")
        return None
    return weights


def _profile_rows(reading: Reading, node: Node, path: str, table: Table) -> Numbers | None:
    """Read columns `hour,weight` (0 to 23) or `time,weight` (half hours 00:00 to 23:30)."""
    hours = "hour" in table.header
    if "weight" not in table.header or not (hours or "time" in table.header):
        rule = "a profile's table has the columns hour,weight or time,weight"
        reading.problem(node, path, rule, f"the header is {','.join(table.header)}")
        return None
    rows = reading.rows(table, path)
    column = "hour" if hours else "time"
    n = 24 if hours else 48
    weights: list[float | None] = [None] * n

    def slot(text: str) -> int:
        if hours:
            return int(number(text, 0, 23))
        minutes = clock(text)
        if minutes % 30 or minutes == 1440:
            raise Unreadable("a profile's times are the half hours 00:00 to 23:30")
        return minutes // 30

    for row in table:
        i = rows.cell(row.line, column, row.cells[table.need(column)], slot)
        weight = rows.cell(row.line, "weight", row.cells[table.need("weight")], lambda t: number(t, 0.0, MOST_PER_DAY))
        if i is None or weight is None:
            continue
        if weights[i] is not None:
            rows.add(row.line, column, "this time is given twice", None, row.cells[table.need(column)])
        weights[i] = weight
    good = rows.done()
    missing = [i for i, weight in enumerate(weights) if weight is None]
    if good and missing:
        names = ", ".join(str(i) if hours else f"{i // 2:02d}:{i % 2 * 30:02d}" for i in missing[:5])
        reading.problem(node, path, f"the profile has no row for {names}{' ...' if len(missing) > 5 else ''}")
        return None
    return _checked(reading, node, path, tuple(w or 0.0 for w in weights)) if good else None
