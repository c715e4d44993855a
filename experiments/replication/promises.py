"""Promises of a scenario as services of the measures: which steps form a channel and what it is held to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from experiments.wording import term
from sim.lowering import Operation
from sim.measures import Service
from sim.scenario.text.units import as_share

REPLY = "first response"


@dataclass(frozen=True)
class Promise:
    """What was promised for a channel.

    Parameters
    ----------
    channel : str
        Name of the channel.
    service : str
        Name of the service that measures it, the scope in tables.
    kind : {"service level", "first response"}
        Answered within a time, or answered with the reply out within a time.
    share : float
        Promised share.
    within : float
        [min].
    """

    channel: str
    service: str
    kind: Literal["service level", "first response"]
    share: float
    within: float

    @property
    def short(self) -> str:
        """For a narrow column."""
        return f"{as_share(self.share)} in {term(self.within)}"

    def __str__(self) -> str:
        verb = "answered" if self.kind == "service level" else "replied"
        return f"{as_share(self.share)} {verb} within {term(self.within)}"


def promises_of(operation: Operation) -> tuple[Promise, ...]:
    """Promises of an operation, in the order of its channels.

    A channel with both a service level and a first response has two; the second is measured as a service of its own.

    Examples
    --------
    >>> from sim.lowering import lower
    >>> from sim.scenario import load
    >>> for p in promises_of(lower(load("scenarios/small_shop.yaml"))):
    ...     print(p.channel, "-", p)
    phone - 80 % answered within 30 s
    email - 90 % replied within 24 h
    """
    made: list[Promise] = []
    for name, channel in operation.scenario.channels.items():
        level, reply = channel.service_level, channel.first_response
        if level is not None:
            made.append(Promise(name, name, "service level", level.share, level.within))
        if reply is not None:
            own = name if level is None else f"{name} {REPLY}"
            made.append(Promise(name, own, "first response", reply.share, reply.within))
    return tuple(made)


def services_of(operation: Operation) -> tuple[Service, ...]:
    """Services of an operation: one per channel with contact types, and one more for a second promise.

    A service level counts when an agent takes the contact. A first response counts when the reply is out, which is the
    end of the handling.
    """
    by_service = {p.service: p for p in promises_of(operation)}
    services = []
    for name, steps in operation.channels.items():
        if not steps:
            continue
        own = [p for p in by_service.values() if p.channel == name]
        if not own:
            services.append(Service(steps, name=name))
        for p in own:
            answer: Literal["start", "end"] = "start" if p.kind == "service level" else "end"
            services.append(Service(steps, awt=p.within, share=p.share, name=p.service, answer=answer))
    return tuple(services)
