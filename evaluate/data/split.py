"""Who is background, search and test, and which of their photos an attacker knows."""

from __future__ import annotations

import hashlib
import json
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Any

from unmask.defenses import Photo

from .sessions import Sessions, deal_sessions

PARTS = ("background", "search", "test")
ROLES = ("gallery", "probe")
LEAST_PEOPLE, LEAST_PHOTOS, LEAST_SESSIONS = 3, 2, 2


@dataclass(frozen=True)
class LeftOut:
    """A person who takes no part, and why."""

    identity: str
    reason: str

    def __str__(self) -> str:
        return f"{self.identity}: {self.reason}"


@dataclass(frozen=True)
class Split:
    """Three disjoint sets of people, and for each person photos to know and photos to name.

    Args:
        background: names of the people attackers and generators may learn from; those with one
            photo are among them, up to as many as the others there have photos.
        search: names of the people whose figures Optuna sees.
        test: names of the people in reports.
        gallery: keys of photos whose identity the attacker knows.
        probe: keys of photos to be named.
        left_out: people with too few photos.
        seed: what made it.
        single: keys of the photos of background people who have one; they have no role.
        folds: of which splits it is the sum, if people took turns.
    """

    background: tuple[str, ...]
    search: tuple[str, ...]
    test: tuple[str, ...]
    gallery: frozenset[str]
    probe: frozenset[str]
    left_out: tuple[LeftOut, ...] = ()
    seed: int = 0
    single: frozenset[str] = frozenset()
    folds: tuple[Split, ...] = ()

    def __repr__(self) -> str:
        people = ", ".join(f"{len(getattr(self, part))} {part}" for part in PARTS)
        return f"Split({self.hash!r}, {people} people)"

    @cached_property
    def hash(self) -> str:
        """First 16 hexadecimal digits of SHA-256 over the whole split as JSON."""
        text = json.dumps(self._content(), sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def as_dict(self) -> dict[str, Any]:
        """Return the split with its hash, ready for JSON."""
        return {"hash": self.hash, **self._content()}

    def part(self, identity: str) -> str:
        """Return the part a person is in; empty if in none."""
        return self._parts.get(identity, "")

    def role(self, key: str) -> str:
        """Return `gallery` or `probe`; empty for the photo of whoever is left out or has one."""
        return "gallery" if key in self.gallery else "probe" if key in self.probe else ""

    def select(
        self, photos: Iterable[Photo], part: str, role: str | None = None
    ) -> tuple[Photo, ...]:
        """Return the photos of one part, all of them or those of one role, in order.

        Args:
            photos: any photos; those of other people are passed over.
            part: `background`, `search` or `test`.
            role: `gallery`, `probe` or None for both.

        Raises:
            ValueError: no such part or role.
        """
        if part not in PARTS:
            raise ValueError(f"part must be one of {', '.join(PARTS)}, got '{part}'")
        if role is not None and role not in ROLES:
            raise ValueError(f"role must be one of {', '.join(ROLES)} or None, got '{role}'")
        return tuple(
            photo
            for photo in photos
            if self.part(photo.identity) == part
            and (
                self.role(photo.key) == role
                if role
                else self.role(photo.key) or photo.key in self.single
            )
        )

    @cached_property
    def _parts(self) -> dict[str, str]:
        return {name: part for part in PARTS for name in getattr(self, part)}

    def _content(self) -> dict[str, Any]:
        return {
            "seed": self.seed,
            **{part: sorted(getattr(self, part)) for part in PARTS},
            "gallery": sorted(self.gallery),
            "probe": sorted(self.probe),
            "left_out": {entry.identity: entry.reason for entry in self.left_out},
            **({"single": sorted(self.single)} if self.single else {}),
            **({"folds": [fold.hash for fold in self.folds]} if self.folds else {}),
        }


def split_people(
    photos: Sequence[Photo],
    *,
    seed: int = 0,
    shares: tuple[float, float, float] = (0.25, 0.25, 0.5),
    gallery: float = 0.5,
    sessions: Sessions | None = None,
) -> Split:
    """Split people three ways and each person's photos two ways.

    People are put in order by SHA-256 of seed and name and cut at the shares; the photos
    of each person are put in order by SHA-256 of seed and key. So a split depends on
    names alone: not on the order of files, on pixels, or on the machine. Where sessions are
    known, gallery and probes of a person never share one, and people with one session only
    are left out. Nobody with one photo can be known and asked for, but all can be strangers: they
    are background.

    Args:
        photos: all photos; keys must be unique.
        seed: another seed, another split.
        shares: of people in background, search and test; they sum to 1.
        gallery: share of a person's photos that the attacker knows; at least one photo
            is known and at least one is to be named. Odd ones go to the probes.
        sessions: of every photo, by key; None: unknown.

    Raises:
        ValueError: bad shares, a key or name twice or missing, or fewer than 3 people with
            2 photos each in any part.
    """
    _check(photos, shares, gallery)
    dealt = _Dealt.of(photos, seed, gallery, sessions)
    cuts = _cuts(len(dealt.ranked), shares)
    groups = [dealt.ranked[start:stop] for start, stop in pairwise(cuts)]
    if min(map(len, groups)) < LEAST_PEOPLE:
        raise ValueError(_too_few(groups, dealt.keys, shares))
    return dealt.split(*groups)


def split_folds(
    photos: Sequence[Photo],
    folds: int,
    *,
    seed: int = 0,
    gallery: float = 0.5,
    sessions: Sessions | None = None,
) -> tuple[Split, ...]:
    """Let people take turns: in each fold some are attacked, and all others are background.

    Everybody is attacked in one fold. As many people are attacked in each, so that all line-ups
    are as long; whom that leaves over is background in every fold. People and their photos are
    put in order as in `split_people`.

    Args:
        photos: all photos; keys must be unique.
        folds: how many, 2 or more.
        seed: another seed, other folds.
        gallery: as in `split_people`.
        sessions: as in `split_people`.

    Raises:
        ValueError: fewer than 2 folds, a key or name twice or missing, or fewer than 3 people with
            2 photos each to a fold.
    """
    _check(photos, (0.25, 0.25, 0.5), gallery)
    if folds < 2:
        raise ValueError(f"people take turns in 2 folds or more, got {folds}")
    dealt = _Dealt.of(photos, seed, gallery, sessions)
    people = dealt.ranked
    size = len(people) // folds
    if size < LEAST_PEOPLE:
        raise ValueError(
            f"{folds} folds need at least {folds * LEAST_PEOPLE} people with {LEAST_PHOTOS} "
            f"photos, got {len(people)}; take fewer folds, or add people?"
        )
    tested = [people[start : start + size] for start in range(0, folds * size, size)]
    return tuple(dealt.split([p for p in people if p not in mine], [], mine) for mine in tested)


@dataclass(frozen=True)
class _Dealt:
    """People in their order, and which photos of each are known.

    Args:
        keys: of each person's photos.
        ranked: people who can be known and asked for.
        lacking: why others cannot.
        known: keys of the gallery.
        asked: keys of the probes.
        seed: what decided it.
    """

    keys: dict[str, list[str]]
    ranked: list[str]
    lacking: dict[str, str]
    known: frozenset[str]
    asked: frozenset[str]
    seed: int

    @staticmethod
    def of(
        photos: Sequence[Photo], seed: int, gallery: float, sessions: Sessions | None
    ) -> _Dealt:
        keys: dict[str, list[str]] = defaultdict(list)
        for photo in photos:
            keys[photo.identity].append(photo.key)
        lacking = {name: why for name in keys if (why := _lacking(keys[name], sessions))}
        ranked = _ranked([name for name in keys if name not in lacking], seed, "person")
        occasions = _ranked(set((sessions or {}).values()), seed, "session")
        known: list[str] = []
        asked: list[str] = []
        for name in ranked:
            order = _ranked(keys[name], seed, "photo")
            cut = min(max(math.floor(len(order) * gallery + 1e-9), 1), len(order) - 1)
            mine = order[:cut], order[cut:]
            if sessions is not None:
                mine = deal_sessions(order, sessions, occasions, gallery)
            known += mine[0]
            asked += mine[1]
        return _Dealt(keys, ranked, lacking, frozenset(known), frozenset(asked), seed)

    def split(
        self, background: Sequence[str], search: Sequence[str], test: Sequence[str]
    ) -> Split:
        room = sum(len(self.keys[name]) for name in background)  # so the work at most doubles
        single = (name for name in self.lacking if len(self.keys[name]) == 1)
        alone = _ranked(single, self.seed, "person")[:room]
        return Split(
            tuple(sorted([*background, *alone])),
            tuple(sorted(search)),
            tuple(sorted(test)),
            self.known,
            self.asked,
            tuple(LeftOut(n, self.lacking[n]) for n in sorted(set(self.lacking) - set(alone))),
            self.seed,
            frozenset(self.keys[name][0] for name in alone),
        )


def _lacking(keys: Sequence[str], sessions: Sessions | None) -> str:
    """Say why a person with these photos can take no part."""
    if len(keys) < LEAST_PHOTOS:
        return f"{len(keys)} photo, {LEAST_PHOTOS} are needed"
    if sessions is not None and len({sessions[key] for key in keys}) < LEAST_SESSIONS:
        return f"1 session, {LEAST_SESSIONS} are needed"
    return ""


def _check(photos: Sequence[Photo], shares: tuple[float, ...], gallery: float) -> None:
    if len(shares) != 3 or min(shares) <= 0 or not math.isclose(sum(shares), 1):
        raise ValueError(f"shares must be three numbers above 0 that sum to 1, got {shares}")
    if not 0 < gallery < 1:
        raise ValueError(f"gallery must be between 0 and 1, got {gallery}")
    seen: set[str] = set()
    for photo in photos:
        if not photo.key or not photo.identity:
            raise ValueError(f"a photo to split needs key and identity, got {photo.key!r}, "
                             f"{photo.identity!r}")  # fmt: skip
        if photo.key in seen:
            raise ValueError(f"keys must be unique, got '{photo.key}' twice")
        seen.add(photo.key)


def _ranked(names: Iterable[str], seed: int, kind: str) -> list[str]:
    def rank(name: str) -> bytes:
        return hashlib.sha256("\x1f".join((kind, str(seed), name)).encode()).digest()

    return sorted(names, key=rank)


def _too_few(
    groups: Sequence[Sequence[str]], keys: dict[str, list[str]], shares: tuple[float, ...]
) -> str:
    have = ", ".join(f"{part} {len(group)}" for part, group in zip(PARTS, groups, strict=True))
    people = sum(map(len, groups))
    needed = people
    while min(b - a for a, b in pairwise(_cuts(needed, shares))) < LEAST_PEOPLE:
        needed += 1
    single = sum(len(mine) < LEAST_PHOTOS for mine in keys.values())
    also = f" ({single} more have only one)" if single else ""
    if one := len(keys) - people - single:
        also += f" ({one} more have one session only)"
    return (
        f"background, search and test need at least {LEAST_PEOPLE} people each with at least "
        f"{LEAST_PHOTOS} photos: {needed} people in all at these shares, got {people}{also}, "
        f"which makes {have}; add people?"
    )


def _cuts(people: int, shares: tuple[float, ...]) -> list[int]:
    return [0, *(round(people * total) for total in accumulate(shares))]
