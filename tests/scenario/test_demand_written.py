"""Whatever the demand of a scenario is, it is written so that the same is read."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.scenario import Scenario, dump, load
from sim.scenario.model import (
    Busyness,
    ContactType,
    CustomerClass,
    Delivery,
    Escalation,
    Event,
    Growth,
    Incident,
    OrderDriven,
    Orders,
)
from sim.scenario.model.cells import DatedCells, WeeklyCells
from sim.scenario.model.kinds import kinds_of
from sim.scenario.model.laws import Constant, Exponential, Law, Lognormal, Never, Quantiles, lognormal_of_quantiles
from sim.scenario.model.profiles import PROFILES
from sim.scenario.model.rates import DailyRate, RateTable
from sim.scenario.text.units import seven

SHOP = """
aftersim: 1
period: {start: 2026-03-02, length: 14 d, time_zone: Europe/Berlin}
contact_types: {job: {channel: mail, per_day: 3, handle_time: 5 min}}
channels:
  chat: {patience: 4 min}
  mail: {first_response: 90 % within 24 h elapsed}
agent_groups:
  desk: {serves: {chat: first, mail: second}, shifts: {day: {hours: 09:00-18:00, daily: 5}}}
"""
POSITIVE = st.sampled_from([0.1, 1.0, 2.5, 7.0, 1 / 3, 120.0, 4321.0])
SHARES = st.sampled_from([0.0, 0.017, 0.3, 1 / 3, 0.5, 1.0])
LAWS: st.SearchStrategy[Law] = st.one_of(
    st.builds(Constant, value=POSITIVE),
    st.builds(Exponential, mean=POSITIVE),
    POSITIVE.map(lambda mean: Lognormal(mean=mean, sd=mean / 3)),
    st.just(lognormal_of_quantiles(3.0, 7.0)),
    st.just(Quantiles(shares=(0.0, 1 / 3, 1.0), minutes=(0.0, 7.0, 100 / 3))),
)
NUMBERS = st.sampled_from([0.0, 0.25, 1.0, 1 / 3, 12.5])
WEEKS = st.lists(NUMBERS, min_size=7, max_size=7).filter(any).map(seven)
RATES = st.one_of(
    st.builds(DailyRate, per_day=WEEKS, profile=st.just(PROFILES["flat"].weights), profile_name=st.just("flat")),
    st.builds(DailyRate, per_day=WEEKS, profile=st.lists(NUMBERS, min_size=48, max_size=48).filter(any).map(tuple)),
    st.just(RateTable(cells=WeeklyCells(cell=30, week=seven([(1 / 3, 2.0)] * 7)))),
    st.just(RateTable(cells=DatedCells(cell=60, days=((date(2026, 3, 3), (0.0, 1.5)),)))),
)
BUSY = st.builds(Busyness, factor=st.just("x"), day_sd=SHARES, day_correlation=st.sampled_from([0.0, 0.5]))
DELIVERIES = st.builds(Delivery, time=LAWS, promise=st.none() | POSITIVE)
GROWTHS = st.builds(Growth, share=st.sampled_from([-0.05, 0.02, 1 / 300]), per=st.sampled_from([43200.0, 525600.0]))
DRIVEN = st.one_of(
    st.builds(OrderDriven, when=st.just("before_order"), per_order=SHARES),
    st.builds(OrderDriven, when=st.just("before_delivery"), per_order=SHARES, once_late=NUMBERS),
    st.builds(OrderDriven, when=st.just("after_delivery"), per_order=SHARES, once_late=NUMBERS, lag=LAWS),
)
CHANNELS = st.sampled_from([{"chat": 1.0}, {"chat": 0.25, "mail": 0.75}, {"mail": 1 / 3, "chat": 2 / 3}])
HANDLING = {
    "channels": CHANNELS,
    "handle_time": LAWS,
    "after_contact_work": LAWS,
    "patience": st.none() | LAWS | st.just(Never()),
    "priority": st.sampled_from([-1.0, 0.0, 1.0, 7.0]),
    "head_start": NUMBERS,
    "handle_time_on": st.just({}) | st.fixed_dictionaries({"chat": LAWS}),
    "escalation": st.none()
    | st.builds(Escalation, share=SHARES, to=st.just(("desk",)), handle_time=LAWS, warm=st.booleans()),
}
TYPES = ("ask", "where", "job", "press")
MINUTES = st.datetimes(datetime(2026, 3, 1), datetime(2026, 3, 10)).map(lambda t: t.replace(microsecond=0))
EVENTS = st.builds(
    Event,
    start=st.dates(date(2026, 2, 1), date(2026, 4, 1)),
    factors=st.lists(NUMBERS, min_size=1, max_size=4).map(tuple),
    hours=st.just(()) | st.lists(NUMBERS, min_size=24, max_size=24).map(tuple),
    contact_types=st.sampled_from([(), ("job",), ("job", "press")]),
)
INCIDENTS = st.builds(
    Incident,
    start=MINUTES,
    end=st.just(datetime(2026, 3, 12, 9, 30)),
    contact_types=st.sampled_from([("ask",), ("press", "where")]),
    factor=NUMBERS,
    adds=NUMBERS,
    fading=st.none() | POSITIVE,
)
CLASSES = st.builds(
    CustomerClass,
    share=st.sampled_from([0.0, 0.05, 1 / 3]),
    priority=st.sampled_from([0.0, 1.0, -3.0]),
    patience=st.sampled_from([0.5, 1 / 3, 2.0]),
)
SLOW = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large)


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=SLOW)
@given(data=st.data())
def test_what_is_dumped_is_read_back(tmp_path: Path, data: st.DataObject) -> None:
    """Whatever the demand of a scenario is, it is written so that the same is read."""
    shared = data.draw(BUSY).model_copy(update={"factor": "all"})
    own = data.draw(BUSY)

    def busyness(name: str, usual: Busyness) -> Busyness:
        return data.draw(st.sampled_from([usual, own.model_copy(update={"factor": name})]))

    types: dict[str, ContactType] = {}
    for name in TYPES[:2]:
        busy = busyness(name, Busyness(factor="none"))
        made = {word: data.draw(strategy) for word, strategy in HANDLING.items()}
        types[name] = ContactType(arrivals=data.draw(DRIVEN), reference=None, busyness=busy, **made)
    for name in TYPES[2:]:
        made = {word: data.draw(strategy) for word, strategy in HANDLING.items()}
        rates = {"arrivals": data.draw(RATES), "reference": data.draw(RATES)}
        types[name] = ContactType(**rates, busyness=busyness(name, shared), **made)
    orders = Orders(
        rate=data.draw(RATES),
        reference=data.draw(RATES),
        growth=data.draw(st.none() | GROWTHS),
        busyness=busyness("orders", shared),
        delivery=data.draw(DELIVERIES),
    )
    (tmp_path / "shop.yaml").write_text(SHOP, encoding="utf-8")
    base = load(tmp_path / "shop.yaml")
    kinds = kinds_of(types, base.channels, base.repeat_contacts, ())
    skill = next(iter(base.agent_groups["desk"].serves.values()))
    desk = base.agent_groups["desk"].model_copy(update={"serves": dict.fromkeys(kinds, skill)})
    pieces = {
        "orders": orders,
        "contact_types": types,
        "agent_groups": {"desk": desk},
        "customers": data.draw(st.dictionaries(st.sampled_from(["vip", "new"]), CLASSES)),
        "events": data.draw(st.dictionaries(st.sampled_from(["sale", "fair"]), EVENTS)),
        "incidents": data.draw(st.dictionaries(st.sampled_from(["storm", "strike"]), INCIDENTS)),
    }
    fields = {name: getattr(base, name) for name in Scenario.model_fields}
    scenario = Scenario(**{**fields, **pieces})
    (tmp_path / "again.yaml").write_text(dump(scenario), encoding="utf-8")
    again = load(tmp_path / "again.yaml")
    assert again == scenario
    assert again.defaults == ()
