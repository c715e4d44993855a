"""Laws of the numbers a job draws: how long, how patient, how many (rule 2.1).

Every law is the inverse of one uniform number, so a job's luck is one number per purpose whatever the law is.
The classes here describe; `inversion.py` computes, from one packed table of numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import exp, expm1, inf, lgamma, log, log1p, sqrt
from typing import Self

from sim.machine.predictor import Predictor

ALL = 1.0 - 1e-12
"""Probabilities of atoms that add up to this or more leave nothing (ten times 0.1 is a little less than 1)."""


@dataclass(frozen=True)
class Law:
    """A random number on [0, inf]; the subclasses say which.

    Parameters (of every law, keyword only)
    ---------------------------------------
    atoms : sequence of (value, probability)
        Values taken with a probability of their own; what remains of the uniform is rescaled.
    cap : float
        Upper limit of the final number.
    scale : Predictor
        Factor that depends on the job.
    load : float
        Correlation `rho` of the law's normal score with the family's `z`, in (-1, 1).
    """

    atoms: tuple[tuple[float, float], ...] = field(default=(), kw_only=True)
    cap: float = field(default=inf, kw_only=True)
    scale: Predictor | None = field(default=None, kw_only=True)
    load: float = field(default=0.0, kw_only=True)

    def base_mean(self) -> float:
        """Mean of the bare law, without atoms, cap, scale and load."""
        raise NotImplementedError

    @property
    def mean(self) -> float:
        """Mean, atoms counted; cap, scale and load are not.

        Examples
        --------
        >>> Exponential(4.0, atoms=((0.0, 0.25),)).mean
        3.0
        """
        share = sum(p for _, p in self.atoms)
        fixed = sum(v * p for v, p in self.atoms if p > 0.0)
        return fixed + ((1.0 - share) * self.base_mean() if share < ALL else 0.0)

    def with_atoms(self, *atoms: tuple[float, float]) -> Self:
        """The same law with these atoms."""
        return replace(self, atoms=tuple(atoms))

    def describe(self) -> str:
        """Kind and mean, in a few words.

        Examples
        --------
        >>> Exponential(5.0).describe()
        'exponential (mean 5 min)'
        """
        mean = self.mean
        known = "" if mean != mean else f" (mean {mean:.4g} min)"
        return type(self).__name__.lower() + known

    def problems(self) -> list[str]:
        """What is wrong with the numbers of this law, in words; empty when nothing is."""
        out = []
        if any(not 0.0 <= p <= 1.0 for _, p in self.atoms):
            out.append("an atom's probability must lie in [0, 1]")
        elif sum(p for _, p in self.atoms) > 1.0 + 1e-12:
            out.append(f"the atoms' probabilities add up to {sum(p for _, p in self.atoms):g}, above 1")
        if any(not v >= 0.0 for v, _ in self.atoms):
            out.append("an atom's value must be at least 0")
        if not self.cap >= 0.0:
            out.append(f"cap {self.cap} must be at least 0")
        if not -1.0 < self.load < 1.0:
            out.append(f"load {self.load} must lie strictly between -1 and 1")
        return out + self.own_problems()

    def own_problems(self) -> list[str]:
        """Problems of the subclass' own numbers."""
        return []

    def attributes(self) -> set[str]:
        """Names of the job attributes this law reads."""
        return set(self.scale.attributes()) if self.scale else set()


def _positive(**numbers: float) -> list[str]:
    return [f"{k} {v} must be a positive, finite number" for k, v in numbers.items() if not 0.0 < v < inf]


@dataclass(frozen=True)
class Constant(Law):
    """Always the same number; infinity is allowed ("never")."""

    value: float

    def base_mean(self) -> float:
        """The value."""
        return self.value

    def own_problems(self) -> list[str]:
        """Refuses negative values and NaN."""
        return [] if self.value >= 0.0 else [f"value {self.value} must be at least 0"]


@dataclass(frozen=True)
class Exponential(Law):
    """Exponential law with a mean: `-mean * log1p(-u)`."""

    mean_value: float

    def base_mean(self) -> float:
        """The mean."""
        return self.mean_value

    def own_problems(self) -> list[str]:
        """Refuses a mean that is not positive."""
        return _positive(mean=self.mean_value)


@dataclass(frozen=True)
class Uniform(Law):
    """Uniform law between two numbers."""

    low: float
    high: float

    def base_mean(self) -> float:
        """Middle of the interval."""
        return 0.5 * (self.low + self.high)

    def own_problems(self) -> list[str]:
        """Refuses an interval that is reversed, negative or infinite."""
        ok = 0.0 <= self.low <= self.high < inf
        return [] if ok else [f"0 <= low <= high is expected, got {self.low} and {self.high}"]


@dataclass(frozen=True)
class Lognormal(Law):
    """Lognormal law by its mean and standard deviation.

    Examples
    --------
    >>> round(Lognormal.from_median(3.0, 5.0, 0.9).mean, 4)
    3.248
    """

    mean_value: float
    sd: float

    @classmethod
    def from_median(cls, median: float, quantile: float, share: float) -> Lognormal:
        """Lognormal law with this median and this quantile at `share`.

        Raises
        ------
        ValueError
            The quantile does not lie on its side of the median.
        """
        from sim.machine.normal import normal_quantile

        if not (0.0 < median < inf and 0.0 < quantile < inf and 0.0 < share < 1.0):
            raise ValueError(
                f"median {median} and quantile {quantile} must be positive and finite, share {share} inside (0, 1)"
            )
        if not (share - 0.5) * (quantile - median) > 0.0:
            raise ValueError(
                f"the quantile {quantile} at share {share} must lie "
                f"{'above' if share > 0.5 else 'below'} the median {median}, at a share other than 0.5"
            )
        sigma = log(quantile / median) / normal_quantile(share)
        mean = median * exp(0.5 * sigma * sigma)
        return cls(mean, mean * sqrt(expm1(sigma * sigma)))

    @property
    def log_parameters(self) -> tuple[float, float]:
        """Mean and standard deviation of the logarithm."""
        variance = log1p((self.sd / self.mean_value) ** 2)
        return log(self.mean_value) - 0.5 * variance, sqrt(variance)

    def base_mean(self) -> float:
        """The mean."""
        return self.mean_value

    def own_problems(self) -> list[str]:
        """Refuses a mean or standard deviation that is not positive."""
        return _positive(mean=self.mean_value, sd=self.sd)


@dataclass(frozen=True)
class Weibull(Law):
    """Weibull law: `width * (-log(1 - u)) ** (1 / shape)`."""

    shape: float
    width: float

    def base_mean(self) -> float:
        """Mean, from the gamma function; infinite where it leaves float64."""
        power = lgamma(1.0 + 1.0 / self.shape)
        return self.width * exp(power) if power < 700.0 else inf

    def own_problems(self) -> list[str]:
        """Refuses parameters that are not positive."""
        return _positive(shape=self.shape, width=self.width)


@dataclass(frozen=True)
class Quantiles(Law):
    """Law given by a table of quantiles, linear in between.

    Parameters
    ----------
    shares : sequence of float
        Increasing from 0 to 1.
    values : sequence of float
        Value at each share, not decreasing.
    """

    shares: tuple[float, ...]
    values: tuple[float, ...]

    @classmethod
    def of_sample(cls, sample: Sequence[float]) -> Quantiles:
        """The empirical law of a sample, linear between the sorted values."""
        x = sorted(float(v) for v in sample)
        if len(x) == 1:
            x = x * 2
        n = len(x) - 1
        return cls(tuple(i / n for i in range(n + 1)), tuple(x))

    def base_mean(self) -> float:
        """Mean of the piecewise-linear inverse."""
        s, v = self.shares, self.values
        return sum((s[i + 1] - s[i]) * 0.5 * (v[i] + v[i + 1]) for i in range(len(s) - 1))

    def own_problems(self) -> list[str]:
        """Refuses tables that are short, unsorted or do not run from 0 to 1."""
        s, v = self.shares, self.values
        if len(s) != len(v) or len(s) < 2:
            return ["a quantile table needs two or more shares and as many values"]
        out = []
        if s[0] != 0.0 or s[-1] != 1.0 or any(not a < b for a, b in pairwise(s)):
            out.append("shares must increase from 0 to 1")
        if not v[0] >= 0.0 or any(not a <= b for a, b in pairwise(v)) or not v[-1] < inf:
            out.append("values must be finite, at least 0 and not decreasing")
        return out


@dataclass(frozen=True)
class Hazard(Law):
    """Law with a piecewise-constant hazard; what remains after a last hazard of 0 never happens (infinity).

    Parameters
    ----------
    edges : sequence of float
        Increasing, from 0 [min]; the last piece is open-ended.
    hazards : sequence of float
        Hazard from each edge on [1/min].
    shift : str
        Attribute of the job by which every edge but the first is moved [min]; empty: none (rule 8.9).

    Examples
    --------
    >>> Hazard((0.0, 2.0), (0.5, 0.25)).mean > 2.0
    True
    """

    edges: tuple[float, ...]
    hazards: tuple[float, ...]
    shift: str = ""

    def base_mean(self) -> float:
        """Mean; infinity when the last hazard is 0, unknown before a job is there when the edges shift."""
        if self.shift:
            return float("nan")
        total, alive = 0.0, 1.0
        for i, h in enumerate(self.hazards):
            width = self.edges[i + 1] - self.edges[i] if i + 1 < len(self.edges) else inf
            if h == 0.0:
                total += alive * width
            elif width == inf:
                total += alive / h
            else:
                total += alive * -expm1(-h * width) / h
                alive *= exp(-h * width)
            if alive == 0.0:
                break
        return total

    def attributes(self) -> set[str]:
        """The attribute that shifts its edges too."""
        return super().attributes() | ({self.shift} if self.shift else set())

    def own_problems(self) -> list[str]:
        """Refuses edges that do not start at 0 or do not increase, and negative hazards."""
        e, h = self.edges, self.hazards
        if len(e) != len(h) or not e:
            return ["a hazard table needs as many hazards as edges, at least one"]
        out = []
        if e[0] != 0.0 or any(not a < b for a, b in pairwise(e)) or not e[-1] < inf:
            out.append("edges must increase from 0")
        if any(not 0.0 <= x < inf for x in h):
            out.append("a hazard must be at least 0 and finite")
        return out


@dataclass(frozen=True)
class Attribute(Law):
    """A number the job carries: a replayed size, a patience that is kept over redials."""

    name: str
    times: float = 1.0

    def base_mean(self) -> float:
        """Unknown before a job is there."""
        return float("nan")

    def own_problems(self) -> list[str]:
        """Refuses a factor that is negative."""
        return [] if 0.0 <= self.times < inf else [f"times {self.times} must be at least 0 and finite"]

    def attributes(self) -> set[str]:
        """The attribute itself."""
        return super().attributes() | {self.name}


@dataclass(frozen=True)
class Table(Law):
    """Inverse of a continuous law, as cubic Hermite pieces (see `hermite.tabulate`).

    Parameters
    ----------
    shares, values, slopes : sequences of float, one length
        Knots: probability, value there, derivative of the value by the probability.
    mean_value : float
        Mean of the tabulated law.
    """

    shares: tuple[float, ...]
    values: tuple[float, ...]
    slopes: tuple[float, ...]
    mean_value: float

    def base_mean(self) -> float:
        """Mean of the law that was tabulated."""
        return self.mean_value

    def own_problems(self) -> list[str]:
        """Refuses tables that are short or unsorted."""
        s, v = self.shares, self.values
        if not len(s) == len(v) == len(self.slopes) or len(s) < 2:
            return ["an inverse table needs two or more knots, each with share, value and slope"]
        out = []
        if any(not a < b for a, b in pairwise(s)) or not s[0] >= 0.0 or not s[-1] <= 1.0:
            out.append("shares must increase inside [0, 1]")
        if any(not a <= b for a, b in pairwise(v)) or not v[0] >= 0.0 or not v[-1] < inf:
            out.append("values must be finite, at least 0 and not decrease")
        if not out:
            secants = [(b - a) / (t - r) for (r, t), (a, b) in zip(pairwise(s), pairwise(v), strict=True)]
            limits = [3.0 * min(a, b) for a, b in pairwise([inf, *secants, inf])]
            # three times both secants keep a cubic piece monotone (de Boor and Swartz, 1977)
            if any(not 0.0 <= d <= m * (1.0 + 1e-9) for d, m in zip(self.slopes, limits, strict=True)):
                out.append("slopes must lie between 0 and three times the secants beside them")
        return out


@dataclass(frozen=True)
class Mixture(Law):
    """One of several laws, chosen by the uniform; what remains of it is rescaled for the one chosen."""

    weights: tuple[float, ...]
    laws: tuple[Law, ...]

    def base_mean(self) -> float:
        """Weighted mean."""
        return sum(w * law.mean for w, law in zip(self.weights, self.laws, strict=True)) / sum(self.weights)

    def own_problems(self) -> list[str]:
        """Refuses wrong weights and components that carry options of a whole law."""
        if len(self.weights) != len(self.laws) or not self.laws:
            return ["a mixture needs as many weights as laws, at least one"]
        out = [] if all(0.0 < w < inf for w in self.weights) else ["weights must be positive and finite"]
        return out + _component_problems(self.laws)

    def attributes(self) -> set[str]:
        """Attributes read by any component."""
        return super().attributes().union(*(law.attributes() for law in self.laws))


@dataclass(frozen=True)
class ByAttribute(Law):
    """Law chosen by the value of a job attribute (a size by kind of job).

    Parameters
    ----------
    name : str
        Attribute that is compared, exactly.
    cases : mapping of float to Law
        Law for each value.
    otherwise : Law
        Law for every other value.
    """

    name: str
    cases: tuple[tuple[float, Law], ...]
    otherwise: Law

    @classmethod
    def of(cls, name: str, cases: Mapping[float, Law], otherwise: Law) -> ByAttribute:
        """Build from a mapping."""
        return cls(name, tuple(sorted(cases.items())), otherwise)

    def base_mean(self) -> float:
        """Unknown before a job is there."""
        return float("nan")

    def describe(self) -> str:
        """The attribute and the number of cases."""
        return f"by {self.name} ({len(self.cases)} cases)"

    def own_problems(self) -> list[str]:
        """Refuses components that carry options of a whole law."""
        values = [v for v, _ in self.cases]
        out = [] if len(set(values)) == len(values) else ["a value stands twice among the cases"]
        return out + _component_problems([law for _, law in self.cases] + [self.otherwise])

    def attributes(self) -> set[str]:
        """The attribute, and those the components read."""
        inner = [law.attributes() for _, law in self.cases] + [self.otherwise.attributes()]
        return (super().attributes() | {self.name}).union(*inner)


def _component_problems(laws: Sequence[Law]) -> list[str]:
    """A component may have atoms; cap, scale and load belong to the whole law."""
    out: list[str] = []
    for law in laws:
        out += law.problems()
        if law.cap != inf or law.scale is not None or law.load != 0.0:
            out.append("cap, scale and load belong to the whole law, not to a component")
    return out
