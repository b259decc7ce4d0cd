"""The attacker that trains on its own defended photos ("parrot")."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, NamedTuple, Self

import numpy as np

from unmask.defenses import Photo

from .base import Attacker, Defend, Scores, indices
from .fusion import Belief, fuse, nearest_belief
from .grids import COLOUR, aligned_grid, in_colour, own_grids
from .heads import Head, Indices, Vectors
from .within import Within, joined, lacking

PARTS = ("embeddings", "others", "pixels", "outside", "cnn")


class Variant(NamedTuple):
    """What one variant believes, by one classifier or several, and the face model it used."""

    name: str
    recognizer: str
    beliefs: list[Belief]


@dataclass
class Retrained(Attacker):
    """Train classifiers on defended copies of the gallery.

    Knows: the defense with its parameters (not its seeds) and clean gallery photos, of which
    it makes several defended copies, flipped, shifted and scaled. The "parrot" attack of
    Newton, Sweeney and Malin, "Preserving Privacy by De-identifying Face Images", IEEE TKDE
    2005, with the trained classifiers of McPherson, Shokri and Shmatikov, "Defeating Image
    Obfuscation with Deep Learning", arXiv 1609.00408. Where they train one network from
    scratch, we train several heads and count the best: with a handful of photos per person
    no single one is always strongest.

    Variants: `embeddings` (PCA with LDA or logistic regression on the vectors of each
    recognizer, and, where there are several, of all together: `embeddings/all`), `others` (the
    vectors of all recognizers in a metric that was learned on *defended* photos of background
    people, as the semi-informed attacker of the VoicePrivacy challenges learns: N. Tomashenko
    et al., "The VoicePrivacy 2022 Challenge: Progress and Perspectives in Voice Anonymisation",
    2024), `pixels` (heads on grey values, small and aligned and on the photo's own grid, and on
    aligned colours where there are any), `outside` (the same with the region that the defense
    may change blanked, so that what is painted there cannot distract from hair, clothes and
    background), `cnn` (a small convolutional network on pixels), `fused` (all of these but the
    network, and the most similar copy by each recognizer, weighted by what they are worth on
    gallery photos that they have not seen) and `fused/cnn` (with the network).

    `others` needs three background people with several photos, and gets better with more: on LFW
    in blocks, its rank-1 is .35 with one of them, .39 with three, .43 with five, .46 with ten.

    Args:
        parts: variants to train, joined by `+`; `fused` comes by itself.
        draws: defended copies of each gallery photo.
    """

    parts: str = "embeddings+others+pixels+outside"
    draws: int = 4

    name: ClassVar[str] = "retrained"

    def __post_init__(self) -> None:
        """Check the parameters."""
        unknown = [part for part in self.parts.split("+") if part not in PARTS]
        if unknown:
            raise ValueError(f"parts are joined from {'+'.join(PARTS)}, got '{self.parts}'")
        if self.draws < 1:
            raise ValueError(f"draws must be at least 1, got {self.draws}")

    def for_part(self, budget: str) -> Self:
        """Look at a part by face models alone and without varied copies, but for `thorough`.

        What a part shows is aligned already, so that `pixels` finds what heads on pixels do.
        """
        parts = [part for part in self.parts.split("+") if part != "outside"]
        if budget == "thorough" or not self.recognizers or "embeddings" not in parts:
            return replace(self, parts="+".join(parts) or "pixels")
        return replace(self, parts="embeddings", draws=1)

    def fit(self, gallery: Sequence[Photo], background: Sequence[Photo], defend: Defend) -> Self:
        """Make the copies; the heads are trained when the sizes of the probes are known."""
        varied = defend.varied(gallery, draws=self.draws, seed=self.seed)
        self._defend = defend
        self._copies = [copy for _, defended in varied for copy in defended]
        self._clean = [photo for clean, _ in varied for photo in clean]
        self._people = np.tile(indices(gallery), self.draws)
        self._sources = np.tile(np.arange(len(gallery)), self.draws)
        self._others, self._strangers = [], indices(background)
        self._unlearned = lacking(self._strangers) if "others" in self._parts else ""
        if "others" in self._parts and not self._unlearned:
            self._others = defend(background)
        return self

    def scores(self, probes: Sequence[Photo]) -> list[Scores]:
        """Score by each variant and by all together."""
        heard: list[Belief] = []  # what `fused` is made of
        found: list[Scores] = []
        for variant, label, beliefs in self._variants(probes):
            heard += [one for one in beliefs if not any(one is other for other in heard)]
            if variant:
                found.append(Scores(self._fused(beliefs).scores, variant, label))
        if "others" in self._parts and self._unlearned:
            found.append(Scores(None, "others", unavailable=self._unlearned))
        fused = self._fused(heard) if heard else None
        if fused and len(heard) > 1:
            found.append(Scores(fused.scores, "fused"))
        if "cnn" in self._parts:
            from .cnn import Cnn  # torch is loaded only for those who ask

            network = Cnn(seed=self.seed).fit(self._copies, self._people, self._sources)
            own = Belief(network.held_out, network.scores(probes))
            found.append(Scores(own.scores, "cnn"))
            if fused:
                found.append(Scores(self._fused([fused, own]).scores, "fused/cnn"))
        return found

    @property
    def _parts(self) -> list[str]:
        return self.parts.split("+")

    def _variants(self, probes: Sequence[Photo]) -> Iterator[Variant]:
        """Yield what is learned; what has no name counts among all together alone."""
        if {"embeddings", "others"} & set(self._parts) and self.recognizers:
            yield from self._of_faces(probes)
        whole: list[Belief] = []
        if "pixels" in self._parts:
            whole = self._pixels(self._copies, probes)
            yield Variant("pixels", "", whole)
        if "outside" in self._parts:
            known, new = self._defend.outside(self._clean), self._defend.outside(probes)
            if known is not None and new is not None:
                yield Variant("outside", "", self._pixels(known, new))
            else:  # nothing is outside: the whole photo counts
                yield Variant("outside", "", whole or self._pixels(self._copies, probes))

    def _of_faces(self, probes: Sequence[Photo]) -> Iterator[Variant]:
        """Learn from the vectors of face models, each alone and all together."""
        models = self.recognizers
        known, new = ([r.embed(some) for r in models] for some in (self._copies, probes))
        if "embeddings" in self._parts:
            for model, old, asked in zip(models, known, new, strict=True):
                yield Variant("embeddings", model.label, [self._head(old, asked)])
                alike = model.similarity(old, old), model.similarity(asked, old)
                yield Variant("", "", [nearest_belief(*alike, self._people, self._sources)])
            if len(models) > 1:
                yield Variant("embeddings/all", "", [self._head(joined(known), joined(new))])
        if "others" in self._parts and not self._unlearned:
            strangers = joined([r.embed(self._others) for r in models])
            metric = Within().fit(strangers, self._strangers)
            label = models[0].label if len(models) == 1 else ""
            belief = metric.belief(joined(known), joined(new), self._people, self._sources)
            yield Variant("others", label, [belief])

    def _pixels(self, known_photos: Sequence[Photo], probes: Sequence[Photo]) -> list[Belief]:
        aligned = self._head(aligned_grid(known_photos), aligned_grid(probes))
        own = Belief(np.zeros_like(aligned.held_out), np.zeros_like(aligned.scores))
        for known, asked, old, new in own_grids(known_photos, probes, self._people):
            some = self._head(old, new, known)
            own.held_out[known], own.scores[asked] = some.held_out, some.scores
        if not in_colour((*known_photos, *probes)):
            return [aligned, own]
        old, new = (aligned_grid(some, COLOUR, colour=True) for some in (known_photos, probes))
        return [aligned, own, self._head(old, new)]

    def _head(self, old: Vectors, new: Vectors, known: Indices | None = None) -> Belief:
        chosen = slice(None) if known is None else known
        head = Head().fit(old, self._people[chosen], self._sources[chosen])
        return Belief(head.held_out, head.scores(new))

    def _fused(self, beliefs: Sequence[Belief]) -> Belief:
        return fuse(beliefs, self._people, self._sources)
