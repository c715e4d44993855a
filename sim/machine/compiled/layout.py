"""Tables and state of the compiled engine: one structured array per noun.

Every kernel takes the record `RUN`, with the scalars of the run and the addresses of its tables, and `full`, by which
branches that a kind of network does not need disappear (see `kinds`). Index 0 of jobs, servers, clocks, families,
personal lines and switches is nobody. What only the service desk reads of jobs and servers stands in tables of its own.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.machine.records import DUTY, VISIT
from sim.machine.records import JOB as JOB_ROW
from sim.machine.staff import CHANGE

# numbers that kernels compare, as typed numbers: a plain 2 would be a type of its own and compile everything again
# kinds of events (rule 3.1)
CLOSING, OPENING, COMPLETION, OVERFLOW, PATIENCE, WATCH, ENTRY, BIRTH = np.arange(8)
# where a job is; AFTER_WORK is a slot still taken by a job that has left
FREE, BEFORE, IN_LINE, IN_SERVICE, PAUSED, IN_DELAY, AFTER_WORK = np.arange(7)
# bits of `flags`
COUNTED_VISIT, COUNTED_FAMILY, KEPT, SILENT = np.array([1, 2, 4, 8])
# bits of `far`: which timers wait in an hour's list instead of the heap
FAR_TIMER, FAR_PATIENCE = np.array([1, 2])
WORK, DELAY = np.arange(2)
# what `run.trouble` says
FINE = np.int64(0)
NO_SLOTS, NO_ROWS, NO_TIMERS, NO_CLOCKS = np.array([1, 2, 3, 4])
BAD_LAW, BAD_BATCH, CROWDED, ROUNDS, SPELLS, TOO_MANY_JOBS, TOO_MANY_JOINS = np.arange(11, 18)
# what a kernel returns besides trouble
DONE, GROW, OVERGROWN = np.array([0, 100, 101])
# orders of a line, choices
BY_ENTRY, BY_KEPT, BY_DUE, BY_SCORE = np.arange(4)
OLDEST, EARLIEST_DUE, HIGHEST_SCORE = np.arange(3)
LONGEST_IDLE, LEAST_LOADED, MOST_LOADED, LOWEST_NUMBER, RANDOM = np.arange(5)
POOL_RULE, FINISH, HAND_BACK, PAUSE = np.arange(4)
REMAINING, RESTART, REDRAW = np.arange(3)
FROM_ENTRY, FROM_BIRTH, FROM_MARK = np.arange(3)
# sources of Predictors and conditions
BY_Z, BY_ATTRIBUTE, BY_MARK, BY_ROUND, BY_WAITED, BY_AGE, BY_LATENESS, BY_TIME = np.arange(8)
BY_GAUGE, BY_SWITCH, BY_FAMILY_MARK = np.arange(8, 11)
IDENTITY, EXP, LOGISTIC, PHI = np.arange(4)
ENTERED, STARTED, LEFT, MARKED = np.arange(4)
STOP, RESET, START = np.arange(3)
DOOR, COUNT, DUTY_CHANGE, SPEED_CHANGE, BREAK = np.arange(5)
NO_CHANGE = np.int64(7)  # planned, but a switch keeps it from happening
# gauges
OF_WAITING, OF_INSIDE, OF_FREE, OF_ON_DUTY, OF_OLDEST, OF_LAST_WAIT, OF_PREDICTED, OF_IN_TIME = np.arange(8)
# owners
ANYBODY, NOTED, PREFERRED, ONLY = np.arange(4)
# moments at which a kept slot is let go
WHEN_ENTERED, WHEN_STARTED, WHEN_DONE = np.arange(1, 4)
# a law that is one of the three commonest, without anything that depends on the job
TABLED, PLAIN_EXPONENTIAL, PLAIN_LOGNORMAL, PLAIN_CONSTANT = np.arange(4)

EXITS = 9
MOST_SLOTS = 1 << 25
MOST_AT_ONE_INSTANT = 100_000
MOST_JOBS = 0xFFFFFFFF
SLOT_BITS, SERIAL_BITS = 25, 36
CHUNK_SIZE, MOST_IN_ORDER = np.array([7, 64])
NONE = np.int64(-1)


def _dtype(*fields: tuple[str, str]) -> np.dtype[Any]:
    return np.dtype((np.record, np.dtype(list(fields), align=True)))


CORE_TABLES = (
    "jobs", "lives", "flags", "heap", "present", "wheel", "chunks", "far", "buckets", "visits", "sorted_visits",
    "first_rows", "job_rows", "kept", "steps", "edges", "pools", "takes",
    "routes", "clauses", "conditions", "spawns", "laws", "timelines", "numbers", "streams", "generators", "birth_heap",
    "rates", "changes",
)  # fmt: skip
"""What every network needs."""
FULL_TABLES = (
    "persons", "servers", "shelves", "bits", "attributes", "marks", "marked", "clocks", "clock_buckets", "watches",
    "anchors", "anchor_of", "mark_adds", "calendars", "predictors", "terms", "stream_attributes", "frames", "heads",
    "scratch", "breaks",
)  # fmt: skip
"""What only richer networks need."""
DESK_TABLES = (
    "ties", "kin", "hosts", "queues", "gauges", "parts", "rings", "switches", "stretches", "switch_rows",
)  # fmt: skip
"""What only networks with pieces of the service desk need."""
TABLES = CORE_TABLES + FULL_TABLES + DESK_TABLES
SIZES = (
    "room_heap", "room_jobs", "room_visits", "room_job_rows", "room_clocks", "room_breaks", "n_buckets", "n_streams",
    "n_generators", "n_pools", "n_steps", "n_changes", "n_servers", "n_attributes", "n_marks", "n_anchors",
    "n_switches", "n_gauges", "room_switch_rows",
)  # fmt: skip

RUN = _dtype(
    ("now", "f8"), ("start", "f8"), ("end", "f8"), ("limit", "f8"), ("horizon", "f8"), ("slice_end", "f8"),
    ("slice_width", "f8"), ("slices_a_minute", "f8"), ("buckets_a_minute", "f8"), ("first_bucket", "i8"),
    ("first_slice", "i8"), ("slice", "i8"), ("n_slices", "i8"), ("present_size", "i8"), ("lying", "i8"),
    ("free_chunk", "u4"), ("fresh_chunk", "u4"), ("room_chunks", "i8"), ("many_chunks", "i8"),
    ("serial", "i8"), ("heap_size", "i8"), ("rows", "i8"), ("open_counted", "i8"),
    ("joins", "i8"), ("arrivals", "i8"), ("jobs_made", "i8"), ("born", "i8"), ("spawned", "i8"), ("ended", "i8"),
    ("alive", "i8"), ("most_alive", "i8"), ("free_slot", "u4"), ("fresh_slot", "u4"), ("bucket", "i8"),
    ("at_this_instant", "i8"), ("change", "i8"), ("attention", "i8"),
    ("trouble", "i8"), ("trouble_job", "i8"), ("trouble_value", "f8"),
    ("cell", "i8"), ("last_cell", "i8"), ("cell_end", "f8"), ("birth_heap_size", "i8"), ("next_birth", "f8"),
    ("many_rows", "i8"), ("many_timers", "i8"), ("many_slots", "i8"), ("many_jobs", "i8"), ("many_clocks", "i8"),
    ("many_breaks", "i8"), ("keep_rows", "i8"), ("keep_jobs", "i8"),
    ("choice_job", "u4"), ("choice_server", "u4"), ("choice_edge", "i8"), ("frames_open", "i8"), ("holding", "i8"),
    ("rooms", "i8"), ("free_clock", "u4"), ("fresh_clock", "u4"), ("breaks_taken", "i8"), ("watched", "i8"),
    ("span_open", "f8"), ("span_close", "f8"), ("span_last", "f8"), ("span_pace", "f8"), ("span_at", "i8"),
    ("span_turn", "i8"), ("z_name", "u8"), ("mark_name", "u8"), ("batch_name", "u8"), ("events", "i8"),
    ("next_tick", "f8"), ("free_kin", "u4"), ("fresh_kin", "u4"), ("free_queue", "u4"), ("fresh_queue", "u4"),
    ("related", "i8"), ("recalls", "i8"), ("switch_turns", "i8"), ("many_switch_rows", "i8"), ("void_rows", "i8"),
    *((name, "i8") for name in SIZES),
    *((name, "u8") for name in TABLES),
)  # fmt: skip
"""Scalars of a run; `choice_*` and `span_*` carry a second result from one kernel to its caller; an array is enlarged
between events when its `many_*` is passed."""

JOB = _dtype(
    ("key", "u8"), ("entered", "f8"), ("started", "f8"), ("timer", "u8"), ("patience", "u8"),
    ("number", "u4"), ("next", "u4"), ("prev", "u4"), ("joined_serial", "u4"),
    ("step", "u2"), ("edge", "u2"), ("round", "u1"), ("state", "u1"), ("flags", "u1"), ("far", "u1"),
)  # fmt: skip
"""Hot part of a job: one cache line. `timer` is the code of its completion, overflow or entry, 0 when there is none;
`next` and `prev` link the line it waits in (`next` also the free list)."""

LIFE = _dtype(("birth", "f8"), ("root_key", "u8"), ("family", "u4"), ("parent", "i4"), ("stream", "i4"), ("pad", "i4"))
"""What a job keeps from its birth to its end."""

ENTRY_OF_HEAP = _dtype(("time", "f8"), ("code", "u8"))
"""Time and kind(3) | serial(36) | slot(25)."""

CHUNK = _dtype(("next", "u4"), ("count", "i4"), ("pad", "u8"), ("times", "7f8"), ("codes", "7u8"))
"""Seven timers of a later slice; `next` is the chunk before it in the list, or the next free one."""

FAR = _dtype(("time", "f8"), ("code", "u8"), ("next", "u4"), ("prev", "u4"), ("bucket", "i8"))
"""A timer of a later hour; node 2 * slot + 1 is the job's patience, 2 * slot its other timer."""

STEP = _dtype(
    ("hash", "u8"), ("area", "f8"), ("area_since", "f8"), ("kind", "i4"), ("waiting", "i4"),
    ("head", "u4"), ("tail", "u4"), ("first_edge", "i4"), ("end_edge", "i4"),
    ("size", "i4"), ("patience", "i4"), ("limit", "i8"), ("units", "i4"), ("calendar", "i4"), ("until_open", "i4"),
    ("recorded", "u1"), ("counts_as_wait", "u1"), ("open", "u1"), ("sorted", "u1"),
    ("root", "u4"), ("after_work", "i4"), ("ghost", "i4"), ("due", "i4"), ("head_start", "i4"), ("priority", "i4"),
    ("silent", "f8"), ("score", "i4"), ("door", "i4"), ("after_calendar", "i4"), ("patience_calendar", "i4"),
    ("due_calendar", "i4"), ("due_mark", "i4"),
    ("due_from", "u1"), ("order", "u1"), ("budget", "u1"), ("refuses", "u1"), ("empties", "u1"), ("room", "u1"),
    ("end_of_duty", "u1"), ("returned", "u1"), ("overflows", "u1"), ("in_order", "u1"), ("flagged", "u1"),
    ("owner", "u1"), ("release", "u1"), ("keeps", "u1"), ("yields", "u1"),
    ("inside", "i4"), ("grade", "i4"), ("recall", "i4"), ("owner_calendar", "i4"), ("shared_gauge", "i4"),
    ("shared_inside", "i4"), ("first_told", "i4"), ("end_told", "i4"), ("first_queue", "u4"),
    ("owner_wait", "f8"), ("shared_limit", "f8"),
)  # fmt: skip
"""A step with its line. For a Delay `size` is its length. `inside` counts its jobs (rule 8.1); `first_told` to
`end_told` are the gauges that want to know of its starts; `first_queue` the first of its personal lines."""

EDGE = _dtype(
    ("speed", "f8"), ("after", "f8"), ("step", "i4"), ("pool", "i4"), ("rank", "i4"), ("reserve", "i4"),
    ("units", "i4"), ("top_load", "i4"), ("take", "i4"), ("switch", "i4"),
)  # fmt: skip
"""`switch`: number of the switch without which it sees nobody, 0: none."""

POOL = _dtype(
    ("n", "i8"), ("busy", "i8"), ("area", "f8"), ("area_since", "f8"), ("first_take", "i4"), ("end_take", "i4"),
    ("named", "u1"), ("job_choice", "u1"), ("server_choice", "u1"), ("end_of_duty", "u1"), ("keeps_jobs", "u1"),
    ("touched", "u1"), ("bits", "u1"),
    ("slots", "i4"), ("free", "i8"), ("changes", "i8"), ("first_shelf", "i4"), ("first_server", "i4"),
    ("servers", "i4"), ("words", "i4"), ("first_word", "i4"), ("curve", "i4"), ("cleared", "i4"),
    ("first_job", "u4"), ("last_job", "u4"), ("open_units", "i8"), ("first_flag", "i4"), ("flag_words", "i4"),
    ("first_lesson", "i4"), ("lessons", "i4"), ("available", "i8"), ("first_eager", "u4"), ("first_yielding", "u4"),
    ("last_yielding", "u4"),
)  # fmt: skip
"""A pool. `takes[first_take:end_take]` are its edges, best rank first; with many of them a bit in `flags` says of each
whether somebody waits there. `lessons` pairs (jobs, factor) stand in the table of numbers; `available` counts servers
who may start work; the eager ones have a free slot and somebody in their personal lines; yielding jobs may be
displaced, the last to have started last."""

TAKE = _dtype(("edge", "i4"), ("step", "i4"), ("rank", "i4"), ("reserve", "i4"))

LAW = _dtype(("a", "f8"), ("b", "f8"), ("cap", "f8"), ("at", "i4"), ("scale", "i4"), ("plain", "i4"), ("loaded", "i4"))

ROUTE = _dtype(("first", "i4"), ("end", "i4"))

CLAUSE = _dtype(
    ("hash", "u8"), ("probability", "f8"), ("predictor", "i4"), ("to", "i4"), ("first_condition", "i4"),
    ("end_condition", "i4"), ("first_mark", "i4"), ("end_mark", "i4"), ("first_spawn", "i4"), ("end_spawn", "i4"),
    ("first_tell", "i4"), ("end_tell", "i4"), ("again", "u1"), ("go_on", "u1"),
)  # fmt: skip

CONDITION = _dtype(("number", "f8"), ("source", "i4"), ("index", "i4"), ("at_most", "i4"), ("pad", "i4"))

LINE_OF_TIME = _dtype(("times", "i4"), ("values", "i4"), ("n", "i4"), ("pad", "i4"))
"""Where a Timeline stands in the table of numbers."""

SPAWN = _dtype(("to", "i4"), ("count", "i4"), ("delay", "i4"), ("pad", "i4"))

STREAM = _dtype(
    ("key", "u8"), ("stop", "f8"), ("to", "i4"), ("batch", "i4"), ("first_piece", "i4"), ("piece", "i4"),
    ("last_piece", "i4"), ("first_generator", "i4"), ("end_generator", "i4"), ("recorded", "i4"),
    ("first_attribute", "i4"), ("end_attribute", "i4"), ("first_row", "i8"),
)  # fmt: skip

GENERATOR = _dtype(
    ("cell_key", "u8"), ("birth_key", "u8"), ("time", "f8"), ("lower", "f8"), ("upper", "f8"), ("n", "i8"),
    ("stream", "i4"), ("band", "i4"), ("piece", "i4"), ("pad", "i4"),
)  # fmt: skip
"""Births of one band of one stream (or of one log), one at a time."""

RATE = _dtype(("begin", "f8"), ("end", "f8"), ("reference", "f8"), ("factor", "f8"))

CHANGE_OF_PLAN = np.dtype((np.record, CHANGE))

PERSON = _dtype(
    ("spell_entered", "f8"), ("joined", "f8"), ("place", "f8"), ("first_place", "f8"), ("priority", "f8"),
    ("order", "f8"), ("opens", "f8"), ("patience_left", "f8"), ("budget", "f8"), ("gone_at", "f8"),
    ("size", "f8"), ("left", "f8"), ("settled", "f8"), ("speed", "f8"), ("finish", "f8"), ("waited", "f8"),
    ("due", "f8"), ("line_serial", "i8"), ("arrival", "i8"),
    ("low", "u4"), ("high", "u4"), ("parent", "u4"), ("heap_rank", "u4"),
    ("job_next", "u4"), ("job_prev", "u4"), ("server", "u4"), ("cleared", "u4"), ("clocks", "u4"),
    ("spell", "i4"), ("pool", "i4"), ("returned", "u1"), ("has_patience", "u1"), ("has_size", "u1"), ("resumed", "u1"),
)  # fmt: skip
"""The rest of a job, where networks need more than a line and a service. `low`, `high`, `parent`, `heap_rank`: its
place in a sorted line (a treap). `job_next`, `job_prev`: open jobs of its server (or counted pool), oldest first."""

SERVER = _dtype(
    ("speed", "f8"), ("duty_speed", "f8"), ("changed", "f8"), ("rest_since", "f8"), ("break_due", "f8"),
    ("timer", "u8"), ("change", "i8"), ("load", "i4"), ("shelf", "i4"), ("shelf_room", "i4"), ("pool", "i4"),
    ("number", "i4"), ("cleared_rank", "i4"), ("cleared", "u4"), ("first_job", "u4"), ("last_job", "u4"),
    ("next", "u4"), ("prev", "u4"), ("on_duty", "u1"), ("resting", "u1"),
)  # fmt: skip
"""A named server; `shelf` is NONE unless it may start work."""

SHELF = _dtype(("head", "u4"), ("tail", "u4"))
"""Servers of one pool and load, longest unchanged first."""

CLOCK = _dtype(
    ("time", "f8"), ("timer", "u8"), ("bucket", "i8"), ("job", "u4"), ("next_of_job", "u4"), ("next", "u4"),
    ("prev", "u4"), ("watch", "i4"), ("sets", "i4"), ("expiries", "i4"), ("since_start", "i4"), ("running", "i4"),
)  # fmt: skip
"""One watch of one job; `next` and `prev` link the hour in which it runs out (`next` also the free list)."""

WATCH_TABLE = _dtype(
    ("hash", "u8"), ("law", "i4"), ("calendar", "i4"), ("to", "i4"), ("times", "i4"), ("first_mark", "i4"),
    ("end_mark", "i4"), ("first_spawn", "i4"), ("end_spawn", "i4"), ("spawns", "i8"), ("first_tell", "i4"),
    ("end_tell", "i4"),
)  # fmt: skip

ANCHOR = _dtype(("action", "i4"), ("watch", "i4"))

MARK = _dtype(("mark", "i4"), ("add", "i4"))

CALENDAR = _dtype(
    ("origin", "f8"), ("period", "f8"), ("tail_open", "f8"), ("head", "i4"), ("head_n", "i4"), ("tail", "i4"),
    ("tail_n", "i4"), ("repeats", "i4"), ("paces", "i4"),
)  # fmt: skip
"""Where a Calendar's intervals stand in the table of numbers: head_n pairs (open, close), then those of a turn; and
`paces` (NONE without): one of each, in the same order."""

PREDICTOR = _dtype(("base", "f8"), ("link", "i4"), ("first", "i4"), ("end", "i4"), ("pad", "i4"))

TERM = _dtype(("factor", "f8"), ("low", "f8"), ("high", "f8"), ("source", "i4"), ("index", "i4"))

STREAM_ATTRIBUTE = _dtype(("hash", "u8"), ("attribute", "i4"), ("law", "i4"), ("column", "i8"))
"""An attribute drawn at birth, or (law NONE) read from the log: `column` is where the log's numbers begin."""

TIE = _dtype(
    ("deadline", "f8"), ("learned", "f8"), ("kept_row", "i8"), ("kin", "u4"), ("kin_next", "u4"), ("kin_prev", "u4"),
    ("queue", "u4"), ("ask", "u4"), ("visit", "i4"), ("yield_next", "u4"), ("yield_prev", "u4"), ("kept_server", "u4"),
    ("kept_next", "u4"), ("kept_prev", "u4"), ("kept_pool", "i4"), ("kept_units", "i4"), ("kept_step", "i4"),
    ("keeps", "u1"), ("yielding", "u1"),
)  # fmt: skip
"""What ties a job to others. `kin`: its family, whose jobs are linked by number; `queue`: the personal line it stands
in; `ask`: the server for whose personal line it is bound, until `deadline`; `kept_*`: the slot it keeps, linked with
others of the same server in the order of keeping; `learned`: the factor of its spell (rule 8.8)."""

KIN = _dtype(("owner", "u4"), ("first", "u4"), ("last", "u4"), ("members", "i4"), ("next", "u4"), ("marks", "16u1"))
"""A family: its owner, its living jobs by number (if there are recalls), its marks; `next` is the free list."""

HOST = _dtype(
    ("factor", "f8"), ("break_noted", "f8"), ("done", "i8"), ("lesson", "i4"), ("waiting", "i4"), ("first_queue", "u4"),
    ("eager_next", "u4"), ("eager_prev", "u4"), ("first_kept", "u4"), ("last_kept", "u4"), ("eager", "u1"),
    ("in_duty", "u1"),
)  # fmt: skip
"""The rest of a named server: what it has learned, its personal lines and how many wait there, the slots kept with it;
`in_duty` is set on a fixed break inside a duty too."""

QUEUE = _dtype(
    ("head", "u4"), ("tail", "u4"), ("root", "u4"), ("server", "u4"), ("next_of_server", "u4"),
    ("prev_of_server", "u4"), ("next_of_step", "u4"), ("prev_of_step", "u4"), ("step", "i4"), ("waiting", "i4"),
    ("sorted", "i4"),
)  # fmt: skip
"""A personal line with somebody in it: all priorities of one server and step; `next_of_server` also links free ones."""

GAUGE = _dtype(
    ("each", "f8"), ("within", "f8"), ("every", "f8"), ("last", "f8"), ("kind", "i4"), ("ticks", "i4"),
    ("first_step", "i4"), ("end_step", "i4"), ("first_pool", "i4"), ("end_pool", "i4"), ("ring", "i4"), ("pad", "i4"),
)  # fmt: skip
"""A gauge; its steps and pools stand in `parts`, its ticks in `rings`."""

PART = _dtype(("index", "i4"), ("pad", "i4"))

RING = _dtype(("tick", "i8"), ("all", "i8"), ("met", "i8"))
"""Starts of one tick; a place of the ring holds the tick that was there last."""

SWITCH_STATE = _dtype(
    ("on_level", "f8"), ("off_level", "f8"), ("every", "f8"), ("delay", "f8"), ("least", "f8"), ("since", "f8"),
    ("next_tick", "f8"), ("timer", "u8"), ("tick", "i8"), ("row", "i8"), ("gauge", "i4"), ("calendar", "i4"),
    ("first_stretch", "i4"), ("end_stretch", "i4"), ("first_pool", "i4"), ("end_pool", "i4"), ("falling", "u1"),
    ("is_on", "u1"),
)  # fmt: skip
"""A switch: its levels, when it looks next, the stretches of duty that name it, the pools of the edges that do."""

STRETCH_OF_DUTY = _dtype(
    ("begin", "f8"), ("end", "f8"), ("until", "f8"), ("speed", "f8"), ("pool", "i4"), ("server", "i4")
)
"""A stretch of a duty that names a switch, by switch, pool, server and begin."""

SWITCH_ROW = _dtype(("begin", "f8"), ("end", "f8"), ("switch", "i8"))

VISIT_ROW, JOB_END_ROW, DUTY_ROW = (np.dtype((np.record, x)) for x in (VISIT, JOB_ROW, DUTY))


def _all(dtype: np.dtype[Any], but: str = "") -> frozenset[str]:
    """Names of the fields of a table, but for some."""
    return frozenset(dtype.names or ()) - frozenset(but.split())


FIXED: dict[str, frozenset[str]] = {
    "run": frozenset(
        [*SIZES, *TABLES, "start", "end", "limit", "slice_width", "slices_a_minute", "buckets_a_minute", "first_bucket",
         "n_slices", "room_chunks", "many_chunks", "many_rows", "many_timers", "many_slots", "many_jobs", "many_clocks",
         "many_breaks", "most_alive", "keep_rows", "keep_jobs", "rooms",
         "watched", "related", "recalls", "many_switch_rows", "z_name", "mark_name", "batch_name", "last_cell"]
    ),
    "steps": _all(STEP, "area area_since waiting head tail open root inside first_queue"),
    "edges": _all(EDGE),
    "pools": _all(
        POOL,
        "n busy area area_since touched free changes cleared first_job last_job open_units available first_eager "
        "first_yielding last_yielding",
    ),
    "takes": _all(TAKE),
    "laws": _all(LAW),
    "routes": _all(ROUTE),
    "clauses": _all(CLAUSE),
    "conditions": _all(CONDITION),
    "timelines": _all(LINE_OF_TIME),
    "spawns": _all(SPAWN),
    "streams": _all(STREAM, "piece last_piece"),
    "generators": frozenset(["lower", "upper", "stream", "band"]),
    "rates": _all(RATE),
    "servers": frozenset(["speed", "pool", "number"]),
    "watches": _all(WATCH_TABLE),
    "anchors": _all(ANCHOR),
    "anchor_of": _all(ROUTE),
    "mark_adds": _all(MARK),
    "calendars": _all(CALENDAR),
    "predictors": _all(PREDICTOR),
    "terms": _all(TERM),
    "stream_attributes": _all(STREAM_ATTRIBUTE),
    "gauges": _all(GAUGE, "last"),
    "parts": _all(PART),
    "stretches": _all(STRETCH_OF_DUTY),
    "switches": _all(SWITCH_STATE, "since next_tick timer tick row is_on"),
}  # fmt: skip
"""Fields that no kernel writes, table by table."""
