"""How intervals became narrower, replication by replication."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.report.sheet import COLOURS, INK, SOFT, foot, sheet, style, title

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from experiments.estimates.precision import PrecisionRule


def draw_precision(rule: PrecisionRule) -> Figure:
    """One panel per aim: the estimate in its band, and how narrow it was to be.

    Parameters
    ----------
    rule : PrecisionRule
        After its last replication.
    """
    path = rule.path
    with style():
        figure, axes = sheet([2.2] * len(rule.aims), "How sure the numbers became")
        for i, (ax, aim, words) in enumerate(zip(axes, rule.aims, rule.words, strict=True)):
            colour = COLOURS[i % len(COLOURS)]
            scale = 100.0 if aim.definition.unit == "share" else 1.0
            value = scale * path.value[:, i]
            ax.fill_between(
                path.n, scale * path.low[:, i], scale * path.high[:, i], color=colour, alpha=0.22, linewidth=0
            )
            ax.plot(path.n, value, color=colour, linewidth=2.2)
            half = aim.half_width * (abs(value) if aim.relative else scale)
            for side in (-1, 1):
                ax.plot(path.n, value + side * half, color=INK, linewidth=1.0, linestyle=(0, (5, 3)))
            ax.set_ylabel("%" if aim.definition.unit == "share" else aim.definition.unit, color=SOFT, fontsize=10)
            title(ax, words)
        axes[-1].set_xlabel("replications", color=SOFT, fontsize=10)
        foot(figure, "Band: 95 % interval after so many replications. Dashed: as narrow as was asked.")
    return figure
