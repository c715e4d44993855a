"""The inverse of every law, from one table of numbers (rules 1.2 and 2.1).

Plain functions on flat tables, so that one source serves every engine. A law stands in the table as

    kind, rho, n_atoms, (cumulated probability, value) * n_atoms, its own numbers

and is named by the index `at` of its first number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp, inf, log, log1p, sqrt

from sim.machine.laws import (
    ALL,
    Attribute,
    ByAttribute,
    Constant,
    Exponential,
    Hazard,
    Law,
    Lognormal,
    Mixture,
    Quantiles,
    Table,
    Uniform,
    Weibull,
)
from sim.machine.normal import normal_cdf, normal_quantile

(
    CONSTANT,
    EXPONENTIAL,
    UNIFORM,
    LOGNORMAL,
    WEIBULL,
    QUANTILES,
    HAZARD,
    ATTRIBUTE,
    TABLE,
    MIXTURE,
    BY_ATTRIBUTE,
    SHIFTED,
) = range(12)
SMALLEST = 2.0**-53
"""Uniforms that went through a transformation are kept inside [2^-53, 1 - 2^-53]."""


def pack(law: Law, table: list[float], attributes: Mapping[str, int]) -> int:
    """Append a law to a table of numbers and return its index.

    Parameters
    ----------
    law : Law
        A checked law.
    table : list of float
        Grows by the law's numbers (components first).
    attributes : mapping of str to int
        Index of each job attribute.

    Examples
    --------
    >>> table = []
    >>> at = pack(Exponential(2.0), table, {})
    >>> round(invert(table, at, 0.5, 0.0, []), 6)
    1.386294
    """
    own: list[float]
    match law:
        case Constant(value=value):
            own, kind = [value], CONSTANT
        case Exponential(mean_value=mean):
            own, kind = [mean], EXPONENTIAL
        case Uniform(low=low, high=high):
            own, kind = [low, high - low], UNIFORM
        case Lognormal():
            own, kind = list(law.log_parameters), LOGNORMAL
        case Weibull(shape=shape, width=width):
            own, kind = [1.0 / shape, width], WEIBULL
        case Quantiles(shares=shares, values=values):
            own, kind = [len(shares), *shares, *values], QUANTILES
        case Hazard(edges=edges, hazards=hazards, shift=""):
            own, kind = [len(edges), *edges, *hazards], HAZARD
        case Hazard(edges=edges, hazards=hazards, shift=name):
            own, kind = [attributes[name], len(edges), *edges, *hazards], SHIFTED
        case Attribute(name=name, times=times):
            own, kind = [attributes[name], times], ATTRIBUTE
        case Table(shares=shares, values=values, slopes=slopes):
            own, kind = [len(shares), *shares, *values, *slopes], TABLE
        case Mixture(weights=weights, laws=laws):
            inner = [pack(x, table, attributes) for x in laws]
            total, run, cumulated = sum(weights), 0.0, []
            for w in weights:
                run += w
                cumulated.append(run / total)
            cumulated[-1] = 1.0
            own, kind = [len(laws), *cumulated, *inner], MIXTURE
        case ByAttribute(name=name, cases=cases, otherwise=otherwise):
            inner = [pack(x, table, attributes) for _, x in cases]
            last = pack(otherwise, table, attributes)
            own, kind = [attributes[name], len(cases), *(v for v, _ in cases), *inner, last], BY_ATTRIBUTE
        case _:
            raise TypeError(f"{type(law).__name__} is not a law of the machine")
    atoms: list[float] = []
    run = 0.0
    for value, probability in law.atoms:
        run += probability
        atoms += [run if run < ALL else 1.0, value]
    at = len(table)
    table += [float(kind), law.load, float(len(law.atoms)), *atoms, *map(float, own)]
    return at


def clamp_unit(u: float) -> float:
    """`u` kept inside [2^-53, 1 - 2^-53]."""
    if u < SMALLEST:
        return SMALLEST
    if u > 1.0 - SMALLEST:
        return 1.0 - SMALLEST
    return u


def invert(table: Sequence[float], at: int, u: float, z: float, attributes: Sequence[float]) -> float:
    """Value of a law at the uniform `u`.

    Parameters
    ----------
    table : sequence of float
        Packed laws.
    at : int
        Index of the law in it.
    u : float
        Uniform strictly inside (0, 1).
    z : float
        The family's normal number; read only when the law has a load.
    attributes : sequence of float
        The job's attributes; read only by laws that name one.
    """
    while True:
        kind = table[at]
        rho = table[at + 1]
        n_atoms = int(table[at + 2])
        p = at + 3
        if rho != 0.0:
            u = clamp_unit(normal_cdf(rho * z + sqrt(1.0 - rho * rho) * normal_quantile(u)))
        if n_atoms:
            for i in range(n_atoms):
                if u < table[p + 2 * i]:
                    return table[p + 2 * i + 1]
            below = table[p + 2 * n_atoms - 2]
            if below >= 1.0:
                return table[p + 2 * n_atoms - 1]
            u = clamp_unit((u - below) / (1.0 - below))
            p += 2 * n_atoms
        if kind == EXPONENTIAL:
            return -table[p] * log1p(-u)
        if kind == LOGNORMAL:
            return exp(table[p] + table[p + 1] * normal_quantile(u))
        if kind == CONSTANT:
            return table[p]
        if kind == ATTRIBUTE:
            return attributes[int(table[p])] * table[p + 1]
        if kind == UNIFORM:
            return table[p] + u * table[p + 1]
        if kind == WEIBULL:
            return table[p + 1] * exp(table[p] * log(-log1p(-u)))
        if kind == HAZARD:
            return hazard_quantile(table, p, u)
        if kind == QUANTILES:
            return linear_quantile(table, p, u)
        if kind == TABLE:
            return hermite_quantile(table, p, u)
        if kind == SHIFTED:
            return shifted_hazard_quantile(table, p + 1, u, attributes[int(table[p])])
        # a mixture or a law by attribute: go on with one of its parts
        if kind == MIXTURE:
            n = int(table[p])
            i = 0
            while i < n - 1 and u >= table[p + 1 + i]:
                i += 1
            low = table[p + i] if i else 0.0
            u = clamp_unit((u - low) / (table[p + 1 + i] - low))
            at = int(table[p + 1 + n + i])
        else:
            value = attributes[int(table[p])]
            n = int(table[p + 1])
            i = 0
            while i < n and table[p + 2 + i] != value:
                i += 1
            at = int(table[p + 2 + n + i])


def hazard_quantile(table: Sequence[float], p: int, u: float) -> float:
    """Time at which the cumulated hazard reaches `-log(1 - u)`."""
    n = int(table[p])
    need = -log1p(-u)
    for i in range(n - 1):
        left = table[p + 1 + i]
        piece = table[p + 1 + n + i] * (table[p + 2 + i] - left)
        if need < piece:
            return left + need / table[p + 1 + n + i]
        need -= piece
    last = table[p + 2 * n]
    return table[p + n] + need / last if last > 0.0 else inf


def shifted_hazard_quantile(table: Sequence[float], p: int, u: float, shift: float) -> float:
    """The same with every edge but the first moved by `shift`, to 0 at least (rule 8.9)."""
    n = int(table[p])
    need = -log1p(-u)
    left = table[p + 1]
    for i in range(n - 1):
        right = table[p + 2 + i] + shift
        if right < 0.0:
            right = 0.0
        piece = table[p + 1 + n + i] * (right - left)  # 0 where it is empty
        if need < piece:
            return left + need / table[p + 1 + n + i]
        need -= piece
        left = right
    last = table[p + 2 * n]
    return left + need / last if last > 0.0 else inf


def linear_quantile(table: Sequence[float], p: int, u: float) -> float:
    """Linear interpolation in a quantile table."""
    n = int(table[p])
    i = piece_of(table, p + 1, n, u)
    s0, s1 = table[p + 1 + i], table[p + 2 + i]
    v0, v1 = table[p + 1 + n + i], table[p + 2 + n + i]
    return v0 + (v1 - v0) * ((u - s0) / (s1 - s0))


def hermite_quantile(table: Sequence[float], p: int, u: float) -> float:
    """Cubic Hermite interpolation in an inverse table; the end values beyond its knots."""
    n = int(table[p])
    i = piece_of(table, p + 1, n, u)
    s0, s1 = table[p + 1 + i], table[p + 2 + i]
    v0, v1 = table[p + 1 + n + i], table[p + 2 + n + i]
    width = s1 - s0
    d0, d1 = table[p + 1 + 2 * n + i] * width, table[p + 2 + 2 * n + i] * width
    x = (u - s0) / width
    if x < 0.0:
        x = 0.0
    elif x > 1.0:
        x = 1.0
    c = 3.0 * (v1 - v0) - 2.0 * d0 - d1
    d = 2.0 * (v0 - v1) + d0 + d1
    value = v0 + x * (d0 + x * (c + x * d))
    # rounding may not carry a piece past its knots
    if value < v0:
        return v0
    if value > v1:
        return v1
    return value


def piece_of(table: Sequence[float], start: int, n: int, u: float) -> int:
    """Index of the piece [knot i, knot i + 1) that holds `u`, by halving."""
    low, high = 0, n - 1
    while high - low > 1:
        middle = (low + high) // 2
        if u < table[start + middle]:
            high = middle
        else:
            low = middle
    return low
