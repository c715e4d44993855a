"""The terminal that reports are printed on."""

from __future__ import annotations

from rich.console import Console

COLUMNS = 100
"""Widest line; all there is where there is no terminal."""


def terminal() -> Console:
    """Standard output, at most so wide."""
    console = Console(highlight=False)
    console.width = min(console.width, COLUMNS) if console.is_terminal else COLUMNS
    return console
