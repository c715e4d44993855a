"""Contacts on their way through bots and doors, hour by hour and by difficulty."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.expectation.arrivals import Hours
from sim.expectation.work import work_of
from sim.lowering import Operation
from sim.lowering.draft import bots
from sim.lowering.first_answer import outages_of
from sim.lowering.handle_times import difficulties, hand_off_codes
from sim.lowering.lags import area, passed_on
from sim.lowering.rhythm import profile_of
from sim.machine import Timeline
from sim.scenario.model import SAME, Bot, Repeat
from sim.theory.screening import goes_on, screening_threshold

Array = NDArray[np.float64]

ROUNDS = 100
"""Repeated contacts are followed so many times at most."""

FEW = 1e-7
"""Share of all contacts below which those who come again are not followed any more."""


class Tried(NamedTuple):
    """How often a contact was made again: because it was not served, not solved, not helped by the bot."""

    unserved: int = 0
    unresolved: int = 0
    back: int = 0


@dataclass(frozen=True)
class Parcel:
    """Contacts that share their way.

    Attributes
    ----------
    kind : str
        Name of their kind.
    when : array, shape (days, 24)
        How many in each hour.
    who : array, shape (hand-offs, difficulties)
        Shares, by who has handed them off and by difficulty; what has left on the way is missing.
    tried : Tried
        How often they were made again.
    """

    kind: str
    when: Array
    who: Array
    tried: Tried

    def of(self, hourly: Array | float = 1.0, who: Array | None = None, kind: str | None = None) -> Parcel:
        """Part of it, by the hour, by difficulty, or as another kind."""
        return Parcel(kind or self.kind, self.when * hourly, self.who if who is None else who, self.tried)

    @property
    def contacts(self) -> Array:
        """Contacts in each hour."""
        return self.when * float(self.who.sum())


class Travel:
    """Follows contacts and counts them; see `Flow` for what is counted.

    Parameters
    ----------
    operation : Operation
        A lowered scenario.
    hours : Hours
        Of its period.
    """

    def __init__(self, operation: Operation, hours: Hours) -> None:
        self.operation, self.hours = operation, hours
        self.scenario = operation.scenario
        self.by_place = {(k.contact_type, k.channel): k.name for k in self.scenario.kinds.values()}
        zero = np.zeros(hours.begin.shape)
        self.attempts, self.sessions, self.contained, self.offered, self.work = (
            {k: zero.copy() for k in self.scenario.kinds} for _ in range(5)
        )
        nodes, weights = difficulties()
        self.codes = hand_off_codes(self.scenario)
        self.anybody = np.zeros((1 + sum(self.codes.values()), len(nodes)))
        self.anybody[0] = weights
        self.minutes = {k: work_of(operation, k).minutes for k in self.scenario.kinds}
        self.doors = {c: _Door.of(operation, c, hours) for c in self.scenario.channels}
        self.up = {part: 1.0 - _share_down(operation, bot, hours) for part, bot in bots(self.scenario)}
        self.again: dict[tuple[str, Tried], Array] = defaultdict(lambda: np.zeros(self.anybody.shape))
        self.profile = _day_profile(operation, hours)
        self.all = 0.0

    def begin(self, kind: str, when: Array) -> None:
        """First contacts of a kind."""
        self.all += float(when.sum())
        self._come(Parcel(kind, when, self.anybody, Tried()), again=False)

    def follow(self) -> None:
        """All who come again."""
        for _ in range(ROUNDS):
            later, self.again = self.again, defaultdict(lambda: np.zeros(self.anybody.shape))
            if sum(float(who.sum()) for who in later.values()) <= FEW * self.all:
                return
            for (kind, tried), who in later.items():
                self._come(Parcel(kind, self.profile, who, tried), again=True)

    def _come(self, parcel: Parcel, again: bool) -> None:
        self.attempts[parcel.kind] += parcel.contacts
        self._front(parcel, again, None)

    def _front(self, parcel: Parcel, again: bool, coming_from: str | None) -> None:
        """Pass self-service and bot, then the door."""
        channel = self.scenario.kinds[parcel.kind].channel
        ways = [parcel]
        for part, bot in bots(self.scenario):
            if channel not in bot.channels or coming_from in bot.channels or (again and not bot.after_again):
                continue
            met = bot.entry * self.up[part]
            passed_by = [] if np.all(met >= 1.0) else [p.of(1.0 - met) for p in ways]
            ways = [self._session(part, bot, p.of(met)) for p in ways] + passed_by
        for p in ways:
            self._door(p, again)

    def _session(self, part: str, bot: Bot, parcel: Parcel) -> Parcel:
        """A session: gives those who are handed off."""
        k = self.scenario.kinds[parcel.kind]
        kept = parcel.who * _contains(bot, k.contact_type)
        self.sessions[parcel.kind] += parcel.contacts
        self.contained[parcel.kind] += parcel.of(who=kept).contacts
        if bot.false_containment is not None and parcel.tried.back < bot.false_containment.at_most:
            tried = parcel.tried._replace(back=parcel.tried.back + 1)
            self._come_again(parcel.of(who=kept), bot.false_containment, tried)
        left = (parcel.who - kept) * (1.0 - bot.gives_up)
        code = self.codes.get(part, 0)  # type: ignore[call-overload]
        if code:
            by_code = np.zeros(left.shape)
            for old in range(left.shape[0]):
                by_code[old | code] += left[old]
            left = by_code
        return parcel.of(who=left)

    def _door(self, parcel: Parcel, again: bool) -> None:
        """Reach the agents, or find the door closed and do as the channel says."""
        k = self.scenario.kinds[parcel.kind]
        channel = self.scenario.channels[k.channel]
        door = self.doors[k.channel]
        if door is None:
            self._serve(parcel)
            return
        self._serve(parcel.of(door.open))
        shut = parcel.of(1.0 - door.open)
        if channel.when_closed in self.scenario.channels:
            other = self.by_place[k.contact_type, channel.when_closed]
            self._front(shut.of(kind=other), again, k.channel)
        elif channel.when_closed == "come_back":
            back = Parcel(shut.kind, door.at_opening(shut.when), shut.who, shut.tried)
            self.attempts[shut.kind] += back.contacts
            for p in self._behind_bots(back):
                self._serve(p)
        elif channel.when_closed != "lost":
            self._serve(Parcel(shut.kind, door.at_opening(shut.when), shut.who, shut.tried))
        else:
            closed = self.scenario.repeat_contacts.closed
            if closed is not None and shut.tried.unserved < closed.at_most:
                self._come_again(shut, closed, shut.tried._replace(unserved=shut.tried.unserved + 1))

    def _behind_bots(self, parcel: Parcel) -> list[Parcel]:
        """Pass self-service and bot again, at an open door."""
        channel = self.scenario.kinds[parcel.kind].channel
        ways = [parcel]
        for part, bot in bots(self.scenario):
            if channel in bot.channels and bot.after_again:
                met = bot.entry * self.up[part]
                ways = [self._session(part, bot, p.of(met)) for p in ways] + [p.of(1.0 - met) for p in ways]
        return ways

    def _serve(self, parcel: Parcel) -> None:
        self.offered[parcel.kind] += parcel.contacts
        self.work[parcel.kind] += parcel.when * float(np.sum(parcel.who * self.minutes[parcel.kind])) / 60.0
        back = self.scenario.repeat_contacts.unresolved
        if back is not None and parcel.tried.unresolved < back.at_most:
            self._come_again(parcel, back, parcel.tried._replace(unresolved=parcel.tried.unresolved + 1))

    def _come_again(self, parcel: Parcel, repeat: Repeat, tried: Tried) -> None:
        k = self.scenario.kinds[parcel.kind]
        share, contacts = repeat.share_of(k.contact_type), float(parcel.when.sum())
        for channel, part in repeat.to.items():
            if share * part * contacts > 0.0:
                name = self.by_place[k.contact_type, k.channel if channel == SAME else channel]
                self.again[name, tried] += share * part * contacts * parcel.who


@dataclass(frozen=True)
class _Door:
    """Opening hours of a channel.

    `open` is the share of each hour in which it is open, `starts_open` whether it is at the beginning of the hour;
    `before` whether contacts may wait since before the period.
    """

    open: Array
    starts_open: NDArray[np.bool_]
    before: bool

    @classmethod
    def of(cls, operation: Operation, channel: str, hours: Hours) -> _Door | None:
        if operation.scenario.channels[channel].open.always:
            return None
        calendar = operation.network.calendars[f"open:{channel}"]
        start = -operation.network.warm_up
        passed = passed_on(calendar, start, hours.end) - passed_on(calendar, start, hours.begin)
        share = np.divide(passed, 60.0 * hours.length, out=np.ones(passed.shape), where=hours.length > 0.0)
        starts = np.array([calendar.is_open(float(t)) for t in hours.begin.ravel()]).reshape(share.shape)
        return cls(share, starts, operation.network.warm_up > 0.0)

    def at_opening(self, shut: Array) -> Array:
        """Contacts that came while closed, in the hour of the next opening.

        Those after the last opening stand for those who waited when the period began, if there was a time before it.
        """
        flat, share, starts = shut.ravel(), self.open.ravel(), self.starts_open.ravel()
        out = np.zeros(flat.size)
        waiting, first = 0.0, -1
        for i in range(flat.size):
            if share[i] > 0.0:
                early = flat[i] if not starts[i] else 0.0  # before the door opens within the hour
                out[i] += waiting + early
                waiting = flat[i] - early
                first = i if first < 0 else first
            else:
                waiting += flat[i]
        if self.before and first >= 0:
            out[first] += waiting
        return out.reshape(shut.shape)


def _contains(bot: Bot, contact_type: str) -> Array:
    """Share of sessions that a bot contains, by difficulty."""
    nodes, _ = difficulties()
    share, slope = bot.containment[contact_type], bot.selection.slope
    if slope == 0.0 or share in (0.0, 1.0):
        return np.full(len(nodes), share)
    threshold = screening_threshold(share, slope)
    return np.array([1.0 - goes_on(z, threshold, slope) for z in nodes])


def _share_down(operation: Operation, bot: Bot, hours: Hours) -> Array:
    """Share of each hour in which a bot is down."""
    if not bot.outages:
        return np.zeros(hours.begin.shape)
    down = outages_of(bot, operation.scenario.period)
    # the area is taken from a time before all of it
    known = Timeline(np.append(min(-operation.network.warm_up, down.times[1]) - 1.0, down.times[1:]), down.values)
    minutes = area(known, hours.begin, hours.end)
    return np.divide(minutes, 60.0 * hours.length, out=np.zeros(minutes.shape), where=hours.length > 0.0)


def _day_profile(operation: Operation, hours: Hours) -> Array:
    """Share of the period's repeated contacts that comes in each hour: as customers are active."""
    weights = np.asarray(profile_of(operation.scenario))
    by_hour = weights.reshape(24, -1).sum(axis=1)
    shape = hours.length * by_hour[None, :]
    return np.asarray(shape / shape.sum())
