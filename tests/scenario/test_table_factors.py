"""Tables by time that a policy scales: what if the forecast is ten per cent too low?"""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.scenario import Scenario, ScenarioProblems, dump, load
from sim.scenario.model.cells import DatedCells, WeeklyCells
from sim.scenario.model.rates import RateTable
from sim.scenario.redraw import redrawn

DESK = """aftersim: 1
title: Desk
period: {start: 2026-03-02, length: 2 d}
contact_types:
  call: {channel: phone, rate: {file: calls.csv, cell: 60 min}, handle_time: 6 min}
  mail: {channel: mail, per_day: 10, hour: flat, handle_time: 6 min}
channels:
  phone: {service_level: 80 % within 60 s}
  mail: {first_response: 90 % within 24 h elapsed}
agent_groups:
  desk: {serves: {phone: first, mail: second}, headcount: {file: agents.csv, cell: 60 min}}
"""


def desk(folder: Path, changes: dict[str, object] | None = None, text: str = DESK) -> Scenario:
    """The desk with its tables beside it."""
    hours = [f"{day},{hour:02d}:00" for day in ("mon", "tue") for hour in range(24)]
    for name, column in (("calls", "contacts"), ("agents", "agents")):
        rows = "\n".join(f"{at},{4 + int(at[4:6]) % 2}" for at in hours)
        (folder / f"{name}.csv").write_text(f"weekday,time,{column}\n{rows}\n", encoding="utf-8")
    (folder / "forecast.csv").write_text("date,mail\n2026-03-02,100\n2026-03-03,50\n", encoding="utf-8")
    (folder / "desk.yaml").write_text(text, encoding="utf-8")
    return load(folder / "desk.yaml", changes)


def rates(scenario: Scenario, name: str = "call") -> tuple[float, ...]:
    """First two numbers of a table of contacts."""
    table = scenario.contact_types[name].arrivals
    assert isinstance(table, RateTable)
    row = table.cells.week[0] if isinstance(table.cells, WeeklyCells) else table.cells.days[0][1]
    return row[:2]


def test_a_policy_scales_a_rate_from_a_file(tmp_path: Path) -> None:
    """All cells grow; random numbers stay tied to the table as it was, and what is written can be read again."""
    plain = desk(tmp_path)
    more = desk(tmp_path, {"contact_types.call.rate": "times 1.5"})
    assert rates(plain) == (4.0, 5.0) and rates(more) == (6.0, 7.5)
    assert more.contact_types["call"].reference == plain.contact_types["call"].reference
    (tmp_path / "again.yaml").write_text(dump(more), encoding="utf-8")
    assert rates(load(tmp_path / "again.yaml")) == (6.0, 7.5)


def test_factors_of_several_policies_multiply(tmp_path: Path) -> None:
    """Twice as many, and of these half as many again."""
    (tmp_path / "twice.yaml").write_text("title: Twice\nchange: {contact_types.call.rate: times 2}\n")
    (tmp_path / "half.yaml").write_text("title: Half\nchange: {contact_types.call.rate: times 1.5}\n")
    desk(tmp_path)
    both = load(tmp_path / "desk.yaml", policies=[tmp_path / "twice.yaml", tmp_path / "half.yaml"])
    assert rates(both) == (12.0, 15.0)


def test_a_head_count_from_a_file_is_scaled_too(tmp_path: Path) -> None:
    """Half of the agents of each hour."""
    count = desk(tmp_path, {"agent_groups.desk.headcount": "times 0.5"}).agent_groups["desk"].headcount
    assert isinstance(count, WeeklyCells) and count.week[0][:2] == (2.0, 2.5)


@pytest.mark.parametrize("words", ["forecast.csv", "{file: forecast.csv}"])
def test_a_forecast_is_scaled_however_it_is_written(tmp_path: Path, words: str) -> None:
    """A tenth more of everything that is forecast, and of nothing else."""
    text = DESK.replace("contact_types:", f"forecast: {words}\ncontact_types:")
    plain, more = desk(tmp_path, None, text), desk(tmp_path, {"forecast": "times 1.1"}, text)
    assert rates(plain, "mail") == pytest.approx((100 / 24, 100 / 24))
    assert rates(more, "mail") == pytest.approx((110 / 24, 110 / 24))
    assert rates(more) == rates(plain)


def test_a_factor_may_have_a_range_and_no_file_is_read_for_another_draw(tmp_path: Path) -> None:
    """Between a tenth less and a quarter more."""
    doubt = {"times": "1.1", "between": ["0.9", "1.25"]}
    text = DESK.replace("contact_types:", "forecast: forecast.csv\ncontact_types:")
    scenario = desk(tmp_path, {"contact_types.call.rate": doubt, "forecast": doubt}, text)
    assert sorted(r.path for r in scenario.ranges) == ["contact_types.call.rate.factor", "forecast.factor"]
    for file in tmp_path.iterdir():
        file.unlink()
    drawn = redrawn(scenario, {"contact_types.call.rate.factor": "1.25", "forecast.factor": "0.9"})
    assert rates(drawn) == (5.0, 6.25)
    assert rates(drawn, "mail") == pytest.approx((90 / 24, 90 / 24))


def test_only_times_makes_sense_of_a_table(tmp_path: Path) -> None:
    """Two more, of what? And a table times 0 brings nobody."""
    with pytest.raises(ScenarioProblems, match="plus needs a single value in the base, there is a mapping"):
        desk(tmp_path, {"contact_types.call.rate": "plus 2"})
    with pytest.raises(ScenarioProblems, match="the table brings no contact at all"):
        desk(tmp_path, {"contact_types.call.rate": "times 0"})
    with pytest.raises(ScenarioProblems, match="times takes a number without unit"):
        desk(tmp_path, {"contact_types.call.rate": "times 110 %"})


def test_dated_tables_are_scaled(tmp_path: Path) -> None:
    """A table by date keeps its dates."""
    text = DESK.replace("{file: calls.csv, cell: 60 min}", "{cell: 60 min, factor: 2, dated: {2026-03-02: [1, 2, 3]}}")
    table = desk(tmp_path, None, text).contact_types["call"].arrivals
    assert isinstance(table, RateTable) and isinstance(table.cells, DatedCells)
    assert [row for _, row in table.cells.days] == [(2.0, 4.0, 6.0)]
