"""Measures of contacts: counts, service levels, waits, handling."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.measures.cells.arrays import Floats
from sim.measures.cells.sheets import Part, Sheet
from sim.measures.contacts.contacts import Contacts
from sim.measures.contacts.counts import Counts, Fates
from sim.measures.contacts.definitions import WAIT_SHARES
from sim.measures.contacts.judgement import Judgement
from sim.measures.contacts.visits import OPEN
from sim.measures.intervals import Intervals
from sim.measures.service import Coverage
from sim.measures.table import TableBuilder

IN_DUE = ("completion_level", "meets_due", "meets_due_day")


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Quotient; NaN where there is nothing in the denominator."""
    return np.divide(numerator, denominator, out=np.full(numerator.shape, np.nan), where=denominator > 0.0)


@dataclass(frozen=True, eq=False)
class ContactSheet:
    """Contacts counted in the cells of a sheet.

    Attributes
    ----------
    table : TableBuilder
        Where the measures go.
    sheet : Sheet
        Cells, of kinds of scope that have these contacts.
    c : Contacts
        Who is counted.
    j : Judgement
        Their targets.
    n : Counts
        Their numbers.
    coverage : Coverage
        Services.
    """

    table: TableBuilder
    sheet: Sheet
    c: Contacts
    j: Judgement
    n: Counts
    coverage: Coverage

    def add_counts(self) -> None:
        """How many there were, and what became of them."""
        add, sheet, n = self.table.add, self.sheet, self.n
        arrivals, open_ = n["arrivals"], n["open"]
        add("arrivals", sheet, arrivals)
        add("offered", sheet, arrivals - n["blocked"])
        for name in ("answered", "abandoned", "closed", "moved"):
            add(name, sheet, n[name], upper=None if n.none_open else n[name] + open_)
        for name in ("blocked", "recalled", "dropped"):
            add(name, sheet, n[name])
        add("open_contacts", sheet, open_)
        if sheet.wants("short_abandoned"):
            short = n["short"].copy()
            for part in sheet.parts:
                limited = self.coverage.limited(part.kind)[:, None]
                cells = short[part.cells].reshape(len(part.names), part.width)
                short[part.cells] = np.where(limited, cells, np.nan).ravel()
            add("short_abandoned", sheet, short)

    def add_shares(self) -> None:
        """Service levels, abandonment, accessibility, completion, repeats and transfers."""
        add, sheet, n = self.table.add, self.sheet, self.n
        good, base, best = n.service_level()
        held, early, answered = n["held"], n["left_early"], n["answered_held"]

        def at_best(top: Floats, of: Floats) -> Floats | None:
            return None if n.none_open else ratio(top, of)

        add("service_level", sheet, good, base, upper=at_best(best, base))
        add("service_level_b", sheet, good + early, held, upper=at_best(best + early, held))
        add("service_level_c", sheet, good, held, upper=at_best(best, held))
        low, high = at_best(good, answered + n["open_held"]), at_best(best, answered + n["undecided"])
        add("service_level_d", sheet, good, answered, lower=low, upper=high)
        let_in, arrivals = n["let_in"], n["arrivals"]
        add("abandonment", sheet, n["abandoned"], let_in, upper=at_best(n["abandoned"] + n["open"], let_in))
        served = n["served"]
        add("accessibility", sheet, served, arrivals, upper=at_best(served + n["waiting"], arrivals))
        done, due, most = n.completion_level()
        add("completion_level", sheet, done, due, upper=at_best(most, due))
        add("repeat_share", sheet, n["repeat"], arrivals)
        add("transfer_share", sheet, n["several"], arrivals)

    def add_waits(self) -> None:
        """Means, quantiles and the longest of the waits."""
        c, n, sheet, placed, sums = self.c, self.n, self.sheet, self.c.placed, self.sums
        answered, had_wait, open_ = n["answered"], n["had_wait"], n["open"]
        # an open contact may still wait for any time, but no less than it has
        endless = so_far = None
        if open_.any() and sheet.wants("asa", "mean_wait", "longest_wait", *QUANTILES):
            endless = np.where(open_ > 0, np.inf, -np.inf)
            so_far = placed.least(sheet, np.flatnonzero(c.status == OPEN), c.wait)

        def low(x: Floats) -> Floats | None:
            return None if so_far is None else np.fmin(x, so_far)

        def high(x: Floats) -> Floats | None:
            return None if endless is None else np.fmax(x, endless)

        add = self.table.add
        if sheet.wants("asa"):
            mean = ratio(sums["asa"], answered)
            add("asa", sheet, sums["asa"], answered, lower=low(mean), upper=high(mean))
        if sheet.wants("mean_wait"):
            total = sums["mean_wait"]
            add("mean_wait", sheet, total, had_wait, upper=high(ratio(total, had_wait)))
        if sheet.wants("excess_wait"):
            total, pending, most = sums["excess_wait"], n["pending"], None
            if pending.any():
                most = np.fmax(ratio(total, n["held"]), np.where(pending > 0, np.inf, -np.inf))
            add("excess_wait", sheet, total, n["held"], upper=most)
        wanted = [q for q, name in zip(WAIT_SHARES, QUANTILES, strict=True) if sheet.wants(name)]
        if wanted:
            values = placed.quantiles(sheet, np.flatnonzero(c.answered), c.wait, wanted)
            for q, value in zip(wanted, values, strict=True):
                name = f"wait_p{round(100 * q)}"
                add(name, sheet, np.nan, answered, value=value, lower=low(value), upper=high(value))
        if sheet.wants("longest_wait"):
            longest = -placed.least(sheet, np.flatnonzero(c.had_wait), -c.wait)
            add("longest_wait", sheet, np.nan, had_wait, value=longest, upper=high(longest))

    def add_handling(self) -> None:
        """Handle times, times to the departure, legs."""
        c, n, sheet, add, sums = self.c, self.n, self.sheet, self.table.add, self.sums
        if sheet.wants("handle_time"):
            add("handle_time", sheet, sums["handle_time"], n["finished"])
        if sheet.wants("contact_time"):
            total, low, high = sums["contact_time"], None, None
            if n["open_leg"].any():
                mean = ratio(total, n["done"])
                low = np.fmin(mean, c.placed.least(sheet, np.flatnonzero(c.open_leg), c.time))
                high = np.where(n["open_leg"] > 0, np.inf, mean)
            add("contact_time", sheet, total, n["done"], lower=low, upper=high)
        if sheet.wants("legs_per_contact"):
            add("legs_per_contact", sheet, sums["legs_per_contact"], n["arrivals"])

    @cached_property
    def sums(self) -> dict[str, Floats]:
        """Sums over the contacts of each cell, for the measures that are means."""
        names = [name for name in MEANS if self.sheet.wants(name)]
        if not names:
            return {}
        weights = np.stack([self.j.minutes(name) for name in names])
        return dict(zip(names, self.c.placed.totals(self.sheet, weights), strict=True))

    def add_targets(self, day: Counts) -> None:
        """Whether channels reach their targets, in each column and on each local day.

        Parameters
        ----------
        day : Counts
            By channel and local day.
        """
        n, sheet, add, services = self.n, self.sheet, self.table.add, self.coverage.services
        for name, level, by_day, shares in (
            ("meets_target", n.service_level(), day.service_level(), [s.share for s in services]),
            ("meets_due", n.completion_level(), day.completion_level(), [s.due_share for s in services]),
        ):
            if not sheet.wants(name, f"{name}_day"):
                continue
            share = np.array([np.nan if x is None else x for x in shares])
            met, best = reaches(level, sheet.by_scope("channel", share))
            add(name, sheet, met, 1.0, value=met, upper=best)
            good, base, top = (x.reshape(len(services), -1) for x in by_day)
            met, best = reaches((good, base, top), share[:, None])
            days = np.sum(~np.isnan(met), axis=1).astype(np.float64)
            kept, at_best = np.nansum(met, axis=1), np.nansum(best, axis=1)
            good, base, top = (sheet.by_scope("channel", x) for x in (kept, days, ratio(at_best, days)))
            add(f"{name}_day", sheet, good, base, upper=top)


MEANS = ("asa", "mean_wait", "excess_wait", "handle_time", "contact_time", "legs_per_contact")
QUANTILES = tuple(f"wait_p{round(100 * q)}" for q in WAIT_SHARES)


def add_contact_measures(
    table: TableBuilder, sheets: tuple[Sheet, ...], c: Contacts, j: Judgement, coverage: Coverage, days: Intervals
) -> None:
    """Put the measures of these contacts into the table.

    Parameters
    ----------
    sheets : tuple of Sheet
        Cells of the kinds of scope that have these contacts.
    days : Intervals
        Local days.
    """
    fates = Fates(c, j, any(s.due is not None for s in coverage.services))
    for sheet in sheets:
        one = ContactSheet(table, sheet, c, j, fates.count(sheet), coverage)
        one.add_counts()
        one.add_shares()
        one.add_waits()
        one.add_handling()
        channels = c.kinds.get("channel")
        if channels is not None and sheet.part("channel") is not None and sheet.wants(*TARGETS):
            part = Part("channel", channels.names, (days,), slice(0, len(channels.names) * days.n))
            by_day = fates.count(Sheet(sheet.whole, sheet.end, frozenset(), (part,)))
            one.add_targets(by_day)


TARGETS = ("meets_target", "meets_target_day", "meets_due", "meets_due_day")


def reaches(level: tuple[Floats, Floats, Floats], share: Floats) -> tuple[Floats, Floats]:
    """1 where a level reaches its share, now and at best; NaN where there is no level or no share."""
    good, base, best = level
    absent = np.isnan(share) | ~(base > 0.0)
    return tuple(  # type: ignore[return-value]
        np.where(absent, np.nan, (ratio(x, base) >= share).astype(np.float64)) for x in (good, best)
    )
