"""What a session remembers: names of things that are kept on disk, the same that stand in the address of the page."""

from __future__ import annotations

import streamlit as st

from dashboards.desk import Desk, base_file
from dashboards.jobs.job import Job
from dashboards.place import is_id
from dashboards.wording import LANGUAGES, Words, language_of, words

NAMES = ("lang", "base", "desk", "job", "view")
"""What stands in the address: language, base, desk on the screen, run under way, result that is shown."""


def remember() -> None:
    """Take what the address says, and let the address say what is remembered: a refresh or a link shows the same."""
    for name in NAMES:
        if name in st.query_params:
            st.session_state[name] = st.query_params[name]
    _write_address()


def put(**names: str | None) -> None:
    """Remember names, or forget them (None)."""
    for name, value in names.items():
        if value is None:
            st.session_state.pop(name, None)
        else:
            st.session_state[name] = value
    _write_address()


def get(name: str) -> str | None:
    """A remembered name."""
    found = st.session_state.get(name)
    return None if found is None else str(found)


def tongue() -> Words:
    """Words in the language of this session."""
    tag = get("lang")
    return words(tag if tag in LANGUAGES else language_of(st.context.locale))


def desk() -> Desk:
    """The desk on the screen."""
    found = Desk.find(get("desk"))
    if found is not None:
        return found
    base = get("base")
    return Desk(base) if base is not None and base_file(base) is not None else Desk()


def show_desk(made: Desk) -> None:
    """Put another desk on the screen."""
    put(desk=made.keep() if made.changes else None, base=made.base)


def job() -> Job | None:
    """The run under way, or the last one."""
    return Job.find(get("job"))


def fresh() -> None:
    """Make controls anew, so that they show what is kept and not what was typed before."""
    st.session_state["generation"] = generation() + 1


def generation() -> int:
    """Number of the present set of controls."""
    return int(st.session_state.get("generation", 0))


def _write_address() -> None:
    for name in NAMES:
        value = get(name)
        wanted = value is not None and (name in ("lang", "base") or is_id(value))
        if wanted and st.query_params.get(name) != value:
            st.query_params[name] = str(value)
        elif not wanted and name in st.query_params:
            del st.query_params[name]
