"""The dates of a roster beside those of the period: what is not planned, repeated, or left out."""

from __future__ import annotations

from collections.abc import Sequence

from sim.scenario.model.period import Period
from sim.scenario.readers.cell_reader import spell_dates
from sim.scenario.readers.reading import Reading
from sim.scenario.readers.rosters.people import People, Person
from sim.scenario.text.nodes import Node
from sim.scenario.text.units import plain


def check_dates(
    reading: Reading, node: Node, path: str, roster: People, people: Sequence[Person], period: Period, repeat: bool
) -> bool:
    """Note what the dates of a roster leave open; tell whether any of them lies within the period.

    Parameters
    ----------
    reading, node, path : where notes go.
    roster : the whole roster, whose dates count.
    people : those of the group, whose duties count.
    period : the period.
    repeat : whether dates before and after those of the roster repeat its first and last week.
    """
    counted = [d.date for d in period.days()]
    first, last = min(roster.dates), max(roster.dates)
    if last < counted[0] or first > counted[-1]:
        rule = f"no date of the roster lies within the period {counted[0]} to {counted[-1]}"
        reading.problem(node, path, rule, f"the roster plans {first} to {last}: check period.start, or the roster")
        return False
    if roster.guessed is not None:
        rule = f"the days of the roster have no month: {roster.guessed} is taken, the month of the period"
        reading.warn(node, path, rule, "write the month above them, or dates such as 2026-03-02")
    simulated = [d.date for d in period.days(-period.warm_up, period.length)]
    starts = [duty.start.date() for p in people for duty, _ in p.duties]
    far = [d for d in starts if not simulated[0] <= d <= simulated[-1]]
    if far:
        days = spell_dates(sorted(set(far)))
        reading.warn(node, path, f"{len(far)} of {len(starts)} duties lie outside warm-up and period: {days}")
    weekdays = {d.weekday() for d in roster.dates}
    gaps = [d for d in simulated if first < d < last and d not in roster.dates and d.weekday() in weekdays]
    if gaps:
        reading.warn(node, path, f"the roster says nothing about {spell_dates(gaps)}: nobody works on these days")
    beyond = [d for d in simulated if d < first or d > last]
    if beyond and repeat:
        why = f"{spell_dates(beyond)}: as the same weekdays of the roster's nearest week"
        reading.default(f"{path}.outside", "repeat", why)
    return True


def warn_of_long_duties(reading: Reading, path: str, roster: People, people: Sequence[Person]) -> None:
    """Doubt duties that are as long as those whose start and end were swapped."""
    names = {p.name for p in people}
    mine = [item for item in roster.long_duties if item[1] in names]
    if not mine:
        return
    source, name, minutes = mine[0]
    more = f" ({len(mine) - 1} more like this)" if len(mine) > 1 else ""
    rule = f"{name} works {plain(round(minutes / 60, 2))} h at a stretch{more}"
    reading.warn(source.sheet.place(source.row, source.column), path, rule, "are start and end swapped?")
