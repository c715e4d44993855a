"""The root under which runs are kept: open one, find one, list them."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.store.atomic_file import flush_folder, write_bytes
from experiments.store.damage import Damaged
from experiments.store.disk_problem import RunFolderProblem, explained
from experiments.store.entry import Entry, run_folders
from experiments.store.facts import FACTS, ComparisonFacts, Facts, Member, Plain, RunFacts, read_facts
from experiments.store.fingerprint import Fingerprint
from experiments.store.index import Index
from experiments.store.names import NEW, REPLICATIONS, folder_name, is_file_name, replication_number
from experiments.store.process import Process
from experiments.store.run_folder import RunFolder
from experiments.store.status import STATUS, Status, now

if TYPE_CHECKING:
    from experiments.replication.layout import Layout
    from experiments.store.run import Run
    from sim.scenario import Scenario

NEAR = 5
"""So many names are offered where none, or more than one, fits."""


class UnknownRun(Exception):
    """No run, or more than one, is meant by a text; in words, with those that are near."""


def open_run(
    root: Path,
    scenario: Scenario,
    seed: int,
    layout: Layout,
    options: Mapping[str, Plain],
    *,
    units: Mapping[str, str] | None = None,
    files: Mapping[str, bytes] | None = None,
) -> Run:
    """Find the run of a scenario with a seed, or make one.

    Parameters
    ----------
    root : Path
        Where runs are kept; made if it is not there.
    scenario : Scenario
        As resolved.
    seed : int
        Root of all luck.
    layout : Layout
        Rows that are kept of each replication.
    options : mapping of str to bool, int, float, str or None
        Whatever else changes numbers.
    units : mapping of str to str, optional
        Unit of each measure, for tables made of the replications.
    files : mapping of str to bytes, optional
        Further files to make the folder with, such as the scenario as given (`source.yaml`).

    Returns
    -------
    Run
        Use it in a `with`.

    Raises
    ------
    RunFolderProblem
        The folder cannot be made; a file that the scenario names cannot be read.
    """
    from experiments.store.layout_file import LAYOUT, KeptLayout
    from experiments.store.run import Run
    from sim.scenario import dump

    facts = RunFacts.of(scenario, layout.digest, seed, options)
    given = {
        **(files or {}),
        "scenario.yaml": dump(scenario, root / "run").encode("utf-8", "backslashreplace"),
        LAYOUT: KeptLayout(layout, units or {}).content(),
    }
    run = RunStore(root).open(facts, given)
    assert isinstance(run, Run)
    return run


def open_comparison(
    root: Path, title: str, members: Sequence[tuple[str, Run]], options: Mapping[str, Plain]
) -> RunFolder:
    """Find the comparison of some runs, or make one.

    Parameters
    ----------
    root : Path
        Where the runs are kept.
    title : str
        For the name of its folder.
    members : sequence of (str, Run)
        Names of the policies and their runs, the base first.
    options : mapping of str to bool, int, float, str or None
        Whatever else changes results: the number of replications, the confidence, ...

    Raises
    ------
    RunFolderProblem
        The folder cannot be made.
    """
    compared = tuple(Member(name, run.key, run.path.name) for name, run in members)
    return RunStore(root).open(ComparisonFacts(title, compared, dict(options)), {})


class RunStore:
    """All runs and comparisons under one root.

    Parameters
    ----------
    root : Path
        A folder; need not be there.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.index = Index(root)

    def entries(self) -> list[Entry]:
        """Runs and comparisons, the oldest first.

        Raises
        ------
        RunFolderProblem
            The root cannot be read.
        """
        try:
            return self.index.entries()
        except OSError as error:
            words = f"cannot be read ({error.strerror or type(error).__name__}) - name another folder with --out"
            raise RunFolderProblem(f"{self.root}: {words}") from error

    def open(self, facts: Facts, files: Mapping[str, bytes]) -> RunFolder:
        """Find the folder with the key of some facts, or make one.

        The index only proposes: a folder counts if its own facts have the key. Of several, the one with most
        replications is taken.

        Parameters
        ----------
        facts : RunFacts or ComparisonFacts
            What it rests on; without files.
        files : mapping of str to bytes
            Further files to make it with, by name.

        Raises
        ------
        RunFolderProblem
            It cannot be made.
        """
        for path in self._candidates(facts.key):
            with suppress(Damaged):
                known = read_facts(path)
                if known.key == facts.key:
                    return self._opened(path, known, facts, files)
        return self._made(facts, files)

    def read(self, name: str) -> RunFolder:
        """The folder of that name.

        Raises
        ------
        Damaged
            Its facts cannot be trusted.
        """
        path = self.root / name
        return _folder(path, read_facts(path))

    def find(self, text: str) -> Entry:
        """The run that somebody means.

        Parameters
        ----------
        text : str
            Name of its folder, a part of it that only one has, the beginning of its key, or the path of the folder.

        Raises
        ------
        UnknownRun
            None or several are meant.
        RunFolderProblem
            The root cannot be read.
        """
        entries = self.entries()
        name = self._plain(text)
        for fits in (
            [e for e in entries if e.folder == name],
            [e for e in entries if len(name) >= 4 and e.key.startswith(name)],
            [e for e in entries if name and name in e.folder],
        ):
            if len(fits) == 1:
                return fits[0]
            if fits:
                raise UnknownRun(f'"{text}" may be {_listed(e.folder for e in fits)} - write more of the name')
        if not entries:
            raise UnknownRun(f'"{text}": there are no runs in {self.root} - name another folder with --out')
        near = get_close_matches(name, [x for e in entries for x in (e.folder, e.key[:7])], NEAR, 0.4)
        shown = near or [e.folder for e in reversed(entries)]
        raise UnknownRun(f'"{text}" is no run in {self.root} - there is {_listed(shown)}')

    def _plain(self, text: str) -> str:
        """Name of a folder; of a path, its last part, if it lies directly under the root."""
        if "/" not in text and os.sep not in text:
            return text
        try:
            path = Path(text).absolute()
            inside = path.parent.resolve() == self.root.resolve() and not path.is_symlink()
        except (OSError, ValueError, RuntimeError):
            inside = False
        if not inside or path.name in ("", ".."):
            raise UnknownRun(f'"{text}" is no folder directly under {self.root} - name its root with --out')
        return path.name

    def _candidates(self, key: str) -> list[Path]:
        """Folders that may have a key, the one with most replications first."""
        try:
            named = {self.root / e.folder for e in self.index.entries() if e.key == key}
            named |= {path for path in run_folders(self.root) if f"-{key[:7]}" in path.name}
        except OSError:
            return []
        return sorted(named, key=lambda path: (-_replications(path), path.name))

    def _opened(self, path: Path, known: Facts, facts: Facts, files: Mapping[str, bytes]) -> RunFolder:
        """A folder that was found; what it was made with is put right if it was harmed."""
        with suppress(OSError):  # to read it, nothing has to be written
            for name, content in files.items():
                right = known.files.get(name)
                if right == Fingerprint.of(content) and right.what_differs(path / name):
                    write_bytes(path / name, content)
            if isinstance(known, ComparisonFacts) and isinstance(facts, ComparisonFacts) and known != facts:
                known = replace(known, title=facts.title, members=facts.members)  # they lie elsewhere now
                write_bytes(path / FACTS, known.content())
        return _folder(path, known)

    def _made(self, facts: Facts, files: Mapping[str, bytes]) -> RunFolder:
        """A new folder: made aside and renamed, so that it has its facts from the beginning."""
        wrong = [name for name in files if not is_file_name(name) or "/" in name or name in (FACTS, STATUS)]
        if wrong:
            raise ValueError(f"{wrong[0]!r} is not a name of a file that a run folder is made with")
        moment = now()
        facts = replace(facts, files={name: Fingerprint.of(content) for name, content in files.items()})
        process = Process.own()
        status = Status("running", moment, moment, (process,), 0, 0)
        name = folder_name(moment, facts.title, facts.key)
        with explained(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
            aside = self._aside(f"{NEW}{process.number}-{facts.key[:7]}")
            try:
                for file, content in {**files, FACTS: facts.content(), STATUS: status.content()}.items():
                    write_bytes(aside / file, content)
                path = self._placed(aside, name, facts.key)
            except BaseException:
                shutil.rmtree(aside, ignore_errors=True)
                raise
            flush_folder(self.root)
        made = _folder(path, facts)
        made.join()
        return made

    def _aside(self, name: str) -> Path:
        for i in range(1000):
            with suppress(FileExistsError):
                folder = self.root / f"{name}-{i}"
                folder.mkdir()
                return folder
        raise RunFolderProblem(f"{self.root / name}: a thousand folders that were never finished - remove them")

    def _placed(self, aside: Path, name: str, key: str) -> Path:
        """Give a folder its name; if another process was quicker with the same run, take that one."""
        for i in range(1, 1000):
            path = self.root / (name if i == 1 else f"{name}-{i}")
            if not os.path.lexists(path):
                try:
                    aside.rename(path)
                    return path
                except OSError as error:
                    if not isinstance(error, FileExistsError) and error.errno != errno.ENOTEMPTY:
                        raise
            with suppress(Damaged):
                if not path.is_symlink() and read_facts(path).key == key:
                    shutil.rmtree(aside, ignore_errors=True)
                    return path
        raise RunFolderProblem(f"{self.root / name}: a thousand runs of this name in one second - try again")


def _folder(path: Path, facts: Facts) -> RunFolder:
    from experiments.store.run import Run  # brings NumPy, which a list of runs does not need

    return Run(path, facts) if isinstance(facts, RunFacts) else RunFolder(path, facts)


def _replications(path: Path) -> int:
    try:
        return sum(replication_number(file.name) is not None for file in (path / REPLICATIONS).iterdir())
    except OSError:
        return 0


def _listed(names: Iterable[str]) -> str:
    """A few names, and how many more there are."""
    found = list(names)
    more = f" ({len(found) - NEAR} more)" if len(found) > NEAR else ""
    return ", ".join(f'"{name}"' for name in found[:NEAR]) + more
