"""What ships of the bank case: fits can be made again from it, and reference figures come out of it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from calibration.bank_tables import mean_patience_of, patience_of, tables_of_calls, workload_hours
from calibration.calls import delayed, read_calls, shipped
from calibration.handling import ks_distances, trimmed
from calibration.patience import PHONE_EDGES, PiecewiseHazard, fit_exponential, fit_hazard, kaplan_meier
from calibration.tables import table_bytes
from sim.scenario import load
from sim.scenario.model.laws import Hazard
from sim.scenario.model.logs import Log

CASE = Path(__file__).parents[2] / "scenarios" / "cases" / "bank_1999"
Rows = tuple[np.ndarray, np.ndarray, np.ndarray]


@pytest.fixture(scope="module")
def calls() -> pd.DataFrame:
    """The shipped calls of January."""
    return read_calls(CASE / "calls_1999-01.csv.gz")


@pytest.fixture(scope="module")
def regular_waits() -> Rows:
    """Waits [min], abandoned, counts of delayed regular calls, January to August."""
    table = pd.read_csv(CASE / "regular_waits_1999-01_to_08.csv").query("wait_seconds > 0")
    wait = np.tile(table["wait_seconds"].to_numpy() / 60, 2)
    left = np.repeat([False, True], len(table))
    return wait, left, np.append(table["served"], table["abandoned"]).astype(float)


def test_fitted_tables_follow_from_the_shipped_calls(calls: pd.DataFrame) -> None:
    """Whoever has the checkout can make the tables again, byte for byte."""
    for name, table in tables_of_calls(calls).items():
        assert table_bytes(table) == (CASE / name).read_bytes(), f"{name}: renew it with 'calibrate shipped-log'"


def test_shipped_calls_are_as_written(calls: pd.DataFrame) -> None:
    """Reading and writing loses nothing and the packed file has no time stamp."""
    assert table_bytes(shipped(calls), compressed=True)[4:8] == b"\0\0\0\0"
    assert (CASE / "calls_1999-01.csv.gz").read_bytes()[4:8] == b"\0\0\0\0"
    assert calls["arrived"].is_monotonic_increasing
    assert (calls["arrived"].min(), calls["arrived"].max()) == (
        pd.Timestamp("1999-01-01 00:00:08"),
        pd.Timestamp("1999-01-31 23:51:44"),
    )


def test_cleaning_report_counts_the_shipped_calls(calls: pd.DataFrame) -> None:
    """The report and the file speak of the same calls, and every row of the log is accounted for."""
    report = pd.read_csv(CASE / "cleaning.csv").set_index("rule")["calls"]
    served = calls["outcome"] == "served"
    assert report["calls kept"] == len(calls) == 30_161
    assert (report["served"], report["abandoned"]) == (served.sum(), (~served).sum())
    dropped = report[["phantom", "hung up before the line", "arrived outside the month"]].sum()
    assert report["rows of the log"] == len(calls) + dropped == 31_599
    assert report["service not recorded"] == (served & calls["service_seconds"].isna()).sum()
    assert report["service below 10 s"] == (calls["service_seconds"] < 10).sum()
    assert report["service above 1 h"] == (calls["service_seconds"] > 3600).sum()
    first_second = ~served & (calls["wait_seconds"] == 0)
    assert report["abandoned in the first second of the line"] == first_second.sum()


def test_replay_carries_the_recorded_work(calls: pd.DataFrame) -> None:
    """Mean handle time x served is the recorded busy time within 0.2 %."""
    expected, recorded = workload_hours(calls)
    assert recorded == pytest.approx(1378.9, abs=0.1)
    assert expected == pytest.approx(recorded, rel=0.002)
    laws = pd.read_csv(CASE / "handle_times.csv").set_index("value")
    served = calls[calls["outcome"] == "served"]["type"].value_counts()
    assert (laws["mean_seconds"] * served).sum() / 3600 == pytest.approx(expected, rel=1e-5)


def test_every_type_and_bin_has_its_law(calls: pd.DataFrame) -> None:
    """Nobody in the log is without a handle time or a patience."""
    laws = pd.read_csv(CASE / "handle_times.csv")
    assert set(laws["value"]) == set(calls["type"])
    hazards = pd.read_csv(CASE / "patience.csv")
    assert hazards["from_seconds"].tolist()[1:] == hazards["to_seconds"].tolist()[:-1]
    assert hazards["from_seconds"].iloc[0] == 0 and np.isnan(hazards["to_seconds"].iloc[-1])
    assert (hazards["hazard_per_minute"] > 0).all()
    assert hazards["at_risk"].iloc[0] == len(delayed(calls)) == 16_686
    assert hazards["abandonments"].sum() == (calls["outcome"] == "abandoned").sum()


def test_patience_follows_the_curve_of_january(calls: pd.DataFrame) -> None:
    """The bins stay within .013 of Kaplan-Meier up to four minutes; one exponential law does not."""
    met_delay = delayed(calls)
    times = np.arange(1, 241) / 60
    curve = kaplan_meier(met_delay["wait_seconds"] / 60, met_delay["outcome"] == "abandoned").at(times)
    fit: PiecewiseHazard = patience_of(calls)
    assert np.abs(fit.survival(times) - curve).max() < 0.0135
    assert np.abs(np.exp(-times / mean_patience_of(calls).mean) - curve).max() > 0.05


def test_staffing_covers_january_and_its_work(calls: pd.DataFrame) -> None:
    """1,488 half hours, zero at night and on the two days without rows, never less than the work asks."""
    table = pd.read_csv(CASE / "staffing_inferred.csv", parse_dates=["start"])
    half_hours = pd.date_range("1999-01-01", "1999-02-01", freq="30min", inclusive="left")
    assert table["start"].tolist() == list(half_hours)
    agents = table.set_index("start")["agents"]
    assert agents.sum() / 2 == pytest.approx(1945.9, abs=0.1)
    assert agents["1999-01-11":"1999-01-12"].sum() == 0
    assert (agents[agents.index.hour.isin([2, 3])] < 0.2).all()
    assert agents.max() < 20
    _, recorded = workload_hours(calls)
    assert agents.sum() / 2 > recorded


def test_recorded_abandonment_and_waits_are_the_known_ones() -> None:
    """The figures a replay stands beside."""
    table = pd.read_csv(CASE / "recorded.csv").query("hour.isna()").set_index("measure")
    values = table["value"].to_dict()
    assert values == {
        "arrivals": "30161",
        "abandonment": "10.2815 %",
        "asa": "35.028 s",
        "mean_wait": "37.670 s",
        "service_level_20s": "56.2579 %",
        "service_level_60s": "76.4203 %",
        "service_level_20s_b": "57.7169 %",
        "service_level_20s_c": "54.3815 %",
        "service_level_20s_d": "60.6135 %",
    }


def test_reference_mean_patience_comes_out(regular_waits: Rows) -> None:
    """125,296 delayed regular calls: exponential 435 s, mean of the abandoned only 63 s."""
    wait, left, counts = regular_waits
    fit = fit_exponential(*regular_waits)
    assert fit.n == 125_296
    assert round(fit.mean * 60) == 435
    assert round(60 * np.average(wait[left], weights=counts[left])) == 63
    times = np.array([10, 30, 60, 120, 300]) / 60
    assert np.exp(-times / fit.mean).round(3).tolist() == [0.977, 0.933, 0.871, 0.759, 0.502]


def test_reference_hazards_come_out(regular_waits: Rows) -> None:
    """Per minute, in the bins 0-5-15-30-60-120-240-600 s."""
    hazard = fit_hazard(*regular_waits, edges=PHONE_EDGES, tail_abandonments=0).hazard
    reference = [0.08, 0.33, 0.16, 0.16, 0.13, 0.075, 0.046]
    digits = [2, 2, 2, 2, 2, 3, 3]
    assert [round(float(h), d) for h, d in zip(hazard[:7], digits, strict=True)] == reference


def test_reference_survival_comes_out(regular_waits: Rows) -> None:
    """At 10, 30, 60, 120 and 300 s; exact with ties shared, within .0011 and above by the textbook rule."""
    times = np.array([10, 30, 60, 120, 300]) / 60
    reference = np.array([0.966, 0.904, 0.832, 0.736, 0.606])
    high, shared, low = (
        kaplan_meier(*regular_waits, ties=rule).at(times) for rule in ("abandonments first", "shared", "services first")
    )
    assert shared.round(3).tolist() == reference.tolist()
    assert np.abs(high - reference).max() < 0.00135
    assert ((low - 0.0005 <= reference) & (reference <= high + 0.0005)).all()


def test_reference_handle_time_distances_come_out() -> None:
    """Regular calls with a server's name, 10 s to 1 h: lognormal nearest."""
    table = pd.read_csv(CASE / "regular_services_1999-01_to_08.csv").query("service_seconds <= 3600")
    services = trimmed(np.repeat(table["service_seconds"], table["named_server"]))
    assert len(services) == 154_257
    assert {law: round(gap, 3) for law, gap in ks_distances(services).items()} == {
        "lognormal": 0.020,
        "weibull": 0.077,
        "gamma": 0.083,
        "exponential": 0.113,
    }


def test_january_in_the_aggregate_is_the_shipped_january(calls: pd.DataFrame) -> None:
    """The several-month counts contain at least the regular calls of January, second by second."""
    table = pd.read_csv(CASE / "regular_waits_1999-01_to_08.csv").set_index("wait_seconds")
    regular = calls[calls["type"] == "PS"]
    for outcome in ("served", "abandoned"):
        january = regular[regular["outcome"] == outcome]["wait_seconds"].value_counts()
        assert (january <= table[outcome].reindex(january.index.astype(int)).to_numpy()).all()


def test_the_case_is_small_and_names_nobody() -> None:
    """Under 1.5 MB, no columns beyond the stated ones, no absolute path or server's name."""
    files = [path for path in CASE.iterdir() if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 1_500_000
    header = pd.read_csv(CASE / "calls_1999-01.csv.gz", nrows=0).columns.tolist()
    assert header == ["arrived", "type", "priority", "wait_seconds", "service_seconds", "outcome"]
    for path in files:
        if path.suffix != ".gz":
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"(?m)(^|[\s\"'(,])(/[a-z]+/|~/|\.\./\.\./\.\./|[A-Z]:\\)", text), path.name
            assert not re.search(r"\b(ANAT|SHARON|KAZAV|MICHAL|TOVA|IDIT)\b", text), path.name


def test_the_scenario_loads_without_a_warning(calls: pd.DataFrame) -> None:
    """Every shipped table is one that the language reads, and what it reads is what was fitted."""
    scenario = load(CASE / "scenario.yaml")
    assert scenario.warnings == ()
    call = scenario.contact_types["call"]
    assert isinstance(call.arrivals, Log)
    assert len(call.arrivals.times) == len(calls)
    assert isinstance(call.patience, Hazard)
    assert call.patience.hazards == pytest.approx(patience_of(calls).hazard, abs=1e-6)
    asa = next(x for x in scenario.observed if (x.measure, x.hour) == ("asa", None))
    assert asa.value == pytest.approx(35.028 / 60)
