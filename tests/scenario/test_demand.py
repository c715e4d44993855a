"""Orders, reasons, customers, events, incidents and forecasts mean what they say."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from sim.scenario import Scenario, ScenarioProblems, load
from sim.scenario.model import (
    Busyness,
    CustomerClass,
    Delivery,
    Escalation,
    Event,
    Growth,
    Incident,
    OrderDriven,
    Orders,
)
from sim.scenario.model.laws import (
    Constant,
    Exponential,
    Lognormal,
    Never,
    gamma_of_moments,
    lognormal_of_quantiles,
)
from sim.scenario.model.rates import DailyRate, RateTable, rate_steps
from sim.scenario.redraw import redrawn

VALID = Path(__file__).parent / "corpus" / "valid"
SHIPPED = Path(__file__).parents[2] / "scenarios"
SHOP = """
aftersim: 1
period: {start: 2026-03-02, length: 14 d, time_zone: Europe/Berlin}
orders: {per_day: 1000, delivery: {median: 3 d, p90: 5 d, promise: 5 d}}
reasons:
  ask: {when: before_order, per_100_orders: 2.5, handle_time: 5 min}
  where: {when: before_delivery, per_100_orders: 1.7, once_late: times 4, handle_time: 4 min}
  damaged: {when: after_delivery, per_100_orders: 1, handle_time: 9 min}
contact_types:
  job: {channel: mail, per_day: 3, handle_time: 5 min}
channels:
  chat: {share: 70 %, patience: 4 min}
  mail: {share: 30 %, first_response: 90 % within 24 h elapsed}
agent_groups:
  desk: {serves: {chat: first, mail: second}, shifts: {day: {hours: 09:00-18:00, daily: 5}}}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A shop that takes orders."""
    file = tmp_path / "shop.yaml"
    file.write_text(SHOP, encoding="utf-8")
    return file


def orders_of(scenario: Scenario) -> Orders:
    """Give the orders, which are there."""
    assert scenario.orders is not None
    return scenario.orders


def driven(scenario: Scenario, name: str) -> OrderDriven:
    """Give how orders bring a reason."""
    found = scenario.contact_types[name].arrivals
    assert isinstance(found, OrderDriven)
    return found


def problems(path: Path, changes: dict[str, object]) -> list[str]:
    """Give the rules of the problems of a file."""
    with pytest.raises(ScenarioProblems) as caught:
        load(path, changes)
    return [problem.rule for problem in caught.value.problems]


def test_baseline_is_read_in_full() -> None:
    """The first page of the language: orders, six reasons on four channels, what is given directly."""
    scenario = load(SHIPPED / "baseline.yaml")
    rate = orders_of(scenario).rate
    assert isinstance(rate, DailyRate)
    assert rate.per_day == (32400, 31200, 30000, 29400, 29400, 28200, 29400)
    assert orders_of(scenario).delivery == Delivery(time=lognormal_of_quantiles(4320, 7200), promise=7200)
    assert driven(scenario, "where_is_my_order") == OrderDriven(when="before_delivery", per_order=0.017, once_late=4)
    assert driven(scenario, "product_question") == OrderDriven(when="before_order", per_order=0.025)
    assert driven(scenario, "complaint").lag == lognormal_of_quantiles(1440, 5760)
    shares = {"chat": 0.68, "phone": 0.17, "email": 0.1, "social": 0.05}
    assert all(scenario.contact_types[name].channels == shares for name in ("complaint", "where_is_my_refund"))
    assert len(scenario.kinds) > 20
    assert scenario.warnings == ()


def test_weekday_factors_multiply_and_missing_ones_are_one(shop: Path) -> None:
    """Factors work on the number written for a day, by weekday or not; what is missing is noted."""
    changed = load(shop, {"orders.per_day": {"mon-fri": 1000, "sat": 500}, "orders.weekday": {"mon": 1.1, "sat": 2}})
    rate = orders_of(changed).rate
    assert isinstance(rate, DailyRate)
    assert rate.per_day == (1100, 1000, 1000, 1000, 1000, 1000, 0)
    assert "orders.weekday.tue,wed,thu,fri,sun" in {d.path for d in changed.defaults}


@pytest.mark.parametrize(
    ("text", "growth"),
    [
        ("2 % per week", Growth(share=0.02, per=10080)),
        ("-5 % per year", Growth(share=-0.05, per=525600)),
        ("0.1 % per day", Growth(share=0.001, per=1440)),
        ("3% per month", Growth(share=0.03, per=43200)),
        ("none", None),
    ],
)
def test_growth_says_its_stretch(shop: Path, text: str, growth: Growth | None) -> None:
    """A share per day, week, month of 30 days or year of 365 days."""
    assert orders_of(load(shop, {"orders.growth": text})).growth == growth


def test_every_way_to_write_a_delivery(shop: Path) -> None:
    """A mean, a law beside its promise, a law under time."""
    usual = Lognormal(mean=4320, sd=1728)
    for written, meant in (
        ("3 d", Delivery(time=usual)),
        (
            {"mean": "3 d", "law": "gamma", "sd": "1 d", "promise": "4 d"},
            Delivery(time=gamma_of_moments(4320, 1440), promise=5760),
        ),
        ({"time": {"constant": "2 d"}, "promise": "none"}, Delivery(time=Constant(value=2880))),
        ({"constant": "2 d", "promise": "1 w"}, Delivery(time=Constant(value=2880), promise=10080)),
        ({"value": "3 d", "between": ["2 d", "4 d"]}, Delivery(time=usual)),
    ):
        base = SHOP.replace("{median: 3 d, p90: 5 d, promise: 5 d}", "1 d")
        shop.write_text(base, encoding="utf-8")
        assert orders_of(load(shop, {"orders.delivery": written})).delivery == meant


def test_lateness_needs_a_promise(shop: Path) -> None:
    """A factor for late orders has no effect where nothing is promised, and says so."""
    warnings = load(shop, {"orders.delivery.promise": "none"}).warnings
    assert [w.path for w in warnings] == ["reasons.where.once_late"]
    assert load(shop).warnings == ()


def test_busyness_of_the_scenario_is_that_of_the_orders_too(shop: Path) -> None:
    """Orders share it unless they have their own; a reason adds its own on top."""
    plain = load(shop)
    assert orders_of(plain).busyness == Busyness(factor="all")
    assert plain.contact_types["ask"].busyness == Busyness(factor="none")
    shared = load(shop, {"busyness": {"day_sd": {"value": "10 %", "between": ["5 %", "20 %"]}}})
    assert orders_of(shared).busyness == shared.contact_types["job"].busyness == Busyness(factor="all", day_sd=0.1)
    drawn = redrawn(shared, {"busyness.day_sd": "15 %"})
    assert orders_of(drawn).busyness == drawn.contact_types["job"].busyness == Busyness(factor="all", day_sd=0.15)
    own = load(
        shop,
        {
            "busyness": {"day_sd": "10 %"},
            "orders.busyness": {"day_sd": "5 %"},
            "reasons.ask.busyness": {"day_sd": "2 %"},
        },
    )
    assert orders_of(own).busyness == Busyness(factor="orders", day_sd=0.05)
    assert own.contact_types["ask"].busyness == Busyness(factor="ask", day_sd=0.02)


def test_reasons_come_by_the_shares_of_the_channels(shop: Path) -> None:
    """Unless they say their own; a single channel takes all; a share of nothing is left out."""
    scenario = load(shop, {"reasons.ask.channels": {"chat": "100 %", "mail": "0 %"}})
    assert scenario.contact_types["where"].channels == {"chat": 0.7, "mail": 0.3}
    assert scenario.contact_types["ask"].channels == {"chat": 1.0}
    assert [k for k in scenario.kinds if k.endswith("ask")] == ["ask"]
    text = SHOP.replace("  mail: {share: 30 %, first_response: 90 % within 24 h elapsed}\n", "")
    text = text.replace("share: 70 %, ", "").replace(", mail: second", "").replace("channel: mail", "channel: chat")
    shop.write_text(text, encoding="utf-8")
    assert load(shop).contact_types["where"].channels == {"chat": 1.0}


def test_rounded_shares_are_made_to_fit(shop: Path) -> None:
    """Three times 33.33 % is everything; 99 % is not."""
    thirds = {"reasons.ask.channels": {"chat": "33.33 %", "mail": "66.66 %"}}
    assert sum(load(shop, thirds).contact_types["ask"].channels.values()) == pytest.approx(1.0, abs=1e-12)
    assert load(shop, {"channels.chat.share": "70.01 %"}).contact_types["ask"].channels["chat"] == pytest.approx(
        0.70003, abs=1e-5
    )
    assert problems(shop, {"channels.chat.share": "69 %"}) == [
        "the shares of the channels add up to 99 %, not to 100 %"
    ]
    own = {f"reasons.{name}.channels": "chat" for name in ("ask", "where", "damaged")}
    assert load(shop, {"channels.chat.share": "69 %", **own}).contact_types["ask"].channels == {"chat": 1.0}


def test_drawn_shares_add_up(shop: Path) -> None:
    """The share that was drawn stays, the others fill up what it leaves; also for the shares of channels."""
    ranged = {"value": "70 %", "between": ["60 %", "80 %"]}
    scenario = load(shop, {"channels.chat.share": ranged, "reasons.ask.channels": {"mail": ranged, "chat": "30 %"}})
    drawn = redrawn(scenario, {"channels.chat.share": "76 %", "reasons.ask.channels.mail": "64 %"})
    assert drawn.contact_types["where"].channels == pytest.approx({"chat": 0.76, "mail": 0.24})
    assert drawn.contact_types["ask"].channels == pytest.approx({"mail": 0.64, "chat": 0.36})


def test_handle_time_by_channel(shop: Path) -> None:
    """Each channel has its law, the others that of `other`; all are numbers that may be drawn."""
    by_channel = {"chat": {"value": "6 min", "between": ["5 min", "7 min"]}, "other": {"constant": "3 min"}}
    scenario = load(shop, {"reasons.ask.handle_time": by_channel})
    assert scenario.kinds["chat/ask"].handle_time == Lognormal(mean=6, sd=4.8)
    assert scenario.kinds["mail/ask"].handle_time == Constant(value=3)
    drawn = redrawn(scenario, {"reasons.ask.handle_time.chat": "5 min"})
    assert drawn.kinds["chat/ask"].handle_time == Lognormal(mean=5, sd=4)
    known = load(shop, {"reasons.ask.handle_time": {"mail": "5 min", "chat": "6 min"}})
    assert known.contact_types["ask"].handle_time == Lognormal(mean=6, sd=4.8)  # that of most of its contacts
    assert "reasons.ask.handle_time.other" in {d.path for d in known.defaults}


def test_patience_of_a_type_goes_before_that_of_its_channel(shop: Path) -> None:
    """`channel`, or nothing, leaves it to the channel."""
    for written, meant in (("channel", None), ("never", Never()), ("2 min", Exponential(mean=2))):
        scenario = load(shop, {"reasons.ask.patience": written})
        assert scenario.contact_types["ask"].patience == meant
        assert scenario.kinds["chat/ask"].patience == (Exponential(mean=4) if meant is None else meant)
    assert load(shop).contact_types["ask"].patience is None


def test_escalation_goes_to_groups_in_their_order(shop: Path) -> None:
    """One group or several; without a handle time of its own it takes as long as before."""
    more: dict[str, object] = {
        "agent_groups.experts": {"serves": {"mail": 1}, "headcount": {"daily": {"00:00-24:00": 1}}}
    }
    full = load(shop, {**more, "reasons.ask.escalation": {"share": "10 %", "to": ["experts", "desk"], "warm": "yes"}})
    meant = Escalation(share=0.1, to=("experts", "desk"), handle_time=Lognormal(mean=5, sd=4), warm=True)
    assert full.contact_types["ask"].escalation == meant
    brief = load(shop, {"contact_types.job.escalation": {"share": "5 %", "to": "desk", "handle_time": "1 min"}})
    assert brief.contact_types["job"].escalation == Escalation(
        share=0.05, to=("desk",), handle_time=Lognormal(mean=1, sd=0.8)
    )


def test_factors_are_written_as_words_or_numbers(shop: Path) -> None:
    """`times 4` and `4` are the same, and a policy gives a new factor where a factor is written."""
    assert driven(load(shop, {"reasons.where.once_late": "5"}), "where").once_late == 5
    policy = shop.with_name("policy.yaml")
    policy.write_text(
        "extends: shop.yaml\nchange:\n  reasons.where.once_late: times 5\n"
        "  customers.vip: {share: 5 %, patience: times 0.5}\n"
    )
    changed = load(policy)
    assert driven(changed, "where").once_late == 5
    assert changed.customers == {"vip": CustomerClass(share=0.05, patience=0.5)}
    again = load(policy, {"customers.vip.patience": "times 0.4"})
    assert again.customers["vip"].patience == 0.4


def test_factor_with_a_range_is_drawn(shop: Path) -> None:
    """`times 4` may be anything between `times 2` and `times 8`."""
    change = {"reasons.where.once_late": {"value": "times 4", "between": ["times 2", "times 8"]}}
    assert load(shop, {"reasons.where.once_late": {"times": 4, "between": [2, 8]}}) == load(
        shop, {"reasons.where.once_late": {"value": 4, "between": [2, 8]}}
    )
    scenario = load(
        shop, {**change, "orders.growth": {"value": "2 % per week", "between": ["1 % per week", "3 % per week"]}}
    )
    ranges = {r.path: r for r in scenario.ranges}
    drawn = redrawn(scenario, {path: r.drawn(1.96) for path, r in ranges.items()})
    assert driven(drawn, "where").once_late == pytest.approx(8, rel=1e-3)
    growth = orders_of(drawn).growth
    assert growth is not None
    assert growth.share == pytest.approx(0.03, rel=1e-3)


def test_reference_of_orders_is_that_of_the_first_text(shop: Path) -> None:
    """More orders by a policy or a draw leave the rate to which luck is tied; so do factors by weekday."""
    base = orders_of(load(shop))
    assert base.reference == base.rate
    for path, value in (("orders.per_day", "times 1.1"), ("orders.weekday", {"mon": 2}), ("orders.hour", "flat")):
        changed = orders_of(load(shop, {path: value}))
        assert (changed.rate != base.rate) == (path != "orders.hour")
        assert changed.reference == base.rate
    ranged = load(shop, {"orders.per_day": {"value": 1000, "between": [900, 1200]}})
    drawn = orders_of(redrawn(ranged, {"orders.per_day": "1100"}))
    assert isinstance(drawn.rate, DailyRate)
    assert drawn.rate.per_day[0] == 1100
    assert drawn.reference == base.rate


def test_events_and_incidents_are_resolved(shop: Path) -> None:
    """A wave, one day, several days, hours of the first day; a strike, and contacts that are added."""
    made = load(
        shop,
        {
            "events": {
                "wave": {"start": "2026-03-03", "days": [1.5, 6, 3]},
                "day": {"start": "2026-03-05", "orders": "times 3", "hours": {"00:00-02:00": 4, "23:00-24:00": 0}},
                "two": {"start": "2026-03-05", "orders": 3, "days": 2},
                "jobs": {"start": "2026-03-05", "contacts": "times 2", "contact_types": "job"},
            },
            "incidents": {
                "strike": {"start": "2026-03-09 10:00", "end": "2026-03-12 18:00", "contacts": {"where": "times 5"}},
                "recall": {
                    "start": "2026-03-09",
                    "end": "2026-03-10",
                    "contact_types": ["damaged", "ask"],
                    "adds": 400,
                    "fading": "6 h",
                },
            },
        },
    )
    assert made.events == {
        "wave": Event(start=date(2026, 3, 3), factors=(1.5, 6, 3)),
        "day": Event(start=date(2026, 3, 5), factors=(3,), hours=(4, 4, *(1,) * 21, 0)),
        "two": Event(start=date(2026, 3, 5), factors=(3, 3)),
        "jobs": Event(start=date(2026, 3, 5), factors=(2,), contact_types=("job",)),
    }
    nine, ten, end = datetime(2026, 3, 9, 10), datetime(2026, 3, 10), datetime(2026, 3, 12, 18)
    assert made.incidents == {
        "strike": Incident(start=nine, end=end, contact_types=("where",), factor=5),
        "recall": Incident(start=datetime(2026, 3, 9), end=ten, contact_types=("damaged", "ask"), adds=400, fading=360),
    }


def test_hours_of_holidays_need_holidays(shop: Path) -> None:
    """They are read, and are said to have no effect where no holiday is kept."""
    hours = {"channels.chat.open": "daily 09:00-18:00 holiday closed"}
    assert [w.path for w in load(shop, hours).warnings] == ["channels.chat.open"]
    assert load(shop, {**hours, "period.holidays": "DE"}).warnings == ()


@pytest.mark.parametrize(
    ("start", "warns"), [("2026-03-16", True), ("2026-03-15", False), ("2026-02-28", True), ("2026-03-01", False)]
)
def test_event_outside_of_the_period_is_a_warning(shop: Path, start: str, warns: bool) -> None:
    """A mistyped year is noticed; warm-up counts as inside."""
    said = load(shop, {"events.sale": {"start": start, "days": [2]}, "period.warm_up": "1 d"}).warnings
    assert bool(said) == warns
    after = {"start": "2026-03-16 00:00", "end": "2026-03-17", "contact_types": "job", "adds": 3}
    assert len(load(shop, {"incidents.fire": after}).warnings) == 1


def test_forecast_gives_rates_and_shares_a_channel() -> None:
    """Totals of a channel go to its types by their own rates; a series of a type's own name goes first."""
    scenario = load(VALID / "forecast.yaml")
    types = scenario.contact_types

    def tuesday(rate: object) -> float:
        assert isinstance(rate, RateTable)
        steps = rate_steps(rate, scenario.period, 1440, 2880)
        return float((steps.edges[1:] - steps.edges[:-1]) @ steps.rates)

    assert [tuesday(types[name].arrivals) for name in ("call", "chaser", "vip", "mail")] == pytest.approx(
        [33, 11, 7, 59]
    )
    assert tuesday(orders_of(scenario).rate) == pytest.approx(1100)
    ask = types["ask"].arrivals
    assert isinstance(ask, DailyRate)
    assert ask.per_day[0] == 8
    assert types["call"].reference == types["call"].arrivals
    assert isinstance(types["vip"].reference, DailyRate)  # as written


def test_forecast_of_a_policy_keeps_the_reference_of_the_base(tmp_path: Path) -> None:
    """Luck stays tied to the rates with which the type was first defined."""
    (tmp_path / "shop.yaml").write_text(SHOP, encoding="utf-8")
    rows = "".join(f"2026-03-{day:02d},job,9\n2026-03-{day:02d},orders,2000\n" for day in range(2, 16))
    (tmp_path / "more.csv").write_text(f"date,channel,contacts\n{rows}", encoding="utf-8")
    (tmp_path / "policy.yaml").write_text(
        "extends: shop.yaml\nchange: {forecast: {file: more.csv}}\n", encoding="utf-8"
    )
    base, policy = load(tmp_path / "shop.yaml"), load(tmp_path / "policy.yaml")
    assert isinstance(policy.contact_types["job"].arrivals, RateTable)
    assert policy.contact_types["job"].reference == base.contact_types["job"].arrivals
    assert isinstance(orders_of(policy).rate, RateTable)
    assert orders_of(policy).reference == orders_of(base).rate
    more = load(tmp_path / "policy.yaml", {"contact_types.job.per_day": {"value": 5, "between": [4, 6]}})
    drawn = redrawn(more, {"contact_types.job.per_day": "6"})
    assert drawn.contact_types["job"] == more.contact_types["job"]  # its own rate shares the forecast and is no rate


def test_table_of_orders_is_not_read_again_in_a_redraw(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rates and deliveries from files stay the same while the promise is drawn."""
    scenario = load(VALID / "orders_by_table.yaml")
    monkeypatch.setattr("sim.scenario.text.tables.read_bytes", None)
    drawn = redrawn(scenario, {"orders.delivery.promise": "3.5 d"})
    one, two = orders_of(scenario).delivery, orders_of(drawn).delivery
    assert one is not None and two is not None
    assert (two.promise, two.time) == (3.5 * 1440, one.time)
    assert orders_of(drawn).rate == orders_of(scenario).rate


@pytest.mark.parametrize("name", ["orders.yaml", "orders_by_table.yaml", "policy_on_orders.yaml", "forecast.yaml"])
def test_stated_values_give_the_same_scenario(name: str) -> None:
    """Nothing drawn, or everything drawn as it is written, changes nothing; every range changes something."""
    scenario = load(VALID / name)
    assert redrawn(scenario, {r.path: r.drawn(0.0) for r in scenario.ranges}) == scenario
    for r in scenario.ranges:
        assert any(redrawn(scenario, {r.path: r.drawn(z)}) != scenario for z in (-1.9, 1.9)), r.path
