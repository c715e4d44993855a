"""Measures of contacts: counts, service levels, waits, handling."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.machine.network import Network
from sim.measures.arrays import Floats, Ints
from sim.measures.columns import Columns, Profiles
from sim.measures.contact_definitions import WAIT_SHARES
from sim.measures.contacts import Contacts
from sim.measures.intervals import Intervals
from sim.measures.service import Service
from sim.measures.table import TableBuilder
from sim.measures.visits import ABANDONED, ANSWERED, BLOCKED, CLOSED, IN_SERVICE, MOVED, OPEN, RECALLED


class _Sums:
    """Numbers of contacts by what became of them, by scope and column."""

    def __init__(self, columns: Columns, c: Contacts, placed: Sequence[Ints]) -> None:
        with np.errstate(invalid="ignore"):
            within = (c.target_wait <= c.awt) & ~c.in_vain
            in_due = c.due_time <= c.due
        p = Profiles(
            columns,
            c.scope,
            len(c.names),
            placed,
            {
                "status": c.status,
                "target": ~np.isnan(c.awt),
                "within": within,
                "short": c.short,
                "served": c.served,
                "open_leg": c.open_leg,
                "done": c.done,
                "due": ~np.isnan(c.due),
                "in_due": in_due,
                "dropped": c.dropped,
                "several": c.legs > 1,
                "refused": ~c.had_wait,
                "repeat": c.repeat,
            },
        )
        status = p["status"]
        self.p = p
        self.arrivals = p.count(status >= 0)
        self.answered = p.count((status == ANSWERED) | (status == IN_SERVICE))
        self.abandoned = p.count(status == ABANDONED)
        self.blocked = p.count(status == BLOCKED)
        self.closed = p.count(status == CLOSED)
        self.moved = p.count(status == MOVED)
        self.recalled = p.count(status == RECALLED)
        self.open = p.count(status == OPEN)
        self.had_wait = p.count(p["refused"] == 0)
        self.finished = p.count((p["served"] > 0) & (p["open_leg"] == 0))
        self.done = p.count(p["done"])
        target, within_awt = p["target"] > 0, p["within"] > 0
        # whom a closed door turned away is an arrival, but nothing was promised then: shown apart
        let_in = (status != CLOSED) | (p["refused"] == 0)
        self.let_in = p.count((status >= 0) & let_in)
        self.held = p.count(target & let_in)
        self.good = p.count(within_awt & (status == ANSWERED))
        self.left_early = p.count(within_awt & (status == ABANDONED))
        self.undecided = p.count(within_awt & (status == OPEN))
        self.unfinished = p.count(within_awt & (status == IN_SERVICE))
        self.answered_held = p.count(target & ((status == ANSWERED) | (status == IN_SERVICE)))
        self.open_held = p.count(target & (status == OPEN))

    def service_level(self) -> tuple[Floats, Floats, Floats]:
        """SL-A: numerator, denominator and the largest numerator that is still possible."""
        return self.good, self.held - self.left_early, self.good + self.undecided + self.unfinished

    def completion_level(self) -> tuple[Floats, Floats, Floats]:
        """Completion level: numerator, denominator and the largest numerator that is still possible."""
        p = self.p
        good = p.count((p["done"] > 0) & (p["in_due"] > 0))
        still = p.count((p["open_leg"] > 0) & (p["in_due"] > 0))
        return good, p.count(p["due"]), good + still


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Quotient; NaN where there is nothing in the denominator."""
    return np.divide(numerator, denominator, out=np.full(numerator.shape, np.nan), where=denominator > 0.0)


def add_contact_measures(
    table: TableBuilder, c: Contacts, arrivals: Sequence[Ints], network: Network, services: Sequence[Service]
) -> None:
    """Put the measures of these contacts into the table.

    Parameters
    ----------
    arrivals : sequence of int arrays, shape (visits,)
        Where the arrivals of all visits are placed (`Columns.place`).
    """
    columns = table.columns
    placed = [x[c.entry] for x in arrivals]
    s = _Sums(columns, c, placed)
    _add_counts(table, c, s)
    _add_shares(table, c, s)
    _add_waits(table, c, s, placed)
    _add_handling(table, c, s, placed)
    if c.kind == "channel" and {"meets_target", "meets_target_day", "meets_due", "meets_due_day"} & table.wanted:
        _add_targets(table, c, s, network, services)


def _add_counts(table: TableBuilder, c: Contacts, s: _Sums) -> None:
    k, names = c.kind, c.names
    table.add("arrivals", k, names, s.arrivals)
    table.add("offered", k, names, s.arrivals - s.blocked)
    table.add("answered", k, names, s.answered, upper=s.answered + s.open)
    table.add("abandoned", k, names, s.abandoned, upper=s.abandoned + s.open)
    table.add("blocked", k, names, s.blocked)
    table.add("closed", k, names, s.closed, upper=s.closed + s.open)
    table.add("moved", k, names, s.moved, upper=s.moved + s.open)
    table.add("recalled", k, names, s.recalled)
    table.add("open_contacts", k, names, s.open)
    table.add("dropped", k, names, s.p.count(s.p["dropped"]))
    short = np.where(c.limited[:, None], s.p.count(s.p["short"]), np.nan)
    table.add("short_abandoned", k, names, short)


def _add_shares(table: TableBuilder, c: Contacts, s: _Sums) -> None:
    k, names, p = c.kind, c.names, s.p
    good, base, best = s.service_level()
    table.add("service_level", k, names, good, base, upper=ratio(best, base))
    early = s.left_early
    table.add("service_level_b", k, names, good + early, s.held, upper=ratio(best + early, s.held))
    table.add("service_level_c", k, names, good, s.held, upper=ratio(best, s.held))
    answered = s.answered_held
    table.add(
        "service_level_d",
        k,
        names,
        good,
        answered,
        lower=ratio(good, answered + s.open_held),
        upper=ratio(best, answered + s.undecided),
    )
    table.add("abandonment", k, names, s.abandoned, s.let_in, upper=ratio(s.abandoned + s.open, s.let_in))
    served = p.count(p["served"])
    waiting = p.count((p["served"] == 0) & (p["open_leg"] > 0))
    table.add("accessibility", k, names, served, s.arrivals, upper=ratio(served + waiting, s.arrivals))
    done, held, most = s.completion_level()
    table.add("completion_level", k, names, done, held, upper=ratio(most, held))
    table.add("repeat_share", k, names, p.count(p["repeat"]), s.arrivals)
    if k != "step":
        table.add("transfer_share", k, names, p.count(p["several"]), s.arrivals)


def _add_waits(table: TableBuilder, c: Contacts, s: _Sums, placed: Sequence[Ints]) -> None:
    k, names, columns, n = c.kind, c.names, table.columns, len(c.names)
    had = c.had_wait
    answered = (c.status == ANSWERED) | (c.status == IN_SERVICE)
    # an open contact may still wait for any time, but no less than it has
    so_far = np.full((n, columns.n), np.inf)
    waiting = np.flatnonzero(c.status == OPEN)
    if waiting.size:
        so_far = columns.least(c.scope[waiting], n, [x[waiting] for x in placed], c.wait[waiting])
    endless = np.where(s.open > 0, np.inf, -np.inf)
    if "asa" in table.wanted:
        total = columns.totals(c.scope, n, placed, np.where(answered, c.wait, 0.0))
        mean = ratio(total, s.answered)
        table.add("asa", k, names, total, s.answered, lower=np.fmin(mean, so_far), upper=np.fmax(mean, endless))
    if "mean_wait" in table.wanted:
        total = columns.totals(c.scope, n, placed, np.where(had, c.wait, 0.0))
        high = np.fmax(ratio(total, s.had_wait), endless)
        table.add("mean_wait", k, names, total, s.had_wait, upper=high)
    if "excess_wait" in table.wanted and s.held.any():
        with np.errstate(invalid="ignore"):
            beyond = np.where(had & (c.target_wait > c.awt), c.target_wait - c.awt, 0.0)
        total = columns.totals(c.scope, n, placed, beyond)
        pending = s.open_held + s.p.count((s.p["status"] == IN_SERVICE) & (s.p["target"] > 0))
        high = np.fmax(ratio(total, s.held), np.where(pending > 0, np.inf, -np.inf))
        table.add("excess_wait", k, names, total, s.held, upper=high)
    wanted = [q for q in WAIT_SHARES if f"wait_p{round(100 * q)}" in table.wanted]
    if wanted:
        ranked = c.by_wait[answered[c.by_wait]]
        values, numbers = columns.quantiles(c.scope, n, placed, c.wait, ranked, wanted)
        for q, value in zip(wanted, values, strict=True):
            name = f"wait_p{round(100 * q)}"
            low, high = np.fmin(value, so_far), np.fmax(value, endless)
            table.add(name, k, names, np.nan, numbers, value=value, lower=low, upper=high)
    if "longest_wait" in table.wanted:
        rows = np.flatnonzero(had)
        longest = -columns.least(c.scope[rows], n, [x[rows] for x in placed], -c.wait[rows])
        high = np.fmax(longest, endless)
        table.add("longest_wait", k, names, np.nan, s.had_wait, value=longest, upper=high)


def _add_handling(table: TableBuilder, c: Contacts, s: _Sums, placed: Sequence[Ints]) -> None:
    k, names, columns, n = c.kind, c.names, table.columns, len(c.names)
    if "handle_time" in table.wanted:
        total = columns.totals(c.scope, n, placed, np.where(c.served & ~c.open_leg, c.handled, 0.0))
        table.add("handle_time", k, names, total, s.finished)
    if "contact_time" in table.wanted:
        total = columns.totals(c.scope, n, placed, np.where(c.done, c.time, 0.0))
        mean = ratio(total, s.done)
        low, high = mean, mean
        still = np.flatnonzero(c.open_leg)
        if still.size:
            at = [x[still] for x in placed]
            low = np.fmin(mean, columns.least(c.scope[still], n, at, c.time[still]))
            high = np.where(columns.totals(c.scope[still], n, at) > 0, np.inf, mean)
        table.add("contact_time", k, names, total, s.done, lower=low, upper=high)
    if k != "step" and "legs_per_contact" in table.wanted:
        legs = columns.totals(c.scope, n, placed, c.legs.astype(np.float64))
        table.add("legs_per_contact", k, names, legs, s.arrivals)


def _add_targets(table: TableBuilder, c: Contacts, s: _Sums, network: Network, services: Sequence[Service]) -> None:
    """Whether targets are reached, in each column and on each local day."""
    k, names = c.kind, c.names
    by_day = Columns(network.end, (Intervals.days(network),))
    day = _Sums(by_day, c, by_day.place(c.entered))
    whole = np.zeros(table.columns.n, dtype=bool)
    whole[0] = True
    for name, level, level_day, shares in (
        ("meets_target", s.service_level(), day.service_level(), [x.share for x in services]),
        ("meets_due", s.completion_level(), day.completion_level(), [x.due_share for x in services]),
    ):
        share = np.array([[np.nan if x is None else x] for x in shares])
        met, best = _reaches(level, share)
        table.add(name, k, names, met, 1.0, value=met, upper=best)
        met, best = (x[:, 1:] for x in _reaches(level_day, share))
        days = np.sum(~np.isnan(met), axis=1, keepdims=True).astype(np.float64)
        good, at_best = np.nansum(met, axis=1, keepdims=True), np.nansum(best, axis=1, keepdims=True)
        base = np.where(whole, days, 0.0)
        table.add(f"{name}_day", k, names, good, base, upper=ratio(at_best, days))


def _reaches(level: tuple[Floats, Floats, Floats], share: Floats) -> tuple[Floats, Floats]:
    """1 where a level reaches its share, now and at best; NaN where there is no level or no share."""
    good, base, best = level
    absent = np.isnan(share) | ~(base > 0.0)
    return tuple(  # type: ignore[return-value]
        np.where(absent, np.nan, (ratio(x, base) >= share).astype(np.float64)) for x in (good, best)
    )
