"""A dozen people with two photos each: what can be measured is, and the rest is said in words."""

from pathlib import Path

import numpy as np

from unmask.defenses.files.pictures import write_picture
from unmask.evaluate.comparison.measure import measure_or_say
from unmask.evaluate.comparison.plan import Plan
from unmask.evaluate.data import load_dataset
from unmask.evaluate.data.scene import prepare


def test_k_same_says_how_many_people_it_needs() -> None:
    scene = prepare("orl:people=12,photos=2")
    found = measure_or_say("k_same", scene, Plan(("naive",), ()))
    assert (found.status, found.attacks) == ("unavailable", ())
    assert found.reason.startswith("not measured: needs about 20 people: k must not exceed")
    assert found.reason.endswith("(3 of 12 people are background)")


def test_a_limit_counts_those_who_can_be_used(tmp_path: Path) -> None:
    """Sixteen people of LFW were twelve with one photo."""
    for person in range(60):
        for photo in range(1 + (person % 5 == 0)):
            path = tmp_path / f"p{person:02d}" / f"{photo}.png"
            path.parent.mkdir(exist_ok=True)
            write_picture(path, np.full((8, 8, 3), person, np.uint8))
    photos = load_dataset(f"folder:{tmp_path},people=12").photos
    assert len(photos) == 24
    assert len({photo.identity for photo in photos}) == 12


def test_a_limit_looks_past_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """Two files of which one is broken are one photo: others, if there are any, come before."""
    for person in range(20):
        for photo in range(2):
            path = tmp_path / f"p{person:02d}" / f"{photo}.png"
            path.parent.mkdir(exist_ok=True)
            write_picture(path, np.full((8, 8, 3), person, np.uint8))
        if person % 2:
            path.write_bytes(b"no picture")
    ten = load_dataset(f"folder:{tmp_path},people=10").photos
    assert len(ten) == 20
    twelve = load_dataset(f"folder:{tmp_path},people=12").photos
    assert len({photo.identity for photo in twelve}) == 12
    assert len(twelve) == 22
