"""What a run or a comparison rests on: everything that decides on its numbers, and hashed, the key to find it by."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from experiments.replication.engine_version import engine_facts
from experiments.store.checked_document import document_bytes, document_of, read_document
from experiments.store.damage import Damaged
from experiments.store.disk_problem import RunFolderProblem, disk_problem
from experiments.store.fingerprint import Fingerprint, fingerprints_of
from experiments.store.names import is_file_name

if TYPE_CHECKING:
    from sim.scenario import Scenario

FACTS = "facts.json"
FORMAT, VERSION = "aftersim facts", 1
REPAIR = "simulate again, it gets a new folder; this one can be removed by hand"

Plain = bool | int | float | str | None
Kind = Literal["run", "comparison"]

_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class RunFacts:
    """What decides on the numbers of a run; how many replications it has does not.

    Parameters
    ----------
    title : str
        Of the scenario.
    scenario : str
        The resolved scenario as YAML, with the hashes of the files it names in place of their paths.
    engine : mapping of str to str
        As `engine_facts` gives them.
    layout : str
        Digest of the rows that are kept of each replication.
    seed : int
        Root of all luck.
    options : mapping of str to bool, int, float, str or None
        Whatever else changes numbers, such as `{"draws": True, "stratified": False}`.
    files : mapping of str to Fingerprint
        Files that the folder was made with; no part of the key.
    """

    kind: ClassVar[Kind] = "run"

    title: str
    scenario: str
    engine: Mapping[str, str]
    layout: str
    seed: int
    options: Mapping[str, Plain]
    files: Mapping[str, Fingerprint] = field(default_factory=dict)

    @classmethod
    def of(cls, scenario: Scenario, layout: str, seed: int, options: Mapping[str, Plain]) -> RunFacts:
        """Those of a scenario, simulated by this version.

        Raises
        ------
        RunFolderProblem
            A file that the scenario names cannot be read.
        """
        return cls(scenario.title, key_text(scenario), engine_facts(), layout, seed, dict(options))

    @property
    def key(self) -> str:
        """SHA-256 over everything that decides on the numbers."""
        return _digest(self._parts())

    def _parts(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "scenario": self.scenario.split("\n"),
            "engine": dict(self.engine),
            "layout": self.layout,
            "seed": self.seed,
            "options": dict(self.options),
        }

    def content(self) -> bytes:
        """The file `facts.json`."""
        return _content(self.key, self.title, self._parts(), self.files)


@dataclass(frozen=True)
class Member:
    """A run that is compared.

    Parameters
    ----------
    name : str
        Of the policy in the comparison.
    key : str
        Of the run.
    folder : str
        Name of its folder when the comparison was made, beside that of the comparison.
    """

    name: str
    key: str
    folder: str


@dataclass(frozen=True)
class ComparisonFacts:
    """What decides on the results of a comparison.

    Parameters
    ----------
    title : str
        For the name of the folder.
    members : tuple of Member
        The compared runs, the base first. Where they lie is no part of the key.
    options : mapping of str to bool, int, float, str or None
        Whatever else changes results, such as the number of replications.
    files : mapping of str to Fingerprint
        Files that the folder was made with; no part of the key.
    """

    kind: ClassVar[Kind] = "comparison"

    title: str
    members: tuple[Member, ...]
    options: Mapping[str, Plain]
    files: Mapping[str, Fingerprint] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """SHA-256 over names and keys of the members and the options."""
        parts = self._parts()
        for member in parts["members"]:
            del member["folder"]
        return _digest(parts)

    def _parts(self) -> dict[str, Any]:
        members = [{"name": m.name, "key": m.key, "folder": m.folder} for m in self.members]
        return {"kind": self.kind, "members": members, "options": dict(self.options)}

    def content(self) -> bytes:
        """The file `facts.json`."""
        return _content(self.key, self.title, self._parts(), self.files)


Facts = RunFacts | ComparisonFacts


def read_facts(folder: Path) -> Facts:
    """The facts of a run folder.

    Raises
    ------
    Damaged
        They are missing, damaged, of another version, or contradict their key.
    """
    path = folder / FACTS
    return _of(read_document(path, FORMAT, VERSION, REPAIR), path)


def facts_of(content: bytes, place: Path | str) -> Facts:
    """The same from the content of a file."""
    return _of(document_of(content, FORMAT, VERSION, place, REPAIR), place)


def key_text(scenario: Scenario) -> str:
    """A resolved scenario as text that is the same wherever its files lie: hashes stand in place of their names.

    Raises
    ------
    RunFolderProblem
        A file cannot be read.
    """
    from sim.scenario import dump
    from sim.scenario.model.logs import Log

    hashes: dict[str, str] = {}
    kinds = {}
    for name, kind in scenario.contact_types.items():
        if isinstance(kind.arrivals, Log):
            file = kind.arrivals.file
            if file not in hashes:
                try:
                    hashes[file] = Fingerprint.of_file(Path(file)).sha256
                except OSError as error:
                    raise RunFolderProblem(disk_problem(file, error)) from error
            log = kind.arrivals.model_copy(update={"file": f"sha256:{hashes[file]}"})
            kind = kind.model_copy(update={"arrivals": log})
        kinds[name] = kind
    return dump(scenario.model_copy(update={"contact_types": kinds}))


def differences(a: RunFacts, b: RunFacts) -> list[str]:
    """Why two runs are not the same run, in words; lines of the scenario as `- of the first`, `+ of the second`.

    Examples
    --------
    >>> a = RunFacts("A", "aftersim: 1\\nagents: 3\\n", {"numpy": "2.4"}, "rows", 1, {"draws": True})
    >>> b = RunFacts("B", "aftersim: 1\\nagents: 4\\n", {"numpy": "2.5"}, "rows", 2, {"draws": True})
    >>> differences(a, b)
    ['seed: 1, 2', 'numpy: 2.4, 2.5', 'scenario: - agents: 3', 'scenario: + agents: 4']
    """
    found = []
    if a.seed != b.seed:
        found.append(f"seed: {a.seed}, {b.seed}")
    for name in sorted({*a.options, *b.options}):
        one, other = (x.options.get(name, "not given") for x in (a, b))
        if one != other or type(one) is not type(other):
            found.append(f"{name}: {one}, {other}")
    for name in sorted({*a.engine, *b.engine}):
        one, other = (x.engine.get(name, "not given") for x in (a, b))
        if one != other:
            found.append(f"{name}: {one[:12]}, {other[:12]}")
    if a.layout != b.layout:
        found.append(f"rows that are kept: {a.layout[:12]}, {b.layout[:12]}")
    lines = list(unified_diff(a.scenario.split("\n"), b.scenario.split("\n"), lineterm="", n=0))[2:]
    found += [f"scenario: {x[0]} {x[1:].strip()}" for x in lines if not x.startswith("@@")]
    return found


def _digest(parts: Mapping[str, Any]) -> str:
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(f"{FORMAT} {VERSION}\n{text}".encode()).hexdigest()


def _content(key: str, title: str, parts: Mapping[str, Any], files: Mapping[str, Fingerprint]) -> bytes:
    listed = {name: f.facts() for name, f in sorted(files.items())}
    return document_bytes(FORMAT, VERSION, {"key": key, "title": title, **parts, "files": listed})


def _of(document: Mapping[str, Any], place: Path | str) -> Facts:
    try:
        facts = _run(document) if document.get("kind") == "run" else _comparison(document)
        if facts.key != document.get("key"):
            raise ValueError("its key is not that of what it says")
    except ValueError as error:
        raise Damaged(place, str(error), REPAIR) from None
    return facts


def _run(document: Mapping[str, Any]) -> RunFacts:
    lines, seed = document.get("scenario"), document.get("seed")
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise ValueError('"scenario" is no list of lines')
    if type(seed) is not int or not seed >= 0:
        raise ValueError('"seed" is no whole number of at least 0')
    engine = document.get("engine")
    if not isinstance(engine, Mapping) or not all(isinstance(x, str) for x in engine.values()):
        raise ValueError('"engine" is no mapping of versions')
    return RunFacts(
        _text(document, "title"),
        "\n".join(lines),
        dict(engine),
        _text(document, "layout"),
        seed,
        _options(document),
        fingerprints_of(document.get("files")),
    )


def _comparison(document: Mapping[str, Any]) -> ComparisonFacts:
    if document.get("kind") != "comparison":
        raise ValueError('"kind" is neither "run" nor "comparison"')
    members = document.get("members")
    if not isinstance(members, list):
        raise ValueError('"members" is no list')
    return ComparisonFacts(
        _text(document, "title"),
        tuple(_members(members)),
        _options(document),
        fingerprints_of(document.get("files")),
    )


def _members(members: list[object]) -> Iterable[Member]:
    for member in members:
        if not isinstance(member, Mapping):
            raise ValueError("a member is no mapping")
        name, key, folder = (_text(member, x) for x in ("name", "key", "folder"))
        if not _HASH.fullmatch(key) or "/" in folder or not is_file_name(folder):
            raise ValueError(f'the member "{name}" has no key and name of a folder')
        yield Member(name, key, folder)


def _text(document: Mapping[str, Any], name: str) -> str:
    text = document.get(name)
    if not isinstance(text, str):
        raise ValueError(f'"{name}" is no text')
    return text


def _options(document: Mapping[str, Any]) -> dict[str, Plain]:
    options = document.get("options")
    if not isinstance(options, Mapping):
        raise ValueError('"options" is no mapping')
    for name, value in options.items():
        if value is not None and not isinstance(value, bool | int | float | str):
            raise ValueError(f'the option "{name}" is no single value')
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f'the option "{name}" is no finite number')
    return dict(options)
