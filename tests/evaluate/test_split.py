from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest

from unmask.defenses import Photo
from unmask.evaluate.data import load_dataset
from unmask.evaluate.data.split import PARTS, split_people

PIXELS = np.zeros((4, 4, 3), np.uint8)


def photos_of(counts: dict[str, int]) -> list[Photo]:
    return [
        Photo(PIXELS, f"{name}/{i}.png", name)
        for name, count in counts.items()
        for i in range(count)
    ]


def test_orl_shares_and_roles() -> None:
    photos = load_dataset("orl").photos
    split = split_people(photos)
    assert [len(getattr(split, part)) for part in PARTS] == [10, 10, 20]
    assert not set(split.background) & set(split.search)
    assert not set(split.test) & {*split.background, *split.search}
    assert not split.gallery & split.probe
    assert split.gallery | split.probe == {photo.key for photo in photos}
    for part in PARTS:
        for role in ("gallery", "probe"):
            chosen = Counter(photo.identity for photo in split.select(photos, part, role))
            assert set(chosen) == set(getattr(split, part))
            assert set(chosen.values()) == {5}


def test_the_default_split_of_orl_stays() -> None:
    # results are comparable over versions only as long as this hash does not change
    assert split_people(load_dataset("orl").photos).hash == "ac15b182d6cda755"


def test_order_and_pixels_do_not_matter() -> None:
    photos = list(load_dataset("orl").photos)
    split = split_people(photos)
    other = [photo.with_pixels(PIXELS) for photo in photos[::-1]]
    assert split_people(other) == split
    assert split_people(other).hash == split.hash


def test_seed_matters() -> None:
    photos = load_dataset("orl").photos
    a, b = split_people(photos, seed=0), split_people(photos, seed=1)
    assert a.test != b.test
    assert a.gallery != b.gallery
    assert a.hash != b.hash


def test_hash_sees_everything() -> None:
    counts = {f"p{i}": 4 for i in range(12)}
    hashes = {
        split_people(photos_of(counts)).hash,
        split_people(photos_of(counts | {"p0": 5})).hash,
        split_people(photos_of(counts | {"p12": 1})).hash,
        split_people(photos_of(counts), gallery=0.25).hash,
        split_people(photos_of(counts), shares=(0.3, 0.3, 0.4)).hash,
    }
    assert len(hashes) == 5


def test_as_dict_is_json_and_has_the_hash() -> None:
    split = split_people(photos_of({f"p{i}": 2 for i in range(12)} | {"alone": 1}))
    read = json.loads(json.dumps(split.as_dict()))
    assert read["hash"] == split.hash
    assert len(split.hash) == 16
    assert read["test"] == list(split.test)
    assert read["left_out"] == {}
    assert read["single"] == ["alone/0.png"]


def test_who_has_one_photo_is_background_and_nothing_else() -> None:
    counts = {f"p{i:02}": 2 for i in range(12)}
    photos = photos_of(counts | {f"alone{i}": 1 for i in range(9)})
    split, without = split_people(photos), split_people(photos_of(counts))
    room = len(without.background) * 2  # as many as the others have photos, whoever comes first
    taken = set(split.background) - set(without.background)
    assert len(taken) == len(split.single) == room == 6
    assert [str(entry) for entry in split.left_out] == [
        f"{name}: 1 photo, 2 are needed"
        for name in sorted({f"alone{i}" for i in range(9)} - taken)
    ]
    assert (split.search, split.test) == (without.search, without.test)
    assert (split.gallery, split.probe) == (without.gallery, without.probe)
    key = sorted(split.single)[0]
    assert (split.part(key.partition("/")[0]), split.role(key)) == ("background", "")
    assert {p.key for p in split.select(photos, "background")} >= split.single
    for role in ("gallery", "probe"):
        assert not {p.key for p in split.select(photos, "background", role)} & split.single
    assert sum(len(split.select(photos, part)) for part in PARTS) == 24 + room


@pytest.mark.parametrize(("count", "known"), [(2, 1), (3, 1), (5, 2), (10, 5)])
def test_odd_photos_go_to_the_probes(count: int, known: int) -> None:
    photos = photos_of({f"p{i}": count for i in range(12)})
    split = split_people(photos)
    assert len(split.gallery) == 12 * known
    assert len(split.probe) == 12 * (count - known)


def test_everybody_has_both_roles_at_any_share() -> None:
    photos = photos_of({f"p{i}": 3 for i in range(12)})
    assert len(split_people(photos, gallery=0.99).probe) == 12
    assert len(split_people(photos, gallery=0.01).gallery) == 12


def test_too_few_people_says_how_many() -> None:
    photos = photos_of({f"p{i}": 2 for i in range(7)} | {"a": 1, "b": 1})
    with pytest.raises(ValueError, match=r"11 people in all .* got 7 \(2 more have only one\)"):
        split_people(photos)
    for count in (10, 11):
        photos = photos_of({f"p{i}": 2 for i in range(count)})
        if count < 11:
            with pytest.raises(ValueError, match="background 2, search 3, test 5"):
                split_people(photos)
        else:
            assert len(split_people(photos).test) == 5


def test_bad_arguments() -> None:
    photos = photos_of({f"p{i}": 2 for i in range(12)})
    with pytest.raises(ValueError, match="sum to 1"):
        split_people(photos, shares=(0.5, 0.5, 0.5))
    with pytest.raises(ValueError, match="between 0 and 1"):
        split_people(photos, gallery=1.0)
    with pytest.raises(ValueError, match=r"'p0/0.png' twice"):
        split_people([*photos, photos[0]])
    with pytest.raises(ValueError, match="key and identity"):
        split_people([*photos, Photo(PIXELS, "nobody.png")])
    split = split_people(photos)
    with pytest.raises(ValueError, match="background, search, test"):
        split.select(photos, "train")
    with pytest.raises(ValueError, match="gallery, probe"):
        split.select(photos, "test", "query")
