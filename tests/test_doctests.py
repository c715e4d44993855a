"""Every example in a docstring runs and prints what it says."""

from __future__ import annotations

import doctest
import importlib

import pytest

from tests.test_layers import ROOT, module_name, project_files


@pytest.mark.parametrize("name", [module_name(p) for p in project_files()])
def test_examples_run(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Examples of one module, from the root of the checkout."""
    monkeypatch.chdir(ROOT)
    result = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert result.failed == 0


def test_there_are_examples() -> None:
    """A changed layout would make the test above pass on nothing."""
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = sum(bool(t.examples) for p in project_files() for t in finder.find(importlib.import_module(module_name(p))))
    assert found > 60
