"""What the rows of a run's replications are, kept beside them: they can be read by any later version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.replication.layout import Layout, Reduced
from experiments.store.atomic_file import read_bytes
from experiments.store.damage import Damaged
from experiments.store.sealed_arrays import MOST_FILE, seal_arrays, unseal_arrays

if TYPE_CHECKING:
    import pandas as pd

    from experiments.store.replication_file import Finished

FORMAT, VERSION = "aftersim layout", 1
REPAIR = "simulate again, it gets a new folder; this one can be removed by hand"

LAYOUT = "layout.rows"

ROWS = ("measure", "scope", "grid", "interval")


@dataclass(frozen=True)
class KeptLayout:
    """The rows of a run and the units of their measures.

    Parameters
    ----------
    layout : Layout
        The rows.
    units : mapping of str to str
        Unit of each measure.
    """

    layout: Layout
    units: Mapping[str, str]

    def content(self) -> bytes:
        """The file."""
        a = self.layout
        about = {
            "layout": a.digest,
            "measures": [[name, self.units.get(name, "")] for name in a.measures],
            "scopes": [list(scope) for scope in a.scopes],
            "grids": list(a.grids),
            "labels": [list(labels) for labels in a.labels],
        }
        return seal_arrays(FORMAT, VERSION, about, {name: getattr(a, name) for name in ROWS})

    @classmethod
    def read(cls, folder: Path, digest: str) -> KeptLayout:
        """That of a run folder.

        Parameters
        ----------
        folder : Path
            The run.
        digest : str
            Of the layout that its facts name.

        Raises
        ------
        Damaged
            It is missing, not whole, or another one.
        """
        path = folder / LAYOUT
        about, arrays = unseal_arrays(read_bytes(path, MOST_FILE, REPAIR), FORMAT, VERSION, path, REPAIR)
        try:
            measures, scopes, grids, labels = (_names(about, x) for x in ("measures", "scopes", "grids", "labels"))
            rows: dict[str, Any] = {name: arrays[name] for name in ROWS}
            layout = Layout(
                tuple(name for name, _ in _pairs(measures)),
                tuple(_pairs(scopes)),
                _texts(grids),
                tuple(_texts(x) for x in labels),
                **rows,
            )
            if {rows[name].shape for name in ROWS} != {(len(layout),)} or layout.digest != digest:
                raise ValueError
        except (KeyError, TypeError, ValueError):
            raise Damaged(path, "does not hold the rows that the facts of the run name", REPAIR) from None
        return cls(layout, dict(_pairs(measures)))

    def table(self, finished: Mapping[int, Finished]) -> pd.DataFrame:
        """Tidy table of replications: one row per replication, measure, scope and interval with something to count.

        Parameters
        ----------
        finished : mapping of int to Finished
            Replications by number, as `Run.finished` gives them.

        Raises
        ------
        Damaged
            Arrays do not fit the rows.
        """
        import pandas as pd

        parts = []
        for number in sorted(finished):
            try:
                frame = Reduced.of(self.layout, finished[number].arrays).frame
            except (KeyError, ValueError, IndexError, TypeError):
                wrong = "holds arrays that do not fit the rows of the run"
                raise Damaged(f"replication {number}", wrong, "run the command again with this version") from None
            frame.insert(0, "replication", np.int32(number))
            parts.append(frame)
        if not parts:
            return pd.DataFrame({"replication": np.array([], dtype=np.int32)})
        table = pd.concat(parts, ignore_index=True)
        table["measure"] = table["measure"].astype(str)
        table.insert(list(table.columns).index("value"), "unit", table["measure"].map(dict(self.units)).fillna(""))
        return table


def _names(about: Mapping[str, Any], name: str) -> list[Any]:
    found = about[name]
    if not isinstance(found, list):
        raise TypeError
    return found


def _pairs(entries: list[Any]) -> list[tuple[str, str]]:
    pairs = [_texts(entry) for entry in entries]
    if not all(len(pair) == 2 for pair in pairs):
        raise ValueError
    return [(a, b) for a, b in pairs]


def _texts(entry: Any) -> tuple[str, ...]:
    if not isinstance(entry, list) or not all(isinstance(x, str) for x in entry):
        raise TypeError
    return tuple(entry)
