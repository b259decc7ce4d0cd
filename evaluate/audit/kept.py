"""The answers file: one JSON line a question, written unit by unit, read after a kill.

Each line ends with a digest of itself. Whoever takes names out of the file, to show it around,
must not find them gone from the figures of an audit that goes on.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from unmask.defenses.files.atomic import write_text

from .answer import Answer
from .inquiry import Unit

NAME = "answers.jsonl"
_MARK = "digest"


def keep(folder: Path, answers: Sequence[Answer]) -> None:
    """Append the answers of one unit and see them onto the disk."""
    text = "".join(map(_line, answers))
    with (folder / NAME).open("a", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def read(folder: Path) -> list[Answer]:
    """Read all answers; a last line that a kill cut short is left out.

    Raises:
        ValueError: another line is damaged.
    """
    return [answer for answer, _ in _read(folder)]


def _line(answer: Answer) -> str:
    told = answer.as_dict()
    return json.dumps(told | {_MARK: _mark(told)}, ensure_ascii=False) + "\n"


def _mark(told: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def _read(folder: Path) -> list[tuple[Answer, bool]]:
    """Read all answers, each with whether it is as it was written."""
    path = folder / NAME
    if not path.exists():
        return []
    lines = path.read_bytes().split(b"\n")
    found = []
    for number, line in enumerate(lines, 1):
        if number == len(lines):
            break  # what follows the last line end is empty, or was cut short
        try:
            told = json.loads(line)
            mark = told.pop(_MARK, "")
            found.append((Answer(**told), mark == _mark(told)))
        except (ValueError, TypeError, AttributeError) as error:
            raise ValueError(f"{path}, line {number} is no answer: {error}") from error
    return found


def finished(
    folder: Path, units: Sequence[Unit], expected: Callable[[Unit], int]
) -> dict[int, list[Answer]]:
    """Return the units that are complete, and drop the lines of the others from the file.

    A unit is asked again as a whole: its pictures are looked at together, so a resumed
    audit gives the very answers of one that was never stopped. So is one of which a line was
    edited.
    """
    by_unit: dict[int, list[Answer]] = defaultdict(list)
    edited = set()
    for answer, as_written in _read(folder):
        by_unit[answer.unit].append(answer)
        if not as_written:
            edited.add(answer.unit)
    whole = {
        unit.number: by_unit[unit.number]
        for unit in units
        if unit.number in by_unit.keys() - edited
        and _is_whole(by_unit[unit.number], unit, expected(unit))
    }
    text = "".join(_line(answer) for number in sorted(whole) for answer in whole[number])
    if (folder / NAME).exists():
        write_text(folder / NAME, text)
    return whole


def _is_whole(answers: Sequence[Answer], unit: Unit, expected: int) -> bool:
    """Return whether these are the answers of a unit: of its view, and as many of each photo.

    A line that stands there twice in place of another would leave a photo out.
    """
    about = Counter(answer.photo or answer.person for answer in answers)
    told = [(a.photo, a.person, a.probe, a.prompt, a.asked, a.second) for a in answers
            if a.answer is not None]  # fmt: skip
    return (
        len(answers) == expected
        and {answer.view for answer in answers} <= {unit.view.text}
        and about == dict.fromkeys(unit.photos, expected // len(unit.photos))
        and len({*told}) == len(told)
    )
