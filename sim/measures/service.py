"""Services: steps that are reported together, with the target they are held to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.machine.network import Network
from sim.machine.steps import Work

Promised = Literal["service level", "first response", "next response", "resolution"]
"""What a promise is about: an agent takes the contact; its first reply is out; a later reply is out; the ticket is
settled."""


@dataclass(frozen=True)
class Service:
    """Work steps that form one channel, and what was promised for it.

    Parameters
    ----------
    steps : str or iterable of str
        Names of work steps.
    awt : float, optional
        Acceptable waiting time [min]; answered within it counts as good. Absent: no service level.
    share : float, optional
        Target share of the service level.
    name : str, optional
        Name of the channel, by default that of its first step.
    clock : str, optional
        Calendar on which minutes count against `awt` and `due`. Absent: elapsed minutes.
    answer : {"start", "end"}
        Whether a contact is answered for the target when service starts (a call) or when it ends (a letter).
    due : float, optional
        Time until the contact is done [min], for `completion_level`.
    due_share : float, optional
        Target share of the completion level.
    short : float, optional
        Abandoned within this wait [min, elapsed] is a short abandon; by default `awt`.
    promise : {"service level", "first response", "next response", "resolution"}
        What `awt` and `share` are about; all but the first are judged by the clocks of `sim.measures.promises.sla`, if
        the survey knows the desk.
    channel : str, optional
        Channel to which it belongs, by default itself. A service of another name is a further promise of that channel:
        its contacts are counted there, not here.

    Raises
    ------
    ValueError
        A time is not positive or zero, a share is not one, or no step is named.

    Examples
    --------
    >>> Service(("chat_order", "chat_refund"), awt=1.0, share=0.8, name="chat").steps
    ('chat_order', 'chat_refund')
    >>> Service("phone", awt=0.5).name
    'phone'
    """

    steps: tuple[str, ...]
    awt: float | None = None
    share: float | None = None
    name: str = ""
    clock: str | None = None
    answer: Literal["start", "end"] = "start"
    due: float | None = None
    due_share: float | None = None
    short: float | None = None
    promise: Promised = "service level"
    channel: str = ""

    def __init__(
        self,
        steps: str | Iterable[str],
        awt: float | None = None,
        share: float | None = None,
        name: str = "",
        *,
        clock: str | None = None,
        answer: Literal["start", "end"] = "start",
        due: float | None = None,
        due_share: float | None = None,
        short: float | None = None,
        promise: Promised = "service level",
        channel: str = "",
    ) -> None:
        names = (steps,) if isinstance(steps, str) else tuple(dict.fromkeys(steps))
        label = name or (names[0] if names else "?")
        if not names:
            raise ValueError(f"service {label}: no steps; name at least one work step")
        for key, minutes in (("awt", awt), ("due", due), ("short", short)):
            if minutes is not None and not 0.0 <= minutes < np.inf:
                raise ValueError(f"service {label}: {key} is {minutes}; minutes of at least 0 are expected")
        for key, part in (("share", share), ("due_share", due_share)):
            if part is not None and not 0.0 < part <= 1.0:
                raise ValueError(f"service {label}: {key} is {part}; a share above 0 and up to 1 is expected")
        if share is not None and awt is None:
            raise ValueError(f"service {label}: a target share needs the awt it belongs to; give awt in minutes")
        if due_share is not None and due is None:
            raise ValueError(f"service {label}: a due_share needs the time it belongs to; give due in minutes")
        if answer not in ("start", "end"):
            raise ValueError(f"service {label}: answer is {answer!r}; 'start' or 'end' is expected")
        for key, value in (
            ("steps", names),
            ("awt", awt),
            ("share", share),
            ("name", label),
            ("clock", clock),
            ("answer", answer),
            ("due", due),
            ("due_share", due_share),
            ("short", short),
            ("promise", promise),
            ("channel", channel or label),
        ):
            object.__setattr__(self, key, value)

    @property
    def apart(self) -> bool:
        """Whether it is a further promise of a channel."""
        return self.channel != self.name


def _nearest(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(known) or 'none'}"


@dataclass(frozen=True, eq=False)
class Coverage:
    """Services placed on the steps of one network.

    Attributes
    ----------
    services : tuple of Service
        As given.
    work : bool array, shape (steps,)
        Steps that need a server.
    covered : bool array, shape (steps,)
        Work steps of scope `all`: those of any service, or every one when no service is given.
    members : list of bool arrays, shape (steps,)
        Steps of each service.
    service_of : int array, shape (steps,)
        The first service that names the step, -1 for none: it judges the step's contacts outside their channel.
    sources : tuple of str
        Names under which streams are reported.
    source_of : int array, shape (streams,)
        Place of each stream's name in them.
    """

    services: tuple[Service, ...]
    work: NDArray[np.bool_]
    covered: NDArray[np.bool_]
    members: tuple[NDArray[np.bool_], ...]
    service_of: NDArray[np.int64]
    sources: tuple[str, ...]
    source_of: NDArray[np.int64]

    @cached_property
    def disjoint(self) -> bool:
        """Whether no step belongs to two services."""
        return not self.members or int(np.sum(self.members, axis=0).max(initial=0)) <= 1

    def limited(self, kind: str) -> NDArray[np.bool_]:
        """Whether any service of a scope says what a short abandon is: by channel, by work step, or of all together."""
        said = np.array([*(s.awt is not None or s.short is not None for s in self.services), False])
        if kind == "channel":
            return said[:-1]
        return said[self.service_of[self.work]] if kind == "step" else np.array([said.any()])


def cover(network: Network, services: Iterable[Service], counted_as: Mapping[str, str] | None = None) -> Coverage:
    """Place services on a network.

    Parameters
    ----------
    network : Network
        Whose steps and streams are reported.
    services : iterable of Service
        Steps that are reported together.
    counted_as : mapping of str to str, optional
        Name under which a stream is reported, if not its own; several may share one.

    Raises
    ------
    ValueError
        With every unknown step or calendar, every step that is not work and every name given twice.
    """
    given = tuple(services)
    n = len(network.steps)
    work = np.array([isinstance(s, Work) for s in network.steps], dtype=bool)
    members: list[NDArray[np.bool_]] = []
    service_of = np.full(n, -1, dtype=np.int64)
    problems: list[str] = []
    names: set[str] = set()
    for k, service in enumerate(given):
        if service.name in names:
            problems.append(f"service {service.name}: the name is given twice; rename one of them")
        names.add(service.name)
        if service.clock is not None and service.clock not in network.calendars:
            problems.append(
                f"service {service.name}: unknown clock {service.clock!r}"
                + _nearest(service.clock, list(network.calendars))
            )
        elif service.clock is not None and network.calendars[service.clock].paces is not None:
            problems.append(
                f"service {service.name}: clock {service.clock!r} has paces, and measures count whole minutes; "
                "name a calendar without"
            )
        mine = np.zeros(n, dtype=bool)
        for step in service.steps:
            i = network.step_index.get(step)
            if i is None:
                known = [s.name for s in network.works]
                problems.append(f"service {service.name}: unknown step {step!r}" + _nearest(step, known))
            elif not work[i]:
                problems.append(f"service {service.name}: {step} is a delay; a work step is expected")
            elif not service.apart:
                mine[i] = True
                if service_of[i] < 0:
                    service_of[i] = k
        members.append(mine)
    if problems:
        raise ValueError("\n".join(problems))
    covered = np.logical_or.reduce(members) if members else work.copy()
    if given and all(s.apart for s in given):
        raise ValueError("services: all of them are further promises; name the channel they belong to as well")
    names_of = [(counted_as or {}).get(s.name, s.name) for s in network.streams]
    sources = tuple(dict.fromkeys(names_of))
    source_of = np.array([sources.index(name) for name in names_of], dtype=np.int64)
    return Coverage(given, work, covered, tuple(members), service_of, sources, source_of)
