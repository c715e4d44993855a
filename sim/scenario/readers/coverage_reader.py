"""Reading of the forecast of a scenario, and the rates that it gives to contact types and orders."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np

from sim.scenario.model import ContactType, Orders
from sim.scenario.model.cells import WeeklyCells
from sim.scenario.model.forecast import Forecast, TypeShare, forecast_rates
from sim.scenario.model.logs import Log
from sim.scenario.model.period import Period
from sim.scenario.model.profiles import PROFILES
from sim.scenario.model.rates import DailyRate, Rate, rate_steps
from sim.scenario.readers.forecast_reader import read_forecast
from sim.scenario.readers.reading import Reading
from sim.scenario.text.nodes import MappingNode, Node, Scalar

ORDERS = "orders"


class Coverage(NamedTuple):
    """What a forecast covers.

    Parameters
    ----------
    forecast : None if there is none, or it could not be read.
    node : where it is written, or None.
    """

    forecast: Forecast | None
    node: Node | None

    def covers(self, name: str, channel: str | None) -> bool:
        """Whether it gives the rate of a contact type: by its own name, or by that of its only channel."""
        if self.forecast is None:
            return self.node is not None  # an unreadable forecast is said to be so, not that rates are missing
        return self.forecast.get(name) is not None or (channel is not None and self.forecast.get(channel) is not None)


def read_coverage(reading: Reading, node: Node | None, period: Period, names: Collection[str]) -> Coverage:
    """Read the forecast; `names` are those of contact types and channels, and `orders` if there are any."""
    if node is None:
        return Coverage(None, None)
    known = node
    found = reading.once(known, "forecast", lambda: read_forecast(reading, known, "forecast", period, names))
    return Coverage(found, known)


def only_channel(node: Node) -> str | None:
    """Channel that a contact type names as its only one."""
    said = node.get("channel") if isinstance(node, MappingNode) else None
    return said.text if isinstance(said, Scalar) else None


def with_forecast(
    reading: Reading,
    coverage: Coverage,
    contact_types: Mapping[str, ContactType],
    orders: Orders | None,
    period: Period,
    stated: Collection[str] = (),
) -> tuple[dict[str, ContactType], Orders | None]:
    """Give contact types and orders their rates of the forecast.

    What is forecast for a channel is shared among those of its types that have no series of their own, by their own
    rates; a type that comes by several channels is covered by its own name only.

    Parameters
    ----------
    reading : where problems go.
    coverage : the forecast.
    contact_types, orders : as read, with their own rates.
    period : gives the calendar.
    stated : those (`orders` among them) whose random numbers stay tied to the reference that they have.
    """
    types = dict(contact_types)
    forecast = coverage.forecast
    if forecast is None or coverage.node is None:
        return types, orders
    shares: dict[str, TypeShare] = {}
    for name, one in types.items():
        channel = next(iter(one.channels)) if len(one.channels) == 1 else None
        if not coverage.covers(name, channel):
            continue
        if isinstance(one.arrivals, Log) and forecast.get(name) is not None:
            rule = f"the forecast has {name}, whose contacts are a recorded log"
            reading.problem(coverage.node, "forecast", rule, "remove one of the two")
        elif isinstance(one.arrivals, Rate):
            weight = _per_day(one.arrivals, period)
            shares[name] = TypeShare(channel or "", _profile(one.arrivals), weight)
    if orders is not None and forecast.get(ORDERS) is not None:
        shares[ORDERS] = TypeShare(ORDERS, _profile(orders.rate))
    _check_weights(reading, coverage.node, forecast, shares)
    if reading.problems:
        return types, orders
    for name, rate in forecast_rates(forecast, shares, period).items():
        update: dict[str, Rate] = {"rate" if name == ORDERS else "arrivals": rate}
        if name not in stated:
            update["reference"] = rate
        if name == ORDERS and orders is not None:
            orders = orders.model_copy(update=update)
        else:
            types[name] = types[name].model_copy(update=update)
    return types, orders


def _check_weights(reading: Reading, node: Node, forecast: Forecast, shares: dict[str, TypeShare]) -> None:
    """Note channels whose forecast nobody can share; a single type takes all of it."""
    shared: dict[str, list[str]] = {}
    for name, share in shares.items():
        if forecast.get(name) is None:
            shared.setdefault(share.channel, []).append(name)
    for channel, names in shared.items():
        if len(names) == 1:
            shares[names[0]] = shares[names[0]]._replace(weight=1.0)
            continue
        nothing = [name for name in names if not shares[name].weight > 0.0]
        if nothing:
            rule = (
                f"{' and '.join(names)} share the forecast of {channel} by their own rates, and {nothing[0]} has none"
            )
            reading.problem(
                node, "forecast", rule, f"add per_day to contact_types.{nothing[0]}, or forecast it by its name"
            )


def _per_day(rate: Rate, period: Period) -> float:
    """Mean number of contacts a day of warm-up and period."""
    if isinstance(rate, DailyRate):
        return sum(rate.per_day) / 7.0
    steps = rate_steps(rate, period, -period.warm_up, period.length)
    return float(np.diff(steps.edges) @ steps.rates) / (period.length + period.warm_up) * 1440.0


def _profile(rate: Rate) -> tuple[float, ...]:
    """How the contacts of a day spread over its hours: as written, or as in the table."""
    if isinstance(rate, DailyRate):
        return rate.profile
    rows = rate.cells.week if isinstance(rate.cells, WeeklyCells) else [row for _, row in rate.cells.days]
    hours = [0.0] * 24
    for row in rows:
        for i, x in enumerate(row):
            hours[i * rate.cells.cell // 60 % 24] += x
    return tuple(hours) if any(hours) else PROFILES["flat"].weights
