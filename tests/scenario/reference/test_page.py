"""The page of the language is what the command writes, links lead somewhere, and its numbers are those of the model."""

from __future__ import annotations

import json
import re
from pathlib import Path

from click.testing import CliRunner

from aftersim import cli
from sim.lowering import lower
from sim.scenario import load
from sim.scenario.reference import SECTIONS, json_schema, language_page
from sim.scenario.reference.named_numbers import passed_on
from sim.scenario.reference.page import anchor
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
    """One row for each word of each section that is shown."""
    for section in SECTIONS.values():
        if section.hidden:
            continue
        part = PAGE.split(f"\n## {section.title}\n")[1].split("\n## ")[0]
        for word in section.words.values():
            assert (f"\n| `{word.name}` | {word.meaning}" in part) != word.later, (section.name, word.name)


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
