"""What happens to a contact after a step: it is passed on, comes again, or ends."""

from __future__ import annotations

from sim.lowering.call_backs import called_back, lower_door
from sim.lowering.demand import shared
from sim.lowering.draft import Draft
from sim.lowering.laws import lower_law
from sim.machine import NEVER, Anchor, Clause, Condition, Constant, Mixture, Source, Spawn, Uniform, Watch
from sim.machine import Law as MachineLaw
from sim.scenario.model import SAME, Repeat
from sim.scenario.model.laws import Law, Never

AGAIN = {"abandoned": "again", "blocked": "again", "closed": "again", "unresolved": "unresolved", "false": "back"}
"""Mark that counts repeated attempts, by why they are made; those who were not served are counted together."""

CHASER = "chaser"
"""Mark of a contact that chases another one of its family, or comes of one that did."""

AFTER_OPENING = Uniform(0.0, 60.0)
"""How those who found the door closed come back after the opening: over an hour; an assumption."""

LONG = 360.0
"""Lags of a longer mean than this run on the customers' clock, shorter ones on the wall clock [min]."""


def lower_journeys(draft: Draft, name: str) -> None:
    """Add the routes of a kind's steps, and the clock of its chasers."""
    kind = draft.kinds[name]
    channel = draft.scenario.channels[kind.channel]
    lower_door(draft, name)
    reply, call_back, up = (draft.step(word, name) for word in ("reply", "call_back", "escalation"))
    talk = channel.conversation
    if talk is not None:
        think = draft.passage("think", _length(talk.customer_thinks), name, _clock(draft, talk.customer_thinks))
        draft.builder.route(think, "done", Clause(f"{think} writes", to=reply, again=True))
    for step in (name, reply, call_back, up):
        if step not in draft.roles:
            continue
        # the first answer to a chaser settles what it chased, not the replies and hand-overs that follow
        clauses = list(_settled(draft, step)) if step in (name, call_back) else []
        if talk is not None and step in (name, reply):
            more = 1.0 - 1.0 / talk.replies
            if more > 0.0:
                clauses.append(Clause(f"{step} more", probability=more, to=draft.step("think", name)))
        escalation = draft.scenario.contact_types[kind.contact_type].escalation
        if escalation is not None and step != up:
            clauses.append(Clause(f"{step} escalates", probability=escalation.share, to=up))
        clauses += _again(draft, name, step, "unresolved")
        if clauses:
            draft.builder.route(step, "done", *clauses)
        for exit_ in _exits(draft, name, step):
            more_clauses = _again(draft, name, step, exit_)
            if more_clauses:
                draft.builder.route(step, exit_, *more_clauses)
    _closed(draft, name)
    _chasers(draft, name)


def _exits(draft: Draft, name: str, step: str) -> list[str]:
    """Ways in which a customer can leave a step without having been served."""
    kind = draft.kinds[name]
    channel = draft.scenario.channels[kind.channel]
    found = []
    if step in (name, draft.step("escalation", name)) and (
        channel.balking > 0.0 or not isinstance(kind.patience, Never)
    ):
        found.append("abandoned")
    if step == name and channel.queue_limit is not None:
        found.append("blocked")
    return found


def _closed(draft: Draft, name: str) -> None:
    """Where a contact goes that finds the door closed."""
    kind = draft.kinds[name]
    channel = draft.scenario.channels[kind.channel]
    opening = draft.openings[kind.channel]
    if opening is None or (channel.when_closed == "wait" and channel.at_close == "stay"):
        return
    clauses: list[Clause] = []
    if channel.when_closed in draft.scenario.channels:
        other = draft.kind_on(kind.contact_type, channel.when_closed)
        to = f"{name} closed to {channel.when_closed}"
        fresh, later = (draft.front(other, again, coming_from=kind.channel) for again in (False, True))
        if fresh != later:  # only a first attempt meets the bot there
            clauses.append(Clause(f"{to} at first", when=first_attempt(draft), to=fresh))
        clauses.append(Clause(to, to=later))
    elif channel.when_closed == "voicemail":
        clauses.append(Clause(f"{name} leaves a message", to=called_back(draft, name)))
    elif channel.when_closed == "come_back":
        back = draft.passage("comes_back", AFTER_OPENING, name)
        draft.builder.route(back, "done", Clause(f"{back} comes", to=draft.front(name, again=True), again=True))
        home = draft.step("until_open", name)
        draft.roles[home] = draft.roles[back]
        draft.builder.delay(home, Constant(0.0), until_open=opening)
        draft.builder.route(home, "done", back)
        clauses.append(Clause(f"{name} waits at home", to=home))
    else:
        clauses += _again(draft, name, name, "closed")
    if clauses:
        draft.builder.route(name, "closed", *clauses)


def first_attempt(draft: Draft) -> tuple[Condition, ...]:
    """What holds for the first attempt of a contact: it is not made again, and chases no other one."""
    found = (Condition(Source("round"), "<=", 0.0),)
    if any(chaser.share > 0.0 for chaser in draft.scenario.repeat_contacts.overdue.values()):
        return (*found, Condition(Source("mark", CHASER), "<=", 0.0))
    return found


def _again(draft: Draft, name: str, step: str, why: str) -> list[Clause]:
    """Clause with which some come again later; adds what lies between."""
    repeat: Repeat | None = getattr(draft.scenario.repeat_contacts, why)
    if repeat is None:
        return []
    share = repeat.share_of(draft.kinds[name].contact_type)
    if not share > 0.0:
        return []
    mark = AGAIN[why]
    few = Condition(Source("mark", mark), "<=", float(repeat.at_most - 1))
    home = comes_again(draft, name, why, repeat)
    return [Clause(f"{step} {why}", when=(few,), probability=share, add={mark: 1}, to=home)]


def comes_again(draft: Draft, name: str, why: str, repeat: Repeat) -> str:
    """Step at which a customer waits before the next attempt, and the choice of its channel."""
    kind = draft.kinds[name]
    home = draft.step(why, name)
    if home in draft.roles:
        return home
    draft.passage(why, _length(repeat.after), name, _clock(draft, repeat.after))
    ways = {}
    for channel, share in repeat.to.items():
        if share > 0.0:
            to = draft.kind_on(kind.contact_type, kind.channel if channel == SAME else channel)
            ways[channel] = (draft.front(to, again=True), share)
    draft.builder.route(home, "done", *shared(home, ways, again=True))
    return home


def _chasers(draft: Draft, name: str) -> None:
    """Add the clock after which customers chase a contact that still waits."""
    kind = draft.kinds[name]
    chaser = draft.scenario.repeat_contacts.overdue.get(kind.channel)
    if chaser is None or not chaser.share > 0.0:
        return
    step = draft.passage("chase", Constant(0.0), name)
    ways = {
        channel: (draft.front(draft.kind_on(kind.contact_type, channel), again=True), share)
        for channel, share in chaser.to.items()
        if share > 0.0
    }
    first = Clause(f"{step} begins", add={CHASER: 1}, go_on=True)
    draft.builder.route(step, "done", first, *shared(step, ways))
    length: MachineLaw = Constant(chaser.after)
    if chaser.share < 1.0:
        length = Mixture((chaser.share, 1.0 - chaser.share), (length, NEVER))
    watch = Watch(
        step,
        Anchor("entered", name),
        length,
        stop=(Anchor("started", name), Anchor("left", name)),
        spawn=(Spawn(step),),
        times=chaser.at_most,
    )
    draft.builder.watch(watch.name, watch.start, watch.length, stop=watch.stop, spawn=watch.spawn, times=watch.times)


def _settled(draft: Draft, step: str) -> list[Clause]:
    """Clauses with which an answered chaser calls back what its family has waiting on slow channels.

    A family waits on another slow channel only if a chaser does, so nothing else is called back.
    """
    return [
        Clause(
            f"{step} settles {channel}",
            when=(Condition(Source("mark", CHASER), ">=", 1.0),),
            probability=chaser.closes,
            tell={f"settled:{channel}": 1},
            go_on=True,
        )
        for channel, chaser in draft.scenario.repeat_contacts.overdue.items()
        if chaser.share > 0.0 and chaser.closes > 0.0
    ]


def _length(law: Law) -> MachineLaw:
    lowered = lower_law(law)
    return NEVER if lowered is None else lowered


def _clock(draft: Draft, law: Law) -> str | None:
    """Clock of a lag: the customers' own for long ones, the wall clock for short ones."""
    mean = _length(law).mean
    return draft.customers_clock() if not mean < LONG else None
