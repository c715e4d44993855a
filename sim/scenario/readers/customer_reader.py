"""Reading of classes of customers."""

from __future__ import annotations

from sim.scenario.model import CustomerClass
from sim.scenario.readers.handling_reader import read_priority
from sim.scenario.readers.order_reader import read_factor
from sim.scenario.readers.reading import Fields, Reading
from sim.scenario.readers.share_reader import EXACT
from sim.scenario.text.nodes import Node
from sim.scenario.text.problems import Unreadable
from sim.scenario.text.units import as_share, share
from sim.scenario.text.words import CUSTOMER


def read_customers(reading: Reading, node: Node, path: str) -> dict[str, CustomerClass] | None:
    """Read classes of customers by name, such as `{vip: {share: 5 %, priority: high, patience: times 0.5}}`.

    All other customers are ordinary ones.
    """
    found: dict[str, CustomerClass] = {}
    for entry in reading.named(node, path, "a mapping of classes of customers by name"):
        own = f"{path}.{entry.key}"
        mapping = reading.mapping(entry.value, own, "a class such as {share: 5 %, priority: high}")
        if mapping is None:
            continue
        fields = Fields(reading, mapping, own, CUSTOMER)
        part = fields.need("share", lambda r, n, p: r.scalar(n, p, share), "a class needs its share", "add share: 5 %")
        priority = fields.take(
            "priority", lambda r, n, p: r.scalar(n, p, read_priority), 0.0, "normal", "they are served like others"
        )
        patience = fields.take(
            "patience", lambda r, n, p: r.scalar(n, p, _patience), 1.0, "times 1", "they wait like others"
        )
        if part is not None:
            found[entry.key] = CustomerClass(share=part, priority=priority, patience=patience)
    total = sum(one.share for one in found.values())
    if reading.redraw and total > 1.0:  # drawn shares may pass 100 % together: all shrink
        return {name: one.model_copy(update={"share": one.share / total}) for name, one in found.items()}
    if not total <= 1.0 + EXACT:
        shown = as_share(float(f"{total:.10g}"))
        rule = f"the shares of the classes add up to {shown}, more than 100 %"
        reading.problem(node, path, rule, "leave some for ordinary customers")
        return None
    return found


def _patience(text: str) -> float:
    value = read_factor(text)
    if not value > 0.0:
        raise Unreadable("a factor above zero is expected", "write balking at the channel for those who do not wait")
    return value
