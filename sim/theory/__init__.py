"""Exact queueing formulas: what a line in front of servers does, without simulating it.

The time unit is free: rates and times only have to agree. Jobs arrive at random (Poisson), wait in one
line, are served by servers, or leave when their patience ends.

==========================  =====================================================================
`erlang_b`, `erlang_loss`   no line: a job that finds all servers busy is blocked
`erlang_c`                  everybody waits; also `erlang_c_probability`, `erlang_c_wait_quantile`
`erlang_a`                  exponential patience
`erlang_a_limited`          exponential patience and a limited number of waiting jobs
`mmng`                      patience of any law: `PiecewiseHazard`, `Lognormal`, `SurvivalFunction`
`concurrent_line`           servers that hold several jobs at once, jobs evenly spread
`alternating_speeds`        how jobs that need their server now and then slow each other
`birth_death_line`          places in service with any joint speed
`pollaczek_khinchine`       one server, service of any law
`mg1_priority`              one server, classes with priority
`mmn_priority`              several servers, classes with priority
`jackson`, `traffic`        networks of stations with loops
`screening_threshold`       a screen takes the easy jobs away; also `passed_work_factor`: how large the others are
`offered_load`              load of a changing stream of arrivals
`time_varying_line`         changing arrivals and servers, expected course
`explore`, `Chain`          any Markov chain, for systems without a formula
==========================  =====================================================================

Each formula names its source. Steady states of one line come as `LineMeasures`.
"""

from __future__ import annotations

from sim.theory.chain import Chain, explore
from sim.theory.concurrency import alternating_speeds, concurrent_line, even_spread_rates
from sim.theory.erlang import erlang_b, erlang_c, erlang_c_probability, erlang_c_wait_quantile, erlang_loss
from sim.theory.jackson import NetworkMeasures, jackson, traffic
from sim.theory.lifetime import Lifetime, Lognormal, PiecewiseHazard
from sim.theory.limited import birth_death_line, erlang_a_limited
from sim.theory.line import LineMeasures
from sim.theory.mmng import erlang_a, mmng
from sim.theory.offered_load import offered_load
from sim.theory.priority import PriorityWaits, mg1_priority, mmn_priority, pollaczek_khinchine
from sim.theory.screening import passed_work_factor, screening_threshold
from sim.theory.survival import SurvivalFunction
from sim.theory.transient import TimeVaryingMeasures, time_varying_line

__all__ = [
    "Chain",
    "Lifetime",
    "LineMeasures",
    "Lognormal",
    "NetworkMeasures",
    "PiecewiseHazard",
    "PriorityWaits",
    "SurvivalFunction",
    "TimeVaryingMeasures",
    "alternating_speeds",
    "birth_death_line",
    "concurrent_line",
    "erlang_a",
    "erlang_a_limited",
    "erlang_b",
    "erlang_c",
    "erlang_c_probability",
    "erlang_c_wait_quantile",
    "erlang_loss",
    "even_spread_rates",
    "explore",
    "jackson",
    "mg1_priority",
    "mmn_priority",
    "mmng",
    "offered_load",
    "passed_work_factor",
    "pollaczek_khinchine",
    "screening_threshold",
    "time_varying_line",
    "traffic",
]
