"""The attacker that undoes the defense first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Photo

from ..recognizers.base import Recognizer
from ..statistics import Verification
from .base import Attacker, Defend, Scores, indices, nearest, people_of
from .restoration.base import Restorer, ssim_won
from .restoration.checking import Checking
from .restoration.correspondence import Correspondence
from .restoration.wiener import Wiener

VARIANTS = ("pixels", "linear", "unet")
HELD_OUT = 5  # every so many-th background person is not learned from


@dataclass(frozen=True, eq=False)
class Step:
    """What one variant made of the photos.

    Args:
        variant: its name.
        probes: the restored probes.
        background: restored background photos that were not learned from.
        won: share of the lost SSIM that was won back; NaN if none was lost.
    """

    variant: str
    probes: tuple[Photo, ...] = ()
    background: tuple[Photo, ...] = ()
    won: float = float("nan")


@dataclass
class Restored(Attacker):
    """Learn to undo the defense, then compare restored photos with clean ones.

    Knows: the defense with its parameters (not its seeds), clean photos of unrelated people,
    which it defends itself to learn from, and the clean gallery. "Reversal" of J. Todt,
    S. Hanisch, T. Strufe, "Fantômas: Understanding Face Anonymization Reversibility", 2022.

    The variants are steps: each works on what the one before it restored.

    - `pixels`: finds where a fixed shuffle put each pixel, and exchanged values.
    - `linear`: one gain per frequency, against blur and noise, corrected by defending the
      guess again.
    - `unet`: a small network.

    Notes of each variant: `ssim_won`, the share of the lost SSIM that was won back on
    photos of background people who were not learned from; NaN if none was lost.

    Args:
        variants: names of the variants to run, joined by `+`.
    """

    variants: str = "linear+pixels"

    name: ClassVar[str] = "restored"
    one_draw: ClassVar[bool] = True

    def __post_init__(self) -> None:
        wrong = [name for name in self.variants.split("+") if name not in VARIANTS]
        if wrong:
            raise ValueError(
                f"variants must be some of {', '.join(VARIANTS)} joined by +, got '{wrong[0]}'"
            )

    def for_part(self, budget: str) -> None:
        """Return None: what is undone is the whole photo."""

    def fit(self, gallery: Sequence[Photo], background: Sequence[Photo], defend: Defend) -> Self:
        """Embed the clean gallery, and defend the background people to learn from."""
        self._people = indices(gallery)
        self._known = {r: r.embed(gallery) for r in self.recognizers}
        names = people_of(background)
        held = set(names[HELD_OUT - 1 :: HELD_OUT] or names[-1:])
        self._learn = [photo for photo in background if photo.identity not in held]
        self._check = [photo for photo in background if photo.identity in held]
        self._defend = defend
        self._defended = defend(self._learn), defend(self._check)
        return self

    def scores(self, probes: Sequence[Photo]) -> list[Scores]:
        """Score each person by the clean gallery photo most like the restored one."""
        found = []
        for step in self.steps(probes):
            for recognizer, known in self._known.items():
                similarity = recognizer.similarity(recognizer.embed(step.probes), known)
                pairs = self._verification(recognizer, similarity, step.background)
                notes = {"ssim_won": step.won} if np.isfinite(step.won) else {}
                people = nearest(similarity, self._people)
                found.append(Scores(people, step.variant, recognizer.label, pairs, notes))
        return found

    def steps(self, probes: Sequence[Photo]) -> Iterator[Step]:
        """Learn one variant after the other, each on what the one before left over."""
        (learn, check), asked = self._defended, list(probes)
        taken: list[Restorer] = []
        for name in self._names:
            restorer = self._restorer(name, tuple(taken)).fit(self._learn, learn)
            more = name != self._names[-1]
            left = restorer.restore(learn) if more else learn
            asked, check, learn = restorer.restore(asked), restorer.restore(check), left
            taken.append(restorer)
            won = ssim_won(self._check, self._defended[1], check)
            yield Step(name, tuple(asked), tuple(check), won)

    @property
    def _names(self) -> list[str]:
        return [name for name in VARIANTS if name in self.variants.split("+")]

    def _restorer(self, name: str, before: tuple[Restorer, ...]) -> Restorer:
        if name == "pixels":
            return Correspondence(self.seed)

        def again(photos: Sequence[Photo]) -> Sequence[Photo]:
            made = self._defend.again(photos)
            for restorer in before:
                made = restorer.restore(made)
            return made

        if name == "linear":
            return Checking(Wiener(self._regions), again)
        from .restoration.unet import Unet

        def fresh(draw: int) -> tuple[Sequence[Photo], Sequence[Photo]]:
            clean, made = self._defend.varied(self._learn, draws=draw + 1, seed=self.seed)[draw]
            for restorer in before:
                made = restorer.restore(made)
            return clean, made

        return Unet(fresh, self._regions, self.seed)

    def _regions(self, photos: Sequence[Photo]) -> Sequence[NDArray[np.bool_] | None]:
        black = [photo.with_pixels(np.zeros_like(photo.pixels)) for photo in photos]
        blanked = self._defend.outside(black)
        if blanked is None:
            return [None] * len(photos)
        return [np.asarray(photo.pixels.any(2)) for photo in blanked]

    def _verification(
        self, recognizer: Recognizer, similarity: NDArray[np.float32], background: Sequence[Photo]
    ) -> Verification:
        """Compare restored strangers with other clean strangers: how alike do they look?"""
        clean = [*self._learn, *self._check]
        pairs = recognizer.similarity(recognizer.embed(background), recognizer.embed(clean))
        people = np.array([photo.identity for photo in clean])
        impostors = pairs[people[len(self._learn) :, None] != people]
        return Verification(
            similarity.astype(np.float64),
            self._people,
            impostors.astype(np.float64),
            "restored against clean photos of different background people",
        )
