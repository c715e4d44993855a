"""`aftersim new` writes a desk that is valid at once, means what was said, and never touches what is there."""

from __future__ import annotations

import csv
import io
import os
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from aftersim import cli
from sim.scenario import load
from sim.scenario.model.rates import rate_steps
from sim.scenario.tables.workbook import read_workbook
from sim.starting import desk as desk_module
from sim.starting.desk import StartProblem, write_desk
from sim.starting.five_numbers import QUESTIONS, desk_of, next_monday
from sim.starting.like import SHIPPED, desk_like

FILES = ["README.md", "forecast.xlsx", "observed.csv", "roster.xlsx", "scenario.yaml"]
FIVE = [
    "--contacts-a-day",
    "120",
    "--handle-time",
    "6 min",
    "--agents",
    "5",
    "--hours",
    "mon-fri 09:00-18:00",
    "--target",
    "80 % within 30 s",
]
ANSWERS = dict(zip((q.name for q in QUESTIONS), FIVE[1::2], strict=True))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(cli, list(arguments), input=typed)


def valid(folder: Path) -> str:
    """What validate says of the new scenario."""
    result = run("validate", str(folder / "scenario.yaml"))
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("name", [None, "small_shop", "baseline", "minimal"])
def test_new_desk_like_a_shipped_one_is_valid_at_once(here: Path, name: str | None) -> None:
    """Five files, no problem, no warning."""
    result = run("new", "my_desk", *(() if name is None else ("--like", name)))
    assert result.exit_code == 0, result.output
    assert result.output == (
        "my_desk: scenario.yaml, roster.xlsx, forecast.xlsx, observed.csv, README.md\n"
        f"next: aftersim validate {Path('my_desk') / 'scenario.yaml'}\n"
    )
    assert sorted(p.name for p in (here / "my_desk").iterdir()) == FILES
    assert valid(here / "my_desk").endswith("0 warnings.\n")


@pytest.mark.parametrize("name", ["small_shop", "minimal", "baseline"])
def test_new_desk_means_the_same_as_the_one_it_is_like(here: Path, name: str) -> None:
    """The same expected contacts, the same people on duty, everything else as it was."""
    run("new", "my_desk", "--like", name)
    old, new = load(SHIPPED / f"{name}.yaml"), load("my_desk/scenario.yaml")
    assert (old.period, old.channels, old.title) == (new.period, new.channels, new.title)
    for kind, was in old.contact_types.items():
        now = new.contact_types[kind]
        assert now.handle_time == was.handle_time and now.patience == was.patience
        if not hasattr(was.arrivals, "per_day"):
            continue
        steps = [rate_steps(k.arrivals, old.period, 0.0, old.period.length) for k in (was, now)]  # type: ignore[arg-type]
        assert [float(np.diff(s.edges) @ s.rates) for s in steps] == pytest.approx(
            [steps[0].rates @ np.diff(steps[0].edges)] * 2
        )
    for group, was_group in old.agent_groups.items():
        assert was_group.shifts is not None
        hours = {"old": sum(n * (s.end - s.start) for s in was_group.shifts.values() for n in s.agents)}
        roster = new.agent_groups[group].roster
        assert roster is not None
        duties = [d for a in roster.agents for d in a.duties if d.start < old.period.start + timedelta(days=7)]
        hours["new"] = sum((d.end - d.start).total_seconds() / 60 for d in duties)
        assert hours["new"] == hours["old"]
        assert new.agent_groups[group].shrinkage == was_group.shrinkage


def test_text_and_comments_of_the_shipped_scenario_stay(here: Path) -> None:
    """Only people and contacts a day move into the workbooks."""
    run("new", "my_desk", "--like", "small_shop")
    old = (SHIPPED / "small_shop.yaml").read_text(encoding="utf-8").splitlines()
    new = (here / "my_desk" / "scenario.yaml").read_text(encoding="utf-8").splitlines()
    assert [line for line in old if line not in new] == [
        "  call: {channel: phone, per_day: {mon-fri: 140, sat: 60}, hour: office_hours, handle_time: 6 min, "
        "patience: 3 min}",
        "  mail: {channel: email, per_day: {mon-sun: 60}, hour: evening_shopper, handle_time: 7 min}",
        "    shifts: {day: {hours: 09:00-18:00, break: 1 h, mon-fri: 5, sat: 2}}",
    ]
    assert [line.split("#")[0].rstrip() for line in new if line not in old] == [
        "  call: {channel: phone, hour: office_hours, handle_time: 6 min, patience: 3 min}",
        "  mail: {channel: email, hour: evening_shopper, handle_time: 7 min}",
        "    roster: {file: roster.xlsx}",
        "forecast: {file: forecast.xlsx}",
        "observed: observed.csv",
    ]


def test_new_desk_of_five_numbers_is_valid_at_once(here: Path) -> None:
    """120 contacts on each of ten days, five people nine hours a day, nothing before Monday."""
    result = run("new", "my_desk", *FIVE, "--start", "2026-03-02", "--time-zone", "Europe/Berlin")
    assert result.exit_code == 0, result.output
    assert valid(here / "my_desk").endswith("0 warnings.\n")
    made = load("my_desk/scenario.yaml")
    steps = rate_steps(made.contact_types["call"].arrivals, made.period, 0.0, made.period.length)  # type: ignore[arg-type]
    assert float(np.diff(steps.edges) @ steps.rates) == pytest.approx(1200.0)
    assert {int(e % 1440) // 60 for e, r in zip(steps.edges, steps.rates, strict=False) if r > 0} == set(range(9, 18))
    roster = made.agent_groups["desk"].roster
    assert roster is not None and [len(a.duties) for a in roster.agents] == [10] * 5
    assert made.channels["phone"].service_level is not None and made.period.time_zone == "Europe/Berlin"


@pytest.mark.parametrize(
    ("hours", "agents"),
    [
        ("daily 08:00-24:00", 12),
        ("daily 00:00-24:00", 7),
        ("mon-sat 10:00-20:30", 3),
        ("sat 10:00-14:00", 1),
        ("always", 2),
        ("fri 20:00-04:00 sat 20:00-04:00", 2),
        ("mon-fri 09:00-12:00 13:00-18:00", 4),
    ],
)
def test_any_hours_give_a_roster_that_covers_them_with_five_days_a_week(here: Path, hours: str, agents: int) -> None:
    """Long days are worked in shifts that reach from opening to closing; nobody works six days in a week."""
    answers = {**ANSWERS, "hours": hours, "agents": str(agents)}
    write_desk(here / "my_desk", desk_of(answers, "my_desk", date(2026, 3, 2), "UTC"))
    assert "valid" in valid(here / "my_desk")
    roster = load("my_desk/scenario.yaml").agent_groups["desk"].roster
    assert roster is not None and len(roster.agents) == agents
    for agent in roster.agents:
        days = {d.start.date() for d in agent.duties}
        assert sum(d < date(2026, 3, 9) for d in days) <= 5 and all(
            (d.end - d.start).total_seconds() <= 36_000 for d in agent.duties
        )
    if agents >= 7:
        monday = [d for a in roster.agents for d in a.duties if d.start.date() == date(2026, 3, 2)]
        opening = load("my_desk/scenario.yaml").channels["phone"].open.week[0]
        assert min(d.start.hour * 60 for d in monday) == opening[0][0]
        assert max((d.end - datetime(2026, 3, 2)).total_seconds() / 60 for d in monday) == opening[-1][1]


def test_questions_are_asked_until_they_are_answered(here: Path) -> None:
    """A wrong answer is asked again, an empty one takes the example; options answer beforehand."""
    result = run("new", "my_desk", "--ask", "--agents", "3", typed="fifty\n50\n5\n5 min\n\n\n")
    assert result.exit_code == 0, result.output
    assert "a number is expected" in result.output and "write 5 s, 5 min, 5 h or 5 d" in result.output
    assert "Agents" not in result.output
    assert "handle_time: 5 min" in (here / "my_desk" / "scenario.yaml").read_text(encoding="utf-8")
    assert "valid" in valid(here / "my_desk")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["my_desk", "--like", "smal_shop"],
            'got "smal_shop"; the name of a shipped scenario is expected - did you mean small_shop?',
        ),
        (
            ["my_desk", "--like", "double_11"],
            "double_11: changes another scenario - start like that one: --like baseline",
        ),
        (
            ["my_desk", "--like", "theory_check"],
            "theory_check: has no people in shifts that a roster and a forecast could hold - take small_shop",
        ),
        (
            ["my_desk", "--like", "small_shop", "--ask"],
            "--like starts from a shipped scenario, the five numbers from nothing: give one of the two",
        ),
        (["my_desk", "--start", "2026-03-02"], "--start and --time-zone belong to the five numbers: give --ask too"),
        (["no/such/my_desk"], "no/such/my_desk: there is no folder no/such - make it first"),
        (["con"], 'got "con"; the name of a folder has letters, digits, hyphens and underscores - write my_desk'),
        (
            [
                "..",
            ],
            'got ".."; the name of a folder has letters, digits, hyphens and underscores - write my_desk',
        ),
        (["=cmd"], 'got "=cmd"; the name of a folder has letters, digits, hyphens and underscores - write my_desk'),
        (["my_desk", "--agents", "0"], '--agents: got "0"; a whole number from 1 to 1000 is expected'),
        (
            ["my_desk", "--agents", "5"],
            '--hours: is missing - write --hours "mon-fri 09:00-18:00", or --ask to be asked',
        ),
        (["my_desk", *FIVE, "--start", "soon"], '--start: got "soon"; a date such as 2026-03-02 is expected'),
        (
            ["my_desk", *FIVE, "--time-zone", "Berlin"],
            '--time-zone: got "Berlin"; a time zone such as Europe/Berlin is expected',
        ),
    ],
)
def test_what_cannot_be_started_says_why_and_writes_nothing(here: Path, arguments: list[str], said: str) -> None:
    """Exit code 2, the rule, the repair; the folder stays empty."""
    result = run("new", *arguments)
    assert (result.exit_code, "Traceback" in result.output) == (2, False)
    assert said in result.output.splitlines() and result.output.endswith("nothing was written\n")
    assert list(here.iterdir()) == []


def test_folder_that_is_there_is_never_touched(here: Path) -> None:
    """Neither a folder, nor a file, nor a link to nowhere."""
    (here / "desk").mkdir()
    (here / "desk" / "mine.txt").write_text("mine")
    (here / "file").write_text("mine")
    (here / "link").symlink_to("nowhere")
    for name in ("desk", "file", "link"):
        result = run("new", name)
        assert result.exit_code == 2 and f"{name}: is there already - give another name" in result.output
    assert sorted(p.name for p in here.iterdir()) == ["desk", "file", "link"]
    assert [p.name for p in (here / "desk").iterdir()] == ["mine.txt"] and not (here / "nowhere").exists()


def test_folder_is_whole_or_not_at_all(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fails, and a folder that somebody makes meanwhile: nothing is left behind, nothing replaced."""
    desk = desk_like("minimal")

    def fail(handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(desk_module.os, "fsync", fail)
        result = run("new", "my_desk", "--like", "minimal")
    assert result.exit_code == 2 and "my_desk: cannot be written (No space left on device)" in result.output
    assert list(here.iterdir()) == []
    real = os.fsync

    def meanwhile(handle: int) -> None:
        (here / "my_desk").mkdir(exist_ok=True)
        (here / "my_desk" / "mine.txt").write_text("mine")
        real(handle)

    monkeypatch.setattr(desk_module.os, "fsync", meanwhile)
    with pytest.raises(StartProblem, match="is there already"):
        write_desk(here / "my_desk", desk)
    assert [p.name for p in here.iterdir()] == ["my_desk"] and [p.name for p in (here / "my_desk").iterdir()] == [
        "mine.txt"
    ]


def test_policy_of_the_read_me_applies(here: Path) -> None:
    """The example that a newcomer copies is valid on every new desk."""
    for name in ("small_shop", "minimal", "baseline"):
        run("new", name, "--like", name)
        text = (here / name / "README.md").read_text(encoding="utf-8")
        (here / name / "longer.yaml").write_text(text.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
        assert run("validate", f"{name}/longer.yaml").exit_code == 0


def test_recorded_numbers_are_those_of_the_forecast(here: Path) -> None:
    """Until somebody has counted: contacts of the period by channel."""
    run("new", "my_desk")
    rows = list(csv.DictReader(io.StringIO((here / "my_desk" / "observed.csv").read_text(encoding="utf-8"))))
    assert [(r["measure"], r["channel"], float(r["value"])) for r in rows] == [
        ("arrivals", "phone", 760.0),
        ("arrivals", "email", 420.0),
    ]
    forecast = read_workbook(here / "my_desk" / "forecast.xlsx").sheet("Forecast")
    assert sum(float(row[2]) for row in forecast.rows[1:]) == 760.0  # type: ignore[arg-type]


def test_first_day_is_the_next_monday() -> None:
    """Never today."""
    assert [next_monday(datetime(2026, 3, d)).day for d in (1, 2, 3, 8)] == [2, 9, 9, 9]
