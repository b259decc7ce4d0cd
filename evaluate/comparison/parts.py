"""The two parts of a photo that attackers are shown alone: the face, and all around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from unmask.defenses import DEFENSES, Defended, Photo

from ..attackers.base import Attacker, indices
from ..data.scene import Scene
from ..metrics.base import Unavailable
from ..statistics import mean_of
from .attacking import Release, attack
from .blind import Blind, blind
from .defending import Blindfolded, OwnCopies
from .likeness import spread
from .measured import Attack, Measured
from .plan import Plan
from .region import USUAL, Region, alike_around, stray, wide
from .sparing import Enough, ask, never, settled
from .within import GREY, within

Part = Literal["face", "context"]
Cut = Callable[[Photo], Photo]
LOOKED_AT = 32  # photos that say how much of them a region covers, and what became of the rest
SOLVED = 0.9  # at this rate nobody else needs to be asked about undefended faces


class Asked(NamedTuple):
    """What attackers reached on the parts of defended photos, by the fields of `Measured`."""

    region: str = ""
    face: tuple[Attack, ...] = ()
    face_doubts: tuple[str, ...] = ()
    face_spared: tuple[str, ...] = ()
    kept: bool = False
    around: tuple[Attack, ...] = ()


def ask_parts(
    plan: Plan, region: Region | None, hidden: Blind, copies: OwnCopies,
    defended: Sequence[Defended], people: NDArray[np.int64], *, enough: Enough, around: bool,
) -> Asked:  # fmt: skip
    """Let attackers name people by the face that a defense left, and by what is around it.

    Where a defense leaves all around the face as it was, what they reach there is what they reach
    on undefended photos, which is measured once for all (`with_context`). One that changes it,
    another program, of which nobody knows where, and one that may change much more than a face may
    all the same have drowned the face alone, in noise say. If all else looks as before, they are
    asked about the defended photos with the usual region of faces blanked; if it does not, the
    hole would tell where a face was, which such a release may hide.

    Args:
        plan: attackers and recognizers.
        region: what the defense may change; None: the whole photo.
        hidden: the clean photos.
        copies: the attackers' copy of the defense, for whole photos.
        defended: the release.
        people: `(N,)`, who is on each photo of it.
        enough: whether what was found leaves nothing to ask others about the face for.
        around: whether they are asked about what is around it at all.
    """
    seen = hidden, copies, defended, people
    told = "" if region is None or copies.foreign else breach(region, hidden.probes, defended)
    kept = region is not None and not told and not copies.foreign
    rest: tuple[Attack, ...] = ()
    some = spread(len(defended), LOOKED_AT)
    clean, shown = [hidden.probes[i] for i in some], [defended[i].photo for i in some]
    asked = around and (not kept or wide(region, clean))
    if asked and alike_around(USUAL, clean, shown):
        rest, _ = attack_part(plan, partial(emptied, region=USUAL), *seen, enough=never)
    if region is None:
        return Asked(around=rest)
    face, spared = attack_part(plan, partial(within, region=region), *seen, enough=enough)
    return Asked(region.words, face, (told,) if told else (), spared, kept, rest)


def attack_part(
    plan: Plan, cut: Cut, hidden: Blind, copies: OwnCopies, defended: Sequence[Defended],
    people: NDArray[np.int64], *, enough: Enough,
) -> tuple[tuple[Attack, ...], tuple[str, ...]]:  # fmt: skip
    """Let attackers name people by what a defense left in one part of photos.

    Photos are defended first and cut then, by the faces of the clean photo; so are the
    attackers' own copies.

    Args:
        plan: attackers and recognizers.
        cut: returns the part of a photo.
        hidden: the clean photos.
        copies: the attackers' copy of the defense, for whole photos.
        defended: the release.
        people: `(N,)`, who is on each photo of it.
        enough: whether what was found leaves nothing to ask others for.

    Returns:
        What they found, and the names of those who were not asked.
    """
    own = PartCopies(copies, cut, (*hidden.gallery, *hidden.background))
    shown = replace(
        hidden,
        gallery=own.clean(hidden.gallery),
        background=Lazily(lambda: own.clean(hidden.background)),
    )
    seen = [
        own.cut(photo, photo.with_pixels(done.photo.held))
        for photo, done in zip(hidden.probes, defended, strict=True)
    ]
    release = Release(tuple(seen), people)
    return ask(attackers_of(plan), lambda one: attack(one, shown, own, release), enough)


def measure_part(part: Part, region: Region, scene: Scene, plan: Plan) -> Measured:
    """Let attackers name people by one part of undefended photos.

    Of faces this is the ceiling of what they can reach on defended ones; of the rest it is what no
    defense of that region can prevent, for it leaves there what was there. The hole keeps its
    outline, as a defended photo shows it: how large a face is and where counts as context.

    Args:
        part: which.
        region: parts the two.
        scene: the photos.
        plan: attackers and recognizers.
    """
    hidden, people = blind(scene, plan.seed), indices(scene.probes)
    if part == "context":
        hidden = replace(
            hidden,
            gallery=tuple(emptied(photo, region) for photo in hidden.gallery),
            probes=tuple(emptied(photo, region) for photo in hidden.probes),
            background=tuple(emptied(photo, region) for photo in hidden.background),
        )
    copies = OwnCopies(Blindfolded(DEFENSES.build("none"), plan.seed, hidden.names))
    if part == "face":
        none = np.zeros((1, 1), np.float32)
        clean = [Defended(photo, "unchanged", none) for photo in hidden.probes]
        attacks, _ = attack_part(
            plan, partial(within, region=region), hidden, copies, clean, people,
            enough=lambda found: _solved(found, people),
        )  # fmt: skip
        return Measured("none", {}, people, (), attacks, ())
    release = Release(hidden.probes, people)
    enough = never if plan.everybody else settled
    attacks, spared = ask(
        attackers_of(plan), lambda one: attack(one, hidden, copies, release), enough
    )
    return Measured("none", {}, people, (), attacks, (), spared=spared)


def attackers_of(plan: Plan) -> list[Attacker]:
    """Return who of a plan looks at parts of photos, those without face models first.

    But for the budget `thorough`, they get the first face model alone.
    """
    if plan.budget != "thorough":
        plan = replace(plan, recognizers=plan.face_models[:1])
    found = [part for one in plan.build_attackers() if (part := one.for_part(plan.budget))]
    return sorted(found, key=lambda one: one.name != "pixels")


def _solved(attacks: Sequence[Attack], people: NDArray[np.int64]) -> bool:
    """Return whether somebody names enough; people weigh the same, as in the ceiling itself."""
    return any(one.credits and mean_of(one.credits["rank1"], people) >= SOLVED for one in attacks)


def breach(region: Region, clean: Sequence[Photo], defended: Sequence[Defended]) -> str:
    """Say that photos were changed outside the region, so that its parts mislead; else empty."""
    changed = sum(stray(region, a, b.photo) for a, b in zip(clean, defended, strict=True))
    return (
        f"{changed} of {len(clean)} photos are changed outside the region ({region.words}), "
        "where nobody looked for the face"
    ) if changed else ""  # fmt: skip


class PartCopies:
    """The attacker's copy of a defense, where only a part of photos is shown.

    Args:
        copies: of whole photos.
        cut: returns the part of a photo.
        photos: clean, whole: what attackers may ask for.
    """

    def __init__(self, copies: OwnCopies, cut: Cut, photos: Sequence[Photo]) -> None:
        self._copies, self._cut = copies, cut
        self._whole = {photo.key: photo for photo in photos}
        self._parts: dict[Photo, Photo] = {}

    def cut(self, clean: Photo, defended: Photo) -> Photo:
        """Return the part of a defended photo, by the faces of the clean one."""
        return self._cut(clean.with_pixels(defended.held))

    def clean(self, photos: Sequence[Photo]) -> tuple[Photo, ...]:
        """Return the parts of clean photos."""
        return tuple(self._cut_all(photos, photos))

    def __call__(self, photos: Sequence[Photo], *, draw: int = 0) -> list[Photo]:
        """Defend the whole photos of these parts, and show the parts."""
        whole = [self._whole[photo.key] for photo in photos]
        return self._cut_all(whole, self._copies(whole, draw=draw))

    def again(self, photos: Sequence[Photo], *, draw: int = 0) -> list[Photo]:
        """Refuse: a part of the attacker's own making belongs to no photo."""
        raise Unavailable("a part of a photo cannot be defended by itself")

    def varied(
        self, photos: Sequence[Photo], *, draws: int, seed: int
    ) -> list[tuple[Sequence[Photo], list[Photo]]]:
        """Vary and defend whole photos, and show pairs of parts; clean ones to who looks."""
        whole = [self._whole[photo.key] for photo in photos]
        pairs = self._copies.varied(whole, draws=draws, seed=seed)
        return [(self._later(a), self._cut_all(a, b)) for a, b in pairs]

    def outside(self, photos: Sequence[Photo]) -> list[Photo] | None:
        """Return None: all of the picture may be changed."""
        return None

    def _later(self, photos: Sequence[Photo]) -> Lazily:
        return Lazily(lambda: self.clean(photos))

    def _cut_all(self, clean: Sequence[Photo], defended: Sequence[Photo]) -> list[Photo]:
        return [self._kept(a, b) for a, b in zip(clean, defended, strict=True)]

    def _kept(self, clean: Photo, defended: Photo) -> Photo:
        """Cut each photo once: `OwnCopies` gives the same object for the same copy."""
        if defended not in self._parts:
            self._parts[defended] = self.cut(clean, defended)
        return self._parts[defended]


class Lazily(Sequence[Photo]):
    """Photos that are made when somebody looks at them.

    Args:
        make: makes them.
    """

    def __init__(self, make: Callable[[], Sequence[Photo]]) -> None:
        self._make = make
        self._made: Sequence[Photo] | None = None

    @property
    def _photos(self) -> Sequence[Photo]:
        if self._made is None:
            self._made = self._make()
        return self._made

    @overload
    def __getitem__(self, place: int) -> Photo: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Photo]: ...
    def __getitem__(self, place: int | slice) -> Photo | Sequence[Photo]:
        return self._photos[place]

    def __iter__(self) -> Iterator[Photo]:
        return iter(self._photos)

    def __len__(self) -> int:
        return len(self._photos)


def emptied(photo: Photo, region: Region) -> Photo:
    """Return a photo with the region of all its faces blanked."""
    inside = region.all(photo)[..., None] > 0
    return photo.with_pixels(np.where(inside, np.uint8(GREY), photo.pixels))
