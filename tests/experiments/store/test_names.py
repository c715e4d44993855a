"""Names of folders and files: harmless everywhere, and without a way out."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.store.names import FOLDER, RESERVED, folder_name, is_file_name, slug
from tests.experiments.store.made_runs import opened

HOSTILE = (
    *("../x", "a/../../x", "/etc/passwd", "", "a//b", ".hidden", "a\\b", "x\n", "a/", "/", ".", "..", "C:x", "a:b"),
    *("CON", "nul.txt", "plots/aux.png", "com1", "LPT9.svg", "x.", "x ", "é.csv", "~", "-rf", "a" * 200, "x\0y"),
)


@given(st.text(max_size=80))
def test_a_slug_is_a_harmless_name_for_any_title(title: str) -> None:
    """Only a-z, 0-9 and single hyphens; never empty, hidden, reserved or with a way out."""
    name = slug(title)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
    assert len(name) <= 44 and name not in RESERVED


@given(st.text(max_size=80))
def test_a_folder_is_known_by_its_name_for_any_title(title: str) -> None:
    """Time, title and key come out again."""
    found = FOLDER.fullmatch(folder_name(datetime(2026, 3, 2), title, "0123456789abcdef" * 4))
    assert found is not None and found["key"] == "0123456"


@pytest.mark.parametrize("name", HOSTILE)
def test_no_file_is_written_under_a_hostile_name(tmp_path: Path, name: str) -> None:
    """Names with a way out, or that some system cannot have, are refused before anything is touched."""
    assert not is_file_name(name)
    run = opened(tmp_path / "runs")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ValueError, match="not a name"):
        run.put_result(name, b"x")
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("name", ["facts.json", "status.json", "replications/r0000.rep", "replications", "layout.rows"])
def test_no_result_takes_the_place_of_what_a_run_stands_on(tmp_path: Path, name: str) -> None:
    """Facts, status, replications and the files it was made with are not results."""
    with pytest.raises(ValueError, match="not a name of a result"):
        opened(tmp_path).put_result(name, b"x")


@pytest.mark.parametrize("name", HOSTILE)
def test_no_run_is_made_with_a_hostile_file(tmp_path: Path, name: str) -> None:
    """The same for the files that a folder is made with."""
    with pytest.raises(ValueError, match="not a name"):
        opened(tmp_path / "runs", {name: b"x"})
    assert not (tmp_path / "runs").exists()
