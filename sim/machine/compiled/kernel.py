"""How kernels are compiled: one source, no Python objects, the interpreter's lock released.

Every kernel is a plain function on the arrays of `layout`. With the environment variable NUMBA_DISABLE_JIT=1 they run
as they stand, which is how their indices are checked (see `checked`).
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

import numba

_INNER = {"nogil": True, "error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
"""No exception is ever raised inside, nothing is allocated, and only kernels call kernels: no wrappers for Python."""

kernel = numba.njit(**_INNER)
"""A function that kernels call."""

inlined = numba.njit(**_INNER, forceinline=True)
"""A small one that is put where it is called."""

entrance = numba.njit(nogil=True, error_model="numpy")
"""A kernel that Python calls."""


def shared(function: Callable[..., Any], **helpers: Any) -> Any:
    """Compile a plain function of the machine, so that both engines have one source of numbers.

    Parameters
    ----------
    function : callable
        Written in the part of Python that both understand.
    **helpers : callable
        Compiled versions of the functions it calls.
    """
    f: Any = function
    bound = FunctionType(f.__code__, {**f.__globals__, **helpers}, f.__name__, f.__defaults__, f.__closure__)
    return numba.njit(bound, **_INNER)
