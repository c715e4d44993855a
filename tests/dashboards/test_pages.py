"""The pages, in both languages, without a browser."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboards import place
from dashboards.desk import Desk
from dashboards.jobs.job import Job
from dashboards.views.kept_view import put_view
from dashboards.wording import words

PAGES = [place.ROOT / "dashboards" / "app.py", *sorted((place.ROOT / "dashboards" / "screens").glob("*.py"))]
ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.MatMult)
COMPUTING = {"sum", "min", "max", "round", "abs", "float", "divmod", "pow", "sorted"}
BELOW = ("sim.machine", "sim.measures", "sim.lowering", "sim.theory", "experiments", "calibration", "numpy", "pandas")


@pytest.fixture(autouse=True)
def no_process(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Pages start no process here; what they would start is noted."""
    asked: list[Any] = []

    def begin(request: Any) -> Job:
        asked.append(request)
        folder = place.kept("jobs") / f"{len(asked):016x}"
        folder.mkdir()
        (folder / "request.json").write_bytes(request.content())
        return Job(folder.name, folder)

    monkeypatch.setattr(Job, "start", begin)
    return asked


def page(name: str, **address: str) -> AppTest:
    """A page at an address."""
    source = f"""
from dashboards import app, state
from dashboards.screens import {name}
state.remember()
{name}.show()
"""
    at = AppTest.from_string(source, default_timeout=60)
    for key, value in address.items():
        at.query_params[key] = value
    return at.run()


def texts(at: AppTest) -> str:
    """Everything that is written on a page."""
    kinds = (at.title, at.subheader, at.markdown, at.caption, at.info, at.warning, at.error, at.text, at.metric)
    return "\n".join(str(getattr(e, "value", "")) + str(getattr(e, "label", "")) for kind in kinds for e in kind)


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.name)
def test_pages_hold_no_arithmetic_and_reach_for_no_numbers(path: Path) -> None:
    """What pages show was computed elsewhere: no operator but on texts, no statistics, no import of the model."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        where = f"{path.name}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.BinOp):
            assert not isinstance(node.op, ARITHMETIC), f"{where}: arithmetic"
        assert not isinstance(node, ast.AugAssign), f"{where}: arithmetic"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in COMPUTING, f"{where}: {node.func.id}()"
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            assert not [n for n in names if n.startswith(BELOW)], f"{where}: imports {names}"


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.name)
def test_pages_show_no_html_of_users(path: Path) -> None:
    """No way to put a script into a page."""
    text = path.read_text(encoding="utf-8")
    assert "unsafe_allow_html" not in text and "st.html" not in text and "components" not in text


@pytest.mark.parametrize("tag", ["en", "zh"])
def test_compare_shows_a_result(tag: str, shown: str, view: dict[str, Any]) -> None:
    """Headline, a tile for each promise with its difference, both heat maps, waits, the table."""
    at = page("compare", lang=tag, view=shown)
    assert not at.exception
    told = view["words"][tag]
    assert at.subheader[0].value == told["headline"]
    tiles = [t for t in told["tiles"] if t["policy"] == 1]
    assert [(m.value, m.delta) for m in at.metric] == [(t["value"], t["difference"]) for t in tiles]
    for tile in tiles:
        assert tile["interval"] in texts(at) and tile["sure"] in texts(at)
    assert words(tag)("weeks.title") in texts(at) and words(tag)("waits.title") in texts(at)
    rows = [r for r in told["rows"] if r["policy"] == 1]
    assert any(len(frame.value) == len(rows) for frame in at.dataframe)


@pytest.mark.parametrize("tag", ["en", "zh"])
def test_compare_shows_one_desk(tag: str, one_desk: dict[str, Any]) -> None:
    """A run without policies is shown on the same page."""
    at = page("compare", lang=tag, view=put_view(one_desk, "k"))
    assert not at.exception
    assert at.subheader[0].value == one_desk["words"][tag]["headline"]
    assert {m.delta for m in at.metric} <= {"", None}


def test_compare_begins_by_itself_on_a_new_installation(no_process: list[Any]) -> None:
    """The shipped policies on the baseline; whoever looks first starts it."""
    at = page("compare")
    assert not at.exception
    (request,) = no_process
    assert request.base == "scenarios/baseline.yaml" and request.replications == 20
    assert [Path(p).stem for p in request.policies] == ["keep_phones_free", "smart_bot"]


def test_compare_says_that_a_result_is_gone(no_process: list[Any]) -> None:
    """A link to something that is not kept here shows a page and says so."""
    at = page("compare", view="0" * 16, base="small_shop")
    assert not at.exception and words("en")("compare.gone") in texts(at)


@pytest.mark.parametrize("tag", ["en", "zh"])
def test_scenario_shows_controls_with_unit_bounds_and_help(tag: str) -> None:
    """Controls are made from the fields of the scenario."""
    at = page("scenario", lang=tag, base="small_shop")
    assert not at.exception
    told = words(tag)
    shrinkage = next(n for n in at.number_input if n.label.startswith(f"{told.name('shrinkage')} [%]"))
    assert (shrinkage.value, shrinkage.min, shrinkage.max) == (10.0, 0.0, 100.0)
    assert told.meaning("share of paid time that is not worked: absence, meetings") in shrinkage.help
    assert told("change.none") in texts(at)


@pytest.mark.parametrize("tag", ["en", "zh"])
def test_a_change_is_told_in_words_and_as_a_policy(tag: str, no_process: list[Any]) -> None:
    """Enter a number: the difference is listed, the policy written, and the run compares it with the base."""
    at = page("scenario", lang=tag, base="small_shop")
    told = words(tag)
    next(n for n in at.number_input if n.label.startswith(told.name("shrinkage"))).set_value(15.0).run()
    assert not at.exception
    line = told("change.line", what=f"desk · {told.name('shrinkage')}", old="10 %", new="15 %")
    assert line in texts(at).replace("\\", "")
    changes = "change:\n  agent_groups.desk.shrinkage: 15 %"
    assert at.code[0].value == f"extends: scenarios/small_shop.yaml\ntitle: My changes\n{changes}"
    name = str(at.query_params["desk"])
    assert Desk.find(name) == Desk("small_shop", {"agent_groups.desk.shrinkage": "15 %"})
    next(b for b in at.button if b.label == told("scenario.run_changes")).click().run()
    (request,) = no_process
    assert Path(request.policies[0]).read_text(encoding="utf-8").endswith(f"{changes}\n")


@pytest.mark.parametrize("tag", ["en", "zh"])
def test_bad_input_is_explained_beside_its_control_and_cannot_be_run(tag: str) -> None:
    """The words are those of the loader; the page holds no rule."""
    name = Desk("small_shop", {"channels.phone.service_level": "80 within 30"}).keep()
    at = page("scenario", lang=tag, desk=name)
    assert not at.exception
    told = words(tag)
    button = next(b for b in at.button if b.label == told("scenario.run_changes"))
    assert button.disabled
    assert told("change.wrong", n=1) in texts(at)
    at.session_state["section:small_shop"] = "channels"
    at.run()
    assert not at.exception
    assert 'got "80 within 30"' in texts(at).replace("\\", "")


def test_a_name_of_the_user_is_no_markup(view: dict[str, Any]) -> None:
    """Titles and names from files are shown as they are written."""
    wicked = "<img src=x onerror=alert(1)> [x](javascript:1)"
    name = Desk("small_shop", {"title": wicked, "channels.phone.patience": wicked}).keep()
    at = page("scenario", desk=name)
    assert not at.exception
    assert "<img" not in "".join(m.value for m in at.markdown if "\\<" not in m.value)
