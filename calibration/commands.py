"""Commands: history -> the fitted tables of a case."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:  # the command line reads this module for its help: what is heavy comes when a command runs
    import pandas as pd

    from calibration.bank_log import BankLog
    from calibration.bank_tables import Tables


class _Refusal(click.ClickException):
    """Input that cannot be used."""

    exit_code = 2


@click.group()
def calibrate() -> None:
    """Fit the tables of a case to what was recorded."""


@calibrate.command("bank-log", no_args_is_help=True)
@click.argument("months", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder of the case.")
@click.option(
    "--longest-gap",
    show_default="15",
    type=click.FloatRange(min=0),
    help="A server seen on both sides of a gap of so many minutes was there in between.",
)
def bank_log(months: tuple[Path, ...], out: Path, longest_gap: float | None) -> None:
    """Renew all tables of the bank case from MONTHS of the original log (one CSV file each).

    The earliest month is the one that is replayed: its calls, handle times, patience, staffing and recorded
    measures are written. With two months or more, the waits and services of regular calls over all of them
    are written as well. No name, number or line of the log is.

    \b
    Example:
      aftersim calibrate bank-log 1999-01.csv.gz --out scenarios/cases/bank_1999
      aftersim calibrate bank-log 1999-0[1-8].csv.gz --out scenarios/cases/bank_1999
    """
    from calibration.bank_tables import regular_tables, tables_of_month
    from calibration.staffing import LONGEST_GAP, gap_sensitivity

    gap = LONGEST_GAP if longest_gap is None else longest_gap
    logs = sorted((_month(path) for path in months), key=lambda log: log.month)
    for before, after in pairwise(logs):
        if before.month == after.month:
            _refuse(f"{before.month} was given twice; one file per month is expected - name each month once")
    log = logs[0]
    try:
        tables = tables_of_month(log, longest_gap=gap)
        if len(logs) > 1:
            tables |= regular_tables(logs)
    except ValueError as error:
        _refuse(f"{log.month}: {error}")
    _write(tables, out)
    click.echo(f"\n{log.month}: what the log held\n{_plain(log.cleaning)}")
    _echo_fits(log.calls, tables)
    hours = gap_sensitivity(log.services, log.calls, start=log.month.start_time, days=log.month.days_in_month)
    click.echo(f"\nagent-hours by the longest gap (used here: {gap:g} min)\n{_plain(hours.round(1))}")
    if len(logs) == 1:
        click.echo("\nOne month only: the tables of regular calls over several months were left as they are.")


@calibrate.command("shipped-log", no_args_is_help=True)
@click.argument("calls", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the case; by default that of CALLS.")
def shipped_log(calls: Path, out: Path | None) -> None:
    """Renew the tables that follow from a shipped log CALLS: handle times, patience, recorded measures.

    The staffing stays: it rests on who served whom, and no shipped log says so.

    \b
    Example:
      aftersim calibrate shipped-log scenarios/cases/bank_1999/calls_1999-01.csv.gz
    """
    from calibration.bank_tables import tables_of_calls
    from calibration.calls import read_calls
    from calibration.tables import BadTable

    try:
        recorded = read_calls(calls)
        tables = tables_of_calls(recorded)
    except BadTable as error:
        _refuse(str(error))
    except ValueError as error:
        _refuse(f"{calls}: {error}")
    _write(tables, out or calls.parent)
    _echo_fits(recorded, tables)


#: what the command line collects from this package
COMMANDS: list[click.Command] = [calibrate]


def _month(path: Path) -> BankLog:
    """One month of the log, or a refusal that says what is wrong with it."""
    from calibration.bank_log import read_bank_log
    from calibration.tables import BadTable

    try:
        return read_bank_log(path)
    except BadTable as error:
        _refuse(str(error))


def _write(tables: Tables, out: Path) -> None:
    """Put all tables in place, each whole; nothing is written before everything is computed."""
    from calibration.tables import table_bytes, write_whole

    contents = {name: table_bytes(table, compressed=name.endswith(".gz")) for name, table in tables.items()}
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            write_whole(out / name, content)
            click.echo(f"wrote {out / name} ({len(tables[name]):,} rows, {len(content) / 1000:,.0f} kB)")
    except OSError as error:
        _refuse(f"{out}: cannot be written ({error}) - name a folder you may write to with --out")


def _echo_fits(calls: pd.DataFrame, tables: Tables) -> None:
    """Show the fits and what they rest on."""
    from calibration.bank_tables import mean_patience_of, workload_hours
    from calibration.calls import delayed

    expected, recorded = workload_hours(calls)
    patience = mean_patience_of(calls)
    click.echo(f"\nhandle times\n{_plain(tables['handle_times.csv'])}")
    click.echo(f"\nbehind them\n{_plain(tables['handle_time_fits.csv'])}")
    click.echo(f"work: mean x served {expected:,.1f} h, recorded {recorded:,.1f} h")
    click.echo(
        f"\npatience of {len(delayed(calls)):,} delayed calls, {patience.abandonments:,.0f} abandoned "
        f"(as one exponential: mean {patience.mean * 60:.0f} s, s.e. {patience.standard_error * 60:.0f} s)"
    )
    click.echo(_plain(tables["patience.csv"]))
    whole = tables["recorded.csv"].query("hour == ''").drop(columns=["hour", "channel"])
    click.echo(f"\nrecorded\n{_plain(whole)}")


def _plain(table: pd.DataFrame) -> str:
    """A table as text for the terminal."""
    return table.to_string(index=False)


def _refuse(message: str) -> NoReturn:
    """End with exit code 2 and a message that teaches, never a traceback."""
    raise _Refusal(message)
