"""The compiled engine from outside: how it grows, restarts, is cut, is kept and is chosen."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.machine import (
    Anchor,
    Attribute,
    Clause,
    Constant,
    Duty,
    Exponential,
    Lognormal,
    Network,
    NetworkBuilder,
    NetworkProblems,
    Records,
    Server,
    Weibull,
    compiled,
    engines,
    reference,
    simulate,
)
from sim.machine.audit import audit
from sim.machine.compiled import Walk, kinds, loop, packing, room, store, walk
from sim.machine.compiled.checked import checked
from sim.machine.compiled.kernel import as_one_module
from sim.machine.compiled.packing import packed
from sim.machine.engines import Kind
from tests.twins import bounded
from tests.twins.compare import differences, outcome
from tests.twins.networks import numbered


def overloaded(end: float = 300.0, kind: Kind = "core", batch: float = 0.0) -> Network:
    """A line that only grows; `full` adds a watch, `desk` marks of families and a switch too."""
    b = NetworkBuilder("overloaded", end=end, follow=2 * end)
    b.stream("in", to="line", rate=4.0, batch=Constant(batch) if batch else None)
    b.work("line", served_by="desk", size=Lognormal(3.0, 2.0), patience=Exponential(500.0))
    b.counted("desk", 2)
    tell = {"tired": 1} if kind == "desk" else {}
    b.route("line", "abandoned", Clause("again", probability=0.5, to="line", again=True, tell=tell))
    if kind == "desk":
        b.gauge("waiting", "waiting", steps=("line",))
        b.switch("crowded", "waiting", on=40.0, off=0.0, every=0.5)
        b.delay("tea", Constant(3.0), recall="tired")
        b.route("line", "done", "tea")
    if kind != "core":
        b.work("chaser", served_by="desk", size=Constant(0.5))
        b.watch("chase", Anchor("entered", "line"), Weibull(0.8, 60.0), to="chaser")
    return b.build()


def agree(network: Network, most_open: int = 1_000_000) -> Records:
    """What the compiled engine leaves, if it is what the reference leaves."""
    a, b = (outcome(run, network, 3, 1, most_open) for run in (reference.run, compiled.run))
    assert not differences(a, b)
    assert isinstance(b, Records), b
    return audit(b)


@pytest.mark.parametrize("kind", engines.KINDS)
def test_tables_grow_between_events(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that begins with room for next to nothing enlarges every table it needs and leaves the same records."""
    monkeypatch.setattr(walk, "FIRST_ROOM", 64)
    monkeypatch.setattr(walk, "MARGIN", 8)
    monkeypatch.setattr(walk, "MOST_EXPECTED", 10.0)
    monkeypatch.setattr(room, "_rooms", type(room._rooms)())
    grown: list[int] = []
    grow = Walk.grow
    monkeypatch.setattr(Walk, "grow", lambda self: (grown.append(1), grow(self)))
    network = overloaded(kind=kind)
    assert packed(network).kind == kind
    agree(network)
    assert len(grown) >= 5


@pytest.mark.parametrize("kind", engines.KINDS)
def test_an_event_that_needs_more_than_is_left_starts_the_run_anew(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    """A birth of 300 jobs does not fit into 64 places: the run begins again with more, and loses nothing."""
    monkeypatch.setattr(walk, "FIRST_ROOM", 64)
    monkeypatch.setattr(walk, "MARGIN", 2)
    monkeypatch.setattr(room, "_rooms", type(room._rooms)())
    network = overloaded(end=5.0, kind=kind, batch=300.0)
    w = Walk(network, 3, 1)
    w.walk()
    assert w.room > 1
    assert not differences(reference.run(network, 3, 1), w.records())


@pytest.mark.parametrize("kind", engines.KINDS)
@pytest.mark.parametrize("most_open", [1, 50, 400])
def test_r7_5_a_run_with_too_many_jobs_alive_is_cut_there(kind: Kind, most_open: int) -> None:
    """Both engines stop before the same event, with the same records so far; the audit holds on them."""
    records = agree(overloaded(kind=kind), most_open)
    assert records.cut
    assert records.stopped < 300.0
    assert records.tally.open > most_open


def test_a_bit_for_each_line_finds_who_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pools with many lines look at bits; random networks leave the same records when every pool does."""
    monkeypatch.setattr(packing, "MANY_LINES", 0)
    done = 0
    for number in range(120):
        twin = numbered(6, number, small=True)
        if twin.network is not None:
            try:
                a = outcome(bounded.reference, *twin.run)
            except bounded.TooLarge:
                continue
            assert not differences(a, outcome(compiled.run, *twin.run)), number
            done += 1
    assert done > 100


def test_memory_of_an_earlier_run_changes_nothing() -> None:
    """A small run after a large one, in the memory that the large one used."""
    small, large = overloaded(60.0, "desk"), overloaded(300.0, "full")
    alone = outcome(reference.run, small, 3, 1)
    for network in (large, small, large, small):
        after = outcome(compiled.run, network, 3, 1)
    assert not differences(alone, after)


def test_memory_of_another_kind_of_network_is_never_taken_for_more_than_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a large core run the tables of slots are long and those of attributes are not: the shortest counts."""
    monkeypatch.setattr(room, "_rooms", type(room._rooms)())
    with monkeypatch.context() as patch:
        patch.setattr(walk, "FIRST_ROOM", 1 << 16)
        large = Walk(overloaded(), 1, 0)
        large.walk()
        long = int(large.run[0].room_jobs)
        large.records()
    b = NetworkBuilder("marked", end=60.0)
    b.stream("in", to="line", rate=1.0, attributes={"size": Exponential(3.0)})
    b.work("line", served_by="desk", size=Attribute("size"))
    b.counted("desk", 1)
    b.route("line", "done", Clause("mark", add={"seen": 1}))
    w = Walk(b.build(), 1, 0)
    assert w.t["jobs"].size >= long > w.run[0].room_jobs
    for name in ("jobs", "lives", "persons", "attributes", "marks", "marked", "scratch"):
        assert w.t[name].shape[0] >= w.run[0].room_jobs, name
    assert w.t["far"].size >= 2 * w.run[0].room_jobs
    assert w.t["kept"].size >= w.run[0].room_job_rows
    agree(b.build())


def test_threads_leave_the_records_of_one_thread() -> None:
    """Kernels release the lock of the interpreter and share nothing."""
    networks = [overloaded(kind=engines.KINDS[i % 3]) for i in range(6)]
    one = [compiled.run(n, 5, r) for r, n in enumerate(networks)]
    with ThreadPoolExecutor(4) as pool:
        many = list(pool.map(lambda x: compiled.run(x[1], 5, x[0]), enumerate(networks)))
    assert not [d for a, b in zip(one, many, strict=True) for d in differences(a, b)]


def test_without_rows_the_run_is_the_same() -> None:
    """Rows that are not kept change neither the areas nor the counts nor the end."""
    network = overloaded()
    kept, bare = Walk(network, 1, 0), Walk(network, 1, 0, visits=False, jobs=False)
    kept.walk()
    bare.walk()
    a, b = kept.records(), bare.records()
    assert (b.visits.size, b.jobs.size) == (0, 0)
    assert a.visits.size > 100
    assert (a.tally.born, a.tally.ended, a.stopped) == (b.tally.born, b.tally.ended, b.stopped)
    assert np.array_equal(a.tally.waiting, b.tally.waiting)


def test_there_are_three_compilations_whatever_the_networks() -> None:
    """The core, the full engine and the service desk; no scenario is ever compiled for."""
    b = NetworkBuilder("named", end=60.0)
    b.stream("in", to="desk", rate=0.5)
    b.work("desk", served_by="team", size=Exponential(3.0))
    b.named("team", [Server("ann", (Duty(0, 60),))])
    for network in (*(overloaded(kind=kind) for kind in engines.KINDS), b.build(), overloaded(batch=2.0, end=20.0)):
        compiled.run(network, 1, 0)
    assert set(loop.run_kernels.signatures) == {loop.signature(kind) for kind in engines.KINDS}


def test_the_largest_compilation_has_everything_that_the_others_have(monkeypatch: pytest.MonkeyPatch) -> None:
    """Random networks without a service desk leave the same records when they run where there is one."""
    monkeypatch.setattr(kinds, "needs_desk", lambda network: True)
    done = 0
    for number in range(150):
        twin = numbered(7, number)
        if twin.network is not None and not twin.network.gauges and not twin.network.family_marks:
            try:
                a = outcome(bounded.reference, *twin.run)
            except bounded.TooLarge:
                continue
            assert packed(twin.network).kind == "desk"
            assert not differences(a, outcome(compiled.run, *twin.run)), number
            done += 1
    assert done > 40


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("core", {}),
        ("core", {"yields": True}),
        ("full", {"units": 1, "priority": Constant(1.0)}),
        ("desk", {"owner": "note"}),
        ("desk", {"grade": 1}),
        ("desk", {"keep": True}),
        ("desk", {"release": "done"}),
        ("desk", {"recall": "over"}),
        ("desk", {"shared_limit": ("in", 3.0)}),
    ],
)
def test_a_network_gets_the_smallest_compilation_that_has_what_it_uses(kind: Kind, more: dict[str, Any]) -> None:
    """What is not used costs nothing: neither time nor a compilation."""
    b = NetworkBuilder("one", end=60.0)
    b.stream("in", to="line", rate=1.0)
    b.work("line", served_by="desk", size=Exponential(3.0), **more)
    if "owner" in more:
        b.named("desk", [Server("ann", (Duty(0, 60),))])
    else:
        b.counted("desk", 2)
    if "shared_limit" in more:
        b.gauge("in", "inside", steps=("line",))
    assert compiled.kind_of(b.build()) == kind


def test_a_network_that_the_checks_refuse_reaches_no_engine() -> None:
    """It cannot even be made."""
    b = NetworkBuilder("wrong", end=60.0)
    b.stream("in", to="nowhere", rate=1.0)
    with pytest.raises(NetworkProblems):
        b.build()


def test_small_jobs_do_not_wait_for_the_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until the engine is compiled small networks run on the reference, large ones wait; compiling goes on beside."""
    begun: list[str] = []
    monkeypatch.setattr(compiled, "ready", lambda network: False)
    monkeypatch.setattr(engines, "warm_aside", begun.append)
    small, large = overloaded(60.0), overloaded(120_000.0)
    assert engines.runner(small) is reference.run
    assert begun == ["core"]
    assert engines.runner(large) is compiled.run
    assert engines.must_wait(large, "auto", 1)
    assert not engines.must_wait(small, "auto", 20)
    assert engines.settled(small, "auto", 20) == "reference"
    assert engines.settled(small, "auto", 20_000) == "compiled"
    assert engines.settled(large, "reference", 20) == "reference"
    desk = overloaded(120_000.0, kind="desk")
    assert engines.seconds_to_compile([large, large, small], "auto", 1) == engines.SECONDS_TO_COMPILE["core"]
    assert engines.seconds_to_compile([large, desk], "auto", 1) == sum(
        engines.SECONDS_TO_COMPILE[kind] for kind in ("core", "desk")
    )
    assert engines.runner(small, "compiled") is compiled.run
    assert engines.runner(large, "reference") is reference.run
    monkeypatch.setattr(compiled, "ready", lambda network: True)
    assert engines.runner(small) is compiled.run
    assert not engines.must_wait(large, "auto", 1)
    assert engines.settled(small, "auto", 1) == "compiled"


def test_a_network_with_more_edges_than_a_job_can_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before a kernel sees it."""
    monkeypatch.setattr(packing, "MOST_U2", 0)
    with pytest.raises(ValueError, match="network overloaded: 1 steps; at most 0 are possible"):
        compiled.run(overloaded(), 1, 0)


def test_an_unknown_engine_is_named() -> None:
    """With those that there are."""
    with pytest.raises(ValueError, match="engine 'fast' is unknown; one of auto, compiled, reference is expected"):
        simulate(overloaded(), engine="fast")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="most_open must be at least 1, got 0"):
        simulate(overloaded(), most_open=0)


def test_code_is_kept_where_it_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder of AFTERSIM_CACHE_DIR; none where nothing can be written, and then nothing is kept."""
    store.folder.cache_clear()
    monkeypatch.setenv("AFTERSIM_CACHE_DIR", str(tmp_path / "new"))
    assert store.folder() == tmp_path / "new"
    store.folder.cache_clear()
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("AFTERSIM_CACHE_DIR", str(tmp_path / "file" / "below"))
    assert store.folder() is None
    monkeypatch.undo()
    store.folder.cache_clear()


def test_the_stamp_of_kept_code_covers_every_source_of_the_kernels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A changed file of the engine, or of what it shares, makes kept code void."""
    before = store.stamp()
    for name in ("compiled/agenda.py", "normal.py"):
        store.stamp.cache_clear()
        machine = tmp_path / name.replace("/", "_") / "machine"
        (machine / "compiled").mkdir(parents=True)
        for path in [*store.HERE.glob("*.py"), *(store.HERE.parent / n for n in store.SHARED)]:
            (machine / path.relative_to(store.HERE.parent)).write_bytes(path.read_bytes())
        monkeypatch.setattr(store, "HERE", machine / "compiled")
        assert store.stamp() == before
        store.stamp.cache_clear()
        (machine / name).write_text("# changed\n")
        assert store.stamp() != before
        monkeypatch.undo()
    store.stamp.cache_clear()


def test_checked_tables_refuse_a_negative_index() -> None:
    """Where kernels run uncompiled, no index wraps around."""
    table = checked(np.arange(3))
    assert table[2] == 2
    with pytest.raises(IndexError, match="index -1 is negative"):
        table[-1]
    with pytest.raises(IndexError, match="index -2 is negative"):
        table[-2] = 0
    with pytest.raises(IndexError):
        table[3]


def test_two_compilations_at_once_leave_numba_as_it_was() -> None:
    """The second waits for the first, and puts back what was there before either of them."""
    from numba.core.registry import cpu_target

    codegen = cpu_target.target_context.codegen()
    before = codegen._library_class
    inside, leave = threading.Event(), threading.Event()

    def first() -> None:
        with as_one_module("first"):
            inside.set()
            leave.wait(30)

    def second() -> None:
        with as_one_module("second"):
            pass

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    threads[0].start()
    inside.wait(30)
    threads[1].start()
    time.sleep(0.2)  # the second has come to the door
    leave.set()
    for thread in threads:
        thread.join(30)
    assert codegen._library_class is before
    assert "set_env" not in vars(codegen)
