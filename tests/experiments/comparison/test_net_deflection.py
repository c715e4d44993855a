"""Net deflection: what a bot takes off the agents, against the same desk without it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from experiments.comparison.comparison import Policy
from experiments.comparison.contrasts import contrast
from experiments.comparison.main_rows import main_rows
from experiments.replication.replications import Replications, replicate
from experiments.report.comparison_document import comparison_document
from sim import load, lower

DESK = """
aftersim: 1
title: One day
period: {start: 2026-03-02, length: 1 d, time_zone: UTC}
contact_types:
  ask: {channel: chat, per_day: 400, handle_time: 4 min}
  unpack: {channel: parcels, per_day: 300, handle_time: 1 min}
channels:
  chat: {service_level: 80 % within 60 s, open: daily 08:00-20:00, patience: 3 min}
  parcels: {first_response: 90 % within 1 d}
agent_groups: {desk: {serves: {chat: first, parcels: second}, shifts: {day: {hours: 08:00-20:00, mon-sun: 4}}}}
"""
BOT = "bot: {channels: [chat], session_time: 2 min, containment: {ask: 30 %, unpack: 0 %}, selection: none}\n"


def run(folder: Path, name: str, text: str, n: int = 4) -> Replications:
    """Replications of a desk."""
    (folder / name).write_text(text)
    return replicate(lower(load(folder / name)), n, workers=1)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Replications]:
    """With and without a bot."""
    folder = tmp_path_factory.mktemp("desks")
    return {"bot": run(folder, "bot.yaml", DESK + BOT), "bare": run(folder, "bare.yaml", DESK)}


def policies(*names: str) -> list[Policy]:
    """Policies of these names."""
    return [Policy(n, n, "", f"{n}.yaml") for n in names]


def test_net_deflection_is_the_fall_in_human_contacts(runs: dict[str, Replications]) -> None:
    """The ratio of the totals of the same histories, without the work that no bot can meet."""
    c = contrast(policies("bot", "bare"), [runs["bot"], runs["bare"]])
    row = c.row("net_deflection")
    assert row is not None
    human = []
    for name in ("bot", "bare"):
        stack = runs[name].stack
        human.append(stack.numerator[:, stack.rows("human_contacts", "channel", "chat", "period")[0]].sum())
    assert row.values[0].value == pytest.approx(1.0 - human[0] / human[1])
    assert 0.2 < row.values[0].low < row.values[0].value < row.values[0].high < 0.4
    assert row.values[1].value == 0.0
    d = row.differences[0]
    assert d.value == pytest.approx(-row.values[0].value) and d.verdict == "surely" and d.odds < 0.01
    assert row.best == ("bot",)


def test_it_is_shown_first_among_what_the_whole_desk_says(runs: dict[str, Replications]) -> None:
    """A policy that brings a bot is judged by what it takes off the agents; machines can read it too."""
    c = contrast(policies("bare", "bot"), [runs["bare"], runs["bot"]])
    assert "net_deflection" in [r.measure for r in main_rows(c)]
    told = comparison_document(c, ["x"], None)
    assert told["measures"]["net_deflection"]["unit"] == "share"


def test_there_is_nothing_to_say_where_all_have_a_bot_or_none(runs: dict[str, Replications]) -> None:
    """No reference without a bot, or nothing that could deflect."""
    for name in ("bot", "bare"):
        c = contrast(policies("a", "b"), [runs[name], runs[name]])
        assert c.row("net_deflection") is None
        assert "human_contacts" not in [r.measure for r in main_rows(c)]


def test_one_history_has_no_interval(tmp_path: Path) -> None:
    """A single pair of histories is an anecdote."""
    pair = [run(tmp_path, "bare.yaml", DESK, 1), run(tmp_path, "bot.yaml", DESK + BOT, 1)]
    row = contrast(policies("bare", "bot"), pair).row("net_deflection")
    assert row is not None and row.values[1].value > 0.0 and np.isnan(row.values[1].low)
    assert np.isnan(row.differences[0].low)
