"""Who is covered in which frame, and by what; no file is read and no detector runs."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pytest

from unmask.defenses import DEFENSES, Pixels
from unmask.defenses.apply.video.cast import Cast
from unmask.defenses.apply.video.smooth import Pace, box_at
from unmask.defenses.apply.video.track import Box, Track, Tracker, overlaps
from unmask.defenses.faces.base import Found

Where = Callable[[int], Sequence[Box]]


def _cast(where: Where, defense: str = "mask:fill=grey", **more: int) -> Cast:
    """Return a cast whose detector is told what to see in each frame that it is shown."""

    def find(pixels: Pixels) -> list[Found]:
        return [Found(box, 0.9) for box in where(int(pixels[0, 0, 0]))]

    return Cast(DEFENSES.build(defense), key="v", seed=1, find=find, rate=25, **more)


def _frames(count: int, seed: int = 0) -> Iterator[Pixels]:
    """Yield noise whose first pixel is the number of the frame."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        frame = rng.integers(100, 140, (90, 120, 3), np.uint8)
        frame[0, 0, 0] = number
        yield frame


def _ran(cast: Cast, frames: Sequence[Pixels]) -> list[Pixels]:
    for frame in frames:
        cast.look(frame)
    return [cast.paint(frame) for frame in frames]


def _covered(before: Pixels, after: Pixels, box: Box) -> float:
    """Return how much of the ellipse in a box is grey."""
    x, y, w, h = box
    rows, columns = np.mgrid[: before.shape[0], : before.shape[1]] + 0.5
    inside = ((columns - x - w / 2) / (w / 2)) ** 2 + ((rows - y - h / 2) / (h / 2)) ** 2 <= 1
    return float((after[inside] == 128).all(1).mean())


def test_a_face_is_covered_before_between_and_after_its_sights() -> None:
    def place(frame: int) -> Box:
        return (10 + 0.8 * frame, 30, 24, 30)

    seen = [*range(20, 31), *range(35, 51)]
    cast = _cast(lambda frame: [place(frame)] if frame in seen else [])
    frames = [*_frames(70)]
    made = _ran(cast, frames)
    (track,) = cast.tracks
    assert track.gaps(cast.looked) == [(31, 34)]
    for number, (before, after) in enumerate(zip(frames, made, strict=True)):
        if 14 <= number <= 56:  # a quarter of a second before and after it is surely there
            assert _covered(before, after, place(number)) > 0.995, number
    assert np.array_equal(made[0][1:], frames[0][1:])  # but not for ever
    assert np.array_equal(made[-1], frames[-1])


@pytest.mark.parametrize("every", [1, 3])
def test_smoothing_and_interpolation_uncover_nothing(every: int) -> None:
    rng = np.random.default_rng(1)
    boxes = [
        (20 + 15 * np.sin(t / 9) + rng.normal(0, 1), 25 + rng.normal(0, 1), *rng.normal(30, 2, 2))
        for t in range(50)
    ]
    cast = _cast(lambda frame: [boxes[frame]], every=every)
    frames = [*_frames(50)]
    made = _ran(cast, frames)
    assert cast.looked == list(range(0, 50, every))
    assert cast.tracks[0].gaps(cast.looked) == []
    for number in range(50):
        low = 0.999 if number % every == 0 else 0.97
        assert _covered(frames[number], made[number], boxes[number]) >= low, number
    centres = [box_at(cast.tracks[0], t, cast.pace) for t in range(50)]
    trembling = [np.diff([b[0] + b[2] / 2 for b in some], 2).std() for some in (boxes, centres)]  # type: ignore[index,union-attr]
    assert trembling[1] < trembling[0] / 3


def test_a_face_is_one_picture_whatever_the_frames_show() -> None:
    for spec in ("noise", "pixelate", "gaussian_blur", "dp_pix"):
        cast = _cast(lambda frame: [(30, 20, 40, 50)], spec)
        frames = [*_frames(12)]
        shown = [made[30:60, 40:60] for made in _ran(cast, frames)[3:-3]]  # it does not grow
        assert not np.array_equal(frames[0][30:60, 40:60], frames[1][30:60, 40:60])
        assert all(np.array_equal(one, shown[0]) for one in shown), spec


def test_nothing_outside_and_no_input_is_changed() -> None:
    cast = _cast(lambda frame: [(30, 20, 20, 25)])
    frames = [*_frames(3)]
    kept = [frame.copy() for frame in frames]
    made = _ran(cast, frames)
    assert all(np.array_equal(a, b) for a, b in zip(frames, kept, strict=True))
    changed = (made[1] != frames[1]).any(-1)
    rows, columns = np.nonzero(changed)
    assert changed.any()
    assert columns.min() >= 23
    assert columns.max() <= 57
    assert rows.min() >= 12
    assert rows.max() <= 53


def test_faces_that_pass_each_other_are_both_covered() -> None:
    def both(frame: int) -> list[Box]:
        return [(10 + frame, 20, 20, 25), (90 - frame, 40, 24, 30)]

    cast = _cast(both)
    frames = [*_frames(80)]
    made = _ran(cast, frames)
    assert len(cast.tracks) == 2
    assert all(
        _covered(a, b, box) > 0.99
        for number, (a, b) in enumerate(zip(frames, made, strict=True))
        for box in both(number)
    )


def test_a_cut_ends_a_track() -> None:
    frames = [*_frames(40)]
    for number in range(20, 40):
        frames[number] = 255 - frames[number] // 8
        frames[number][0, 0, 0] = number
    cast = _cast(lambda frame: [(30, 20, 30, 40)] if frame < 20 else [], every=7)
    made = _ran(cast, frames)
    assert cast.tracks[0].end == 20
    assert _covered(frames[19], made[19], (30, 20, 30, 40)) > 0.99
    assert np.array_equal(made[23], frames[23])
    assert 20 in cast.looked  # though it is no seventh frame


def test_a_flash_uncovers_nobody() -> None:
    frames = [*_frames(40)]
    frames[20] = 200 + frames[20] // 8
    frames[20][0, 0, 0] = 20
    cast = _cast(lambda frame: [(30, 20, 30, 40)] if frame != 20 else [])
    made = _ran(cast, frames)
    assert cast.tracks[0].end == 20
    assert all(_covered(a, b, (30, 20, 30, 40)) > 0.99 for a, b in zip(frames, made, strict=True))


def test_frames_that_come_one_by_one_are_covered_as_well() -> None:
    from unmask.defenses.apply.video.frames import _painted

    seen = [*range(40, 60), *range(80, 100)]  # the gap is as long as patience lasts
    box = (30.0, 20.0, 30.0, 40.0)
    cast = _cast(lambda frame: [box] if frame in seen else [])
    frames = [*_frames(200)]
    taken: list[int] = []

    def given() -> Iterator[Pixels]:
        for number, frame in enumerate(frames):
            taken.append(number)
            yield frame

    for number, after in enumerate(_painted(given(), cast)):
        assert len(taken) - number <= cast.delay + 1  # so many are in memory
        if 32 <= number <= 107:
            assert _covered(frames[number], after, box) > 0.995, number
    assert number == 199
    assert len(cast.tracks) == 1


def test_what_cannot_follow_a_face_is_refused() -> None:
    for spec in ("eye_bar", "mask:region=image", "jpeg"):
        with pytest.raises(ValueError, match="cannot follow a face"):
            _cast(lambda frame: [], spec)
    with pytest.raises(ValueError, match="every must be at least 1"):
        _cast(lambda frame: [], every=0)


def test_a_defense_that_does_nothing_shows_no_old_face() -> None:
    cast = _cast(lambda frame: [(30, 20, 30, 40)], "none:region=box")
    frames = [*_frames(5)]
    made = _ran(cast, frames)
    assert cast.still(1).outcome == "unchanged"
    assert all(np.array_equal(a, b) for a, b in zip(frames, made, strict=True))


def test_a_lost_face_is_another_track_after_a_second() -> None:
    tracker = Tracker(Pace.of(25).patience)
    assert tracker.look(0, [(0, 0, 20, 20)])[0].number == 1
    assert tracker.look(25, [(2, 0, 20, 20)])[0].number == 1
    assert tracker.look(51, [(2, 0, 20, 20)])[0].number == 2


def test_overlaps_by_hand() -> None:
    found = overlaps([(0, 0, 2, 2)], [(0, 0, 2, 2), (1, 0, 2, 2), (9, 9, 1, 1)])
    assert found.tolist() == [[1, 1 / 3, 0]]
    assert overlaps([], [(0, 0, 1, 1)]).shape == (0, 1)


def test_a_face_that_leaves_is_followed_out() -> None:
    track = Track(1, 0, None, [0, 1, 2, 3], [(5.0 * t, 0, 20, 20) for t in range(4)])
    boxes = [box_at(track, t, Pace.of(25)) for t in (3, 8, 13, 14)]
    assert boxes[3] is None
    assert boxes[1] is not None
    assert boxes[1][0] > 25  # moves on
    assert boxes[1][2] > 20  # and grows
