"""The dashboard: `aftersim dashboard`, or `streamlit run dashboards/app.py`."""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__" and str(Path(__file__).resolve().parent.parent) not in sys.path:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # run by its path, not installed

import streamlit as st

from dashboards import state
from dashboards.screens import compare, scenario
from dashboards.wording import LANGUAGES

TITLES = {"": "compare.title", "compare": "compare.title", "scenario": "scenario.title"}
"""Heading of each page, by its place in the address."""


def main() -> None:
    """Choose the language and the page, and show it."""
    state.remember()
    words = state.tongue()
    st.set_page_config(
        page_title=f"aftersim · {words('app.subtitle')}", page_icon=":material/support_agent:", layout="wide"
    )
    pages = [
        st.Page(
            compare.show,
            title=words("page.compare"),
            icon=":material/compare_arrows:",
            url_path="compare",
            default=True,
        ),
        st.Page(scenario.show, title=words("page.scenario"), icon=":material/tune:", url_path="scenario"),
    ]
    page = st.navigation(pages, position="top")
    tags = list(LANGUAGES)
    left, right = st.columns([4, 1], vertical_alignment="center")
    left.title(words(TITLES[page.url_path]))
    with right.container(horizontal=True, horizontal_alignment="right"):
        st.segmented_control(
            "Language · 语言",
            tags,
            default=words.tag,
            required=True,
            format_func=LANGUAGES.__getitem__,
            key="language_choice",
            label_visibility="collapsed",
            on_change=lambda: state.put(lang=st.session_state["language_choice"]),
        )
    page.run()
    st.caption(words("app.local"))


if __name__ == "__main__":
    main()
