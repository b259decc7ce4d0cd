"""Twenty settings, mild to strong: `python -m unmask.benchmarks.strengths DATA OUT.md`.

These are the settings of which `unmask advise` tells. With `--run` the folder of a finished run of
them is read; without, they are measured there, or in a folder that is thrown away.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import tempfile
from pathlib import Path

from unmask.defenses.files.atomic import write_text
from unmask.evaluate import Comparison, Plan, compare, prepare
from unmask.evaluate.advice.measuring import BUDGET, SETTINGS
from unmask.evaluate.finished import read
from unmask.threads import pin_threads

from .origin import origin


def page(found: Comparison, command: str, made: str) -> str:
    """Return the page of a run: its command, what made it, its table, why rows are no more.

    Args:
        found: the run.
        command: what was typed.
        made: date and versions.
    """
    worst = found.rows[0].worst
    reasons = {row.worst.reason: row.shown for row in found.rows if row.worst.reason}
    lines = [
        f"# Mild to strong, {worst.dataset}", "", f"    {command}", "", made, "",
        found.to_markdown(), *([""] if reasons else []),
        *(f"- {shown}: {reason}" for reason, shown in reasons.items()),
    ]  # fmt: skip
    return "\n".join(lines).rstrip() + "\n"


def main() -> None:
    """Measure or read, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data")
    parser.add_argument("out", type=Path)
    parser.add_argument("--run", type=Path)
    given = parser.parse_args()
    pin_threads()
    command = f"python -m unmask.benchmarks.strengths {shlex.join(sys.argv[1:])}"
    if given.run and (given.run / "records.jsonl").is_file():
        found = read(given.run)
        if not isinstance(found, Comparison):
            raise SystemExit(f"--run must be a run of compare, got {given.run}")
    else:
        with tempfile.TemporaryDirectory() as place:
            found = compare(
                prepare(given.data, drop_duplicates=True), SETTINGS, Plan(budget=BUDGET),
                folder=given.run or Path(place, "run"), workers=0,
            )  # fmt: skip
    write_text(given.out, page(found, command, origin()))


if __name__ == "__main__":
    main()
