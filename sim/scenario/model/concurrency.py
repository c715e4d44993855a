"""Several contacts at a time: how fast each of them goes on while an agent holds so many open."""

from __future__ import annotations

from sim.scenario.model.period import Frozen
from sim.scenario.text.units import as_duration

USUAL_GAIN = (1.0, 1.7, 2.5, 2.9, 3.5)
"""Work that an agent gets done with 1, 2, ... 5 open chats, over that with one: the table that practitioners divide
Erlang results by (Call Centre Helper, "Erlang C for Chat?"). A rule of thumb, not measured: always an assumption."""


class Concurrency(Frozen):
    """How many contacts an agent holds open, and how fast each goes on then.

    Parameters
    ----------
    limit : contacts at a time, at least 2.
    speed : speed of *each* contact by the number of open ones; length `limit`, the first 1.
    touch, think : mean times for which the agent works on a contact and the customer thinks, in turn [min], if the
        speeds were derived from them; None if not. The handle time is then that of a contact alone, thinking included.

    Examples
    --------
    >>> Concurrency(limit=2, speed=(1.0, 0.8)).gain
    (1.0, 1.6)
    """

    limit: int
    speed: tuple[float, ...]
    touch: float | None = None
    think: float | None = None

    @property
    def derived(self) -> str | None:
        """How the speeds were derived, in words; None if they were given."""
        if self.touch is None or self.think is None:
            return None
        return f"{as_duration(self.touch)} of work and {as_duration(self.think)} of thinking in turn"

    @property
    def gain(self) -> tuple[float, ...]:
        """Work done with 1, 2, ... open contacts, over that with one."""
        return tuple(n * speed for n, speed in enumerate(self.speed, 1))


def usual_speeds(limit: int) -> tuple[float, ...]:
    """Give the shipped speeds of each contact by the number of open ones; an assumption.

    Beyond five open contacts the agent gets no more done than with five.

    Examples
    --------
    >>> [round(speed, 3) for speed in usual_speeds(6)]
    [1.0, 0.85, 0.833, 0.725, 0.7, 0.583]
    """
    last = len(USUAL_GAIN)
    return tuple(USUAL_GAIN[min(n, last) - 1] / n for n in range(1, limit + 1))


def attended_speeds(touch: float, think: float, limit: int) -> tuple[float, ...]:
    """Derive the speed of each contact by the number of open ones from touch and think time.

    The agent attends one contact at a time; each contact needs, in turn, some work and some thinking of its customer.
    With n open ones this is a closed system of one server and n sources. The server has nothing to do only while all
    n customers think, which is as likely as that all n lines of a loss system with the load a = think / touch are
    busy; so each contact goes on at (1 + a)(1 - B(n, a)) / n of its speed alone, B being Erlang's loss formula.

    Parameters
    ----------
    touch : mean work of one turn [min], above 0.
    think : mean time for which the customer thinks between two turns [min].
    limit : contacts at a time.

    Source
    ------
    Palm (1947); Feller (1968), chapter XVII, servicing of machines. Turns of work are exponential; of the thinking
    only the mean matters. `sim.theory.alternating_speeds` has the same from the states of the system.

    Examples
    --------
    >>> [round(speed, 3) for speed in attended_speeds(3.0, 5.0, 3)]
    [1.0, 0.877, 0.747]
    >>> attended_speeds(3.0, 0.0, 2)
    (1.0, 0.5)
    """
    load = think / touch
    found: list[float] = []
    loss = 1.0  # of 0 lines
    for n in range(1, limit + 1):
        found.append((1.0 + load) / (n + load * loss))  # 1 - B(n, a) is n / (n + a B(n - 1, a))
        loss = load * loss / (n + load * loss)
    return tuple(found)
