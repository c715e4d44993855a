"""The expected flow, by hand: what each contact meets, how often it comes again, which work it brings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.expectation import Flow, expected_flow, group_loads, mean_handle_time
from sim.lowering import Operation, lower
from sim.scenario import load
from sim.theory.screening import passed_work_factor

DESK = """
aftersim: 1
title: Desk
period: {start: 2026-03-02, length: 7 d, warm_up: 7 d}
contact_types:
  ask: {channel: chat, per_day: 240, hour: flat, handle_time: 6 min}
channels:
  chat: {service_level: 80 % within 60 s}
  mail: {first_response: 90 % within 24 h elapsed}
agent_groups:
  desk: {serves: {chat: first, mail: second}, headcount: {mon-sun: {00:00-24:00: 9}}}
"""
BOT = "{channels: [chat], session_time: 2 min, containment: 40 %, selection: none, false_containment: 0 %}"


def made(folder: Path, **changes: object) -> Operation:
    file = folder / "scenario.yaml"
    file.write_text(DESK, encoding="utf-8")
    return lower(load(file, {k.replace("__", "."): v for k, v in changes.items()} or None))


def flow(folder: Path, **changes: object) -> Flow:
    return expected_flow(made(folder, **changes))


def daily(found: Flow, values: dict[str, np.ndarray], kind: str = "ask") -> float:
    return found.per_day(values[kind])


def test_contacts_become_work(tmp_path: Path) -> None:
    """240 contacts of 6 minutes are 24 hours of work a day, an hour of it each hour."""
    found = flow(tmp_path)
    assert daily(found, found.first) == daily(found, found.attempts) == pytest.approx(240.0)
    assert found.work["ask"] == pytest.approx(np.ones((7, 24)))


def test_the_bot_keeps_its_share_and_some_give_up(tmp_path: Path) -> None:
    """Of 240, 80 % meet the bot; it keeps 40 % of 192, and 10 % of the other 115.2 leave."""
    found = flow(tmp_path, bot=BOT, bot__entry="80 %", bot__gives_up="10 %")
    assert daily(found, found.sessions) == pytest.approx(192.0)
    assert daily(found, found.contained) == pytest.approx(76.8)
    assert daily(found, found.offered) == pytest.approx(48.0 + 115.2 * 0.9)


def test_who_was_falsely_contained_comes_again_so_often_and_no_more(tmp_path: Path) -> None:
    """A quarter of the 40 % comes back, twice at most: 1 + 0.1 + 0.01 sessions each."""
    back = "{share: 25 %, after: 1 h, to: {same: 100 %}, at_most: 2}"
    found = flow(tmp_path, bot=BOT, bot__false_containment=back)
    assert daily(found, found.sessions) == pytest.approx(240.0 * 1.11)
    assert daily(found, found.offered) == pytest.approx(240.0 * 1.11 * 0.6)


def test_problems_that_are_not_solved_come_again_on_the_channels_written(tmp_path: Path) -> None:
    """Half come again, once: 120 a day, a quarter of them by mail."""
    again = "{unresolved: {share: 50 %, after: 1 d, to: {same: 75 %, mail: 25 %}, at_most: 1}}"
    found = flow(tmp_path, repeat_contacts=again)
    assert daily(found, found.offered) == pytest.approx(330.0)
    assert daily(found, found.offered, "mail/ask") == pytest.approx(30.0)


def test_repeated_contacts_pass_by_a_bot_that_meets_first_attempts_only(tmp_path: Path) -> None:
    """144 of 240 reach agents; half of them come again, straight to the agents."""
    again = "{unresolved: {share: 50 %, after: 1 d, at_most: 1}}"
    found = flow(tmp_path, bot=BOT, bot__after_again="no", repeat_contacts=again)
    assert daily(found, found.sessions) == pytest.approx(240.0)
    assert daily(found, found.offered) == pytest.approx(144.0 + 72.0)


def test_who_comes_again_is_as_hard_to_help_as_before(tmp_path: Path) -> None:
    """What the bot did not contain it contains less often the second time; what it contained, more often."""
    again = "{unresolved: {share: 100 %, after: 1 d, at_most: 1}}"
    found = flow(tmp_path, bot=BOT, bot__selection="strong", repeat_contacts=again)
    offered = daily(found, found.offered)
    # P(not contained twice), for two probits of one standard normal z: an orthant of correlation b^2 / (1 + b^2) = 0.8
    from scipy.stats import multivariate_normal, norm

    point = norm.ppf(0.6)
    twice = multivariate_normal(cov=[[1.0, 0.8], [0.8, 1.0]]).cdf([point, point])
    assert offered == pytest.approx(240.0 * (0.6 + twice), rel=1e-4)
    assert offered > 1.1 * 240.0 * (0.6 + 0.36)


def test_the_work_behind_the_bot_is_that_of_the_closed_form(tmp_path: Path) -> None:
    """Mean handle time of what is passed on, with a minute more for the lost context and after-contact work."""
    changes = {"contact_types__ask__handle_time": "{law: lognormal, mean: 6 min, sd: 5 min}"}
    op = made(tmp_path, bot=BOT, bot__selection="strong", contact_types__ask__after_contact_work="1 min", **changes)
    s = float(np.sqrt(np.log1p((5.0 / 6.0) ** 2)))
    exact = 6.0 * passed_work_factor(0.4, 2.0, 0.8, s) + 1.0
    assert mean_handle_time(op, "ask") == pytest.approx(exact, rel=1e-4)
    lost = made(tmp_path, bot=BOT, bot__selection="strong", bot__hand_off="{extra: 1 min}", **changes)
    assert mean_handle_time(lost, "ask") == pytest.approx(exact, rel=1e-4)


@pytest.mark.parametrize(
    ("way", "chat", "mail"),
    [("lost", 120.0, 0.0), ("wait", 240.0, 0.0), ("mail", 120.0, 120.0), ("voicemail", 240.0, 0.0)],
)
def test_closed_doors(tmp_path: Path, way: str, chat: float, mail: float) -> None:
    """Half of the day is closed."""
    found = flow(tmp_path, channels__chat__open="daily 08:00-20:00", channels__chat__when_closed=way)
    assert daily(found, found.offered) == pytest.approx(chat)
    if mail:
        assert daily(found, found.offered, "mail/ask") == pytest.approx(mail)


def test_who_waits_for_the_opening_counts_in_its_hour(tmp_path: Path) -> None:
    """Open 08:30 to 20:30: twelve hours of the night and the half hour before the opening fall into the hour from 8."""
    found = flow(tmp_path, channels__chat__open="daily 08:30-20:30", channels__chat__when_closed="wait")
    day = found.offered["ask"]
    assert day[:, 8] == pytest.approx(np.full(7, 10.0 * 12.5))  # 20:30 to 08:30, and the open half hour
    assert day[:, 20] == pytest.approx(np.full(7, 5.0))
    assert day[:, 21].sum() == 0.0


def test_outages_of_the_bot(tmp_path: Path) -> None:
    """A day without the bot is a day without sessions."""
    outage = "{tuesday: {start: 2026-03-03 00:00, end: 2026-03-04 12:00}}"
    found = flow(tmp_path, bot=BOT, bot__outages=outage)
    assert found.sessions["ask"].sum(axis=1) == pytest.approx([240, 0, 120, 240, 240, 240, 240])


def test_what_a_closed_channel_sends_on_meets_the_bot_of_the_other(tmp_path: Path) -> None:
    """At night chats go to the mail: the bot meets them there, unless it has met them in the chat."""
    bot = BOT.replace("[chat]", "[mail]")
    changes = {"channels__chat__open": "daily 08:00-20:00", "channels__chat__when_closed": "mail"}
    found = flow(tmp_path, bot=bot, **changes)
    assert daily(found, found.sessions, "mail/ask") == pytest.approx(120.0)
    assert daily(found, found.offered, "mail/ask") == pytest.approx(72.0)
    assert daily(found, found.attempts, "mail/ask") == 0.0
    both = flow(tmp_path, bot=BOT.replace("[chat]", "[chat, mail]"), **changes)
    assert daily(both, both.sessions) == pytest.approx(240.0)
    assert daily(both, both.sessions, "mail/ask") == 0.0


def test_staff_that_works_at_half_speed_can_do_half(tmp_path: Path) -> None:
    """Nine at half speed are loaded as much as four and a half; a slow skill brings more hours of work."""
    (plain,) = group_loads(made(tmp_path))
    (slow,) = group_loads(made(tmp_path, agent_groups__desk__speed="50 %"))
    (clumsy,) = group_loads(made(tmp_path, agent_groups__desk__serves="{chat: {rank: 1, speed: 0.5}, mail: second}"))
    assert plain.occupancy == pytest.approx(1.0 / 9.0)
    assert slow.occupancy == clumsy.occupancy == pytest.approx(2.0 / 9.0)


def test_averages_are_by_the_weekday_that_a_day_counts_as(tmp_path: Path) -> None:
    """Sunday 4 January 2026 is worked in China for the holiday of 2 January: its work and staff are a Friday's."""
    changes = {
        "period__start": "2026-01-02",
        "period__length": "3 d",
        "period__holidays": "CN",
        "contact_types__ask__per_day": "{mon-fri: 240, sat-sun: 120}",
        "agent_groups__desk__headcount": "{mon-fri: {00:00-24:00: 9}, sat-sun: {00:00-24:00: 4}}",
    }
    op = made(tmp_path, **changes)
    (found,) = group_loads(op)
    days = [(d.weekday, d.acts_as) for d in op.scenario.period.days(0.0, 3 * 1440.0)]
    assert days == [(4, 6), (5, 5), (6, 4)], "a holiday, a Saturday, a make-up day"
    assert found.load[4] == pytest.approx(np.ones(24)) and found.staff[4] == pytest.approx(np.full(24, 9.0))
    assert found.load[6] == pytest.approx(np.full(24, 0.5)) and found.staff[6] == pytest.approx(np.full(24, 4.0))
