"""Tables as files: Parquet, and CSV that no spreadsheet takes for formulas."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


def parquet_bytes(frame: pd.DataFrame) -> bytes:
    """A table as Parquet (zstd)."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table: pa.Table = pa.Table.from_pandas(frame, preserve_index=False)
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """A table as CSV (UTF-8, line feeds); no text in it is taken for a formula by a spreadsheet.

    Examples
    --------
    >>> import pandas as pd
    >>> csv_bytes(pd.DataFrame({"name": ["=1+1", "phone"], "wait": [-1.5, 2.0]}))
    b"name,wait\\n'=1+1,-1.5\\nphone,2.0\\n"
    """
    import pandas as pd

    def text(x: str) -> str:
        # a carriage return inside a cell would end the row: pandas quotes line feeds only
        return harmless(x).replace("\r\n", "\n").replace("\r", "\n")

    safe = frame.copy(deep=False)
    safe.columns = pd.Index([text(str(name)) for name in frame.columns])
    for old, name in zip(frame.columns, safe.columns, strict=True):
        column = frame[old]
        if isinstance(column.dtype, pd.CategoricalDtype):
            kinds = {c: text(c) if isinstance(c, str) else c for c in column.cat.categories}
            safe[name] = column.map(kinds).astype(object)
        elif not pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_datetime64_any_dtype(column.dtype):
            safe[name] = [text(x) if isinstance(x, str) else x for x in column]
    return safe.to_csv(index=False, lineterminator="\n").encode("utf-8")


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe goes before = + - @, tab and carriage return.

    Examples
    --------
    >>> harmless("=HYPERLINK(1)"), harmless("phone")
    ("'=HYPERLINK(1)", 'phone')
    """
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
