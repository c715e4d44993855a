"""Records of one replication reduced to the table that is kept of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.replication.grids import DAY, HOUR, QUARTER, WEEKDAY_HALF, WEEKDAY_HOUR, Grids
from experiments.replication.layout import Layout, Reduced
from experiments.replication.promises import desk_of, services_of
from sim.lowering import Operation
from sim.machine import Network, Records
from sim.measures import MEASURES, Desk, Measure, Service, Split, Survey
from sim.measures.catalogue import OF_DESK
from sim.measures.cells.arrays import Floats, Ints
from sim.measures.contacts.visits import ABANDONED
from sim.measures.definition import ScopeKind
from sim.measures.evidence import Evidence
from sim.measures.table import Numbers

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

BY_HOUR = ("arrivals", "service_level", "abandonment", "asa", "queue_length")
"""What is kept of every step by hour of the day; of all together, channels and pools it is everything."""

BY_QUARTER = ("queue_length", "on_duty_hours", "busy_hours")
BY_WEEKDAY_HOUR = ("arrivals", "service_level", "asa", "abandonment", "queue_length", "occupancy", "on_duty_hours")

BY_HALF_HOUR = ("arrivals", "service_level", "queue_length", "on_duty_hours")
BY_DAY = ("human_contacts", "self_inflicted", "promise_open", "promise_overdue", "promise_oldest")
"""What is kept by date of contacts and promises that are followed from step to step."""

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
    network : Network
        What is simulated.
    grids : Grids
        Ways of splitting the period.
    services : tuple of Service
        Channels with their targets.
    levels : tuple of LevelAt
        Further service levels, by channel and for all channels together.
    desk : Desk
        What the steps stand for.
    """

    network: Network
    grids: Grids
    services: tuple[Service, ...]
    levels: tuple[LevelAt, ...]
    desk: Desk

    @classmethod
    def of(cls, operation: Operation) -> Reduction:
        """The reduction of an operation."""
        return cls(
            operation.network, Grids.of(operation), services_of(operation), levels_asked(operation), desk_of(operation)
        )

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
            WEEKDAY_HALF: self.grids.weekday_half,
            QUARTER: self.grids.quarter,
        }
        return g[grid].labels if grid in g else ()

    def __call__(self, records: Records) -> Reduced:
        """Numbers of one replication, in the rows of `layout`.

        Parameters
        ----------
        records : Records
            Of this network, or of one that differs in numbers only; the period may have been cut short.

        Raises
        ------
        ValueError
            They are of another operation.
        """
        cut = records.network.end != self.network.end
        own = replace(self, network=records.network) if cut else self
        evidence = Evidence(records, own._survey.ruler)
        main = own._survey(evidence).numbers
        parts = [main]
        if self.services:
            parts.append(own._within_waits(evidence))
        tables = [survey(evidence).numbers for survey in own._at_levels]
        parts += [Numbers(*(x[rows] for x in tables[k])) for k, rows in own._level_rows]
        return Reduced.of_numbers(self.layout, Numbers(*map(np.concatenate, zip(*parts, strict=True))))

    @cached_property
    def layout(self) -> Layout:
        """Rows that every history of the operation leaves, also one in which nothing happens.

        By grid: `period` everything; `hour` and `day` everything for all contacts together, channels and pools
        (`hour` also `BY_HOUR` for steps); `weekday hour`, `weekday half hour` and `quarter` what hours of the week and
        pictures are made of;
        `wait` the shares of each channel answered and gone within a wait.
        """
        rows = self._survey.rows
        scopes = {scope: i for i, scope in enumerate(rows.scopes)}
        measures = [*rows.measures, *(OWN_MEASURES if self.services else ()), *(level.name for level in self.levels)]
        n_waits, n_channels = len(self.waits), len(self.services)
        parts: list[tuple[NDArray[Any], ...]] = [(rows.measure, rows.scope, rows.way, rows.interval)]
        if self.services:
            first = scopes["channel", self.services[0].name]
            size = n_waits * n_channels
            channel = np.repeat(np.arange(n_channels), n_waits) + first
            waits = np.tile(np.arange(n_waits), n_channels)
            for i in range(len(OWN_MEASURES)):
                parts.append((np.full(size, len(rows.measures) + i), channel, np.full(size, len(rows.ways)), waits))
        numbers = {way.name: i for i, way in enumerate(rows.ways)}
        for i, (k, mine) in enumerate(self._level_rows):
            r = self._at_levels[k].rows
            scope = np.array([scopes[x] for x in r.scopes])[r.scope[mine]]
            way = np.array([numbers[x.name] for x in r.ways])[r.way[mine]]
            number = len(measures) - len(self.levels) + i
            parts.append((np.full(mine.size, number), scope, way, r.interval[mine]))
        measure, scope, way, interval = (np.concatenate(x) for x in zip(*parts, strict=True))
        return Layout(
            measures=tuple(measures),
            scopes=rows.scopes,
            grids=(*(w.name for w in rows.ways), WAIT),
            labels=((), *(w.labels for w in rows.ways[1:]), self.labels(WAIT)),
            measure=measure.astype(np.int16),
            scope=scope.astype(np.int32),
            grid=way.astype(np.int8),
            interval=interval.astype(np.int32),
        )

    @cached_property
    def _survey(self) -> Survey:
        """All measures but those of this package."""

        def given(names: tuple[str, ...] | None, *kinds: ScopeKind) -> dict[ScopeKind, tuple[str, ...] | None]:
            return dict.fromkeys(kinds, names)

        main: tuple[ScopeKind, ...] = ("all", "channel", "pool")
        g = self.grids
        usual = tuple(name for name in MEASURES if name not in OF_DESK)
        splits = (
            Split(g.hour, given(usual, *main) | given(BY_HOUR, "step")),
            Split(g.day, given((*usual, *BY_DAY), *main)),
            Split(g.weekday_hour, given(BY_WEEKDAY_HOUR, *main)),
            Split(g.weekday_half, given(BY_HALF_HOUR, "channel", "pool")),
            Split(g.quarter, given(BY_QUARTER, *main)),
        )
        return Survey(self.network, self.services, splits, desk=self.desk)

    @cached_property
    def _at_levels(self) -> tuple[Survey, ...]:
        """Service levels at thresholds of their own, in the period and by hour; one survey for each threshold."""
        found = []
        for within in self._thresholds:
            services = [Service(s.steps, awt=within, name=s.name, channel=s.channel) for s in self.services]
            names = [level.measure for level in self.levels if level.within == within]
            wanted: Mapping[ScopeKind, Sequence[str]] = {"all": names, "channel": names}
            found.append(Survey(self.network, services, self.grids.hour, measures=wanted))
        return tuple(found)

    @property
    def _thresholds(self) -> tuple[float, ...]:
        return tuple(dict.fromkeys(level.within for level in self.levels))

    @cached_property
    def _level_rows(self) -> tuple[tuple[int, Ints], ...]:
        """For each of `levels`, its survey and its rows there."""
        found = []
        for level in self.levels:
            k = self._thresholds.index(level.within)
            rows = self._at_levels[k].rows
            there = level.measure in rows.measures
            mine = np.flatnonzero(rows.measure == rows.measures.index(level.measure)) if there else np.zeros(0, int)
            found.append((k, mine))
        return tuple(found)

    def _within_waits(self, evidence: Evidence) -> Numbers:
        """How many of each channel were answered, and how many had given up, within each of `waits`."""
        contacts = next(c for c in evidence.contacts(self._survey.coverage) if "channel" in c.kinds)
        channel, n, waits = contacts.kinds["channel"].of, len(self.services), np.array(self.waits)
        gone = contacts.status == ABANDONED
        some = np.flatnonzero(contacts.answered | gone)
        # the first wait in the list that is not shorter
        wait = np.searchsorted(waits, contacts.wait[some])
        cell = ((gone[some] * n) + channel[some]) * (waits.size + 1) + wait
        number = np.bincount(cell, minlength=2 * n * (waits.size + 1)).reshape(2, n, waits.size + 1)
        hits: Floats = np.cumsum(number[:, :, :-1], axis=2).astype(np.float64)
        base = np.bincount(channel[contacts.had_wait], minlength=n).astype(np.float64)[:, None]
        of = np.broadcast_to(base, hits.shape).ravel()
        value = np.divide(hits.ravel(), of, out=np.full(of.size, np.nan), where=of > 0.0)
        return Numbers(hits.ravel(), of, value, value, value)

    def __getstate__(self) -> dict[str, Any]:
        """What is sent to other processes: not what can be made again."""
        return {f.name: getattr(self, f.name) for f in fields(self)}
