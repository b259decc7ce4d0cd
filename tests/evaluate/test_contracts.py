"""All plug-ins of ours keep the contract of their kind, and each check catches one that does not.

Defenses have tests of their own: `tests/test_contract.py` and `tests/defenses/test_testing.py`.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import cv2
import numpy as np
import pytest
from PIL import Image

from unmask.defenses import Photo
from unmask.defenses.faces.base import Detector
from unmask.defenses.faces.slim import Slim
from unmask.defenses.faces.tiles import Found
from unmask.evaluate import Attacker, Metric, Recognizer, Scores
from unmask.evaluate.attackers.matched import Matched
from unmask.evaluate.data.base import Dataset, Loaded
from unmask.evaluate.data.folder import Folder
from unmask.evaluate.metrics.psnr import Psnr
from unmask.evaluate.metrics.ssim import Ssim
from unmask.evaluate.testing import (
    KINDS,
    Check,
    ContractError,
    attacker_checks,
    dataset_checks,
    detector_checks,
    kinds_of,
    metric_checks,
    recognizer_checks,
    run,
)
from unmask.evaluate.testing.running import never_waived
from unmask.evaluate.testing.subjects import Thumbnail

_FETCHED = {"answers", "yunet", "onnx", "named", "vlm"}  # need weights that are not at hand here
_ELSEWHERE = {"celeba", "folder", "hf", "lfw", "table", "webdataset"}  # need photos


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (kind, name)
        for kind in KINDS
        if kind != "defense"
        for name in KINDS[kind].registry.available()
        if name not in _FETCHED | (_ELSEWHERE if kind == "dataset" else set())
    ],
)
def test_ours_keep_it(kind: str, name: str) -> None:
    subject = KINDS[kind].build(name)
    for check in KINDS[kind].checks:
        told = run(check, subject)
        assert not told or told.startswith("not made: "), (check.__name__, told)


def test_a_folder_keeps_it(tmp_path: Path) -> None:
    _photos(tmp_path)
    for check in dataset_checks:
        assert run(check, Folder(str(tmp_path))) == ""


def test_a_name_may_be_of_several_kinds() -> None:
    assert kinds_of("dlib") == ["recognizer", "detector"]
    assert kinds_of("folder") == ["defense", "dataset"]
    assert kinds_of("pixelat") == []


# ------------------------------------------------------------------ metrics


@dataclass(frozen=True)
class Good(Psnr):
    """Compare squares of grey levels; each bad one is wrong in one way."""

    name: ClassVar = "good"


class Sideways(Good):
    higher_is: ClassVar = "up"


class OneForAll(Good):
    def values(self, clean: Any, defended: Any) -> Any:
        return super().values(clean, defended)[:1]


class TooLarge(Good):
    bounds: ClassVar = (0.0, 20.0)


class WrongWay(Good):
    higher_is: ClassVar = "worse"


class LeavesRuinsOut(Good):
    def values(self, clean: Any, defended: Any) -> Any:
        found = super().values(clean, defended)
        return np.where(found < 15, np.nan, found)


class Moody(Good):
    asked: ClassVar[list[int]] = []

    def values(self, clean: Any, defended: Any) -> Any:
        self.asked.append(1)
        return super().values(clean, defended) - 0.1 * len(self.asked)


class Graded(Good):
    """Give marks by rank in the class."""

    def values(self, clean: Any, defended: Any) -> Any:
        found = super().values(clean, defended)
        return found - found.mean()


class Scribbles(Good):
    def values(self, clean: Any, defended: Any) -> Any:
        found = super().values(clean, defended)
        defended[0].photo.pixels[:] = 0
        return found


# ------------------------------------------------------------------ recognizers


@dataclass(frozen=True)
class Spaced(Thumbnail):
    label: ClassVar[str] = "my thumb"  # type: ignore[misc]


class AnySize(Thumbnail):
    def chip(self, photo: Photo) -> Any:
        return photo.pixels


class Doubles(Thumbnail):
    def forward(self, chips: Any) -> Any:
        return super().forward(chips).astype(np.float64)


class Wavering(Thumbnail):
    asked: ClassVar[list[int]] = []

    def forward(self, chips: Any) -> Any:
        self.asked.append(1)
        return super().forward(chips) + np.float32(1e-3 * len(self.asked))


class Batched(Thumbnail):
    def forward(self, chips: Any) -> Any:
        made = super().forward(chips)
        return np.float32(made - made.mean(0))


class Painter(Thumbnail):
    def chip(self, photo: Photo) -> Any:
        made = super().chip(photo)
        photo.pixels[:5] = 0
        return made


class Distance(Thumbnail):
    def similarity(self, a: Any, b: Any) -> Any:
        return np.linalg.norm(a[:, None] - b, axis=2)


class Blurry(Thumbnail):
    """See how bright a face is, and nothing else."""

    def forward(self, chips: Any) -> Any:
        digests = [hashlib.sha256(chip.tobytes()).digest() for chip in chips]
        return np.float32([[*digest] for digest in digests]) / 255

    def similarity(self, a: Any, b: Any) -> Any:
        return -np.linalg.norm(a[:, None] - b, axis=2)


@dataclass(frozen=True)
class Filed(Thumbnail):
    path: str = __file__


# ------------------------------------------------------------------ detectors


class Blind(Slim):
    def detect(self, pixels: Any) -> list[Found]:
        return []


class Seeing(Slim):
    """See a face in everything."""

    def detect(self, pixels: Any) -> list[Found]:
        height, width = pixels.shape[:2]
        return super().detect(pixels) or [Found((0, 0, width, height), 1.0)]


class Outside(Slim):
    def detect(self, pixels: Any) -> list[Found]:
        found = super().detect(pixels)
        return [*found, *(Found((x + 9999, y, w, h), s) for (x, y, w, h), s in found)]


class Percent(Slim):
    def detect(self, pixels: Any) -> list[Found]:
        return [Found(box, 100 * score) for box, score in super().detect(pixels)]


class Remembering(Slim):
    seen: ClassVar[list[int]] = []

    def detect(self, pixels: Any) -> list[Found]:
        self.seen.append(1)
        move = len(self.seen) / 50
        return [Found((x + move, y, w, h), s) for (x, y, w, h), s in super().detect(pixels)]


class Shrinking(Slim):
    """Give boxes in pixels of a smaller copy."""

    def detect(self, pixels: Any) -> list[Found]:
        found = super().detect(pixels)
        share = min(1.0, 256 / max(pixels.shape))
        return [Found((x * share, y * share, w * share, h * share), s)
                for (x, y, w, h), s in found]  # fmt: skip


class Marking(Slim):
    def detect(self, pixels: Any) -> list[Found]:
        found = super().detect(pixels)
        cv2.rectangle(pixels, (0, 0), (9, 9), (255, 0, 0))
        return found


class Fixed(Slim):
    fingerprint: ClassVar[str] = "one"  # type: ignore[misc]


# ------------------------------------------------------------------ data sets


def _photos(folder: Path) -> None:
    rng = np.random.default_rng(0)
    for person in "abcd":
        (folder / person).mkdir()
        for number in range(2):
            pixels = rng.integers(0, 255, (20, 20, 3), np.uint8)
            Image.fromarray(pixels).save(folder / person / f"{number}.png")


class Told(Folder):
    """Change what a folder gives."""

    def change(self, photos: list[Photo]) -> list[Photo]:
        return photos

    def load(self) -> Loaded:
        loaded = super().load()
        return replace(loaded, photos=tuple(self.change(list(loaded.photos))))


class Twins(Told):
    def change(self, photos: list[Photo]) -> list[Photo]:
        return [replace(photo, key=photos[0].key) for photo in photos]


class Floats(Told):
    def change(self, photos: list[Photo]) -> list[Photo]:
        return [replace(p, pixels=p.pixels / np.float32(255)) for p in photos]  # type: ignore[arg-type]


class Nameless(Told):
    def change(self, photos: list[Photo]) -> list[Photo]:
        return [replace(photo, identity="") for photo in photos]


class Mirrored(Told):
    def change(self, photos: list[Photo]) -> list[Photo]:
        return [photo.with_pixels(photo.pixels[:, ::-1]) for photo in photos]


class Augmented(Told):
    asked: ClassVar[list[int]] = []

    def change(self, photos: list[Photo]) -> list[Photo]:
        self.asked.append(1)
        return [photo.with_pixels(np.roll(photo.pixels, len(self.asked), 1)) for photo in photos]


class Unbounded(Told):
    def load(self) -> Loaded:
        return replace(self, people=0, photos=0).load() if self.people else super().load()


class Telling(Told):
    @property
    def label(self) -> str:
        return f"telling:{self.path}"


# ------------------------------------------------------------------ attackers


@dataclass
class Honest(Matched):
    """Learn from defended photos by face models; each bad one is wrong in one way."""

    name: ClassVar[str] = "honest"

    def changed(self, scores: Any, probes: Sequence[Photo]) -> Any:
        return scores

    def scores(self, probes: Sequence[Photo]) -> list[Scores]:
        found = super().scores(probes)
        return [replace(one, people=self.changed(one.people, probes)) for one in found]


class Short(Honest):
    def changed(self, scores: Any, probes: Sequence[Photo]) -> Any:
        return scores[:, :3]


class Doubled(Honest):
    def scores(self, probes: Sequence[Photo]) -> list[Scores]:
        return super().scores(probes) * 2


class Shifted(Honest):
    """Columns in another order than the names."""

    def changed(self, scores: Any, probes: Sequence[Photo]) -> Any:
        return np.roll(scores, 1, 1)


class ReadsBoxes(Honest):
    """Tell people by how wide their boxes are, which only the clean photo can tell."""

    def fit(self, gallery: Any, background: Any, defend: Any) -> Any:
        super().fit(gallery, background, defend)
        self.boxes = [photo.face.box[2] for photo in gallery]
        self.who = [photo.identity for photo in gallery]
        return self

    def changed(self, scores: Any, probes: Sequence[Photo]) -> Any:
        wide = np.array([photo.face.box[2] if photo.face else 0 for photo in probes])
        far = -np.abs(wide[:, None] - np.array(self.boxes))
        names = sorted(set(self.who))
        return np.stack([far[:, [w == n for w in self.who]].max(1) for n in names], 1)


class ReadsIdentities(Honest):
    def changed(self, scores: Any, probes: Sequence[Photo]) -> Any:
        return scores + np.array([[len(photo.identity)] for photo in probes])


class ReadsKeys(Honest):
    def changed(self, scores: Any, probes: Sequence[Photo]) -> Any:
        return scores + np.array([[len(photo.key)] for photo in probes])


class Queued(Honest):
    def changed(self, scores: Any, probes: Sequence[Photo]) -> Any:
        return scores + np.arange(len(scores))[:, None]


class Dicing(Honest):
    thrown: ClassVar[list[int]] = []

    def fit(self, gallery: Any, background: Any, defend: Any) -> Any:
        self.thrown.append(1)
        return super().fit(gallery, background, defend)

    def changed(self, scores: Any, probes: Sequence[Photo]) -> Any:
        return scores + 0.01 * len(self.thrown)


class Scrawling(Honest):
    def changed(self, scores: Any, probes: Sequence[Photo]) -> Any:
        probes[0].pixels[:3] = 0
        return scores


class Secretive(Honest):
    informed: ClassVar[bool] = False

    def fit(self, gallery: Any, background: Any, defend: Any) -> Any:
        self._people = super().fit(gallery, background, defend)._people
        defend(gallery)
        return self


class Faces(Honest):
    def changed(self, scores: Any, probes: Sequence[Photo]) -> Any:
        return scores[[photo.face is not None for photo in probes]]


BAD: dict[str, tuple[Sequence[Check], dict[str, type]]] = {
    "metric": (
        metric_checks,
        {
            "registered_by_its_name": Good,
            "says_how_to_read_it": Sideways,
            "one_value_a_photo": OneForAll,
            "stays_within_its_bounds": TooLarge,
            "nothing_is_better_than_no_change": WrongWay,
            "nan_depends_on_the_clean_photo_alone": LeavesRuinsOut,
            "same_values_again": Moody,
            "a_photo_alone_as_among_others": Graded,
            "leaves_photos_alone": Scribbles,
        },
    ),
    "recognizer": (
        recognizer_checks,
        {
            "registered_by_a_name": Thumbnail,
            "has_label_and_fingerprint": Spaced,
            "chips_of_one_size": AnySize,
            "one_vector_a_photo": Doubles,
            "same_vectors_again": Wavering,
            "a_photo_alone_as_among_others": Batched,
            "leaves_photos_alone": Painter,
            "similarity_of_all_pairs": Distance,
            "one_person_is_more_alike": Blurry,
            "fingerprint_tells_files": Filed,
        },
    ),
    "detector": (
        detector_checks,
        {
            "registered_by_a_name": Blind,
            "finds_a_face": Blind,
            "finds_none_in_a_flat_picture": Seeing,
            "boxes_lie_in_the_photo": Outside,
            "scores_are_shares": Percent,
            "same_faces_again": Remembering,
            "scales_with_the_photo": Shrinking,
            "leaves_photos_alone": Marking,
            "fingerprint_tells_settings": Fixed,
        },
    ),
    "dataset": (
        dataset_checks,
        {
            "registered_by_its_name": Told,
            "keys_are_unique": Twins,
            "pictures_are_rgb": Floats,
            "everybody_has_a_name": Nameless,
            "same_photos_again": Augmented,
            "photos_are_read_by_key": Mirrored,
            "a_smaller_choice_is_part_of_a_larger": Unbounded,
            "label_tells_no_place": Telling,
        },
    ),
    "attacker": (
        attacker_checks,
        {
            "registered_by_its_name": Honest,
            "one_score_a_person": Short,
            "variants_differ_in_name": Doubled,
            "names_people_nobody_defended": Shifted,
            "guesses_where_nothing_is_left": ReadsBoxes,
            "reads_no_identity": ReadsIdentities,
            "reads_no_key": ReadsKeys,
            "order_does_not_matter": Queued,
            "same_scores_again": Dicing,
            "leaves_photos_alone": Scrawling,
            "knows_only_what_it_says": Secretive,
            "survives_photos_without_a_face": Faces,
        },
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_each_check_has_one_that_fails_it(kind: str) -> None:
    checks, bad = BAD[kind]
    assert [check.__name__ for check in checks] == list(bad)
    assert all(check.__doc__ for check in checks)


@pytest.mark.parametrize(
    ("kind", "check"),
    [(kind, check) for kind, (checks, _) in BAD.items() for check in checks],
    ids=lambda one: one if isinstance(one, str) else one.__name__,
)
def test_a_bad_one_is_caught(kind: str, check: Check, tmp_path: Path) -> None:
    cls: Callable[..., Any] = BAD[kind][1][check.__name__]
    if kind == "dataset":
        _photos(tmp_path)
    subject = cls(path=str(tmp_path)) if kind == "dataset" else cls()
    with pytest.raises(ContractError) as caught:
        run(check, subject)
    assert " stops " not in str(caught.value), "caught by an accident of its own"


@pytest.mark.parametrize(
    ("kind", "good"),
    [
        ("metric", Good()),
        ("recognizer", Thumbnail()),
        ("attacker", Honest()),
        ("detector", Slim()),
    ],
)
def test_what_they_are_made_from_is_good(kind: str, good: Any) -> None:
    for check in BAD[kind][0]:
        if not check.__name__.startswith("registered"):
            assert run(check, good) == "", check.__name__


def test_a_waiver_has_a_reason_and_a_failing_check() -> None:
    @dataclass(frozen=True)
    class Excused(TooLarge):
        waived: ClassVar = {"stays_within_its_bounds": "an old unit",
                            "same_values_again": "it was random once",
                            "nothing_is_better_than_no_change": "we like it so"}  # fmt: skip
        higher_is: ClassVar = "worse"

    checks = {check.__name__: check for check in metric_checks}
    assert run(checks["stays_within_its_bounds"], Excused()) == "an old unit"
    with pytest.raises(ContractError, match="but it passes; drop the waiver"):
        run(checks["same_values_again"], Excused())
    assert "nothing_is_better_than_no_change" in never_waived
    with pytest.raises(ContractError, match="higher_is the wrong way round"):
        run(checks["nothing_is_better_than_no_change"], Excused())


def test_an_error_of_the_plug_in_is_a_failed_check() -> None:
    class Broken(Ssim):
        def values(self, clean: Any, defended: Any) -> Any:
            raise NameError("no such thing")

    with pytest.raises(
        ContractError, match="ssim stops 'same_values_again' by NameError: no such"
    ):
        run({check.__name__: check for check in metric_checks}["same_values_again"], Broken())


def test_kinds_have_their_bases() -> None:
    bases = {"attacker": Attacker, "metric": Metric, "recognizer": Recognizer,
             "detector": Detector, "dataset": Dataset}  # fmt: skip
    for kind, base in bases.items():
        for name in KINDS[kind].registry.available():
            assert issubclass(KINDS[kind].registry.load(name), base)
