"""What an accelerator gains, and how far from the processor it is, network by network.

python -m unmask.benchmarks.devices OUT.md --device DEVICE
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from unmask.defenses import DEFENSES, Photo
from unmask.defenses.faces.dlib_chip import dlib_chip
from unmask.defenses.files.atomic import write_text
from unmask.device import CPU, mark, on_device
from unmask.evaluate.attackers.cnn import Cnn
from unmask.evaluate.attackers.restoration.unet import Unet
from unmask.evaluate.data.scene import Scene, prepare
from unmask.evaluate.recognizers.dlib_resnet import DlibResNet
from unmask.threads import pin_threads

from .origin import origin

ROUNDS = 2
FACES, VECTORS = 8, 128  # faces that are changed, and that become vectors
STEPS = 20  # of the network that restores; an attack takes 400
BLUR = "gaussian_blur:sigma=0.06,region=image"
Work = Callable[[], NDArray[np.float64]]


class Row(NamedTuple):
    """One network on two devices.

    Args:
        work: what ran.
        here: seconds on the processor, mean of the rounds.
        there: seconds on the accelerator.
        difference: largest absolute difference of what they give.
        share: of its values, how many differ by more than one grey level or a thousandth.
        again: whether the accelerator gave the same bytes each time.
    """

    work: str
    here: float
    there: float
    difference: float
    share: float
    again: bool


def works(scene: Scene) -> dict[str, tuple[Work, float]]:
    """Return what is run, by name, and which difference of its values counts."""
    photos = list(scene.gallery)
    chips = [dlib_chip(photo) for photo in (photos * VECTORS)[:VECTORS]]
    seen = [made.photo for made in DEFENSES.build(BLUR).many(photos, seed=1)]
    who = np.unique([photo.identity for photo in photos], return_inverse=True)[1]

    def named() -> NDArray[np.float64]:
        return np.exp(Cnn(seed=1).fit(seen, who, np.arange(len(who))).scores(seen))

    def restored() -> NDArray[np.float64]:
        net = Unet(lambda draw: (photos, seen), lambda some: [None] * len(some), steps=STEPS)
        return _pixels(net.fit(photos, seen).restore(seen[:FACES]))

    def changed(spec: str) -> Work:
        return lambda: _pixels(
            [made.photo for made in DEFENSES.build(spec).many(photos[:FACES], seed=3)]
        )

    return {
        f"vectors of {VECTORS} faces by dlib's network": (
            lambda: DlibResNet().forward(chips).astype(np.float64), 1e-3),
        f"`retrained`, its network: {len(seen)} photos learned and named": (named, 1e-3),
        f"`restored`, its U-Net: {STEPS} steps": (restored, 1),
        f"`face_swap` of {FACES} photos": (changed("face_swap"), 1),
        f"`cloak` of {FACES} photos": (changed("cloak"), 1),
    }  # fmt: skip


def _pixels(photos: Sequence[Photo]) -> NDArray[np.float64]:
    return np.stack([photo.pixels for photo in photos]).astype(np.float64)


def measure(
    todo: Mapping[str, tuple[Work, float]], device: str, rounds: int = ROUNDS
) -> list[Row]:
    """Run everything on the processor and on a device, in turns, after one time to warm up."""
    rows = []
    for name, (work, counts) in todo.items():
        made: dict[str, list[NDArray[np.float64]]] = {CPU: [], device: []}
        seconds: dict[str, list[float]] = {CPU: [], device: []}
        for _ in range(rounds + 1):
            for place in made:
                with on_device(place):
                    start = time.perf_counter()
                    made[place].append(work())
                    seconds[place].append(time.perf_counter() - start)
        off = np.abs(made[device][0] - made[CPU][0])
        again = all(np.array_equal(one, made[device][0]) for one in made[device])
        here, there = (fmean(seconds[place][1:]) for place in (CPU, device))
        rows.append(Row(name, here, there, off.max(), float((off > counts).mean()), again))
        print(rows[-1], flush=True)
    return rows


def table(rows: Sequence[Row], device: str) -> str:
    """Write the result as Markdown."""
    lines = [
        f"| {row.work} | {row.here:.2f} | {row.there:.2f} | {row.here / row.there:.1f} "
        f"| {row.difference:.2g} | {row.share:.2%} | {'yes' if row.again else 'no'} |"
        for row in rows
    ]
    with on_device(device):
        card = mark()
    head = [
        "# What a graphics card gains", "",
        f"    python -m unmask.benchmarks.devices devices.md --device {device}", "",
        f"Faces of ORL; the processor with one thread, the other: {card}. Seconds are of the wall "
        f"clock, mean of {ROUNDS} rounds in turns after one to warm up, pictures sent there and "
        "back included. Differences are to the processor: of vectors and shares as they are, of "
        "pictures in grey levels; beside them, how many values are off by more than a "
        f"thousandth, or a grey level. {origin()}", "",
        "| work | processor, s | card, s | times | largest difference | off | the same again |",
        "| --- | ---: | ---: | ---: | ---: | ---: | --- |",
    ]  # fmt: skip
    return "\n".join([*head, *lines, ""])


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print and write the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("out", type=Path, help="where the table goes")
    parser.add_argument("--device", required=True, help="what is beside the processor")
    options = parser.parse_args(arguments)
    pin_threads()
    with on_device(options.device):  # an error in one line before any work
        todo = works(prepare("orl:people=16,photos=6"))
    text = table(measure(todo, options.device), options.device)
    write_text(options.out, text)
    print(text)


if __name__ == "__main__":
    main()
