"""Generators of the births of one replication, and the rates that they read (rule 6.4)."""

from __future__ import annotations

from math import ceil, floor, inf
from typing import Any

import numpy as np

from sim.machine.births import band_edges
from sim.machine.compiled import layout as at
from sim.machine.compiled.pieces import Array, table
from sim.machine.instance import Instance
from sim.machine.luck import mix, name_hash, named_key
from sim.machine.network import CELL, Network


def generators(network: Network, instance: Instance, streams: Array) -> tuple[Array, Array]:
    """Generators of births and the rates they read; fills the streams' part of them."""
    rates: list[Array] = []
    rows: list[dict[str, Any]] = []
    pieces = 0
    for i, stream in enumerate(network.streams):
        s = streams[i]
        s.first_generator = len(rows)
        x = instance.rates[i]
        if x is None:
            key = named_key(instance.base, "stream:" + stream.name)
            s.key = mix(key ^ name_hash("log"))
            rows.append({"stream": i, "n": int(s.piece) - 1})
        else:
            s.key = x.key
            edges, factor = np.asarray(x.edges), np.asarray(x.factor)
            piece = np.zeros(factor.size, at.RATE)
            piece["begin"], piece["end"] = edges[:-1], edges[1:]
            piece["reference"], piece["factor"] = x.reference, factor
            rates.append(piece)
            s.first_piece = s.piece = pieces
            pieces += factor.size
            top = float(factor.max())
            for band, (lower, upper) in enumerate(band_edges()):
                if not top > lower:
                    break
                rows.append({"stream": i, "band": band, "lower": lower, "upper": upper, "time": inf})
        s.end_generator = len(rows)
    out = np.concatenate(rates) if rates else np.zeros(0, at.RATE)
    return table(at.GENERATOR, rows), out.view(np.recarray)


def cells(network: Network) -> tuple[int, int]:
    """Number of the cell before the first one, and of the last one."""
    return floor((0.0 - network.warm_up) / CELL) - 1, ceil(network.limit / CELL) - 1
