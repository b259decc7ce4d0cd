"""The attacker that undoes the defense first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Photo

from ..metrics.base import Unavailable
from ..recognizers.base import Recognizer
from .base import Attacker, Defend, Scores, Verification, indices, nearest, people_of
from .restoration.base import Restorer, ssim_won
from .restoration.correspondence import Correspondence
from .restoration.wiener import Wiener

VARIANTS = ("pixels", "linear", "unet")
HELD_OUT = 5  # every so many-th background person is not learned from
STRANGERS = 100  # restored background photos that set the threshold


@dataclass(frozen=True, eq=False)
class Step:
    """What one variant made of the photos.

    Args:
        variant: its name.
        probes: the restored probes.
        background: the restored background photos.
        won: share of the lost SSIM that was won back; NaN if none was lost.
        unavailable: why it cannot work here; then there are no photos.
    """

    variant: str
    probes: tuple[Photo, ...] = ()
    background: tuple[Photo, ...] = ()
    won: float = float("nan")
    unavailable: str = ""


@dataclass
class Restored(Attacker):
    """Learn to undo the defense, then compare restored photos with clean ones.

    Knows: the defense with its parameters (not its seeds), clean photos of unrelated people,
    which it defends itself to learn from, and the clean gallery. "Reversal" of J. Todt,
    S. Hanisch, T. Strufe, "Fantômas: Understanding Face Anonymization Reversibility", 2022.

    The variants are steps: each works on what the one before it restored.

    - `pixels`: finds where a fixed shuffle put each pixel, and exchanged values.
    - `linear`: one gain per frequency, against blur and noise.
    - `unet`: a small network.

    Notes of each variant: `ssim_won`, the share of the lost SSIM that was won back on
    photos of background people who were not learned from; NaN if none was lost.

    Args:
        variants: names of the variants to run, joined by `+`.
    """

    variants: str = "linear+pixels"

    name: ClassVar[str] = "restored"
    floors: ClassVar[dict[str, float]] = {"undefended": 0.8}
    variant_floors: ClassVar[dict[str, dict[str, float]]] = {
        "pixels": {"undefended": 0.8, "permuted": 0.9, "inverted": 0.9},
    }

    def __post_init__(self) -> None:
        wrong = [name for name in self.variants.split("+") if name not in VARIANTS]
        if wrong:
            raise ValueError(
                f"variants must be some of {', '.join(VARIANTS)} joined by +, got '{wrong[0]}'"
            )

    def fit(self, gallery: Sequence[Photo], background: Sequence[Photo], defend: Defend) -> Self:
        """Embed the clean gallery, and defend the background people to learn from."""
        self._people = indices(gallery)
        self._known = {r: r.embed(gallery) for r in self.recognizers}
        names = people_of(background)
        held = set(names[HELD_OUT - 1 :: HELD_OUT] or names[-1:])
        self._unseen = np.array([photo.identity in held for photo in background])
        self._defend = defend
        self._clean, self._defended = list(background), defend(background)
        return self

    def scores(self, probes: Sequence[Photo]) -> list[Scores]:
        """Score each person by the clean gallery photo most like the restored one."""
        found = []
        for step in self.steps(probes):
            for recognizer, known in self._known.items():
                if step.unavailable:
                    found.append(
                        Scores(None, step.variant, recognizer.label, unavailable=step.unavailable)
                    )
                    continue
                similarity = recognizer.similarity(recognizer.embed(step.probes), known)
                pairs = self._verification(recognizer, similarity, step.background)
                notes = {"ssim_won": step.won} if np.isfinite(step.won) else {}
                people = nearest(similarity, self._people)
                found.append(Scores(people, step.variant, recognizer.label, pairs, notes))
        return found

    def steps(self, probes: Sequence[Photo]) -> Iterator[Step]:
        """Learn one variant after the other, each on what the one before left over."""
        now, asked = self._defended, list(probes)
        clean, defended = (_where(p, self._unseen) for p in (self._clean, self._defended))
        for name in (v for v in VARIANTS if v in self.variants.split("+")):
            try:
                restorer = self._restorer(name)
                restorer.fit(_where(self._clean, ~self._unseen), _where(now, ~self._unseen))
                made, told = restorer.restore(now), restorer.restore(asked)
            except Unavailable as error:
                yield Step(name, unavailable=str(error))
                continue
            now, asked = made, told
            won = ssim_won(clean, defended, _where(now, self._unseen))
            yield Step(name, tuple(asked), tuple(now), won)

    def _restorer(self, name: str) -> Restorer:
        return Correspondence(self.seed) if name == "pixels" else Wiener(self._regions)

    def _regions(self, photos: Sequence[Photo]) -> Sequence[NDArray[np.bool_] | None]:
        black = [photo.with_pixels(np.zeros_like(photo.pixels)) for photo in photos]
        blanked = self._defend.outside(black)
        if blanked is None:
            return [None] * len(photos)
        return [photo.pixels.any(2) for photo in blanked]

    def _verification(
        self, recognizer: Recognizer, similarity: NDArray[np.float32], background: Sequence[Photo]
    ) -> Verification:
        """Compare restored strangers with clean ones to learn how alike they look."""
        some = np.unique(np.linspace(0, len(background) - 1, STRANGERS).astype(int))
        people = indices(self._clean)
        made = recognizer.embed([background[i] for i in some])
        pairs = recognizer.similarity(made, recognizer.embed(self._clean))
        impostors = pairs[people[some][:, None] != people[None]]
        return Verification(
            similarity.astype(np.float64),
            self._people,
            impostors.astype(np.float64),
            "restored against clean photos of different background people",
        )


def _where(photos: Sequence[Photo], chosen: NDArray[np.bool_]) -> list[Photo]:
    return [photo for photo, take in zip(photos, chosen, strict=True) if take]
