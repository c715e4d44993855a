"""The printed report: everything a manager asks first, in 100 columns, for any text."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from experiments.estimates.estimates import estimate
from experiments.estimates.observed import Beside, beside_recorded
from experiments.estimates.worst_hours import spread, worst_half_hours, worst_hours
from experiments.replication.replications import Replications, replicate
from experiments.report.beside_tables import is_doubtful
from experiments.report.catalogue import words
from experiments.report.headline import run_headline
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
    for told in (
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
        assert told in text, f"{told!r} is missing in\n{text}"
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


def test_the_answer_stands_above_the_tables() -> None:
    """The sentence that a leader reads first."""
    text = " ".join(printed(shop()).split())
    assert run_headline(shop(), shop_estimates(), words("en")) in text
    assert text.index("it hurts most on") < text.index("Channels in brackets")


TWO_WAYS = {
    "channels.phone.when_closed": "email",
    "channels.email.first_response": "99 % within 1 h elapsed",
    "agent_groups.owls": {"serves": {"phone": "first"}, "headcount": {"mon-sun": {"00:00-01:00": "3"}}},
}


def test_what_becomes_of_those_who_come_while_closed_is_told_as_it_is() -> None:
    """Turned away, or sent elsewhere: not the same."""
    assert "came while closed and were turned away" in " ".join(printed(shop()).split())
    sent = printed(replicate(lower(load(SHOP, TWO_WAYS)), 2, workers=1))
    assert "came while closed and were sent to email; they count in no service level of phone" in " ".join(sent.split())


def test_every_promise_that_breaks_has_its_worst_hours() -> None:
    """One that breaks all the time does not push the others out; staff is that of the groups that serve it."""
    replications = replicate(lower(load(SHOP, TWO_WAYS)), 2, workers=1)
    found = worst_hours(replications, estimate(replications))
    assert [w.scope for w in found[:6]].count("email") > 3
    shown = spread(found, 6)
    assert [w.scope for w in shown].count("phone") == 3
    assert [w.short for w in shown] == sorted((w.short for w in shown), reverse=True)
    assert spread(found[:2], 6) == found[:2]
    night = [w for w in found if w.label.endswith(" 00")]
    assert night and all(w.staff == 0.0 and np.isnan(w.occupancy) for w in night if w.scope == "email")
    halves = worst_half_hours(replications, estimate(replications))
    assert {w.promise.service for w in halves} == {"email", "phone"} and len(halves) == 5
    text = printed(replications)
    assert text.count("By weekday and hour") == 2, "both are missed"


def test_an_answer_about_another_desk_than_the_recorded_one_is_doubted_at_once() -> None:
    """Where too few recorded numbers lie inside, the first lines say so, whatever the promises."""

    def recorded(inside: int) -> list[Beside]:
        return [
            Beside("asa", "min", "phone", None, 0.2, 0.1, 0.3, 0.1, 0.3, 0.2 if i < inside else 0.9, None)
            for i in range(10)
        ]

    assert is_doubtful(recorded(7)) and not is_doubtful(recorded(8)) and not is_doubtful([])
    console = Console(file=io.StringIO(), width=COLUMNS, highlight=False)
    Report(shop(), shop_estimates(), recorded(7), [], "", "a.yaml", None).print(console)
    out = console.file
    assert isinstance(out, io.StringIO)
    text = " ".join(out.getvalue().split())
    assert text.index("This is not yet the desk that was recorded: 7 of 10 recorded numbers") < text.index("Channels")
    assert "Wait of the answered" in text[text.index("Simulated beside recorded") :]
