"""What every field of the language means: unit, bounds, default, example. One line each, by dotted pattern.

A star stands for a name of the user's own (a channel, a group, a weekday). The dashboard makes its controls from this
table, the documentation its pages; a test holds it against the readers.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal["share", "duration", "number", "whole", "choice", "yes_no", "law", "text"]
"""`law` is a duration that varies between contacts: a single value is its mean (or median)."""


class Meaning(NamedTuple):
    """One field of the language.

    Parameters
    ----------
    pattern : str
        Dotted path, with stars for names.
    kind : Kind
        What is written there.
    meaning : str
        In words.
    default : str
        What holds if nothing is written; empty if it must be written.
    example : str
        What to write.
    low, high : float or None
        Bounds [%, min, or the number itself]; None: no bound. Bounds that depend on other fields are not told here.
    choices : tuple of str
        Words that can be written.
    """

    pattern: str
    kind: Kind
    meaning: str
    default: str = ""
    example: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()


def _share(pattern: str, meaning: str, default: str = "", example: str = "10 %") -> Meaning:
    return Meaning(pattern, "share", meaning, default, example, 0.0, 100.0)


def _time(pattern: str, meaning: str, default: str = "", example: str = "5 min") -> Meaning:
    return Meaning(pattern, "duration", meaning, default, example, 0.0)


def _law(pattern: str, meaning: str, default: str = "", example: str = "5 min") -> Meaning:
    return Meaning(pattern, "law", meaning, default, example, 0.0)


def _number(pattern: str, meaning: str, default: str = "", example: str = "1", low: float | None = 0.0) -> Meaning:
    return Meaning(pattern, "number", meaning, default, example, low)


def _whole(pattern: str, meaning: str, default: str = "", example: str = "3", low: float = 0.0) -> Meaning:
    return Meaning(pattern, "whole", meaning, default, example, low)


def _words(pattern: str, meaning: str, default: str, *choices: str) -> Meaning:
    return Meaning(pattern, "choice", meaning, default, choices[0], choices=choices)


def _yes_no(pattern: str, meaning: str, default: str) -> Meaning:
    return Meaning(pattern, "yes_no", meaning, default, "yes", choices=("yes", "no"))


def _text(pattern: str, meaning: str, default: str = "", example: str = "") -> Meaning:
    return Meaning(pattern, "text", meaning, default, example)


PRIORITY = "who goes first among those of one rank: low, normal, high, or a number"
PROMISE = "90 % within 4 h open"
HOUR = "how a day's contacts spread over its hours: a shipped profile, 24 numbers, or a file"

_TOP = (
    _text("aftersim", "version of the language this file is written in", "", "1"),
    _text("title", "what this desk or policy is called", "the name of the file", "Small shop, one week"),
    _text("question", "what the simulation is to answer", "none", "Where does our desk break?"),
    _text("period.start", "first day, local to the time zone", "", "2026-08-03"),
    _time("period.length", "how long is simulated and counted", "7 d", "14 d"),
    _time("period.warm_up", "how long is simulated before the start and not counted", "0 min", "28 d"),
    _text("period.time_zone", "time zone of every clock in the file", "UTC", "Asia/Shanghai"),
    _text("period.holidays", "holidays: CN, US, DE, BR, none, or a file", "none", "CN"),
    _text("period.holidays.file", "table of holidays and make-up working days", "none", "holidays.csv"),
    _text("period.business_hours", "hours on a business clock", "mon-fri 09:00-18:00", "mon-sat 09:00-18:00"),
    _text("busyness", "random factor on all contacts, day by day", "none", "{day_sd: 10 %}"),
)

_BUSYNESS = tuple(
    piece
    for at in ("busyness", "orders.busyness", "reasons.*.busyness", "contact_types.*.busyness")
    for piece in (
        _share(f"{at}.day_sd", "how much days differ beyond weekday and chance (standard deviation)", "0 %")
        ._replace(high=None),
        Meaning(f"{at}.day_correlation", "number", "how alike one day and the next are", "0", "0.5", -1.0, 1.0),
        _share(f"{at}.within_day_sd", "the same for half hours within a day", "0 %")._replace(high=None),
        Meaning(f"{at}.within_day_correlation", "number", "how alike one half hour and the next are", "0", "0.5", -1.0,
                1.0),
    )
)  # fmt: skip

_ORDERS = (
    _number("orders.per_day", "orders of an average day", "", "30000"),
    _number("orders.weekday.*", "factor of this weekday on the orders", "1", "1.08"),
    _text("orders.hour", "how a day's orders spread over its hours", "", "evening_shopper"),
    _text("orders.rate", "orders by date or week from a table, in place of per_day", "none", "{file: orders.csv}"),
    _text("orders.reference", "orders that random numbers are tied to; written by programs", "orders as written"),
    _text("orders.growth", "growth of the orders", "none", "2 % per week"),
    _text("orders.busyness", "random factor on the orders, day by day", "none", "{day_sd: 10 %}"),
    _law("orders.delivery", "time from order to delivery", "none", "{median: 3 d, p90: 5 d}"),
    _law("orders.delivery.time", "time from order to delivery", "", "3 d"),
    _time("orders.delivery.promise", "delivery is promised within this time; later is late", "none", "5 d"),
)

_EVERY_CONTACT = tuple(
    piece
    for at in ("reasons.*", "contact_types.*")
    for piece in (
        _share(f"{at}.channels.*", "share of these contacts that come in by this channel", "that of the channel"),
        _law(f"{at}.handle_time", "time an agent spends with the customer"),
        _law(f"{at}.after_contact_work", "work after the customer has left", "0 min", "1 min"),
        _law(f"{at}.patience", "how long customers wait before they give up", "that of the channel", "4 min"),
        _text(f"{at}.priority", PRIORITY, "normal", "high"),
        _time(f"{at}.head_start", "place in line as if they had come this much earlier", "0 min", "10 min"),
        _text(f"{at}.busyness", "random factor on these contacts, day by day", "none", "{day_sd: 10 %}"),
        _text(f"{at}.escalation", "what goes on to another group after it was handled", "none", "{share: 10 %, to: x}"),
        _share(f"{at}.escalation.share", "share that goes on to another group"),
        _text(f"{at}.escalation.to", "groups that take it, the best first", "", "specialists"),
        _law(f"{at}.escalation.handle_time", "their work", "", "12 min"),
        _yes_no(f"{at}.escalation.warm", "the first agent stays until the next one has taken over", "no"),
        _text(f"{at}.channels", "shares of the channels by which they come in", "the shares of the channels"),
    )
)

_CONTACTS = (
    *_EVERY_CONTACT,
    _words("reasons.*.when", "what part of an order's life brings these contacts", "", "before_order",
           "before_delivery", "after_delivery"),
    _number("reasons.*.per_100_orders", "contacts that 100 orders bring", "", "1.7"),
    _text("reasons.*.once_late", "how many times more contacts come once the delivery is late", "times 1", "times 4"),
    _law("reasons.*.lag", "time from delivery to the contact", "median 1 d, p90 4 d", "{median: 1 d, p90: 4 d}"),
    _text("contact_types.*.channel", "channel by which they come in", "", "phone"),
    _number("contact_types.*.per_day", "contacts of an average day", "", "220"),
    _text("contact_types.*.hour", HOUR, "", "evening_shopper"),
    _text("contact_types.*.rate", "contacts by half hour, week or date from a table, in place of per_day", "none",
          "{file: rates.csv}"),
    _text("contact_types.*.log", "a recorded log that is replayed", "none", "{file: calls.csv}"),
    _text("contact_types.*.reference", "rates that random numbers are tied to; written by programs", "as written"),
)  # fmt: skip

_DEMAND = (
    _share("customers.*.share", "share of the customers of this class", "", "5 %"),
    _text("customers.*.priority", "added to the priority of their contacts", "normal", "high"),
    _text("customers.*.patience", "factor on their patience", "times 1", "times 0.5"),
    _text("events.*.start", "first day of the campaign", "", "2026-11-11"),
    _text("events.*.days", "factor of each day of the wave, or their number", "1", "[1.5, 6, 3, 1.5]"),
    _text("events.*.orders", "factor on the orders on each of its days", "times 1", "times 3"),
    _text("events.*.contacts", "factor on the contacts on each of its days", "times 1", "times 2"),
    _text("events.*.hours", "factor of hours of the first day", "none", "{00:00-02:00: 4}"),
    _text("events.*.contact_types", "contact types that it concerns; none: the orders", "none", "[complaint]"),
    _text("incidents.*.start", "when it begins", "", "2026-03-09 10:00"),
    _text("incidents.*.end", "when it ends", "", "2026-03-12 18:00"),
    _text("incidents.*.contacts", "factor on the contacts, for all or by type", "times 1", "times 5"),
    _text("incidents.*.contact_types", "contact types it concerns", "", "[where_is_my_order]"),
    _number("incidents.*.adds", "contacts that it adds in all", "0", "400"),
    _time("incidents.*.fading", "time after which half of its effect is gone", "none", "6 h"),
    _text("forecast", "table of contacts by date and channel", "none", "{file: forecast.xlsx}"),
    _text("observed", "recorded numbers that are printed beside the simulated ones", "none", "observed.csv"),
    _text("provenance", "ranges and sources by path; written by programs", "none"),
)

_CHANNELS = (
    _share("channels.*.share", "share of the contacts of reasons that come in here", "0 %"),
    _text("channels.*.open", "opening hours", "always", "daily 08:00-24:00"),
    _text("channels.*.when_closed", "what those do who come while it is closed: lost, wait, voicemail, come_back, or "
          "the name of a channel", "lost, or wait for channels that can", "come_back"),
    _words("channels.*.at_close", "what those in line do at closing time", "stay", "stay", "leave"),
    _text("channels.*.queue_limit", "most contacts in line; beyond it the line is busy", "none", "30"),
    _text("channels.*.service_level", "promise on the wait for an agent", "none", "80 % within 30 s"),
    _text("channels.*.first_response", "promise on the time until the first reply is out", "none", PROMISE),
    _text("channels.*.next_response", "promise on the time until each later reply is out", "none", PROMISE),
    _text("channels.*.resolution", "promise on the time until the matter is settled", "none", "90 % within 3 d"),
    _law("channels.*.patience", "how long customers wait before they give up", "never", "4 min"),
    _share("channels.*.balking", "share who leave at once when they would have to wait", "0 %"),
    _share("channels.*.silent_share", "share of those who give up without anybody noticing", "0 %"),
    _time("channels.*.finding_out", "time an agent needs to find out that the customer has left", "0 min", "30 s"),
    _text("channels.*.call_back", "call-back in place of a long wait", "none", "{offer_above: 5 min, accept: 60 %}"),
    _time("channels.*.call_back.offer_above", "a call-back is offered when the expected wait is longer"),
    _share("channels.*.call_back.accept", "share who take it", "50 %", "60 %"),
    _yes_no("channels.*.call_back.keeps_place", "the call comes when their turn would have come", "yes"),
    _share("channels.*.call_back.reached", "share who answer the call-back", "85 %", "85 %"),
    _text("channels.*.conversation", "a contact of several replies with pauses", "none", "{replies: 2.5}"),
    _number("channels.*.conversation.replies", "replies of agents in one contact, on average", "", "2.5", 1.0),
    _law("channels.*.conversation.customer_thinks", "time until the customer writes again", "", "2 h"),
    _text("channels.*.conversation.same_agent", "how long the next reply waits for the same agent: a time, always, no",
          "no", "30 min"),
    Meaning("channels.*.effort", "share", "factor on all handle times here", "100 %", "120 %", 0.0),
    _text("channels.*.language", "language spoken here; only groups that speak it serve it", "any", "en"),
)  # fmt: skip

_FIRST_ANSWER = tuple(
    piece
    for at in ("self_service", "bot")
    for piece in (
        _text(f"{at}.channels", "channels where it answers first", "", "[chat]"),
        _share(f"{at}.entry", "share of the contacts there that meet it", "100 %", "30 %"),
        _law(f"{at}.session_time", "time of a session", "", "2 min"),
        _share(f"{at}.containment", "share of sessions that end without an agent", "", "40 %"),
        _share(f"{at}.containment.*", "share of sessions about this that end without an agent", "", "55 %"),
        _text(f"{at}.selection", "how much it keeps the easy ones: none, weak, moderate, strong", "moderate", "weak"),
        _number(f"{at}.selection.slope", "how sharply it tells easy from hard", "", "1"),
        Meaning(f"{at}.selection.load", "number", "how much harder means longer", "", "0.6", -1.0, 1.0),
        _share(f"{at}.gives_up", "share of the others who leave instead of asking an agent", "0 %", "5 %"),
        _share(f"{at}.false_containment", "share of the contained whose problem is not solved", "0 %", "15 %"),
        _share(f"{at}.false_containment.share", "share of the contained whose problem is not solved", "", "15 %"),
        _law(f"{at}.false_containment.after", "when they come back", "12 h", "12 h"),
        _share(f"{at}.false_containment.to.*", "share who come back by this channel", "", "50 %"),
        _whole(f"{at}.false_containment.at_most", "how often one customer comes back", "3", "3", 1.0),
        _text(f"{at}.hand_off", "what passes to the agent", "no change of handle times", "{context: passed}"),
        _words(f"{at}.hand_off.context", "whether the agent knows what was said", "", "passed", "lost"),
        Meaning(f"{at}.hand_off.factor", "share", "factor on handle times after it", "100 %", "90 %", 0.0),
        _time(f"{at}.hand_off.extra", "added to handle times after it", "0 min", "1 min"),
        _text(f"{at}.outages", "when it is down", "none", "{night: {start: 2026-08-05 01:00, end: 2026-08-05 03:00}}"),
        _text(f"{at}.outages.*.start", "when it goes down", "", "2026-08-05 01:00"),
        _text(f"{at}.outages.*.end", "when it is up again", "", "2026-08-05 03:00"),
        _text(f"{at}.capacity", "sessions at a time; those beyond it go straight to the agents", "none", "200"),
        _yes_no(f"{at}.after_again", "those who come again meet it, too", "yes"),
    )
)

_GROUPS = (
    _text("agent_groups.*.serves", "what the group takes, first to last", "", "{chat: first, social: second}"),
    _text("agent_groups.*.serves.*", "rank: what the group takes first, second ...", "", "first"),
    _text("agent_groups.*.serves.*.rank", "rank: 1 is taken first", "1", "2"),
    _time("agent_groups.*.serves.*.after", "taken only once it has waited this long", "0 min", "4 h"),
    _number("agent_groups.*.serves.*.speed", "how fast they are with it: 1 is as the handle time says", "1", "0.9"),
    _whole("agent_groups.*.serves.*.reserve", "taken only while more than so many agents are idle", "0", "2"),
    _text("agent_groups.*.serves.*.most", "taken only with so many contacts open at most", "none", "2"),
    _text("agent_groups.*.serves.*.when", "taken only while this signal is on", "always", "{waiting: chat, above: 20}"),
    _whole("agent_groups.*.reserve.*", "so many idle agents are kept free for this", "0", "2"),
    _share("agent_groups.*.shrinkage", "share of paid time that is not worked: absence, meetings", "", "12 %"),
    _text("agent_groups.*.shifts.*.hours", "hours of the shift", "", "08:00-16:30"),
    _text("agent_groups.*.shifts.*.break", "break, taken about the middle of the shift", "none", "30 min"),
    _whole("agent_groups.*.shifts.*.holiday", "agents on holidays", "as on a Sunday", "2"),
    _whole("agent_groups.*.shifts.*.*", "agents on these weekdays", "0", "6"),
    _text("agent_groups.*.headcount", "numbers of agents by hour, without names", "none", "{daily: {09:00-17:00: 5}}"),
    _text("agent_groups.*.roster", "table of named agents", "none", "roster.xlsx"),
    _words("agent_groups.*.end_of_shift", "what becomes of a contact when the shift of its agent ends", "finish",
           "finish", "hand_back", "pause"),
    _words("agent_groups.*.choice", "which idle agent takes the next contact", "longest_idle", "longest_idle",
           "least_loaded", "most_loaded"),
    _number("agent_groups.*.speed", "how fast the group works: 1 is as the handle times say", "1", "0.95"),
    _whole("agent_groups.*.concurrency", "contacts that an agent has open at a time", "1", "3", 1.0),
    _whole("agent_groups.*.concurrency.limit", "contacts that an agent has open at a time", "1", "3", 1.0),
    _text("agent_groups.*.concurrency.speed", "speed of each contact with 1, 2, ... open", "assumed", "[1, 0.8, 0.67]"),
    _time("agent_groups.*.concurrency.touch", "time an agent needs for one reply"),
    _time("agent_groups.*.concurrency.think", "time a customer needs for one reply"),
    _text("agent_groups.*.picks", "what a free agent takes in one rank: oldest, earliest_due, or a score", "oldest",
          "earliest_due"),
    _number("agent_groups.*.picks.waited", "points per minute waited", "1", "1"),
    _number("agent_groups.*.picks.overdue", "points per minute past due", "0", "3"),
    _number("agent_groups.*.picks.priority", "points per level of priority", "0", "30"),
    _share("agent_groups.*.tenure.new", "share of the agents who are new", "", "20 %"),
    Meaning("agent_groups.*.tenure.speed", "share", "their speed", "", "67 %", 0.0),
    _text("agent_groups.*.learning.after", "speed after so many contacts", "", "{0: 60 %, 200: 80 %, 1000: 100 %}"),
    _share("agent_groups.*.learning.*", "speed after so many contacts", "", "80 %")._replace(high=None),
    _whole("agent_groups.*.learning.done", "contacts done before the start", "0", "0"),
    _time("agent_groups.*.training.per_week", "training of each agent a week", "", "2 h"),
    _time("agent_groups.*.training.session", "length of one session", "", "1 h"),
    _text("agent_groups.*.training.between", "hours of the day in which sessions lie", "", "13:00-17:00"),
    _number("agent_groups.*.training.speed", "speed that it brings: 1 for none", "1", "1.05"),
    _text("agent_groups.*.on_call.when", "signal that calls them", "", "{waiting: chat, above: 12, below: 3}"),
    _text("agent_groups.*.on_call.shifts.*.hours", "hours on call", "", "10:00-23:00"),
    _whole("agent_groups.*.on_call.shifts.*.*", "agents on call on these weekdays", "0", "3"),
    _text("agent_groups.*.time_zone", "time zone of its shifts", "that of the period", "Europe/Berlin"),
    _text("agent_groups.*.languages", "languages they speak", "all", "[en, de]"),
    _text("routing.priority_worth", "waiting that one level of priority is worth; none: priority goes first", "none",
          "30 min"),
    _text("routing.interrupts", "what is laid down for what", "none", "{phone: [email, social]}"),
)  # fmt: skip

_SIGNAL = tuple(
    piece
    for at in ("agent_groups.*.on_call.when", "agent_groups.*.serves.*.when")
    for piece in (
        _text(f"{at}.waiting", "channel whose line is counted", "", "chat"),
        _text(f"{at}.longest_wait", "channel whose longest wait is looked at", "", "chat"),
        _text(f"{at}.expected_wait", "channel whose expected wait is looked at", "", "chat"),
        _text(f"{at}.service_level", "channel whose service level is looked at", "", "chat"),
        _text(f"{at}.above", "turns on at this level", "", "12"),
        _text(f"{at}.below", "turns off at this level", "", "3"),
        _time(f"{at}.every", "how often it is looked at", "1 min", "1 min"),
        _time(f"{at}.delay", "from the decision until it is on", "0 min", "10 min"),
        _time(f"{at}.least", "shortest time it stays on", "0 min", "30 min"),
    )
)

_COMING_AGAIN = tuple(
    piece
    for at, who in (
        ("abandoned", "who gave up waiting"),
        ("blocked", "who found the line full"),
        ("closed", "who found the door closed"),
        ("unresolved", "who were answered without a solution"),
    )
    for piece in (
        _share(f"repeat_contacts.{at}", f"share of those {who} and come again", "0 %", "45 %"),
        _share(f"repeat_contacts.{at}.share", f"share of those {who} and come again", "", "45 %"),
        _share(f"repeat_contacts.{at}.share.*", f"share of those {who} and come again about this", "", "45 %"),
        _law(f"repeat_contacts.{at}.after", "when they come again", "", "20 min"),
        _text(f"repeat_contacts.{at}.to", "channels by which they come again", "same", "{same: 80 %, phone: 20 %}"),
        _share(f"repeat_contacts.{at}.to.*", "share of them who come by this channel", "", "80 %"),
        _whole(f"repeat_contacts.{at}.at_most", "how often one customer comes again", "3", "3", 1.0),
    )
)

_REPEATS = (
    *_COMING_AGAIN,
    _time("repeat_contacts.*.chases_after", "customers ask again when they have waited this long", "", "24 h"),
    _share("repeat_contacts.*.share", "share of them who ask again", "", "25 %"),
    _text("repeat_contacts.*.to", "channel by which they ask again", "", "phone"),
    _share("repeat_contacts.*.to.*", "share of them who ask by this channel", "", "80 %"),
    _whole("repeat_contacts.*.at_most", "how often one waiting contact is chased", "1", "1", 1.0),
    _share("repeat_contacts.*.closes", "share of answered chasers that settle the matter", "100 %", "80 %"),
)

MEANINGS: tuple[Meaning, ...] = (
    *_TOP, *_BUSYNESS, *_ORDERS, *_CONTACTS, *_DEMAND, *_CHANNELS, *_FIRST_ANSWER, *_GROUPS, *_SIGNAL, *_REPEATS,
)  # fmt: skip
"""Every field, in the order in which people write them."""

PARTS: tuple[Meaning, ...] = (
    _time("median", "half of them take less"),
    _time("p90", "nine of ten take less"),
    _time("mean", "on average"),
    _time("sd", "standard deviation"),
    _time("constant", "always exactly this"),
    _time("scale", "scale of the law"),
    Meaning("loc", "duration", "shift of the law", "0 min", "1 min"),
    _number("shape", "shape of the law", "", "1.5"),
    _text("law", "family of the law", "lognormal", "exponential"),
    _text("quantiles", "table of quantiles", "", "{file: quantiles.csv}"),
)
"""Parts of a law, such as `handle_time: {median: 4 min, p90: 9 min}`."""
