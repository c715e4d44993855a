"""The bot and self-service: sessions in front of the agents."""

from __future__ import annotations

from sim.lowering.draft import Draft, bots
from sim.lowering.handle_times import HANDED_OFF, hand_off_codes
from sim.lowering.journeys import AGAIN, comes_again, first_attempt
from sim.lowering.laws import lower_law
from sim.lowering.operation import Part, Role
from sim.machine import Clause, Condition, Constant, Edge, Predictor, Source, Term, Timeline
from sim.scenario.model import Bot
from sim.scenario.model.period import Period
from sim.theory.screening import screening_threshold

CONTAINED = "contained"
FALSELY = "falsely_contained"
GAVE_UP = "gave_up"
"""Marks of what became of a session."""


def lower_sessions(draft: Draft) -> None:
    """Add the pools of bots with a capacity."""
    for part, bot in bots(draft.scenario):
        if bot.capacity is not None:
            draft.builder.counted(f"{part} sessions", float(bot.capacity))


def lower_first_answers(draft: Draft) -> None:
    """Add what kinds meet before their doors: self-service, then the bot; only where anybody comes."""
    done: set[tuple[Part, str]] = set()
    while draft.met > done:  # those who come back may come to yet another kind
        for name in draft.kinds:
            firsts = draft.first_answers(draft.kinds[name].channel)
            for i, (part, bot) in enumerate(firsts):
                if (part, name) in draft.met - done:
                    done.add((part, name))
                    _session(draft, part, bot, name, _behind(draft, firsts[i:], name))


def _behind(draft: Draft, firsts: list[tuple[Part, Bot]], name: str) -> str:
    """What follows the first of some who answer: the next one, or the door."""
    if len(firsts) == 1:
        return draft.door(name)
    (part, bot), following = firsts[0], firsts[1]
    to = draft.entrance(*following, name)
    if following[1].after_again or not bot.after_again:
        return to
    step = draft.passage(f"past_{part}", Constant(0.0), name)  # repeated attempts meet this one, but not the next
    at_first = Clause(f"{step} goes on", when=first_attempt(draft), to=to)
    draft.builder.route(step, "done", at_first, Clause(f"{step} is through", to=draft.door(name)))
    return step


def _session(draft: Draft, part: Part, bot: Bot, name: str, behind: str) -> None:
    kind = draft.kinds[name]
    step = draft.step(part, name)
    way_in = draft.entrance(part, bot, name)
    if way_in != step:
        draft.passage(f"to_{part}", Constant(0.0), name)
        clauses = []
        if bot.outages:
            down = Condition(Source("time", table=outages_of(bot, draft.scenario.period)), ">=", 1.0)
            clauses.append(Clause(f"{way_in} is down", when=(down,), to=behind))
        if bot.entry < 1.0:
            clauses.append(Clause(f"{way_in} is met", probability=bot.entry, to=step))
            clauses.append(Clause(f"{way_in} is passed by", to=behind))
        else:
            clauses.append(Clause(f"{way_in} is met", to=step))
        draft.builder.route(way_in, "done", *clauses)
    length = lower_law(bot.session_time)
    assert length is not None
    draft.roles[step] = Role(part, kind.contact_type, kind.channel, name)
    if bot.capacity is None:
        draft.builder.delay(step, length, recorded=True)
    else:
        draft.builder.work(step, [Edge(f"{part} sessions")], size=length, limit=0)
        draft.builder.route(step, "blocked", behind)
    after = draft.step(f"contained_by_{part}", name)
    again = bot.false_containment
    share = 0.0 if again is None else again.share_of(kind.contact_type)
    contained = Clause(
        f"{step} contains",
        probability=containment(bot, kind.contact_type),
        add={CONTAINED: 1},
        to=after if share > 0.0 else None,
    )
    clauses = [contained]
    if bot.gives_up > 0.0:
        clauses.append(Clause(f"{step} gives up", probability=bot.gives_up, add={GAVE_UP: 1}))
    clauses += _hands_off(draft, part, step, behind)
    draft.builder.route(step, "done", *clauses)
    if again is not None and share > 0.0:
        draft.passage(f"contained_by_{part}", Constant(0.0), name)
        few = Condition(Source("mark", AGAIN["false"]), "<=", float(again.at_most - 1))
        home = comes_again(draft, name, f"back_to_{part}", again)
        draft.builder.route(
            after,
            "done",
            Clause(f"{after} falsely", when=(few,), probability=share, add={AGAIN["false"]: 1, FALSELY: 1}, to=home),
        )


def _hands_off(draft: Draft, part: Part, step: str, behind: str) -> list[Clause]:
    """Clauses that pass a session on; the mark tells who has handed the contact off, each counted once."""
    codes = hand_off_codes(draft.scenario)
    mine = codes.get(part)
    rest = Clause(f"{step} hands off", to=behind)
    if mine is None:
        return [rest]
    without = [other for other in range(sum(codes.values()) + 1) if not other & mine]
    return [
        Clause(
            f"{step} hands off{'' if other == 0 else ' too'}",
            when=(
                Condition(Source("mark", HANDED_OFF), ">=", float(other)),
                Condition(Source("mark", HANDED_OFF), "<=", float(other)),
            ),
            add={HANDED_OFF: mine},
            to=behind,
        )
        for other in without
    ] + [Clause(f"{step} hands off again", to=behind)]


def containment(bot: Bot, contact_type: str) -> float | Predictor:
    """Probability that a session is contained, by the difficulty of the contact.

    Of difficulty z a session is not contained with probability Phi(k + b z); k makes the mean what the scenario says.
    """
    share, slope = bot.containment[contact_type], bot.selection.slope
    if slope == 0.0 or share in (0.0, 1.0):
        return share
    return Predictor(-screening_threshold(share, slope), (Term(Source("z"), -slope),), "normal")


def outages_of(bot: Bot, period: Period) -> Timeline:
    """1 while the bot is down."""
    spans = sorted((period.minute(o.start), period.minute(o.end)) for o in bot.outages.values())
    times, values = [-float("inf")], [0.0]
    for start, end in spans:
        if start <= times[-1]:  # within an outage that is known, or touching it
            times[-1] = max(times[-1], end)
        else:
            times += [start, end]
            values += [1.0, 0.0]
    return Timeline(times, values)
