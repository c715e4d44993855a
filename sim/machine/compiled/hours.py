"""Calendars and timelines on the table of numbers: the same bits as `Calendar` and `Timeline`."""

from __future__ import annotations

from math import floor, inf

from sim.machine.compiled.kernel import kernel
from sim.machine.compiled.layout import NONE
from sim.machine.compiled.tables import calendars, numbers, timelines


@kernel
def value_at(w, line, t):
    """Value of a timeline at a time."""
    x = timelines(w, line)
    low, high = 0, x.n
    while low < high:
        middle = (low + high) // 2
        if t < numbers(w)[x.times + middle]:
            high = middle
        else:
            low = middle + 1
    return numbers(w)[x.values + low - 1] if low else 0.0


@kernel
def first_span(w, full, c, start):
    """Put the cursor of the run before the first open interval that ends after `start`."""
    calendar = calendars(w, c)
    low, high = 0, calendar.head_n
    while low < high:
        middle = (low + high) // 2
        if start < numbers(w)[calendar.head + 2 * middle]:
            high = middle
        else:
            low = middle + 1
    w.span_at = low - 1 if low > 1 else 0
    w.span_turn = -1
    w.span_last = -inf
    w.span_pace = 1.0


@kernel
def next_span(w, full, c, start):
    """Move the cursor to the next open interval that ends after `start`; False when there is none."""
    calendar = calendars(w, c)
    if w.span_turn < 0:
        while w.span_at < calendar.head_n:
            i = calendar.head + 2 * w.span_at
            w.span_at += 1
            if numbers(w)[i + 1] > start:
                w.span_open = numbers(w)[i]
                w.span_close = numbers(w)[i + 1]
                if calendar.paces != NONE:
                    w.span_pace = numbers(w)[calendar.paces + w.span_at - 1]
                return True
        if calendar.repeats == 0 or calendar.tail_n == 0:
            return False
        turn = floor((start - calendar.origin) / calendar.period)
        w.span_turn = turn if turn > 0 else 0
        w.span_at = 0
    while True:
        while w.span_at < calendar.tail_n:
            shift = w.span_turn * calendar.period
            i = calendar.tail + 2 * w.span_at
            w.span_at += 1
            close = numbers(w)[i + 1] + shift
            if close > start and close > w.span_last:
                w.span_last = close
                w.span_open = numbers(w)[i] + shift
                w.span_close = close
                if calendar.paces != NONE:
                    w.span_pace = numbers(w)[calendar.paces + calendar.head_n + w.span_at - 1]
                return True
        w.span_turn += 1
        w.span_at = 0


@kernel
def next_open(w, full, c, t):
    """First open instant at or after `t`; infinity when there is none."""
    first_span(w, full, c, t)
    if next_span(w, full, c, t):
        opens = w.span_open
        return opens if opens > t else t
    return inf


@kernel
def is_open(w, full, c, t):
    """Whether a time lies in [open, close)."""
    first_span(w, full, c, t)
    return next_span(w, full, c, t) and w.span_open <= t


@kernel
def add_open(w, full, c, t, d):
    """Time at which `d` open minutes have passed since `t`."""
    calendar = calendars(w, c)
    while True:
        if d == 0.0:
            return t
        if d == inf:
            return inf
        left = d
        skipped = False
        jumped = False
        first_span(w, full, c, t)
        while next_span(w, full, c, t):
            a, b = w.span_open, w.span_close
            begin = a if a > t else t
            room = (b - begin) * w.span_pace
            if left <= room:
                end = begin + left / w.span_pace
                return end if left < room and end < b else b
            left -= room
            if not skipped and calendar.repeats != 0 and a >= calendar.origin and calendar.tail_open > 0.0:
                skipped = True
                turns = floor(left / calendar.tail_open) - 1
                if turns > 0:  # whole turns of the repeating part need no walk
                    t = b + turns * calendar.period
                    d = left - turns * calendar.tail_open
                    jumped = True
                    break
        if not jumped:
            return inf


@kernel
def open_between(w, full, c, start, stop):
    """Open minutes in [start, stop), for `start` at most `stop`."""
    calendar = calendars(w, c)
    if stop == inf and calendar.repeats != 0 and calendar.tail_open > 0.0:
        return inf
    total = 0.0
    low = start
    if calendar.repeats != 0 and calendar.tail_open > 0.0 and start >= calendar.origin:
        turns = floor((stop - start) / calendar.period)
        if turns > 0:
            low = start + turns * calendar.period
            total = turns * calendar.tail_open
    first_span(w, full, c, low)
    while next_span(w, full, c, low):
        a, b = w.span_open, w.span_close
        if a >= stop:
            break
        total += ((b if b < stop else stop) - (a if a > low else low)) * w.span_pace
    return total
