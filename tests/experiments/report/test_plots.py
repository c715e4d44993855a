"""Pictures: they say their finding, are alike for alike runs, and survive any name."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from experiments.estimates.estimates import estimate
from experiments.replication.replications import Replications, replicate
from experiments.report.plots import draw_all
from experiments.report.sheet import picture_bytes
from sim import load, lower
from tests.experiments.desks import MINIMAL, SHOP, odd_desk, shop, shop_estimates


def words(figure: Figure) -> str:
    """All text of a picture."""
    found = [t.get_text() for t in figure.texts]
    for ax in figure.axes:
        found += [ax.get_title(loc="left"), ax.get_xlabel(), ax.get_ylabel(), *(t.get_text() for t in ax.texts)]
    return "\n".join(found)


def test_titles_say_what_is_to_be_seen() -> None:
    """The weakest hour and its level in the title are those of the estimates."""
    drawn = draw_all(shop(), shop_estimates())
    assert list(drawn) == ["service_level_by_hour", "queue_and_staff", "waits"]
    hours = shop_estimates().rows("service_level", "channel", "phone", "hour")
    worst = hours.loc[hours["value"].idxmin()]
    text = words(drawn["service_level_by_hour"])
    hour = int(worst["label"])
    assert f"Phone: weakest at {hour}–{hour + 1} h, {100 * worst['value']:.0f} % within 30 s" in text
    assert "promised\n80 %" in text and "mean of 4 replications with its 95 % band" in text
    gave_up = shop_estimates().rows("abandoned_within", "channel", "phone", "wait")["value"].iloc[-1]
    assert f"{100 * gave_up:.0f} % gave up" in words(drawn["waits"])
    assert "Email" in words(drawn["queue_and_staff"]) and "on duty at most" in words(drawn["queue_and_staff"])


def test_the_band_is_the_interval_and_the_dashes_are_the_promise() -> None:
    """What is drawn are the numbers of the estimates."""
    ax = draw_all(shop(), shop_estimates())["service_level_by_hour"].axes[0]
    hours = shop_estimates().rows("service_level", "channel", "phone", "hour").sort_values("label")
    line = next(x for x in ax.lines if x.get_marker() == "o" and x.get_linewidth() > 2)
    assert line.get_ydata() == pytest.approx(hours["value"].to_numpy())
    band = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert set(hours["low"]) | set(hours["high"]) <= set(band)
    assert any(list(x.get_ydata()) == [0.8, 0.8] for x in ax.lines)


def test_recorded_levels_are_drawn_where_they_belong(tmp_path: Path) -> None:
    """A recorded service level of hour 10 is a point at 10:30."""
    op = lower(load(odd_desk(tmp_path)))
    replications = replicate(op, 2, workers=1)
    ax = draw_all(replications, estimate(replications))["service_level_by_hour"].axes[0]
    (points,) = [x for x in ax.lines if x.get_marker() == "D"]
    assert (list(points.get_xdata()), list(points.get_ydata())) == ([10.5], [0.12])


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    """Pictures hold no time and no random names, in both formats; odd titles are drawn, not interpreted."""
    op = lower(load(odd_desk(tmp_path)))
    replications = replicate(op, 2, workers=1)
    first, second = (draw_all(replications, estimate(replications)) for _ in range(2))
    assert r"\$5 & 售后" in words(first["waits"])
    for kind, start in (("png", b"\x89PNG"), ("svg", b"<?xml")):
        a, b = (picture_bytes(drawn["waits"], kind) for drawn in (first, second))
        assert a == b and a.startswith(start)


def one(changes: dict[str, object], path: Path = SHOP, n: int = 1) -> Replications:
    """A changed shop."""
    return replicate(lower(load(path, changes)), n, workers=1)


@pytest.mark.parametrize(
    ("path", "changes"),
    [
        (SHOP, {"period.length": "1 d"}),
        (SHOP, {"period.start": "2026-03-08", "period.length": "1 d"}),
        (MINIMAL, {"channels.phone.service_level": "none"}),
        (MINIMAL, {"contact_types.call.per_day": "0"}),
        (MINIMAL, {"agent_groups.desk.shifts.day.mon-fri": "0"}),
        (MINIMAL, {"contact_types.call.per_day": "5000", "period.length": "1 d"}),
    ],
)
def test_extreme_desks_are_drawn_as_far_as_there_is_something(path: Path, changes: dict[str, object]) -> None:
    """One history, one day, a closed day, no promise, no contact, nobody on duty, overload: no picture fails."""
    replications = one(changes, path)
    for figure in draw_all(replications, estimate(replications)).values():
        text = words(figure)
        assert "nan" not in text.lower().split() and "one possible history" in text
        assert picture_bytes(figure, "png").startswith(b"\x89PNG")


def test_drawing_needs_no_global_state(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pyplot: a server with several users draws in threads."""
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    for figure in draw_all(shop(), shop_estimates()).values():
        assert picture_bytes(figure, "png")
