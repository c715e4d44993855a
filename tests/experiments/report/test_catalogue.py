"""Words in two languages: the same keys, the same fields, every measure named, numbers as the language writes them."""

from __future__ import annotations

import re
import string
import tomllib
from fnmatch import fnmatch
from hashlib import sha256
from itertools import chain

import pytest
import yaml

from experiments import wording
from experiments.comparison.net_deflection import NET_DEFLECTION
from experiments.replication.reduction import OWN_MEASURES
from experiments.report.catalogue import LANGUAGES, Catalogue, plain, words
from sim.measures import MEASURES
from tests.experiments.desks import ROOT

REPORT = ROOT / "experiments" / "report"
SPEAKERS = [*sorted(REPORT.glob("*.py")), *sorted(REPORT.glob("templates/*.jinja"))]
ALL = {**MEASURES, **OWN_MEASURES, NET_DEFLECTION.name: NET_DEFLECTION}
ROOMS = "page|picture|headline|run_headline|verdict|sure|verbs|promise|period|number|measure|scope|hour"
CHINESE = re.compile(r"[\u4e00-\u9fff]")

FORMULAS = "f0174288"  # first digits of the hash of all English titles and formulas


def texts(entry: str | dict[str, str]) -> list[str]:
    """All forms of a text."""
    return list(entry.values()) if isinstance(entry, dict) else [entry]


def fields(entry: str | dict[str, str]) -> set[str]:
    """Names that are filled in."""
    return {name for text in texts(entry) for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def said() -> set[str]:
    """Patterns of keys that modules and templates ask for; what is filled in there stands as a star."""
    source = "\n".join(p.read_text(encoding="utf-8") for p in SPEAKERS)
    found = set(re.findall(rf"\"((?:{ROOMS})\.[^\"\s]+)\"", source))
    found |= set(re.findall(r"say\(\s*f?['\"]([^'\"]+)['\"]", source))
    return {re.sub(r"\{[^}]*\}?", "*", key) for key in found if not key.endswith((".jinja", ".yaml"))}


def test_both_languages_have_the_same_keys_and_fields() -> None:
    """A word that is missing in one language, or a number that is not told, is found here and not by a reader."""
    en, zh = words("en"), words("zh")
    assert en.entries.keys() == zh.entries.keys()
    for key, entry in en.entries.items():
        assert fields(entry) == fields(zh.entries[key]), key
    assert en.measures.keys() == zh.measures.keys() == ALL.keys()
    for name in ALL:
        assert en.measures[name].keys() == zh.measures[name].keys() == {"short", "noun", "verbs"}, name
        assert en.measures[name]["verbs"] == zh.measures[name]["verbs"], name


def test_fields_are_plain_names() -> None:
    """Nothing in a catalogue reaches into an object."""
    for entry in chain(words("en").entries.values(), words("zh").entries.values()):
        assert all(re.fullmatch(r"[a-z_]+", name) for name in fields(entry)), entry


def test_yaml_has_read_every_key_and_text_as_written() -> None:
    """YAML takes words such as `no`, `on` or `1.0` for something else; none of ours is taken so."""
    for language in LANGUAGES:
        tree = yaml.safe_load((REPORT / "catalogues" / f"{language}.yaml").read_text(encoding="utf-8"))
        stack = [tree]
        while stack:
            node = stack.pop()
            if isinstance(node, dict):
                assert all(isinstance(k, str) for k in node)
                stack += node.values()
            else:
                assert isinstance(node, (str, list)), node


def test_every_key_that_is_asked_for_exists_and_every_key_is_used() -> None:
    """A typing error in a key would show on a page that is made rarely; a key that nobody says is clutter."""
    patterns, keys = said(), words("en").entries.keys()
    assert len(patterns) > 100
    for pattern in patterns:
        assert any(fnmatch(key, pattern) for key in keys), pattern
    assert not [key for key in keys if not any(fnmatch(key, pattern) for pattern in patterns)]


def test_every_measure_has_a_chinese_title_and_formula() -> None:
    """The glossary of a Chinese page has no English line."""
    zh = words("zh")
    assert zh.definitions.keys() == ALL.keys()
    for name in ALL:
        for text in zh.names(name)[:2] + zh.names(name)[3:]:
            assert CHINESE.search(text), (name, text)


def test_the_chinese_formulas_are_those_of_the_english_ones() -> None:
    """Whoever changes a definition is sent to the Chinese one: change it too, then the digits above."""
    told = "\n".join(f"{m.name}|{m.title}|{m.formula}" for m in ALL.values())
    assert sha256(told.encode()).hexdigest()[:8] == FORMULAS, sha256(told.encode()).hexdigest()[:8]


def test_english_is_english() -> None:
    """English texts hold no Chinese character, and the English title of a measure is its own."""
    for entry in words("en").entries.values():
        assert not any(CHINESE.search(t) for t in texts(entry))
    assert words("en").names("occupancy").title == MEASURES["occupancy"].title


def test_english_units_are_those_of_the_tables() -> None:
    """A page and a terminal print the same number alike."""
    for value, unit in ((0.75, "min"), (400.0, "min"), (5000.0, "min"), (0.831, "share"), (12.0, "h"), (3.0, "Erlang")):
        assert words("en").figure(value, unit) == wording.figure(value, unit)
    assert words("en").difference(0.02, "share") == "+2.0 pts"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.75, "min", "45 秒"),
        (3.2, "min", "3.2 分钟"),
        (384.0, "min", "6.4 小时"),
        (4000.0, "min", "2.8 天"),
        (0.834, "share", "83.4%"),
        (float("nan"), "min", "–"),
        (1234.0, "contacts", "1,234"),
    ],
)
def test_chinese_numbers_have_chinese_units(value: float, unit: str, text: str) -> None:
    """Seconds, minutes, hours, days and percent as they are written in Chinese."""
    assert words("zh").figure(value, unit) == text


def test_a_difference_has_its_sign_and_points() -> None:
    """Differences of shares are in percentage points, with a real minus sign."""
    assert words("zh").difference(-0.031, "share") == "−3.1 个百分点"
    assert words("en").difference_interval(-0.05, -0.1, 0.02, "min") == "−3.0 s [−6.0, +1.2]"


def test_a_size_in_a_sentence_is_never_nothing() -> None:
    """What is sure but tiny is called small, not 0."""
    en, zh = words("en"), words("zh")
    assert (en.amount(1e-7, "share"), zh.amount(-1e-7, "min")) == ("less than 0.01 points", "不到 0.1 秒")
    assert (en.amount(41 / 60, "min"), en.amount(23.2, "contacts")) == ("41 s", "23")
    assert (en.amount(0.06, "share"), en.amount(0.01, "share")) == ("6 points", "1 point")
    assert zh.amount(0.01, "share") == "1 个百分点"
    assert en.amount(0.0, "min") == "0 s"


def test_odds_are_never_quite_certain() -> None:
    """Twenty weeks cannot prove 100 %."""
    assert (words("en").odds(0.9999), words("en").odds(0.93)) == ("over 99 %", "93 %")
    assert words("zh").odds(1.0) == "超过 99%"


def test_a_service_level_at_a_threshold_of_its_own_has_a_name() -> None:
    """Recorded numbers may ask for measures that no catalogue lists."""
    assert words("zh").names("service_level_20s").short == "服务水平（20 秒）"
    assert words("en").names("service_level_20s").title == "Service level (SL-A), 20 s"
    assert words("zh").names("smiles", "Smiles").short == "Smiles"


@pytest.mark.parametrize(("n", "en", "zh"), [(1, "1 week", "1 周"), (2, "2 weeks", "2 周"), (20, "20 weeks", "20 周")])
def test_english_has_a_singular(n: int, en: str, zh: str) -> None:
    """One week is not "1 weeks"; Chinese has one form."""
    assert words("en").say("period.weeks", n=n) == en and words("zh").say("period.weeks", n=n) == zh


def test_names_of_users_stay_on_one_line_and_in_their_direction() -> None:
    """Control characters go; a name from right to left does not turn the sentence around it."""
    assert plain("a\x00b\u202ec\nd\ud800") == "a bc d"
    assert words("en").quoted("נוכחי") == "“\u2068נוכחי\u2069”"
    assert words("en").quoted("plain {n}") == "“plain {n}”"


def test_what_is_wrong_is_said() -> None:
    """An unknown language or key names itself."""
    with pytest.raises(ValueError, match="one of en, zh is expected"):
        Catalogue("de")  # type: ignore[arg-type]
    with pytest.raises(KeyError, match=r"en\.yaml has no words for 'page\.x'"):
        words("en").say("page.x")


def test_catalogues_and_templates_are_packaged() -> None:
    """An installed project finds what it reads: every such file is named as package data."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]["experiments.report"]
    data = [p.relative_to(REPORT).as_posix() for p in REPORT.rglob("*") if p.suffix in (".yaml", ".jinja")]
    assert len(data) >= 4
    assert not [name for name in data if not any(fnmatch(name, pattern) for pattern in patterns)]
