"""The page Scenario: the desk as it is, controls for what can be changed, and what the changes would do."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards import controls, state
from dashboards.desk import POLICY, Desk, Refused, bases, take_upload
from dashboards.jobs.request import Request
from dashboards.place import is_id, runs, shown
from dashboards.screens import compare, progress
from dashboards.views.kept_view import find_view
from dashboards.wording import Words
from sim.scenario.fields import FieldShown

REPLICATIONS = 20
FIRST = "agent_groups"
"""The section that is open first: people are what managers decide on."""


def show() -> None:
    """Show the page."""
    words = state.tongue()
    desk = state.desk()
    title, question = desk.about
    with st.container(border=True):
        choice, upload, head = st.columns([5, 3, 8], vertical_alignment="bottom")
        _choose_base(desk, choice, upload, words)
        head.markdown(f"**{compare.plain(title or desk.file.stem)}**  \n:small[:gray[{compare.plain(question)}]]")
    fields = desk.fields
    if not fields:
        compare.unreadable(desk, words)
        return
    left, right = st.columns([3, 2], gap="medium")
    with right:
        _changes(desk, words)
    with left:
        _fields(desk, words)


def _choose_base(desk: Desk, choice: Any, upload: Any, words: Words) -> None:
    names = [*bases(), *([desk.base] if is_id(desk.base) else [])]
    choice.selectbox(
        words("scenario.base"), names, index=names.index(desk.base), key=f"base:{state.generation()}",
        format_func=lambda n: words("scenario.own") if is_id(n) else words.policy(n),
        on_change=lambda: _take_base(st.session_state[f"base:{state.generation()}"]),
    )  # fmt: skip
    with upload.popover(
        words("upload.button"), icon=":material/upload_file:", width="stretch", key=f"bring:{state.generation()}"
    ):
        st.caption(words("upload.help"))
        files = st.file_uploader(
            words("upload.label"), type=["yaml", "yml", "csv", "xlsx"], accept_multiple_files=True, max_upload_size=20,
            key=f"upload:{state.generation()}",
        )  # fmt: skip
        if st.button(words("upload.take"), disabled=not files):
            try:
                _take_base(take_upload({f.name: f.getvalue() for f in files or []}))
            except Refused as refused:
                st.error(words(refused.key, **refused.told))
            else:
                st.rerun()


def _take_base(name: str) -> None:
    state.put(base=name, desk=None, view=None, job=None)
    state.fresh()


def _fields(desk: Desk, words: Words) -> None:
    there = controls.sections(desk.fields)
    section = st.segmented_control(
        words("scenario.section"), there, default=FIRST if FIRST in there else there[0], required=True,
        format_func=words.name, key=f"section:{desk.base}", label_visibility="collapsed", wrap=True,
    )  # fmt: skip
    defaults = st.toggle(words("scenario.defaults"), key="defaults", help=words("scenario.defaults_help"))
    check = desk.check
    for i, group in enumerate(controls.groups(desk.fields, str(section), defaults)):
        if not group.title:
            _grid(desk, group, words)
            continue
        wrong = any(check.at(f.path) for f in group.fields)
        touched = any(f.path in desk.changes for f in group.fields)
        sign = ":material/error: " if wrong else ":material/edit: " if touched else ""
        with st.expander(f"{sign}{words.name(group.title)}", expanded=i == 0 or wrong or touched):
            _grid(desk, group, words)


def _grid(desk: Desk, group: controls.Group, words: Words) -> None:
    with st.grid("auto", min_column_width=215):
        for field in group.fields:
            with st.container(gap="xsmall"):
                _control(desk, field, group.title, words)


def _control(desk: Desk, field: FieldShown, thing: str, words: Words) -> None:
    control = controls.control_of(field, desk.text(field), thing, words)
    key = f"field:{state.generation()}:{control.shape}:{field.path}"
    told: dict[str, Any] = {"key": key, "help": control.help, "on_change": _entered, "args": (control, key)}
    if control.shape == "number":
        st.number_input(
            control.label, value=control.number, min_value=control.low, max_value=control.high, step=control.step,
            format=control.format, **told,
        )  # fmt: skip
    elif control.shape == "choice":
        st.selectbox(
            control.label, control.choices, index=control.choices.index(control.text), format_func=words.name, **told
        )
    else:
        st.text_input(control.label, value=control.text, **told)
    for wrong in desk.check.at(field.path):
        st.markdown(f":red[:material/error: {compare.plain(wrong)}]")


def _entered(control: controls.Control, key: str) -> None:
    """Somebody entered something: it becomes a change, whatever it is; what is wrong with it, the loader says."""
    state.show_desk(state.desk().changed(control.path, control.written(st.session_state[key])))


def _changes(desk: Desk, words: Words) -> None:
    with st.container(border=True):
        st.subheader(words("change.title"))
        if not desk.changes:
            st.caption(words("change.none"))
        known = desk.known
        for path, text in desk.changes.items():
            line, undo = st.columns([6, 1], vertical_alignment="center")
            old = known[path].text if path in known else words("change.nothing")
            line.markdown(
                compare.plain(words("change.line", what=words.path(path), old=old, new=text or words("change.nothing")))
            )
            undo.button(
                "", icon=":material/undo:", key=f"undo:{path}", help=words("change.undo"), on_click=_undo, args=(path,)
            )
        check = desk.check
        for wrong in check.elsewhere(frozenset(known)):
            st.error(compare.plain(wrong), icon=":material/error:")
        if check.problems:
            st.caption(words("change.wrong", n=len(check.problems)))
        _run(desk, bool(check.problems), words)
        if check.warnings:
            with st.expander(words("change.warnings", n=len(check.warnings))):
                for warning in check.warnings:
                    st.text(desk.told(warning))
    if desk.changes:
        _policy(desk, words)
    if progress.show(words):
        return
    if state.get("view"):
        _headline(words)


def _run(desk: Desk, wrong: bool, words: Words) -> None:
    left, right = st.columns(2)
    label = words("scenario.run_changes") if desk.changes else words("scenario.run")
    if left.button(label, type="primary", icon=":material/play_arrow:", disabled=wrong, width="stretch"):
        files = (str(desk.policy_file()),) if desk.changes else ()
        progress.begin(Request(shown(desk.file), files, REPLICATIONS, str(runs())), words)
        st.rerun()
    right.button(
        words("change.reset"),
        icon=":material/restart_alt:",
        disabled=not desk.changes,
        on_click=_reset,
        width="stretch",
    )


def _policy(desk: Desk, words: Words) -> None:
    with st.expander(words("policy.title"), expanded=True, icon=":material/description:"):
        st.caption(words("policy.caption"))
        st.code(desk.policy(), language="yaml", wrap_lines=True)
        st.download_button(
            words("policy.download"), desk.policy(), file_name=f"{POLICY}.yaml", mime="application/yaml",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip


def _headline(words: Words) -> None:
    """What the last run says, and the way to all of it."""
    view = find_view(state.get("view"))
    if view is None:
        return
    with st.container(border=True):
        st.caption(words("scenario.result"))
        st.markdown(f"**{compare.plain(compare.answer(view, words))}**")
        if st.button(words("scenario.see"), icon=":material/arrow_forward:"):
            st.switch_page(st.Page(compare.show, default=True))


def _undo(path: str) -> None:
    desk = state.desk()
    state.show_desk(desk.without(path))
    state.fresh()


def _reset() -> None:
    state.show_desk(Desk(state.desk().base))
    state.fresh()
