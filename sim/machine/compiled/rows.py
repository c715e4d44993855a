"""Elements of structured tables as a compiled type of its own: a pointer with named fields.

Numba's records would do the same, but carry the list of all their fields in the name of every function that takes one,
which multiplies the time of compilation; and here the compiler is told what it could not know: that tables do not
overlap, and which fields never change while a kernel runs.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.extending import models, register_model
from numba.core.imputils import lower_getattr_generic, lower_setattr_generic
from numba.core.typing.templates import AttributeTemplate, infer_getattr

_WIDE = {"u1": types.int64, "u2": types.int64, "i2": types.int64, "i4": types.int64, "u4": types.uint64}
"""Narrow fields are read as wide numbers, so that every kernel has one signature; u4 are slots, which index tables."""


class Row(types.Type):
    """Type of a pointer to an element of a structured table.

    Parameters
    ----------
    name : str
        Name of the table, unique.
    dtype : structured dtype
        Its fields.
    fixed : set of str
        Fields that no kernel writes.
    """

    def __init__(self, name: str, dtype: np.dtype[Any], fixed: frozenset[str] = frozenset()) -> None:
        super().__init__(name=f"row_{name}")
        self.dtype = dtype
        self.fixed = fixed

    def field(self, name: str) -> tuple[types.Type, int] | None:
        """Type and offset of a field; an array field is a pointer to its first number."""
        fields: Any = self.dtype.fields or {}
        if name not in fields:
            return None
        kind, offset = fields[name][:2]
        if kind.subdtype is not None:
            return types.CPointer(numba.from_dtype(kind.subdtype[0])), offset
        return _WIDE.get(kind.str[1:], numba.from_dtype(kind)), offset


register_model(Row)(models.OpaqueModel)


@infer_getattr
class _RowAttributes(AttributeTemplate):
    key = Row

    def generic_resolve(self, row: Any, attribute: Any) -> Any:  # type: ignore[override]
        found = row.field(attribute)
        return None if found is None else found[0]


def alone(builder: Any, access: Any, table: str) -> None:
    """Tell the compiler that this access to a table touches no other table."""
    module = builder.module
    root = module.add_metadata(["tables of a run"])
    kind = module.add_metadata([table, root, ir.Constant(ir.IntType(64), 0)])
    access.set_metadata("tbaa", module.add_metadata([kind, kind, ir.Constant(ir.IntType(64), 0)]))


def unchanging(builder: Any, load: Any) -> None:
    """Tell the compiler that what is read never changes while a kernel runs."""
    load.set_metadata("invariant.load", builder.module.add_metadata([]))


def _place(builder: Any, pointer: Any, offset: int, kind: Any) -> Any:
    return builder.bitcast(cgutils.pointer_add(builder, pointer, offset), kind.as_pointer())


@lower_getattr_generic(Row)
def _get(context: Any, builder: Any, row: Row, pointer: Any, attribute: str) -> Any:
    kind, offset = row.field(attribute)  # type: ignore[misc]
    if isinstance(kind, types.CPointer):
        return _place(builder, pointer, offset, context.get_value_type(kind).pointee)
    narrow = row.dtype.fields[attribute][0]  # type: ignore[index]
    is_wide = narrow.str[1:] not in _WIDE
    word = context.get_value_type(kind) if is_wide else ir.IntType(8 * narrow.itemsize)
    value = builder.load(_place(builder, pointer, offset, word), align=1)
    alone(builder, value, row.name)
    if attribute in row.fixed:
        unchanging(builder, value)
    if is_wide:
        return value
    wide = ir.IntType(64)
    return builder.sext(value, wide) if narrow.kind == "i" else builder.zext(value, wide)


@lower_setattr_generic(Row)
def _set(context: Any, builder: Any, signature: Any, args: Any, attribute: str) -> None:
    kind, offset = signature.args[0].field(attribute)
    narrow = signature.args[0].dtype.fields[attribute][0]
    value = context.cast(builder, args[1], signature.args[1], kind)
    if narrow.str[1:] in _WIDE:
        word = ir.IntType(8 * narrow.itemsize)
        store = builder.store(builder.trunc(value, word), _place(builder, args[0], offset, word), align=1)
    else:
        store = builder.store(value, _place(builder, args[0], offset, context.get_value_type(kind)), align=1)
    alone(builder, store, signature.args[0].name)
