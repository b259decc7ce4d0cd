"""A list of pairs in a comparison: what is lost is counted, and who knows more is told more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from unmask.defenses import DEFENSES
from unmask.defenses.drawn import made_up_people
from unmask.defenses.photo import Pixels
from unmask.evaluate.comparison.config import measurement_key
from unmask.evaluate.comparison.defending import Blindfolded
from unmask.evaluate.comparison.measured import Attack, Measured
from unmask.evaluate.comparison.pair_list import pair_attacks, pair_records
from unmask.evaluate.comparison.plan import Plan
from unmask.evaluate.comparison.store import dump, restore
from unmask.evaluate.data import dataset_of
from unmask.evaluate.data.pair_list import make_pairs, write_any
from unmask.evaluate.data.paired import Paired, paired
from unmask.evaluate.data.scene import prepare
from unmask.evaluate.recognizers.base import Embeddings
from unmask.evaluate.results.records import Record
from unmask.evaluate.testing.subjects import Thumbnail

PEOPLE, FOLDS = 20, 4


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("drawn")
    for photo in made_up_people(PEOPLE, photos=3):
        number = (
            len([*(root / photo.identity).glob("*")]) if (root / photo.identity).exists() else 0
        )
        path = root / photo.identity / f"{photo.identity}_{number + 1:04d}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(photo.pixels).save(path)
    return root


def spec(root: Path, folder: Path, *, change: str = "", to: str = "") -> str:
    files, _ = dataset_of(str(root)).files(root)
    text = write_any(make_pairs(files, folds=FOLDS, each=10)).replace(change or "\0", to)
    (folder / "pairs.txt").write_text(text)
    return f"{root},pairs={folder / 'pairs.txt'}"


def found(spec: str) -> Paired:
    made = paired(dataset_of(spec), {}, set())
    assert made is not None
    return made


@pytest.fixture(scope="module")
def some(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Paired:
    return found(spec(root, tmp_path_factory.mktemp("list")))


def told(some: Paired, defense: str) -> dict[str, Attack]:
    made = pair_attacks(some, Blindfolded(DEFENSES.build(defense), 0), [Thumbnail()])
    return {f"{one.recognizer}:{one.name.partition('/')[2]}": one for one in made}


def value(attack: Attack) -> float:
    (figure,) = attack.figures
    assert figure.value is not None
    return figure.value


def test_photos_of_the_list_whatever_the_bounds(root: Path, tmp_path: Path) -> None:
    made = found(spec(root, tmp_path) + ",people=3,photos=2")
    assert len(np.unique(made.people)) > 3
    assert len(made.same) == 2 * 10 * FOLDS
    assert not made.notes
    assert all(photo.faces is not None for photo in made.photos)
    a = [made.photos[n].identity for n in made.a]
    b = [made.photos[n].identity for n in made.b]
    assert [x == y for x, y in zip(a, b, strict=True)] == made.same.tolist()


def test_another_ending_is_the_same_photo(root: Path, tmp_path: Path, some: Paired) -> None:
    made = found(spec(root, tmp_path, change=".png", to=".jpg"))
    assert [p.key for p in made.photos] == [p.key for p in some.photos]


def test_what_is_lost_is_counted_or_refused(root: Path, tmp_path: Path) -> None:
    data = spec(root, tmp_path)
    lines = (tmp_path / "pairs.txt").read_text().splitlines()

    def gone(count: int) -> None:
        lost = [line.replace("_0", "_9", 1) for line in lines[:count]]
        (tmp_path / "pairs.txt").write_text("\n".join([*lost, *lines[count:]]))

    gone(4)
    made = found(data)
    assert len(made.same) == 76
    assert made.notes[0] == "4 of 80 pairs left out: 4 photos of the list are not here"
    gone(5)
    with pytest.raises(ValueError, match=r"lists 80 pairs, of which 5 are not here .* at most 5%"):
        found(data)


def test_a_list_that_contradicts_the_data(root: Path, tmp_path: Path) -> None:
    data = spec(root, tmp_path)
    path = tmp_path / "pairs.txt"
    words = path.read_text().splitlines()[0].split("\t")
    path.write_text(
        path.read_text().replace("\t".join(words), "\t".join([*words[:2], "0", words[3]]))
    )
    with pytest.raises(ValueError, match="as two people, but the data say otherwise"):
        found(data)


def test_undefended_all_ask_the_same(some: Paired) -> None:
    made = told(some, "none")
    assert len({value(one) for key, one in made.items() if key.startswith("thumbnail")}) == 1
    assert value(made["thumbnail:clean"]) > 0.65
    assert (
        "60 of 60 photos came out as they were" in made["thumbnail:both sides"].figures[0].reason
    )
    assert made["thumbnail:clean"].figures[0].statistic == f"accuracy@{FOLDS}fold"


def test_nothing_is_told_of_a_constant_picture(some: Paired) -> None:
    made = told(some, "constant")
    for key, one in made.items():
        if not key.endswith("clean"):
            assert value(one) == 0.5, key
            assert one.figures[0].chance == 0.5


def test_who_knows_is_told_more(some: Paired) -> None:
    """A negative: thresholds of clean pairs mislead, and likeness is turned round."""
    made = told(some, "invert:region=image")
    assert value(made["thumbnail:one side, unaware"]) < 0.6
    assert value(made["thumbnail:one side"]) > 0.65
    assert value(made["thumbnail:both sides"]) > 0.65
    assert not made["thumbnail:one side, unaware"].informed
    assert made["thumbnail:one side"].informed


def test_pictures_of_another_program_are_found_by_their_names(
    root: Path, tmp_path: Path, some: Paired
) -> None:
    for photo in some.photos:
        path = tmp_path / photo.key
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(np.zeros_like(photo.pixels)).save(path)
    made = told(some, f"folder:{tmp_path}")
    assert value(made["thumbnail:both sides"]) == 0.5
    assert "as they were" not in made["thumbnail:both sides"].figures[0].reason


def test_records(root: Path, tmp_path: Path) -> None:
    scene = prepare(spec(root, tmp_path), drop_duplicates=True)
    assert scene.pairs is not None
    assert any("are background" in note for note in scene.pairs.notes)
    made = tuple(told(scene.pairs, "pixelate").values())
    measured = Measured("pixelate", {}, np.zeros(1, np.int64), (), (), (), pairs=made)
    again = restore(dump(measured))
    assert [one.figures for one in again.pairs] == [one.figures for one in made]
    base = Record("d", "s", "quick", "pixelate", {}, "leakage", "worst", "rank1", people=3)
    worst, *rest = pair_records(base, again, scene)
    assert worst.name == "pair list"
    assert worst.value == max(one.value or 0 for one in rest if not one.name.endswith("clean"))
    assert worst.ceiling == max(one.value or 0 for one in rest if one.name.endswith("clean"))
    assert worst.people == len(np.unique(scene.pairs.people)) > 3
    assert "list pairs.txt" in worst.reason
    text = str(worst) + str(rest)
    assert not any(photo.identity in text for photo in scene.pairs.photos)
    assert pair_records(base, again, replace(scene, pairs=None)) == []


def test_the_list_decides_what_is_kept(root: Path, tmp_path: Path) -> None:
    scene = prepare(spec(root, tmp_path), drop_duplicates=True)
    assert scene.pairs is not None
    plan = Plan(attackers=("naive",), recognizers=("dlib",), metrics=())
    shorter = replace(scene, pairs=replace(scene.pairs, digest="of another list"))
    fewer = replace(scene, pairs=replace(scene.pairs, photos=scene.pairs.photos[1:]))
    every = [scene, shorter, fewer, replace(scene, pairs=None)]
    assert len({measurement_key(one, plan, "none") for one in every}) == len(every)
    assert found(f"{root},pairs={tmp_path / 'pairs.txt'}").digest == scene.pairs.digest


class Broken(Thumbnail):
    """Raises where a photo is defended, as a model of others may."""

    label = "broken"
    fingerprint = "broken 1"

    def forward(self, chips: Sequence[Pixels]) -> Embeddings:
        made = super().forward(chips)
        return np.where(made.std(1, keepdims=True) > 0, made, np.nan)


def test_a_face_model_that_breaks_makes_a_lower_bound_and_ends_nothing(some: Paired) -> None:
    blind = Blindfolded(DEFENSES.build("constant"), 0)
    made = pair_attacks(some, blind, [Thumbnail(), Broken()])
    (bad,) = (one for one in made if one.recognizer == "broken")
    assert bad.status == "invalid"
    assert "not finite" in bad.reason
    assert len([one for one in made if one.recognizer == "thumbnail"]) == 4
    measured = Measured("constant", {}, np.arange(4), ("defended",) * 4, (), (), pairs=made)
    base = Record("d", "s", "quick", "constant", {}, "leakage", "worst", "rank1")
    worst = pair_records(base, measured, SimpleNamespace(pairs=some))[0]  # type: ignore[arg-type]
    assert worst.status == "at least"
    assert worst.reason.startswith("broken did not count: ")
