"""Words of the dashboard in English and Simplified Chinese; both catalogues have the same keys (a test)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sim.scenario.fields import FieldShown

LANGUAGES = {"en": "English", "zh": "简体中文"}
"""Languages with their own names."""


class Words:
    """The words of one language.

    Parameters
    ----------
    tag : {"en", "zh"}
        Which.
    """

    def __init__(self, tag: str) -> None:
        source = Path(__file__).parent / "catalogues" / f"{tag}.yaml"
        tree: dict[str, Any] = yaml.safe_load(source.read_text(encoding="utf-8"))
        self.tag = tag
        self.names: Mapping[str, str] = tree.pop("names")
        self.meanings: Mapping[str, str] = _flat(tree.pop("meanings", {}))
        self.entries: dict[str, str] = _flat(tree)

    def __call__(self, key: str, **fields: object) -> str:
        """The words of a key with its fields filled in.

        Examples
        --------
        >>> words("en")("change.line", what="x", old="1", new="2"), words("zh")("page.scenario")
        ('x: 1 → 2', '方案')
        """
        return self.entries[key].format(**fields)

    def name(self, word: str) -> str:
        """A word of the language of scenarios as people say it; a name of the user's own stays as it is.

        Examples
        --------
        >>> words("en").name("handle_time"), words("zh").name("handle_time"), words("zh").name("my_desk")
        ('handle time', '处理时长', 'my desk')
        """
        return self.names.get(word, word.replace("_", " "))

    def policy(self, word: str) -> str:
        """The name of a policy or desk, as a heading.

        Examples
        --------
        >>> words("en").policy("training"), words("en").policy("my_desk"), words("zh").policy("training")
        ('Training', 'My desk', '培训')
        """
        name = self.name(word)
        return name[:1].upper() + name[1:]

    def path(self, path: str) -> str:
        """A dotted path as people say it.

        Examples
        --------
        >>> words("en").path("agent_groups.chat_team.shrinkage")
        'chat team · shrinkage'
        """
        names = path.split(".")
        return " · ".join(self.name(n) for n in (names[1:] if len(names) > 2 else names))

    def meaning(self, field: FieldShown) -> str:
        """What the reference of the language says of a field, in this language.

        Examples
        --------
        >>> from sim.scenario.fields import described
        >>> words("zh").meaning(described("channels.phone.patience", "3 min"))
        '客户在此渠道等多久会放弃（联系类型未写明时）。单个时长表示平均值，服从指数分布。'
        """
        told = [self.meanings.get(key, said) for key, said in zip(field.keys, field.meanings, strict=True)]
        return ("" if self.tag == "zh" else " ").join(told)


@cache
def words(tag: str) -> Words:
    """The words of a language; English for any that is unknown."""
    return Words(tag if tag in LANGUAGES else "en")


def language_of(locale: str | None) -> str:
    """Language for a browser.

    Examples
    --------
    >>> language_of("zh-CN"), language_of("de-DE"), language_of(None)
    ('zh', 'en', 'en')
    """
    return "zh" if (locale or "").lower().startswith("zh") else "en"


def _flat(tree: Mapping[str, Any], before: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            found.update(_flat(value, f"{before}{key}."))
        else:
            found[f"{before}{key}"] = value
    return found
