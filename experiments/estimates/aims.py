"""Wishes for precision: how narrow an interval is to be, read from texts such as `service_level.phone=1 pts`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from experiments.replication.reduction import Reduction
from experiments.wording import duration, figure
from sim.lowering import Operation
from sim.measures import MEASURES, Measure
from sim.scenario.text.problems import Unreadable, name_repair
from sim.scenario.text.units import duration as read_duration
from sim.scenario.text.units import number as read_number


@dataclass(frozen=True)
class Aim:
    """How narrow an interval is to be.

    Parameters
    ----------
    measure, scope_kind, scope : str
        Which number of the whole period.
    half_width : float
        Largest half width: in the measure's unit (shares between 0 and 1, minutes), or as a share of the value.
    relative : bool
        It is a share of the value.
    definition : Measure
        What the measure is.
    """

    measure: str
    scope_kind: str
    scope: str
    half_width: float
    relative: bool
    definition: Measure

    @property
    def name(self) -> str:
        """As it is asked for: `service_level.phone`."""
        return self.measure if self.scope_kind == "all" else f"{self.measure}.{self.scope}"

    @property
    def words(self) -> str:
        """The half width as people read it.

        Examples
        --------
        >>> Aim("asa", "all", "all", 0.05, False, MEASURES["asa"]).words
        '3.0 s'
        """
        return f"{100 * self.half_width:.3g} %" if self.relative else width(self.half_width, self.definition.unit)


class AimProblems(ValueError):
    """Wishes that cannot be read, with every reason.

    Attributes
    ----------
    problems : tuple of str
        One sentence each: what was asked, the rule, the repair.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


def read_aims(texts: Iterable[str], operation: Operation) -> tuple[Aim, ...]:
    """Read wishes such as `service_level.phone=1 pts`, `asa.phone=5 %`, `asa=3 s`, `abandonment=0.5 pts`.

    A name is a measure, and after a dot a channel, contact type or agent group; without one it is all together. Shares
    are held to percentage points: a relative precision never ends for a share near 0 and asks little of one near 1.

    Parameters
    ----------
    texts : iterable of str
        As asked.
    operation : Operation
        Whose names these are.

    Returns
    -------
    tuple of Aim

    Raises
    ------
    AimProblems
        Holding every problem.

    Examples
    --------
    >>> from sim import load, lower
    >>> shop = lower(load("scenarios/small_shop.yaml"))
    >>> [(a.measure, a.scope_kind, a.scope, a.half_width) for a in read_aims(["service_level.phone=1 pts"], shop)]
    [('service_level', 'channel', 'phone', 0.01)]
    >>> read_aims(["asa.phon=3 s"], shop)
    Traceback (most recent call last):
    experiments.estimates.aims.AimProblems: asa.phon=3 s: asa is not measured for "phon" - did you mean phone?
    """
    reduction = Reduction.of(operation)
    measures = {**MEASURES, **{level.name: level.definition for level in reduction.levels}}
    scopes = {
        "channel": tuple(s.name for s in reduction.services),
        "stream": tuple(dict.fromkeys(operation.sources.get(s.name, s.name) for s in operation.network.streams)),
        "pool": tuple(p.name for p in operation.network.pools),
        "step": tuple(s.name for s in operation.network.works),
    }
    aims: list[Aim] = []
    problems: list[str] = []
    for text in texts:
        try:
            aim = _read(text, measures, scopes)
            twice = [a.name for a in aims if a.name == aim.name]
            if twice:
                raise Unreadable(f"{twice[0]} is asked for twice", "keep one")
            aims.append(aim)
        except Unreadable as unreadable:
            problems.append(f"{text.strip()}: {unreadable}")
    if problems:
        raise AimProblems(problems)
    return tuple(aims)


def _read(text: str, measures: dict[str, Measure], scopes: dict[str, tuple[str, ...]]) -> Aim:
    name, equals, width = (x.strip() for x in text.rpartition("="))
    if not equals or not name or not width:
        raise Unreadable("a wish has a measure and a half width", "write service_level.phone=1 pts or asa.phone=5 %")
    measure, _, scope = (x.strip() for x in name.partition("."))
    if measure not in measures:
        raise Unreadable(f'there is no measure "{measure}"', name_repair(measure, measures))
    definition = measures[measure]
    kind = "all"
    if scope:
        kinds = [k for k in scopes if k in definition.scopes and scope in scopes[k]]
        if not kinds:
            known = dict.fromkeys(x for k in scopes if k in definition.scopes for x in scopes[k])
            raise Unreadable(f'{measure} is not measured for "{scope}"', name_repair(scope, known))
        kind = kinds[0]
    elif "all" not in definition.scopes:
        first = next((x for k in scopes if k in definition.scopes for x in scopes[k]), "phone")
        raise Unreadable(f"{measure} has no value for all together", f"write {measure}.{first}={width}")
    half_width, relative = _half_width(width, definition.unit)
    return Aim(measure, kind, scope or "all", half_width, relative, definition)


def _half_width(text: str, unit: str) -> tuple[float, bool]:
    """Half width and whether it is relative."""
    found = re.fullmatch(r"(.*?)\s*(%|pts?)", text)
    relative = found is not None and found[2] == "%"
    if unit == "share":
        if relative:
            raise Unreadable("the half width of a share is in percentage points", f"write {found[1] or 1} pts")  # type: ignore[index]
        if found is None:
            raise Unreadable("the half width of a share is in percentage points", "write 1 pts")
        value = read_number(found[1]) / 100.0
    elif found is not None:
        if not relative:
            raise Unreadable("percentage points are for shares", f"write {found[1] or 5} %")
        value = read_number(found[1]) / 100.0
    elif unit in ("min", "h"):
        value = read_duration(text) / (60.0 if unit == "h" else 1.0)
    else:
        value = read_number(text.removesuffix(unit).strip())
    if not value > 0.0:
        raise Unreadable("a half width is above zero", f"write 5 {'pts' if unit == 'share' else '%'}")
    return value, relative


def width(half: float, unit: str) -> str:
    """A half width in its unit; of a share in percentage points.

    Examples
    --------
    >>> width(0.012, "share"), width(0.05, "min"), width(3.0, "contacts")
    ('1.2 pts', '3.0 s', '3.0')
    """
    if unit == "share":
        return f"{100 * half:.2g} pts"
    return duration(half) if unit == "min" else figure(half, unit)
