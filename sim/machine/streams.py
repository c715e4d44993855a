"""Where jobs come from: rates, recorded logs, and the busyness of a day (rules 2.5, 6.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.machine.laws import Law
from sim.machine.timeline import Timeline


@dataclass(frozen=True)
class Busyness:
    """A random factor with mean 1 on the rate of a day, and optionally of intervals within it.

    Parameters
    ----------
    name : str
        Streams that name the same factor share it.
    day_sd : float
        Standard deviation of the day's factor.
    day_correlation : float
        Correlation of the day's normal score with the day before, AR(1).
    within_sd, within_correlation : float
        The same for intervals inside a day.
    interval : float
        Length of these intervals [min].
    law : {"lognormal", "gamma"}
        Shape of both factors.
    strata : int
        Replications in a block whose days are spread evenly over their law: each block has, on every date, one day in
        each of so many equally likely strata. 1: every replication is drawn by itself.
    """

    name: str
    day_sd: float = 0.0
    day_correlation: float = 0.0
    within_sd: float = 0.0
    within_correlation: float = 0.0
    interval: float = 30.0
    law: Literal["lognormal", "gamma"] = "lognormal"
    strata: int = 1


@dataclass(frozen=True)
class Stream:
    """Births at a rate that may change, be multiplied and be random.

    Parameters
    ----------
    name : str
        Name, unique among streams; the root of its jobs' luck.
    to : str
        Step every job enters first.
    rate : Timeline
        Births [1/min], busyness apart.
    reference : Timeline
        Rate that belongs to the stream's identity, by default `rate`. A stream whose rate is raised against an
        unchanged reference keeps every job it had, with key and time.
    busyness : tuple of str
        Names of the factors that multiply the rate.
    end : float
        No births from here on [min].
    batch : Law, optional
        Jobs per birth, rounded to the nearest whole number.
    attributes : mapping of str to Law
        Attributes drawn at birth.
    """

    name: str
    to: str
    rate: Timeline
    reference: Timeline
    busyness: tuple[str, ...] = ()
    end: float = inf
    batch: Law | None = None
    attributes: Mapping[str, Law] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class RecordedStream:
    """Births replayed from a log.

    Parameters
    ----------
    name, to, end, attributes
        As in `Stream`.
    times : array, shape (n,)
        Birth times [min], not decreasing.
    columns : mapping of str to array, shape (n,)
        Attributes read from the log.
    first_row : int
        Number of the first row in its log, so that a part of a log brings the same jobs as the whole.
    """

    name: str
    to: str
    times: NDArray[np.float64]
    columns: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    end: float = inf
    attributes: Mapping[str, Law] = field(default_factory=dict)
    first_row: int = 0
