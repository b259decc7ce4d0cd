"""Measure the face swap: `python -m unmask.benchmarks.face_swap_quality --photos DIR`.

Only people whom the built-in model never saw are used.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Defended, Photo
from unmask.defenses.base import with_faces
from unmask.defenses.face_swap.face_swap import FaceSwap
from unmask.defenses.files.pictures import SUFFIXES, read_picture
from unmask.evaluate import RECOGNIZERS
from unmask.evaluate.metrics.hog_face import found, painted
from unmask.evaluate.metrics.slopes import seam_ratio, sharpness_ratio
from unmask.evaluate.recognizers.base import Recognizer

from .face_swap_data import held_out

Values = NDArray[np.float64]
Vectors = NDArray[np.float32]


def distances(recognizer: Recognizer, a: Sequence[Photo], b: Sequence[Photo]) -> Values:
    """Return minus the similarity of each photo of `a` and its partner in `b`.

    For dlib that is their distance, for cosines it is from -1 (alike) to 1.
    """
    pairs = zip(recognizer.embed(a), recognizer.embed(b), strict=True)
    return np.array([-recognizer.similarity(x[None], y[None])[0, 0] for x, y in pairs])


def first_rank(recognizer: Recognizer, made: Sequence[Photo], gallery: Sequence[Photo]) -> float:
    """Return how often the nearest other photo of the gallery shows the same person."""
    near = recognizer.similarity(recognizer.embed(made), recognizer.embed(gallery))
    near = near.astype(np.float64)
    for i, photo in enumerate(made):
        near[i, [other.key == photo.key for other in gallery]] = -np.inf
    alone = {photo.identity for photo in made} & {
        name for name in (p.identity for p in gallery)
        if sum(p.identity == name for p in gallery) > 1
    }  # fmt: skip
    hits = [
        gallery[int(row.argmax())].identity == photo.identity
        for row, photo in zip(near, made, strict=True)
        if photo.identity in alone
    ]
    return float(np.mean(hits)) if hits else float("nan")


def nearest(recognizer: Recognizer, photos: Sequence[Photo], known: Vectors) -> dict[str, float]:
    """Return how alike each photo is to the most similar of some vectors."""
    near = recognizer.similarity(recognizer.embed(photos), known).max(1)
    return {"median": float(np.median(near)), "95 %": float(np.percentile(near, 95))}


def quality(
    photos: Sequence[Photo], gallery: Sequence[Photo], defense: FaceSwap, names: Sequence[str],
    training: Sequence[Photo] = (),
) -> dict[str, float]:  # fmt: skip
    """Return all figures of the face swap on some photos.

    Args:
        photos: with one main face each.
        gallery: photos of known people, those among them.
        defense: the face swap.
        names: recognizers, for example `dlib`.
        training: photos that the model was trained on.
    """
    start = time.process_time()
    made = defense.many(photos)
    figures = {"seconds a face": (time.process_time() - start) / len(photos)}
    again = [one.photo for one in defense.many(photos, seed=1)]
    new = [one.photo for one in made]
    pairs = list(zip(photos, made, strict=True))
    figures |= {
        "HOG finds a face": found(photos, made).mean(),
        "HOG, before": found(photos, [Defended(p, "unchanged", m.mask) for p, m in pairs]).mean(),
        "HOG, grey": found(photos, painted(photos, made, "grey")).mean(),
        "HOG, Telea": found(photos, painted(photos, made, "Telea")).mean(),
        "seam ratio (median)": float(np.median([seam_ratio(p, m) for p, m in pairs])),
        "sharpness ratio (median)": float(np.median([sharpness_ratio(p, m) for p, m in pairs])),
        "masked or pixelated": float(np.mean([bool(one.reason) for one in made])),
    }
    for name in names:
        recognizer = RECOGNIZERS.build(name)
        away = distances(recognizer, photos, new)
        label = recognizer.label
        figures[f"{label}: distance to the old face (median)"] = float(np.median(away))
        figures[f"{label}: seed to seed (mean)"] = float(distances(recognizer, new, again).mean())
        figures[f"{label}: rank-1 among {len(gallery)}"] = first_rank(recognizer, new, gallery)
        figures[f"{label}: rank-1, undefended"] = first_rank(recognizer, photos, gallery)
        if label == "dlib":
            figures["dlib: beyond 0.6"] = float(np.mean(away > 0.6))
        if training:
            known = recognizer.embed(training)
            for what, shown in (("new", new), ("real", photos)):
                for part, value in nearest(recognizer, shown, known).items():
                    figures[f"{label}: nearest of {len(training)} trained on, {what}, {part}"] = (
                        value
                    )
    return figures


def main() -> None:
    """Read the arguments, measure and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, required=True, help="one folder per person")
    parser.add_argument("--weights", default="", help="another model's file")
    parser.add_argument("--count", type=int, default=64)
    parser.add_argument("--gallery", type=int, default=400, help="photos of known people")
    parser.add_argument("--recognizers", nargs="*", default=["dlib"])
    parser.add_argument("--training", type=int, default=0, help="photos trained on, to compare")
    parser.add_argument("--setting", nargs="*", default=[], help="name=value, numbers only")
    arguments = parser.parse_args()
    photos, gallery = chosen(arguments.photos, arguments.count, arguments.gallery)
    settings = {
        name: json.loads(value) for name, value in (s.split("=") for s in arguments.setting)
    }
    defense = FaceSwap(weights=arguments.weights, **settings)
    defense(photos[0])  # loads the model
    seen = trained_on(arguments.photos, arguments.training) if arguments.training else ()
    print(json.dumps(quality(photos, gallery, defense, arguments.recognizers, seen), indent=1))


def chosen(folder: Path, count: int, known: int) -> tuple[list[Photo], list[Photo]]:
    """Return photos to defend and a gallery, of people held out, those with most photos first."""
    people = [p for p in sorted(folder.iterdir()) if p.is_dir() and held_out(p.name)]
    files = {p: [f for f in sorted(p.iterdir()) if f.suffix.lower() in SUFFIXES] for p in people}
    ranked = sorted(people, key=lambda p: (-min(len(files[p]), 4), p.name))
    order = [(place, f) for p in ranked for place, f in enumerate(files[p][:4])]
    gallery = [_read(f) for _, f in order[:known]]
    firsts = [
        photo for photo, (place, _) in zip(gallery, order[:known], strict=True) if place == 0
    ]
    return [photo for photo in firsts if photo.face][:count], [p for p in gallery if p.face]


def trained_on(folder: Path, count: int) -> list[Photo]:
    """Return photos of people who were trained on, evenly over the alphabet."""
    people = [p for p in sorted(folder.iterdir()) if p.is_dir() and not held_out(p.name)]
    files = [f for p in people for f in sorted(p.iterdir()) if f.suffix.lower() in SUFFIXES]
    places = np.linspace(0, len(files) - 1, min(count, len(files))).astype(int)
    photos = [_read(files[place]) for place in places]
    return [photo for photo in photos if photo.face]


def _read(path: Path) -> Photo:
    key = f"{path.parent.name}/{path.name}"
    return with_faces(Photo(read_picture(path)[0], key, path.parent.name))


if __name__ == "__main__":
    main()
