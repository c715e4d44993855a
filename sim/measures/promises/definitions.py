"""What the measures of promises are: responses, resolutions, and what is open of them."""

from __future__ import annotations

from sim.measures.definition import AT_ENDS, BY_ARRIVAL, BY_BIRTH, Level, Measure, ScopeKind

CHANNEL: tuple[ScopeKind, ...] = ("channel",)
RESPONSE_SHARES = (0.5, 0.9)
"""Quantiles of responses and resolutions that are reported."""

_ZENDESK = "Zendesk metrics"
_CLOCK = "on the clock of the channel's promise, or elapsed"

TIMES: tuple[tuple[str, str, str, Level], ...] = (
    (
        "first_response",
        "First response",
        "minutes from the creation of the contact, its time with the bot included, to the end of the first work of an "
        "agent on it",
        "contact",
    ),
    ("next_response", "Next response", "minutes from a customer's further message to the end of the reply", "contact"),
    (
        "resolution_first",
        "First resolution",
        "minutes from the birth of the ticket to the first end of a contact that was settled",
        "ticket",
    ),
    (
        "resolution_full",
        "Full resolution",
        "minutes from the birth of the ticket to the last end of a contact, after which nobody came again",
        "ticket",
    ),
    (
        "requester_wait",
        "Wait of the customer over a ticket's life",
        "minutes in line or in service of resolved tickets",
        "ticket",
    ),
    (
        "pending",
        "Time pending on the customer",
        "full resolution - wait of the customer over the ticket's life",
        "ticket",
    ),
)


def _times() -> tuple[Measure, ...]:
    found = []
    for name, title, formula, level in TIMES:
        counting = BY_ARRIVAL if level == "contact" else BY_BIRTH
        what = "responses" if level == "contact" else "tickets"
        found.append(
            Measure(
                name,
                f"{title}, mean",
                "min",
                level,
                CHANNEL,
                f"{formula} ({_CLOCK}) / {what}",
                counting,
                better="lower",
                source=_ZENDESK,
            )
        )
        for q in RESPONSE_SHARES:
            found.append(
                Measure(
                    f"{name}_p{round(100 * q)}",
                    f"{title} that {round(100 * q)} % do not exceed",
                    "min",
                    level,
                    CHANNEL,
                    f"{round(100 * q)} % quantile of the same minutes, linear between order statistics",
                    counting,
                    "quantile",
                    "lower",
                    "Hyndman and Fan 1996, type 7",
                )
            )
    return tuple(found)


_SLA = (
    "kept / (kept + breached): breached is also what is open and overdue; what is open and not yet due, and whoever "
    "went away before it was due, is neither"
)

KINDS: tuple[tuple[str, str, Level, str], ...] = (
    ("sla_first_response", "Promise of the first response", "contact", "first response"),
    ("sla_next_response", "Promise of the next response", "contact", "next response"),
    ("sla_resolution", "Promise of the resolution", "ticket", "resolution"),
)
"""Names, titles and levels of compliance, and the promise that each is about."""


def _compliance() -> tuple[Measure, ...]:
    found = []
    for name, title, level, promise in KINDS:
        counting = BY_ARRIVAL if level == "contact" else BY_BIRTH
        pauses = "; the clock stands still while the customer has to act" if level == "ticket" else ""
        found.append(
            Measure(name, f"{title}: share kept", "share", level, CHANNEL, _SLA + pauses, counting, better="higher")
        )
        found.append(
            Measure(
                f"{name}_excess",
                f"{title}: minutes beyond it",
                "min",
                level,
                CHANNEL,
                f"sum of (minutes - promised minutes)+ of every {promise} that is kept or breached / their number",
                counting,
                better="lower",
            )
        )
    return tuple(found)


PROMISE_MEASURES: tuple[Measure, ...] = (
    *_times(),
    *_compliance(),
    Measure(
        "promise_open",
        "Promises not yet fulfilled",
        "contacts",
        "contact",
        CHANNEL,
        "cases of a promise that are open just before the ends of intervals / ends",
        AT_ENDS,
        "snapshot",
        "lower",
    ),
    Measure(
        "promise_age",
        "Mean age of open promises",
        "min",
        "contact",
        CHANNEL,
        "minutes since each was given, elapsed / open promises",
        AT_ENDS,
        better="lower",
    ),
    Measure(
        "promise_oldest",
        "Age of the oldest open promise",
        "min",
        "contact",
        CHANNEL,
        "longest time since an open one was given, elapsed",
        AT_ENDS,
        "maximum",
        "lower",
    ),
    Measure(
        "promise_left",
        "Mean time left to open promises",
        "min",
        "contact",
        CHANNEL,
        "promised minutes - what the clock shows, below 0 for the overdue / open promises of a response",
        AT_ENDS,
        better="higher",
    ),
    Measure(
        "promise_overdue",
        "Open promises that are overdue",
        "contacts",
        "contact",
        CHANNEL,
        "open promises past their due time just before the ends of intervals / ends",
        AT_ENDS,
        "snapshot",
        "lower",
    ),
)

OPEN_PROMISES = ("promise_open", "promise_age", "promise_oldest", "promise_left", "promise_overdue")
"""Measures of what is open. `promise_left` leaves out resolutions: their clock stands still while the customer is to
answer, so what is left of the promised minutes is no time until it is due; see their age, and how many are overdue."""
