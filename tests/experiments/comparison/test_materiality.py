"""Which differences count: one threshold per kind of measure, and four answers to how much a difference matters."""

from __future__ import annotations

from math import nan

import numpy as np
import pytest

from experiments.comparison.comparison import Policy
from experiments.comparison.contrasts import _best, contrast
from experiments.comparison.main_rows import main_rows
from experiments.comparison.materiality import Size, size_of, smallest_worthwhile, threshold
from experiments.replication.replications import replicate
from experiments.report.catalogue import words
from experiments.report.comparison_document import comparison_document
from experiments.report.headline import headline
from sim import load, lower
from tests.experiments.desks import MINIMAL
from tests.experiments.report.comparisons import NOTHING, SAME, D, difference, row


@pytest.mark.parametrize(
    ("measure", "unit", "base", "least"),
    [
        ("service_level", "share", 0.1, 0.005),
        ("meets_target", "share", 0.9, 0.05),
        ("meets_target_day", "share", nan, 0.05),
        ("asa", "min", 450.0, 22.5),
        ("asa", "min", 0.2, 2 / 60),
        ("asa", "min", nan, 2 / 60),
        ("queue_length", "jobs", 3.0, 1.0),
        ("paid_hours", "h", 218.0, 2.18),
        ("overrun_hours", "h", 0.7, 1.0),
        ("human_contacts", "contacts", 80754.0, 807.54),
        ("human_contacts", "contacts", 12.0, 1.0),
        ("contacts_per_ticket", "contacts", 1.05, 0.0105),
        ("carried_load", "Erlang", 18.0, 0.18),
    ],
)
def test_every_kind_of_measure_has_its_smallest_worthwhile_difference(
    measure: str, unit: str, base: float, least: float
) -> None:
    """Points of shares, parts of waits and volumes, and a floor where the base is small; rates have no floor."""
    assert smallest_worthwhile(measure, unit, base) == pytest.approx(least)


@pytest.mark.parametrize(
    ("d", "size"),
    [
        (D(0.06, 0.01), "worthwhile"),
        (D(0.005, 0.004), "worthwhile"),
        (D(-0.006, 0.008, 0.0, 0.07), "worthwhile"),
        (D(0.004, 0.003), "small"),
        (D(-0.004, 0.005, 0.0, 0.06), "small"),
        (D(-0.0001, 0.00005), "nothing"),
        (D(0.001, 0.003, 0.0, 0.7), "nothing"),
        (SAME, "nothing"),
        (D(0.01, 0.02, 0.0, 0.8), "open"),
        (NOTHING, "none"),
    ],
)
def test_a_difference_matters_by_its_size_and_its_interval(d: D, size: Size) -> None:
    """Nothing: the whole interval within the threshold, whatever the sign; small: only the sign is known."""
    r = row("service_level", "phone", 0.8, {"b": d})
    assert threshold(r) == 0.005 and size_of(r, r.differences[0]) == size


def test_one_pair_of_histories_says_nothing_of_size() -> None:
    """Without an interval nothing is called worth while."""
    one = difference("b", D(0.3))
    assert np.isnan(one.low) and size_of(row("service_level", "phone", 0.8, {"b": D(0.3)}), one) == "none"


def test_who_is_ahead_by_less_than_is_worth_while_does_not_beat_the_others() -> None:
    """A hundredth of a point is no victory, however sure."""
    names = ["a", "b", "c"]
    larger = np.zeros((3, 3), dtype=bool)
    larger[1, 0] = larger[1, 2] = larger[0, 2] = True
    value = np.array([0.8000, 0.8001, 0.7])
    assert _best(value, larger, "higher", names, 0.005) == ("a", "b")
    assert _best(value, larger, "higher", names, 0.0) == ("b",)
    assert _best(-value, larger.T, "lower", names, 0.005) == ("a", "b")


def test_a_group_that_only_a_policy_has_shows_in_the_hours_of_the_whole_desk() -> None:
    """The base has no such group to be compared with, yet its hours are paid."""
    more = {"agent_groups.night": {"serves": {"phone": "first"}, "headcount": {"mon-sun": {"09:00-12:00": "1"}}}}
    plain = [Policy(n, n, "", n) for n in ("base", "night")]
    runs = [replicate(lower(load(MINIMAL, changes)), 3, workers=1) for changes in ({}, more)]
    found = contrast(plain, runs)
    hours = next(r for r in main_rows(found) if r.measure == "paid_hours" and r.scope_kind == "all")
    assert size_of(hours, hours.differences[0]) == "worthwhile"
    same = contrast(plain, [runs[0], runs[0]])
    assert all(r.scope_kind != "all" for r in main_rows(same))


def test_programs_read_what_counts_and_the_answer() -> None:
    """The document has the sentence, every threshold, and how much each difference matters."""
    policies = [Policy(n, n, "", n) for n in ("base", "quick")]
    desks = [lower(load(MINIMAL, changes)) for changes in ({}, {"contact_types.call.handle_time": "1 min"})]
    found = contrast(policies, [replicate(desk, 3, workers=1) for desk in desks])
    told = comparison_document(found, ["aftersim"], None)
    assert told["headline"] == headline(found, words("en")) and "“quick” is better than “base”" in told["headline"]
    rows = {(r["measure"], r["scope_kind"]): r for r in told["rows"]}
    level, paid = rows["service_level", "channel"], rows["paid_hours", "pool"]
    assert (level["smallest_worthwhile"], level["differences"][0]["size"]) == (0.005, "worthwhile")
    assert (paid["smallest_worthwhile"], paid["differences"][0]["size"]) == (pytest.approx(1.0), "nothing")
