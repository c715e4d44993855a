"""The tested set of versions can be installed together, extras and all."""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PINS = dict(
    line.strip().split("==")
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    if "==" in line and not line.startswith("#")
)


def plain(name: str) -> str:
    """Name of a package as installers compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_no_package_asks_for_another_version_than_the_one_that_is_pinned() -> None:
    """What the packages of the set (those that are installed here) require of each other, their pins fulfil."""
    requirements = pytest.importorskip("packaging.requirements")
    pins = {plain(name): version for name, version in PINS.items()}
    wrong = []
    for name in pins:
        try:
            found = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        for text in found.requires or ():
            needed = requirements.Requirement(text)
            if needed.marker is not None and not needed.marker.evaluate({"extra": ""}):
                continue
            pinned = pins.get(plain(needed.name))
            if pinned is not None and not needed.specifier.contains(pinned, prereleases=True):
                wrong.append(f"{name} {found.version} needs {text}, pinned is {pinned}")
    assert wrong == []


def test_every_package_that_the_project_names_is_pinned() -> None:
    """Those of the core and of every extra."""
    tomllib = pytest.importorskip("tomllib")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = [*project["dependencies"], *(t for extra in project["optional-dependencies"].values() for t in extra)]
    names = {plain(re.match(r"[A-Za-z0-9._-]+", text)[0]) for text in named}  # type: ignore[index]
    assert names - {plain(name) for name in PINS} - {plain(project["name"])} == set()
