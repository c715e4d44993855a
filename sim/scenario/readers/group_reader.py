"""Reading of agent groups: what they serve, who they are, and how they work."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sim.scenario.model import AgentGroup, Channel, Concurrency, Kind, Picks, Skill, Tenure, Training
from sim.scenario.model.duties import new_agents
from sim.scenario.model.period import Period
from sim.scenario.model.zones import seen_from
from sim.scenario.readers.concurrency_reader import read_concurrency
from sim.scenario.readers.experience_reader import read_learning, read_tenure, read_training
from sim.scenario.readers.people_reader import People, check_roster, read_on_call, read_people
from sim.scenario.readers.reading import Fields, Reading, one_of
from sim.scenario.readers.routing_reader import read_picks
from sim.scenario.readers.skill_reader import Target, read_factor, read_rank, read_serves, targets, with_reserve
from sim.scenario.readers.zone_reader import a_language, a_time_zone
from sim.scenario.text.nodes import Entry, MappingNode, Node, Scalar, SequenceNode
from sim.scenario.text.problems import Unreadable
from sim.scenario.text.units import as_span, share
from sim.scenario.text.words import AGENT_GROUP

__all__ = ["Target", "read_agent_group", "read_rank", "targets"]

NAMED_ONLY = {
    "concurrency": "counted agents hold one contact at a time",
    "tenure": "counted agents are all alike, none is new",
    "learning": "counted agents are all alike, none learns",
    "training": "counted agents have no names, none can be sent to training",
    "on_call": "agents on call have names and stand beside others who have, not beside a head-count",
}
"""What a counted head-count cannot have, and why."""

CHOICES = ("longest_idle", "least_loaded", "most_loaded", "lowest_number", "random")


def read_agent_group(
    reading: Reading,
    entry: Entry,
    path: str,
    target: Target,
    channels: Mapping[str, Channel],
    period: Period,
    kinds: Mapping[str, Kind],
    groups: Collection[str] = (),
) -> AgentGroup | None:
    """Read one agent group.

    Parameters
    ----------
    reading, entry, path : what to read and where problems go.
    target : what names in `serves` stand for.
    channels : those that could be read.
    period : gives the calendar.
    kinds : what agents face, by name.
    groups : names of all groups, if known: a roster may name them.
    """
    mapping = reading.mapping(entry.value, path, "an agent group, a mapping with serves and shifts,")
    if mapping is None:
        return None
    fields = Fields(reading, mapping, path, AGENT_GROUP)
    languages = fields.take("languages", _read_languages, None)
    time_zone = fields.take("time_zone", lambda r, n, p: r.text(n, p, a_time_zone), None)
    serves = fields.need(
        "serves",
        lambda r, n, p: read_serves(r, n, p, target, channels, kinds, languages),
        "an agent group needs what it serves",
        "add serves: {phone: first}",
    )
    if serves is not None and "reserve" in mapping:
        serves = with_reserve(reading, mapping.entries["reserve"].value, f"{path}.reserve", serves, target)
    clock = seen_from(period, time_zone)
    people = read_people(reading, mapping, path, target, clock, time_zone, entry.key, groups)
    counted = "headcount" in mapping
    shrinkage = fields.take("shrinkage", lambda r, n, p: r.scalar(n, p, _shrinkage), 0.0, "0 %", _no_shrinkage(mapping))
    end: Any = fields.take(
        "end_of_shift",
        lambda r, n, p: r.text(n, p, one_of("finish", "hand_back", "pause")),
        "finish",
        "finish",
        "agents finish the contact they are in",
    )
    alone = None if counted else "1"
    concurrency = fields.take("concurrency", read_concurrency, None, alone, "one contact at a time")
    choice = _read_choice(fields, concurrency)
    speed = fields.take("speed", read_factor, 1.0, "1", "handle times are those of this group")
    picks = fields.take("picks", read_picks, Picks(), "oldest", "who has waited longest in a rank goes first")
    tenure = fields.take("tenure", read_tenure, None)
    learning = fields.take("learning", read_learning, None)
    training = fields.take("training", read_training, None)
    names = tuple(people.shifts or ())
    on_call = fields.take("on_call", lambda r, n, p: read_on_call(r, n, p, names, channels, target), None)
    if counted:
        _check_counted(reading, mapping, path, end, choice, concurrency)
    else:
        _check_people(reading, mapping, path, people, tenure, training)
    limit = 1 if concurrency is None else concurrency.limit
    _check_most(reading, mapping, path, serves or {}, target, limit)
    if serves is None or people == People():
        return None
    if people.roster is not None:
        at = mapping.entries["roster"].value
        if not check_roster(reading, at, f"{path}.roster", people.roster, serves, target, limit):
            return None
    return AgentGroup(
        serves=serves,
        shifts=people.shifts,
        headcount=people.headcount,
        roster=people.roster,
        shrinkage=shrinkage,
        end_of_shift=end,
        choice=choice,
        speed=speed,
        concurrency=concurrency,
        picks=picks,
        tenure=tenure,
        learning=learning,
        training=training,
        on_call=on_call,
        time_zone=time_zone,
        languages=languages,
    )


def _shrinkage(text: str) -> float:
    value = share(text)
    if not value < 1:
        raise Unreadable("a share below 100 % is expected", "leave the group out if nobody ever comes")
    return value


def _no_shrinkage(mapping: MappingNode) -> str:
    if "headcount" in mapping:
        return "a head-count is taken as those present"
    return "the roster is taken as it is" if "roster" in mapping else "no absence is written"


def _read_languages(reading: Reading, node: Node, path: str) -> tuple[str, ...] | None:
    """Read a language, or a list of languages."""
    items = node.items if isinstance(node, SequenceNode) else (node,)
    if isinstance(node, MappingNode) or not items:
        reading.problem(node, path, "a list of languages such as [en, de] is expected")
        return None
    found = [reading.text(item, path, a_language) for item in items]
    spoken = tuple(dict.fromkeys(language for language in found if language is not None))
    return spoken if None not in found else None


def _read_choice(fields: Fields, concurrency: Concurrency | None) -> Any:
    if concurrency is None:
        usual, why = "longest_idle", "the agent idle for longest takes the next contact"
    else:
        usual, why = "least_loaded", "the agent with the fewest open contacts takes the next one"
    return fields.take("choice", lambda r, n, p: r.text(n, p, one_of(*CHOICES)), usual, usual, why)


def _check_counted(
    reading: Reading, mapping: MappingNode, path: str, end: str, choice: str, concurrency: Concurrency | None
) -> None:
    """Note what a counted head-count cannot have."""
    if end == "pause":
        rule = "a counted head-count has no agent who could come back to a paused contact"
        at = mapping.entries["end_of_shift"].value
        reading.problem(at, f"{path}.end_of_shift", rule, "write finish or hand_back", "pause")
    if "choice" in mapping and choice not in ("longest_idle", "least_loaded"):
        at = mapping.entries["choice"].value
        reading.warn(at, f"{path}.choice", "counted agents are all alike: this has no effect")
    for name, rule in NAMED_ONLY.items():
        if name in mapping and not (name == "concurrency" and concurrency is None):
            repair = "give shifts or a roster instead of the headcount"
            reading.problem(mapping.entries[name].place, f"{path}.{name}", rule, repair)


def _check_people(
    reading: Reading,
    mapping: MappingNode,
    path: str,
    people: People,
    tenure: Tenure | None,
    training: Training | None,
) -> None:
    """Warn about new agents and training that nobody is there for."""
    named = people.roster if people.shifts is None else people.shifts
    if named is None:
        return
    if tenure is not None and tenure.share > 0 and not new_agents(named, tenure.share):
        rule = "rounded to whole agents of the group nobody is new"
        reading.warn(mapping.entries["tenure"].value, f"{path}.tenure", rule)
    if training is not None and people.shifts is not None:
        spans = [(shift.start, shift.end) for shift in people.shifts.values() if shift.most]
        window = (training.from_clock, training.to_clock)
        if not any(
            min(end, window[1] + turn) - max(start, window[0] + turn) >= training.session
            for start, end in spans
            for turn in (-1440, 0, 1440)
        ):
            rule = f"nobody is on shift for a whole session between {as_span(*window)}: nobody is trained"
            at = mapping.entries["training"].value
            reading.warn(at, f"{path}.training", rule, "change the hours, or shorten the sessions")


def _check_most(
    reading: Reading, mapping: MappingNode, path: str, serves: Mapping[str, Skill], target: Target, limit: int
) -> None:
    """Warn about limits of a skill that the concurrency of the group makes void."""
    written = mapping.get("serves")
    for entry in written if isinstance(written, MappingNode) else ():
        if not isinstance(entry.value, MappingNode) or "most" not in entry.value or entry.key not in target:
            continue
        own = [serves[kind].most for kind in target[entry.key].kinds if kind in serves]
        if own and all(most is not None and most >= limit for most in own):
            at = entry.value.entries["most"].value
            got = at.text if isinstance(at, Scalar) else "this"
            rule = f"agents hold at most {limit} open: {got} has no effect"
            reading.warn(at, f"{path}.serves.{entry.key}.most", rule)
