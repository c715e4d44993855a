"""Simulated beside recorded: the right pairs, judged by what one period can show."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.estimates.estimates import estimate
from experiments.estimates.intervals import one_history
from experiments.estimates.observed import BAND, Beside, beside_recorded
from experiments.replication.replications import replicate
from sim import load, lower
from tests.experiments.desks import odd_desk


def test_recorded_numbers_stand_beside_their_simulated_ones(tmp_path: Path) -> None:
    """Channel, hour and threshold are respected; unknown measures are named and left out."""
    replications = replicate(lower(load(odd_desk(tmp_path))), 4, workers=1)
    estimates = estimate(replications)
    rows, notes = beside_recorded(replications, estimates)
    assert [(b.measure, b.channel, b.hour) for b in rows] == [
        ("arrivals", "chat", None),
        ("service_level", "chat", 10),
        ("service_level_2min", "chat", None),
        ("abandonment", None, None),
    ]
    assert rows[0].simulated == estimates.of("arrivals", "channel", "chat").value
    ten = estimates.rows("service_level", "channel", "chat", "hour").set_index("label").loc["10"]
    assert (rows[1].simulated, rows[1].low) == (ten["value"], ten["low"])
    assert rows[3].simulated == estimates.of("abandonment").value
    assert rows[0].difference == rows[0].simulated - 71
    assert notes == ['observed: the measure "smiles" is not computed and not shown; ' + notes[0].split("; ", 1)[1]]
    for b in rows:
        if b.low == b.low:
            assert b.history_low <= b.low <= b.simulated <= b.high <= b.history_high


def beside(recorded: float, low: float = 1.0, high: float = 2.0) -> Beside:
    """A row with this range of one history."""
    return Beside("asa", "min", None, None, 1.5, 1.4, 1.6, low, high, recorded, None)


def test_inside_is_inside_the_range_of_one_history() -> None:
    """Not the narrow interval of the long run; rounding is forgiven, a missing range is no verdict."""
    assert beside(1.9).inside is True
    assert beside(2.1).inside is False
    assert beside(2.0000001).inside is True
    assert beside(1.5, float("nan"), float("nan")).inside is None


def test_an_hour_that_was_not_simulated_has_no_number(tmp_path: Path) -> None:
    """A recorded hour outside of the period is shown without a simulated number."""
    path = odd_desk(tmp_path)
    path.write_text(path.read_text().replace("hour: 10", "hour: 3"))
    replications = replicate(lower(load(path)), 2, workers=1)
    row = beside_recorded(replications, estimate(replications))[0][1]
    assert row.hour == 3 and row.simulated != row.simulated and row.inside is None


@pytest.mark.parametrize("n", [1])
def test_one_replication_gives_no_verdict(tmp_path: Path, n: int) -> None:
    """One history says nothing about how histories differ."""
    replications = replicate(lower(load(odd_desk(tmp_path))), n)
    rows, _ = beside_recorded(replications, estimate(replications))
    assert {b.inside for b in rows} == {None}


def test_slow_channels_and_outcomes_are_held_against_a_band_of_90_percent(tmp_path: Path) -> None:
    """Responses, resolutions, repeats and sessions can be recorded like anything else, from a file too."""
    (tmp_path / "observed.csv").write_text(
        "measure,channel,value\nfirst_response,mail,30 min\nsla_resolution,mail,90 %\nself_inflicted,,1 %\n"
        "human_contacts,mail,1\n"
    )
    (tmp_path / "desk.yaml").write_text(
        "aftersim: 1\ntitle: Mail\nperiod: {start: 2026-03-02, length: 1 d}\n"
        "contact_types: {ask: {channel: mail, per_day: 60, handle_time: 5 min}}\n"
        "channels: {mail: {first_response: 90 % within 2 h, resolution: 90 % within 4 h}}\n"
        "agent_groups: {desk: {serves: {mail: first}, headcount: {mon-sun: {'00:00-24:00': 1}}}}\n"
        "repeat_contacts: {unresolved: {share: 5 %, after: 30 min}}\n"
        "observed: observed.csv\n"
    )
    replications = replicate(lower(load(tmp_path / "desk.yaml")), 5, workers=1)
    rows, notes = beside_recorded(replications, estimate(replications))
    assert not notes and [b.inside is None for b in rows] == [False] * 4
    assert rows[3].inside is False, "one contact in a day of sixty"
    stack = replications.stack
    values = stack.numerator[:, stack.rows("human_contacts", "channel", "mail", "period")[0]]
    low, high = one_history(values[:, None], share=False, confidence=BAND)
    assert (rows[3].history_low, rows[3].history_high) == (low[0], high[0]) and BAND == 0.9
