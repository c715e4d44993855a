"""Loading never ends in a traceback, and says where everything comes from."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.scenario import Scenario, ScenarioProblems, dump, load
from sim.scenario.model.laws import ByAttribute, Constant, Exponential, Hazard, Lognormal, Never, Quantiles, ScipyLaw
from sim.scenario.model.logs import Log
from sim.scenario.model.rates import DailyRate
from sim.scenario.text.nodes import MappingNode, Scalar, read_yaml

VALID = Path(__file__).parent / "corpus" / "valid"
SHOP = Path(__file__).parents[2] / "scenarios" / "small_shop.yaml"


def problems(path: object, changes: dict[str, object] | None = None) -> str:
    """Give what is said about a file that does not load."""
    with pytest.raises(ScenarioProblems) as caught:
        load(path, changes)  # type: ignore[arg-type]
    return str(caught.value)


def test_missing_file_is_a_problem_with_the_nearest_name() -> None:
    """A typing mistake in a file name is answered with the name of its neighbour."""
    assert problems(SHOP.with_name("smal_shop.yaml")).endswith("there is no such file - did you mean small_shop.yaml?")


@pytest.mark.parametrize("name", ["", "\0", "no/such/folder/x.yaml", "x" * 5000])
def test_name_that_is_no_file_is_a_problem(name: str) -> None:
    """Whatever stands for a path."""
    assert problems(name)


def test_folder_and_device_are_problems(tmp_path: Path) -> None:
    """Only ordinary files are read."""
    assert "this is a folder" in problems(tmp_path)
    assert "not an ordinary file" in problems(os.devnull)


def test_file_of_more_than_a_megabyte_is_a_problem(tmp_path: Path) -> None:
    """Long tables belong into CSV files."""
    (tmp_path / "large.yaml").write_text("aftersim: 1\n#" + "x" * 1_000_000)
    assert "larger than 1 MB" in problems(tmp_path / "large.yaml")


def test_more_than_50_000_values_are_a_problem(tmp_path: Path) -> None:
    """The tree of a file stays small."""
    (tmp_path / "many.yaml").write_text("aftersim: 1\ntitle: [" + "x," * 50_001 + "]\n")
    assert "more than 50,000 values" in problems(tmp_path / "many.yaml")


def test_deep_nesting_is_a_problem_and_fast(tmp_path: Path) -> None:
    """Half a million brackets are refused at the twentieth."""
    (tmp_path / "deep.yaml").write_text("a: " + "[" * 500_000)
    assert "nested deeper than 20 levels" in problems(tmp_path / "deep.yaml")


def test_long_chain_of_bases_is_a_problem(tmp_path: Path) -> None:
    """A policy rests on at most ten files."""
    for i in range(12):
        (tmp_path / f"p{i}.yaml").write_text(f"extends: p{i + 1}.yaml\n")
    assert "more than 10 files extend each other" in problems(tmp_path / "p0.yaml")


def test_gzip_that_unpacks_to_too_much_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit holds for the unpacked table."""
    import gzip

    from sim.scenario.text import tables

    monkeypatch.setattr(tables, "LARGEST_TABLE", 1_000)
    (tmp_path / "bomb.csv.gz").write_bytes(gzip.compress(b"at\n" + b"0" * 100_000))
    text = SHOP.read_text().replace(
        "per_day: {mon-sun: 60}, hour: evening_shopper", "log: {file: bomb.csv.gz, arrived: at}"
    )
    (tmp_path / "shop.yaml").write_text(text)
    assert "the unpacked file is larger" in problems(tmp_path / "shop.yaml")


def test_scalars_are_taken_as_written() -> None:
    """YAML's own types are never guessed."""
    node, found = read_yaml("{a: 10:30, b: no, c: 1e6, d: 08:00-16:30, e: 012, f: '', g: ~, h: 1_0}", "x")
    assert found == []
    assert isinstance(node, MappingNode)
    values = {entry.key: entry.value.text for entry in node if isinstance(entry.value, Scalar)}
    assert values == {
        "a": "10:30",
        "b": "no",
        "c": "1e6",
        "d": "08:00-16:30",
        "e": "012",
        "f": "",
        "g": "~",
        "h": "1_0",
    }


def test_defaults_are_listed_with_their_reason() -> None:
    """Nothing is assumed in silence."""
    taken = {default.path: default for default in load(SHOP).defaults}
    assert taken["contact_types.mail.patience"].value == "never"
    assert taken["channels.email.when_closed"].value == "wait"
    assert all(default.why for default in taken.values())


def test_minimal_scenario_needs_no_more_than_this(tmp_path: Path) -> None:
    """Everything but period, one source of contacts, one channel and one group has a default."""
    (tmp_path / "tiny.yaml").write_text(
        "aftersim: 1\nperiod: {start: 2026-03-02}\nchannels: {phone: }\n"
        "contact_types: {call: {channel: phone, per_day: 9}}\n"
        "agent_groups: {desk: {serves: {phone: first}, shifts: {day: {hours: 09:00-17:00, daily: 1}}}}\n"
    )
    scenario = load(tmp_path / "tiny.yaml")
    assert scenario.title == "tiny"
    assert scenario.period.length == 7 * 1440
    assert [str(w) for w in scenario.warnings] == [
        f"{tmp_path / 'tiny.yaml'}:4:23: warning: contact_types.call.handle_time: "
        "no handle time is written, 6 min are assumed - write your own"
    ]


def test_laws_are_resolved() -> None:
    """Bare durations, quantiles, moments and tables become the classes that lowering reads."""
    scenario = load(VALID / "everything.yaml")
    types = scenario.contact_types
    assert types["order_question"].after_contact_work == Lognormal(mean=0.75, sd=0.6)
    assert types["complaint"].patience is None
    assert scenario.kinds["complaint"].patience == Exponential(mean=4.0)  # that of the channel
    assert types["mail"].patience == Never()
    law = types["form"].handle_time
    assert isinstance(law, ScipyLaw)
    assert (law.name, law.shape, law.mean) == ("burr12", (("c", 2.0), ("d", 3.0)), 4.0)
    assert types["post"].handle_time == Quantiles(shares=(0, 0.5, 0.975, 1), minutes=(1, 4, 20, 60))
    assert types["post"].patience == Hazard(edges=(0, 0.5, 5), hazards=(0.2, 0.6, 0))


def test_log_keeps_the_rows_of_the_period_and_their_columns() -> None:
    """Times in minutes, text as categories, the number of the first row kept, the rest counted."""
    call = load(VALID / "call_log.yaml").contact_types["call"]
    log = call.arrivals
    assert isinstance(log, Log)
    assert log.times == pytest.approx([7 * 60 + 1 + 23 / 60, 7 * 60 + 1 + 23 / 60, 9 * 60 + 15 + 0.5 / 60], abs=1e-12)
    assert (log.first_row, log.n_before, log.n_after) == (1, 1, 1)
    kind, priority = log.attributes
    assert (kind.categories, kind.values) == (("NE", "PE", "PS"), (2.0, 0.0, 1.0))
    assert (priority.categories, priority.values) == (None, (2.0, 0.0, 1.0))
    law = call.handle_time
    assert isinstance(law, ByAttribute)
    assert [(case.value, case.code) for case in law.cases] == [("PS", 2.0), ("NE", 0.0)]
    assert law.cases[0].of == Lognormal(mean=3.0, sd=3.5)
    assert law.otherwise == Exponential(mean=2.5)
    assert isinstance(call.after_contact_work, ByAttribute)
    assert call.after_contact_work.otherwise == Constant(value=0.0)
    assert call.reference is None
    assert call.busyness.factor == "none"


def shop_with_table(folder: Path, rows: str, arrivals: str, extra: dict[str, object]) -> Scenario:
    """Load the shop with its mail arriving by a table."""
    (folder / "table.csv").write_text(rows)
    text = SHOP.read_text().replace("per_day: {mon-sun: 60}, hour: evening_shopper", arrivals)
    (folder / "shop.yaml").write_text(text)
    return load(folder / "shop.yaml", extra)


def test_doubled_hour_of_a_log_is_told_by_its_order(tmp_path: Path) -> None:
    """In autumn 02:00 to 03:00 comes twice: a time that goes back is one of the second pass."""
    times = ["01:50", "02:15", "02:45", "02:10", "02:50", "03:00"]
    rows = "at\n" + "".join(f"2026-10-25 {time}\n" for time in times)
    october: dict[str, object] = {"period.start": "2026-10-25"}
    shop = shop_with_table(tmp_path, rows, "log: {file: table.csv, arrived: at}", october)
    log = shop.contact_types["mail"].arrivals
    assert isinstance(log, Log)
    assert log.times == (110, 135, 165, 190, 230, 240)


def test_missing_second_hour_of_a_table_is_named_by_the_wall_clock(tmp_path: Path) -> None:
    """A table of 24 rows for a day of 25 hours lacks the second hour from 2 to 3."""
    rows = "start,contacts\n" + "".join(f"2026-10-25 {h:02d}:00,1\n" for h in range(24))
    with pytest.raises(ScenarioProblems) as caught:
        shop_with_table(tmp_path, rows, "rate: {file: table.csv, cell: 60 min}", {"period.start": "2026-10-25"})
    assert [p.line for p in caught.value.problems] == [5]
    assert "02:00 is missing" in str(caught.value)


def test_seconds_of_the_start_survive_the_dump(tmp_path: Path) -> None:
    """A start is written as exactly as it was read."""
    shop = load(SHOP, {"period.start": "2026-03-02 08:00:30"})
    (tmp_path / "again.yaml").write_text(dump(shop))
    assert load(tmp_path / "again.yaml") == shop


def test_law_under_change_replaces_the_law_of_the_base() -> None:
    """Named things merge, a law is one value."""
    mixed = load(SHOP, {"contact_types.call": {"handle_time": {"median": "3 min", "p90": "7 min"}, "priority": "high"}})
    assert isinstance(mixed.contact_types["call"].handle_time, Lognormal)
    assert mixed.contact_types["call"].patience == Exponential(mean=3.0)
    constant: dict[str, object] = {"contact_types.order_question.handle_time": {"constant": "1 min"}}
    replaced = load(VALID / "everything.yaml", constant)
    assert replaced.contact_types["order_question"].handle_time == Constant(value=1.0)


LAWS = [("uniform", "4 min"), ("weibull", "1 s"), ("gamma", "6000 h"), ("lognormal", "0 s")]


@pytest.mark.parametrize(("law", "sd"), LAWS)
def test_deviation_that_a_law_cannot_have_is_a_problem(law: str, sd: str) -> None:
    """A uniform law of mean 6 min with sd 4 min would be negative, and so on."""
    change: dict[str, object] = {"contact_types.call.handle_time": {"law": law, "mean": "6 min", "sd": sd}}
    assert "contact_types.call.handle_time.sd" in problems(SHOP, change)


def test_skill_of_a_contact_type_goes_before_that_of_its_channel() -> None:
    """`complaint: first, phone: second` leaves the complaint at rank 1."""
    serves = load(VALID / "everything.yaml").agent_groups["desk"].serves
    assert (serves["complaint"].rank, serves["order_question"].rank, serves["mail"].rank) == (1, 2, 3)


def test_reserve_holds_back_agents_from_worse_ranks_only() -> None:
    """Two for the phone: nothing of the phone is touched, the mail gets the larger of both reserves."""
    serves = load(VALID / "everything.yaml").agent_groups["desk"].serves
    assert {name: skill.reserve for name, skill in serves.items()} == {
        "complaint": 0,
        "order_question": 0,
        "mail": 2,
        "form": 2,
    }


def test_reserves_for_two_channels_add_up(tmp_path: Path) -> None:
    """Two kept for the phone and one for chat leave mail the fourth idle agent."""
    changes: dict[str, object] = {
        "channels.chat": {},
        "contact_types.chat_question": {"channel": "chat", "per_day": 10, "handle_time": "4 min", "patience": "2 min"},
        "agent_groups.desk.serves": {"phone": 1, "chat": 2, "email": 3},
        "agent_groups.desk.reserve": {"phone": 2, "chat": 1},
    }
    serves = load(SHOP, changes).agent_groups["desk"].serves
    assert {name: skill.reserve for name, skill in serves.items()} == {"call": 0, "chat_question": 2, "mail": 3}


def test_reference_rates_are_those_of_the_first_definition() -> None:
    """Policies and changes move the arrivals, the reference stays: random numbers are tied to it."""
    base = load(SHOP).contact_types["call"]
    assert base.reference == base.arrivals
    more = load(SHOP, {"contact_types.call.per_day": "times 2"}).contact_types["call"]
    assert isinstance(more.arrivals, DailyRate)
    assert more.arrivals.per_day[0] == 280
    assert more.reference == base.arrivals
    policy = load(VALID / "policy_of_a_policy.yaml").contact_types
    assert (
        policy["order_question"].reference == load(VALID / "everything.yaml").contact_types["order_question"].arrivals
    )
    assert policy["chat_question"].reference == policy["chat_question"].arrivals


def test_changes_of_a_program_are_read_like_those_of_a_policy() -> None:
    """Texts as in a file, numbers and mappings as they are."""
    changed = load(
        SHOP,
        {
            "agent_groups.desk.shrinkage": "plus 5 %",
            "agent_groups.desk.shifts.day.sat": 3,
            "agent_groups.desk.reserve": {"phone": 2},
            "contact_types.call.handle_time": "{constant: 5 min}",
        },
    )
    desk = changed.agent_groups["desk"]
    assert desk.shrinkage == 0.15
    assert desk.shifts is not None
    assert desk.shifts["day"].agents[5] == 3
    assert desk.serves["mail"].reserve == 2
    assert changed.contact_types["call"].handle_time == Constant(value=5.0)


def test_problems_of_changes_name_their_path() -> None:
    """Values given by a program have no line; all of them are checked at once."""
    said = problems(
        SHOP, {"agent_groups.desk.shrinkage": 30, "agent_groups.desk.serve": "x", "period.length": math.nan}
    )
    assert said.splitlines() == [
        'changes: period.length: got "nan"; a duration such as 45 s or 6 min is expected',
        "changes: agent_groups.desk.serve: unknown name - did you mean serves?",
        'changes: agent_groups.desk.shrinkage: got "30"; a share with its unit is expected - write 30 %',
    ]


def test_problem_of_a_merged_value_points_to_its_own_file(tmp_path: Path) -> None:
    """A wrong value of the policy is found in the policy, one of the base in the base."""
    (tmp_path / "base.yaml").write_text(SHOP.read_text().replace("10 %", "10"))
    (tmp_path / "policy.yaml").write_text("extends: base.yaml\nchange:\n  agent_groups.desk.shifts.day.sat: -1\n")
    lines = problems(tmp_path / "policy.yaml").splitlines()
    assert [line.split(": ")[0].replace(str(tmp_path), "") for line in lines] == [
        f"{os.sep}policy.yaml:3:37",
        f"{os.sep}base.yaml:14:16",
    ]


def test_provenance_is_kept_by_path() -> None:
    """The value is used, its range and source are remembered."""
    scenario = load(VALID / "everything.yaml")
    kept = scenario.provenance["contact_types.order_question.per_day.mon-fri"]
    assert kept.between == ("120", "160")
    assert kept.source == "counts of February"
    assert scenario.provenance["agent_groups.desk.shrinkage"].assumed


def test_period_of_days_follows_the_calendar() -> None:
    """Two weeks over the spring change of clocks are an hour short; hours are elapsed time."""
    assert load(VALID / "everything.yaml").period.length == 14 * 1440 - 60
    shop = {"period.start": "2026-03-23", "period.length": "336 h", "period.warm_up": "1 w"}
    period = load(SHOP, shop).period
    assert (period.length, period.warm_up) == (336 * 60, 7 * 1440)


def test_equal_scenarios_are_equal_whatever_was_assumed() -> None:
    """Defaults and warnings do not count, everything else does."""
    shop = load(SHOP)
    assert shop == load(SHOP, {"agent_groups.desk.choice": "longest_idle"})
    assert shop != load(SHOP, {"agent_groups.desk.choice": "random"})
    assert load(SHOP, {"title": "x"}) != shop


def test_scenario_is_frozen() -> None:
    """A resolved scenario cannot be changed by accident."""
    shop = load(SHOP)
    with pytest.raises(ValueError, match="frozen"):
        shop.title = "other"  # type: ignore[misc]


def test_unmanned_hours_of_a_live_channel_are_a_warning() -> None:
    """Open until 18:00 and staffed until 17:00 is five hours a week without anybody."""
    warnings = load(SHOP, {"agent_groups.desk.shifts.day.hours": "09:00-17:00"}).warnings
    assert ["open for 5 h a week" in str(w) for w in warnings] == [True]


def test_who_works_elsewhere_or_is_on_call_is_there() -> None:
    """Hours are those of the group's own clock, and people on call come when they are needed."""

    def bare(**changes: object) -> list[str]:
        found = load(SHOP, {f"agent_groups.desk.{k.replace('__', '.')}": v for k, v in changes.items()}).warnings
        return [w.rule for w in found if "nobody who serves it" in w.rule]

    there = {"shifts__day__hours": "16:00-24:00", "time_zone": "Asia/Shanghai"}  # 09:00 to 17:00 in Berlin
    assert bare(**there) == ["open for 5 h a week while nobody who serves it is on shift"]
    when = "{waiting: phone, above: 5, below: 1}"
    on_call = f"{{when: {when}, shifts: {{late: {{hours: 17:00-18:00, mon-sun: 1}}}}}}"
    assert bare(shifts__day__hours="09:00-17:00", on_call=on_call) == []


def test_contacts_that_nobody_serves_are_a_warning() -> None:
    """A scenario may be looked at before its people are known."""
    changed = load(
        SHOP, {"channels.chat": {}, "contact_types.x": {"channel": "chat", "per_day": 1, "handle_time": "1 min"}}
    )
    assert [w.rule for w in changed.warnings] == ["no agent group serves it or its channel chat"]


def test_import_is_light() -> None:
    """Reading a scenario needs neither pandas nor SciPy."""
    code = (
        "import sys, sim.scenario; print([m for m in ('pandas', 'scipy', 'numba', 'matplotlib') if m in sys.modules])"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_dump_writes_nothing_twice_by_alias() -> None:
    """Equal tables are written out, since aliases are refused."""
    scenario = load(VALID / "everything.yaml")
    assert isinstance(scenario, Scenario)
    assert "&" not in dump(scenario)
    assert "*" not in dump(scenario)


@pytest.mark.parametrize(
    "text",
    [
        'title: "\\UFFFFFFFF"\n',
        "%YAML 1." + "9" * 5000 + "\n---\na: 1\n",
        "? [a]\n: b\n",
        "{a: b}: c\n",
        ": x\n",
        "- - - -\n",
    ],
)
def test_text_on_which_a_yaml_parser_stumbles_is_a_problem(text: str, tmp_path: Path) -> None:
    """Errors that the parser itself does not expect are told like any other."""
    (tmp_path / "odd.yaml").write_text(text)
    assert problems(tmp_path / "odd.yaml")


def test_rows_that_are_only_counted_stand_after_those_that_are_listed(tmp_path: Path) -> None:
    """The count of further wrong rows carries the line of the first of them, so that it is sorted behind the others."""
    rows = "".join(f"2026-03-02 {i // 2:02d}:{i % 2 * 30:02d},-1\n" for i in range(24))
    (tmp_path / "staff.csv").write_text("start,agents\n" + rows)
    text = SHOP.with_name("minimal.yaml").read_text(encoding="utf-8")
    text = text.replace("shifts: {day: {hours: 08:00-18:00, mon-fri: 2}}", "headcount: {file: staff.csv}")
    (tmp_path / "desk.yaml").write_text(text, encoding="utf-8")
    said = [line for line in problems(tmp_path / "desk.yaml").splitlines() if "staff.csv:" in line]
    assert len(said) == 11
    assert "staff.csv:2:" in said[0]
    assert "staff.csv:12:" in said[-1] and "and 14 more problems in this table" in said[-1]


def test_a_name_that_is_too_long_is_told_the_longest() -> None:
    """Letters only, and still not usable: the length is named."""
    assert "at most 64 of them" in problems(SHOP, {"agent_groups": {"n" * 65: {"serves": {"phone": "first"}}}})


def test_a_log_that_cannot_be_read_is_not_said_to_be_missing(tmp_path: Path) -> None:
    """Laws by a recorded column are not blamed for what is wrong with the log itself."""
    text = SHOP.with_name("minimal.yaml").read_text(encoding="utf-8")
    text = text.replace(
        "per_day: 120, hour: office_hours", "log: {file: calls.csv, arrived: at, columns: {kind: kind}}"
    )
    text = text.replace("handle_time: 5 min", "handle_time: {by: kind, values: {a: 5 min}}")
    (tmp_path / "desk.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "calls.csv").write_text("at,kind\n")
    said = problems(tmp_path / "desk.yaml")
    assert "the table has a header and no rows" in said
    assert "only contacts of a recorded log" not in said
