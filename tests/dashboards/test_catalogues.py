"""Two languages, word for word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dashboards import place
from dashboards.controls import ORDER
from dashboards.wording import Words, words
from sim.scenario.fields import fields
from sim.scenario.load import load
from sim.scenario.meanings import MEANINGS, PARTS

EN, ZH = words("en"), words("zh")
CODE = sorted((place.ROOT / "dashboards").rglob("*.py"))


def test_both_languages_have_the_same_keys() -> None:
    """A key that one language lacks would stop a page in that language only."""
    assert EN.entries.keys() == ZH.entries.keys()


@pytest.mark.parametrize("key", sorted(EN.entries))
def test_both_languages_fill_in_the_same_fields(key: str) -> None:
    """A number that is told in one language is told in the other."""
    find = re.compile(r"{(\w+)}")
    assert sorted(find.findall(EN.entries[key])) == sorted(find.findall(ZH.entries[key]))
    assert ZH.entries[key].strip()


def test_every_name_of_english_is_one_of_chinese() -> None:
    """Names that are said in English are said in Chinese, too."""
    assert EN.names.keys() <= ZH.names.keys()


def test_every_meaning_of_the_language_is_told_in_chinese() -> None:
    """The help of every control is in the language of the page."""
    assert {m.meaning for m in (*MEANINGS, *PARTS)} == ZH.meanings.keys()


def test_nothing_of_the_shipped_desks_is_left_in_english() -> None:
    """Sections and names of fields of the desk that is shown first have Chinese words."""
    found = {n for f in fields(load(place.BASE)) if f.section in ORDER for n in f.path.split(".")}
    found -= {"chat_team", "phone_team", "back_office", "inspectors"} - ZH.names.keys()
    assert found <= ZH.names.keys()


@pytest.mark.parametrize("path", CODE, ids=lambda p: p.name)
def test_every_key_in_the_code_is_in_the_catalogue(path: Path) -> None:
    """`words("...")` finds its words."""
    for key in re.findall(r'\bwords\("([\w.]+)"', path.read_text(encoding="utf-8")):
        assert key in EN.entries or key in ("en", "zh"), f"{path.name}: {key}"


def test_every_word_of_the_catalogue_is_used() -> None:
    """Words that nobody says are not kept."""
    code = "\n".join(p.read_text(encoding="utf-8") for p in CODE)
    built = ("unit.", "day.", "colour.", "run.", "upload.")
    assert not [k for k in EN.entries if f'"{k}"' not in code and f"'{k}'" not in code and not k.startswith(built)]


def test_an_unknown_language_is_english() -> None:
    """An address that was mistyped shows a page all the same."""
    assert isinstance(words("xx"), Words) and words("xx").tag == "en"
