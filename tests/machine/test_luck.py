"""Keys and uniforms: a hash that must be as good as a generator (rules 6.0 to 6.2).

Everything here is deterministic: the seeds are fixed, so a p-value is a property of the hash and not of the day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import special

from sim.machine import luck
from sim.machine.luck import (
    C1,
    C2,
    C4,
    MASK,
    Purpose,
    base_key,
    batch_key,
    birth_key,
    cell_key,
    child_key,
    draw,
    mix,
    mix_array,
    name_hash,
    named_key,
    recorded_key,
    server_key,
    uniforms,
    unit,
)

Array = NDArray[np.float64]
Keys = NDArray[np.uint64]

N = 2**20
PHONE = name_hash("step:phone")
BASE = base_key(1, 0)
STREAM = named_key(BASE, "stream:calls")
numbers = st.integers(0, MASK)


def chi_square(counts: NDArray[np.int64]) -> float:
    """p-value of equal counts, by the normal approximation of Wilson and Hilferty (1931)."""
    expected = counts.sum() / counts.size
    freedom = counts.size - 1
    x = float(np.sum((counts - expected) ** 2) / expected)
    score = ((x / freedom) ** (1 / 3) - (1 - 2 / (9 * freedom))) / (2 / (9 * freedom)) ** 0.5
    return float(special.ndtr(-score))


def p_values(u: Array) -> dict[str, float]:
    """What a sequence of uniforms would fail at if it had a pattern: bins, low bits, shape, neighbours."""
    n = u.size
    high = (u * 1024.0).astype(np.int64)
    low = (u * 2.0**52).astype(np.int64) & 1023
    ordered = np.sort(u)
    rank = np.arange(n)
    distance = max(np.max((rank + 1) / n - ordered), np.max(ordered - rank / n))
    out = {
        "high bits": chi_square(np.bincount(high, minlength=1024)),
        "low bits": chi_square(np.bincount(low, minlength=1024)),
        "kolmogorov": float(special.kolmogorov(distance * n**0.5)),
    }
    fine = high >> 4
    for lag in (1, 2):
        out[f"pairs, lag {lag}"] = chi_square(np.bincount(fine[:-lag] * 64 + fine[lag:], minlength=4096))
        r = float(np.mean((u[:-lag] - 0.5) * (u[lag:] - 0.5)) * 12.0)
        out[f"serial correlation, lag {lag}"] = float(2.0 * special.ndtr(-abs(r) * (n - lag) ** 0.5))
    return out


def neighbours() -> Iterator[tuple[str, Callable[[], Array]]]:
    """Sequences of uniforms whose inputs differ by one in one place, a million each."""
    count = np.arange(N, dtype=np.uint64)

    def per_key(key: Callable[[int], int], n: int = N // 16) -> Callable[[], Array]:
        """One key after the other, 16 purposes each, the key running fastest."""

        def make() -> Array:
            keys = np.array([key(i) for i in range(n)], dtype=np.uint64)
            return np.concatenate([luck.uniforms(keys, PHONE, 0, p) for p in range(16)])

        return make

    def over(values: int, one: Callable[[Keys, int], Array]) -> Callable[[], Array]:
        """The same keys again and again; what varies runs fastest."""
        keys = luck.mix_array(count[: N // values] + np.uint64(STREAM))
        return lambda: np.column_stack([one(keys, i) for i in range(values)]).ravel()

    cells = luck.mix_array(count[: N // 256] * np.uint64(C2))
    yield "keys", lambda: luck.uniforms(count, PHONE)
    yield "keys far apart by powers of 2", lambda: luck.uniforms(count << np.uint64(40), PHONE)
    yield "births of an hour", lambda: luck.uniforms(luck.mix_array(count * np.uint64(C4) + cells[0]), PHONE)
    yield (
        "births over hours",
        lambda: luck.uniforms(luck.mix_array((count[:256, None] * np.uint64(C4) + cells).ravel()), PHONE),
    )
    yield "gaps", lambda: unit_array(luck.mix_array(count * np.uint64(C4) + cells[1]))
    yield "rounds", over(256, lambda keys, i: luck.uniforms(keys, PHONE, i, Purpose.SIZE))
    yield "purposes", over(16, lambda keys, i: luck.uniforms(keys, PHONE, 0, i))
    yield "redraws", over(64, lambda keys, i: luck.uniforms(keys, PHONE, 0, Purpose.REDRAW + (i << 16)))
    yield "steps", over(64, lambda keys, i: luck.uniforms(keys, name_hash(f"step:{i}")))
    yield "seeds", per_key(lambda i: base_key(i, 0))
    yield "replications", per_key(lambda i: base_key(1, i))
    yield "hours", per_key(lambda i: cell_key(STREAM, i - 500, 0))
    yield "bands", per_key(lambda i: cell_key(STREAM, i >> 3, i & 7))
    yield "rows of a log", per_key(lambda i: recorded_key(STREAM, i))
    yield "members of batches", per_key(lambda i: batch_key(birth_key(STREAM, i >> 2), i & 3))
    yield "children", per_key(lambda i: child_key(birth_key(STREAM, i >> 4), PHONE, i >> 2 & 3, i & 3))


def unit_array(x: Keys) -> Array:
    """`unit` of every element."""
    return ((x >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52


NEIGHBOURS = [name for name, _ in neighbours()]


def battery(name: str) -> dict[str, float]:
    """p-values of one sequence."""
    return p_values(dict(neighbours())[name]())


@pytest.mark.parametrize("name", NEIGHBOURS)
def test_neighbours_are_unrelated_and_uniform(name: str) -> None:
    """16 million draws: whatever counts up (keys, hours, rounds, seeds, ...), the uniforms show nothing of it."""
    for what, p in battery(name).items():
        assert p > 1e-4, f"{what}: p = {p:.3g}"


def worst_avalanche() -> float:
    """Largest score over all pairs of a bit of the key or the name and a bit of the draw."""
    n = 4096
    keys = mix_array(np.arange(n, dtype=np.uint64) + np.uint64(99))
    before = (luck.uniforms(keys, PHONE) * 2.0**52).astype(np.uint64)
    shifts = np.arange(52, dtype=np.uint64)
    worst = 0.0
    for bit in range(64):
        for after in (luck.uniforms(keys ^ np.uint64(1 << bit), PHONE), luck.uniforms(keys, PHONE ^ (1 << bit))):
            changed = before ^ (after * 2.0**52).astype(np.uint64)
            counts = ((changed[:, None] >> shifts) & np.uint64(1)).sum(axis=0).astype(np.float64)
            worst = max(worst, float(np.max(np.abs(counts - n / 2))) / (n / 4) ** 0.5)
    return worst


def test_every_bit_of_a_key_changes_every_bit_of_a_draw_half_the_time() -> None:
    """Strict avalanche criterion (Webster and Tavares 1985), for the bits of key and name."""
    assert worst_avalanche() < 5.5  # 6,656 normal scores


WEAK: dict[str, Callable[[Keys], Keys]] = {
    "nothing": lambda z: z,
    "one multiplication": lambda z: z * np.uint64(C1),
    "one round": lambda z: (z ^ (z >> np.uint64(30))) * np.uint64(C1),
}


@pytest.mark.parametrize("weak", WEAK)
def test_a_weak_hash_is_caught(weak: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests above can fail: every shortcut in the mixing is found out by one of them at least."""
    monkeypatch.setattr(luck, "mix_array", WEAK[weak])
    sequences = ("keys", "births of an hour", "rounds", "purposes")
    failed = [name for name in sequences if min(battery(name).values()) < 1e-9]
    assert failed or worst_avalanche() > 10.0


def test_adding_what_should_be_mixed_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """With key, name and purpose only added up, one job's next purpose would be another job's present one."""

    def added(keys: Keys, name: int, round_: int = 0, purpose: int = 0) -> Array:
        return unit_array(mix_array(keys + np.uint64((name + round_ * 256 + purpose) & MASK)))

    assert shared_draws(luck.uniforms) == 0
    assert shared_draws(added) > 1000


def shared_draws(method: Callable[..., Array]) -> int:
    """How many draws of one purpose occur among those of the next, over neighbouring keys."""
    keys = np.arange(4096, dtype=np.uint64)
    return int(np.isin(method(keys, PHONE, 0, 0), method(keys, PHONE, 0, 1)).sum())


def test_pieces_with_similar_names_share_nothing() -> None:
    """150 names that differ in a letter or a digit: no two have correlated draws for the same jobs."""
    kinds = ("stream", "step", "clause", "watch", "attribute")
    names = [f"{kind}:{name}" for kind in kinds for name in [*(f"chat{i}" for i in range(20)), *"abcdefgh", "A", "a "]]
    n = 20_000
    keys = mix_array(np.arange(n, dtype=np.uint64))
    scores = np.array([uniforms(keys, name_hash(name)) - 0.5 for name in names]) * 12.0**0.5
    together = scores @ scores.T / n
    np.fill_diagonal(together, 0.0)
    assert np.max(np.abs(together)) * n**0.5 < 5.5  # 11,175 pairs
    assert len({name_hash(name) for name in names}) == len(names)


def test_streams_with_similar_names_share_no_job() -> None:
    """Nor do seeds, replications, pools and servers: all keys of a large plan differ."""
    bases = [base_key(seed, r) for seed in range(40) for r in range(40)]
    keys = [*bases]
    for base in bases[:50]:
        for i in range(40):
            stream = named_key(base, f"stream:s{i}")
            pool = named_key(base, f"pool:s{i}")
            keys += [stream, pool, *(server_key(pool, f"early/{j}") for j in range(5))]
            keys += [cell_key(stream, cell, band) for cell in range(-3, 3) for band in range(3)]
    assert len(set(keys)) == len(keys) > 50_000


def birth_keys() -> Keys:
    """Ten million jobs: 1,000 hours of 2 streams in 5 bands, 1,000 jobs each."""
    n = np.arange(1, 1001, dtype=np.uint64) * np.uint64(C4)
    out = np.empty((2, 1000, 5, 1000), dtype=np.uint64)
    for s in range(2):
        stream = named_key(BASE, f"stream:{s}")
        for cell in range(1000):
            for band in range(5):
                out[s, cell, band] = mix_array(n + np.uint64(cell_key(stream, cell, band)))
    return out.ravel()


def doubles(values: Keys) -> int:
    """How many values occurred before; sorts in place."""
    values.sort()
    return int(np.count_nonzero(values[1:] == values[:-1]))


def test_ten_million_jobs_have_ten_million_keys_and_their_parts_collide_as_chance_has_it() -> None:
    """No two 64-bit keys agree (3 in a million by chance); 40 and 32 bits of them agree as often as they should."""
    keys = birth_keys()
    n = keys.size
    assert keys[1] == birth_key(cell_key(named_key(BASE, "stream:0"), 0, 0), 2)
    for bits, shift in ((64, 0), (40, 0), (32, 0)):
        part = (keys >> np.uint64(shift)) & np.uint64(MASK >> (64 - bits))
        space = 2.0**bits
        expected = n + space * np.expm1(n * np.log1p(-1.0 / space)) if bits < 64 else 0.0
        if bits == 40:
            expected = n * (n - 1) / 2.0 / space  # the difference above has lost its digits
        assert abs(doubles(part) - expected) <= 5.0 * expected**0.5


def test_members_and_children_never_share_a_key_with_a_birth() -> None:
    """Batches and spawned jobs have luck of their own; only the first of a batch keeps that of its birth."""
    births = [birth_key(cell_key(STREAM, 0, 0), n) for n in range(1, 2001)]
    assert [batch_key(b, 0) for b in births] == births
    keys = [batch_key(b, m) for b in births for m in range(12)]
    names = [name_hash(f"clause:{i}") for i in range(3)]
    keys += [child_key(b, h, r, i) for b in births for h in names for r in (0, 1, 255) for i in (0, 1, 254)]
    assert len(set(keys)) == len(keys) == 2000 * (12 + 27)


def test_children_beyond_a_round_s_255_are_still_their_own() -> None:
    """A watch that ran out 300 times in round 0 does not run into round 1: its ordinals count over all rounds."""
    ordinals = [(0, i) for i in range(300)] + [(1, i) for i in range(300, 600)]
    assert len({child_key(BASE, PHONE, r, i) for r, i in ordinals}) == 600


def unmix(z: int) -> int:
    """The number whose `mix` is `z`."""
    z ^= z >> 31 ^ z >> 62
    z = z * pow(luck.C2, -1, 2**64) & MASK
    z ^= z >> 27 ^ z >> 54
    z = z * pow(C1, -1, 2**64) & MASK
    return z ^ z >> 30 ^ z >> 60


@given(numbers)
def test_mixing_loses_nothing(z: int) -> None:
    """`mix` is one to one, so no two counters can meet in it."""
    assert unmix(mix(z)) == z


ONES = [1 << i for i in range(64)]
PATTERNS = [0, MASK, *ONES, *(one - 1 for one in ONES), *(MASK ^ one for one in ONES)]


def test_a_uniform_never_reaches_0_or_1_whatever_the_bits() -> None:
    """Keys are built backwards from the extreme outcomes, through both implementations (rule 6.1)."""
    step = (3 * 256 + 7) * luck.G & MASK
    keys = [(unmix((unmix(x) - step) & MASK) - PHONE) & MASK for x in PATTERNS]
    u = [draw(k, PHONE, 3, 7) for k in keys]
    assert u == [unit(x) for x in PATTERNS] == uniforms(np.array(keys, np.uint64), PHONE, 3, 7).tolist()
    assert min(u) == 2.0**-53 == unit(0) and max(u) == 1.0 - 2.0**-53 == unit(MASK)
    assert unit(1 << 63) == 0.5 + 2.0**-53


@given(st.lists(numbers, min_size=1, max_size=20), numbers, st.integers(0, 255), st.integers(0, 2**40))
def test_array_and_scalar_agree_bit_for_bit(keys: list[int], name: int, round_: int, purpose: int) -> None:
    """The engines may use either."""
    array = np.array(keys, dtype=np.uint64)
    assert uniforms(array, name, round_, purpose).tolist() == [draw(k, name, round_, purpose) for k in keys]
    assert mix_array(array).tolist() == [mix(k) for k in keys]


@given(numbers, numbers, st.integers(0, 255), st.integers(0, 255))
def test_every_number_of_a_key_stays_in_64_bits(a: int, b: int, i: int, j: int) -> None:
    """Python's integers do not wrap by themselves."""
    for key in (
        base_key(a, b),
        cell_key(a, i - 128, j),
        birth_key(a, b),
        recorded_key(a, b),
        batch_key(a, i),
        child_key(a, b, i, j),
        named_key(a, "stream:x"),
        server_key(a, "x"),
    ):
        assert 0 <= key <= MASK


@pytest.mark.parametrize("seed", [0, 1, 2**32, 2**63, 2**64 - 1])
def test_unusual_seeds_are_ordinary(seed: int) -> None:
    """Seed 0 and the largest ones give keys as scattered as any, and uniform draws."""
    keys = [base_key(seed, r) for r in range(256)]
    assert len(set(keys)) == 256
    ones = sum(k.bit_count() for k in keys)
    assert abs(ones - 256 * 32) < 5 * (256 * 16) ** 0.5
    cell = cell_key(named_key(keys[0], "stream:a"), 0, 0)
    array = np.array([birth_key(cell, n) for n in range(1, 20_001)], np.uint64)
    assert min(p_values(uniforms(array, PHONE)).values()) > 1e-4


def test_luck_is_pinned_to_its_numbers() -> None:
    """Luck is part of every result: a change of any constant, name or purpose must be seen here first.

    The numbers were computed from the text of section 6 by a separate program.
    """
    base = base_key(7, 3)
    stream, pool = named_key(base, "stream:calls"), named_key(base, "pool:desk")
    birth = birth_key(cell_key(stream, -2, 1), 5)
    assert (base, stream, pool) == (0xD437854811AD6A93, 0x13BABDEB3D8C53ED, 0xEC43878FE2F9F455)
    assert server_key(pool, "Ann") == 0x693514D0455F757F
    assert birth == 0xF388965B3EAA800D
    assert recorded_key(stream, 9) == 0x0E90B5F17BE45EB8
    assert batch_key(birth, 2) == 0x88633A5B799553EB
    assert child_key(birth, name_hash("clause:chase"), 1, 2) == 0x0AF970D0596CD357
    assert draw(birth, PHONE, 2, Purpose.DELAY) == 0.8137415780377134
    assert name_hash("z") == 0x3041FD28A7B04184
    purposes = {k: v for k, v in vars(Purpose).items() if not k.startswith("_")}
    assert list(purposes.values()) == list(range(13))
