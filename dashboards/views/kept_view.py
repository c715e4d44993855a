"""Views on disk: kept under names that say what they hold, found by them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from dashboards.place import digest, is_id, keep_newest, kept, put

SCHEMA = 2
"""Grows when pages need something else; older documents are made anew."""

MOST_KEPT = 300
"""Documents that are kept; a link to an older one says that it is gone."""


def put_view(view: Mapping[str, Any], key: str) -> str:
    """Keep a document; gives its name, which stands in addresses."""
    content = json.dumps(view, ensure_ascii=False, allow_nan=False).encode()
    name = digest(key.encode(), content)
    put(kept("views") / f"{name}.json", content)
    keep_newest("views", MOST_KEPT, but=(name,))
    return name


def find_view(name: str | None) -> dict[str, Any] | None:
    """The document of that name; None where there is none that this version can show."""
    if not is_id(name):
        return None
    try:
        found = json.loads((kept("views") / f"{name}.json").read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and found.get("schema") == SCHEMA else None


def has_view(name: str | None) -> bool:
    """Whether there is such a document."""
    return find_view(name) is not None
