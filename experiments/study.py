"""The front door for notebooks and scripts: load, override, replicate, compare, plot.

The same functions stand behind the command line and the dashboard; `docs/PYTHON.md` is the page to read.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from experiments.comparison.comparison import Comparison, Policy
from experiments.comparison.contrasts import contrast
from experiments.comparison.names import short_names
from experiments.estimates.estimates import Estimates, estimate
from experiments.estimates.intervals import CONFIDENCE
from experiments.replication import replications as replicating
from experiments.replication.inputs import Inputs
from experiments.replication.replications import Replications
from experiments.report.progress_bar import ProgressBar
from experiments.report.terminal import COLUMNS
from sim.lowering import Operation, lower
from sim.measures import Measure
from sim.scenario import Scenario, load

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

What = Scenario | Operation | str | Path
"""A scenario: loaded, lowered, or its file."""


@dataclass(frozen=True, eq=False)
class Picture:
    """A figure that a notebook shows and a script saves."""

    figure: Figure

    def save(self, path: str | Path) -> Path:
        """Write it as PNG or SVG, by the ending of the name."""
        from experiments.report.sheet import picture_bytes

        path = Path(path)
        kind = path.suffix.removeprefix(".").lower()
        if kind not in ("png", "svg"):
            raise ValueError(f'{path}: got the ending "{path.suffix}"; .png or .svg is expected')
        path.write_bytes(picture_bytes(self.figure, kind))
        return path

    def _repr_svg_(self) -> str:
        from experiments.report.sheet import picture_bytes

        return picture_bytes(self.figure, "svg").decode()


class Shown:
    """A result that shows itself: its report as text, and as a coloured page in a notebook."""

    @property
    def _report(self) -> Any:
        raise NotImplementedError

    def __str__(self) -> str:
        console = Console(file=io.StringIO(), width=COLUMNS, highlight=False)
        self._report.print(console)
        return str(console.file.getvalue())  # type: ignore[attr-defined]

    __repr__ = __str__

    def _repr_html_(self) -> str:
        console = Console(file=io.StringIO(), record=True, width=COLUMNS, highlight=False, force_terminal=True)
        self._report.print(console)
        return console.export_html(inline_styles=True, code_format="<pre style='line-height:1.25'>{code}</pre>")


@dataclass(frozen=True, eq=False, repr=False)
class Run(Shown):
    """Replications of one scenario with their estimates.

    Attributes
    ----------
    replications : Replications
        Every history's measures.
    estimates : Estimates
        Values with intervals.
    """

    replications: Replications
    estimates: Estimates

    @cached_property
    def measures(self) -> pd.DataFrame:
        """Every measure of the whole period: value, 95 % interval, unit; `attrs` holds the definitions."""
        return self.by("period").drop(columns=["label"])

    def by(self, grid: str) -> pd.DataFrame:
        """Measures by `hour`, `day`, `weekday hour`, `quarter` (of an hour) or for the whole `period`.

        Raises
        ------
        ValueError
            Another word.
        """
        frame = self.estimates.frame
        grids = list(dict.fromkeys(frame["grid"]))
        if grid not in grids:
            raise ValueError(f'by: got "{grid}"; one of {", ".join(grids)} is expected')
        columns = ["measure", "scope_kind", "scope", "label", "unit", "value", "low", "high", "n"]
        rows = frame.loc[frame["grid"] == grid, columns].reset_index(drop=True)
        return _with_definitions(rows, [self.replications])

    def plot(self, name: str = "service_level_by_hour") -> Picture:
        """One of its pictures: `service_level_by_hour`, `queue_and_staff` or `waits`."""
        from experiments.report.plots import draw_all

        return _picture(draw_all(self.replications, self.estimates), name)

    @property
    def _report(self) -> Any:
        from experiments.report.report_tables import Report

        title = self.replications.operation.scenario.title or "scenario"
        return Report(self.replications, self.estimates, (), self.replications.notes, "", title, None)


@dataclass(frozen=True, eq=False, repr=False)
class Study(Shown):
    """Policies beside each other.

    Attributes
    ----------
    comparison : Comparison
        Everything that was found.
    """

    comparison: Comparison

    @cached_property
    def differences(self) -> pd.DataFrame:
        """One row per measure, scope and policy: value, difference from the base with interval, odds, verdict."""
        return _with_definitions(self.comparison.frame.copy(), self.comparison.runs)

    def run(self, policy: str) -> Run:
        """One policy alone."""
        names = [p.name for p in self.comparison.policies]
        if policy not in names:
            raise ValueError(f'run: got "{policy}"; one of {", ".join(names)} is expected')
        i = names.index(policy)
        return Run(self.comparison.runs[i], self.comparison.estimates[i])

    def plot(self, name: str = "differences") -> Picture:
        """One of its pictures: `differences` or `service_level_by_hour`."""
        from experiments.report.comparison_plots import draw_comparison

        return _picture(draw_comparison(self.comparison), name)

    @property
    def _report(self) -> Any:
        from experiments.report.comparison_tables import ComparisonReport

        return ComparisonReport(self.comparison, "")


def replicate(scenario: What, n: int = 20, seed: int = 1, *, progress: bool = True, **how: Any) -> Run:
    """Simulate independent histories of a scenario.

    Parameters
    ----------
    scenario : Scenario, Operation, str or Path
        What is simulated.
    n : int
        Number of histories.
    seed : int
        Root of all luck.
    progress : bool
        Show how far it is, where there is a terminal.
    **how
        As in `experiments.replication.replications.replicate`: workers, executor, engine ...

    Returns
    -------
    Run

    Examples
    --------
    >>> run = replicate("scenarios/minimal.yaml", n=3, progress=False)
    >>> asa = run.measures.query("measure == 'asa' and scope == 'phone' and scope_kind == 'channel'")
    >>> asa["unit"].item(), bool(asa["low"].item() < asa["value"].item() < asa["high"].item())
    ('min', True)
    """
    with ProgressBar(n, wanted=progress) as bar:
        done = replicating.replicate(_operation(scenario), n, seed, on_progress=bar, **how)
    return Run(done, estimate(done))


def compare(
    scenarios: Mapping[str, What] | Sequence[What],
    n: int = 20,
    seed: int = 1,
    *,
    draw_inputs: bool = True,
    confidence: float = CONFIDENCE,
    progress: bool = True,
    **how: Any,
) -> Study:
    """Simulate several scenarios with the same luck and say how they differ from the first.

    Parameters
    ----------
    scenarios : mapping of str to scenario, or sequence of scenarios
        The base first; names are for columns. Without names files and stacks (`desk.yaml+night.yaml`) have those of
        their files (`desk+night`), others their titles.
    n, seed, progress, **how
        As in `replicate`.
    draw_inputs : bool
        Draw inputs that have a range anew for each history, the same for all scenarios.
    confidence : float
        Of the intervals.

    Returns
    -------
    Study

    Examples
    --------
    >>> desk = load("scenarios/minimal.yaml")
    >>> study = compare({"today": desk, "again": desk}, n=3, progress=False)
    >>> study.comparison.row("asa").differences[0].same
    True
    """
    named = dict(scenarios) if isinstance(scenarios, Mapping) else dict(zip(_names(scenarios), scenarios, strict=True))
    if len(named) < 2 or len(named) < len(scenarios):
        raise ValueError(f"compare: got {len(named)} scenarios with different names; at least two are expected")
    operations = [_operation(s) for s in named.values()]
    inputs = Inputs.of([o.scenario for o in operations]) if draw_inputs else None
    if inputs is not None and not inputs.paths:
        inputs = None
    with ProgressBar(n * len(named), wanted=progress) as bar:
        runs = replicating.replicate_each(operations, n, seed, on_progress=bar, inputs=inputs, **how)
    policies = [
        Policy(name, o.scenario.title, o.scenario.question, str(s) if isinstance(s, (str, Path)) else "")
        for (name, s), o in zip(named.items(), operations, strict=True)
    ]
    return Study(contrast(policies, runs, confidence))


def _operation(scenario: What) -> Operation:
    if isinstance(scenario, Operation):
        return scenario
    return lower(scenario if isinstance(scenario, Scenario) else load(scenario))


def _names(scenarios: Sequence[What]) -> list[str]:
    """Names of columns: files and stacks as the command line names them, others by their titles."""
    of_files = iter(short_names([str(s) for s in scenarios if isinstance(s, (str, Path))]))
    return [
        next(of_files)
        if isinstance(s, (str, Path))
        else (s.scenario if isinstance(s, Operation) else s).title or f"policy {i}"
        for i, s in enumerate(scenarios)
    ]


def _with_definitions(frame: pd.DataFrame, runs: Sequence[Replications]) -> pd.DataFrame:
    """A table that carries what its measures are."""
    known: dict[str, Measure] = {}
    for run in runs:
        for name in run.stack.measures:
            known.setdefault(name, run.measure(name))
    there = dict.fromkeys(map(str, frame["measure"]))
    frame.attrs["definitions"] = {name: known[name].describe() for name in there}
    return frame


def _picture(figures: Mapping[str, Figure], name: str) -> Picture:
    if name not in figures:
        raise ValueError(f'plot: got "{name}"; one of {", ".join(figures) or "nothing"} is expected')
    return Picture(figures[name])
