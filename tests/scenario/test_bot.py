"""Bot and self-service: whom they meet, what they contain, and what is left for the agents."""

from __future__ import annotations

import inspect
import math
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.scenario import Scenario, ScenarioProblems, load
from sim.scenario.model import SELECTIONS, Bot, Channel, HandOff, Outage, Repeat, Selection, first_answer
from sim.scenario.model.hours import ALWAYS
from sim.scenario.model.laws import Constant, Exponential, Lognormal
from sim.scenario.model.period import Period
from sim.scenario.readers.first_answer_reader import read_first_answer
from sim.scenario.readers.law_reader import usual_handle_time
from sim.scenario.readers.reading import Reading
from sim.scenario.redraw import redrawn
from sim.scenario.text.nodes import from_python
from sim.scenario.text.problems import Place
from sim.scenario.writers.first_answer_writer import first_answer_words
from sim.theory import passed_work_factor

SHOP = """aftersim: 1
title: Shop
question: What is left for the agents?
period: {{start: 2026-03-02, length: 7 d, warm_up: 2 d, time_zone: Europe/Berlin}}
contact_types:
  where: {{channel: chat, per_day: 100, handle_time: 6 min}}
  complaint: {{channel: chat, per_day: 80, handle_time: 8 min}}
  call: {{channel: phone, per_day: 60, handle_time: 7 min}}
channels:
  chat: {{service_level: 80 % within 60 s}}
  {phone}: {{service_level: 80 % within 30 s}}
{section}
agent_groups:
  desk:
    serves: {{chat: first, {phone}: second}}
    shifts: {{day: {{hours: 00:00-24:00, mon-sun: 9}}}}
"""
TYPES = ("where", "complaint", "call")
HERE = Place("here")
CHANNELS = {
    name: Channel(
        open=ALWAYS, when_closed="lost", at_close="stay", queue_limit=None, service_level=None, first_response=None
    )
    for name in ("chat", "phone", "social")
}
PERIOD = Period(start=datetime(2026, 3, 2), length=10080.0)


def shop(folder: Path, section: str, phone: str = "phone") -> Scenario:
    """Load the shop with this section."""
    text = SHOP.format(section=section, phone=phone).replace("channel: phone", f"channel: {phone}")
    (folder / "shop.yaml").write_text(text, encoding="utf-8")
    return load(folder / "shop.yaml")


def bot(folder: Path, words: str = "", channels: str = "chat") -> Bot:
    """Load a bot with these words beside its channels."""
    words = words if "containment" in words.replace("false_containment", "") else f"containment: 40 %, {words}"
    made = shop(folder, f"bot: {{channels: {channels}, {words}}}").bot
    assert made is not None
    return made


def defaults(scenario: Scenario, path: str) -> dict[str, str]:
    """Give the defaults taken below a path."""
    return {d.path[len(path) + 1 :]: d.value for d in scenario.defaults if d.path.startswith(f"{path}.")}


def again(words: object, path: str = "bot") -> Bot | None:
    """Read a bot from its words and nothing else; None if anything is wrong or missing."""
    reading = Reading()
    found = read_first_answer(reading, from_python(words, HERE), path, PERIOD, CHANNELS, TYPES)
    return None if reading.problems or reading.defaults else found


def test_nothing_answers_first_unless_it_is_written(tmp_path: Path) -> None:
    """No bot, no self-service; `none` says the same."""
    for section in ("", "bot: none\nself_service: none"):
        scenario = shop(tmp_path, section)
        assert (scenario.bot, scenario.self_service) == (None, None)


def test_bot_of_two_words_is_complete(tmp_path: Path) -> None:
    """Channels and containment are enough; the rest is assumed, and each assumption is noted."""
    scenario = shop(tmp_path, "bot: {channels: [chat], containment: 40 %}")
    assert scenario.bot == Bot(
        channels=("chat",),
        entry=1.0,
        session_time=Lognormal(mean=2.0, sd=1.6),
        containment=dict.fromkeys(TYPES, 0.4),
        selection=Selection(slope=1.0, load=0.6),
    )
    assert defaults(scenario, "bot") == {
        "entry": "100 %",
        "session_time": "2 min, lognormal",
        "selection": "moderate",
        "gives_up": "0 %",
        "false_containment": "none",
        "hand_off": "factor 100 %, extra 0 min",
        "outages": "none",
        "capacity": "none",
        "after_again": "yes",
    }


@pytest.mark.parametrize(
    ("words", "channels"), [("all", ("chat", "phone")), ("chat", ("chat",)), ("[phone, chat]", ("phone", "chat"))]
)
def test_channels_are_a_list_or_a_name_or_all(tmp_path: Path, words: str, channels: tuple[str, ...]) -> None:
    """Three ways to say where the bot answers."""
    assert bot(tmp_path, channels=words).channels == channels


def test_self_service_answers_everywhere(tmp_path: Path) -> None:
    """Unlike a bot it needs no channels: it comes before any."""
    scenario = shop(tmp_path, "self_service: {containment: 10 %, entry: 30 %}")
    assert scenario.self_service is not None
    assert (scenario.self_service.channels, scenario.self_service.entry) == (("chat", "phone"), 0.3)
    assert scenario.bot is None


def test_containment_is_resolved_for_every_type(tmp_path: Path) -> None:
    """Types that are not named have the share of `other`; without it none is contained, which is noted."""
    assert bot(tmp_path, "containment: {where: 55 %, other: 8 %}").containment == {
        "where": 0.55,
        "complaint": 0.08,
        "call": 0.08,
    }
    scenario = shop(tmp_path, "bot: {channels: chat, containment: {where: 55 %}}")
    assert scenario.bot is not None
    assert scenario.bot.containment == {"where": 0.55, "complaint": 0.0, "call": 0.0}
    note = next(d for d in scenario.defaults if d.path == "bot.containment.other")
    assert (note.value, note.why) == ("0 %", "not named here: complaint, call")


@pytest.mark.parametrize(
    ("words", "selection"),
    [*SELECTIONS.items(), ("{slope: 0.7, load: -0.2}", Selection(slope=0.7, load=-0.2))],
)
def test_selection_is_a_word_or_two_numbers(tmp_path: Path, words: str, selection: Selection) -> None:
    """Words stand for shipped numbers."""
    assert bot(tmp_path, f"selection: {words}").selection == selection


def test_table_of_selections_says_what_the_formula_gives() -> None:
    """The factors and savings printed beside the words are those of the closed form, for the usual handle time."""
    text = inspect.getsource(first_answer)
    log_sd = math.sqrt(math.log1p(0.8**2))
    for word, selection in SELECTIONS.items():
        factors = [passed_work_factor(c, selection.slope, selection.load, log_sd) for c in (0.3, 0.5)]
        cells = [f"{r:.2f} ({100 * (1 - (1 - c) * r):.1f} %)" for c, r in zip((0.3, 0.5), factors, strict=True)]
        row = f"{word:8}  {selection.slope:<5g}  {selection.load:<4g}  {cells[0]}     {cells[1]}"
        assert row in text


def test_false_containment_comes_back_half_by_phone(tmp_path: Path) -> None:
    """A share alone is enough: they come back within a day, half of them on the phone if there is one."""
    half = {"same": 0.5, "phone": 0.5}
    usual = Repeat(share={"other": 0.15}, after=Exponential(mean=720.0), to=half, at_most=3)
    assert bot(tmp_path, "false_containment: 15 %").false_containment == usual
    for section, phone in (("bot: {channels: chat,", "hotline"), ("bot: {channels: phone,", "phone")):
        made = shop(tmp_path, f"{section} containment: 40 %, false_containment: 15 %}}", phone).bot
        assert made is not None
        assert made.false_containment is not None
        assert made.false_containment.to == {"same": 1.0}
    words = "{share: {complaint: 30 %, other: 15 %}, after: 1 d, to: {same: 40 %, phone: 60 %}, at_most: 2}"
    assert bot(tmp_path, f"false_containment: {words}").false_containment == Repeat(
        share={"complaint": 0.3, "other": 0.15},
        after=Exponential(mean=1440.0),
        to={"same": 0.4, "phone": 0.6},
        at_most=2,
    )


def test_those_who_come_back_by_phone_must_be_served_there(tmp_path: Path) -> None:
    """False containment opens a way to the phone for contacts that came by chat."""
    scenario = shop(tmp_path, "bot: {channels: chat, containment: 40 %, false_containment: 15 %}")
    assert {"phone/where", "phone/complaint"} <= set(scenario.kinds)


@pytest.mark.parametrize(
    ("words", "hand_off"),
    [
        ("{context: passed}", HandOff(factor=0.9)),
        ("{context: lost}", HandOff(extra=1.0)),
        ("{factor: 85 %}", HandOff(factor=0.85)),
        ("{extra: 45 s}", HandOff(extra=0.75)),
        ("{factor: 110 %, extra: 30 s}", HandOff(factor=1.1, extra=0.5)),
    ],
)
def test_hand_off_is_a_context_or_numbers(tmp_path: Path, words: str, hand_off: HandOff) -> None:
    """Passing the context saves time, losing it costs a minute: assumptions, and numbers replace them."""
    scenario = shop(tmp_path, f"bot: {{channels: chat, containment: 40 %, hand_off: {words}}}")
    assert scenario.bot is not None
    assert scenario.bot.hand_off == hand_off
    assert ("hand_off.factor" in defaults(scenario, "bot")) == ("context" in words or "factor" not in words)


def test_outages_are_local_times_in_the_period(tmp_path: Path) -> None:
    """They have names, so that a policy can change one; one that lies outside does nothing, and is doubted."""
    outages = (
        "{crash: {start: 2026-03-03 10:00, end: 2026-03-03 12:30}, sunday: {start: 2026-03-01, end: 2026-03-01 09:00}}"
    )
    scenario = shop(tmp_path, f"bot: {{channels: chat, containment: 40 %, outages: {outages}}}")
    assert scenario.bot is not None
    assert scenario.bot.outages["crash"] == Outage(start=datetime(2026, 3, 3, 10), end=datetime(2026, 3, 3, 12, 30))
    assert [w.path for w in scenario.warnings] == []  # Sunday is in the warm-up
    late = outages.replace("2026-03-01", "2026-03-09")
    scenario = shop(tmp_path, f"bot: {{channels: chat, containment: 40 %, outages: {late}}}")
    assert [w.path for w in scenario.warnings] == ["bot.outages.sunday"]


def test_capacity_and_repeats(tmp_path: Path) -> None:
    """Limits are whole sessions; repeat contacts may go around the bot."""
    made = bot(tmp_path, "capacity: 200, after_again: no, gives_up: 5 %, entry: 70 %, session_time: 90 s")
    assert (made.capacity, made.after_again, made.gives_up, made.entry) == (200, False, 0.05, 0.7)
    assert made.session_time == usual_handle_time(1.5)
    assert bot(tmp_path, "capacity: none").capacity is None


def test_price_comes_with_money(tmp_path: Path) -> None:
    """A word of a coming version is refused as such."""
    with pytest.raises(ScenarioProblems, match=r"bot\.price: comes later: money is not part of this version"):
        bot(tmp_path, "price: 0.30 CNY per session")


def test_policy_changes_one_number_of_the_bot(tmp_path: Path) -> None:
    """Shares by type merge by name; a hand-off and a selection are replaced as one value."""
    base = "bot: {channels: chat, containment: {where: 55 %, other: 8 %}, hand_off: {context: lost}, selection: strong}"
    shop(tmp_path, base)
    changes: dict[str, object] = {
        "bot.containment.where": "plus 10 %",
        "bot.hand_off": "{factor: 80 %}",
        "bot.selection": "{slope: 1, load: 0.5}",
        "bot.outages.update": "{start: 2026-03-03 10:00, end: 2026-03-03 12:00}",
    }
    made = load(tmp_path / "shop.yaml", changes).bot
    assert made is not None
    assert made.containment == {"where": pytest.approx(0.65), "complaint": 0.08, "call": 0.08}
    assert made.hand_off == HandOff(factor=0.8)
    assert made.selection == Selection(slope=1.0, load=0.5)
    assert list(made.outages) == ["update"]


def test_drawn_values_reach_the_bot(tmp_path: Path) -> None:
    """Containment by type, the share that comes back and the session time follow their ranges."""
    words = (
        "containment: {where: {value: 55 %, between: [40 %, 65 %]}, other: 8 %}, "
        "false_containment: {value: 15 %, between: [5 %, 30 %]}, session_time: {value: 2 min, between: [1 min, 4 min]}"
    )
    scenario = shop(tmp_path, f"bot: {{channels: chat, {words}}}")
    values = {"bot.containment.where": "60 %", "bot.false_containment": "20 %", "bot.session_time": "3 min"}
    made = redrawn(scenario, values).bot
    assert made is not None
    assert made.containment == {"where": 0.6, "complaint": 0.08, "call": 0.08}
    assert made.false_containment is not None
    assert made.false_containment.share == {"other": 0.2}
    assert made.session_time == usual_handle_time(3.0)
    assert redrawn(scenario, {r.path: r.drawn(0.0) for r in scenario.ranges}) == scenario


PERCENT = st.integers(0, 1000).map(lambda n: n / 1000)
WHEN = st.datetimes(datetime(2026, 3, 2), datetime(2026, 3, 5)).map(lambda t: t.replace(microsecond=0))
HOURS = st.datetimes(datetime(2026, 3, 6), datetime(2026, 3, 8)).map(lambda t: t.replace(second=0, microsecond=0))
REPEATS = st.builds(
    Repeat,
    share=st.one_of(
        PERCENT.map(lambda p: {"other": p}),
        st.fixed_dictionaries({"call": PERCENT, "other": PERCENT}),
        st.fixed_dictionaries(dict.fromkeys(TYPES, PERCENT)),
    ),
    after=st.sampled_from([Exponential(mean=20.0), Constant(value=0.0), Lognormal(mean=60.0, sd=30.0)]),
    to=st.sampled_from([{"same": 1.0}, {"phone": 0.25, "same": 0.75}, {"social": 0.5, "same": 0.0, "phone": 0.5}]),
    at_most=st.integers(1, 100),
)
BOTS = st.builds(
    Bot,
    channels=st.sampled_from([("chat",), ("social", "chat"), ("chat", "phone", "social")]),
    entry=PERCENT,
    session_time=st.sampled_from([Lognormal(mean=2.0, sd=1.6), Constant(value=1.5)]),
    containment=st.fixed_dictionaries(dict.fromkeys(TYPES, PERCENT))
    | PERCENT.map(lambda p: dict.fromkeys(TYPES, p)),
    selection=st.sampled_from(list(SELECTIONS.values()))
    | st.builds(Selection, slope=st.floats(0, 20), load=st.floats(-1, 1)),
    gives_up=PERCENT,
    false_containment=st.none() | REPEATS,
    hand_off=st.builds(HandOff, factor=st.floats(0.01, 10), extra=st.integers(0, 500).map(lambda n: n / 4)),
    outages=st.just({})
    | st.builds(lambda a, b: {"one": Outage(start=a, end=b)}, WHEN, HOURS),
    capacity=st.none() | st.integers(1, 10_000),
    after_again=st.booleans(),
)  # fmt: skip


@settings(max_examples=300, deadline=None, derandomize=True)
@given(made=BOTS, path=st.sampled_from(["bot", "self_service"]))
def test_written_bot_reads_back_as_the_same(made: Bot, path: str) -> None:
    """The words of a resolved bot are complete: no default is taken, and every field comes back."""
    assert again(first_answer_words(made), path) == made
