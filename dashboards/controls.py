"""From a field of a scenario to a control, and from what is entered there back to the text of a scenario."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dashboards.wording import Words
from sim.scenario.fields import FieldShown, described

Shape = Literal["number", "choice", "text"]

ORDER = (
    "orders", "reasons", "contact_types", "customers", "channels", "self_service", "bot", "agent_groups", "routing",
    "repeat_contacts", "events", "incidents", "busyness", "period",
)  # fmt: skip
"""Sections in the order in which they are shown; headings and what programs write are not."""

ONE_THING = ("orders", "bot", "self_service", "period", "routing")
"""Sections that are one thing by themselves; the others hold named things."""

STEPS = ((5000.0, 1000.0), (500.0, 100.0), (50.0, 5.0), (2.0, 1.0))
"""Numbers from which a step is so large."""


@dataclass(frozen=True)
class Control:
    """How a field is shown.

    Parameters
    ----------
    path : str
        Of the field.
    shape : {"number", "choice", "text"}
        What is shown.
    label, help : str
        With the unit; what it means.
    text : str
        What is written now.
    number, low, high, step : float or None
        Of a number.
    format : str
        How the number is written.
    choices : tuple of str
        Of a choice.
    """

    path: str
    shape: Shape
    label: str
    help: str
    text: str
    number: float | None
    low: float | None
    high: float | None
    step: float | None
    format: str
    choices: tuple[str, ...]

    def written(self, entered: object) -> str:
        """What somebody entered, as the text of a scenario.

        Examples
        --------
        >>> from dashboards.wording import words
        >>> control_of(described("agent_groups.desk.shrinkage", "12 %"), "12 %", "desk", words("en")).written(15.5)
        '15.5 %'
        """
        if self.shape == "number" and isinstance(entered, (int, float)):
            return described(self.path, self.text).with_number(float(entered))
        return "" if entered is None else str(entered).strip()


@dataclass(frozen=True)
class Group:
    """Fields of one thing: a channel, a group of agents, or a whole section.

    Parameters
    ----------
    title : str
        Its name, empty for what belongs to the section itself.
    fields : tuple of FieldShown
        Written ones first, then defaults.
    """

    title: str
    fields: tuple[FieldShown, ...]


def control_of(field: FieldShown, text: str, thing: str, words: Words) -> Control:
    """The control of a field.

    Parameters
    ----------
    field : FieldShown
        As in the base.
    text : str
        What is written there now.
    thing : str
        Name of the thing it stands under; left out of the label.
    words : Words
        The language.
    """
    now = field if text == field.text else described(field.path, text, written=field.written)
    number = now.number if now.kind in ("share", "duration", "number", "whole") else None
    choices = field.choices if text in field.choices else ()
    shape: Shape = "number" if number is not None else "choice" if choices else "text"
    unit = now.unit if shape == "number" else ""
    names = field.path.split(".")[1:]
    names = names[1:] if thing and names[:1] == [thing] and len(names) > 1 else names
    name = " · ".join(words.name(n) for n in names)
    return Control(
        path=field.path,
        shape=shape,
        label=f"{name} [{words('unit.' + unit)}]" if unit and f"unit.{unit}" in words.entries else name,
        help=_help(field, words),
        text=text,
        number=number,
        low=now.low,
        high=now.high,
        step=_step(number, now.kind == "whole"),
        format="%g",
        choices=choices,
    )


def groups(fields: tuple[FieldShown, ...], section: str, defaults: bool) -> list[Group]:
    """Fields of a section by the thing they belong to.

    Parameters
    ----------
    fields : tuple of FieldShown
        All.
    section : str
        Which.
    defaults : bool
        Also those that are not written.
    """
    found: dict[str, list[FieldShown]] = {}
    for f in fields:
        names = f.path.split(".")
        if names[0] != section or (not defaults and not f.written):
            continue
        own = len(names) > 2 and section not in ONE_THING
        found.setdefault(names[1] if own else "", []).append(f)
    return [Group(title, tuple(inside)) for title, inside in found.items()]


def sections(fields: tuple[FieldShown, ...]) -> list[str]:
    """Sections that have something written."""
    there = {f.section for f in fields if f.written}
    return [s for s in ORDER if s in there]


def _step(number: float | None, whole: bool) -> float | None:
    """A step that changes the value by about a tenth."""
    if number is None:
        return None
    if whole:
        return 1.0
    size = abs(number)
    return next((step for least, step in STEPS if size >= least), 0.1)


def _help(field: FieldShown, words: Words) -> str:
    parts = [words.meaning(field)] if field.meaning else []
    ends = (
        ("help.above" if field.bounds.low_open else "help.from", field.low, field.bounds.low),
        ("help.below" if field.bounds.high_open else "help.to", field.high, field.bounds.high),
    )
    bounds = [
        words(key, bound=f"{number:g} %" if field.unit == "%" else written)
        for key, number, written in ends
        if number is not None
    ]
    if bounds:
        parts.append(words("help.bounds", bounds=words("help.and").join(bounds)))
    if not field.written:
        parts.append(words("help.default"))
    if field.between is not None:
        parts.append(words("help.range", low=field.between[0], high=field.between[1]))
    if field.source:
        parts.append(words("help.source", source=field.source))
    if field.assumed:
        parts.append(words("help.assumed"))
    if field.kind == "text" and field.example:
        parts.append(words("help.example", example=field.example))
    parts.append(f"`{field.path}`")
    return "  \n".join(parts)
