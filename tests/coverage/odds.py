"""How often odds are right: worlds of known truth, in which inputs were estimated from a few hundred calls.

python tests/coverage/odds.py
python tests/coverage/odds.py --worlds 100 --replications 10
"""

from __future__ import annotations

import itertools
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

BINS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.01)


def parsed() -> Namespace:
    """Options of the command."""
    p = ArgumentParser(description=(__doc__ or "").splitlines()[0])
    p.add_argument("--worlds", type=int, default=300, help="number of worlds (300)")
    p.add_argument("--replications", type=int, default=20, help="of each policy in each world (20)")
    p.add_argument("--minutes", type=float, default=3000.0, help="length of a replication (3000)")
    p.add_argument("--seed", type=int, default=1, help="seed of the worlds (1)")
    p.add_argument("--imagined", action="store_true", help="Erlang A with noise in place of the simulator")
    return p.parse_args()


def main() -> int:
    """Print the tables."""
    from tests.coverage.worlds import MEASURES, World, said

    o = parsed()
    n = o.replications
    worlds = [World.made(i, o.seed) for i in range(o.worlds)]
    began = time.perf_counter()
    made = [
        w.imagined(n) if o.imagined else (w.simulated(n, False, o.minutes), w.simulated(n, True, o.minutes))
        for w in worlds
    ]
    stated, drawn = [pair[0] for pair in made], [pair[1] for pair in made]
    print(f"{o.worlds} worlds, {n} replications of {o.minutes:g} minutes, {time.perf_counter() - began:.0f} s")
    kinds = {
        "noise only, inputs as stated": said(worlds, stated, n, False),
        "inputs drawn, but not told apart from noise": said(worlds, drawn, n, False),
        "noise and inputs": said(worlds, drawn, n, True),
    }
    print("\n| what was said | measure | above, said 90 % | below, said 90 % | 80 % interval | 95 % interval | width |")
    print("|---|---|---|---|---|---|---|")
    for label, s in kinds.items():
        above, below = s.right()
        for m, name in enumerate(MEASURES):
            shares = (above[m], below[m], s.covered(0.8)[m], s.covered(0.95)[m])
            cells = " | ".join(f"{100 * x:.0f} %" for x in shares)
            relative = (s.width[:, m] / kinds["noise and inputs"].width[:, m]).mean()
            print(f"| {label} | {name} | {cells} | {relative:.2f} |")
    print("\n| odds of a sign, as said | " + " | ".join(f"{label}: right (of)" for label in kinds) + " |")
    print("|---|" + "---|" * len(kinds))
    for low, high in itertools.pairwise(BINS):
        cells = []
        for s in kinds.values():
            count, _, right = s.signs(low, high)
            cells.append(f"{100 * right:.0f} % ({count})" if count else "-")
        print(f"| {100 * low:.0f} to {100 * min(high, 1.0):.0f} % | " + " | ".join(cells) + " |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
