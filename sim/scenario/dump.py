"""Writing a resolved scenario as YAML, everything explicit, so that loading it gives the same scenario."""

from __future__ import annotations

import os
from typing import Any

import yaml

from sim.scenario.model import Observed, OrderDriven, RepeatContacts, Scenario
from sim.scenario.readers.busyness_reader import ALL
from sim.scenario.text.units import plain
from sim.scenario.writers.channel_writer import channel_words
from sim.scenario.writers.contact_writer import contact_words
from sim.scenario.writers.demand_writer import customer_words, event_words, incident_words, order_words
from sim.scenario.writers.first_answer_writer import first_answer_words
from sim.scenario.writers.people_writer import group_words, routing_words
from sim.scenario.writers.period_writer import period_words
from sim.scenario.writers.rate_writer import busyness_words
from sim.scenario.writers.repeat_writer import repeat_words

Tree = dict[str, Any]
LINE = 150  # longest mapping, as Python writes it, that is put on one line


def dump(scenario: Scenario, folder: str | os.PathLike[str] | None = None) -> str:
    """Write a scenario as complete YAML text.

    Parameters
    ----------
    scenario : the resolved scenario.
    folder : where the text will be kept: files it names (recorded logs) are written relative to it. None names
        them by absolute path.

    Returns
    -------
    YAML text; loading it gives an equal scenario. Small tables are written out, recorded logs stay files.
    """
    kinds = scenario.kinds
    tree: Tree = {
        "aftersim": "1",
        "title": scenario.title,
        **({"question": scenario.question} if scenario.question else {}),
        "period": period_words(scenario.period),
        **_demand(scenario, folder),
        "channels": {name: channel_words(c) for name, c in scenario.channels.items()},
    }
    for word, bot in (("self_service", scenario.self_service), ("bot", scenario.bot)):
        if bot is not None:
            tree[word] = first_answer_words(bot)
    tree["agent_groups"] = {name: group_words(g, kinds, folder) for name, g in scenario.agent_groups.items()}
    routing = routing_words(scenario.routing, kinds)
    if routing:
        tree["routing"] = routing
    if scenario.repeat_contacts != RepeatContacts():
        tree["repeat_contacts"] = repeat_words(scenario.repeat_contacts)
    if scenario.events:
        tree["events"] = {name: event_words(event) for name, event in scenario.events.items()}
    if scenario.incidents:
        tree["incidents"] = {name: incident_words(incident) for name, incident in scenario.incidents.items()}
    if scenario.observed:
        tree["observed"] = [_observed(row) for row in scenario.observed]
    if scenario.provenance:
        tree["provenance"] = {
            path: {
                **({"between": list(p.between)} if p.between else {}),
                **({"source": p.source} if p.source else {}),
                "assumed": "true" if p.assumed else "false",
                **({"drawn_with": p.drawn_with} if p.drawn_with else {}),
            }
            for path, p in scenario.provenance.items()
        }
    return yaml.dump(tree, Dumper=_Dumper, sort_keys=False, width=1_000_000, allow_unicode=True)


class _Dumper(yaml.SafeDumper):
    """Writes every value as the text it is: nothing looks like another type, so nothing needs quotes for that."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - as PyYAML declares it

    def ignore_aliases(self, data: Any) -> bool:
        """Never write aliases."""
        return True

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> yaml.MappingNode:
        """Write short mappings of single values on one line."""
        short = all(isinstance(value, str) for value in mapping.values()) and len(str(mapping)) < LINE
        return super().represent_mapping(tag, mapping, flow_style=short)

    def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> yaml.SequenceNode:
        """Write lists of single values on one line."""
        return super().represent_sequence(tag, sequence, flow_style=not any(isinstance(x, dict) for x in sequence))


def _demand(scenario: Scenario, folder: str | os.PathLike[str] | None) -> Tree:
    """Write where contacts come from, with the busyness that they share."""
    tree: Tree = {}
    factors = [c.busyness for c in scenario.contact_types.values()]
    factors += [] if scenario.orders is None else [scenario.orders.busyness]
    shared = next((b for b in factors if b.factor == ALL), None)
    if shared is not None:
        tree["busyness"] = busyness_words(shared)
    if scenario.orders is not None:
        tree["orders"] = order_words(scenario.orders)
    for word in ("reasons", "contact_types"):
        found = {
            name: contact_words(c, folder)
            for name, c in scenario.contact_types.items()
            if isinstance(c.arrivals, OrderDriven) == (word == "reasons")
        }
        if found:
            tree[word] = found
    if scenario.customers:
        tree["customers"] = {name: customer_words(c) for name, c in scenario.customers.items()}
    return tree


def _observed(row: Observed) -> Tree:
    tree: Tree = {"measure": row.measure}
    if row.channel is not None:
        tree["channel"] = row.channel
    if row.hour is not None:
        tree["hour"] = str(row.hour)
    tree["value"] = plain(row.value)
    if row.n is not None:
        tree["n"] = plain(row.n)
    return tree
