"""Runs that were made before: the same question again is answered at once."""

from __future__ import annotations

import json
from pathlib import Path

from dashboards.jobs.job import Job
from dashboards.jobs.request import Request
from dashboards.place import digest, kept
from dashboards.views.kept_view import SCHEMA, has_view
from experiments.replication.engine_version import engine_facts
from experiments.store.atomic_file import write_bytes


def key_of(request: Request) -> str:
    """What decides on the answer: the files as they are now, how it is simulated, and this version."""
    return digest(
        *(_content(file) for file in (request.base, *request.policies)),
        f"{request.replications} {request.seed} {SCHEMA}".encode(),
        json.dumps(engine_facts(), sort_keys=True).encode(),
    )


def known_view(request: Request) -> str | None:
    """Name of the view that answers a request; None if it has to be simulated."""
    try:
        name = (kept("known") / key_of(request)).read_text(encoding="ascii")
    except (OSError, ValueError):
        return None
    return name if has_view(name) else None


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


def start(request: Request, join: bool = False) -> Job:
    """Start a run.

    Parameters
    ----------
    request : Request
        What is asked.
    join : bool
        Take the one that does the same already, if it was started in this way, too: the first run of a new
        installation is made once, however many look on.
    """
    if not join:
        return Job.start(request)
    mark = kept("under_way") / key_of(request)
    try:
        there = Job.find(mark.read_text(encoding="ascii"))
    except (OSError, ValueError):
        there = None
    if there is not None and there.state in ("running", "cancelled"):
        return there
    job = Job.start(request)
    write_bytes(mark, job.name.encode())
    return job


def _content(file: str) -> bytes:
    """A file with its name: results show it."""
    path = Path(file)
    try:
        return path.name.encode() + b"\0" + path.read_bytes()
    except OSError:
        return path.name.encode()
