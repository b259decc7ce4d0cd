"""Looking at one file after the other, and remembering what later questions need."""

from __future__ import annotations

from dataclasses import replace
from filecmp import cmp
from pathlib import Path

from unmask.defenses import Pixels
from unmask.defenses.files.printable import printable

from .faces import Look, crop, look_at
from .files import Originals, carried, hidden_picture, read
from .films import film_of, told_by
from .findings import Finding
from .recorded import Kept, Recorded
from .seers import Seer, candidates
from .telling import Trial, trial
from .turned import framed
from .vectors import Vectors

_MOST = 1 << 28  # bytes: so much is read of a file that is no picture
_PACKED = ((b"PK", 0), (b"\x1f\x8b", 0), (b"BZh", 0), (b"\xfd7zXZ", 0), (b"7z\xbc\xaf", 0),
           (b"Rar!", 0), (b"\x28\xb5\x2f\xfd", 0), (b"ustar", 257))  # fmt: skip


class Work:
    """What is remembered while the photos go by; never the photos."""

    def __init__(self, source: Path, output: Path, who: list[Seer], vectors: Vectors) -> None:
        self.source, self.output, self.who, self.vectors = source, output, who, vectors
        self.originals = Originals()
        self.looks: list[Look] = []
        self.trials: list[Trial] = []
        self.kept: dict[str, Kept] = {}
        self.shots: dict[str, str] = {}  # frames of videos, as pairs of names
        self.notes: list[str] = []
        self.lost = 0

    def learn(self, name: str) -> None:
        """Remember a source, so that a copy of it is known under any name."""
        try:
            data, pixels, _ = read(self.source / name)
        except OSError:
            return
        self.originals.add(name, data, pixels)

    def pair(self, before: str, after: str, recorded: Recorded) -> list[Finding]:
        """Look at a photo and what was made of it."""
        found, pixels = self._file(after)
        if (wrong := recorded.contradicts(before, self.output / after)) is not None:
            found.append(Finding("fault", "changed since", after, wrong))
        elif (kept := recorded.kept(before, self.output / after)) is not None:
            self.kept[after] = kept
        try:
            _, source, why = read(self.source / before)
        except OSError as error:
            source, why = None, error.strerror or str(error)
        if source is None:
            found.append(
                Finding("fault", "unreadable", after, f"its source {printable(before)} {why}")
            )
            found += self._seen(after, pixels)
        elif pixels is not None:
            output = framed(pixels, source)
            looked = look_at(before, source, output, self.who, self.vectors)
            self.looks += looked.looks
            if not any(look.sure for look in looked.looks):
                found = [_nobody_on(one) for one in found]
            if (attempt := trial(before, source, output.pixels, looked)) is not None:
                self.trials.append(attempt)
        self.lost += source is None or pixels is None
        return found

    def film(self, before: str, after: str, recorded: Recorded, frames: int) -> list[Finding]:
        """Look at frames of a video and of what was made of it."""
        found: list[Finding] = []
        if (wrong := recorded.contradicts(before, self.output / after)) is not None:
            found.append(Finding("fault", "changed since", after, wrong))
        try:
            film = film_of(self.source / before, self.output / after, frames)
            said = told_by(self.output / after)
            for frame in film.shown():
                name = f"{before}, frame {frame.number}"
                self.shots[name] = f"{after}, frame {frame.number}"
                output = framed(frame.after, frame.before)
                self.looks += look_at(name, frame.before, output, self.who, self.vectors).looks
        except (ValueError, OSError) as error:
            return [*found, Finding("fault", "unreadable", after, str(error))]
        except ImportError as error:
            return [*found, Finding("doubt", "not looked at", after, str(error))]
        if cmp(self.source / before, self.output / after, shallow=False):
            found.append(Finding("survivor", "copy", after, "it is the file of the source"))
        if said:
            found.append(Finding("survivor", "meta data", after, ", ".join(said)))
        if film.trouble:
            found.append(Finding("doubt", "not looked at", after, film.trouble))
        looked = f"{len(film.partners)} of {film.frames} frames were looked at"
        self.notes.append(f"{after}: {looked}; sound was not listened to")
        return found

    def alone(self, name: str) -> list[Finding]:
        """Look at an output that has no source."""
        found, pixels = self._file(name)
        return [Finding("fault", "extra", name), *found, *self._seen(name, pixels)]

    def other(self, name: str) -> list[Finding]:
        """Look at a file whose name says that it is no picture.

        Many a program keeps a clean copy of what it changed (`photo.jpg_original`, `photo.jpg~`),
        or packs a whole folder.
        """
        path = self.output / name
        try:
            if path.is_dir():  # only links to folders are listed
                return [Finding("doubt", "not looked at", name, "a link to a folder")]
            if path.stat().st_size > _MOST:
                return [Finding("doubt", "not looked at", name, "it is too large")]
            data, pixels, _ = read(path)
        except OSError as error:
            return [Finding("doubt", "not looked at", name, error.strerror or str(error))]
        if pixels is not None:
            return self.alone(name)
        inside = hidden_picture(data)
        if copied := self.originals.copied(data, inside):
            shown = None if inside is None else crop(inside, _all_of(inside))
            return [Finding("survivor", "copy", name, copied, crop=shown)]
        if inside is not None:
            return [Finding("doubt", "not looked at", name, "it holds a picture")]
        if any(data[place:].startswith(mark) for mark, place in _PACKED):
            return [Finding("doubt", "not looked at", name, "a packed file, which may hold more")]
        return [Finding("note", "not looked at", name)]

    def _file(self, name: str) -> tuple[list[Finding], Pixels | None]:
        try:
            data, pixels, why = read(self.output / name)
        except OSError as error:
            return [Finding("fault", "unreadable", name, error.strerror or str(error))], None
        found = carried(name, data)
        if pixels is None:
            found.append(Finding("fault", "unreadable", name, why))
        if copied := self.originals.copied(data, pixels):
            shown = None if pixels is None else crop(pixels, _all_of(pixels))
            found.append(Finding("survivor", "copy", name, copied, crop=shown))
        return found, pixels

    def _seen(self, name: str, pixels: Pixels | None) -> list[Finding]:
        if pixels is None:
            return []
        return [
            Finding("doubt", "no source", name, ", ".join(one.seen), one.box,
                    crop(pixels, one.box))
            for one in candidates(pixels, self.who) if one.sure
        ]  # fmt: skip


def _nobody_on(finding: Finding) -> Finding:
    """Return a copy of a photo without a face as what it is: harmless, if nobody is on it."""
    if finding.kind != "copy":
        return finding
    return replace(finding, level="doubt", detail=f"{finding.detail}; no face is seen on it")


def _all_of(pixels: Pixels) -> tuple[float, float, float, float]:
    return 0.0, 0.0, float(pixels.shape[1]), float(pixels.shape[0])
