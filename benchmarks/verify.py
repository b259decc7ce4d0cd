"""What `verify` notices: `python -m unmask.benchmarks.verify PHOTOS OUT.md [OPTIONS]`.

Photos are masked, and a mistake is planted in each: those that tools and people make, and those
that somebody would make who wants a face to go unnoticed. Then the same photos are defended
properly, and every finding is a false alarm, or a face that the defense really left.
"""

from __future__ import annotations

import argparse
import io
import shlex
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from unmask.defenses import DEFENSES, Face, Pixels
from unmask.defenses.apply import apply
from unmask.defenses.faces.find import find_faces
from unmask.defenses.files.atomic import write_text
from unmask.defenses.files.pictures import read_picture, write_picture
from unmask.evaluate.results.rounding import ends_of
from unmask.evaluate.verify import Verdict, verify
from unmask.threads import pin_threads

from .origin import origin

PROPER = ("mask", "pixelate", "gaussian_blur", "gaussian_blur:sigma=0.03")
Change = Callable[[Path, Path], None]


def missed_face(before: Path, after: Path) -> None:
    """Leave the face as it was."""
    write_picture(after, read_picture(before)[0])


def untouched_copy(before: Path, after: Path) -> None:
    """Copy the file."""
    shutil.copy(before, after)


def thumbnail_in_exif(before: Path, after: Path) -> None:
    """Put a small clean copy into the meta data."""
    small, data = Image.open(before).resize((96, 96)), io.BytesIO()
    small.save(data, "JPEG")
    body = b"Exif\0\0II*\0" + (8).to_bytes(4, "little") + bytes(6) + data.getvalue()
    jpeg = after.read_bytes()
    size = (len(body) + 2).to_bytes(2, "big")
    after.write_bytes(jpeg[:2] + b"\xff\xe1" + size + body + jpeg[2:])


def small_box(before: Path, after: Path) -> None:
    """Cover the middle half of the face."""
    pixels, (x, y, w, h) = _with_face(before)
    pixels[y + h // 4 : y + 3 * h // 4, x + w // 4 : x + 3 * w // 4] = 0
    write_picture(after, pixels)


def missing_file(before: Path, after: Path) -> None:
    """Delete the output."""
    after.unlink()


def shifted(before: Path, after: Path) -> None:
    """Move the clean photo by three pixels."""
    write_picture(after, np.roll(read_picture(before)[0], 3, (0, 1)))


def mirrored(before: Path, after: Path) -> None:
    """Turn the clean photo over."""
    write_picture(after, np.ascontiguousarray(read_picture(before)[0][:, ::-1]))


def low_quality(before: Path, after: Path) -> None:
    """Store the clean photo at quality 10."""
    Image.fromarray(read_picture(before)[0]).save(after, quality=10)


def brightened(before: Path, after: Path) -> None:
    """Make the clean photo brighter by 25 levels."""
    write_picture(after, cv2.add(read_picture(before)[0], np.full(3, 25.0)).astype(np.uint8))


def pasted_elsewhere(before: Path, after: Path) -> None:
    """Put the clean face into a corner of the masked photo."""
    pixels, (x, y, w, h) = _with_face(before)
    masked, face = read_picture(after)[0], pixels[max(0, y) : y + h, max(0, x) : x + w]
    masked[: face.shape[0], : face.shape[1]] = face
    write_picture(after, masked)


def turned_a_little(before: Path, after: Path) -> None:
    """Turn the clean photo by five degrees."""
    turned = Image.fromarray(read_picture(before)[0]).rotate(5, Image.Resampling.BILINEAR)
    write_picture(after, np.asarray(turned))


MISTAKES: tuple[Change, ...] = (
    missed_face, untouched_copy, thumbnail_in_exif, small_box, missing_file, shifted, mirrored,
    low_quality, brightened, pasted_elsewhere, turned_a_little,
)  # fmt: skip


def planted(photos: list[Path], place: Path) -> list[str]:
    """Return a line for each mistake: what `verify` says of the photo that has it."""
    source = _copied(photos[: len(MISTAKES) + 1], place / "planted")
    output = place / "planted-output"
    apply(DEFENSES.build("mask"), source, output)
    names = sorted(path.name for path in source.iterdir())
    for change, name in zip(MISTAKES, names, strict=False):
        change(source / name, output / name)
    found = verify(source, output, leakage=False)
    lines = ["| planted | verify says | noticed |", "| --- | --- | --- |"]
    for change, name in zip(MISTAKES, names, strict=False):
        told = Counter(f"{f.level}: {f.kind}" for f in found.findings
                       if f.path == name and f.level in ("survivor", "fault")
                       and f.kind != "changed since")  # fmt: skip
        lines.append(
            f"| {(change.__doc__ or '').rstrip('.')} | {', '.join(told) or '-'} | "
            f"{'yes' if told else '**no**'} |"
        )
    spared = [f for f in found.of("survivor") if f.path == names[len(MISTAKES)]]
    return [*lines, "", f"The photo without a mistake: {len(spared)} survivors."]


def proper(photos: list[Path], place: Path) -> list[str]:
    """Return a line for each defense that was applied properly."""
    source = _copied(photos, place / "proper")
    lines = ["| defense | photos | faces | survivors | faults | to be looked at | inside | "
             "outside | face model | s a photo |",
             "| --- | ---: | ---: | --- | ---: | ---: | --- | --- | --- | ---: |"]  # fmt: skip
    for number, spec in enumerate(PROPER):
        output = place / f"proper-{number}"
        apply(DEFENSES.build(spec), source, output)
        start = time.process_time()
        found = verify(source, output)
        lines.append(_line(spec, found, time.process_time() - start))
    return lines


def _line(spec: str, found: Verdict, seconds: float) -> str:
    kinds = Counter(one.kind for one in found.of("survivor"))
    told = {one.way: f"{one.rank1.value:.2f} ({ends_of(one.rank1.low, one.rank1.high, 2)})"
            for one in found.leakage}  # fmt: skip
    worst = max((v for k, v in told.items() if k.startswith("face model")), default="-")
    cells = [
        spec, str(found.photos), str(found.faces),
        ", ".join(f"{count} {kind}" for kind, count in kinds.items()) or "0",
        str(len(found.of("fault"))), str(len(found.of("doubt"))), told.get("inside", "-"),
        told.get("outside", "-"), worst, f"{seconds / max(1, found.photos):.2f}",
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _copied(photos: list[Path], folder: Path) -> Path:
    folder.mkdir()
    for number, photo in enumerate(photos):
        shutil.copy(photo, folder / f"{number:03d}{photo.suffix.lower()}")
    return folder


def _with_face(path: Path) -> tuple[Pixels, tuple[int, int, int, int]]:
    pixels = read_picture(path)[0]
    face, *_ = find_faces(pixels) or [Face((0, 0, *pixels.shape[1::-1]))]
    x, y, w, h = (round(value) for value in face.box)
    return pixels, (x, y, w, h)


def main() -> None:
    """Plant, look, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path, help="a folder, with one sub-folder per person")
    parser.add_argument("out", type=Path)
    parser.add_argument("--number", type=int, default=20, help="photos, at least 12")
    given = parser.parse_args()
    pin_threads()
    people = sorted(path for path in given.photos.iterdir() if path.is_dir())
    step = max(1, len(people) // given.number)
    photos = [sorted(p.glob("*.jpg"))[0] for p in people[::step]][: given.number]
    if len(photos) <= len(MISTAKES):
        raise SystemExit(f"{len(MISTAKES) + 1} people are needed, got {len(photos)}")
    with tempfile.TemporaryDirectory() as folder:
        lines = [
            f"# What verify notices, {given.photos.name}", "",
            f"    python -m unmask.benchmarks.verify {shlex.join(sys.argv[1:])}", "",
            f"{len(photos)} photos. {origin()}", "",
            "## Mistakes that were planted", "", *planted(photos, Path(folder)), "",
            "## Photos that were defended properly", "",
            "Survivors of a weak blur are right. Inside, outside and face model: rank-1 of one "
            f"who has the {len(photos)} photos; guessing reaches {1 / len(photos):.2f}.", "",
            *proper(photos, Path(folder)),
        ]  # fmt: skip
    text = "\n".join(lines) + "\n"
    print(text)
    write_text(given.out, text)


if __name__ == "__main__":
    main()
