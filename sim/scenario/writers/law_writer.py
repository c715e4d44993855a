"""Writing of laws in the words of the language."""

from __future__ import annotations

from typing import Any

from sim.scenario.model.laws import (
    ByAttribute,
    Constant,
    Exponential,
    Hazard,
    Law,
    Lognormal,
    Mixture,
    Never,
    Quantiles,
)
from sim.scenario.text.units import as_duration, as_share, plain

Tree = dict[str, Any]


def law_words(law: Law) -> Any:
    """Write a law in the words of the language (text, or nested dictionaries of texts).

    Examples
    --------
    >>> law_words(Exponential(mean=180.0))
    {'law': 'exponential', 'mean': '3 h'}
    """
    match law:
        case Never():
            return "never"
        case Constant(value=value):
            return {"constant": as_duration(value)}
        case Exponential(mean=mean):
            return {"law": "exponential", "mean": as_duration(mean)}
        case Lognormal(mean=mean, sd=sd):
            return {"law": "lognormal", "mean": as_duration(mean), "sd": as_duration(sd)}
        case Quantiles(shares=shares, minutes=minutes):
            return {"quantiles": {as_share(p): as_duration(m) for p, m in zip(shares, minutes, strict=True)}}
        case Hazard(edges=edges, hazards=hazards):
            return {"hazard": {as_duration(a): f"{plain(h)} per min" for a, h in zip(edges, hazards, strict=True)}}
        case Mixture(parts=parts):
            return {"mixture": {p.name: {"share": as_share(p.share), "of": law_words(p.of)} for p in parts}}
        case ByAttribute(attribute=attribute, cases=cases, otherwise=otherwise):
            tree: Tree = {"by": attribute, "values": {case.value: law_words(case.of) for case in cases}}
            return tree if otherwise is None else {**tree, "otherwise": law_words(otherwise)}
    tree = {"law": law.name}
    if law.shape:
        tree["shape"] = {name: plain(x) for name, x in law.shape}
    tree["loc"] = as_duration(law.loc)
    if law.scale is not None:
        tree["scale"] = as_duration(law.scale)
    if law.mean is not None:
        tree["mean"] = as_duration(law.mean)
    return tree
