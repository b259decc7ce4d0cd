"""One run, as it lies in a data set of many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ..report.reading import Run
from ..results.folder import is_as_written
from ..results.origin import config_of, notes_of
from ..results.records import Record, read_records
from ..results.summary import Row
from ..results.table import sorted_rows
from .nameless import nameless
from .terms import Terms


@dataclass(frozen=True)
class Entry:
    """One run.

    Args:
        run: name of its folder.
        records: all of them, without names of people and places.
        settings: what `config.json` says, without names.
        date: when it was made, UTC; empty: nobody knows.
        sealed: whether its records are known to be those that the run wrote.
        content: digest of its figures and settings; two equal runs have the same.
    """

    run: str
    records: Sequence[Record]
    settings: Mapping[str, Any] = field(default_factory=dict)
    date: str = ""
    sealed: bool = True
    content: str = ""

    @cached_property
    def terms(self) -> Terms:
        """What must be the same in another run, for both to be comparable."""
        first, told = self.records[0], self.settings
        plan = _dict(told.get("plan"))
        return Terms(
            first.dataset, str(told.get("photos", "")), first.split, first.budget, first.seed,
            str(told.get("folds") or plan.get("folds") or ""),
            tuple(sorted(map(str, plan.get("attackers") or ()))), tuple(first.models.split()),
            self.code.get("unmask", ""),
        )  # fmt: skip

    @property
    def code(self) -> dict[str, str]:
        """Digests of the code that was at work, by the name of its package or class."""
        return {str(k): str(v) for k, v in _dict(self.settings.get("code")).items()}

    @property
    def version(self) -> str:
        """The version of `unmask`; empty: nobody knows."""
        return str(_dict(self.settings.get("versions")).get("unmask", ""))

    @property
    def device(self) -> str:
        """What it was computed on; empty: nobody knows."""
        plan = _dict(self.settings.get("plan"))
        return str(self.settings.get("device") or plan.get("device") or "")

    @cached_property
    def rows(self) -> list[Row]:
        """A row per defense, most leaking first."""
        return sorted_rows(self.records)

    def as_run(self) -> Run:
        """Return it as pages of `compare` need it; there are no pictures."""
        notes = self.settings.get("notes")
        return Run(self.run, self.records, self.settings, notes=notes or ())


def entry_of(folder: Path) -> Entry:
    """Read a run folder of `compare`.

    Raises:
        ValueError: it holds no finished run of `compare`, a damaged one, or other records than
            the run wrote.
    """
    source = folder / "records.jsonl"
    if not source.is_file():
        raise ValueError(f"{folder} holds no records.jsonl; is it the folder of a finished run?")
    config = config_of(folder)
    notes_of(folder)  # or it says that the file was edited
    if "plan" not in config or "command" in config:  # that of `compare` is not said there
        raise ValueError(f"{folder} holds no run of compare; no other can be added")
    records = read_records(source)
    sealed = is_as_written(folder, config)
    if sealed is False:
        raise ValueError(
            f"{source} is not what the run wrote (its digest in config.json is another one), so "
            "it is not added; measure again, or go on with --resume, which writes it anew"
        )
    _check_same_run(folder, records, config)
    date = str(_dict(config.get("made")).get("date", "")).removesuffix(" UTC")
    told, settings = nameless(records, config)
    return Entry(folder.resolve().name, told, settings, date, sealed is True)


def _check_same_run(folder: Path, records: Sequence[Record], config: Mapping[str, Any]) -> None:
    """Check that records and settings are of one run.

    Raises:
        ValueError: they are not: somebody put one beside the other.
    """
    plan = _dict(config.get("plan"))
    said = (config.get("dataset"), config.get("split_hash"), plan.get("budget"), plan.get("seed"))
    for record in records:
        if (record.dataset, record.split, record.budget, record.seed) != said:
            raise ValueError(
                f"{folder}: a record of {record.defense} is of other data, split, budget or seed "
                "than config.json says; was one of the files edited?"
            )


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
