"""What common random numbers, regression controls and stratified days save on a desk of one long day.

python tests/coverage/variance.py
python tests/coverage/variance.py --days 100 --blocks 60
"""

from __future__ import annotations

import sys
import types
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path[0] = str(ROOT)  # this folder's own names must not hide others
    sys.modules["tests"] = types.ModuleType("tests")  # some distributions bring a package called tests
    sys.modules["tests"].__path__ = [str(ROOT / "tests")]

BLOCK = 10


def parsed() -> Namespace:
    """Options of the command."""
    p = ArgumentParser(description=(__doc__ or "").splitlines()[0])
    p.add_argument("--days", type=int, default=300, help="days of each policy, with the same luck (300)")
    p.add_argument("--blocks", type=int, default=300, help="blocks of ten days, for stratified days (300)")
    p.add_argument("--seed", type=int, default=1, help="seed of the days (1)")
    return p.parse_args()


def row(*cells: object) -> None:
    """One row of a table."""
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def head(*cells: str) -> None:
    """Its first row."""
    row(*cells)
    print("|" + "---|" * len(cells))


def factors(numbers: Iterable[float]) -> list[str]:
    """Variance reduction factors, to two or three figures."""
    return [f"{x:.2f}" if x < 1.95 else f"{x:.1f}" if x < 19.95 else f"{x:.0f}" for x in numbers]


def common_random_numbers(o: Namespace) -> None:
    """Policies against the base, with the same seed and with another."""
    from dataclasses import replace

    from tests.coverage.long_day import MEASURES, LongDay, reduction

    print(f"\nVariance of a difference, luck of its own over common luck ({o.days} days of each policy)\n")
    head("people", "day factor", "policy", *MEASURES)
    policies = {"+1 agent": {"extra": 1}, "handle time -5 %": {"shorter": 0.05}, "demand +5 %": {"busier": 0.05}}
    for pool in ("counted", "named"):
        for sd in (0.0, 0.15):
            base = LongDay(sd, pool)  # type: ignore[arg-type]
            today = base.days(o.days, o.seed)[:2]
            rates = f"sd {sd:g}" if sd else "none"
            for name, change in policies.items():
                then = replace(base, **change).days(o.days, o.seed)[:2]  # type: ignore[arg-type]
                row(pool, rates, name, *factors(reduction(today, then)))
            other = replace(base, extra=1).days(o.days, o.seed + 1)[:2]
            row(pool, rates, "+1 agent, another seed", *factors(reduction(today, other)))


def controls(o: Namespace) -> None:
    """Variance of the plain estimate over that of the controlled one, and how far apart they are."""
    from experiments.estimates.controls import controlled
    from experiments.estimates.intervals import ratio_estimate
    from experiments.replication.known_luck import Controls
    from tests.coverage.long_day import MEASURES, LongDay

    print(f"\nVariance of an estimate without controls over with them ({o.days} days)\n")
    head("day factor", "controls", *MEASURES, "largest change of an estimate")
    for sd in (0.0, 0.15):
        desk = LongDay(sd)
        known = Controls.of_network(desk.network)
        top, bottom, values = desk.days(o.days, o.seed, extra=known.values)
        chosen = {"all": range(len(known.names)), "arrivals, work": range(len(known.names) - 2, len(known.names))}
        for label, columns in chosen.items():
            if label == "all" and not sd:
                continue
            plain = ratio_estimate(top, bottom, share=False)
            better = controlled(top, bottom, values[:, list(columns)])
            reduction = ((plain.high - plain.value) / (better.high - better.value)) ** 2
            moved = abs(better.value - plain.value) / (plain.high - plain.value) * 1.97
            names = ", ".join(known.names) if label == "all" else label
            row(f"sd {sd:g}" if sd else "none", names, *factors(reduction), f"{moved.max():.1f} s.e.")


def stratified(o: Namespace) -> None:
    """Variance of the mean of ten days drawn one by one over that of ten stratified ones."""
    import numpy as np

    from experiments.estimates.intervals import in_blocks
    from tests.coverage.long_day import MEASURES, LongDay, influence

    print(f"\nVariance of the mean of {BLOCK} days, plain over stratified ({o.blocks} blocks of each)\n")
    head("day factor", *MEASURES, "difference of the estimates")
    for sd in (0.15, 0.25):
        days = o.blocks * BLOCK
        plain = LongDay(sd).days(days, o.seed)[:2]
        spread = LongDay(sd, strata=BLOCK).days(days, o.seed)[:2]
        of_days = influence(*plain).var(axis=0, ddof=1) / BLOCK
        of_blocks = influence(*(in_blocks(x, BLOCK) for x in spread)).var(axis=0, ddof=1)
        values = [top.sum(axis=0) / bottom.sum(axis=0) for top, bottom in (plain, spread)]
        apart = np.abs(values[1] - values[0]) / np.sqrt((of_days + of_blocks) / o.blocks)
        row(f"sd {sd:g}", *factors(of_days / of_blocks), f"at most {apart.max():.1f} s.e.")


def main() -> int:
    """Print the tables."""
    o = parsed()
    common_random_numbers(o)
    controls(o)
    stratified(o)
    return 0


if __name__ == "__main__":
    sys.exit(main())
