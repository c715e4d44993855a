"""Loading: a file, its bases, policies on it and changes become one resolved scenario, or all problems at once."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from sim.scenario.doubts import doubts
from sim.scenario.model import Scenario
from sim.scenario.policies.collision import refuse_repetitions, warn_of_collisions
from sim.scenario.policies.patch import apply_changes, apply_patch
from sim.scenario.policies.path import Patched
from sim.scenario.policies.relative import without_signs
from sim.scenario.policies.stack import Layer, Stack, stack_files
from sim.scenario.readers.provenance_reader import with_listed_ranges
from sim.scenario.readers.reading import Reading
from sim.scenario.readers.scenario_reader import read_scenario
from sim.scenario.redraw import remember
from sim.scenario.text.nodes import Entry, MappingNode, Node, Scalar, from_python, read_yaml
from sim.scenario.text.problems import Place, Problem, ScenarioProblems

CHANGES = "changes"  # how messages call values given in a program
PathLike = str | os.PathLike[str]


def load(
    path: PathLike,
    changes: Mapping[str, object] | None = None,
    policies: PathLike | Iterable[PathLike] = (),
    *,
    every_cell: bool = False,
) -> Scenario:
    """Load a scenario, or a policy with its base, and put policies and changes on it.

    Parameters
    ----------
    path : the YAML file; or a stack of files such as `desk.yaml+night.yaml`.
    changes : further changes by dotted path, applied last, as under `change` of a policy. A text is read as in a
        file (`"12 %"`, `"times 1.1"`, `"{phone: 2}"`), numbers, mappings and lists stand for themselves.
    policies : files of policies (or stacks of them) that are put on it from left to right. Each counts as a patch: the
        policies that it extends come along, the base that it was written for does not.
    every_cell : list every wrong cell of a workbook, as for a copy in which they are marked.

    Returns
    -------
    The scenario, frozen, in minutes; with the defaults taken and the warnings found. Of several policies that are
    stacked, it bears the titles and questions of all.

    Raises
    ------
    ScenarioProblems : with every problem found, for anything that is wrong with the files or the changes.

    Examples
    --------
    >>> shop = load("scenarios/small_shop.yaml", {"agent_groups.desk.shrinkage": "plus 5 %"})
    >>> shop.agent_groups["desk"].shrinkage
    0.15
    >>> both = load("scenarios/small_shop.yaml+scenarios/policies/small_shop/sixth_agent.yaml")
    >>> both == load("scenarios/small_shop.yaml", policies=["scenarios/policies/small_shop/sixth_agent.yaml"])
    True
    """
    reading = Reading()
    reading.every_cell = every_cell
    files = stack_files(path)
    stack = Stack(reading)
    named = stack.add(files)
    base = 1
    if policies:
        base = len(stack.layers)
        listed = [policies] if isinstance(policies, (str, os.PathLike)) else policies
        named = stack.add([file for policy in listed for file in stack_files(policy)])
    for layer in stack.layers[1:]:
        refuse_repetitions(reading, layer)
    unreadable = len(reading.problems)
    scenario: Scenario | None = None
    if stack.layers:
        text = Patched(stack.layers[0].node)
        history = _apply(reading, text, stack.layers, named)
        warn_of_collisions(reading, stack.layers, base)
        made = _given(reading, changes) if changes else None
        if made is not None:
            apply_changes(reading, text, made)
            history.append(text.tree)
        tree = history[-1] = with_listed_ranges(text.tree)
        scenario = read_scenario(reading, tree, history, Path(files[0]).name.split(".")[0] or files[0])
        if reading.problems and len(stack.layers) > 1:
            problems = [_explained(problem, text.removed) for problem in reading.problems[unreadable:]]
            reading.problems[unreadable:] = [replace(p, misfit=True) for p in problems]
    if reading.problems or scenario is None:
        raise ScenarioProblems(_sorted(reading.problems), _sorted(reading.warnings))
    doubtful = doubts(scenario, tree)
    if doubtful:
        scenario = scenario.model_copy(update={"warnings": (*scenario.warnings, *doubtful)})
    remember(scenario, tree, reading)
    return scenario


def _apply(reading: Reading, text: Patched, layers: Sequence[Layer], named: Sequence[Layer]) -> list[MappingNode]:
    """Put each policy on what is at its left; gives the text of the base, then that after each policy."""
    history = [text.tree]
    for layer in layers[1:]:
        apply_patch(reading, text, layer.node)
        told = {word: layer.node.entries[word] for word in ("title", "question") if word in layer.node}
        text.tree = MappingNode({**text.tree.entries, **told}, text.tree.place)
        history.append(text.tree)
    if len(named) > 1:
        place = named[-1].node.place
        both = {"title": " + ".join(layer.title for layer in named)}
        questions = [layer.node.get("question") for layer in named]
        both["question"] = " ".join(q.text for q in questions if isinstance(q, Scalar) and q.text)
        told = {word: Entry(word, place, Scalar(said, place, True)) for word, said in both.items() if said}
        text.tree = history[-1] = MappingNode({**text.tree.entries, **told}, text.tree.place)
    return history


def _explained(problem: Problem, removed: Mapping[str, Place]) -> Problem:
    """Say which policy has removed what a problem misses."""
    for path, place in removed.items():
        name = path.rsplit(".", 1)[-1]
        missed = problem.path == path or problem.path.startswith(f"{path}.") or problem.got == name
        named = problem.path.endswith(f".{name}") and "no such" in problem.rule
        if (missed or named) and str(place) not in problem.rule:
            return replace(problem, rule=f"{problem.rule} ({place} removes {path})")
    return problem


def _sorted(problems: list[Problem]) -> list[Problem]:
    """Order problems by file (in order of appearance), line and column; drop repetitions."""
    order: dict[str, int] = {}
    for problem in problems:
        order.setdefault(problem.file, len(order))
    unique = list(dict.fromkeys(problems))
    return sorted(unique, key=lambda p: (order[p.file], p.line or 0, p.column or 0))


def _given(reading: Reading, changes: Mapping[str, object]) -> MappingNode | None:
    """Make nodes of the changes given in a program."""
    place = Place(CHANGES)
    entries: dict[str, Entry] = {}
    for key, value in changes.items():
        node: Node | None
        if isinstance(value, str):
            node, problems = read_yaml(value, CHANGES, place)
            reading.problems += [Problem(CHANGES, None, None, str(key), p.rule, p.repair, value) for p in problems]
            if node is None and not problems:
                node = Scalar("", place)
        else:
            try:
                node = from_python(value, place)
            except ValueError as error:
                reading.problem(place, str(key), str(error))
                continue
        if node is not None:
            entries[str(key)] = Entry(str(key), place, node)
    return without_signs(reading, MappingNode(entries, place))
