"""What a scenario becomes in the machine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.lowering import STRATA, LoweringProblems, Operation, lower
from sim.machine import Constant, CountedPool, Exponential, Lognormal, NamedPool, Uniform, Weibull, Work, simulate
from sim.machine.laws import ByAttribute, Hazard, Mixture, Quantiles, Table
from sim.machine.streams import RecordedStream, Stream
from sim.scenario import load
from tests.lowering.operations import operation, run, visits

BASE = """
aftersim: 1
title: Desk
period: {start: 2026-03-02, length: 7 d, time_zone: Europe/Berlin}
contact_types:
  call: {channel: phone, per_day: {mon-fri: 100, sat: 40}, hour: flat, handle_time: 6 min, patience: 3 min}
channels:
  phone: {service_level: 80 % within 30 s}
agent_groups:
  desk: {serves: {phone: first}, headcount: {mon-sun: {"00:00-24:00": 3}}}
"""


def made(folder: Path, text: str = BASE, **changes: object) -> Operation:
    """The operation of a scenario text, changed by dotted path (`__` for the dot)."""
    file = folder / "scenario.yaml"
    file.write_text(text, encoding="utf-8")
    return lower(load(file, {k.replace("__", "."): v for k, v in changes.items()} or None))


def work(operation: Operation, name: str = "call") -> Work:
    step = operation.network.step(name)
    assert isinstance(step, Work)
    return step


def test_rates_keep_the_daily_totals(tmp_path: Path) -> None:
    """100 contacts on Monday, 40 on Saturday, none on Sunday: the integral of the rate says so."""
    stream = made(tmp_path).network.streams[0]
    assert isinstance(stream, Stream)
    days = [stream.rate.integral(d * 1440.0, (d + 1) * 1440.0) for d in range(7)]
    assert days == pytest.approx([100.0] * 5 + [40.0, 0.0])


def test_stratified_days_are_asked_for_and_come_in_blocks_of_ten(tmp_path: Path) -> None:
    """Only the strata of the factors change; without the wish they are what they were."""
    text = BASE.replace("agent_groups:", "busyness: {day_sd: 15 %}\nagent_groups:")
    plain = made(tmp_path, text)
    asked = lower(plain.scenario, stratified=True)
    assert {f.strata for f in plain.network.busyness.values()} == {1}
    assert {f.strata for f in asked.network.busyness.values()} == {STRATA} == {10}
    strata = {name: replace(f, strata=10) for name, f in plain.network.busyness.items()}
    assert replace(plain.network, busyness=strata) == asked.network


def test_a_policy_keeps_the_reference_of_its_base(tmp_path: Path) -> None:
    """Demand raised by a policy stands in the rate; the reference, to which luck is tied, stays."""
    made(tmp_path)
    policy = tmp_path / "policy.yaml"
    policy.write_text("extends: scenario.yaml\nchange:\n  contact_types.call.per_day: times 1.1\n", encoding="utf-8")
    stream = lower(load(policy)).network.streams[0]
    assert isinstance(stream, Stream)
    assert stream.rate.integral(0, 1440) == pytest.approx(110.0)
    assert stream.reference.integral(0, 1440) == pytest.approx(100.0)


def test_ten_percent_more_demand_keeps_every_customer(tmp_path: Path) -> None:
    """All jobs of the base are there under the policy, with key and time."""
    base = simulate(made(tmp_path).network, 3, 1).jobs
    policy = tmp_path / "policy.yaml"
    policy.write_text("extends: scenario.yaml\nchange:\n  contact_types.call.per_day: times 1.1\n", encoding="utf-8")
    more = simulate(lower(load(policy)).network, 3, 1).jobs
    assert len(more) > len(base)
    there = dict(zip(more["key"].tolist(), more["birth"].tolist(), strict=True))
    assert all(there[k] == t for k, t in zip(base["key"].tolist(), base["birth"].tolist(), strict=True))


@pytest.mark.parametrize(
    ("written", "law"),
    [
        ("{constant: 5 min}", Constant(5.0)),
        ("{law: exponential, mean: 5 min}", Exponential(5.0)),
        ("5 min", Lognormal(5.0, 4.0)),
        ("{law: lognormal, mean: 5 min, sd: 2 min}", Lognormal(5.0, 2.0)),
    ],
)
def test_laws_of_the_machine(tmp_path: Path, written: str, law: object) -> None:
    """Words for common laws become the machine's own laws."""
    assert work(made(tmp_path, contact_types__call__handle_time=written)).size == law


def test_other_laws_become_tables_with_the_mean_that_was_written(tmp_path: Path) -> None:
    """Gamma has no elementary inverse: a table, with the mean asked for."""
    size = work(made(tmp_path, contact_types__call__handle_time="{law: gamma, mean: 5 min, sd: 3 min}")).size
    assert isinstance(size, Table)
    assert size.mean == pytest.approx(5.0)
    size = work(made(tmp_path, contact_types__call__handle_time="{law: weibull, mean: 5 min, sd: 3 min}")).size
    assert isinstance(size, Weibull)
    assert size.mean == pytest.approx(5.0)
    size = work(made(tmp_path, contact_types__call__handle_time="{law: uniform, mean: 5 min, sd: 1 min}")).size
    assert isinstance(size, Uniform)
    assert size.mean == pytest.approx(5.0)


def test_tables_beside_the_scenario(tmp_path: Path) -> None:
    """Quantiles and hazards are read from files in minutes."""
    (tmp_path / "q.csv").write_text("share,seconds\n0,0\n0.5,60\n1,600\n", encoding="utf-8")
    (tmp_path / "h.csv").write_text("from,to,hazard\n0,1,0.5\n1,,0.1\n", encoding="utf-8")
    text = BASE.replace("6 min", "{quantiles: q.csv}").replace("patience: 3 min", "patience: {hazard: h.csv}")
    step = work(made(tmp_path, text))
    assert isinstance(step.size, Quantiles)
    assert step.size.values == (0.0, 1.0, 10.0)
    assert step.patience == Hazard((0.0, 1.0), (0.5, 0.1))


def test_never_is_no_patience_and_no_after_work_is_absent(tmp_path: Path) -> None:
    """An attribute that a scenario does not use is absent in the machine."""
    step = work(made(tmp_path, contact_types__call__patience="never"))
    assert step.patience is None
    assert step.after_work is None
    assert step.head_start is None
    assert step.priority is None
    assert step.opening is None


def test_priorities_keep_their_order(tmp_path: Path) -> None:
    """high > normal > low, counted from the lowest that is used."""
    text = BASE.replace(
        "channels:", "  vip: {channel: phone, per_day: 5, handle_time: 6 min, priority: high}\n"
        "  idle: {channel: phone, per_day: 5, handle_time: 6 min, priority: low}\nchannels:"
    )  # fmt: skip
    operation = made(tmp_path, text)
    values = [p.mean if (p := work(operation, t).priority) is not None else 0.0 for t in ("idle", "call", "vip")]
    assert values == [0.0, 1.0, 2.0]


def test_a_headcount_is_counted_and_shrinkage_taken_off(tmp_path: Path) -> None:
    """3 people with 10 % absence are 2.7, rounded at random once per stretch and replication."""
    pool = made(tmp_path, agent_groups__desk__shrinkage="10 %").network.pools[0]
    assert isinstance(pool, CountedPool)
    assert pool.servers.at(100.0) == pytest.approx(2.7)


SHIFTS = BASE.replace(
    'headcount: {mon-sun: {"00:00-24:00": 3}}',
    "shrinkage: 20 %, shifts: {day: {hours: 09:00-17:00, break: 30 min, mon-fri: 3}, "
    "late: {hours: 17:00-01:00, break: 12:00-12:30, mon: 1}}",
).replace("break: 12:00-12:30", "break: 20:00-20:30")


def test_shifts_are_named_with_presence_and_breaks(tmp_path: Path) -> None:
    """Agents by shift and ordinal, there with 1 - shrinkage; staggered breaks are whole, timed ones fixed."""
    pool = made(tmp_path, SHIFTS).network.pools[0]
    assert isinstance(pool, NamedPool)
    assert [s.name for s in pool.servers] == ["day/1", "day/2", "day/3", "late/1"]
    first, late = pool.servers[0], pool.servers[3]
    monday = first.duties[0]
    assert (monday.begin, monday.end, monday.presence) == (540.0, 1020.0, 0.8)
    assert {b.kind for b in first.breaks} == {"whole"}
    assert (late.duties[0].begin, late.duties[0].end) == (1020.0, 1500.0)
    assert (late.breaks[0].begin, late.breaks[0].length, late.breaks[0].kind) == (1200.0, 30.0, "fixed")
    assert len({s.breaks[0].begin for s in pool.servers[:3]}) == 3


def test_presence_is_drawn_per_agent_and_date(tmp_path: Path) -> None:
    """About 80 % of the agent-shifts are there, not always the same."""
    network = made(tmp_path, SHIFTS).network
    there = [
        len({(d["server"], d["begin"]) for d in simulate(network, 1, r).duty if d["kind"] == 0 and d["begin"] < 10080})
        for r in range(12)
    ]
    assert np.mean(there) / 16 == pytest.approx(0.8, abs=0.08)
    assert len(set(there)) > 1


def test_a_daylight_saving_day_is_shorter(tmp_path: Path) -> None:
    """On 29 March 2026 Berlin has 23 hours: Monday the 30th starts an hour earlier in absolute minutes."""
    operation = made(tmp_path, SHIFTS.replace("2026-03-02", "2026-03-28"))
    pool = operation.network.pools[0]
    assert isinstance(pool, NamedPool)
    assert pool.servers[0].duties[0].begin == 1440.0 + 1380.0 + 540.0


def test_skills_become_edges(tmp_path: Path) -> None:
    """Rank, waiting time before help comes, speed and reserve stand on the edge."""
    text = BASE.replace(
        'desk: {serves: {phone: first}, headcount: {mon-sun: {"00:00-24:00": 3}}}',
        "desk: {serves: {phone: {rank: 2, after: 4 min, speed: 0.5}}, speed: 0.8, "
        'headcount: {mon-sun: {"00:00-24:00": 3}}}',
    )
    edge = work(made(tmp_path, text)).edges[0]
    assert (edge.pool, edge.rank, edge.after) == ("desk", 2, 4.0)
    assert edge.speed == pytest.approx(0.4)


def test_reserve_holds_back_from_the_other_work() -> None:
    """`reserve: {phone: 1}` in a group stands as a reserve on its mail."""
    operation = lower(load(Path(__file__).parents[2] / "scenarios/policies/small_shop/keep_phones_free.yaml"))
    assert [e.reserve for e in work(operation, "call").edges] == [0]
    assert [e.reserve for e in work(operation, "mail").edges] != [0]


def test_doors(tmp_path: Path) -> None:
    """Opening hours become a calendar; lost means refused."""
    operation = made(
        tmp_path,
        channels__phone__open="mon-fri 09:00-18:00",
        channels__phone__when_closed="lost",
        channels__phone__at_close="leave",
    )
    step = work(operation)
    assert step.opening is not None
    door = operation.network.calendars[step.opening]
    assert door.is_open(540.0)
    assert not door.is_open(1080.0)
    assert (step.when_closed, step.at_close) == ("refuse", "leave")


LOG = BASE.replace(
    "call: {channel: phone, per_day: {mon-fri: 100, sat: 40}, hour: flat, handle_time: 6 min, patience: 3 min}",
    "call: {channel: phone, log: {file: log.csv, arrived: at, columns: {kind: kind, vip: vip}}, "
    "handle_time: {by: kind, values: {a: 3 min, b: {constant: 9 min}}}, patience: 3 min, "
    "head_start: {by: vip, values: {1: 90 s}}}",
)
ROWS = "at,kind,vip\n2026-03-01 23:00:00,a,0\n2026-03-02 08:00:00,a,1\n2026-03-02 08:30:30,b,0\n"


def test_a_log_is_replayed_with_its_columns(tmp_path: Path) -> None:
    """Recorded times in minutes, attributes by row, laws by attribute; rows keep their number."""
    (tmp_path / "log.csv").write_text(ROWS, encoding="utf-8")
    operation = made(tmp_path, LOG)
    stream = operation.network.streams[0]
    assert isinstance(stream, RecordedStream)
    assert stream.times.tolist() == [480.0, 510.5]
    assert stream.first_row == 1
    assert stream.columns["vip"].tolist() == [1.0, 0.0]
    step = work(operation)
    assert isinstance(step.size, ByAttribute)
    assert [law for _, law in step.size.cases][1] == Constant(9.0)
    assert isinstance(step.head_start, ByAttribute)
    assert step.head_start.cases[0][1] == Constant(1.5)


def test_a_longer_warm_up_brings_the_same_recorded_customers(tmp_path: Path) -> None:
    """Keys of log rows do not depend on where the period starts."""
    (tmp_path / "log.csv").write_text(ROWS, encoding="utf-8")
    alone = simulate(made(tmp_path, LOG).network).jobs["key"].tolist()
    warm = simulate(made(tmp_path, LOG, period__warm_up="1 d").network).jobs["key"].tolist()
    assert warm[-2:] == alone


def test_a_mixture_keeps_its_shares(tmp_path: Path) -> None:
    """Parts of a mixture become a mixture of the machine."""
    parts = "short: {share: 20 %, of: {constant: 5 s}}, long: {share: 80 %, of: {law: exponential, mean: 4 min}}"
    size = work(made(tmp_path, contact_types__call__handle_time=f"{{mixture: {{{parts}}}}}")).size
    assert isinstance(size, Mixture)
    assert size.mean == pytest.approx(0.2 * 5 / 60 + 0.8 * 4)


def test_a_law_that_only_scipy_can_judge_is_refused_in_words(tmp_path: Path) -> None:
    """Shape parameters that scipy calls impossible: a problem with its place, not a traceback."""
    written = "{law: trapezoid, shape: {c: 0.9, d: 0.1}, mean: 5 min}"
    with pytest.raises(LoweringProblems, match=r"contact_types\.call: .*trapezoid"):
        made(tmp_path, contact_types__call__handle_time=written)


def test_patience_of_a_contact_type_stays_on_its_own_channels(tmp_path: Path) -> None:
    """Who finds the chat closed and writes a mail instead waits as for mail, not for four minutes."""
    text = """
contact_types:
  ask: {channel: chat, per_day: 200, hour: flat, handle_time: 5 min, patience: 4 min}
channels:
  chat: {service_level: 80 % within 60 s, open: daily 10:00-12:00, when_closed: email}
  email: {first_response: 90 % within 24 h elapsed}
agent_groups:
  team: {serves: {chat: first, email: second}, headcount: {mon-sun: {00:00-24:00: 1}}}
"""
    rows = visits(run(operation(tmp_path, text)))
    mail = rows[rows.step == "email/ask"]
    assert len(mail) > 500
    assert (mail.exit != "abandoned").all()
    assert (rows[rows.step == "ask"].exit == "abandoned").any()
