"""Which second photo is shown beside a photo: another of the person, and two of others."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import NamedTuple

from ..inquiry import Audit


class Seconds(NamedTuple):
    """Keys of the photos that are shown beside one: `own` shows the person, the others not."""

    own: str
    other: str
    stranger: str


def seconds_of(audit: Audit) -> dict[str, Seconds]:
    """Return the second photos by the key of the first; nobody with a single photo is there.

    Others are from the person's pool, hence of one gender where that is known; a pool in which
    too few have two photos borrows from all. Where people have equally many photos, each is a
    second photo once among the true pairs and once in each kind of false ones. So a model that
    looks at the second photo alone gains nothing.
    """
    photos: dict[str, list[str]] = defaultdict(list)
    for photo in audit.subjects.photos:
        photos[photo.identity].append(photo.key)
    several = {person: sorted(keys, key=_rank) for person, keys in photos.items()
               if len(keys) > 1}  # fmt: skip
    everybody = [person for pool in audit.pools for person in pool if person in several]
    found: dict[str, Seconds] = {}
    for pool in audit.pools:
        own = [person for person in pool if person in several]
        ring = own if len(own) > 2 else everybody
        if len(ring) < 2:
            continue
        for person in own:
            mine, place = several[person], ring.index(person)
            for number, key in enumerate(mine):
                others = []
                for step in range(2):
                    theirs = several[ring[(place + 1 + step % (len(ring) - 1)) % len(ring)]]
                    others.append(theirs[(number + step) % len(theirs)])
                found[key] = Seconds(mine[(number + 1) % len(mine)], *others)
    return found


def _rank(key: str) -> bytes:
    return hashlib.sha256(f"pair\x1f{key}".encode()).digest()
