"""Days on which something happens are shown by date, not only as part of the average week."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date

import pytest

from experiments.estimates.estimates import estimate
from experiments.replication.grids import DAY
from experiments.replication.replications import Replications, replicate
from experiments.report.catalogue import Language, words
from experiments.report.headline import run_headline
from experiments.report.page import run_page
from experiments.report.run_document import run_document
from experiments.report.special_days import MOST_DATES, dates_of, special_dates
from sim import Scenario, load, lower
from tests.experiments.desks import MINIMAL
from tests.experiments.report.test_report_tables import printed

OUTAGE = {
    "incidents.outage": {
        "start": "2026-03-04 09:00", "end": "2026-03-04 18:00", "contact_types": ["call"], "contacts": "times 4"
    }
}  # fmt: skip


def desk(more: Mapping[str, object] | None = None) -> Scenario:
    """The smallest desk with something that happens."""
    return load(MINIMAL, dict(more or {}))


def runs(more: Mapping[str, object] | None = None) -> Replications:
    """A few weeks of it."""
    return replicate(lower(desk(more)), 3, workers=1)


def lines(text: str) -> dict[str, list[str]]:
    """Rows of the table by date, such as `Wed 4 Mar`."""
    rows = text.split("Date by date", 1)[1].split("By weekday", 1)[0].splitlines()
    return {" ".join(row.split()[:3]): row.split()[3:] for row in rows if row.startswith(("Mon", "Tue", "Wed", "Thu"))}


def test_the_bad_day_stands_by_its_date_with_what_happened() -> None:
    """An incident on a Wednesday: four times the calls, its name, and the promise that is missed on that date."""
    done = runs(OUTAGE)
    rows = lines(printed(done))
    assert rows["Wed 4 Mar"][0] == "outage" and rows["Tue 3 Mar"][0] != "outage"
    assert int(rows["Wed 4 Mar"][1]) > 2 * int(rows["Tue 3 Mar"][0])
    assert rows["Wed 4 Mar"][-1] == "!"
    told = estimate(done).rows("service_level", "channel", "phone", DAY).set_index("label")["value"]
    assert int(rows["Wed 4 Mar"][2]) == int(100 * told["2026-03-04"])
    assert told["2026-03-04"] < 0.3 * told["2026-03-03"]


def test_an_ordinary_period_has_no_table_by_date() -> None:
    """Nothing happens: the average week says all, and the report is no longer than before."""
    assert "Date by date" not in printed(runs())


def test_what_ends_at_midnight_does_not_touch_the_next_day() -> None:
    """Campaigns by their days, incidents to their last minute, holidays by their name."""
    found = special_dates(
        desk(
            {
                "incidents.outage": {**OUTAGE["incidents.outage"], "end": "2026-03-05"},
                "events.sale": {"start": "2026-03-03", "contact_types": ["call"], "days": [2, 1.5]},
                "period.holidays": {"days": {"2026-03-06": "holiday Our founding day"}},
            }
        )
    )
    assert found == {
        date(2026, 3, 3): ["sale"],
        date(2026, 3, 4): ["sale", "outage"],
        date(2026, 3, 6): ["Our founding day"],
    }


@pytest.mark.parametrize(("length", "shown"), [("30 d", 30), ("90 d", 17)])
def test_of_a_long_period_the_days_around_are_shown(length: str, shown: int) -> None:
    """Two days before to two weeks after; a month is shown whole."""
    more = {
        "period.start": "2026-02-20", "period.length": length, **OUTAGE
    }  # fmt: skip
    done = replicate(lower(desk(more)), 2, workers=1)
    assert len(dates_of(done, estimate(done))) == shown <= MOST_DATES


@pytest.mark.parametrize(
    ("language", "day", "heading"), [("en", "Wed 4 March", "Date by date"), ("zh", "3 月 4 日 周三", "逐日情况")]
)
def test_page_and_document_tell_the_bad_day_too(language: Language, day: str, heading: str) -> None:
    """A section of the page in its language, the same numbers for programs, and the headline beside them."""
    done = runs(OUTAGE)
    estimates = estimate(done)
    page = run_page(done, estimates, language, "aftersim run a.yaml")
    assert heading in page and day in page and "outage" in page[page.index(heading) :]
    ordinary = runs()
    assert heading not in run_page(ordinary, estimate(ordinary), language, "aftersim run a.yaml")
    document = json.loads(json.dumps(run_document(done, estimates, [], [], [], None)))
    (found,) = [d for d in document["dates"] if d["what_happens"]]
    assert found["date"] == "2026-03-04" and found["what_happens"] == ["outage"]
    assert found["service_level"]["phone"] == pytest.approx(_level(done, "2026-03-04"))
    assert document["headline"] == run_headline(done, estimates, words("en"))


def _level(done: Replications, day: str) -> float:
    return float(estimate(done).rows("service_level", "channel", "phone", DAY).set_index("label")["value"][day])
