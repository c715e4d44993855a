"""The README is true: its commands run as written, its output is what a newcomer sees, its links lead somewhere."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.M | re.S)
COMMANDS = [line for kind, text in BLOCKS if not kind for line in text.splitlines() if line.startswith("aftersim ")]
INSTALLS = [line for _, text in BLOCKS for line in text.splitlines() if "-m venv" in line]
MAIN = INSTALLS[0].rpartition(" && .venv/bin/")[2]
"""What the first command does once all is installed."""


def run(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run one line of the README in a folder that has the scenarios, with the environment's `aftersim`."""
    if not (folder / "scenarios").exists():
        (folder / "scenarios").symlink_to(ROOT / "scenarios")
    program, *arguments = shlex.split(line)
    command = [str(Path(sys.executable).parent / program), *arguments]
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=600, check=False
    )


def test_there_are_two_install_lines_and_several_commands() -> None:
    """The two promised commands, and enough to try; a renamed heading would empty the tests below."""
    assert len(INSTALLS) == 2
    assert MAIN == "aftersim compare scenarios/baseline.yaml scenarios/policies/keep_phones_free.yaml"
    assert "pytest" in INSTALLS[1]
    assert len(COMMANDS) >= 6


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_of_the_readme_runs_as_written(line: str, tmp_path: Path) -> None:
    """Exit code 0, something to read, no traceback."""
    result = run(line, tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip()
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("sign", "line"),
    [
        ("14 days from", MAIN),
        ("Small shop, phone and e-mail\nCan five", "aftersim run scenarios/small_shop.yaml"),
        ("policy  sixth_agent", next(c for c in COMMANDS if c.startswith("aftersim compare scenarios/small_shop"))),
    ],
)
def test_the_output_shown_is_the_output_printed(sign: str, line: str, tmp_path: Path) -> None:
    """Line by line, with numbers masked: the README shows what a newcomer sees."""
    shown = next(text for kind, text in BLOCKS if kind == "text" and sign in text)
    result = run(line, tmp_path)
    masked = [mask(line) for line in result.stdout.splitlines()]
    missing = [line for line in shown.splitlines() if line.strip() and mask(line) not in masked]
    assert not missing, result.stdout


def mask(line: str) -> str:
    """A line without its numbers and spacing; the run folder is named by the clock."""
    line = re.sub(r"runs/\S+", "runs/X", line)
    return re.sub(r"[\s─]+", " ", re.sub(r"\d[\d.,]*", "9", line)).strip()


def test_every_link_leads_somewhere() -> None:
    """Relative links and pictures of the README exist."""
    targets = re.findall(r"\]\(([^)#]+)\)", README)
    assert targets
    assert not [t for t in targets if "://" not in t and not (ROOT / t).exists()]


def test_the_python_example_runs(tmp_path: Path) -> None:
    """The few lines for a script or notebook."""
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    code = next(text for kind, text in BLOCKS if kind == "python")
    result = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "differences.png").exists()


def test_nothing_in_the_project_names_a_place_outside_it() -> None:
    """No absolute path of a home or work folder in any tracked text."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    bad = re.compile(r"/(home|root|work|Users)/\w+|C:\\\\Users")
    found = []
    for name in listed.stdout.splitlines():
        path = ROOT / name
        if path.suffix in {".py", ".md", ".yaml", ".csv", ".toml", ".txt"} and path.exists():
            text = path.read_bytes().decode("utf-8", "replace")
            if path != Path(__file__) and bad.search(text):
                found.append(name)
    assert not found
