"""Laws of a scenario as laws of the machine."""

from __future__ import annotations

from functools import lru_cache

from sim.machine import laws as machine
from sim.machine.hermite import tabulate
from sim.scenario.model import laws as words


def lower_law(law: words.Law) -> machine.Law | None:
    """Machine law of a duration; None for "never".

    Examples
    --------
    >>> lower_law(words.Exponential(mean=3.0))
    Exponential(atoms=(), cap=inf, scale=None, load=0.0, mean_value=3.0)
    """
    match law:
        case words.Never():
            return None
        case words.Constant(value=value):
            return machine.Constant(value)
        case words.Exponential(mean=mean):
            return machine.Exponential(mean)
        case words.Lognormal(mean=mean, sd=sd):
            return machine.Lognormal(mean, sd)
        case words.Quantiles(shares=shares, minutes=minutes):
            return machine.Quantiles(shares, minutes)
        case words.Hazard(edges=edges, hazards=hazards):
            return machine.Hazard(edges, hazards)
        case words.ScipyLaw():
            return _scipy(law.name, law.shape, law.loc, law.scale, law.mean)
        case words.Mixture(parts=parts):
            return machine.Mixture(tuple(p.share for p in parts), tuple(_or_never(p.of) for p in parts))
        case words.ByAttribute(attribute=attribute, cases=cases, otherwise=otherwise):
            rest = cases[0].of if otherwise is None else otherwise
            return machine.ByAttribute.of(attribute, {c.code: _or_never(c.of) for c in cases}, _or_never(rest))
    raise TypeError(f"{type(law).__name__} is not a law of the language")


def lower_number(number: float | words.NumberByAttribute, shift: float = 0.0) -> machine.Law:
    """Machine law of a number that is fixed, or given by a recorded column; `shift` is added.

    Examples
    --------
    >>> lower_number(1.5).mean
    1.5
    """
    if isinstance(number, words.NumberByAttribute):
        return machine.ByAttribute.of(
            number.attribute,
            {c.code: machine.Constant(c.number + shift) for c in number.cases},
            machine.Constant(number.otherwise + shift),
        )
    return machine.Constant(number + shift)


def attributes_read(law: words.Law | words.NumberByAttribute | float) -> set[str]:
    """Names of the recorded columns that a law or number reads."""
    match law:
        case words.ByAttribute():
            inner = [attributes_read(c.of) for c in law.cases]
            rest = set() if law.otherwise is None else attributes_read(law.otherwise)
            return {law.attribute}.union(rest, *inner)
        case words.NumberByAttribute():
            return {law.attribute}
        case words.Mixture():
            return set[str]().union(*(attributes_read(p.of) for p in law.parts))
    return set()


def _or_never(law: words.Law) -> machine.Law:
    lowered = lower_law(law)
    return machine.Constant(float("inf")) if lowered is None else lowered


@lru_cache(maxsize=256)
def _scipy(
    name: str, shape: tuple[tuple[str, float], ...], loc: float, scale: float | None, mean: float | None
) -> machine.Law:
    """A law of scipy: the machine's own where it has one, else its inverse table."""
    if scale is None:
        from scipy import stats

        standard = float(getattr(stats, name)(**dict(shape)).mean())
        scale = ((1.0 if mean is None else mean) - loc) / standard
    if name == "uniform":
        return machine.Uniform(loc, loc + scale)
    if loc == 0.0:
        if name == "expon":
            return machine.Exponential(scale)
        if name == "weibull_min":
            return machine.Weibull(dict(shape)["c"], scale)
    return tabulate(name, **dict(shape), loc=loc, scale=scale)
