"""Kill a job at random moments, let it go on, and hold every file against those of a job that was left alone.

python tests/kills/run.py --times 200 --how fork --seed 1
python tests/kills/run.py --times 20 --how process --job store
python tests/kills/run.py --how fork --seed 1 --number 37 --keep
"""

from __future__ import annotations

import sys
import types
from argparse import ArgumentParser, Namespace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path[0] = str(ROOT)
    sys.modules["tests"] = types.ModuleType("tests")  # some distributions bring a package called tests
    sys.modules["tests"].__path__ = [str(ROOT / "tests")]


def parsed() -> Namespace:
    """Options of the command."""
    from tests.kills.jobs import JOBS

    p = ArgumentParser(description=(__doc__ or "").splitlines()[0])
    p.add_argument("--times", type=int, default=20, help="how many trials (20)")
    p.add_argument("--how", choices=("fork", "process"), default="fork", help="forked from a warm parent, or real")
    p.add_argument("--seed", type=int, default=1, help="seed of the moments (1)")
    p.add_argument("--job", choices=sorted(JOBS), default="store", help="what is killed")
    p.add_argument("--number", type=int, help="only the trial with this number")
    p.add_argument("--keep", action="store_true", help="keep the files of trials that failed")
    return p.parse_args()


def main() -> int:
    """Run, report, and return 1 if any trial failed."""
    o = parsed()
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from tests.kills.jobs import JOBS
    from tests.kills.trials import NOT_COMPARED, Trials

    with Trials(JOBS[o.job], o.how, o.seed, o.keep) as trials:
        print(f"kills: job {o.job}, {o.how}, seed {o.seed}; alone it takes {trials.seconds:.2f} s", flush=True)
        print(f"compared byte for byte: {len(trials.expected)} files; not compared: {', '.join(NOT_COMPARED)}")
        numbers = range(o.times) if o.number is None else [o.number]
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        # the bar is drawn here, and not by a thread of its own: a fork would copy that thread's locks
        with Progress(*columns, disable=not sys.stdout.isatty(), auto_refresh=False) as bar:
            task = bar.add_task("trials", total=len(numbers))
            for number in numbers:
                for line in trials.number(number):
                    bar.console.print(line, markup=False, highlight=False, soft_wrap=True)
                bar.update(task, advance=1, refresh=True)
        print(trials.summary())
        return 1 if trials.failed else 0


if __name__ == "__main__":
    sys.exit(main())
