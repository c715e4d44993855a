"""Charts of a result: heat maps of the week and waits over the day. Everything they show stands in the view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import altair as alt
import pandas as pd

from dashboards.wording import Words

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SHADES: Literal["cividis"] = "cividis"
"""Reads the same for people who do not tell red from green."""

DARK = 0.55
"""Share below which a cell is dark, and its number white."""

FONT = "Source Sans, Noto Sans CJK SC, Microsoft YaHei, PingFang SC, WenQuanYi Micro Hei, sans-serif"


def week_chart(week: Mapping[str, Any], policy: int, words: Words, hours: Sequence[int]) -> alt.LayerChart:
    """Service level by weekday and hour of one policy.

    Parameters
    ----------
    week : mapping
        Of a view.
    policy : int
        Number of the policy.
    words : Words
        The language.
    hours : sequence of int
        Hours that are shown, the same for every policy.
    """
    frame = pd.DataFrame(week["policies"][policy]["cells"])
    frame["day"] = [words(f"day.{d}") for d in frame["weekday"]]
    days = [words(f"day.{d}") for d in WEEKDAYS]
    x = alt.X("hour:O", title=words("chart.hour"), scale=alt.Scale(domain=list(hours)), axis=alt.Axis(labelAngle=0))
    axis = alt.Axis(labelOverlap=False)
    y = alt.Y("day:O", title=None, sort=days, scale=alt.Scale(domain=days), axis=axis)
    base = alt.Chart(frame).encode(x=x, y=y)
    cells = base.mark_rect(stroke="white", strokeWidth=1).encode(
        color=alt.Color(
            "level:Q",
            scale=alt.Scale(scheme=SHADES, domain=[0, 1]),
            legend=None,  # the numbers stand in the cells
        ),
        tooltip=[
            alt.Tooltip("day:N", title=words("chart.day")),
            alt.Tooltip("hour:O", title=words("chart.hour")),
            alt.Tooltip("level:Q", title=words("chart.level"), format=".1%"),
            alt.Tooltip("contacts:Q", title=words("chart.contacts"), format=".1f"),
        ],
    )
    numbers = base.mark_text(fontSize=10, font=FONT).encode(
        text=alt.Text("percent:Q"),
        color=alt.condition(alt.datum.level < DARK, alt.value("white"), alt.value("#1A1A1A")),
    )
    return (cells + numbers).properties(height=225)


def hours_of(week: Mapping[str, Any], shown: Sequence[int]) -> list[int]:
    """Hours in which any of the shown policies has somebody, without holes."""
    there = {cell["hour"] for i in shown for cell in week["policies"][i]["cells"]}
    return list(range(min(there), max(there) + 1))


def worst_words(week: Mapping[str, Any], policy: int, words: Words) -> str:
    """The worst hour of a policy."""
    worst = week["policies"][policy]["worst"]
    return words(
        "chart.worst", day=words(f"day.{worst['weekday']}"), hour=worst["hour"], to=worst["hour"] + 1,
        percent=worst["percent"],
    )  # fmt: skip


def waits_chart(hours: Mapping[str, Any], shown: Sequence[str], words: Words) -> alt.LayerChart:
    """Waits over the day, a line and a band for each policy.

    Parameters
    ----------
    hours : mapping
        Of a view.
    shown : sequence of str
        Names of the policies.
    words : Words
        The language.
    """
    frame = pd.DataFrame([p for p in hours["points"] if p["policy"] in shown])
    frame["policy"] = [words.policy(name) for name in frame["policy"]]
    shown = [words.policy(name) for name in shown]
    frame["told"] = [text[words.tag] for text in frame.pop("text")]
    title = words("chart.wait", unit=words(f"unit.{hours['unit']}"))
    policy = alt.Color(
        "policy:N",
        sort=list(shown),
        title=None,
        legend=alt.Legend(orient="top", columns=1, labelLimit=330, symbolOpacity=1, symbolStrokeWidth=3),
    )
    x = alt.X("hour:Q", title=words("chart.arrival"), axis=alt.Axis(tickMinStep=1, format="d"))
    y = alt.Y("value:Q", title=title, scale=alt.Scale(zero=True))
    base = alt.Chart(frame).encode(x=x)
    band = base.mark_area(opacity=0.15).encode(y=alt.Y("low:Q", title=title), y2="high:Q", color=policy)
    tips = [
        alt.Tooltip("policy:N", title=words("chart.policy")),
        alt.Tooltip("hour:Q", title=words("chart.arrival")),
        alt.Tooltip("told:N", title=words("chart.wait_plain")),
    ]
    # a sign of its own for each line: nobody has to tell colours apart
    dash = alt.StrokeDash("policy:N", sort=list(shown), legend=None)
    line = base.mark_line().encode(y=y, color=policy, strokeDash=dash, tooltip=tips)
    points = base.mark_point(filled=True, size=45).encode(
        y=y, color=policy, shape=alt.Shape("policy:N", sort=list(shown), legend=None), tooltip=tips
    )
    return (band + line + points).properties(height=300)


def week_table(week: Mapping[str, Any], shown: Sequence[int], words: Words) -> pd.DataFrame:
    """The numbers of the heat maps."""
    parts = []
    for i in shown:
        own = week["policies"][i]
        frame = pd.DataFrame(own["cells"])
        frame["weekday"] = [words(f"day.{d}") for d in frame["weekday"]]
        parts.append(frame.assign(policy=words.policy(own["policy"])))
    told = {"policy": "chart.policy", "weekday": "chart.day", "hour": "chart.hour", "percent": "chart.percent",
            "contacts": "chart.contacts"}  # fmt: skip
    return pd.concat(parts)[list(told)].rename(columns={k: words(v) for k, v in told.items()})


def waits_table(hours: Mapping[str, Any], shown: Sequence[str], words: Words) -> pd.DataFrame:
    """The numbers of the waits, one column per policy."""
    rows: dict[int, dict[str, str]] = {}
    for point in hours["points"]:
        if point["policy"] in shown:
            rows.setdefault(point["hour"], {})[words.policy(point["policy"])] = point["text"][words.tag]
    frame = pd.DataFrame([{words("chart.arrival"): hour, **rows[hour]} for hour in sorted(rows)])
    return frame
