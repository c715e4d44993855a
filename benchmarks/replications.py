"""What replications cost: drawing inputs, threads, memory; all ratios measured side by side in one run.

python benchmarks/replications.py
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.chdir(ROOT)

from experiments.replication.inputs import Inputs  # noqa: E402
from experiments.replication.replications import replicate, replicate_each  # noqa: E402
from sim import load, lower  # noqa: E402

SHOP = "scenarios/small_shop.yaml"
BANK = "scenarios/cases/bank_1999/scenario.yaml"
POLICY = "scenarios/policies/small_shop/better_answers.yaml"

SHOP_RANGES: dict[str, object] = {
    "contact_types.call.handle_time": {"value": "6 min", "between": ["5.5 min", "6.6 min"]},
    "contact_types.mail.handle_time": {"value": "7 min", "between": ["6 min", "8 min"]},
    "agent_groups.desk.shrinkage": {"value": "10 %", "between": ["6 %", "14 %"]},
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7, help="alternating rounds (7)")
    parser.add_argument("--memory", type=int, help=argparse.SUPPRESS)
    o = parser.parse_args()
    if o.memory:
        print(peak_memory(o.memory))
        return
    print("drawing inputs anew for every history, over leaving them as stated (paired rounds, median; CPU time)")
    shop, policy = load(SHOP, SHOP_RANGES), load(POLICY)
    operations = [lower(shop), lower(policy)]
    inputs = Inputs.of([shop, policy])
    compared(
        "  small_shop and better_answers, 5 inputs, 40 replications of each",
        lambda: replicate_each(operations, 40, workers=1, engine="compiled"),
        lambda: replicate_each(operations, 40, workers=1, engine="compiled", inputs=inputs),
        o.rounds,
        time.process_time,
    )
    bank = load(BANK)
    print("threads: one over two (wall time); small operations take one unless told otherwise")
    for name, operation, n in (("small_shop", operations[0], 100), ("bank_1999", lower(bank), 10)):
        compared(
            f"  {name}, {n} replications",
            lambda operation=operation, n=n: replicate(operation, n, workers=2, engine="compiled"),  # type: ignore[misc]
            lambda operation=operation, n=n: replicate(operation, n, workers=1, engine="compiled"),  # type: ignore[misc]
            o.rounds,
            time.perf_counter,
        )
    print("memory (peak of a process of its own, small_shop)")
    peaks = {n: memory_of(n) for n in (20, 1000)}
    more = (peaks[1000] - peaks[20]) / 980 * 1000
    print(f"  20 replications {peaks[20]:.0f} MB, 1,000 replications {peaks[1000]:.0f} MB: {more:.0f} kB each")


def compared(
    name: str, plain: Callable[[], object], other: Callable[[], object], rounds: int, clock: Callable[[], float]
) -> None:
    """Time both in turn and print the median of the ratios."""
    plain(), other()
    times: tuple[list[float], list[float]] = ([], [])
    for i in range(rounds):
        for which in (0, 1) if i % 2 == 0 else (1, 0):
            began = clock()
            (plain, other)[which]()
            times[which].append(clock() - began)
    ratios = sorted(b / a for a, b in zip(*times, strict=True))
    a, b = (statistics.median(t) for t in times)
    print(
        f"{name}: {b:.2f} s / {a:.2f} s = {statistics.median(ratios):.2f} ({ratios[0]:.2f}-{ratios[-1]:.2f})",
        flush=True,
    )


def memory_of(n: int) -> float:
    """Peak memory of n replications [MB]."""
    done = subprocess.run([sys.executable, __file__, "--memory", str(n)], capture_output=True, text=True, check=True)
    return float(done.stdout)


def peak_memory(n: int) -> float:
    """Run n replications here; the peak of this process so far [MB]."""
    import resource

    replicate(lower(load(SHOP)), n, workers=2, engine="compiled")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
