"""Joining the records of a run that was done in parts."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from ..files.printable import printable
from .listing import Skipped
from .manifest import read_rows, write_rows
from .records import Part, Records, records_in
from .report import ApplyReport
from .summary import differing, read_summary, write_summary
from .tables import write_skipped, write_table

_PART = re.compile(r"summary-(\d{5})-of-(\d{5})\.json")


def merge(folder: Path) -> ApplyReport:
    """Join the manifests, tables and summaries of all parts in a target, and remove them.

    Args:
        folder: where the parts were written to.

    Returns:
        The report that one run of the whole would have given.

    Raises:
        ValueError: no parts, one that is missing or not finished, or parts with other settings.
        OSError: something cannot be read or written.
    """
    parts = _parts(folder)
    summaries = [_finished(part) for part in parts]
    for part, summary in zip(parts, summaries, strict=True):
        if what := differing(summaries[0], summary):
            raise ValueError(f"all parts must be done alike, but in {part.summary.name}: {what}")
    rows = sorted(
        (row for part in parts for row in read_rows(part.manifest)), key=lambda row: row.path
    )
    for path, same in groupby(rows, key=lambda row: row.path):
        if len(list(same)) > 1:
            raise ValueError(f"a photo belongs to one part, but two have {printable(path)}")
    what_was_done = {k: v for k, v in summaries[0].items() if k not in _COUNTED}
    skipped = _skipped(parts)
    seconds = sum(float(summary.get("seconds", 0)) for summary in summaries)
    whole = records_in(folder)
    write_rows(whole.manifest, rows)
    write_table(whole.table, rows, what_was_done)
    write_skipped(whole.skipped, skipped)
    write_summary(whole.summary, what_was_done, rows, finished=True, skipped=len(skipped),
                  seconds=seconds)  # fmt: skip
    for part in parts:
        for record in part.existing:
            record.unlink()
    return ApplyReport(tuple(rows), skipped, whole.manifest, str(what_was_done.get("remark", "")))


_COUNTED = ("finished", "photos", "outcomes", "faces", "skipped", "seconds")


def _parts(folder: Path) -> list[Records]:
    found = sorted(
        (int(match[1]), int(match[2]))
        for match in (_PART.fullmatch(path.name) for path in folder.glob("summary-*.json"))
        if match
    )
    counts = {count for _, count in found}
    if len(counts) != 1:
        what = f"parts of {' and of '.join(map(str, sorted(counts)))}" if counts else "none"
        raise ValueError(
            f"a folder with the parts of one run is needed, {printable(folder)} holds {what}"
            f"{'; shards need no merge' if any(folder.glob('shards-*-of-*.csv')) else ''}"
        )
    (count,) = counts
    if missing := sorted(set(range(count)) - {index for index, _ in found}):
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise ValueError(
            f"part {missing[0]} of {count}{more} is missing in {printable(folder)}; run it with "
            f"--shard-index {missing[0]} --num-shards {count}"
        )
    return [records_in(folder, Part(index, count)) for index in range(count)]


def _finished(part: Records) -> dict[str, Any]:
    summary = read_summary(part.summary)
    if summary.get("finished") is not True:
        raise ValueError(f"{part.summary.name} is not finished; go on with it with --resume")
    return summary


def _skipped(parts: Sequence[Records]) -> tuple[Skipped, ...]:
    found: list[Skipped] = []
    for part in parts:
        if part.skipped.exists():
            with part.skipped.open(newline="", encoding="utf-8") as file:
                _, *lines = csv.reader(file)
            found += [Skipped(p, why, "cannot be read" in why) for p, why in lines]
    return tuple(sorted(found))
