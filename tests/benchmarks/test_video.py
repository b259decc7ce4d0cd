"""Many frames tell no more than one, and the test can fail; no frame of a film shows a face."""

from pathlib import Path

import pytest

from unmask.benchmarks.video import MOTIONS, Case, attacked, distances
from unmask.benchmarks.video_film import film, frames_of, looked_at, shot
from unmask.defenses import DEFENSES, Photo
from unmask.defenses.apply.video import anonymize_video
from unmask.defenses.base import with_faces
from unmask.evaluate.data import load_dataset

SLACK = 0.03  # of correlation and of distance: what resampling moves


@pytest.fixture(scope="module")
def people() -> list[Photo]:
    photos = load_dataset("orl:people=3,photos=1").photos
    return [with_faces(photo) for photo in photos]


@pytest.mark.parametrize(
    ("family", "motion", "leaky", "gain"),
    [
        ("noise", "stands still", "fresh", 0.04),
        ("noise", "walks by", "picture", 0.04),
        ("pixelate", "walks by", "picture", 0.04),
    ],
)
def test_averaging_fails_and_would_succeed_otherwise(
    people: list[Photo], family: str, motion: str, leaky: str, gain: float
) -> None:
    case = Case.of(people[0], MOTIONS[motion])
    found = attacked(case, family, leaky)
    one, every = found.correlations
    assert every > one + gain
    if family == "noise":
        near, nearer = distances([found])
        assert nearer < near - 0.1
    found = attacked(case, family, "ours")
    one, every = found.correlations
    assert every < one + SLACK
    near, nearer = distances([found])
    assert nearer > near - SLACK


def test_no_frame_of_a_film_shows_a_face(people: list[Photo], tmp_path: Path) -> None:
    pytest.importorskip("av")
    source, target = tmp_path / "film.mp4", tmp_path / "out.mp4"
    actors, frames = film(people)
    shot(frames, source)
    made = anonymize_video(
        source, target, "film.mp4", defense=DEFENSES.build("mask:fill=grey"), seed=1
    )
    assert made.row.outcome == "defended"
    seen = looked_at(actors, frames_of(source), frames_of(target), step=15)
    assert seen.uncovered < 0.002
    assert seen.seen[0] >= 7
    assert seen.seen[1] == 0
