"""What one cell showed, kept on disk as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from unmask.defenses.files.atomic import write_text

from ..statistics import Floats, rank_credit
from .cells import Cell

OTHER, NO_IMAGE, MASKED = "other person", "no image", "masked"
LESS, ASKED_WHAT = "less what all get", "asked what it is"


@dataclass(frozen=True)
class Probed:
    """One kind of probe put to one model.

    Args:
        kind: `clean`, `masked`, `no image`, `other person`, a defense spec; `less what all get`,
            each name's likelihood less its mean over all photos; `asked what it is`.
        credits: forced choice, one per photo, 0 to 1; ties share.
        open: right name in the open answer, one per photo, 0 or 1; empty if not asked.
        people: person on each photo.
        no_face: photos in which no face was found, which stayed as they were.
    """

    kind: str
    credits: tuple[float, ...]
    open: tuple[float, ...]
    people: tuple[int, ...]
    no_face: int = 0


@dataclass(frozen=True)
class Result:
    """All probes of one cell.

    Args:
        cell: the model.
        probes: one per kind.
        chance: one over the number of people.
        seconds: processor time of the cell's own training and probing.
    """

    cell: Cell
    probes: tuple[Probed, ...]
    chance: float
    seconds: float

    def probe(self, kind: str) -> Probed:
        """Return the probe of that kind."""
        return next(probe for probe in self.probes if probe.kind == kind)


def judged(kind: str, scores: Floats, people: list[int], said: list[str],
           names: tuple[str, ...], no_face: int = 0) -> Probed:  # fmt: skip
    """Return the credits of likelihoods and of open answers.

    Args:
        kind: of the probe.
        scores: `(N, people)`; one row serves all photos (no image).
        people: `(N,)`, the person whose name would be right.
        said: open answers, or none.
        names: of all people.
        no_face: photos without a face.
    """
    table = np.broadcast_to(scores, (len(people), scores.shape[1]))
    credits = rank_credit(table, people)
    right = [float(f" {names[p]} " in f" {text} ") for p, text in zip(people, said, strict=False)]
    return Probed(kind, tuple(credits.tolist()), tuple(right), tuple(people), no_face)


def keep(path: Path, result: Result) -> None:
    """Write a result through a temporary name."""
    write_text(path, json.dumps(asdict(result)) + "\n")


def kept(path: Path) -> Result:
    """Read what `keep` wrote.

    Raises:
        ValueError: the file holds something else.
    """
    try:
        entry = json.loads(path.read_text(encoding="utf-8"))
        entries: list[dict[str, Any]] = entry.pop("probes")
        probes = tuple(_probed(probe) for probe in entries)
        return Result(Cell(**entry.pop("cell")), probes, **entry)
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path} holds no result of a lab cell: {error}") from error


def _probed(entry: dict[str, Any]) -> Probed:
    lists = ("credits", "open", "people")
    return Probed(**{**entry, **{name: tuple(entry[name]) for name in lists}})
