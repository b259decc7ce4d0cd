"""Drawn photos with faces, for tests that need no data set and show nobody."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from .photo import Face, Photo


def made_up_people(people: int, *, photos: int = 2, first: int = 0) -> list[Photo]:
    """Draw faces: of each person some photos, 120x160, with one face and its landmarks."""
    return [
        _person(number, take) for number in range(first, first + people) for take in range(photos)
    ]


def one_face() -> Photo:
    """Return a photo of somebody, 120x160, with one face."""
    return _person(100, 0)


def three_faces() -> Photo:
    """Return a photo of two faces side by side, and a small one over the border."""
    left, right = _person(101, 0), _person(102, 1)
    height, width = left.pixels.shape[:2]
    beside = [face.moved(width, 0) for face in right.faces or ()]
    third = Face((-8.0, height - 30.0, 24.0, 30.0))
    faces = (*(left.faces or ()), *beside, third)
    return Photo(np.hstack([left.pixels, right.pixels]), "crowd", faces=faces)


def odd_sizes() -> list[Photo]:
    """Return tiny and stretched photos, one grey, one that may not be written to."""
    photo = one_face()
    tiny = Photo(photo.pixels[:1, :1].copy(), "tiny", faces=(Face((0, 0, 1, 1)),))
    flat = Photo(photo.pixels[60:67].copy(), "flat", faces=(Face((40, -10, 30, 40)),))
    grey = replace(photo, pixels=photo.pixels[..., :1].repeat(3, 2), key="grey")
    fixed = replace(photo, pixels=photo.pixels.copy(), key="fixed")
    fixed.pixels.flags.writeable = False
    return [tiny, flat, grey, fixed]


def _person(number: int, take: int) -> Photo:
    """Draw a person; `number` decides the face, `take` the light, the place and the noise."""
    who, how = np.random.default_rng(number), np.random.default_rng([number, take])
    skin, hair, room = who.integers((150, 100, 80), (250, 190, 160)), who.integers(0, 120, 3), 60
    width, height = 56 + who.uniform(-4, 4), 74 + who.uniform(-5, 5)
    apart, nose = who.uniform(0.2, 0.27) * width, who.uniform(0.1, 0.2) * height
    x, y = 60 + how.uniform(-3, 3), 80 + how.uniform(-3, 3)
    canvas = np.full((160, 120, 3), room, np.uint8)
    canvas[::2] += np.uint8(40)

    def ellipse(centre: tuple[float, float], size: tuple[float, float], colour: object) -> None:
        shade = tuple(int(part) for part in np.broadcast_to(np.asarray(colour), 3))
        cv2.ellipse(canvas, (centre, size, 0.0), shade, -1, cv2.LINE_AA)

    ellipse((x, y - 10), (width * 1.25, height * 1.2), hair)
    ellipse((x, y), (width, height), skin)
    eyes = y - 0.05 * height
    for side in (-1, 1):
        ellipse((x + side * apart, eyes), (12, 6), 255)
        ellipse((x + side * apart, eyes), (5, 5), who.integers(0, 120, 3))
        ellipse((x + side * apart, eyes - 9), (14, 3), hair)
    ellipse((x, eyes + nose), (who.uniform(6, 12), 8), skin * 0.8)
    ellipse((x, y + 0.28 * height), (who.uniform(14, 28), who.uniform(4, 9)), (170, 60, 60))
    light = how.uniform(0.85, 1.1) * canvas + how.normal(0, 4, canvas.shape)
    five = [
        (x + apart + 6, eyes),
        (x + apart - 6, eyes),
        (x - apart - 6, eyes),
        (x - apart + 6, eyes),
        (x, eyes + nose + 4),
    ]
    box = (x - width / 2, y - height / 2, width, height)
    return Photo(
        np.rint(light).clip(0, 255).astype(np.uint8),
        f"person{number}/{take}",
        f"person{number}",
        (Face(box, five=np.array(five, np.float32)),),
    )
