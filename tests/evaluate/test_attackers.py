"""Every attacker on planted cases, and what each may know."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from unmask.defenses import DEFENSES, Photo
from unmask.evaluate.attackers.base import Defend, impostor_scores, nearest, people_of
from unmask.evaluate.attackers.copies import varied_copies
from unmask.evaluate.attackers.grids import LARGEST, aligned_grid, own_grids
from unmask.evaluate.attackers.heads import EITHER, LDA, Head, folds_of
from unmask.evaluate.comparison.defending import Blindfolded, OwnCopies
from unmask.evaluate.comparison.measure import measure
from unmask.evaluate.comparison.measured import Measured
from unmask.evaluate.comparison.plan import Plan
from unmask.evaluate.data.scene import Scene

PLAN = Plan(metrics=())


@pytest.fixture(scope="module")
def cases(scene: Scene) -> dict[str, Measured]:
    some = Plan(("naive", "matched", "pixels", "linkage", "retrained"), ())
    plans = {"none": some, "permute": some, "constant": PLAN}  # of nothing, all must see nothing
    return {spec: measure(spec, scene, plan, judged=False) for spec, plan in plans.items()}


def rank1(measured: Measured, name: str) -> float:
    found = [a for a in measured.attacks if a.name == name]
    assert found, f"{name} gave no answer: {[a.name for a in measured.attacks]}"
    assert found[0].status == "ok", found[0].reason
    return float(found[0].credits["rank1"].mean())


@pytest.mark.parametrize(
    "name", ["naive", "matched", "pixels/own/lda", "retrained/embeddings", "retrained/pixels"]
)
def test_clean_photos_are_recognized(cases: dict[str, Measured], name: str) -> None:
    assert rank1(cases["none"], name) >= 0.85


def test_a_constant_picture_is_chance_for_everybody(cases: dict[str, Measured]) -> None:
    chance = 1 / 8
    for attack in cases["constant"].attacks:
        if attack.credits:
            assert attack.credits["rank1"].mean() == pytest.approx(chance), attack.name
        for figure in attack.figures:
            if figure.statistic == "auc":
                assert figure.value == pytest.approx(0.5), attack.name


def test_a_shuffle_fools_the_naive_attacker_but_not_those_who_know_it(
    cases: dict[str, Measured],
) -> None:
    assert rank1(cases["permute"], "naive") < 0.5
    assert rank1(cases["permute"], "pixels/own/lda") >= 0.9 * rank1(
        cases["none"], "pixels/own/lda"
    )


def test_linkage_has_pairs_and_names_nobody(cases: dict[str, Measured]) -> None:
    links = [a for a in cases["none"].attacks if a.attacker == "linkage" and a.recognizer]
    assert links
    assert not links[0].credits
    figures = {f.statistic: f for f in links[0].figures}
    assert figures["auc"].value is not None
    assert figures["auc"].value > 0.95
    assert figures["tar@far=1e-3"].value is None
    assert "impostor pairs" in figures["tar@far=1e-3"].reason


def test_the_naive_attacker_never_sees_the_defense(scene: Scene) -> None:
    def forbidden(photos: object, *, draw: int = 0) -> list[Photo]:
        raise AssertionError("naive asked for defended photos")

    attacker = Plan(attackers=("naive",)).build_attackers()[0]
    guard: Defend = forbidden  # type: ignore[assignment]
    assert attacker.fit(scene.gallery, scene.background, guard).scores(scene.probes)


def test_the_attackers_seeds_are_not_the_defenders(scene: Scene) -> None:
    defense = DEFENSES.build("noise:sigma=0.5,region=image")
    photo = scene.probes[0]
    defended = defense(photo, seed=0).photo.pixels
    defend = OwnCopies(Blindfolded(defense, 0))
    first, second = defend([photo])[0].pixels, defend([photo], draw=1)[0].pixels
    assert not np.array_equal(first, defended)
    assert not np.array_equal(first, second)
    assert np.array_equal(first, defend([photo])[0].pixels)


def test_probes_carry_no_identity(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    from unmask.evaluate.attackers.pixels import Pixels

    original = Pixels.scores
    monkeypatch.setattr(
        Pixels,
        "scores",
        lambda self, p: (seen.extend(x.identity for x in p), original(self, p))[1],
    )
    measure("none", scene, Plan(attackers=("pixels",), metrics=(), recognizers=()))
    assert seen
    assert set(seen) == {""}


def test_flipped_copies_keep_their_landmarks_in_order(scene: Scene) -> None:
    photos = [p for p in scene.gallery if p.face and p.face.points is not None][:4]
    plain, flipped = varied_copies(photos, draws=2)
    for before, after in zip(plain, flipped, strict=True):
        for face in (before.face, after.face):
            assert face is not None
            assert face.points is not None
            assert face.five is not None
            assert face.points[36, 0] < face.points[45, 0]  # eyes: left before right
            assert face.five[2, 0] < face.five[0, 0]
            assert face.points[8, 1] > face.points[27, 1]  # chin below brows
        assert not np.array_equal(before.pixels, after.pixels)
        # the aligned pictures are mirror images, so flipping one back brings them together
        a, b = (aligned_grid([p]).reshape(32, 32) for p in (before, after))
        assert np.abs(a - b[:, ::-1]).mean() < 0.5 * np.abs(a - b[::-1]).mean()


def photos_of(rng: np.random.Generator, *sizes: tuple[int, int]) -> list[Photo]:
    return [Photo(rng.integers(0, 256, (*size, 3), np.uint8), faces=()) for size in sizes]


def test_photos_of_one_size_are_compared_as_a_whole() -> None:
    rng = np.random.default_rng(0)
    known, probes = photos_of(rng, *[(40, 30)] * 4), photos_of(rng, *[(40, 30)] * 3)
    (grid,) = own_grids(known, probes, np.array([0, 0, 1, 1]))
    assert grid.known_vectors.shape == (4, 1200)
    assert grid.vectors.shape == (3, 1200)
    grey = cv2.cvtColor(probes[1].pixels, cv2.COLOR_RGB2GRAY)
    assert grid.vectors[1] == pytest.approx(grey.ravel() / 255)


def test_each_probe_is_compared_with_photos_of_its_size() -> None:
    rng = np.random.default_rng(0)
    people = np.repeat(np.arange(20), 2)
    known = photos_of(rng, *[(40, 30)] * 19, *[(30, 40)] * 21)  # of nine people there are both
    known[19] = photos_of(rng, (40, 30))[0]
    probes = photos_of(rng, (40, 30), (33, 33), (40, 30))
    (window,) = own_grids(known, probes, people)  # ten people have no photo of this size
    assert window.asked.tolist() == [0, 1, 2]
    assert window.vectors.shape == (3, round(1.4 * 30) ** 2)
    known[20:39] = photos_of(rng, *[(40, 30)] * 19)
    whole, window = own_grids(known, probes, people)
    assert whole.asked.tolist() == [0, 2]
    assert whole.known.tolist() == [*range(39)]  # the last person has one of the size
    known[38] = known[39]
    whole, window = own_grids(known, probes, people)
    assert whole.known.tolist() == [*range(40)]  # now the last person has none: both are stretched
    assert whole.known_vectors.shape == (40, 1200)
    assert window.asked.tolist() == [1]
    assert window.known.tolist() == [*range(40)]


def test_colours_count_where_there_are_any(scene: Scene) -> None:
    def tinted(photos: tuple[Photo, ...]) -> tuple[Photo, ...]:
        return tuple(p.with_pixels(p.pixels // np.array([1, 2, 3], np.uint8)) for p in photos)

    coloured = replace(
        scene, gallery=tinted(scene.gallery), probes=tinted(scene.probes), background=()
    )
    plan = Plan(("pixels",), (), ())
    grey, more = (
        {a.name: a.credits["rank1"] for a in measure("none", some, plan, judged=False).attacks}
        for some in (scene, coloured)
    )
    assert set(more) - set(grey) == {"pixels/colour/lda"}
    assert more["pixels/colour/lda"].mean() >= 0.85
    black = measure("constant", coloured, plan, judged=False).attacks
    assert {a.name for a in black} == set(more), "who looks for colours says so of black, too"
    (blind,) = (a for a in black if a.name == "pixels/colour/lda")
    assert blind.credits["rank1"].mean() == pytest.approx(1 / 8)


def test_colours_of_one_brightness_name_people(scene: Scene) -> None:
    rng = np.random.default_rng(0)
    hues = {name: rng.uniform(-40, 40, 2) for name in people_of(scene.gallery)}

    def painted(photos: tuple[Photo, ...]) -> tuple[Photo, ...]:
        made = []
        for photo in photos:
            red, blue = hues[photo.identity]
            tint = np.array([red, -(0.299 * red + 0.114 * blue) / 0.587, blue])
            values = 128 + tint + rng.normal(0, 9, (*photo.pixels.shape[:2], 1))
            made.append(photo.with_pixels(np.rint(values).astype(np.uint8)))
        return tuple(made)

    some = replace(
        scene, gallery=painted(scene.gallery), probes=painted(scene.probes), background=()
    )
    plan = Plan(("pixels", "retrained:parts=pixels,draws=1"), (), ())
    found = measure("none", some, plan, judged=False)
    assert rank1(found, "pixels/32/lda") < 0.4
    assert rank1(found, "pixels/colour/lda") >= 0.95
    assert rank1(found, "retrained/pixels") >= 0.9


def test_an_aligned_face_in_colour_is_grey_where_it_is_grey(scene: Scene) -> None:
    photo = scene.probes[0]
    colours = aligned_grid([photo], 20, colour=True).reshape(20, 20, 3)
    for channel in range(3):
        assert np.array_equal(colours[..., channel].ravel(), aligned_grid([photo], 20)[0])


def test_large_photos_are_shrunk_to_fit_into_memory() -> None:
    photo = photos_of(np.random.default_rng(0), (900, 600))
    (grid,) = own_grids(photo, photo, np.array([0]))
    assert 60_000 < grid.vectors.size <= LARGEST


def test_a_head_learns_and_holds_copies_together() -> None:
    rng = np.random.default_rng(1)
    people, photos = np.repeat(np.arange(5), 6), np.repeat(np.arange(10), 3)
    vectors = rng.normal(size=(5, 40))[people] * 3 + rng.normal(size=(30, 40))
    for candidates in (LDA, EITHER):
        scores = Head(candidates).fit(vectors, people, photos).scores(vectors)
        assert (scores.argmax(1) == people).all()
        assert np.allclose(np.exp(scores).sum(1), 1)
    folds = folds_of(people, photos)
    assert all(len(set(folds[photos == photo])) == 1 for photo in range(10))


def test_shuffled_labels_teach_nothing() -> None:
    rng = np.random.default_rng(2)
    people = np.repeat(np.arange(8), 10)
    known, new = rng.normal(size=(80, 30)), rng.normal(size=(80, 30))
    scores = Head().fit(known, people, np.arange(80)).scores(new)
    assert (scores.argmax(1) == people).mean() < 0.35


def test_single_photos_borrow_the_spread_of_the_others() -> None:
    """Warnings are errors here: a person with one photo must not be asked for a spread."""
    rng = np.random.default_rng(3)
    people = np.repeat(np.arange(30), [2] * 15 + [1] * 15)
    middles, spread = rng.normal(size=(30, 12)), np.array([4.0] * 6 + [0.2] * 6)
    known = middles[people] + spread * rng.normal(size=(45, 12))
    asked = middles + spread * rng.normal(size=(30, 12))
    scores = Head(LDA).fit(known, people, np.arange(45)).scores(asked)
    right = scores.argmax(1) == np.arange(30)
    nearest_photo = ((asked[:, None] - known[None]) ** 2).sum(2).argmin(1)
    assert right[15:].mean() > 2 * (people[nearest_photo] == np.arange(30))[15:].mean()
    assert right.mean() > 0.5


def test_nearest_takes_the_best_photo_of_each_person() -> None:
    similarity = np.array([[0.1, 0.9, 0.3], [0.2, 0.1, 0.8]])
    assert nearest(similarity, np.array([0, 0, 1])).tolist() == [[0.9, 0.3], [0.2, 0.8]]


def test_impostor_pairs_are_counted_once() -> None:
    people = np.array([0, 0, 1, 2])
    assert len(impostor_scores(np.zeros((4, 4)), people)) == 5


def test_one_gallery_photo_per_person_is_enough(scene: Scene) -> None:
    first = {photo.identity: photo for photo in reversed(scene.gallery)}
    small = replace(scene, gallery=tuple(first.values()))
    found = measure(
        "none",
        small,
        Plan(attackers=("pixels", "retrained"), metrics=(), recognizers=()),
        judged=False,
    )
    assert people_of(small.gallery) == people_of(scene.gallery)
    assert all(attack.status == "ok" for attack in found.attacks), found.attacks


def test_the_network_takes_nothing_from_the_cheap_variants(scene: Scene) -> None:
    """A weak network in the average must not lower what was reached without it."""
    specs = (
        "retrained:parts=pixels+outside,draws=1",
        "retrained:parts=pixels+outside+cnn,draws=1",
    )
    few, more = (
        {a.name: a for a in measure("pixelate:blocks=6", scene, Plan((s,), (), ())).attacks}
        for s in specs
    )
    assert set(more) - set(few) == {"retrained/cnn", "retrained/fused/cnn"}
    for name, attack in few.items():
        assert np.array_equal(attack.credits["rank1"], more[name].credits["rank1"])
