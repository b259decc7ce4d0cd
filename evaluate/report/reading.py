"""A finished run as the page needs it: its records, what `config.json` says, example faces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ..results.folder import is_as_written
from ..results.origin import config_of, notes_of
from ..results.records import Record, read_records
from ..results.summary import Row, chance_of
from ..results.table import sorted_rows
from .faces import Faces, read_faces

HEADINGS = {"ssim": "SSIM", "psnr": "PSNR", "lpips": "LPIPS", "face_found": "face found",
            "landmark_error": "landmarks off"}  # fmt: skip


@dataclass(frozen=True)
class Run:
    """One run.

    Args:
        name: of its folder.
        records: all of them.
        config: what `config.json` holds, empty without one.
        faces: examples of what each defense does.
        notes: what must be known about the data.
    """

    name: str
    records: Sequence[Record]
    config: Mapping[str, Any] = field(default_factory=dict)
    faces: Faces = field(default_factory=Faces)
    notes: Sequence[str] = ()

    @cached_property
    def rows(self) -> list[Row]:
        """One row per defense, most leaking first."""
        return sorted_rows(self.records)

    @property
    def limit(self) -> float | None:
        """The leakage that was asked for, if any."""
        limit = self.config.get("limit")
        return float(limit) if isinstance(limit, int | float) else None

    @property
    def chance(self) -> float | None:
        """What guessing reaches."""
        return chance_of(self.rows)

    @property
    def metrics(self) -> list[str]:
        """Names of the metrics that gave a figure, those that people know best first."""
        names = dict.fromkeys(
            name for row in self.rows for name, r in row.utilities.items() if r.value is not None
        )
        return sorted(names, key=lambda name: [*HEADINGS, *names].index(name))

    def better(self, metric: str) -> str:
        """Return `more`, `less`, or empty where nobody says which way a metric is better."""
        told = str(self._metric(metric).get("better", ""))
        return told if told in ("more", "less") else ""

    def unit(self, metric: str) -> str:
        """Return the unit of a metric, or nothing."""
        return str(self._metric(metric).get("unit", ""))

    def meaning(self, metric: str) -> str:
        """Return what a metric measures, in a line, or nothing."""
        return str(self._metric(metric).get("says", ""))

    def _metric(self, name: str) -> Mapping[str, Any]:
        told = self.config.get("metrics", {})
        found = told.get(name, {}) if isinstance(told, dict) else {}
        return found if isinstance(found, dict) else {}


CHANGED = (
    "records.jsonl is not what the run wrote (its digest in config.json is another one): nobody "
    "knows whether these figures were measured"
)


def heading(metric: str) -> str:
    """Return what a metric is called in headings."""
    return HEADINGS.get(metric, metric.replace("_", " "))


def read_run(folder: Path, notes: Sequence[str] | None = None) -> Run:
    """Read a run folder.

    Args:
        folder: holds `records.jsonl`, and `config.json` unless it is very old.
        notes: in place of those in `config.json`.

    Raises:
        ValueError: it holds no readable records, or one of its files is damaged.
    """
    source = folder / "records.jsonl"
    if not source.is_file():
        raise ValueError(f"{folder} holds no records.jsonl; is it a run folder?")
    config = config_of(folder)
    said = notes_of(folder) if notes is None else list(notes)
    if is_as_written(folder, config) is False:
        said = [CHANGED, *said]
    name = folder.resolve().name
    return Run(name, read_records(source), config, read_faces(folder), said)
