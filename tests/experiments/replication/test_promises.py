"""Promises of a scenario: one service each, on its own clock, judged like the others."""

from __future__ import annotations

import pytest

from experiments.estimates.estimates import estimate
from experiments.estimates.worst_hours import serving, worst_half_hours, worst_hours
from experiments.replication.promises import calendar_of, desk_of, promises_of, services_of
from experiments.replication.replications import Replications, replicate
from experiments.report.catalogue import words
from experiments.report.outcome_tables import half_hour_words, outcome_measures, slow_channels, weeks_of
from experiments.report.run_document import run_document
from sim import load, lower

DESK = """
aftersim: 1
title: Slow and live
period: {start: 2026-03-02, length: 7 d, time_zone: UTC}
contact_types:
  ask: {channels: {email: 60 %, phone: 40 %}, per_day: 100, handle_time: 8 min}
channels:
  phone: {service_level: 80 % within 30 s, open: daily 08:00-20:00, patience: 3 min}
  email:
    first_response: 95 % within 1 h open
    next_response: 80 % within 20 min elapsed
    resolution: 80 % within 20 min business
    open: daily 08:00-20:00
    when_closed: wait
    conversation: {replies: 2, customer_thinks: 2 h}
bot: {channels: [email], session_time: 2 min, containment: {ask: 30 %}, selection: none}
agent_groups:
  desk: {serves: {phone: first, email: second}, shifts: {day: {hours: 08:00-20:00, mon-sun: 1}}}
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Replications:
    """A run with every kind of promise."""
    path = tmp_path_factory.mktemp("desk") / "desk.yaml"
    path.write_text(DESK)
    return replicate(lower(load(path)), 3, workers=1)


def test_every_promise_has_a_service_and_a_clock(desk: Replications) -> None:
    """The first one of a channel has its name; each counts on the calendar that it names."""
    found = promises_of(desk.operation)
    assert [(p.service, p.kind, p.clock) for p in found] == [
        ("phone", "service level", "elapsed"),
        ("email", "first response", "open"),
        ("email next response", "next response", "elapsed"),
        ("email resolution", "resolution", "business"),
    ]
    clocks = [calendar_of(desk.operation, p) for p in found]
    assert clocks == [None, "open:email", None, "business hours"]
    services = {s.name: s for s in services_of(desk.operation)}
    assert services["email resolution"].apart and not services["email"].apart
    assert str(found[3]) == "80 % resolved within 20 min"
    assert found[3].short.endswith("resolution") and "next" in found[2].short


def test_further_promises_are_promises_like_the_others(desk: Replications) -> None:
    """They have a level, a chance to be kept, days on target and hours that break, and no contacts counted twice."""
    e = estimate(desk)
    for scope, measure in (("email next response", "sla_next_response"), ("email resolution", "sla_resolution")):
        level = e.of("service_level", "channel", scope)
        assert 0.0 < level.value < 1.0
        assert level.value == e.of(measure, "channel", "email").value
        for name in ("meets_target", "meets_target_day", "arrivals"):
            assert e.of(name, "channel", scope).value >= 0.0
        assert not e.rows("service_level", "channel", scope, "hour").empty
    assert e.of("service_level", "channel", "email").value == e.of("sla_first_response", "channel", "email").value
    assert e.of("arrivals").value == pytest.approx(
        sum(e.of("arrivals", "channel", c).value for c in ("email", "phone"))
    )


def test_the_worst_half_hours_are_told_in_words_of_both_languages(desk: Replications) -> None:
    """When, how many in time, who waits and who is there."""
    e = estimate(desk)
    found = worst_half_hours(desk, e)
    assert len(found) == 5 and [w.short for w in found] == sorted((w.short for w in found), reverse=True)
    assert {w.promise.service for w in worst_half_hours(desk, e, 400)} >= {w.scope for w in worst_hours(desk, e)}
    first = found[0]
    half = e.rows("service_level", "channel", first.promise.service, "weekday half hour").set_index("label")
    assert half.loc[first.label, "value"] == first.level.value < first.promise.share
    assert serving(desk.operation, first.promise) == ("desk",)
    for language in ("en", "zh"):
        told = half_hour_words(first, words(language))
        assert first.label.split()[1] in told and "%" in told
    assert max(w.staff for w in worst_half_hours(desk, e, 200)) <= 1.0


def test_the_week_is_told_by_weekday_and_hour(desk: Replications) -> None:
    """Seven days, the hours that have contacts, whole percent; the promise that breaks most comes first."""
    e = estimate(desk)
    weeks = weeks_of(desk, e, words("en"))
    assert len(weeks) == 4
    assert worst_hours(desk, e)[0].scope.split()[0] in weeks[0].title.lower()
    phone = next(w for w in weeks if w.title.startswith("phone"))
    assert phone.hours == [str(h) for h in range(8, 20)] and len(phone.days) == 7
    assert all(len(levels) == len(phone.hours) for _, levels in phone.days)


def test_slow_channels_tickets_and_the_bot_are_told_where_there_are_any(desk: Replications) -> None:
    """Only channels that promise a response, that people come back to, or that a bot meets."""
    shown = outcome_measures(desk, estimate(desk))
    assert slow_channels(desk) == ["email"]
    assert ("channel", "email", "first_response_p50") in shown and ("channel", "email", "bot_contained") in shown
    assert not any(scope == "phone" and m.startswith(("bot", "first_response")) for _, scope, m in shown)


def test_the_document_names_clocks_and_half_hours(desk: Replications) -> None:
    """A program reads on which clock a promise counts, and where it breaks."""
    told = run_document(desk, estimate(desk), [], [], [], None)
    assert {p["scope"]: p["clock"] for p in told["promises"]}["email resolution"] == "business"
    assert len(told["worst_half_hours"]) == 5 and "sla_resolution" in told["measures"]


def test_a_desk_knows_bots_and_replies(desk: Replications) -> None:
    """Steps are told apart by what happens there."""
    parts = set(desk_of(desk.operation).parts.values())
    assert {"contact", "reply", "bot"} <= parts
