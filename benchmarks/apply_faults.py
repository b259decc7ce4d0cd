"""Does `unmask apply` survive `kill -9`? `python -m unmask.benchmarks.apply_faults OUT.md`.

A run over a small folder is killed at random moments and gone on with, and what it leaves is
compared with what an undisturbed run wrote. The defense is noise, so that whatever is done twice
differs. Runs are forks of this process, which spares the start of Python: the moments fall into
the work itself. Some are the real program with two workers, whose processes must be gone, too.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from unmask.defenses import DEFENSES
from unmask.defenses.apply import apply
from unmask.defenses.apply.one_file import apply_photo
from unmask.defenses.apply.settings import Settings
from unmask.defenses.files.atomic import write_text
from unmask.defenses.files.pictures import write_picture
from unmask.evaluate.data import load_dataset
from unmask.threads import pin_threads

from .origin import origin

_DEFENSE = "noise:sigma=0.3"
_BUILT = DEFENSES.build(_DEFENSE)
_SEED = 7
_RECORDS = ("manifest.csv", "manifest.parquet", "summary.json")


class Kill(NamedTuple):
    """One run that was killed and gone on with.

    Args:
        way: how it ran.
        after: seconds from its start.
        rows: how many photos the manifest told of then.
        torn: files under their final name that differed from the undisturbed run; there must
            be none.
        temporaries: files that were being written.
        equal: whether the tree and the manifest were those of the undisturbed run in the end.
        orphans: processes that were left.
    """

    way: str
    after: float
    rows: int
    torn: int
    temporaries: int
    equal: bool
    orphans: int = 0


def make_photos(folder: Path, people: int = 6) -> None:
    """Write four photos each of some people, a wall, and a file that is no picture."""
    for number, photo in enumerate(load_dataset(f"orl:people={people},photos=4").photos):
        ending = ("png", "jpg", "webp", "tif")[number % 4]
        write_picture(folder / f"album {number % 3}" / f"{number:03}.{ending}", photo.pixels)
    write_picture(folder / "wall.png", np.full((112, 92, 3), 200, np.uint8))
    (folder / "damaged.jpg").write_bytes(b"\xff\xd8\xff\xe0 no more")


def kills(
    place: Path, moments: int, *, in_place: bool, seed: int = 0, people: int = 6
) -> Iterator[Kill]:
    """Kill runs at random moments of the work, and go on with each.

    A moment is a drawn number of photos in the manifest, and some milliseconds more. A run
    that ends before is no kill, and another moment is drawn.

    Args:
        place: an empty folder.
        moments: how many.
        in_place: the photos themselves are replaced.
        seed: of the moments.
        people: of whom there are four photos each.
    """
    import pyarrow.parquet  # noqa: F401 - what is loaded here is not loaded in each fork

    source = place / "photos"
    make_photos(source, people)
    apply_photo(source / "wall.png", place / "wall.png", "wall.png", Settings(_BUILT, _SEED))
    whole = place / "undisturbed"
    _ended(_fork(_run(source, whole, in_place=in_place)))
    draw, left = random.Random(seed), moments
    while left:
        here = place / f"{left}"
        run = _run(source, here, in_place=in_place)
        goal, more = draw.randint(0, 4 * people + 2), draw.uniform(0, 0.05)
        after = _killed(_fork(run), here / "manifest.csv", goal, more)
        if after is not None:
            left -= 1
            found = _looked_at(here, whole, source if in_place else None)
            _ended(_fork(_run(None if in_place else source, here, in_place=in_place)))
            equal = _tree(here) == _tree(whole)
            yield Kill("in place" if in_place else "beside", after, *found, equal)
        shutil.rmtree(here, ignore_errors=True)


def program_kills(place: Path, moments: int, *, seed: int = 0) -> Iterator[Kill]:
    """Do the same to the program with two workers, whose start is most of its time."""
    source, whole = place / "photos", place / "undisturbed"
    make_photos(source)
    apply(_BUILT, source, whole, seed=_SEED)
    draw = random.Random(seed)
    for number in range(moments):
        here = place / f"{number}"
        command = [str(Path(sys.executable).with_name("unmask")), "apply", _DEFENSE, str(source),
                   str(here), "--seed", str(_SEED), "--workers", "2", "--resume",
                   "--quiet"]  # fmt: skip
        running = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        start = time.perf_counter()
        goal = draw.randint(0, 20)  # photos that are done by then
        while running.poll() is None and _count(here / "manifest.csv") < goal:
            time.sleep(0.005)
        after = time.perf_counter() - start
        children = _children(running.pid)
        running.kill()
        running.wait()
        time.sleep(0.3)
        orphans = sum(map(_lives, children))
        rows, torn, temporaries = _looked_at(here, whole, None)
        subprocess.run(command, stderr=subprocess.DEVNULL, check=False)
        yield Kill("program, 2 workers", after, rows, torn, temporaries,
                   _tree(here) == _tree(whole), orphans)  # fmt: skip


def _run(source: Path | None, here: Path, *, in_place: bool) -> Callable[[], object]:
    """Return what does a run; in place, the photos are copied there first, if any are given."""
    if in_place and source is not None:
        shutil.copytree(source, here)
    begin = here if in_place or source is None else source
    return lambda: apply(_BUILT, begin, here, seed=_SEED, resume=not in_place, in_place=in_place)


def _fork(run: Callable[[], object]) -> int:
    """Run in a fork; return its number."""
    child = os.fork()
    if not child:
        code = 1
        try:
            run()
            code = 0
        finally:
            os._exit(code)
    return child


def _killed(child: int, manifest: Path, goal: int, more: float) -> float | None:
    """Kill a fork once so many photos are done; return when, or None if it had ended."""
    start = time.perf_counter()
    while _count(manifest) < goal:
        ended, _ = os.waitpid(child, os.WNOHANG)
        if ended:
            return None
        time.sleep(0.001)
    time.sleep(more)
    after = time.perf_counter() - start
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return after if os.WIFSIGNALED(status) else None


def _ended(child: int) -> None:
    """Wait for a fork that nobody disturbs."""
    _, status = os.waitpid(child, 0)
    if status:
        raise RuntimeError("a run that nobody disturbed did not end well")


def _looked_at(here: Path, whole: Path, originals: Path | None) -> tuple[int, int, int]:
    """Return the rows of the manifest, files that are not whole, and temporary files."""
    torn = temporaries = 0
    for path in (p for p in here.rglob("*") if p.is_file() and p.name not in _RECORDS):
        below = path.relative_to(here)
        if path.name.startswith(".unmask-"):
            temporaries += 1
            continue
        right = [folder / below for folder in (whole, originals) if folder is not None]
        torn += path.read_bytes() not in [p.read_bytes() for p in right if p.exists()]
    return max(0, _count(here / "manifest.csv")), torn, temporaries


def _count(manifest: Path) -> int:
    return len(manifest.read_bytes().splitlines()) - 1 if manifest.exists() else 0


def _tree(folder: Path) -> dict[str, object]:
    """Return all files and their content; of the manifest, all but the seconds."""
    found: dict[str, object] = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in _RECORDS
    }
    with (folder / "manifest.csv").open(newline="") as file:
        found["manifest.csv"] = [line[:-1] for line in csv.reader(file)]
    return found


def _children(parent: int) -> list[int]:
    try:
        return [int(p) for p in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
    except OSError:
        return []


def _lives(process: int) -> bool:
    try:
        return b"spawn_main" in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False


def page(moments: int, programs: int, *, seed: int = 0) -> str:
    """Kill, and return the table as Markdown."""
    found: list[Kill] = []
    with tempfile.TemporaryDirectory() as place:
        found += kills(Path(place) / "beside", moments, in_place=False, seed=seed)
        found += kills(Path(place) / "in", moments, in_place=True, seed=seed + 1)
        found += program_kills(Path(place) / "program", programs, seed=seed + 2)
    lines = [
        "| run | killed after, s | photos in the manifest | torn files | temporary files "
        "| processes left | tree and manifest equal in the end |",
        "| --- | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    lines += [
        f"| {k.way} | {k.after:.2f} | {k.rows} of 26 | {k.torn} | {k.temporaries} | {k.orphans} "
        f"| {'yes' if k.equal else 'NO'} |"
        for k in found
    ]
    equal, torn = sum(k.equal for k in found), sum(k.torn for k in found)
    orphans = sum(k.orphans for k in found)
    verdict = (
        f"{len(found)} kills: {equal} trees and manifests equal those of the undisturbed run, "
        f"{torn} torn files under a final name, {orphans} processes left."
    )
    return "\n".join([verdict, "", *lines, ""])


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--moments", type=int, default=20)
    parser.add_argument("--programs", type=int, default=3)
    given = parser.parse_args()
    pin_threads()
    table = page(given.moments, given.programs)
    command = f"python -m unmask.benchmarks.apply_faults {shlex.join(sys.argv[1:])}"
    head = ["# apply, killed at random moments", "", f"`{command}`", "",
            "24 photos of ORL, a wall and a damaged file; `noise`, seed 7. `beside` and "
            "`in place` are forks that are killed when a drawn number of photos is done; "
            "`in place` replaces the photos themselves.", origin(), ""]  # fmt: skip
    write_text(given.out, "\n".join([*head, table]))


if __name__ == "__main__":
    main()
