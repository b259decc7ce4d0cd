"""One line per measurement: the form in which everything is stored."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from unmask.defenses.atomic import write_text

SCHEMA = 1
Status = Literal["ok", "invalid", "unavailable"]


@dataclass(frozen=True)
class Record:
    """One measured (or explicitly not measured) figure.

    Args:
        dataset: name and bounds of the data.
        split: hash of the split by identity.
        budget: how much effort the attackers were allowed.
        defense: spec that builds the defense again.
        params: all its parameters.
        kind: `leakage`, `utility`, `outcome` (what became of the photos) or `difference`
            (how much more `defense` leaks than `name`, paired).
        name: attacker (with variant, `pixels/own/lda`), metric or outcome; `worst` is the
            highest rank-1 over all valid attackers.
        statistic: `rank1`, `rank5`, `tar@far=1e-2`, `auc`, `eer`, `mean`, `share`.
        recognizer: the face model used, or empty.
        group: subgroup of people, or empty for all.
        value: the figure; shares are 0 to 1. None unless `status` is `ok` or `invalid`.
        low: lower end of the 95 % interval.
        high: upper end.
        n: number of photos (or pairs) behind the figure.
        people: number of people behind it.
        chance: what guessing would reach, None where that makes no sense.
        status: `ok`; `invalid` (measured, but the attacker failed its certificate or broke);
            `unavailable` (could not be measured here).
        reason: why it is not `ok`, or what must be known to read it.
        seed: seed of the run.
        seconds: time spent; the one field that differs between two equal runs.
        run: name of the run folder.
        schema: version of this form.
    """

    dataset: str
    split: str
    budget: str
    defense: str
    params: dict[str, Any]
    kind: Literal["leakage", "utility", "outcome", "difference"]
    name: str
    statistic: str
    recognizer: str = ""
    group: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int = 0
    people: int = 0
    chance: float | None = None
    status: Status = "ok"
    reason: str = ""
    seed: int = 0
    seconds: float = 0.0
    run: str = field(default="", compare=False)
    schema: int = SCHEMA

    def line(self) -> str:
        """Return the record as one line of JSON; floats keep six digits."""
        return json.dumps({k: _rounded(v) for k, v in asdict(self).items()}, allow_nan=False)


def write_records(path: Path, records: Iterable[Record]) -> None:
    """Write `records.jsonl`, through a temporary name."""
    write_text(path, "".join(record.line() + "\n" for record in records))


def read_records(path: Path) -> list[Record]:
    """Read what `write_records` wrote.

    Raises:
        ValueError: a line is not a record of this schema.
    """
    known = {f.name for f in fields(Record)}
    records = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            entry = json.loads(line)
            if entry.get("schema") != SCHEMA:
                raise ValueError(f"schema {entry.get('schema')}, expected {SCHEMA}")
            records.append(Record(**{k: v for k, v in entry.items() if k in known}))
        except (ValueError, TypeError, AttributeError) as error:
            raise ValueError(f"{path}, line {number} is not a record: {error}") from error
    return records


def find(records: Sequence[Record], **wanted: Any) -> list[Record]:
    """Return the records whose fields have all the given values."""
    return [r for r in records if all(getattr(r, k) == v for k, v in wanted.items())]


def _rounded(value: Any) -> Any:
    if not isinstance(value, float):
        return value
    return float(f"{value:.6g}") if math.isfinite(value) else None
