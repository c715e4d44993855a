"""The JSON Schema of scenarios and policies, so that editors complete names, show meanings and mark unknown names.

Draft 2020-12, with keywords that older editors know too. Values with units are texts; bare numbers are allowed where
the readers take them. A schema sees one file at a time: that names refer to something, and that numbers lie within
their bounds, is for `aftersim validate`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sim.scenario.reference.forms import (
    ATOMS,
    DURATION,
    NUMBER,
    PATTERNS,
    SHARE,
    alternatives,
    atoms_of,
    is_ranged,
    shape_of,
    text_of,
)
from sim.scenario.reference.registry import NEEDED, SECTIONS, Keys, Section, Word
from sim.scenario.text.words import PROVENANCE

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
NAMES = r"^[^\W\d_][\w-]{0,63}$"
_STEP = r"[^.]+"
_RELATIVE = rf"(times|plus|minus) +({DURATION}|{SHARE}|{NUMBER})"
_WHOLE_VALUES = ("law", "part", "by")
"""Sections within one value: a change of a part of it is taken as it is."""


def json_schema() -> Schema:
    """Make the JSON Schema of scenarios and policies.

    Examples
    --------
    >>> schema = json_schema()
    >>> schema["$defs"]["shift"]["properties"]["hours"]["description"].splitlines()[0]
    'From when to when; a shift over midnight ends on the next day.'
    """
    makers = (_Maker(changed=False), _Maker(changed=True))
    definitions = {
        made: schema for maker in makers for name in SECTIONS for made, schema in maker.definition(name).items()
    }
    for maker in makers:
        definitions |= maker.shared()
    policy = definitions.pop("policy")
    scenario = definitions.pop("scenario")
    policy["properties"]["change"]["patternProperties"] = dict(_paths(SECTIONS["scenario"], "^", makers[1]))
    definitions = {"scenario": scenario, "policy": policy, **definitions}
    return {
        "$schema": DIALECT,
        "title": "aftersim, version 1 of the language",
        "description": "A scenario (one service desk), or a policy (what changes on one).",
        "type": "object",
        "if": {"anyOf": [{"required": [word]} for word in ("extends", "change", "remove")]},
        "then": {"$ref": "#/$defs/policy"},
        "else": {"$ref": "#/$defs/scenario"},
        "$defs": _reached(definitions),
    }


class _Maker:
    """Schemas of words and sections; those of changes take relative words, and need nothing."""

    def __init__(self, changed: bool) -> None:
        self.changed = changed

    def reference(self, name: str) -> Schema:
        return {"$ref": f"#/$defs/{'changed_' if self.changed else ''}{name}"}

    def definition(self, name: str) -> dict[str, Schema]:
        section = SECTIONS[name]
        schema: Schema = {
            "type": "object",
            "description": _plain(section.meaning),
            "properties": {n: self.word(word) for n, word in section.words.items() if not word.later},
            "additionalProperties": False,
        }
        if section.keys is not None:
            schema["patternProperties"] = {_pattern_of(section.keys): self.keys(section.keys)}
        needed = [n for n, word in section.words.items() if word.needed == NEEDED]
        if needed and not self.changed:
            schema["required"] = needed
        return {f"{'changed_' if self.changed else ''}{name}": schema}

    def shared(self) -> dict[str, Schema]:
        """Definitions that belong to no section: laws, and numbers with a range."""
        duration = ATOMS["duration"].schema
        law = {"anyOf": [self.number(duration), self.reference("law")]}
        found: dict[str, Schema] = {self.reference("a_law")["$ref"].rpartition("/")[2]: law}
        found[self.reference("range")["$ref"].rpartition("/")[2]] = self._range()
        if self.changed:
            amount: Schema = {"type": ["string", "number"]}
            wrapped = dict.fromkeys(("times", "plus", "minus"), amount)
            told = {n: self.word(w) for n, w in SECTIONS["provenance"].words.items() if n != "value"}
            found["relative"] = {
                "description": "A change of what is there: times 1.1, plus 2 %, minus 30 s.",
                "anyOf": [
                    text_of(_RELATIVE),
                    {
                        "type": "object",
                        "properties": {**wrapped, **told},
                        "anyOf": [{"required": [word]} for word in wrapped],
                        "additionalProperties": False,
                    },
                ],
            }
        return found

    def _range(self) -> Schema:
        """`{value, between, source, assumed}`; what kind of value it holds is said where it stands."""
        words = SECTIONS["provenance"].words
        return {
            "type": "object",
            "description": _plain(SECTIONS["provenance"].meaning),
            "properties": {name: self.word(words[name]) for name in PROVENANCE},
            "required": ["value"],
            "additionalProperties": False,
        }

    def number(self, plain: Schema) -> Schema:
        """Schema of a single number, bare or wrapped with a range."""
        wrapped = {"allOf": [self.reference("range"), {"properties": {"value": plain}}]}
        either = [plain, wrapped]
        if self.changed:
            either.append({"$ref": "#/$defs/relative"})
        return {"anyOf": either}

    def keys(self, keys: Keys) -> Schema:
        return {"description": _plain(keys.meaning), **self.form(keys.form, ())}

    def word(self, word: Word) -> Schema:
        """Schema of the value of a word, with what an editor shows beside it."""
        told = [_plain(word.meaning)]
        if word.default_words:
            label = "Without it" if word.without else "Needed" if word.needed else "Default"
            told.append(f"{label}: {_plain(word.default_words)}")
        if word.bounds.words:
            told.append(f"Bounds: {word.bounds.words}")
        schema: Schema = {"description": "\n".join(told)}
        schema |= self.form(word.form, word.choices)
        if isinstance(word.example, str):
            schema["examples"] = [word.example]
        return schema

    def form(self, form: str, choices: tuple[str, ...]) -> Schema:
        """Schema of a form."""
        either = [self.one(one, choices) for one in alternatives(form)]
        if self.changed and is_ranged(form) and {"$ref": "#/$defs/relative"} not in either:
            either.append({"$ref": "#/$defs/relative"})
        return either[0] if len(either) == 1 and "$ref" not in either[0] else {"anyOf": either}

    def one(self, form: str, choices: tuple[str, ...]) -> Schema:
        shape, inner = shape_of(form)
        match shape:
            case "list":
                return {"type": "array", "items": self.form(inner, choices)}
            case "pair":
                return {"type": "array", "items": self.form(inner, choices), "minItems": 2, "maxItems": 2}
            case "map":
                return {"type": "object", "additionalProperties": self.form(inner, choices)}
            case "named":
                values = self.form(inner, choices)
                return {"type": "object", "propertyNames": {"pattern": NAMES}, "additionalProperties": values}
            case "section":
                return self.reference(inner)
            case "":
                return self.atom(inner, choices)
            case _:
                pattern = {f"^({PATTERNS[shape]})$": self.form(inner, choices)}
                return {"type": "object", "patternProperties": pattern, "additionalProperties": False}

    def atom(self, name: str, choices: tuple[str, ...]) -> Schema:
        if name.startswith("'"):
            return {"const": name.strip("'")}
        match name:
            case "choice":
                numbers = [int(one) for one in choices if one.isdecimal()]
                return {"enum": [*choices, *numbers]}
            case "law":
                return self.reference("a_law")
            case "shares_map":
                return self._map(SHARE, ATOMS["duration"].schema)
            case "hazard_map":
                return self._map(DURATION, text_of(rf"{NUMBER} *(per|/) *(s|min|h)"))
            case "change":
                return {"type": ["object", "null"], "additionalProperties": False}
        schema = {} if ATOMS[name].schema is True else ATOMS[name].schema
        return self.number(schema) if ATOMS[name].ranged else schema

    def _map(self, keys: str, plain: Schema) -> Schema:
        return {
            "type": "object",
            "patternProperties": {f"^({keys})$": self.number(plain)},
            "additionalProperties": False,
        }


def _pattern_of(keys: Keys) -> str:
    return f"^({keys.regex})$"


def _paths(section: Section, above: str, maker: _Maker) -> Iterator[tuple[str, Schema]]:
    """List the dotted paths below a section that a policy may change, each with its schema."""
    for name, word in section.words.items():
        if word.later or (section.name == "scenario" and name == "aftersim"):
            continue
        own = above + re.escape(name).replace(r"\-", "-")
        yield f"{own}$", {"$ref": f"#/$defs/changed_{section.name}/properties/{name}"}
        yield from _paths_within(word.form, word.choices, own, maker)
    if section.keys is not None:
        yield f"{above}({_pattern_of(section.keys).strip('^$')})$", maker.keys(section.keys)
        yield from _paths_within(section.keys.form, (), f"{above}{_pattern_of(section.keys).strip('^$')}", maker)


def _paths_within(form: str, choices: tuple[str, ...], own: str, maker: _Maker) -> Iterator[tuple[str, Schema]]:
    if atoms_of(form) & {"law", "shares_map", "hazard_map", "any", "profile"} or is_ranged(form):
        yield rf"{own}\.(value|between|source|assumed|drawn_with)$", {}
    for one in alternatives(form):
        shape, inner = shape_of(one)
        if (shape == "section" and inner in _WHOLE_VALUES) or one in ("law", "profile", "shares_map", "hazard_map"):
            yield rf"{own}\..+$", {}
        elif shape == "section":
            yield from _paths(SECTIONS[inner], rf"{own}\.", maker)
        elif shape in ("map", "named", "weekdays", "spans", "dates"):
            key = f"({PATTERNS[shape]})" if shape in PATTERNS else _STEP
            yield rf"{own}\.{key}$", maker.form(inner, choices)
            yield from _paths_within(inner, choices, rf"{own}\.{key}", maker)


def _reached(definitions: dict[str, Schema]) -> dict[str, Schema]:
    """Keep the definitions that are referred to from a scenario or a policy."""
    kept: dict[str, Schema] = {}
    waiting = ["scenario", "policy"]
    while waiting:
        name = waiting.pop()
        if name in kept:
            continue
        kept[name] = definitions[name]
        waiting += _references(definitions[name])
    return {name: kept[name] for name in definitions if name in kept}


def _references(schema: Any) -> list[str]:
    if isinstance(schema, dict):
        own = [schema["$ref"].split("/")[2]] if "$ref" in schema else []
        return own + [name for value in schema.values() for name in _references(value)]
    return [name for value in schema for name in _references(value)] if isinstance(schema, list) else []


def _plain(text: str) -> str:
    """Take links out of a text."""
    return re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", text)
