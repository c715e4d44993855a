"""Where contacts are born: rates, logs and orders as streams."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from sim.lowering.draft import Draft
from sim.lowering.lags import contacts_by, lags_of
from sim.lowering.laws import attributes_read
from sim.lowering.levels import added, grown, level_of, with_events, with_incidents
from sim.lowering.operation import Role
from sim.machine import Busyness, Clause, Constant, Mixture, Predictor, Source, Term, Timeline
from sim.machine import Law as MachineLaw
from sim.scenario.model import Busyness as Factor
from sim.scenario.model import ContactType, OrderDriven, Scenario
from sim.scenario.model.logs import Log
from sim.scenario.model.order_flow import ContactFlow, contact_flow
from sim.scenario.model.period import Period
from sim.scenario.model.rates import Rate, rate_steps

CUSTOMER = "class of customer"
"""Attribute that tells the class of the customer: 0 for all others, then the classes in their order."""

PER_ORDER = 0.01
"""Contacts per order to which the luck of every reason is tied: raising or lowering the share keeps the others."""


def lower_busyness(draft: Draft, strata: int) -> None:
    """Add the random factors on the rates."""
    scenario = draft.scenario
    factors = {c.busyness.factor: c.busyness for c in scenario.contact_types.values()}
    if scenario.orders is not None:
        factors[scenario.orders.busyness.factor] = scenario.orders.busyness
    for b in factors.values():
        if b.day_sd > 0.0 or b.within_day_sd > 0.0:
            draft.builder.busyness(
                Busyness(
                    b.factor, b.day_sd, b.day_correlation, b.within_day_sd, b.within_day_correlation, strata=strata
                )
            )


def lower_demand(draft: Draft, name: str) -> None:
    """Add the stream of a contact type, and what lies between its birth and its channel."""
    scenario, builder = draft.scenario, draft.builder
    contact_type = scenario.contact_types[name]
    period, stop = scenario.period, draft.stop
    arrivals = contact_type.arrivals
    to = _choice_of_channel(draft, name, contact_type)
    attributes = customer_classes(draft)
    events = [e for e in scenario.events.values() if name in e.contact_types]
    incidents = [i for i in scenario.incidents.values() if name in i.contact_types]
    for label, incident in scenario.incidents.items():
        extra = added(incident, period) if name in incident.contact_types else None
        if extra is not None:
            builder.stream(by_incident(name, label), to, extra, attributes=attributes)
            draft.sources[by_incident(name, label)] = name
            draft.volumes[name] += incident.adds
    draft.sources[name] = name
    if isinstance(arrivals, Log):
        draft.volumes[name] += sum(0.0 <= t < period.length for t in arrivals.times)
        builder.recorded(
            name,
            to,
            arrivals.times,
            columns={a.name: a.values for a in arrivals.attributes if a.name in _columns(contact_type)},
            first_row=arrivals.first_row,
            attributes=attributes,
        )
        return
    if isinstance(arrivals, OrderDriven):
        assert scenario.orders is not None
        factors = [scenario.orders.busyness, contact_type.busyness]
        flow = contact_flow(arrivals, scenario.orders.delivery)
        rate = bringing_rate(scenario, flow, stop)
        first = rate_timeline(scenario.orders.reference, period, stop)
        reference = Timeline(first.times, first.values * PER_ORDER)
        if flow.delivery is not None or flow.lag is not None:
            level = level_of(events, incidents, period, -period.warm_up, stop)
            if level is not None:
                to = _beside_orders(draft, name, flow, level, to, _names(factors), attributes)
                events, incidents = [], []
            to = _after_orders(draft, name, flow, to)
        rate = with_events(rate, events, period)
    else:
        assert contact_type.reference is not None
        rate = with_events(rate_timeline(arrivals, period, stop), events, period)
        reference = rate_timeline(contact_type.reference, period, stop)
        factors = [contact_type.busyness]
    rate = with_incidents(rate, incidents, period)
    draft.volumes[name] += rate.integral(0.0, period.length)
    builder.stream(
        name,
        to,
        rate,
        reference=reference,
        busyness=_names(factors),
        attributes=attributes,
    )


def customer_classes(draft: Draft) -> dict[str, MachineLaw]:
    """Attribute drawn at birth: the class of the customer."""
    classes = draft.scenario.customers
    if not classes:
        return {}
    shares = [c.share for c in classes.values()]
    rest = 1.0 - sum(shares)
    weights = {float(i): w for i, w in enumerate((rest if rest > 1e-9 else 0.0, *shares)) if w > 0.0}
    law: MachineLaw = Mixture(tuple(weights.values()), tuple(Constant(i) for i in weights))
    return {CUSTOMER: law}


@lru_cache(maxsize=64)  # a reference stays while its rate is drawn
def rate_timeline(rate: Rate, period: Period, stop: float) -> Timeline:
    """Expected births per minute over warm-up, period and the time followed after it."""
    steps = rate_steps(rate, period, -period.warm_up, stop)
    return Timeline(steps.edges, np.append(steps.rates, 0.0))


def order_rate(scenario: Scenario, stop: float) -> Timeline:
    """Expected orders per minute, with growth and campaigns."""
    orders, period = scenario.orders, scenario.period
    assert orders is not None
    events = [e for e in scenario.events.values() if not e.contact_types]
    return with_events(grown(rate_timeline(orders.rate, period, stop), orders.growth), events, period)


def bringing_rate(scenario: Scenario, flow: ContactFlow, stop: float) -> Timeline:
    """Expected orders per minute that bring a contact of a reason.

    An order that brings none makes no job: the stream of orders is thinned, which is exact (Poisson), and only the lag
    of those that do is drawn.
    """
    base = order_rate(scenario, stop)
    return Timeline(base.times, base.values * flow.probability)


def _after_orders(draft: Draft, name: str, flow: ContactFlow, to: str) -> str:
    """Add the time from order to contact; gives its first step."""
    words = [word for word, law in (("delivery", flow.delivery), ("lag", flow.lag)) if law is not None]
    for word, (law, customers) in reversed(list(zip(words, lags_of(flow), strict=True))):
        step = draft.step(word, name)
        draft.roles[step] = Role("passage", name)
        draft.builder.delay(step, law, calendar=draft.customers_clock() if customers else None)
        draft.builder.route(step, "done", to)
        to = step
    return to


def _beside_orders(
    draft: Draft,
    name: str,
    flow: ContactFlow,
    level: Timeline,
    to: str,
    busyness: tuple[str, ...],
    attributes: dict[str, MachineLaw],
) -> str:
    """Multiply contacts that orders brought earlier, at the time at which they come; gives where the others go.

    What there is beyond the usual is a stream of its own, so many times the usual as expected at that time; what there
    is less stays away.
    """
    above = np.maximum(level.values - 1.0, 0.0)
    if above.any():
        usual = usual_rate(draft, flow, level)
        rate = Timeline(usual.times, usual.values * (np.maximum(level.sample(usual.times), 1.0) - 1.0))
        draft.builder.stream(beyond_usual(name), to, rate, reference=usual, busyness=busyness, attributes=attributes)
        draft.sources[beyond_usual(name)] = name
        draft.volumes[name] += rate.integral(0.0, draft.scenario.period.length)
    below = np.maximum(1.0 - level.values, 0.0)
    if not below.any():
        return to
    step = draft.step("spared", name)
    draft.roles[step] = Role("passage", name)
    draft.builder.delay(step, Constant(0.0))
    away = Predictor(0.0, (Term(Source("time", table=Timeline(level.times, below)), 1.0),))
    draft.builder.route(step, "done", Clause(f"{step} stays away", probability=away), Clause(f"{step} comes", to=to))
    return step


def beyond_usual(name: str) -> str:
    """Name of the stream of contacts that come on top of those of orders."""
    return f"{name} beyond the usual"


def by_incident(name: str, label: str) -> str:
    """Name of the stream of contacts of a type that an incident adds."""
    return f"{name} by {label}"


def usual_rate(draft: Draft, flow: ContactFlow, level: Timeline) -> Timeline:
    """Contacts of orders expected per minute at the time at which they come, while they are more than usual.

    It is known by the hour, and by the quarter of an hour near a change of the level.
    """
    start = -draft.scenario.period.warm_up
    rate = bringing_rate(draft.scenario, flow, draft.stop)
    hours = np.append(np.arange(start, draft.stop, 60.0), draft.stop)
    edges = np.union1d(hours, np.clip(level.times, start, draft.stop))
    reached = contacts_by(rate, lags_of(flow), draft.clock, start, edges)
    return Timeline(edges, np.append(np.maximum(np.diff(reached), 0.0) / np.diff(edges), 0.0))


def _names(factors: list[Factor]) -> tuple[str, ...]:
    """Random factors that move anything, each once."""
    return tuple(dict.fromkeys(b.factor for b in factors if b.day_sd > 0.0 or b.within_day_sd > 0.0))


def _choice_of_channel(draft: Draft, name: str, contact_type: ContactType) -> str:
    """First step of a contact type; several channels are chosen among by their shares."""
    shares = {c: s for c, s in contact_type.channels.items() if s > 0.0}
    fronts = {c: draft.front(draft.kind_on(name, c)) for c in shares}
    if len(shares) == 1:
        return next(iter(fronts.values()))
    step = draft.step("arrive", name)
    draft.roles[step] = Role("passage", name)
    draft.builder.delay(step, Constant(0.0))
    draft.builder.route(step, "done", *shared(step, {c: (fronts[c], s) for c, s in shares.items()}))
    return step


def shared(name: str, ways: dict[str, tuple[str, float]], again: bool = False) -> list[Clause]:
    """Clauses that send a job to one of several steps by their shares (which sum to 1).

    They are named after the way, not after the step, so that a bot or a door that is put there changes nobody's choice.
    """
    clauses = []
    left = 1.0
    last = list(ways)[-1]
    for way, (step, share) in ways.items():
        chance = 1.0 if way == last else min(share / left, 1.0)
        clauses.append(Clause(f"{name} to {way}", probability=chance, to=step, again=again))
        left = max(left - share, 1e-12)
    return clauses


def _columns(contact_type: ContactType) -> set[str]:
    """Recorded columns that anything about a contact type reads."""
    laws = [contact_type.handle_time, contact_type.after_contact_work, *contact_type.handle_time_on.values()]
    laws += [] if contact_type.patience is None else [contact_type.patience]
    laws += [] if contact_type.escalation is None else [contact_type.escalation.handle_time]
    return set[str]().union(
        *(attributes_read(law) for law in laws),
        attributes_read(contact_type.priority),
        attributes_read(contact_type.head_start),
    )
