"""Parts of the photos that are told apart in the records."""

from __future__ import annotations

from collections import defaultdict

from .people import Subjects

WITH_TEXT = "text=with"
WITHOUT_TEXT = "text=without"  # photos in which no part of the person's name was read


def strata_of(subjects: Subjects) -> dict[str, set[str]]:
    """Return the keys of the photos of each stratum, by the group of its records."""
    found: dict[str, set[str]] = defaultdict(set)
    for photo in subjects.photos:
        fame = subjects.people[photo.identity].fame
        if fame:
            found[f"fame={fame}"].add(photo.key)
        if subjects.printed:
            inside = photo.key in subjects.printed
            found[WITH_TEXT if inside else WITHOUT_TEXT].add(photo.key)
    return dict(sorted(found.items()))
