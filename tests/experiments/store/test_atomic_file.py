"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from experiments.store.atomic_file import read_bytes, write_bytes
from experiments.store.damage import Damaged


@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
def test_a_full_disk_leaves_the_old_file_and_no_leftovers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    """ENOSPC at any step: the file is as it was, the temporary one is gone."""
    path = tmp_path / "estimates.csv"
    write_bytes(path, b"old")

    def full(*arguments: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, call, full)
    with pytest.raises(OSError, match="No space left"):
        write_bytes(path, b"new")
    assert [p.name for p in tmp_path.iterdir()] == ["estimates.csv"]
    assert path.read_bytes() == b"old"


def test_a_disk_that_takes_little_at_a_time_gets_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system may write less than it was given."""
    real = os.write
    monkeypatch.setattr(os, "write", lambda handle, content: real(handle, content[:3]))
    write_bytes(tmp_path / "x", b"0123456789")
    assert (tmp_path / "x").read_bytes() == b"0123456789"


def test_a_link_in_the_place_of_a_file_is_replaced_and_not_followed(tmp_path: Path) -> None:
    """Neither the file nor its temporary neighbour writes through a link."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"mine")
    (tmp_path / "x").symlink_to(victim)
    write_bytes(tmp_path / "x", b"new")
    assert victim.read_bytes() == b"mine" and not (tmp_path / "x").is_symlink()


def test_only_plain_files_of_a_fitting_size_are_read(tmp_path: Path) -> None:
    """Links, folders, pipes (which would wait for ever) and files without end are named."""
    (tmp_path / "plain").write_bytes(b"12345")
    (tmp_path / "link").symlink_to(tmp_path / "plain")
    (tmp_path / "folder").mkdir()
    names = {"link": "plain file", "folder": "plain file", "nothing": "is missing"}
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        names["pipe"] = "plain file"
    for name, words in names.items():
        with pytest.raises(Damaged, match=words):
            read_bytes(tmp_path / name, 100, "mend it")
    with pytest.raises(Damaged, match="5 bytes long, and at most 4 are read - mend it"):
        read_bytes(tmp_path / "plain", 4, "mend it")
    assert read_bytes(tmp_path / "plain", 5, "mend it") == b"12345"
