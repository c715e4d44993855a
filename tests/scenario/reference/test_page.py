"""The page of the language is what the command writes, links lead somewhere, and its numbers are those of the model."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from aftersim import cli
from sim.lowering import lower
from sim.scenario import ScenarioProblems, load
from sim.scenario.reference import SECTIONS, json_schema, language_page
from sim.scenario.reference.named_numbers import passed_on
from sim.scenario.reference.page import PARTS, anchor
from sim.scenario.text import units
from sim.theory.screening import passed_work_factor

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "LANGUAGE.md").read_text(encoding="utf-8")


def test_page_in_the_repository_is_what_the_command_writes(tmp_path: Path) -> None:
    """Changed texts need: aftersim schema --docs docs/LANGUAGE.md."""
    result = CliRunner().invoke(cli, ["schema", "--docs", str(tmp_path / "page.md")])
    assert result.exit_code == 0, result.output
    assert (tmp_path / "page.md").read_text(encoding="utf-8") == PAGE == language_page()


def test_command_writes_the_schema(tmp_path: Path) -> None:
    """To a file, or to the terminal; not both things at once, and no traceback."""
    run = CliRunner().invoke
    assert json.loads(run(cli, ["schema"]).output) == json_schema()
    assert run(cli, ["schema", "--out", str(tmp_path / "s.json")]).exit_code == 0
    assert json.loads((tmp_path / "s.json").read_text(encoding="utf-8")) == json_schema()
    for wrong in (["--out", "a", "--docs", "b"], ["--out", str(tmp_path / "nowhere" / "s.json")]):
        result = run(cli, ["schema", *wrong])
        assert result.exit_code == 2 and "Traceback" not in result.output


def test_links_of_the_page_lead_somewhere() -> None:
    """Headings of the page, and files beside it."""
    anchors = {anchor(title) for title in re.findall(r"^#+ (.+)$", PAGE, re.M)}
    targets = set(re.findall(r"\]\(([^)]+)\)", PAGE))
    assert len(targets) > 40
    for target in targets:
        file, _, within = target.partition("#")
        assert (ROOT / "docs" / file).exists() if file else within in anchors, target


def test_every_word_is_on_the_page() -> None:
    """Each section that is shown stands once, with a row for each of its words."""
    assert sorted(name for names in PARTS.values() for name in names) == sorted(
        name for name, section in SECTIONS.items() if not section.hidden
    )
    for name in [name for names in PARTS.values() for name in names]:
        section = SECTIONS[name]
        (part,) = PAGE.split(f"\n### {section.title}\n")[1:]
        part = re.split(r"\n###? ", part)[0]
        for word in section.words.values():
            assert (f"\n| `{word.name}` | {word.meaning}" in part) != word.later, (section.name, word.name)


def test_first_example_is_a_whole_desk_and_runs(tmp_path: Path) -> None:
    """What a reader copies first: valid, without a warning, and simulated."""
    text = re.findall(r"```yaml\n(.*?)```", PAGE, re.S)[0]
    file = tmp_path / "desk.yaml"
    file.write_text(text, encoding="utf-8")
    assert lower(load(file)).network.warnings == ()
    for command in ("validate", "explain"):
        result = CliRunner().invoke(cli, [command, str(file)])
        assert result.exit_code == 0 and "warning:" not in result.output, result.output


READERS: dict[str, Callable[[str], object]] = {
    "a number": units.number, "a share": units.share, "a duration": units.duration, "a date": units.day,
    "a time of day": units.clock, "hours": units.span, "weekdays": units.weekdays,
}  # fmt: skip


def test_values_are_read_as_the_page_says() -> None:
    """What to write is read, what not to write is refused: in German, Chinese and American habits."""
    told = PAGE.split("## How values are written")[1].split("### Forms")[0]
    rows = re.findall(r"^\| ([^|`-]+?) \| (.+?) \| (.+?) \|$", told, re.M)
    tried = [row for row in rows if row[0] != "what"]
    assert [row[0] for row in tried] == list(READERS)
    for what, right, wrong in tried:
        for text in re.findall("`([^`]+)`", right):
            READERS[what](text)
        for text in re.findall("`([^`]+)`", wrong):
            if text == "30.000":  # read as English-speaking people read it
                assert READERS[what](text) == 30
                continue
            with pytest.raises(units.Unreadable):
                READERS[what](text)


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_tables_are_read_as_the_page_says(sign: str, tmp_path: Path) -> None:
    """With each sign between columns; a decimal comma is refused, with what to write."""
    desk = re.findall(r"```yaml\n(.*?)```", PAGE, re.S)[0]
    rate = "    rate: {file: calls.csv, cell: 60 min}\n"
    (tmp_path / "desk.yaml").write_text(re.sub(r"    per_day: 120\n    hour:.*\n", rate, desk), encoding="utf-8")
    table = "weekday,time,contacts\nmon,09:00,2.5\n".replace(",", sign)
    (tmp_path / "calls.csv").write_text(table, encoding="utf-8")
    load(tmp_path / "desk.yaml")
    if sign != ",":
        (tmp_path / "calls.csv").write_text(table.replace("2.5", "2,5"), encoding="utf-8")
        with pytest.raises(ScenarioProblems, match=r"a number has a decimal point - write 2\.5"):
            load(tmp_path / "desk.yaml")


def test_defaults_of_the_page_are_those_of_the_schema() -> None:
    """Both say all that holds without a word: what the loader takes, which other tests try."""
    schema = json_schema()["$defs"]
    for name, section in SECTIONS.items():
        for word in section.words.values():
            if word.defaults and name in schema and not section.hidden:
                shown = schema[name]["properties"][word.name]["description"]
                row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{word.name}` | {word.meaning} |"))
                for one in word.different_defaults:
                    assert one.words in shown, (name, word.name)
                    assert (one.shown or f"`{one.value}`") in row, (name, word.name)


def test_tables_have_as_many_cells_as_columns() -> None:
    """A bar in a text would break a row."""
    for block in re.findall(r"(?:^\|.*\n)+", PAGE, re.M):
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
        assert len(widths) == 1, block


def test_factors_of_selection_are_exact() -> None:
    """The page computes them by itself; the theory says the same."""
    for slope, load_, containment in ((0.5, 0.4, 0.3), (1.0, 0.6, 0.5), (2.0, 0.8, 0.3)):
        exact = passed_work_factor(containment, slope, load_, 0.7032)
        assert abs(passed_on(slope, load_, containment) / exact - 1.0) < 1e-4


def test_desk_that_names_its_schema_loads(tmp_path: Path) -> None:
    """The line for editors is a comment."""
    text = (ROOT / "scenarios" / "minimal.yaml").read_text(encoding="utf-8")
    (tmp_path / "desk.yaml").write_text("# yaml-language-server: $schema=aftersim.schema.json\n" + text)
    assert lower(load(tmp_path / "desk.yaml")).network.warnings == ()
