"""Short names of what is compared: columns of tables and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.scenario.policies.stack import stack_files


def short_names(files: Sequence[str]) -> list[str]:
    """Give short names that differ: those of the files without folder and ending, with as much of the path as it takes.

    Examples
    --------
    >>> short_names(["my_desk.yaml", "policies/night.yaml+policies/vip.yaml", "other/my_desk.yaml"])
    ['my_desk', 'night+vip', 'other/my_desk']
    """
    different = list(dict.fromkeys(files))
    short = [short_name(file) for file in different]
    for depth in range(2, 6):
        short = [
            name if short.count(name) == 1 else short_name(file, depth)
            for name, file in zip(short, different, strict=True)
        ]
    names = [short[different.index(file)] for file in files]
    seen: dict[str, int] = {}
    for i, name in enumerate(names):
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            names[i] = f"{name} ({seen[name]})"
    return names


def short_name(file: str, depth: int = 1) -> str:
    """Name of a file or stack, with so many parts of each path."""
    return "+".join("/".join(Path(part).with_suffix("").parts[-depth:]) for part in stack_files(file))
