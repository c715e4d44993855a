"""How intervals became narrower, replication by replication."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.report.sheet import COLOURS, INK, SOFT, foot, sheet, style, title
from experiments.wording import difference, percent

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
    from matplotlib.ticker import MaxNLocator

    with style():
        figure, axes = sheet([2.2] * len(rule.aims), "How sure the numbers became")
        for i, (ax, aim) in enumerate(zip(axes, rule.aims, strict=True)):
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
            ax.xaxis.set_major_locator(MaxNLocator(integer=True))
            reached = float(path.high[-1, i] - path.low[-1, i]) / 2.0
            told = (
                percent(reached / abs(path.value[-1, i])) if aim.relative else difference(reached, aim.definition.unit)
            )
            title(ax, f"{aim.name}: ± {told.lstrip('+')} after {rule.n} replications, asked ± {aim.words}")
        axes[-1].set_xlabel("replications", color=SOFT, fontsize=10)
        foot(figure, "Band: 95 % interval after so many replications. Dashed: as narrow as was asked.")
    return figure
