"""The same measures in plain loops: slow, and written apart from the fast ones."""

from __future__ import annotations

from itertools import pairwise
from math import isnan
from typing import Any

import numpy as np

from sim.machine.records import COUNTED, GHOST, ON_DUTY, RESUMED, Records
from sim.machine.steps import Exit, Work
from sim.measures import Service

Spell = dict[str, Any]


def spells_of(r: Records) -> list[Spell]:
    """Spells at work steps as dictionaries, with the end of the run in place of what had not happened."""
    out = []
    for v in r.visits:
        step = r.network.steps[int(v["step"])]
        if not isinstance(step, Work):
            continue
        s = {name: v[name].item() for name in v.dtype.names}
        s["step"], s["units"] = step.name, step.units
        s["ghost"], s["counted"] = bool(s["flags"] & GHOST), bool(s["flags"] & COUNTED)
        s["exit"] = Exit(s["exit"])
        out.append(s)
    return out


def visits_of(r: Records) -> list[list[Spell]]:
    """Lists of spells, one per visit, in order of entry."""
    visits: list[list[Spell]] = []
    spells = spells_of(r)
    for job in sorted({s["job"] for s in spells}):
        present: dict[tuple[str, int], list[Spell]] = {}
        mine = [s for s in spells if s["job"] == job]
        for s in mine:
            key = (s["step"], s["round"])
            if s["spell"] == 0 or key not in present:
                present[key] = []
                visits.append(present[key])
            present[key].append(s)
    return visits


def fate(spell: Spell) -> str:
    """What became of a visit, by its first spell."""
    if spell["ghost"]:
        return "abandoned"
    if not isnan(spell["started"]):
        return "answered"
    return {Exit.OPEN: "open_contacts"}.get(spell["exit"], spell["exit"].name.lower())


def contact_rows(r: Records, service: Service | None, steps: tuple[str, ...]) -> list[dict[str, Any]]:
    """Counted contacts of a scope, as dictionaries."""
    stopped = max(r.stopped, r.network.end)
    legs: dict[tuple[int, int], list[list[Spell]]] = {}
    for visit in visits_of(r):
        if visit[0]["step"] in steps:
            legs.setdefault((visit[0]["job"], visit[0]["round"]), []).append(visit)
    contacts = []
    for (job, _), visits in legs.items():
        entry = visits[0][0]
        if not entry["counted"]:
            continue
        chosen = next((v for v in visits if fate(v[0]) != "moved"), visits[-1])
        what = fate(chosen[0])
        until = chosen[0]["started"] if what == "answered" else chosen[0]["left"]
        if chosen[0]["ghost"]:
            until = chosen[-1]["left"]
        if what == "open_contacts":
            until = stopped
        last = visits[-1][-1]
        gone_open = last["exit"] == Exit.OPEN and not last["ghost"]
        handled = 0.0
        for visit in visits:
            for s in visit:
                if not s["ghost"] and not isnan(s["started"]):
                    handled += (stopped if isnan(s["released"]) else s["released"]) - s["started"]
        stream = int(r.jobs["stream"][np.flatnonzero(r.jobs["number"] == job)[0]])
        contacts.append(
            {
                "entered": entry["entered"],
                "fate": what,
                "wait": until - entry["entered"],
                "had_wait": not (what == "blocked" or (what == "closed" and until == entry["entered"])),
                "served": any(fate(v[0]) == "answered" for v in visits),
                "open": gone_open,
                "done": last["exit"] == Exit.DONE,
                "time": (stopped if gone_open else last["left"]) - entry["entered"],
                "handled": handled,
                "legs": len(visits),
                "stream": r.network.streams[stream].name,
                "awt": None if service is None else service.awt,
            }
        )
    return contacts


def contact_measures(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Values of one scope and interval; those without a denominator are left out."""
    out: dict[str, float] = {"arrivals": float(len(rows))}
    for name in ("answered", "abandoned", "blocked", "closed", "moved", "open_contacts"):
        out[name] = float(sum(c["fate"] == name for c in rows))

    def ratio(name: str, top: float, bottom: float) -> None:
        if bottom > 0:
            out[name] = top / bottom

    let_in = [c for c in rows if c["fate"] != "closed" or c["had_wait"]]
    held = [c for c in let_in if c["awt"] is not None]
    good = sum(c["fate"] == "answered" and c["wait"] <= c["awt"] for c in held)
    early = sum(c["fate"] == "abandoned" and c["wait"] <= c["awt"] for c in held)
    ratio("service_level", good, len(held) - early)
    ratio("service_level_b", good + early, len(held))
    ratio("service_level_c", good, len(held))
    ratio("service_level_d", good, sum(c["fate"] == "answered" for c in held))
    ratio("abandonment", out["abandoned"], len(let_in))
    ratio("accessibility", sum(c["served"] for c in rows), len(rows))
    answered = [c["wait"] for c in rows if c["fate"] == "answered"]
    had = [c["wait"] for c in rows if c["had_wait"]]
    ratio("asa", sum(answered), len(answered))
    ratio("mean_wait", sum(had), len(had))
    ratio("excess_wait", sum(max(c["wait"] - c["awt"], 0.0) for c in held if c["had_wait"]), len(held))
    for name, q in (("wait_p50", 0.5), ("wait_p80", 0.8), ("wait_p90", 0.9), ("wait_p95", 0.95)):
        if answered:
            out[name] = float(np.quantile(answered, q))
    if had:
        out["longest_wait"] = max(had)
    finished = [c for c in rows if c["served"] and not c["open"]]
    ratio("handle_time", sum(c["handled"] for c in finished), len(finished))
    done = [c for c in rows if c["done"]]
    ratio("contact_time", sum(c["time"] for c in done), len(done))
    return out


def cleared(r: Records, s: Spell, stopped: float) -> float:
    """When a silent leaver whom nobody reached lost its place in line."""
    door = r.network.step(s["step"]).opening  # type: ignore[union-attr]
    if s["exit"] != Exit.ABANDONED or door is None:
        return stopped
    return next(t for t, opens in r.network.calendars[door].instants(s["entered"], stopped) if not opens)


def line_measures(r: Records, steps: tuple[str, ...], begin: float, end: float) -> dict[str, float]:
    """Queue and backlog of some steps over one interval."""
    stopped = max(r.stopped, r.network.end)
    waits, stays = [], []
    arrival: dict[tuple[int, int], float] = {}
    for visit in visits_of(r):
        for s in visit:
            if s["step"] not in steps:
                continue
            arrival.setdefault((s["job"], s["round"]), s["entered"])
            left = stopped if isnan(s["left"]) else s["left"]
            until = s["started"] if not isnan(s["started"]) else (cleared(r, s, stopped) if s["ghost"] else left)
            if s["ghost"]:
                gone = until if isnan(s["started"]) else (stopped if isnan(s["released"]) else s["released"])
            else:
                gone = left
            if not s["flags"] & RESUMED:
                waits.append((s["entered"], until))
            stays.append((s["entered"], gone, arrival[s["job"], s["round"]]))
    area = sum(max(min(b, end) - max(a, begin), 0.0) for a, b in waits)
    instants = {begin} | {t for pair in waits for t in pair if begin <= t < end}
    ages = [end - since for a, b, since in stays if a < end <= b]
    out = {
        "queue_length": area / (end - begin),
        "queue_maximum": float(max(sum(a <= t < b for a, b in waits) for t in instants)),
        "backlog": float(len(ages)),
        "backlog_waiting": float(sum(a < end <= b for a, b in waits if b > a)),
    }
    if ages:
        out["backlog_age"], out["backlog_oldest"] = sum(ages) / len(ages), max(ages)
    return out


def pool_minutes(r: Records, pool: int, begin: float, end: float) -> dict[str, float]:
    """Busy, slot, available, on-duty, paid and overrun minutes of a pool, between all changes."""
    stopped = max(r.stopped, r.network.end)
    work = [
        (s["started"], stopped if isnan(s["released"]) else s["released"], s["server"], s["units"])
        for s in spells_of(r)
        if s["pool"] == pool
    ]
    people = [d for d in r.duty if d["pool"] == pool]
    instants = {begin, end} | {t for a, b, _, _ in work for t in (a, b)}
    instants |= {float(t) for d in people for t in (d["begin"], d["end"])}
    inner = sorted(t for t in instants if begin <= t <= end)
    named = {int(d["server"]) for d in people} | {server for _, _, server, _ in work}
    out = dict.fromkeys(("busy", "slot", "available", "on_duty", "paid", "overrun"), 0.0)

    def add(length: float, slots: float, busy: float, on: float, paid: float) -> None:
        for name, x in (
            ("busy", busy),
            ("slot", slots),
            ("on_duty", on),
            ("paid", paid),
            ("available", max(on - busy, 0.0)),
            ("overrun", max(busy - on, 0.0)),
        ):
            out[name] += x * length

    for a, b in pairwise(inner):
        t = (a + b) / 2
        for server in named:
            slots = float(sum(u for x, y, s, u in work if s == server and x <= t < y))
            mine = [d for d in people if d["server"] == server and d["begin"] <= t < d["end"]]
            on = sum(float(d["servers"]) for d in mine if d["kind"] == ON_DUTY)
            rests = any(d["kind"] != ON_DUTY for d in mine)
            if server >= 0:
                add(b - a, slots, min(slots, 1.0), 0.0 if rests else min(on, 1.0), float(on > 0 or rests))
            else:
                add(b - a, slots, slots, on, on)
    return out
