"""Reading of laws: `6 min`, `{median: 3 d, p90: 5 d}`, `{law: gamma, mean: 5 min, sd: 3 min}`, tables."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

from sim.scenario.model.laws import (
    Constant,
    Exponential,
    Hazard,
    Law,
    Lognormal,
    Mixture,
    Never,
    Part,
    Quantiles,
    ScipyLaw,
    gamma_of_moments,
    lognormal_of_quantiles,
    uniform_of_moments,
    weibull_of_moments,
)
from sim.scenario.model.logs import Log
from sim.scenario.model.scipy_laws import ANY_SIGN, SHAPES, SIGNED, ZERO_TO_ONE
from sim.scenario.readers.case_reader import NAMED, at_least_zero, read_by
from sim.scenario.readers.reading import Fields, Reading, words
from sim.scenario.text.nodes import MappingNode, Node, Scalar
from sim.scenario.text.problems import Unreadable, name_repair
from sim.scenario.text.tables import Table
from sim.scenario.text.units import as_duration, duration, number, share

LONGEST_DURATION = 5_256_000.0  # ten years [min]
KINDS = ("constant", "median", "law", "quantiles", "hazard", "mixture", "by")

Usual = Callable[[float], Law]


def usual_handle_time(mean: float) -> Law:
    """Give the usual shape of a handle time with this mean: lognormal, sd 0.8 of the mean."""
    return Lognormal(mean=mean, sd=mean * 4.0 / 5.0) if mean > 0 else Constant(value=0.0)


def usual_patience(mean: float) -> Law:
    """Give the usual shape of a patience with this mean: exponential."""
    return Exponential(mean=mean) if mean > 0 else Constant(value=0.0)


def a_duration(text: str) -> float:
    """Read a duration of at most ten years."""
    return duration(text, 0.0, LONGEST_DURATION)


def a_positive(text: str) -> float:
    """Read a duration above zero."""
    value = duration(text, 0.0, LONGEST_DURATION)
    if not value > 0:
        raise Unreadable("a duration above zero is expected")
    return value


def read_law(
    reading: Reading, node: Node, path: str, usual: Usual, log: Log | None, may_be_never: bool = False
) -> Law | None:
    """Read a law.

    Parameters
    ----------
    reading, node, path : what to read and where problems go.
    usual : law of a bare duration (a mean).
    log : the log whose columns `by` may name, or None.
    may_be_never : whether `never` is a law here.
    """
    inner = reading.unwrap(node, path, a_duration)
    if inner is None:
        return None
    if isinstance(inner, Scalar):
        if inner.text == "never":
            if may_be_never:
                return Never()
            reading.problem(inner, path, "a duration such as 45 s or 6 min is expected", None, inner.text)
            return None
        mean = reading.text(inner, path, a_duration)
        return None if mean is None else usual(mean)
    if not isinstance(inner, MappingNode):
        reading.problem(inner, path, "a duration or a law such as {median: 3 d, p90: 5 d} is expected, not a list")
        return None
    mapping = inner

    def read() -> Law | None:
        return _written_law(reading, mapping, path, usual, log, may_be_never)

    return reading.once(mapping, path, read)


def _written_law(
    reading: Reading, inner: MappingNode, path: str, usual: Usual, log: Log | None, may_be_never: bool
) -> Law | None:
    said = [word for word in KINDS if word in inner]
    if len(said) != 1:
        if said:
            reading.problem(inner, path, f"a law is said in one way, not by {' and '.join(said)}", "keep one")
            return None
        for entry in inner:
            if entry.key not in ("mean", "sd", "p90"):
                reading.unknown(entry, path, [*KINDS, "p90", "mean", "sd"])
                return None
        repair = "add law: lognormal" if "mean" in inner else f"say one of {', '.join(KINDS)}"
        reading.problem(inner, path, "a law is expected", repair)
        return None
    match said[0]:
        case "constant":
            value = Fields(reading, inner, path, ("constant",)).need("constant", _duration, "", "")
            return None if value is None else Constant(value=value)
        case "median":
            return _median_p90(reading, inner, path)
        case "law":
            return _named_law(reading, inner, path)
        case "quantiles":
            return _quantiles(reading, inner, path)
        case "hazard":
            return _hazard(reading, inner, path)
        case "mixture":
            return _mixture(reading, inner, path, usual)
        case _:
            return read_by(
                reading, inner, path, usual, log, lambda r, n, p: read_law(r, n, p, usual, None, may_be_never)
            )


def _duration(reading: Reading, node: Node, path: str) -> float | None:
    return reading.scalar(node, path, a_duration)


def _positive(reading: Reading, node: Node, path: str) -> float | None:
    return reading.scalar(node, path, a_positive)


def _median_p90(reading: Reading, node: MappingNode, path: str) -> Law | None:
    fields = Fields(reading, node, path, ("median", "p90"))
    median = fields.need("median", _positive, "", "")
    p90 = fields.need("p90", _positive, "a median needs its p90 too", "add p90, the duration that 90 % do not exceed")
    if median is None or p90 is None:
        return None
    if not p90 > median:
        reading.problem(node.entries["p90"].value, f"{path}.p90", "the p90 lies above the median")
        return None
    return lognormal_of_quantiles(median, p90)


def _named_law(reading: Reading, node: MappingNode, path: str) -> Law | None:
    law_node = node.entries["law"].value
    name = reading.text(law_node, f"{path}.law", words)
    if name is None:
        return None
    if name in NAMED and "shape" not in node and "scale" not in node:
        fields = Fields(reading, node, path, ("law", "mean", "sd"))
        mean = fields.need("mean", _positive, f"the {name} law needs its mean", "add mean: and a duration")
        if name == "exponential":
            if "sd" in node:
                reading.problem(
                    node.entries["sd"].place, f"{path}.sd", "the sd of an exponential law is its mean", "remove it"
                )
            return None if mean is None else Exponential(mean=mean)
        sd = fields.need("sd", _positive, f"the {name} law needs its sd", "add sd: and a duration")
        return None if mean is None or sd is None else _of_moments(reading, node, path, name, mean, sd)
    name = "weibull_min" if name == "weibull" else name
    if name not in SHAPES:
        if name in SIGNED:
            reading.problem(
                law_node, f"{path}.law", "this law can be negative, a duration cannot", "use lognormal or gamma", name
            )
        else:
            reading.problem(law_node, f"{path}.law", "unknown law", name_repair(name, [*NAMED, *SHAPES]), name)
        return None
    return _scipy_law(reading, node, path, name)


def _of_moments(reading: Reading, node: MappingNode, path: str, name: str, mean: float, sd: float) -> Law | None:
    low, high = (0.001, 3.0**-0.5) if name == "uniform" else (0.1, 10.0) if name == "weibull" else (0.001, 1000.0)
    if not low <= sd / mean <= high:
        ends = f"{as_duration(low * mean)} and {as_duration(high * mean)}"
        rule = f"the sd of a {name} law lies between {ends} for this mean"
        value = node.entries["sd"].value
        reading.problem(value, f"{path}.sd", rule, None, value.text if isinstance(value, Scalar) else None)
        return None
    if name == "lognormal":
        return Lognormal(mean=mean, sd=sd)
    makers = {"gamma": gamma_of_moments, "uniform": uniform_of_moments, "weibull": weibull_of_moments}
    return makers[name](mean, sd)


def _scipy_law(reading: Reading, node: MappingNode, path: str, name: str) -> Law | None:
    fields = Fields(reading, node, path, ("law", "shape", "loc", "scale", "mean"))
    wanted = SHAPES[name]
    shape: list[tuple[str, float]] = []
    good = True
    shape_node = fields.node("shape")
    if wanted and shape_node is None:
        listed = ", ".join(f"{parameter}: ..." for parameter in wanted)
        reading.problem(node, f"{path}.shape", f"the law {name} needs its shape", f"add shape: {{{listed}}}")
        good = False
    elif shape_node is not None:
        mapping = reading.mapping(shape_node, f"{path}.shape", "a mapping of shape parameters")
        if mapping is None:
            return None
        inner = Fields(reading, mapping, f"{path}.shape", wanted)
        for parameter in wanted:
            value = inner.need(parameter, _shape_number(name, parameter), f"the law {name} needs {parameter}", "add it")
            if value is None:
                good = False
            else:
                shape.append((parameter, value))
    loc = fields.take("loc", _duration, 0.0)
    scale = fields.take("scale", _positive, None)
    mean = fields.take("mean", _positive, None)
    if ("scale" in node) == ("mean" in node):
        reading.problem(
            node, path, f"the law {name} needs its scale or its mean, one of the two", "add scale: and a duration"
        )
        return None
    if mean is not None and not mean > loc:
        reading.problem(node.entries["mean"].value, f"{path}.mean", "the mean lies above loc")
        return None
    if not good or (scale is None and mean is None):
        return None
    return ScipyLaw(name=name, shape=tuple(shape), loc=loc, scale=scale, mean=mean)


def _shape_number(law: str, parameter: str) -> Callable[[Reading, Node, str], float | None]:
    def parse(text: str) -> float:
        if (law, parameter) in ZERO_TO_ONE:
            return number(text, 0.0, 1.0)
        value = number(text, None, 1e6)
        if not value > 0.0 and (law, parameter) not in ANY_SIGN:
            raise Unreadable("a number above zero is expected")
        return value

    return lambda reading, node, path: reading.scalar(node, path, parse)


def _time_column(table: Table, name: str) -> tuple[str, float] | None:
    """Find `minutes`/`seconds`, or `from`, `from_minutes`, `from_seconds`: the column and its minutes per unit."""
    for unit, factor in (("minutes", 1.0), ("seconds", 1.0 / 60.0)):
        for column in (unit, f"{name}_{unit}") if name == "" else (f"{name}_{unit}",):
            if column in table.header:
                return column, factor
    return None


def _quantiles(reading: Reading, node: MappingNode, path: str) -> Law | None:
    Fields(reading, node, path, ("quantiles",))
    value = node.entries["quantiles"].value
    points: list[tuple[float, float]] = []
    if isinstance(value, MappingNode):
        for entry in value:
            try:
                p = share(entry.key)
            except Unreadable as error:
                reading.problem(entry.place, path, error.rule, error.repair, entry.key)
                continue
            minutes = reading.scalar(entry.value, f"{path}.quantiles.{entry.key}", a_duration)
            if minutes is not None:
                points.append((p, minutes))
        if len(points) != len(value.entries):
            return None
    else:
        table = reading.table(value, path)
        if table is None:
            return None
        column = _time_column(table, "")
        at_share = table.column("share")
        if column is None or at_share is None:
            rule = "a table of quantiles has the columns share and minutes (or seconds)"
            reading.problem(value, path, rule, f"the header is {','.join(table.header)}")
            return None
        rows = reading.rows(table, path)
        for row in table:
            p_ = rows.cell(row.line, "share", row.cells[at_share], _share_cell)
            m = rows.cell(row.line, column[0], row.cells[table.header.index(column[0])], at_least_zero)
            if p_ is not None and m is not None:
                points.append((p_, m * column[1]))
        if not rows.done():
            return None
    return quantile_law(reading, value, path, points)


def quantile_law(reading: Reading, at: Node, path: str, points: list[tuple[float, float]]) -> Quantiles | None:
    """Make a quantile law of (share, minutes) points or note what is wrong with them."""
    shares = tuple(p for p, _ in points)
    minutes = tuple(m for _, m in points)
    if len(points) < 2 or shares[0] != 0.0 or shares[-1] != 1.0:
        reading.problem(at, path, "quantiles go from the share 0 % to the share 100 %", "add the missing end")
    elif any(b <= a for a, b in itertools.pairwise(shares)):
        reading.problem(at, path, "the shares of quantiles ascend, each given once")
    elif any(b < a for a, b in itertools.pairwise(minutes)):
        reading.problem(at, path, "the durations of quantiles do not fall with the share")
    elif max(minutes) > LONGEST_DURATION:
        reading.problem(at, path, "a duration of at most ten years is expected")
    else:
        return Quantiles(shares=shares, minutes=minutes)
    return None


def _share_cell(text: str) -> float:
    return share(text) if "%" in text else number(text, 0.0, 1.0)


_PER = {"s": 60.0, "min": 1.0, "h": 1.0 / 60.0}
_HAZARD_UNITS = {"hazard": 1.0, "hazard_per_minute": 1.0, "hazard per minute": 1.0, "hazard_per_second": 60.0}


def _hazard_number(text: str) -> float:
    match = re.fullmatch(r"(.*?)\s*(?:per|/)\s*(s|min|h)", text)
    if match is None:
        raise Unreadable("a hazard such as 0.2 per min is expected")
    return number(match[1], 0.0, 1e6) * _PER[match[2]]


def _hazard(reading: Reading, node: MappingNode, path: str) -> Law | None:
    Fields(reading, node, path, ("hazard",))
    value = node.entries["hazard"].value
    pieces: list[tuple[float, float]] = []
    if isinstance(value, MappingNode):
        for entry in value:
            try:
                start = a_duration(entry.key)
            except Unreadable as error:
                reading.problem(entry.place, path, error.rule, error.repair, entry.key)
                continue
            h = reading.scalar(entry.value, f"{path}.hazard.{entry.key}", _hazard_number)
            if h is not None:
                pieces.append((start, h))
        if len(pieces) != len(value.entries):
            return None
    else:
        table = reading.table(value, path)
        if table is None:
            return None
        found = _hazard_rows(reading, value, path, table)
        if found is None:
            return None
        pieces = found
    edges = tuple(start for start, _ in pieces)
    if not pieces or edges[0] != 0.0 or any(b <= a for a, b in itertools.pairwise(edges)):
        reading.problem(value, path, "the pieces of a hazard start at 0 and ascend")
        return None
    if not any(h > 0.0 for _, h in pieces):
        reading.problem(value, path, "a hazard is above zero somewhere", "write never if nobody gives up")
        return None
    return Hazard(edges=edges, hazards=tuple(h for _, h in pieces))


def _hazard_rows(reading: Reading, node: Node, path: str, table: Table) -> list[tuple[float, float]] | None:
    """Read columns from, to, hazard; the last row may leave `to` empty."""
    start, end = _time_column(table, "from"), _time_column(table, "to")
    if "from" in table.header:
        start = ("from", 1.0)
    if "to" in table.header:
        end = ("to", 1.0)
    rate = next((name for name in _HAZARD_UNITS if name in table.header), None)
    if start is None or end is None or rate is None:
        rule = "a table of hazards has the columns from_minutes, to_minutes, hazard_per_minute (or seconds)"
        reading.problem(node, path, rule, f"the header is {','.join(table.header)}")
        return None
    rows = reading.rows(table, path)
    pieces: list[tuple[float, float]] = []
    expected: float | None = 0.0
    for index, row in enumerate(table):
        cells = dict(zip(table.header, row.cells, strict=True))
        a = rows.cell(row.line, start[0], cells[start[0]], at_least_zero)
        last = index == len(table.rows) - 1
        b = None if last and not cells[end[0]] else rows.cell(row.line, end[0], cells[end[0]], at_least_zero)
        h = rows.cell(row.line, rate, cells[rate], at_least_zero)
        if a is None or h is None:
            expected = b
            continue
        if expected is not None and a != expected:
            rule = "the pieces follow each other without gap or overlap"
            rows.add(row.line, start[0], rule, f"write {expected:g}", cells[start[0]])
        elif b is not None and not b > a:
            rows.add(row.line, end[0], "a piece ends after it starts", None, cells[end[0]])
        expected = b
        pieces.append((a * start[1], h * _HAZARD_UNITS[rate]))
    return pieces if rows.done() else None


def _mixture(reading: Reading, node: MappingNode, path: str, usual: Usual) -> Law | None:
    Fields(reading, node, path, ("mixture",))
    value = node.entries["mixture"].value
    parts: list[Part] = []
    ranged: set[str] = set()
    entries = reading.named(value, f"{path}.mixture", "a mapping of parts, each with share and of,")
    for entry in entries:
        inner_path = f"{path}.mixture.{entry.key}"
        mapping = reading.mapping(entry.value, inner_path, "a part such as {share: 20 %, of: 10 s}")
        if mapping is None:
            continue
        fields = Fields(reading, mapping, inner_path, ("share", "of"))
        p = fields.need("share", lambda r, n, q: r.scalar(n, q, share), "a part needs its share", "add share: 20 %")
        inner = fields.node("of")
        if inner is None:
            reading.problem(mapping, f"{inner_path}.of", "a part needs its law", "add of: and a law")
            continue
        law = read_law(reading, inner, f"{inner_path}.of", usual, None)
        if p is not None and law is not None:
            parts.append(Part(name=entry.key, share=p, of=law))
            at_share = mapping.get("share")
            if isinstance(at_share, MappingNode) and "between" in at_share:
                ranged.add(entry.key)
    if len(parts) != len(entries) or not entries:
        return None
    total = sum(part.share for part in parts)
    if reading.redraw and ranged and not abs(total - 1.0) < 1e-9:
        parts, total = _filled_up(parts, ranged), 1.0
    if not abs(total - 1.0) < 1e-9:
        reading.problem(value, f"{path}.mixture", f"the shares add up to {total * 100:.10g} %, not to 100 %")
        return None
    return Mixture(parts=tuple(parts))


def _filled_up(parts: list[Part], ranged: set[str]) -> list[Part]:
    """Make drawn shares add up: parts without a range share what is left, in proportion; if nothing is, all shrink."""
    drawn = sum(part.share for part in parts if part.name in ranged)
    rest = sum(part.share for part in parts if part.name not in ranged)
    if rest > 0.0 and drawn < 1.0:
        factors = [1.0 if part.name in ranged else (1.0 - drawn) / rest for part in parts]
    else:
        factors = [0.0 if rest > 0.0 and part.name not in ranged else 1.0 / drawn for part in parts]
    return [Part(name=p.name, share=p.share * f, of=p.of) for p, f in zip(parts, factors, strict=True)]
