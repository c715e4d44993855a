"""Tables whose every index is checked, for kernels that run uncompiled."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


class Row:
    """Element of a structured array with its fields as attributes, whatever their names."""

    __slots__ = ("_row",)

    def __init__(self, row: Any) -> None:
        object.__setattr__(self, "_row", row)

    def __getattr__(self, name: str) -> Any:
        return wide(object.__getattribute__(self, "_row")[name])

    def __setattr__(self, name: str, value: Any) -> None:
        object.__getattribute__(self, "_row")[name] = value


def wide(x: Any) -> Any:
    """A narrow whole number as a wide one: slots (u4) stay without a sign."""
    if isinstance(x, np.uint32):
        return np.uint64(x)
    return np.int64(x) if isinstance(x, np.integer) and x.itemsize < 8 else x


class Checked(np.ndarray):
    """An array that refuses a negative index; NumPy itself refuses one that is too large."""

    def __getitem__(self, index: Any) -> Any:
        """Element, if the index is one."""
        if isinstance(index, (int, np.integer)) and index < 0:
            raise IndexError(f"index {index} is negative")
        element = super().__getitem__(index)
        return Row(element) if isinstance(element, np.void) else element

    def __setitem__(self, index: Any, value: Any) -> None:
        if isinstance(index, (int, np.integer)) and index < 0:
            raise IndexError(f"index {index} is negative")
        super().__setitem__(index, value)


class World:
    """Scalars of a run and its tables, in the place of the record with their addresses.

    Parameters
    ----------
    run : record of `layout.RUN`
        The scalars.
    tables : dict of str to array
        The tables by name.
    """

    def __init__(self, run: Any, tables: dict[str, NDArray[Any]]) -> None:
        object.__setattr__(self, "_run", run)
        object.__setattr__(self, "_tables", {name: checked(a) for name, a in tables.items()})

    def __getattr__(self, name: str) -> Any:
        tables = object.__getattribute__(self, "_tables")
        return tables[name] if name in tables else wide(object.__getattribute__(self, "_run")[name])

    def __setattr__(self, name: str, value: Any) -> None:
        object.__getattribute__(self, "_run")[name] = value

    def row(self, name: str, index: Any) -> Any:
        """Element of a table."""
        return object.__getattribute__(self, "_tables")[name][index]

    def table(self, name: str) -> Any:
        """A table of plain numbers."""
        return object.__getattribute__(self, "_tables")[name]


def checked(a: NDArray[Any]) -> NDArray[Any]:
    """The same memory behind checked indices."""
    return np.asarray(a).view(Checked)
