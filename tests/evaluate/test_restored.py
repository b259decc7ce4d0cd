"""Undoing a defense: what must come back, and what must stay as it is."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from unmask.defenses import DEFENSES, Face, Photo
from unmask.evaluate.attackers.restoration.base import ssim_won, strip
from unmask.evaluate.attackers.restoration.checking import Checking
from unmask.evaluate.attackers.restoration.correspondence import Correspondence, learn_undo
from unmask.evaluate.attackers.restoration.matching import match_exactly
from unmask.evaluate.attackers.restoration.unet import Unet
from unmask.evaluate.attackers.restoration.wiener import Wiener
from unmask.evaluate.attackers.restored import Restored
from unmask.evaluate.comparison.defending import Blindfolded, OwnCopies
from unmask.evaluate.comparison.measure import measure
from unmask.evaluate.comparison.plan import Plan
from unmask.evaluate.data.scene import Scene

PLAN = Plan(attackers=("naive", "restored"), metrics=())


def smooth_photos(count: int, height: int = 20, width: int = 24, seed: int = 0) -> np.ndarray:
    """Colour noise with neighbours alike, `(count, height, width, 3)`."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=(count, height + 4, width + 4, 3))
    for axis in (1, 2):
        noise = sum(np.roll(noise, shift, axis) for shift in range(5)) / 5
    noise = noise[:, 4:, 4:] / noise.std()
    return np.asarray((128 + 40 * noise).clip(0, 255), np.uint8)


def shuffled(photos: np.ndarray, seed: int = 1) -> np.ndarray:
    flat = photos.reshape(len(photos), -1, 3)
    order = np.random.default_rng(seed).permutation(flat.shape[1])
    return np.asarray(flat[:, order].reshape(photos.shape))


def undone(defended: np.ndarray, clean: np.ndarray) -> NDArray[np.float64]:
    """Learn from all but the last pair, and return the error left on the last one."""
    undo = learn_undo(clean[:-1], defended[:-1])
    made = undo(defended[-1].reshape(1, -1)).reshape(clean[-1].shape)
    return np.abs(made.astype(float) - clean[-1])


def test_a_shuffle_is_undone_to_the_last_bit() -> None:
    clean = smooth_photos(41)
    assert undone(shuffled(clean), clean).max() == 0


def test_a_shuffle_of_single_values_is_undone_too() -> None:
    clean = smooth_photos(41)
    order = np.random.default_rng(3).permutation(clean[0].size)
    assert undone(clean.reshape(41, -1)[:, order].reshape(clean.shape), clean).max() == 0


def test_a_shuffle_with_any_exchange_of_values_is_undone() -> None:
    clean = smooth_photos(61)
    table = np.random.default_rng(2).permutation(256).astype(np.uint8)
    left = undone(table[shuffled(clean)], clean)
    assert (left == 0).mean() > 0.99  # a rare value may never have been seen


def test_a_mirrored_negative_is_undone() -> None:
    clean = smooth_photos(61)
    left = undone(255 - clean[:, :, ::-1], clean)
    assert (left == 0).mean() > 0.99  # a rare value may never have been seen


def test_a_shuffle_with_altered_values_is_undone_roughly() -> None:
    clean = smooth_photos(81)
    noise = np.random.default_rng(4).normal(0, 6, clean.shape)
    faint = np.rint(200 - 0.5 * shuffled(clean) + noise).clip(0, 255).astype(np.uint8)
    assert undone(faint, clean).mean() < 10 < undone(faint, smooth_photos(81, seed=9)).mean()


def test_pixels_that_never_change_do_no_harm() -> None:
    clean = smooth_photos(30)
    clean[:, :6] = 0
    defended = shuffled(clean)
    places, share = match_exactly(clean.reshape(30, -1), defended.reshape(30, -1))
    assert share == 1
    assert (defended.reshape(30, -1)[:, places] == clean.reshape(30, -1)).all()


@pytest.mark.parametrize("strength", [30, 200])
def test_noise_is_not_taken_for_an_exchange_of_values(strength: float) -> None:
    clean = smooth_photos(40)
    noise = np.random.default_rng(5).normal(0, strength, clean.shape)
    noisy = (clean + noise).clip(0, 255).astype(np.uint8)
    undo = learn_undo(clean, noisy)
    same = noisy[:1].reshape(1, -1)
    assert undo.moved == 0
    assert (undo(same) == same).all()  # above all, no guess of the mean face


def test_noise_on_a_part_is_not_taken_for_an_exchange_of_values() -> None:
    clean = smooth_photos(40)
    noisy = clean.copy()
    noisy[:, 5:12, 5:12] = np.random.default_rng(6).integers(0, 256, (40, 7, 7, 3))
    undo = learn_undo(clean, noisy)
    same = noisy[:1].reshape(1, -1)
    assert (undo(same) == same).all()


def test_photos_of_a_size_that_was_not_learned_stay_as_they_are() -> None:
    pixels = smooth_photos(20)
    clean = [Photo(one, f"{i}") for i, one in enumerate(pixels)]
    defended = [Photo(one, f"{i}") for i, one in enumerate(shuffled(pixels))]
    odd = Photo(smooth_photos(1, 21)[0])
    for pairs in (20, 10):  # of ten pairs nothing is learned
        fitted = Correspondence().fit(clean[:pairs], defended[:pairs])
        first, second = fitted.restore([odd, defended[0]])
        assert first is odd
        aim = clean[0] if pairs == 20 else defended[0]
        assert (second.pixels == aim.pixels).all()


def test_share_of_ssim_by_hand() -> None:
    photos = [Photo(pixels) for pixels in smooth_photos(2)]
    worse = [Photo(255 - photo.pixels) for photo in photos]
    assert ssim_won(photos, worse, photos) == pytest.approx(1)
    assert ssim_won(photos, worse, worse) == pytest.approx(0)
    assert np.isnan(ssim_won(photos, photos, photos))


def test_a_strip_shows_three_faces_side_by_side() -> None:
    photo = Photo(smooth_photos(1, 90, 90)[0], faces=(Face((25, 25, 40, 40)),))
    black = photo.with_pixels(np.zeros_like(photo.pixels))
    picture = strip(photo, black, photo, height=50)
    assert picture.shape == (50, 150, 3)
    assert not picture[:, 55:95].any()
    assert (picture[:, :50] == picture[:, 100:]).all()


def pairs(scene: Scene, spec: str) -> tuple[list[Photo], list[Photo], OwnCopies]:
    defense = DEFENSES.build(spec).fit(scene.background)
    defend = OwnCopies(Blindfolded(defense, 0))
    return list(scene.background), defend(scene.background), defend


def defended(scene: Scene, spec: str) -> list[Photo]:
    defense = DEFENSES.build(spec).fit(scene.background)
    return [done.photo for done in defense.many(scene.probes)]


@pytest.mark.parametrize(
    ("spec", "least"),
    [
        ("gaussian_blur:sigma=0.04,region=image", 0.4),
        ("noise:sigma=0.3,region=image", 0.4),
        ("pixelate:blocks=12,region=image", 0.2),
    ],
)
def test_gains_win_back_ssim_on_people_never_seen(scene: Scene, spec: str, least: float) -> None:
    clean, seen, _ = pairs(scene, spec)
    probes = defended(scene, spec)
    made = Wiener().fit(clean, seen).restore(probes)
    assert ssim_won(scene.probes, probes, made) > least


def test_gains_change_nothing_where_nothing_was_lost(scene: Scene) -> None:
    made = Wiener().fit(scene.background, scene.background).restore(scene.probes)
    left = [
        np.abs(a.pixels.astype(int) - b.pixels) for a, b in zip(scene.probes, made, strict=True)
    ]
    assert max(d.max() for d in left) <= 2


def test_gains_hold_for_photos_of_any_size(scene: Scene) -> None:
    clean, seen, _ = pairs(scene, "gaussian_blur:sigma=0.05,region=image")
    fitted = Wiener().fit(clean, seen)
    big = [doubled(photo) for photo in scene.probes[:12]]
    defense = DEFENSES.build("gaussian_blur:sigma=0.05,region=image")
    blurred = [done.photo for done in defense.many(big)]
    made = fitted.restore(blurred)
    assert [p.pixels.shape for p in made] == [p.pixels.shape for p in big]
    assert ssim_won(big, blurred, made) > 0.15
    assert difference(big, made) < 0.8 * difference(big, blurred)


def difference(some: Sequence[Photo], others: Sequence[Photo]) -> float:
    return float(
        np.mean(
            [np.abs(a.pixels - b.pixels.astype(float)) for a, b in zip(some, others, strict=True)]
        )
    )


def doubled(photo: Photo) -> Photo:
    faces = tuple(face.moved(0, 0, 2) for face in photo.faces or ())
    pixels = cv2.resize(photo.pixels, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    return replace(photo, pixels=np.asarray(pixels, np.uint8), faces=faces)


def test_checking_a_guess_helps_inside_a_region_and_leaves_the_rest(scene: Scene) -> None:
    spec = "gaussian_blur:sigma=0.08"
    clean, seen, defend = pairs(scene, spec)
    attacker = Restored(variants="linear").fit(scene.gallery, scene.background, defend)
    wiener = Wiener(attacker._regions)
    fitted = Checking(wiener, defend.again).fit(clean, seen)
    probes = defended(scene, spec)
    plain, checked = wiener.restore(probes), fitted.restore(probes)
    assert fitted.rounds > 0
    won = ssim_won(scene.probes, probes, checked)
    assert won > max(0.2, 0.1 + ssim_won(scene.probes, probes, plain))
    masks = attacker._regions(probes)
    for before, after, inside in zip(probes, checked, masks, strict=True):
        assert inside is not None
        assert (before.pixels == after.pixels)[~inside].all()


def test_checking_does_not_chase_chance(scene: Scene) -> None:
    clean, seen, defend = pairs(scene, "noise:sigma=0.5,region=image")
    assert Checking(Wiener(), defend.again).fit(clean, seen).rounds == 0


def test_the_network_starts_as_it_found_and_is_the_same_each_time(scene: Scene) -> None:
    clean, seen, _ = pairs(scene, "gaussian_blur:sigma=0.06,region=image")

    def restored(steps: int) -> list[Photo]:
        net = Unet(lambda draw: (clean, seen), everywhere, steps=steps, draws=1)
        return net.fit(clean, seen).restore(seen[:4])

    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    once, again = restored(4), restored(4)
    assert torch.equal(torch.rand(3), expected)  # nobody else's random numbers are touched
    for one, two, given in zip(once, again, seen, strict=False):
        assert (one.pixels == two.pixels).all()
        assert (one.pixels != given.pixels).any()
        assert np.abs(one.pixels.astype(int) - given.pixels).mean() < 12


def everywhere(photos: Sequence[Photo]) -> list[None]:
    return [None] * len(photos)


def test_what_was_shuffled_or_made_a_negative_is_named_as_before(scene: Scene) -> None:
    found = {
        (spec, attack.name): attack
        for spec in ("none", "permute", "invert:mirror=true")
        for attack in measure(spec, scene, PLAN).attacks
    }
    clean = found["none", "restored/pixels"].credits["rank1"].mean()
    assert clean >= 0.9
    for spec in ("permute", "invert:mirror=true"):
        assert found[spec, "restored/pixels"].credits["rank1"].mean() >= 0.9 * clean
    assert found["permute", "restored/pixels"].notes["ssim_won"] > 0.99


def test_photos_of_mixed_sizes_stay_and_the_rest_goes_on(scene: Scene) -> None:
    def mixed(photos: Sequence[Photo]) -> tuple[Photo, ...]:
        return tuple(
            photo.with_pixels(np.pad(photo.pixels, ((0, i % 7), (0, 0), (0, 0)), "edge"))
            for i, photo in enumerate(photos)
        )

    uneven = replace(
        scene,
        gallery=mixed(scene.gallery),
        probes=mixed(scene.probes),
        background=mixed(scene.background),
    )
    attacks = measure("gaussian_blur:sigma=0.06,region=image", uneven, PLAN).attacks
    found = {attack.name: attack for attack in attacks}
    assert found["restored/pixels"].status == found["restored/linear"].status == "ok"
    sharp = found["restored/linear"].credits["rank1"].mean()
    assert sharp >= found["naive"].credits["rank1"].mean()


def test_a_variant_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match=r"pixels, linear, unet .*got 'magic'"):
        Restored(variants="linear+magic")


def test_of_very_many_pairs_some_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of one size are held together, so their number is bounded; what they tell is not."""
    pixels = smooth_photos(60)
    photos = [Photo(one, f"{i}") for i, one in enumerate(pixels)]
    order = np.random.default_rng(3).permutation(20 * 24)
    moved = [p.with_pixels(p.pixels.reshape(-1, 3)[order].reshape(p.shape)) for p in photos]
    monkeypatch.setattr("unmask.evaluate.attackers.restoration.correspondence.MOST_PAIRS", 25)
    restored = Correspondence().fit(photos[:50], moved[:50]).restore(moved[50:])
    assert all((a.pixels == b.pixels).all() for a, b in zip(restored, photos[50:], strict=True))
