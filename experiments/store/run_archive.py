"""What goes into the folder of a run, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from experiments.estimates.estimates import Estimates
from experiments.estimates.observed import Beside
from experiments.replication.replications import Progress, Replications
from experiments.store.run_folder import RunFolder, RunFolderProblem, disk_problem, environment
from sim.lowering import Operation
from sim.scenario import dump
from sim.scenario.logs import Log


def open_archive(
    root: Path,
    operation: Operation,
    source: Path,
    seed: int,
    n: int,
    workers: int | None,
    command: Sequence[str],
    engine: str = "auto",
) -> RunFolder:
    """Make the folder of a run and put in what is known before it starts.

    Parameters
    ----------
    root : Path
        Where runs are kept.
    operation : Operation
        What is run.
    source : Path
        The scenario file as given.
    seed, n : int
        Luck and number of replications.
    workers : int, optional
        Processes asked for.
    command : sequence of str
        Words that repeat the run.

    Raises
    ------
    RunFolderProblem
        It cannot be written.
    """
    scenario = operation.scenario
    folder = RunFolder.create(root, scenario.title or source.stem, f"{dump(scenario)}\n{seed}", n)
    try:
        text = source.read_bytes()
        logs = {k.arrivals.file for k in scenario.contact_types.values() if isinstance(k.arrivals, Log)}
        facts = environment(seed, n, workers, command, [source, *map(Path, sorted(logs))], engine)
    except OSError as error:
        raise RunFolderProblem(disk_problem(source, error)) from error
    folder.write("source.yaml", text)
    folder.write_text("scenario.yaml", dump(scenario, folder.path))
    folder.write_json("environment.json", facts)
    return folder


def keep_replication(folder: RunFolder, progress: Progress) -> None:
    """Keep a replication as soon as it has finished."""
    r = progress.latest
    folder.write_table(f"replications/r{r.number:04d}", r.frame, kinds=("parquet",))
    folder.replication_done()


def keep_results(
    folder: RunFolder,
    replications: Replications,
    estimates: Estimates,
    beside: Sequence[Beside],
    document: dict[str, Any],
    plots: bool,
) -> None:
    """Keep what follows from all replications, pictures last.

    Parameters
    ----------
    folder : RunFolder
        As `open_archive` made it.
    replications, estimates : Replications, Estimates
        The run.
    beside : sequence of Beside
        Recorded numbers, if any.
    document : dict
        As `run_document` makes it.
    plots : bool
        Draw.
    """
    import pandas as pd

    folder.write_table("estimates", estimates.frame)
    if beside:
        rows = [{**asdict(b), "difference": b.difference, "inside": b.inside} for b in beside]
        folder.write_table("observed", pd.DataFrame(rows), kinds=("csv",))
    if plots:
        from experiments.report.plots import draw_all
        from experiments.report.sheet import picture_bytes

        for name, figure in draw_all(replications, estimates).items():
            for kind in ("png", "svg"):
                folder.write(f"plots/{name}.{kind}", picture_bytes(figure, kind))
    folder.write_json("summary.json", document)
