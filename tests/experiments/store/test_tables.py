"""Tables as files: no text in them is a formula."""

from __future__ import annotations

import csv
import io

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from experiments.store.tables import csv_bytes


@given(st.lists(st.text(max_size=12), min_size=1, max_size=5))
def test_no_text_in_a_csv_is_a_formula(texts: list[str]) -> None:
    """No cell that was text begins with = + - @, tab or carriage return; numbers are left alone."""
    frame = pd.DataFrame({"=name": texts, "kind": pd.Categorical(texts), "value": [-1.5] * len(texts)})
    content = csv_bytes(frame)
    rows = list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))
    assert rows[0][0] == "'=name"
    for row, text in zip(rows[1:], texts, strict=True):
        assert row[2] == "-1.5"
        for cell in row[:2]:
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
            lines = text.replace("\r\n", "\n").replace("\r", "\n")  # a bare \r would end the row for some readers
            assert cell in (lines, f"'{lines}")
