"""Two engines, one history: random networks over all pieces leave the same records, bit for bit."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest

from sim.machine import Records
from tests.twins.bounded import TooLarge, reference
from tests.twins.compare import differences, outcome
from tests.twins.coverage import BRANCHES, report, unseen
from tests.twins.networks import numbered
from tests.twins.observer import observed
from tests.twins.run import ROOT
from tests.twins.trial import Trials

SEED = 1
PART = 275
"""Networks of one test; some of them are too large."""
PARTS = [range(first, first + PART) for first in range(0, 8 * PART, PART)]


def agree(engine: str, seed: int, numbers: range) -> Trials:
    """Networks on which an engine must agree with the reference; the first that does not is shrunk by Hypothesis."""
    trials = Trials(seed, engine, False, None)
    for number in numbers:
        lines = trials.number(number)
        if lines:
            text = "\n".join([f"seed {seed}, network {number}", *lines, "the smallest like it:"])
            pytest.fail(f"{text}\n{trials.smallest_source(number)}", pytrace=False)
    return trials


@pytest.mark.parametrize("numbers", PARTS, ids=lambda numbers: f"from {numbers[0]}")
def test_the_compiled_engine_leaves_the_records_of_the_reference(numbers: range) -> None:
    """At least 250 networks in each part, bit for bit."""
    trials = agree("compiled", SEED, numbers)
    assert trials.done - trials.refused - trials.large >= 250


def test_without_a_compiler_no_index_is_out_of_bounds() -> None:
    """The kernel as plain Python, on arrays that refuse negative and too large indices: 200 networks."""
    command = [sys.executable, str(ROOT / "tests/twins/run.py"), "--engine", "uncompiled", "--networks", "205"]
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"205 networks of seed {SEED}: 0 differ" in done.stdout


def test_the_audit_passes_on_random_networks() -> None:
    """Little's law, conservation and order hold on whatever the reference engine leaves, and it never crashes."""
    agree("reference", SEED + 1, range(300))


def test_every_branch_of_the_text_is_exercised() -> None:
    """A rule that no random network meets would not be tested: those of the tests above meet them all."""
    seen: Counter[str] = Counter()
    for number in (n for part in PARTS for n in part):
        twin = numbered(SEED, number)
        if twin.network is not None:
            try:
                outcome(observed(seen), *twin.run)
            except TooLarge:
                continue
        if len(seen) == len(BRANCHES):
            return
    assert not unseen(seen), report(seen, PARTS[-1][-1] + 1)


def test_observing_changes_nothing() -> None:
    """The observed engine leaves the records of the engine itself."""
    for number in range(100):
        twin, seen = numbered(SEED + 2, number), Counter[str]()
        if twin.network is None:
            continue
        try:
            a = outcome(reference, *twin.run)
        except TooLarge:
            continue
        b = outcome(observed(seen), *twin.run)
        assert not differences(a, b)


def test_networks_are_accepted_and_full_of_ties() -> None:
    """The checks refuse next to none, few are too large, and several jobs share many instants."""
    trials = Trials(SEED, "reference", False, None)
    for number in range(200):
        trials.number(number)
    assert trials.refused <= 2
    assert trials.large <= 10
    assert trials.ties >= 1000


def some_records() -> Records:
    """Records of a network that is not too large."""
    return reference(*numbered(SEED, 0).run)


def changed(records: Records, table: str, field: str, value: float) -> Records:
    """The same records with one number changed."""
    rows = getattr(records, table).copy()
    rows[field][len(rows) // 2] = value
    return Records(**{**records.__dict__, table: rows})


@pytest.mark.parametrize(
    ("table", "field", "value"),
    [
        ("visits", "left", -1.0),
        ("visits", "server", 99),
        ("jobs", "key", 5),
        ("jobs", "due", 3.0),
        ("duty", "end", -5.0),
    ],
)
def test_a_changed_number_is_found(table: str, field: str, value: float) -> None:
    """The comparison names table and field of a difference, with both rows."""
    a = some_records()
    found = differences(a, changed(a, table, field, value))
    assert f"{table}.{field}: 1 rows differ" in found[0]
    assert f"{field}=" in found[1]
    assert not differences(a, a)


def test_bits_are_compared() -> None:
    """Zeros of different sign differ, numbers that are none do not."""
    a = changed(some_records(), "visits", "left", 0.0)
    assert differences(a, changed(a, "visits", "left", -0.0))
    nan = changed(a, "visits", "left", np.nan)
    assert not differences(nan, changed(nan, "visits", "left", -np.nan))


def test_a_fault_is_an_outcome() -> None:
    """Engines must agree in their faults, word by word."""
    assert not differences("engine fault: x", "engine fault: x")
    assert differences("engine fault: x", "engine fault: y") == ["outcome: engine fault: x | engine fault: y"]
