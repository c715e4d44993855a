"""Bounds of numbers: those of a form, such as 0 % to 100 % for a share, and those of a word where they differ."""

from __future__ import annotations

import re

from sim.scenario.model.frozen import Frozen
from sim.scenario.model.ranges import amount, is_amount
from sim.scenario.reference.forms import atoms_of


class Bounds(Frozen):
    """What a number may be.

    Parameters
    ----------
    low, high : bounds with their unit; empty if there is none.
    low_open, high_open : the bound itself is refused.

    Examples
    --------
    >>> Bounds(low="0 %", high="100 %", high_open=True).words, Bounds(low="0 min", high="3650 d").numbers("min")
    ('from 0 % to below 100 %', (0.0, 5256000.0))
    """

    low: str = ""
    high: str = ""
    low_open: bool = False
    high_open: bool = False

    @property
    def words(self) -> str:
        """As readers see them."""
        low = f"{'above' if self.low_open else 'from'} {self.low}" if self.low else ""
        high = f"{'to below' if self.high_open else 'to'} {self.high}" if self.high else ""
        return re.sub(r"[0-9]{5,}", lambda many: f"{int(many[0]):,}", f"{low} {high}".strip())

    @property
    def kind(self) -> str | None:
        """Kind of number, as `amount` tells it; None for dates, and where there are no bounds."""
        return next((amount(end)[1] for end in (self.low, self.high) if is_amount(end)), None)

    def numbers(self, kind: str) -> tuple[float | None, float | None]:
        """The two ends in a kind of number; None where there is none.

        Parameters
        ----------
        kind : {"%", "min", ""}
            Per cent, minutes or bare.
        """
        low, high = (_number(end, kind) for end in (self.low, self.high))
        return low, high


NO_BOUNDS = Bounds()

OF_FORMS = {
    "share": Bounds(low="0 %", high="100 %"),
    "duration": Bounds(low="0 min", high="3650 d"),
    "law": Bounds(low="0 min", high="3650 d"),
    "factor": Bounds(low="times 0", high="times 1000"),
    "speed": Bounds(low="0", high="100", low_open=True),
    "priority": Bounds(low="-100", high="100"),
    "rank": Bounds(low="1", high="100"),
}
"""Bounds of every number of a form, unless its word has others."""


def bounds_within(own: Bounds, form: str, kind: str | None = None) -> Bounds:
    """Bounds of a number in a form: those of its word, else those of the form.

    Parameters
    ----------
    own : those of the word.
    form : how it is written (see `forms`), also as items of lists and mappings.
    kind : of the number that is written, as `amount` tells it; None: the kind of the word's own bounds.

    Examples
    --------
    >>> bounds_within(Bounds(high="40 h"), "duration").words
    'from 0 min to 40 h'
    >>> bounds_within(NO_BOUNDS, "whole|duration|share", "%").words
    'from 0 % to 100 %'
    """
    general = [(atom, OF_FORMS[atom]) for atom in sorted(atoms_of(form) & OF_FORMS.keys())]
    if kind is None:
        kind = own.kind if own.kind is not None else general[0][1].kind if len(general) == 1 else None
    fitting = next((one for atom, one in general if one.kind == kind or (atom, kind) == ("speed", "%")), NO_BOUNDS)
    told = own if own.kind in (kind, None) or fitting.kind == own.kind else NO_BOUNDS
    low, high = told if told.low else fitting, told if told.high else fitting
    return Bounds(low=low.low, low_open=low.low_open, high=high.high, high_open=high.high_open)


def _number(end: str, kind: str) -> float | None:
    if not is_amount(end):
        return None
    number, own = amount(end)
    if own == kind:
        return number
    return 100.0 * number if (own, kind) == ("", "%") else None
