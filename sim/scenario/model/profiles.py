"""Shipped hour profiles: how the contacts of a day spread over its hours.

The shapes are drawn by hand after what desks commonly report; they are assumptions, no measurements. A desk
with its own counts writes 24 (or 48) numbers or a CSV instead.
"""

from __future__ import annotations

from typing import NamedTuple


class Profile(NamedTuple):
    """A named profile: weight of each hour 0 to 23 (only ratios count), and what it stands for."""

    weights: tuple[float, ...]
    meaning: str


PROFILES: dict[str, Profile] = {
    "flat": Profile((1.0,) * 24, "every hour alike, day and night"),
    "office_hours": Profile(
        (0, 0, 0, 0, 0, 0, 0.2, 1, 5, 10, 11.5, 11, 8.5, 8.5, 10, 10, 9, 7.5, 4.5, 2, 1, 0.3, 0, 0),
        "callers on working days: a morning peak from 9 to 12, a dip at noon, a second rise until 17",
    ),
    "evening_shopper": Profile(
        (
            2.4,
            1.3,
            0.8,
            0.5,
            0.4,
            0.5,
            0.9,
            1.8,
            3.4,
            4.8,
            5.8,
            6.0,
            5.2,
            5.0,
            5.2,
            5.3,
            5.2,
            4.9,
            5.0,
            6.0,
            7.6,
            8.4,
            7.6,
            5.0,
        ),
        "online shoppers: a rise from 9, a first peak before noon, the highest one from 20 to 23",
    ),
    "dock_hours": Profile(
        (0, 0, 0, 0, 0, 0, 0, 2, 8, 13, 14, 13, 9, 11, 11, 9, 6, 3, 1, 0, 0, 0, 0, 0),
        "parcels that come in at a warehouse: the carriers' vans from 7 to 18, most of them before noon",
    ),
}
