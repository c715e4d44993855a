"""Upgrading a file: the chain of migrations from its version to that of today."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sim.scenario.policies.stack import is_policy
from sim.scenario.readers.scenario_reader import LANGUAGE
from sim.scenario.text.nodes import MappingNode, Scalar, read_yaml
from sim.scenario.text.problems import Place, Problem, ScenarioProblems
from sim.scenario.versions.edits import Edit
from sim.scenario.versions.from_0 import FROM_0
from sim.scenario.versions.migration import Migration

MIGRATIONS: Mapping[int, Migration] = {0: FROM_0}
"""By the version from which they start."""


@dataclass(frozen=True)
class Upgraded:
    """A file in the language of today.

    Parameters
    ----------
    text : with comments, order and layout as they were.
    found : the version it was written in.
    version : the version it is written in now.
    said : its version is written in it.
    edits : what was changed, step by step.
    """

    text: str
    found: int
    version: int
    said: bool
    edits: tuple[Edit, ...]


def upgrade(
    text: str,
    file: str = "scenario",
    written_in: int | None = None,
    migrations: Mapping[int, Migration] = MIGRATIONS,
    today: int = int(LANGUAGE),
) -> Upgraded:
    """Bring the text of a scenario or policy to the language of today.

    Parameters
    ----------
    text : as in the file.
    file : its name, for messages.
    written_in : version to take where the text says none; without it a policy is taken as one of today.
    migrations, today : the chain.

    Raises
    ------
    ScenarioProblems : it cannot be read, its version is unknown or newer, or it holds an old and its new word.

    Examples
    --------
    >>> print(upgrade("aftersim: 0\\nperiod: {start: 2026-03-02, days: 7}   # a week\\n").text)
    aftersim: 1
    period: {start: 2026-03-02, length: 7 d}   # a week
    <BLANKLINE>
    """
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    text = text.removeprefix(mark)
    node, problems = read_yaml(text, file)
    if node is None or not isinstance(node, MappingNode):
        rule = "a scenario or a policy is expected, a mapping of names to values"
        raise ScenarioProblems(problems or [Problem(file, None, None, "", rule)])
    if problems:
        raise ScenarioProblems(problems)
    found, said = _version_of(node, file, written_in, today)
    edits: list[Edit] = []
    for version in range(found, today):
        text, more, wrong = migrations[version].apply(text, file)
        if wrong:
            raise ScenarioProblems(wrong)
        edits += more
    return Upgraded(mark + text, found, today, said, tuple(edits))


def _version_of(node: MappingNode, file: str, written_in: int | None, today: int) -> tuple[int, bool]:
    """Find the version a text is written in, and whether it says so."""
    said = node.get("aftersim")

    def refuse(place: Place, rule: str, repair: str, got: str | None = None) -> ScenarioProblems:
        return ScenarioProblems([Problem(place.file, place.line, place.column, "aftersim", rule, repair, got)])

    if said is None:
        if written_in is None and not is_policy(node):
            repair = f"add aftersim: {today}, or say which one it is written in: --from 0"
            raise refuse(node.place, "the version of the language is missing", repair)
        number = today if written_in is None else written_in
    elif not isinstance(said, Scalar) or not re.fullmatch("0|[1-9][0-9]{0,5}", said.text):
        got = said.text if isinstance(said, Scalar) else None
        raise refuse(said.place, "a version is a whole number", f"write aftersim: {today}", got)
    else:
        number = int(said.text)
    if number > today:
        rule = f"this file is written in version {number} of the language, and this program reads up to {today}"
        repair = "install a newer aftersim: git pull in its folder, then pip install -e ."
        raise refuse(node.place if said is None else said.place, rule, repair, str(number))
    return number, said is not None
