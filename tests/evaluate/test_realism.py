"""Metrics of how real new faces look: HOG with its controls, FID, KID."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
import torch

from unmask.defenses import DEFENSES, Defended, Photo
from unmask.evaluate.comparison.assemble import records_of
from unmask.evaluate.comparison.certificates import Proof
from unmask.evaluate.comparison.measured import Measured, Utility
from unmask.evaluate.comparison.plan import METRICS, Plan, usual_metrics
from unmask.evaluate.metrics import hog_face, inception
from unmask.evaluate.metrics.base import Unavailable
from unmask.evaluate.metrics.fid import Fid, frechet
from unmask.evaluate.metrics.hog_face import HogFace
from unmask.evaluate.metrics.inception import crop, weights_file
from unmask.evaluate.metrics.kid import Kid, discrepancy, jackknife


@pytest.fixture(scope="module")
def photos(scene) -> list[Photo]:
    return list(scene.probes[:8])


def same(photos: list[Photo]) -> list[Defended]:
    mask = DEFENSES.build("gaussian_blur")
    return [Defended(p, "defended", mask.mask(p)) for p in photos]


def test_hog_sees_faces_and_no_holes(photos):
    assert np.nanmean(HogFace().values(photos, same(photos))) == 1
    grey = DEFENSES.build("mask:fill=grey,margin=0.1").many(photos)
    assert np.nanmean(HogFace().values(photos, grey)) == 0


def test_a_detector_that_sees_faces_in_holes_is_not_counted(photos, monkeypatch):
    monkeypatch.setattr(hog_face, "found", lambda clean, made: np.ones(len(clean), bool))
    with pytest.raises(Unavailable, match=r"in 100% of the regions filled by 'grey'"):
        HogFace().values(photos, same(photos))


def test_a_photo_on_which_hog_finds_nothing_is_left_out(photos):
    blank = Photo(np.full((90, 90, 3), 100, np.uint8), "blank", faces=photos[0].faces)
    got = HogFace().values([photos[0], blank], same([photos[0], blank]))
    assert got[0] == 1
    assert np.isnan(got[1])


def test_frechet_distance_of_gaussians_is_the_formula():
    rng = np.random.default_rng(0)
    a = torch.from_numpy(rng.normal(size=(4000, 6)))
    assert frechet(a, a) == pytest.approx(0, abs=1e-6)
    assert frechet(a, a + 2.0) == pytest.approx(6 * 4, rel=1e-6)  # the means differ alone
    assert frechet(a, a * 3) == pytest.approx(float(((a.std(0) * 2) ** 2).sum()), rel=0.02)


def test_kernel_distance_has_no_bias_and_its_interval_covers():
    rng = np.random.default_rng(1)
    people = np.repeat(np.arange(10), 4)
    draws = [torch.from_numpy(rng.normal(size=(2, 40, 5))) for _ in range(60)]
    found = np.array([discrepancy(d[0], d[1]) for d in draws])
    assert abs(found.mean()) < 3 * found.std() / np.sqrt(len(found))
    value, low, high = jackknife(draws[0][0], draws[0][1] + 1, people)
    assert 0 < low < value < high
    covers = [low <= 0 <= high for _, low, high in (jackknife(d[0], d[1], people) for d in draws)]
    assert np.mean(covers) > 0.85
    assert jackknife(draws[0][0], draws[0][1], np.zeros(40, int))[1:] == (None, None)


def test_without_weights_they_are_unavailable(photos, monkeypatch, tmp_path):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(inception, "find_spec", lambda name: object())
    with pytest.raises(Unavailable, match="put https://"):
        weights_file()
    monkeypatch.setattr(inception, "find_spec", lambda name: None)
    for metric in (Fid(), Kid()):
        with pytest.raises(Unavailable, match=r"unmask\[fid\]"):
            metric.overall(photos, same(photos), np.arange(8))
    assert not {"fid", "kid", "hog_face"} & set(usual_metrics())
    assert {"fid", "kid", "hog_face"} <= set(METRICS.available())


def test_features_come_from_a_saved_network(photos, monkeypatch, tmp_path):
    """Random weights in the real format: the checksum refuses them, and else they load."""
    name = "torch_fidelity.feature_extractor_inceptionv3"
    fidelity = pytest.importorskip(name, reason="pip install 'unmask[fid]' brings Inception")
    torch.manual_seed(0)
    kind = fidelity.FeatureExtractorInceptionV3
    with monkeypatch.context() as patch:
        patch.setattr(kind, "load_state_dict", lambda self, state: None)
        patch.setattr(fidelity, "load_state_dict_from_url", lambda *a, **k: None)
        network = kind("inception-v3-compat", ["2048"])
    folder = tmp_path / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    path = folder / inception.WEIGHTS
    torch.save(network.state_dict(), path)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(Unavailable, match="is damaged"):
        inception.features(photos)
    mark = hashlib.sha256(path.read_bytes()).hexdigest()[:8]
    named = path.rename(path.with_name(f"weights-{mark}.pth"))
    monkeypatch.setattr(inception, "WEIGHTS", named.name)
    seen = inception.features(photos)
    assert seen.shape == (8, 2048)
    assert Kid().overall(photos, same(photos), np.arange(8))[0] <= 1e-6
    grey = DEFENSES.build("constant").many(photos)
    assert Kid().overall(photos, grey, np.arange(8))[0] > 0


def test_pickled_code_is_refused(tmp_path):
    folder = tmp_path / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    torch.save({"x": Path("evil")}, folder / "bad.pth")
    mark = hashlib.sha256((folder / "bad.pth").read_bytes()).hexdigest()[:8]
    (folder / "bad.pth").rename(folder / f"bad-{mark}.pth")
    with pytest.raises(Unavailable, match="more than tensors"):
        inception._load(folder / f"bad-{mark}.pth")


def test_the_crop_is_a_square_around_the_face(photos):
    assert crop(photos[0]).shape == (299, 299, 3)
    assert crop(Photo(np.zeros((40, 900, 3), np.uint8))).shape == (299, 299, 3)


def test_a_set_metric_and_remarks_reach_the_records(scene):
    who = np.zeros(len(scene.probes), np.int64)
    measured = Measured(
        "none", {}, who, ("defended",) * len(who), (),
        (Utility("kid", who * np.nan, overall=(0.1, 0.05, 0.2)),),
        remarks={"a": "a face was masked", "b": "a face was masked"},
    )  # fmt: skip
    records = records_of(measured, Proof({}, 1.0, {}, ()), scene, Plan(("naive",), ()))
    kid = next(r for r in records if r.kind == "utility")
    assert (kid.statistic, kid.value, kid.low, kid.high) == ("set", 0.1, 0.05, 0.2)
    outcome = next(r for r in records if r.kind == "outcome")
    assert outcome.reason == "a face was masked (2 photos)"
