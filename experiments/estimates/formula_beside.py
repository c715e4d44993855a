"""An exact formula beside the simulated estimate, for the channels that have one."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.estimates.estimates import Estimates
from experiments.estimates.intervals import Estimate
from sim.formula import Formula, formulas
from sim.lowering import Operation
from sim.machine import Work


@dataclass(frozen=True)
class FormulaBeside:
    """One number by formula and by simulation.

    Parameters
    ----------
    channel, formula : str
        What it is about, and the name of the formula with its source.
    measure, unit : str
        Name of the measure and its unit.
    exact : float
        What the formula says about the steady state.
    estimate : Estimate
        What the simulation says.
    """

    channel: str
    formula: str
    measure: str
    unit: str
    exact: float
    estimate: Estimate

    @property
    def inside(self) -> bool | None:
        """Whether the formula lies in the interval of the estimate; None without an interval."""
        if not self.estimate.low <= self.estimate.high:
            return None
        return self.estimate.low <= self.exact <= self.estimate.high


def formulas_beside(operation: Operation, estimates: Estimates) -> list[FormulaBeside]:
    """Formula beside estimate: service level, abandonment, waits, queue and occupancy, where a formula is exact."""
    found = []
    for f in formulas(operation):
        for measure, unit, exact, kind, scope in _numbers(operation, f):
            estimate = estimates.of(measure, kind, scope)
            if estimate.value == estimate.value:
                found.append(FormulaBeside(f.channel, f.name, measure, unit, exact, estimate))
    return found


def _numbers(operation: Operation, f: Formula) -> list[tuple[str, str, float, str, str]]:
    """Measure, unit, exact value and scope of what a formula says."""
    v, step = f.values, operation.network.step(f.contact_type)
    assert isinstance(step, Work)
    pool = step.edges[0].pool
    numbers = [
        ("abandonment", "share", v.p_abandoned, "channel", f.channel),
        ("asa", "min", v.asa, "channel", f.channel),
        ("mean_wait", "min", v.mean_wait, "channel", f.channel),
        ("queue_length", "jobs", v.mean_line, "channel", f.channel),
        ("occupancy", "share", v.occupancy, "pool", pool),
    ]
    if operation.scenario.channels[f.channel].service_level is not None:
        numbers.insert(0, ("service_level", "share", v.service_level_a, "channel", f.channel))
    return numbers
