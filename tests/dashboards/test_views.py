"""What pages show is what the report says."""

from __future__ import annotations

import json
from math import isnan
from typing import Any

import pytest

from dashboards.views.kept_view import find_view, put_view
from dashboards.views.view import WEIGHT
from experiments.comparison.comparison import Comparison
from experiments.comparison.main_rows import main_rows
from experiments.report.catalogue import words
from experiments.report.headline import headline
from experiments.report.heat_maps import LEAST_CONTACTS, week_of
from experiments.report.judgement import Judgement, judged_rows
from experiments.report.verdict_words import colour, sure_words
from sim.measures.intervals import WEEKDAYS


@pytest.mark.parametrize("tag", ["en", "zh"])
def test_the_headline_is_that_of_the_report(comparison: Comparison, view: dict[str, Any], tag: Any) -> None:
    """One answer, wherever it is read."""
    assert view["words"][tag]["headline"] == headline(comparison, words(tag))


@pytest.mark.parametrize("tag", ["en", "zh"])
def test_tiles_tell_value_difference_interval_and_odds(comparison: Comparison, view: dict[str, Any], tag: Any) -> None:
    """Each policy has a tile for each measure that decides, with the figures of the comparison."""
    catalogue, rows = words(tag), judged_rows(comparison)
    for i in (1, 2):
        costs = [f.row for f in Judgement(comparison, i).costs]
        tiles = [t for t in view["words"][tag]["tiles"] if t["policy"] == i]
        assert [t["price"] for t in tiles] == [False] * len(rows) + [True] * len(costs)
        ways = [t["colour"] in ("better", "worse") for t in tiles[: len(rows)]]
        assert ways == sorted(ways, reverse=True), "what changes comes first"
        order = sorted(rows, key=lambda row: WEIGHT.get(colour(row, row.differences[i - 1]), len(WEIGHT)))
        for tile, row in zip(tiles, (*order, *costs), strict=True):
            d = row.differences[i - 1]
            assert tile["value"] == catalogue.figure(row.values[i].value, row.unit)
            assert tile["sure"] == sure_words(d, catalogue, row)
            whole = catalogue.difference_interval(d.value, d.low, d.high, row.unit)
            assert tile["interval"] == "" if d.same else whole.endswith(tile["interval"])
    paid = next(t for t in view["words"][tag]["tiles"] if t["policy"] == 2 and t["price"])
    assert catalogue.names("paid_hours", "").short.split()[0] in paid["title"], "a sixth agent has to be paid"


def test_each_policy_is_shown_first_where_it_changes_most(view: dict[str, Any]) -> None:
    """The heat maps begin with the channel whose week differs most."""
    for policy, first in enumerate(view["first_week"]):
        gaps = [week["gaps"][policy] for week in view["weeks"]]
        assert gaps[first] == max(gaps)
    assert len(view["first_week"]) == 3


def test_the_table_has_the_rows_of_the_command_line(comparison: Comparison, view: dict[str, Any]) -> None:
    """Every main row for every policy, in that order."""
    assert len(view["words"]["en"]["rows"]) == 2 * len(main_rows(comparison))


def test_heat_maps_show_the_week_of_the_estimates(comparison: Comparison, view: dict[str, Any]) -> None:
    """Cell by cell the service level by weekday and hour; hours with hardly anybody are left out."""
    week = next(w for w in view["weeks"] if w["scope"]["en"] == "Phone")
    for estimates, own in zip(comparison.estimates, week["policies"], strict=True):
        levels, contacts = week_of(estimates, "service_level", "phone")
        cells = {(WEEKDAYS.index(c["weekday"]), c["hour"]): c["level"] for c in own["cells"]}
        there = {(d, h) for d in range(7) for h in range(24) if contacts[d, h] >= LEAST_CONTACTS}
        assert cells.keys() == {at for at in there if not isnan(levels[at])}
        assert all(cells[at] == pytest.approx(levels[at], abs=5e-5) for at in cells)
        assert own["worst"]["level"] == min(cells.values())


def test_waits_over_the_day_are_in_one_unit(view: dict[str, Any]) -> None:
    """A line of every policy for every channel; values lie in their bands."""
    assert {h["scope"]["en"] for h in view["hours"]} == {"Phone", "Email"}
    for panel in view["hours"]:
        assert panel["unit"] in ("s", "min", "h")
        assert {p["policy"] for p in panel["points"]} == set(view["policies"])
        assert all(p["low"] is None or p["low"] <= p["value"] <= p["high"] for p in panel["points"])


def test_a_run_alone_has_no_differences(one_desk: dict[str, Any]) -> None:
    """The same page shows one desk."""
    told = one_desk["words"]["en"]
    assert one_desk["kind"] == "run" and told["headline"] and told["tiles"] and told["rows"]
    assert not any("difference" in t for t in told["tiles"])


def test_a_view_is_found_by_its_name_only(view: dict[str, Any]) -> None:
    """What is kept is plain JSON without NaN; other names find nothing."""
    name = put_view(view, "key")
    assert find_view(name) == json.loads(json.dumps(view, allow_nan=False))
    assert find_view("0" * 16) is None and find_view(f"../views/{name}") is None
    assert put_view({**view, "schema": 0}, "key") != name
    assert find_view(put_view({**view, "schema": 0}, "key")) is None
