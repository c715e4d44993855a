"""W3, a service desk of named people: bot, chat with three slots, phone, mail, staff on call.

Every piece of the machine's section 8 is used: customers come back to the agent who knows them, phone calls displace
mail, a slot is kept while a customer looks something up, a solved case calls the customer's other messages back, staff
on call come while the chat line is long, calls are blocked when all trunks are taken, and who would wait long may be
called back.
"""

from __future__ import annotations

from math import inf

from workloads import DAY, HOURS, lognormal

from sim.machine import (
    Anchor,
    Break,
    Calendar,
    Condition,
    Constant,
    Duty,
    Edge,
    Exponential,
    Network,
    NetworkBuilder,
    Server,
    Source,
    Spawn,
    Timeline,
)

PER_DAY = 20_000.0
CURVE = (1.0, 0.85, 0.7)
"""Speed of each chat by open chats."""
CHATTERS, CALLERS, ON_CALL = 100, 75, 30
AGAIN_MEAN = 1440.0


def shifts(days: int, begin: float, length: float, switch: str | None = None) -> tuple[Duty, ...]:
    """The same hours every day."""
    return tuple(Duty(d * DAY + begin, d * DAY + begin + length, switch=switch) for d in range(days))


def team(name: str, n: int, days: int, switch: str | None = None) -> list[Server]:
    """Half of them from 07:00, half from 14:00, nine hours each with a break in the middle; or all day, on call."""
    out = []
    for i in range(n):
        begin = 420.0 if i % 2 else 840.0
        if switch:
            out.append(Server(f"{name} {i}", shifts(days, 420.0, 960.0, switch)))
            continue
        lunches = tuple(Break(d * DAY + begin + 180.0 + 15.0 * (i % 8), 30.0, "whole") for d in range(days))
        out.append(Server(f"{name} {i}", shifts(days, begin, 540.0), lunches))
    return out


def w3(days: float = 7.0, per_day: float = PER_DAY) -> Network:
    """W3 as a network."""
    end, there = days * DAY, int(days) + 15
    b = NetworkBuilder("W3", end=end, follow=14 * DAY)
    half_hours = [
        (d * DAY + h * 30.0, per_day * HOURS[h // 2] / 100.0 / 60.0)
        for d in range(int(days) + 1)
        for h in range(48)
        if d * DAY + h * 30.0 < end
    ]
    still = (Condition(Source("time", table=Timeline([-inf, end], [1.0, 0.0])), ">=", 1.0),)
    b.calendar(Calendar("open", [(420.0, 1380.0)], repeat=(0.0, DAY)))
    b.stream("contacts", to="bot", rate=[*half_hours, (end, 0.0)], end=end)

    b.named("chat team", team("chat", CHATTERS, there), slots=3, curve=CURVE, server_choice="least loaded",
            end_of_duty="finish")  # fmt: skip
    b.named("phone team", team("phone", CALLERS, there), end_of_duty="finish")
    b.named("on call", team("call", ON_CALL, there, "chats are long"), slots=3, curve=CURVE, end_of_duty="finish",
            learning=((0, 0.7), (20, 0.85), (100, 1.0)))  # fmt: skip

    b.delay("bot", lognormal(2.5, 0.8))
    b.work("chat", [Edge("chat team", 1), Edge("on call", 2, switch="chats are long")], size=lognormal(6.0, 0.7),
           patience=Exponential(8.0), owner="prefer", owner_wait=2.0, keep=True, opening="open")  # fmt: skip
    b.delay("looks it up", Exponential(2.0))
    b.work("goes on", [Edge("chat team", 1), Edge("on call", 2)], size=lognormal(4.0, 0.6), owner="prefer",
           owner_wait=10.0, release="done")  # fmt: skip
    b.work("phone", [Edge("phone team")], size=lognormal(5.0, 0.6), patience=Exponential(6.0), after_work=Constant(0.5),
           order="kept", grade=2, owner="note", shared_limit=("trunks", 90.0), opening="open")  # fmt: skip
    b.delay("call back later", Constant(15.0))
    b.work("mail", [Edge("phone team", 2)], size=lognormal(7.0, 0.5), due=Constant(480.0), order="due", yields=True,
           recall="solved")  # fmt: skip
    b.delay("soon", Exponential(20.0), recall="solved")
    b.work("overdue", [Edge("phone team", 2)], size=lognormal(7.0, 0.5), grade=1, yields=True)
    b.delay("later", Exponential(AGAIN_MEAN), recall="solved")

    b.gauge("chats in line", "waiting", steps=("chat",))
    b.gauge("trunks", "inside", steps=("phone",))
    b.gauge("expected wait", "predicted wait", steps=("phone",), pools=("phone team",), each=5.5)
    b.switch("chats are long", "chats in line", on=10.0, off=2.0, every=5.0, delay=10.0, least=60.0, calendar="open")

    b.route(
        "bot",
        "done",
        b.clause("contained", probability=0.4),
        b.clause("writes", probability=0.3, to="mail"),
        b.clause("to chat", probability=0.55, to="chat"),
        b.clause("calls back", when=(Condition(Source("gauge", "expected wait"), ">=", 3.0),), probability=0.5,
                 to="call back later"),
        b.clause("to phone", to="phone"),
    )  # fmt: skip
    b.route("call back later", "done", "phone")
    b.route("chat", "done", b.clause("asks for something", probability=0.35, to="looks it up"),
            b.clause("chat solved", tell={"solved": 1}, go_on=True),
            b.clause("chat, again", probability=0.12, to="later", again=True))  # fmt: skip
    b.route("looks it up", "done", "goes on")
    b.route("goes on", "done", b.clause("goes on, solved", tell={"solved": 1}))
    b.route("phone", "done", b.clause("phone solved", tell={"solved": 1}, go_on=True),
            b.clause("phone, again", probability=0.1, to="later", again=True))  # fmt: skip
    b.route("mail", "done", b.clause("mail, again", probability=0.15, to="later", again=True))
    for step, exit_ in (("chat", "abandoned"), ("phone", "abandoned"), ("phone", "blocked"), ("chat", "closed"),
                        ("phone", "closed")):  # fmt: skip
        b.route(step, exit_, b.clause(f"{step} {exit_}, writes", probability=0.4, spawn=(Spawn("mail"),), go_on=True),
                b.clause(f"{step} {exit_}, soon", probability=0.6, to="soon", again=True))  # fmt: skip
    b.route("soon", "done", "bot")
    b.route("later", "done", b.clause("back", when=still, to="bot"))
    b.watch("chaser", Anchor("entered", "mail"), Constant(720.0), stop=(Anchor("left", "mail"),), to="overdue")
    return b.build()
