"""Scalars are taken as written: YAML guesses no type, in no place of a file."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.scenario import dump, load
from sim.scenario.text.nodes import MappingNode, Node, Scalar, SequenceNode, from_python, read_yaml
from sim.scenario.text.problems import Place

SHOP = Path(__file__).parents[2] / "scenarios" / "small_shop.yaml"
GUESSED = """
    no yes on off true false null ~ NO Yes None 012 0o14 0x1A 0b101 1_000 1e3 1E3 1e999 .5 5. -0 +1 .inf -.inf .nan
    10:30 1:30:00 08:00-16:30 22:00-06:00 2026-03-02 2026-3-2 2026-03-02T09:30:00Z 1999-01-01 30% 30/60 == = << 0 00 1.0
    mon-fri 80/20 1,5 1'000 2d 24:00 <2 =3 (1+2) $5 ^ ;x
""".split()  # noqa: SIM905 - a table of texts
PLACES = {
    "value": "a: {}\n",
    "value in braces": "{{a: {}}}\n",
    "value before a comma": "{{a: {}, b: 1}}\n",
    "value with a comment": "a: {}   # as written\n",
}


def found(text: str) -> Node:
    """Read a text that has no problems."""
    node, problems = read_yaml(text, "x")
    assert problems == [] and node is not None, [str(p) for p in problems]
    return node


def value_of(node: Node) -> str:
    """Give the text of the value `a`."""
    assert isinstance(node, MappingNode)
    value = node.entries["a"].value
    assert isinstance(value, Scalar)
    return value.text


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("text", GUESSED)
def test_what_yaml_would_guess_stays_text(text: str, place: str) -> None:
    """`no` is a language, `10:30` a time, `012` twelve: the field decides, not the file format."""
    if "{{" in PLACES[place] and "," in text:
        pytest.skip("a comma ends a value in braces")
    assert value_of(found(PLACES[place].format(text))) == text


@pytest.mark.parametrize("text", [t for t in GUESSED if t != "<<"])
def test_names_and_items_of_lists_stay_text_too(text: str) -> None:
    """A contact type may be called `no`, and a list may hold `10:30`."""
    mapping = found(f"{text}: 1\n")
    assert isinstance(mapping, MappingNode) and [entry.key for entry in mapping] == [text]
    block, flow = found(f"- {text}\n- x\n"), found(f"[{text}, x]\n" if "," not in text else f"- {text}\n")
    for items in (block, flow):
        assert isinstance(items, SequenceNode)
        assert isinstance(items.items[0], Scalar) and items.items[0].text == text


LETTERS = "0123456789abcdefnosyxetrul:.+-_%/~<=>!?@$^&*()[]{},;'\" #|\\"


@settings(max_examples=1500, deadline=None, derandomize=True)
@given(text=st.text(LETTERS, min_size=1, max_size=14))
def test_any_text_that_is_read_as_one_value_is_read_as_written(text: str) -> None:
    """Whatever stands behind the colon is refused, or is a structure, or is a comment, or is exactly the text."""
    node, problems = read_yaml(f"a: {text}\n", "x")
    if problems or not isinstance(node, MappingNode) or list(node.entries) != ["a"]:
        return
    value = node.entries["a"].value
    if isinstance(value, Scalar) and not value.quoted:
        assert value.text == re.split(r"(?:^|\s)#", text)[0].strip()


@settings(max_examples=300, deadline=None, derandomize=True)
@given(text=st.one_of(st.sampled_from(GUESSED), st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)))
def test_any_title_survives_writing_and_reading(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The writer quotes what would be read as something else, and only that."""
    if not text.isprintable() or text != text.strip():
        return
    shop = load(SHOP)
    file = tmp_path_factory.getbasetemp() / "titled.yaml"
    file.write_text(dump(shop.model_copy(update={"title": text})), encoding="utf-8")
    assert load(file).title == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (False, "false"),
        (None, ""),
        (5.0, "5"),
        (0.1, "0.1"),
        (1e22, "1e+22"),
        (np.float64(2.5), "2.5"),
        (np.int64(7), "7"),
        (np.bool_(True), "true"),
        (date(2026, 3, 2), "2026-03-02"),
        (datetime(2026, 3, 2, 8, 30), "2026-03-02 08:30:00"),
        (time(8, 30), "08:30"),
        (timedelta(minutes=5), "300 s"),
    ],
)
def test_value_of_a_program_is_written_as_in_a_file(value: object, text: str) -> None:
    """Python's own spelling of a value (`True`, `0:05:00`) is not that of the language."""
    node = from_python(value, Place("changes"))
    assert isinstance(node, Scalar) and node.text == text


def test_array_of_a_program_is_a_list() -> None:
    """A profile may come from NumPy."""
    changed = load(SHOP, {"contact_types.call.hour": np.ones(24), "period.start": date(2026, 3, 9)})
    assert changed.contact_types["call"].arrivals.profile == (1.0,) * 24  # type: ignore[union-attr]
    assert changed.period.start == datetime(2026, 3, 9)


def test_numbers_of_a_file_mean_what_people_mean(tmp_path: Path) -> None:
    """012 agents are twelve, 1e1 minutes ten, and 08:00 is no number in base 60."""
    text = SHOP.read_text(encoding="utf-8").replace("mon-fri: 5", "mon-fri: 012").replace("6 min", "1e1 min")
    (tmp_path / "shop.yaml").write_text(text.replace("09:00-18:00, break", "08:00-16:30, break"), encoding="utf-8")
    shop = load(tmp_path / "shop.yaml")
    assert shop.contact_types["call"].handle_time.mean == 10.0  # type: ignore[union-attr]
    shifts = shop.agent_groups["desk"].shifts
    assert shifts is not None and shifts["day"].agents[0] == 12
    assert (shifts["day"].start, shifts["day"].end) == (480, 990)
