"""Idle agents that a group keeps free: a number of the whole group, shared out over its teams."""

from __future__ import annotations

from sim.lowering.draft import Draft


def reserve_of(draft: Draft, group: str, pool: str, kind: str) -> int:
    """Places that a pool of a group keeps free while it is asked to take a kind.

    A reserve counts agents of the group, the machine counts places of a pool. The agents of a roster who differ in
    skills form several pools: they share the reserve in proportion to their planned hours, and of them only those who
    serve something better than the kind, because nobody else is of use to what the reserve is kept for. (So it is the
    group's number when all are on duty; while one of the pools is off, its part is not kept by the others.)

    Parameters
    ----------
    draft : Draft
        With its pools.
    group, pool : str
        Whose.
    kind : str
        What would be taken.
    """
    serves = draft.scenario.agent_groups[group].serves
    skill = serves[kind]
    if not skill.reserve:
        return 0
    better = {name for name, other in serves.items() if other.rank < skill.rank}
    pools = [(name, kinds) for name, kinds in draft.pools[group] if draft.strengths[name].hours > 0.0]
    useful = [name for name, kinds in pools if kinds is None or kinds & better]
    sharing = useful if better and useful else [name for name, _ in pools]
    if pool not in sharing:
        return 0
    parts = shared_out(skill.reserve, [draft.strengths[name].hours for name in sharing])
    return parts[sharing.index(pool)] * draft.strengths[pool].places


def shared_out(number: int, weights: list[float]) -> list[int]:
    """Share out a whole number in proportion to weights, by the largest remainders.

    Examples
    --------
    >>> shared_out(3, [40.0, 40.0, 20.0]), shared_out(1, [5.0, 15.0])
    ([1, 1, 1], [0, 1])
    """
    exact = [number * w / sum(weights) for w in weights]
    parts = [int(x) for x in exact]
    by_rest = sorted(range(len(parts)), key=lambda i: parts[i] - exact[i])
    for i in by_rest[: number - sum(parts)]:
        parts[i] += 1
    return parts
