"""The reference of the language: every word with its meaning, form, default, bounds and an example.

The texts are data (`sections/*.yaml`). From them come the page of the language (`language_page`), the JSON Schema
(`json_schema`) and what a program shows beside a value (`told_at`); tests hold them to what the readers do.
"""

from sim.scenario.reference.page import language_page
from sim.scenario.reference.registry import SECTIONS, Default, Keys, Section, Word
from sim.scenario.reference.schema import json_schema
from sim.scenario.reference.told import Told, told_at, word_at

__all__ = [
    "SECTIONS",
    "Default",
    "Keys",
    "Section",
    "Told",
    "Word",
    "json_schema",
    "language_page",
    "told_at",
    "word_at",
]
