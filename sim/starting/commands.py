"""The command `new`: a folder with a desk of one's own to start from."""

from __future__ import annotations

import sys
import zoneinfo
from datetime import datetime
from pathlib import Path
from typing import Any

import click

USAGE_ERROR = 2
"""Exit code of anything that is wrong with what the user gave."""


@click.command()
@click.argument("folder", metavar="FOLDER")
@click.option("--like", metavar="NAME", help="Shipped scenario to start from.  [default: small_shop]")
@click.option("--ask", is_flag=True, help="Ask for five numbers and start from them.")
@click.option("--contacts-a-day", metavar="NUMBER", help="Contacts on a day that is open, such as 120.")
@click.option("--handle-time", metavar="DURATION", help='Time a contact takes, such as "6 min".')
@click.option("--agents", metavar="NUMBER", help="People of the desk, such as 5.")
@click.option("--hours", metavar="HOURS", help='Opening hours, such as "mon-fri 09:00-18:00".')
@click.option("--target", metavar="PROMISE", help='What is promised, such as "80 % within 30 s".')
@click.option("--start", metavar="DATE", help="First date, with five numbers.  [default: next Monday]")
@click.option("--time-zone", metavar="ZONE", help="Such as Europe/Berlin, with five numbers.  [default: UTC]")
def new(folder: str, like: str | None, ask: bool, start: str | None, time_zone: str | None, **answers: Any) -> None:
    """Write a folder with a desk of your own to start from: scenario, roster, forecast, recorded numbers, README.

    \b
    Examples:
      aftersim new my_desk
      aftersim new my_desk --like baseline
      aftersim new my_desk --ask
      aftersim new my_desk --contacts-a-day 120 --handle-time "6 min" --agents 5 \\
        --hours "mon-fri 09:00-18:00" --target "80 % within 30 s"
    """
    from sim.starting.desk import StartProblem, folder_problem, write_desk

    target = Path(folder)
    problem = folder_problem(target)
    if problem is not None:
        _leave([problem])
    given = {name: text for name, text in answers.items() if text is not None}
    numbers = ask or bool(given)
    if like is not None and numbers:
        _leave(["--like starts from a shipped scenario, the five numbers from nothing: give one of the two"])
    if (start is not None or time_zone is not None) and not numbers:
        _leave(["--start and --time-zone belong to the five numbers: give --ask too"])
    try:
        desk = _from_numbers(target.name, given, ask, start, time_zone) if numbers else _like(like)
        write_desk(target, desk)
    except StartProblem as refused:
        _leave([str(refused)])
    except OSError as error:
        _leave([f"{target}: cannot be written ({error.strerror or error})"])
    click.echo(f"{target}: scenario.yaml, roster.xlsx, forecast.xlsx, observed.csv, README.md")
    click.echo(f"next: aftersim validate {target / 'scenario.yaml'}")


def _leave(problems: list[str]) -> None:
    for text in problems:
        click.echo(text, err=True)
    click.echo("nothing was written", err=True)
    sys.exit(USAGE_ERROR)


def _like(name: str | None) -> Any:
    from sim.starting.like import DEFAULT, desk_like

    return desk_like(DEFAULT if name is None else name)


def _from_numbers(title: str, given: dict[str, str], ask: bool, start: str | None, time_zone: str | None) -> Any:
    """Make a desk of five numbers: those given as options, and the others asked for."""
    from sim.scenario.text.problems import Unreadable
    from sim.scenario.text.units import day
    from sim.starting.five_numbers import QUESTIONS, desk_of, next_monday

    problems: list[str] = []
    for question in QUESTIONS:
        option = f"--{question.name.replace('_', '-')}"
        if question.name not in given:
            if not ask:
                problems.append(f'{option}: is missing - write {option} "{question.example}", or --ask to be asked')
            continue
        try:
            question.read(given[question.name])
        except Unreadable as error:
            problems.append(f'{option}: got "{given[question.name]}"; {error}')
    first = next_monday(datetime.now())
    if start is not None:
        try:
            first = day(start)
        except Unreadable as error:
            problems.append(f'--start: got "{start}"; {error}')
    zone = time_zone or "UTC"
    if zone not in zoneinfo.available_timezones():
        problems.append(f'--time-zone: got "{zone}"; a time zone such as Europe/Berlin is expected')
    if problems:
        _leave(problems)
    answers = {q.name: given[q.name] if q.name in given else _ask(q) for q in QUESTIONS}
    return desk_of(answers, title, first, zone)


def _ask(question: Any) -> str:
    """Ask until the answer can be read."""
    from sim.scenario.text.problems import Unreadable

    def read(text: str) -> str:
        try:
            question.read(text.strip())
        except Unreadable as error:
            raise click.BadParameter(str(error)) from None
        return text.strip()

    answer: str = click.prompt(question.words, default=question.example, value_proc=read)
    return answer


COMMANDS = [new]
