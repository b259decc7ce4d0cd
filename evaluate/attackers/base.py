"""The base of all attackers: stated knowledge, learning, scores."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Photo

from ..recognizers.base import Recognizer
from ..statistics import Verification

Matrix = NDArray[np.float64]


class Defend(Protocol):
    """The attacker's own copy of the defense."""

    def __call__(self, photos: Sequence[Photo], *, draw: int = 0) -> list[Photo]:
        """Defend photos with seeds that the defender does not use; other draw, other seeds."""

    def again(self, photos: Sequence[Photo], *, draw: int = 0) -> list[Photo]:
        """Defend photos of the attacker's own making; nothing is kept for later calls.

        To an attacker who knows the seed of the release, this is what the release does with a
        photo of that key; then `draw` changes nothing.
        """

    def varied(
        self, photos: Sequence[Photo], *, draws: int, seed: int
    ) -> Sequence[tuple[Sequence[Photo], Sequence[Photo]]]:
        """Return `draws` pairs of clean and defended copies, from the second on varied.

        The clean ones are those of `varied_copies`.
        """

    def outside(self, photos: Sequence[Photo]) -> list[Photo] | None:
        """Blank the region the defense may change; None where that is the whole photo."""


@dataclass(frozen=True, eq=False)
class Scores:
    """What one variant of an attacker believes.

    Args:
        people: `(N, P)`, float64, higher is likelier; columns in the order of the sorted
            names of the gallery; None for an attacker that names nobody.
        variant: name of the variant, empty if there is only one.
        recognizer: label of the face model used, empty if none.
        verification: pair scores, for attackers that compare pairs.
        notes: further figures about the attack itself, by name.
        unavailable: why this variant cannot work here, empty if it can.
        informed: whether this variant knew the defense; None: as its attacker says.
    """

    people: Matrix | None
    variant: str = ""
    recognizer: str = ""
    verification: Verification | None = None
    notes: dict[str, float] = field(default_factory=dict)
    unavailable: str = ""
    informed: bool | None = None


@dataclass
class Attacker(ABC):
    """Someone who tries to name the people on defended photos.

    Class data: `informed` (knows the defense and its parameters, not its seeds); `reads_seed`:
    it also runs with the seed of the release known, for a figure of its own; `names_people`: it
    does, on single photos; `one_draw`: of a defense that draws it gets one release and not
    several, over which others have their mean: that is luckier or less lucky, but neither more
    nor less on average, and spares most of its time.

    What an attacker is good for is not declared but shown, on planted cases
    (`comparison/certificates.py`). Only one that does better than chance on a constant picture
    is left out of the worst case.

    Args:
        recognizers: face models at hand.
        seed: seed of everything random in the attack.
    """

    recognizers: tuple[Recognizer, ...] = ()
    seed: int = 0

    name: ClassVar[str]
    informed: ClassVar[bool] = True
    reads_seed: ClassVar[bool] = False
    names_people: ClassVar[bool] = True
    one_draw: ClassVar[bool] = False

    @property
    def fingerprint(self) -> str:
        """Mark of files that the figures depend on beside parameters; empty if there are none."""
        return ""

    def for_part(self, budget: str) -> Self | None:
        """Return this attacker as it looks at one part of photos; None if it cannot.

        A part is what lies in the region of the face alone, or all around it. Photos of faces are
        pictures of their own then: `defend` makes them of those in the gallery and background,
        but takes none of the attacker's making (`again`). Who knows no defense is not asked.

        Args:
            budget: of the run; but for `thorough`, parts are looked at with less effort.
        """
        return self if self.informed else None

    @abstractmethod
    def fit(self, gallery: Sequence[Photo], background: Sequence[Photo], defend: Defend) -> Self:
        """Learn what this attacker's knowledge allows.

        Args:
            gallery: clean photos with identities: the people who can be named.
            background: clean photos of unrelated people, with identities.
            defend: the defense; an uninformed attacker must not call it.
        """

    @abstractmethod
    def scores(self, probes: Sequence[Photo]) -> list[Scores]:
        """Return one `Scores` per variant for defended photos without identities.

        The probes carry the face found on the clean photo: a pessimistic assumption,
        so that a lost face is never privacy.

        Raises:
            Unavailable: a variant cannot work here.
        """


def people_of(photos: Sequence[Photo]) -> list[str]:
    """Return the sorted names."""
    return sorted({photo.identity for photo in photos})


def indices(photos: Sequence[Photo], known: Sequence[Photo] | None = None) -> NDArray[np.int64]:
    """Return `(N,)`: the position of each photo's person in `people_of`.

    Args:
        photos: of whom.
        known: photos of all people that count, where these do not show them all.
    """
    place = {name: i for i, name in enumerate(people_of(photos if known is None else known))}
    return np.array([place[photo.identity] for photo in photos], np.int64)


def first_of_each(photos: Sequence[Photo], count: int) -> tuple[Photo, ...]:
    """Return at most `count` photos of each person, the first ones, in their order."""
    seen = Counter[str]()
    kept = []
    for photo in photos:
        seen[photo.identity] += 1
        if seen[photo.identity] <= count:
            kept.append(photo)
    return tuple(kept)


def nearest(similarity: NDArray[np.floating], people: NDArray[np.int64]) -> Matrix:
    """Turn photo similarities `(N, G)` into person scores `(N, P)`: the best photo counts."""
    columns = [similarity[:, people == person].max(1) for person in range(int(people.max()) + 1)]
    return np.stack(columns, 1).astype(np.float64)


def impostor_scores(similarity: NDArray[np.floating], people: NDArray[np.int64]) -> Matrix:
    """Return the scores of all pairs of different people, each pair once."""
    rows = [row[i + 1 :][people[i + 1 :] != people[i]] for i, row in enumerate(similarity)]
    return np.concatenate(rows or [np.zeros(0)]).astype(np.float64)
