"""Can the very photo be told from its defended version? Then something is left to be broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from unmask.defenses import Photo
from unmask.defenses.folder import Folder

from ..attackers.base import Attacker, Matrix
from ..attackers.grids import whole_grid
from ..recognizers.base import Embeddings, Recognizer
from ..results.records import CEILING, Record, broke
from ..statistics import blocks, chance_of, mean_of, rank_credit, worst_case
from .blind import Blind
from .defending import Blindfolded, OwnCopies
from .measured import Attack, Measured

Alike = Callable[[slice], Matrix]  # of some rows, to all columns
TOLD = 0.95  # at this rate no further comparison is asked
LEVELS = 64  # quantiles of the values of each colour
ONE_DRAW = "there is one draw of the other program; give another, NAME=DIR1+DIR2"


def ceiling(
    blindfolded: Blindfolded,
    photos: Blind,
    release: Sequence[Photo],
    attackers: Sequence[Attacker],
    people: NDArray[np.int64],
) -> tuple[Attack, ...]:
    """Match each defended probe with the attacker's own copies of all clean probes.

    The attacker has the clean photos themselves and must only say which of them was defended:
    more than anybody who looks for a name. What even they cannot tell is not there; what they
    can tell is there, although no attacker may have found it out yet, as in a photo whose pixels
    are shuffled by a key that is made of its own content. Of a defense that does not draw, the
    copies are the release, and only photos that come out alike are mistaken for each other.
    Attackers' copies have seeds of their own, as everywhere.

    Compared are small pictures of the whole photo, the values of each colour in order (which any
    shuffle keeps), the clean photos themselves, and face models, each only where those before do
    not tell.

    Args:
        blindfolded: the defense, which is told nothing.
        photos: clean, under opaque keys.
        release: the defended probes, one of each.
        attackers: whose face models are used.
        people: `(N,)`, who is on each of them: each weighs the same, as in the figure, else what
            tells the photos of the most photographed would stop all that tell those of others.

    Returns:
        A result with `rank1` credits for each comparison.
    """
    defense = blindfolded.defense
    if isinstance(defense, Folder) and not defense.further:
        return (_told(status="unavailable", reason=ONE_DRAW),)
    copies = release
    if defense.draws or isinstance(defense, Folder):
        copies = OwnCopies(blindfolded)(photos.probes)
    given = photos.probes if copies is not release else ()
    found: list[Attack] = []
    models = list(dict.fromkeys(model for one in attackers for model in one.recognizers))
    itself = np.arange(len(release))
    try:
        for name, label, alike in _comparisons(release, copies, given, models):
            parts = blocks(len(itself), len(itself))
            credits = np.concatenate([rank_credit(alike(some), itself[some]) for some in parts])
            found.append(_told(name, label, credits={"rank1": credits}))
            if mean_of(credits, people) >= TOLD:
                break
    except Exception as error:  # of a face model; whoever attacks by it says so, too
        return (*found, _told(status="unavailable", reason=broke("comparison", error)))
    return tuple(found)


def ceiling_record(base: Record, measured: Measured) -> list[Record]:
    """Return the highest share of photos that were told by any comparison.

    Args:
        base: with everything that all records of the row share.
        measured: what was measured.
    """
    if not measured.ceiling:
        return []
    base = replace(base, name=CEILING, n=len(measured.people))
    lost = [one.reason for one in measured.ceiling if one.status != "ok"]
    if lost:
        return [replace(base, status="unavailable", reason=lost[0])]
    credits = {(a.name, a.recognizer): a.credits["rank1"] for a in measured.ceiling}
    (name, recognizer), found = worst_case(credits, measured.people)
    by_lot = chance_of(range(len(measured.people)), folds=measured.folds)
    return [
        replace(base, value=found.value, low=found.low, high=found.high, attack=name,
                recognizer=recognizer, chance=by_lot)
    ]  # fmt: skip


def _comparisons(
    release: Sequence[Photo],
    copies: Sequence[Photo],
    clean: Sequence[Photo],
    models: Sequence[Recognizer],
) -> Iterator[tuple[str, str, Alike]]:
    """Yield name, face model and what gives the likeness of some released photos to copies."""
    yield "pixels", "", _nearness(*(whole_grid(some) for some in (release, copies)))
    yield "colours", "", _nearness(*(_colours(some) for some in (release, copies)))
    if clean:  # without the noise of a second draw
        yield "clean", "", _nearness(*(whole_grid(some) for some in (release, clean)))
    for model in models:
        yield "face", model.label, _alike(model, model.embed(release), model.embed(copies))


def _alike(model: Recognizer, a: Embeddings, b: Embeddings) -> Alike:
    return lambda some: np.asarray(model.similarity(a[some], b), np.float64)


def _nearness(a: np.ndarray, b: np.ndarray) -> Alike:
    """Give minus the distance of each to each; what is equal but for rounding is equal."""
    return lambda some: np.asarray(np.round(-cdist(a[some], b), 6), np.float64)


def _colours(photos: Sequence[Photo]) -> Matrix:
    """Return `(N, 3 * LEVELS)`, 0 to 1: the quantiles of each colour."""
    levels = np.linspace(0, 1, LEVELS)
    return np.array([np.quantile(p.pixels, levels, (0, 1)).ravel() for p in photos]) / 255


def _told(name: str = "", label: str = "", **facts: Any) -> Attack:
    return Attack(name, CEILING, label, informed=True, **facts)
