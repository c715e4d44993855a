"""Repeat contacts: who comes again, when, by which channel, and how often."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.scenario import Scenario, ScenarioProblems, load
from sim.scenario.model import Channel, Chaser, Promise, Repeat, RepeatContacts
from sim.scenario.model.hours import ALWAYS
from sim.scenario.model.laws import Constant, Exponential, Lognormal
from sim.scenario.readers.reading import Fields, Reading
from sim.scenario.readers.repeat_reader import read_repeat_contacts
from sim.scenario.readers.way_checks import check_ways
from sim.scenario.redraw import redrawn
from sim.scenario.text.nodes import MappingNode, from_python, read_yaml
from sim.scenario.text.problems import Place
from sim.scenario.writers.repeat_writer import repeat_words

SHOP = """aftersim: 1
title: Shop
question: Who comes again?
period: {{start: 2026-03-02, length: 7 d, time_zone: Europe/Berlin}}
contact_types:
  call: {{channel: phone, per_day: 100, handle_time: 6 min{patience}}}
  complaint: {{channel: phone, per_day: 20, handle_time: 12 min{patience}}}
  mail: {{channel: email, per_day: 60, handle_time: 7 min}}
channels:
  phone: {{service_level: 80 % within 30 s, open: daily 08:00-20:00, queue_limit: 20}}
  chat: {{service_level: 80 % within 60 s}}
  email: {{first_response: 90 % within 24 h elapsed}}
repeat_contacts: {words}
agent_groups:
  desk:
    serves: {{phone: first, chat: first, email: second}}
    shifts: {{day: {{hours: 00:00-24:00, mon-sun: 9}}}}
"""
TYPES = ("call", "complaint", "mail")
HERE = Place("here")
CHANNELS = {
    name: Channel(
        open=ALWAYS,
        when_closed="wait",
        at_close="stay",
        queue_limit=None,
        service_level=None,
        first_response=Promise(share=0.9, within=1440.0, clock=clock),
    )
    for name, clock in (("phone", "elapsed"), ("chat", "open"), ("email", "elapsed"))
}


def shop(folder: Path, words: str, patience: str = ", patience: 3 min") -> Scenario:
    """Load the shop with these repeat contacts."""
    (folder / "shop.yaml").write_text(SHOP.format(words=words, patience=patience), encoding="utf-8")
    return load(folder / "shop.yaml")


def refused(folder: Path, words: str) -> str:
    """Say why these repeat contacts are refused."""
    with pytest.raises(ScenarioProblems) as caught:
        shop(folder, words)
    return str(caught.value)


def notes(scenario: Scenario) -> dict[str, tuple[str, str]]:
    """Give the defaults of the section: value and reason."""
    head = "repeat_contacts."
    return {d.path.removeprefix(head): (d.value, d.why) for d in scenario.defaults if d.path.startswith(head)}


def again(words: object) -> RepeatContacts | None:
    """Read repeat contacts from their words and nothing else; None if anything is wrong or missing."""
    reading = Reading()
    found = read_repeat_contacts(reading, from_python(words, HERE), "repeat_contacts", CHANNELS, TYPES)
    return None if reading.problems or reading.defaults else found


@pytest.mark.parametrize("words", ["", "none", "{}"])
def test_nobody_comes_again_unless_it_is_written(tmp_path: Path, words: str) -> None:
    """An empty section says what nobody does, sort by sort."""
    scenario = shop(tmp_path, words)
    assert scenario.repeat_contacts == RepeatContacts()
    assert {name: value for name, (value, _) in notes(scenario).items()} == dict.fromkeys(
        ("abandoned", "blocked", "closed", "unresolved"), "none"
    )


def test_share_alone_brings_the_usual_rest(tmp_path: Path) -> None:
    """When, where to and how often are assumptions of each sort, and noted."""
    scenario = shop(tmp_path, "{abandoned: 45 %, blocked: 40 %, closed: 30 %, unresolved: 10 %}")
    found = scenario.repeat_contacts
    after = {"abandoned": 20.0, "blocked": 20.0, "closed": 720.0, "unresolved": 1440.0}
    for (name, mean), share in zip(after.items(), (0.45, 0.4, 0.3, 0.1), strict=True):
        expected = Repeat(share={"other": share}, after=Exponential(mean=mean), to={"same": 1.0}, at_most=3)
        assert getattr(found, name) == expected
        assert {f"{name}.after", f"{name}.to", f"{name}.at_most"} <= set(notes(scenario))
    assert notes(scenario)["abandoned.to"] == ("same 100 %", "they use the same channel again")


def test_every_word_of_a_repeat(tmp_path: Path) -> None:
    """Shares by type, a law, other channels, a limit."""
    when = "after: {median: 1 d, p90: 3 d}, to: {same: 60 %, chat: 40 %}, at_most: 2"
    words = f"{{unresolved: {{share: {{complaint: 20 %, other: 10 %}}, {when}}}}}"
    found = shop(tmp_path, words).repeat_contacts.unresolved
    assert found is not None
    assert (found.share, found.to, found.at_most) == ({"complaint": 0.2, "other": 0.1}, {"same": 0.6, "chat": 0.4}, 2)
    assert isinstance(found.after, Lognormal)
    assert (found.share_of("complaint"), found.share_of("mail")) == (0.2, 0.1)


def test_types_that_are_not_named_do_not_come_again(tmp_path: Path) -> None:
    """Without `other` it is noted who is left out; naming every type leaves nobody out."""
    scenario = shop(tmp_path, "{abandoned: {share: {complaint: 20 %}}}")
    assert scenario.repeat_contacts.abandoned is not None
    assert scenario.repeat_contacts.abandoned.share == {"complaint": 0.2, "other": 0.0}
    assert notes(scenario)["abandoned.share.other"] == ("0 %", "not named here: call, mail")
    scenario = shop(tmp_path, "{abandoned: {share: {complaint: 20 %, call: 5 %, mail: 0 %}}}")
    assert scenario.repeat_contacts.abandoned is not None
    assert "other" not in scenario.repeat_contacts.abandoned.share


def test_redial_on_another_channel_opens_a_way(tmp_path: Path) -> None:
    """Callers who come again by chat are a kind of their own, which somebody must serve."""
    assert "chat/call" not in shop(tmp_path, "{abandoned: 45 %}").kinds
    assert "chat/call" in shop(tmp_path, "{abandoned: {share: 45 %, to: {same: 80 %, chat: 20 %}}}").kinds
    assert "phone/mail" in shop(tmp_path, "{overdue_email: {share: 25 %, to: phone}}").kinds


def test_rounded_shares_are_made_to_fit(tmp_path: Path) -> None:
    """Three thirds, written as 33.33 %, are 100 %; 33.3 % are not."""
    thirds = "{same: 33.33 %, chat: 33.33 %, email: 33.33 %}"
    found = shop(tmp_path, f"{{abandoned: {{share: 45 %, to: {thirds}}}}}").repeat_contacts.abandoned
    assert found is not None
    assert sum(found.to.values()) == pytest.approx(1.0, abs=1e-15)
    said = refused(tmp_path, f"{{abandoned: {{share: 45 %, to: {thirds.replace('33.33', '33.3')}}}}}")
    assert "repeat_contacts.abandoned.to: the shares add up to 99.9 %, not to 100 %" in said


def test_chaser_takes_the_promise_as_its_patience(tmp_path: Path) -> None:
    """Who was promised a reply within 24 h asks again after 24 h, unless it is said."""
    scenario = shop(tmp_path, "{overdue_email: {share: 25 %, to: phone}}")
    chaser = Chaser(after=1440.0, share=0.25, to={"phone": 1.0}, at_most=1, closes=1.0)
    assert scenario.repeat_contacts.overdue == {"email": chaser}
    assert notes(scenario)["overdue_email.chases_after"] == ("24 h", "the first response promise of email")
    words = "{chases_after: 8 h, share: 25 %, to: {phone: 80 %, same: 20 %}, at_most: 2, closes: 80 %}"
    found = shop(tmp_path, f"{{overdue_email: {words}}}").repeat_contacts.overdue["email"]
    assert found == Chaser(after=480.0, share=0.25, to={"phone": 0.8, "email": 0.2}, at_most=2, closes=0.8)
    assert shop(tmp_path, "{overdue_email: none}").repeat_contacts.overdue == {}


def test_chaser_without_an_elapsed_promise_says_when(tmp_path: Path) -> None:
    """A live channel promises no time of reply, and customers do not count opening hours."""
    said = refused(tmp_path, "{overdue_phone: {share: 25 %, to: email}}")
    assert "overdue_phone.chases_after: a chaser needs the time after which it comes - add chases_after: 24 h" in said
    reading = Reading()
    words = from_python({"overdue_chat": {"share": "25 %", "to": "phone"}}, HERE)
    read_repeat_contacts(reading, words, "repeat_contacts", CHANNELS, TYPES)
    assert [p.path for p in reading.problems] == ["repeat_contacts.overdue_chat.chases_after"]


@pytest.mark.parametrize("to", ["email", "same", "{same: 60 %, email: 40 %}", "{same: 100 %, phone: 0 %}"])
def test_chaser_comes_by_another_channel(tmp_path: Path, to: str) -> None:
    """On the channel that is too slow it would wait behind what it chases."""
    said = refused(tmp_path, f"{{overdue_email: {{share: 25 %, to: {to}}}}}")
    assert "overdue_email.to: a chaser comes by another channel: on email it would wait in the line" in said


def test_chased_channel_is_known(tmp_path: Path) -> None:
    """The name after overdue_ is that of a channel."""
    said = refused(tmp_path, "{overdue_mail: {share: 25 %, to: phone}}")
    assert "repeat_contacts.overdue_mail: unknown name - did you mean overdue_email?" in said


@pytest.mark.parametrize(
    ("words", "changes", "said"),
    [
        ("{blocked: 40 %}", {"channels.phone.queue_limit": "none"}, "blocked: no channel has a queue limit"),
        ("{closed: 40 %}", {"channels.phone.open": "always"}, "closed: no channel turns anybody away"),
    ],
)
def test_repeats_without_a_cause_are_doubted(tmp_path: Path, words: str, changes: dict[str, object], said: str) -> None:
    """Nobody can come again who was never turned away."""
    assert [w for w in shop(tmp_path, words).warnings if w.path.startswith("repeat_contacts.")] == []
    found = [str(w) for w in load(tmp_path / "shop.yaml", changes).warnings if f"repeat_contacts.{said}" in str(w)]
    assert len(found) == 1


def doubts(folder: Path, words: str, patience: str) -> list[str]:
    """Say what the checks of ways doubt."""
    scenario = shop(folder, words, patience)
    tree, _ = read_yaml((folder / "shop.yaml").read_text(encoding="utf-8"), "shop.yaml")
    assert isinstance(tree, MappingNode)
    reading = Reading()
    fields = Fields(Reading(), tree, "", tuple(entry.key for entry in tree))
    check_ways(reading, fields, scenario.channels, scenario.kinds, scenario.repeat_contacts)
    return [str(w) for w in reading.warnings]


def test_redial_where_nobody_gives_up_is_doubted(tmp_path: Path) -> None:
    """Without any patience nobody abandons; one patience anywhere, or those who balk, make the redial real."""
    said = (
        "shop.yaml:13:30: warning: repeat_contacts.abandoned: no channel has a patience and nobody gives up, "
        "so nobody comes again - write the patience of a channel"
    )
    assert doubts(tmp_path, "{abandoned: 45 %}", "") == [said]
    assert doubts(tmp_path, "{abandoned: 45 %}", ", patience: 3 min") == []
    assert doubts(tmp_path, "{abandoned: 0 %}", "") == []
    assert doubts(tmp_path, "{unresolved: 45 %}", "") == []


def test_policy_replaces_where_they_go(tmp_path: Path) -> None:
    """`to` is one value: naming another channel does not add to the old ones; other fields merge by name."""
    shop(tmp_path, "{abandoned: {share: 45 %, after: 20 min, to: {same: 80 %, email: 20 %}}}")
    changes: dict[str, object] = {"repeat_contacts.abandoned": "{to: {chat: 100 %}, share: 30 %}"}
    found = load(tmp_path / "shop.yaml", changes).repeat_contacts.abandoned
    assert found is not None
    assert (found.share, found.to, found.after) == ({"other": 0.3}, {"chat": 1.0}, Exponential(mean=20.0))
    added: dict[str, object] = {"repeat_contacts.overdue_email": "{share: 25 %, to: phone}"}
    assert "email" in load(tmp_path / "shop.yaml", added).repeat_contacts.overdue


def test_drawn_shares_still_sum_to_one(tmp_path: Path) -> None:
    """A drawn share stays as drawn; those without a range share what it leaves."""
    share = "{value: 45 %, between: [30 %, 60 %]}"
    to = "{same: {value: 80 %, between: [60 %, 95 %]}, chat: 15 %, email: 5 %}"
    words = f"{{abandoned: {{share: {share}, to: {to}}}}}"
    scenario = shop(tmp_path, words)
    values = {"repeat_contacts.abandoned.share": "50 %", "repeat_contacts.abandoned.to.same": "60 %"}
    found = redrawn(scenario, values).repeat_contacts.abandoned
    assert found is not None
    assert found.share == {"other": 0.5}
    assert found.to == {"same": 0.6, "chat": pytest.approx(0.3), "email": pytest.approx(0.1)}
    assert redrawn(scenario, {r.path: r.drawn(0.0) for r in scenario.ranges}) == scenario


PERCENT = st.integers(0, 1000).map(lambda n: n / 1000)
REPEATS = st.none() | st.builds(
    Repeat,
    share=st.one_of(
        PERCENT.map(lambda p: {"other": p}),
        st.fixed_dictionaries({"call": PERCENT, "other": PERCENT}),
        st.fixed_dictionaries(dict.fromkeys(TYPES, PERCENT)),
    ),
    after=st.sampled_from([Exponential(mean=20.0), Constant(value=0.0), Lognormal(mean=60.0, sd=30.0)]),
    to=st.integers(0, 1000).map(lambda n: {"same": n / 1000, "phone": (1000 - n) / 1000}),
    at_most=st.integers(1, 100),
)
CHASERS = st.builds(
    Chaser,
    after=st.integers(1, 100_000).map(lambda n: n / 4),
    share=PERCENT,
    to=st.sampled_from([{"phone": 1.0}, {"phone": 0.75, "email": 0.25}]),
    at_most=st.integers(1, 100),
    closes=PERCENT,
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    made=st.builds(
        RepeatContacts,
        abandoned=REPEATS,
        blocked=REPEATS,
        closed=REPEATS,
        unresolved=REPEATS,
        overdue=st.dictionaries(st.sampled_from(["chat", "email"]), CHASERS),
    )
)
def test_written_repeats_read_back_as_the_same(made: RepeatContacts) -> None:
    """The words of resolved repeat contacts are complete: no default is taken, and every field comes back."""
    assert again(repeat_words(made)) == made
