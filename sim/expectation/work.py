"""Work of contacts by what the bot has made of them: by difficulty, and by who has handed them off."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isnan

import numpy as np
from numpy.typing import NDArray

from sim.lowering import Operation
from sim.lowering.handle_times import HANDED_OFF, difficulties, hand_off_codes, work_by_difficulty
from sim.machine import Work
from sim.machine.laws import ByAttribute, Law
from sim.machine.predictor import Predictor
from sim.machine.streams import RecordedStream, Stream

Array = NDArray[np.float64]


@dataclass(frozen=True)
class WorkOf:
    """Work of a contact of a kind.

    Attributes
    ----------
    mean : float
        Of one that no bot has met [min]; NaN if it is not known.
    minutes : array, shape (hand-offs, difficulties)
        By who has handed it off (see `sim.lowering.handle_times.hand_off_codes`) and by difficulty; 0 if not known.
    """

    mean: float
    minutes: Array


def work_of(operation: Operation, kind: str) -> WorkOf:
    """Work of a contact of a kind, all its replies and after-contact work included."""
    scenario, network = operation.scenario, operation.network
    k = scenario.kinds[kind]
    step = network.step(kind)
    assert isinstance(step, Work)
    stream = network.streams[network.stream_index[k.contact_type]]
    talk = scenario.channels[k.channel].conversation
    replies = 1.0 if talk is None else talk.replies
    after = 0.0 if step.after_work is None else mean_of(step.after_work, stream)
    codes = 1 + sum(hand_off_codes(scenario).values())
    bare = replace(step.size, load=0.0, scale=None)
    mean = replies * (mean_of(bare, stream) + after)
    if isnan(bare.mean):
        by_difficulty = np.full(len(difficulties()[0]), mean_of(bare, stream))
    else:
        by_difficulty = np.array(work_by_difficulty(bare, step.size.load))
    factors = np.array([_factor(step.size.scale, code) for code in range(codes)])
    minutes = replies * (factors[:, None] * by_difficulty[None, :] + after)
    return WorkOf(mean, np.nan_to_num(minutes))


def mean_of(law: Law, stream: Stream | RecordedStream) -> float:
    """Mean of a law; for one that depends on a recorded column, over the rows of the log."""
    if isinstance(law, ByAttribute) and isinstance(stream, RecordedStream):
        values = stream.columns[law.name]
        means = {v: m.mean for v, m in law.cases}
        found = [means.get(float(v), law.otherwise.mean) for v in np.unique(values)]
        counts = [int(np.sum(values == v)) for v in np.unique(values)]
        return float(np.average(found, weights=counts)) if counts else float("nan")
    return law.mean


def _factor(scale: Predictor | None, code: int) -> float:
    """What a hand-off makes of the handle time."""
    if scale is None:
        return 1.0
    assert all(t.source.name == HANDED_OFF for t in scale.terms)
    return scale.base + sum(t.factor * min(max(code, t.low), t.high) for t in scale.terms)
