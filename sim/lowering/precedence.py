"""Who goes first: priority, place in line, due time and score of a kind."""

from __future__ import annotations

from typing import Any

from sim.lowering.demand import CUSTOMER
from sim.lowering.draft import Draft
from sim.lowering.laws import lower_number
from sim.machine import Constant, Edge, Predictor, Source, Term
from sim.machine import Law as MachineLaw
from sim.machine.laws import ByAttribute
from sim.scenario.model import Kind, Picks, Promise
from sim.scenario.model.laws import NumberByAttribute

BUSINESS = "business hours"


def precedence(draft: Draft, kind: Kind, edges: list[Edge]) -> dict[str, Any]:
    """Priority, head start and score of a kind, as attributes of a step.

    A higher priority goes first, whatever the others have waited; or it is worth minutes of waiting (a head start, with
    `routing.priority_worth`); or points, where all who serve the kind pick by a score with points for it.
    """
    contact_type = draft.scenario.contact_types[kind.contact_type]
    priority, head_start = contact_type.priority, contact_type.head_start
    scores = _scores(draft, kind, edges)
    points = scores[0] if scores and all(p == scores[0] for p in _picks(draft, edges)) else None
    in_points = points is not None and points.priority != 0.0
    worth = None if in_points else draft.scenario.routing.priority_worth
    classes = [0.0, *(c.priority for c in draft.scenario.customers.values())]
    where = f"contact type {kind.contact_type}"
    if isinstance(priority, NumberByAttribute) and (in_points or worth is not None):
        word = "points for it in picks" if in_points else "routing.priority_worth"
        draft.problems.append(f"{where}: {word} needs priorities that are plain numbers")
        return {}
    if any(classes) and (isinstance(priority, NumberByAttribute) or (worth and not isinstance(head_start, float))):
        draft.problems.append(
            f"{where}: a priority by a recorded column and classes of customers with priorities do not go together"
        )
        return {}
    least = lowest_priority(draft)
    levels = [] if isinstance(priority, NumberByAttribute) else [priority + c - least for c in classes]
    base = 1.0 if _some_go_last(draft) else 0.0
    found: dict[str, Any] = {}
    ahead = [0.0] * len(classes)  # minutes of head start by class
    if worth is not None:
        ahead = [level * worth for level in levels]
    elif in_points and points is not None and points.waited > 0.0:
        ahead = [c * points.priority / points.waited for c in classes]
        ahead = [a - min(ahead) for a in ahead]
    if isinstance(head_start, NumberByAttribute):
        found["head_start"] = lower_number(head_start, ahead[0])
    elif any(ahead) or head_start != 0.0:
        found["head_start"] = by_class([head_start + a for a in ahead])
    absolute = [0.0] * len(classes) if worth is not None or in_points else levels
    if isinstance(priority, NumberByAttribute):
        found["priority"] = lower_number(priority, base - least)
    elif base != 0.0 or any(absolute):
        found["priority"] = by_class([base + level for level in absolute])
    if scores:
        found |= _score(scores[0], priority, classes, head_start, ahead if worth is not None else [])
        if points is not None and points.waited == 0.0:
            found["order"] = "score"  # else all in a line gain alike, and the place (with its head start) is enough
    return found


def by_class(numbers: list[float]) -> MachineLaw:
    """A number by class of customer; the first for those of no class."""
    if len(set(numbers)) == 1:
        return Constant(numbers[0])
    cases = {float(i): Constant(x) for i, x in enumerate(numbers[1:], 1)}
    return ByAttribute.of(CUSTOMER, cases, Constant(numbers[0]))


def class_terms(numbers: list[float]) -> tuple[float, tuple[Term, ...]]:
    """Base and terms of a predictor that gives a number by class of customer."""
    base, terms = numbers[0], []
    for i in range(1, len(numbers)):
        step = numbers[i] - numbers[i - 1]
        if step != 0.0:
            base -= step * (i - 1)
            terms.append(Term(Source("attribute", CUSTOMER), step, float(i - 1), float(i)))
    return base, tuple(terms)


def lowest_priority(draft: Draft) -> float:
    """Lowest priority any contact can have: the machine counts from there."""
    least = [0.0]
    for contact_type in draft.scenario.contact_types.values():
        p = contact_type.priority
        least += [p.otherwise, *(c.number for c in p.cases)] if isinstance(p, NumberByAttribute) else [p]
    classes = [c.priority for c in draft.scenario.customers.values()]
    return min(least) + min([0.0, *classes])


def _some_go_last(draft: Draft) -> bool:
    """Whether some call-backs go to the end of the line: then all others stand one level above them."""
    return any(c.call_back is not None and not c.call_back.keeps_place for c in draft.scenario.channels.values())


def _picks(draft: Draft, edges: list[Edge]) -> list[Picks]:
    """How those who serve a step choose."""
    pools = {e.pool for e in edges}
    return [
        group.picks
        for name, group in draft.scenario.agent_groups.items()
        if any(pool in pools for pool, _ in draft.pools[name])
    ]


def _scores(draft: Draft, kind: Kind, edges: list[Edge]) -> list[Picks]:
    """Scores by which those who serve a step choose; only one is possible."""
    found = list(dict.fromkeys(p for p in _picks(draft, edges) if p.order == "score"))
    if len(found) > 1:
        draft.problems.append(
            f"agent groups that serve {kind.name} pick by different points; a contact has one score: give them the same"
        )
    return found


def _score(
    picks: Picks,
    priority: float | NumberByAttribute,
    classes: list[float],
    head_start: float | NumberByAttribute,
    ahead: list[float],
) -> dict[str, Any]:
    """Score of a contact: for the minutes waited and overdue, and for its priority."""
    level = 0.0 if isinstance(priority, NumberByAttribute) else priority
    known = 0.0 if isinstance(head_start, NumberByAttribute) else head_start
    ahead = ahead or [0.0] * len(classes)
    numbers = [picks.priority * (level + c) + picks.waited * (known + a) for c, a in zip(classes, ahead, strict=True)]
    base, by_customer = class_terms(numbers)
    terms = [Term(Source("waited"), picks.waited)]
    if picks.overdue:
        terms.append(Term(Source("lateness"), picks.overdue, 0.0))
    return {"score": Predictor(base, (*terms, *by_customer))}


def due_and_order(
    draft: Draft, kind: Kind, edges: list[Edge], promise: Promise | None, at_last: Promise | None
) -> dict[str, Any]:
    """Due time and order in line, where an agent group that serves the kind picks by them.

    Parameters
    ----------
    draft, kind, edges : as ever
        Whose line, and who serves it.
    promise : Promise or None
        On the time from joining the line.
    at_last : Promise or None
        On the time since the contact was born, taken where there is no other.
    """
    picks = _picks(draft, edges)
    found: dict[str, Any] = {}
    if any(p.order == "earliest_due" or p.overdue for p in picks):
        made = promise if promise is not None else at_last
        if made is not None:
            calendar = clock_calendar(draft, made, kind.channel)
            found = {"due": Constant(made.within), "due_calendar": calendar}
            if promise is None:
                found["due_from"] = "birth"
    if picks and all(p.order == "earliest_due" for p in picks):
        found["order"] = "due"
    return found


def clock_calendar(draft: Draft, promise: Promise, channel: str) -> str | None:
    """Calendar on which a promise counts; None for elapsed time."""
    if promise.clock == "open":
        return draft.openings[channel]
    return BUSINESS if promise.clock == "business" else None
