"""Do attackers' copies look like the release? Else they learned of another defense."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import stats

from unmask.defenses import Photo
from unmask.defenses.folder import Folder

from .blind import Blind, secret
from .defending import Blindfolded

MOST = 48  # photos whose statistics are compared
EQUAL = 16  # photos that must be equal to the last bit
FEWEST = 14  # of fewer, no order of ranks is rarer than 2 in 2 ** 13: none could alarm
ALARM = 1e-5  # a table has some dozen rows with four statistics each: one false alarm in 2,000
NAMES = ("change", "changed share", "fine detail", "brightness")


def unlike(defense: Blindfolded, photos: Blind, release: Sequence[Photo]) -> str:
    """Return in which way a release differs from copies that attackers make; empty if in none.

    The same photos are defended once more with the seeds that attackers get. A defense that
    does not draw must do exactly the same; for one that draws, simple statistics of both must
    be exchangeable (Wilcoxon, "Individual Comparisons by Ranking Methods", Biometrics
    Bulletin 1945). Pictures of another program cannot be made again: there those of another
    draw are looked up, or, where there is one draw alone, those of the gallery are compared with
    the probes (two-sample Kolmogorov-Smirnov).

    Args:
        defense: which is told nothing.
        photos: clean, under opaque keys.
        release: the defended probes.
    """
    most = MOST if defense.defense.draws or isinstance(defense.defense, Folder) else EQUAL
    some = spread(len(release), most)
    clean, given = [photos.probes[i] for i in some], [release[i] for i in some]
    if isinstance(defense.defense, Folder) and not defense.defense.further:
        return _other_folder(defense, photos, clean, given)
    asked = clean
    if not isinstance(defense.defense, Folder):
        asked = [photo.relabelled(key=f"{photo.key} again") for photo in clean]
    made = defense.use(defense.fresh(draw=1), asked, secret(defense.seed, "copies"), keep=False)
    again = [done.photo for done in made]
    if not (defense.defense.draws or isinstance(defense.defense, Folder)):
        other = sum(
            not np.array_equal(a.pixels, b.pixels) for a, b in zip(given, again, strict=True)
        )
        return (
            f"{other} of {len(given)} photos come out otherwise for attackers, though the defense "
            "says that it does not draw"
        ) if other else ""  # fmt: skip
    before, after = _facts(clean, given), _facts(clean, again)
    return _alarm([_signed_rank(a, b) for a, b in zip(before.T, after.T, strict=True)])


def _other_folder(
    defense: Blindfolded, photos: Blind, clean: Sequence[Photo], given: Sequence[Photo]
) -> str:
    some = [photos.gallery[i] for i in spread(len(photos.gallery), MOST)]
    done = defense.use(defense.fresh(), some, secret(defense.seed, "copies"))
    kept = [(a, b.photo) for a, b in zip(some, done, strict=True) if b.outcome != "failed"]
    if len(kept) < 8:
        return ""  # too few to tell; what is missing is counted elsewhere
    theirs = _facts([a for a, _ in kept], [b for _, b in kept])
    ours = _facts(clean, given)
    return _alarm([stats.ks_2samp(a, b).pvalue for a, b in zip(ours.T, theirs.T, strict=True)])


def spread(count: int, most: int) -> list[int]:
    """Return at most so many of `count` places, evenly spread."""
    return sorted({int(place) for place in np.linspace(0, count - 1, min(most, count))})


def _alarm(chances: Sequence[float]) -> str:
    odd = [name for name, chance in zip(NAMES, chances, strict=True) if chance < ALARM]
    if not odd:
        return ""
    return f"the release differs from what attackers get of the same defense in {', '.join(odd)}"


def _signed_rank(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    gaps = a - b
    if len(gaps) < FEWEST or not gaps.any():
        return 1.0
    return float(stats.wilcoxon(gaps).pvalue)


def _facts(clean: Sequence[Photo], defended: Sequence[Photo]) -> NDArray[np.float64]:
    """Return `(N, 4)`: how much changed, where, how much fine detail there is, how bright."""
    rows = []
    for a, b in zip(clean, defended, strict=True):
        before, after = a.pixels.astype(np.int16), b.pixels.astype(np.int16)
        gap = np.abs(after - before)
        fine = cv2.Laplacian(cv2.cvtColor(b.pixels, cv2.COLOR_RGB2GRAY), cv2.CV_32F)
        rows.append((gap.mean(), gap.any(2).mean(), np.abs(fine).mean(), after.mean()))
    return np.array(rows, np.float64)
