"""Agent groups: what names in `serves` mean, languages, people, experience; and that what is written reads the same."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.scenario import Scenario, ScenarioProblems, load
from sim.scenario.model import (
    AgentGroup,
    Concurrency,
    Kind,
    Learning,
    OnCall,
    Picks,
    Routing,
    Signal,
    Skill,
    Tenure,
    Training,
)
from sim.scenario.model.concurrency import attended_speeds
from sim.scenario.model.duties import working_duties
from sim.scenario.model.headcount import WeeklySpans
from sim.scenario.model.laws import Constant, Never
from sim.scenario.model.shifts import Break, Shift
from sim.scenario.readers.reading import Reading
from sim.scenario.readers.routing_reader import read_routing
from sim.scenario.readers.skill_reader import Target, known_names, read_serves, targets
from sim.scenario.text.nodes import from_python
from sim.scenario.text.problems import Place
from sim.scenario.writers.people_writer import group_words, routing_words

SHOP = Path(__file__).parents[2] / "scenarios" / "small_shop.yaml"
HERE = Place("here")


def kind(channel: str, contact_type: str, alone: bool = False) -> Kind:
    """Make a kind of contact."""
    name = contact_type if alone else f"{channel}/{contact_type}"
    law = Constant(value=1.0)
    made: dict[str, Any] = {"handle_time": law, "after_contact_work": law, "patience": Never()}
    return Kind(name=name, contact_type=contact_type, channel=channel, **made)


KINDS = {
    k.name: k
    for k in (
        kind("phone", "call", True),
        kind("chat", "order"),
        kind("phone", "order"),
        kind("chat", "complaint"),
        kind("phone", "complaint"),
        kind("email", "complaint"),
    )
}
CHANNELS = ("phone", "chat", "email")
TARGET: Target = targets(Reading(), KINDS, {}, CHANNELS, {k.contact_type: HERE for k in KINDS.values()})


def served(words: dict[str, object]) -> dict[str, int]:
    """Ranks by kind of what `serves` says."""
    reading = Reading()
    found = read_serves(reading, from_python(words, HERE), "serves", TARGET, {}, KINDS, None)
    assert reading.problems == []
    assert found is not None
    return {name: skill.rank for name, skill in found.items()}


def problems(changes: dict[str, object]) -> str:
    """What is said about the shop with changes."""
    with pytest.raises(ScenarioProblems) as caught:
        load(SHOP, changes)
    return str(caught.value)


def warnings(changes: dict[str, object]) -> list[str]:
    """Warnings about the shop with changes."""
    return [str(w) for w in load(SHOP, changes).warnings]


def test_a_channel_means_all_that_comes_by_it_and_a_type_all_its_channels() -> None:
    """Phone: calls, orders, complaints; complaint: on three channels."""
    assert served({"phone": 1}) == {"call": 1, "phone/order": 1, "phone/complaint": 1}
    assert served({"complaint": 2}) == {"chat/complaint": 2, "phone/complaint": 2, "email/complaint": 2}
    assert served({"phone/order": 3, "phone/call": 1}) == {"phone/order": 3, "call": 1}


@pytest.mark.parametrize("turned", [False, True])
def test_the_more_specific_name_wins_wherever_it_stands(turned: bool) -> None:
    """Channel and type go before type, type before channel."""
    words: dict[str, object] = {"phone": 3, "complaint": 2, "phone/complaint": 1}
    order = dict(reversed(words.items())) if turned else words
    assert served(order) == {
        "call": 3,
        "phone/order": 3,
        "phone/complaint": 1,
        "chat/complaint": 2,
        "email/complaint": 2,
    }


def test_names_that_are_proposed_are_those_that_people_would_write() -> None:
    """Channels, types, and pairs only where a type has several channels."""
    assert known_names(TARGET) == [
        *CHANNELS,
        *("call", "order", "complaint"),
        *("chat/order", "phone/order", "chat/complaint", "phone/complaint", "email/complaint"),
    ]


def test_channel_in_a_language_nobody_speaks_is_a_problem() -> None:
    """Named by itself it cannot be served; the repair names the language."""
    german: dict[str, object] = {"channels.phone.language": "de", "agent_groups.desk.languages": ["en", "fr"]}
    assert "its language is de, the group speaks en and fr - add de to its languages" in problems(german)
    both: dict[str, object] = {**german, "agent_groups.desk.languages": ["en", "de"]}
    assert load(SHOP, both).agent_groups["desk"].languages == ("en", "de")
    assert load(SHOP, {"channels.phone.language": "de"}).agent_groups["desk"].languages is None


def test_contact_type_keeps_the_channels_in_languages_that_are_spoken() -> None:
    """Complaints in German by phone are left to others; complaints that come in German only cannot be served."""
    shop = load(SHOP, {"channels.phone.language": "de", "channels.email.language": "en"})
    for languages, wanted in ((("en",), ["chat/complaint", "email/complaint"]), (("de", "en"), None)):
        reading = Reading()
        node = from_python({"complaint": 1}, HERE)
        found = read_serves(reading, node, "serves", TARGET, shop.channels, KINDS, languages)
        assert found is not None
        assert reading.problems == []
        assert sorted(found) == (wanted or ["chat/complaint", "email/complaint", "phone/complaint"])
    reading = Reading()
    read_serves(reading, from_python({"call": 1}, HERE), "serves", TARGET, shop.channels, KINDS, ("en",))
    assert [p.rule for p in reading.problems] == ["its language is de, the group speaks en"]


def test_group_works_by_the_clock_of_its_time_zone() -> None:
    """The desk overseas: midnight at home is noon there, the break of the first agent ends at one."""
    shop = load(SHOP, {"agent_groups.desk.time_zone": "Pacific/Auckland"})
    first = working_duties(shop.agent_groups["desk"], shop.period, 0, 1440)[0]
    assert shop.period.local(first.stretches[0][0]).isoformat() == "2026-03-02T01:00:00+01:00"
    assert shop.period.local(first.stretches[-1][1]).isoformat() == "2026-03-02T06:00:00+01:00"
    assert "did you mean Europe/Berlin?" in problems({"agent_groups.desk.time_zone": "Europe/Berln"})


def test_table_of_a_group_is_on_its_clock() -> None:
    """One day at home touches two dates overseas: the second one is missing."""
    rows = {"dated": {"2026-03-02": [2] * 48}}
    overseas: dict[str, object] = {"serves": {"email": 1}, "headcount": rows, "time_zone": "Pacific/Auckland"}
    day: dict[str, object] = {"period.length": "1 d", "agent_groups.far": overseas}
    assert any("no rows for 2026-03-03" in w for w in warnings(day))
    rows["dated"]["2026-03-03"] = [2] * 48
    assert not any("no rows for" in w for w in warnings(day))


def test_limits_that_do_nothing_are_pointed_out() -> None:
    """At most three open, where agents hold one or three at a time."""
    most: dict[str, object] = {"agent_groups.desk.serves.email": {"rank": 2, "most": 3}}
    assert any("agents hold at most 1 open: 3 has no effect" in w for w in warnings(most))
    assert any("at most 3 open" in w for w in warnings({**most, "agent_groups.desk.concurrency": 3}))
    assert not any("no effect" in w for w in warnings({**most, "agent_groups.desk.concurrency": 4}))


def test_experience_is_read() -> None:
    """New agents, learning in both spellings, training."""
    said: dict[str, object] = {
        "agent_groups.desk.tenure": {"new": "20 %", "speed": "60 %"},
        "agent_groups.desk.learning": {"after": {"0": "60 %", "200": "0.8", "1000": 1}, "done": 50},
        "agent_groups.desk.training": {"per_week": "2 h", "between": "13:00-16:00", "speed": "1.05"},
    }
    desk = load(SHOP, said).agent_groups["desk"]
    assert desk.tenure == Tenure(share=0.2, speed=0.6)
    assert desk.learning == Learning(steps=((0, 0.6), (200, 0.8), (1000, 1.0)), done=50)
    assert desk.training == Training(per_week=120, session=60, from_clock=780, to_clock=960, speed=1.05)
    short = load(SHOP, {"agent_groups.desk.learning": {"0": "60 %", "200": "80 %"}}).agent_groups["desk"].learning
    assert short == Learning(steps=((0, 0.6), (200, 0.8)))


def test_speed_of_new_agents_is_an_assumption_with_its_source() -> None:
    """Two thirds in the first year, as measured elsewhere."""
    shop = load(SHOP, {"agent_groups.desk.tenure": {"new": "20 %"}})
    assert shop.agent_groups["desk"].tenure == Tenure(share=0.2, speed=0.67)
    taken = {d.path: d for d in shop.defaults}["agent_groups.desk.tenure.speed"]
    assert (taken.value, taken.why.split(":")[0]) == ("67 %", "assumed")


def test_experience_of_nobody_is_pointed_out() -> None:
    """A fifth of two agents is nobody; nobody is on shift at night."""
    few: dict[str, object] = {
        "agent_groups.desk.shifts.day": {"mon-fri": 2, "sat": 2},
        "agent_groups.desk.tenure": {"new": "20 %"},
    }
    assert any("nobody is new" in w for w in warnings(few))
    night = {"per_week": "2 h", "between": "20:00-23:00"}
    assert any("nobody is trained" in w for w in warnings({"agent_groups.desk.training": night}))
    night_shift: dict[str, object] = {
        "agent_groups.desk.training": {"per_week": "2 h", "between": "01:00-05:00"},
        "agent_groups.desk.shifts.night": {"hours": "22:00-06:00", "daily": 1},
    }
    assert not any("nobody is trained" in w for w in warnings(night_shift))


def roster_shop(folder: Path, rows: str, **more: object) -> Scenario:
    """The shop with a roster in place of its shifts."""
    (folder / "roster.csv").write_text(rows)
    text = SHOP.read_text().replace(
        "    shifts: {day: {hours: 09:00-18:00, break: 1 h, mon-fri: 5, sat: 2}}", "    roster: {file: roster.csv}"
    )
    (folder / "shop.yaml").write_text(text)
    return load(folder / "shop.yaml", {f"agent_groups.desk.{word}": value for word, value in more.items()})


WEEK = "name,date,start,end\n" + "".join(
    f"{name},2026-03-0{day},09:00,17:00\n" for name in ("Ann", "Bo") for day in range(2, 7)
)


def test_roster_makes_named_agents_with_their_own_duties(tmp_path: Path) -> None:
    """Two people from Monday to Friday; they are new, trained and chosen by their names."""
    shop = roster_shop(tmp_path, WEEK, tenure={"new": "50 %"})
    desk = shop.agent_groups["desk"]
    assert desk.shifts is None
    assert desk.roster is not None
    assert [agent.name for agent in desk.roster.agents] == ["Ann", "Bo"]
    found = working_duties(desk, shop.period, 0, 7 * 1440)
    assert [(d.agent, d.date.day) for d in found] == [(name, day) for name in ("Ann", "Bo") for day in range(2, 7)]
    assert found[0].stretches == ((540, 1020),)
    assert found[0].date == date(2026, 3, 2)


def test_roster_of_a_week_is_repeated_where_it_says_nothing(tmp_path: Path) -> None:
    """The week after is as the first, unless that is refused; both in the minutes of the period."""
    for outside, days in (("repeat", [2, 3, 4, 5, 6, 9, 10, 11, 12, 13]), ("nobody", [2, 3, 4, 5, 6])):
        shop = roster_shop(tmp_path, WEEK, roster={"file": str(tmp_path / "roster.csv"), "outside": outside})
        found = working_duties(shop.agent_groups["desk"], shop.period, 0, 14 * 1440)
        assert [d.date.day for d in found if d.agent == "Bo"] == days
        assert all((b - a) == 480 and a % 1440 == 540 for d in found for a, b in d.stretches)


def test_roster_is_on_the_clock_of_its_group(tmp_path: Path) -> None:
    """Nine o'clock in Auckland."""
    shop = roster_shop(tmp_path, WEEK, time_zone="Pacific/Auckland")
    first = working_duties(shop.agent_groups["desk"], shop.period, 0, 1440)[0]
    assert shop.period.local(first.stretches[0][0]).hour == 0


def test_agents_of_a_roster_hold_no_more_than_their_group(tmp_path: Path) -> None:
    """The speeds of the group end at its limit; the repair says what to write."""
    rows = "name,date,start,end,concurrency\nAnn,2026-03-02,09:00,17:00,3\nBo,2026-03-02,09:00,17:00,\n"
    with pytest.raises(ScenarioProblems) as caught:
        roster_shop(tmp_path, rows)
    assert "the roster lets Ann hold 3 contacts open, the group at most 1 - write concurrency: 3" in str(caught.value)
    held = roster_shop(tmp_path, rows, concurrency=3).agent_groups["desk"].roster
    assert held is not None
    assert [agent.concurrency for agent in held.agents] == [3, None]


def test_agents_without_any_skill_of_their_group_are_pointed_out(tmp_path: Path) -> None:
    """Somebody who can do nothing of what the group serves waits for ever."""
    rows = "name,date,start,end,skills\nAnn,2026-03-02,09:00,17:00,phone\nBo,2026-03-02,09:00,17:00,email\n"
    shop = roster_shop(tmp_path, rows, serves={"phone": 1, "email": 2})
    assert not any("among the skills" in str(w) for w in shop.warnings)
    (tmp_path / "roster.csv").write_text(rows)
    text = (tmp_path / "shop.yaml").read_text().replace("serves: {phone: first, email: second}", "serves: {phone: 1}")
    (tmp_path / "shop.yaml").write_text(text)
    found = [str(w) for w in load(tmp_path / "shop.yaml").warnings]
    assert any("among the skills of Bo: no contact ever comes to them" in w for w in found)


def test_roster_that_was_asked_for_in_words_is_written_in_the_same_words(tmp_path: Path) -> None:
    """The file is named from the folder of the text; sheet, codes and columns stay as written."""
    rows = WEEK.replace("start", "Dienstbeginn")
    with pytest.raises(ScenarioProblems):
        roster_shop(tmp_path, rows.replace("end", "Dienstschluss"))
    said = {"file": "roster.csv", "columns": {"start": "Dienstbeginn"}}
    (tmp_path / "roster.csv").write_text(rows)
    shop = load(tmp_path / "shop.yaml", {"agent_groups.desk.roster.columns": said["columns"]})
    words = group_words(shop.agent_groups["desk"], shop.kinds, tmp_path)["roster"]
    assert words == {**said, "outside": "repeat"}
    absolute = group_words(shop.agent_groups["desk"], shop.kinds)["roster"]
    assert absolute == {**words, "file": str(tmp_path / "roster.csv")}
    again = load(tmp_path / "shop.yaml", {"agent_groups.desk.roster": absolute})
    assert again.agent_groups == shop.agent_groups
    assert not [d for d in again.defaults if "roster" in d.path]


# what is written reads the same


def minutes(low: int, high: int) -> st.SearchStrategy[float]:
    """Whole minutes, or half ones."""
    return st.integers(2 * low, 2 * high).map(lambda n: n / 2)


FACTORS = st.sampled_from([0.5, 0.67, 0.9, 1.0, 1.05, 2.0, 1 / 3])
SIGNALS = st.builds(
    lambda look, low, more, every, delay, least: Signal(
        look=look,
        channels=("phone",) if look == "service_level" else ("phone", "email"),
        on=low / 100 if look == "service_level" else low + more,
        off=(low + more) / 100 if look == "service_level" else low,
        every=every,
        delay=delay,
        least=least,
    ),
    st.sampled_from(["waiting", "longest_wait", "expected_wait", "service_level"]),
    st.integers(0, 40),
    st.integers(0, 40),
    minutes(1, 30),
    minutes(0, 60),
    minutes(0, 60),
)
SKILLS = st.builds(
    Skill,
    rank=st.integers(1, 4),
    after=minutes(0, 600),
    speed=FACTORS,
    reserve=st.integers(0, 5),
    most=st.none() | st.integers(1, 5),
    when=st.none() | SIGNALS,
)
BREAKS = st.none() | st.builds(Break, length=minutes(1, 90)) | st.just(Break(length=30.0, start=800))
SHIFTS = st.builds(
    lambda start, end, pause, agents, holiday: Shift(
        start=start,
        end=min(end, start + 1439),  # longer hours cannot be written, but for a whole day from midnight on
        pause=pause,
        agents=agents,
        holiday=holiday,
    ),
    st.integers(300, 790),
    st.integers(900, 1800),
    BREAKS,
    st.tuples(*[st.integers(0, 9)] * 7),
    st.none() | st.integers(0, 4),
)
SPEEDS = st.builds(
    lambda limit, touch, think: Concurrency(
        limit=limit, speed=attended_speeds(touch, think, limit), touch=touch, think=think
    ),
    st.integers(2, 6),
    minutes(1, 10),
    minutes(0, 20),
) | st.lists(FACTORS.filter(lambda x: x <= 1), min_size=1, max_size=4).map(
    lambda found: Concurrency(limit=len(found) + 1, speed=(1.0, *found))
)
COMMON: dict[str, Any] = {
    "serves": st.fixed_dictionaries({"call": SKILLS, "mail": SKILLS}),
    "shrinkage": st.sampled_from([0.0, 0.1, 0.125, 0.999]),
    "end_of_shift": st.sampled_from(["finish", "hand_back"]),
    "choice": st.sampled_from(["longest_idle", "least_loaded", "most_loaded", "lowest_number", "random"]),
    "speed": FACTORS,
    "picks": st.sampled_from(
        [Picks(), Picks(order="earliest_due"), Picks(order="score", waited=0, overdue=2.5, priority=30)]
    ),
    "time_zone": st.sampled_from([None, "Asia/Shanghai", "America/Sao_Paulo"]),
    "languages": st.sampled_from([None, ("no",), ("en", "zh-Hans")]),
}
NAMED = st.builds(
    AgentGroup,
    **COMMON,
    shifts=st.dictionaries(st.sampled_from(["early", "late", "night"]), SHIFTS, min_size=1),
    headcount=st.none(),
    concurrency=st.none() | SPEEDS,
    tenure=st.none() | st.builds(Tenure, share=st.sampled_from([0.0, 0.2, 1.0]), speed=FACTORS),
    learning=st.none()
    | st.builds(
        lambda speeds, done: Learning(steps=tuple((100 * i, speed) for i, speed in enumerate(speeds)), done=done),
        st.lists(FACTORS, min_size=1, max_size=4),
        st.integers(0, 5000),
    ),
    training=st.none()
    | st.builds(
        Training,
        per_week=minutes(5, 600),
        session=minutes(5, 120),
        from_clock=st.integers(0, 1000),
        to_clock=st.integers(1120, 1440),
        speed=FACTORS,
    ),
    on_call=st.none() | st.builds(OnCall, when=SIGNALS, shifts=st.dictionaries(st.just("evening"), SHIFTS, min_size=1)),
)
COUNTED = st.builds(
    AgentGroup,
    **COMMON,
    shifts=st.none(),
    headcount=st.sampled_from(
        [
            WeeklySpans(week=(((540, 720, 1.5), (720, 900, 2.0)), (), (), (), (), ((1320, 1560, 1.0),), ())),
            WeeklySpans(week=((), (), ((0, 1440, 3.25),), (), (), (), ())),
        ]
    ),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(made=NAMED | COUNTED)
def test_what_is_written_of_a_group_reads_as_the_same_group(made: AgentGroup) -> None:
    """Every word of people, written out, is read back; nothing is left to a default."""
    shop = load(SHOP, {"agent_groups.made": group_words(made, load(SHOP).kinds)})
    assert shop.agent_groups["made"] == made
    assert not [d for d in shop.defaults if d.path.startswith("agent_groups.made")]


LADDERS = st.dictionaries(
    st.sampled_from([*CHANNELS, *KINDS]),
    st.lists(st.sampled_from([*CHANNELS, *KINDS]), min_size=1, max_size=3, unique=True),
    min_size=1,
    max_size=3,
)


@settings(max_examples=200)
@given(interrupts=LADDERS, worth=st.sampled_from(["none", "30 min"]))
def test_what_is_written_of_routing_reads_as_the_same_routing(interrupts: dict[str, list[str]], worth: str) -> None:
    """Grades, written out as who interrupts whom, give the same grades; then nothing follows that is not written."""
    first = Reading()
    node = from_python({"priority_worth": worth, "interrupts": interrupts}, HERE)
    routing = read_routing(first, node, "routing", TARGET)
    if routing is None:
        assert first.problems  # a circle, or a name that interrupts itself
        return
    again = Reading()
    written = routing_words(routing, KINDS)
    found = read_routing(again, from_python(written, HERE), "routing", TARGET) if written else Routing()
    assert found == routing
    assert again.problems == []
    assert again.defaults == []
    for kind_, grade in routing.grades.items():
        assert any(routing.grades.get(k, 0) == grade - 1 for k in routing.yields), kind_
