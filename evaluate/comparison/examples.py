"""Example faces for the page: what each defense makes of a face, and what is won back of it.

By default the face is public: Eileen Collins (NASA, public domain, from scikit-image), and all
that is learned is learned from people of ORL, so that nobody of the user's is in the picture.
A page never waits for a picture: where one cannot be made, it says why.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

import cv2
import numpy as np
from PIL import Image

from unmask.defenses import DEFENSES, Photo, default_cache
from unmask.defenses.faces.find import find_faces
from unmask.defenses.files.code_digest import edited
from unmask.defenses.photo import Pixels
from unmask.device import mark

from ..attackers.restoration.base import face_window
from ..attackers.restored import Restored
from ..data import load_dataset
from ..data.scene import Progress, Scene
from ..report import faces as album
from ..report.faces import Example, Faces
from ..results.shown import PROGRAMS
from .blind import blind
from .config import code_for
from .defending import Blindfolded, OwnCopies

Whose = Literal["public", "own", "none"]

_TEACHERS = "orl,people=10,photos=3"
_WIDTH, _HEIGHT = 92, 112  # of photos of ORL, which the public face is brought to
_SIDE = 112  # pixels of the user's own faces
_OWN = 3
_LEARNED = 60  # photos that the attacker learns from, at most: it is a picture, no measurement
_SLOW = 2.0  # seconds a photo: nobody waits for what would be won back then
_QUALITY = 72
_PUBLIC = (
    "The face is that of Eileen Collins (NASA, public domain). Won back is what an attacker makes "
    "of the defended face who has learned to undo the defense on ten people of ORL. It is an "
    "illustration: figures come from the photos of this run and from every attacker."
)
_USERS = (
    "These are faces of this run. Won back is what an attacker makes of the defended face who has "
    "learned to undo the defense on the background people. Figures come from every attacker."
)


@dataclass(frozen=True, eq=False)
class _Studio:
    """Faces to be shown, and people to learn from, who are others."""

    faces: Sequence[Photo]
    teachers: Sequence[Photo]
    strangers: Sequence[Photo]
    seed: int
    side: float = 0.0  # face widths of the square that is cut out; 0: the whole photo

    @property
    def names(self) -> dict[str, str]:
        return {photo.key: photo.key for photo in (*self.faces, *self.teachers)}


def example_faces(
    scene: Scene, defenses: Sequence[str], seed: int, whose: Whose = "public",
    progress: Progress | None = None,
) -> Faces:  # fmt: skip
    """Return what each defense makes of a public face, or of three of the run.

    Args:
        scene: of the run; looked at for `own` alone.
        defenses: specs.
        seed: of the run.
        whose: `public`, `own` or `none`.
        progress: called with what is being done, the number done and the number to do.
    """
    if whose == "none" or not album.TAKEN:
        return Faces()
    try:
        studio = _public(seed) if whose == "public" else _own(scene, seed)
    except Exception as error:  # a picture is never worth a run
        why = f"no picture: {type(error).__name__}: {error}"
        return Faces(why=dict.fromkeys(defenses, why))
    found: dict[str, Sequence[Example]] = {}
    lost: dict[str, str] = {}
    for number, spec in enumerate(defenses):
        if progress:
            progress("example faces", number, len(defenses))
        if spec.partition(":")[0] in PROGRAMS:
            lost[spec] = "no picture: another program made these photos, and it is not asked"
            continue
        try:
            found[spec] = _kept(studio, spec, whose)
        except Exception as error:
            lost[spec] = f"no picture: {type(error).__name__}: {error}"
    if progress:
        progress("example faces", len(defenses), len(defenses))
    return Faces(_PUBLIC if whose == "public" else _USERS, found, lost)


def _kept(studio: _Studio, spec: str, whose: Whose) -> Sequence[Example]:
    """Make the examples, or find them in the cache where they were made of the same."""
    if edited():
        return _examples(studio, spec)
    marks = [hashlib.sha256(photo.pixels.tobytes()).hexdigest()
             for photo in (*studio.faces, *studio.teachers)]  # fmt: skip
    told = [spec, whose, studio.seed, code_for([spec]), marks, mark()]
    key = hashlib.sha256(b"example faces" + json.dumps(told).encode()).digest()
    known = default_cache().get_many([key])
    if known:
        return _unpacked(next(iter(known.values())))
    made = _examples(studio, spec)
    default_cache().put_many({key: _packed(made)})
    return made


def _examples(studio: _Studio, spec: str) -> list[Example]:
    defense = DEFENSES.build(spec).fit(tuple(studio.strangers))
    blindfolded = Blindfolded(defense, studio.seed, studio.names)
    start = time.perf_counter()
    released = blindfolded.released(studio.faces)
    slow = (time.perf_counter() - start) / len(studio.faces) > _SLOW
    failed = next((one.reason for one in released if one.outcome == "failed"), "")
    if failed:
        raise RuntimeError(failed)
    seen = [p.with_pixels(d.photo.pixels) for p, d in zip(studio.faces, released, strict=True)]
    won: list[Photo | None] = [None] * len(seen)
    share = None
    if not slow:
        attacker = Restored()
        attacker.recognizers, attacker.seed = (), studio.seed
        attacker.fit([], studio.teachers, OwnCopies(blindfolded))
        best = max(attacker.steps(seen), key=lambda s: s.won if math.isfinite(s.won) else -1.0)
        if math.isfinite(best.won):
            won, share = list(best.probes), round(float(best.won), 3)
    return [
        Example(_encoded(_shown(studio, p, p)), _encoded(_shown(studio, p, d)),
                None if w is None else _encoded(_shown(studio, p, w)), share)
        for p, d, w in zip(studio.faces, seen, won, strict=True)
    ]  # fmt: skip


def _shown(studio: _Studio, photo: Photo, made: Photo) -> Pixels:
    if not studio.side:
        return made.pixels
    rows, columns = face_window(photo, studio.side)
    part = made.pixels[rows, columns]
    return np.asarray(cv2.resize(part, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA), np.uint8)


@cache
def _public(seed: int) -> _Studio:
    """Return the astronaut, framed as the people of ORL are, and ten of these."""
    teachers = [replace(p, faces=find_faces(p.pixels)) for p in load_dataset(_TEACHERS).photos]
    boxes = [photo.face.box for photo in teachers if photo.face]
    x, y, width, _ = np.median(boxes, 0)
    from skimage import data

    whole = data.astronaut()
    left, top, wide, _ = find_faces(whole)[0].box
    scale = width / wide
    where = np.array([[scale, 0, x - left * scale], [0, scale, y - top * scale]])
    framed = cv2.warpAffine(
        whole, where, (_WIDTH, _HEIGHT), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE
    )
    pixels = np.asarray(framed, np.uint8)
    face = Photo(pixels, "example", "", find_faces(pixels))
    return _Studio([face], teachers, teachers, seed)


def _own(scene: Scene, seed: int) -> _Studio:
    """Return three probes of three people, and the background people of the run."""
    hidden = blind(scene, seed)
    people = {p.identity: b for p, b in zip(scene.probes, hidden.probes, strict=True) if p.face}
    faces = list(people.values())[:: max(1, len(people) // _OWN)][:_OWN]
    if not faces:
        raise LookupError("no face was found on any photo")
    teachers = hidden.background[:: max(1, len(hidden.background) // _LEARNED)][:_LEARNED]
    return _Studio(faces, teachers, hidden.strangers, seed, side=1.8)


def _encoded(pixels: Pixels) -> bytes:
    """Return a small WebP."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "WEBP", quality=_QUALITY, method=6)
    return out.getvalue()


def _packed(examples: Sequence[Example]) -> bytes:
    parts = [[one.clean.hex(), one.defended.hex(), one.won.hex() if one.won else None, one.share]
             for one in examples]  # fmt: skip
    return json.dumps(parts).encode()


def _unpacked(data: bytes) -> list[Example]:
    return [
        Example(bytes.fromhex(clean), bytes.fromhex(defended),
                bytes.fromhex(won) if won else None, share)
        for clean, defended, won, share in json.loads(data)
    ]  # fmt: skip
