"""Problems of a scenario: where, what was written, which rule, how to repair it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

LONGEST_SHOWN = 60  # characters of a received value that are repeated in a message


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is written: file, line and column (both from 1), as far as they are known."""

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong (or doubtful) in a scenario.

    Parameters
    ----------
    file, line, column : where it is written; line and column count from 1 and may be unknown.
    path : dotted path of the value, for instance ``agent_groups.desk.shrinkage``.
    rule : what is expected.
    repair : what to write instead, or the nearest valid name.
    got : the value received, as written ("" for nothing, None where no value is meant).
    severity : ``error`` (the scenario is refused) or ``warning`` (it runs, look at it).
    misfit : the file can be read; it is a policy that does not fit the base it is put on.

    Examples
    --------
    >>> print(Problem("shop.yaml", 41, 16, "agent_groups.desk.shrinkage",
    ...               "a share with its unit is expected", "write 30 %", "30"))
    shop.yaml:41:16: agent_groups.desk.shrinkage: got "30"; a share with its unit is expected - write 30 %
    """

    file: str
    line: int | None
    column: int | None
    path: str
    rule: str
    repair: str | None = None
    got: str | None = None
    severity: Literal["error", "warning"] = "error"
    misfit: bool = False

    def __str__(self) -> str:
        head = f"{Place(self.file, self.line, self.column)}: "
        if self.severity == "warning":
            head += "warning: "
        if self.path:
            head += f"{self.path}: "
        if self.got == "":
            head += "got nothing; "
        elif self.got is not None:
            head += f'got "{shown(self.got)}"; '
        return printable(head + self.rule + (f" - {self.repair}" if self.repair else ""))


class ScenarioProblems(Exception):
    """Everything that is wrong with a scenario, at once.

    Attributes
    ----------
    problems : tuple of `Problem`, the errors in the order of the text.
    warnings : tuple of `Problem` that alone would not have refused the scenario.
    """

    def __init__(self, problems: Sequence[Problem], warnings: Sequence[Problem] = ()) -> None:
        super().__init__(tuple(problems))
        self.problems = tuple(problems)
        self.warnings = tuple(warnings)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class Unreadable(ValueError):
    """A text that cannot be read as what a field expects; carries the rule and the repair."""

    def __init__(self, rule: str, repair: str | None = None) -> None:
        super().__init__(rule if repair is None else f"{rule} - {repair}")
        self.rule = rule
        self.repair = repair


def printable(text: str) -> str:
    """Give a text on one line, with escapes for what cannot be printed."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def shown(text: str) -> str:
    """Give a received text as it may stand in a message: one line, printable, not too long."""
    line = printable(text)
    return line if len(line) <= LONGEST_SHOWN else line[: LONGEST_SHOWN - 3] + "..."


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Give the known name that looks most like `name`, or None when none does.

    Examples
    --------
    >>> nearest("shrinkge", ["serves", "shrinkage", "shifts"])
    'shrinkage'
    """
    by_lower = {word.lower(): word for word in known}
    if len(name) > 100:
        return None
    found = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    if found:
        return by_lower[found[0]]
    starts = [word for lower, word in by_lower.items() if len(name) >= 3 and lower.startswith(name.lower()[:3])]
    return starts[0] if len(starts) == 1 else None


def name_repair(name: str, known: Iterable[str]) -> str:
    """Say which name may have been meant, or list the known ones."""
    words = list(known)
    near = nearest(name, words)
    if near is not None:
        return f"did you mean {near}?"
    if not words:
        return "there are none"
    listed = ", ".join(words[:20]) + (", ..." if len(words) > 20 else "")
    return f"known here: {listed}"
