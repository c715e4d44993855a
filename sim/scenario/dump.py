"""Writing a resolved scenario as YAML, everything explicit, so that loading it gives the same scenario."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import yaml

from sim.scenario.model import AgentGroup, Busyness, Channel, ContactType, Observed, Scenario
from sim.scenario.model.cells import DatedCells, WeeklyCells
from sim.scenario.model.headcount import Headcount, WeeklySpans
from sim.scenario.model.laws import (
    ByAttribute,
    Constant,
    Exponential,
    Hazard,
    Law,
    Lognormal,
    Mixture,
    Never,
    NumberByAttribute,
    Quantiles,
)
from sim.scenario.model.logs import Log
from sim.scenario.model.profiles import PROFILES
from sim.scenario.model.rates import DailyRate, Rate
from sim.scenario.model.shifts import Shift
from sim.scenario.readers.channel_reader import as_promise
from sim.scenario.readers.contact_reader import PRIORITIES
from sim.scenario.text.units import WEEKDAYS, as_duration, as_share, as_span, plain

Tree = dict[str, Any]
LINE = 150  # longest mapping, as Python writes it, that is put on one line


def dump(scenario: Scenario, folder: str | os.PathLike[str] | None = None) -> str:
    """Write a scenario as complete YAML text.

    Parameters
    ----------
    scenario : the resolved scenario.
    folder : where the text will be kept: files it names (recorded logs) are written relative to it. None names
        them by absolute path.

    Returns
    -------
    YAML text; loading it gives an equal scenario. Small tables are written out, recorded logs stay files.
    """
    period = scenario.period
    tree: Tree = {
        "aftersim": "1",
        "title": scenario.title,
        **({"question": scenario.question} if scenario.question else {}),
        "period": {
            "start": period.start.isoformat(" ", "auto" if period.start.second else "minutes"),
            "length": as_duration(period.length),
            "warm_up": as_duration(period.warm_up),
            "time_zone": period.time_zone,
        },
    }
    shared = next((c.busyness for c in scenario.contact_types.values() if c.busyness.factor == "all"), None)
    if shared is not None:
        tree["busyness"] = _busyness(shared)
    tree["contact_types"] = {name: _contact_type(c, folder) for name, c in scenario.contact_types.items()}
    tree["channels"] = {name: _channel(c) for name, c in scenario.channels.items()}
    tree["agent_groups"] = {name: _group(g) for name, g in scenario.agent_groups.items()}
    if scenario.observed:
        tree["observed"] = [_observed(row) for row in scenario.observed]
    if scenario.provenance:
        tree["provenance"] = {
            path: {
                **({"between": list(p.between)} if p.between else {}),
                **({"source": p.source} if p.source else {}),
                "assumed": "true" if p.assumed else "false",
                **({"drawn_with": p.drawn_with} if p.drawn_with else {}),
            }
            for path, p in scenario.provenance.items()
        }
    return yaml.dump(tree, Dumper=_Dumper, sort_keys=False, width=1_000_000, allow_unicode=True)


class _Dumper(yaml.SafeDumper):
    """Writes every value as the text it is: nothing looks like another type, so nothing needs quotes for that."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - as PyYAML declares it

    def ignore_aliases(self, data: Any) -> bool:
        """Never write aliases."""
        return True

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> yaml.MappingNode:
        """Write short mappings of single values on one line."""
        short = all(isinstance(value, str) for value in mapping.values()) and len(str(mapping)) < LINE
        return super().represent_mapping(tag, mapping, flow_style=short)

    def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> yaml.SequenceNode:
        """Write lists of single values on one line."""
        return super().represent_sequence(tag, sequence, flow_style=not any(isinstance(x, dict) for x in sequence))


def _busyness(b: Busyness) -> Tree:
    return {
        "day_sd": as_share(b.day_sd),
        "day_correlation": plain(b.day_correlation),
        "within_day_sd": as_share(b.within_day_sd),
        "within_day_correlation": plain(b.within_day_correlation),
    }


def _contact_type(c: ContactType, folder: str | os.PathLike[str] | None) -> Tree:
    tree: Tree = {"channel": c.channel}
    if isinstance(c.arrivals, Log):
        tree["log"] = _log(c.arrivals, folder)
    else:
        tree |= _rate(c.arrivals)
        if c.reference is not None and c.reference != c.arrivals:
            tree["reference"] = _rate(c.reference)
    if c.busyness.factor not in ("all", "none"):
        tree["busyness"] = _busyness(c.busyness)
    tree["handle_time"] = law_words(c.handle_time)
    tree["after_contact_work"] = law_words(c.after_contact_work)
    tree["patience"] = law_words(c.patience)
    tree["priority"] = _number_by(c.priority, _priority)
    tree["head_start"] = _number_by(c.head_start, as_duration)
    return tree


def _priority(value: float) -> str:
    return next((word for word, number in PRIORITIES.items() if number == value), plain(value))


def _number_by(value: float | NumberByAttribute, write: Any) -> Any:
    if not isinstance(value, NumberByAttribute):
        return write(value)
    return {
        "by": value.attribute,
        "values": {case.value: write(case.number) for case in value.cases},
        "otherwise": write(value.otherwise),
    }


def _log(log: Log, folder: str | os.PathLike[str] | None) -> Tree:
    name = log.file if folder is None else os.path.relpath(log.file, Path(folder).absolute())
    tree: Tree = {"file": name, "arrived": log.arrived}
    if log.unit is not None:
        tree["unit"] = log.unit
    tree["columns"] = {a.name: a.column for a in log.attributes}
    return tree


def _rate(rate: Rate) -> Tree:
    if isinstance(rate, DailyRate):
        alike = len(set(rate.per_day)) == 1
        per_day: Any = plain(rate.per_day[0]) if alike else dict(zip(WEEKDAYS, map(plain, rate.per_day), strict=True))
        shipped = rate.profile_name in PROFILES and PROFILES[rate.profile_name].weights == rate.profile
        return {"per_day": per_day, "hour": rate.profile_name if shipped else [plain(x) for x in rate.profile]}
    return {"rate": _cells(rate.cells)}


def _cells(cells: WeeklyCells | DatedCells) -> Tree:
    head = {"cell": as_duration(cells.cell)}
    if isinstance(cells, WeeklyCells):
        return {**head, "weekly": {d: [plain(x) for x in row] for d, row in zip(WEEKDAYS, cells.week, strict=True)}}
    return {**head, "dated": {d.isoformat(): [plain(x) for x in row] for d, row in cells.days}}


def law_words(law: Law) -> Any:
    """Write a law in the words of the language (text, or nested dictionaries of texts)."""
    match law:
        case Never():
            return "never"
        case Constant(value=value):
            return {"constant": as_duration(value)}
        case Exponential(mean=mean):
            return {"law": "exponential", "mean": as_duration(mean)}
        case Lognormal(mean=mean, sd=sd):
            return {"law": "lognormal", "mean": as_duration(mean), "sd": as_duration(sd)}
        case Quantiles(shares=shares, minutes=minutes):
            return {"quantiles": {as_share(p): as_duration(m) for p, m in zip(shares, minutes, strict=True)}}
        case Hazard(edges=edges, hazards=hazards):
            return {"hazard": {as_duration(a): f"{plain(h)} per min" for a, h in zip(edges, hazards, strict=True)}}
        case Mixture(parts=parts):
            return {"mixture": {p.name: {"share": as_share(p.share), "of": law_words(p.of)} for p in parts}}
        case ByAttribute(attribute=attribute, cases=cases, otherwise=otherwise):
            tree: Tree = {"by": attribute, "values": {case.value: law_words(case.of) for case in cases}}
            return tree if otherwise is None else {**tree, "otherwise": law_words(otherwise)}
    tree = {"law": law.name}
    if law.shape:
        tree["shape"] = {name: plain(x) for name, x in law.shape}
    tree["loc"] = as_duration(law.loc)
    if law.scale is not None:
        tree["scale"] = as_duration(law.scale)
    if law.mean is not None:
        tree["mean"] = as_duration(law.mean)
    return tree


def _channel(c: Channel) -> Tree:
    return {
        "open": str(c.open),
        "when_closed": c.when_closed,
        "at_close": c.at_close,
        "queue_limit": "none" if c.queue_limit is None else str(c.queue_limit),
        "service_level": "none" if c.service_level is None else as_promise(c.service_level),
        "first_response": "none" if c.first_response is None else as_promise(c.first_response, " elapsed"),
    }


def _group(g: AgentGroup) -> Tree:
    tree: Tree = {
        "serves": {
            name: {
                "rank": str(s.rank),
                "after": as_duration(s.after),
                "speed": plain(s.speed),
                "reserve": str(s.reserve),
            }
            for name, s in g.serves.items()
        },
        "shrinkage": as_share(g.shrinkage),
    }
    if g.shifts is not None:
        tree["shifts"] = {name: _shift(s) for name, s in g.shifts.items()}
    if g.headcount is not None:
        tree["headcount"] = _headcount(g.headcount)
    return {**tree, "end_of_shift": g.end_of_shift, "choice": g.choice, "speed": plain(g.speed)}


def _shift(s: Shift) -> Tree:
    return {
        "hours": as_span(s.start, s.end),
        "break": "none" if s.pause is None else str(s.pause),
        **dict(zip(WEEKDAYS, map(str, s.agents), strict=True)),
    }


def _headcount(headcount: Headcount) -> Tree:
    if isinstance(headcount, WeeklySpans):
        return {
            day: {as_span(a, b): plain(n) for a, b, n in spans}
            for day, spans in zip(WEEKDAYS, headcount.week, strict=True)
            if spans
        }
    return _cells(headcount)


def _observed(row: Observed) -> Tree:
    tree: Tree = {"measure": row.measure}
    if row.channel is not None:
        tree["channel"] = row.channel
    if row.hour is not None:
        tree["hour"] = str(row.hour)
    tree["value"] = plain(row.value)
    if row.n is not None:
        tree["n"] = plain(row.n)
    return tree
