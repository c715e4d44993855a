"""Channels: promises and their clocks, what happens at closed doors, and what customers do while they wait."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.scenario import Scenario, ScenarioProblems, load
from sim.scenario.model import CallBack, Channel, Conversation, Promise, RepeatContacts
from sim.scenario.model.hours import ALWAYS, read_opening_hours
from sim.scenario.model.laws import Constant, Exponential, Lognormal, Never, lognormal_of_quantiles
from sim.scenario.readers.channel_reader import read_channel
from sim.scenario.readers.promise_reader import as_promise, read_promise
from sim.scenario.readers.reading import Fields, Reading
from sim.scenario.readers.share_reader import made_whole
from sim.scenario.readers.way_checks import check_ways
from sim.scenario.redraw import redrawn
from sim.scenario.text.nodes import Entry, MappingNode, from_python, read_yaml
from sim.scenario.text.problems import Place, Unreadable
from sim.scenario.writers.channel_writer import channel_words

SHOP = """aftersim: 1
title: Shop
question: Who waits where?
period: {{start: 2026-03-02, length: 7 d, time_zone: Europe/Berlin}}
contact_types:
  call: {{channel: phone, per_day: 100, handle_time: 6 min}}
  line: {{channel: chat, per_day: 80, handle_time: 8 min}}
  mail: {{channel: email, per_day: 60, handle_time: 7 min}}
channels:
  phone: {{{phone}}}
  chat: {{{chat}}}
  email: {{{email}}}
agent_groups:
  desk:
    serves: {{phone: first, chat: second, email: third}}
    shifts: {{day: {{hours: 00:00-24:00, mon-sun: 9}}}}
"""
LIVE = "service_level: 80 % within 30 s"
SLOW = "first_response: 90 % within 24 h elapsed"
HERE = Place("here")


def shop(folder: Path, phone: str = LIVE, chat: str = LIVE, email: str = SLOW) -> Scenario:
    """Load the shop with these channels."""
    file = folder / "shop.yaml"
    file.write_text(SHOP.format(phone=phone, chat=chat, email=email), encoding="utf-8")
    return load(file)


def refused(folder: Path, phone: str) -> str:
    """Say why a phone channel is refused."""
    with pytest.raises(ScenarioProblems) as caught:
        shop(folder, phone)
    return str(caught.value)


def defaults(scenario: Scenario, path: str) -> dict[str, tuple[str, str]]:
    """Give the defaults taken below a path: value and reason by the rest of the path."""
    return {d.path[len(path) + 1 :]: (d.value, d.why) for d in scenario.defaults if d.path.startswith(f"{path}.")}


def again(words: object, names: tuple[str, ...] = ("phone", "chat", "email")) -> Channel | None:
    """Read a channel from its words and nothing else; None if anything is wrong or missing."""
    reading = Reading()
    found = read_channel(reading, Entry("phone", HERE, from_python(words, HERE)), "channels.phone", names)
    return None if reading.problems or reading.defaults or found is None else found[0]


@pytest.mark.parametrize(
    ("text", "promise"),
    [
        ("80 % within 30 s", Promise(share=0.8, within=0.5)),
        ("90 % within 24 h elapsed", Promise(share=0.9, within=1440.0)),
        ("90 % within 3 d elapsed", Promise(share=0.9, within=4320.0)),
        ("90 % within 4 h open", Promise(share=0.9, within=240.0, clock="open")),
        ("99.5 % within 1 h 30 min business", Promise(share=0.995, within=90.0, clock="business")),
        ("100 %  within  2 h  open", Promise(share=1.0, within=120.0, clock="open")),
    ],
)
def test_promise_says_share_time_and_clock(text: str, promise: Promise) -> None:
    """The three clocks are told apart, and what is written reads back."""
    assert read_promise(text) == promise
    assert read_promise(as_promise(promise)) == promise
    assert read_promise(as_promise(promise, " elapsed")) == promise


@pytest.mark.parametrize(
    ("text", "repair"),
    [
        ("90 % in 4 h open", "write 90 % within 4 h open"),
        ("90 % within 4 h opening hours", "write 90 % within 4 h open"),
        ("90 % within 2 d calendar", "write 90 % within 2 d elapsed"),
        ("90 % within 8 h in working hours", "write 90 % within 8 h business"),
        ("90 % within 3 d business", "write hours, for instance 90 % within 18 h business for two days of 9 h"),
        ("90 % within 1 w open", "write hours, for instance 90 % within 18 h open for two days of 9 h"),
        ("80/20", None),
    ],
)
def test_promise_in_other_words_is_repaired(text: str, repair: str | None) -> None:
    """A clock by another name is named; days on a clock that stands still at night are refused."""
    with pytest.raises(Unreadable) as caught:
        read_promise(text)
    assert caught.value.repair == repair


def test_all_four_promises_have_a_clock(tmp_path: Path) -> None:
    """Service level, first and next response, and resolution; a clock that is not said is noted, but for live waits."""
    phone = (
        "open: daily 08:00-20:00, service_level: 80 % within 30 s, first_response: 90 % within 4 h open, "
        "next_response: 90 % within 2 h, resolution: 95 % within 18 h business, conversation: {replies: 2}"
    )
    scenario = shop(tmp_path, phone)
    channel = scenario.channels["phone"]
    found = (channel.service_level, channel.first_response, channel.next_response, channel.resolution)
    assert [p.clock for p in found if p is not None] == ["elapsed", "open", "elapsed", "business"]
    clocks = [d.path for d in scenario.defaults if d.path.endswith("(clock)")]
    assert clocks == ["channels.phone.next_response (clock)"]


def test_live_and_slow_channels_have_other_defaults(tmp_path: Path) -> None:
    """A live channel turns people away while closed; who is promised a reply can wait, and the reason is said."""
    scenario = shop(tmp_path, email="resolution: 90 % within 3 d elapsed")
    assert [c.when_closed for c in scenario.channels.values()] == ["lost", "lost", "wait"]
    assert all(c.patience == Never() for c in scenario.channels.values())
    assert defaults(scenario, "channels.email")["patience"] == (
        "never",
        "contacts with a resolution promise can wait",
    )
    why = "none is written: only those give up whose contact type says when"
    assert defaults(scenario, "channels.phone")["patience"] == ("never", why)
    assert defaults(scenario, "channels.phone")["when_closed"] == ("lost", "a live channel answers only while open")


def test_patience_of_a_channel_holds_for_its_contacts(tmp_path: Path) -> None:
    """What is written at the channel reaches the kinds; a promise to wait for is no patience."""
    scenario = shop(tmp_path, f"{LIVE}, patience: 3 min")
    assert scenario.kinds["call"].patience == Exponential(mean=3.0)
    assert scenario.kinds["mail"].patience == Never()


def test_closed_doors_lead_to_other_channels(tmp_path: Path) -> None:
    """A contact can go on to another channel, and then somebody must serve it there."""
    hours = "open: daily 09:00-18:00"
    scenario = shop(tmp_path, f"{hours}, when_closed: chat", f"{hours}, when_closed: email")
    assert [c.when_closed for c in scenario.channels.values()] == ["chat", "email", "wait"]
    assert {"call", "chat/call", "email/call", "email/line"} <= set(scenario.kinds)
    for word in ("voicemail", "come_back", "wait", "lost"):
        assert shop(tmp_path, f"{hours}, when_closed: {word}").channels["phone"].when_closed == word


def test_effort_scales_every_handle_time(tmp_path: Path) -> None:
    """120 % makes calls longer by a fifth, and their spread with them."""
    call = shop(tmp_path, f"{LIVE}, effort: 120 %").kinds["call"]
    assert isinstance(call.handle_time, Lognormal)
    assert (call.handle_time.mean, call.handle_time.sd) == (pytest.approx(7.2), pytest.approx(5.76))


def test_circle_of_closed_channels_is_found(tmp_path: Path) -> None:
    """Contacts that are sent on while closed end somewhere; an open channel ends the chain."""
    hours = "open: daily 09:00-18:00"
    round_and_round = (f"{hours}, when_closed: chat", f"{hours}, when_closed: email", f"{hours}, when_closed: chat")
    said = circles(tmp_path, *round_and_round)
    rule = "closed channels send contacts in a circle: chat -> email -> chat"
    assert said == [("channels.chat.when_closed", rule, "let one of them say wait, come_back or lost", 11)]
    assert circles(tmp_path, f"{hours}, when_closed: chat", f"{hours}, when_closed: email", f"{hours}") == []
    open_end = ("when_closed: chat", f"{hours}, when_closed: email", f"{hours}, when_closed: phone")
    assert circles(tmp_path, *open_end) == []


def circles(folder: Path, *channels: str) -> list[tuple[str, str, str | None, int | None]]:
    """Say what the checks of ways find, whether or not loading calls them."""
    try:
        scenario = shop(folder, *channels)
    except ScenarioProblems as caught:
        return [(p.path, p.rule, p.repair, p.line) for p in caught.problems]
    reading = Reading()
    tree, _ = read_yaml((folder / "shop.yaml").read_text(encoding="utf-8"), "shop.yaml")
    assert isinstance(tree, MappingNode)
    fields = Fields(Reading(), tree, "", tuple(entry.key for entry in tree))
    check_ways(reading, fields, scenario.channels, scenario.kinds, RepeatContacts())
    return [(p.path, p.rule, p.repair, p.line) for p in reading.problems]


@pytest.mark.parametrize(
    ("phone", "said"),
    [
        ("when_closed: chat", "when_closed: the channel never closes: this has no effect"),
        (f"{SLOW.replace('elapsed', 'open')}", "first_response: the channel never closes: the clock open is elapsed"),
        ("next_response: 90 % within 2 h elapsed", "next_response: there are no later replies without a conversation"),
        ("finding_out: 30 s", "finding_out: nobody leaves unnoticed: this has no effect"),
    ],
)
def test_fields_without_effect_are_doubted(tmp_path: Path, phone: str, said: str) -> None:
    """What was written and does nothing is named, once."""
    found = [str(w) for w in shop(tmp_path, phone).warnings if f"channels.phone.{said}" in str(w)]
    assert len(found) == 1


@pytest.mark.parametrize("phone", ["when_closed: lost", "when_closed: wait", "finding_out: 0 s", LIVE])
def test_fields_that_say_the_usual_are_not_doubted(tmp_path: Path, phone: str) -> None:
    """A resolved scenario, which writes every field, loads without a warning about them."""
    assert [w for w in shop(tmp_path, phone).warnings if w.path.startswith("channels.")] == []


def test_silent_share_brings_a_time_to_find_out(tmp_path: Path) -> None:
    """Agents need 30 s to see that nobody is there any more, unless it is said."""
    scenario = shop(tmp_path, chat="patience: 2 min, silent_share: 30 %, balking: 5 %")
    chat = scenario.channels["chat"]
    assert (chat.silent_share, chat.finding_out, chat.balking) == (0.3, 0.5, 0.05)
    assert defaults(scenario, "channels.chat")["finding_out"] == ("30 s", "an assumption; no time is written")
    chat = shop(tmp_path, chat="patience: 2 min, silent_share: 30 %, finding_out: 1 min").channels["chat"]
    assert chat.finding_out == 1.0


def test_call_back_says_when_who_and_how(tmp_path: Path) -> None:
    """Only the wait from which it is offered must be written; shares are assumed and said so."""
    scenario = shop(tmp_path, f"{LIVE}, call_back: {{offer_above: 5 min}}")
    assert scenario.channels["phone"].call_back == CallBack(offer_above=5.0, accept=0.5, keeps_place=True, reached=0.85)
    assert set(defaults(scenario, "channels.phone.call_back")) == {"accept", "keeps_place", "reached"}
    written = "call_back: {offer_above: 90 s, accept: 60 %, keeps_place: no, reached: 100 %}"
    made = shop(tmp_path, f"{LIVE}, {written}").channels["phone"].call_back
    assert made == CallBack(offer_above=1.5, accept=0.6, keeps_place=False, reached=1.0)
    assert shop(tmp_path, f"{LIVE}, call_back: none").channels["phone"].call_back is None


@pytest.mark.parametrize(
    ("words", "same"),
    [("", 0.0), (", same_agent: no", 0.0), (", same_agent: always", None), (", same_agent: 30 min", 30.0)],
)
def test_conversation_says_who_takes_the_next_reply(tmp_path: Path, words: str, same: float | None) -> None:
    """Anybody, for a while only the same agent, or always the same one; thinking is assumed where it is not said."""
    made = shop(tmp_path, email=f"{SLOW}, conversation: {{replies: 2.5{words}}}").channels["email"].conversation
    assert made == Conversation(replies=2.5, customer_thinks=lognormal_of_quantiles(120.0, 720.0), same_agent=same)


def test_bare_thinking_time_is_an_exponential_mean(tmp_path: Path) -> None:
    """As every time until a customer does something again."""
    made = shop(tmp_path, email=f"{SLOW}, conversation: {{replies: 1, customer_thinks: 3 h}}").channels["email"]
    assert made.conversation is not None
    assert made.conversation.customer_thinks == Exponential(mean=180.0)


def test_no_is_a_language(tmp_path: Path) -> None:
    """Text is taken as written: Norwegian is not false."""
    assert shop(tmp_path, f"{LIVE}, language: no").channels["phone"].language == "no"
    assert shop(tmp_path, f"{LIVE}, language: any").channels["phone"].language is None


def test_default_reasons_are_readable(tmp_path: Path) -> None:
    """Every default says a value as it could be written, and a reason of a few words."""
    for field, (value, why) in defaults(shop(tmp_path), "channels.phone").items():
        assert value, field
        assert 10 < len(why) < 80, field


def test_word_of_the_language_is_no_channel(tmp_path: Path) -> None:
    """`same` and `lost` stand where channels are named, so no channel is called so."""
    text = SHOP.format(phone=LIVE, chat=LIVE, email=SLOW).replace("chat", "same")
    (tmp_path / "shop.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioProblems, match=r"channels\.same: this is a word of the language"):
        load(tmp_path / "shop.yaml")


def test_what_has_no_number_is_refused(tmp_path: Path) -> None:
    """A bare fraction, a bare factor and a bare duration are answered with what to write."""
    assert 'got "0.05"; a share with its unit is expected - write 5 %' in refused(tmp_path, "balking: 0.05")
    assert 'got "1.2"; a share of the usual time such as 120 % is expected - write 120 %' in refused(
        tmp_path, "effort: 1.2"
    )


def test_drawn_values_reach_the_channel(tmp_path: Path) -> None:
    """Shares, times and laws of a channel may have a range, and follow it."""
    phone = (
        "patience: {value: 3 min, between: [2 min, 5 min]}, balking: {value: 5 %, between: [2 %, 9 %]}, "
        "call_back: {offer_above: 5 min, accept: {value: 60 %, between: [40 %, 80 %]}}, "
        "effort: {value: 110 %, between: [100 %, 130 %]}"
    )
    scenario = shop(tmp_path, phone)
    paths = ("patience", "balking", "call_back.accept", "effort")
    values = ("4 min", "7 %", "70 %", "125 %")
    drawn = redrawn(scenario, {f"channels.phone.{p}": v for p, v in zip(paths, values, strict=True)}).channels["phone"]
    assert drawn.patience == Exponential(mean=4.0)
    assert drawn.call_back is not None
    assert (drawn.balking, drawn.call_back.accept, drawn.effort) == (0.07, 0.7, 1.25)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    shares=st.dictionaries(st.sampled_from("abcd"), st.floats(0.0, 1.0), min_size=1),
    drawn=st.sets(st.sampled_from("abcd")),
)
def test_drawn_shares_are_made_whole(shares: dict[str, float], drawn: set[str]) -> None:
    """They sum to 1 again, none is negative, and those that were drawn stay if the others can give way."""
    made = made_whole(shares, drawn)
    assert sum(made.values()) == pytest.approx(1.0)
    assert set(made) == set(shares)
    assert all(p >= 0.0 for p in made.values())
    fixed = sum(p for name, p in shares.items() if name in drawn)
    if fixed <= 1.0 and sum(shares.values()) - fixed > 1e-6:
        assert all(made[name] == pytest.approx(p, abs=1e-9) for name, p in shares.items() if name in drawn)


SHARES = st.integers(0, 1000).map(lambda n: n / 1000)
MINUTES = st.integers(1, 100_000).map(lambda n: n / 4)
LAWS = st.one_of(
    st.just(Never()),
    MINUTES.map(lambda m: Constant(value=m)),
    MINUTES.map(lambda m: Exponential(mean=m)),
    st.tuples(MINUTES, st.integers(1, 20)).map(lambda two: Lognormal(mean=two[0], sd=two[0] * two[1] / 4)),
)
PROMISES = st.none() | st.builds(
    Promise, share=st.integers(1, 1000).map(lambda n: n / 1000), within=MINUTES,
    clock=st.sampled_from(["elapsed", "open", "business"]),
)  # fmt: skip
CHANNELS = st.builds(
    Channel,
    open=st.sampled_from([ALWAYS, read_opening_hours("mon-fri 09:00-18:00 sat 22:00-02:00")]),
    when_closed=st.sampled_from(["lost", "wait", "voicemail", "come_back", "chat", "email"]),
    at_close=st.sampled_from(["stay", "leave"]),
    queue_limit=st.none() | st.integers(0, 1000),
    service_level=PROMISES,
    first_response=PROMISES,
    next_response=PROMISES,
    resolution=PROMISES,
    patience=LAWS,
    balking=SHARES,
    silent_share=SHARES,
    finding_out=MINUTES,
    call_back=st.none()
    | st.builds(CallBack, offer_above=MINUTES, accept=SHARES, keeps_place=st.booleans(), reached=SHARES),
    conversation=st.none()
    | st.builds(
        Conversation,
        replies=st.floats(1.0, 20.0),
        customer_thinks=LAWS.filter(lambda law: not isinstance(law, Never)),
        same_agent=st.none() | st.just(0.0) | MINUTES,
    ),
    effort=st.floats(0.01, 10.0),
    language=st.sampled_from([None, "de", "no", "zh-CN"]),
    share=st.none() | SHARES,
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(channel=CHANNELS)
def test_written_channel_reads_back_as_the_same(channel: Channel) -> None:
    """The words of a resolved channel are complete: no default is taken, and every field comes back."""
    assert again(channel_words(channel)) == channel
