"""Writing of what answers before agents do: self-service and the bot."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sim.scenario.model import SELECTIONS, Bot, Selection
from sim.scenario.text.units import as_duration, as_share, plain
from sim.scenario.writers.channel_writer import yes_or_no
from sim.scenario.writers.law_writer import law_words
from sim.scenario.writers.repeat_writer import again_words

Tree = dict[str, Any]


def first_answer_words(bot: Bot) -> Tree:
    """Write a bot or self-service, everything explicit.

    Examples
    --------
    >>> from sim.scenario.model.laws import Constant
    >>> bot = Bot(channels=("chat",), entry=1.0, session_time=Constant(value=2.0), containment={"call": 0.4},
    ...           selection=SELECTIONS["moderate"])
    >>> first_answer_words(bot)["containment"], first_answer_words(bot)["selection"]
    ('40 %', 'moderate')
    """
    shares = list(dict.fromkeys(bot.containment.values()))
    return {
        "channels": list(bot.channels),
        "entry": as_share(bot.entry),
        "session_time": law_words(bot.session_time),
        "containment": (
            as_share(shares[0]) if len(shares) == 1 else {name: as_share(p) for name, p in bot.containment.items()}
        ),
        "selection": _selection(bot.selection),
        "gives_up": as_share(bot.gives_up),
        "false_containment": again_words(bot.false_containment),
        "hand_off": {"factor": as_share(bot.hand_off.factor), "extra": as_duration(bot.hand_off.extra)},
        "outages": {
            name: {"start": _local(outage.start), "end": _local(outage.end)} for name, outage in bot.outages.items()
        }
        or "none",
        "capacity": "none" if bot.capacity is None else str(bot.capacity),
        "after_again": yes_or_no(bot.after_again),
    }


def _selection(selection: Selection) -> Any:
    named = next((name for name, numbers in SELECTIONS.items() if numbers == selection), None)
    return named or {"slope": plain(selection.slope), "load": plain(selection.load)}


def _local(when: datetime) -> str:
    return when.isoformat(" ", "auto" if when.second or when.microsecond else "minutes")
