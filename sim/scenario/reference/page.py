"""The page of the language: every word with its meaning, form, default and bounds, section by section."""

from __future__ import annotations

import importlib.resources
import re

from sim.scenario.reference.bounds import NO_BOUNDS, OF_FORMS
from sim.scenario.reference.forms import ATOMS, alternatives, is_ranged, shape_of
from sim.scenario.reference.named_numbers import named_numbers
from sim.scenario.reference.registry import PLACE, SECTIONS, Default, Keys, Section, Word, read_data
from sim.scenario.text.words import LATER

PARTS = {
    "The whole": ("scenario", "period", "holidays"),
    "Where contacts come from": (
        "orders", "delivery", "reason", "contact_type", "escalation", "rate", "log", "forecast", "busyness", "event",
        "incident", "customer",
    ),
    "The ways in": ("channel", "call_back", "conversation"),
    "What answers first": ("first_answer", "selection", "hand_off", "outage"),
    "The people": (
        "agent_group", "skill", "shift", "roster", "concurrency", "picks", "tenure", "learning", "training", "on_call",
        "signal", "routing",
    ),
    "Who comes again": ("repeat_contacts", "repeat", "chaser"),
    "Numbers, and how sure they are": ("law", "provenance", "observed"),
    "What if": ("policy",),
}  # fmt: skip
"""Parts of the page and their sections, in the order in which people write them."""

AFTER = ("Tables in files", "Words that stand for numbers", "Words that come later", "In an editor", "The small desk")
"""What stands after the sections."""

HIDDEN = {
    "by": "`{by: column, values: {...}}`",
    "part": "`{share: 20 %, of: law}`",
    "order_rate": "the words of a rate",
    "contact_rate": "the words of a rate",
}
"""What stands for sections that have no part of their own."""


def language_page() -> str:
    """Write the page of the language as Markdown.

    Examples
    --------
    >>> language_page().splitlines()[0]
    '# The language'
    """
    opening = read_text("opening.md").replace("EXAMPLE", SECTIONS["scenario"].example.rstrip("\n"))
    parts = [opening.replace("CONTENTS", _contents()), _atoms()]
    for title, names in PARTS.items():
        parts += [f"## {title}\n", *(_section(SECTIONS[name]) for name in names)]
    parts += ["## Tables in files\n", _files(), named_numbers(), _later(), read_text("editors.md"), _desk()]
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def anchor(title: str) -> str:
    """Give the anchor that a heading has in a rendered page.

    Examples
    --------
    >>> anchor("`orders`: the shop's orders")
    'orders-the-shops-orders'
    """
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _contents() -> str:
    lines = ["- [How values are written](#how-values-are-written)"]
    for title, names in PARTS.items():
        linked = (f"[{_short(SECTIONS[name])}](#{anchor(SECTIONS[name].title)})" for name in names)
        lines.append(f"- [{title}](#{anchor(title)}): {', '.join(linked)}")
    return "\n".join([*lines, *(f"- [{title}](#{anchor(title)})" for title in AFTER)])


def _short(section: Section) -> str:
    """Name of a section in the contents: its words without what they mean."""
    return section.title.split(": ")[0] if section.title.startswith("`") else section.title.split(":")[0].lower()


def _atoms() -> str:
    rows: dict[str, str] = {}
    for name, atom in ATOMS.items():
        if atom.words and name not in ("any", "empty", "change", "text", "line"):
            bounds = OF_FORMS[name].words if name in OF_FORMS else ""
            rows.setdefault(atom.words, f"| {atom.words} | {atom.written} | {bounds} |")
    return "\n".join(["| form | written | bounds |", "|---|---|---|", *rows.values()])


def _section(section: Section) -> str:
    lines = [f"### {section.title}", "", section.meaning, ""]
    places = [f"`{at}`" for at in section.at]
    if any("." in at for at in section.at):
        lines += [f"Stands at {', '.join(places)}.", ""]
    if section.example and section.name != "scenario":
        lines += ["```yaml", section.example.rstrip("\n"), "```", ""]
    told: list[Word | Keys] = [word for word in section.words.values() if not word.later]
    told += [section.keys] if section.keys else []
    bounds = any(one.own != NO_BOUNDS for one in told)
    rows = [_row(one) for one in told]
    heads = ("word", "meaning", "written as", "without it", "bounds")
    for row in [heads, *rows]:
        cells = row if bounds else row[:4]
        lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
        if row is heads:
            lines.append("|" + "---|" * len(cells))
    return "\n".join(lines)


def _row(word: Word | Keys) -> tuple[str, ...]:
    if isinstance(word, Keys):
        return f"*{word.shown}*", word.meaning, form_words(word.form), "", word.own.words
    written = word.written or form_words(word.form, word.choices)
    if is_ranged(word.form) and not word.ranged:
        written += "; no range"
    needed = [f"**{word.needed}**"] if word.needed else []
    without = word.without or "; ".join([*needed, *(_default(one) for one in word.different_defaults)])
    return f"`{word.name}`", word.meaning, written, without, word.own.words


def _default(one: Default) -> str:
    said = one.shown or f"`{one.value}`"
    why = "" if one.shown else re.sub(NOTHING_SAID, "", one.why)
    reason = f" ({why})" if why and why != said else ""
    return f"{said}{f', if {one.when}' if one.when else ''}{reason}"


NOTHING_SAID = (
    r"^(no [^,;:]+ |none |)(is|are|not) written([,:] (so )?|$)|; (none|no [^,;:]+) (is|are) written$"
    r"| for context: \w+$"
)
"""What the page need not say again: that nothing is written, and under which condition."""


def form_words(form: str, choices: tuple[str, ...] = ()) -> str:
    """Say in words how a form is written.

    Examples
    --------
    >>> form_words("share|'none'"), form_words("list:name"), form_words("choice", ("stay", "leave"))
    ('a share or `none`', 'a list of names', '`stay` or `leave`')
    """
    found: list[str] = []
    for one in alternatives(form):
        if one == "choice":
            found += [f"`{choice}`" for choice in choices]
        else:
            found.append(_one(one))
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} or {found[-1]}"


def _one(form: str) -> str:
    shape, inner = shape_of(form)
    match shape:
        case "":
            return f"`{inner.strip(chr(39))}`" if inner.startswith("'") else ATOMS[inner].words
        case "section":
            return _link(inner)
        case "named":
            return f"{form_words(alternatives(inner)[0])}, by names of your own"
        case "list":
            return f"a list of {_several(inner)}"
        case "map":
            return f"{_several(inner)} by name"
        case "pair":
            return "`[low, high]`"
        case _:
            said = {"weekdays": "weekday", "spans": "hours", "dates": "date"}[shape]
            return f"{_several(inner)} by {said}"


def _link(name: str) -> str:
    section = SECTIONS[name]
    title = section.title.split(":")[0].replace("`", "")
    if section.hidden:
        return HIDDEN[name]
    return f"[{title}](#{anchor(section.title)})"


def _several(form: str) -> str:
    if len(alternatives(form)) > 1:
        return " or ".join(_several(one) for one in alternatives(form))
    irregular = {"speed": "speeds", "number": "numbers", "whole": "whole numbers", "line": "texts", "any": "values"}
    shape, inner = shape_of(form)
    if shape:
        return _one(form) if shape == "section" else _one(form).removeprefix("a ").replace("list", "lists", 1)
    words = irregular.get(inner, ATOMS[inner].words.removeprefix("a ").removeprefix("an "))
    if words.startswith("["):
        return words.replace("]", "s]", 1)
    return words if words.endswith("s") else f"{words}s"


def _files() -> str:
    lines = [read_text("tables.md").rstrip("\n")]
    for written in read_data("sections/files.yaml").values():
        if "meaning" in written:
            lines += ["", written["meaning"], "", "```text", written["text"].rstrip("\n"), "```"]
    return "\n".join(lines)


def _later() -> str:
    lines = [
        "## Words that come later",
        "",
        "These names are kept for coming versions; a file that has one is refused.",
        "",
    ]
    return "\n".join([*lines, *(f"- `{word}`: {why}" for word, why in LATER.items())])


def _desk() -> str:
    text = "The examples of the sections load on this desk: what they say is merged into it by name."
    desk = (read_text("small_desk.yaml")).rstrip("\n")
    return "\n".join(["## The small desk", "", text, "", "```yaml", desk, "```"])


def read_text(name: str) -> str:
    """Read a file of the reference as it stands."""
    return importlib.resources.files(PLACE).joinpath(name).read_text(encoding="utf-8")
