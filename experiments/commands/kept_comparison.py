"""Two kept runs beside each other, without simulating."""

from __future__ import annotations

from collections.abc import Sequence

from experiments.comparison.comparison import Comparison, Policy
from experiments.comparison.contrasts import contrast
from experiments.replication.inputs import Inputs
from experiments.replication.replications import Replications
from experiments.store.facts import differences
from experiments.store.kept_run import KeptRun
from experiments.store.run import Run
from sim.lowering import Operation


class NotComparable(Exception):
    """Runs whose histories cannot be paired, in words for people."""


def compare_kept(runs: Sequence[Run]) -> Comparison:
    """Compare runs history by history, over the replications that all of them have.

    Parameters
    ----------
    runs : sequence of Run
        The base first.

    Raises
    ------
    NotComparable
        They had different luck, were made by different versions, or share no replication.
    Damaged
        A folder cannot be trusted.
    """
    base = runs[0]
    if len({run.key for run in runs}) < len(runs):
        raise NotComparable(f"{base.path.name} is given twice; two different runs are expected")
    for run in runs[1:]:
        apart = [d for d in differences(base.facts, run.facts) if not d.startswith(("scenario: ", "rows that"))]
        if apart:
            raise NotComparable(
                f"{base.path.name} and {run.path.name} were simulated differently ({'; '.join(apart)}) - "
                "aftersim compare simulates both alike"
            )
    kept = [KeptRun.reopen(run) for run in runs]
    operations = [operation for _, operation in kept]
    if any(o.scenario.period != operations[0].scenario.period for o in operations):
        raise NotComparable("the periods of the runs differ; policies are compared over the same period")
    known = [run.known() for run, _ in kept]
    numbers = sorted(set(known[0]).intersection(*known[1:]))
    if not numbers:
        raise NotComparable("the runs have no replication in common - let them finish: run the same commands again")
    inputs = None
    if base.facts.options.get("draws"):
        inputs = Inputs(tuple(run.inputs() for run, _ in kept), bool(base.facts.options.get("stratified")))
    together = [
        Replications(operation, run.run.facts.seed, tuple(there[r] for r in numbers), run.reduction, inputs=inputs)
        for (run, operation), there in zip(kept, known, strict=True)
    ]
    notes = [words for run, _ in kept for words in run.run.damaged]
    left_out = len(set().union(*known)) - len(numbers)
    if left_out:
        notes.append(f"{left_out} replications that only one of the runs has are left out")
    return contrast([_policy(run, o) for run, o in zip(runs, operations, strict=True)], together, notes=notes)


def _policy(run: Run, operation: Operation) -> Policy:
    """A run is known by its title and its key."""
    title = operation.scenario.title
    return Policy(f"{title} ({run.key[:7]})", title, operation.scenario.question, str(run.path))
