"""Keys and uniform numbers, typed: the same bits as `sim.machine.luck`."""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from sim.machine import luck as plain
from sim.machine.compiled.kernel import UNCOMPILED, inlined

G, C1, C2, C4 = plain.G, plain.C1, plain.C2, plain.C4
C3 = plain.C3
S12, S27, S30, S31 = np.uint64(12), np.uint64(27), np.uint64(30), np.uint64(31)
ONES, HALF = np.uint64(0x3FF0000000000000), 2.0**-53


def _as_float() -> Any:
    """Function `(x) -> the float64 with these bits`."""
    if UNCOMPILED:
        return lambda x: np.uint64(x).view(np.float64)

    @intrinsic
    def cast(typingctx: Any, x: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return builder.bitcast(args[0], ir.DoubleType())

        return types.float64(types.uint64), codegen

    return cast


as_float = _as_float()


@inlined
def mix(z):
    """Scatter the bits of a 64-bit number."""
    z = (z ^ (z >> S30)) * C1
    z = (z ^ (z >> S27)) * C2
    return z ^ (z >> S31)


@inlined
def unit(x):
    """Uniform number strictly inside (0, 1) from the upper 52 bits."""
    # 1.m - 1 + 2^-53 is (m + 0.5) * 2^-52 exactly, m being the 52 bits
    return as_float(ONES | (x >> S12)) - 1.0 + HALF


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
    return unit(z ^ (z >> S31))


@inlined
def child_key(parent, name, round_, ordinal):
    """Key of a spawned job."""
    return mix(mix(parent ^ name) + np.uint64(round_ * 256 + ordinal + 1) * C4)


@inlined
def cell_key(stream, cell, band):
    """Key of one hour and band of a stream."""
    return mix(stream + np.uint64(cell + 1) * C2 + np.uint64(band + 1) * C3)
