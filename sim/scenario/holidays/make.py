"""Maintenance: write the shipped holiday files anew from the package `holidays` (the extra `calendar`).

    python -m sim.scenario.holidays.make

It overwrites `CN.csv`, `US.csv`, `DE.csv`, `BR.csv` and `README.md` beside this module. Run it when the package
knows a new year (the notice of China comes in November), look at the difference, run `tests/scenario/tables`.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

YEARS = range(2019, 2028)
HEADER = ("date", "kind", "as", "name", "local_name", "official")
_SUBSTITUTED = re.compile(r"Day off \(substituted from (\d{2})/(\d{2})/(\d{4})\)")
_WORDS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Country(NamedTuple):
    """A country whose holidays are shipped."""

    title: str
    local: str
    source: str


COUNTRIES = {
    "CN": Country(
        "China (mainland)",
        "zh_CN",
        "yearly notices of the General Office of the State Council on the arrangement of holidays, with the days off "
        "and make-up working days (the weekends between them are weekends)",
    ),
    "US": Country(
        "United States", "en_US", "federal holidays, 5 U.S.C. 6103, with the weekdays on which they are observed"
    ),
    "DE": Country(
        "Germany", "de", "the nine holidays that all sixteen states keep; those of single states are not in it"
    ),
    "BR": Country("Brazil", "pt_BR", "national holidays; carnival, Corpus Christi and those of states are not in it"),
}


def rows_of(code: str) -> list[tuple[str, ...]]:
    """Rows of one country's file, by date."""
    import holidays

    years = range(YEARS[0], YEARS[-1] + 2)  # New Year of the year after can be observed in December
    english: Any = holidays.country_holidays(code, years=years, language="en_US")
    local: Any = holidays.country_holidays(code, years=years, language=COUNTRIES[code].local)
    made_up = {day for day in english.weekend_workdays if day.year in YEARS}
    # a year of China without make-up days has no notice yet: only the days that the law names are known
    last_official = max(day.year for day in made_up) if made_up else YEARS[-1]
    stands_for: dict[date, date] = {}
    found: list[tuple[str, ...]] = []
    for day in sorted(english):
        if day.year not in YEARS:
            continue
        name, own = english[day], local[day]
        match = _SUBSTITUTED.fullmatch(name)
        if match is not None:
            worked = date(int(match[3]), int(match[1]), int(match[2]))
            stands_for[worked] = day
            name, own = f"Day off (worked on {worked})", f"休息日（{worked} 上班）"
        official = "yes" if day.year <= last_official else "no"
        found.append((day.isoformat(), "holiday", "sun", name, own, official))
    for day in sorted(made_up):
        off = stands_for.get(day)
        weekday = _WORDS[off.weekday()] if off is not None and off.weekday() < 5 else "fri"
        name = "Working day" + (f" (for {off})" if off else "")
        own = "调休上班" + (f"（{off} 放假）" if off else "")
        found.append((day.isoformat(), "working", weekday, name, own, "yes"))
    return sorted(found)


def main() -> None:
    """Write all files."""
    import holidays

    folder = Path(__file__).parent
    today = date.today().isoformat()
    lines = [
        "# Shipped holidays",
        "",
        f"Written on {today} by `python -m sim.scenario.holidays.make` from the Python package `holidays` "
        f"{holidays.__version__} (MIT licence, github.com/vacanza/holidays).",
        "",
        "Columns: `date`; `kind`, a `holiday` or a `working` weekend day; `as`, the weekday as which the date is "
        "planned (a holiday as Sunday, a make-up day as the day it makes up for); `name`; `local_name`; `official`, "
        "`no` where the official list of the year was not yet known.",
        "",
        "| file | what | years | official | rows | from |",
        "|---|---|---|---|---|---|",
    ]
    for code, country in COUNTRIES.items():
        rows = rows_of(code)
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerows([HEADER, *rows])
        (folder / f"{code}.csv").write_text(text.getvalue(), encoding="utf-8")
        known = [int(row[0][:4]) for row in rows if row[5] == "yes"]
        lines.append(
            f"| `{code}.csv` | {country.title} | {YEARS[0]}-{YEARS[-1]} | {min(known)}-{max(known)} | {len(rows)} "
            f"| {country.source} |"
        )
        sys.stdout.write(f"{code}: {len(rows)} days\n")
    lines += [
        "",
        "Years after the date above follow the law that was in force then. A desk with other days (a state, a region, "
        "a shop) gives a file of its own: `holidays: {file: our_holidays.csv}` with the columns date, name, kind.",
    ]
    (folder / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
