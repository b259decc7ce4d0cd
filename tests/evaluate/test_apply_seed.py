"""What is random in a published photo cannot be drawn again."""

import csv
import secrets
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from skimage import data
from typer.testing import CliRunner

from unmask.defenses import DEFENSES, Photo
from unmask.defenses.apply.settings import REPRODUCIBLE
from unmask.defenses.apply.tree import apply
from unmask.defenses.base import _generator
from unmask.defenses.files.pictures import read_picture
from unmask.defenses.photo import Pixels
from unmask.defenses.pixelate import blocks_of
from unmask.evaluate.cli.main import app

FACE = np.ascontiguousarray(data.astronaut()[:256, 96:352])
NOISE, BLOCKS = "noise:sigma=0.3,region=image", "dp_pix:epsilon=5.0,region=image"


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "in" / "photo.png"
    path.parent.mkdir()
    Image.fromarray(FACE).save(path)
    return path


def _error(spec: str, written: Pixels, seed: int) -> float:
    """Subtract the noise that `seed` gives; mean error of what comes back, of 255."""
    defense = DEFENSES.build(spec)
    rng = _generator(seed, defense.spec, "photo.png", 0)
    made: NDArray[np.float64] = written.astype(np.float64)
    truth: NDArray[np.float64] = FACE.astype(np.float64)
    if defense.name == "noise":
        noise = 255 * 0.3 * rng.standard_normal(FACE.shape, np.float32).astype(np.float64)
    else:
        (face,) = _faces()
        grid = blocks_of(Photo(FACE, faces=(face,)), defense.parameters["blocks"], whole=True)
        made, truth = grid.means(written), grid.means(FACE)
        scale = 3 * 255 * 16 / (grid.counts[..., None] * 5.0)
        noise = rng.laplace(0, np.broadcast_to(scale, truth.shape))
    whole = (made > 0) & (made < 255)  # the others were clipped
    return float(np.abs(made - noise - truth)[whole].mean())


def _faces() -> tuple[object, ...]:
    from unmask.defenses.faces.find import find_faces

    return find_faces(FACE)


@pytest.mark.parametrize("spec", [NOISE, BLOCKS])
def test_noise_cannot_be_subtracted(photo: Path, tmp_path: Path, spec: str) -> None:
    defense = DEFENSES.build(spec)
    for name, seed in (("a", None), ("b", None), ("known", 0), ("again", 0)):
        report = apply(defense, photo, tmp_path / f"{name}.png", seed=seed)
        assert report.remark == (REPRODUCIBLE if seed == 0 else "")
    a, b, known, again = (
        read_picture(tmp_path / f"{name}.png")[0] for name in ("a", "b", "known", "again")
    )
    assert _error(spec, known, 0) < 0.5  # the attack works
    assert _error(spec, a, 0) > 10
    assert (a != b).any()
    np.testing.assert_array_equal(known, again)


def test_the_secret_is_told_nobody(
    photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = 0xFEDCBA98765432100123456789ABCDEF
    asked: list[int] = []
    monkeypatch.setattr(secrets, "randbits", lambda bits: asked.append(bits) or secret)
    report = apply(DEFENSES.build(NOISE), photo, tmp_path / "python")
    done = CliRunner().invoke(app, ["apply", NOISE, str(photo.parent), str(tmp_path / "program")])
    assert done.exit_code == 0
    assert asked == [128, 128]
    told = repr(report) + done.output
    told += "".join((tmp_path / run / "manifest.csv").read_text() for run in ("python", "program"))
    assert str(secret) not in told
    assert f"{secret:x}" not in told.lower()
    assert "reversible" not in told
    np.testing.assert_array_equal(*(
        read_picture(tmp_path / run / "photo.png")[0] for run in ("python", "program")
    ))  # fmt: skip


@pytest.mark.parametrize(
    ("spec", "random"),
    [("noise", True), ("mask:fill=noise", True), ("mask", False), ("pixelate", False)],
)
def test_a_chosen_seed_is_remarked_where_it_matters(
    photo: Path, tmp_path: Path, spec: str, random: bool
) -> None:
    arguments = ["apply", spec, str(photo.parent), str(tmp_path / "out"), "--seed", "8271937"]
    done = CliRunner().invoke(app, [*arguments, "--quiet"])
    assert done.exit_code == 0
    assert ("reproducible, and therefore reversible" in done.stderr) == random
    with (tmp_path / "out" / "manifest.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["reason"] == (REPRODUCIBLE if random else "")
    assert "8271937" not in done.output + str(row)  # whoever gets the folder does not get it
