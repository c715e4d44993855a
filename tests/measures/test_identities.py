"""Whatever the records: fast measures equal plain ones, parts add up to the whole, service levels stand in order."""

from __future__ import annotations

from math import nan

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.machine import Records
from sim.machine.records import ON_BREAK
from sim.measures import MEASURES, Intervals, Service, measure
from sim.measures.contacts.visits import put_together
from sim.measures.lines.definitions import LINE_MEASURES
from sim.measures.pools.definitions import POOL_MEASURES
from tests.measures.diary import Row, desk, diary, duty, lost, people, served, spell, waiting
from tests.measures.plain import contact_measures, contact_rows, line_measures, pool_minutes

END, STOPPED = 60.0, 90.0
GRID = Intervals([0.0, 10.0, 25.0, 60.0])
SERVICES = (Service("phone", awt=3.0, share=0.8), Service(("chat", "desk"), awt=6.0, name="written"))
QUICK = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
TIMES = st.integers(-10, 70).map(float)
LENGTHS = st.integers(0, 15).map(float)


def network_of_three():  # type: ignore[no-untyped-def]
    """Steps phone, chat (counted team) and desk (two named servers with two slots)."""
    b = desk(end=END)
    b.work("desk", served_by="crew")
    b.named("crew", people(2), slots=2, end_of_duty="pause")
    return b.build()


NETWORK = network_of_three()


@st.composite
def visit(draw: st.DrawFn, job: int, round_: int, step: str, at: float) -> tuple[list[Row], float | None]:
    """Spells of one visit that begins at `at`, and when the job can go on (None: it cannot)."""
    wait, work, after = draw(LENGTHS), draw(LENGTHS), draw(st.sampled_from([0.0, 0.0, 4.0]))
    where = {"step": step, "round": round_}
    if step == "desk":
        where |= {"pool": "crew", "server": draw(st.integers(0, 1))}
    start, leave = at + wait, at + wait + work
    what = draw(
        st.sampled_from(["done"] * 4 + ["abandoned", "blocked", "closed", "moved", "open", "ghost", "back", "pause"])
    )
    if what == "done":
        return [served(job, at, start, leave, released=leave + after, **where)], leave
    if what in ("abandoned", "closed", "moved"):
        return [lost(job, at, start, what, **where)], start if what == "moved" else None
    if what == "blocked":
        return [lost(job, at, at, what, **where)], None
    if what == "open":
        return [draw(st.sampled_from([waiting(job, at, **where), spell(job, at, start, exit="open", **where)]))], None
    if what == "ghost":
        gone = at + draw(st.integers(0, int(wait)))
        reached = spell(job, at, start, gone, "abandoned", released=leave, ghost=True, **where)
        unnoticed = spell(job, at, left=start, exit="open", ghost=True, **where)
        back = {**reached, "exit": "handed_back", "left": leave}
        later = spell(job, leave, leave + 2.0, gone, "abandoned", released=leave + 3.0, ghost=True, ordinal=1, **where)
        return draw(st.sampled_from([[reached], [unnoticed], [back, later]])), None
    first = spell(job, at, start, leave, "handed_back" if what == "back" else "paused", **where)
    where["resumed"] = what == "pause"
    again = leave + draw(LENGTHS)
    if draw(st.booleans()):
        return [first, served(job, leave, again, again + 5.0, ordinal=1, **where)], again + 5.0
    if what == "back" and draw(st.booleans()):
        return [first, lost(job, leave, again, ordinal=1, **where)], None
    return [first, spell(job, leave, nan, nan, "open", ordinal=1, **where)], None


@st.composite
def records(draw: st.DrawFn) -> Records:
    """Up to a dozen jobs with visits, transfers and new rounds, and some duties."""
    rows: list[Row] = []
    for job in range(draw(st.integers(0, 12))):
        at: float | None = draw(TIMES)
        visited: set[tuple[str, int]] = set()
        round_ = 0
        for _ in range(draw(st.integers(1, 3))):
            if at is None or at > STOPPED - 40.0:
                break
            step = draw(st.sampled_from(["phone", "chat", "desk"]))
            round_ += (step, round_) in visited or draw(st.booleans())
            visited.add((step, round_))
            spells, at = draw(visit(job, round_, step, at))
            rows += spells
    duties: list[Row] = []
    for server in range(2):
        begin = draw(st.integers(-5, 30))
        middle, end = begin + draw(st.integers(1, 20)), begin + draw(st.integers(21, 60))
        duties += [duty("crew", begin, end, server), duty("crew", middle, min(middle + 4, end), server, kind=ON_BREAK)]
    step_at = draw(st.integers(1, 59))
    duties += [duty("team", -10.0, step_at, servers=draw(st.integers(0, 4)))]
    duties += [duty("team", step_at, 100.0, servers=draw(st.integers(0, 4)))]
    return diary(NETWORK, rows, duties, stopped=STOPPED, stream=dict.fromkeys(range(0, 12, 3), "blue"))


SCOPES = {
    ("step", "phone"): ("phone",),
    ("step", "chat"): ("chat",),
    ("step", "desk"): ("desk",),
    ("channel", "phone"): ("phone",),
    ("channel", "written"): ("chat", "desk"),
}


@QUICK
@given(records())
def test_fast_contact_measures_equal_plain_loops(r: Records) -> None:
    """Every value of every scope and interval, absent ones included."""
    t = measure(r, SERVICES, GRID, measures=KNOWN)
    for (kind, name), steps in SCOPES.items():
        rows = contact_rows(r, SERVICES[0] if "phone" in steps else SERVICES[1], steps)
        for i in range(-1, GRID.n):
            inside = [c for c in rows if i < 0 or GRID.edges[i] <= c["entered"] < GRID.edges[i + 1]]
            expected = contact_measures(inside)
            got = {m: t.value(m, kind, name, i) for m in KNOWN}
            assert got == pytest.approx({m: expected.get(m, nan) for m in KNOWN}, nan_ok=True), (kind, name, i)


KNOWN = set(contact_measures([])) | {
    *("service_level", "service_level_b", "service_level_c", "service_level_d", "abandonment", "accessibility"),
    *("asa", "mean_wait", "excess_wait", "wait_p50", "wait_p80", "wait_p90", "wait_p95", "longest_wait"),
    *("handle_time", "contact_time"),
}


@QUICK
@given(records())
def test_fast_line_measures_equal_plain_loops(r: Records) -> None:
    """Queue length, highest queue, backlog and ages."""
    t = measure(r, SERVICES, GRID, measures=[m.name for m in LINE_MEASURES])
    everything = ("all", "all"), ("phone", "chat", "desk")
    for (kind, name), steps in (*SCOPES.items(), everything):
        for i in range(-1, GRID.n):
            begin, end = (0.0, END) if i < 0 else (GRID.edges[i], GRID.edges[i + 1])
            for m, value in line_measures(r, steps, float(begin), float(end)).items():
                assert t.value(m, kind, name, i) == pytest.approx(value), (kind, name, i, m)
        assert t.value("backlog_age", kind, name) >= 0.0 or t.value("backlog", kind, name) == 0.0


@QUICK
@given(records())
def test_fast_pool_measures_equal_plain_loops(r: Records) -> None:
    """Minutes of both pools, in the period and in every interval."""
    t = measure(r, SERVICES, GRID, measures=[m.name for m in POOL_MEASURES])
    for p, pool in enumerate(NETWORK.pools):
        for i in range(-1, GRID.n):
            begin, end = (0.0, END) if i < 0 else (GRID.edges[i], GRID.edges[i + 1])
            for m, minutes in pool_minutes(r, p, float(begin), float(end)).items():
                assert 60 * t.value(f"{m}_hours", "pool", pool.name, i) == pytest.approx(minutes, abs=1e-9), (m, i)


@QUICK
@given(records())
def test_parts_add_up(r: Records) -> None:
    """Fates to arrivals, intervals to the period, streams and pools to all, in numerators and denominators alike."""
    t = measure(r, SERVICES, GRID)
    f = t.frame
    arrivals = t.rows("arrivals").set_index(["scope_kind", "scope", "grid", "interval"])["value"]
    fates = f[f["measure"].isin(["answered", "abandoned", "blocked", "closed", "moved", "recalled", "open_contacts"])]
    total = fates.groupby(["scope_kind", "scope", "grid", "interval"], observed=True)["value"].sum()
    assert (total == arrivals.loc[total.index]).all() and len(total) == len(arrivals)

    additive = [
        m.name for m in MEASURES.values() if m.estimator in ("ratio of sums", "total") and m.name not in AT_THE_END
    ]
    keys = ["measure", "scope_kind", "scope"]
    f = f[f["measure"].isin(additive)]
    whole = f[f["interval"] < 0].set_index(keys)[["numerator", "denominator"]]
    parts = f[f["interval"] >= 0].groupby(keys, observed=True)[["numerator", "denominator"]].sum()
    assert set(parts.index) == set(whole.index)
    assert np.allclose(parts["numerator"], whole["numerator"].loc[parts.index], rtol=1e-9, atol=1e-9)
    ratios = parts.index.get_level_values(0).map(lambda m: MEASURES[m].estimator == "ratio of sums").to_numpy(bool)
    whole_base = whole["denominator"].loc[parts.index]
    assert np.allclose(parts["denominator"][ratios], whole_base[ratios], rtol=1e-9, atol=1e-9)

    for name in additive:
        for kind, group in (("stream", ("red", "blue")), ("pool", ("team", "crew"))):
            if kind in MEASURES[name].scopes and "all" in MEASURES[name].scopes and name not in ("carried_load",):
                each = [t.row(name, kind, s)["numerator"] for s in group]
                assert np.nansum(each) == pytest.approx(np.nan_to_num(t.row(name)["numerator"]), abs=1e-9), name


AT_THE_END = {"backlog_age", "meets_target_day", "meets_due_day"}


@QUICK
@given(records())
def test_service_levels_stand_in_order_and_bounds_enclose_values(r: Records) -> None:
    """SL-C <= SL-A <= SL-B and SL-A <= SL-D; lower <= value <= upper; shares are shares."""
    f = measure(r, SERVICES, GRID).frame
    f = f[f["value"].notna()]
    wide = f.pivot_table(
        index=["scope_kind", "scope", "grid", "interval"], columns="measure", values="value", observed=True
    )
    wide = wide.reindex(columns=["service_level", "service_level_b", "service_level_c", "service_level_d"])
    a, b, c, d = (wide[x].to_numpy() for x in wide.columns)
    for low, high in ((c, a), (a, b), (a, d)):
        both = ~np.isnan(low) & ~np.isnan(high)
        assert (low[both] <= high[both] + 1e-12).all()
    assert (f["lower"] <= f["value"]).all() and (f["value"] <= f["upper"]).all()
    unbounded_above = {"occupancy_scheduled", "utilisation"}
    share = f["measure"].map(lambda m: MEASURES[m].unit == "share" and m not in unbounded_above).astype(bool)
    assert ((f["value"][share] >= 0) & (f["value"][share] <= 1 + 1e-12) & (f["upper"][share] <= 1 + 1e-12)).all()
    assert (f["value"] >= -1e-12).all()


@QUICK
@given(records())
def test_queue_length_is_arrival_rate_times_wait(r: Records) -> None:
    """Little's law over records whose waits lie inside the period: area = sum of the waits."""
    spells, visits = put_together(r)
    inside = bool(((spells.entered >= 0) & (spells.line_end <= END)).all())
    t = measure(r, (), (), measures=["queue_length"])
    no_ghosts = not any(v["flags"] & 4 for v in r.visits)
    if inside and no_ghosts:
        assert t.row("queue_length")["numerator"] == pytest.approx(visits.waited.sum())
    assert t.row("queue_length")["numerator"] <= np.sum(spells.line_end - spells.entered) + 1e-9


@QUICK
@given(records())
def test_labels_of_intervals_join_what_finer_ones_split(r: Records) -> None:
    """Joined under one label, intervals give the ratio of the sums; alone under their own, the same numbers."""
    alone = GRID.labelled([f"part {i}" for i in range(3)], "alone")
    joined = GRID.labelled(["x", "y", "x"], "joined")
    names = ("arrivals", "service_level", "asa", "queue_length", "slot_hours", "tickets", "wait_p80", "queue_maximum")
    t = measure(r, SERVICES, (GRID, alone, joined), measures=names)
    for name in names:
        for kind in set(MEASURES[name].scopes) & {"all", "step"}:
            for scope in ("all",) if kind == "all" else ("phone", "chat", "desk"):
                plain = t.series(name, kind, scope, GRID.name).to_numpy()
                assert np.array_equal(plain, t.series(name, kind, scope, "alone").to_numpy(), equal_nan=True)
                first, third = (t.row(name, kind, scope, i, GRID.name) for i in (0, 2))
                both = t.row(name, kind, scope, 0, "joined")
                if MEASURES[name].estimator in ("ratio of sums", "total"):
                    top = np.nansum([first["numerator"], third["numerator"]])
                    assert np.nan_to_num(both["numerator"]) == pytest.approx(top)
                elif name == "queue_maximum":
                    assert both["value"] == max(first["value"], third["value"])
