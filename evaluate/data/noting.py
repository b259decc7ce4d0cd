"""What a reader must know of the photos of a comparison; it names nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any
from unicodedata import normalize

from unmask.defenses import Photo

from .base import Bad
from .sessions import Sessions
from .split import LEAST_PHOTOS, Split

LEAST_ATTACKED = 12
"""People below whom a leakage misleads.

Where half of the photos are named by each of twelve attackers, 0.69 is printed with 3 people of
4 photos, 0.63 with 6 and 0.59 with 12, and the lower end lies above the truth in 15, 11 and 5 %
of simulated runs (docs/statistics.md).
"""
PROLIFIC = 2  # times the mean number of photos to be named: that is said
LISTED = " (--names lists them in config.json)"


def check_enough(people: int, *, few: bool = False) -> None:
    """Refuse to print a leakage of so few people that it would mislead.

    Args:
        people: how many are attacked.
        few: take any number.

    Raises:
        ValueError: they are fewer than `LEAST_ATTACKED`.
    """
    if people < LEAST_ATTACKED and not few:
        raise ValueError(
            f"a leakage needs at least {LEAST_ATTACKED} attacked people, got {people}: luck "
            "alone would lift the best of several attackers far above the truth; add people, or "
            "take these for a first look with --few (in Python: few=True)"
        )


def notes_of(
    bad: Sequence[Bad], dropped: Sequence[Any], split: Split, photos: Sequence[Photo], folds: int
) -> list[str]:
    """Say how many files and people take no part, and what makes figures harder to believe.

    Args:
        bad: what could not be read.
        dropped: duplicates that were left out.
        split: who is in which part and role.
        photos: of all who take part.
        folds: how many such splits there are.
    """
    notes = unread(bad)
    if dropped:
        notes.append(f"{_count(dropped, 'photo', 'photos')} left out as duplicates{LISTED}")
    for what in ("photo", "session"):
        lacking = [entry for entry in split.left_out if f" {what}," in entry.reason]
        if lacking:
            people = _count(lacking, "person", "people")
            notes.append(f"{people} left out: fewer than {LEAST_PHOTOS} {what}s{LISTED}")
    if split.single:
        people = _count([*split.single], "person", "people")
        notes.append(f"{people} with one photo among the background people")
    notes += _twice({photo.identity for photo in photos})
    attacked = {photo.identity for photo in photos} - set(split.background)
    if len(attacked) * folds < LEAST_ATTACKED:
        notes.append(
            f"only {len(attacked) * folds} people are attacked: with fewer than {LEAST_ATTACKED} "
            "luck lifts the best of several attackers far above the truth"
        )
    probes = [photo.identity for photo in photos if split.role(photo.key) == "probe"]
    notes += _prolific([name for name in probes if name in attacked])
    faceless = sum(not photo.faces for photo in photos)
    if faceless:
        notes.append(f"no face found on {faceless} of {len(photos)} clean photos; they stay in")
    return notes


def _twice(names: Iterable[str]) -> list[str]:
    """Say how many names are those of others but for case, spaces or the form of letters.

    Folders of several machines may hold one person twice: `José` with one letter or with two.
    """
    counts = Counter(normalize("NFKC", name).casefold().strip() for name in names)
    count = sum(number for number in counts.values() if number > 1)
    return [
        f"{count} people are called like another one but for case, spaces or the form of letters: "
        "if these are one person, who is named by the other name counts as not named, and the "
        "leakage is too low"
    ] if count else []  # fmt: skip


def _prolific(probes: Sequence[str]) -> list[str]:
    """Say how large the share of the most photographed is, if it is far from that of others."""
    counts = Counter(probes)
    if not counts or max(counts.values()) < PROLIFIC * counts.total() / len(counts):
        return []
    share = max(counts.values()) / counts.total()
    return [
        f"one person is on {share:.1%} of the {counts.total():,} photos to be named; each person "
        "weighs the same in every figure"
    ]


def told_apart(sessions: Sessions | None, photos: Sequence[Photo]) -> list[str]:
    """Say that sessions are kept apart, if they are known, and what was left out without one."""
    if sessions is None:
        return []
    unknown = [photo for photo in photos if photo.key not in sessions]
    lost = f"; left out without a session: {_count(unknown, 'photo', 'photos')}" if unknown else ""
    return [f"gallery and probes of a person come from different sessions{lost}"]


def unread(bad: Sequence[Bad], listed: str = LISTED) -> list[str]:
    """Say how many files could not be read, if any; their names may be names of people."""
    return [f"{_count(bad, 'file', 'files')} could not be read{listed}"] if bad else []


def details_of(bad: Sequence[Bad], dropped: Sequence[Any]) -> list[str]:
    """Name the files that could not be read or were duplicates; for who asks for names."""
    details = [f"not read: {entry.path}: {entry.reason}" for entry in bad]
    return details + [f"left out as a duplicate: {entry}" for entry in dropped]


def _count(things: Sequence[object], one: str, many: str) -> str:
    return f"{len(things):,} {one if len(things) == 1 else many}"
