"""What is expected before anything is simulated: arrivals, their way through the operation, load beside staff."""

from sim.expectation.arrivals import Hours, arrivals
from sim.expectation.flow import Flow, expected_flow, mean_handle_time, not_counted
from sim.expectation.loads import GroupLoad, group_loads
from sim.expectation.plausibility import Plausible, plausibility_card

__all__ = [
    "Flow",
    "GroupLoad",
    "Hours",
    "Plausible",
    "arrivals",
    "expected_flow",
    "group_loads",
    "mean_handle_time",
    "not_counted",
    "plausibility_card",
]
