"""Measures of outcomes: contacts from the bot to the agents, why they are made, what settles tickets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.measures.cells.arrays import Bools, Floats, Ints
from sim.measures.cells.placed import Placed, Scopes, distinct
from sim.measures.cells.ruler import Moments, Ruler
from sim.measures.cells.sheets import Sheet
from sim.measures.outcomes.definitions import FOLLOWED
from sim.measures.outcomes.journeys import BACK, CHASER, UNRESOLVED, UNSERVED, Journeys
from sim.measures.table import TableBuilder

DAY = 1440.0


def add_outcome_measures(table: TableBuilder, sheets: Sequence[Sheet], journeys: Journeys, ruler: Ruler) -> None:
    """Put the measures of contacts across steps and of tickets into the table, for all and by channel."""
    contacts, tickets = _Contacts(journeys, ruler), _Tickets(journeys, ruler)
    for sheet in sheets:
        contacts.add(table, sheet)
        tickets.add(table, sheet)


class _Traits:
    """Rows that have traits or not, counted cell by cell."""

    def __init__(self, j: Journeys, channel: Ints, begin: Floats, ruler: Ruler, traits: dict[str, Bools]) -> None:
        kinds = {"all": Scopes(("all",), np.zeros(begin.size, dtype=np.int64)), "channel": Scopes(j.names, channel)}
        self.placed = Placed(kinds, Moments(begin, ruler))  # type: ignore[arg-type]
        code = np.zeros(begin.size, dtype=np.uint32)
        for i, trait in enumerate(traits.values()):
            code |= trait.astype(np.uint32) << i
        self._used, self._profile = distinct(code, 1 << len(traits))
        self._bit = {name: i for i, name in enumerate(traits)}

    def has(self, name: str) -> Bools:
        """Profiles that have a trait."""
        return np.asarray((self._used >> self._bit[name]) & 1 > 0)

    def numbers(self, sheet: Sheet, sets: dict[str, Bools]) -> dict[str, Floats]:
        """How many rows each set of profiles has in each cell."""
        found = self.placed.profiles(sheet, self._profile, np.array(list(sets.values())))
        return dict(zip(sets, found, strict=True))


class _Contacts(_Traits):
    def __init__(self, j: Journeys, ruler: Ruler) -> None:
        rows = np.flatnonzero(j.in_period & (j.came_to >= 0))
        cause = j.cause[rows]
        traits = {
            "human": j.human[rows],
            "met": j.met[rows],
            "contained": j.contained[rows],
            "gave_up": j.gave_up[rows],
            "false": j.false[rows],
            "escalated": j.escalated[rows],
            "open": ~j.over[rows],
            "unserved": cause == UNSERVED,
            "unresolved": cause == UNRESOLVED,
            "back": cause == BACK,
            "chaser": cause == CHASER,
            "in_session": j.stops.session[j.last[rows]],
        }
        super().__init__(j, j.came_to[rows], j.begin[rows], ruler, traits)

    def add(self, table: TableBuilder, sheet: Sheet) -> None:
        has = self.has
        contained, met = has("contained"), has("met")
        sets = {
            "contacts": np.ones(met.size, dtype=bool),
            "human": has("human"),
            "met": met,
            "contained": contained,
            "gave_up": has("gave_up"),
            "helped": contained & ~has("gave_up"),
            "false": has("false"),
            "in_session": met & has("in_session") & ~contained,
            "handed": met & ~has("in_session"),
            "escalated": has("escalated") & has("human"),
            **{name: has(name) for name in ("unserved", "unresolved", "back", "chaser")},
        }
        n = self.numbers(sheet, sets)
        add, every = table.add, n["contacts"]
        add("contacts", sheet, every)
        add("human_contacts", sheet, n["human"])
        for name in ("unserved", "unresolved"):
            add(f"repeat_{name}", sheet, n[name], every)
        add("repeat_false", sheet, n["back"], every)
        add("chaser_share", sheet, n["chaser"], every)
        again = n["unserved"] + n["unresolved"] + n["back"] + n["chaser"]
        add("self_inflicted", sheet, again, every)
        add("escalation_share", sheet, n["escalated"], n["human"])
        met_, helped = n["met"], n["helped"]
        add("bot_sessions", sheet, met_)
        add("bot_entry", sheet, met_, np.where(met_ > 0.0, every, 0.0))
        still = n["in_session"] if n["in_session"].any() else None
        for name, top in (
            ("bot_contained", n["contained"]),
            ("bot_gave_up", n["gave_up"]),
            ("bot_handed_off", n["handed"]),
            ("net_containment", helped - n["false"]),
        ):
            upper = None if still is None else _ratio(top + still, met_)
            add(name, sheet, top, met_, upper=upper)
        add("false_containment", sheet, n["false"], helped)


class _Tickets(_Traits):
    def __init__(self, j: Journeys, ruler: Ruler) -> None:
        t = j.tickets
        first = t.contacts[t.first]
        ended = j.end[first]
        good, begun = j.settled[first], ~j.over[first]
        traits = {
            "good": good,
            "begun": begun,  # its first contact is not over
            "solved": t.solved,
            "reopened": t.reopened,
            "met": t.any(j.met),
            "human": t.human,
            "open": t.open,
        }
        for n in FOLLOWED:
            traits[f"again_{n}"] = t.next <= ended + n * DAY
            traits[f"followed_{n}"] = ~t.open | (j.stopped >= ended + n * DAY)
        super().__init__(j, np.maximum(j.came_to[first], 0), t.birth, ruler, traits)

    def add(self, table: TableBuilder, sheet: Sheet) -> None:
        has = self.has
        sets = {
            "tickets": has("good") | ~has("good"),
            "solved": has("solved"),
            "reopened": has("solved") & has("reopened"),
            "met": has("met"),
            "deflected": has("met") & ~has("human"),
            "risk": has("met") & ~has("human") & has("open"),
        }
        for n in FOLLOWED:
            alone = ~has(f"again_{n}")
            sets[f"first_{n}"] = has("good") & alone
            sets[f"risk_{n}"] = has("good") & alone & ~has(f"followed_{n}")
            sets[f"maybe_{n}"] = has("begun") & alone
        number = self.numbers(sheet, sets)
        tickets = number["tickets"]
        for n in FOLLOWED:
            good, risk, maybe = (number[f"{x}_{n}"] for x in ("first", "risk", "maybe"))
            told = risk.any() or maybe.any()
            low, high = (_ratio(good - risk, tickets), _ratio(good + maybe, tickets)) if told else (None, None)
            table.add(f"fcr_{n}d", sheet, good, tickets, lower=low, upper=high)
        table.add("reopen_share", sheet, number["reopened"], number["solved"])
        low = _ratio(number["deflected"] - number["risk"], number["met"]) if number["risk"].any() else None
        table.add("deflected", sheet, number["deflected"], number["met"], lower=low)


def _ratio(top: Floats, of: Floats) -> Floats:
    return np.divide(top, of, out=np.full(top.shape, np.nan), where=of > 0.0)
