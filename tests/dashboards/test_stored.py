"""Results that come with the project are those that this program gives for these files, or they are not shown."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from numpy.testing import assert_array_equal

from dashboards import place
from dashboards.jobs.request import Request
from dashboards.stored import making, program, shelf
from dashboards.stored.making import make, not_as_stored, stamped
from dashboards.stored.numbers import PARTS, histories, kept_rows, what_differs, written
from dashboards.views.view import comparison_view
from experiments.comparison.comparison import Comparison, Policy
from experiments.comparison.contrasts import contrast
from experiments.replication.replications import Replications

AGAIN = "python -m dashboards.stored"
COLUMNS = (place.BASE.stem, *shelf.stored_policies())
FREE = "scenarios/policies/keep_phones_free.yaml"


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Replications]]:
    """A shelf with two histories of the baseline and of one policy, and the runs that they are of."""
    folder = tmp_path_factory.mktemp("shelf")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(making, "code_hash", lambda: "code")  # it takes seconds, and has a test of its own
        return folder, make(("keep_phones_free",), 2, folder)


def test_every_shipped_policy_is_stored_in_little_room() -> None:
    """Whatever is chosen first has an answer; the files are JSON and stay small."""
    assert set(COLUMNS) == {place.BASE.stem, *place.policies(place.BASE.stem)}, AGAIN
    files = list(shelf.SHELF.iterdir())
    assert {f.name for f in files} == {shelf.ABOUT, *(f"{name}{shelf.ENDING}" for name in COLUMNS)}
    assert sum(f.stat().st_size for f in files) < 2_000_000
    told = shelf.about()
    assert told is not None and told.replications == 20


def test_stored_results_are_stamped_by_this_program_and_these_files() -> None:
    """After any change that could change a number they are made or confirmed again."""
    stale = shelf.staleness(COLUMNS[1:])
    assert not stale, f"{stale}: {AGAIN} --confirm, or without --confirm where numbers have changed"


@pytest.mark.parametrize("name", COLUMNS)
def test_a_history_of_each_is_as_stored(name: str) -> None:
    """Simulated again it gives the same numbers; a history of another number for each."""
    number = COLUMNS.index(name) % len(shelf.unpacked(shelf.SHELF, name))
    wrong = not_as_stored(name, number)
    assert not wrong, f"{len(wrong)} numbers of history {number} differ, the first: {wrong[0]} - {AGAIN}"


@pytest.mark.long
@pytest.mark.parametrize("name", COLUMNS)
def test_all_histories_are_as_stored(name: str) -> None:
    """Every one of them."""
    for number in range(len(shelf.unpacked(shelf.SHELF, name))):
        assert not not_as_stored(name, number)


def test_a_number_that_is_another_is_seen(comparison: Comparison) -> None:
    """What is held against stored numbers can fail: by one contact, by a millionth, by a row; not by the last bit."""
    reduced = comparison.runs[0].results[0].reduced
    told = written(reduced)
    assert what_differs(told, reduced) == []
    number = next(i for i, x in enumerate(told["numerator"]) if isinstance(x, int) and x > 0)
    time = next(i for i, x in enumerate(told["numerator"]) if isinstance(x, float))
    for at, add, seen in ((number, 1, 1), (time, told["numerator"][time] * 1e-6, 1), (time, 1e-15, 0)):
        other = copy.deepcopy(told)
        other["numerator"][at] += add
        assert len(what_differs(other, reduced)) == seen
    assert what_differs({**told, "value": [7 for _ in told["value"]]}, reduced)
    assert what_differs({**told, "numerator": told["numerator"][1:]}, reduced)


def test_numbers_come_back_as_they_were(comparison: Comparison) -> None:
    """Through JSON, every kept row of every history, to the last bit."""
    for run in comparison.runs:
        told = json.loads(json.dumps([{"cut": r.cut, **written(r.reduced)} for r in run.results], allow_nan=False))
        back = histories(told, run.results[0].reduced.layout)
        rows = kept_rows(run.results[0].reduced.layout)
        for old, new in zip(run.results, back, strict=True):
            assert (old.number, old.cut) == (new.number, new.cut)
            for part in PARTS:
                assert_array_equal(getattr(new.reduced, part), getattr(old.reduced, part)[rows])


def test_a_stored_result_is_what_simulating_shows(two: tuple[Path, list[Replications]]) -> None:
    """Words, heat maps and waits of stored numbers are those of a run, to the letter."""
    folder, runs = two
    request = Request("scenarios/baseline.yaml", (FREE,), 2, "runs")
    view = shelf.stored_view(request, folder)
    assert view is not None and view["stored"]["replications"] == 2
    policies = [
        Policy(name, run.operation.scenario.title, run.operation.scenario.question, "")
        for name, run in zip(view["policies"], runs, strict=True)
    ]
    direct = comparison_view(contrast(policies, runs), request.command())
    for part in ("words", "weeks", "hours", "policies", "seed", "replications"):
        assert view[part] == direct[part], part


def test_results_of_other_files_or_another_program_are_not_shown(
    two: tuple[Path, list[Replications]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody edited the baseline, a policy, or the engine: the page says so and shows nothing."""
    folder, _ = two
    told = shelf.about(folder)
    for module in (making, program):
        monkeypatch.setattr(module, "code_hash", lambda: "code")
    request = Request("scenarios/baseline.yaml", (FREE,), 2, "runs")
    assert told is not None and shelf.stored_view(request, folder) is not None
    wrong = {
        ("baseline.yaml",): replace(told, files={**told.files, "baseline.yaml": "0" * 64}),
        ("policies/keep_phones_free.yaml",): replace(told, files={"baseline.yaml": told.files["baseline.yaml"]}),
        (): replace(told, text="0", code="0"),
    }
    try:
        for files, other in wrong.items():
            (folder / shelf.ABOUT).write_bytes(other.content())
            stale = shelf.staleness(("keep_phones_free",), folder)
            assert stale and stale.files == files and stale.program == (not files)
            assert shelf.stored_view(request, folder) is None
        (folder / shelf.ABOUT).write_text("{}", encoding="utf-8")
        assert shelf.staleness((), folder) and shelf.stored_view(request, folder) is None
    finally:
        (folder / shelf.ABOUT).write_bytes(told.content())
    assert stamped(replace(told, text="", files={}), ("keep_phones_free",)) == told


@pytest.mark.parametrize(
    "other",
    [
        {"base": "scenarios/small_shop.yaml"},
        {"policies": ()},
        {"policies": ("somewhere/keep_phones_free.yaml",)},
        {"policies": (FREE, "mine.yaml")},
        {"replications": 40},
        {"replications": 1},
        {"seed": 2},
    ],
)
def test_what_was_not_stored_is_not_answered_by_it(other: dict[str, Any]) -> None:
    """Another desk, a policy of one's own, more histories, another seed: that is simulated."""
    asked = Request("scenarios/baseline.yaml", (FREE,), 20, "runs")
    assert shelf.names_asked(asked) == ("keep_phones_free",)
    assert shelf.names_asked(replace(asked, **other)) is None


def test_comments_and_line_ends_are_no_change_of_the_program(tmp_path: Path) -> None:
    """A docstring may be mended without simulating again; a number may not."""
    file = tmp_path / program.SOURCES[0] / "x.py"
    file.parent.mkdir(parents=True)
    found = []
    one, two = b"def f():\n    return 1\n", b"def f():\n    return 2\n"
    noted = b'def f():\n    "What it is."\n    return 1  # one\n'
    for text in (one, one.replace(b"\n", b"\r\n"), noted, two):
        file.write_bytes(text)
        found.append((program.text_hash(tmp_path), program.code_hash(tmp_path)))
    first, windows, comment, other = found
    assert windows == first
    assert comment[0] != first[0] and comment[1] == first[1]
    assert other[1] != first[1]
