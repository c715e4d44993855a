"""Births: one job, or the members of a batch (rules 2.4 and 2.5)."""

from __future__ import annotations

from math import inf, nan

import numpy as np

from sim.machine.compiled.families import ENTER, travel
from sim.machine.compiled.kernel import kernel
from sim.machine.compiled.laws import invert, sample
from sim.machine.compiled.layout import BAD_BATCH, COUNTED_FAMILY, NONE
from sim.machine.compiled.luck import C2, draw, mix
from sim.machine.compiled.recall import found_family
from sim.machine.compiled.recording import begin_job_row
from sim.machine.compiled.slots import give_number, new_job
from sim.machine.compiled.tables import (
    attributes,
    jobs,
    laws,
    lives,
    marked,
    marks,
    numbers,
    stream_attributes,
    streams,
)
from sim.machine.compiled.trouble import complain


@kernel
def be_born(w, full, g):
    """One job of a birth, ready to enter its first step; nobody when slots ran out."""
    s = streams(w, g.stream)
    j = new_job(w, full, g.birth_key, w.now, g.stream, NONE)
    if j:
        give_number(w, j)
        lives(w, j).family = jobs(w, j).number
        w.born += 1
        jobs(w, j).step = s.to
        if 0.0 <= w.now < w.end:
            jobs(w, j).flags = COUNTED_FAMILY
            w.open_counted += 1
        begin_job_row(w, j)
        if full is not None:
            if len(full):
                if w.related:
                    found_family(w, j)
            read_attributes(w, full, g, j)
    return j


@kernel
def read_attributes(w, full, g, j):
    """Attributes read from the log or drawn at birth; no marks yet."""
    s = streams(w, g.stream)
    for a in range(w.n_attributes):
        attributes(w, j)[a] = 0.0
    for a in range(w.n_marks):
        marks(w, j)[a] = 0
        marked(w, j)[a] = nan
    for i in range(s.first_attribute, s.end_attribute):
        x = stream_attributes(w, i)
        if x.law == NONE:
            attributes(w, j)[x.attribute] = numbers(w)[x.column + g.n]
        else:
            attributes(w, j)[x.attribute] = sample(w, full, x.law, j, x.hash, 0, 0)


@kernel
def members(w, full, g):
    """How many jobs a birth brings."""
    s = streams(w, g.stream)
    x = batch_size(w, s.batch, g.birth_key)
    if not x < inf:
        complain(w, BAD_BATCH, NONE, x)
        return 0
    return np.int64(x + 0.5)


@kernel
def batch_size(w, law, key):
    """Number that the batch law gives a birth."""
    x = laws(w, law)
    value = invert(numbers(w), x.at, draw(key, w.batch_name, 0, 0), 0.0, numbers(w))
    return x.cap if value > x.cap else value


@kernel
def births_of_batch(w, full, g):
    """The members of a birth, each entering in turn."""
    n = members(w, full, g)
    key = g.birth_key
    for i in range(n):
        g.birth_key = key if i == 0 else mix(key + np.uint64(i) * C2)
        j = be_born(w, full, g)
        if not j:
            break
        travel(w, full, j, ENTER)
    g.birth_key = key
