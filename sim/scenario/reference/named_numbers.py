"""Words that stand for numbers: shipped profiles, selections and curves, with their numbers and their sources."""

from __future__ import annotations

import math
from statistics import NormalDist

from sim.scenario.model.concurrency import USUAL_GAIN, usual_speeds
from sim.scenario.model.first_answer import SELECTIONS
from sim.scenario.model.profiles import PROFILES
from sim.scenario.readers.channel_reader import FINDING_OUT, THINKING
from sim.scenario.readers.experience_reader import NEW_SPEED
from sim.scenario.readers.first_answer_reader import HAND_OFFS
from sim.scenario.readers.handling_reader import PRIORITIES
from sim.scenario.readers.holiday_reader import SHIPPED, shipped_holidays
from sim.scenario.readers.reason_reader import USUAL_LAG
from sim.scenario.text.units import as_duration, as_share, plain

USUAL_SPREAD = 0.8  # sd of a handle time over its mean


def named_numbers() -> str:
    """Write the tables of all words that stand for numbers, as Markdown."""
    parts = [_profiles(), _selections(), _speeds(), _hand_offs(), _others(), _holidays()]
    return "\n\n".join(["## Words that stand for numbers", *parts])


def _profiles() -> str:
    lines = [
        "### Hour profiles", "",
        "Share of a day's contacts in each hour. The shapes are drawn by hand after what desks commonly report: "
        "assumptions, no measurements. A desk with its own counts writes 24 (hours) or 48 (half hours) numbers, or a "
        "CSV with the columns hour,weight or time,weight.", "",
    ]  # fmt: skip
    lines += [f"- `{name}`: {profile.meaning}" for name, profile in PROFILES.items()]
    lines += ["", f"| hour | {' | '.join(PROFILES)} |", f"|---|{'---:|' * len(PROFILES)}"]
    for hour in range(24):
        cells = [f"{100 * p.weights[hour] / sum(p.weights):.1f} %" for p in PROFILES.values()]
        lines.append(f"| {hour:02d} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _selections() -> str:
    lines = [
        "### Selection of a bot", "",
        "Each contact has a hidden difficulty, standard normal; the chance that the bot does not contain it rises with "
        "`slope`, its handle time with `load`. The numbers are an assumption. What they make of the mean handle time "
        "of the contacts that reach an agent is exact (lognormal, sd 0.8 of the mean):", "",
        "| word | slope | load | handle time after 30 % containment | after 50 % |", "|---|---:|---:|---:|---:|",
    ]  # fmt: skip
    for name, s in SELECTIONS.items():
        factors = [f"x {passed_on(s.slope, s.load, containment):.2f}" for containment in (0.3, 0.5)]
        lines.append(f"| `{name}` | {plain(s.slope)} | {plain(s.load)} | {' | '.join(factors)} |")
    lines += [
        "", "Seldon Solutions (a practitioner; no sample is stated) reports handle times longer by 15 to 40 % once a "
        "bot answers first.",
    ]  # fmt: skip
    return "\n".join(lines)


def passed_on(slope: float, load: float, containment: float) -> float:
    """Mean handle time of what a bot passes on, over that of all (Owen 1980, 10,010.8; see `sim.theory.screening`)."""
    normal, wide = NormalDist(), math.hypot(1.0, slope)
    log_sd = math.sqrt(math.log(1.0 + USUAL_SPREAD**2))
    threshold = -wide * normal.inv_cdf(containment)
    return normal.cdf((threshold + slope * load * log_sd) / wide) / (1.0 - containment)


def _speeds() -> str:
    n = len(USUAL_GAIN)
    return "\n".join(
        [
            "### Speeds of several contacts at a time", "",
            "Taken where `concurrency` gives a limit alone. Work done over that with one open contact, after the table "
            "that practitioners divide Erlang results by (Call Centre Helper, \"Erlang C for Chat?\"); a rule of "
            "thumb, not measured. Beyond five nothing is gained.", "",
            f"| open contacts | {' | '.join(map(str, range(1, n + 1)))} |", f"|---|{'---:|' * n}",
            f"| work done | {' | '.join(map(plain, USUAL_GAIN))} |",
            f"| speed of each | {' | '.join(plain(round(speed, 3)) for speed in usual_speeds(n))} |",
        ]
    )  # fmt: skip


def _hand_offs() -> str:
    lines = [
        "### Hand-off of a bot",
        "",
        "Assumptions.",
        "",
        "| context | factor on handle times | extra time |",
        "|---|---:|---:|",
    ]
    lines += [f"| `{name}` | {as_share(made.factor)} | {as_duration(made.extra)} |" for name, made in HAND_OFFS.items()]
    return "\n".join(lines)


def _others() -> str:
    rows = [
        ("`priority: high`, `normal`, `low`", ", ".join(plain(x) for x in PRIORITIES.values()), "by definition"),
        ("lag of a reason after delivery", _median_p90(USUAL_LAG), "assumed"),
        ("time a customer thinks between replies", _median_p90(THINKING), "assumed"),
        ("finding out that a customer has left", as_duration(FINDING_OUT), "assumed"),
        (
            "speed of new agents",
            as_share(NEW_SPEED),
            "mean of the first year (Cinareo, 1,800 agents of eight centres; 53 % in the first month)",
        ),
    ]
    lines = ["### Other shipped numbers", "", "| what | number | where from |", "|---|---|---|"]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in rows])


def _median_p90(pair: tuple[float, float]) -> str:
    return f"median {as_duration(pair[0])}, p90 {as_duration(pair[1])}"


def _holidays() -> str:
    lines = [
        "### Holidays", "",
        "Shipped lists, for `period.holidays`, and their sources: "
        "[sim/scenario/holidays](../sim/scenario/holidays/README.md).", "",
        "| country | dates | from | to |", "|---|---:|---|---|",
    ]  # fmt: skip
    for code in SHIPPED:
        days = shipped_holidays(code).days
        lines.append(f"| `{code}` | {len(days)} | {days[0].date} | {days[-1].date} |")
    return "\n".join(lines)
