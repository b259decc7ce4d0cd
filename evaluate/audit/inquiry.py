"""The plan of an audit: which views are shown to whom, and what is asked about each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from ..vlm.wording import PROMPTS, TEMPLATES, Wording
from .people import Subjects
from .pools import pools_of
from .views import CLEAN, CONTEXTS, MASK, Context, View

# in the order they are asked and reported
PROBES = ("open", "forced", "yes_no", "votes", "same", "unasked", "useful")
DEFAULT = ("open", "forced", "yes_no", "votes", "same", "unasked")


@dataclass(frozen=True)
class Inquiry:
    """What is asked, in plain values, so that it goes into `config.json`.

    Args:
        defenses: specs, weak to strong within each defense.
        probes: some of `PROBES`.
        prompts: names of the open prompts.
        contexts: what becomes of the surroundings; `whole` is always asked.
        candidates: least size of a pool, 0 for all of one gender.
        decoys: further names among which template votes choose.
        crop: side of the square around the face that is shown, in face sizes; 0 whole.
        tokens: longest open answer.
        seed: of pools and defenses.
        wording: how it is said.
    """

    defenses: tuple[str, ...] = ()
    probes: tuple[str, ...] = DEFAULT
    prompts: tuple[str, ...] = tuple(PROMPTS)
    contexts: tuple[Context, ...] = CONTEXTS
    candidates: int = 50
    decoys: tuple[str, ...] = ()
    crop: float = 0.0
    tokens: int = 24
    seed: int = 0
    wording: Wording = field(default_factory=Wording)

    def __post_init__(self) -> None:
        """Check names and bounds."""
        for kind, given, known in (
            ("probe", self.probes, PROBES),
            ("prompt", self.prompts, tuple(name for name, _ in self.wording.prompts)),
            ("context", self.contexts, CONTEXTS),
        ):
            wrong = [name for name in given if name not in known]
            if wrong:
                raise ValueError(f"a {kind} is one of {', '.join(known)}, got '{wrong[0]}'")
        if not self.probes:
            raise ValueError("at least one probe is needed, got none")
        if self.candidates and self.candidates < 2:
            raise ValueError(f"candidates must be 2 or more, or 0 for all, got {self.candidates}")
        if not 0 <= self.crop <= 20 or self.tokens < 1:
            raise ValueError(f"crop is 0 to 20 face sizes, got {self.crop}; tokens at least 1, "
                             f"got {self.tokens}")  # fmt: skip

    def as_dict(self) -> dict[str, Any]:
        """Return the plan and every sentence it leads to, ready for JSON."""
        return asdict(self) | {"templates": list(TEMPLATES)}


@dataclass(frozen=True)
class Unit:
    """Questions that are asked and written together.

    Args:
        number: position in the audit.
        view: what is shown.
        pool: number of the pool that all of them are in.
        photos: keys of photos; of a view without a picture, identities.
    """

    number: int
    view: View
    pool: int
    photos: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Audit:
    """Everything that is settled before the first question.

    Args:
        subjects: people and photos, with faces.
        inquiry: what is asked.
        pools: identities, pool by pool.
        batch: photos in a unit.
    """

    subjects: Subjects
    inquiry: Inquiry
    pools: tuple[tuple[str, ...], ...]
    batch: int

    @classmethod
    def of(cls, subjects: Subjects, inquiry: Inquiry, batch: int) -> Audit:
        """Draw the pools."""
        pools = pools_of(subjects.people.values(), inquiry.candidates, inquiry.seed)
        return cls(subjects, inquiry, pools, batch)

    @property
    def mark(self) -> str:
        """Digest of who is asked about, on which photos, among whom."""
        keys = [photo.key for photo in self.subjects.photos]
        return hashlib.sha256(json.dumps([keys, self.pools]).encode()).hexdigest()[:16]

    def views(self) -> list[View]:
        """Return all views; clean whole photos first, because some probes compare with them."""
        contexts = ["whole", *(c for c in self.inquiry.contexts if c != "whole")]
        faces = (CLEAN, *self.inquiry.defenses, MASK)
        shown = [View(face, c) for face in faces for c in CONTEXTS if c in contexts]
        return [shown[0], View(shown="none"), View(shown="other"), *shown[1:]]

    def units(self) -> list[Unit]:
        """Return all units in the order they are asked."""
        found: list[Unit] = []
        for view in self.views():
            for pool, keys in enumerate(self._keys(view)):
                for start in range(0, len(keys), self.batch):
                    part = tuple(keys[start : start + self.batch])
                    found.append(Unit(len(found), view, pool, part))
        return found

    def _keys(self, view: View) -> Iterator[list[str]]:
        """Yield the photos of each pool; those without a face only as they are."""
        for pool in self.pools:
            if view.shown == "none":
                yield list(pool)
                continue
            needs = view.context != "whole" or view.face == MASK
            yield [p.key for p in self.subjects.photos
                   if p.identity in pool and (p.face or not needs)]  # fmt: skip
