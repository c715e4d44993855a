"""A desk like a shipped one: its text, with the people in a roster and the expected contacts in a forecast."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import yaml

from sim.scenario import Scenario, load
from sim.scenario.model.period import Period
from sim.scenario.model.rates import DailyRate
from sim.scenario.model.shifts import Shift, agent_names, duties
from sim.scenario.text.problems import name_repair
from sim.scenario.text.units import as_span
from sim.starting.desk import FORECAST, OBSERVED, ROSTER, Desk, StartProblem
from sim.starting.forecast_template import ForecastPlan, ForecastRow
from sim.starting.roster_template import OFF, RosterCode, RosterPlan, RosterRow

ORDERS = "orders"
DEFAULT = "small_shop"
SHIPPED = Path(__file__).parents[2] / "scenarios"


class _Cut(NamedTuple):
    """A part of the text and what takes its place."""

    start: int
    end: int
    text: str


def shipped_names() -> list[str]:
    """Names of the shipped scenarios."""
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))


def desk_like(name: str) -> Desk:
    """Make a desk like a shipped scenario.

    Parameters
    ----------
    name : of a scenario in `scenarios/`, such as `small_shop`. Its text and comments stay; the shifts of its agent
        groups become a roster, the contacts a day of its contact types a forecast.

    Raises
    ------
    StartProblem : if there is none of this name, or it has no people in shifts or no contacts a day.
    """
    path = SHIPPED / f"{name}.yaml"
    known = shipped_names()
    if name not in known:
        raise StartProblem(f'got "{name}"; the name of a shipped scenario is expected - {name_repair(name, known)}')
    text = path.read_text(encoding="utf-8")
    root = yaml.compose(text, Loader=yaml.SafeLoader)  # only for where things stand
    base = _find(root, "extends")
    if base is not None:
        of = Path(base[2].value).stem if isinstance(base[2].value, str) else DEFAULT
        raise StartProblem(f"{name}: changes another scenario - start like that one: --like {of}")
    scenario = load(path)
    groups = {g: group.shifts for g, group in scenario.agent_groups.items() if group.shifts is not None}
    rates = {t: kind.arrivals for t, kind in scenario.contact_types.items() if isinstance(kind.arrivals, DailyRate)}
    if scenario.orders is not None and isinstance(scenario.orders.rate, DailyRate):
        rates = {ORDERS: scenario.orders.rate, **rates}
    if not groups or not rates:
        what = "people in shifts" if not groups else "contacts a day"
        raise StartProblem(f"{name}: has no {what} that a roster and a forecast could hold - take {DEFAULT}")
    forecast = _forecast(scenario, rates)
    observed = _observed(scenario, forecast)
    return Desk(
        scenario=_rewritten(text, root, list(groups), list(rates), bool(observed)),
        roster=_roster(scenario, groups),
        forecast=forecast,
        observed=observed,
        origin=f"Started like the shipped scenario `{name}`: {scenario.title}. Put your own numbers in place of its.",
    )


def _roster(scenario: Scenario, groups: dict[str, dict[str, Shift]]) -> RosterPlan:
    """The people of all groups, on the dates of the period."""
    period = scenario.period
    dates = tuple(day.date for day in period.days())
    codes: dict[tuple[str, str], RosterCode] = {}  # by hours and break
    people: list[RosterRow] = []
    for group, shifts in groups.items():
        code_of = {name: _code(codes, name, shift) for name, shift in shifts.items()}
        zone = scenario.agent_groups[group].time_zone
        planned = _planned(shifts, period, zone)
        for i, agent in enumerate(agent_names(shifts), 1):
            row = tuple(code_of[agent.rsplit("/", 1)[0]] if (agent, when) in planned else OFF for when in dates)
            people.append(RosterRow(f"{group} {i}", group, row))
    return RosterPlan(dates, tuple(people), tuple(codes.values()))


def _planned(shifts: dict[str, Shift], period: Period, zone: str | None) -> set[Any]:
    """Agent and date of every duty."""
    return {(duty.agent, duty.date) for duty in duties(shifts, period, 0.0, period.length, zone)}


def _code(codes: dict[tuple[str, str], RosterCode], name: str, shift: Shift) -> str:
    """Code of a shift; shifts of the same hours and break share one."""
    hours, pause = as_span(shift.start, shift.end), "" if shift.pause is None else str(shift.pause)
    if (hours, pause) not in codes:
        taken = {code.code for code in codes.values()}
        code, number = name, 1
        while code in taken:
            number += 1
            code = f"{name}{number}"
        codes[hours, pause] = RosterCode(code, hours, pause)
    return codes[hours, pause].code


def _forecast(scenario: Scenario, rates: dict[str, DailyRate]) -> ForecastPlan:
    """What is expected on each date of the period."""
    rows = [
        ForecastRow(day.date, tuple(rate.per_day[day.acts_as] for rate in rates.values()))
        for day in scenario.period.days()
    ]
    return ForecastPlan(tuple(rates), tuple(rows))


def _observed(scenario: Scenario, forecast: ForecastPlan) -> tuple[tuple[str, str, float], ...]:
    """Contacts of the channels whose contacts are all in the forecast, as if they had been counted so."""
    expected = {name: sum(row.contacts[i] for row in forecast.rows) for i, name in enumerate(forecast.names)}
    found: list[tuple[str, str, float]] = []
    for channel in scenario.channels:
        kinds = {name: kind for name, kind in scenario.contact_types.items() if channel in kind.channels}
        if kinds and all(name in expected and len(kind.channels) == 1 for name, kind in kinds.items()):
            found.append(("arrivals", channel, round(sum(expected[name] for name in kinds), 3)))
    return tuple(found)


def _rewritten(text: str, root: Any, groups: list[str], series: list[str], observed: bool) -> str:
    """Put the roster in the place of shifts, take the contacts a day out, name forecast and recorded numbers."""
    cuts: list[_Cut] = []
    for name in groups:
        cuts.append(_replaced(text, _mapping(root, "agent_groups", name), "shifts", f"roster: {{file: {ROSTER}}}"))
    for name in series:
        place = (ORDERS,) if name == ORDERS else ("contact_types", name)
        for word in ("per_day", "weekday"):
            if _find(_mapping(root, *place), word) is not None:
                cuts.append(_removed(text, _mapping(root, *place), word))
    for cut in sorted(cuts, reverse=True):
        text = text[: cut.start] + cut.text + text[cut.end :]
    text = text.rstrip("\n") + f"\nforecast: {{file: {FORECAST}}}             # what is expected on each date\n"
    if observed and _find(root, "observed") is None:
        text += f"observed: {OBSERVED}                     # printed beside the simulated numbers\n"
    return text


def _find(node: Any, key: str) -> tuple[int, Any, Any] | None:
    """Number, key node and value node of a key of a mapping, or None."""
    for i, (k, v) in enumerate(node.value):
        if k.value == key:
            return i, k, v
    return None


def _mapping(root: Any, *path: str) -> Any:
    node = root
    for key in path:
        found = _find(node, key)
        assert found is not None, key
        node = found[2]
    return node


def _end(text: str, node: Any) -> int:
    """Where the text of a value ends, without the comments and lines after it."""
    end: int = node.end_mark.index
    if getattr(node, "flow_style", None) is False:  # a block ends where the next thing begins
        lines = text[node.start_mark.index : end].split("\n")
        while lines and (not lines[-1].strip() or lines[-1].strip().startswith("#")):
            end -= len(lines.pop()) + 1
    return end


def _replaced(text: str, mapping: Any, key: str, words: str) -> _Cut:
    found = _find(mapping, key)
    assert found is not None, key
    _, key_node, value = found
    return _Cut(key_node.start_mark.index, _end(text, value), words)


def _removed(text: str, mapping: Any, key: str) -> _Cut:
    """Take a key out: with its comma in a flow mapping, with its lines in a block."""
    found = _find(mapping, key)
    assert found is not None, key
    i, key_node, value = found
    start, end = key_node.start_mark.index, _end(text, value)
    if mapping.flow_style:
        if i + 1 < len(mapping.value):
            return _Cut(start, mapping.value[i + 1][0].start_mark.index, "")
        if i > 0:
            return _Cut(_end(text, mapping.value[i - 1][1]), end, "")
        return _Cut(start, end, "")
    line = text.rfind("\n", 0, start) + 1
    after = text.find("\n", end)
    return _Cut(line, len(text) if after < 0 else after + 1, "")
