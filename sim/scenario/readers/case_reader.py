"""Reading of what differs by a recorded column: a law per value, or a number per value."""

from __future__ import annotations

import re
from collections.abc import Callable

from sim.scenario.model.laws import (
    ByAttribute,
    Constant,
    Exponential,
    Law,
    LawCase,
    Lognormal,
    NumberByAttribute,
    NumberCase,
    Quantiles,
    gamma_of_moments,
    lognormal_of_quantiles,
    uniform_of_moments,
    weibull_of_moments,
)
from sim.scenario.model.logs import Log
from sim.scenario.readers.reading import Fields, Reading, words
from sim.scenario.text.nodes import MappingNode, Node
from sim.scenario.text.problems import Unreadable, name_repair
from sim.scenario.text.tables import Table
from sim.scenario.text.units import number

NAMED = ("exponential", "lognormal", "gamma", "weibull", "uniform")
ReadLaw = Callable[[Reading, Node, str], Law | None]


def at_least_zero(text: str) -> float:
    return number(text, 0.0)


def read_by(
    reading: Reading, node: MappingNode, path: str, usual: Callable[[float], Law], log: Log | None, read: ReadLaw
) -> Law | None:
    """Read `{by: column, values: {value: law}}` or `{by: column, table: laws.csv}`, with `otherwise` if wanted.

    Parameters
    ----------
    reading, node, path : what to read and where problems go.
    usual : law of a bare mean in the table.
    log : the log whose columns `by` may name, or None.
    read : reader of the law of one value.
    """
    fields = Fields(reading, node, path, ("by", "values", "table", "otherwise"))
    attribute = attribute_of(reading, fields, log)
    cases: list[tuple[str, Node | None, Law | None]] = []
    otherwise: Law | None = None
    if ("values" in node) == ("table" in node):
        reading.problem(node, path, "a law by a column needs values or a table, one of the two", "add values: {...}")
        return None
    if "otherwise" in node:
        otherwise = fields.take("otherwise", read, None)
    values = fields.node("values")
    at: Node = node
    if values is not None:
        mapping = reading.mapping(values, f"{path}.values", "a mapping of values to laws")
        if mapping is None:
            return None
        at = values
        for entry in mapping:
            cases.append((entry.key, entry.value, read(reading, entry.value, f"{path}.values.{entry.key}")))
    else:
        at = node.entries["table"].value
        table = reading.table(at, path)
        if table is None:
            return None
        for value, law in _law_rows(reading, at, path, table, usual):
            if value == "otherwise":
                otherwise = law
            else:
                cases.append((value, None, law))
    if attribute is None or log is None or any(law is None for _, _, law in cases):
        return None
    found = log.attribute(attribute)
    if found is None:
        return None
    listed: list[LawCase] = []
    for value, _, law in cases:
        code = found.code(value)
        if code is None and found.categories is None:
            reading.problem(at, path, f"the column {found.column} holds numbers", None, value)
        elif law is not None and code is not None:
            listed.append(LawCase(value=value, code=code, of=law))
    if otherwise is None:
        known = {case.code for case in listed}
        missing = sorted(set(found.values) - known)
        if missing:
            names = [found.categories[int(m)] if found.categories else f"{m:g}" for m in missing[:8]]
            rule = f"no law for {', '.join(n or '(empty)' for n in names)} of column {found.column}"
            reading.problem(at, path, rule, "add them, or otherwise")
            return None
    return ByAttribute(attribute=attribute, cases=tuple(listed), otherwise=otherwise)


def _law_rows(
    reading: Reading, node: Node, path: str, table: Table, usual: Callable[[float], Law]
) -> list[tuple[str, Law | None]]:
    """Read one law per row: value, then mean [and sd, law], median and p90, or quantile columns q0 ... q100.

    The unit is in the header: `mean_seconds`, `sd_seconds`, `median_minutes`, `q50_seconds`. `law` may name
    constant, exponential, lognormal, gamma, weibull or uniform; empty means the field's usual shape of the mean.
    """
    at_value = table.column("value")
    unit = next((u for u in ("minutes", "seconds") if any(c.endswith("_" + u) for c in table.header)), None)
    if at_value is None or unit is None:
        rule = "a table of laws has the columns value and, for instance, mean_seconds and sd_seconds"
        reading.problem(node, path, rule, f"the header is {','.join(table.header)}")
        return []
    factor = 1.0 if unit == "minutes" else 1.0 / 60.0
    quantiles = [c for c in table.header if re.fullmatch(rf"q[0-9]{{1,3}}(\.[0-9]+)?_{unit}", c)]
    known = {"value", "law", *quantiles, *(f"{w}_{unit}" for w in ("mean", "sd", "median", "p90"))}
    extra = [c for c in table.header if c not in known and c not in ("n", "calls", "rows", "source", "note")]
    if extra:
        reading.problem(node, path, f"the table has an unknown column {extra[0]}", name_repair(extra[0], sorted(known)))
        return []
    rows = reading.rows(table, path)
    found: list[tuple[str, Law | None]] = []
    seen: set[str] = set()
    for row in table:
        cells = dict(zip(table.header, row.cells, strict=True))
        value = cells["value"]
        if value in seen:
            rows.add(row.line, "value", "each value has one row", None, value)
            continue
        seen.add(value)
        numbers: dict[str, float] = {}
        before = rows.n
        for column, text in cells.items():
            if column.endswith(f"_{unit}") and text:
                x = rows.cell(row.line, column, text, at_least_zero)
                if x is not None:
                    numbers[column.removesuffix(f"_{unit}")] = x * factor
        law: Law | None = None
        if rows.n == before:
            try:
                law = _law_of_row(cells.get("law", ""), numbers, usual)
            except Unreadable as error:
                rows.add(
                    row.line, "law" if cells.get("law") else None, error.rule, error.repair, cells.get("law") or None
                )
        found.append((value, law))
    rows.done()
    return found


def _law_of_row(name: str, numbers: dict[str, float], usual: Callable[[float], Law]) -> Law:
    points = sorted((float(k[1:]) / 100.0, v) for k, v in numbers.items() if re.fullmatch(r"q[0-9.]+", k))
    if points:
        shares, minutes = tuple(p for p, _ in points), tuple(m for _, m in points)
        if shares[0] != 0.0 or shares[-1] != 1.0 or list(minutes) != sorted(minutes):
            raise Unreadable("quantiles go from q0 to q100 and do not fall")
        return Quantiles(shares=shares, minutes=minutes)
    mean, sd = numbers.get("mean"), numbers.get("sd")
    if "median" in numbers and "p90" in numbers:
        if not numbers["p90"] > numbers["median"] > 0:
            raise Unreadable("the p90 lies above the median, and both above zero")
        return lognormal_of_quantiles(numbers["median"], numbers["p90"])
    if mean is None:
        raise Unreadable("a row needs its mean, its median and p90, or its quantiles")
    if name == "constant":
        return Constant(value=mean)
    if not mean > 0:
        raise Unreadable("a mean above zero is expected")
    if name == "exponential":
        return Exponential(mean=mean)
    if name == "" and sd is None:
        return usual(mean)
    if name not in ("", "lognormal", "gamma", "weibull", "uniform"):
        raise Unreadable("unknown law", name_repair(name, ["constant", *NAMED]))
    if sd is None or not 0 < sd / mean <= (3.0**-0.5 if name == "uniform" else 10.0):
        raise Unreadable("the sd is missing or out of range for this mean")
    if name == "weibull" and not sd / mean >= 0.1:
        raise Unreadable("the sd of a weibull law is at least a tenth of its mean")
    makers = {"gamma": gamma_of_moments, "uniform": uniform_of_moments, "weibull": weibull_of_moments}
    return makers[name](mean, sd) if name in makers else Lognormal(mean=mean, sd=sd)


def attribute_of(reading: Reading, fields: Fields, log: Log | None) -> str | None:
    """Read the name behind `by` and check that the log has such a column."""
    node = fields.node("by")
    if node is None:
        reading.problem(fields.mapping, fields.at("by"), "the name of a recorded column is expected", "add by:")
        return None
    name = reading.text(node, fields.at("by"), words)
    if name is None:
        return None
    if log is None:
        own_log = ".".join([*fields.path.split(".")[:2], "log"])  # names have no dots
        if any(p.path.startswith(own_log) for p in reading.problems):
            return None  # there is a log, and what is wrong with it is said already
        reading.problem(node, fields.at("by"), "only contacts of a recorded log differ by a column", None, name)
        return None
    if log.attribute(name) is None:
        known = [a.name for a in log.attributes]
        repair = name_repair(name, known) if known else "name it under columns of the log"
        reading.problem(node, fields.at("by"), "the log has no such column", repair, name)
        return None
    return name


def read_number_by(
    reading: Reading, node: Node, path: str, parse: Callable[[str], float], usual: float, log: Log | None
) -> float | NumberByAttribute | None:
    """Read a number, or `{by: column, values: {value: number}, otherwise: number}`."""
    if not isinstance(node, MappingNode) or "by" not in node:
        return reading.scalar(node, path, parse)
    fields = Fields(reading, node, path, ("by", "values", "otherwise"))
    attribute = attribute_of(reading, fields, log)
    otherwise = fields.take("otherwise", lambda r, n, p: r.scalar(n, p, parse), usual)
    values = fields.node("values")
    if values is None:
        reading.problem(node, f"{path}.values", "the values of the column are expected", "add values: {...}")
        return None
    mapping = reading.mapping(values, f"{path}.values", "a mapping of values to numbers")
    found = log.attribute(attribute) if log is not None and attribute is not None else None
    if mapping is None:
        return None
    cases: list[NumberCase] = []
    for entry in mapping:
        x = reading.scalar(entry.value, f"{path}.values.{entry.key}", parse)
        if found is None or x is None:
            continue
        code = found.code(entry.key)
        if code is None:
            if found.categories is None:
                reading.problem(entry.place, path, f"the column {found.column} holds numbers", None, entry.key)
            else:
                reading.warn(entry.place, path, f"no row of column {found.column} is {entry.key}")
            continue
        cases.append(NumberCase(value=entry.key, code=code, number=x))
    return None if found is None else NumberByAttribute(attribute=found.name, cases=tuple(cases), otherwise=otherwise)
