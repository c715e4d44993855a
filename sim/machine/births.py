"""Births of a replication, in order, hour by hour (rules 2.5, 3.1 and 6.4)."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge
from math import ceil, floor, log1p
from typing import NamedTuple

from sim.machine.instance import Instance, RateTable
from sim.machine.luck import C4, MASK, cell_key, draw, mix, name_hash, named_key, recorded_key
from sim.machine.network import CELL, Network
from sim.machine.streams import RecordedStream, Stream

_TO_UNIT = 2.0**-52
_MARK = name_hash("mark")


class Birth(NamedTuple):
    """One birth; the fields stand in the order in which births of equal time come.

    Attributes
    ----------
    time : float
        [min].
    stream : int
        Number of the stream.
    band, n : int
        Where in the stream's factor and the how-manieth candidate of its hour; a recorded birth has band 0 and its row.
    key : int
        Root of the job's luck.
    """

    time: float
    stream: int
    band: int
    n: int
    key: int


def band_edges() -> Iterator[tuple[float, float]]:
    """Bands of the factor: [0,1) [1,1.25) [1.25,1.5) [1.5,2) [2,3) [3,4) [4,6) [6,8) ...

    Examples
    --------
    >>> from itertools import islice
    >>> list(islice(band_edges(), 6))
    [(0.0, 1.0), (1.0, 1.25), (1.25, 1.5), (1.5, 2.0), (2.0, 3.0), (3.0, 4.0)]
    """
    yield from ((0.0, 1.0), (1.0, 1.25), (1.25, 1.5), (1.5, 2.0))
    low = 2.0
    while True:
        yield low, 1.5 * low
        yield 1.5 * low, 2.0 * low
        low *= 2.0


def births(network: Network, instance: Instance) -> Iterator[Birth]:
    """All births from the start of the warm-up to the limit of the run, in order.

    Parameters
    ----------
    network : Network
        What is simulated.
    instance : Instance
        Tables of the replication.

    Yields
    ------
    Birth
        In the order (time, stream, band, n).

    Examples
    --------
    >>> from sim.machine import NetworkBuilder
    >>> from sim.machine.instance import instantiate
    >>> b = NetworkBuilder("calls", end=60, follow=0)
    >>> b.stream("calls", to="desk", rate=1.0)
    >>> b.work("desk")
    >>> n = b.build()
    >>> 30 < len(list(births(n, instantiate(n, 1, 0)))) < 100
    True
    """
    start, stop = 0.0 - network.warm_up, network.limit
    sources = []
    for i, stream in enumerate(network.streams):
        if isinstance(stream, RecordedStream):
            key = named_key(instance.base, "stream:" + stream.name)
            sources.append(_recorded(stream, i, key, start, min(stop, stream.end)))
        else:
            table = instance.rates[i]
            assert table is not None
            sources.append(_drawn(stream, i, table, start, min(stop, stream.end)))
    return merge(*sources) if len(sources) > 1 else sources[0]


def _recorded(stream: RecordedStream, i: int, key: int, start: float, stop: float) -> Iterator[Birth]:
    """Births of a log; rows keep their number whatever part of the log is used."""
    for row, t in enumerate(stream.times.tolist()):
        if start <= t < stop:
            yield Birth(t, i, 0, row, recorded_key(key, stream.first_row + row))


def _drawn(stream: Stream, i: int, table: RateTable, start: float, stop: float) -> Iterator[Birth]:
    """Births of a stream with a rate: points below the factor in (time, factor) space."""
    edges, reference, factor = table.lists
    first = 0
    for cell in range(floor(start / CELL), ceil(stop / CELL)):
        begin, end = cell * CELL, (cell + 1) * CELL
        while edges[first + 1] <= begin:
            first += 1
        last = first
        while edges[last + 1] < end:
            last += 1
        top = max(factor[first : last + 1])
        found: list[Birth] = []
        for band, (lower, upper) in enumerate(band_edges()):
            if not top > lower:
                break
            width = upper - lower
            key = cell_key(table.key, cell, band)
            t, piece, n = begin, first, 0
            while True:
                n += 1
                birth = mix((key + n * C4) & MASK)  # luck.birth_key, written out as in luck.draw
                need = -log1p(-(((birth >> 12) + 0.5) * _TO_UNIT))
                while True:
                    right = edges[piece + 1] if piece < last else end
                    density = reference[piece] * width
                    room = (right - t) * density
                    if need < room:
                        t += need / density
                        break
                    need -= room
                    t = right
                    if piece == last:
                        break
                    piece += 1
                if t >= end:
                    break
                f = factor[piece]
                if (f >= upper or (f > lower and lower + width * draw(birth, _MARK) < f)) and start <= t < stop:
                    found.append(Birth(t, i, band, n, birth))
        found.sort()
        yield from found
