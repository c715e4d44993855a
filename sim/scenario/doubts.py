"""Doubts: numbers that can be read and are probably not meant so, because a unit or a definition was mistaken.

Each rule tells what it can see and what it cannot. Rules are made to be silent unless a mistake is likely: a false
alarm teaches people not to read warnings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from sim.scenario.model import AgentGroup, Scenario
from sim.scenario.model.cells import DatedCells, WeeklyCells
from sim.scenario.model.headcount import WeeklySpans
from sim.scenario.staff_doubts import STAFF_RULES
from sim.scenario.text.nodes import MappingNode, Node, Scalar, SequenceNode
from sim.scenario.text.problems import Problem
from sim.scenario.text.units import as_duration, as_share, plain
from sim.scenario.weekly_work import mean_of, own_work_hours, staff_hours
from sim.scenario.written import Rule, Written

LONGEST_CALL = 25.0
"""Handle time of a call [min] from which it is doubted; usual are 4 to 8 min (F. Curtis Barry 2007)."""

LONGEST_TASK = 60.0
"""The same for all other channels [min]: nobody works on one message for an hour on average."""

LONG_SESSION = 8.0
"""Handle time of a chat [min] that is likely that of a session, thinking of the customer included."""

TOTAL_SHRINKAGE = 0.30
"""Shrinkage from which it is likely to have the breaks in it: 30 to 50 % is usual in all, breaks included."""

LEAST_SHARE = 0.01
"""A share below it was likely meant as a hundred times as much (0.3 % for 0.3)."""

LARGE_TEAM = 10
"""Agents of a shift from which contacts are pooled so well that half of the time without work is odd."""

_PHONE = re.compile(r"phone|call|voice|hotline|telefon|电话", re.I)
_SHARES = re.compile(
    r"service_level|abandon|occupancy|utili[sz]ation|accessib|compliance|contained|deflected|fcr|reopen"
)
_FACTOR = r"(?:(?P<factor>1\.[0-9]+)|(?P<percent>1[0-9]{2})\s*%|\(\s*1\s*\+\s*(?P<sum>[0-9.]+)\s*(?P<unit>%?)\s*\))"
_NEED = re.compile(r"requir|need|erlang|shrink|absen|workload|需", re.I)
_MULTIPLIED = re.compile(rf"[x×*]\s*{_FACTOR}|(?:\+|plus)\s*(?P<added>[0-9.]+)\s*%", re.I)


def doubts(scenario: Scenario, tree: MappingNode) -> list[Problem]:
    """List what is doubtful about a scenario, as warnings with place, value, rule and repair.

    Parameters
    ----------
    scenario : as resolved.
    tree : the text it was read from.

    Examples
    --------
    >>> from sim.scenario import load
    >>> shop = load("scenarios/small_shop.yaml", {"agent_groups.desk.shrinkage": "0.1 %"})
    >>> print(shop.warnings[0])
    changes: warning: agent_groups.desk.shrinkage: got "0.1 %"; this is 1 in 1,000 - write 10 % if 0.1 was meant
    """
    written = Written(tree)
    return [problem for rule in RULES for problem in rule(scenario, written)]


def shrinkage_multiplied(scenario: Scenario, written: Written) -> Iterator[Problem]:
    """Agents scheduled as required x (1 + s), where required / (1 - s) are needed for `required` to be there.

    Seen: a source that says so (`source: 10 required x 1.3` beside a shrinkage of 30 %), and a head-count whose numbers
    are all whole numbers times 1 + s. Not seen: whole agents that were rounded, and a policy that says `times 1.3`,
    which may well mean growth.
    """
    for name, group in scenario.agent_groups.items():
        s = group.shrinkage
        if not 0.0 < s < 1.0:
            continue
        base = ("agent_groups", name)
        for part in ("shifts", "headcount"):
            node, there = written.find(*base, part)
            for path, scalar, said in _said(node, (*base, part)) if there else ():
                if _NEED.search(said) and any(abs(factor - (1.0 + s)) < 0.006 for factor in _factors(said)):
                    rule = f'"{said}" multiplies by 1 + shrinkage, and {as_share(s)} absence is made good by division'
                    repair = f"divide by 1 - {as_share(s)}: times {plain(round(1.0 / (1.0 - s), 3))}"
                    yield written.doubt(path, scalar, rule, repair)
        found = _whole_numbers_times(_counted(group), 1.0 + s)
        if found is not None:
            number, needed = found
            rule = f"every number is a whole one times {plain(round(1 + s, 4))}: required x (1 + shrinkage)"
            right = plain(round(needed / (1.0 - s), 2))
            repair = f"for {needed} to be there, write {needed} / (1 - {as_share(s)}) = {right}"
            yield written.doubt((*base, "headcount"), plain(number), rule, repair)


def _said(node: Node, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """List the sources of numbers below a node: path, number, source."""
    if isinstance(node, MappingNode):
        value, source = node.get("value"), node.get("source")
        if isinstance(value, Scalar) and isinstance(source, Scalar):
            yield path, value.text, source.text
        for entry in node:
            if entry.key not in ("source", "between"):
                yield from _said(entry.value, path if entry.key == "value" else (*path, entry.key))


def _factors(said: str) -> list[float]:
    """Factors by which a text multiplies, or adds per cent."""
    found = []
    for match in _MULTIPLIED.finditer(said):
        part = match.groupdict()
        try:
            if part["factor"]:
                found.append(float(part["factor"]))
            elif part["percent"]:
                found.append(float(part["percent"]) / 100.0)
            elif part["added"]:
                found.append(1.0 + float(part["added"]) / 100.0)
            else:
                found.append(1.0 + float(part["sum"]) / (100.0 if part["unit"] else 1.0))
        except ValueError:
            continue
    return found


def _counted(group: AgentGroup) -> set[float]:
    """Distinct numbers of a head-count, without 0."""
    counted: Any = group.headcount
    rows: list[Sequence[float]] = []
    if isinstance(counted, WeeklySpans):
        rows = [[n for _, _, n in day] for day in counted.week]
    elif isinstance(counted, WeeklyCells):
        rows = list(counted.week)
    elif isinstance(counted, DatedCells):
        rows = [row for _, row in counted.days]
    return {n for row in rows for n in row if n > 0}


def _whole_numbers_times(numbers: set[float], factor: float) -> tuple[float, int] | None:
    """Find whether all numbers are whole numbers times a factor (and none of their fractions is by chance)."""
    broken = sorted(n for n in numbers if abs(n - round(n)) > 1e-9)
    short = all(abs(10.0 * n - round(10.0 * n)) < 1e-9 for n in numbers)  # tables are often rounded to one decimal
    error = 0.05 / factor if short and abs(10.0 * factor - round(10.0 * factor)) > 1e-9 else 0.005
    if len(broken) < (5 if error > 0.01 else 3):
        return None
    multiplied = all(abs(n / factor - round(n / factor)) <= error for n in numbers)
    return (broken[0], round(broken[0] / factor)) if multiplied else None


def breaks_counted_twice(scenario: Scenario, written: Written) -> Iterator[Problem]:
    """Shrinkage so large that it has the breaks in it, while the shifts have breaks of their own.

    Seen: 30 % and more beside breaks of at least 4 % of the shifts. Not seen: smaller shrinkage with breaks in it.
    """
    for name, group in scenario.agent_groups.items():
        hours = sum((s.end - s.start) * sum(s.agents) for s in (group.shifts or {}).values())
        breaks = sum(s.pause.length * sum(s.agents) for s in (group.shifts or {}).values() if s.pause is not None)
        if not hours or group.shrinkage < TOTAL_SHRINKAGE or breaks < 0.04 * hours:
            continue
        part = breaks / hours
        rest = 1.0 - (1.0 - group.shrinkage) / (1.0 - part)
        rule = f"so much usually has the breaks in it, and the shifts have breaks of their own ({100 * part:.0f} %)"
        repair = f"write shrinkage without breaks, about {100 * rest:.0f} %, or break: none"
        yield written.doubt(("agent_groups", name, "shrinkage"), as_share(group.shrinkage), rule, repair)


def shares_a_hundredfold(scenario: Scenario, written: Written) -> Iterator[Problem]:
    """Shares that are a hundred times too small or too large: `0.3 %` for 30 %, a recorded service level of 84.

    Seen: shrinkage and promises below 1 %, recorded shares above 100 %. Shares above 100 % in fields are refused.
    """
    for name, group in scenario.agent_groups.items():
        if 0.0 < group.shrinkage < LEAST_SHARE:
            yield _tiny(written, ("agent_groups", name, "shrinkage"), group.shrinkage)
    for name, channel in scenario.channels.items():
        for field in ("service_level", "first_response", "next_response", "resolution"):
            promise = getattr(channel, field)
            if promise is not None and promise.share <= LEAST_SHARE:
                yield _tiny(written, ("channels", name, field), promise.share)
    for i, row in enumerate(scenario.observed):
        if not (_SHARES.search(row.measure) and row.value > 1.0):
            continue
        names = [x for x in (row.measure, row.channel) if x]
        shown = plain(row.value)
        rule = f"{' of '.join(names)} is a share, and this is {100 * row.value:,.0f} %"
        repair = f"write {plain(row.value)} %" if 2 < row.value <= 100 else "look it up again"
        problem = written.doubt(("observed", *names), shown, rule, repair)
        node = written.find("observed")[0]
        if isinstance(node, SequenceNode) and i < len(node.items):
            at = node.items[i].place
            problem = Problem(at.file, at.line, at.column, f"observed[{i + 1}]", rule, repair, shown, "warning")
        yield problem


def _tiny(written: Written, names: tuple[str, ...], share: float) -> Problem:
    rule = f"this is {plain(round(share * 1000, 3))} in 1,000"
    meant = round(share * 100, 6)
    repair = f"write {as_share(meant)} if {plain(meant)} was meant"
    return written.doubt(names, as_share(share), rule, repair)


def session_or_touch(scenario: Scenario, written: Written) -> Iterator[Problem]:
    """Long chats whose agents hold several open: is it the time of a session, or what the agent does?

    Seen: a concurrency above 1 without a speed by open chats and without touch and think time, beside a handle time of
    8 min and more. Not seen: short sessions, and speeds that do not fit to the handle time.
    """
    for name, group in scenario.agent_groups.items():
        if group.concurrency is None or group.concurrency.limit < 2:
            continue
        node, there = written.find("agent_groups", name, "concurrency")
        if not there or (isinstance(node, MappingNode) and any(word in node for word in ("speed", "touch", "think"))):
            continue
        for contact_type, channel, mean in _handle_times(scenario, name):
            if mean < LONG_SESSION or _PHONE.search(channel):
                continue
            rule = (
                f"agents of {name} hold {group.concurrency.limit} open: is this a session with nothing else open, or "
                "was it measured beside others, with the customer's thinking in it?"
            )
            repair = f"give agent_groups.{name}.concurrency touch and think time, or the speed by open contacts"
            names = (written.section(contact_type), contact_type, "handle_time")
            yield written.doubt(names, as_duration(float(f"{mean:.3g}")), rule, repair)


def waiting_in_handle_time(scenario: Scenario, written: Written) -> Iterator[Problem]:
    """Handle times so long that waiting is likely in them: calls of over 25 min, messages of over an hour.

    Seen: means of the laws that are written, on channels with a promise. Not seen: recorded or fitted tables, and waits
    that are in a handle time of usual length.
    """
    for contact_type, kind in scenario.contact_types.items():
        name = kind.channel
        channel, mean = scenario.channels.get(name), mean_of(kind.handle_time)
        if channel is None or mean is None:
            continue
        if _PHONE.search(name):
            what, usual, least = "call", "4 to 8 min", LONGEST_CALL
        elif channel.service_level is not None or channel.first_response is not None:
            what, usual, least = "contact", "3 to 15 min", LONGEST_TASK
        else:
            continue
        if mean > least:
            rule = f"an agent would be busy with one {what} for so long (usual are {usual}): does it hold waiting?"
            repair = "write only the time that an agent is busy with it"
            names = (written.section(contact_type), contact_type, "handle_time")
            yield written.doubt(names, as_duration(float(f"{mean:.3g}")), rule, repair)


def agents_counted_as_shifts(scenario: Scenario, written: Written) -> Iterator[Problem]:
    """Numbers of agents that are agent-shifts of a week on every day, or the whole team in every shift.

    Seen: groups that alone serve their contacts, where the work fills about one day's (one shift's) share of the staff.
    Not seen: groups that share contacts, contacts from orders or behind a bot, small teams.
    """
    if scenario.bot is not None or scenario.self_service is not None:
        return
    for name, group in scenario.agent_groups.items():
        staff = staff_hours(group)
        work = own_work_hours(scenario, name)
        if not staff or not work or group.shifts is None:
            continue
        filled = work / (staff * (1.0 - group.shrinkage) * group.speed)
        shifts = [shift for shift in group.shifts.values() if any(shift.agents)]
        numbers = {n for shift in shifts for n in shift.agents if n}
        days = {sum(n > 0 for n in shift.agents) for shift in shifts}
        if len(numbers) != 1 or len(days) != 1:
            continue
        n, k, m = numbers.pop(), days.pop(), len(shifts)
        path = ("agent_groups", name, "shifts")
        if k >= 3 and n % k == 0 and n >= 2 * k and 0.5 <= filled * k <= 1.0:
            part = f"the contacts fill {100 * filled:.0f} % of them"
            rule = f"on each of {k} days these are {n * k} shifts a week, and {part}"
            repair = f"write {n // k} if {n} is the number of shifts in a week"
        elif m >= 2 and n >= LARGE_TEAM and 0.5 <= filled * m <= 1.0:
            rule = f"each of {m} shifts has {n} agents, and the contacts fill {100 * filled:.0f} % of their time"
            repair = f"split them over the shifts if the team has {n} agents in all"
        else:
            continue
        yield written.doubt(path, str(n), rule, repair)


RULES: tuple[Rule, ...] = (
    shrinkage_multiplied,
    breaks_counted_twice,
    shares_a_hundredfold,
    session_or_touch,
    waiting_in_handle_time,
    agents_counted_as_shifts,
    *STAFF_RULES,
)


def _handle_times(scenario: Scenario, group: str) -> Iterator[tuple[str, str, float]]:
    """List contact types that a group serves, with their channel and mean handle time [min]."""
    serves = scenario.agent_groups[group].serves
    for name, kind in scenario.contact_types.items():
        mean = mean_of(kind.handle_time)
        if mean is not None and any(served == name or served.endswith(f"/{name}") for served in serves):
            yield name, kind.channel, mean
