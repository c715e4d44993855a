"""How often 95 % intervals hold the truth: thousands of experiments on a desk whose long-run numbers are known.

python tests/coverage/run.py
python tests/coverage/run.py --sd 0.25 --experiments 500 --sizes 20
"""

from __future__ import annotations

import sys
import time
import types
from argparse import ArgumentParser, Namespace
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
    p.add_argument("--experiments", type=int, default=2000, help="experiments of each size (2000)")
    p.add_argument("--sizes", type=int, nargs="+", default=[5, 10, 20, 40], help="replications of each (5 10 20 40)")
    p.add_argument("--sd", type=float, nargs="+", default=[0.15, 0.25], help="of the day factor (0.15 0.25)")
    p.add_argument("--seed", type=int, default=7, help="seed of the days (7)")
    p.add_argument("--stratified", action="store_true", help="stratified days, by themselves and over blocks of ten")
    p.add_argument("--controls", action="store_true", help="intervals freed from known luck, at 40 and 80 replications")
    return p.parse_args()


def plain(o: Namespace) -> None:
    """Table of the intervals that are printed, and of others that are often seen."""
    from tests.coverage.desk import MEASURES, SHARE, Desk
    from tests.coverage.experiments import KINDS, coverage

    for sd in o.sd:
        desk = Desk(sd)
        began = time.perf_counter()
        top, bottom, _ = desk.days(o.experiments * max(o.sizes), o.seed)
        each = (time.perf_counter() - began) / len(top)
        print(
            f"\nday factor sd {sd:g}: {len(top):,} days of {desk.rate * desk.open:.0f} calls, {1e3 * each:.2f} ms each"
        )
        print("| measure | truth | interval | " + " | ".join(f"{n} replications" for n in o.sizes) + " |")
        print("|---|---|---|" + "---|" * len(o.sizes))
        for m, name in enumerate(MEASURES):
            truth = desk.truth()[m]
            for label, kind in KINDS.items():
                if label == "without the logit" and not SHARE[m]:
                    continue
                found = [coverage(desk, top, bottom, n, o.experiments, kind).covered[m] for n in o.sizes]
                cells = " | ".join(f"{100 * x:.1f} %" for x in found)
                print(f"| {name} | {truth:.5g} | {label} | {cells} |")


def stratified(o: Namespace) -> None:
    """Table of stratified days: conservative by themselves, honest over blocks."""
    from tests.coverage.desk import MEASURES, Desk
    from tests.coverage.experiments import as_reported, coverage, over_blocks

    sizes = (20, 40, 80)
    for sd in o.sd:
        days = o.experiments * 40
        spread, by_itself = Desk(sd, BLOCK), Desk(sd)
        top, bottom, _ = spread.days(days, o.seed)
        usual = by_itself.days(days, o.seed)[:2]
        print(f"\nday factor sd {sd:g}, stratified in blocks of {BLOCK}: {days:,} days")
        print("| measure | interval | " + " | ".join(f"{n} replications" for n in sizes) + " |")
        print("|---|---|" + "---|" * len(sizes))
        for m, name in enumerate(MEASURES):
            for label, kind in (("of replications", as_reported), ("of blocks", over_blocks)):
                cells = []
                for n in sizes:
                    c = coverage(spread, top, bottom, n, None, kind)
                    p = coverage(by_itself, *usual, n)
                    better = (p.error[m] / c.error[m]) ** 2
                    cells.append(
                        f"{100 * c.covered[m]:.1f} %, {c.width[m] / p.width[m]:.2f} as wide, variance 1/{better:.1f}"
                    )
                print(f"| {name} | {label} | " + " | ".join(cells) + " |")


def controlled(o: Namespace) -> None:
    """Table of intervals that are freed from what known luck explains."""
    from tests.coverage.desk import MEASURES, Desk, with_controls
    from tests.coverage.experiments import coverage, coverage_controlled

    sizes = (40, 80)
    for sd in o.sd:
        desk = Desk(sd)
        top, bottom, controls = with_controls(desk, o.experiments * 40, o.seed)
        print(f"\nday factor sd {sd:g}, with controls: {len(top):,} days")
        print("| measure | " + " | ".join(f"{n} replications" for n in sizes) + " |")
        print("|---|" + "---|" * len(sizes))
        found = [(coverage_controlled(desk, top, bottom, controls, n), coverage(desk, top, bottom, n)) for n in sizes]
        for m, name in enumerate(MEASURES[:3]):
            cells = [
                f"{100 * c.covered[m]:.1f} %, {c.width[m] / p.width[m]:.2f} as wide, "
                f"variance 1/{(p.error[m] / c.error[m]) ** 2:.1f}"
                for c, p in found
            ]
            print(f"| {name} | " + " | ".join(cells) + " |")


def main() -> int:
    """Print the tables."""
    o = parsed()
    (stratified if o.stratified else controlled if o.controls else plain)(o)
    return 0


if __name__ == "__main__":
    sys.exit(main())
