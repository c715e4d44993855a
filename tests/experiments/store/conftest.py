"""What the tests of the store share."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(autouse=True)
def _quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test cuts the power: waiting for the disk would only take time. Killed processes are real ones."""
    monkeypatch.setattr(os, "fsync", lambda handle: None)
