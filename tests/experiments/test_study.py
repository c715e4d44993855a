"""The front door: what the page of documentation says is what happens."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from experiments.study import Run, Study, compare, replicate
from sim import load
from tests.experiments.desks import MINIMAL, ROOT

PAGE = (ROOT / "docs" / "PYTHON.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.M | re.S)


@pytest.fixture(scope="module")
def run() -> Run:
    """A run of the smallest desk."""
    return replicate(MINIMAL, n=4, progress=False)


@pytest.fixture(scope="module")
def study() -> Study:
    """Two agents, and three."""
    three = load(MINIMAL, {"agent_groups.desk.shifts.day.mon-fri": 3})
    return compare({"two": load(MINIMAL), "three": three}, n=4, progress=False)


def test_the_page_runs_as_written(tmp_path: Path) -> None:
    """All its examples, one after the other, as a newcomer would paste them."""
    assert len(BLOCKS) == 3
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    code = "\n".join(BLOCKS).replace("n=20", "n=4")
    script = tmp_path / "script.py"
    script.write_text(
        f"def main():\n{''.join(f'    {x}' for x in code.splitlines(True))}\nif __name__ == '__main__':\n    main()\n"
    )
    done = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "differences.png").stat().st_size > 10_000
    assert "asa:" in done.stdout and "verdict" in done.stdout


def test_the_first_example_is_five_lines() -> None:
    """Load, override, replicate, compare, plot."""
    assert len([x for x in BLOCKS[0].splitlines() if x.strip() and not x.startswith("from ")]) == 5


def test_tables_carry_units_and_definitions(run: Run, study: Study) -> None:
    """Every measure of a table has a unit in its row and a definition with it."""
    for table in (run.measures, run.by("hour"), study.differences):
        assert (table["unit"].astype(str) != "").all()
        assert set(table.attrs["definitions"]) == set(table["measure"].astype(str))
    assert "arrivals" in run.measures.attrs["definitions"]["service_level"]


def test_a_notebook_shows_what_the_terminal_shows(run: Run, study: Study) -> None:
    """The same report, as text and as a page; no command that nobody gave."""
    assert "Channels" in repr(run) and "Repeat with" not in repr(run)
    assert "<pre" in run._repr_html_() and "Channels" in run._repr_html_()
    assert "three" in repr(study) and "In words" in study._repr_html_()


def test_pictures_show_and_save_themselves(run: Run, study: Study, tmp_path: Path) -> None:
    """SVG in a notebook, PNG or SVG in a file; anything else is refused with what there is."""
    assert run.plot()._repr_svg_().startswith("<?xml")
    assert study.plot().save(tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(ValueError, match=r"got the ending \".gif\"; .png or .svg is expected"):
        run.plot().save(tmp_path / "a.gif")
    with pytest.raises(ValueError, match="one of service_level_by_hour, queue_and_staff, waits is expected"):
        run.plot("pie")
    with pytest.raises(ValueError, match='got "minute"; one of'):
        run.by("minute")


def test_wrong_scenarios_are_refused() -> None:
    """One alone, or an unknown policy."""
    with pytest.raises(ValueError, match="at least two are expected"):
        compare([MINIMAL], n=2, progress=False)
    with pytest.raises(ValueError, match='got "four"; one of'):
        compare({"a": MINIMAL, "b": MINIMAL}, n=2, progress=False).run("four")


def test_a_file_a_scenario_and_an_operation_are_the_same_to_it(study: Study) -> None:
    """Whatever is given, the same numbers."""
    again = compare([MINIMAL, load(MINIMAL, {"agent_groups.desk.shifts.day.mon-fri": 3})], n=4, progress=False)
    assert [p.name for p in again.comparison.policies] == ["minimal", "The smallest desk"]
    a, b = (s.differences["difference"].to_numpy() for s in (study, again))
    assert a.tobytes() == b.tobytes()


def test_stacks_are_named_after_their_policies(tmp_path: Path) -> None:
    """As the command line names its columns: without folders and endings, and never two alike."""
    folder = tmp_path / "policies"
    folder.mkdir()
    (folder / "more.yaml").write_text("title: More\nchange: {agent_groups.desk.shifts.day.mon-fri: 3}\n")
    stack = f"{MINIMAL}+{folder / 'more.yaml'}"
    study = compare([MINIMAL, stack, load(stack)], n=2, progress=False)
    names = [p.name for p in study.comparison.policies]
    assert names == ["minimal", "minimal+more", load(stack).title]
    assert study.run("minimal+more").estimates is not None
    assert [p.name for p in compare([MINIMAL, MINIMAL], n=2, progress=False).comparison.policies] == [
        "minimal",
        "minimal (2)",
    ]
