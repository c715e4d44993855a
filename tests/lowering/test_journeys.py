"""What becomes of contacts: closed doors, call-backs, conversations, escalation, repeats and chasers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.lowering.operations import jobs, operation, run, visits

DESK = """
contact_types:
  ask: {channel: phone, per_day: 2000, hour: flat, handle_time: 2 min}
channels:
  phone: {service_level: 80 % within 30 s, open: daily 08:00-20:00}
  mail: {first_response: 90 % within 24 h elapsed}
agent_groups:
  desk: {serves: {phone: first, mail: second}, headcount: {mon-sun: {00:00-24:00: 20}}}
"""


def test_who_finds_the_door_closed_goes_where_the_channel_says(tmp_path: Path) -> None:
    """Half of the day is closed: lost, waiting, on another channel, called back, or coming back when it is open."""
    found = {}
    for way in ("lost", "wait", "mail", "voicemail", "come_back"):
        rows = visits(run(operation(tmp_path, DESK, channels__phone__when_closed=way)))
        night = (rows.entered % 1440 < 480) | (rows.entered % 1440 >= 1200)
        found[way] = {
            "closed": (rows[rows.step == "ask"].exit == "closed").sum() / 14_000,
            "done": rows[(rows.exit == "done") & ~rows.step.str.contains("/")].shape[0] / 14_000,
            "mail at night": (night & (rows.step == "mail/ask")).sum() / 14_000,
            "called back": (rows.step == "call_back/ask").sum() / 14_000,
            "again": ((rows.step == "ask") & (rows["round"] == 1)).sum() / 14_000,
        }
    assert found["lost"]["closed"] == pytest.approx(0.5, abs=0.02)
    assert found["wait"] == pytest.approx(
        {"closed": 0, "done": 1, "mail at night": 0, "called back": 0, "again": 0}, abs=0.03
    )
    assert found["mail"]["mail at night"] == pytest.approx(0.5, abs=0.02)
    assert found["voicemail"]["called back"] == pytest.approx(0.5, abs=0.02)
    assert found["come_back"]["again"] == pytest.approx(0.5, abs=0.03)
    assert found["come_back"]["done"] == pytest.approx(1.0, abs=0.03)


def test_nobody_is_called_back_before_the_opening_and_nobody_comes_back_before_it(tmp_path: Path) -> None:
    """Messages of the night are answered from 8 o'clock on; those who come back do so within the first hour."""
    rows = visits(run(operation(tmp_path, DESK, channels__phone__when_closed="voicemail")))
    started = rows[rows.step == "call_back/ask"].started.dropna() % 1440
    assert started.min() >= 480 and started.max() < 1200
    rows = visits(run(operation(tmp_path, DESK, channels__phone__when_closed="come_back")))
    back = rows[(rows.step == "ask") & (rows["round"] == 1)].entered % 1440
    assert back.min() >= 480 and back.max() <= 540


SHORT = DESK.replace("daily 08:00-20:00", "always").replace("00:00-24:00: 20", "00:00-24:00: 2")


def test_a_call_back_is_offered_only_when_the_wait_is_long(tmp_path: Path) -> None:
    """Two agents, 2.8 Erlang: with an offer above 5 minutes some are called back and the line stays short."""
    offer = "{offer_above: 5 min, accept: 60 %, keeps_place: yes, reached: 80 %}"
    calm = operation(tmp_path, SHORT, contact_types__ask__per_day="500", channels__phone__call_back=offer)
    rows = visits(run(calm))
    assert (rows.step == "dial/ask").sum() < 0.02 * 3500
    busy = operation(tmp_path, SHORT, channels__phone__call_back=offer, contact_types__ask__patience="10 min")
    rows = visits(run(busy))
    dialled, talked = (rows.step == "dial/ask").sum(), (rows.step == "call_back/ask").sum()
    done = rows[(rows.step == "dial/ask") & (rows.exit == "done")]
    assert dialled > 1000
    assert talked / len(done) == pytest.approx(0.8, abs=0.03)
    pair = rows[rows.step == "call_back/ask"].merge(done, on=["job", "round"], suffixes=("", "_dial"))
    assert np.allclose(pair.started, pair.left_dial), "the one who dials talks, at once"


def test_a_conversation_has_its_replies_and_keeps_its_work(tmp_path: Path) -> None:
    """2.5 replies of a mean contact, the customer thinking between them; the handle time is spread over them."""
    talk = "{replies: 2.5, customer_thinks: {constant: 60 min}, same_agent: no}"
    plain = {"contact_types__ask__channel": "mail", "agent_groups__desk__headcount": "{mon-sun: {00:00-24:00: 200}}"}
    rows = visits(run(operation(tmp_path, DESK, channels__mail__conversation=talk, **plain)))
    first, later = rows[rows.step == "ask"], rows[rows.step == "reply/ask"]
    assert (len(first) + len(later)) / len(first) == pytest.approx(2.5, abs=0.05)
    assert (first.service.sum() + later.service.sum()) / len(first) == pytest.approx(2.0, rel=0.05)


def test_the_next_reply_goes_to_the_same_agent(tmp_path: Path) -> None:
    """`always` keeps the agent; without it the next reply goes to whoever is free."""
    talk = "{replies: 3, customer_thinks: {constant: 30 min}, same_agent: %s}"
    shifts = "{day: {hours: 00:00-24:00, mon-sun: 8}}"
    text = DESK.replace("headcount: {mon-sun: {00:00-24:00: 20}}", f"shifts: {shifts}")
    text = text.replace("channel: phone, per_day: 2000", "channel: mail, per_day: 400")
    same = {}
    for who in ("always", "no"):
        records = run(operation(tmp_path, text, channels__mail__conversation=talk % who))
        frame = visits(records)
        frame["server"] = records.visits["server"]
        served = frame[frame.step.isin(["ask", "reply/ask"]) & (frame.exit == "done")]
        agents = served.groupby("job").server.nunique()
        same[who] = (agents == 1).mean()
    assert same["always"] == 1.0
    assert same["no"] < 0.6


def test_some_are_passed_on_and_a_warm_hand_over_keeps_the_first_agent(tmp_path: Path) -> None:
    """A tenth goes to the specialists; the first agent stays taken until one of them has taken over."""
    text = DESK.replace("always", "daily 08:00-20:00").replace(
        "agent_groups:", "agent_groups:\n  experts: {serves: {mail: first}, headcount: {mon-sun: {00:00-24:00: 1}}}"
    )
    up = "{share: 10 %%, to: experts, handle_time: {constant: 4 min}, warm: %s}"
    for warm in ("no", "yes"):
        records = run(
            operation(tmp_path, text, contact_types__ask__escalation=up % warm, channels__phone__open="always")
        )
        rows = visits(records)
        first = rows[(rows.step == "ask") & (rows.exit == "done")]
        passed = rows[rows.step == "escalation/ask"]
        assert len(passed) / len(first) == pytest.approx(0.1, abs=0.01)
        rows["released"] = records.visits["released"]
        both = rows[rows.step == "ask"].merge(passed, on="job", suffixes=("", "_up"))
        waited = both[both.started_up > both.left]
        assert len(waited) > 100
        if warm == "yes":
            assert np.allclose(waited.released, waited.started_up)
        else:
            assert np.allclose(waited.released, waited.left)


def test_those_who_gave_up_come_again_at_most_so_often(tmp_path: Path) -> None:
    """All who gave up try twice more; the shares of the channels are kept."""
    again = "{share: 100 %, after: {constant: 30 min}, to: {same: 75 %, mail: 25 %}, at_most: 2}"
    op = operation(
        tmp_path, SHORT, contact_types__ask__patience="{constant: 0 min}", repeat_contacts=f"{{abandoned: {again}}}"
    )
    records = run(op)
    rows, marks = visits(records), jobs(records)
    assert marks["again"].max() == 2
    lost = rows[(rows.step == "ask") & (rows.exit == "abandoned")]
    later = rows[rows["round"] > 0]
    second = later[later["round"] == 1]
    assert (second.step == "mail/ask").mean() == pytest.approx(0.25, abs=0.03)
    early = lost[(lost["round"] == 0) & (lost.entered < 9000)]
    assert set(early.job) <= set(later.job), "everybody comes again"


def test_an_answered_chaser_withdraws_the_mail_it_chased(tmp_path: Path) -> None:
    """A mail that nobody answers for an hour is chased by phone; once the call is answered the mail is withdrawn."""
    text = DESK.replace("channel: phone", "channel: mail").replace(
        "serves: {phone: first, mail: second}", "serves: {phone: first}"
    )
    text = text.replace("per_day: 2000", "per_day: 200").replace("open: daily 08:00-20:00", "open: always")
    chase = "{chases_after: 1 h, share: 40 %, to: phone, at_most: 1, closes: 50 %}"
    records = run(operation(tmp_path, text, repeat_contacts=f"{{overdue_mail: {chase}}}"))
    rows = visits(records)
    mails, calls = rows[rows.step == "ask"], rows[rows.step == "phone/ask"]
    assert len(calls) / len(mails) == pytest.approx(0.4, abs=0.04)
    recalled = mails[mails.exit == "recalled"]
    assert len(recalled) / len(calls) == pytest.approx(0.5, abs=0.06)
    assert (recalled.left - recalled.entered).min() > 60.0


def test_of_those_who_have_chased_the_same_share_chases_again(tmp_path: Path) -> None:
    """Nobody answers the mails: half of them are chased, half of these once more, half of those a third time."""
    text = DESK.replace("channel: phone", "channel: mail").replace(
        "serves: {phone: first, mail: second}", "serves: {phone: first}"
    )
    text = text.replace("per_day: 2000", "per_day: 400").replace("open: daily 08:00-20:00", "open: always")
    chase = "{chases_after: 1 h, share: 50 %, to: phone, at_most: 3, closes: 0 %}"
    records = run(operation(tmp_path, text, repeat_contacts=f"{{overdue_mail: {chase}}}"))
    born = jobs(records)
    early = born[(born.parent < 0) & (born.birth < 9000.0)]
    chased = born[born.parent >= 0].groupby("parent").size().reindex(early.job).fillna(0)
    found = [(chased >= n).mean() for n in (1, 2, 3, 4)]
    assert found == pytest.approx([0.5, 0.25, 0.125, 0.0], abs=0.035)
    assert found[2] > 0.0


def test_those_who_were_not_served_count_their_attempts_together(tmp_path: Path) -> None:
    """Two attempts after giving up and three after a full line are three at most, not five; each stops at its own."""
    again = "{abandoned: {share: 100 %, after: 5 min, at_most: 2}, blocked: {share: 100 %, after: 5 min, at_most: 3}}"
    changes = {"contact_types__ask__patience": "{constant: 2 min}", "channels__phone__queue_limit": "6"}
    rows = visits(run(operation(tmp_path, SHORT, repeat_contacts=again, **changes)))
    early = rows[(rows["round"] == 0) & (rows.entered < 9000.0)].job
    rows = rows[(rows.step == "ask") & rows.job.isin(early)]
    assert set(rows["round"]) == {0, 1, 2, 3}
    ends = rows.groupby("job")["round"].max()
    last = rows[(rows["round"] == rows.job.map(ends)) & (rows.exit == "abandoned")]
    assert set(last["round"]) == {2, 3}, "who gives up comes again twice at most, full lines included"
    earlier = rows[rows.exit.isin(["abandoned", "blocked"]) & (rows["round"] < 2)]
    assert (ends.reindex(earlier.job) > earlier["round"].to_numpy()).all()


def test_a_limit_for_several_types_is_one_limit(tmp_path: Path) -> None:
    """Two types share a line of at most 3: never more than 3 wait, whoever they are."""
    text = SHORT.replace(
        "channels:", "  other: {channel: phone, per_day: 1000, hour: flat, handle_time: 2 min}\nchannels:", 1
    )
    rows = visits(run(operation(tmp_path, text, channels__phone__queue_limit="3")))
    assert (rows.exit == "blocked").sum() > 1000
    waits = rows[rows.started > rows.entered]
    moments = np.sort(np.concatenate([waits.entered, waits.started]))
    waiting = [((waits.entered <= t) & (waits.started > t)).sum() for t in moments[:2000]]
    assert max(waiting) == 3


def test_vips_go_first_and_impatient_classes_leave_earlier(tmp_path: Path) -> None:
    """A class with priority waits less than the others; one with half the patience gives up more."""
    classes = "{vip: {share: 20 %, priority: high}, hasty: {share: 20 %, patience: times 0.2}}"
    op = operation(tmp_path, SHORT, customers=classes, contact_types__ask__patience="6 min")
    assert op.network.attributes == ("class of customer",)
    work = op.network.step("ask")
    records = run(op)
    assert work.priority is not None and work.patience is not None and work.patience.scale is not None  # type: ignore[union-attr]
    plain = operation(tmp_path, SHORT, contact_types__ask__patience="6 min")
    gave_up = [(visits(r).exit == "abandoned").mean() for r in (records, run(plain))]
    assert gave_up[0] > gave_up[1]


def test_balking_and_silent_departures(tmp_path: Path) -> None:
    """A share leaves at once when it would have to wait; some leave unnoticed and cost the agent a while."""
    op = operation(tmp_path, SHORT, contact_types__ask__patience="6 min", channels__phone__balking="20 %")
    rows = visits(run(op))
    left = rows[rows.exit == "abandoned"]
    at_once = (left.left == left.entered).sum()
    had_to_wait = len(left) + (rows.started > rows.entered).sum()
    assert at_once / had_to_wait == pytest.approx(0.2, abs=0.02)
    silent = {"channels__phone__silent_share": "40 %", "channels__phone__finding_out": "30 s"}
    records = run(operation(tmp_path, SHORT, contact_types__ask__patience="6 min", **silent))
    from sim.machine.records import GHOST

    rows = visits(records)
    ghosts = (records.visits["flags"] & GHOST) > 0
    assert ghosts.sum() / (rows.exit == "abandoned").sum() == pytest.approx(0.4, abs=0.03)


def test_incidents_and_campaigns_change_the_rates(tmp_path: Path) -> None:
    """Five times the contacts for a day, 400 more within a night, and a wave of three days on direct contacts."""
    incidents = """{
      strike: {start: 2026-03-03 00:00, end: 2026-03-04 00:00, contacts: times 5, contact_types: [ask]},
      night: {start: 2026-03-05 20:00, end: 2026-03-06 08:00, contact_types: [ask], adds: 400, fading: 2 h}}"""
    events = "{sale: {start: 2026-03-06, days: [2, 3, 1.5], contact_types: [ask]}}"
    rows = visits(
        run(operation(tmp_path, DESK, incidents=incidents, events=events, channels__phone__when_closed="wait"))
    )
    first = rows[(rows["round"] == 0) & (rows.step == "ask")]
    by_day = np.bincount(
        (first.entered[(first.entered >= 0) & (first.entered < 10080)] // 1440).astype(int), minlength=7
    )
    expected = np.array([2000, 10_000, 2000, 2400, 4000, 6000, 3000])
    assert np.abs(by_day - expected).max() < 4 * np.sqrt(10_000)
    assert by_day[3] + by_day[4] == pytest.approx(6400, abs=4 * 80)


def test_the_agent_of_a_warm_hand_over_does_not_stay_with_a_customer_who_went_home(tmp_path: Path) -> None:
    """A customer whose problem comes again the next day keeps no agent busy until then."""
    text = DESK.replace("open: daily 08:00-20:00", "open: always").replace(
        "agent_groups:", "agent_groups:\n  experts: {serves: {mail: first}, headcount: {mon-sun: {00:00-24:00: 9}}}"
    )
    again = "{unresolved: {share: 50 %, after: {constant: 1 d}, to: {same: 100 %}, at_most: 1}}"
    up = "{share: 10 %, to: experts, handle_time: {constant: 4 min}, warm: yes}"
    records = run(operation(tmp_path, text, contact_types__ask__escalation=up, repeat_contacts=again))
    rows = visits(records)
    rows["stayed"] = records.visits["released"] - rows.left
    served = rows[(rows.step == "ask") & (rows.exit == "done")]
    assert (rows.step == "unresolved/ask").sum() == 0, "passages are not in the records"
    assert (served["round"] > 0).mean() > 0.2
    assert served.stayed.max() < 30.0


TALK = "{replies: 2, customer_thinks: {constant: 60 min}, same_agent: no}"


def test_a_warm_hand_over_of_a_conversation_keeps_the_agent_who_wrote_last(tmp_path: Path) -> None:
    """While the customer thinks nobody is kept; once it is passed on, the agent stays until it is taken over."""
    text = DESK.replace("channel: phone, per_day: 2000", "channel: mail, per_day: 1000").replace(
        "agent_groups:", "agent_groups:\n  experts: {serves: {phone: first}, headcount: {mon-sun: {00:00-24:00: 1}}}"
    )
    up = "{share: 30 %, to: experts, handle_time: {constant: 3 min}, warm: yes}"
    records = run(operation(tmp_path, text, contact_types__ask__escalation=up, channels__mail__conversation=TALK))
    rows = visits(records)
    rows["released"] = records.visits["released"]
    answered = rows[rows.step.isin(["ask", "reply/ask"]) & (rows.exit == "done")]
    passed = rows[rows.step == "escalation/ask"]
    both = answered.merge(passed, on="job", suffixes=("", "_up"))
    last = both[both.left == both.entered_up]
    waited = last[last.started_up > last.left]
    assert len(waited) > 100
    assert np.allclose(waited.released, waited.started_up)
    assert np.allclose(
        answered[~answered.index.isin(passed.index) & ~answered.job.isin(passed.job)].released,
        answered[~answered.job.isin(passed.job)].left,
    )


def test_head_counts_work_at_their_speed_on_what_is_passed_on_to_them(tmp_path: Path) -> None:
    """A head-count of half the speed takes twice the time for escalated contacts too."""
    text = DESK.replace("open: daily 08:00-20:00", "open: always").replace(
        "agent_groups:",
        "agent_groups:\n  experts: {serves: {mail: first}, speed: 0.5, headcount: {mon-sun: {00:00-24:00: 9}}}",
    )
    up = "{share: 10 %, to: experts, handle_time: {constant: 4 min}}"
    rows = visits(run(operation(tmp_path, text, contact_types__ask__escalation=up)))
    done = rows[(rows.step == "escalation/ask") & (rows.exit == "done")]
    assert np.allclose(done.service, 8.0)


def test_a_call_back_without_a_kept_place_comes_when_nobody_waits(tmp_path: Path) -> None:
    """Callers who come later go first; with a kept place the call comes in its turn."""
    offer = "{offer_above: 2 min, accept: 30 %, keeps_place: %s, reached: 100 %}"
    waits, passed = {}, {}
    for keeps in ("yes", "no"):
        rows = visits(
            run(
                operation(
                    tmp_path,
                    SHORT,
                    channels__phone__call_back=offer.replace("%s", keeps),
                    contact_types__ask__per_day="1300",
                )
            )
        )
        called = rows[(rows.step == "call_back/ask") & rows.started.notna()]
        live = rows[(rows.step == "ask") & rows.started.notna()]
        waits[keeps] = (called.started - called.entered).mean() / (live.started - live.entered).mean()
        # somebody who came later was served first
        start = live.sort_values("entered")
        served = np.array(
            [((start.entered > c.entered) & (start.started < c.started)).any() for c in called.itertuples()]
        )
        passed[keeps] = served.mean()
    assert passed["yes"] < 0.02
    assert passed["no"] > 0.3
    assert waits["no"] > waits["yes"]


def test_messages_are_answered_by_dialling_where_not_everybody_is_reached(tmp_path: Path) -> None:
    """Voicemail and call-backs together: messages of the night wait for the opening, and some do not answer."""
    offer = "{offer_above: 60 min, accept: 50 %, reached: 60 %}"
    changes = {"channels__phone__when_closed": "voicemail", "channels__phone__call_back": offer}
    rows = visits(run(operation(tmp_path, DESK, **changes)))
    dialled, talked = rows[rows.step == "dial/ask"], rows[rows.step == "call_back/ask"]
    assert len(dialled) > 5000
    assert len(talked) / len(dialled) == pytest.approx(0.6, abs=0.02)
    started = talked.started.dropna() % 1440
    assert started.min() >= 480 and started.max() <= 1201


def test_who_is_called_back_counts_in_the_expected_wait(tmp_path: Path) -> None:
    """Call-backs that keep their place stand in the line; the next caller waits behind them."""
    offer = "{offer_above: 5 min, accept: 60 %, keeps_place: %s, reached: 80 %}"
    seen = {
        keeps: operation(tmp_path, SHORT, channels__phone__call_back=offer.replace("%s", keeps)).network.gauges[0].steps
        for keeps in ("yes", "no")
    }
    assert seen == {"yes": ("ask", "dial/ask"), "no": ("ask",)}


def test_a_chaser_that_is_chased_itself_still_settles_what_it_chased(tmp_path: Path) -> None:
    """Mails are chased by mail and phone, chats by phone: whoever is answered first ends the waits of the family."""
    text = """
contact_types:
  ask: {channel: mail, per_day: 300, hour: flat, handle_time: 2 min}
channels:
  phone: {service_level: 80 % within 30 s}
  chat: {service_level: 80 % within 60 s}
  mail: {first_response: 90 % within 24 h elapsed}
repeat_contacts:
  overdue_mail: {chases_after: 1 h, share: 100 %, to: chat, at_most: 1, closes: 100 %}
  overdue_chat: {chases_after: 1 h, share: 100 %, to: phone, at_most: 1, closes: 100 %}
agent_groups:
  desk: {serves: {phone: first}, headcount: {mon-sun: {00:00-24:00: 20}}}
"""
    rows = visits(run(operation(tmp_path, text)))
    early = rows[rows.entered < 10080 - 180]
    for step in ("ask", "chat/ask"):
        assert set(early[early.step == step].exit) == {"recalled"}
    assert (rows.step == "phone/ask").sum() > 2000


def test_a_chaser_settles_once_with_the_share_that_is_written(tmp_path: Path) -> None:
    """Replies and hand-overs after the first answer are no further chances to settle."""
    text = DESK.replace("channel: phone", "channel: mail").replace(
        "serves: {phone: first, mail: second}", "serves: {phone: first}"
    )
    text = text.replace("per_day: 2000", "per_day: 400").replace("open: daily 08:00-20:00", "open: always")
    text = text.replace(
        "handle_time: 2 min", "handle_time: 2 min, escalation: {share: 100 %, to: desk, handle_time: 1 min}"
    )
    chase = "{chases_after: 1 h, share: 100 %, to: phone, at_most: 1, closes: 50 %}"
    rows = visits(
        run(operation(tmp_path, text, repeat_contacts=f"{{overdue_mail: {chase}}}", channels__phone__conversation=TALK))
    )
    mails = rows[(rows.step == "ask") & (rows.entered < 10080 - 60)]
    assert (mails.exit == "recalled").mean() == pytest.approx(0.5, abs=0.04)


def test_a_channel_may_be_called_like_something_the_network_knows(tmp_path: Path) -> None:
    """A channel named reply or think is a line of its own, beside the steps of these names."""
    text = """
contact_types:
  ask: {channel: mail, per_day: 300, hour: flat, handle_time: 2 min}
channels:
  think: {service_level: 80 % within 30 s}
  reply: {service_level: 80 % within 30 s}
  mail: {first_response: 90 % within 24 h elapsed, conversation: {replies: 2, customer_thinks: {constant: 60 min}}}
repeat_contacts:
  unresolved: {share: 50 %, after: {constant: 1 h}, to: {think: 50 %, reply: 50 %}, at_most: 1}
agent_groups:
  desk: {serves: {mail: first, think: first, reply: first}, headcount: {mon-sun: {00:00-24:00: 20}}}
"""
    op = operation(tmp_path, text)
    parts = {name: role.part for name, role in op.roles.items()}
    assert parts["think/ask"] == parts["reply/ask"] == "contact"
    assert parts["think of ask"] == "passage" and parts["reply of ask"] == "reply"
    assert {"think/ask", "reply/ask", "reply of ask", "ask"} <= set(visits(run(op)).step)


def test_who_is_sent_to_another_channel_meets_its_bot_once(tmp_path: Path) -> None:
    """Callers at a closed door who go to the chat meet the bot there; nobody meets it twice on the way."""
    text = DESK.replace(
        "  mail:", "  chat: {service_level: 80 % within 60 s, open: daily 08:00-20:00, when_closed: mail}\n  mail:"
    )
    text = text.replace("serves: {phone: first, mail: second}", "serves: {phone: first, chat: first, mail: second}")
    bot = "{channels: [chat, mail], session_time: 1 min, containment: 0 %, false_containment: 0 %}"
    rows = visits(run(operation(tmp_path, text, channels__phone__when_closed="chat", bot=bot)))
    at_night = rows[(rows.step == "ask") & (rows.exit == "closed")]
    assert len(at_night) == pytest.approx(7000, abs=400)
    assert abs((rows.step == "bot/chat/ask").sum() - len(at_night)) <= 2
    assert (rows.step == "mail/ask").sum() > 6000
    assert (rows.step == "bot/mail/ask").sum() == 0
    assert rows[rows.step == "bot/chat/ask"].job.is_unique
