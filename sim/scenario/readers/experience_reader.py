"""Reading of experience: new agents, learning, training."""

from __future__ import annotations

from sim.scenario.model import Learning, Tenure, Training
from sim.scenario.readers.law_reader import a_positive
from sim.scenario.readers.reading import Fields, Reading
from sim.scenario.readers.skill_reader import read_factor
from sim.scenario.text.nodes import MappingNode, Node, Scalar
from sim.scenario.text.problems import Unreadable
from sim.scenario.text.units import as_duration, as_span, count, duration, share, span
from sim.scenario.text.words import LEARNING, TENURE, TRAINING

NEW_SPEED = 0.67
"""Working speed of new agents, over that of the others: the mean of their first year (Cinareo, 1,800 agents of eight
centres; 53 % in the first month)."""

MOST_DONE = 10_000_000
MOST_TRAINING = 2400.0  # a week of work [min]
USUAL_SESSION = 60.0
SHORTEST_SESSION = 5.0


def read_tenure(reading: Reading, node: Node, path: str) -> Tenure | None:
    """Read `{new: 20 %, speed: 67 %}`."""
    mapping = reading.mapping(node, path, "a tenure such as {new: 20 %, speed: 67 %}")
    if mapping is None:
        return None
    fields = Fields(reading, mapping, path, TENURE)
    new = fields.need(
        "new", lambda r, n, p: r.scalar(n, p, share), "a tenure needs the share of new agents", "add new: 20 %"
    )
    why = "assumed: mean of the first year in eight centres (Cinareo)"
    speed = fields.take("speed", read_factor, NEW_SPEED, f"{round(100 * NEW_SPEED)} %", why)
    return None if new is None else Tenure(share=new, speed=speed)


def read_learning(reading: Reading, node: Node, path: str) -> Learning | None:
    """Read `{after: {0: 60 %, 200: 80 %, 1000: 100 %}, done: 0}`; the steps may also stand by themselves."""
    mapping = reading.mapping(node, path, "a learning curve such as {after: {0: 60 %, 200: 80 %, 1000: 100 %}}")
    if mapping is None:
        return None
    short = [entry.key for entry in mapping if _is_count(entry.key)]
    fields = Fields(reading, mapping, path, (*LEARNING, *short))
    done = fields.take(
        "done",
        lambda r, n, p: r.scalar(n, p, lambda text: count(text, 0, MOST_DONE)),
        0,
        "0",
        "all agents of the group start at the first step",
    )
    written: Node | None = fields.node("after")
    own = f"{path}.after"
    if short and written is not None:
        reading.problem(mapping, path, "the steps stand under after, or by themselves", "write them in one place")
        return None
    if short:
        written = MappingNode({key: mapping.entries[key] for key in short}, mapping.place)
        own = path
    if written is None:
        rule = "a learning curve needs its steps"
        reading.problem(mapping, path, rule, "add after: {0: 60 %, 200: 80 %, 1000: 100 %}")
        return None
    steps = _read_steps(reading, written, own)
    return None if steps is None else Learning(steps=steps, done=done)


def _is_count(text: str) -> bool:
    try:
        count(text, 0, MOST_DONE)
    except Unreadable:
        return False
    return True


def _read_steps(reading: Reading, node: Node, path: str) -> tuple[tuple[int, float], ...] | None:
    mapping = reading.mapping(node, path, "a mapping of contacts done to speeds such as {0: 60 %, 200: 80 %}")
    steps: list[tuple[int, float]] = []
    for entry in mapping or ():
        try:
            done = count(entry.key, 0, MOST_DONE)
        except Unreadable as error:
            reading.problem(entry.place, path, f"{error.rule}: contacts done", error.repair, entry.key)
            continue
        speed = read_factor(reading, entry.value, f"{path}.{entry.key}")
        if steps and done <= steps[-1][0]:
            rule = f"the steps ascend, and this one follows {steps[-1][0]}"
            reading.problem(entry.place, path, rule, "sort them", entry.key)
        elif speed is not None:
            steps.append((done, speed))
    if mapping is None or len(steps) < len(mapping.entries):
        return None
    if not steps or steps[0][0] != 0:
        reading.problem(mapping, path, "the steps start at 0 contacts done", "add 0: 60 %")
        return None
    return tuple(steps)


def read_training(reading: Reading, node: Node, path: str) -> Training | None:
    """Read `{per_week: 2 h, session: 1 h, between: 13:00-16:00, speed: 1.05}`."""
    mapping = reading.mapping(node, path, "a training such as {per_week: 2 h, session: 1 h, between: 13:00-16:00}")
    if mapping is None:
        return None
    fields = Fields(reading, mapping, path, TRAINING)
    per_week = fields.need(
        "per_week", lambda r, n, p: r.scalar(n, p, _per_week), "a training needs its hours", "add per_week: 2 h"
    )
    usual = max(min(USUAL_SESSION, per_week or USUAL_SESSION), SHORTEST_SESSION)
    session = fields.take(
        "session",
        lambda r, n, p: r.scalar(n, p, _session),
        usual,
        as_duration(usual),
        "no length of a session is written",
    )
    hours = fields.take(
        "between", lambda r, n, p: r.text(n, p, span), (0, 1440), "00:00-24:00", "sessions lie anywhere in a duty"
    )
    speed = fields.take("speed", read_factor, 1.0, "1", "training makes nobody faster")
    if per_week is None:
        return None
    if not session <= hours[1] - hours[0]:
        at = mapping.entries["session" if "session" in mapping else "between"].value
        got = at.text if isinstance(at, Scalar) else None
        rule = f"a session of {as_duration(session)} does not fit between {as_span(*hours)}"
        reading.problem(at, f"{path}.session", rule, "make it shorter, or the hours longer", got)
        return None
    return Training(per_week=per_week, session=session, from_clock=hours[0], to_clock=hours[1], speed=speed)


def _session(text: str) -> float:
    value = duration(text, 0.0, 1440.0)
    if not value >= SHORTEST_SESSION:
        raise Unreadable(f"a session of at least {as_duration(SHORTEST_SESSION)} is expected")
    return value


def _per_week(text: str) -> float:
    value = a_positive(text)
    if not value <= MOST_TRAINING:
        raise Unreadable(f"at most {as_duration(MOST_TRAINING)} a week are expected")
    return value
