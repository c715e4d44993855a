"""The fields of a scenario, one by one: where, what is written, in which unit and bounds, and what it means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from sim.scenario.meanings import MEANINGS, PARTS, Kind, Meaning
from sim.scenario.model import Scenario
from sim.scenario.model.ranges import amount
from sim.scenario.redraw import Origin
from sim.scenario.text.nodes import MappingNode, Node, Scalar, SequenceNode
from sim.scenario.text.problems import Unreadable
from sim.scenario.text.units import MINUTES_PER, duration_parts

UNTOLD = Meaning("", "text", "")


@dataclass(frozen=True)
class FieldShown:
    """A value of a scenario that can be changed by itself.

    Parameters
    ----------
    path : str
        Dotted path: where a change names it.
    text : str
        As written; of one that is not written, what holds.
    written : bool
        Whether it is written; else it is a default.
    kind : {"share", "duration", "number", "choice", "yes_no", "text", ...}
        What kind of value the text is. A law that is one time is a `duration`.
    number : float or None
        The number in the text, in `unit`; None where the text is no single number.
    unit : str
        Unit as written: `%`, `s`, `min`, `h`, `d`, or empty.
    low, high : float or None
        Bounds of the number in its unit.
    choices : tuple of str
        What else can be written.
    meaning, default, example : str
        From the language.
    why : str
        Why a default was taken.
    between : tuple of str or None
        Range of a value that is not known exactly.
    source : str
        Where the number comes from.
    assumed : bool
        Marked as an assumption.
    """

    path: str
    text: str
    written: bool
    kind: Kind
    number: float | None
    unit: str
    low: float | None
    high: float | None
    choices: tuple[str, ...]
    meaning: str
    default: str
    example: str
    why: str = ""
    between: tuple[str, str] | None = None
    source: str = ""
    assumed: bool = False

    @property
    def section(self) -> str:
        """The part of the scenario it stands in."""
        return self.path.split(".", 1)[0]

    def with_number(self, number: float) -> str:
        """The text of another number in the same unit.

        Examples
        --------
        >>> shown = described("agent_groups.desk.shrinkage", "12 %")
        >>> shown.with_number(15.0), described("orders.per_day", "30000").with_number(31000.0)
        ('15 %', '31000')
        """
        return f"{number:.12g} {self.unit}".strip()


def fields(scenario: Scenario) -> tuple[FieldShown, ...]:
    """Every value of a scenario as it is written (its base with all policies and changes), then the defaults taken.

    Parameters
    ----------
    scenario : Scenario
        As loaded.

    Raises
    ------
    ValueError
        It was not loaded from a text.

    Examples
    --------
    >>> from sim.scenario import load
    >>> found = {f.path: f for f in fields(load("scenarios/small_shop.yaml"))}
    >>> shrinkage = found["agent_groups.desk.shrinkage"]
    >>> shrinkage.number, shrinkage.unit, shrinkage.low, shrinkage.high
    (10.0, '%', 0.0, 100.0)
    """
    origin = scenario._origin
    if not isinstance(origin, Origin):
        raise ValueError("only a scenario as it was loaded has fields: this one was built in a program")
    written = list(_leaves(origin.tree, ""))
    there = {field.path for field in written}
    defaults = [
        described(d.path, d.value, written=False, why=d.why)
        for d in scenario.defaults
        if " " not in d.path and d.path not in there and not any(path.startswith(f"{d.path}.") for path in there)
    ]
    return (*written, *defaults)


def described(
    path: str,
    text: str,
    *,
    written: bool = True,
    why: str = "",
    wrapped: MappingNode | None = None,
) -> FieldShown:
    """A value with what the language says of it.

    Parameters
    ----------
    path, text : str
        Where it is, and what is written.
    written, why
        As in `FieldShown`.
    wrapped : MappingNode, optional
        The `{value, between, source, assumed}` it stands in.

    Examples
    --------
    >>> one = described("reasons.late.handle_time.median", "90 s")
    >>> one.kind, one.number, one.unit, one.meaning
    ('duration', 90.0, 's', 'time an agent spends with the customer: half of them take less')
    >>> described("channels.phone.service_level", "80 % within 30 s").kind
    'text'
    """
    told = meaning_of(path)
    number, unit = _number(text)
    kind = told.kind
    if kind == "law":
        kind = "duration" if number is not None else "text"
    if kind in ("share", "duration", "number", "whole") and number is None:
        kind = "text"
    if kind == "share" and unit != "%":
        kind = "number"
    scale = _minutes(unit) if kind == "duration" else 100.0 if told.kind == "share" and unit != "%" else 1.0
    low, high = (None if end is None else end / scale for end in (told.low, told.high))
    inner = {entry.key: entry.value for entry in wrapped} if wrapped is not None else {}
    ends = inner.get("between")
    between = tuple(i.text for i in ends.items if isinstance(i, Scalar)) if isinstance(ends, SequenceNode) else ()
    return FieldShown(
        path, text, written, kind, number, unit, low, high, told.choices, told.meaning, told.default, told.example, why,
        (between[0], between[1]) if len(between) == 2 else None,
        _text(inner.get("source")), _text(inner.get("assumed")) in ("yes", "true"),
    )  # fmt: skip


@cache
def meaning_of(path: str) -> Meaning:
    """What the language says of a path; of one inside a described value, that of the value and of the part.

    Parameters
    ----------
    path : str
        Dotted path in a scenario, or a pattern.
    """
    names = path.split(".")
    for n in range(len(names), 0, -1):
        found = _match(names[:n])
        if found is None:
            continue
        rest = names[n:]
        if not rest:
            return found
        part = next((p for p in PARTS if p.pattern == rest[-1]), None)
        if part is not None:
            return part._replace(pattern=path, meaning=f"{found.meaning}: {part.meaning}", default="")
        kind: Kind = "law" if found.kind == "law" else "text"
        return found._replace(pattern=path, kind=kind, meaning=f"{found.meaning}: {' '.join(rest)}", default="")
    return UNTOLD


def _match(names: list[str]) -> Meaning | None:
    """The pattern with fewest stars that fits."""
    fitting = [
        m
        for m in _by_length().get(len(names), ())
        if all(p in ("*", name) for p, name in zip(m.pattern.split("."), names, strict=True))
    ]
    return min(fitting, key=lambda m: m.pattern.count("*"), default=None)


@cache
def _by_length() -> dict[int, tuple[Meaning, ...]]:
    found: dict[int, tuple[Meaning, ...]] = {}
    for m in MEANINGS:
        n = m.pattern.count(".") + 1
        found[n] = (*found.get(n, ()), m)
    return found


def _leaves(node: Node, path: str) -> Iterator[FieldShown]:
    """Values that a change can name, in the order written."""
    if isinstance(node, Scalar):
        if not node.empty:  # a thing without any words of its own
            yield described(path, node.text)
    elif isinstance(node, SequenceNode):
        yield described(path, _listed(node))
    elif "value" in node:
        inner = node.entries["value"].value
        if isinstance(inner, Scalar):
            yield described(path, inner.text, wrapped=node)
        else:
            yield from _leaves(inner, path)
    else:
        for entry in node:
            yield from _leaves(entry.value, f"{path}.{entry.key}" if path else entry.key)


def _listed(node: Node) -> str:
    """A value on one line, as it can be written."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, SequenceNode):
        return f"[{', '.join(_listed(item) for item in node.items)}]"
    return f"{{{', '.join(f'{entry.key}: {_listed(entry.value)}' for entry in node)}}}"


def _number(text: str) -> tuple[float | None, str]:
    """The number in a text and its unit as written; None where it is no single number."""
    try:
        value, kind = amount(text)
    except Unreadable:
        return None, ""
    if kind == "min":
        parts = duration_parts(text)
        return (float(parts[0][0]), parts[0][1]) if len(parts) == 1 else (None, "")
    return (value, kind) if kind in ("", "%") and not text.startswith("times") else (None, "")


def _minutes(unit: str) -> float:
    return float(MINUTES_PER.get(unit, 1)) if unit else 1.0


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) else ""
