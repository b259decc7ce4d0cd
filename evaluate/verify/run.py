"""Everything that is looked at, in one go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from unmask.defenses.files.printable import printable
from unmask.frames import frame
from unmask.notebook import table
from unmask.progress import shown
from unmask.threads import pin_threads

from ..recognizers.base import Recognizer
from .films import SOME
from .findings import WORDS, Finding
from .judging import judge
from .kept import excused
from .linking import Linked, linked
from .pairing import Paired, is_video, paired
from .recorded import Recorded, read_manifest
from .seers import seers
from .telling import Told, told
from .vectors import Vectors
from .work import Work

if TYPE_CHECKING:
    from pandas import DataFrame

Progress = Callable[[str, int, int], None]
_NAMED = 8  # findings of the short text
_SHOWN = 50  # findings of the table in a notebook


@dataclass(frozen=True, repr=False)
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

    def to_dataframe(self) -> DataFrame:
        """Return a line per finding, the worst first, without pictures.

        Raises:
            ImportError: pandas is not installed.
        """
        lines = [{"level": f.level, "kind": f.kind, "path": f.path, "detail": f.detail,
                  "box": f.box} for f in self.findings]  # fmt: skip
        return frame(lines, "Verdict.findings")

    def __repr__(self) -> str:
        """Return a few lines: what is left, and the first files that it is in."""
        told = [f for f in self.findings if f.level != "note"]
        more = [f"  and {len(told) - _NAMED} more"] if len(told) > _NAMED else []
        lines = [f"  {f.level}: {f.kind}: {printable(f.path)}" for f in told[:_NAMED]]
        return "\n".join([self.summary, *lines, *more])

    def _repr_html_(self) -> str:
        """Return all that is left, the worst first, without pictures; a note is no finding."""
        found = [f for f in self.findings if f.level != "note"]
        lines = [[f.level, f.kind, printable(f.path), printable(f.detail)]
                 for f in found[:_SHOWN]]  # fmt: skip
        more = [f"and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
        head = ["level", "finding", "file", "detail"] if lines else []
        looked = f"looked: {'; '.join(self.looked_by)}" if self.looked_by else "nobody looked"
        said = [*more, self.summary, looked, *map(printable, self.notes)]
        return table(head, lines, said)

    @property
    def summary(self) -> str:
        """One line for people."""
        counts = Counter(one.kind for one in self.of("survivor"))
        what = ", ".join(f"{count} {kind}" for kind, count in counts.items()) or "none"
        faults, doubts = len(self.of("fault")), len(self.of("doubt"))
        return (
            f"photos looked at: {self.photos}; faces: {self.faces}; survivors: {what}"
            f"; faults: {faults}; to be looked at: {doubts}"
        )


def verify(
    source: Path | str,
    output: Path | str,
    *,
    detectors: Sequence[str] = (),
    names: Mapping[str, str] | None = None,
    leakage: bool = True,
    frames: int = SOME,
    progress: Progress | bool | None = True,
) -> Verdict:
    """Look again at what was written, without knowing what wrote it.

    Args:
        source: the photos as they were, a folder or a photo.
        output: what was made of them.
        detectors: who looks; none: everybody who is at hand, see `seers`.
        names: of photos of the source, the path that they have in the output.
        leakage: also let an attacker trace each output to its source; photos only.
        frames: of each video so many are looked at, evenly over its length; 0: all.
        progress: True: a bar where somebody watches; else what is told what is being looked
            at, how many are done, and of how many.

    Raises:
        ValueError: no such folder, or no photo in the source.
        LookupError: no such detector.
    """
    pin_threads()
    with shown(progress) as told_to:
        tell = told_to or (lambda label, done, total: None)
        return _verify(Path(source), Path(output), detectors, names, frames, tell, leakage=leakage)


def _verify(
    source: Path, output: Path, detectors: Sequence[str], names: Mapping[str, str] | None,
    frames: int, tell: Progress, *, leakage: bool,
) -> Verdict:  # fmt: skip
    who, lacking = seers(detectors)
    files = paired(source, output, names)
    inside = source.parent if source.is_file() else source
    recorded = read_manifest(output)
    work = Work(inside, output.parent if output.is_file() else output, who, Vectors(_models()))
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
    for name in files.others:
        found += work.other(name) if not is_video(name) else [
            Finding("doubt", "not looked at", name, "a video of which there is no source")
        ]  # fmt: skip
    for done, pair in enumerate(files.films, 1):
        found += work.film(*pair, recorded, frames)
        tell("videos", done, len(files.films))
    names_of = {**dict(files.pairs), **work.shots}
    found += judge(work.looks, work.vectors, names_of)
    found = excused(found, work.kept, work.looks, names_of)
    traced = told(work.trials, work.vectors, work.lost) if leakage else []
    links = linked(work.trials, work.vectors, "dlib") if leakage else None
    notes = [*lacking, *recorded.notes, *work.notes]
    if unseen := sum((one.level, one.kind) == ("note", "not looked at") for one in found):
        notes.append(f"{unseen} files that are neither photo nor video were not looked at")
    if leakage and files.pairs and len(work.trials) < 2:
        notes.append("leakage was not measured: that takes two photos with faces")
    order = list(WORDS)
    levels = ("survivor", "fault", "doubt", "note")
    found.sort(key=lambda f: (levels.index(f.level), order.index(f.kind), f.path))
    faces = sum(bool(look.before) and look.sure for look in work.looks)
    looked = len(files.pairs) + len(files.extra) + len(work.shots)
    return Verdict(tuple(found), looked, faces, tuple(traced), links, tuple(notes),
                   tuple(one.name for one in who))  # fmt: skip


def _unpaired(files: Paired, recorded: Recorded) -> list[Finding]:
    found = []
    for name in (*files.missing, *files.lost_films):
        why = recorded.left_out(name)
        found.append(
            Finding("note" if why else "fault", "left out" if why else "missing", name, why)
        )
    return found


def _models() -> dict[str, Recognizer]:
    """Return dlib, and SFace if its weights are at hand; nothing is fetched."""
    from ..recognizers.dlib_resnet import DlibResNet
    from ..recognizers.known import KNOWN

    models: dict[str, Recognizer] = {"dlib": DlibResNet()}
    if KNOWN["sface"].at_hand:
        from ..recognizers.onnx import Onnx

        models["sface"] = Onnx("sface")
    return models
