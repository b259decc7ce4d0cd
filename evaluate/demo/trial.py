"""One photo under one defense at one strength: everything that the page asks for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from unmask.defenses import DEFENSES, Defense, Photo, Range

from ..advice.looking import is_grey
from ..advice.shipped import tables
from ..advice.similar import most_similar
from ..advice.table import Kind, Table
from ..pages.tags import Html, tag
from ..recognizers.base import Embeddings
from .likeness import judges
from .measured import place_of
from .words import NO_FACE, picture, told

STEP = 0.01  # of the slider
SLOW = ("cloak", "face_swap")  # seconds a photo: nothing to be dragged
REGIONS = {"its own region": "", "the whole head": "head"}


@dataclass(frozen=True, eq=False)
class Tried:
    """A photo that is tried.

    Args:
        photo: clean, with its faces.
        vectors: of the clean face, one for each recognizer; none without a face.
        table: where leakage is read off.
        away: how unlike the data set of the table is, see `distance`; None: somebody named a run.
    """

    photo: Photo
    vectors: tuple[Embeddings, ...]
    table: Table
    away: float | None = None


def tried(photo: Photo, run: Table | None = None) -> Tried:
    """Return what is needed of a photo, once, however often the strength is dragged.

    Args:
        photo: with its faces.
        run: the table of a run; None: that of the most similar public data set.
    """
    face = photo.face
    vectors = tuple(judge.vector(photo) for judge in judges()) if face else ()
    if run or face is None:
        return Tried(photo, vectors, run or tables()[0])
    share = face.width / min(photo.pixels.shape[:2])
    kind = Kind(face.width, share, float(is_grey(photo.pixels)))
    return Tried(photo, vectors, *most_similar(kind, tables()))


@cache
def offered() -> tuple[str, ...]:
    """Return the names of the defenses that can be dragged from weak to strong."""
    return tuple(name for name in DEFENSES.available() if name not in SLOW and _drags(name))


def defense_at(name: str, share: float, region: str = "") -> Defense:
    """Return a defense at a strength, of its own region or another one that it knows."""
    defense = DEFENSES.build(name).at(share)
    known = region and region in defense.regions
    return replace(defense, region=region) if known else defense


def snapped(defense: Defense, table: Table) -> Defense:
    """Return the measured setting in reach of half a step of the slider, else the defense."""
    place = place_of(defense, table)
    near = min(place.known, key=lambda one: abs(one.share - place.share), default=None)
    if near is None or abs(near.share - place.share) > STEP / 2:
        return defense
    return DEFENSES.build(near.setting.defense)


def before(this: Tried) -> str:
    """Return the clean photo for the page."""
    return picture(this.photo, "before", "the photo as it is")


def after(this: Tried, name: str, share: float, region: str = "") -> tuple[str, str]:
    """Return the defended photo for the page, and all that is said of it."""
    defense = snapped(defense_at(name, share, region), this.table)
    done = defense(this.photo)  # a preview: 'unmask apply' draws a secret seed
    shown = picture(done.photo, "after", f"the photo under {defense.spec}")
    if not this.vectors:
        return shown, tag("p", NO_FACE, class_="verdict")
    likenesses = [judge.likeness(clean, done.photo)
                  for judge, clean in zip(judges(), this.vectors, strict=True)]  # fmt: skip
    place = place_of(defense, this.table)
    return shown, Html(told(defense, likenesses, place, this.table, away=this.away))


def _drags(name: str) -> bool:
    known = DEFENSES.load(name)
    ranges = any(isinstance(kind, Range) for kind in known.space.values())
    return known.protects and ranges and not known.needs_background
