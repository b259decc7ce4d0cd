"""From pairs of photos to records: AUC, accept rate, controls, differences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from unmask.defenses import DEFENSES

from ...results.records import Record
from ...statistics import (
    Estimate,
    Pairs,
    UnresolvedError,
    auc_difference,
    clustered_interval,
    pair_auc,
    threshold_at_far,
)
from ..views import MASK
from .base import Pair

FAR = 1e-2
TURNED = "below chance: who turns the answers round tells people apart by them"


def verified(own: Record, pairs: Sequence[Pair], masked: Sequence[Pair]) -> Iterator[Record]:
    """Yield what pairs say under a face level.

    Args:
        own: record with everything but figures.
        pairs: three of each photo: a true one, and two false ones.
        masked: the same under the mask, of the photos that have a face.
    """
    if not pairs:
        return
    whole = _table(pairs)
    yield _figure(own, "auc", pair_auc(whole), whole)
    yield from _accepted(own, whole)
    # shuffled: the photo of somebody else is taken for the person's own
    dealt = _table([pair for pair in pairs if pair.place], true=1)
    yield _figure(replace(own, group="control=shuffled_names"), "auc", pair_auc(dealt), dealt)
    both = _keys(pairs) & _keys(masked)
    if both:
        mine, theirs = (_table([p for p in some if (p.first, p.second) in both])
                        for some in (pairs, masked))  # fmt: skip
        gap = _figure(own, "auc", auc_difference(mine, theirs), mine)
        yield replace(gap, kind="difference", chance=None, reason="", group="above=face_masked")


def masked_auc(own: Record, masked: Sequence[Pair]) -> Iterator[Record]:
    """Yield the AUC of pairs under the mask, the control of all levels."""
    if masked:
        defense, pairs = DEFENSES.build(MASK), _table(masked)
        here = replace(own, defense=defense.spec, params=defense.parameters,
                       group="control=face_masked")  # fmt: skip
        yield _figure(here, "auc", pair_auc(pairs), pairs)


def _keys(pairs: Sequence[Pair]) -> set[tuple[str, str]]:
    return {(pair.first, pair.second) for pair in pairs}


def _figure(own: Record, statistic: str, found: Estimate, pairs: Pairs) -> Record:
    turned = statistic == "auc" and found.high < 0.5 and not own.group
    reason = "; ".join(filter(None, (own.reason, TURNED * turned)))
    return replace(
        own, statistic=statistic, value=found.value, low=found.low, high=found.high, n=found.n,
        people=len(np.unique(pairs.people)), chance=0.5, reason=reason,
    )  # fmt: skip


def _accepted(own: Record, pairs: Pairs) -> Iterator[Record]:
    """Yield the accept rate at `FAR`, where there are pairs enough and scores tell so finely."""
    genuine, impostor = pairs.scores[pairs.same], pairs.scores[~pairs.same]
    if len(np.unique(impostor)) < 1 / FAR:
        return
    try:
        threshold = threshold_at_far(impostor, FAR)
    except UnresolvedError:
        return
    found = clustered_interval(genuine > threshold, pairs.people[pairs.same][:, 0])
    said = "; ".join(filter(None, (own.reason, f"threshold from {len(impostor)} false pairs")))
    told = _figure(own, f"tar@far={FAR:.0e}".replace("e-0", "e-"), found, pairs)
    yield replace(told, chance=FAR, reason=said)


def _table(pairs: Sequence[Pair], true: int = 0) -> Pairs:
    """Return pairs as numbers; those at the place `true` count as pairs of one person."""
    names = sorted({name for pair in pairs for name in (pair.person, pair.other)})
    number = {name: place for place, name in enumerate(names)}
    ordered = sorted(pairs, key=lambda pair: (pair.first, pair.second))
    return Pairs(
        np.array([pair.score for pair in ordered]),
        np.array([pair.place == true for pair in ordered]),
        np.array([[number[pair.person], number[pair.other]] for pair in ordered]),
    )
