"""The desk on the screen: a base scenario and the changes made to it, kept as a policy that anybody can run."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from dashboards.place import BASE, SCENARIOS, digest, is_id, keep_newest, kept, policies, put, shown
from dashboards.stored.shelf import staleness, stored_policies
from experiments.store.names import slug
from sim.scenario import ScenarioProblems, load
from sim.scenario.fields import FieldShown, fields
from sim.scenario.text.nodes import MappingNode, Node, Scalar, SequenceNode, read_yaml
from sim.scenario.text.problems import Problem

MOST_SCENARIO, MOST_DATA = 1_000_000, 20_000_000
"""Largest uploads: a scenario, and a table that it reads [bytes]."""

LONGEST_TITLE, LONGEST_QUESTION = 90, 200
"""Letters of a title and a question that are shown."""

MOST_KEPT, MOST_UPLOADS = 1000, 50
"""Desks and policies, and uploads, that are remembered."""

TABLES = (".csv", ".xlsx", ".gz")
POLICY = "my_changes"
"""Name of the policy that the screen makes."""


class Refused(Exception):
    """An upload that is not taken, as a key of the catalogue with its fields."""

    def __init__(self, key: str, **told: object) -> None:
        super().__init__(key)
        self.key, self.told = key, told


@dataclass(frozen=True)
class Check:
    """What loading says of a desk.

    Parameters
    ----------
    problems : tuple of Problem
        Everything that is wrong.
    warnings : tuple of Problem
        Everything that is doubtful.
    """

    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()

    def at(self, path: str) -> list[str]:
        """What is wrong with a field, in the words of the loader."""
        return [said(p) for p in self.problems if p.path == path or p.path.startswith(f"{path}.")]

    def elsewhere(self, paths: frozenset[str]) -> list[str]:
        """What is wrong with anything but these fields."""
        return [
            f"{p.path}: {said(p)}" if p.path else said(p)
            for p in self.problems
            if not any(p.path == path or p.path.startswith(f"{path}.") for path in paths)
        ]


@dataclass(frozen=True)
class Desk:
    """A base scenario with changes.

    Parameters
    ----------
    base : str
        Name of a shipped scenario, or of an upload.
    changes : mapping of str to str
        Text by dotted path.
    """

    base: str = BASE.stem
    changes: Mapping[str, str] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        """The base's file."""
        found = base_file(self.base)
        return BASE if found is None else found

    @property
    def name(self) -> str:
        """Name under which the desk is kept, which stands in addresses."""
        return digest(self._content())

    def keep(self) -> str:
        """Keep it; gives its name."""
        put(kept("desks") / f"{self.name}.json", self._content())
        keep_newest("desks", MOST_KEPT, but=(self.name,))
        return self.name

    def _content(self) -> bytes:
        return json.dumps({"base": self.base, "changes": dict(self.changes)}, ensure_ascii=False).encode()

    @classmethod
    def find(cls, name: str | None) -> Desk | None:
        """The desk of that name; None where there is none."""
        if not is_id(name):
            return None
        try:
            told = json.loads((kept("desks") / f"{name}.json").read_bytes())
            desk = cls(str(told["base"]), {str(k): str(v) for k, v in told["changes"].items()})
        except (OSError, ValueError, KeyError, AttributeError, TypeError):
            return None
        return desk if base_file(desk.base) is not None else None

    def changed(self, path: str, text: str) -> Desk:
        """The desk with another value; one that is as in the base is no change."""
        changes = {k: v for k, v in self.changes.items() if k != path}
        known = self.known.get(path)
        if known is None or known.text != text.strip():
            changes[path] = text.strip()
        return Desk(self.base, changes)

    def without(self, path: str) -> Desk:
        """The desk without a change."""
        return Desk(self.base, {k: v for k, v in self.changes.items() if k != path})

    @property
    def fields(self) -> tuple[FieldShown, ...]:
        """Fields of the base; none if it cannot be read."""
        return _fields(str(self.file), _stamp(self.file))

    @property
    def known(self) -> dict[str, FieldShown]:
        """The same by path."""
        return {f.path: f for f in self.fields}

    def text(self, field_: FieldShown) -> str:
        """What is written in a field now."""
        return self.changes.get(field_.path, field_.text)

    @property
    def check(self) -> Check:
        """What is wrong with it."""
        return _check(str(self.file), _stamp(self.file), tuple(self.changes.items()))

    @property
    def about(self) -> tuple[str, str]:
        """Title and question of the base."""
        known = self.known
        title, question = (known[w].text.strip() if w in known else "" for w in ("title", "question"))
        return _short(title, LONGEST_TITLE), _short(question, LONGEST_QUESTION)

    def told(self, problem: Problem) -> str:
        """A problem with the name of its file, without the folder in which an upload is kept."""
        return str(problem).replace(str(self.file), self.file.name)

    def policy(self, extends: str | None = None) -> str:
        """The changes as the text of a policy.

        Parameters
        ----------
        extends : str, optional
            How the base is named; as on the command line by default.
        """
        lines = [f"extends: {extends or shown(self.file)}", "title: My changes", "change:"]
        lines += [f"  {path}: {_value(text)}" for path, text in self.changes.items()]
        return "\n".join(lines) + "\n"

    def policy_file(self) -> Path:
        """A file with the changes as a policy."""
        folder = kept("policies") / self.name
        keep_newest("policies", MOST_KEPT, but=(self.name,))
        return put(folder / f"{POLICY}.yaml", self.policy(str(self.file.resolve())).encode())


def fitting(desk: Desk) -> dict[str, tuple[str, ...]]:
    """Policies that come with the project, each with the reasons for which it cannot be put on a desk.

    Parameters
    ----------
    desk : Desk
        Whose base it is.

    Returns
    -------
    dict of str to tuple of str
        In the order in which they are offered; without reasons where a policy fits.
    """
    found = policies(desk.base)
    if desk.base == BASE.stem:
        held = set(stored_policies())
        if not staleness(sorted(held)):  # what is stored was simulated
            return {name: () if name in held else misfits(desk.file, p.path) for name, p in found.items()}
    return {name: misfits(desk.file, policy.path) for name, policy in found.items()}


def misfits(base: Path, policy: Path) -> tuple[str, ...]:
    """Why a policy cannot be put on a desk, in the words of the loader; nothing if it can."""
    return _misfits(str(base), str(policy), _stamp(base), _stamp(policy))


def said(problem: Problem) -> str:
    """A problem as it stands beside the field it belongs to."""
    whole = str(problem)
    head = f"{problem.path}: "
    at = whole.find(head) if problem.path else -1
    return whole[at + len(head) :] if at >= 0 else whole


def bases() -> list[str]:
    """Names of the complete scenarios that come with the project, the one shown first in front."""
    names = [p.stem for p in sorted(SCENARIOS.glob("*.yaml")) if p.stem != "theory_check"]
    return sorted(names, key=lambda name: name != BASE.stem)


def base_file(name: str) -> Path | None:
    """File of a shipped scenario or of an upload; None where there is none."""
    if name in bases():
        return SCENARIOS / f"{name}.yaml"
    if not is_id(name):
        return None
    return next(iter(sorted((kept("uploads") / name).glob("*.yaml"))), None)


def take_upload(files: Mapping[str, bytes]) -> str:
    """Keep a scenario that somebody brings, with the tables it reads; gives its name as a base.

    Parameters
    ----------
    files : mapping of str to bytes
        One scenario and any number of tables, by the names they have there.

    Raises
    ------
    Refused
        There is no scenario, or more than one, something is too large, or it names files elsewhere.
    """
    scenarios = [name for name in files if name.lower().endswith((".yaml", ".yml"))]
    if len(scenarios) != 1:
        raise Refused("upload.one", n=len(scenarios))
    for name, content in files.items():
        most = MOST_SCENARIO if name == scenarios[0] else MOST_DATA
        if len(content) > most:
            raise Refused("upload.large", name=name, most=f"{most / 1e6:.0f}")
        if name != scenarios[0] and not name.lower().endswith(TABLES):
            raise Refused("upload.kind", name=name)
    text = files[scenarios[0]].decode("utf-8-sig", "replace")
    node, _ = read_yaml(text, scenarios[0])
    outside = sorted(_files_elsewhere(node)) if node is not None else []
    if outside:
        raise Refused("upload.elsewhere", name=outside[0])
    if isinstance(node, MappingNode) and "extends" in node:
        raise Refused("upload.policy")
    name = digest(*(part for item in sorted(files.items()) for part in (item[0].encode(), item[1])))
    folder = kept("uploads") / name
    folder.mkdir(exist_ok=True)
    os.utime(folder)
    keep_newest("uploads", MOST_UPLOADS, but=(name,))
    for given, content in files.items():
        path = Path(given)
        safe = f"{slug(path.stem)}.yaml" if given == scenarios[0] else _table_name(path.name)
        put(folder / safe, content)
    return name


def _table_name(name: str) -> str:
    """A name of a table as it stands in the scenario, if it is harmless."""
    if not name or name.startswith(".") or any(c in name for c in '/\\:*?"<>|') or not name.isprintable():
        raise Refused("upload.kind", name=name)
    return name


def _files_elsewhere(node: Node) -> set[str]:
    """Files outside of its folder that a text names."""
    if isinstance(node, Scalar):
        named = node.text.lower().endswith((*TABLES, ".yaml", ".yml", ".txt")) or node.text.startswith(("/", "~"))
        return {node.text} if named and ("/" in node.text or "\\" in node.text) else set()
    inner = node.items if isinstance(node, SequenceNode) else tuple(e.value for e in node)
    return set().union(*(_files_elsewhere(x) for x in inner)) if inner else set()


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _value(text: str) -> str:
    """A text as it can stand behind a colon: in quotes if it would be read as something else."""
    node, problems = read_yaml(f"x: {text}", POLICY)
    if not problems and isinstance(node, MappingNode) and list(node.entries) == ["x"]:
        value = node.get("x")
        if not isinstance(value, Scalar) or value.text == text:
            return text
    return json.dumps(text, ensure_ascii=False)


def _stamp(path: Path) -> tuple[int, int]:
    """Changes when the file changes."""
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=256)
def _misfits(base: str, policy: str, *_stamps: tuple[int, int]) -> tuple[str, ...]:
    from sim.commands.opening import opened

    _, problems, _ = opened(policy, (), False, base)
    return tuple(f"{p.path}: {said(p)}" if isinstance(p, Problem) and p.path else str(p) for p in problems)


@lru_cache(maxsize=16)
def _fields(file: str, stamp: tuple[int, int]) -> tuple[FieldShown, ...]:
    try:
        return fields(load(file))
    except ScenarioProblems:
        return ()


@lru_cache(maxsize=64)
def _check(file: str, stamp: tuple[int, int], changes: tuple[tuple[str, str], ...]) -> Check:
    try:
        return Check((), load(file, dict(changes) or None).warnings)
    except ScenarioProblems as refused:
        return Check(refused.problems, refused.warnings)
