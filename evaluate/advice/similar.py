"""Which public data set is most like these photos."""

from __future__ import annotations

import math
from collections.abc import Sequence

from .table import Kind, Table

FAR = 2.0  # from here the most similar one is not similar


def distance(a: Kind, b: Kind) -> float:
    """Return how unlike two data sets are.

    One for each doubling of the width of faces in pixels (how much there is to see), one for each
    doubling of their share of the photo (how much lies around them), and one between all grey
    and all in colour. It orders data sets, and says nothing of how leakage changes with it.
    """
    pixels = abs(math.log2(a.face_px / b.face_px))
    share = abs(math.log2(a.face_share / b.face_share))
    return pixels + share + abs(a.grey - b.grey)


def most_similar(kind: Kind, tables: Sequence[Table]) -> tuple[Table, float]:
    """Return the table of the most similar data set, and its distance.

    Raises:
        LookupError: there are none to choose from.
    """
    known = [(table, distance(kind, table.kind)) for table in tables if table.kind]
    if not known:
        raise LookupError("no table of a public data set is installed; install unmask again?")
    return min(known, key=lambda pair: (pair[1], pair[0].name))
