"""What the measures of contacts are: counts, service levels, waits, handling.

"Turned away": came while the door was closed and was refused. Such contacts are arrivals, and shown apart as closed;
nothing was promised to them, so they are in no service level and no abandonment share.
"""

from __future__ import annotations

from typing import Literal

from sim.measures.definition import Measure, ScopeKind

EVERY: tuple[ScopeKind, ...] = ("all", "stream", "channel", "step")
JOINT: tuple[ScopeKind, ...] = ("all", "stream", "channel")
CHANNEL: tuple[ScopeKind, ...] = ("channel",)
WAIT_SHARES = (0.5, 0.8, 0.9, 0.95)
"""Quantiles of the wait that are reported."""

Better = Literal["higher", "lower", "neutral"]


def _count(name: str, title: str, formula: str, better: Better = "neutral", source: str = "") -> Measure:
    return Measure(name, title, "contacts", "contact", EVERY, formula, estimator="total", better=better, source=source)


_CCL = "ContactCenters library (Buist and L'Ecuyer 2005)"

CONTACT_MEASURES: tuple[Measure, ...] = (
    _count("arrivals", "Contacts that arrived", "answered + abandoned + blocked + closed + moved + recalled + open"),
    _count("offered", "Contacts offered", "arrivals - blocked", source=_CCL),
    _count("answered", "Answered contacts", "first spell started (silent leavers excluded)", "higher"),
    _count(
        "abandoned",
        "Abandoned contacts",
        "left the line before an answer, silent leavers at the moment they left",
        "lower",
    ),
    _count("blocked", "Blocked contacts", "line full on arrival", "lower"),
    _count("closed", "Contacts refused because closed", "door closed on arrival, or closed while they waited", "lower"),
    _count("moved", "Contacts moved elsewhere", "taken out of the line by a clock to a step outside the scope"),
    _count("recalled", "Contacts recalled", "called back after they had left"),
    _count(
        "open_contacts", "Contacts still waiting at the end", "neither answered nor gone when the run stopped", "lower"
    ),
    _count(
        "short_abandoned",
        "Short abandons",
        "abandoned with a wait of at most the service's short limit (by default its awt)",
    ),
    _count(
        "dropped",
        "Contacts lost after an answer",
        "answered, then handed back or passed on, and left unserved",
        "lower",
    ),
    Measure(
        "service_level",
        "Service level (SL-A)",
        "share",
        "contact",
        EVERY,
        "answered within awt / (arrivals - turned away - abandoned within awt)",
        better="higher",
        source=f"{_CCL} SERVICELEVEL",
    ),
    Measure(
        "service_level_b",
        "Service level SL-B",
        "share",
        "contact",
        EVERY,
        "(answered within awt + abandoned within awt) / (arrivals - turned away)",
        better="higher",
        source=f"{_CCL} SERVICELEVEL2",
    ),
    Measure(
        "service_level_c",
        "Service level SL-C (strict)",
        "share",
        "contact",
        EVERY,
        "answered within awt / (arrivals - turned away)",
        better="higher",
    ),
    Measure(
        "service_level_d",
        "Service level SL-D (flattering: the abandoned do not count)",
        "share",
        "contact",
        EVERY,
        "answered within awt / answered",
        better="higher",
    ),
    Measure(
        "meets_target",
        "Service level reaches its target",
        "share",
        "contact",
        CHANNEL,
        "1 if service_level >= share, else 0",
        estimator="indicator",
        better="higher",
        source=f"{_CCL} SERVICELEVELIND01",
    ),
    Measure(
        "meets_target_day",
        "Days on which the service level reaches its target",
        "share",
        "contact",
        CHANNEL,
        "local days with service_level >= share / local days on which it is defined",
        better="higher",
        source=f"{_CCL} SERVICELEVELIND01",
    ),
    Measure(
        "abandonment",
        "Abandonment share",
        "share",
        "contact",
        EVERY,
        "abandoned / (arrivals - turned away)",
        better="lower",
    ),
    Measure(
        "accessibility",
        "Accessibility of contacts",
        "share",
        "contact",
        EVERY,
        "contacts with any leg in the scope answered / arrivals",
        better="higher",
    ),
    Measure(
        "asa",
        "Average speed of answer: mean wait of the answered",
        "min",
        "contact",
        EVERY,
        "waits of the answered until their first start / answered",
        better="lower",
        source=f"{_CCL} SPEEDOFANSWER",
    ),
    Measure(
        "mean_wait",
        "Mean wait of all who had one",
        "min",
        "contact",
        EVERY,
        "waits until first start, departure or (still open) the end of the run / (arrivals - blocked - turned away)",
        better="lower",
        source=f"{_CCL} WAITINGTIME, there without the closed, moved and open",
    ),
    Measure(
        "excess_wait",
        "Mean wait beyond the acceptable one",
        "min",
        "contact",
        EVERY,
        "sum of (wait - awt)+ / (arrivals - turned away); the blocked have waited 0, the open so far",
        better="lower",
        source=f"{_CCL} EXCESSTIME",
    ),
    *(
        Measure(
            f"wait_p{round(100 * q)}",
            f"Wait that {round(100 * q)} % of the answered do not exceed",
            "min",
            "contact",
            EVERY,
            f"{round(100 * q)} % quantile of the waits of the answered, linear between order statistics",
            estimator="quantile",
            better="lower",
            source="Hyndman and Fan 1996, type 7",
        )
        for q in WAIT_SHARES
    ),
    Measure(
        "longest_wait",
        "Longest wait",
        "min",
        "contact",
        EVERY,
        "largest wait of all who had one, open ones so far",
        estimator="maximum",
        better="lower",
    ),
    Measure(
        "handle_time",
        "Mean handle time",
        "min",
        "contact",
        EVERY,
        "minutes from start to departure, and after-work, over all spells and legs in the scope / answered contacts "
        "with no open leg (with several slots these are session minutes)",
    ),
    Measure(
        "contact_time",
        "Mean time from arrival to departure",
        "min",
        "contact",
        EVERY,
        "minutes from arrival in the scope to the end of the last leg / contacts whose last leg is done",
        better="lower",
    ),
    Measure(
        "completion_level",
        "Share done within the due time",
        "share",
        "contact",
        EVERY,
        "contacts whose last leg is done within due / arrivals",
        better="higher",
    ),
    Measure(
        "meets_due",
        "Completion level reaches its target",
        "share",
        "contact",
        CHANNEL,
        "1 if completion_level >= due_share, else 0",
        estimator="indicator",
        better="higher",
    ),
    Measure(
        "meets_due_day",
        "Days on which the completion level reaches its target",
        "share",
        "contact",
        CHANNEL,
        "local days with completion_level >= due_share / local days on which it is defined",
        better="higher",
    ),
    Measure(
        "legs_per_contact",
        "Legs per contact",
        "legs",
        "contact",
        JOINT,
        "visits in the scope / arrivals",
    ),
    Measure(
        "transfer_share",
        "Contacts with more than one leg",
        "share",
        "contact",
        JOINT,
        "contacts with at least two visits in the scope / arrivals",
        better="lower",
    ),
    Measure(
        "repeat_share",
        "Contacts that are not a ticket's first attempt",
        "share",
        "contact",
        EVERY,
        "contacts of a spawned job or of a later round / arrivals",
        better="lower",
    ),
)
