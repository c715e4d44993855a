"""The page of the language: every word with its meaning, form, default and bounds, section by section."""

from __future__ import annotations

import re

from sim.scenario.reference.forms import ATOMS, alternatives, is_ranged, shape_of
from sim.scenario.reference.named_numbers import named_numbers
from sim.scenario.reference.registry import SECTIONS, Default, Section, Word, read_data
from sim.scenario.text.words import LATER

HEAD = """\
# The language

<!-- Written by `aftersim schema --docs docs/LANGUAGE.md` from sim/scenario/reference/sections: change it there. -->

Every word of a scenario, with its meaning, how it is written, what holds without it, and its bounds. A first desk of
your own, step by step: [FIRST_DESK.md](FIRST_DESK.md). Files that change others: [POLICIES.md](POLICIES.md).

## In an editor

Editors that know JSON Schema complete the words, show this text beside them, and mark names that there are not.
`aftersim schema --out aftersim.schema.json` writes the schema; the first line of a file names it:

```yaml
# yaml-language-server: $schema=aftersim.schema.json
aftersim: 1
```

VS Code does so with the extension *YAML* (Red Hat), JetBrains, Neovim and Emacs with the same language server. For all
files of a folder, in VS Code's `settings.json`: `"yaml.schemas": {"aftersim.schema.json": "*.yaml"}`. The schema sees
one file and no numbers; `aftersim validate` says everything else.
"""

RULES = """\
- Every value is the text as written: `10:30`, `08:00-16:30`, `no` and `2026-03-02` need no quotes.
- Units are in the value (`45 s`, `30 %`), never in the name. A number without its unit is refused, with the spelling.
- Any number may be wrapped with its range: `{value: 6 min, between: [5 min, 7 min], source: ..., assumed: yes}`; where
  it may not, the table says *no range*.
- Duplicate names, anchors, aliases and tags are refused. Relative words (`times 1.1`) belong to policies.
"""


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
    shown = [section for section in SECTIONS.values() if not section.hidden]
    parts = [HEAD, _contents(shown), "## How values are written\n", RULES, _atoms()]
    parts += [_section(section) for section in shown]
    parts += ["## Tables in files\n", _files(), named_numbers(), _later(), _desk()]
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def anchor(title: str) -> str:
    """Give the anchor that a heading has in a rendered page.

    Examples
    --------
    >>> anchor("`orders`: the shop's orders")
    'orders-the-shops-orders'
    """
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _contents(shown: list[Section]) -> str:
    titles = ["How values are written", *(s.title for s in shown)]
    titles += ["Tables in files", "Words that stand for numbers", "Words that come later", "The small desk"]
    return "\n".join(["## Contents", "", *(f"- [{title}](#{anchor(title)})" for title in titles)])


def _atoms() -> str:
    rows = [f"| {atom.words} | {atom.written} |" for atom in ATOMS.values() if atom.words and atom.written != "nothing"]
    unique = [
        row for row in dict.fromkeys(rows) if not row.startswith(("| a value", "| values by", "| a text | anything |"))
    ]
    return "\n".join(["| form | written |", "|---|---|", *unique])


def _section(section: Section) -> str:
    lines = [f"## {section.title}", "", section.meaning, ""]
    places = [f"`{at}`" for at in section.at if at and at != "policy"]
    if places:
        lines += [f"Stands at {', '.join(places)}.", ""]
    lines += ["| word | meaning | written as | without it | bounds |", "|---|---|---|---|---|"]
    lines += [_row(word) for word in section.words.values() if not word.later]
    if section.keys is not None:
        lines.append(f"| *{section.keys.shown}* | {section.keys.meaning} | {form_words(section.keys.form)} | | |")
    if section.example:
        lines += ["", "```yaml", section.example.rstrip("\n"), "```"]
    return "\n".join(lines)


def _row(word: Word) -> str:
    written = word.written or form_words(word.form, word.choices)
    if is_ranged(word.form) and not word.ranged:
        written += "; no range"
    without = f"**{word.needed}**" if word.needed else word.without
    if word.defaults:
        without = "; ".join(_default(one) for one in word.defaults)
    cells = (f"`{word.name}`", word.meaning, written, without, word.bounds_words)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _default(one: Default) -> str:
    said = one.shown or f"`{one.value}`"
    reason = f" ({one.why})" if one.why and one.why != said else ""
    return f"{said}{f', if {one.when}' if one.when else ''}{reason}"


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
    lines = ["Files stand beside the scenario that names them; CSV files may be packed (`.csv.gz`)."]
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
    text = "The examples of this page load on this desk: what they say is merged into it by name."
    desk = (read_text("small_desk.yaml")).rstrip("\n")
    return "\n".join(["## The small desk", "", text, "", "```yaml", desk, "```"])


def read_text(name: str) -> str:
    """Read a file of the reference as it stands."""
    import importlib.resources

    from sim.scenario.reference.registry import PLACE

    return importlib.resources.files(PLACE).joinpath(name).read_text(encoding="utf-8")
