"""Keys and uniform numbers, typed: the same bits as `sim.machine.luck`."""

from __future__ import annotations

import numpy as np

from sim.machine import luck as plain
from sim.machine.compiled.kernel import inlined

G, C1, C2, C4 = plain.G, plain.C1, plain.C2, plain.C4
C3 = plain.C3
S12, S27, S30, S31 = np.uint64(12), np.uint64(27), np.uint64(30), np.uint64(31)
TO_UNIT = 2.0**-52


@inlined
def mix(z):
    """Scatter the bits of a 64-bit number."""
    z = (z ^ (z >> S30)) * C1
    z = (z ^ (z >> S27)) * C2
    return z ^ (z >> S31)


@inlined
def unit(x):
    """Uniform number strictly inside (0, 1) from the upper 52 bits."""
    return (np.int64(x >> S12) + 0.5) * TO_UNIT


@inlined
def draw(key, name, round_, purpose):
    """Uniform number that belongs to one entity, name, round and purpose."""
    # unit(mix(mix(key + name) + (round * 256 + purpose) * G)), written out
    z = key + name
    z = (z ^ (z >> S30)) * C1
    z = (z ^ (z >> S27)) * C2
    z = (z ^ (z >> S31)) + np.uint64(round_ * 256 + purpose) * G
    z = (z ^ (z >> S30)) * C1
    z = (z ^ (z >> S27)) * C2
    return (np.int64((z ^ (z >> S31)) >> S12) + 0.5) * TO_UNIT


@inlined
def child_key(parent, name, round_, ordinal):
    """Key of a spawned job."""
    return mix(mix(parent ^ name) + np.uint64(round_ * 256 + ordinal + 1) * C4)


@inlined
def cell_key(stream, cell, band):
    """Key of one hour and band of a stream."""
    return mix(stream + np.uint64(cell + 1) * C2 + np.uint64(band + 1) * C3)
