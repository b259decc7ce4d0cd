"""Call a program on a folder of photos, and take what it wrote."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from unmask.guard import ends_with_us, scratch

from ..files.pictures import SUFFIXES, encode_picture, read_picture
from ..files.printable import printable
from ..photo import Photo, Pixels
from ..returned import fitted
from .tool import Tool, Value

_LONGEST = 300  # characters of what a program says
_SEEDS = 2**31  # what any program takes


class CallError(ValueError):
    """A program did not do what it was called for."""


def call(
    tool: Tool, values: Mapping[str, Value], photos: Sequence[Photo], seed: int
) -> list[tuple[Pixels, str] | CallError]:
    """Let a program work on photos, in a folder of its own that is removed.

    Files are called by a hash that tells nothing, and lie there in the order of these names.

    Args:
        tool: the program.
        values: what `{...}` stands for beside the files.
        photos: any sizes.
        seed: what `{seed}` is made from.

    Returns:
        For each photo the picture in its size and a remark, or why there is none.
    """
    if tool.one_by_one:
        return [_on_some(tool, values, [photo], seed)[0] for photo in photos]
    return _on_some(tool, values, photos, seed) if photos else []


def _on_some(
    tool: Tool, values: Mapping[str, Value], photos: Sequence[Photo], seed: int
) -> list[tuple[Pixels, str] | CallError]:
    names = [_opaque(f"{seed} {number} {photo.key}") for number, photo in enumerate(photos)]
    drawn = _opaque(f"{seed} {' '.join(names) if tool.one_by_one else ''}")
    with scratch() as place:
        source, target = place / "in", place / "out"
        source.mkdir()
        target.mkdir()
        for name, photo in sorted(zip(names, photos, strict=True), key=lambda pair: pair[0]):
            file = f"{name}.png"
            (source / file).write_bytes(encode_picture(file, photo.pixels))
        files = {"photo": source / f"{names[0]}.png", "result": target / f"{names[0]}.png"}
        words = tool.words(input=source, output=target, **files, seed=int(drawn, 16) % _SEEDS,
                           **values)  # fmt: skip
        try:
            said = _run(tool, words, str(place))
        except CallError as error:
            return [error] * len(photos)
        return [_taken(target, name, photo, said)
                for name, photo in zip(names, photos, strict=True)]  # fmt: skip


def _run(tool: Tool, words: Sequence[str], place: str) -> str:
    """Run the program and return the last line that it said on its standard error.

    Raises:
        CallError: it cannot be started, takes too long, or ends with another code than 0.
    """
    try:
        process = subprocess.Popen(
            words, cwd=tool.folder, env=os.environ | tool.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise CallError(f"the program cannot be started: {error.strerror}") from error
    with ends_with_us(process.pid):
        try:
            _, heard = process.communicate(timeout=tool.timeout)
        except subprocess.TimeoutExpired as error:
            raise CallError(
                f"the program must end within {tool.timeout:g} seconds (timeout), it did not"
            ) from error
        finally:
            _stop(process)
    said = _last(heard, place)
    if process.returncode:
        raise CallError(
            f"the program must end with exit code 0, got {process.returncode}{_quoted(said)}"
        )
    return said


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End a program that still runs, with all that it started."""
    if process.poll() is None:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.communicate()


def _taken(target: Path, name: str, photo: Photo, said: str) -> tuple[Pixels, str] | CallError:
    """Return the picture that was written for a photo, or why there is none."""
    found = [
        file for file in sorted(target.rglob(f"{name}*"))
        if file.is_file() and file.suffix.lower() in SUFFIXES
    ]  # fmt: skip
    exact = [file for file in found if file.stem == name]
    if len(exact or found) != 1:
        what = f"wrote {len(found)}" if found else "wrote none"
        return CallError(
            f"the program must write one picture for each photo, it {what} for this one"
            f"{_quoted(said)}"
        )
    file = (exact or found)[0]
    try:
        return fitted(photo, read_picture(file)[0])
    except ValueError as error:
        return CallError(str(error).replace(str(file), "what the program wrote").strip())


def _last(heard: bytes, place: str) -> str:
    """Return the last line of what a program said, without the names of files of this call."""
    lines = [line.strip() for line in heard.decode(errors="replace").splitlines()]
    last = next((line for line in reversed(lines) if line), "")
    last = last.replace(os.path.realpath(place), "...").replace(place, "...")
    return printable(last)[:_LONGEST]


def _quoted(said: str) -> str:
    return f"; it said: {said}" if said else ""


def _opaque(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
