"""The page Compare: policies beside the locked base, what changes, by how much, how sure."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards import charts, state
from dashboards.desk import POLICY, Desk
from dashboards.jobs.request import Request
from dashboards.place import policies, runs, shown
from dashboards.screens import progress
from dashboards.views.kept_view import find_view
from dashboards.wording import Words

FIRST = ("keep_phones_free", "smart_bot")
"""Policies that are compared before anybody chose any."""

REPLICATIONS = (10, 20, 40, 100)
USUAL = 20

COLOURS = {"better": "green", "worse": "red", "more": "blue", "less": "blue", "same": "gray", "open": "gray",
           "none": "gray"}  # fmt: skip


def show() -> None:
    """Show the page."""
    words = state.tongue()
    desk = state.desk()
    title, question = desk.about
    st.title(words("compare.title"))
    with st.container(border=True):
        left, right = st.columns([2, 3], vertical_alignment="top")
        left.markdown(f":material/lock: **{words('compare.base')}**")
        left.text(title)
        left.caption(question)
        with right:
            _choose(desk, words)
    working = progress.show(words)
    view = find_view(state.get("view"))
    if view is not None:
        _result(view, words)
    elif not working and state.job() is None:
        if state.get("view"):
            st.info(words("compare.gone"), icon=":material/search_off:")
        _first(desk, words)


def request_of(desk: Desk, names: list[str], replications: int) -> Request:
    """What is run for these policies."""
    shipped = policies()
    files = [str(desk.policy_file()) if name == POLICY else shown(shipped[name].path) for name in names]
    return Request(shown(desk.file), tuple(files), replications, str(runs()))


def _choose(desk: Desk, words: Words) -> None:
    offered = [*([POLICY] if desk.changes else []), *policies()]
    chosen = st.multiselect(
        words("compare.policies"), offered, default=[n for n in (POLICY, *FIRST) if n in offered][:2],
        format_func=lambda n: words("compare.mine") if n == POLICY else words.name(n), max_selections=7,
        help=words("compare.policies_help"), key=f"policies:{state.generation()}:{bool(desk.changes)}",
    )  # fmt: skip
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    n = left.segmented_control(
        words("compare.replications"), REPLICATIONS, default=USUAL, required=True, key="replications",
        help=words("compare.replications_help"),
    )  # fmt: skip
    if right.button(
        words("compare.run"), type="primary", icon=":material/play_arrow:", disabled=not chosen, width="stretch"
    ):
        progress.begin(request_of(desk, chosen, int(n)), words)
        st.rerun()


def _first(desk: Desk, words: Words) -> None:
    """What is shown before anybody asked: the shipped policies on the shipped base, made once."""
    if desk != Desk():
        st.info(words("compare.empty"), icon=":material/play_arrow:")
        return
    progress.begin(request_of(desk, list(FIRST), USUAL), words, join=True)
    st.rerun()


def _result(view: dict[str, Any], words: Words) -> None:
    told = view["words"][words.tag]
    st.subheader(told["headline"])
    key = "compare.facts" if view["replications"] != 1 else "compare.facts_one"
    st.caption(words(key, periods=told["periods"], start=told["start"], zone=told["zone"], seed=view["seed"]))
    for note in view["notes"]:
        if note.startswith("left out"):
            st.warning(note, icon=":material/block:")
    names = view["policies"]
    others = list(range(len(names)))[1:]
    policy = 0
    if others:
        policy = int(
            st.segmented_control(
                words("compare.shown"), others, default=others[0], required=True, format_func=names.__getitem__,
                key=f"shown:{state.get('view')}",
            )
        )  # fmt: skip
        st.caption(told["titles"][policy])
    _tiles([t for t in told["tiles"] if t["policy"] == policy], words)
    _weeks(view, [0, policy] if others else [0], words)
    _waits(view, words)
    _table(view, told, policy, words)
    _details(view, told, words)


def _tiles(tiles: list[dict[str, Any]], words: Words) -> None:
    with st.grid("auto", min_column_width=250, row_height="content"):
        for tile in tiles:
            with st.container(border=True, height="stretch"):
                _tile(tile, words)


def _tile(tile: dict[str, Any], words: Words) -> None:
    changed = "difference" in tile
    painted = COLOURS.get(tile.get("colour", "none"), "gray")
    st.metric(
        f"{tile['scope']}: {tile['title']}",
        tile["value"],
        delta=tile["difference"] if changed else None,
        delta_color=painted,  # type: ignore[arg-type]
        delta_arrow="off" if painted == "gray" else "up" if tile.get("up") else "down",
        help=tile.get("words") or words("tile.help"),
    )
    if not changed:
        st.caption(" · ".join(part for part in (tile["limits"], _kept(tile)) if part))
        return
    key = f"colour.{tile['colour']}"
    verdict = tile["sure"] if painted == "gray" else f"{words(key)}, {tile['sure']}"
    st.markdown(f":{painted}[**{tile['arrow']} {verdict}**]")
    told = words("tile.base", base=tile["base"], interval=tile["interval"]) if tile["interval"] else ""
    st.caption("  \n".join(part for part in (told, _kept(tile)) if part))


def _kept(tile: dict[str, Any]) -> str:
    kept = tile["kept"]
    return "" if kept is None else kept["words"]


def _weeks(view: dict[str, Any], shown_: list[int], words: Words) -> None:
    weeks = view["weeks"]
    if not weeks:
        return
    st.subheader(words("weeks.title"))
    week = weeks[_of("week", [w["scope"][words.tag] for w in weeks], words)]
    st.caption(words("weeks.caption", promise=week["promise"][words.tag]))
    hours = charts.hours_of(week, shown_)
    for column, i in zip(st.columns(len(shown_)), shown_, strict=True):
        with column:
            worst = charts.worst_words(week, i, words)
            st.markdown(f"**{view['policies'][i]}**")
            st.caption(worst)
            st.altair_chart(
                charts.week_chart(week, i, words, hours), key=f"week{i}",
                alt=words("weeks.alt", policy=view["policies"][i], worst=worst),
            )  # fmt: skip
    with st.expander(words("chart.numbers")):
        st.dataframe(charts.week_table(week, shown_, words), hide_index=True)


def _waits(view: dict[str, Any], words: Words) -> None:
    hours = view["hours"]
    if not hours:
        return
    st.subheader(words("waits.title"))
    found = hours[_of("waits", [h["scope"][words.tag] for h in hours], words)]
    st.caption(words("waits.caption"))
    st.altair_chart(charts.waits_chart(found, view["policies"], words), key="waits", alt=words("waits.alt"))
    with st.expander(words("chart.numbers")):
        st.dataframe(charts.waits_table(found, view["policies"], words), hide_index=True)


def _of(name: str, scopes: list[str], words: Words) -> int:
    """Which channel is shown."""
    return int(
        st.segmented_control(
            words("compare.channel"), list(range(len(scopes))), default=0, required=True,
            format_func=scopes.__getitem__, key=f"{name}:{state.get('view')}", label_visibility="collapsed",
        )
    )  # fmt: skip


def _table(view: dict[str, Any], told: dict[str, Any], policy: int, words: Words) -> None:
    st.subheader(words("table.title"))
    if policy:
        st.caption(words("table.caption"))
    rows = [r for r in told["rows"] if r["policy"] == policy]
    st.dataframe(_readable(rows, view, policy, words), hide_index=True, height="content", alt=words("table.title"))
    more = [r for r in told["more"] if r["policy"] == policy]
    if more:
        with st.expander(words("table.more")):
            st.dataframe(_readable(more, view, policy, words), hide_index=True)


def _readable(rows: list[dict[str, Any]], view: dict[str, Any], policy: int, words: Words) -> list[dict[str, str]]:
    made = []
    for row in rows:
        line = {words("table.scope"): row["scope"], words("table.measure"): row["measure"]}
        line[view["policies"][0]] = row["base"]
        if policy:
            line[view["policies"][policy]] = row["value"]
            line[words("table.difference")] = row["difference"]
            if row["odds"]:
                line[words("table.odds")] = row["odds"]
            key = f"colour.{row['colour']}"
            line[words("table.verdict")] = f"{row['arrow']} {words(key)}"
            line[words("table.sure")] = row["sure"]
        made.append(line)
    return made


def _details(view: dict[str, Any], told: dict[str, Any], words: Words) -> None:
    with st.expander(words("details.title"), icon=":material/fact_check:"):
        for sentence in told["sure"]:
            st.markdown(f"- :small[{plain(sentence)}]")
        for note in view["notes"]:
            st.text(note)
        st.caption(words("details.repeat"))
        st.code(" ".join(view["command"]), language="bash", wrap_lines=True)


def plain(text: str) -> str:
    """Text that stands as it is inside of markdown."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]()#+-.!|<>:$~" else c for c in text)
