"""Numbers that a job draws, and numbers that depend on it (rules 2.1 and 2.2)."""

from __future__ import annotations

from math import exp, inf, isnan, log1p

import numpy as np

from sim.machine import inversion, normal
from sim.machine.compiled.gauges import gauge_value
from sim.machine.compiled.hours import value_at
from sim.machine.compiled.kernel import inlined, kernel, shared
from sim.machine.compiled.layout import (
    BAD_LAW,
    BY_AGE,
    BY_ATTRIBUTE,
    BY_FAMILY_MARK,
    BY_GAUGE,
    BY_LATENESS,
    BY_MARK,
    BY_ROUND,
    BY_SWITCH,
    BY_TIME,
    BY_WAITED,
    BY_Z,
    EXP,
    IDENTITY,
    IN_LINE,
    LOGISTIC,
    PLAIN_CONSTANT,
    PLAIN_EXPONENTIAL,
    PLAIN_LOGNORMAL,
)
from sim.machine.compiled.luck import draw
from sim.machine.compiled.tables import (
    attributes,
    conditions,
    jobs,
    kin,
    laws,
    lives,
    marks,
    numbers,
    persons,
    predictors,
    switches,
    terms,
    ties,
)
from sim.machine.compiled.trouble import complain

normal_cdf = shared(normal.normal_cdf)
normal_quantile = shared(normal.normal_quantile)
normal_quantile_here = shared(normal.normal_quantile, inline=True)
clamp_unit = shared(inversion.clamp_unit)
piece_of = shared(inversion.piece_of)
invert = shared(
    inversion.invert,
    normal_cdf=normal_cdf,
    normal_quantile=normal_quantile,
    clamp_unit=clamp_unit,
    hazard_quantile=shared(inversion.hazard_quantile),
    shifted_hazard_quantile=shared(inversion.shifted_hazard_quantile),
    linear_quantile=shared(inversion.linear_quantile, piece_of=piece_of),
    hermite_quantile=shared(inversion.hermite_quantile, piece_of=piece_of),
)


@kernel
def family_z(w, full, j):
    """The family's normal number (rule 6.3)."""
    return normal_quantile(draw(lives(w, j).root_key, w.z_name, 0, 0))


@kernel
def sample(w, full, law, j, name, round_, purpose):
    """Number that a law gives a job for a purpose."""
    x = laws(w, law)
    if x.plain == PLAIN_EXPONENTIAL:
        return -x.a * log1p(-draw(jobs(w, j).key, name, round_, purpose))
    if x.plain == PLAIN_CONSTANT:
        return x.a
    if x.plain == PLAIN_LOGNORMAL:
        return exp(x.a + x.b * normal_quantile_here(draw(jobs(w, j).key, name, round_, purpose)))
    return sample_tabled(w, full, law, j, draw(jobs(w, j).key, name, round_, purpose))


@kernel
def sample_tabled(w, full, law, j, u):
    """The same for a law with options, or of a rarer kind."""
    x = laws(w, law)
    if full is not None:
        z = family_z(w, full, j) if x.loaded else 0.0
        value = invert(numbers(w), x.at, u, z, attributes(w, j))
        if x.scale >= 0:
            scale = predict(w, full, x.scale, j)
            if not scale > 0.0:
                value *= 0.0
            elif value != 0.0:
                value *= scale
    else:
        value = invert(numbers(w), x.at, u, 0.0, numbers(w))
    if value > x.cap:
        value = x.cap
    if not value >= 0.0:
        complain(w, BAD_LAW, np.int64(jobs(w, j).number), value)
        return 0.0
    return value


@kernel
def look(w, full, source, index, j):
    """What a Predictor or condition looks at."""
    if source == BY_TIME:
        return value_at(w, index, w.now)
    if source == BY_ROUND:
        return float(jobs(w, j).round)
    if source == BY_AGE:
        return w.now - lives(w, j).birth
    if full is not None:
        person = persons(w, j)
        if source == BY_WAITED:
            return person.waited + (w.now - person.joined if jobs(w, j).state == IN_LINE else 0.0)
        if source == BY_MARK:
            return float(marks(w, j)[index])
        if source == BY_ATTRIBUTE:
            return attributes(w, j)[index]
        if source == BY_LATENESS:
            return -inf if isnan(person.due) else w.now - person.due
        if source == BY_Z:
            return family_z(w, full, j)
        if len(full):
            if source == BY_GAUGE:
                return gauge_value(w, index)
            if source == BY_SWITCH:
                return float(switches(w, index).is_on)
            if source == BY_FAMILY_MARK:
                return float(kin(w, ties(w, j).kin).marks[index])
    return 0.0


@kernel
def predict(w, full, predictor, j):
    """Value of a Predictor for a job, now."""
    y = predictors(w, predictor)
    x = y.base
    for i in range(y.first, y.end):
        t = terms(w, i)
        v = look(w, full, t.source, t.index, j)
        if t.factor != 0.0:
            x += t.factor * (t.low if v < t.low else t.high if v > t.high else v)
    if isnan(x):
        x = inf
    if y.link == IDENTITY:
        return x
    if y.link == EXP:
        return exp(x) if x < 700.0 else inf
    if y.link == LOGISTIC:
        return 1.0 / (1.0 + exp(-x)) if x > -700.0 else 0.0
    return normal_cdf(x)


@inlined
def holds(w, full, condition, j):
    """Whether a condition holds, now."""
    c = conditions(w, condition)
    v = look(w, full, c.source, c.index, j)
    return v <= c.number if c.at_most else v >= c.number
