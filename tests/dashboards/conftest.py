"""A root of runs of its own for every test, and a small comparison whose view all of them share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboards import place
from dashboards.views.kept_view import put_view
from dashboards.views.view import comparison_view, run_view
from experiments.comparison.comparison import Comparison, Policy
from experiments.study import compare

SHOP = place.SCENARIOS / "small_shop.yaml"
FREE = place.SCENARIOS / "policies" / "small_shop" / "keep_phones_free.yaml"
SIXTH = place.SCENARIOS / "policies" / "small_shop" / "sixth_agent.yaml"


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Runs and whatever the dashboard keeps lie here; paths are those of the checkout."""
    monkeypatch.setenv(place.RUNS, str(tmp_path / "runs"))
    monkeypatch.chdir(place.ROOT)
    yield tmp_path / "runs"


@pytest.fixture(scope="session")
def comparison() -> Comparison:
    """The small shop and two policies, four histories each."""
    named = {"small_shop": SHOP, "keep_phones_free": FREE, "sixth_agent": SIXTH}
    return compare(named, n=4, progress=False, engine="reference").comparison


@pytest.fixture(scope="session")
def view(comparison: Comparison) -> dict[str, Any]:
    """What pages show of it."""
    return comparison_view(comparison, ["aftersim", "compare", "a.yaml", "b.yaml"])


@pytest.fixture(scope="session")
def one_desk(comparison: Comparison) -> dict[str, Any]:
    """What pages show of the shop alone."""
    return run_view(Policy("small_shop", "Small shop", "", "shop.yaml"), comparison.runs[0], [], ["aftersim", "run"])


@pytest.fixture
def shown(root: Path, view: dict[str, Any]) -> str:
    """Name of the view, kept."""
    return put_view(view, "k")
