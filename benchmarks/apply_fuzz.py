"""Damaged files through `apply`: `python -m unmask.benchmarks.apply_fuzz OUT.md`.

A photo of each person as a file of every format, damaged in twelve ways, goes through
`anonymize_bytes` in a process of its own with limited memory. Counted is what ended the process,
what was written although nothing was defended, what of the source's secrets came through, and
faces that dlib's HOG detector sees in what was decoded and again in what was written.
"""

from __future__ import annotations

import argparse
import resource
import shlex
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import cycle
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.random import default_rng

from unmask.defenses import DEFENSES
from unmask.defenses.apply.one_photo import anonymize_bytes
from unmask.defenses.apply.settings import Settings
from unmask.defenses.faces.hog import Hog
from unmask.defenses.files.atomic import write_text
from unmask.defenses.files.pictures import decode_picture
from unmask.defenses.photo import Pixels
from unmask.evaluate.data import load_dataset
from unmask.threads import pin_threads

from .damage import DAMAGES, SECRET, files_of
from .origin import origin

MEMORY = 4 << 30  # bytes of address space
_SIDE = 250


class Case(NamedTuple):
    """One damaged file."""

    format: str
    damage: str
    data: bytes
    lossless: bool


class Verdict(NamedTuple):
    """What became of it: the outcome, and what must not be, empty if all is well."""

    outcome: str
    wrong: str
    seconds: float


def cases(photos: Sequence[Pixels], draws: int, formats: Sequence[str] = ()) -> Iterator[Case]:
    """Yield every format in every damage, `draws` times, each time another photo."""
    files = [files_of(photo) for photo in photos]
    people = cycle(range(len(files)))
    for draw in range(draws):
        for name in formats or files[0]:
            for number, (damage, broken) in enumerate(DAMAGES.items()):
                rng = default_rng([draw, number, *name.encode()])
                data = broken(files[next(people)][name], rng)
                yield Case(name, damage, data, bool((draw + number) % 2))


def judged(case: Case) -> Verdict:
    """Anonymize a file and say what is wrong with the result; run where a crash does no harm."""
    settings = Settings(DEFENSES.build("mask"), 1, lossless=case.lossless)
    start = time.perf_counter()
    made = anonymize_bytes(case.data, case.format, settings)
    seconds = time.perf_counter() - start
    if made.data is None:
        wrong = "" if made.row.reason else "a row without a reason"
        return Verdict(made.row.outcome, wrong, seconds)
    if made.row.outcome != "defended":
        return Verdict(made.row.outcome, "written undefended", seconds)
    return Verdict("defended", told(case, made.data), seconds)


def told(case: Case, written: bytes) -> str:
    """Say what is wrong with what was written, empty if nothing is."""
    if SECRET in written:
        return "the secret came through"
    try:
        after, _ = decode_picture(written, case.format)
    except ValueError as error:
        return f"what was written cannot be read: {error}"
    before, _ = decode_picture(case.data, case.format)
    if np.array_equal(before, after):
        return "nothing was changed"
    seen, left = (Hog().find(pixels) for pixels in (before, after))
    return "a face is left" if any(_same(a, b) for a, _ in seen for b, _ in left) else ""


def _same(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    (x, y, w, h), (u, v, a, b) = one, other
    return abs(x + w / 2 - u - a / 2) < w / 2 and abs(y + h / 2 - v - b / 2) < h / 2


def verdicts(found: Sequence[Case]) -> Iterator[tuple[Case, Verdict]]:
    """Judge all in a process of limited memory; one that ends it is judged as `crash`."""
    pool = _pool()
    for case in found:
        try:
            yield case, pool.submit(judged, case).result()
        except BrokenProcessPool:
            yield case, Verdict("crash", "the process ended", 0.0)
            pool = _pool()
        except Exception as error:
            yield case, Verdict("error", f"{type(error).__name__}: {error}", 0.0)
    pool.shutdown()


def _pool() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, initializer=_limited)


def _limited() -> None:
    pin_threads()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def page(draws: int, data: str) -> list[str]:
    """Run, and return the tables as lines of Markdown."""
    photos = [_enlarged(photo.pixels) for photo in load_dataset(data).photos]
    found = list(verdicts([*cases(photos, draws)]))
    outcomes: dict[str, Counter[str]] = defaultdict(Counter)
    for case, verdict in found:
        for key in (case.damage, case.format):
            outcomes[key][verdict.outcome] += 1
            outcomes[key]["wrong"] += bool(verdict.wrong)
    wrong = [(case, verdict) for case, verdict in found if verdict.wrong]
    slowest = max(found, key=lambda pair: pair[1].seconds)
    kinds = [k for k in dict.fromkeys(v.outcome for _, v in found)]
    lines = [
        f"{len(found)} files: {len(wrong)} wrong, "
        f"{sum(v.outcome == 'crash' for _, v in found)} crashes. Slowest: "
        f"{slowest[1].seconds:.1f} s ({slowest[0].format}, {slowest[0].damage}).", "",
    ]  # fmt: skip
    for title, keys in (
        ("damage", [*DAMAGES]),
        ("file", [*dict.fromkeys(c.format for c, _ in found)]),
    ):
        lines += [f"| {title} | " + " | ".join(kinds) + " | wrong |",
                  "| --- |" + " ---: |" * (len(kinds) + 1)]  # fmt: skip
        lines += [
            f"| {key} | " + " | ".join(str(outcomes[key][kind]) for kind in kinds)
            + f" | {outcomes[key]['wrong']} |" for key in keys
        ]  # fmt: skip
        lines.append("")
    lines += [f"- {case.format}, {case.damage}: {verdict.wrong}" for case, verdict in wrong]
    return lines


def _enlarged(pixels: Pixels) -> Pixels:
    scale = _SIDE / max(pixels.shape[:2])
    size = round(pixels.shape[1] * scale), round(pixels.shape[0] * scale)
    return cv2.resize(pixels, size, interpolation=cv2.INTER_CUBIC).astype(np.uint8)


def main() -> None:
    """Write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--data", default="orl:people=12,photos=1", help="whose photos")
    parser.add_argument("--draws", type=int, default=3)
    given = parser.parse_args()
    pin_threads()
    start = time.perf_counter()
    tables = page(given.draws, given.data)
    head = [
        "# Damaged files through `apply`", "",
        f"`python -m unmask.benchmarks.apply_fuzz {shlex.join(sys.argv[1:])}`", "",
        f"`mask`, every other file with `--lossless`, {MEMORY >> 30} GiB of address space; "
        f"{time.perf_counter() - start:.0f} s.", origin(), "",
    ]  # fmt: skip
    write_text(given.out, "\n".join([*head, *tables, ""]))


if __name__ == "__main__":
    main()
