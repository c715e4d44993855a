"""Two languages, word for word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dashboards import place
from dashboards.controls import ORDER, control_of
from dashboards.wording import Words, words
from sim.scenario.fields import described, fields
from sim.scenario.load import load
from sim.scenario.reference import SECTIONS, Word
from sim.scenario.reference.forms import alternatives, atoms_of, shape_of

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


def shown_words() -> set[str]:
    """Words of the reference that can be controls: in sections that are shown, and not only mappings of other words."""
    found: set[str] = set()
    waiting = [SECTIONS["scenario"].words[name] for name in ORDER]
    seen: set[str] = set()
    while waiting:
        word = waiting.pop()
        forms = [shape_of(one) for one in alternatives(word.form)]
        values = [one for shape, one in forms if shape not in ("named", "section") and one != "empty"]
        if word.key in seen or (isinstance(word, Word) and word.later):
            continue
        seen.add(word.key)
        if values or (isinstance(word, Word) and word.defaults):
            found.add(word.key)
        inside = {name for name in SECTIONS if re.search(rf"section:{name}\b", word.form)}
        for section in [SECTIONS[name] for name in inside | ({"law"} if "law" in atoms_of(word.form) else set())]:
            waiting += [*section.words.values(), *([section.keys] if section.keys else [])]
    return found


def test_every_word_that_can_be_a_control_is_told_in_chinese() -> None:
    """The help of every control is in the language of the page; texts of words that are gone are not kept."""
    assert shown_words() == ZH.meanings.keys()
    assert not [key for key, text in ZH.meanings.items() if not re.search(r"[\u4e00-\u9fff].*。$", text)]


def test_help_is_in_the_language_of_the_page() -> None:
    """Meaning, bounds and what holds: Chinese beside a Chinese page, with the numbers of the reference."""
    field = described("agent_groups.desk.shrinkage", "12 %")
    english, chinese = (control_of(field, "12 %", "desk", words).help for words in (EN, ZH))
    assert english.startswith("Share of paid time absent.") and "Bounds: from 0 % to below 100 %." in english
    assert chinese.startswith("带薪时间中缺勤的占比。") and "取值：不小于 0 %，小于 100 %。" in chinese


def test_every_word_that_can_be_chosen_is_told_in_chinese() -> None:
    """What a list of choices shows."""
    shown = {word.key: word for section in SECTIONS.values() for word in section.words.values()}
    found = {choice for key in shown_words() & shown.keys() for choice in shown[key].choices if not choice[0].isdigit()}
    assert found - {"s", "min"} <= ZH.names.keys()


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
