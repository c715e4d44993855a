"""Weekdays of a change beside those of the base: `fri: 6` on `mon-fri: 5` leaves `mon-thu: 5`."""

from __future__ import annotations

from dataclasses import replace

from sim.scenario.policies.relative import is_relative
from sim.scenario.text.nodes import Entry, MappingNode, Node, Scalar
from sim.scenario.text.units import WEEKDAYS, is_weekdays, weekdays
from sim.scenario.text.words import VALUES


def aligned(base: Node, change: Node, path: str, name: str = "") -> tuple[Node, Node]:
    """Split values by weekday in the base, so that those of a change can take their place by name.

    Parameters
    ----------
    base, change : what is there and what is written under a change of it.
    path : dotted path of both. name : the last name of it.

    Returns
    -------
    The same base in other words, and the same change: an absolute value has its own weekdays, a relative one those of
    the base.
    """
    if not isinstance(base, MappingNode) or not isinstance(change, MappingNode) or name in VALUES or "value" in base:
        return base, change
    for entry in change:
        if is_weekdays(entry.key) and entry.key not in base:
            base, change = _split(base, change, entry, path)
    inner = dict(base.entries)
    changes = dict(change.entries)
    for entry in change:
        there = inner.get(entry.key)
        if there is not None:
            below, new = aligned(there.value, entry.value, f"{path}.{entry.key}", entry.key)
            inner[entry.key] = replace(there, value=below)
            changes[entry.key] = replace(entry, value=new)
    return replace(base, entries=inner), MappingNode(changes, change.place)


def _split(base: MappingNode, change: MappingNode, entry: Entry, path: str) -> tuple[MappingNode, MappingNode]:
    """Split what overlaps with one entry of the change."""
    wanted = weekdays(entry.key)
    entries: dict[str, Entry] = {}
    met: dict[str, Entry] = {}
    for old in base:
        days = weekdays(old.key) if is_weekdays(old.key) else ()
        inside = [day for day in days if day in wanted]
        if not inside:
            entries[old.key] = old
            continue
        outside = [day for day in days if day not in wanted]
        value = _drawn_together(old.value, f"{path}.{old.key}") if outside else old.value
        if outside:
            entries[spelt(outside)] = Entry(spelt(outside), old.place, value)
        key = spelt(inside) if outside else old.key
        met[key] = Entry(key, old.place, value)
    if not met:
        return base, change
    changes = dict(change.entries)
    if is_relative(entry.value):
        del changes[entry.key]
        rest = [day for day in wanted if not any(day in weekdays(key) for key in met)]
        if rest and not _multiplies(entry.value):
            met[spelt(rest)] = Entry(spelt(rest), entry.place, entry.value)  # nothing there: told by what is to come
        for key, old in met.items():
            changes[key] = replace(entry, key=key)
            if old.value is not entry.value:
                entries[key] = old
    elif len(met) == 1 and not isinstance(entry.value, Scalar):
        entries[entry.key] = replace(next(iter(met.values())), key=entry.key)  # merged with what is there
    return replace(base, entries=entries), MappingNode(changes, change.place)


def _multiplies(node: Node) -> bool:
    return (
        node.text.startswith("times") if isinstance(node, Scalar) else isinstance(node, MappingNode) and "times" in node
    )


def _drawn_together(node: Node, path: str) -> Node:
    """Give both halves of a split value one draw, if it has a range."""
    if not isinstance(node, MappingNode) or "between" not in node or "drawn_with" in node:
        return node
    told = Entry("drawn_with", node.place, Scalar(path, node.place))
    return replace(node, entries={**node.entries, "drawn_with": told})


def spelt(days: list[int]) -> str:
    """Write weekdays shortly.

    Examples
    --------
    >>> spelt([0, 1, 2, 4]), spelt([5, 6])
    ('mon-wed,fri', 'sat-sun')
    """
    runs: list[list[int]] = []
    for day in sorted(days):
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ",".join(WEEKDAYS[r[0]] if len(r) == 1 else f"{WEEKDAYS[r[0]]}-{WEEKDAYS[r[-1]]}" for r in runs)
