"""The page Compare: policies beside the locked base, what changes, by how much, how sure."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards import charts, state
from dashboards.desk import POLICY, Desk, fitting
from dashboards.jobs.known import is_current, request_of
from dashboards.jobs.request import Request
from dashboards.place import policies, runs, shown
from dashboards.screens import progress
from dashboards.stored.shelf import staleness
from dashboards.views.kept_view import find_view
from dashboards.wording import Words

FIRST = ("keep_phones_free",)
"""Policies that are compared before anybody chose any."""

MOST = 7
"""Policies beside the base; more are better compared on the command line."""

REPLICATIONS = (10, 20, 40, 100)
USUAL = 20

COLOURS = {"better": "green", "worse": "red", "more": "blue", "less": "blue", "same": "gray", "open": "gray",
           "none": "gray"}  # fmt: skip


def show() -> None:
    """Show the page."""
    words = state.tongue()
    desk = state.desk()
    if not desk.fields:
        unreadable(desk, words)
        return
    _choose(desk, words)
    working = progress.show(words)
    view = find_view(state.get("view"))
    if view is not None:
        _result(view, words)
    elif not working and state.job() is None:
        if state.get("view"):
            st.info(words("compare.gone"), icon=":material/search_off:")
        else:
            _first(desk, words)


def unreadable(desk: Desk, words: Words) -> None:
    """Say what is wrong with a desk that cannot be read at all."""
    st.error(words("scenario.unreadable"), icon=":material/error:")
    for problem in desk.check.problems:
        st.text(desk.told(problem))


def asked(desk: Desk, names: list[str], replications: int) -> Request:
    """What is run for these policies."""
    offered = policies(desk.base)
    files = [str(desk.policy_file()) if name == POLICY else shown(offered[name].path) for name in names]
    return Request(shown(desk.file), tuple(files), replications, str(runs()))


def _choose(desk: Desk, words: Words) -> None:
    title, question = desk.about
    with st.container(border=True, gap="xsmall"):
        base, choice, number, go = st.columns([5, 9, 5, 3], vertical_alignment="top")
        base.caption(f":material/lock: {words('compare.base')}", help=plain(question) or None)
        base.markdown(f"**{plain(title or desk.file.stem)}**")
        with st.spinner(words("compare.trying"), show_time=False):
            reasons = fitting(desk)
        offered = [*([POLICY] if desk.changes else []), *(name for name, why in reasons.items() if not why)]
        first = [name for name in (POLICY, *FIRST) if name in offered] or offered
        chosen = choice.multiselect(
            words("compare.policies"), offered, default=first[:1], format_func=words.policy, max_selections=MOST,
            help=words("compare.policies_help"), placeholder=words("compare.pick"),
            key=f"policies:{desk.base}:{state.generation()}:{bool(desk.changes)}",
        )  # fmt: skip
        n = number.segmented_control(
            words("compare.replications"), REPLICATIONS, default=USUAL, required=True, key="replications",
            help=words("compare.replications_help"),
        )  # fmt: skip
        go.space("small")
        if go.button(
            words("compare.run"), type="primary", icon=":material/play_arrow:", disabled=not chosen, width="stretch"
        ):
            progress.begin(asked(desk, chosen, int(n)), words)
            st.rerun()
        _left_out({name: why for name, why in reasons.items() if why}, words)


def _left_out(reasons: dict[str, tuple[str, ...]], words: Words) -> None:
    """Policies that are not offered, and why."""
    if not reasons:
        return
    with st.popover(words("compare.unfit", n=len(reasons)), icon=":material/block:", type="tertiary"):
        st.caption(words("compare.unfit_help"))
        for name, why in reasons.items():
            first, *more = why
            told = f"{plain(first)} {words('compare.more_reasons', n=len(more)) if more else ''}"
            st.markdown(f":gray[**{plain(words.policy(name))}**  \n:small[{told}]]")


def _first(desk: Desk, words: Words) -> None:
    """What is shown before anybody asked: the shipped desk with a policy on it, as it is stored with the project."""
    if desk != Desk():
        st.info(words("compare.empty"), icon=":material/play_arrow:")
        return
    request = asked(desk, list(FIRST), USUAL)
    if progress.answer(request):
        st.rerun()
    stale = staleness(FIRST)
    with st.container(border=True):
        told = words("stored.files", files=", ".join(stale.files)) if stale.files else words("stored.program")
        st.warning(plain(told), icon=":material/history:")
        if st.button(words("stored.anew"), type="primary", icon=":material/play_arrow:"):
            progress.begin(request, words)
            st.rerun()


def _result(view: dict[str, Any], words: Words) -> None:
    told = view["words"][words.tag]
    if not is_current(view):
        st.warning(words("compare.outdated"), icon=":material/history:")
    st.subheader(plain(answer(view, words)))
    _facts(view, told, words)
    for note in view["notes"]:
        if note.startswith("left out"):
            st.warning(plain(note), icon=":material/block:")
    names = [words.policy(name) for name in view["policies"]]
    others = list(range(len(names)))[1:]
    policy = 0
    if others:
        policy = others[0]
        if others[1:]:
            policy = int(
                st.segmented_control(
                    words("compare.shown"), others, default=others[0], required=True, format_func=names.__getitem__,
                    key=f"shown:{state.get('view')}", wrap=True,
                )
            )  # fmt: skip
        _about(view["policies"][policy], told, policy, words)
    _tiles([t for t in told["tiles"] if t["policy"] == policy], words)
    _weeks(view, names, policy, words)
    _waits(view, words)
    _table(told, names, policy, words)
    _details(view, told, words)


def _about(name: str, told: dict[str, Any], policy: int, words: Words) -> None:
    """What a policy is; changes on the screen speak for themselves."""
    if name != POLICY:
        title, question = told["titles"][policy], told["questions"][policy]
        st.caption(f"**{plain(words.policy(name))}**: {plain(title)}. {plain(question)}")


def answer(view: dict[str, Any], words: Words) -> str:
    """The headline, with the names of policies as people say them."""
    told = str(view["words"][words.tag]["headline"])
    for name in view["policies"]:
        told = told.replace(f"“{name}”", f"“{words.policy(name)}”")
    return told


def _facts(view: dict[str, Any], told: dict[str, Any], words: Words) -> None:
    """How the result was made; of a stored one, that it was, and a way to make it here."""
    key = "compare.facts" if view["replications"] != 1 else "compare.facts_one"
    facts = words(key, periods=told["periods"], start=told["start"], zone=told["zone"], seed=view["seed"])
    stored, request = view.get("stored"), request_of(view)
    if stored is None or request is None:
        st.caption(facts)
        return
    left, right = st.columns([6, 1], vertical_alignment="center")
    left.caption(f"{words('stored.label', made=stored['made'], version=stored['aftersim'])} {facts}")
    if right.button(words("stored.anew"), icon=":material/refresh:", help=words("stored.anew_help"), width="stretch"):
        progress.begin(request, words, anew=True)
        st.rerun()


def _tiles(tiles: list[dict[str, Any]], words: Words) -> None:
    """A tile for everything that changes or is open, and one for all that stays as it is."""
    loud = [tile for tile in tiles if tile.get("colour") != "same"]
    quiet = [tile for tile in tiles if tile.get("colour") == "same"]
    left, right = st.columns([3, 2]) if loud and quiet else (st.container(), st.container())
    with left, st.grid(len(loud) if len(loud) in (1, 2) else 3, min_column_width=200):
        for tile in loud:
            with st.container(border=True, height="stretch", gap="xsmall"):
                _tile(tile, words)
    if quiet:
        with right.container(border=True, height="stretch"):
            lines = [f":small[{plain(words('tile.same'))}]"]
            for tile in quiet:
                more = f":gray[{plain(tile['title'])}]{_kept(tile)}"
                lines.append(f"**{plain(tile['value'])}** :small[{plain(tile['scope'])} {more}]")
            st.markdown("  \n".join(lines))


def _tile(tile: dict[str, Any], words: Words) -> None:
    changed = "difference" in tile
    painted = COLOURS.get(tile.get("colour", "none"), "gray")
    label = plain(f"{tile['scope']}: {tile['title']}")
    price = f":red-badge[{words('tile.price')}] " if tile.get("price") else ""
    st.markdown(f":small[{price}{label}]", help=plain(tile.get("words") or words("tile.help")))
    st.metric(
        label,
        tile["value"],
        delta=tile["difference"] if changed else None,
        delta_color=painted,  # type: ignore[arg-type]
        delta_arrow="off" if painted == "gray" else "up" if tile.get("up") else "down",
        label_visibility="collapsed",
    )
    if not changed:
        st.caption(f"{plain(tile['limits'])}{_kept(tile)}")
        return
    key = f"colour.{tile['colour']}"
    verdict = tile["sure"] if painted == "gray" else f"{words(key)}, {tile['sure']}"
    st.markdown(f":{painted}[**{tile['arrow']} {plain(verdict)}**]")
    told = words("tile.base", base=tile["base"], interval=tile["interval"]) if tile["interval"] else ""
    st.caption(f"{plain(told)}{_kept(tile)}")


def _kept(tile: dict[str, Any]) -> str:
    """What becomes of the promise; a missed one is not overlooked."""
    kept = tile["kept"]
    if kept is None:
        return ""
    return f" · :{'red' if kept['verdict'] == 'missed' else 'gray'}[{plain(kept['words'])}]"


def _weeks(view: dict[str, Any], names: list[str], policy: int, words: Words) -> None:
    weeks, shown_ = view["weeks"], [0, policy] if policy else [0]
    if not weeks:
        return
    scopes = [w["scope"][words.tag] for w in weeks]
    week = weeks[_of(f"week{policy}", "weeks.title", scopes, words, view["first_week"][policy])]
    st.caption(words("weeks.caption", promise=week["promise"][words.tag]))
    hours = charts.hours_of(week, shown_)
    for column, i in zip(st.columns(len(shown_)), shown_, strict=True):
        with column:
            worst = charts.worst_words(week, i, words)
            st.markdown(f"**{plain(names[i])}** :small[:gray[{worst}]]")
            st.altair_chart(
                charts.week_chart(week, i, words, hours), key=f"week{i}",
                alt=words("weeks.alt", policy=names[i], worst=worst),
            )  # fmt: skip
    with st.expander(words("chart.numbers")):
        st.dataframe(charts.week_table(week, shown_, words), hide_index=True)


def _waits(view: dict[str, Any], words: Words) -> None:
    hours = view["hours"]
    if not hours:
        return
    found = hours[_of("waits", "waits.title", [h["scope"][words.tag] for h in hours], words)]
    st.caption(words("waits.caption"))
    st.altair_chart(charts.waits_chart(found, view["policies"], words), key="waits", alt=words("waits.alt"))
    with st.expander(words("chart.numbers")):
        st.dataframe(charts.waits_table(found, view["policies"], words), hide_index=True)


def _of(name: str, title: str, scopes: list[str], words: Words, first: int = 0) -> int:
    """Heading of a chart, and the choice of the channel that it shows."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(words(title), width="content")
        return int(
            st.segmented_control(
                words("compare.channel"), list(range(len(scopes))), default=first, required=True,
                format_func=scopes.__getitem__, key=f"{name}:{state.get('view')}", label_visibility="collapsed",
                wrap=True,
            )
        )  # fmt: skip


def _table(told: dict[str, Any], names: list[str], policy: int, words: Words) -> None:
    st.subheader(words("table.title"))
    if policy:
        st.caption(words("table.caption"))
    rows = [r for r in told["rows"] if r["policy"] == policy]
    st.dataframe(_readable(rows, names, policy, words), hide_index=True, height="content", alt=words("table.title"))
    more = [r for r in told["more"] if r["policy"] == policy]
    if more:
        with st.expander(words("table.more")):
            st.dataframe(_readable(more, names, policy, words), hide_index=True)


def _readable(rows: list[dict[str, Any]], names: list[str], policy: int, words: Words) -> list[dict[str, str]]:
    made = []
    for row in rows:
        line = {words("table.scope"): row["scope"], words("table.measure"): row["measure"]}
        line[names[0]] = row["base"]
        if policy:
            line[names[policy]] = row["value"]
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
