"""Everything that is looked at, in one go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from filecmp import cmp
from pathlib import Path

from unmask.defenses import Pixels
from unmask.defenses.files.printable import printable
from unmask.threads import pin_threads

from ..recognizers.base import Recognizer
from .faces import Look, crop, look_at
from .files import Originals, carried, read
from .films import SOME, film_of, told_by
from .findings import WORDS, Finding
from .judging import judge
from .kept import excused
from .linking import Linked, linked
from .pairing import VIDEOS, Paired, paired
from .recorded import Kept, Recorded, read_manifest
from .seers import Seer, candidates, seers
from .telling import Told, Trial, told, trial
from .turned import framed
from .vectors import Vectors

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Verdict:
    """What is left.

    Args:
        findings: all of them, the worst first.
        photos: how many outputs were looked at.
        faces: how many places with a face there are in their sources.
        leakage: how often an output is traced to its source; empty if that was not asked.
        linkage: whether outputs of one person are known to belong together; None if nobody
            has several photos.
        notes: who did not look and why.
        looked_by: the detectors.
    """

    findings: tuple[Finding, ...]
    photos: int
    faces: int
    leakage: tuple[Told, ...]
    linkage: Linked | None
    notes: tuple[str, ...]
    looked_by: tuple[str, ...]

    def of(self, level: str) -> tuple[Finding, ...]:
        """Return the findings of one level."""
        return tuple(one for one in self.findings if one.level == level)

    @property
    def summary(self) -> str:
        """One line for people."""
        counts = Counter(one.kind for one in self.of("survivor"))
        what = ", ".join(f"{count} {kind}" for kind, count in counts.items()) or "none"
        faults, doubts = len(self.of("fault")), len(self.of("doubt"))
        return (
            f"{self.photos} photos looked at, {self.faces} faces; survivors: {what}"
            f"; faults: {faults}; to be looked at: {doubts}"
        )


def verify(
    source: Path,
    output: Path,
    *,
    detectors: Sequence[str] = (),
    names: Mapping[str, str] | None = None,
    leakage: bool = True,
    frames: int = SOME,
    progress: Progress | None = None,
) -> Verdict:
    """Look again at what was written, without knowing what wrote it.

    Args:
        source: the photos as they were, a folder or a photo.
        output: what was made of them.
        detectors: who looks; none: everybody who is at hand, see `seers`.
        names: of photos of the source, the path that they have in the output.
        leakage: also let an attacker trace each output to its source; photos only.
        frames: of each video so many are looked at, evenly over its length; 0: all.
        progress: told what is being looked at, how many are done, and of how many.

    Raises:
        ValueError: no such folder, or no photo in the source.
        LookupError: no such detector.
    """
    pin_threads()
    who, lacking = seers(detectors)
    files = paired(source, output, names)
    inside = source.parent if source.is_file() else source
    recorded = read_manifest(output)
    work = _Work(inside, output.parent if output.is_file() else output, who, Vectors(_models()))
    tell = progress or (lambda label, done, total: None)
    found = _unpaired(files, recorded)
    known = [*(pair[0] for pair in files.pairs), *files.missing]
    for done, name in enumerate(known, 1):
        work.learn(name)
        tell("reading", done, len(known))
    for done, pair in enumerate(files.pairs, 1):
        found += work.pair(*pair, recorded)
        tell("looking", done, len(files.pairs))
    for name in files.extra:
        found += work.alone(name)
    for done, pair in enumerate(files.films, 1):
        found += work.film(*pair, recorded, frames)
        tell("videos", done, len(files.films))
    names_of = {**dict(files.pairs), **work.shots}
    found += judge(work.looks, work.vectors, names_of)
    found = excused(found, work.kept, work.looks, names_of)
    traced = told(work.trials, work.vectors, work.lost) if leakage else []
    links = linked(work.trials, work.vectors, "dlib") if leakage else None
    notes = [*lacking, *recorded.notes, *work.notes]
    if leakage and files.pairs and len(work.trials) < 2:
        notes.append("leakage was not measured: that takes two photos with faces")
    order = list(WORDS)
    levels = ("survivor", "fault", "doubt", "note")
    found.sort(key=lambda f: (levels.index(f.level), order.index(f.kind), f.path))
    faces = sum(bool(look.before) and look.sure for look in work.looks)
    looked = len(files.pairs) + len(files.extra) + len(work.shots)
    return Verdict(tuple(found), looked, faces, tuple(traced), links, tuple(notes),
                   tuple(one.name for one in who))  # fmt: skip


class _Work:
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


def _unpaired(files: Paired, recorded: Recorded) -> list[Finding]:
    found = []
    for name in (*files.missing, *files.lost_films):
        why = recorded.left_out(name)
        found.append(
            Finding("note" if why else "fault", "left out" if why else "missing", name, why)
        )
    for name in files.others:
        video = Path(name).suffix.lower() in VIDEOS
        what = "a video of which there is no source" if video else ""
        found.append(Finding("doubt" if video else "note", "not looked at", name, what))
    return found


def _all_of(pixels: Pixels) -> tuple[float, float, float, float]:
    return 0.0, 0.0, float(pixels.shape[1]), float(pixels.shape[0])


def _models() -> dict[str, Recognizer]:
    """Return dlib, and SFace if its weights are at hand; nothing is fetched."""
    from ..recognizers.dlib_resnet import DlibResNet
    from ..recognizers.known import KNOWN

    models: dict[str, Recognizer] = {"dlib": DlibResNet()}
    if KNOWN["sface"].at_hand:
        from ..recognizers.onnx import Onnx

        models["sface"] = Onnx("sface")
    return models
