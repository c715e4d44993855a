"""The fields of a scenario, one by one: where, what is written, in which unit and bounds, and what it means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sim.scenario.model import Scenario
from sim.scenario.model.ranges import amount
from sim.scenario.redraw import Origin
from sim.scenario.reference import Told, Word, told_at
from sim.scenario.reference.bounds import NO_BOUNDS, Bounds
from sim.scenario.reference.forms import alternatives, shape_of
from sim.scenario.text.nodes import MappingNode, Node, Scalar, SequenceNode
from sim.scenario.text.problems import Unreadable
from sim.scenario.text.units import MINUTES_PER, duration_parts

Kind = Literal["share", "duration", "number", "whole", "choice", "yes_no", "text"]

KINDS: dict[str, tuple[tuple[str, Kind], ...]] = {
    "%": (("share", "share"), ("speed", "share")),
    "min": (("duration", "duration"), ("law", "duration")),
    "": (("whole", "whole"), ("number", "number"), ("factor", "number"), ("speed", "number"), ("recorded", "number")),
}
"""Kinds of fields, by the kind of number that is written and the form it has there."""


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
    kind : {"share", "duration", "number", "whole", "choice", "yes_no", "text"}
        What kind of value the text is. A law that is one time is a `duration`; what may also be a word, as `none`, is
        a `text`.
    number : float or None
        The number in the text, in `unit`; None where the text is no single number.
    unit : str
        Unit as written: `%`, `s`, `min`, `h`, `d`, `w`, or empty.
    low, high : float or None
        Bounds of the number in its unit.
    bounds : Bounds
        The same as the reference writes them, and whether the bound itself is refused.
    choices : tuple of str
        All that can be written, if they are few words.
    keys : tuple of str
        Names of its meanings in the reference: section and word, from the whole to the part.
    meanings : tuple of str
        What each of them says, in English.
    default, example : str
        From the reference.
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
    bounds: Bounds
    choices: tuple[str, ...]
    keys: tuple[str, ...]
    meanings: tuple[str, ...]
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

    @property
    def meaning(self) -> str:
        """What it means, in English."""
        return " ".join(self.meanings)

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
    >>> shrinkage.number, shrinkage.unit, shrinkage.low, shrinkage.high, shrinkage.bounds.words
    (10.0, '%', 0.0, 100.0, 'from 0 % to below 100 %')
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
    """A value with what the reference of the language says of it.

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
    >>> one.kind, one.number, one.unit, one.keys
    ('duration', 90.0, 's', ('reason.handle_time', 'law.median'))
    >>> described("channels.phone.service_level", "80 % within 30 s").kind
    'text'
    """
    told = told_at(path)
    number, unit = _number(text)
    quantity = "min" if unit in MINUTES_PER else unit
    choices = _choices(told) if told is not None else ()
    kind = _kind(told, text, choices, quantity if number is not None else None)
    bounds = (
        told.bounds(quantity) if told is not None and kind in ("share", "duration", "number", "whole") else NO_BOUNDS
    )
    low, high = (None if end is None else end / _size(unit) for end in bounds.numbers(quantity))
    word = told.words[-1] if told is not None else None
    inner = {entry.key: entry.value for entry in wrapped} if wrapped is not None else {}
    ends = inner.get("between")
    between = tuple(i.text for i in ends.items if isinstance(i, Scalar)) if isinstance(ends, SequenceNode) else ()
    return FieldShown(
        path=path, text=text, written=written, kind=kind, number=number, unit=unit, low=low, high=high,
        bounds=bounds, choices=choices,
        keys=told.keys if told is not None else (),
        meanings=tuple(one.meaning for one in told.words) if told is not None else (),
        default=word.default_words if isinstance(word, Word) else "",
        example=word.example if isinstance(word, Word) and isinstance(word.example, str) else "",
        why=why,
        between=(between[0], between[1]) if len(between) == 2 else None,
        source=_text(inner.get("source")),
        assumed=_text(inner.get("assumed")) in ("yes", "true"),
    )  # fmt: skip


def _choices(told: Told) -> tuple[str, ...]:
    """All that can be written in a place, if these are words of the language."""
    words = [one for one in alternatives(told.form) if not shape_of(one)[0]]
    if words == ["yes_no"]:
        return ("yes", "no")
    last = told.words[-1]
    return last.choices if words == ["choice"] and isinstance(last, Word) else ()


def _kind(told: Told | None, text: str, choices: tuple[str, ...], quantity: str | None) -> Kind:
    """What kind of value a text is in its place."""
    if text in choices:
        return "yes_no" if choices == ("yes", "no") else "choice"
    if told is None or quantity is None:
        return "text"
    atoms = alternatives(told.form)
    if "law" not in atoms and any(atom.startswith("'") for atom in atoms):
        return "text"
    return next((kind for atom, kind in KINDS.get(quantity, ()) if atom in atoms), "text")


def _size(unit: str) -> float:
    """Minutes in a unit of time; 1 for other units."""
    return float(MINUTES_PER.get(unit, 1))


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


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) else ""
