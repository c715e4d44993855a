"""The printed comparison: promises first, then what changes; the rest is named in one line."""

from __future__ import annotations

import io
from dataclasses import replace
from math import nan

import pytest
from rich.console import Console

from experiments.comparison.comparison import Comparison, Policy
from experiments.estimates.intervals import Estimate
from experiments.report.comparison_tables import ComparisonReport
from sim import load, lower
from tests.experiments.desks import SHOP, operation
from tests.experiments.report import comparisons
from tests.experiments.report.comparisons import BASE, KEEP, NOTHING, SAME, D, compared, row

P = KEEP.name


def printed(comparison: Comparison, width: int = 100, every: bool = False) -> str:
    """The report as text."""
    console = Console(file=io.StringIO(), width=width, highlight=False)
    ComparisonReport(comparison, "aftersim compare a b", every=every).print(console)
    out = console.file
    assert isinstance(out, io.StringIO)
    return out.getvalue()


def quiet() -> Comparison:
    """The phone gains, the mail does not notice, the people hardly."""
    return compared(
        [BASE, KEEP],
        [
            row("service_level", "phone", 0.7, {P: D(0.18, 0.01)}, [P], reach=0.01),
            row("asa", "phone", 0.35, {P: D(-0.2, 0.02)}, [P]),
            row("service_level", "email", 0.95, {P: D(-0.0001, 0.00005)}, [BASE.name, P], reach=0.005),
            row("asa", "email", 540.0, {P: D(1.0, 0.5)}, [BASE.name, P]),
            row("overrun_hours", "desk", 21.5, {P: D(-0.9, 0.5)}, [P], "pool"),
        ],
    )


def test_the_promises_stand_first_each_with_what_becomes_of_it() -> None:
    """One line per promise: base, policy, difference, and whether it matters."""
    lines = printed(quiet()).splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("Promises"))
    told = [" ".join(line.split()) for line in lines[at + 3 : at + 5]]
    assert told == [
        "phone 80 % in 30 s 70.0 % missed 88.0 % kept +18.0 pts better, surely",
        "email 90 % in 24 h 95.0 % kept 95.0 % kept -0.01 pts practically the same",
    ]


def test_what_does_not_change_is_one_line_and_stays_in_all_measures() -> None:
    """No table for the mail and the desk; `--all` has them."""
    text = printed(quiet())
    assert "Nothing worth a choice changes on email and desk (--all shows every measure)." in " ".join(text.split())
    assert "\nPhone" in text and "\nEmail" not in text and "Agent group desk" not in text
    assert "email: " not in text and "overrun" not in text.lower()
    every = printed(quiet(), every=True)
    assert "\nEmail" in every and "Agent group desk" in every and "better, but small" in every
    assert "Nothing worth a choice" not in every and "less than 27 min either way" in every


def test_a_group_that_the_base_does_not_have_is_shown() -> None:
    """Nothing can be compared, and still it is new."""
    r = row("paid_hours", "desk", nan, {P: NOTHING}, (), "pool")
    new = replace(r, values=(r.values[0], Estimate(196.0, 190.0, 202.0, 20)))
    text = printed(replace(quiet(), rows=(*quiet().rows, new)))
    assert "Agent group desk" in text and "196 h" in text


def test_several_policies_stand_below_each_other_promise_by_promise() -> None:
    """A line per policy, a column per promise: level, whether it is kept, better or worse."""
    text = printed(comparisons.several("split"))
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "reserve 87.6 % kept ▲ 87.0 % missed ▼" in lines
    assert "six_agents 81.8 % close ? 92.2 % close ?" in lines


def many() -> Comparison:
    """Seven policies, one of which matters."""
    names = [f"plan_{i}" for i in range(1, 8)]
    found = {n: D(0.1, 0.01) if n == "plan_4" else SAME for n in names}
    waits = {n: D(-0.2, 0.01) if n == "plan_4" else SAME for n in names}
    rows = [
        row("service_level", "phone", 0.7, found, ["plan_4"]),
        row("asa", "phone", 0.5, waits, ["plan_4"]),
        row("abandonment", "phone", 0.1, dict.fromkeys(names, SAME), [BASE.name, *names]),
    ]
    return compared([BASE, *(Policy(n, n, "", n) for n in names)], rows)


def test_of_many_policies_only_those_that_matter_have_a_line() -> None:
    """The others are counted; measures in which none matters are left out, and so are the sentences."""
    text = printed(many())
    body = text[text.index("\nPhone") :]
    assert "plan_4" in body and "plan_3" not in body and "6 others" in body and "Gave up" not in body
    assert "In words" not in text
    every = printed(many(), every=True)
    assert "In words" in every and "6 others" not in every and "Gave up" in every


@pytest.mark.parametrize(
    "sample", [s for s in comparisons.SAMPLES if s is not comparisons.odd], ids=lambda f: f.__name__
)
@pytest.mark.parametrize("width", [80, 100])
def test_nothing_is_cut_off(sample: object, width: int) -> None:
    """No line is wider than the terminal, no name ends in dots."""
    comparison = sample()  # type: ignore[operator]
    text = printed(comparison, width)
    assert "…" not in text and "nan" not in text.split()
    assert max(len(line.rstrip()) for line in text.splitlines() if "Repeat with" not in line) <= width


def test_a_narrow_terminal_breaks_names_and_loses_none() -> None:
    """In 80 columns channels and measures stay readable; what is left out is said."""
    tiny = row("abandonment", "phone", 0.1, {P: D(-0.0001, 0.00005)}, [BASE.name, P])
    text = printed(replace(quiet(), rows=(*quiet().rows, tiny)), 80)
    assert "left out in 80 columns: odds up" in text and "practically the same" in text
    assert "\nphone " in text and "\nemail " in text and "\nService level " in text and "+18.0 pts" in text
    assert "[+17.0, +19.0]" in text and "better, surely" in text
    names = [line[:12].strip() for line in printed(comparisons.several("split"), 80).splitlines()]
    assert {"reserve", "six_agents", "late_shift"} <= set(names)


def new_group() -> Comparison:
    """Seven policies, one of which has a group of its own."""
    names = [f"plan_{i}" for i in range(1, 8)]
    hours = row("paid_hours", "night", nan, dict.fromkeys(names, NOTHING), ["plan_4"], "pool")
    there = tuple(Estimate(205.0, 192.0, 219.0, 20) if i == 4 else v for i, v in enumerate(hours.values))
    group = {"serves": {"email": 1}, "shifts": {"night": {"hours": "18:00-24:00", "mon-fri": 2}}}
    desks = [operation(SHOP)] * 4 + [lower(load(SHOP, {"agent_groups.night": group}))] + [operation(SHOP)] * 3
    policies = [BASE, *(Policy(n, n, "", n) for n in names)]
    return compared(policies, [*many().rows, replace(hours, values=there)], desks=desks)


def test_policies_without_a_group_are_neither_compared_on_it_nor_counted() -> None:
    """The one that has it shows its hours; the others have no little difference there, and nobody is best alone."""
    text = printed(new_group())
    group = text[text.index("Agent group night") : text.index("Who is best")]
    assert "205 h" in group and "others" not in group
    assert "night" not in text[text.index("Who is best") :]
    assert "6 others" in text[: text.index("Agent group night")]


def test_a_share_is_not_said_to_be_unknown_by_more_than_all_of_it() -> None:
    """A half width of 489 points means that nothing is known."""
    rows = [row("meets_target", "phone", 0.4, {P: D(0.6, 2.975, 4.893, 0.79)}, [P])]
    rows.append(row("service_level", "phone", 0.7, {P: D(0.18, 0.01, 0.02)}, [P]))
    text = printed(compared([BASE, KEEP], rows, draws=True), every=True)
    told = text[text.index("What is not known") :]
    assert told.count("> 100 pts") == 3 and "489" not in told
    assert "1.0 pts" in told and "2.0 pts" in told
