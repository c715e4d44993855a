"""The bot in the machine: whom it keeps, what it leaves to the agents, who comes back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.theory.screening import passed_work_factor
from tests.lowering.operations import jobs, operation, run, visits

DESK = """
contact_types:
  ask: {channel: chat, per_day: 20000, hour: flat, handle_time: {law: lognormal, mean: 6 min, sd: 6.192 min}}
channels:
  chat: {service_level: 80 % within 60 s}
bot:
  channels: [chat]
  session_time: 2 min
  containment: 30 %
  selection: moderate
  false_containment: 0 %
agent_groups:
  team: {serves: {chat: first}, headcount: {mon-sun: {00:00-24:00: 200}}}
"""
LOG_SD = float(np.sqrt(np.log1p((6.192 / 6.0) ** 2)))


@pytest.mark.parametrize(
    ("selection", "slope", "load", "containment"),
    [("moderate", 1.0, 0.6, 0.3), ("moderate", 1.0, 0.6, 0.5), ("strong", 2.0, 0.8, 0.5), ("none", 0.0, 0.0, 0.4)],
)
def test_what_is_left_takes_longer_as_the_closed_form_says(
    tmp_path: Path, selection: str, slope: float, load: float, containment: float
) -> None:
    """Residual handle-time factor of the bot within 1 % of Phi((k + b rho s)/sqrt(1 + b^2)) / (1 - C)."""
    share = f"{containment:.0%}".replace("%", " %")
    op = operation(tmp_path, DESK, bot__selection=selection, bot__containment=share)
    rows = visits(run(op))
    sessions = rows[rows.step == "bot/ask"]
    served = rows[(rows.step == "ask") & (rows.exit == "done")]
    assert len(served) > 60_000
    assert len(served) / len(sessions) == pytest.approx(1.0 - containment, abs=0.005)
    exact = passed_work_factor(containment, slope, load, LOG_SD)
    assert served.service.mean() / 6.0 == pytest.approx(exact, rel=0.01)


def test_shares_are_kept_by_contact_type(tmp_path: Path) -> None:
    """Each type has its own containment; a type that is not named takes that of `other`."""
    text = DESK.replace(
        "channels:", "  moan: {channel: chat, per_day: 5000, hour: flat, handle_time: 6 min}\nchannels:", 1
    )
    op = operation(tmp_path, text, bot__containment="{ask: 60 %, other: 10 %}")
    rows = visits(run(op))
    for kind, share in (("ask", 0.6), ("moan", 0.1)):
        sessions, served = (rows.step == f"bot/{kind}").sum(), (rows.step == kind).sum()
        assert served / sessions == pytest.approx(1.0 - share, abs=0.01)


def test_some_give_up_and_some_come_back_by_phone(tmp_path: Path) -> None:
    """Of those not contained 10 % leave; of the contained 20 % come back, at most once, half of them by phone."""
    text = DESK.replace("  chat: {service", "  phone: {service_level: 80 % within 30 s}\n  chat: {service").replace(
        "serves: {chat: first}", "serves: {chat: first, phone: first}"
    )
    again = "{share: 20 %, after: 1 h, to: {same: 50 %, phone: 50 %}, at_most: 1}"
    op = operation(tmp_path, text, bot__gives_up="10 %", bot__false_containment=again, bot__selection="none")
    records = run(op)
    rows, marks = visits(records), jobs(records)
    first = rows[(rows.step == "bot/ask") & (rows["round"] == 0)]
    contained = marks[marks.contained >= 1]
    assert len(contained) / len(first) == pytest.approx(0.3 + 0.3 * 0.2 * 0.5 * 0.7 * 0.0, abs=0.02)
    assert marks.falsely_contained.max() == 1
    assert marks.falsely_contained.sum() / len(contained) == pytest.approx(0.2, abs=0.01)
    by_phone, by_chat = (rows.step == "phone/ask").sum(), ((rows.step == "bot/ask") & (rows["round"] == 1)).sum()
    assert by_phone / (by_phone + by_chat) == pytest.approx(0.5, abs=0.02)
    assert (marks.gave_up >= 1).sum() / len(first) == pytest.approx(0.7 * 0.1, abs=0.01)


def test_context_that_is_passed_on_saves_time_and_a_lost_one_costs_it(tmp_path: Path) -> None:
    """Handle times of what is handed off are 10 % shorter, or a minute longer."""
    plain = {"bot__selection": "none"}
    means = []
    for hand_off in ("{factor: 100 %, extra: 0 min}", "{factor: 90 %, extra: 0 min}", "{factor: 100 %, extra: 1 min}"):
        rows = visits(run(operation(tmp_path, DESK, bot__hand_off=hand_off, **plain)))
        means.append(rows[(rows.step == "ask") & (rows.exit == "done")].service.mean())
    assert means[1] / means[0] == pytest.approx(0.9, rel=1e-9)
    assert means[2] / means[0] == pytest.approx(7.0 / 6.0, rel=1e-9)


def test_a_bot_that_is_down_or_full_or_passed_by_sends_contacts_straight_to_the_agents(tmp_path: Path) -> None:
    """Outages, a capacity of none and an entry share of 60 %: the others never meet it."""
    outage = "{monday: {start: 2026-03-02 00:00, end: 2026-03-03 00:00}}"
    rows = visits(run(operation(tmp_path, DESK, bot__outages=outage)))
    assert rows[rows.step == "bot/ask"].entered.min() >= 1440.0
    assert (rows[rows.step == "ask"].entered < 1440.0).sum() > 15_000
    rows = visits(run(operation(tmp_path, DESK, bot__entry="60 %", bot__selection="none")))
    met = (rows.step == "bot/ask").sum()
    assert met / (met * 0.3 + (rows.step == "ask").sum()) == pytest.approx(0.6, abs=0.01)
    # 20,000 a day of 2 minutes are 27.8 sessions at a time: 10 places take about a third of them
    rows = visits(run(operation(tmp_path, DESK, bot__capacity="10")))
    sessions = rows[rows.step == "bot/ask"]
    assert set(sessions.exit) >= {"done", "blocked"}
    from sim.theory import erlang_b

    blocked = (sessions.exit == "blocked").mean()
    assert blocked == pytest.approx(float(erlang_b(20_000 * 2 / 1440, 10)), abs=0.01)


def test_outages_may_follow_each_other_at_once(tmp_path: Path) -> None:
    """One that begins when another ends makes one long one."""
    outage = """{
      first: {start: 2026-03-02 00:00, end: 2026-03-03 00:00},
      next: {start: 2026-03-03 00:00, end: 2026-03-03 06:00}}"""
    rows = visits(run(operation(tmp_path, DESK, bot__outages=outage)))
    assert 1440.0 + 360.0 <= rows[rows.step == "bot/ask"].entered.min() < 1440.0 + 361.0


def test_the_time_a_lost_context_costs_is_what_is_written_whomever_the_bot_keeps(tmp_path: Path) -> None:
    """One minute more for those who are passed on, on average, although they take longer than others."""
    means = []
    for extra in ("0 min", "1 min"):
        rows = visits(run(operation(tmp_path, DESK, bot__hand_off=f"{{extra: {extra}}}", bot__selection="strong")))
        means.append(rows[(rows.step == "ask") & (rows.exit == "done")].service.mean())
    assert means[1] - means[0] == pytest.approx(1.0, abs=0.02)


def test_self_service_hands_off_too_and_both_count_once(tmp_path: Path) -> None:
    """Factors of self-service and bot multiply; a second session of the same contact changes nothing more."""
    text = (
        DESK.replace(
            "agent_groups:",
            """self_service:
  channels: [chat]
  entry: 50 %
  session_time: 1 min
  containment: 0 %
  selection: none
  hand_off: {factor: 80 %, extra: 0 min}
agent_groups:""",
        )
        .replace("selection: moderate", "selection: none")
        .replace("{law: lognormal, mean: 6 min, sd: 6.192 min}", "{constant: 6 min}")
    )
    text = text.replace("containment: 30 %", "containment: 0 %")
    again = "{unresolved: {share: 50 %, after: {constant: 1 h}, to: {same: 100 %}, at_most: 2}}"
    op = operation(
        tmp_path,
        text,
        bot__hand_off="{factor: 90 %, extra: 0 min}",
        repeat_contacts=again,
        contact_types__ask__per_day="2000",
    )
    rows = visits(run(op))
    done = rows[(rows.step == "ask") & (rows.exit == "done")]
    found = sorted(set(done.service.round(6)))
    assert found == pytest.approx([6 * 0.9 * 0.8, 6 * 0.9])
    first = done[done["round"] == 0].service
    assert (first < 5.0).mean() == pytest.approx(0.5, abs=0.02)
    assert (done[done["round"] == 2].service < 5.0).mean() == pytest.approx(1 - 0.5**3, abs=0.02)


def test_self_service_and_bot_have_their_own_way_back(tmp_path: Path) -> None:
    """Who was falsely contained comes back after the time that belongs to the one who contained."""
    text = DESK.replace(
        "agent_groups:",
        """self_service:
  channels: [chat]
  session_time: 1 min
  containment: 50 %
  selection: none
  false_containment: {share: 100 %, after: {constant: 10 h}, to: {same: 100 %}, at_most: 1}
agent_groups:""",
    ).replace("session_time: 2 min", "session_time: {constant: 2 min}")
    back = "{share: 100 %, after: {constant: 2 h}, to: {same: 100 %}, at_most: 1}"
    op = operation(
        tmp_path, text, bot__false_containment=back, bot__selection="none", contact_types__ask__per_day="2000"
    )
    assert {"back_to_bot/ask", "back_to_self_service/ask"} <= set(op.roles)


def test_a_hard_contact_stays_hard_on_other_channels(tmp_path: Path) -> None:
    """Chats that the bot hands off while no agent is there go to the mail, and take longer there too."""
    text = DESK.replace(
        "chat: {service_level: 80 % within 60 s}",
        "chat: {service_level: 80 % within 60 s, open: daily 23:00-24:00, when_closed: mail}\n"
        "  mail: {first_response: 90 % within 24 h elapsed}",
    )
    text = text.replace("serves: {chat: first}", "serves: {chat: first, mail: first}")
    rows = visits(run(operation(tmp_path, text, bot__selection="strong", bot__containment="50 %")))
    mails = rows[(rows.step == "mail/ask") & (rows.exit == "done")]
    exact = passed_work_factor(0.5, 2.0, 0.8, LOG_SD)
    assert mails.service.mean() / 6.0 == pytest.approx(exact, rel=0.015)


def test_easy_contacts_may_be_the_long_ones(tmp_path: Path) -> None:
    """A negative load: what the bot keeps are the long ones, and agents get shorter ones."""
    op = operation(tmp_path, DESK, bot__selection="{slope: 1, load: -0.6}")
    rows = visits(run(op))
    served = rows[(rows.step == "ask") & (rows.exit == "done")]
    exact = passed_work_factor(0.3, 1.0, -0.6, LOG_SD)
    assert exact < 0.95
    assert served.service.mean() / 6.0 == pytest.approx(exact, rel=0.01)


def test_a_bot_that_is_put_in_front_changes_nobodys_choice_of_channel(tmp_path: Path) -> None:
    """The same contacts come by chat, with the bot, with an outage of it, and without it."""
    text = DESK.replace("channel: chat, per_day: 20000", "channels: {chat: 60 %, mail: 40 %}, per_day: 2000").replace(
        "channels:\n  chat: {", "channels:\n  mail: {first_response: 90 % within 24 h elapsed}\n  chat: {"
    )
    text = text.replace("serves: {chat: first}", "serves: {chat: first, mail: first}")
    assert "mail: {first" in text
    plain = text[: text.index("bot:")] + text[text.index("agent_groups:") :]
    outage = {"bot__outages": "{once: {start: 2026-03-02 00:00, end: 2026-03-03 00:00}}"}
    found = []
    for op in (operation(tmp_path, plain), operation(tmp_path, text), operation(tmp_path, text, **outage)):
        rows = visits(run(op))
        mails = rows[rows.step == "mail/ask"]
        found.append(mails[mails["round"] == 0].entered.tolist())
    assert found[0] == found[1] == found[2]
