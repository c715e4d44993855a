"""Weekday x hour maps: squares that any page can show, the base beside the policy that changes it most."""

from __future__ import annotations

import numpy as np
import pandas as pd

from experiments.estimates.estimates import Estimates
from experiments.replication.promises import Promise
from experiments.report.heat_maps import draw_heat_maps
from experiments.report.page import svg_of
from sim.measures.intervals import WEEKDAYS

PHONE = Promise("phone", "phone", "service level", 0.8, 0.5)


def week(level: float) -> Estimates:
    """The phone at nine and ten, twenty contacts each hour; nobody comes on Sundays."""
    rows = [
        (m, "channel", "phone", "weekday hour", i, f"{d} {h:02d}", v, v, v, 20, 20.0)
        for d in WEEKDAYS[:6]
        for i, h in enumerate((9, 10))
        for m, v in (("service_level", level + 0.1 * i), ("arrivals", 20.0))
    ]
    names = ("measure", "scope_kind", "scope", "grid", "interval", "label", "value", "low", "high", "n", "counted")
    return Estimates(pd.DataFrame(rows, columns=list(names)), 20, 0.95)


def test_a_map_has_a_square_for_every_hour_in_which_somebody_comes() -> None:
    """Values in their places, Monday on top, Sunday empty; the title names the worst hour."""
    figure = draw_heat_maps([("today", week(0.3)), ("free", week(0.8))], [PHONE], "20 weeks", "en")
    assert figure is not None
    ax = figure.axes[0]
    (squares,) = [c for c in ax.collections if c.get_array() is not None]
    values = np.ma.filled(squares.get_array().reshape(7, 2), np.nan)
    assert np.allclose(values[0], [0.3, 0.4]) and np.isnan(values[6]).all()
    assert ax.get_ylim()[0] > ax.get_ylim()[1]
    assert "today: worst on Mon 9–10 h with 30 %" in ax.get_title(loc="left")
    assert [t.get_text() for t in ax.texts][:2] == ["30", "40"]


def test_a_map_on_a_page_needs_no_picture_inside_it() -> None:
    """Pages load nothing, not even what they carry as data: an image in the SVG would stay empty."""
    figure = draw_heat_maps([("today", week(0.3))], [PHONE], "20 weeks", "en")
    assert figure is not None
    svg = str(svg_of(figure, "p0"))
    assert "<image" not in svg and "data:" not in svg and svg.count("<path") > 12
