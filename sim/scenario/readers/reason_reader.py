"""Reading of reasons: contacts that orders bring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.scenario.model import Busyness, Channel, ContactType, OrderDriven, Orders
from sim.scenario.model.laws import Law, Lognormal, Never, lognormal_of_quantiles
from sim.scenario.readers.busyness_reader import NONE, own_busyness
from sim.scenario.readers.handling_reader import read_handling, shares_text
from sim.scenario.readers.law_reader import read_law
from sim.scenario.readers.order_reader import read_factor
from sim.scenario.readers.reading import Fields, Reading, one_of
from sim.scenario.readers.share_reader import CLOSE, EXACT, made_whole, read_channel_shares
from sim.scenario.text.nodes import Entry, MappingNode, Node
from sim.scenario.text.problems import Unreadable
from sim.scenario.text.units import as_share, number, plain, share
from sim.scenario.text.words import REASON

WHENS = ("before_order", "before_delivery", "after_delivery")
LATER_WHEN = "return_open"
USUAL_LAG = (1440.0, 5760.0)  # median and 90 % point [min]


def usual_lag(mean: float) -> Law:
    """Give the usual shape of a lag with this mean: lognormal, as wide as the one assumed if none is written."""
    wide = lognormal_of_quantiles(*USUAL_LAG)
    return Lognormal(mean=mean, sd=mean * wide.sd / wide.mean)


def read_reason(
    reading: Reading,
    entry: Entry,
    path: str,
    channels: Mapping[str, Channel],
    groups: tuple[str, ...],
    orders: Orders | None,
    shares: Mapping[str, float] | None,
) -> ContactType | None:
    """Read one reason.

    Parameters
    ----------
    reading, entry, path : what to read and where problems go.
    channels : those that could be read.
    groups : names of the agent groups, to which contacts may be passed on.
    orders : which bring the contacts, if they could be read.
    shares : of the channels, for reasons that do not say their own; None if they are not known (see `channel_shares`).
    """
    mapping = reading.mapping(entry.value, path, "a reason, a mapping with when and per_100_orders,")
    if mapping is None:
        return None
    fields = Fields(reading, mapping, path, REASON)
    own = _read_channels(fields, channels, shares)
    driven = _read_driven(fields, orders)
    busyness = Busyness(factor=NONE)
    own_node = fields.node("busyness")
    if own_node is not None:
        busyness = own_busyness(reading, entry, own_node, fields.at("busyness")) or busyness
    patience = {name: None if isinstance(way.patience, Never) else way.patience for name, way in channels.items()}
    handling = read_handling(fields, None, own or {}, patience, groups)
    if driven is None or own is None:
        return None
    return ContactType(channels=own, arrivals=driven, reference=None, busyness=busyness, **handling._asdict())


def _read_channels(
    fields: Fields, channels: Mapping[str, Channel], shares: Mapping[str, float] | None
) -> dict[str, float] | None:
    """Read the shares by channel, or take those of the channels."""
    node = fields.node("channels")
    if node is not None:
        found = read_channel_shares(fields.reading, node, fields.at("channels"), tuple(channels))
        return None if found is None else {name: p for name, p in found.items() if p > 0.0}
    if shares is None:
        return None
    found = {name: p for name, p in shares.items() if p > 0.0}
    fields.reading.default(fields.at("channels"), shares_text(found), "the shares of the channels")
    return found


def channel_shares(
    reading: Reading, entries: list[Entry], channels: Mapping[str, Channel], at: Node
) -> dict[str, float] | None:
    """Give the shares of the channels, for reasons that do not say their own.

    Parameters
    ----------
    reading : where problems go.
    entries : the channels as written.
    channels : those that could be read.
    at : where they stand.

    Returns
    -------
    Share by channel, summing to 1; None if that cannot be told, which is noted. In a redraw shares that were drawn
    stay, and the others fill up what they leave.
    """
    found = {name: way.share or 0.0 for name, way in channels.items()}
    written = [name for name, way in channels.items() if way.share is not None]
    if len(channels) < len(entries) or not channels:
        return None  # what is wrong with a channel is noted already
    if not written and len(channels) == 1:
        return dict.fromkeys(channels, 1.0)
    total = sum(found.values())
    drawn = [e.key for e in entries if _is_drawn(e.value)]
    if reading.redraw and drawn:
        return made_whole(found, drawn)
    if not abs(total - 1.0) < CLOSE + EXACT:
        if not written:
            rule = "reasons come in by the shares of the channels, and no channel has a share"
            repair = "add share: 60 % to each, or channels: {...} to each reason"
        else:
            shown = as_share(float(f"{total:.10g}"))
            rule = f"the shares of the channels add up to {shown}, not to 100 %"
            repair = "let them sum to 100 %, or write channels: {...} at each reason"
        reading.problem(at, "channels", rule, repair)
        return None
    return found if abs(total - 1.0) < EXACT else {name: p / total for name, p in found.items()}


def _is_drawn(node: Node) -> bool:
    share = node.get("share") if isinstance(node, MappingNode) else None
    return isinstance(share, MappingNode) and "between" in share


def _read_driven(fields: Fields, orders: Orders | None) -> OrderDriven | None:
    """Read when and how often orders bring such a contact."""
    reading, mapping = fields.reading, fields.mapping
    rule, repair = (
        "a reason needs its place in the life of an order",
        f"add when: {', '.join(WHENS[:-1])} or {WHENS[-1]}",
    )
    when: Any = fields.need("when", lambda r, n, p: r.text(n, p, one_of(*WHENS, later=(LATER_WHEN,))), rule, repair)
    if when is None:
        return None
    if "per_day" in mapping:
        rule = "comes later: per_day belongs to contacts while a return is open"
        reading.problem(mapping.entries["per_day"].place, fields.at("per_day"), rule, "write per_100_orders")
    rate = fields.need(
        "per_100_orders",
        lambda r, n, p: r.scalar(n, p, _per_100),
        "a reason needs its contacts per 100 orders",
        "add per_100_orders: 1.7",
    )
    needs = when != "before_order"
    if needs and orders is not None and orders.delivery is None:
        rule = f"contacts {when.replace('_', ' the ')} depend on when orders are delivered, and this is not written"
        reading.problem(
            mapping.entries["when"].value, fields.at("when"), rule, "add delivery to orders: {median: 3 d, p90: 5 d}"
        )
    late = 1.0
    if needs:
        late = fields.take(
            "once_late",
            lambda r, n, p: r.scalar(n, p, read_factor),
            1.0,
            "times 1",
            "late orders bring as many as others",
        )
        if late != 1.0 and orders is not None and orders.delivery is not None and orders.delivery.promise is None:
            rule = "no delivery is promised, so none is late: this has no effect"
            reading.warn(
                mapping.entries["once_late"].value, fields.at("once_late"), rule, "add promise to orders.delivery"
            )
    else:
        _refuse(fields, "once_late", "before the order nothing is late")
    lag: Law | None = None
    if when == "after_delivery":
        usual: Law = lognormal_of_quantiles(*USUAL_LAG)
        lag = fields.take(
            "lag",
            lambda r, n, p: read_law(r, n, p, usual_lag, None),
            usual,
            "median 1 d, p90 4 d",
            "an assumption; no lag is written",
        )
    else:
        why = "the lag follows from the delivery" if needs else "the contact comes with the order"
        _refuse(fields, "lag", f"a lag goes with after_delivery; {when.replace('_', ' the ')} {why}")
    if rate is None:
        return None
    return OrderDriven(when=when, per_order=rate, once_late=late, lag=lag)


def _refuse(fields: Fields, name: str, rule: str) -> None:
    if name in fields.mapping:
        fields.reading.problem(fields.mapping.entries[name].place, fields.at(name), rule, "remove it")


def _per_100(text: str) -> float:
    """Read contacts per 100 orders, as contacts per order."""
    if text.endswith("%"):
        bare = text[:-1].strip()
        try:
            repair = f"write {plain(number(bare))}"
        except Unreadable:
            repair = None
        raise Unreadable("a number of contacts per 100 orders is expected, without unit", repair)
    if not number(text, 0.0) <= 100.0:
        raise Unreadable(
            "at most 100 contacts per 100 orders are expected: an order brings one at first, more come again"
        )
    return share(f"{text} %")
