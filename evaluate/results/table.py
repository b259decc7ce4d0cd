"""What the terminal shows of a comparison: columns of text, made from records alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from .questions import QUESTIONS
from .records import PHOTOS, SEEDS, Record
from .rounding import rounded_down, rounded_up
from .summary import Row, rows, value_of

METRICS = {"ssim": "SSIM", "lpips": "LPIPS", "face_found": "found", "landmark_error": "landm.",
           "answers": "answers"}  # fmt: skip
REPORTED = frozenset(  # metrics of ours that are in the report alone
    {"fid", "hog_face", "kid", "outside_change", "pose_change", "psnr", "seam", "sharpness"}
)
AT_LEAST = ">= "
MISSING = "-"  # a figure that was not measured
UNDEFENDED = "none"  # the defense that changes nothing


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Args:
        heading: may be broken between words.
        cells: one text per row.
        kind: `figure` (flush right) and `text` are printed whole or not at all; a `name` may
            be shortened, and is said in full below the table.
        key: it tells what a row is about; where a table is too wide for one, the next
            part of it begins with the same column.
        drop: where there is no room, the column with the highest number goes first; one
            with 0 never goes.
        least: a name keeps so many characters before a column goes.
    """

    heading: str
    cells: Sequence[str]
    kind: Literal["figure", "text", "name"] = "figure"
    key: bool = False
    drop: int = 0
    least: int = 12


def sorted_rows(records: Sequence[Record]) -> list[Row]:
    """Return one row per defense: the undefended photos, then the others, most leaking first.

    Those without a figure come before all defenses, and one that leaks at least something stands
    where that puts it: nothing may look private because it was not measured.
    """

    def place(row: Row) -> tuple[bool, float]:
        return not is_undefended(row), -(1.1 if row.worst.value is None else row.worst.value)

    return sorted(rows(records), key=place)


def is_undefended(row: Row) -> bool:
    """Return whether a row is about the photos as they are."""
    return row.family == UNDEFENDED


def leakage_table(found: Sequence[Row]) -> list[Column]:
    """Return the columns of the main table.

    A narrow terminal loses, in this order: the figure with the seed known, the ceiling,
    metrics of others, landmark error, LPIPS, found, link, naive, SSIM, worst attacker, rank, and
    then what other questions say, album last.
    """
    place = [MISSING if row.rank is None else str(row.rank) for row in found]
    naive = [two(value_of(row.naive)) for row in found]
    linked = [two(value_of(row.linkage.auc if row.linkage else None)) for row in found]
    order = {"ssim": 6, "face_found": 9, "lpips": 10, "landmark_error": 11, "answers": 12}
    others = {early: [Column(name, [other(row, name) for row in found], drop=question.drop)
                      for name, question in QUESTIONS.items()
                      if question.early == early and question.drop is not None]
              for early in (True, False)}  # fmt: skip
    return [
        Column("rank", place, drop=4),
        Column("defense", [row.shown for row in found], "name", key=True, least=18),
        Column("leakage", [printed(row.worst) for row in found]),
        Column("95 %", [interval(row.worst) for row in found], "text"),
        *others[True],
        Column("worst attacker", _attackers(found), "name", drop=5, least=16),
        *others[False],
        Column("naive", naive, drop=7),
        Column("link", linked, drop=8),
        *(
            Column(
                heading,
                [two(value_of(row.utilities.get(name))) for row in found],
                drop=order.get(name, 12),
            )
            for name, heading in headings(found).items()
        ),
    ]


def headings(found: Sequence[Row]) -> dict[str, str]:
    """Return the metrics that the terminal shows, with headings: some of ours, all of others."""
    others = {name for row in found for name in row.utilities} - REPORTED - METRICS.keys()
    return METRICS | {name: name for name in sorted(others)}


def group_table(found: Sequence[Row]) -> list[Column]:
    """Return the columns of a table with the subgroup that leaks most; empty without groups."""
    grouped = [(row, group) for row in found if (group := row.worst_group)]
    if not grouped:
        return []
    return [
        Column("defense", [row.shown for row, _ in grouped], "name", key=True, least=18),
        Column("worst group", [group.group for _, group in grouped], "name"),
        Column("people", [str(group.people) for _, group in grouped], drop=2),
        Column("leakage", [printed(group) for _, group in grouped]),
        Column("95 %", [interval(group) for _, group in grouped], "text"),
        Column("all people", [printed(row.worst) for row, _ in grouped], drop=1),
    ]


def caption(found: Sequence[Row]) -> str:
    """Say what the figures are: a leakage without its attackers' budget means nothing."""
    if not found:
        return "nothing was measured"
    worst = next((row.worst for row in found if row.measured), found[0].worst)
    chance = next((f"{row.worst.chance:.3f}" for row in found if row.worst.chance), "unknown")
    ceiling = next((f"{row.worst.ceiling:.2f}" for row in found if row.measured
                    and row.worst.ceiling is not None), "unknown")  # fmt: skip
    text = (
        f"leakage: highest rank-1 over all attackers, {worst.n} photos of {worst.people} people, "
        f"chance {chance}, undefended photos {ceiling}; data {worst.dataset}, budget "
        f"{worst.budget}, seed {worst.seed}{_face_models(worst.models)}"
    )
    if any(row.rank for row in found):
        text += (
            ". rank: 1 + the defenses that truly leak less (95 % for all pairs together); equal "
        )
        text += "ranks are ties"
    if share := next((r.chance for row in found if (r := row.others.get(PHOTOS))), None):
        text += f". each person weighs the same, though {share:.0%} of the photos show one of them"
    if any(r.status == "at least" for row in found for r in (row.worst, *row.others.values())):
        text += f". {AT_LEAST.strip()}: at least, below no limit; the reason is said below"
    for name, question in QUESTIONS.items():
        if question.drop is not None and any(name in row.others for row in found):
            text += f". {name}: {question.said}"
    if any(row.linkage for row in found):
        text += (
            ". link: AUC of the best attempt to tell that two defended photos show one person, "
            "chance 0.50; it names nobody and is no part of leakage"
        )
    return text


def said_of(found: Sequence[Row]) -> str:
    """Return all that stands below the main table: `caption` and `remarks`."""
    return ". ".join(filter(None, (caption(found), remarks(found))))


def remarks(found: Sequence[Row]) -> str:
    """Say what the main table leaves out because it is the same in every row."""
    models = _models(found)
    told = [f"face model of the attackers shown: {models[0]}"] if len(models) == 1 else []
    lost = [
        heading
        for name, heading in headings(found).items()
        if any(name in row.utilities for row in found)
        and all(value_of(row.utilities.get(name)) is None for row in found)
    ]
    told += [f"{', '.join(lost)}: not measured, the report says why"] if lost else []
    return ". ".join(told)


def two(value: float | None) -> str:
    """Return a figure with two digits."""
    return MISSING if value is None else f"{value:.2f}"


def interval(record: Record, digits: int = 2, to: str = "-") -> str:
    """Return the ends of the interval, empty if there is none; a lower bound has no upper end.

    They are rounded outwards; of several seeds they are figures themselves, rounded as such.
    """
    if record.low is None or record.high is None:
        return ""
    if record.name == SEEDS and record.status != "at least":
        return f"{record.low:.{digits}f}{to}{record.high:.{digits}f}"
    if record.status == "at least":
        return f"{rounded_down(record.low, digits)}{to}?"
    return f"{rounded_down(record.low, digits)}{to}{rounded_up(record.high, digits)}"


def printed(worst: Record, digits: int = 2) -> str:
    """Return the figure of a worst case as people read it: a lower bound says so."""
    if worst.value is None or worst.status == "invalid":
        return "invalid" if worst.status == "invalid" else MISSING
    sign = AT_LEAST if worst.status == "at least" else ""
    return f"{sign}{worst.value:.{digits}f}"


def _face_models(labels: str) -> str:
    """Say which face models took part; one alone may have missed what another one sees."""
    if not labels:
        return ""
    if " " in labels:
        return f", face models {labels.replace(' ', ', ')}"
    return f", face model {labels} alone: a second one may name more"


def other(row: Row, question: str, digits: int = 2) -> str:
    """Return the figure of another question; a lower bound says so."""
    record = row.others.get(question)
    if record is not None and question == SEEDS and record.value is not None:
        return interval(record, digits)
    return MISSING if record is None else printed(record, digits)


def _models(found: Sequence[Row]) -> list[str]:
    """Return the face models behind the worst attackers and linkage."""
    used = [row.worst.recognizer for row in found if row.measured]
    used += [row.naive.recognizer for row in found if row.naive]
    return sorted({model for model in used if model})


def _attackers(found: Sequence[Row]) -> list[str]:
    """Return the worst attackers; a face model that they all share is said in `remarks`."""
    if len(_models(found)) > 1:
        return [row.attacker for row in found]
    return [row.attacker.partition(" (")[0] for row in found]
