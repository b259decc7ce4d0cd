"""k-Same: groups by hand, averages, and that nobody stands in for himself."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
from sklearn.decomposition import PCA

from unmask.defenses import DEFENSES, Photo
from unmask.defenses.averages import Averages, grouped
from unmask.defenses.drawn import made_up_people
from unmask.defenses.faces.align import aligned
from unmask.defenses.k_same import KSame
from unmask.defenses.population import FRAME, Population, from_photo, into_photo

PEOPLE = made_up_people(12)
STRANGER = made_up_people(1, photos=1, first=70)[0]


def _frame(photo: Photo) -> np.ndarray:
    return aligned(photo.pixels, from_photo(photo), FRAME)


def test_groups_by_hand() -> None:
    points = np.array([0, 1, 2, 50, 51, 100, 101, 102], np.float64)[:, None]
    groups = [group.tolist() for group in grouped(points, 3)]
    assert groups == [[5, 6, 7], [0, 1, 2, 3, 4]]


@pytest.mark.parametrize("k", [2, 3, 5, 7, 12])
def test_groups_hold_everybody_once_and_at_least_k(k: int) -> None:
    points = np.random.default_rng(0).normal(size=(12, 4))
    groups = grouped(points, k)
    assert sorted(np.concatenate(groups)) == list(range(12))
    assert all(k <= len(group) < 2 * k for group in groups)


def test_with_all_people_the_average_is_theirs() -> None:
    fitted = KSame(k=12, feather=0.0).fit(PEOPLE)
    assert fitted.population
    average = np.rint(fitted.population.faces.mean(0)).astype(np.uint8)
    expected = into_photo(average, from_photo(STRANGER), STRANGER.pixels.shape[:2])
    result = fitted(STRANGER)
    inside = result.mask == 1
    difference = np.abs(result.photo.pixels[inside].astype(int) - expected[inside])
    assert difference.mean() < 1
    assert difference.max() <= 16  # the photo is cut out first, so pixels lie elsewhere


def test_strangers_get_one_of_the_averages_whatever_they_look_like() -> None:
    """All that a result says of a face is which average it is."""
    fitted = KSame(k=4).fit(PEOPLE)
    assert fitted.population
    averages = fitted._averages(None)
    seen = {averages.nearest(_frame(p)).tobytes() for p in made_up_people(30, first=70)}
    assert 1 < len(seen) <= 3


@pytest.mark.parametrize("method", ["mean", "eigenface"])
@pytest.mark.parametrize("k", [2, 4, 7, 12])
def test_nobody_contributes_to_his_own_stand_in(k: int, method: str) -> None:
    """Painting a background person's own photos green leaves no green in the result."""
    victim = PEOPLE[4].identity
    green = [
        replace(p, pixels=np.full_like(p.pixels, (0, 255, 0))) if p.identity == victim else p
        for p in PEOPLE
    ]
    fitted = KSame(k=k, method=method).fit(green)
    photo = next(p for p in green if p.identity == victim)
    for known in (photo, replace(photo, identity="", key="")):  # by name, and by the pixels
        red, green_, blue = fitted(known).photo.pixels[60:100, 45:75].astype(int).mean((0, 1))
        assert green_ - (red + blue) / 2 < 10  # one of twelve would add 21


@pytest.mark.parametrize("method", ["mean", "eigenface"])
def test_a_background_person_is_hidden_as_if_not_in_the_background(method: str) -> None:
    photo = PEOPLE[6]
    others = [p for p in PEOPLE if p.identity != photo.identity]
    made = [KSame(k=4, method=method).fit(people)(photo) for people in (PEOPLE, others)]
    difference = made[0].photo.pixels.astype(int) - made[1].photo.pixels
    assert np.abs(difference).max() <= 1


@pytest.mark.parametrize("components", [3, 8, 20])
def test_eigenfaces_equal_scikit_learn(components: int) -> None:
    population = Population.of(PEOPLE)
    averages = Averages.of_eigenfaces(population, np.arange(12), 12, components)
    pca = PCA(min(components, 11), svd_solver="full").fit(population.rows)
    assert averages.axes is not None
    coordinates = pca.transform(_frame(STRANGER).reshape(1, -1).astype(np.float32))[0]
    mine = averages._point(_frame(STRANGER))
    np.testing.assert_allclose(np.abs(mine[::-1]), np.abs(coordinates), rtol=0.02, atol=2)
    groups = grouped(pca.transform(population.rows), 4)
    middle = pca.transform(population.rows)[groups[0]].mean(0)
    made = Averages.of_eigenfaces(population, np.arange(12), 4, components)
    expected = pca.inverse_transform(middle[None])[0]
    np.testing.assert_allclose(made.weights[0] @ population.rows, expected, atol=0.5)


def test_k_above_the_people_is_an_error_that_says_both() -> None:
    with pytest.raises(ValueError, match="k is 13, there are 12; lower k or add people"):
        KSame(k=13).fit(PEOPLE)
    fitted = KSame(k=12).fit(PEOPLE)
    with pytest.raises(ValueError, match="k is 13, there are 12"):
        replace(fitted, k=13)
    hidden = [replace(p, faces=()) if p.identity != PEOPLE[0].identity else p for p in PEOPLE]
    with pytest.raises(ValueError, match="there are 1;"):
        KSame(k=2).fit(hidden)


def test_bad_backgrounds() -> None:
    with pytest.raises(ValueError, match="no face in 24 background photos"):
        KSame(k=2).fit([replace(p, faces=()) for p in PEOPLE])
    with pytest.raises(ValueError, match="background photos need an identity, 'person0/0'"):
        KSame(k=2).fit([replace(p, identity="") for p in PEOPLE])


def test_without_fit_it_says_so() -> None:
    with pytest.raises(RuntimeError, match="must see unrelated people first"):
        KSame()(STRANGER)


def test_the_population_is_no_parameter() -> None:
    fitted = KSame().fit(PEOPLE)
    assert "population" not in fitted.parameters
    assert fitted == KSame()
    assert "population" not in repr(fitted)
    with pytest.raises(ValueError, match="has no parameter 'population'"):
        DEFENSES.build("k_same:population=3")


def test_another_k_keeps_the_population_and_makes_new_groups() -> None:
    fitted = KSame(k=2).fit(PEOPLE)
    fitted(STRANGER)
    again = KSame(k=12).fit(PEOPLE)(STRANGER).photo.pixels
    np.testing.assert_array_equal(replace(fitted, k=12)(STRANGER).photo.pixels, again)


def test_the_order_of_the_background_does_not_matter() -> None:
    one, other = KSame().fit(PEOPLE), KSame().fit(PEOPLE[::-1])
    np.testing.assert_array_equal(one(STRANGER).photo.pixels, other(STRANGER).photo.pixels)


def test_travels_with_its_population() -> None:
    fitted = KSame(method="eigenface").fit(PEOPLE)
    sent = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(sent(STRANGER).photo.pixels, fitted(STRANGER).photo.pixels)


def test_the_stand_in_lies_where_the_face_was() -> None:
    """Out of the photo and back in: what was aligned comes back to its place."""
    photo = STRANGER
    back = into_photo(_frame(photo), from_photo(photo), photo.pixels.shape[:2])
    centre = (slice(60, 100), slice(40, 80))
    assert np.abs(back[centre].astype(int) - photo.pixels[centre]).mean() < 6


def test_a_large_face_and_a_small_one_get_the_same_stand_in() -> None:
    fitted = KSame(k=12).fit(PEOPLE)
    double = replace(
        STRANGER,
        pixels=STRANGER.pixels.repeat(2, 0).repeat(2, 1),
        faces=tuple(face.moved(0, 0, 2) for face in STRANGER.faces or ()),
    )
    small, large = fitted(STRANGER), fitted(double)
    halved = large.photo.pixels.reshape(160, 2, 120, 2, 3).mean((1, 3))
    inside = small.mask == 1
    assert np.abs(halved[inside] - small.photo.pixels[inside]).mean() < 6


def test_population_takes_the_typical_photo_of_each_person() -> None:
    population = Population.of(PEOPLE)
    assert population.names == tuple(sorted({p.identity for p in PEOPLE}))
    assert population.faces.shape == (12, FRAME, FRAME, 3)
    assert len(population.looks) == len(population.owners) == 24
    assert population.owner(_frame(PEOPLE[5])) == population.names.index(PEOPLE[5].identity)
    assert population.owner(_frame(STRANGER)) is None
