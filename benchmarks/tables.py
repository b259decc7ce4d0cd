"""Published tables: `python -m unmask.benchmarks.tables NAME DATA OUT.md [RECOGNIZER ...]`.

NAME is `default` (every defense at its default) or `reference` (whole-photo settings that
other work reports, with the diagnostic defenses). The result names its command and time.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import tempfile
import time
from pathlib import Path

from unmask.defenses.files.atomic import write_text
from unmask.evaluate import Plan, Row, compare, default_defenses, prepare, ranks, rows
from unmask.evaluate.data.noting import LISTED
from unmask.evaluate.results.table import interval, printed

from .origin import origin

REFERENCE = (
    "none",
    "gaussian_blur:sigma=0.04,region=image",
    "gaussian_blur:sigma=0.08,region=image",
    "pixelate:blocks=16,region=image",
    "pixelate:blocks=8,region=image",
    "pixelate:blocks=4,region=image",
    "noise:sigma=0.5,region=image",
    "eye_bar",
    "mask:region=image",
    "permute",
    "constant",
)
UTILITIES = ("ssim", "psnr", "face_found", "landmark_error", "pose_change", "outside_change")


def table(name: str, data: str, recognizers: tuple[str, ...]) -> str:
    """Run a comparison and return it as Markdown.

    Raises:
        ValueError: no table of that name.
    """
    if name not in ("default", "reference"):
        raise ValueError(f"the tables are default and reference, got '{name}'")
    specs = list(REFERENCE) if name == "reference" else default_defenses()
    plan = Plan(recognizers=recognizers, metrics=UTILITIES)
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        scene = prepare(data, drop_duplicates=True)
        found = compare(scene, specs, plan, folder=Path(folder) / name, faces="none", workers=0)
    seconds = time.perf_counter() - start
    table = sorted(rows(found.records), key=lambda row: -(row.worst.value or 0))
    place = ranks(found.records)
    worst = table[0].worst
    lines = [
        f"{worst.n} photos of {worst.people} test people, chance {worst.chance:.3f}, "
        f"budget {worst.budget}, seed {worst.seed}, split {worst.split}; {seconds:.0f} s.",
        origin(),
        "",
        "| rank | defense | leakage | 95 % | worst attacker | naive | " + " | ".join(UTILITIES)
        + " |",
        "| ---: | --- | ---: | --- | --- | ---: |" + " ---: |" * len(UTILITIES),
    ]  # fmt: skip
    lines += [_line(row, place.get(row.defense)) for row in table]
    lines += ["", *(f"- {note.removesuffix(LISTED)}" for note in scene.notes)]
    return "\n".join(lines).rstrip() + "\n"


def _line(row: Row, rank: int | None) -> str:
    worst = row.worst
    leakage = (
        f"{printed(worst, 3)} | {interval(worst, 2, ' to ')} | {row.attacker}"
        if row.measured
        else f"not measured | | {worst.reason}"
    )
    naive = f"{row.naive.value:.3f}" if row.naive and row.naive.value is not None else "-"
    figures = [row.utilities.get(name) for name in UTILITIES]
    cells = [f"{f.value:.3f}" if f and f.value is not None else "-" for f in figures]
    return f"| {rank or '-'} | {row.shown} | {leakage} | {naive} | " + " | ".join(cells) + " |"


def main(arguments: list[str]) -> None:
    """Write one table."""
    parser = argparse.ArgumentParser(prog="python -m unmask.benchmarks.tables",
                                     description=__doc__)  # fmt: skip
    parser.add_argument("name", help="of the table")
    parser.add_argument("data")
    parser.add_argument("out", type=Path)
    parser.add_argument("recognizers", nargs="*", default=["dlib"])
    given = parser.parse_args(arguments)
    text = table(given.name, given.data, tuple(given.recognizers))
    command = shlex.join(["python", "-m", "unmask.benchmarks.tables", *arguments])
    write_text(given.out, f"# {given.name}, {given.data}\n\n    {command}\n\n{text}")


if __name__ == "__main__":
    main(sys.argv[1:])
