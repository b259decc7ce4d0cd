"""The base of all defenses: checks, faces, seeds, pasting. A defense is only its idea."""

from __future__ import annotations

import contextlib
import hashlib
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray

from .faces.landmarks import NONE, Kind
from .faces.regions import LANDMARKS, REGIONS, Place, Region, bounds_of, region_of
from .held import holding
from .pasting import add, paste
from .photo import Face, Photo, Pixels, check_pixels
from .registry import format_spec, name_of_class
from .space import Choice, Range

Outcome = Literal["defended", "no_face", "unchanged", "failed"]


@holding("mask")
@dataclass(frozen=True, eq=False)
class Defended:
    """What a defense made of one photo.

    Args:
        photo: the photo with its new pixels, and with the faces of the original.
        outcome: `defended`; `no_face` (nothing found, pixels as they were); `unchanged`
            (there was a face, but no pixel differs); `failed`.
        mask: `(H, W)`, float32, 0 to 1: where the defense was allowed to change pixels.
        reason: why it failed.
    """

    photo: Photo
    outcome: Outcome
    mask: NDArray[np.float32] = field(repr=False)
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Defense(ABC):
    """Something that changes a photo so that the person is not recognized.

    A defense is a frozen dataclass: its fields are its parameters. It implements `apply`
    and lists in `space` what may be tuned. Finding faces, cutting out, seeding, pasting
    and checking happen here, once.

    Args:
        region: which pixels may change: `box`, `ellipse`, `hull` (outline of the landmarks),
            `eyes`, `head` or `image`.
        margin: how much the region is widened on each side, share of the face width.
        feather: width of the soft border outside the region, share of the face width.
    """

    region: str = "ellipse"
    margin: float = 0.1
    feather: float = 0.0

    name: ClassVar[str]
    space: ClassVar[Mapping[str, Range | Choice]] = {}
    regions: ClassVar[tuple[str, ...]] = REGIONS  # what `region` may be
    needs_background: ClassVar[bool] = False
    needs_face: ClassVar[bool] = True  # False: with region=image, works without any face
    reads_landmarks: ClassVar[frozenset[Kind]] = NONE  # beside those of the region
    random: ClassVar[bool] = False  # True: another seed gives another picture
    diagnostic: ClassVar[bool] = False  # True: not in the default table
    foreign: ClassVar[bool] = False  # True: a program of others, nobody knows where it changes
    together: ClassVar[int] = 16  # photos handed over at once where two sides take turns
    protects: ClassVar[bool] = True  # False: only for comparisons, and never applied unasked
    waived: ClassVar[Mapping[str, str]] = {}  # contract check that may fail: the reason

    def __init_subclass__(cls, **keywords: Any) -> None:
        """Name the class as its entry point is named: `KSame` is `k_same`."""
        super().__init_subclass__(**keywords)
        cls.name = name_of_class(cls.__name__)

    def __post_init__(self) -> None:
        """Check the parameters that all defenses share."""
        if self.region not in self.regions:
            known = ", ".join(self.regions)
            raise ValueError(f"region must be one of {known}, got '{self.region}'")
        self.check("margin", -0.4, 2)
        self.check("feather", 0, 1)

    def check(self, parameter: str, low: float, high: float, *, whole: bool = False) -> None:
        """Raise unless the parameter is a finite number from `low` to `high`.

        Raises:
            TypeError: it is no number, or must be `whole` and is not.
            ValueError: it is outside.
        """
        value = getattr(self, parameter)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError(f"{parameter} must be a number, got {value!r}")
        if whole and not isinstance(value, int):
            raise TypeError(f"{parameter} must be a whole number, got {value!r}")
        if not (math.isfinite(value) and low <= value <= high):
            raise ValueError(f"{parameter} must be between {low} and {high}, got {value}")

    @staticmethod
    def meant(name: str) -> str:
        """Return the spec that is meant by an option alone, `deface` for `preset:deface`."""
        from . import DEFENSES

        for known in DEFENSES.available():
            with contextlib.suppress(Exception):  # a package that breaks is not what is meant
                first, *_ = DEFENSES.load(known).space.items()
                if isinstance(first[1], Choice) and name in first[1].options:
                    return f"{known}:{first[0]}={name}"
        return ""

    @property
    def parameters(self) -> dict[str, Any]:
        """All parameters with their values, ready for JSON."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.repr and f.init}

    @property
    def spec(self) -> str:
        """Text that builds this defense again: what can be tuned, and what is not default."""
        plain = {f.name: f.default for f in fields(self)}
        parameters = self.parameters
        told = {k: parameters[k] for k in self.space}
        told |= {k: v for k, v in parameters.items() if k in told or v != plain[k]}
        return format_spec(self.name, told)

    @property
    def draws(self) -> bool:
        """Whether another seed gives another picture at this setting."""
        return self.random

    @property
    def needs_landmarks(self) -> frozenset[Kind]:
        """The landmarks that it works by: `five`, `points`, both or none; see `Face`.

        Without them it works by the box alone, and the pixels may be others.
        """
        return LANDMARKS.get(self.region, NONE) | self.reads_landmarks

    @property
    def ready(self) -> bool:
        """Whether it can work: one with `needs_background` says here if it has seen any."""
        return not self.needs_background

    @property
    def fewest(self) -> int:
        """The number of unrelated people without whom it cannot learn."""
        return int(self.needs_background)

    def at(self, share: float) -> Self:
        """Return this defense with every range in `space` set `share` of the way to strong."""
        settings: dict[str, Any] = {
            name: tunable.at(share)
            for name, tunable in self.space.items()
            if isinstance(tunable, Range)
            and (tunable.when is None or getattr(self, tunable.when[0]) in tunable.when[1])
        }
        return replace(self, **settings)

    def fit(self, background: Sequence[Photo]) -> Self:
        """Return this defense, ready to work, having seen photos of unrelated people.

        Only a defense with `needs_background` learns anything here.
        """
        return self

    @abstractmethod
    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        """Return new pixels for a cut-out around one face.

        Args:
            photo: the cut-out; `photo.face` is the one face in its coordinates (None only if
                `needs_face` is False) and `photo.face_width` the unit of all strengths.
            rng: the only source of randomness.

        Returns:
            Pixels of the same shape, uint8. Everything outside the region is thrown away.
        """

    def apply_many(
        self, photos: Sequence[Photo], rngs: Sequence[np.random.Generator]
    ) -> list[Pixels]:
        """Return new pixels for many cut-outs; override where a batch is faster."""
        return [self.apply(photo, rng) for photo, rng in zip(photos, rngs, strict=True)]

    def __call__(self, photo: Photo, *, seed: int = 0) -> Defended:
        """Defend one photo; see `many`."""
        return self.many([photo], seed=seed)[0]

    def many(self, photos: Sequence[Photo], *, seed: int = 0) -> list[Defended]:
        """Defend photos. The result depends on seed, parameters, key and pixels alone.

        Args:
            photos: any sizes; faces are looked for where `photo.faces` is None.
            seed: seed of the run.

        Raises:
            TypeError: not a picture.
            ValueError: not uint8 RGB, or `apply` broke its word.
        """
        photos = [with_faces(photo) for photo in photos]
        targets = [self._targets(photo) for photo in photos]
        clean = [photo.pixels for photo in photos]
        pixels = [p.copy() if t else p for p, t in zip(clean, targets, strict=True)]
        places: list[list[Place]] = [[] for _ in photos]
        masks = [np.zeros(photo.shape[:2], np.float32) for photo in photos]
        # one face per photo and round: a face is defended on top of its neighbours' result,
        # so that overlapping regions never bring original pixels back
        for turn in range(max(map(len, targets), default=0)):
            where = [i for i, found in enumerate(targets) if turn < len(found)]
            regions = [self._region(pixels[i].shape[:2], targets[i][turn]) for i in where]
            cuts = [
                self._cut(photos[i], pixels[i], targets[i][turn], region)
                for i, region in zip(where, regions, strict=True)
            ]
            rngs = [_generator(seed, self.spec, photos[i].key, turn) for i in where]
            made = self.apply_many([cut for cut, _ in cuts], rngs)
            for i, region, (cut, place), new in zip(where, regions, cuts, made, strict=True):
                if new.shape != cut.pixels.shape or new.dtype != np.uint8:
                    raise ValueError(
                        f"{self.spec}: apply must return uint8 {cut.pixels.shape}, "
                        f"got {new.dtype} {new.shape}"
                    )
                paste(pixels[i], new, region, place)
                add(masks[i], region)
                places[i].append(place)
        return [
            Defended(photo.with_pixels(new), _outcome(before, new, where), mask)
            for photo, before, new, where, mask in zip(
                photos, clean, pixels, places, masks, strict=True
            )
        ]

    def mask(self, photo: Photo) -> NDArray[np.float32]:
        """Return `(H, W)`, 0 to 1: where this defense may change this photo."""
        photo = with_faces(photo)
        mask = np.zeros(photo.shape[:2], np.float32)
        for face in self._targets(photo):
            add(mask, self._region(mask.shape, face))
        return mask

    def _targets(self, photo: Photo) -> list[Face | None]:
        if self.region == "image":
            return [photo.face] if photo.face or not self.needs_face else []
        return [*sorted(photo.faces or (), key=lambda face: face.width)]  # large faces last

    def mask_of(self, photo: Photo) -> NDArray[np.float32]:
        """Return the region of the main face alone, as `mask` does for all."""
        mask = np.zeros(photo.pixels.shape[:2], np.float32)
        add(mask, self._region(mask.shape, photo.face))
        return mask

    def _region(self, shape: tuple[int, ...], face: Face | None) -> Region:
        size = shape[0], shape[1]
        return region_of(size, face, self.region, margin=self.margin, feather=self.feather)

    def _cut(
        self, photo: Photo, pixels: Pixels, face: Face | None, region: Region
    ) -> tuple[Photo, Place]:
        place = bounds_of(region, photo.shape, around=face.width if face else 0.0)
        rows, columns = place
        inside = (face.moved(-columns.start, -rows.start),) if face else ()
        return replace(photo, pixels=pixels[place].copy(), faces=inside), place


def with_faces(photo: Photo) -> Photo:
    """Return the photo with its faces, found now if nobody has looked yet."""
    pixels = check_pixels(photo.pixels)
    if photo.faces is not None:
        return photo
    from .faces.find import find_faces  # the detector is loaded only when it is needed

    return photo.relabelled(faces=find_faces(pixels))


def _generator(seed: int, spec: str, key: str, turn: int) -> np.random.Generator:
    """Make the generator of one face; stable over platforms and Python versions."""
    text = "\x1f".join((str(seed), spec, key, str(turn)))
    return np.random.default_rng(int.from_bytes(hashlib.sha256(text.encode()).digest()[:16]))


def _outcome(before: Pixels, after: Pixels, places: Sequence[Place]) -> Outcome:
    """Say what became of a photo; it can only have changed in these places."""
    if not places:
        return "no_face"
    same = all(np.array_equal(before[place], after[place]) for place in places)
    return "unchanged" if same else "defended"
