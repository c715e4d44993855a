"""The command upgrade as a user meets it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from aftersim import cli
from tests.scenario.test_upgrade import NEW, NEW_POLICY, OLD, OLD_POLICY


def run(*arguments: object) -> Result:
    """The command as typed."""
    return CliRunner().invoke(cli, ["upgrade", *map(str, arguments)])


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A file of version 0."""
    path = tmp_path / "desk.yaml"
    path.write_text(OLD, encoding="utf-8")
    return path


def test_changes_are_shown_and_nothing_is_written(desk: Path) -> None:
    """A look first: lines of a patch, and how to make them."""
    result = run(desk)
    assert result.exit_code == 0
    assert "-agents:\n+agent_groups:" in result.stdout and "-aftersim: 0      # early\n+aftersim: 1" in result.stdout
    assert "--write makes these changes" in result.stderr
    assert desk.read_text(encoding="utf-8") == OLD


def test_write_replaces_the_file_and_keeps_its_rights(desk: Path) -> None:
    """The file as upgraded, in its place; nothing is left beside it; a second time nothing is to do."""
    desk.chmod(0o640)
    result = run(desk, "--write")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "upgraded from version 0 to 1, 13 changes" in result.stderr
    assert desk.read_bytes() == NEW.encode()
    assert desk.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in desk.parent.iterdir()] == ["desk.yaml"]
    again = run(desk, "--write")
    assert again.exit_code == 0 and "version 1 already" in again.stderr


def test_link_stays_a_link(desk: Path, tmp_path: Path) -> None:
    """What it points to is upgraded."""
    link = tmp_path / "link.yaml"
    link.symlink_to(desk)
    assert run(link, "--write").exit_code == 0
    assert link.is_symlink() and desk.read_text(encoding="utf-8") == NEW


def test_check_fails_where_something_is_to_be_upgraded(desk: Path, tmp_path: Path) -> None:
    """For those who keep many files: exit code 1 and the names."""
    new = tmp_path / "new.yaml"
    new.write_text(NEW, encoding="utf-8")
    result = run(desk, new, "--check")
    assert result.exit_code == 1 and result.stdout == ""
    assert f"{desk}: to be upgraded from version 0 to 1, 13 changes" in result.stderr
    assert run(new, "--check").exit_code == 0
    assert desk.read_text(encoding="utf-8") == OLD


def test_policy_that_says_no_version_is_upgraded_on_demand(tmp_path: Path) -> None:
    """Policies rarely say theirs: it is taken as one of today, and the message says what to do if it is not."""
    policy = tmp_path / "p.yaml"
    policy.write_text(OLD_POLICY, encoding="utf-8")
    assert "--from 0 if it is older" in run(policy).stderr
    assert run(policy, "--from", 0, "--write").exit_code == 0
    assert policy.read_text(encoding="utf-8") == NEW_POLICY


def test_what_is_wrong_with_one_file_does_not_keep_the_others(desk: Path, tmp_path: Path) -> None:
    """Every file is told about; exit code 2 for those that cannot be read."""
    newer = tmp_path / "newer.yaml"
    newer.write_text("aftersim: 9\n", encoding="utf-8")
    (tmp_path / "latin.yaml").write_bytes(b"aftersim: 0\ntitle: caf\xe9\n")
    result = run(newer, tmp_path / "gone.yaml", tmp_path, tmp_path / "latin.yaml", desk, "--write")
    assert result.exit_code == 2
    for words in ("install a newer aftersim", "no such file", "folder", "not UTF-8", "4 files cannot be upgraded"):
        assert words in result.stderr
    assert desk.read_text(encoding="utf-8") == NEW


def test_write_and_check_exclude_each_other(desk: Path) -> None:
    """One makes the changes, the other makes none."""
    result = run(desk, "--write", "--check")
    assert result.exit_code == 2 and "give one of them" in result.stderr
