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
    """

    background: tuple[str, ...]
    search: tuple[str, ...]
    test: tuple[str, ...]
    gallery: frozenset[str]
    probe: frozenset[str]
    left_out: tuple[LeftOut, ...] = ()
    seed: int = 0
    single: frozenset[str] = frozenset()

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
    keys: dict[str, list[str]] = defaultdict(list)
    for photo in photos:
        keys[photo.identity].append(photo.key)
    lacking = {name: why for name in keys if (why := _lacking(keys[name], sessions))}
    enough = [name for name in keys if name not in lacking]
    ranked = _ranked(enough, seed, "person")
    cuts = _cuts(len(ranked), shares)
    groups = [ranked[start:stop] for start, stop in pairwise(cuts)]
    if min(map(len, groups)) < LEAST_PEOPLE:
        raise ValueError(_too_few(groups, keys, shares))
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
    room = sum(len(keys[name]) for name in groups[0])  # so that the work at most doubles
    alone = _ranked((name for name in lacking if len(keys[name]) == 1), seed, "person")[:room]
    groups[0] += alone
    background, search, test = (tuple(sorted(group)) for group in groups)
    return Split(
        background,
        search,
        test,
        frozenset(known),
        frozenset(asked),
        tuple(LeftOut(name, lacking[name]) for name in sorted(set(lacking) - set(alone))),
        seed,
        frozenset(keys[name][0] for name in alone),
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
