"""Reading of shares that belong together: over channels (they make 100 %), and by contact type."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sim.scenario.readers.reading import Reading
from sim.scenario.text.nodes import MappingNode, Node, Scalar, SequenceNode
from sim.scenario.text.problems import name_repair
from sim.scenario.text.units import as_share, share

OTHER = "other"
"""The contact types that are not named."""

CLOSE = 1e-4
"""Shares that were rounded to a hundredth of a per cent may miss 100 % by so much; they are made to fit."""

EXACT = 1e-9
LISTED = 5  # names that a message lists


def read_channel_shares(
    reading: Reading, node: Node, path: str, channels: Sequence[str], what: str = "channel"
) -> dict[str, float] | None:
    """Read `phone`, or `{same: 80 %, phone: 20 %}`: shares that sum to 100 %.

    Parameters
    ----------
    reading, node, path : what to read and where problems go.
    channels : the names that may stand here.
    what : how messages call one of them.

    Returns
    -------
    Share by name, summing to 1; None if something is wrong. In a redraw shares that were drawn stay, and the others
    fill up what they leave.
    """
    if isinstance(node, Scalar):
        return _one(reading, node, path, channels, what)
    mapping = reading.mapping(node, path, f"a {what} or shares such as {{{_example(channels)}}}")
    if mapping is None:
        return None
    found: dict[str, float] = {}
    ranged: set[str] = set()
    good = bool(mapping.entries)
    if not good:
        reading.problem(node, path, f"at least one {what} is expected here", f"write {_example(channels)}")
    for entry in mapping:
        if entry.key not in channels:
            reading.unknown(entry, path, channels)
            good = False
            continue
        p = reading.scalar(entry.value, f"{path}.{entry.key}", share)
        if p is None:
            good = False
            continue
        found[entry.key] = p
        if isinstance(entry.value, MappingNode) and "between" in entry.value:
            ranged.add(entry.key)
    if not good:
        return None
    total = sum(found.values())
    if reading.redraw and ranged:
        return made_whole(found, ranged)
    if not abs(total - 1.0) < CLOSE + EXACT:
        repair = "let them sum to 100 %"
        reading.problem(node, path, f"the shares add up to {as_share(float(f'{total:.10g}'))}, not to 100 %", repair)
        return None
    return found if abs(total - 1.0) < EXACT else {name: p / total for name, p in found.items()}


def _one(reading: Reading, node: Scalar, path: str, channels: Sequence[str], what: str) -> dict[str, float] | None:
    if node.text in channels:
        return {node.text: 1.0}
    rule = (
        f"there is no such {what}" if node.text else f"a {what} or shares such as {{{_example(channels)}}} is expected"
    )
    reading.problem(node, path, rule, name_repair(node.text, channels) if node.text else None, node.text)
    return None


def _example(channels: Sequence[str]) -> str:
    """Show how shares are written."""
    if not channels:
        return "phone: 100 %"
    return f"{channels[0]}: 100 %" if len(channels) == 1 else f"{channels[0]}: 80 %, {channels[1]}: 20 %"


def made_whole(shares: Mapping[str, float], drawn: Collection[str]) -> dict[str, float]:
    """Make drawn shares add up to 1: those not drawn share what is left, in proportion; if nothing is, all shrink.

    Examples
    --------
    >>> made_whole({"same": 0.75, "phone": 0.5}, {"phone"})
    {'same': 0.5, 'phone': 0.5}
    """
    total = sum(shares.values())
    if abs(total - 1.0) < EXACT:
        return dict(shares)
    fixed = sum(p for name, p in shares.items() if name in drawn)
    rest = total - fixed
    if not total > 0.0:
        return dict.fromkeys(shares, 1.0 / len(shares))
    if rest > 0.0 and fixed < 1.0:
        return {name: p if name in drawn else p * (1.0 - fixed) / rest for name, p in shares.items()}
    return {name: p / fixed if name in drawn else 0.0 for name, p in shares.items()}


def read_shares_by_type(reading: Reading, node: Node, path: str, types: Sequence[str]) -> dict[str, float] | None:
    """Read `20 %`, or `{complaint: 20 %, other: 10 %}`.

    Parameters
    ----------
    reading, node, path : what to read and where problems go.
    types : the known contact types.

    Returns
    -------
    Share by contact type, ``other`` for those not named (always there unless every type is named); None if something
    is wrong.
    """
    if isinstance(node, SequenceNode):
        reading.problem(node, path, "a share, or shares by contact type such as {other: 10 %}, is expected, not a list")
        return None
    if not isinstance(node, MappingNode) or "value" in node:
        p = reading.scalar(node, path, share)
        return None if p is None else {OTHER: p}
    if not node.entries:
        reading.problem(node, path, "at least one contact type is expected here", "write other: 10 %")
        return None
    known = [*types, *([] if OTHER in types else [OTHER])]
    found: dict[str, float] = {}
    good = True
    for entry in node:
        if entry.key not in known:
            reading.unknown(entry, path, known)
            good = False
            continue
        p = reading.scalar(entry.value, f"{path}.{entry.key}", share)
        if p is None:
            good = False
        else:
            found[entry.key] = p
    missing = [name for name in types if name not in found]
    if good and missing and OTHER not in found:
        listed = ", ".join(missing[:LISTED]) + (", ..." if len(missing) > LISTED else "")
        reading.default(f"{path}.{OTHER}", "0 %", f"not named here: {listed}")
        found[OTHER] = 0.0
    return found if good else None
