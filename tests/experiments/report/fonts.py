"""Worlds with and without a Chinese font."""

from __future__ import annotations

from pathlib import Path

import pytest
from matplotlib.font_manager import FontEntry, fontManager

from experiments.report import sheet
from experiments.report.catalogue import words
from tests.experiments.report.tiny_font import FAMILY, tiny_font


def no_chinese_font(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine with nothing but what matplotlib brings."""
    kept = [f for f in fontManager.ttflist if f.name not in sheet.MORE_FONTS]
    monkeypatch.setattr(fontManager, "ttflist", kept)


def chinese_font(monkeypatch: pytest.MonkeyPatch, folder: Path, characters: str | None = None) -> Path:
    """As on a machine with one Chinese font, which has these characters (all of the catalogue by default)."""
    zh = words("zh")
    told = [str(x) for x in zh.entries.values()] + [n for m in zh.measures.values() for n in m.values()]
    every = "".join((*told, *zh.units.names.values(), sheet.SAMPLE))
    path = tiny_font(folder, every if characters is None else characters)
    monkeypatch.setattr(sheet, "MORE_FONTS", (FAMILY,))
    look = {"style": "normal", "variant": "normal", "weight": 400, "stretch": "normal", "size": "scalable"}
    entry = FontEntry(fname=str(path), name=FAMILY, **look)  # type: ignore[arg-type]
    monkeypatch.setattr(fontManager, "ttflist", [*fontManager.ttflist, entry])
    return path
