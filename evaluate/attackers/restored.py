"""The attacker that undoes the defense first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

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

    def fit(
        self, gallery: Sequence[Photo], background: Sequence[Photo], defend: Defend
    ) -> Self:
        """Learn from pairs of background people, and embed the clean gallery."""
        self._people = indices(gallery)
        self._known = {r: r.embed(gallery) for r in self.recognizers}
        names = people_of(background)
        self._clean = list(background)
        self._steps: list[tuple[str, Restorer | str]] = []
        self._won: dict[str, float] = {}
        held = set(names[HELD_OUT - 1 :: HELD_OUT] or names[-1:])
        unseen = np.array([photo.identity in held for photo in background])
        seen = defend(background)
        now = list(seen)
        for name in (v for v in VARIANTS if v in self.variants.split("+")):
            try:
                step = self._restorer(name).fit(_where(self._clean, ~unseen), _where(now, ~unseen))
                now = step.restore(now)
            except Unavailable as error:
                self._steps.append((name, str(error)))
                continue
            self._steps.append((name, step))
            clean, before, after = (_where(p, unseen) for p in (self._clean, seen, now))
            self._won[name] = ssim_won(clean, before, after)
        strangers = np.linspace(0, len(seen) - 1, min(len(seen), STRANGERS)).astype(int)
        self._strangers = [seen[i] for i in strangers]
        self._stranger_names = [seen[i].identity for i in strangers]
        return self

    def scores(self, probes: Sequence[Photo]) -> list[Scores]:
        """Score each person by the clean gallery photo most like the restored one."""
        found = []
        for name, restored, strangers in self._restorations(probes):
            for recognizer in self.recognizers:
                if isinstance(restored, str):
                    found.append(Scores(np.zeros((0, 0)), name, recognizer.label,
                                        unavailable=restored))  # fmt: skip
                    continue
                known = self._known[recognizer]
                similarity = recognizer.similarity(recognizer.embed(restored), known)
                found.append(
                    Scores(
                        nearest(similarity, self._people),
                        name,
                        recognizer.label,
                        self._verification(recognizer, similarity, strangers),
                        {"ssim_won": self._won[name]},
                    )
                )
        return found

    def restored(self, photos: Sequence[Photo], variant: str) -> list[Photo]:
        """Return defended photos as a variant sees them; with `strip`, for the eye.

        Raises:
            Unavailable: the variant cannot work here.
        """
        for name, restored, _ in self._restorations(photos):
            if name == variant:
                if isinstance(restored, str):
                    raise Unavailable(restored)
                return restored
        raise ValueError(f"variant must be one of {self.variants}, got '{variant}'")
