"""Upgrading: a file of an older version becomes one of today, and nothing else about it changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.scenario import ScenarioProblems, load
from sim.scenario.readers.scenario_reader import LANGUAGE
from sim.scenario.versions.edits import scalars
from sim.scenario.versions.from_0 import FROM_0
from sim.scenario.versions.migration import ANY, Migration
from sim.scenario.versions.upgrade import MIGRATIONS, upgrade
from tests.scenario.test_any_text import SLOW, mutated

OLD = """\
# our desk, as of last year
aftersim: 0      # early
title: "Old desk"    # quoted, "aht" in a comment stays
period: {start: 2026-03-02, days: 7, timezone: Europe/Berlin}   # one week

contacts:        # who calls
  call:
      channel: phone
      per_day: {mon-fri: 140, sat: 60}
      "aht": {value: 6 min, source: "counts # of May: aht"}   # measured
      acw: 30 s
channels:
    phone: {sla: 80/30, hours: mon-fri 09:00-18:00}   # promised

agents:
  desk:
    skills: {phone: first}   # and nothing else
    shifts: {day: {hours: 09:00-18:00, mon-fri: 5}}
provenance:
  contacts.call.acw: {source: a guess}
"""
NEW = """\
# our desk, as of last year
aftersim: 1      # early
title: "Old desk"    # quoted, "aht" in a comment stays
period: {start: 2026-03-02, length: 7 d, time_zone: Europe/Berlin}   # one week

contact_types:        # who calls
  call:
      channel: phone
      per_day: {mon-fri: 140, sat: 60}
      "handle_time": {value: 6 min, source: "counts # of May: aht"}   # measured
      after_contact_work: 30 s
channels:
    phone: {service_level: 80 % within 30 s, open: mon-fri 09:00-18:00}   # promised

agent_groups:
  desk:
    serves: {phone: first}   # and nothing else
    shifts: {day: {hours: 09:00-18:00, mon-fri: 5}}
provenance:
  contact_types.call.after_contact_work: {source: a guess}
"""
OLD_POLICY = """\
extends: desk.yaml      # sla of the base stays
title: aht and sla are words of a title, too
remove: [contacts.call.acw, agents.night]   # gone
change:
  contacts.call.aht: times 0.9   # faster
  channels: {phone: {sla: 90/20, hours: always}}
  agents.desk: {skills: {phone: 1}}
  period.days: plus 7
"""
NEW_POLICY = """\
extends: desk.yaml      # sla of the base stays
title: aht and sla are words of a title, too
remove: [contact_types.call.after_contact_work, agent_groups.night]   # gone
change:
  contact_types.call.handle_time: times 0.9   # faster
  channels: {phone: {service_level: 90 % within 20 s, open: always}}
  agent_groups.desk: {serves: {phone: 1}}
  period.length: plus 7 d
"""


def refused(text: str, written_in: int | None = None) -> str:
    """Give what is said about a text that cannot be upgraded."""
    with pytest.raises(ScenarioProblems) as caught:
        upgrade(text, "desk.yaml", written_in)
    return str(caught.value)


def test_scenario_of_version_0_keeps_comments_order_and_layout(tmp_path: Path) -> None:
    """Words are replaced where they stand; quotes, blanks, comments and everything else stay; and it can be loaded."""
    made = upgrade(OLD, "desk.yaml")
    assert made.text == NEW
    assert (made.found, made.version, made.said, len(made.edits)) == (0, 1, True, 13)
    (tmp_path / "desk.yaml").write_text(made.text, encoding="utf-8")
    desk = load(tmp_path / "desk.yaml")
    assert desk.period.length == 7 * 1440
    promise = desk.channels["phone"].service_level
    assert promise is not None and (promise.share, promise.within) == (0.8, 0.5)


def test_policy_of_version_0_is_upgraded_in_its_paths() -> None:
    """Dotted paths, nested mappings and removals are names of things, wherever they stand."""
    assert upgrade(OLD_POLICY, "p.yaml", written_in=0).text == NEW_POLICY
    said = upgrade("aftersim: 0\n" + OLD_POLICY, "p.yaml")
    assert said.text == "aftersim: 1\n" + NEW_POLICY


def test_upgraded_file_stays_as_it_is() -> None:
    """Upgrading twice is upgrading once."""
    again = upgrade(NEW)
    assert (again.text, again.edits, again.found) == (NEW, (), 1)
    assert upgrade(NEW_POLICY).text == NEW_POLICY


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_ends_of_lines_and_byte_order_mark_stay(end: str, mark: str) -> None:
    """A file from Windows comes back as one."""
    assert upgrade(mark + OLD.replace("\n", end)).text == mark + NEW.replace("\n", end)


def test_version_of_a_scenario_that_says_none_is_added() -> None:
    """`--from 0` is the word of the user; the file says it from then on."""
    bare = OLD.replace("aftersim: 0      # early\n", "")
    assert "add aftersim: 1, or say which one it is written in: --from 0" in refused(bare)
    assert upgrade(bare, written_in=0).text == NEW.replace("aftersim: 1      # early\n", "").replace(
        "title:", "aftersim: 1\ntitle:", 1
    )


REFUSED = [
    ("aftersim: 7\n", "written in version 7 of the language, and this program reads up to 1 - install a newer"),
    ("aftersim: one\n", 'desk.yaml:1:11: aftersim: got "one"; a version is a whole number - write aftersim: 1'),
    ("aftersim: 0\ncontacts: {call: {aht: 1 min, handle_time: 2 min}}\n", "handle_time is the new name of aht"),
    ("aftersim: 0\nagents: {}\nagent_groups: {}\n", "desk.yaml:2:1: agents: agent_groups is the new name"),
    ("aftersim: 0\na: &x 1\n", "anchors"),
    ("aftersim: 0\na: 1\na: 2\n", "already given"),
    ("- a\n", "a mapping of names to values"),
    ("", "a mapping of names to values"),
]


@pytest.mark.parametrize(("text", "words"), REFUSED)
def test_what_cannot_be_upgraded_says_why(text: str, words: str) -> None:
    """Place, rule, repair, as when loading."""
    assert words in refused(text)


def test_value_that_is_no_old_form_is_left_alone() -> None:
    """What the migration does not understand is left to the reader, who says what is wrong with it."""
    text = "aftersim: 0\nchannels:\n  phone: {sla: soon}\n  chat: {sla: '80/20'}\n  mail:\n    sla: |\n      80/20\n"
    made = upgrade(text).text
    assert "service_level: soon" in made and "service_level: '80 % within 20 s'" in made
    assert "service_level: |\n      80/20\n" in made


def test_words_are_renamed_only_where_they_mean_the_same() -> None:
    """A contact type called `agents`, a channel called `hours` and a recorded column `aht` keep their names."""
    text = (
        "aftersim: 0\ncontacts:\n  agents: {channel: hours, log: {file: x.csv, columns: {aht: aht, sla: sla}}}\n"
        "channels: {hours: {sla: 80/20}}\n"
    )
    assert upgrade(text).text == (
        "aftersim: 1\ncontact_types:\n  agents: {channel: hours, log: {file: x.csv, columns: {aht: aht, sla: sla}}}\n"
        "channels: {hours: {service_level: 80 % within 20 s}}\n"
    )


FROM_1 = Migration(
    1, {("agent_groups", ANY, "serves"): "answers"}, {("period", "length"): lambda text: f"about {text}"}
)


def test_migrations_make_a_chain() -> None:
    """Version 0 goes through version 1 to version 2; a file of version 1 takes only the second step."""
    chain = {0: FROM_0, 1: FROM_1}
    made = upgrade(OLD, migrations=chain, today=2)
    assert made.text == NEW.replace("aftersim: 1", "aftersim: 2").replace("serves:", "answers:").replace(
        "length: 7 d", "length: about 7 d"
    )
    assert upgrade(NEW, migrations=chain, today=2).text == made.text


def test_every_older_version_has_its_migration() -> None:
    """Whoever makes a new version of the language must say how old files get there."""
    assert set(MIGRATIONS) == set(range(int(LANGUAGE)))
    assert all(migration.version == version for version, migration in MIGRATIONS.items())


PIECES = ["  # aht", "\n", "\n# sla: 80/20\n", " ", "'aht'", '"sla"', ", x: 1", "\u552e\u540e", "\U0001f600", "\t# a"]


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.data())
def test_text_with_anything_between_is_upgraded_without_loss(data: st.DataObject) -> None:
    """Comments and blanks anywhere, letters of any length: the scalars but the old words are the same, in order."""
    lines = OLD.splitlines(keepends=True)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        piece = data.draw(st.sampled_from(PIECES))
        lines[at] = lines[at].rstrip("\n") + piece + "\n"
    text = "".join(lines)
    try:
        made = upgrade(text)
    except ScenarioProblems:
        return
    before, after = scalars(text), scalars(made.text)
    assert len(before) == len(after)
    changed = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    assert changed == [(e.old, e.text.strip("\"'")) for e in sorted(made.edits, key=lambda e: e.start)]
    assert [x.partition("#")[2] for x in text.splitlines()] == [x.partition("#")[2] for x in made.text.splitlines()]


@settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=SLOW)
@given(text=mutated([OLD, OLD_POLICY]), written_in=st.sampled_from([None, 0, 1]))
def test_mutated_text_is_upgraded_or_refused(text: str, written_in: int | None) -> None:
    """Whatever is written: a text of today, or what is wrong with it; upgrading never changes too much in silence."""
    try:
        made = upgrade(text, "x.yaml", written_in)
    except ScenarioProblems as found:
        assert found.problems
        assert str(found).encode("utf-8", "backslashreplace")
    else:
        assert len(scalars(made.text)) >= len(scalars(text.removeprefix("\ufeff")))


def test_loading_an_older_file_says_how_to_upgrade_it(tmp_path: Path) -> None:
    """One problem, not one for each old word; in a base, in a policy, in a list."""
    (tmp_path / "old.yaml").write_text(OLD, encoding="utf-8")
    (tmp_path / "on_old.yaml").write_text("extends: old.yaml\n", encoding="utf-8")
    for name in ("old.yaml", "on_old.yaml"):
        with pytest.raises(ScenarioProblems) as caught:
            load(tmp_path / name)
        assert [str(p) for p in caught.value.problems] == [
            f'{tmp_path / "old.yaml"}:2:11: aftersim: got "0"; this file is written in version 0 of the language, and '
            f"version 1 is read - run aftersim upgrade --write {tmp_path / 'old.yaml'}"
        ]
