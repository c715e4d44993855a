"""The names of the language: those of this version, and those that come later."""

from __future__ import annotations

ORDERS = "orders and deliveries are not part of this version - give contacts directly under contact_types"
RETURNS = "returns, refunds and exchanges are not part of this version"
REPEAT = "repeat contacts are not part of this version"
ROUTING = "only ranks, after, speed and reserve route contacts in this version"
PEOPLE = "agents work on one contact at a time in this version"
MONEY = "money is not part of this version"

LATER: dict[str, str] = {
    "orders": ORDERS,
    "reasons": ORDERS,
    "per_100_orders": ORDERS,
    "when": ORDERS,
    "once_late": ORDERS,
    "delivery": ORDERS,
    "growth": "growth is not part of this version - change per_day by a policy",
    "share": "shares of channels belong to orders - give each contact type its channel and per_day",
    "bot": "the bot is not part of this version",
    "self_service": "self-service is not part of this version",
    "containment": "the bot is not part of this version",
    "returns": RETURNS,
    "refund": RETURNS,
    "satisfaction": "satisfaction is not part of this version",
    "money": MONEY,
    "wage": MONEY,
    "price": MONEY,
    "overtime": MONEY,
    "repeat_contacts": REPEAT,
    "redial": REPEAT,
    "chasers": REPEAT,
    "events": "campaign events are not part of this version - write a rate table",
    "incidents": "incidents are not part of this version - write a rate table",
    "holidays": "holidays are not part of this version - write a rate table and a head-count by date",
    "concurrency": PEOPLE,
    "units": PEOPLE,
    "roster": "roster files are not part of this version - write shifts or a headcount",
    "skills": ROUTING + " (see serves)",
    "tiers": ROUTING,
    "escalation": ROUTING,
    "overflow": ROUTING + " (see after)",
    "routing": ROUTING,
    "owner": ROUTING,
    "language": ROUTING,
    "languages": ROUTING,
    "due": ROUTING,
    "balking": "balking is not part of this version - see patience and queue_limit",
    "silent_share": "silent abandonment is not part of this version",
    "call_back": "call-backs are not part of this version",
    "voicemail": "voicemail is not part of this version",
    "resolution": "resolution times are not part of this version - see first_response",
    "learning": "learning is not part of this version - see speed",
    "training": "training hours are not part of this version - see shrinkage",
    "temps": "temporary staff is not part of this version - add a group",
    "remove": "removing is not part of this version",
    "levers": "search over levers is not part of this version",
}

TOP = (
    "aftersim", "title", "question", "period", "contact_types", "channels", "agent_groups", "busyness", "observed",
    "provenance",
)  # fmt: skip
POLICY = ("aftersim", "extends", "title", "question", "change")
PERIOD = ("start", "length", "warm_up", "time_zone")
CONTACT_TYPE = (
    "channel", "per_day", "hour", "rate", "log", "reference", "busyness", "handle_time", "after_contact_work",
    "patience", "priority", "head_start",
)  # fmt: skip
RATE_WORDS = ("per_day", "hour", "rate")
RATE = ("file", "cell", "weekly", "dated")
LOG = ("file", "arrived", "unit", "columns")
BUSYNESS = ("day_sd", "day_correlation", "within_day_sd", "within_day_correlation")
CHANNEL = (
    "open", "when_closed", "at_close", "queue_limit", "service_level", "first_response", "patience",
)  # fmt: skip
AGENT_GROUP = (
    "serves", "reserve", "shrinkage", "shifts", "headcount", "end_of_shift", "choice", "speed",
)  # fmt: skip
SKILL = ("rank", "after", "speed", "reserve")
PROVENANCE = ("value", "between", "source", "assumed", "drawn_with")
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
# Fields that hold a mapping: a change may add one that the base does not write.
HOLDERS = frozenset(
    {"period", "contact_types", "channels", "agent_groups", "busyness", "serves", "reserve", "shifts", "headcount",
     "observed", "rate", "log", "columns"}
)  # fmt: skip
# Fields whose mapping is one value: a change replaces it as a whole.
VALUES = frozenset({"handle_time", "after_contact_work", "patience", "priority", "head_start", "reference"})
