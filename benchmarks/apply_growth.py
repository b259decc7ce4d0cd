"""Does `apply` stay flat? `python -m unmask.benchmarks.apply_growth OUT.md --photos DIR`.

Ever more photos (those in DIR again and again, each a file of its own) with one worker and with
two: seconds, processor time and peak memory, as a table and a plot. Linux only.
"""

from __future__ import annotations

import argparse
import shlex
import shutil
import sys
import tempfile
from itertools import cycle, islice
from pathlib import Path

from matplotlib.figure import Figure

from unmask.defenses.files.atomic import replacing, write_text
from unmask.defenses.files.pictures import FORMATS

from .origin import origin
from .processes import UNMASK, Cost, measured

SIZES = (100, 1_000, 10_000)
WORKERS = (1, 2)
_FOLDER = 1_000  # files in each


def filled(folder: Path, photos: Path, count: int) -> None:
    """Fill a folder tree with copies of the photos.

    Raises:
        ValueError: there are none.
    """
    files = sorted(p for p in photos.rglob("*") if p.suffix.lower() in FORMATS)[:count]
    if not files:
        raise ValueError(f"no photos in {photos}")
    for number, file in enumerate(islice(cycle(files), count)):
        place = folder / f"{number // _FOLDER:03d}"
        place.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place / f"{number:06d}{file.suffix}")


def grown(photos: Path, count: int, workers: int, defense: str) -> Cost:
    """Return the cost of `count` photos."""
    with tempfile.TemporaryDirectory(prefix="unmask-growth-") as place:
        filled(Path(place) / "in", photos, count)
        command = [*UNMASK, "apply", defense, f"{place}/in", f"{place}/out", "--quiet",
                   "--on-miss", "copy", "--no-verify", "--workers", str(workers)]  # fmt: skip
        cost = measured(command, {"UNMASK_CACHE": "off"})
    if cost.code:
        raise RuntimeError(f"{shlex.join(command[3:])} ended with {cost.code}: {cost.output}")
    return cost


def drawn(found: dict[tuple[int, int], Cost], path: Path) -> None:
    """Draw seconds and memory over the number of photos."""
    figure = Figure(figsize=(9, 4), layout="constrained")
    plots = (("seconds", [c.wall for c in found.values()]),
             ("peak memory, MiB", [c.memory / 2**20 for c in found.values()]))  # fmt: skip
    for number, (label, values) in enumerate(plots, 1):
        axes = figure.add_subplot(1, 2, number)
        for workers in dict.fromkeys(workers for _, workers in found):
            points = [(n, v) for (n, w), v in zip(found, values, strict=True) if w == workers]
            axes.plot(*zip(*points, strict=True), marker="o", label=f"workers {workers}")
        axes.set(xlabel="photos", ylabel=label, xscale="log")
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False)
    seconds, memory = figure.axes
    seconds.set_yscale("log")
    memory.set_ylim(bottom=0)
    with replacing(path) as temporary:
        figure.savefig(temporary, format="png", dpi=110)


def main() -> None:
    """Measure, draw, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--defense", default="pixelate")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--workers", type=int, nargs="+", default=WORKERS)
    given = parser.parse_args()
    found = {}
    for count in given.sizes:
        for workers in given.workers:
            found[count, workers] = cost = grown(given.photos, count, workers, given.defense)
            print(count, workers, cost[:4], file=sys.stderr, flush=True)
    lines = [
        "# Growth of `apply`", "",
        f"`python -m unmask.benchmarks.apply_growth {shlex.join(sys.argv[1:])}`", "",
        f"`{given.defense}`; memory is that of all processes together.", origin(), "",
        f"![seconds and memory]({given.out.stem}.png)", "",
        "| photos | workers | seconds | CPU-s | photos a second | peak MiB |",
        "| ---: | ---: | ---: | ---: | ---: | ---: |",
        *(f"| {n:,} | {w} | {c.wall:.1f} | {c.cpu:.1f} | {n / c.wall:.1f} "
          f"| {c.memory / 2**20:.0f} |" for (n, w), c in found.items()), "",
    ]  # fmt: skip
    write_text(given.out, "\n".join(lines))
    drawn(found, given.out.with_suffix(".png"))


if __name__ == "__main__":
    main()
