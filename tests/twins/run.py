"""Run any number of random networks on two engines and say where their records differ.

python tests/twins/run.py --networks 100000 --seed 7
python tests/twins/run.py --seed 7 --number 4711 --smallest
"""

from __future__ import annotations

import os
import sys
import types
from argparse import ArgumentParser, Namespace
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path[0] = str(ROOT)  # the folder of this file holds a `coverage` and others that must not hide the real ones
    sys.modules["tests"] = types.ModuleType("tests")  # some distributions bring a package called tests
    sys.modules["tests"].__path__ = [str(ROOT / "tests")]

ENGINES = ("compiled", "uncompiled", "reference")


def parsed() -> Namespace:
    """Options of the command."""
    p = ArgumentParser(description=(__doc__ or "").splitlines()[0])
    p.add_argument("--networks", type=int, default=1000, help="how many networks (1000)")
    p.add_argument("--seed", type=int, default=1, help="seed of the networks (1)")
    p.add_argument("--first", type=int, default=0, help="number of the first network (0)")
    p.add_argument("--number", type=int, help="only the network with this number")
    p.add_argument("--engine", choices=ENGINES, default="compiled", help="engine that is held against the reference")
    p.add_argument("--desk", action="store_true", help="only networks with pieces of the service desk (section 8)")
    p.add_argument("--small", action="store_true", help="small networks, as slow engines get them by default")
    p.add_argument("--coverage", action="store_true", help="count rules and branches, and print the table")
    p.add_argument("--smallest", action="store_true", help="shrink the first differing network and print its source")
    return p.parse_args()


def main() -> int:
    """Run, report, and return 1 if any network differs."""
    o = parsed()
    if o.engine == "uncompiled":
        os.environ["NUMBA_DISABLE_JIT"] = "1"  # before numba is imported
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from tests.twins.trial import Trials

    numbers = range(o.first, o.first + o.networks) if o.number is None else [o.number]
    trials = Trials(o.seed, o.engine, o.small or o.engine == "uncompiled", Counter() if o.coverage else None, o.desk)
    print(f"twins: reference and {o.engine} engine, seed {o.seed}, networks {numbers[0]} to {numbers[-1]}", flush=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, disable=not sys.stdout.isatty()) as bar:
        task = bar.add_task("networks", total=len(numbers))
        for number in numbers:
            for line in trials.number(number):
                bar.console.print(line, markup=False, highlight=False, soft_wrap=True)
            bar.advance(task)
    print(trials.summary())
    if o.smallest and trials.differing:
        print(trials.smallest_source(trials.differing[0]))
    return 1 if trials.differing else 0


if __name__ == "__main__":
    sys.exit(main())
