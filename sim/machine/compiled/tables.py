"""Reading and writing the tables of a run through one small record.

A kernel gets a single pointer, the record `layout.RUN`, which holds the scalars of the run and the addresses of its
tables. `jobs(w, j)` is element j of the table of jobs, as a record whose fields can be read and set; `numbers(w)` is a
table of plain numbers. (Passing the tables as arrays costs seven numbers each at every call, and minutes of compile
time.) Without compilation `w` is a `checked.World`, and every index is checked.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from sim.machine.compiled import layout as at
from sim.machine.compiled.kernel import UNCOMPILED
from sim.machine.compiled.rows import Row, alone, unchanging

_WORD = ir.IntType(64)


def _index(builder: Any, kind: Any, value: Any) -> Any:
    """An index of any integer type as 64 bits."""
    if value.type.width == 64:
        return value
    return builder.sext(value, _WORD) if kind.signed else builder.zext(value, _WORD)


def _address(builder: Any, record: Any, field: str) -> Any:
    """Address of a table, read from the record."""
    fields: Any = at.RUN.fields
    offset = fields[field][1]
    place = cgutils.pointer_add(builder, record, offset)
    address = builder.load(builder.bitcast(place, ir.PointerType(_WORD)))
    alone(builder, address, "row_run")
    unchanging(builder, address)
    return address


def rows_of(field: str, dtype: np.dtype[Any]) -> Any:
    """Accessor `(w, i) -> record` of a table."""
    if UNCOMPILED:
        return lambda w, i: w.row(field, i)
    record = Row(field, dtype, at.FIXED.get(field, frozenset()))
    size = dtype.itemsize

    @intrinsic
    def element(typingctx: Any, w: Any, i: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            place = builder.add(
                _address(builder, args[0], field),
                builder.mul(_index(builder, signature.args[1], args[1]), ir.Constant(_WORD, size)),
            )
            return builder.inttoptr(place, context.get_value_type(record))

        return record(w, i), codegen

    return element


def entries_of(dtype: np.dtype[Any]) -> Any:
    """Accessor `(address, i) -> record` of any table of these records."""
    if UNCOMPILED:
        return lambda table, i: table[i]
    record = Row("entry", dtype)
    size = dtype.itemsize

    @intrinsic
    def element(typingctx: Any, address: Any, i: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            place = builder.add(
                args[0], builder.mul(_index(builder, signature.args[1], args[1]), ir.Constant(_WORD, size))
            )
            return builder.inttoptr(place, context.get_value_type(record))

        return record(address, i), codegen

    return element


def plain(field: str, kind: types.Type) -> Any:
    """Accessor `(w) -> table` of plain numbers."""
    if UNCOMPILED:
        return lambda w: w.table(field)
    pointer = types.CPointer(kind)

    @intrinsic
    def table(typingctx: Any, w: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return builder.inttoptr(_address(builder, args[0], field), context.get_value_type(pointer))

        return pointer(w), codegen

    return table


def plain_rows(field: str, kind: Any, width: str) -> Any:
    """Accessor `(w, i) -> row` of a table of plain numbers with `w.<width>` numbers a row."""
    if UNCOMPILED:
        return lambda w, i: w.row(field, i)
    pointer = types.CPointer(kind)
    size = kind.bitwidth // 8

    @intrinsic
    def row(typingctx: Any, w: Any, i: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            index = _index(builder, signature.args[1], args[1])
            before = builder.mul(index, _address(builder, args[0], width))
            place = builder.add(_address(builder, args[0], field), builder.mul(before, ir.Constant(_WORD, size)))
            return builder.inttoptr(place, context.get_value_type(pointer))

        return pointer(w, i), codegen

    return row


def _run() -> Any:
    """Function `(address) -> w` of the record of a run."""
    if UNCOMPILED:
        return lambda w: w
    record = Row("run", at.RUN, at.FIXED["run"])

    @intrinsic
    def run(typingctx: Any, address: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return builder.inttoptr(args[0], context.get_value_type(record))

        return record(types.uint64), codegen

    return run


def _fetch(field: str, dtype: np.dtype[Any]) -> Any:
    """Hint `(w, i)`: the row will be wanted soon."""
    if UNCOMPILED:
        return lambda w, i: None
    size = dtype.itemsize

    @intrinsic
    def fetch(typingctx: Any, w: Any, i: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            place = builder.add(
                _address(builder, args[0], field),
                builder.mul(_index(builder, signature.args[1], args[1]), ir.Constant(_WORD, size)),
            )
            pointer = ir.PointerType(ir.IntType(8))
            word = ir.IntType(32)
            kind = ir.FunctionType(ir.VoidType(), [pointer, word, word, word])
            hint = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
            builder.call(hint, [builder.inttoptr(place, pointer), *(ir.Constant(word, x) for x in (1, 3, 1))])
            return context.get_dummy_value()

        return types.none(w, i), codegen

    return fetch


run_at = _run()
fetch_job = _fetch("jobs", at.JOB)
entry = entries_of(at.ENTRY_OF_HEAP)
jobs = rows_of("jobs", at.JOB)
lives = rows_of("lives", at.LIFE)
far = rows_of("far", at.FAR)
flags = plain("flags", types.uint64)
wheel = plain("wheel", types.uint32)
chunks = rows_of("chunks", at.CHUNK)
buckets = plain("buckets", types.uint32)
visits = rows_of("visits", at.VISIT_ROW)
job_rows = rows_of("job_rows", at.JOB_END_ROW)
sorted_visits = rows_of("sorted_visits", at.VISIT_ROW)
first_rows = plain("first_rows", types.int64)
kept = plain("kept", types.uint8)
steps = rows_of("steps", at.STEP)
edges = rows_of("edges", at.EDGE)
pools = rows_of("pools", at.POOL)
takes = rows_of("takes", at.TAKE)
routes = rows_of("routes", at.ROUTE)
clauses = rows_of("clauses", at.CLAUSE)
conditions = rows_of("conditions", at.CONDITION)
spawns = rows_of("spawns", at.SPAWN)
laws = rows_of("laws", at.LAW)
timelines = rows_of("timelines", at.LINE_OF_TIME)
numbers = plain("numbers", types.float64)
streams = rows_of("streams", at.STREAM)
generators = rows_of("generators", at.GENERATOR)
rates = rows_of("rates", at.RATE)
changes = rows_of("changes", at.CHANGE_OF_PLAN)
persons = rows_of("persons", at.PERSON)
servers = rows_of("servers", at.SERVER)
shelves = rows_of("shelves", at.SHELF)
bits = plain("bits", types.uint64)
attributes = plain_rows("attributes", types.float64, "n_attributes")
marks = plain_rows("marks", types.uint8, "n_marks")
marked = plain_rows("marked", types.float64, "n_marks")
clocks = rows_of("clocks", at.CLOCK)
clock_buckets = plain("clock_buckets", types.uint32)
watches = rows_of("watches", at.WATCH_TABLE)
anchors = rows_of("anchors", at.ANCHOR)
anchor_of = rows_of("anchor_of", at.ROUTE)
mark_adds = rows_of("mark_adds", at.MARK)
calendars = rows_of("calendars", at.CALENDAR)
predictors = rows_of("predictors", at.PREDICTOR)
terms = rows_of("terms", at.TERM)
stream_attributes = rows_of("stream_attributes", at.STREAM_ATTRIBUTE)
frames = plain("frames", types.int64)
heads = plain("heads", types.uint32)
breaks = rows_of("breaks", at.DUTY_ROW)
ties = rows_of("ties", at.TIE)
kin = rows_of("kin", at.KIN)
hosts = rows_of("hosts", at.HOST)
queues = rows_of("queues", at.QUEUE)
gauges = rows_of("gauges", at.GAUGE)
parts = rows_of("parts", at.PART)
rings = rows_of("rings", at.RING)
switches = rows_of("switches", at.SWITCH_STATE)
stretches = rows_of("stretches", at.STRETCH_OF_DUTY)
switch_rows = rows_of("switch_rows", at.SWITCH_ROW)
