"""Who is asked about: a data set whose folders are names, or a list in a CSV file."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from unmask.defenses import Photo
from unmask.defenses.files.pictures import read_picture

from ..data import load_dataset
from ..data.base import Bad
from ..data.noting import unread
from ..data.tables import read_rows
from ..vlm.names import spoken
from ..vlm.roll import Person, person_of, read_people

LISTED = " (listed in config.json)"


@dataclass(frozen=True, eq=False)
class Subjects:
    """The people of an audit and their photos.

    Args:
        label: name of the data, without its place.
        people: by identity, sorted.
        photos: sorted by key, `identity` set; faces not looked for.
        notes: what a reader must know.
        details: which files and people the notes are about; for `config.json`.
        printed: keys of the photos in which part of the person's name was read; None: nobody
            looked.
    """

    label: str
    people: dict[str, Person]
    photos: tuple[Photo, ...]
    notes: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    printed: frozenset[str] | None = None


def load_subjects(
    data: str, *, names: Path | None = None, taught: Mapping[str, str] | None = None,
    people: int = 0, photos: int = 0,
) -> Subjects:  # fmt: skip
    """Read people and photos.

    Args:
        data: a data set or folder, or a CSV file with the columns `name` and `photo`
            (a path beside the file), and if known `aliases` (separated by `;`), `fame`,
            `gender`, `age`, `ethnicity`, `occupation`.
        names: CSV file with `identity`, `name` and the same further columns, for data whose
            folders are no names.
        taught: names by identity that the model was taught; `names` goes before.
        people: use at most so many people, 0 for all; the choice depends on keys alone.
        photos: use at most so many photos of each, 0 for all.

    Raises:
        LookupError: no such data.
        ValueError: a bad table, photos that are missing, or fewer than two people.
    """
    if data.lower().endswith(".csv"):
        if names:
            raise ValueError("a list of photos has its names already; drop --names")
        found = _listed(Path(data).expanduser())
    else:
        loaded = load_dataset(data)
        known = read_people(names) if names else {}
        told = taught or {}
        cast = {
            key: known.get(key) or Person(key, told.get(key) or spoken(key))
            for key in sorted({photo.identity for photo in loaded.photos})
        }
        missing = [key for key in cast if names and key not in known]
        notes = unread(loaded.bad, LISTED)
        details = [f"not read: {bad.path}: {bad.reason}" for bad in loaded.bad]
        if missing and names:
            notes.append(f"{len(missing):,} people are not in {names.name}{LISTED}")
            details += [f"not in {names}: {key}" for key in missing]
        found = Subjects(loaded.name, cast, loaded.photos, tuple(notes), tuple(details))
    codes = [p.name for p in found.people.values() if sum(map(str.isalpha, p.name)) < 2]
    if codes:
        told_codes = f"{len(codes)} of the names are no names, for example '{codes[0]}'; no model"
        found = replace(found, notes=(*found.notes, f"{told_codes} can know them (--names?)"))
    return _chosen(found, people, photos)


def _chosen(found: Subjects, people: int, photos: int) -> Subjects:
    by_person: dict[str, list[Photo]] = defaultdict(list)
    for photo in found.photos:
        by_person[photo.identity].append(photo)
    keep = sorted(by_person, key=_rank)[: people or None]
    kept = [
        photo for key in keep
        for photo in sorted(by_person[key], key=lambda p: _rank(p.key))[: photos or None]
    ]  # fmt: skip
    if len(keep) < 2:
        raise ValueError(f"an audit needs at least 2 people with photos, got {len(keep)}")
    cast = {key: found.people[key] for key in sorted(keep)}
    return replace(found, people=cast, photos=tuple(sorted(kept, key=lambda p: p.key)))


def _listed(path: Path) -> Subjects:
    rows = read_rows(path, ("name", "photo"))
    people: dict[str, Person] = {}
    photos: dict[str, Photo] = {}
    bad = []
    for number, row in enumerate(rows, 2):
        person = person_of(row["name"].strip(), row)
        if people.setdefault(person.name, person) != person:
            raise ValueError(f"{path}, line {number}: {person.name} was told differently above")
        place = row["photo"].strip()
        if place in photos:
            raise ValueError(f"{path}, line {number}: {place} occurs twice")
        try:
            pixels, _ = read_picture(path.parent / place)
        except ValueError as error:
            bad.append(Bad(place, str(error)))
            continue
        photos[place] = Photo(pixels, place, person.name)
    if not photos:
        first = f"; {bad[0].reason}" if bad else ""
        raise ValueError(f"{path} lists no photo that can be read{first}")
    details = tuple(f"not read: {entry.path}: {entry.reason}" for entry in bad)
    return Subjects(path.name, people, tuple(photos.values()), tuple(unread(bad, LISTED)), details)


def _rank(text: str) -> bytes:
    return hashlib.sha256(f"audit\x1f{text}".encode()).digest()
