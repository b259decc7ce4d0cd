"""How long a face takes: dlib's recognizer in dlib and in torch.

python -m unmask.benchmarks.recognizers [--photos N] [--out FILE]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from unmask.defenses.faces.dlib_chip import WEIGHTS, dlib_chip
from unmask.defenses.faces.dlib_net import load_dlib_net
from unmask.defenses.faces.find import find_many
from unmask.defenses.faces.landmarks import model_path
from unmask.defenses.photo import Pixels
from unmask.evaluate.data import load_dataset
from unmask.threads import pin_threads

from .origin import origin

BATCHES = (1, 8, 32)
ROUNDS = 5
RESULT = Path(__file__).parent / "results" / "recognizers.md"
Embed = Callable[[Sequence[Pixels]], NDArray[np.float32]]


class Row(NamedTuple):
    """One way to embed faces.

    Args:
        way: what ran.
        milliseconds: CPU time of a face, median of the rounds.
        ratio: how many times faster than dlib alone.
        difference: largest absolute difference to dlib's own numbers.
    """

    way: str
    milliseconds: float
    ratio: float
    difference: float


def measure(chips: Sequence[Pixels], rounds: int = ROUNDS) -> list[Row]:
    """Time dlib and torch in turns, on one thread, in one process.

    Args:
        chips: faces, `(150, 150, 3)` uint8.
        rounds: how often each way embeds all chips, after one time to warm up.
    """
    ways = {
        "dlib, one by one": _dlib(batched=False),
        "dlib, all at once": _dlib(batched=True),
        **{f"torch, batches of {size}": _torch(size) for size in BATCHES},
    }
    made = {way: embed(chips) for way, embed in ways.items()}
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way, embed in ways.items():
            start = time.process_time()
            embed(chips)
            seconds[way].append(time.process_time() - start)
    first = next(iter(ways))
    typical = {way: median(times) for way, times in seconds.items()}
    return [
        Row(
            way,
            1000 * typical[way] / len(chips),
            typical[first] / typical[way],
            float(np.abs(made[way] - made[first]).max()),
        )
        for way in ways
    ]


def _dlib(*, batched: bool) -> Embed:
    import dlib

    model = dlib.face_recognition_model_v1(str(model_path(WEIGHTS)))
    if batched:
        return lambda chips: np.array(model.compute_face_descriptor(list(chips)), np.float32)
    return lambda chips: np.array([model.compute_face_descriptor(c) for c in chips], np.float32)


def _torch(size: int) -> Embed:
    import torch

    network = load_dlib_net()

    def embed(chips: Sequence[Pixels]) -> NDArray[np.float32]:
        made = []
        for start in range(0, len(chips), size):
            some = np.stack(chips[start : start + size]).astype(np.float32)
            with torch.inference_mode():
                made.append(network(torch.from_numpy(some).permute(0, 3, 1, 2)).cpu().numpy())
        return np.concatenate(made)

    return embed


def table(rows: Sequence[Row], photos: int) -> str:
    """Write the result as Markdown."""
    lines = [
        f"| {row.way} | {row.milliseconds:.1f} | {row.ratio:.1f} | {row.difference:.1e} |"
        for row in rows
    ]
    return "\n".join(
        [
            "# dlib's recognizer in dlib and in torch",
            "",
            f"    python -m unmask.benchmarks.recognizers --photos {photos}",
            "",
            f"{photos} ORL faces, aligned before; one thread; CPU time, median of {ROUNDS} "
            f"rounds in turns. {origin()}",
            "",
            "| way | ms a face | times dlib | largest difference to dlib |",
            "| --- | ---: | ---: | ---: |",
            *lines,
            "",
        ]
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print and write the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--photos", type=int, default=64, help="number of faces, 1 to 400")
    parser.add_argument("--out", type=Path, default=RESULT, help="where the table goes")
    options = parser.parse_args(arguments)
    if not 1 <= options.photos <= 400:
        parser.error(f"--photos must be from 1 to 400, got {options.photos}")
    pin_threads()
    text = table(measure(_chips(options.photos)), options.photos)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(text)
    print(text)


def _chips(count: int) -> list[Pixels]:
    photos = load_dataset("orl").photos
    chosen = photos[:: len(photos) // count][:count]
    found = find_many([photo.pixels for photo in chosen])
    pairs = zip(chosen, found, strict=True)
    return [dlib_chip(replace(photo, faces=faces)) for photo, faces in pairs]


if __name__ == "__main__":
    main()
