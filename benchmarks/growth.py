"""Does `compare` grow as its photos do? `python -m unmask.benchmarks.growth OUT.md --photos DIR`.

Ever more people with as many photos each; one process prepares the scene and measures defenses,
as each worker of `compare` does: processor time, peak memory, and what lay on disk, as a table and
a plot. What was measured stays in OUT.jsonl, and is not measured again. The photos are made up:
those of DIR (a sub-folder a person) shifted, scaled, turned, lit and made noisy by a seed. So it
says what a comparison costs, and nothing of what leaks. Linux only.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from matplotlib.figure import Figure

from unmask.defenses.files.atomic import replacing, write_text
from unmask.defenses.files.pictures import FORMATS, read_picture

from .origin import origin

SIDE = 250  # pixels
PEOPLE, PHOTOS = (50, 200, 1_000), 10
DEFENSES = ("none", "pixelate")
METRICS = ("outside_change",)
TURN, SHIFT, ZOOM, LIGHT, NOISE = 6.0, 0.05, 0.08, 0.25, 3.0  # degrees, shares, shares, levels


class Grown(NamedTuple):
    """What one size cost.

    Args:
        people: asked for.
        photos: that came into the scene.
        prepare: seconds of processor time to load the photos and find faces.
        measure: the same for each defense.
        memory: bytes at most, of the process.
        base: bytes before any photo was read, with the libraries and models loaded.
        disk: bytes that lay in the scratch folder at most.
    """

    people: int
    photos: int
    prepare: float
    measure: dict[str, float]
    memory: int
    base: int
    disk: int

    @property
    def seconds(self) -> float:
        """All of it."""
        return self.prepare + sum(self.measure.values())


def made_up(folder: Path, photos: Path, people: int, each: int) -> None:
    """Fill a folder with photos of people: those there are, varied.

    Raises:
        ValueError: there are fewer people.
    """
    there = [
        files
        for place in sorted(photos.iterdir())
        if (files := sorted(p for p in place.glob("*") if p.suffix.lower() in FORMATS))
    ]
    if len(there) < people:
        raise ValueError(f"{photos} must have {people} people, got {len(there)}; ask for fewer?")
    for number in range(people):
        files = there[number * len(there) // people]
        place = folder / f"{number:05d}"
        place.mkdir(parents=True)
        for turn in range(each):
            rng = np.random.default_rng([number, turn])
            pixels = varied(read_picture(files[turn % len(files)])[0], rng)
            cv2.imwrite(str(place / f"{turn:03d}.jpg"), pixels[..., ::-1])


def varied(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a photo of `SIDE` pixels, seen a little otherwise."""
    height, width = pixels.shape[:2]
    scale = SIDE / max(height, width) * (1 + rng.uniform(-ZOOM, ZOOM))
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(-TURN, TURN), scale)
    middle = np.array([width, height]) / 2
    matrix[:, 2] = matrix[:, 2] + SIDE / 2 - middle + rng.uniform(-SHIFT, SHIFT, 2) * SIDE
    seen = cv2.warpAffine(pixels, matrix, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
    light = 1 + rng.uniform(-LIGHT, LIGHT)
    values = seen * light + rng.normal(0, NOISE, seen.shape)
    return np.asarray(np.rint(values).clip(0, 255), np.uint8)


def child(data: Path, defenses: Sequence[str], attackers: Sequence[str]) -> None:
    """Prepare a scene, measure defenses, and print what that cost, in JSON."""
    from unmask.evaluate.comparison.measure import measure_or_say
    from unmask.evaluate.comparison.plan import Plan
    from unmask.evaluate.data.scene import prepare
    from unmask.threads import pin_threads

    pin_threads()
    plan = Plan(tuple(attackers), METRICS, ("dlib",), "quick")
    plan.check()
    plan.build_recognizers()[0].forward([np.zeros((150, 150, 3), np.uint8)])
    base, start = _peak(), time.process_time()
    scene = prepare(f"folder:{data}", drop_duplicates=True, scratch=data.parent / "scratch")
    prepared = time.process_time() - start
    seconds = {}
    for spec in defenses:
        start = time.process_time()
        measure_or_say(spec, scene, plan)
        seconds[spec] = time.process_time() - start
        gc.collect()
        print(spec, f"{seconds[spec]:.0f} s, {_peak() >> 20} MiB", file=sys.stderr, flush=True)
    photos = [*scene.gallery, *scene.probes, *scene.background]
    shelf = photos[0].held.shelf  # type: ignore[union-attr]
    print(json.dumps([len(photos), prepared, seconds, _peak(), base, shelf.most]))


def grown(photos: Path, people: int, each: int, defenses: Sequence[str], attackers: str) -> Grown:
    """Return what so many people cost."""
    with tempfile.TemporaryDirectory(prefix="unmask-growth-") as place:
        made_up(Path(place) / "data", photos, people, each)
        command = [
            *filter(None, [shutil.which("time")]), "-v", sys.executable, "-m", __spec__.name,
            f"{place}/data", "--child", "--defenses", *defenses, "--attackers", *attackers.split(),
        ]  # fmt: skip
        environment = {**os.environ, "UNMASK_CACHE": f"{place}/cache"}
        done = subprocess.run(
            command if command[0] != "-v" else command[1:],
            stdout=subprocess.PIPE, env=environment, text=True, check=True,
        )  # fmt: skip
    (line,) = done.stdout.splitlines()
    return Grown(people, *json.loads(line))


def exponent(found: Sequence[Grown]) -> float:
    """Return the power of the number of photos with which time grows, by least squares."""
    photos, seconds = np.log([one.photos for one in found]), np.log([one.seconds for one in found])
    return float(np.polyfit(photos, seconds, 1)[0])


def drawn(found: Sequence[Grown], path: Path) -> None:
    """Draw seconds and memory over the number of photos."""
    figure = Figure(figsize=(9, 4), layout="constrained")
    seconds, memory = figure.subplots(1, 2)
    photos = np.array([one.photos for one in found])
    seconds.plot(photos, [one.seconds for one in found], marker="o", label="measured")
    first = found[0]
    seconds.plot(photos, first.seconds * photos / first.photos, "--", color="grey",
                 label="in proportion to photos")  # fmt: skip
    seconds.set(xlabel="photos", ylabel="processor seconds", xscale="log", yscale="log")
    memory.plot(photos, [one.memory / 2**20 for one in found], marker="o", label="peak")
    memory.plot(photos, [one.base / 2**20 for one in found], "--", color="grey",
                label="before any photo: libraries and models")  # fmt: skip
    memory.set(xlabel="photos", ylabel="memory of the process, MiB", xscale="log")
    memory.set_ylim(0, 1.15 * max(one.memory for one in found) / 2**20)
    for axes in (seconds, memory):
        axes.set_xticks(photos, [f"{count:,}" for count in photos])
        axes.set_xticks([], minor=True)
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False)
    with replacing(path) as temporary:
        figure.savefig(temporary, format="png", dpi=110)


def page(
    found: Sequence[Grown], out: Path, command: Sequence[str], defenses: str, attackers: str
) -> str:
    """Return the page."""
    lines = [
        "# Growth of `compare`", "",
        f"`python -m unmask.benchmarks.growth {shlex.join(command)}`", "",
        f"One process prepares a scene of made-up photos of {SIDE}x{SIDE} pixels and measures "
        f"`{defenses}` with {attackers or 'the attackers of the budget quick'} and dlib, on whole "
        "photos and faces alone, as each worker of `compare` does. The photos are those of LFW, "
        "varied by a seed: this says what a comparison costs, and nothing of what leaks.", "",
        origin(), "",
        f"![processor time and memory]({out.stem}.png)", "",
        f"Time grows with photos to the power of {exponent(found):.2f}. Memory is the most that "
        "the process had (`/usr/bin/time -v`), and what it had before any photo was read; disk is "
        "the most that lay in the scratch folder, in MiB.", "",
        "| people | photos | CPU-s | to prepare | per photo | MiB | of it before | disk |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        *(f"| {g.people:,} | {g.photos:,} | {g.seconds:,.0f} | {g.prepare:,.0f} "
          f"| {1000 * g.seconds / g.photos:.0f} ms | {g.memory >> 20:,} | {g.base >> 20:,} "
          f"| {g.disk >> 20:,} |" for g in found), "",
    ]  # fmt: skip
    return "\n".join(lines)


def main() -> None:
    """Measure, draw, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--photos", type=Path, help="a sub-folder for each person")
    parser.add_argument("--people", type=int, nargs="+", default=PEOPLE)
    parser.add_argument("--each", type=int, default=PHOTOS, help="photos of each person")
    parser.add_argument("--defenses", nargs="+", default=DEFENSES)
    parser.add_argument("--attackers", nargs="*", default=(), help="none: those of 'quick'")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        child(given.out, given.defenses, given.attackers)
        return
    attackers, defenses = " ".join(given.attackers), " ".join(given.defenses)
    kept = given.out.with_suffix(".jsonl")
    rows = kept.read_text("utf-8").splitlines() if kept.exists() else []
    found = [Grown(*json.loads(row)) for row in rows]
    for people in given.people:
        if people not in [one.people for one in found]:
            found.append(grown(given.photos, people, given.each, given.defenses, attackers))
            found.sort(key=lambda one: one.people)
            write_text(kept, "".join(json.dumps(one) + "\n" for one in found))
    write_text(given.out, page(found, given.out, sys.argv[1:], defenses, attackers))
    drawn(found, given.out.with_suffix(".png"))


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main()
