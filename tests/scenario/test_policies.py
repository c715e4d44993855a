"""Policies are patches: what they change, what they remove, how they stack, and what is said when they do not fit."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.scenario import Scenario, ScenarioProblems, load
from sim.scenario.policies.stack import stack_files

VALID = Path(__file__).parent / "corpus" / "valid"
DESK = VALID / "desk.yaml"
LESS, MORE, CALLS = (VALID / "parts" / f"{name}.yaml" for name in ("less_absence", "more_absence", "more_calls"))
SHOP = Path(__file__).parents[2] / "scenarios" / "small_shop.yaml"


def put(folder: Path, **texts: str) -> Path:
    """Write files beside each other."""
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def said(path: object, **how: object) -> str:
    """Give what is said about something that does not load."""
    with pytest.raises(ScenarioProblems) as caught:
        load(path, **how)  # type: ignore[arg-type]
    return str(caught.value)


def warned(scenario: Scenario) -> list[str]:
    """Give the rules of the warnings."""
    return [w.rule for w in scenario.warnings]


def test_stack_in_a_text_in_a_list_and_in_a_program_are_the_same(tmp_path: Path) -> None:
    """One power, three ways to write it; only the titles differ."""
    text = load(f"{DESK}+{CALLS}+{LESS}")
    given = load(DESK, policies=[CALLS, LESS])
    put(tmp_path, both=f"extends: [{DESK}, {CALLS}, {LESS}]\ntitle: {text.title}\nquestion: {text.question}\n")
    assert text == given == load(tmp_path / "both.yaml")
    assert (
        load(DESK, policies=f"{CALLS}+{LESS}")
        == given
        == load(f"{DESK}+{CALLS}", policies=[LESS]).model_copy(update={"title": given.title})
    )


def test_order_of_a_stack_is_from_left_to_right() -> None:
    """The rightmost one is the last word; a relative change is of what it finds."""
    assert load(f"{DESK}+{LESS}+{MORE}").agent_groups["desk"].shrinkage == 0.15
    assert load(f"{DESK}+{MORE}+{LESS}").agent_groups["desk"].shrinkage == 0.08
    changes: dict[str, object] = {"agent_groups.desk.shrinkage": "plus 1 %"}
    assert load(f"{DESK}+{MORE}", changes).agent_groups["desk"].shrinkage == 0.16


def test_base_of_a_policy_counts_only_at_the_left() -> None:
    """Alone it stands on its own base, to the right of another one it is a patch."""
    own = VALID / "policy_by_weekday.yaml"
    assert load(own).channels == load(DESK).channels
    on_shop = load(f"{SHOP}+{own}")
    assert on_shop.channels == load(SHOP).channels
    assert on_shop.agent_groups["desk"].shifts["day"].agents == (5, 5, 6, 6, 6, 3, 3)  # type: ignore[index]


def test_policies_that_a_policy_extends_come_along(tmp_path: Path) -> None:
    """Its base is left behind, what it builds on is not."""
    put(
        tmp_path,
        first=f"extends: {DESK}\nchange: {{agent_groups.desk.shrinkage: 20 %}}\n",
        second="extends: first.yaml\nchange: {agent_groups.desk.shrinkage: plus 1 %}\n",
    )
    assert load(f"{SHOP}+{tmp_path / 'second.yaml'}").agent_groups["desk"].shrinkage == 0.21


def test_policy_that_is_reached_in_two_ways_applies_once(tmp_path: Path) -> None:
    """Two policies that build on a third do not double its `times`."""
    put(
        tmp_path,
        calls=f"extends: {DESK}\nchange: {{contact_types.call.per_day: times 2}}\n",
        a="extends: calls.yaml\nchange: {agent_groups.desk.shrinkage: 5 %}\n",
        b="extends: calls.yaml\nchange: {agent_groups.desk.speed: 2}\n",
        both="extends: [a.yaml, b.yaml]\n",
    )
    for path in (tmp_path / "both.yaml", f"{tmp_path / 'a.yaml'}+{tmp_path / 'b.yaml'}"):
        both = load(path)
        assert both.contact_types["call"].arrivals.per_day[0] == 280  # type: ignore[union-attr]
        assert (both.agent_groups["desk"].shrinkage, both.agent_groups["desk"].speed) == (0.05, 2)
    again = load(tmp_path / "both.yaml", policies=[tmp_path / "a.yaml"])
    assert warned(again) == ["this file is in the stack already, and applies once"]


def test_policy_without_a_base_is_a_patch(tmp_path: Path) -> None:
    """It needs something at its left, and says so."""
    assert load(f"{DESK}+{LESS}").agent_groups["desk"].shrinkage == 0.08
    assert "name a scenario before it: desk.yaml+less_absence.yaml" in said(LESS)


def test_complete_scenario_cannot_be_put_on_another_one() -> None:
    """Two bases in one stack are a mistake, not a merge."""
    assert "this is a complete scenario, and cannot be put on another one" in said(f"{DESK}+{SHOP}")
    assert "this is a complete scenario" in said(DESK, policies=[SHOP])


def test_base_that_does_not_count_may_be_missing(tmp_path: Path) -> None:
    """A policy that was copied without its base can be put on mine; alone it cannot be read."""
    put(tmp_path, lost="extends: nowhere.yaml\nchange: {agent_groups.desk.shrinkage: 5 %}\n")
    put(tmp_path, broken="a: [\n", on_broken="extends: broken.yaml\nchange: {agent_groups.desk.shrinkage: 5 %}\n")
    for name in ("lost", "on_broken"):
        mine = load(DESK, policies=[tmp_path / f"{name}.yaml"])
        assert mine.agent_groups["desk"].shrinkage == 0.05
        assert ["does not count here" in rule for rule in warned(mine)] == [True]
    assert "there is no such file" in said(tmp_path / "lost.yaml")


def test_second_file_of_a_list_may_not_be_missing(tmp_path: Path) -> None:
    """Only the place of the base is forgiven: a lost policy would change what is simulated."""
    put(tmp_path, a=f"extends: [{DESK}, gone.yaml]\n")
    assert "there is no such file" in said(DESK, policies=[tmp_path / "a.yaml"])


def test_titles_and_questions_of_stacked_policies_are_joined() -> None:
    """A column of a comparison says what is in it; a policy without a title lends the name of its file."""
    both = load(f"{DESK}+{CALLS}+{LESS}")
    assert both.title == "A tenth more calls + Less absence"
    assert both.question == "What do a tenth more calls do?"
    assert load(f"{DESK}+{LESS}").title == "Less absence"
    assert load(DESK, policies=[LESS]).question == "Who waits?"


def test_reference_rates_of_a_stack_are_those_of_its_base() -> None:
    """Random numbers stay tied to the base, whatever is stacked on it."""
    base, stack = load(DESK).contact_types["call"], load(f"{DESK}+{CALLS}+{LESS}").contact_types["call"]
    assert stack.reference == base.arrivals
    assert stack.arrivals != base.arrivals


def test_removed_things_are_gone_and_can_be_given_anew() -> None:
    """Removing comes before changing: `serves` is replaced and not merged."""
    scenario = load(VALID / "policy_replaces.yaml")
    assert list(scenario.agent_groups["desk"].serves) == ["mail"]
    assert scenario.agent_groups["desk"].shifts is None
    assert scenario.contact_types["call"].arrivals.per_day == (140,) * 5 + (0, 0)  # type: ignore[union-attr]
    assert list(load(VALID / "policy_removes.yaml").contact_types) == ["call"]


def test_removal_of_a_range_keeps_the_value(tmp_path: Path) -> None:
    """A path leads into `{value, between}` as everywhere."""
    put(
        tmp_path,
        ranged="change: {agent_groups.desk.shrinkage: {value: 9 %, between: [8 %, 13 %]}}\n",
        exact="remove: agent_groups.desk.shrinkage.between\n",
    )
    assert len(load(DESK, policies=[tmp_path / "ranged.yaml"]).ranges) == 1
    exact = load(DESK, policies=[tmp_path / "ranged.yaml", tmp_path / "exact.yaml"])
    assert (exact.agent_groups["desk"].shrinkage, exact.ranges) == (0.09, ())


def test_what_lies_in_a_removed_thing_is_told_to_be_removed(tmp_path: Path) -> None:
    """Whoever misses it hears which line took it away."""
    put(
        tmp_path,
        a="title: a\nremove: [contact_types.mail]\n",
        b="title: b\nchange: {contact_types.mail.per_day: 5}\n",
        c="title: c\nremove: [channels.email]\n",
    )
    gone = said(DESK, policies=[tmp_path / "a.yaml", tmp_path / "b.yaml"])
    assert f"contact_types of desk.yaml has no mail: {tmp_path / 'a.yaml'}:2:10 removes it - known here: call" in gone
    unserved = said(DESK, policies=[tmp_path / "c.yaml"])
    assert unserved.count(f"({tmp_path / 'c.yaml'}:2:10 removes channels.email)") == 2


def test_problems_of_a_patch_are_told_from_those_of_its_file(tmp_path: Path) -> None:
    """`misfit` is what may be skipped: the file is fine and does not fit; a broken file is never skipped."""
    put(
        tmp_path,
        unfit="change: {agent_groups.night.shrinkage: 5 %}\n",
        late="change: {agent_groups.desk.reserve: {chat: 2}}\n",
        broken="change: {agent_groups.desk.shrinkage: +5 %}\n",
        gone="extends: [nowhere.yaml, nowhere_2.yaml]\n",
    )
    for name, misfit in (("unfit", True), ("late", True), ("broken", False), ("gone", False)):
        with pytest.raises(ScenarioProblems) as caught:
            load(DESK, policies=[tmp_path / f"{name}.yaml"])
        assert {problem.misfit for problem in caught.value.problems} == {misfit}, name
    with pytest.raises(ScenarioProblems) as caught:
        load(DESK, {"agent_groups.desk.shrinkage": 5})
    assert not any(problem.misfit for problem in caught.value.problems)


COLLISIONS = [
    ("agent_groups.desk.shrinkage: 8 %", "agent_groups.desk.shrinkage: 9 %", 1),
    ("agent_groups.desk.shrinkage: 8 %", "agent_groups: {desk: {shrinkage: 9 %}}", 1),
    ("agent_groups.desk.shrinkage: 8 %", "agent_groups.desk.shrinkage: 8 %", 0),  # the same
    ("agent_groups.desk.shrinkage: 8 %", "agent_groups.desk.shrinkage: times 2", 0),  # a change of it
    ("agent_groups.desk.shrinkage: times 2", "agent_groups.desk.shrinkage: 8 %", 1),  # which would be lost
    ("agent_groups.desk.shrinkage: times 2", "agent_groups.desk.shrinkage: times 2", 0),  # both count
    ("agent_groups.desk.shrinkage: 8 %", "agent_groups.desk.speed: 2", 0),
    ("contact_types.call.handle_time: {median: 3 min, p90: 9 min}", "contact_types.call.handle_time: 5 min", 1),
    ("contact_types.call.handle_time: {median: 3 min, p90: 9 min}", "contact_types.call.handle_time.p90: 8 min", 0),
    ("contact_types.call.handle_time.mean: 3 min", "contact_types.call.handle_time: {constant: 5 min}", 1),
    ("agent_groups.desk.shifts.day.fri: 6", "agent_groups.desk.shifts.day.mon-fri: 4", 1),
    ("agent_groups.desk.shifts.day.mon-fri: 4", "agent_groups.desk.shifts.day.fri: 6", 0),  # a part of it
    ("agent_groups.desk.shrinkage: {value: 8 %, assumed: true}", "agent_groups.desk.shrinkage.value: 9 %", 1),
]


@pytest.mark.parametrize(("first", "second", "n"), COLLISIONS)
def test_two_policies_that_set_the_same_value_are_reported(first: str, second: str, n: int, tmp_path: Path) -> None:
    """Where one of them has no effect it is said which line won over which; where both have one, nothing is."""
    base = "extends: {0}\nchange:\n  contact_types.call.handle_time: {{law: lognormal, mean: 6 min, sd: 4 min}}\n"
    put(tmp_path, base=base.format(DESK), a=f"change:\n  {first}\n", b=f"change:\n  {second}\n")
    scenario = load(tmp_path / "base.yaml", policies=[tmp_path / "a.yaml", tmp_path / "b.yaml"])
    found = [w for w in scenario.warnings if "takes the place of" in w.rule]
    assert len(found) == n
    if n:
        assert (found[0].file, found[0].line) == (str(tmp_path / "b.yaml"), 2)
        assert f"({tmp_path / 'a.yaml'}:2:" in found[0].rule


def test_policy_that_knows_the_other_one_may_overrule_it(tmp_path: Path) -> None:
    """Whoever extends a policy changes it on purpose, and so settles what two others say."""
    put(
        tmp_path,
        after=f"extends: [{DESK}, {LESS}]\nchange: {{agent_groups.desk.shrinkage: 9 %}}\n",
        settles=f"extends: [{DESK}, {LESS}, {MORE}]\nchange: {{agent_groups.desk.shrinkage: 9 %}}\n",
        relative=f"extends: [{DESK}, {LESS}, {MORE}]\nchange: {{agent_groups.desk.shrinkage: plus 1 %}}\n",
    )
    assert warned(load(tmp_path / "after.yaml")) == []
    assert warned(load(tmp_path / "settles.yaml")) == []
    assert len(warned(load(tmp_path / "relative.yaml"))) == 1
    assert len(warned(load(f"{DESK}+{LESS}+{MORE}"))) == 1


def test_base_may_be_changed_by_what_is_put_on_it() -> None:
    """A desk that is itself a patch of another one is a base like any other: policies are there to change it."""
    mine = VALID / "policy_from_a_list.yaml"  # sets the shrinkage
    assert warned(load(mine, policies=[MORE])) == []
    assert len(warned(load(f"{mine}+{MORE}"))) == 2


def test_removal_of_what_another_policy_sets_is_reported(tmp_path: Path) -> None:
    """The other policy's change is lost with it."""
    put(tmp_path, a="change: {agent_groups.desk.speed: 2}\n", b="remove: [agent_groups.desk.speed]\n")
    (rule,) = warned(load(DESK, policies=[tmp_path / "a.yaml", tmp_path / "b.yaml"]))
    assert rule.startswith("this removes agent_groups.desk.speed, which another policy sets to 2 (")


WEEK = [
    ("mon-fri: 6", (6, 6, 6, 6, 6, 2, 0)),
    ("fri: 6", (5, 5, 5, 5, 6, 2, 0)),
    ("mon-sun: 3", (3,) * 7),
    ("thu-sat: plus 1", (5, 5, 5, 6, 6, 3, 0)),
    ("daily: times 2", (10, 10, 10, 10, 10, 4, 0)),
    ("mon,wed: 7", (7, 5, 7, 5, 5, 2, 0)),
    ("fri-sat: {plus: 2, assumed: true}", (5, 5, 5, 5, 7, 4, 0)),
]


@pytest.mark.parametrize(("change", "agents"), WEEK)
def test_weekdays_of_a_change_need_not_be_those_of_the_base(change: str, agents: object, tmp_path: Path) -> None:
    """A policy reaches a Friday whether the base writes `fri` or `mon-fri`, by a path as by a mapping."""
    day, value = change.split(": ", 1)
    put(
        tmp_path,
        path=f"change: {{'agent_groups.desk.shifts.day.{day}': {value}}}\n",
        mapping=f"change: {{agent_groups: {{desk: {{shifts: {{day: {{'{day}': {value}}}}}}}}}}}\n",
    )
    for name in ("path", "mapping"):
        shifts = load(DESK, policies=[tmp_path / f"{name}.yaml"]).agent_groups["desk"].shifts
        assert shifts is not None and shifts["day"].agents == agents


def test_weekday_that_the_base_does_not_have_cannot_grow(tmp_path: Path) -> None:
    """Nobody works on Sundays: `plus 1` has nothing to be added to, `times 2` leaves it so."""
    put(tmp_path, more="change: {agent_groups.desk.shifts.day.daily: plus 1}\n")
    assert "agent_groups.desk.shifts.day of desk.yaml has no sun" in said(DESK, policies=[tmp_path / "more.yaml"])


def test_range_of_a_split_week_stays_one_draw() -> None:
    """What was one uncertain number is not drawn anew for each of its parts."""
    wide: dict[str, object] = {"contact_types.call.per_day.mon-fri": {"value": 140, "between": [120, 160]}}
    split = load(DESK, {**wide, "contact_types.call.per_day.fri": "times 0.5"})
    assert {r.path.rpartition(".")[2] for r in split.ranges} == {"mon-thu", "fri"}
    assert len({r.input for r in split.ranges}) == 1


@pytest.mark.parametrize(
    "value", ["+2", "'+2'", "+10 %", "+ 1.5 h", "[1, +2]", "{value: +2, source: +49}", "{a: +1e3}"]
)
def test_sign_before_a_number_is_refused_with_both_readings(value: str, tmp_path: Path) -> None:
    """`+2` is 2 for YAML and two more for people; in quotes, in lists and in wrapped values, too."""
    put(tmp_path, signed=f"change:\n  contact_types.call.patience: {value}\n")
    lines = said(DESK, policies=[tmp_path / "signed.yaml"]).splitlines()
    assert len(lines) == 1
    assert "a sign before a number can be read in two ways - write plus" in lines[0]
    assert " or " in lines[0].partition(" - write plus")[2]
    assert "two ways" in said(DESK, changes={"contact_types.call.patience": value})


def test_text_is_no_relative_change(tmp_path: Path) -> None:
    """A title may start with times, a source with a plus."""
    put(tmp_path, a="title: +2\nchange: {title: times 2, agent_groups.desk.shrinkage: {value: 9 %, source: +5}}\n")
    scenario = load(DESK, policies=[tmp_path / "a.yaml"])
    assert scenario.provenance["agent_groups.desk.shrinkage"].source == "+5"
    assert scenario.title == "+2"


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("a.yaml", ("a.yaml",)),
        ("a.yaml+b.yml+c.yaml", ("a.yaml", "b.yml", "c.yaml")),
        ("a.yaml + b.yaml", ("a.yaml", "b.yaml")),
        ("c++.yaml", ("c++.yaml",)),
        ("x+y/c+d.yaml+e.yaml", ("x+y/c+d.yaml", "e.yaml")),
    ],
)
def test_plus_joins_files_and_is_a_letter_elsewhere(text: str, files: tuple[str, ...]) -> None:
    """Only a plus after the ending of a file joins it with the next."""
    assert stack_files(text) == files


def test_file_whose_own_name_looks_like_a_stack_is_read(tmp_path: Path) -> None:
    """What is there goes before what could be meant."""
    odd = tmp_path / "a.yaml+b.yaml"
    odd.write_text(DESK.read_text(encoding="utf-8"), encoding="utf-8")
    assert load(odd) == load(DESK)
