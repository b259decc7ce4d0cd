"""A list of pairs (LFW's view 2): is it told of two photos that they show one person?

The figure that papers on face recognition print, for undefended photos and for defended ones. It
is no part of leakage: nobody trains on the defended photos here, and nobody is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Photo

from ..attackers.grids import aligned_grid
from ..data.paired import Paired
from ..data.scene import Scene
from ..recognizers.base import Recognizer
from ..results.questions import PAIR_LIST
from ..results.records import AND, Record, broke
from ..statistics import Figure, fold_accuracy
from .blind import hidden, names_of, secret
from .defending import Blindfolded
from .measured import Attack, Measured

BLOCK = 256  # photos that are defended and held at once
CLEAN, UNAWARE, ONE, BOTH = "clean", "one side, unaware", "one side", "both sides"
SAID = {
    CLEAN: "both photos undefended",
    UNAWARE: "the first photo defended, thresholds from undefended pairs",
    ONE: "the first photo defended, thresholds from pairs defended so",
    BOTH: "both photos defended, thresholds from pairs defended so",
}


class _Seen(NamedTuple):
    """How alike the photos of each pair are: undefended, the first defended, both defended."""

    clean: NDArray[np.float64]
    one: NDArray[np.float64]
    both: NDArray[np.float64]


def pair_attacks(
    pairs: Paired | None, blindfolded: Blindfolded, models: Sequence[Recognizer]
) -> tuple[Attack, ...]:
    """Return what is told about a list of pairs, undefended and defended.

    Thresholds are chosen on all folds but one and used on that one. Who knows the defense takes
    them from pairs that are defended in the same way, and finds out whether low or high scores
    mean one person; who does not takes them from undefended pairs. Photos stay in whatever
    became of them, with the face that was found on the clean one. Beside the face models small
    grey pictures of faces are compared.

    Args:
        pairs: None: nobody asked.
        blindfolded: the defense, which is told nothing.
        models: face models.

    Returns:
        A result for each face model and each of `SAID`; one alone, without a figure, of a model
        that raised.
    """
    if pairs is None:
        return ()
    photos = hidden(pairs.photos, blindfolded.seed)
    # a folder of pictures looks them up by their own names
    taught = replace(blindfolded, names=names_of(pairs.photos, blindfolded.seed))
    looks = [(model.label, model) for model in models]
    clean: dict[str, list[NDArray[np.float32]]] = {label: [] for label, _ in looks}
    seen: dict[str, list[NDArray[np.float32]]] = {label: [] for label, _ in looks}
    grey: list[list[NDArray[np.float32]]] = [[], []]
    lost: dict[str, str] = {}
    kept, fresh = 0, taught.fresh()
    for start in range(0, len(photos), BLOCK):
        some = photos[start : start + BLOCK]
        done = taught.use(fresh, some, secret(blindfolded.seed, "release"), keep=False)
        kept += sum(one.outcome != "defended" for one in done)
        shown = [p.with_pixels(one.photo.pixels) for p, one in zip(some, done, strict=True)]
        for label, model in looks:
            if label not in lost:
                try:
                    clean[label].append(model.embed(some))
                    seen[label].append(model.embed(shown))
                except Exception as error:  # one of others; what the rest tells still counts
                    lost[label] = broke("face model", error)
        for side, those in zip(grey, (some, shown), strict=True):
            side.append(_normalized(those))
    note = f"{kept:,} of {len(photos):,} photos came out as they were" if kept else ""
    found: list[Attack] = []
    for label, model in looks:
        if label in lost:
            found.append(Attack(f"{PAIR_LIST}/{BOTH}", PAIR_LIST, label, True, status="invalid",
                                reason=lost[label]))  # fmt: skip
            continue
        vectors = np.concatenate(clean[label]), np.concatenate(seen[label])
        found += _told(pairs, _alike(pairs, *vectors, model), "", label, note)
    told = _alike(pairs, np.concatenate(grey[0]), np.concatenate(grey[1]))
    return (*found, *_told(pairs, told, "pixels, ", "", note))


def pair_records(base: Record, measured: Measured, scene: Scene) -> list[Record]:
    """Return a record for each result, the highest of those with a defended photo first.

    Args:
        base: with everything that all records of the row share.
        measured: what was measured.
        scene: with the pairs.
    """
    if scene.pairs is None or not measured.pairs:
        return []
    base = replace(base, people=len(np.unique(scene.pairs.people)))
    made = [
        replace(base, name=attack.name, recognizer=attack.recognizer, statistic=one.statistic,
                value=one.value, low=one.low, high=one.high, n=one.n, chance=one.chance,
                reason=one.reason)
        for attack in measured.pairs for one in attack.figures
    ]  # fmt: skip
    lost = [
        replace(base, name=attack.name, recognizer=attack.recognizer, value=None, low=None,
                high=None, status=attack.status, reason=attack.reason)
        for attack in measured.pairs if attack.status != "ok"
    ]  # fmt: skip
    clean = [one for one in made if one.name.endswith(CLEAN)]
    rest = [one for one in made if one not in clean]
    best = max(rest, key=lambda one: one.value or 0.0)
    top = max((one.value or 0.0) for one in clean)
    doubts = [f"{one.recognizer} did not count: {one.reason}" for one in lost]
    notes = AND.join([*doubts, best.reason, f"list {scene.pairs.name}", *scene.pairs.notes])
    worst = replace(best, name=PAIR_LIST, attack=best.name, ceiling=top, reason=notes,
                    status="at least" if lost else best.status)  # fmt: skip
    return [worst, *made, *lost]


def _told(pairs: Paired, seen: _Seen, kind: str, label: str, note: str) -> list[Attack]:
    asked = {
        CLEAN: (seen.clean, None, False),
        UNAWARE: (seen.one, seen.clean, False),
        ONE: (seen.one, None, True),
        BOTH: (seen.both, None, True),
    }
    found = []
    for variant, (scores, trained, knows) in asked.items():
        got = fold_accuracy(scores, pairs.same, pairs.fold, pairs.people, trained=trained,
                            either_way=knows)  # fmt: skip
        share = float(pairs.same.mean())
        reason = f"{SAID[variant]}; standard error over {got.folds} folds {got.error:.4f}"
        if variant != CLEAN:
            reason = "; ".join(filter(None, (reason, note)))
        figure = Figure(
            f"accuracy@{got.folds}fold", got.found.value, got.found.low, got.found.high,
            got.found.n, max(share, 1 - share), reason,
        )  # fmt: skip
        found.append(
            Attack(f"{PAIR_LIST}/{kind}{variant}", PAIR_LIST, label, knows, figures=(figure,))
        )
    return found


def _alike(
    pairs: Paired, clean: NDArray[np.float32], seen: NDArray[np.float32],
    model: Recognizer | None = None,
) -> _Seen:  # fmt: skip
    def of(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float64]:
        if model is None:
            scores = (first[pairs.a] * second[pairs.b]).sum(1)
        else:  # a model compares each with each: small blocks, of which the diagonal counts
            blocks = [
                np.diagonal(
                    model.similarity(first[pairs.a[i : i + 64]], second[pairs.b[i : i + 64]])
                )
                for i in range(0, len(pairs.a), 64)
            ]
            scores = np.concatenate(blocks)
        return np.asarray(np.round(scores.astype(np.float64), 9), np.float64)

    return _Seen(of(clean, clean), of(seen, clean), of(seen, seen))


def _normalized(photos: Sequence[Photo]) -> NDArray[np.float32]:
    vectors = aligned_grid(photos).astype(np.float64)
    vectors -= vectors.mean(1, keepdims=True)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-6), np.float32)
