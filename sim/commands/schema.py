"""The command `schema`: the language for editors (a JSON Schema) and for readers (a page)."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from sim.commands.opening import USAGE_ERROR


@click.command()
@click.option("--out", metavar="FILE", help="Write it into a file.  [default: the terminal]")
@click.option("--docs", metavar="FILE", help="Write the page of the language (Markdown) instead.")
def schema(out: str | None, docs: str | None) -> None:
    """Give the language to an editor: a JSON Schema that completes names and marks unknown ones.

    The first line of a scenario or policy names it:
    # yaml-language-server: $schema=aftersim.schema.json

    \b
    Examples:
      aftersim schema --out aftersim.schema.json
      aftersim schema --docs docs/LANGUAGE.md
    """
    from sim.scenario.reference import json_schema, language_page

    if out is not None and docs is not None:
        click.echo("--out and --docs are two commands: give one of them", err=True)
        sys.exit(USAGE_ERROR)
    text = language_page() if docs is not None else json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"
    file = docs if docs is not None else out
    if file is None:
        click.echo(text, nl=False)
        return
    try:
        Path(file).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        click.echo(f"{file}: cannot be written ({error.strerror or error})", err=True)
        sys.exit(USAGE_ERROR)
    click.echo(f"{file}: {text.count(chr(10)):,} lines")


COMMANDS = [schema]
