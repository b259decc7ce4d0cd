"""What widely used tools leave: `python -m unmask.benchmarks.presets DATA OUT.md [OPTIONS]`.

Every preset with its tool's own defaults, beside the untouched photo and a plain mask. `photo`
is the leakage of a single photo; `face` what the region alone gives away and `context` what is
around it; `album` that of all photos of a person together; `line-up of 5` that of a photo of one
out of five.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from unmask.defenses.files.atomic import write_text
from unmask.defenses.presets.preset import TOOLS
from unmask.evaluate import Plan, Row, compare, prepare, rows
from unmask.evaluate.data.noting import LISTED
from unmask.evaluate.results.records import Record
from unmask.evaluate.results.table import MISSING, interval, printed, two
from unmask.threads import pin_threads

from .origin import origin
from .tables import UTILITIES

SPECS = ("none", *(f"preset:tool={tool}" for tool in TOOLS), "mask")
QUESTIONS = {  # heading: what a row calls its answer
    "face": "face",
    "context": "context",
    "album": "rank1@all",
    "line-up of 5": "rank1@people=5",
    "ceiling": "ceiling",
}


def table(records: Sequence[Record]) -> list[str]:
    """Return the lines of the table, most leaking first; what was not asked is left out."""
    found = sorted(rows(records), key=lambda row: -(row.worst.value or 0))
    asked = [title for title in QUESTIONS if any(_answer(row, title) for row in found)]
    head = ["tool", "photo", "95 %", *asked, "worst attacker", "naive", *UTILITIES]
    lines = [f"| {' | '.join(head)} |", "| --- | ---: | --- |" + " ---: |" * (len(head) - 3)]
    for row in found:
        naive = row.naive.value if row.naive else None
        cells = [
            row.shown.removeprefix("preset:tool="), printed(row.worst),
            interval(row.worst, 2, " to "), *(_said(_answer(row, t)) for t in asked),
            row.attacker, two(naive), *(_use(row, name) for name in UTILITIES),
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _answer(row: Row, title: str) -> Record | None:
    """Return the worst case of a question, None where nobody asked it."""
    return {**row.detailed, **row.others}.get(QUESTIONS[title])


def _said(record: Record | None) -> str:
    return printed(record) if record else MISSING


def _use(row: Row, metric: str) -> str:
    record = row.utilities.get(metric)
    return two(record.value if record else None)


def main() -> None:
    """Run the comparison and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data")
    parser.add_argument("out", type=Path)
    parser.add_argument("--recognizers", default="", help="names, with spaces between")
    parser.add_argument("--budget", default="standard")
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--only", default="", help="names of tools, with spaces between")
    given = parser.parse_args()
    pin_threads()
    plan = Plan((), UTILITIES, tuple(given.recognizers.split()) or None, given.budget)
    plan = plan.with_models()
    wanted = given.only.split()
    specs = [s for s in SPECS if not wanted or s.rpartition("=")[2] in wanted]
    start = time.perf_counter()
    scene = prepare(given.data, drop_duplicates=True)
    with tempfile.TemporaryDirectory() as place:
        run = compare(
            scene, specs, plan, folder=Path(place, "run"), faces="none", workers=given.workers
        )
    worst = next(record for record in run.records if record.name == "worst")
    lines = [
        f"# What tools leave, {scene.dataset}", "",
        f"    python -m unmask.benchmarks.presets {shlex.join(sys.argv[1:])}", "",
        f"{worst.n} photos of {worst.people} people, chance {worst.chance or 0:.3f}, budget "
        f"{plan.budget}, face models {worst.models}; {time.perf_counter() - start:.0f} s. "
        f"{origin()}", "", *table(run.records), "",
        *(f"- {note.removesuffix(LISTED)}" for note in scene.notes),
        *(f"- {row.shown}: {row.worst.reason}" for row in rows(run.records) if row.worst.reason),
    ]  # fmt: skip
    print("\n".join(lines))
    write_text(given.out, "\n".join(lines).rstrip() + "\n")


if __name__ == "__main__":
    main()
