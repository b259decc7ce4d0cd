"""What settings look like: on a face that anybody may be shown, or on those of the search."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from unmask.defenses import DEFENSES, Photo
from unmask.defenses.faces.find import find_faces
from unmask.defenses.photo import Pixels

from ..comparison.defending import defend_all
from ..pages.faces import face_strip, picture
from ..pages.tags import Html, tag
from .charts import said
from .choose import spread
from .points import Point
from .result import Tuned
from .strip import strip_path
from .words import picked, short

MOST = 6
_SIDE = 176  # pixels of a face; twice what a page shows, for screens that have so many
_WARNING = tag("p", tag("strong", "These are defended faces of your own photos: keep this page "
                        "to yourself."))  # fmt: skip
_NONE = tag("p", "No picture: what is searched here is made of other people's faces, or by "
            "another program.", class_="soft")  # fmt: skip
_WHO = tag("p", "The astronaut Eileen Collins (NASA, public domain); figures are of the data that "
           "was searched. With --show-faces the page shows defended faces of that instead.",
           class_="soft")  # fmt: skip


def looks_of(tuned: Tuned) -> list[Html]:
    """Return pictures of settings from the least leakage to the most, with what they leak."""
    shown = [(tuned, point, _told(tuned, point)) for point in _shown(tuned)]
    return _looks(shown, own=tuned.show_faces)


def settled_looks(found: Sequence[Tuned]) -> list[Html]:
    """Return one picture of each defense at the setting that was chosen, or came nearest."""
    shown = [(one, one.seen, _held(one, one.seen)) for one in found if one.seen]
    return _looks(shown, own=any(one.show_faces for one in found))


def _looks(shown: Sequence[tuple[Tuned, Point, str]], *, own: bool) -> list[Html]:
    """Return pictures of settings, each with its words: of the user's own faces, or of one."""
    if own:
        rows = [
            tag("figure", picture(data, f"four faces at {short(point.defense)}"),
                tag("figcaption", told))
            for tuned, point, told in shown
            if (data := _kept(strip_path(tuned.folder, point.number)))
        ]  # fmt: skip
        return [_WARNING, *rows] if rows else []
    pictures = [(_example(point.defense), told) for _, point, told in shown]
    if not any(data for data, _ in pictures):
        return [_NONE]
    return [face_strip([(_encoded(_face().pixels), "clean"), *pictures]), _WHO]


def _held(tuned: Tuned, point: Point) -> str:
    name = short(point.defense).replace(":", ": ").replace(",", ", ")  # so that it may break there
    return f"{name}{'' if tuned.holds else ', does not hold'}"


def _shown(tuned: Tuned) -> list[Point]:
    """Return some settings along the one parameter, or along the front, the checked one too."""
    space = [*tuned.about.space]
    if len(space) == 1:
        known = [p for p in tuned.points if space[0] in p.settings]
        options = getattr(tuned.about.space[space[0]], "options", ())
        order = [options.index(p.settings[space[0]]) if options else p.settings[space[0]]
                 for p in known]  # fmt: skip
        known = [known[place] for place in np.argsort(order, kind="stable")]
    else:
        known = list(tuned.front)
    unlike = list({p.defense: p for p in known}.values())
    if tuned.seen is None:
        return spread(unlike, MOST)
    some = spread([p for p in unlike if p.defense != tuned.seen.defense], MOST - 1)
    return [p for p in known if p in some or p is tuned.seen] + (
        [] if any(p is tuned.seen for p in known) else [tuned.seen]
    )


def _told(tuned: Tuned, point: Point) -> str:
    settings = ", ".join(f"{name} {said(value)}" for name, value in point.settings.items())
    best = f"{picked(tuned)}: " if tuned.seen and point.number == tuned.seen.number else ""
    leak = (
        f"at least {point.leakage.value:.2f}" if point.open_end else f"{point.leakage.value:.2f}"
    )
    return f"{best}{settings}, leaks {leak}"


@cache
def _face() -> Photo:
    from skimage.data import astronaut

    pixels = np.ascontiguousarray(astronaut()[:256, 96:352])
    return Photo(pixels, key="example", faces=find_faces(pixels))


def _example(spec: str) -> bytes | None:
    """Return the defended face; None where the defense is made of other people's faces, or fails.

    A face that came back as it was is no example of what the defense does.
    """
    defense = DEFENSES.build(spec)
    if defense.needs_background or defense.name == "folder":
        return None
    (done,) = defend_all(defense, [_face()], seed=0)
    return _encoded(done.photo.pixels) if done.outcome == "defended" else None


def _kept(path: Path) -> bytes | None:
    try:
        with Image.open(path) as kept:
            return _encoded(np.asarray(kept.convert("RGB")), side=0)
    except OSError:
        return None


def _encoded(pixels: Pixels, side: int = _SIDE) -> bytes:
    image = Image.fromarray(pixels)
    if side:
        image = image.resize((side, side), Image.Resampling.LANCZOS)
    data = io.BytesIO()
    image.save(data, "WEBP", quality=85, method=6)
    return data.getvalue()
