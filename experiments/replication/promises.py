"""Promises of a scenario as services of the measures: which steps form a channel and what it is held to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from experiments.wording import term
from sim.lowering import Operation
from sim.measures import Desk, Service
from sim.scenario.text.units import as_share

REPLY, NEXT, SETTLED = "first response", "next response", "resolution"

Kind = Literal["service level", "first response", "next response", "resolution"]

VERBS: dict[Kind, str] = {
    "service level": "answered",
    "first response": "replied",
    "next response": "replied again",
    "resolution": "resolved",
}


@dataclass(frozen=True)
class Promise:
    """What was promised for a channel.

    Parameters
    ----------
    channel : str
        Name of the channel.
    service : str
        Name of the service that measures it, the scope in tables.
    kind : {"service level", "first response", "next response", "resolution"}
        Answered within a time; answered with the reply out within a time; each later reply out within a time; the
        ticket settled within a time.
    share : float
        Promised share.
    within : float
        [min].
    clock : {"elapsed", "open", "business"}
        What counts.
    """

    channel: str
    service: str
    kind: Kind
    share: float
    within: float
    clock: Literal["elapsed", "open", "business"] = "elapsed"

    @property
    def short(self) -> str:
        """For a narrow column."""
        what = f" {self.kind}" if self.kind in (NEXT, SETTLED) else ""
        return f"{as_share(self.share)} in {term(self.within)}{what}"

    def __str__(self) -> str:
        return f"{as_share(self.share)} {VERBS[self.kind]} within {term(self.within)}"


def other_yardsticks(operations: Sequence[Operation]) -> frozenset[str]:
    """Services whose promise is not measured alike in all operations: another time, clock or kind of promise.

    A level there says nothing about who serves better: an easier promise is kept more often by the same desk.
    """
    measured: dict[str, set[tuple[str, float, str]]] = {}
    for operation in operations:
        for p in promises_of(operation):
            measured.setdefault(p.service, set()).add((p.kind, p.within, p.clock))
    return frozenset(service for service, found in measured.items() if len(found) > 1)


def promises_of(operation: Operation) -> tuple[Promise, ...]:
    """Promises of an operation, in the order of its channels.

    The first promise of a channel has its name; a further one is measured under a name of its own.

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
        for kind, promised in (
            ("service level", channel.service_level),
            (REPLY, channel.first_response),
            (NEXT, channel.next_response),
            (SETTLED, channel.resolution),
        ):
            if promised is None or (kind == NEXT and not operation.steps("reply", channel=name)):
                continue
            own = kind in ("service level", REPLY) and not any(p.service == name for p in made)
            made.append(
                Promise(
                    name,
                    name if own else f"{name} {kind}",
                    kind,  # type: ignore[arg-type]
                    promised.share,
                    promised.within,
                    promised.clock,
                )
            )
    return tuple(made)


def services_of(operation: Operation) -> tuple[Service, ...]:
    """Services of an operation: one per channel with contact types, and one more for each further promise.

    A service level counts when an agent takes the contact. A first response counts when the reply is out, which is the
    end of the handling. Later replies and resolutions have clocks of their own (`sim.measures.promises.sla`).
    """
    found = promises_of(operation)
    services = []
    for name, steps in operation.channels.items():
        if not steps:
            continue
        own = [p for p in found if p.channel == name]
        if not any(p.service == name for p in own):
            services.append(Service(steps, name=name))
        for p in own:
            services.append(
                Service(
                    steps,
                    awt=p.within,
                    share=p.share,
                    name=p.service,
                    clock=calendar_of(operation, p),
                    answer="start" if p.kind == "service level" else "end",
                    promise=p.kind,
                    channel=name,
                )
            )
    return tuple(services)


def calendar_of(operation: Operation, promise: Promise) -> str | None:
    """Name of the calendar on which a promise counts; None where every minute does."""
    calendars = operation.network.calendars
    name = {"open": f"open:{promise.channel}", "business": "business hours"}.get(promise.clock)
    return name if name in calendars else None


def desk_of(operation: Operation) -> Desk:
    """What the steps of an operation stand for."""
    return Desk(
        {step: role.part for step, role in operation.roles.items()},
        {step: role.channel for step, role in operation.roles.items() if role.channel},
        streams=operation.sources,
    )
