"""Contacts that come again: redials, unsolved problems, and chasers of a slow backlog."""

from __future__ import annotations

from sim.scenario.model.laws import Law
from sim.scenario.model.period import Frozen

SAME = "same"
"""The channel on which the attempt before came in."""


class Repeat(Frozen):
    """Some of those who left without what they came for come again.

    Parameters
    ----------
    share : who come again, by contact type; ``other`` for the types not named.
    after : time until they do.
    to : share by channel, ``same`` for the channel of the last attempt; the shares sum to 1.
    at_most : attempts of this sort in one ticket. Attempts after ``abandoned``, ``blocked`` and ``closed`` are one
        sort, as nobody was served: each of the three stops once all of them together reach its own limit. Those who
        come back to a bot and to self-service are one sort in the same way; ``unresolved`` is one by itself.
    """

    share: dict[str, float]
    after: Law
    to: dict[str, float]
    at_most: int = 3

    def share_of(self, contact_type: str) -> float:
        """Share who come again, of a contact type."""
        return self.share.get(contact_type, self.share.get("other", 0.0))


class Chaser(Frozen):
    """A contact that waits too long is chased on another channel, while it still waits.

    Parameters
    ----------
    after : elapsed time from its arrival until the customer asks again [min].
    share : of the customers who have waited so long. It is drawn anew for each chaser: of those who chased and still
        wait after the same time once more, this share chases again (so share^2 of those who wait on chase twice).
    to : share by channel (never only the one on which it waits); the shares sum to 1.
    at_most : chasers of one waiting contact.
    closes : share of answered chasers that settle the matter: the waiting contact is withdrawn.
    """

    after: float
    share: float
    to: dict[str, float]
    at_most: int = 1
    closes: float = 1.0


class RepeatContacts(Frozen):
    """Who comes again, and why.

    Parameters
    ----------
    abandoned : those who gave up waiting. blocked : those who found the line full. closed : those who found the door
        closed. unresolved : those whose contact was handled but whose problem was not solved. None: nobody.
    overdue : chasers, by the channel on which the slow contact waits.
    """

    abandoned: Repeat | None = None
    blocked: Repeat | None = None
    closed: Repeat | None = None
    unresolved: Repeat | None = None
    overdue: dict[str, Chaser] = {}
