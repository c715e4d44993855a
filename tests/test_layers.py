"""The house: imports point down only, and the machine holds no word of the business."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

MAY_IMPORT = {
    "sim.machine": set(),
    "sim.theory": set(),
    "sim.scenario.text": set(),
    "sim.scenario.tables": {"sim.scenario.text"},
    "sim.scenario.model": {"sim.scenario.text"},
    "sim.scenario.readers": {"sim.scenario.text", "sim.scenario.tables", "sim.scenario.model"},
    "sim.scenario": {"sim.scenario.text", "sim.scenario.tables", "sim.scenario.model", "sim.scenario.readers"},
    "sim.measures": {"sim.machine", "sim.theory", "sim.scenario"},
    "sim.lowering": {"sim.machine", "sim.theory", "sim.scenario"},
    "sim": {"sim.machine", "sim.theory", "sim.scenario", "sim.measures", "sim.lowering"},
    "experiments.wording": {"sim"},
    "experiments.replication": {"sim", "experiments.wording"},
    "experiments.store": {"sim", "experiments.wording", "experiments.replication"},
    "experiments.estimates": {"sim", "experiments.wording", "experiments.replication"},
    "experiments.comparison": {"sim", "experiments.wording", "experiments.replication", "experiments.estimates"},
    "experiments.report": {
        *("sim", "experiments.wording", "experiments.replication", "experiments.estimates", "experiments.comparison"),
    },
    "experiments": {
        *("sim", "experiments.wording", "experiments.replication", "experiments.store", "experiments.estimates"),
        *("experiments.comparison", "experiments.report"),
    },
    "calibration": {"sim", "experiments"},
    "dashboards": {"sim", "experiments", "calibration"},
    "aftersim": {"sim", "experiments", "calibration", "dashboards"},
}
"""Which part may import which, apart from itself; a part includes its subpackages unless they are listed."""

PLOTTING = {"matplotlib", "altair", "plotly", "streamlit"}
BUSINESS = re.compile(
    r"\b(refunds?|parcels?|tickets?|e-?mails?|contacts?|merchants?|shops?|complaints?|phones?)\b", re.I
)


def part_of(module: str) -> str | None:
    """The listed part a module belongs to, or None for foreign modules."""
    names = module.split(".")
    for n in range(len(names), 0, -1):
        name = ".".join(names[:n])
        if name in MAY_IMPORT:
            return name
    return None


def project_files() -> list[Path]:
    folders = ("sim", "experiments", "calibration", "dashboards")
    return [*(p for f in folders for p in sorted((ROOT / f).rglob("*.py"))), ROOT / "aftersim.py"]


def imported(path: Path) -> set[str]:
    """Every module a file imports, wherever the statement stands."""
    out: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            out |= {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import; write the whole name"
            out.add(node.module or "")
            out |= {f"{node.module}.{a.name}" for a in node.names if part_of(f"{node.module}.{a.name}")}
    return out


def module_name(path: Path) -> str:
    names = list(path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(names[:-1] if names[-1] == "__init__" else names)


@pytest.mark.parametrize("path", project_files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_down_only(path: Path) -> None:
    """A module imports only from its own part and from the parts below it."""
    me = part_of(module_name(path))
    assert me is not None
    for module in imported(path):
        other = part_of(module)
        if other is None or other == me:
            continue
        below = MAY_IMPORT[me]
        allowed = other in below or any(other.startswith(b + ".") for b in below)
        assert allowed, f"{path.relative_to(ROOT)} imports {module}: {me} may import only {sorted(below) or 'itself'}"


@pytest.mark.parametrize("path", project_files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_no_plotting_below_experiments(path: Path) -> None:
    """Only experiments and dashboards draw."""
    me = part_of(module_name(path))
    if me is not None and (me == "sim" or me.startswith("sim.")):
        assert not {m.split(".")[0] for m in imported(path)} & PLOTTING


def test_the_machine_and_the_theory_hold_no_word_of_the_business() -> None:
    """If a kernel would need the word "refund", lowering is missing a piece."""
    found = [
        f"{path.relative_to(ROOT)}:{i}: {line.strip()}"
        for part in ("machine", "theory")
        for path in sorted((ROOT / "sim" / part).rglob("*.py"))
        for i, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if BUSINESS.search(line)
    ]
    assert not found, "\n".join(found)


def test_no_module_is_called_utils() -> None:
    """A file called utils is a noun not yet found."""
    bad = {"utils.py", "util.py", "helpers.py", "helper.py", "misc.py", "common.py"}
    assert not [p for p in project_files() if p.name in bad]


def test_every_top_level_package_brings_its_commands() -> None:
    """The command line collects; each listed command exists where it is listed."""
    import importlib

    import aftersim

    for name, module in aftersim.PLACES.items():
        assert name in {c.name for c in importlib.import_module(module).COMMANDS}
