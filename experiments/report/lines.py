"""Lines of a printed report: titles, notes, hours, and what is painted how."""

from __future__ import annotations

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

GOOD, BAD, OPEN_, DIM = "green", "bold red", "yellow", "dim"


def hour_name(label: str) -> str:
    """`Mon 9–10 h` for `mon 09`.

    Examples
    --------
    >>> hour_name("mon 09"), hour_name("23")
    ('Mon 9–10 h', '23–24 h')
    """
    *day, hour = label.split()
    span = f"{int(hour)}–{int(hour) + 1} h"
    return f"{day[0].capitalize()} {span}" if day else span


def title(words: str, remark: str = "") -> Text:
    return Text.assemble(("\n" + words, "bold"), (f"   {remark}" if remark else "", DIM))


def note(words: str) -> RenderableType:
    return Padding(Text(words), (0, 0, 0, 2))
