"""Checks of the numbers handed to the formulas: what came, what is allowed, how to repair it.

Every check is written so that NaN fails it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import SupportsFloat

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]
Numbers = Sequence[SupportsFloat] | npt.NDArray[np.generic]


def at_least_zero(name: str, value: SupportsFloat, *, infinite: bool = False) -> float:
    """Return `value` as a float that is 0 or more.

    Parameters
    ----------
    name : str
        Name of the argument, for the message.
    value : float
        The number received.
    infinite : bool
        Whether infinity is allowed.

    Raises
    ------
    ValueError
        If the number is negative, NaN, or infinite where that is not allowed.

    Examples
    --------
    >>> at_least_zero("arrival_rate", 21)
    21.0
    >>> at_least_zero("arrival_rate", -1)
    Traceback (most recent call last):
    ...
    ValueError: arrival_rate: got -1.0; it must be a finite number >= 0
    """
    number = float(value)
    if not number >= 0.0 or (math.isinf(number) and not infinite):
        allowed = "a number >= 0 (infinity is allowed)" if infinite else "a finite number >= 0"
        raise ValueError(f"{name}: got {number!r}; it must be {allowed}")
    return number


def above_zero(name: str, value: SupportsFloat) -> float:
    """Return `value` as a finite float above 0.

    Raises
    ------
    ValueError
        If the number is 0, negative, NaN or infinite.

    Examples
    --------
    >>> above_zero("mean_service", 5)
    5.0
    """
    number = float(value)
    if not number > 0.0 or math.isinf(number):
        raise ValueError(f"{name}: got {number!r}; it must be a finite number > 0")
    return number


def whole(name: str, value: SupportsFloat) -> int:
    """Return `value` as an int that is 0 or more.

    Raises
    ------
    ValueError
        If the number is not whole, negative, NaN or infinite.

    Examples
    --------
    >>> whole("servers", 10.0)
    10
    """
    number = float(value)
    if not (number >= 0.0 and number == math.floor(number)) or math.isinf(number):
        raise ValueError(f"{name}: got {number!r}; it must be a whole number >= 0, such as 0, 1 or 25")
    return int(number)


def vector(name: str, values: Numbers, *, length: int | None = None) -> Vector:
    """Return `values` as a one-dimensional array of numbers >= 0.

    Raises
    ------
    ValueError
        If it has another shape or length, or holds a negative number, NaN or infinity.

    Examples
    --------
    >>> vector("arrival_rates", [1, 2], length=2)
    array([1., 2.])
    """
    array = np.asarray(values, dtype=float)
    if array.ndim != 1:
        raise ValueError(f"{name}: got an array of {array.ndim} dimensions; give one list of numbers")
    if length is not None and array.size != length:
        raise ValueError(f"{name}: got {array.size} values; {length} are needed, one for each")
    if not np.all(np.isfinite(array) & (array >= 0.0)):
        bad = int(np.flatnonzero(~(np.isfinite(array) & (array >= 0.0)))[0])
        raise ValueError(f"{name}[{bad}]: got {float(array[bad])!r}; it must be a finite number >= 0")
    return array


def rising(name: str, values: Numbers) -> Vector:
    """Return `values` as an array of finite numbers, each greater than the one before.

    Raises
    ------
    ValueError
        If a number is not finite or does not rise.

    Examples
    --------
    >>> rising("edges", [0, 30, 60])
    array([ 0., 30., 60.])
    """
    array = np.asarray(values, dtype=float)
    if array.ndim != 1 or array.size == 0 or not np.all(np.isfinite(array)):
        raise ValueError(f"{name}: got {values!r}; give a list of finite numbers, lowest first")
    steps = np.diff(array)
    if not np.all(steps > 0.0):
        bad = int(np.flatnonzero(~(steps > 0.0))[0]) + 1
        raise ValueError(
            f"{name}[{bad}]: got {float(array[bad])!r} after {float(array[bad - 1])!r}; "
            "each must be greater than the one before"
        )
    return array
