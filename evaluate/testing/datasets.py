"""The contract of a data set. A large one is checked in part: four people, two photos each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

import numpy as np

from unmask.defenses import check_pixels
from unmask.defenses.testing import ContractError, require

from ..data import DATASETS
from ..data.base import Dataset, Loaded
from ..metrics.base import Unavailable
from .running import Check, registered, rests_on


def registered_by_its_name(dataset: Dataset) -> None:
    """`name` is the name of its entry point."""
    registered(DATASETS, dataset, dataset.name)


def keys_are_unique(dataset: Dataset) -> None:
    """Each photo has a key of its own: a path below the data, `identity/file.jpg`."""
    keys = [photo.key for photo in _part(dataset).photos]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    require(not twice, f"{dataset.name} has several photos of the key '{''.join(twice[:1])}'")
    require(keys == sorted(keys), f"{dataset.name} must give photos sorted by key")
    for key in keys:
        path = PurePosixPath(key)
        require(
            bool(key) and not path.is_absolute() and ".." not in path.parts and "\\" not in key,
            f"a key must be a path below the data, got '{key}'",
        )


def pictures_are_rgb(dataset: Dataset) -> None:
    """Pixels are uint8 RGB; faces are not looked for yet."""
    for photo in _part(dataset).photos:
        try:
            check_pixels(photo.pixels)
        except (TypeError, ValueError) as error:
            raise ContractError(f"{dataset.name}: {error}") from error
        require(photo.faces is None, f"{dataset.name} must leave faces to us, got {photo.faces}")


def everybody_has_a_name(dataset: Dataset) -> None:
    """Identities are texts, and there are several people with several photos."""
    photos = _part(dataset).photos
    people = {photo.identity for photo in photos}
    require(all(isinstance(one, str) and one.strip() for one in people),
            f"{dataset.name} has a photo without an identity")  # fmt: skip
    require(
        1 < len(people) < len(photos),
        f"{dataset.name} has {len(photos)} photos of {len(people)} people; several of several "
        "are needed, or nobody can be told from anybody",
    )


def same_photos_again(dataset: Dataset) -> None:
    """Read twice, keys, people and pixels are equal."""
    first, second = _part(dataset), _part(dataset)
    require(
        [(p.key, p.identity) for p in first.photos] == [(p.key, p.identity) for p in second.photos]
        and all(np.array_equal(a.pixels, b.pixels)
                for a, b in zip(first.photos, second.photos, strict=True)),
        f"{dataset.name} gives other photos when it is read again",
    )  # fmt: skip
    require(
        first.name == second.name, f"{dataset.name} is called {first.name}, then {second.name}"
    )


def photos_are_read_by_key(dataset: Dataset) -> None:
    """A photo is the same when it is asked for by its key, as protocols and pair lists do."""
    some = _part(dataset).photos
    again = dataset.load_keys([photo.key for photo in some])
    lost = f", first {again.bad[0].path}: {again.bad[0].reason}" if again.bad else ""
    require(
        [(p.key, p.identity) for p in some] == [(p.key, p.identity) for p in again.photos],
        f"{dataset.name} does not find {len(some) - len(again.photos)} of {len(some)} photos by "
        f"their keys, or finds other people on them{lost}",
    )
    require(
        all(np.array_equal(a.pixels, b.pixels) for a, b in zip(some, again.photos, strict=True)),
        f"{dataset.name} gives other pixels where a photo is asked for by its key",
    )


def a_smaller_choice_is_part_of_a_larger(dataset: Dataset) -> None:
    """`people` and `photos` bound what is taken, and less is a part of more."""
    large, small = _part(dataset), _part(dataset, people=2, photos=1)
    counts = len(small.photos), len({photo.identity for photo in small.photos})
    require(counts == (2, 2), f"{dataset.name}:people=2,photos=1 gives {counts[0]} photos of "
            f"{counts[1]} people")  # fmt: skip
    strangers = {photo.key for photo in small.photos} - {photo.key for photo in large.photos}
    require(not strangers, f"{dataset.name} with fewer people takes others: {sorted(strangers)}")


def label_tells_no_place(dataset: Dataset) -> None:
    """The name in records holds no folder of this machine."""
    label = _part(dataset).name
    for place in filter(None, (str(dataset.path), *_folder(dataset))):
        require(
            "/" not in place.rstrip("/") or place not in label,
            f"{dataset.name} is called '{label}', which tells a folder of this machine",
        )


dataset_checks: tuple[Check, ...] = (
    registered_by_its_name,
    rests_on(keys_are_unique),
    pictures_are_rgb,
    everybody_has_a_name,
    rests_on(same_photos_again),
    photos_are_read_by_key,
    a_smaller_choice_is_part_of_a_larger,
    label_tells_no_place,
)


def _part(dataset: Dataset, *, people: int = 4, photos: int = 2) -> Loaded:
    """Read a part.

    Raises:
        Unavailable: the data are not on this machine.
    """
    try:
        return replace(dataset, people=people, photos=photos).load()
    except LookupError as error:
        raise Unavailable(str(error)) from error


def _folder(dataset: Dataset) -> list[str]:
    try:
        return [str(dataset.folder())]
    except LookupError:
        return []
