"""One session in gallery and probes is seen outside the face."""

from dataclasses import replace

import numpy as np
from numpy.random import Generator, default_rng

from unmask.defenses import Face, Photo
from unmask.evaluate.comparison.surroundings import same_session_note
from unmask.evaluate.data.scene import Scene


def made(rng: Generator, person: int, number: int, room: Generator) -> Photo:
    """Return a photo with the same face in it and some colour behind."""
    pixels = np.empty((60, 60, 3), np.uint8)
    pixels[:] = room.integers(0, 255, 3)
    pixels[20:40, 20:40] = default_rng(person).integers(0, 255, (20, 20, 3))
    noise = rng.integers(0, 9, pixels.shape)
    face = Face((20.0, 20.0, 20.0, 20.0))
    return Photo(np.uint8(np.clip(pixels + noise, 0, 255)), f"p{person}/{number}", f"p{person}",
                 (face,))  # fmt: skip


def scene_of(scene: Scene, *, one_room: bool) -> Scene:
    rng, elsewhere = default_rng(0), default_rng(1)
    photos = [
        made(rng, person, n, default_rng(100 + person) if one_room else elsewhere)
        for person in range(14) for n in range(6)
    ]  # fmt: skip
    return replace(scene, gallery=tuple(photos[::2]), probes=tuple(photos[1::2]))


def test_the_same_room_is_said_and_another_is_not(scene: Scene) -> None:
    assert same_session_note(scene_of(scene, one_room=True)).startswith(
        "what lies outside the face names 100% of the clean photos (chance 7%): gallery and "
        "probes seem to come from one session"
    )
    assert same_session_note(scene_of(scene, one_room=False)) == ""


def test_orl_was_taken_in_one_session(scene: Scene) -> None:
    assert "seem to come from one session" in same_session_note(scene)


def test_without_faces_nothing_is_said(scene: Scene) -> None:
    bare = tuple(replace(photo, faces=()) for photo in scene.probes)
    assert same_session_note(replace(scene, probes=bare)) == ""
