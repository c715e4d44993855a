"""Which rules and branches of `SEMANTICS.md` the random networks really exercise, and how often.

`observer` looks at runs of the reference engine and counts; a branch that is not in this table cannot be counted, and
one that is in the table and stays at zero is seen at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

EVENTS = ("closing", "opening", "completion", "overflow", "patience", "watch", "entry", "birth")
"""Kinds of events (rule 3.1)."""

LAWS = (
    "constant",
    "exponential",
    "uniform",
    "lognormal",
    "weibull",
    "quantiles",
    "hazard",
    "attribute",
    "inverse table",
    "mixture",
    "by attribute",
    "shifted hazard",
)
"""Kinds of laws in the order of `inversion`."""

PURPOSES = (
    "size",
    "patience",
    "silent",
    "ghost",
    "after-work",
    "server choice",
    "clause",
    "delay",
    "watch",
    "redraw",
    "due",
    "head start",
    "priority",
)
"""Purposes of rule 6.0; those of silent, server choice and clause are seen by what they decide."""

SOURCES = (
    "z",
    "attribute",
    "mark",
    "round",
    "waited",
    "age",
    "lateness",
    "time",
    "gauge",
    "switch",
    "family mark",
)

TEXT = """
2.1 by attribute: a case; by attribute: otherwise; an atom; past the atoms; load; load, then atoms; scale, then cap
2.1 scale; cap; infinity; zero; a negative number: a fault; not a number: a fault
2.2 a scale below 0; eight terms; no terms; below low; above high; between low and high; waited, in line now
2.2 waited, not in line now; lateness without a due time; a delay counts as wait; service counts as wait
2.2 service up to a hand back counts as wait; a pause counts as wait
2.2 link identity; link exp; link logistic; link normal
2.4 a mark saturates; marks are inherited; a child of a child; more than 255 rounds: a fault
2.5 a recorded birth; attributes of a log; part of a log; recorded before the warm-up; end of a stream; an empty batch
2.5 a batch of one; a batch of several; an endless batch: a fault
2.6 due from entry; due from birth; due from mark; due on a calendar; due replaces an earlier one
2.6 due from a mark that was raised; due from a mark never raised; head start; kept place of an earlier step
2.6 order entry; order kept; order due; order score; order due without a due time; order entry puts it ahead
2.6 order kept puts it ahead; order due puts it ahead; order score puts it ahead; several lines of one step
2.6 patience budget read; patience budget used further; patience budget used up before; patience on a calendar
2.6 units 1; units 2; units 3
2.7 a delay; an endless delay; on a calendar; until a calendar is open
2.9 <= holds; <= fails; >= holds; >= fails; condition at equality; two conditions; probability depends
2.9 probability is a constant; probability 0; passed by: a condition fails; passed by: not drawn
2.9 goes on after its actions; again; no match: the job ends; a clause ends the job; a mark raised; a mark raised by 0
2.9 route of exit done; route of exit abandoned; route of exit blocked; route of exit closed; route of exit recalled
2.9 spawned by a clause; spawned by a watch; endless delay: never spawned; several spawned at once
2.9 spawned at the same instant; spawned later
2.10 an endless clock; on a calendar; a clock runs out; moved out of a line; moved out of a delay
2.10 moved out of an endless delay; moved to where it is; not moved: silent; not moved: in service; not moved: paused
2.10 it runs again by itself; set anew by its own expiry; stopped by its own expiry; the job ends at the expiry
2.10 the end stops a running clock
2.11 longest idle of several; least loaded of several; most loaded of several; lowest number of several
2.11 random of several; idle since the same instant; longest idle has open units; least loaded: loads differ
2.11 least loaded: equal loads; most loaded: loads differ; most loaded: equal loads; a server with several jobs
3.2 an infinite patience is not set
3.4 a cause of a higher kind than its effect
3.5 time stands still: a fault
3.6 several closings at one instant; a closing alone; closings of different kinds; several openings at one instant
3.6 an opening alone; openings of different kinds
4.0 reserve of a counted pool; reserve of a named pool; most units of a server; more busy than there are
4.0 a break is due; not visible before the opening; not visible yet
4.1.1 refuse; wait; waits for ever; no limit test while closed
4.1.2 starts at once; a worse rank takes it; nobody serves the step; of two counted pools the first
4.1.2 named before counted; longest idle of two pools; of equally idle pools the first
4.1.4 blocked by a full line; blocked at limit 0
4.1.5 joins the line; overflow set
4.2 overflow starts; sets the next overflow; no further edge; on a calendar
4.3 an offer starts; an offer over several pools; decided by priority; decided by oldest; decided by earliest due
4.3 decided by highest score; decided by time of joining; decided by order of joining
4.3 the head is not visible, a later one is; a door opens; a head-count rises
4.3 cleared when a job joins; cleared at an offer; cleared at an overflow; cleared when a job leaves
4.3 cleared when a door opens; cleared when another's duty ends; cleared while it is busy
4.3 cleared for a returned job; servers cleared for several lines; a cleared server takes nothing of worse rank
4.3 a cleared server's duty ends: another one is cleared; a cleared server's duty ends: no other one
4.3 a cleared server's whole break falls due: another one is cleared
4.3 a cleared server's whole break falls due: no other one
4.4 starts at the instant it joined
4.5 completed; completed, after-work begins; after-work ends; after-work outlasts the duty; after-work beside open jobs
4.6 abandoned; silent: it stays in line; a silent one is reached; a silent one exits abandoned
4.6 no patience at all: abandons at once; no patience, but a free server; a returned job loses patience
4.6 behind a closed door
4.7 served at the instant of its patience; served at the instant of its overflow
4.8 a duty ends; a duty begins; a fixed break begins; completes after the duty; after-work alone at a duty end
4.8 named: finish by its step's rule; named: finish by its pool's rule; named: hand back by its step's rule
4.8 named: hand back by its pool's rule; named: pause by its step's rule; named: pause by its pool's rule
4.8 named: it completes at the end of duty; named: several handed back; counted: finish; counted: enough remain
4.8 counted: only the latest started; counted: several handed back; counted: those who complete now are gone
4.8 counted: after-work that ends now is gone
4.8 paused; paused, silent; paused a second time; paused work resumes; paused and finishing work on one server
4.8 a later duty finds work of the earlier one; touching duties; touching duties: the speed changes under work
4.8 touching duties during a whole break; a whole break begins at once; a whole break waits for the work
4.8 a whole break waits for after-work; a whole break is over; a whole break follows another
4.8 the next whole break follows
4.8 whole breaks are taken as one; a whole break due is void
4.8 a duty end ends a whole break; a whole break at the begin of a duty
4.8 a whole break at the begin of a duty waits for the work
4.9 handed back by a counted pool; handed back by a named pool; handed back a second time; a silent one is handed back
4.9 a silent one waits again; the door is closed; starts again at once; rejoins the line
4.9 at its place ahead of others; ahead of others of equal place; returned jobs of equal place, by first arrival
4.9 no limit test; waits on behind a closed door; overflow counted from the original entry
4.9 patience less what it has waited; size remaining; size restart; size redraw; size remaining, silent
4.9 size restart, silent; size redraw, silent; a returned or resumed job completes
4.10 a door closes: stay; a door closes: leave; leaves: closed; a silent one leaves: abandoned
4.10 several leave in the order of joining; a handed-back job waits on; served on behind a closed door
4.11 rank before a higher priority
4.13 let go when it starts; let go when it leaves
4.13 let go when it leaves in a planned change; it starts elsewhere
5.1 re-timed slower; re-timed faster; not re-timed as due now; equal speed: not touched; paused: no speed
5.2 speed of an edge; speed curve; speed of a server; speed of a duty
6.0 attribute; size; patience; ghost; after-work; delay; watch; redraw; due; head start; priority
6.0 children of a second expiry; a clock set for the third time; rounding of a head-count; absent; present by chance
6.3 z of a root; z of a child
6.4 reference rate of its own; a birth in band 0; a birth in band 1; a birth in band 2; a birth in band 3
6.4 a birth in band 4; a birth in band 5; accepted by its mark; accepted with the whole band; a cell before 0
6.5 busyness of days; correlated days; busyness within days; lognormal; gamma; two factors on one stream
6.6 stratified days; stratified and correlated; a later block
7.1 family counted; born before the period; born after the period; counted visit of an uncounted family
7.1 uncounted visit of a counted family; a spell that is not kept; kept only because it overlaps the period
7.1 stops at the limit; no following at all; stops when everything counted is done; nothing is left to happen
7.2 exit open; exit done; exit abandoned; exit blocked; exit closed; exit handed_back; exit paused; exit moved
7.2 exit displaced; exit recalled
7.2 open in line; open in service; open paused; open in a delay; open and silent; a silent departure before this spell
7.2 a resumed spell; a later round; a recorded delay; a delay without a row; after-work cut off
7.2 a row closed at the door
7.2 more than 256 spells: a fault
7.3 spawned and kept from entering; no due time; a due time; never due
7.5 cut in the period; cut after the period
8.1 waiting; inside; free; on duty; oldest; last wait; predicted wait; in time; some in time; in time when none started
8.1 predicted wait with nobody on duty; oldest with nobody in line
8.2 turns on at once; turns on after a delay; a turning on is pending; turns off; falling
8.2 it stays on for its least time; it looks while its calendar is open; its duties begin; its duties end
8.2 its duties end under work; turns on in a fixed break; turns off in a fixed break; its edges begin to see
8.2 somebody starts as it turns on
8.2 a planned begin while it is off; a planned end while it is off; goes over into a duty that touches
8.2 an end that is none; a break of a duty that is not there; an edge that is off; a source that is on
8.2 a source that is off
8.3 no owner yet; an owner who does not serve the step; the owner takes it at once; waits for its owner: prefer
8.3 waits for its owner: only; the owner is off duty: as any; no wait for the owner: as any; another owner
8.3 an owner by note; an owner by prefer; an owner by only; handed back or displaced into a personal line
8.3 waits for an owner who is not there; waits for an owner on a fixed break; a personal line behind a closed door
8.3 several in personal lines of a step; the wait for the owner ends: starts
8.3 the wait for the owner ends: joins the line; an edge to the owner begins to see it
8.3 an edge begins to see it, and it starts; the owner goes: only waits on; the owner goes: starts
8.3 the owner goes: joins the line; the owner goes: several in the order of joining; an offer to a personal line
8.3 of several personal lines; before the step's line; leaves a personal line; leaves a personal line as the door closes
8.4 nobody to displace; in a counted pool; in a named pool; by a worse rank; the latest started of several
8.4 of those started at one instant the last; a returned or resumed victim; more units than needed
8.4 fewer units than needed; the victim waits; the victim starts elsewhere
8.5 kept of a counted pool; kept of a server; released: the job ends; released: entered; released: started
8.5 released: done; released: a second one is kept; released: the duty ends; kept beyond the duty
8.5 released in the middle of a planned change; one offer over two pools
8.5 starts in the kept slot; whatever the rank; whatever it sees; on a fixed break
8.5 with a whole break due; in a counted pool; not there: the pool does not serve the step; not there: other units
8.5 not there: off duty; kept to the end of the run; its row is not kept
8.6 blocked by a limit on inside; blocked by a limit on waiting
8.7 told; told by 0; a family mark saturates; several are called; who tells is called; called again
8.7 a silent one is not called; in service: not called; recalled from a line; recalled from a delay
8.7 recalled from a personal line; it does not wait any more; it has left or is called anew
8.8 the first lesson; a later lesson; jobs done before
8.10 a delay at a pace; a patience at a pace
8.11 a new attempt has a new place
"""


def _branches() -> list[str]:
    """All branches, in the order of the rules."""
    out = [f"2.1 {law}" for law in LAWS]
    out += [f"2.2 predictor of {s}" for s in SOURCES] + [f"2.9 condition on {s}" for s in SOURCES]
    for action in ("start", "stop", "reset"):
        out += [f"2.10 {action} by {moment}" for moment in ("entered", "started", "left", "mark")]
        out += [f"2.10 {action} of a clock that {state}" for state in ("runs", "does not run")]
    for i, a in enumerate(EVENTS):
        out += [f"3.1 {a} and {b} at one instant" for b in EVENTS[i:]]
    for line in TEXT.strip().splitlines():
        rule, _, rest = line.partition(" ")
        out += [f"{rule} {branch}" for branch in rest.split("; ")]
    return sorted(dict.fromkeys(out), key=lambda b: [int(n) for n in b.split(" ")[0].split(".")])


BRANCHES = dict.fromkeys(_branches())
"""Every branch that is counted: its rule and what happens there."""


def unseen(seen: Counter[str]) -> list[str]:
    """Branches that never happened."""
    return [b for b in BRANCHES if not seen[b]]


def report(seen: Counter[str], networks: int) -> str:
    """The table: how often each branch happened, with the zeros marked."""
    return "\n".join(_lines(seen, networks))


def _lines(seen: Counter[str], networks: int) -> Iterable[str]:
    width = max(map(len, BRANCHES))
    yield f"{'rule and branch':<{width}}  times in {networks:,} networks"
    for b in BRANCHES:
        yield f"{b:<{width}} {seen[b]:>12,}" + ("" if seen[b] else "   <-- never")
    zeros = unseen(seen)
    yield f"{len(BRANCHES)} branches, {len(zeros)} of them never seen"
