"""Signals of the desk as gauges and switches."""

from __future__ import annotations

from sim.lowering.call_backs import called_back
from sim.lowering.draft import Draft
from sim.lowering.handle_times import mean_time
from sim.scenario.model import Kind, Signal

TICK = 5.0
TICKS = 6
"""The service level of a signal looks back on half an hour, in steps of five minutes."""


def switch_of(draft: Draft, signal: Signal) -> str:
    """Name of the switch of a signal; it is added when it is first asked for."""
    known = draft.signals.get(signal)
    if known is not None:
        return known
    name = f"signal {len(draft.signals) + 1}"
    draft.signals[signal] = name
    return name


def lower_signals(draft: Draft) -> None:
    """Add the gauges and switches of all signals that were asked for, of shared limits and of call-backs."""
    builder, scenario = draft.builder, draft.scenario
    for name, channel in scenario.channels.items():
        lines = _lines(draft, (name,))
        if channel.queue_limit is not None and len(lines) > 1:
            builder.gauge(f"line:{name}", "waiting", steps=lines)
        if channel.call_back is not None and lines:
            before = [called_back(draft, k) for k in lines] if channel.call_back.keeps_place else []
            ahead = (*lines, *(step for step in before if step is not None))  # who is called back stands in line too
            pools, each = pools_of(draft, (name,)), minutes_per_place(draft, (name,))
            builder.gauge(f"expected:{name}", "predicted wait", steps=ahead, pools=pools, each=each)
    for signal, name in draft.signals.items():
        steps = _lines(draft, signal.channels)
        gauge = f"{name} gauge"
        if signal.look == "waiting":
            builder.gauge(gauge, "waiting", steps=(*steps, *_later(draft, steps)))
        elif signal.look == "longest_wait":
            builder.gauge(gauge, "oldest", steps=(*steps, *_later(draft, steps)))
        elif signal.look == "expected_wait":
            pools, each = pools_of(draft, signal.channels), minutes_per_place(draft, signal.channels)
            builder.gauge(gauge, "predicted wait", steps=steps, pools=pools, each=each)
        else:
            within = [p.within for c in signal.channels if (p := scenario.channels[c].service_level) is not None]
            builder.gauge(gauge, "in time", steps=steps, within=within[0], every=TICK, ticks=TICKS)
        builder.switch(
            name,
            gauge,
            signal.on,
            signal.off,
            every=signal.every,
            falling=signal.look == "service_level",
            delay=signal.delay,
            least=signal.least,
        )


def _lines(draft: Draft, channels: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(k.name for k in draft.kinds.values() if k.channel in channels)


def _later(draft: Draft, lines: tuple[str, ...]) -> tuple[str, ...]:
    """Lines of the same channels for later replies and for call-backs."""
    found = [draft.step("reply", kind) for kind in lines if draft.step("reply", kind) in draft.roles]
    return (*found, *(step for kind in lines if (step := called_back(draft, kind)) is not None))


def pools_of(draft: Draft, channels: tuple[str, ...]) -> tuple[str, ...]:
    """Pools that serve some channels at their best rank."""
    return tuple(_serving(draft, channels))


def _serving(draft: Draft, channels: tuple[str, ...]) -> dict[str, float]:
    """Pools that serve some channels at their best rank, and how fast each goes on there with all places taken."""
    best: dict[str, tuple[int, float]] = {}
    for kind in _lines(draft, channels):
        for group_name, group in draft.scenario.agent_groups.items():
            skill = group.serves.get(kind)
            if skill is not None:
                places = 1.0 if group.concurrency is None else group.concurrency.speed[-1]
                for pool, kinds in draft.pools[group_name]:
                    if (kinds is None or kind in kinds) and (pool not in best or skill.rank < best[pool][0]):
                        best[pool] = (skill.rank, skill.speed * group.speed * places)
    least = min((rank for rank, _ in best.values()), default=1)
    return {pool: speed for pool, (rank, speed) in best.items() if rank == least}


def minutes_per_place(draft: Draft, channels: tuple[str, ...]) -> float:
    """Mean time for which a contact of some channels takes a place of an agent who has all places taken [min]."""
    speeds = list(_serving(draft, channels).values())
    return mean_handle_time(draft, channels) / (sum(speeds) / len(speeds) if speeds else 1.0)


def mean_handle_time(draft: Draft, channels: tuple[str, ...]) -> float:
    """Mean time a contact of some channels takes an agent, after-contact work included [min].

    Kinds weigh as many first contacts as are expected of them behind the bots; those whose handle time depends on a
    recorded column are left out.
    """
    kinds = [draft.kinds[name] for name in _lines(draft, channels)]
    means = [mean_time(kind.handle_time, kind.after_contact_work) for kind in kinds]
    weights = [_expected(draft, kind) for kind in kinds]
    known = [(mean, weight) for mean, weight in zip(means, weights, strict=True) if mean > 0.0]
    if not any(weight > 0.0 for _, weight in known):  # nobody but those who come by another channel: all alike
        known = [(mean, 1.0) for mean, _ in known]
    return sum(m * w for m, w in known) / sum(w for _, w in known) if known else 1.0


def _expected(draft: Draft, kind: Kind) -> float:
    """First contacts of a kind that are expected to reach agents."""
    contacts = draft.volumes[kind.contact_type]
    contacts *= draft.scenario.contact_types[kind.contact_type].channels.get(kind.channel, 0.0)
    for _, bot in draft.first_answers(kind.channel):
        contacts *= 1.0 - bot.entry * (1.0 - (1.0 - bot.containment[kind.contact_type]) * (1.0 - bot.gives_up))
    return contacts
