"""What the measures of outcomes are: contacts from the bot to the agents, why they are made, what settles tickets."""

from __future__ import annotations

from typing import Literal

from sim.measures.definition import BY_ARRIVAL, BY_BIRTH, Level, Measure, ScopeKind

SCOPES: tuple[ScopeKind, ...] = ("all", "channel")
FOLLOWED = (3, 7)
"""Days for which a ticket is followed to see whether its first contact was enough."""

_CREATED = f"{BY_ARRIVAL}, with the bot or with agents"
_INSIDE = "; all together: work inside the house (approvals, inspections) too, if it stands on channels"
_FIN = "Fin and Owlish decoders of bot metrics"


def _share(
    name: str,
    title: str,
    formula: str,
    better: Literal["higher", "lower", "neutral"] = "lower",
    level: Level = "contact",
    source: str = "",
) -> Measure:
    counting = _CREATED if level == "contact" else BY_BIRTH
    return Measure(name, title, "share", level, SCOPES, formula, counting, better=better, source=source)


OUTCOME_MEASURES: tuple[Measure, ...] = (
    Measure(
        "contacts",
        "Contacts with the bot or with agents",
        "contacts",
        "contact",
        SCOPES,
        "attempts of customers, whoever answers; replies, call-backs and escalations belong to the contact that led to "
        "them, chasers are contacts of their own",
        _CREATED,
        "total",
    ),
    Measure(
        "human_contacts",
        "Contacts that reach the agents",
        "contacts",
        "contact",
        SCOPES,
        "contacts that stood in a line of agents and were not turned away at its door",
        _CREATED,
        "total",
        "lower",
    ),
    *(
        _share(
            f"fcr_{n}d",
            f"First-contact resolution within {n} days",
            f"tickets whose first contact was settled and who did not come again on any channel within {n} days, as "
            f"far as they were followed / tickets with a contact{_INSIDE}",
            "higher",
            "ticket",
        )
        for n in FOLLOWED
    ),
    _share(
        "reopen_share",
        "Reopened tickets",
        "tickets with a contact that was made again after agents had settled one / tickets with a contact that agents "
        "settled",
        level="ticket",
        source="Zendesk, SparrowDesk",
    ),
    _share(
        "repeat_unserved",
        "Contacts made again because nobody served them",
        "contacts after an abandoned, blocked or closed one / contacts",
    ),
    _share(
        "repeat_unresolved",
        "Contacts made again because the first did not settle it",
        "contacts after a handled one of the same ticket / contacts",
    ),
    _share(
        "repeat_false",
        "Contacts made again because the bot had not helped",
        "contacts after a session that was falsely contained / contacts",
    ),
    _share("chaser_share", "Contacts that chase another one", "chasers of what waits for too long / contacts"),
    _share(
        "self_inflicted",
        "Self-inflicted demand",
        f"repeats of every cause and chasers / contacts{_INSIDE}",
    ),
    _share(
        "escalation_share",
        "Contacts that are escalated",
        "contacts with a leg at those to whom is escalated / contacts that reach the agents",
    ),
    Measure(
        "bot_sessions",
        "Contacts that the bot meets",
        "contacts",
        "contact",
        SCOPES,
        "contacts with a session with bot or self-service",
        _CREATED,
        "total",
    ),
    _share("bot_entry", "Entry share of the bot", "contacts that the bot meets / contacts", "neutral"),
    _share(
        "bot_contained",
        "Contained by the bot",
        "contacts that ended with a session, give-ups included / contacts that the bot meets",
        "neutral",
        source=_FIN,
    ),
    _share("bot_gave_up", "Given up with the bot", "sessions given up / contacts that the bot meets", source=_FIN),
    _share(
        "bot_handed_off",
        "Handed off by the bot",
        "contacts that went on to the agents' door / contacts that the bot meets",
        "neutral",
        source=_FIN,
    ),
    _share(
        "false_containment",
        "False containment",
        "contained, not given up, and the customer comes back / contained and not given up",
    ),
    _share(
        "net_containment",
        "Net containment",
        "contained, not given up and not falsely / contacts that the bot meets",
        "higher",
    ),
    _share(
        "deflected",
        "Deflected tickets",
        "tickets that the bot met and of which no contact reached the agents, whatever came of them / tickets that the "
        "bot met",
        "neutral",
        "ticket",
        _FIN,
    ),
)
