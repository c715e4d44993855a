"""Call-backs and messages: dialling, and the talk with those who answer."""

from __future__ import annotations

from typing import Any

from sim.lowering.draft import Draft
from sim.machine import Condition, Constant, Edge, Source
from sim.machine import Law as MachineLaw
from sim.machine.steps import Clause
from sim.scenario.model import Kind

DIALLING = 0.5
"""Time to dial for a call-back [min]; an assumption."""


def called_back(draft: Draft, kind: str) -> str | None:
    """First step of a call-back, where those wait who are called back; None where nobody is."""
    for word in ("dial", "call_back"):
        if draft.step(word, kind) in draft.roles:
            return draft.step(word, kind)
    return None


def lower_call_back(
    draft: Draft,
    kind: Kind,
    edges: list[Edge],
    size: MachineLaw,
    after_work: MachineLaw | None,
    line: dict[str, Any],
    keep: bool,
) -> None:
    """Add what calls customers back.

    A call-back that keeps its place stands in line from the moment at which it was agreed; else it comes after all who
    wait in line, those who come later too.

    Parameters
    ----------
    draft, kind, edges, size, after_work : as of the contact itself
        What, and who serves it.
    line : dict
        Precedence, as of the contact itself.
    keep : bool
        Whether the agent stays until a hand-over is done.
    """
    call_back = draft.scenario.channels[kind.channel].call_back
    if call_back is not None and not call_back.keeps_place:
        line = {k: v for k, v in line.items() if k not in ("priority", "head_start")}
    waits = {**line, "opening": draft.openings[kind.channel], "when_closed": "wait"}
    name = draft.step("call_back", kind.name)
    talk: dict[str, Any] = {"after_work": after_work, "keep": keep}
    if call_back is None or call_back.reached >= 1.0:
        draft.work(name, "call_back", kind.name, edges, size, **talk, **waits)
        return
    dial = draft.step("dial", kind.name)
    draft.work(dial, "dial", kind.name, edges, Constant(DIALLING), keep=True, **waits)
    draft.builder.route(dial, "done", draft.builder.clause(f"{dial} reached", name, call_back.reached))
    draft.work(name, "call_back", kind.name, edges, size, **talk, **line)


def lower_door(draft: Draft, name: str) -> None:
    """Offer a call-back before the customer joins a long line."""
    channel = draft.scenario.channels[draft.kinds[name].channel]
    called = called_back(draft, name)
    if channel.call_back is None or called is None:
        return
    offer = channel.call_back
    step = draft.passage("door", Constant(0.0), name)
    wait = Condition(Source("gauge", f"expected:{draft.kinds[name].channel}"), ">=", offer.offer_above)
    draft.builder.route(
        step,
        "done",
        Clause(f"{step} takes the call-back", when=(wait,), probability=offer.accept, to=called),
        Clause(f"{step} waits", to=name),
    )
