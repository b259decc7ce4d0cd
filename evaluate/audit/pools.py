"""Among whom a person is sought: candidates of one gender, the same list for all of them."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable

from ..vlm.roll import Person


def pools_of(people: Iterable[Person], size: int, seed: int) -> tuple[tuple[str, ...], ...]:
    """Split people into pools of candidates.

    Everybody in a pool is sought among the same candidates. So a model that always says the
    same is right for exactly one person of each pool, and chance needs no simulation.

    Args:
        people: at least two. Those of one gender are kept together; a person who would be
            alone joins the largest pool.
        size: least number of candidates; a gender with fewer people is one pool. 0: all.
        seed: another seed, another order.

    Returns:
        Identities, pool by pool; pools of one gender differ by one in size at most.
    """
    groups: dict[str, list[str]] = defaultdict(list)
    for person in people:
        groups[person.gender].append(person.identity)
    alone = [key for keys in groups.values() if len(keys) == 1 for key in keys]
    crowds = [sorted(keys, key=lambda key: _rank(seed, key))
              for _, keys in sorted(groups.items()) if len(keys) > 1]  # fmt: skip
    if len(alone) > 1:
        crowds.append(sorted(alone, key=lambda key: _rank(seed, key)))
    elif alone:
        max(crowds, key=len).append(alone[0])
    pools = []
    for crowd in crowds:
        count = max(1, len(crowd) // size) if size else 1
        pools += [tuple(crowd[start::count]) for start in range(count)]
    return tuple(pools)


def _rank(seed: int, key: str) -> bytes:
    return hashlib.sha256(f"pool\x1f{seed}\x1f{key}".encode()).digest()
