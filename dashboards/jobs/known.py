"""Results that are there already: the same question again is answered at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from dashboards.jobs.request import Request
from dashboards.place import ROOT, digest, keep_newest, kept
from dashboards.stored.shelf import stored_view
from dashboards.views.kept_view import SCHEMA, has_view, put_view
from experiments.replication.engine_version import engine_facts
from experiments.store.atomic_file import write_bytes

SAYING = ("experiments/estimates", "experiments/comparison", "experiments/report", "dashboards/views")
"""Folders whose code and words decide on what is said of numbers."""

MOST_KEPT = 1000
"""Questions whose answers are remembered."""


@cache
def words_hash() -> str:
    """Hash of what decides on the words of results."""
    seal = hashlib.sha256()
    for folder in SAYING:
        for path in sorted((ROOT / folder).rglob("*.[py][ya]*")):
            if path.suffix in (".py", ".yaml"):
                seal.update(path.name.encode() + path.read_bytes())
    return seal.hexdigest()


def key_of(request: Request) -> str:
    """What decides on the answer: the files as they are now, how it is simulated, and this version."""
    return digest(
        *(_content(file) for file in (request.base, *request.policies)),
        f"{request.replications} {request.seed} {SCHEMA}".encode(),
        json.dumps(engine_facts(), sort_keys=True).encode(),
        words_hash().encode(),
    )


def known_view(request: Request) -> str | None:
    """Name of the view that answers a request: made before, or of stored numbers; None if it has to be simulated."""
    try:
        name = (kept("known") / key_of(request)).read_text(encoding="ascii")
    except (OSError, ValueError):
        name = ""
    if has_view(name):
        return name
    view = stored_view(request)
    if view is None:
        return None
    key = key_of(request)
    name = put_view(with_request(view, request, key), key)
    note(request, key, name)
    return name


def note(request: Request, key: str, view: str) -> None:
    """Remember which view answers a request.

    Parameters
    ----------
    request : Request
        As asked.
    key : str
        As `key_of` gave it when the run began: files may have changed since.
    view : str
        Name of the view.
    """
    if key == key_of(request):
        write_bytes(kept("known") / key, view.encode())
        keep_newest("known", MOST_KEPT, but=(key,))


def with_request(view: Mapping[str, Any], request: Request, key: str) -> dict[str, Any]:
    """A view that says what it answers, and by which files and version."""
    return {**view, "request": json.loads(request.content()), "key": key}


def request_of(view: Mapping[str, Any]) -> Request | None:
    """What a view answers; None of one that does not say so."""
    told = view.get("request")
    return None if told is None else Request.of(json.dumps(told).encode())


def is_current(view: Mapping[str, Any]) -> bool:
    """Whether the files and the program are still those that a view was made with."""
    request = request_of(view)
    return request is None or view.get("key") == key_of(request)


def _content(file: str) -> bytes:
    """A file with its name: results show it."""
    path = Path(file)
    try:
        return path.name.encode() + b"\0" + path.read_bytes()
    except OSError:
        return path.name.encode()
