"""Comparisons with numbers set by hand: a trade-off, a winner, a tie, nobody there, odd names, eight policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import nan
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from experiments.comparison.comparison import Comparison, Difference, Driver, Policy, Row
from experiments.estimates.estimates import Estimates
from experiments.estimates.intervals import Estimate
from experiments.replication.reduction import Reduction
from experiments.replication.replications import Replications
from sim import Operation
from sim.measures import MEASURES
from sim.scenario.model import Provenance
from tests.experiments.desks import SHOP, operation

IMG = '<img src=x onerror="alert(1)">'
ODD_TITLE = f"{IMG} \"quoted\" 'single' $5 & </style><script>alert(2)</script> שלום \u202e售后 " + "very long " * 60
HEBREW = "מדיניות חדשה"

KEEP_FILE = SHOP.parent / "policies" / "small_shop" / "keep_phones_free.yaml"
N = 20


class D(NamedTuple):
    """A difference in short: value, half width from chance, half width from inputs, odds."""

    value: float
    noise: float = nan
    inputs: float = 0.0
    odds: float = nan
    same: bool = False


SAME = D(0.0, 0.0, 0.0, 0.5, True)
NOTHING = D(nan)


def difference(policy: str, d: D, n: int = N) -> Difference:
    """A whole difference."""
    half = float(np.hypot(d.noise, d.inputs))
    odds = d.odds
    if np.isnan(odds) and half > 0.0:
        odds = float(np.clip(0.5 + 0.5 * d.value / half, 0.001, 0.999))
    return Difference(policy, d.value, d.value - half, d.value + half, d.noise, d.inputs, odds, half * 1.4, d.same, n)


def row(
    measure: str,
    scope: str,
    base: float,
    policies: Mapping[str, D],
    best: Sequence[str] = (),
    kind: str = "channel",
    reach: float = 0.03,
) -> Row:
    """A row of a measure that is known, with intervals of a width in proportion to the values."""
    m = MEASURES[measure]
    values = [base, *(base + d.value for d in policies.values())]
    estimates = tuple(Estimate(v, v - reach * abs(v), v + reach * abs(v), 0 if np.isnan(v) else N) for v in values)
    found = tuple(difference(name, d) for name, d in policies.items())
    return Row(measure, kind, scope, m.title, m.unit, m.better, estimates, found, tuple(best))


def hours(levels: Mapping[str, Sequence[float]], replications: int = N) -> Estimates:
    """Estimates that hold the service level, waits and arrivals of channels by hour of the day."""
    rows: list[dict[str, Any]] = []
    for scope, values in levels.items():
        for i, v in enumerate(values):
            hour = 9 + i
            for measure, value in (("service_level", v), ("asa", 2.0 * (1.0 - v))):
                counted = 30.0 if i < len(values) - 1 else 2.0  # the last hour has few contacts
                rows.append(
                    {
                        "measure": measure,
                        "scope_kind": "channel",
                        "scope": scope,
                        "grid": "hour",
                        "interval": hour,
                        "label": f"{hour:02d}",
                        "unit": MEASURES[measure].unit,
                        "value": value,
                        "low": value - 0.02,
                        "high": value + 0.02,
                        "n": 0 if np.isnan(v) else replications,
                        "counted": counted,
                    }
                )
    columns = [
        *("measure", "scope_kind", "scope", "grid", "interval", "label", "unit"),
        *("value", "low", "high", "n", "counted"),
    ]
    return Estimates(pd.DataFrame(rows, columns=columns), replications, 0.95)


NOT_CUT = SimpleNamespace(cut=None)
"""A history of which nothing is asked but whether it was stopped."""


def run(desk: Operation | None = None, n: int = N) -> Replications:
    """Replications whose histories nobody looks at."""
    desk = operation(SHOP) if desk is None else desk
    return Replications(desk, 1, (NOT_CUT,) * n, Reduction.of(desk))  # type: ignore[arg-type]


PHONE = (0.28, 0.62, 0.85, 0.88, 0.90, 0.91, 0.93, 0.95, 0.96)
PHONE_FREE = (0.55, 0.78, 0.90, 0.91, 0.92, 0.92, 0.94, 0.95, 0.97)
MAIL = (0.97, 0.96, 0.95, 0.94, 0.93, 0.92, 0.90, 0.88, 0.86)
MAIL_PAYS = (0.90, 0.89, 0.88, 0.86, 0.85, 0.84, 0.82, 0.80, 0.78)


def compared(
    policies: Sequence[Policy],
    rows: Sequence[Row],
    drivers: Mapping[tuple[str, str, str, str], tuple[Driver, ...]] | None = None,
    draws: bool = False,
    notes: Sequence[str] = (),
    desks: Sequence[Operation] | None = None,
    by_hour: Sequence[Mapping[str, Sequence[float]]] | None = None,
    n: int = N,
) -> Comparison:
    """A comparison of these rows."""
    runs = [run(None if desks is None else desks[i], n) for i in range(len(policies))]
    shown = by_hour or [{"phone": PHONE, "email": MAIL}, *({"phone": PHONE_FREE, "email": MAIL_PAYS},) * 9]
    estimates = [hours(shown[i], n) for i in range(len(policies))]
    found = {} if drivers is None else dict(drivers)
    return Comparison(tuple(policies), tuple(runs), tuple(estimates), tuple(rows), found, 0.95, draws, tuple(notes))


BASE = Policy(
    "small_shop", "Small shop, phone and e-mail", "Can five agents keep the phone promise?", "small_shop.yaml"
)
KEEP = Policy(
    "keep_phones_free",
    "One agent is never lent to e-mail",
    "How much faster is the phone answered if one idle agent never takes mail, and what does the mail pay for it?",
    "policies/keep_phones_free.yaml",
)


def trade_rows() -> list[Row]:
    """The phone gains what the mail loses."""
    p = KEEP.name
    return [
        row("service_level", "phone", 0.816, {p: D(0.065, 0.011)}, [p], reach=0.025),
        row("meets_target", "phone", 0.60, {p: D(0.35, 0.2)}, [p], reach=0.2),
        row("meets_target_day", "phone", 0.60, {p: D(0.17, 0.05)}, [p]),
        row("asa", "phone", 0.213, {p: D(-0.081, 0.02)}, [p], reach=0.1),
        row("wait_p90", "phone", 0.68, {p: D(-0.31, 0.1)}, [p], reach=0.2),
        row("abandonment", "phone", 0.105, {p: D(-0.037, 0.006)}, [p], reach=0.1),
        row("abandoned", "phone", 66.0, {p: D(-23.0, 4.0)}, [p]),
        row("arrivals", "phone", 772.0, {p: SAME}),
        row("closed", "phone", 139.0, {p: SAME}, [BASE.name, p]),
        row("longest_wait", "phone", 2.95, {p: D(-0.02, 0.15, 0.0, 0.61)}, [BASE.name, p]),
        row("service_level", "email", 0.920, {p: D(-0.078, 0.009)}, [BASE.name], reach=0.008),
        row("meets_target", "email", 0.9, {p: D(-0.85, 0.1)}, [BASE.name], reach=0.05),
        row("asa", "email", 540.0, {p: D(66.0, 8.0)}, [BASE.name]),
        row("abandonment", "email", 0.0, {p: SAME}, [BASE.name, p]),
        row("backlog", "email", 31.0, {p: D(3.2, 2.2)}, [BASE.name]),
        row("occupancy", "desk", 0.497, {p: D(0.004, 0.0015)}, kind="pool"),
        row("overrun_hours", "desk", 0.66, {p: D(1.8, 2.2, 0.0, 0.92)}, [BASE.name, p], "pool", 0.3),
        row("paid_hours", "desk", 217.8, {p: SAME}, [BASE.name, p], "pool"),
        row("first_contact_resolution", "all", 0.93, {p: D(0.01, 0.004)}, [p], "all"),
    ]


def trade() -> Comparison:
    """Two policies, every kind of verdict among the rows."""
    return compared([BASE, KEEP], trade_rows(), desks=[operation(SHOP), operation(KEEP_FILE)])


def winner(likely: bool = False) -> Comparison:
    """The other policy is better on the phone and does not hurt the mail."""
    p = KEEP.name
    phone = D(0.02, 0.024, 0.0, 0.93) if likely else D(0.065, 0.011)
    rows = [
        row("service_level", "phone", 0.816, {p: phone}, [p] if not likely else [BASE.name, p], reach=0.005),
        row("service_level", "email", 0.92, {p: D(0.001, 0.004, 0.0, 0.62)}, [BASE.name, p], reach=0.005),
        row("paid_hours", "desk", 217.8, {p: D(9.0, 0.7)}, [BASE.name], "pool"),
        row("occupancy", "desk", 0.497, {p: D(-0.02, 0.002)}, kind="pool"),
    ]
    return compared([BASE, KEEP], rows)


CALL = "contact_types.call.handle_time"


def uncertain() -> Comparison:
    """Inputs have ranges, and they decide about the phone."""
    p = KEEP.name
    rows = [
        row("service_level", "phone", 0.816, {p: D(0.02, 0.011, 0.06, 0.72)}, [BASE.name, p]),
        row("asa", "phone", 0.213, {p: D(-0.06, 0.02, 0.03)}, [p]),
        row("service_level", "email", 0.920, {p: D(-0.03, 0.009, 0.015)}, [BASE.name]),
        row("occupancy", "desk", 0.497, {p: D(0.004, 0.0015, 0.003)}, kind="pool"),
    ]
    call = Driver(CALL, "6 min", "5 min", "7.5 min", "two weeks of wallboard photographs", False, 0.71)
    mail = Driver("contact_types.mail.per_day", "60", "40", "90", "", True, 0.22)
    drivers = {
        ("service_level", "channel", "phone", p): (call, mail),
        ("service_level", "channel", "email", p): (mail,),
        ("asa", "channel", "phone", p): (call,),
    }
    shop = operation(SHOP)
    known = {
        CALL: Provenance(between=("5 min", "7.5 min"), source="two weeks of wallboard photographs"),
        "contact_types.mail.per_day": Provenance(between=("40", "90"), assumed=True),
        "contact_types.call.patience": Provenance(assumed=True),
    }
    desk = replace(shop, scenario=shop.scenario.model_copy(update={"provenance": known}))
    return compared([BASE, KEEP], rows, drivers, True, ["2 of 40 histories were stopped"], [desk, desk])


def several(kind: str = "tied") -> Comparison:
    """The base and three others: `tied` leaders, one `leader`, a `split`, `open`, or `stay`."""
    names = ["reserve", "six_agents", "late_shift"]
    policies = [BASE, *(Policy(n, n.replace("_", " ").capitalize(), "", f"{n}.yaml") for n in names)]
    up, down, none = D(0.06, 0.011), D(-0.05, 0.012), D(0.002, 0.012, 0.0, 0.6)
    phone = {"tied": (up, up, none), "leader": (up, D(0.12, 0.01), none), "split": (up, none, down)}.get(kind)
    phone = phone or ((down, down, down) if kind == "stay" else (none, none, none))
    mail = (none, none, none) if kind != "split" else (down, none, up)
    best = {
        "tied": (names[:2], [BASE.name, *names]),
        "leader": ([names[1]], [BASE.name, *names]),
        "split": ([names[0]], [names[2]]),
        "stay": ([BASE.name], [BASE.name, *names]),
    }.get(kind, ([BASE.name, *names],) * 2)
    rows = [
        row("service_level", "phone", 0.816, dict(zip(names, phone, strict=True)), best[0]),
        row("asa", "phone", 0.213, dict(zip(names, (D(-0.08, 0.02), D(-0.1, 0.02), none), strict=True))),
        row("abandonment", "phone", 0.105, dict(zip(names, (D(-0.03, 0.01),) * 2 + (none,), strict=True))),
        row("service_level", "email", 0.92, dict(zip(names, mail, strict=True)), best[1]),
        row("asa", "email", 540.0, dict(zip(names, (D(66.0, 8.0), D(-20.0, 9.0), D(1.0, 5.0)), strict=True))),
        row(
            "occupancy",
            "desk",
            0.497,
            dict(zip(names, (D(0.004, 0.001), D(-0.08, 0.002), none), strict=True)),
            (),
            "pool",
        ),
        row("paid_hours", "desk", 217.8, dict(zip(names, (SAME, D(43.0, 1.0), SAME), strict=True)), (), "pool"),
    ]
    return compared(policies, rows)


def eight() -> Comparison:
    """As many policies as there may be, on forty rows."""
    names = [f"plan_{i}" for i in range(1, 8)]
    policies = [BASE, *(Policy(n, f"Plan {n[-1]}", "", f"{n}.yaml") for n in names)]
    known = ("service_level", "meets_target", "asa", "wait_p90", "abandonment", "abandoned", "longest_wait", "backlog")
    rows = []
    for scope in ("phone", "email"):
        for k, m in enumerate(known):
            unit = MEASURES[m].unit
            size = 0.06 if unit == "share" else 3.0
            found = {n: D(size * (i - 3 + 0.2 * k) / 4, size * 0.3) for i, n in enumerate(names)}
            rows.append(row(m, scope, 0.8 if unit == "share" else 30.0, found, names[-2:]))
    for m in ("occupancy", "utilisation", "paid_hours", "overrun_hours", "busy_hours"):
        rows.append(row(m, "desk", 0.5, {n: D(0.01 * i, 0.02) for i, n in enumerate(names)}, (), "pool"))
    for m in ("tickets", "ticket_wait", "ticket_time", "queue_length", "asa", "abandonment", "service_level"):
        rows.append(row(m, "all", 0.5, {n: D(0.01 * i, 0.02) for i, n in enumerate(names)}, (), "all"))
    return compared(policies, rows)


def same() -> Comparison:
    """The same scenario twice."""
    rows = [
        row("service_level", "phone", 0.816, {KEEP.name: SAME}, [BASE.name, KEEP.name]),
        row("occupancy", "desk", 0.497, {KEEP.name: SAME}, kind="pool"),
    ]
    return compared([BASE, KEEP], rows)


def empty() -> Comparison:
    """Nobody came."""
    rows = [row(m, s, nan, {KEEP.name: NOTHING}) for m in ("service_level", "asa") for s in ("phone", "email")]
    nothing = {"phone": (nan,) * 9, "email": (nan,) * 9}
    return compared([BASE, KEEP], rows, by_hour=[nothing, nothing])


def one_history() -> Comparison:
    """One replication each: no intervals."""
    rows = [
        replace(
            r,
            values=tuple(Estimate(v.value, nan, nan, 1) for v in r.values),
            differences=tuple(
                replace(d, low=nan, high=nan, noise=nan, inputs=nan, odds=nan, smallest=nan) for d in r.differences
            ),
        )
        for r in trade_rows()
    ]
    return compared([BASE, KEEP], rows, n=1)


def odd() -> Comparison:
    """Names and titles that a page or a picture could misread."""
    base = Policy(IMG, ODD_TITLE, f"{IMG} ?", f"{IMG}.yaml")
    policy = Policy(HEBREW, ODD_TITLE, "", "x.yaml")
    rows = []
    for r in trade_rows():
        differences = tuple(replace(d, policy=HEBREW) for d in r.differences)
        names = {BASE.name: IMG, KEEP.name: HEBREW}
        rows.append(replace(r, differences=differences, best=tuple(names[b] for b in r.best)))
    driver = Driver(IMG, "6 min", "5 min", "7 min", f"{IMG} $a_b$", True, 0.7)
    drivers = {("service_level", "channel", "phone", HEBREW): (driver,)}
    return compared([base, policy], rows, drivers, True, [f"a note with {IMG}"])


SAMPLES = (trade, winner, uncertain, several, eight, same, empty, one_history, odd)
