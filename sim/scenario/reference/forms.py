"""Forms: how values of the language are written, for people and for editors.

A form is an atom such as `share`, a word in quotes, or a shape of another form: `list:share`, `map:share` (names of
one's own), `named:section:channel`, `section:bot`, `weekdays:number`, `spans:number` (hours), `dates:text`, `pair:any`.
Alternatives are joined by a bar, those of a shape stand in brackets: `map:(rank|section:skill)`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sim.scenario.model.profiles import PROFILES
from sim.scenario.readers.case_reader import NAMED
from sim.scenario.readers.handling_reader import PRIORITIES
from sim.scenario.text.units import WEEKDAYS
from sim.scenario.text.words import ORDINALS

NUMBER = r"-?([0-9]+(\.[0-9]+)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?"
SHARE = rf"{NUMBER} *%"
DURATION = rf"{NUMBER} *(s|min|h|d|w)( *{NUMBER} *(s|min|h|d|w))*"
CLOCK = r"[0-9]{1,2}:[0-9]{2}"
HOURS = rf"{CLOCK} *[-–] *{CLOCK}"
DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_DAY = f"({'|'.join([*WEEKDAYS, 'daily'])})"
WEEKDAY_KEYS = rf"{_DAY}([-–]{_DAY})?( *, *{_DAY}([-–]{_DAY})?)*"
OPENING = rf"always|(({WEEKDAY_KEYS}|holidays?)( +(closed|{HOURS}))+ *)+"
SHAPES = ("list", "map", "named", "section", "weekdays", "spans", "dates", "pair")


class Atom(NamedTuple):
    """A form of a single value.

    Parameters
    ----------
    words : how it is called in the column "written as".
    written : how it is written, with an example.
    schema : JSON Schema of the value.
    ranged : it is a number that may be wrapped with a range.
    """

    words: str
    written: str
    schema: Any
    ranged: bool = False


def text_of(pattern: str) -> dict[str, Any]:
    """JSON Schema of a text."""
    return {"type": "string", "pattern": f"^({pattern})$"}


_BARE: dict[str, Any] = {"type": "number"}
_TEXT: dict[str, Any] = {"type": ["string", "number", "boolean"]}
_NAME: dict[str, Any] = {"type": "string", "minLength": 1}


def _either(*schemas: Any) -> dict[str, Any]:
    return {"anyOf": list(schemas)}


ATOMS: dict[str, Atom] = {
    "share": Atom("a share", "`30 %`, with its per cent sign", text_of(SHARE), True),
    "number": Atom("a number", "`30` or `2.5`, without unit or separators", _either(_BARE, text_of(NUMBER)), True),
    "whole": Atom("a whole number", "`30`", _either({"type": "integer"}, text_of("-?[0-9]+")), True),
    "duration": Atom(
        "a duration", "`45 s`, `6 min`, `1 h 30 min`, `2 d`, `3 w`; always with its unit", text_of(DURATION), True
    ),
    "law": Atom("a [law](#laws-times-that-vary)", "a duration, or a mapping that says how it varies", None, True),
    "factor": Atom("a factor", "`times 4`, or `4`", _either(_BARE, text_of(f"(times +)?{NUMBER}")), True),
    "speed": Atom("a speed", "`0.9`, or `90 %`", _either(_BARE, text_of(f"{NUMBER}|{SHARE}")), True),
    "growth": Atom(
        "growth", "`2 % per week` (day, week, month of 30 d, year of 365 d)",
        text_of(rf"{NUMBER} *% per (day|week|month|year)"), True,
    ),
    "priority": Atom(
        "a priority", "`high`, `normal`, `low`, or a whole number (larger goes first)",
        _either({"type": "integer"}, {"enum": list(PRIORITIES)}, text_of("-?[0-9]+")), True,
    ),
    "rank": Atom(
        "a rank", "`first`, `second`, ... or `1`, `2`, ...",
        _either({"type": "integer", "minimum": 1}, {"enum": list(ORDINALS)}, text_of("[1-9][0-9]*")), True,
    ),
    "recorded": Atom("a recorded number", "`76 %`, `45 s` or `1200`", _either(_BARE, _NAME), True),
    "promise": Atom(
        "a promise", "`80 % within 30 s`, `90 % within 4 h open`",
        text_of(rf"{SHARE} +within +{DURATION}( +(elapsed|open|business))?"), True,
    ),
    "opening_hours": Atom(
        "opening hours",
        "`always`, `daily 08:00-24:00`, `mon-fri 09:00-12:00 13:00-18:00 sat 10:00-14:00 holiday closed`",
        text_of(OPENING),
    ),
    "hours": Atom("hours", "`08:00-16:30`; `22:00-06:00` ends on the next day", text_of(HOURS)),
    "clock": Atom("a time of day", "`09:30`", text_of(CLOCK)),
    "date": Atom("a date", "`2026-03-02`", text_of(DATE)),
    "moment": Atom("a date and time", "`2026-03-02 09:30`, local time", text_of(rf"{DATE}[ T]{CLOCK}(:[0-9.]+)?")),
    "yes_no": Atom(
        "yes or no", "`yes`, `no` (`true`, `false`)",
        _either({"type": "boolean"}, {"enum": ["yes", "no", "true", "false"]}),
    ),
    "profile": Atom(
        "an [hour profile](#words-that-stand-for-numbers)", "a shipped name, 24 or 48 numbers, or a CSV",
        _either(
            {"enum": list(PROFILES)},
            {"type": "array", "minItems": 24, "maxItems": 48},
            text_of(r".*\.csv(\.gz)?"),
            {"type": "object", "properties": {"file": _NAME}, "required": ["file"], "additionalProperties": False},
        ),
    ),
    "law_name": Atom(
        "the name of a law", "`exponential`, `lognormal`, `gamma`, ...", _either({"enum": list(NAMED)}, _NAME)
    ),
    "shares_map": Atom("durations by share", "`{0 %: 1 min, 50 %: 4 min, 100 %: 1 h}`", None),
    "hazard_map": Atom("rates by time", "`{0 s: 0.2 per min, 30 s: 0.05 per min}`", None),
    "time_zone": Atom("a time zone", "`Europe/Berlin`", {"type": "string", "pattern": r"^[A-Za-z][\w+/-]*$"}),
    "language": Atom("a language", "`de`, `zh-CN`", text_of(r"[^\W\d_][\w-]{1,34}")),
    "country": Atom("a country", "`CN`", text_of(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")),
    "file": Atom("a file", "its name, relative to the file in which it stands", _NAME),
    "name": Atom("a name", "the name of something in the same scenario", _NAME),
    "path": Atom("a path", "`agent_groups.desk.shrinkage`", text_of(r"[^\W\d_][^ ]*")),
    "line": Atom("a text", "anything on one line", _TEXT),
    "text": Atom("a text", "anything", _either(_TEXT, {"type": "null"})),
    "choice": Atom("", "", None),
    "any": Atom("a value", "what may stand at its place", True),
    "empty": Atom("nothing", "nothing", {"type": "null"}),
    "change": Atom("values by path", "`{agent_groups.desk.shrinkage: 12 %}`", None),
}  # fmt: skip
"""Every form of a single value by name."""

PATTERNS = {"weekdays": WEEKDAY_KEYS, "spans": HOURS, "dates": DATE}
"""What the names of a mapping look like, where they are no names of one's own."""


def alternatives(form: str) -> list[str]:
    """Split a form into its alternatives.

    Examples
    --------
    >>> alternatives("share|map:(rank|section:skill)|'none'")
    ['share', 'map:(rank|section:skill)', "'none'"]
    """
    found, depth = [""], 0
    for sign in form:
        depth += (sign == "(") - (sign == ")")
        if sign == "|" and not depth:
            found.append("")
        else:
            found[-1] += sign
    return found


def shape_of(form: str) -> tuple[str, str]:
    """Split a form into its shape and what is within; the shape of an atom or a word is empty.

    Raises
    ------
    ValueError : for a form that there is not.

    Examples
    --------
    >>> shape_of("list:share"), shape_of("share"), shape_of("'none'")
    (('list', 'share'), ('', 'share'), ('', "'none'"))
    """
    shape, colon, inner = form.partition(":")
    if colon and shape in SHAPES:
        return shape, inner[1:-1] if inner.startswith("(") else inner
    if form not in ATOMS and not (form.startswith("'") and form.endswith("'")):
        raise ValueError(f"there is no form {form}")
    return "", form


def atoms_of(form: str) -> set[str]:
    """Name the atoms in a form, also within lists and mappings; sections are left out.

    Examples
    --------
    >>> sorted(atoms_of("share|map:duration|'none'|section:repeat"))
    ['duration', 'share']
    """
    found: set[str] = set()
    for one in alternatives(form):
        shape, inner = shape_of(one)
        if shape and shape != "section":
            found |= atoms_of(inner)
        elif not shape and not inner.startswith("'"):
            found.add(inner)
    return found


def is_ranged(form: str) -> bool:
    """Whether a form holds a number that may have a range."""
    return any(ATOMS[atom].ranged for atom in atoms_of(form))
