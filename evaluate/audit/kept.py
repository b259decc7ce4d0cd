"""The answers file: one JSON line a question, written unit by unit, read after a kill."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

from unmask.defenses.files.atomic import write_text

from .answer import Answer
from .inquiry import Unit

NAME = "answers.jsonl"


def keep(folder: Path, answers: Sequence[Answer]) -> None:
    """Append the answers of one unit and see them onto the disk."""
    text = "".join(json.dumps(a.as_dict(), ensure_ascii=False) + "\n" for a in answers)
    with (folder / NAME).open("a", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def read(folder: Path) -> list[Answer]:
    """Read all answers; a last line that a kill cut short is left out.

    Raises:
        ValueError: another line is damaged.
    """
    path = folder / NAME
    if not path.exists():
        return []
    lines = path.read_bytes().split(b"\n")
    found = []
    for number, line in enumerate(lines, 1):
        if number == len(lines):
            break  # what follows the last line end is empty, or was cut short
        try:
            found.append(Answer(**json.loads(line)))
        except (ValueError, TypeError) as error:
            raise ValueError(f"{path}, line {number} is no answer: {error}") from error
    return found


def finished(
    folder: Path, units: Sequence[Unit], expected: Callable[[Unit], int]
) -> dict[int, list[Answer]]:
    """Return the units that are complete, and drop the lines of the others from the file.

    A unit is asked again as a whole: its pictures are looked at together, so a resumed
    audit gives the very answers of one that was never stopped.
    """
    by_unit: dict[int, list[Answer]] = defaultdict(list)
    for answer in read(folder):
        by_unit[answer.unit].append(answer)
    whole = {
        unit.number: by_unit[unit.number]
        for unit in units
        if unit.number in by_unit and len(by_unit[unit.number]) == expected(unit)
    }
    text = "".join(
        json.dumps(answer.as_dict(), ensure_ascii=False) + "\n"
        for number in sorted(whole) for answer in whole[number]
    )  # fmt: skip
    if (folder / NAME).exists():
        write_text(folder / NAME, text)
    return whole
