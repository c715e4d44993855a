"""Laws: how a duration varies from contact to contact. All durations in minutes."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import Field

from sim.scenario.model.period import Frozen

Z90 = 1.2815515655446004  # 90 % point of the standard normal law


class Never(Frozen):
    """Infinitely long: nobody gives up."""

    law: Literal["never"] = "never"


class Constant(Frozen):
    """Always `value` [min]."""

    law: Literal["constant"] = "constant"
    value: float


class Exponential(Frozen):
    """Exponential with mean `mean` [min]."""

    law: Literal["exponential"] = "exponential"
    mean: float


class Lognormal(Frozen):
    """Lognormal with mean `mean` and standard deviation `sd`, both of the duration itself [min]."""

    law: Literal["lognormal"] = "lognormal"
    mean: float
    sd: float


class ScipyLaw(Frozen):
    """A continuous law of `scipy.stats` on [loc, inf).

    Parameters
    ----------
    name : its name there, for instance ``gamma`` or ``weibull_min``.
    shape : its shape parameters in scipy's order, (name, value).
    loc : where it starts [min].
    scale : its scale [min], or None if `mean` is given.
    mean : mean of the whole law [min]; the scale is what makes it so. None if `scale` is given.
    """

    law: Literal["scipy"] = "scipy"
    name: str
    shape: tuple[tuple[str, float], ...]
    loc: float = 0.0
    scale: float | None = None
    mean: float | None = None


class Quantiles(Frozen):
    """A table of quantiles, straight lines between them.

    Parameters
    ----------
    shares : ascending from 0 to 1.
    minutes : the duration that this share of contacts does not exceed, not descending [min].
    """

    law: Literal["quantiles"] = "quantiles"
    shares: tuple[float, ...]
    minutes: tuple[float, ...]


class Hazard(Frozen):
    """A piecewise-constant hazard.

    Parameters
    ----------
    edges : where each piece starts [min], ascending from 0; the last piece has no end.
    hazards : rate of ending per minute in each piece; 0 in the last one means that some never end.
    """

    law: Literal["hazard"] = "hazard"
    edges: tuple[float, ...]
    hazards: tuple[float, ...]


class Part(Frozen):
    """One part of a mixture: its name, share and law."""

    name: str
    share: float
    of: Law


class Mixture(Frozen):
    """Each contact belongs to one part, by its share (shares sum to 1)."""

    law: Literal["mixture"] = "mixture"
    parts: tuple[Part, ...]


class LawCase(Frozen):
    """The law of contacts whose attribute has this value: as written, and the number that stands for it."""

    value: str
    code: float
    of: Law


class ByAttribute(Frozen):
    """A law per value of a recorded column.

    Parameters
    ----------
    attribute : name of the attribute (see `Log.attributes`).
    cases : one law per value.
    otherwise : law of all other values, None if the cases cover every value.
    """

    law: Literal["by"] = "by"
    attribute: str
    cases: tuple[LawCase, ...]
    otherwise: Law | None = None


Law = Annotated[
    Never | Constant | Exponential | Lognormal | ScipyLaw | Quantiles | Hazard | Mixture | ByAttribute,
    Field(discriminator="law"),
]


class NumberCase(Frozen):
    """The number of contacts whose attribute has this value."""

    value: str
    code: float
    number: float


class NumberByAttribute(Frozen):
    """A number per value of a recorded column; `otherwise` for all other values."""

    attribute: str
    cases: tuple[NumberCase, ...]
    otherwise: float


for _class in (Part, Mixture, LawCase, ByAttribute):
    _class.model_rebuild()


def lognormal_of_quantiles(median: float, p90: float) -> Lognormal:
    """Give the lognormal law with this median and 90 % point [min].

    Examples
    --------
    >>> law = lognormal_of_quantiles(3.0, 5.0)
    >>> round(law.mean, 3), round(law.sd, 3)
    (3.248, 1.348)
    """
    s = math.log(p90 / median) / Z90
    mean = median * math.exp(s * s / 2.0)
    return Lognormal(mean=mean, sd=mean * math.sqrt(math.expm1(s * s)))


def gamma_of_moments(mean: float, sd: float) -> ScipyLaw:
    """Give the gamma law with this mean and standard deviation [min]."""
    return ScipyLaw(name="gamma", shape=(("a", (mean / sd) ** 2),), scale=sd * sd / mean)


def uniform_of_moments(mean: float, sd: float) -> ScipyLaw:
    """Give the uniform law with this mean and standard deviation [min]; it starts at mean - sqrt(3) sd."""
    half = math.sqrt(3.0) * sd
    return ScipyLaw(name="uniform", shape=(), loc=mean - half, scale=2.0 * half)


def weibull_of_moments(mean: float, sd: float) -> ScipyLaw:
    """Give the Weibull law with this mean and standard deviation [min], 0.1 <= sd / mean <= 10.

    Notes
    -----
    With shape c, (sd / mean)^2 + 1 = Gamma(1 + 2/c) / Gamma(1 + 1/c)^2, which falls in c; solved by bisection.
    """
    wanted = math.log1p((sd / mean) ** 2)
    low, high = 0.1, 100.0
    for _ in range(200):
        c = 0.5 * (low + high)
        if math.lgamma(1.0 + 2.0 / c) - 2.0 * math.lgamma(1.0 + 1.0 / c) > wanted:
            low = c
        else:
            high = c
    scale = mean / math.gamma(1.0 + 1.0 / c)
    return ScipyLaw(name="weibull_min", shape=(("c", c),), scale=scale)


def scaled(law: Law, factor: float) -> Law:
    """Give the law of `factor` times the duration.

    Examples
    --------
    >>> scaled(Lognormal(mean=4.0, sd=3.0), 1.5)
    Lognormal(law='lognormal', mean=6.0, sd=4.5)
    """
    if factor == 1.0:
        return law
    match law:
        case Constant(value=value):
            return Constant(value=value * factor)
        case Exponential(mean=mean):
            return Exponential(mean=mean * factor)
        case Lognormal(mean=mean, sd=sd):
            return Lognormal(mean=mean * factor, sd=sd * factor)
        case Quantiles(shares=shares, minutes=minutes):
            return Quantiles(shares=shares, minutes=tuple(m * factor for m in minutes))
        case Hazard(edges=edges, hazards=hazards):
            return Hazard(edges=tuple(e * factor for e in edges), hazards=tuple(h / factor for h in hazards))
        case ScipyLaw():
            update = {
                "loc": law.loc * factor,
                "scale": None if law.scale is None else law.scale * factor,
                "mean": None if law.mean is None else law.mean * factor,
            }
            return law.model_copy(update=update)
        case Mixture(parts=parts):
            return Mixture(parts=tuple(p.model_copy(update={"of": scaled(p.of, factor)}) for p in parts))
        case ByAttribute(cases=cases, otherwise=otherwise):
            changed = {
                "cases": tuple(c.model_copy(update={"of": scaled(c.of, factor)}) for c in cases),
                "otherwise": None if otherwise is None else scaled(otherwise, factor),
            }
            return law.model_copy(update=changed)
    return law  # never
