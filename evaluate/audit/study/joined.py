"""The audits of a study put together; only what was asked the same stands side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unmask.defenses.files.code_digest import file_digest

from ...results.folder import differing
from ...results.origin import config_of
from ...results.records import Record, frame_of, read_records
from ..kept import NAME as ANSWERS
from .parts import Part, read_parts

if TYPE_CHECKING:
    from pandas import DataFrame

RECORDS, PAGE = "study.jsonl", "study.html"
_OWN = ("command", "notes", "details", "made", "from_cache", "text")  # said otherwise


@dataclass(frozen=True, eq=False, repr=False)
class Studied:
    """What a study found.

    Args:
        folder: of the study.
        parts: its models, in the order of their file.
        measured: records of each model that was measured, by label.
        missing: why the others were not, by label.
        page: path of the page.
    """

    folder: Path
    parts: tuple[Part, ...]
    measured: Mapping[str, tuple[Record, ...]]
    missing: Mapping[str, str]
    page: Path

    @property
    def records(self) -> list[Record]:
        """All records; of a model that was not measured one that says why."""
        config = config_of(self.folder)
        found: list[Record] = []
        for part in self.parts:
            found += self.measured.get(part.label) or [_unavailable(part, self.missing, config)]
        return found

    def report(self) -> Path:
        """Return the path of the page."""
        return self.page

    def to_dataframe(self) -> DataFrame:
        """Return a line per record; `recognizer` is the model.

        Raises:
            ImportError: pandas is not installed.
        """
        return frame_of(self.records, self.folder / RECORDS)

    def __repr__(self) -> str:
        """Return a few lines."""
        count = f"{len(self.measured)} of {len(self.parts)} models measured"
        return f"{count}: {', '.join(self.measured)}\nwritten: {self.page}"


def read_study(folder: Path) -> Studied:
    """Read all audits of a study.

    Raises:
        ValueError: the folder holds no study, or a damaged one.
    """
    parts, config = read_parts(folder), config_of(folder)
    measured: dict[str, tuple[Record, ...]] = {}
    missing: dict[str, str] = {}
    for part in parts:
        if reason := _unfit(folder, part, config):
            missing[part.label] = reason
        else:
            measured[part.label] = tuple(read_records(folder / part.folder / "records.jsonl"))
    return Studied(folder, tuple(parts), measured, missing, folder / PAGE)


def _unfit(folder: Path, part: Part, config: Mapping[str, Any]) -> str:
    """Return why an audit cannot stand beside the others; empty if it can."""
    if part.reason:
        return part.reason
    place = folder / part.folder
    own = config_of(place)
    if not own:
        return "not asked yet"
    answers = place / ANSWERS
    if not part.records or not (place / "records.jsonl").exists():
        count = answers.read_bytes().count(b"\n") if answers.exists() else 0
        return f"its audit is not finished: {count:,} answers so far"
    shared = {key: value for key, value in config.items() if key not in _OWN}
    if other := differing(shared, {key: own.get(key) for key in shared}):
        return f"its audit was asked otherwise than the study ({'; '.join(other)})"
    if (own.get("model"), own.get("fingerprint")) != (part.label, part.fingerprint):
        return "its folder holds the audit of another model"
    if file_digest(place / "records.jsonl") != part.records:
        return "its records are not those that the study wrote"
    return ""


def _unavailable(part: Part, missing: Mapping[str, str], config: Mapping[str, Any]) -> Record:
    return Record(
        dataset=str(config.get("dataset", "")), split=str(config.get("asked", "")),
        budget="audit", defense="none", params={}, kind="leakage", name="named",
        statistic="rank1", recognizer=part.label, status="unavailable",
        reason=missing[part.label], seed=int((config.get("inquiry") or {}).get("seed", 0)),
        run=part.folder,
    )  # fmt: skip


def alike(parts: Sequence[Part], measured: Mapping[str, Any]) -> list[str]:
    """Say which models are one and the same, opened alike: two names are no two models."""
    by_mark: dict[str, list[str]] = {}
    for part in parts:
        if part.label in measured:
            by_mark.setdefault(part.fingerprint, []).append(part.label)
    return [
        f"{' and '.join(labels)} are one and the same model (the same files opened alike, or one "
        "name on two servers); they do not count as two"
        for labels in by_mark.values() if len(labels) > 1
    ]  # fmt: skip
