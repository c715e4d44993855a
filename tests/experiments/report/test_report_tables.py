"""The printed report: everything a manager asks first, in 100 columns, for any text."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from experiments.estimates.estimates import estimate
from experiments.estimates.observed import beside_recorded
from experiments.estimates.worst_hours import worst_hours
from experiments.replication.replications import Replications, replicate
from experiments.report.report_tables import Report
from experiments.report.terminal import COLUMNS
from sim import load, lower
from tests.experiments.desks import MINIMAL, SHOP, odd_desk, shop, shop_estimates


def printed(replications: Replications, width: int = COLUMNS) -> str:
    """The report as text."""
    estimates = estimate(replications)
    beside, notes = beside_recorded(replications, estimates)
    console = Console(file=io.StringIO(), width=width, highlight=False)
    Report(replications, estimates, beside, notes, "aftersim run a.yaml --seed 1", "a.yaml", Path("runs/x")).print(
        console
    )
    out = console.file
    assert isinstance(out, io.StringIO)
    return out.getvalue()


def test_the_report_holds_what_was_asked_and_how_sure_it_is() -> None:
    """Title, question, period, seed, channels with promises and intervals, groups, worst hours, how to repeat."""
    text = printed(shop())
    for words in (
        "Small shop, phone and e-mail",
        "Can five agents keep the phone promise",
        "7 days from Mon 2 Mar 2026 (Europe/Berlin), 4 replications, seed 1",
        "4 replications are few",
        "80 % in 30 s",
        "90 % in 24 h",
        "too close to call",
        "of the contacts came while closed",
        "Agent groups",
        "occupancy: busy / (busy + available)",
        "Worst hours",
        " 9–10 h",
        "Kept in runs/x",
        "Repeat with: aftersim run a.yaml --seed 1",
        "aftersim explain a.yaml",
    ):
        assert words in text, f"{words!r} is missing in\n{text}"
    e = shop_estimates().of("service_level", "channel", "phone")
    assert f"{100 * e.value:.1f} %" in text and f"({100 * e.low:.1f}–{100 * e.high:.1f})" in text


def test_no_line_is_wider_than_the_terminal_and_no_markup_is_obeyed(tmp_path: Path) -> None:
    """Recorded numbers by hour included; a title with brackets is printed as it is."""
    for replications in (shop(), replicate(lower(load(odd_desk(tmp_path))), 2, workers=1)):
        text = printed(replications)
        assert max(len(line.rstrip()) for line in text.splitlines()) <= COLUMNS
        assert "nan" not in text.split()
    assert "=Odd [red]desk[/red] $5 & 售后" in text
    assert "Simulated beside recorded, chat, whole period" in text
    assert "By hour of arrival, chat" in text
    assert 'the measure "smiles" is not computed' in " ".join(text.split())


def test_a_narrow_terminal_leaves_out_columns_and_says_which(tmp_path: Path) -> None:
    """In 80 columns nothing is cut: the channel, its level, its promise and the verdict on recorded numbers stay."""
    for replications in (shop(), replicate(lower(load(odd_desk(tmp_path))), 2, workers=1)):
        text = printed(replications, 80)
        assert "…" not in text
        assert max(len(line.rstrip()) for line in text.splitlines()) <= 80
    assert "left out in 80 columns: 9 of 10 wait at most" in printed(shop(), 80)
    assert "left out" not in printed(shop())


def test_one_replication_is_called_one_possible_history() -> None:
    """No brackets, no chances."""
    text = printed(replicate(lower(load(SHOP)), 1))
    assert "One possible history, not an estimate" in text and "1 replication, seed" in text
    assert "95 %" not in text and "weeks" not in text


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"contact_types.call.handle_time": "30 s"}, "kept"),
        ({"agent_groups.desk.shifts.day.mon-fri": "1"}, "missed"),
        ({"contact_types.call.per_day": "0"}, "nobody came"),
        ({"channels.phone.service_level": "none"}, "–"),
    ],
)
def test_the_verdict_follows_the_interval(changes: dict[str, object], word: str) -> None:
    """Kept or missed only where the whole interval says so."""
    text = printed(replicate(lower(load(MINIMAL, changes)), 3, workers=1))
    row = next(line for line in text.splitlines() if line.startswith("phone"))
    assert row.rstrip().endswith(word), text


def test_a_close_call_is_called_so() -> None:
    """The promise lies inside the interval of the service level."""
    replications = shop()
    e = estimate(replications).of("service_level", "channel", "email")
    share = f"{100 * e.value:.2f} % within 24 h elapsed"
    close = replicate(lower(load(SHOP, {"channels.email.first_response": share})), 4, workers=1)
    assert "too close to call" in printed(close)


def test_worst_hours_are_those_with_most_contacts_short_of_the_promise() -> None:
    """Ordered by contacts, not by share: a bad hour with nobody in it hurts nobody."""
    found = worst_hours(shop(), shop_estimates())
    short = [w.short for w in found]
    assert short == sorted(short, reverse=True) and short[-1] > 0.0
    first = found[0]
    row = shop_estimates().rows("service_level", "channel", first.scope, "weekday hour").set_index("label")
    mine = row.loc[first.label]
    assert first.level.value == mine["value"]
    assert first.short == pytest.approx(mine["counted"] * mine["n"] / 4 * (0.8 - mine["value"]))
