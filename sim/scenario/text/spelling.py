"""What people type when they mean something that is read: full-width characters, dates in another order, doubles."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date

_YEAR_FIRST = re.compile(r"([0-9]{4})[-./年]\s*([0-9]{1,2})[-./月]\s*([0-9]{1,2})日?\s*((?:[0-9]{1,2}:[0-9]{2})?)")
_YEAR_LAST = re.compile(r"[0-9]{1,2}[-./]\s*[0-9]{1,2}[-./]\s*(?:[0-9]{4}|[0-9]{2})\b.*")
_TIMES = re.compile(r"[x×*]\s*([0-9]+(?:\.[0-9]+)?)")
_LIKE_VALUE = re.compile(r"[0-9]+(\s*[^\W\d_]+|\s*%)?")


def narrow(text: str) -> str:
    """Full-width characters as the ordinary ones that look like them.

    Examples
    --------
    >>> narrow("０９：００－１８：００"), narrow("电话")
    ('09:00-18:00', '电话')
    """
    return unicodedata.normalize("NFKC", text)


def respelled(text: str) -> str | None:
    """Repair of a value that cannot be read because of how it is typed; None if it is not that.

    Examples
    --------
    >>> respelled("１００"), respelled("2026年3月2日"), respelled("02.03.2026"), respelled("soon") is None
    ('write 100, in ordinary characters', 'write 2026-03-02', 'write the year first, such as 2026-03-02', True)
    >>> respelled("x1.1")
    'write times 1.1, under change of a policy'
    """
    plain = narrow(text)
    when = _YEAR_FIRST.fullmatch(plain)
    if when is not None:
        try:
            written = date(int(when[1]), int(when[2]), int(when[3])).isoformat()
        except ValueError:
            return None
        return None if text.startswith(written) else f"write {' '.join(filter(None, (written, when[4])))}"
    times = _TIMES.fullmatch(plain)
    if times is not None:
        return f"write times {times[1]}, under change of a policy"
    if _YEAR_LAST.fullmatch(plain):
        return "write the year first, such as 2026-03-02"
    return f"write {plain}, in ordinary characters" if plain != text and plain.isascii() else None


def alike(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """List names that only capitals or the width of characters tell from an earlier one, each with that one.

    Examples
    --------
    >>> list(alike(["call", "mail", "Call", "ｃａｌｌ"]))
    [('Call', 'call'), ('ｃａｌｌ', 'call')]
    """
    seen: dict[str, str] = {}
    for name in names:
        first = seen.setdefault(narrow(name).casefold(), name)
        if first != name:
            yield name, first


def is_split_decimal(key: str) -> bool:
    """Whether a name is what a decimal comma leaves of a number where commas separate entries (`{a: 6,5 min}`).

    Examples
    --------
    >>> is_split_decimal("5 min"), is_split_decimal("phone")
    (True, False)
    """
    return _LIKE_VALUE.fullmatch(key) is not None
