"""Make the stored results again: `python -m dashboards.stored` (minutes), or `--confirm` them (a minute at most)."""

from __future__ import annotations

import click

from dashboards.place import BASE, policies
from dashboards.stored.making import REPLICATIONS, confirmed, make, stamped
from dashboards.stored.shelf import ABOUT, SHELF, about, stored_policies
from experiments.report.progress_bar import ProgressBar
from experiments.store.atomic_file import write_bytes


@click.command()
@click.option("--confirm", "only_confirm", is_flag=True, help="Simulate one history of each, and stamp what is there.")
@click.option("--histories", default=REPLICATIONS, show_default=True, type=click.IntRange(2), help="Of each.")
def main(only_confirm: bool, histories: int) -> None:
    """Make the results again that come with the project: the baseline and every policy on it.

    After a change of the program that is meant to leave all numbers as they were, --confirm is enough: it simulates one
    history of each, and if all its numbers are as stored, the stored results are stamped as those of this program.
    """
    if only_confirm:
        _confirm()
        return
    names = tuple(policies(BASE.stem))
    with ProgressBar(histories * (1 + len(names)), wanted=True) as bar:
        make(names, histories, progress=bar)
    click.echo(f"{BASE.stem} and {len(names)} policies, {histories} histories each: {SHELF}")


def _confirm() -> None:
    told, names = about(), stored_policies()
    if told is None:
        raise click.ClickException("nothing is stored - leave --confirm out to make it")
    wrong = 0
    for name, number, rows in confirmed((BASE.stem, *names)):
        wrong += bool(rows)
        click.echo(f"{name}, history {number}: {f'{len(rows)} numbers differ: {rows[0]}' if rows else 'as stored'}")
    if wrong:
        raise click.ClickException("the stored results are out of date - leave --confirm out to make them again")
    write_bytes(SHELF / ABOUT, stamped(told, names).content())
    click.echo("stamped as those of this program")


if __name__ == "__main__":
    main()
