"""Chosen people stay visible; strangers, doubtful and small faces do not."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from unmask.defenses import DEFENSES
from unmask.defenses.apply.one_photo import anonymize_bytes
from unmask.defenses.apply.settings import Settings
from unmask.defenses.apply.tree import apply
from unmask.defenses.faces.find import find_faces
from unmask.defenses.faces.keep import THRESHOLD, Kept
from unmask.defenses.photo import Pixels
from unmask.evaluate.data import load_dataset

MASK = DEFENSES.build("mask:region=box")
PEOPLE = [photo.pixels for photo in load_dataset("orl:people=12,photos=1").photos]


def _save(path: Path, pixels: Pixels) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


def _dimmed(pixels: Pixels) -> Pixels:
    """Another photo of the same person, nearly."""
    return np.rint(pixels * 0.8 + 10).astype(np.uint8)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    folder = tmp_path_factory.mktemp("keep")
    _save(folder / "eileen" / "one.png", data.astronaut())
    _save(folder / "eileen" / "two.png", _dimmed(data.astronaut()))
    _save(folder / "olivetti.png", PEOPLE[0])
    return Kept.load(folder)


def test_the_chosen_one_stays_and_strangers_do_not(kept: Kept) -> None:
    assert kept.people == ("eileen", "olivetti")
    assert [len(vectors) for vectors in kept.vectors] == [2, 1]
    for pixels, name in ((data.astronaut()[:, 20:], "eileen"), (_dimmed(PEOPLE[0]), "olivetti")):
        faces = find_faces(pixels)
        (told,) = kept.among(np.ascontiguousarray(pixels), faces[:1])
        assert told.startswith(f"{name} (distance 0.")
        assert f"at most {THRESHOLD}" in told
    for stranger in PEOPLE[1:]:
        assert kept.among(stranger, find_faces(stranger)[:1]) == [""]


def test_two_that_are_alike_are_both_defended(kept: Kept) -> None:
    twins = np.concatenate([data.astronaut(), data.astronaut()], 1)
    faces = [face for face in find_faces(twins) if face.width > 40]
    assert len(faces) == 2
    assert kept.among(twins, faces) == ["", ""]


def test_what_cannot_be_compared_is_defended(kept: Kept) -> None:
    photo = data.astronaut()
    (face,) = find_faces(photo, landmarks=False)[:1]
    assert kept.among(photo, [face]) == [""]  # no landmarks
    assert kept.among(photo, []) == []
    small = np.asarray(Image.fromarray(photo).resize((200, 200)))
    (face,) = find_faces(small)[:1]
    assert face.width < 40
    assert kept.among(small, [face]) == [""]


def test_a_defended_neighbour_stays_defended(tmp_path: Path, kept: Kept) -> None:
    """Also where the region of the stranger reaches into the face that is kept."""
    both = np.full((512, 700, 3), 128, np.uint8)
    both[:, :512] = data.astronaut()
    stranger = np.asarray(Image.fromarray(PEOPLE[3]).resize((138, 168)))
    both[40:208, 290:428] = stranger
    path = _save(tmp_path / "a.png", both)
    settings = Settings(DEFENSES.build("mask:region=head,margin=0.4"), 0, keep=kept)
    made = anonymize_bytes(path.read_bytes(), "a.png", settings)
    assert made.row.outcome == "defended"
    assert made.row.faces == len(find_faces(both))
    assert "kept eileen" in made.row.reason
    assert made.data is not None
    (tmp_path / "out.png").write_bytes(made.data)
    pixels = np.asarray(Image.open(tmp_path / "out.png"))
    changed = (pixels != both).any(-1)
    assert changed[60:190, 300:420].all()  # the stranger
    assert not changed[95:130, 200:230].any()  # her left half
    with_all = anonymize_bytes(path.read_bytes(), "a.png", Settings(settings.defense, 0)).data
    assert with_all != made.data


def test_a_photo_of_the_chosen_alone_is_written(tmp_path: Path) -> None:
    source = tmp_path / "in"
    _save(source / "her.png", data.astronaut()[:300, 100:400])
    _save(source / "him.png", PEOPLE[2])
    keep = tmp_path / "keep"
    _save(keep / "her.png", data.astronaut()[:300, 100:400])
    rows = apply(MASK, source, tmp_path / "out", keep=keep).rows
    assert [row.outcome for row in rows] == ["kept", "defended"]
    made = np.asarray(Image.open(tmp_path / "out" / "her.png"))
    np.testing.assert_array_equal(made, data.astronaut()[:300, 100:400])
    with pytest.raises(ValueError, match="nobody can stay visible"):
        apply(DEFENSES.build("mask:region=image"), source, tmp_path / "o", keep=keep)


def test_bad_reference_photos_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="must be a folder"):
        Kept.load(tmp_path / "none")
    with pytest.raises(ValueError, match="no photos of people"):
        Kept.load(tmp_path)
    _save(tmp_path / "one" / "nobody.png", np.zeros((50, 50, 3), np.uint8))
    with pytest.raises(ValueError, match="shows 0"):
        Kept.load(tmp_path)
    (tmp_path / "one" / "nobody.png").unlink()
    _save(tmp_path / "one" / "a.png", PEOPLE[0])
    _save(tmp_path / "one" / "b.png", data.astronaut()[:300, 100:400])
    with pytest.raises(ValueError, match="two people"):
        Kept.load(tmp_path)


def test_settings_tell_the_kept_apart(kept: Kept) -> None:
    other = Kept(kept.people[:1], kept.vectors[:1])
    digests = {Settings(MASK, 0, keep=keep).digest for keep in (None, kept, other)}
    assert len(digests) == 3
