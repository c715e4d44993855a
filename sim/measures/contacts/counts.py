"""Numbers of contacts by what became of them, in every cell of a sheet."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from sim.measures.cells.arrays import Bools, Floats, Ints
from sim.measures.cells.placed import distinct
from sim.measures.cells.sheets import Sheet
from sim.measures.contacts.contacts import Contacts
from sim.measures.contacts.judgement import Judgement
from sim.measures.contacts.visits import ABANDONED, ANSWERED, BLOCKED, CLOSED, MOVED, OPEN, RECALLED

STATUS_BITS = 3


class Fates:
    """Contacts by fate: a combination of what became of them and how they stand to their targets.

    Counting each combination that occurs once and adding combinations up is much faster than counting every trait anew.

    Parameters
    ----------
    contacts : Contacts
        Who is counted.
    judgement : Judgement
        Their targets.
    due : bool
        Whether any of them has a due time.
    """

    def __init__(self, contacts: Contacts, judgement: Judgement, due: bool) -> None:
        self.contacts = c = contacts
        j = judgement
        traits: dict[str, Bools] = {
            "served": c.served,
            "open_leg": c.open_leg,
            "done": c.done,
            "lost": c.lost,
            "several": c.legs > 1,
            "refused": ~c.had_wait,
            "repeat": c.repeat,
            "in_service": j.in_service,
            "target": ~np.isnan(j.awt),
            "within": j.within,
            "short": j.short,
        }
        if due:
            traits |= {"due": ~np.isnan(j.due), "in_due": j.in_due}
        code = c.status.astype(np.uint16)
        for i, trait in enumerate(traits.values()):
            code |= trait.astype(np.uint16) << (STATUS_BITS + i)
        used, self._profile = distinct(code, 1 << (STATUS_BITS + len(traits)))
        self._status: Ints = used & ((1 << STATUS_BITS) - 1)
        self._traits = {name: (used >> (STATUS_BITS + i)) & 1 > 0 for i, name in enumerate(traits)}

    @cached_property
    def _sets(self) -> tuple[dict[str, int], Bools]:
        """Place and profiles of each count."""
        status, has = self._status, self._traits
        nobody = np.zeros(status.size, dtype=bool)
        answered, abandoned, open_ = status == ANSWERED, status == ABANDONED, status == OPEN
        target, within, in_service = has["target"], has["within"], has["in_service"]
        # whom a closed door turned away is an arrival, but nothing was promised then: shown apart
        let_in = (status != CLOSED) | ~has["refused"]
        sets = {
            "arrivals": ~nobody,
            "answered": answered,
            "abandoned": abandoned,
            "blocked": status == BLOCKED,
            "closed": status == CLOSED,
            "moved": status == MOVED,
            "recalled": status == RECALLED,
            "open": open_,
            "dropped": answered & ~in_service & has["lost"],
            "short": has["short"],
            "had_wait": ~has["refused"],
            "finished": has["served"] & ~has["open_leg"],
            "done": has["done"],
            "open_leg": has["open_leg"],
            "served": has["served"],
            "waiting": ~has["served"] & has["open_leg"],
            "several": has["several"],
            "repeat": has["repeat"],
            "let_in": let_in,
            "held": target & let_in & (status != RECALLED),
            "good": within & answered & ~in_service,
            "left_early": within & abandoned,
            "undecided": within & open_,
            "unfinished": within & in_service,
            "answered_held": target & answered,
            "open_held": target & open_,
            "pending": target & (open_ | in_service),
            "due": has.get("due", nobody),
            "done_in_due": has["done"] & has.get("in_due", nobody),
            "open_in_due": has["open_leg"] & has.get("in_due", nobody),
        }
        return {name: i for i, name in enumerate(sets)}, np.array(list(sets.values()))

    def count(self, sheet: Sheet) -> Counts:
        """Numbers in the cells of a sheet."""
        place, sets = self._sets
        return Counts(place, self.contacts.placed.profiles(sheet, self._profile, sets))


class Counts:
    """Numbers of contacts, by name.

    Parameters
    ----------
    place : dict of str to int
        Where each number stands.
    numbers : array, shape (names, cells)
    """

    def __init__(self, place: dict[str, int], numbers: Floats) -> None:
        self._place, self._numbers = place, numbers

    def __getitem__(self, name: str) -> Floats:
        """Numbers in all cells, shape (cells,)."""
        out: Floats = self._numbers[self._place[name]]
        return out

    @cached_property
    def none_open(self) -> bool:
        """Whether nobody was left waiting and no leg was left open: every value is then its own bound."""
        return not any(self[name].any() for name in ("open", "open_leg", "unfinished", "pending"))

    def service_level(self) -> tuple[Floats, Floats, Floats]:
        """SL-A: numerator, denominator and the largest numerator that is still possible."""
        good = self["good"]
        return good, self["held"] - self["left_early"], good + self["undecided"] + self["unfinished"]

    def completion_level(self) -> tuple[Floats, Floats, Floats]:
        """Completion level: numerator, denominator and the largest numerator that is still possible."""
        good = self["done_in_due"]
        return good, self["due"], good + self["open_in_due"]
