"""Reading of arrivals: how many contacts (or orders) come when."""

from __future__ import annotations

from sim.scenario.model.cells import DatedCells, Numbers
from sim.scenario.model.logs import Log
from sim.scenario.model.period import Period
from sim.scenario.model.profiles import PROFILES
from sim.scenario.model.rates import DailyRate, Rate, RateTable
from sim.scenario.readers.cell_reader import days_without_rows, read_cells, spell_dates
from sim.scenario.readers.log_reader import read_log
from sim.scenario.readers.profile_reader import read_profile
from sim.scenario.readers.reading import Reading
from sim.scenario.text.nodes import MappingNode, Node, SequenceNode
from sim.scenario.text.units import WEEKDAYS, Week, number, seven
from sim.scenario.text.words import RATE

MOST_PER_DAY = 10_000_000.0
NOTHING: Week[float] = (0.0,) * 7


def read_arrivals(
    reading: Reading, mapping: MappingNode, path: str, period: Period, noun: str = "contact", forecast: bool = False
) -> Rate | Log | None:
    """Read the one source of contacts of a type: `per_day` with `hour`, `rate`, or `log`.

    Parameters
    ----------
    reading, mapping, path : what to read and where problems go.
    period : gives the calendar.
    noun : what comes, contacts or orders (which have no log).
    forecast : a forecast covers them: if nothing else is said, their own rate is 0, with the profile that is written.
    """
    sources = ("per_day", "rate", "log") if noun == "contact" else ("per_day", "rate")
    said = [word for word in sources if word in mapping]
    if not said and not forecast:
        rule = "a contact type needs its arrivals" if noun == "contact" else f"{noun}s need their number"
        more = "a rate table or a log" if noun == "contact" else "or a rate table"
        reading.problem(
            mapping, path, rule, f"add per_day: 100, {more}" if noun == "contact" else f"add per_day: 1000 {more}"
        )
        return None
    if len(said) > 1:
        what = "arrivals are" if noun == "contact" else f"{noun}s are"
        rule = f"{what} said twice, by {' and by '.join(said)}"
        reading.problem(mapping.entries[said[1]].place, path, rule, "keep one")
        return None
    if "hour" in mapping and said and said[0] != "per_day":
        reading.problem(
            mapping.entries["hour"].place,
            f"{path}.hour",
            f"an hour profile goes with per_day, not with {said[0]}",
            "remove it",
        )
    if not said:
        spread = _read_hour(reading, mapping, path, "the forecast's totals are spread evenly over the day")
        return None if spread is None else DailyRate(per_day=NOTHING, profile=spread[1], profile_name=spread[0])
    given = mapping.entries[said[0]].value
    if said[0] == "log":
        return reading.once(given, f"{path}.log", lambda: read_log(reading, given, f"{path}.log", period))
    if said[0] == "rate":
        at = f"{path}.rate"
        return reading.once(given, at, lambda: _read_rate_table(reading, given, at, period, noun))
    per_day = _read_per_day(reading, mapping.entries["per_day"].value, f"{path}.per_day", noun)
    spread = _read_hour(reading, mapping, path, "no hour profile is written, every hour is alike")
    if per_day is None or spread is None:
        return None
    return DailyRate(per_day=per_day, profile=spread[1], profile_name=spread[0])


def _read_hour(reading: Reading, mapping: MappingNode, path: str, why: str) -> tuple[str | None, Numbers] | None:
    """Read the hour profile, or take the flat one; gives its name, if it is a shipped one, and its weights."""
    hour, at = mapping.get("hour"), f"{path}.hour"
    if hour is None:
        reading.default(at, "flat", why)
        return "flat", PROFILES["flat"].weights
    written = hour
    name, profile = reading.once(written, at, lambda: read_profile(reading, written, at)) or (None, None)
    return None if profile is None else (name, profile)


def _read_rate_table(reading: Reading, node: Node, path: str, period: Period, noun: str) -> RateTable | None:
    mapping = reading.mapping(node, path, "a rate table such as {file: rates.csv}")
    if mapping is None:
        return None
    cells = read_cells(reading, mapping, path, f"{noun}s", period, RATE)
    if cells is None:
        return None
    rows = [row for _, row in cells.days] if isinstance(cells, DatedCells) else list(cells.week)
    if not any(x > 0 for row in rows for x in row):
        reading.problem(node, path, f"the table brings no {noun} at all")
        return None
    if isinstance(cells, DatedCells):
        missing = days_without_rows(cells, period)
        if missing:
            reading.warn(node, path, f"no rows for {spell_dates(missing)}: no {noun}s on these days")
    return RateTable(cells=cells)


def _read_per_day(reading: Reading, node: Node, path: str, noun: str) -> Week[float] | None:
    parse = lambda text: number(text, 0.0, MOST_PER_DAY)  # noqa: E731
    inner = reading.unwrap(node, path, parse)
    if inner is None:
        return None
    if not isinstance(inner, MappingNode):
        if isinstance(inner, SequenceNode):
            rule = f"a number of {noun}s or a mapping by weekday is expected, not a list"
            reading.problem(inner, path, rule)
            return None
        value = reading.text(inner, path, parse)
        if value == 0:
            reading.warn(inner, path, f"no {noun} ever comes")
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
        reading.warn(inner, path, f"no {noun} ever comes")
    return seven([x or 0.0 for x in week])
