"""The run under way: how far it is, first numbers, a button that stops it. Shared by the pages."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards import state
from dashboards.jobs.job import Job, TooMany
from dashboards.jobs.known import known_view
from dashboards.jobs.request import Request
from dashboards.wording import Words

GLANCE = 1.0
"""Seconds between two looks at a run."""


def answer(request: Request) -> bool:
    """Show at once what a request would give, if that is known; whether it is."""
    found = known_view(request)
    if found is not None:
        state.put(view=found, job=None)
    return found is not None


def begin(request: Request, words: Words, anew: bool = False) -> None:
    """Start a run, or show at once what it would give (`anew`: simulate in any case)."""
    if not anew and answer(request):
        return
    try:
        state.put(job=Job.start(request).name, view=None)
    except TooMany:
        st.toast(words("run.too_many"), icon=":material/hourglass_top:")


def show(words: Words) -> bool:
    """Show the run of this session, if there is one; whether it is still at work."""
    job = state.job()
    if job is None:
        return False
    if job.state == "running":
        _watch(job.name, words.tag)
        return True
    _outcome(job, words)
    return False


@st.fragment(run_every=GLANCE)
def _watch(name: str, tag: str) -> None:
    words = state.tongue()
    job = Job.find(name)
    if job is None or job.state != "running":
        _outcome(job, words, rerun=True)
        return
    told = job.progress
    with st.container(border=True):
        left, right = st.columns([5, 1], vertical_alignment="center")
        left.progress(Job.part(told), text=_stage(told, words, job.stopping))
        right.button(
            words("run.cancel"), key="cancel", icon=":material/stop_circle:", on_click=job.stop, width="stretch",
            disabled=job.stopping,
        )  # fmt: skip
        _first_numbers(told, words)


def _outcome(job: Job | None, words: Words, rerun: bool = False) -> None:
    if job is None:
        return
    if job.state == "done":
        state.put(view=str(job.result.get("view")), job=None)
    if rerun:
        st.rerun()
    if job.state == "cancelled":
        st.info(words("run.cancelled"), icon=":material/stop_circle:")
    elif job.state == "interrupted":
        st.warning(words("run.interrupted"), icon=":material/power_off:")
    elif job.state == "failed":
        st.error(words("run.failed"), icon=":material/error:")
        st.code(job.errors.strip() or "-", language=None, wrap_lines=True)


def _stage(told: dict[str, Any], words: Words, stopping: bool) -> str:
    if stopping:
        return words("run.stopping")
    stage = told.get("stage", "starting")
    done = told.get("done")
    if stage == "simulating" and done:
        return words("run.simulating_left", done=done, total=told["total"], left=f"{told['left']:.0f}")
    return words(f"run.{stage}")


def _first_numbers(told: dict[str, Any], words: Words) -> None:
    rows = told.get("numbers")
    if not rows:
        return
    st.caption(words("run.first"))
    table = [
        {
            words("table.scope"): row["scope"][words.tag],
            words("table.promise"): row["promise"][words.tag],
            **{words.policy(name): value[words.tag] for name, value in row["values"].items()},
        }
        for row in rows
    ]
    st.dataframe(table, hide_index=True)
