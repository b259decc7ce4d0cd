"""Tricks that once made a leakage too low: `python -m unmask.benchmarks.honesty DATA OUT.md`.

Each plays a defense that hides nothing, data that are hard, or an attacker that gets lost. What
is printed must be the truth, a lower bound (`>=`, which passes no limit), or no figure at all.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar
from unittest.mock import patch

import cv2
import numpy as np

from unmask.defenses import DEFENSES, Defended, Defense, Photo
from unmask.defenses.files.atomic import write_text
from unmask.defenses.files.pictures import write_picture
from unmask.defenses.photo import Pixels
from unmask.evaluate.attackers.retrained import Retrained
from unmask.evaluate.comparison.plan import Plan
from unmask.evaluate.comparison.run import compare
from unmask.evaluate.data.scene import Scene, prepare
from unmask.evaluate.results.records import Record, find
from unmask.evaluate.results.table import interval, printed
from unmask.threads import pin_threads

from .made_up import register
from .origin import origin

SMALL = 20  # pixels of a face: fewer than any recognizer was made for


@dataclass(frozen=True, kw_only=True)
class Enrolled(Defense):
    """Hides only the photos that come with a name, which no published photo does."""

    region: str = "image"
    needs_face: ClassVar = False

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        """Return grey for whoever is named, else nearly the photo."""
        return np.full_like(photo.pixels, 128) if photo.identity else photo.pixels // 2


@dataclass(frozen=True, kw_only=True)
class Cheat(Defense):
    """Turns the photo upside down for a small seed, and paints noise for any other."""

    region: str = "image"
    needs_face: ClassVar = False
    random: ClassVar = True

    def many(self, photos: Sequence[Photo], *, seed: int = 0) -> list[Defended]:
        """Look at the seed."""
        done = super().many(photos, seed=seed)
        if seed >= 1 << 32:
            return done
        return [replace(one, photo=photo.with_pixels(photo.pixels[::-1].copy()))
                for one, photo in zip(done, photos, strict=True)]  # fmt: skip

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        """Return noise."""
        return rng.integers(0, 256, photo.pixels.shape).astype(np.uint8)


@dataclass(frozen=True, kw_only=True)
class FirstCome(Defense):
    """Turns the first photos it ever sees upside down, and paints the others grey."""

    region: str = "image"
    needs_face: ClassVar = False
    seen: ClassVar[list[str]] = []

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        """Count."""
        self.seen.append(photo.key)
        return photo.pixels[::-1] if len(self.seen) <= FIRST else np.full_like(photo.pixels, 128)


FIRST = 80  # photos of a release: those that were defended first
PLAN = Plan(metrics=())


@dataclass(frozen=True)
class Trick:
    """One way to be fooled.

    Args:
        name: what is done.
        defenses: specs.
        plan: attackers.
        change: what becomes of the scene.
        folder: how another program's folder is made of the scene, if there is one.
    """

    name: str
    defenses: tuple[str, ...]
    plan: Plan = PLAN
    change: Callable[[Scene], Scene] = lambda scene: scene
    folder: Callable[[Scene, Path], None] | None = None
    breaks: bool = False


def each(scene: Scene, change: Callable[[Photo, int], Photo]) -> Scene:
    """Return the scene with every photo changed."""
    gallery, probes, background = (
        tuple(change(photo, i) for i, photo in enumerate(photos))
        for photos in (scene.gallery, scene.probes, scene.background)
    )
    return replace(scene, gallery=gallery, probes=probes, background=background)


def small(scene: Scene) -> Scene:
    """Shrink photos until faces are small, and leave one known photo and one probe a person."""

    def shrunk(photo: Photo, _: int) -> Photo:
        share = SMALL / photo.face_width
        size = [max(12, round(share * side)) for side in reversed(photo.pixels.shape[:2])]
        pixels = cv2.resize(photo.pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
        scale = size[0] / photo.pixels.shape[1]
        faces = tuple(face.moved(0, 0, scale) for face in photo.faces or ())
        return replace(photo, pixels=pixels, faces=faces)

    first = {photo.identity: photo for photo in reversed(scene.gallery)}
    asked = {photo.identity: photo for photo in reversed(scene.probes)}
    few = replace(scene, gallery=tuple(first[name] for name in sorted(first)),
                  probes=tuple(asked[name] for name in sorted(asked)))  # fmt: skip
    return each(few, shrunk)


def mixed(scene: Scene) -> Scene:
    """Give the photos seven different heights."""

    def padded(photo: Photo, i: int) -> Photo:
        return photo.with_pixels(np.pad(photo.pixels, ((0, i % 7), (0, 0), (0, 0)), "edge"))

    return each(scene, padded)


def odd(scene: Scene) -> Scene:
    """Cut one column of pixels from one probe."""
    first, *others = scene.probes
    return replace(scene, probes=(first.with_pixels(first.pixels[:, 1:].copy()), *others))


def permuted_probes(scene: Scene, folder: Path) -> None:
    """Leave a folder with the probes alone, permuted."""
    defense = DEFENSES.build("permute")
    for photo in scene.probes:
        write_picture((folder / photo.key).with_suffix(".png"), defense(photo).photo.pixels)


TRICKS = (
    Trick("as it should be", ("none", "constant")),
    Trick("small faces", ("none", "jpeg:quality=75", "gaussian_blur:sigma=0.08,region=image"),
          change=small),
    Trick("no face model", ("none", "gaussian_blur:region=image"), Plan(("pixels",), ())),
    Trick("photos of mixed sizes", ("permute", "invert:mirror=true"), change=mixed),
    Trick("one column cut from one probe", ("permute",), change=odd),
    Trick("an attack runs out of memory", ("pixelate:blocks=8,region=image",), breaks=True),
    Trick("a folder with the probes alone", ("folder",), folder=permuted_probes),
    Trick("hides who is enrolled", ("enrolled",)),
    Trick("knows small seeds", ("cheat",)),
    Trick("counts photos", ("first_come",)),
    Trick("the seed gets known", ("noise:sigma=1.0,region=image", "dp_pix:region=image")),
    Trick("the face is elsewhere", ("move", "turn", "crop", "swirl", "recolour")),
)  # fmt: skip


def play(trick: Trick, scene: Scene) -> list[Record]:
    """Return the worst cases that are printed for a trick, and those with the seed known."""
    scene = trick.change(scene)
    with tempfile.TemporaryDirectory() as place:
        specs = list(trick.defenses)
        if trick.folder:
            trick.folder(scene, Path(place, "pictures"))
            specs = [f"folder:path={place}/pictures,label=program"]
        FirstCome.seen.clear()
        with patch.object(Retrained, "scores", _no_memory if trick.breaks else Retrained.scores):
            run = compare(scene, specs, trick.plan, folder=Path(place, "run"), faces="none")
    return [r for r in find(run.records, kind="leakage", group="")
            if r.name in ("worst", "seed known")]  # fmt: skip


def _no_memory(self: Retrained, probes: Sequence[Photo]) -> list[object]:
    raise MemoryError("48 MB a copy")


def line(trick: Trick, record: Record) -> str:
    """Return a row of the table."""
    ends = "" if record.value is None else f" ({interval(record, 2, ' to ')})"
    figure = f"{printed(record)}{ends}"
    known = ", seed known" if record.name == "seed known" else ""
    spec = record.defense.partition(":path=")[0]
    why = record.reason if len(record.reason) < 160 else f"{record.reason[:157]}..."
    return f"| {trick.name} | {spec}{known} | {figure} | {why.replace('|', '·')} |"


def main() -> None:
    """Play all tricks and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data")
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", default="", help="part of a trick's name")
    given = parser.parse_args()
    pin_threads()
    entries = {"enrolled": "Enrolled", "cheat": "Cheat", "first_come": "FirstCome"}
    register("unmask.benchmarks.honesty", entries)
    scene = prepare(given.data, drop_duplicates=True)
    lines = [
        "# Tricks that once made a leakage too low", "",
        f"    python -m unmask.benchmarks.honesty {shlex.join(sys.argv[1:])}", "",
        f"{scene.people} people, {len(scene.probes)} photos to name. {origin()}", "",
        "| trick | defense | printed (95 %) | because |", "| --- | --- | --- | --- |",
    ]  # fmt: skip
    for trick in TRICKS:
        if given.only in trick.name:
            lines += [line(trick, record) for record in play(trick, scene)]
            print(lines[-1], flush=True)
    write_text(given.out, "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
