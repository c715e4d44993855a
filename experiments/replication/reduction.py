"""Records of one replication reduced to the table that is kept of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from experiments.replication.grids import DAY, HOUR, QUARTER, WEEKDAY_HOUR, Grids
from experiments.replication.promises import services_of
from sim.lowering import Operation
from sim.machine import Records
from sim.measures import MEASURES, Measure, Service, measure

if TYPE_CHECKING:
    import pandas as pd

WAIT = "wait"
"""Grid of waits: its labels are minutes, `answered_within` counts up to each."""

WAITS = tuple(
    x / 60
    for x in (
        *(0, 1, 2, 3, 5, 7, 10, 15, 20, 30, 45),
        *(60 * m for m in (1, 1.5, 2, 3, 4, 5, 7, 10, 15, 20, 30, 45)),
        *(
            3600 * h
            for h in (1, 1.5, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 18, 20, 22, 24, 30, 36, 42, 48, 60, 72, 96, 120, 168)
        ),
    )
)
"""Waits up to which answers are counted [min]; those of the promises are added."""

BY_QUARTER = ("queue_length", "on_duty_hours", "busy_hours")
BY_WEEKDAY_HOUR = ("arrivals", "service_level", "asa", "abandonment", "queue_length", "occupancy", "on_duty_hours")

OWN_MEASURES = {
    m.name: m
    for m in (
        Measure(
            "answered_within",
            "Share answered within a wait",
            "share",
            "contact",
            ("channel",),
            "answered with a wait of at most the label [min] / (arrivals - blocked - turned away)",
        ),
        Measure(
            "abandoned_within",
            "Share that gave up within a wait",
            "share",
            "contact",
            ("channel",),
            "abandoned with a wait of at most the label [min] / (arrivals - blocked - turned away)",
            better="lower",
        ),
    )
}
"""Measures that only this package computes."""

LEVEL_NAME = re.compile(r"(service_level)_(\d+(?:\.\d+)?)(s|min|h)(?:_([bcd]))?")
"""Names such as `service_level_20s_b`: a variant of the service level at a threshold of its own."""

MINUTES = {"s": 1 / 60, "min": 1.0, "h": 60.0}


@dataclass(frozen=True)
class LevelAt:
    """A service level at a threshold that no promise names, asked for by a recorded number.

    Parameters
    ----------
    name : str
        As it was asked for, such as `service_level_20s_b`.
    measure : str
        The measure it is.
    within : float
        Threshold [min].
    """

    name: str
    measure: str
    within: float

    @classmethod
    def named(cls, name: str) -> LevelAt | None:
        """Read a name; None if it is not one of these.

        Examples
        --------
        >>> LevelAt.named("service_level_20s_b")
        LevelAt(name='service_level_20s_b', measure='service_level_b', within=0.3333333333333333)
        >>> LevelAt.named("asa")
        """
        found = LEVEL_NAME.fullmatch(name)
        if found is None:
            return None
        base, number, unit, variant = found.groups()
        return cls(name, f"{base}_{variant}" if variant else base, float(number) * MINUTES[unit])

    @property
    def definition(self) -> Measure:
        """Its definition: that of the measure, at its threshold."""
        m = MEASURES[self.measure]
        words = self.name.removeprefix("service_level_").split("_")[0]
        return Measure(
            self.name,
            f"{m.title}, {words}",
            m.unit,
            m.level,
            ("all", "channel"),
            f"{m.formula}; awt {words}",
            better=m.better,
            source=m.source,
        )


def levels_asked(operation: Operation) -> tuple[LevelAt, ...]:
    """Service levels at thresholds of their own that the recorded numbers of a scenario ask for."""
    names = dict.fromkeys(row.measure for row in operation.scenario.observed if row.measure not in MEASURES)
    return tuple(level for level in map(LevelAt.named, names) if level is not None)


@dataclass(frozen=True, eq=False)
class Reduction:
    """What is kept of the records of each replication of one operation.

    Attributes
    ----------
    grids : Grids
        Ways of splitting the period.
    services : tuple of Service
        Channels with their targets.
    levels : tuple of LevelAt
        Further service levels, by channel and for all channels together.
    """

    grids: Grids
    services: tuple[Service, ...]
    levels: tuple[LevelAt, ...]

    @classmethod
    def of(cls, operation: Operation) -> Reduction:
        """The reduction of an operation."""
        return cls(Grids.of(operation), services_of(operation), levels_asked(operation))

    @property
    def waits(self) -> tuple[float, ...]:
        """Waits up to which answers are counted [min]."""
        return tuple(sorted({*WAITS, *(s.awt for s in self.services if s.awt is not None)}))

    def definition(self, name: str) -> Measure:
        """Definition of a measure in the tables."""
        for level in self.levels:
            if level.name == name:
                return level.definition
        return OWN_MEASURES[name] if name in OWN_MEASURES else MEASURES[name]

    def labels(self, grid: str) -> tuple[str, ...]:
        """Labels of a grid, in order of its intervals."""
        if grid == WAIT:
            return tuple(f"{x:.4g}" for x in self.waits)
        g = {
            HOUR: self.grids.hour,
            DAY: self.grids.day,
            WEEKDAY_HOUR: self.grids.weekday_hour,
            QUARTER: self.grids.quarter,
        }
        return g[grid].labels if grid in g else ()

    def __call__(self, records: Records) -> pd.DataFrame:
        """Table of one replication.

        Returns
        -------
        DataFrame
            As `MeasureTable.frame`, in the grids `period`, `hour`, `day`, `weekday hour`, `quarter` and `wait`, with a
            column `label` for the interval.
        """
        import pandas as pd

        g = self.grids
        parts = [
            measure(records, self.services, (g.hour, g.day)).frame,
            _without_period(measure(records, self.services, g.weekday_hour, measures=BY_WEEKDAY_HOUR).frame),
            _without_period(measure(records, self.services, g.quarter, measures=BY_QUARTER).frame),
            *self._waits(records),
            *self._levels(records),
        ]
        frame = pd.concat([p.astype(dict.fromkeys(NAMES, object)) for p in parts], ignore_index=True)
        frame.insert(5, "label", self._label_column(frame))
        return frame.astype(dict.fromkeys((*NAMES, "label"), "category"))

    def _label_column(self, frame: pd.DataFrame) -> np.ndarray:
        label = np.full(len(frame), "", dtype=object)
        interval, grid = frame["interval"].to_numpy(), frame["grid"].to_numpy()
        for name in set(grid):
            labels = np.array(self.labels(name), dtype=object)
            if labels.size:
                mine = grid == name
                label[mine] = labels[interval[mine]]
        return label

    def _waits(self, records: Records) -> list[pd.DataFrame]:
        """How many of each channel were answered, or had given up, within each of `waits`."""
        from sim.measures.contacts import by_channel
        from sim.measures.service import cover
        from sim.measures.visits import ABANDONED, ANSWERED, IN_SERVICE, put_together

        if not self.services:
            return []
        _, visits = put_together(records)
        c = by_channel(records, visits, cover(records.network, self.services))
        waits = np.asarray(self.waits)
        rows = []
        for i, service in enumerate(self.services):
            mine = c.scope == i
            base = float(np.sum(mine & c.had_wait))
            answered = mine & ((c.status == ANSWERED) | (c.status == IN_SERVICE))
            for name, who in (("answered_within", answered), ("abandoned_within", mine & (c.status == ABANDONED))):
                if base > 0.0:
                    number = np.searchsorted(np.sort(c.wait[who]), waits, side="right").astype(np.float64)
                    rows.append(_shares(name, service.name, number, base))
        return rows

    def _levels(self, records: Records) -> list[pd.DataFrame]:
        """Service levels at thresholds of their own, under the names they were asked for."""
        steps: dict[str, tuple[str, ...]] = {}
        for s in self.services:
            steps.setdefault(s.name, s.steps)
        found = []
        for within in dict.fromkeys(x.within for x in self.levels):
            wanted = {x.measure: x.name for x in self.levels if x.within == within}
            services = [Service(of, awt=within, name=name) for name, of in steps.items()]
            frame = measure(records, services, self.grids.hour, measures=wanted).frame
            frame = frame[frame["scope_kind"].isin(("all", "channel"))]
            found.append(frame.assign(measure=frame["measure"].map(wanted)))
        return found


NAMES = ("measure", "scope_kind", "scope", "grid")


def _shares(name: str, scope: str, hits: NDArray[np.float64], base: float) -> pd.DataFrame:
    """Rows of a share of one channel in the grid of waits."""
    import pandas as pd

    value = hits / base
    return pd.DataFrame(
        {
            "measure": name,
            "scope_kind": "channel",
            "scope": scope,
            "grid": WAIT,
            "interval": np.arange(hits.size, dtype=np.int32),
            "numerator": hits,
            "denominator": base,
            **dict.fromkeys(("value", "lower", "upper"), value),
        }
    )


def _without_period(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["interval"] >= 0]
