"""One server with any service law, and priorities: closed cases and chains."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import pytest

from sim.theory import erlang_c, explore, mg1_priority, mmn_priority, pollaczek_khinchine


def chain_waits(rates: list[float], services: list[float], servers: int, room: tuple[int, int]) -> list[float]:
    """Mean waits of two classes with priority and exponential service, by a chain with the classes in service."""

    def moves(state: tuple[int, int, int, int]) -> Iterator[tuple[tuple[int, int, int, int], float]]:
        b1, b2, w1, w2 = state
        if b1 + b2 < servers:
            yield (b1 + 1, b2, 0, 0), rates[0]
            yield (b1, b2 + 1, 0, 0), rates[1]
        else:
            if w1 < room[0]:
                yield (b1, b2, w1 + 1, w2), rates[0]
            if w2 < room[1]:
                yield (b1, b2, w1, w2 + 1), rates[1]
        for kind in (0, 1):
            rate = (b1, b2)[kind] / services[kind]
            left = (b1 - 1, b2) if kind == 0 else (b1, b2 - 1)
            if w1:
                yield (left[0] + 1, left[1], w1 - 1, w2), rate
            elif w2:
                yield (left[0], left[1] + 1, w1, w2 - 1), rate
            elif rate:
                yield (*left, 0, 0), rate

    chain = explore((0, 0, 0, 0), moves)
    steady = chain.stationary()
    return [chain.mean(steady, lambda s, k=k: s[2 + k]) / rates[k] for k in (0, 1)]


def test_pollaczek_khinchine_has_its_known_cases() -> None:
    """Exponential service gives M/M/1, fixed service half of it, no arrivals 0, overload infinity."""
    for rho in (0.0, 0.3, 0.9, 0.999):
        markov = erlang_c(rho / 2.0, 2.0, 1).mean_wait
        assert pollaczek_khinchine(rho / 2.0, 2.0, 1.0) == pytest.approx(markov, rel=1e-12)
        assert pollaczek_khinchine(rho / 2.0, 2.0, 0.0) == pytest.approx(markov / 2, rel=1e-12)
    assert pollaczek_khinchine(1.0, 1.0, 0.0) == math.inf


def test_pollaczek_khinchine_equals_a_chain_with_two_service_phases() -> None:
    """Hyperexponential service: 0.3 or 2 by chance, the kind in service in the state."""
    share, means = [0.75, 0.25], [0.3, 2.0]
    mean = sum(p * m for p, m in zip(share, means, strict=True))
    second = sum(2 * p * m * m for p, m in zip(share, means, strict=True))
    rate = 0.7 / mean

    def moves(state: tuple[int, int]) -> Iterator[tuple[tuple[int, int], float]]:
        kind, line = state
        if kind < 0:
            yield from (((k, 0), rate * share[k]) for k in (0, 1))
            return
        if line < 400:
            yield (kind, line + 1), rate
        if line:
            yield from (((k, line - 1), share[k] / means[kind]) for k in (0, 1))
        else:
            yield (-1, 0), 1 / means[kind]

    chain = explore((-1, 0), moves)
    line = chain.mean(chain.stationary(), lambda s: s[1])
    assert pollaczek_khinchine(rate, mean, second / mean**2 - 1) == pytest.approx(line / rate, rel=1e-9)


def test_priority_with_different_services_equals_a_chain() -> None:
    """M/G/1, two exponential classes of unequal mean, both orders."""
    for rates, services in [([0.3, 0.2], [1.0, 2.0]), ([0.2, 0.3], [2.0, 1.0])]:
        formula = mg1_priority(rates, services, [1, 1])
        brute = chain_waits(rates, services, 1, (28, 70))
        assert list(formula.mean_waits) == pytest.approx(brute, rel=1e-5)


def test_priority_with_several_servers_equals_a_chain() -> None:
    """M/M/3, one service law for both classes."""
    formula = mmn_priority([0.9, 1.2], 1.0, 3)
    assert list(formula.mean_waits) == pytest.approx(chain_waits([0.9, 1.2], [1.0, 1.0], 3, (18, 55)), rel=1e-6)


def test_priority_moves_waits_but_not_their_sum() -> None:
    """With one service law the mean over all jobs is the wait without priorities (conservation)."""
    for servers, rates in itertools.product((1, 4, 50), ([0.2, 0.1, 0.5], [0.0, 0.6, 0.1], [0.3])):
        scaled = [servers * r for r in rates]
        waits = mmn_priority(scaled, 1.0, servers)
        assert waits.mean_wait == pytest.approx(erlang_c(sum(scaled), 1.0, servers).mean_wait, rel=1e-11)
        assert list(waits.mean_waits) == sorted(waits.mean_waits)
    single = mg1_priority([0.5, 0.3], [1, 1], [0.4, 0.4])
    assert single.mean_wait == pytest.approx(pollaczek_khinchine(0.8, 1.0, 0.4), rel=1e-12)
    assert mmn_priority([0.2, 0.3], 1.0, 1).mean_waits == pytest.approx(
        mg1_priority([0.2, 0.3], [1, 1], [1, 1]).mean_waits, rel=1e-12
    )


def test_one_class_is_the_line_without_priorities() -> None:
    """Cobham's formula with one class is Pollaczek-Khinchine."""
    assert mg1_priority([0.6], [1.2], [2.5]).mean_waits[0] == pytest.approx(pollaczek_khinchine(0.6, 1.2, 2.5))


def test_the_first_classes_survive_an_overload() -> None:
    """The class that does not fit waits for ever; those before it see servers that are always busy."""
    over = mmn_priority([1.0, 3.0], 1.0, 2)
    assert over.mean_waits[0] == pytest.approx(0.5 / (1 - 0.5))
    assert over.mean_waits[1] == math.inf
    assert chain_waits([1.0, 3.0], [1.0, 1.0], 2, (28, 30))[0] == pytest.approx(over.mean_waits[0], rel=1e-6)
    unequal = mg1_priority([0.4, 1.0, 5.0], [1.0, 2.0, 7.0], [1, 1, 1])
    assert unequal.mean_waits[1:] == (math.inf, math.inf)
    assert unequal.mean_waits[0] == pytest.approx(chain_waits([0.4, 1.0], [1.0, 2.0], 1, (40, 40))[0], rel=1e-6)


def test_wrong_priorities_are_refused() -> None:
    """Lists of different length and negative rates are named."""
    with pytest.raises(ValueError, match="mean_services: got 1 values; 2 are needed"):
        mg1_priority([1, 2], [1], [1, 1])
    with pytest.raises(ValueError, match=r"arrival_rates\[1\]: got -1.0"):
        mmn_priority([1, -1], 1, 1)
    with pytest.raises(ValueError, match="servers: got 0"):
        mmn_priority([1], 1, 0)
