"""Writing of contact types and reasons."""

from __future__ import annotations

import os
from typing import Any

from sim.scenario.model import ContactType, Escalation, OrderDriven
from sim.scenario.model.laws import NumberByAttribute
from sim.scenario.model.logs import Log
from sim.scenario.readers.busyness_reader import ALL, NONE
from sim.scenario.readers.handling_reader import AS_CHANNEL, PRIORITIES
from sim.scenario.readers.share_reader import OTHER
from sim.scenario.text.units import as_duration, as_share, plain
from sim.scenario.writers.channel_writer import yes_or_no
from sim.scenario.writers.law_writer import law_words
from sim.scenario.writers.rate_writer import busyness_words, log_words, rate_words

Tree = dict[str, Any]


def contact_words(contact_type: ContactType, folder: str | os.PathLike[str] | None = None) -> Tree:
    """Write a contact type that is given directly, or a reason that orders bring; everything explicit.

    Parameters
    ----------
    contact_type : the contact type.
    folder : where the text will be kept: a recorded log is named relative to it. None names it by its absolute path.

    Examples
    --------
    >>> from sim.scenario import load
    >>> contact_words(load("scenarios/small_shop.yaml").contact_types["mail"])["patience"]
    'channel'
    """
    arrivals = contact_type.arrivals
    if isinstance(arrivals, OrderDriven):
        tree = {**_driven(arrivals), **_channels(contact_type)}
    elif isinstance(arrivals, Log):
        tree = {**_channels(contact_type), "log": log_words(arrivals, folder)}
    else:
        tree = {**_channels(contact_type), **rate_words(arrivals)}
        if contact_type.reference is not None and contact_type.reference != arrivals:
            tree["reference"] = rate_words(contact_type.reference)
    if contact_type.busyness.factor not in (ALL, NONE):
        tree["busyness"] = busyness_words(contact_type.busyness)
    return {
        **tree,
        "handle_time": _handle_time(contact_type),
        "after_contact_work": law_words(contact_type.after_contact_work),
        "patience": AS_CHANNEL if contact_type.patience is None else law_words(contact_type.patience),
        "priority": _number_by(contact_type.priority, priority_words),
        "head_start": _number_by(contact_type.head_start, as_duration),
        "escalation": _escalation(contact_type.escalation),
    }


def _channels(contact_type: ContactType) -> Tree:
    shares = contact_type.channels
    if len(shares) == 1 and not isinstance(contact_type.arrivals, OrderDriven):
        return {"channel": contact_type.channel}
    return {"channels": {name: as_share(p) for name, p in shares.items()}}


def _driven(driven: OrderDriven) -> Tree:
    tree: Tree = {"when": driven.when, "per_100_orders": as_share(driven.per_order).removesuffix(" %")}
    if driven.when != "before_order":
        tree["once_late"] = factor_words(driven.once_late)
    if driven.lag is not None:
        tree["lag"] = law_words(driven.lag)
    return tree


def _handle_time(contact_type: ContactType) -> Any:
    one = law_words(contact_type.handle_time)
    if not contact_type.handle_time_on:
        return one
    return {**{name: law_words(law) for name, law in contact_type.handle_time_on.items()}, OTHER: one}


def _escalation(escalation: Escalation | None) -> Any:
    if escalation is None:
        return "none"
    return {
        "share": as_share(escalation.share),
        "to": list(escalation.to),
        "handle_time": law_words(escalation.handle_time),
        "warm": yes_or_no(escalation.warm),
    }


def priority_words(value: float) -> str:
    """Write a priority.

    Examples
    --------
    >>> priority_words(1.0), priority_words(3.0)
    ('high', '3')
    """
    return next((word for word, number in PRIORITIES.items() if number == value), plain(value))


def factor_words(value: float) -> str:
    """Write a factor."""
    return f"times {plain(value)}"


def _number_by(value: float | NumberByAttribute, write: Any) -> Any:
    if not isinstance(value, NumberByAttribute):
        return write(value)
    return {
        "by": value.attribute,
        "values": {case.value: write(case.number) for case in value.cases},
        "otherwise": write(value.otherwise),
    }
