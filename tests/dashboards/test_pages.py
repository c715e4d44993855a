"""The pages, in both languages, without a browser."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboards import place
from dashboards.desk import Desk, take_upload
from dashboards.jobs.job import Job
from dashboards.jobs.known import key_of, with_request
from dashboards.jobs.request import Request
from dashboards.screens import compare
from dashboards.stored import shelf
from dashboards.views.kept_view import put_view
from dashboards.wording import words
from sim.scenario.fields import described

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
    assert at.subheader[0].value.replace("\\", "") == compare.answer(view, words(tag))
    assert words(tag).policy("keep_phones_free") in at.subheader[0].value, "policies by their names for people"
    tiles = [t for t in told["tiles"] if t["policy"] == 1]
    loud = [t for t in tiles if t["colour"] != "same"]
    assert loud and [(m.value, m.delta) for m in at.metric] == [(t["value"], t["difference"]) for t in loud]
    written = texts(at).replace("\\", "")
    for tile in loud:
        assert tile["interval"] in written and tile["sure"] in written
    for tile in tiles:
        assert tile["value"] in written and tile["scope"] in written and tile["title"] in written
    assert words(tag)("weeks.title") in texts(at) and words(tag)("waits.title") in texts(at)
    rows = [r for r in told["rows"] if r["policy"] == 1]
    assert any(len(frame.value) == len(rows) for frame in at.dataframe)


@pytest.mark.parametrize("tag", ["en", "zh"])
def test_compare_shows_one_desk(tag: str, one_desk: dict[str, Any]) -> None:
    """A run without policies is shown on the same page."""
    at = page("compare", lang=tag, view=put_view(one_desk, "k"))
    assert not at.exception
    assert at.subheader[0].value.replace("\\", "") == one_desk["words"][tag]["headline"]
    assert {m.delta for m in at.metric} <= {"", None}


@pytest.mark.parametrize("tag", ["en", "zh"])
def test_the_first_page_is_an_answer_that_comes_with_the_project(
    tag: str, no_process: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shipped desk with phones kept free, at once, said to be stored; a button simulates it here."""
    monkeypatch.setattr(shelf, "staleness", lambda *_: shelf.Staleness())
    at, told = page("compare", lang=tag), shelf.about()
    assert not at.exception and no_process == [] and told is not None
    assert words(tag).policy("keep_phones_free") in at.subheader[0].value
    label = words(tag)("stored.label", made=told.made, version=told.aftersim)
    facts = next(c.value for c in at.caption if c.value.startswith(label))
    assert f"{told.replications} ×" in facts and "2026-08-03" in facts
    assert words(tag)("tile.price") in texts(at), "what it costs elsewhere stands beside what it brings"
    next(b for b in at.button if b.label == words(tag)("stored.anew")).click().run()
    (request,) = no_process
    assert (request.base, request.replications, request.seed) == ("scenarios/baseline.yaml", 20, 1)
    assert [Path(p).stem for p in request.policies] == ["keep_phones_free"]


@pytest.mark.parametrize(
    ("why", "key"), [({"files": ("baseline.yaml",)}, "stored.files"), ({"program": True}, "stored.program")]
)
def test_stored_results_that_do_not_hold_any_more_are_not_shown(
    why: dict[str, Any], key: str, no_process: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page says why, shows no number, and simulates on demand only."""
    stale = shelf.Staleness(**why)
    for module in (shelf, compare):
        monkeypatch.setattr(module, "staleness", lambda *_: stale)
    at = page("compare")
    assert not at.exception and not at.metric and not at.subheader and no_process == []
    assert words("en")(key, files="baseline.yaml") in texts(at).replace("\\", "")
    next(b for b in at.button if b.label == words("en")("stored.anew")).click().run()
    assert len(no_process) == 1


def test_a_result_of_earlier_files_is_not_shown_as_one_of_today(view: dict[str, Any], tmp_path: Path) -> None:
    """A link to a result outlives the files that it was made of; it says so."""
    file = tmp_path / "desk.yaml"
    file.write_bytes((place.SCENARIOS / "small_shop.yaml").read_bytes())
    request = Request(str(file), (), 4, "runs")
    name = put_view(with_request(view, request, key_of(request)), "k")
    assert words("en")("compare.outdated") not in texts(page("compare", view=name))
    file.write_bytes(file.read_bytes() + b"\n")
    assert words("en")("compare.outdated") in texts(page("compare", view=name))


@pytest.mark.parametrize("tag", ["en", "zh"])
def test_policies_that_do_not_fit_are_not_offered_and_the_reason_is_told(tag: str) -> None:
    """A small shop has no phone team and no bot: its own policies are offered, the others say why not."""
    at = page("compare", lang=tag, base="small_shop")
    assert not at.exception
    say = words(tag)
    (choice,) = at.multiselect
    own = ["better_answers", "keep_phones_free", "sixth_agent", "vip_priority"]
    assert choice.options == [say.policy(name) for name in own]
    written = texts(at).replace("\\", "")
    assert "bot: small_shop.yaml has no bot" in written and say.policy("no_bot") in written
    assert say("compare.unfit_help") in written


@pytest.mark.parametrize("name", ["compare", "scenario"])
def test_a_desk_that_cannot_be_read_says_what_is_wrong(name: str) -> None:
    """On both pages, in the words of the loader, by the name of the file only; nothing can be run."""
    at = page(name, base=take_upload({"mine.yaml": b"hello: 1"}))
    assert not at.exception and not [b for b in at.button if b.label == words("en")("compare.run")]
    assert words("en")("scenario.unreadable") in texts(at)
    assert any(t.value.startswith("mine.yaml:") for t in at.text) and str(place.runs()) not in texts(at)


def test_compare_says_that_a_result_is_gone(no_process: list[Any]) -> None:
    """A link to something that is not kept here shows a page and says so."""
    at = page("compare", view="0" * 16, base="small_shop")
    assert not at.exception and words("en")("compare.gone") in texts(at)
    at = page("compare", view="0" * 16)
    assert words("en")("compare.gone") in texts(at) and not at.metric, "nothing else is shown in its place"


@pytest.mark.parametrize("tag", ["en", "zh"])
def test_scenario_shows_controls_with_unit_bounds_and_help(tag: str) -> None:
    """Controls are made from the fields of the scenario."""
    at = page("scenario", lang=tag, base="small_shop")
    assert not at.exception
    told = words(tag)
    shrinkage = next(n for n in at.number_input if n.label.startswith(f"{told.name('shrinkage')} [%]"))
    assert (shrinkage.value, shrinkage.min, shrinkage.max) == (10.0, 0.0, 100.0)
    assert told.meaning(described("agent_groups.desk.shrinkage", "10 %")) in shrinkage.help
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
