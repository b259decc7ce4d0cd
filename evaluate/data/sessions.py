"""Sessions: photos that were taken on one occasion, in one room, in one set of clothes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from unmask.defenses import Photo

from .tables import read_rows

Sessions = Mapping[str, str]  # key of a photo -> name of its session


def read_sessions(path: Path) -> Sessions:
    """Read a CSV with the columns `file` (its place below the data folder) and `session`.

    Names of sessions count per person: two people may both have a session `1`.

    Raises:
        ValueError: a bad table, or a file that is listed twice.
    """
    found: dict[str, str] = {}
    for number, row in enumerate(read_rows(path, ("file", "session")), 2):
        key = row["file"].strip()
        if key in found:
            raise ValueError(f"{path}, line {number}: {key} occurs twice")
        found[key] = row["session"].strip()
    return found


def with_session(photos: Sequence[Photo], sessions: Sessions) -> tuple[Photo, ...]:
    """Return the photos whose session is known.

    Raises:
        ValueError: the table knows none of them.
    """
    known = tuple(photo for photo in photos if photo.key in sessions)
    if not known:
        raise ValueError(
            f"the sessions name none of the {len(photos)} photos, for example "
            f"'{photos[0].key}'; they name '{next(iter(sessions), '')}'"
        )
    return known


def deal_sessions(keys: Sequence[str], sessions: Sessions, order: Sequence[str], share: float
                  ) -> tuple[list[str], list[str]]:  # fmt: skip
    """Deal the photos of one person out to gallery and probes, each session to one of them.

    The same sessions come first for everybody: if the gallery of one person and the probes of
    another were taken on one occasion, a probe would look like the wrong person's gallery, and
    the leakage would be too low.

    Args:
        keys: of the person's photos, from two sessions or more.
        sessions: of all photos.
        order: all names of sessions, first those whose photos are to be known.
        share: of the photos that are to be known; as near as whole sessions allow.
    """
    taken = defaultdict(list)
    for key in keys:
        taken[sessions[key]].append(key)
    mine = [name for name in order if name in taken]
    sizes = [len(taken[name]) for name in mine]
    cut = min(range(1, len(mine)), key=lambda n: abs(sum(sizes[:n]) - share * len(keys)))
    known, asked = ([k for name in part for k in taken[name]] for part in (mine[:cut], mine[cut:]))
    return known, asked
