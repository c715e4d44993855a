"""The names of the language: those of this version, and those that come later."""

from __future__ import annotations

RETURNS = "returns, refunds and exchanges are not part of this version"
MONEY = "money is not part of this version"

LATER: dict[str, str] = {
    "returns": RETURNS,
    "refund": RETURNS,
    "satisfaction": "satisfaction is not part of this version",
    "money": MONEY,
    "wage": MONEY,
    "price": MONEY,
    "overtime": MONEY,
    "temps": "temporary staff is not part of this version - add a group",
    "levers": "search over levers is not part of this version",
}

TOP = (
    "aftersim", "title", "question", "period", "orders", "reasons", "contact_types", "customers", "channels",
    "self_service", "bot", "agent_groups", "routing", "repeat_contacts", "events", "incidents", "forecast", "busyness",
    "observed", "provenance",
)  # fmt: skip
POLICY = ("aftersim", "extends", "title", "question", "remove", "change")
PERIOD = ("start", "length", "warm_up", "time_zone", "holidays", "business_hours")
ORDER_RATE = ("per_day", "weekday", "hour", "rate")
ORDERS_WORDS = (*ORDER_RATE, "reference", "growth", "busyness", "delivery")
DELIVERY = ("time", "median", "p90", "mean", "sd", "law", "constant", "quantiles", "promise")
REASON = (
    "when", "per_100_orders", "per_day", "once_late", "lag", "channels", "busyness", "handle_time",
    "after_contact_work", "patience", "priority", "head_start", "escalation",
)  # fmt: skip
ESCALATION = ("share", "to", "handle_time", "warm")
CUSTOMER = ("share", "priority", "patience")
EVENT = ("start", "days", "orders", "hours", "contacts", "contact_types")
INCIDENT = ("start", "end", "contacts", "contact_types", "adds", "fading")
FIRST_ANSWER = (
    "channels", "entry", "session_time", "containment", "selection", "gives_up", "false_containment", "hand_off",
    "outages", "capacity", "after_again",
)  # fmt: skip
SELECTION = ("slope", "load")
HAND_OFF = ("context", "factor", "extra")
OUTAGE = ("start", "end")
REPEATS = ("abandoned", "blocked", "closed", "unresolved")
REPEAT = ("share", "after", "to", "at_most")
CHASER = ("chases_after", "share", "to", "at_most", "closes")
ROUTING_WORDS = ("priority_worth", "interrupts")
LOOKS = ("waiting", "longest_wait", "expected_wait", "service_level")
SIGNAL = (*LOOKS, "above", "below", "every", "delay", "least")
CONTACT_TYPE = (
    "channel", "channels", "per_day", "hour", "rate", "log", "reference", "busyness", "handle_time",
    "after_contact_work", "patience", "priority", "head_start", "escalation",
)  # fmt: skip
RATE_WORDS = ("per_day", "hour", "rate")
CONTACT_RATE = (*RATE_WORDS, "log")
RATE = ("file", "cell", "weekly", "dated", "factor")
LOG = ("file", "arrived", "unit", "columns")
BUSYNESS = ("day_sd", "day_correlation", "within_day_sd", "within_day_correlation")
CHANNEL = (
    "share", "open", "when_closed", "at_close", "queue_limit", "service_level", "first_response", "next_response",
    "resolution", "patience", "balking", "silent_share", "finding_out", "call_back", "conversation", "effort",
    "language",
)  # fmt: skip
CALL_BACK = ("offer_above", "accept", "keeps_place", "reached")
CONVERSATION = ("replies", "customer_thinks", "same_agent")
AGENT_GROUP = (
    "serves", "reserve", "shrinkage", "shifts", "headcount", "roster", "end_of_shift", "choice", "speed",
    "concurrency", "picks", "tenure", "learning", "training", "on_call", "time_zone", "languages",
)  # fmt: skip
SKILL = ("rank", "after", "speed", "reserve", "most", "when")
SHIFT = ("hours", "break", "holiday")
CONCURRENCY = ("limit", "speed", "touch", "think")
PICKS = ("waited", "overdue", "priority")
TENURE = ("new", "speed")
LEARNING = ("after", "done")
TRAINING = ("per_week", "session", "between", "speed")
ON_CALL = ("when", "shifts")
PROVENANCE = ("value", "between", "source", "assumed", "drawn_with")
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
# Fields that hold a mapping: a change may add one that the base does not write.
HOLDERS = frozenset(
    {"period", "contact_types", "channels", "agent_groups", "busyness", "serves", "reserve", "shifts", "headcount",
     "observed", "rate", "log", "columns", "repeat_contacts", "outages",
     "routing", "interrupts", "on_call", "tenure", "training", "customers", "events", "incidents"}
)  # fmt: skip
# Fields whose mapping is one value: a change replaces it as a whole.
VALUES = frozenset(
    {"handle_time", "after_contact_work", "patience", "priority", "head_start", "reference", "session_time",
     "customer_thinks", "after", "to", "selection", "hand_off", "when",
     "concurrency", "picks", "learning", "lag", "time", "contacts"}
)  # fmt: skip
