"""The package stands alone: what it imports, what importing it costs, and that its examples are true."""

from __future__ import annotations

import ast
import doctest
import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import sim.theory

MODULES = sorted(module.name for module in pkgutil.iter_modules(sim.theory.__path__, "sim.theory."))
SOURCES = [Path(path) for path in sorted(map(str, Path(sim.theory.__path__[0]).glob("*.py")))]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_the_docstrings_are_true(name: str) -> None:
    """Every example in the package runs and prints what it says."""
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0


def test_every_public_function_shows_an_example() -> None:
    """Each exported function and law has a runnable example."""
    for name in sim.theory.__all__:
        thing = getattr(sim.theory, name)
        if name in {"Lifetime", "NetworkMeasures", "PriorityWaits", "TimeVaryingMeasures", "explore"}:
            continue  # results and the base of the laws: shown where they are made
        assert ">>>" in (thing.__doc__ or ""), name


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_only_numpy_scipy_and_itself_are_imported(path: Path) -> None:
    """No other part of the project and no further library."""
    allowed = set(sys.stdlib_module_names) | {"numpy", "scipy"}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            assert name.split(".")[0] in allowed or name.startswith("sim.theory"), name


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_no_name_comes_from_the_business(path: Path) -> None:
    """Servers, jobs and lines only: names stay those of the machine."""
    words = ("customer", "agent", "chat", "ticket", "refund", "caller", "contact", "shop", "parcel", "desk")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        for attribute in ("id", "name", "attr", "arg"):
            name = getattr(node, attribute, None)
            if isinstance(name, str):
                assert not any(word in name.lower() for word in words), name


def test_importing_the_package_does_not_load_scipy() -> None:
    """SciPy costs a third of a second; the formulas load it when they need it."""
    code = (
        "import sys, sim; before = set(sys.modules); import sim.theory; "
        "sys.exit(any(name.split('.')[0] == 'scipy' for name in set(sys.modules) - before))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
