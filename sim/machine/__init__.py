"""The machine: a small queueing network, its luck, its engines and its records.

Jobs flow through steps (work, delays), along routes, served by pools; watches are clocks beside them.
`SEMANTICS.md` in this folder is the full text. Nothing here knows what a job stands for.
"""

from __future__ import annotations

from sim.machine.builder import NetworkBuilder
from sim.machine.calendar import Calendar
from sim.machine.checks import NetworkProblems
from sim.machine.fault import EngineFault
from sim.machine.gauges import Gauge, Switch
from sim.machine.laws import (
    Attribute,
    ByAttribute,
    Constant,
    Exponential,
    Hazard,
    Law,
    Lognormal,
    Mixture,
    Quantiles,
    Table,
    Uniform,
    Weibull,
)
from sim.machine.network import Network
from sim.machine.pools import Break, CountedPool, Duty, NamedPool, Server
from sim.machine.predictor import Condition, Predictor, Source, Term
from sim.machine.records import Records
from sim.machine.simulate import simulate
from sim.machine.steps import NEVER, Anchor, Clause, Delay, Edge, Exit, Spawn, Watch, Work
from sim.machine.streams import Busyness, RecordedStream, Stream
from sim.machine.timeline import Timeline

__all__ = [
    "NEVER",
    "Anchor",
    "Attribute",
    "Break",
    "Busyness",
    "ByAttribute",
    "Calendar",
    "Clause",
    "Condition",
    "Constant",
    "CountedPool",
    "Delay",
    "Duty",
    "Edge",
    "EngineFault",
    "Exit",
    "Exponential",
    "Gauge",
    "Hazard",
    "Law",
    "Lognormal",
    "Mixture",
    "NamedPool",
    "Network",
    "NetworkBuilder",
    "NetworkProblems",
    "Predictor",
    "Quantiles",
    "RecordedStream",
    "Records",
    "Server",
    "Source",
    "Spawn",
    "Stream",
    "Switch",
    "Table",
    "Term",
    "Timeline",
    "Uniform",
    "Watch",
    "Weibull",
    "Work",
    "simulate",
]
