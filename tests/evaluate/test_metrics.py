import hashlib
import math
import sys
import types
from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter

from unmask.defenses import DEFENSES, Defended, Face, Photo
from unmask.defenses.photo import intersection_over_union
from unmask.evaluate.comparison.plan import METRICS
from unmask.evaluate.metrics import lpips as lpips_module
from unmask.evaluate.metrics import refound as refound_module
from unmask.evaluate.metrics.base import Unavailable
from unmask.evaluate.metrics.face_found import FaceFound
from unmask.evaluate.metrics.landmark_error import LandmarkError, landmark_error
from unmask.evaluate.metrics.lpips import Lpips
from unmask.evaluate.metrics.outside_change import OutsideChange
from unmask.evaluate.metrics.pose_change import WORST, PoseChange, angle_between, head_pose
from unmask.evaluate.metrics.psnr import Psnr, psnr
from unmask.evaluate.metrics.refound import refound
from unmask.evaluate.metrics.ssim import Ssim, ssim

APART = ("answers", "lpips", "seam", "sharpness", "fid", "kid", "hog_face")  # tested elsewhere
NAMES = [name for name in METRICS.available() if name not in APART]


def noise(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (*shape, 3), np.uint8)


def defended(photo: Photo, pixels: np.ndarray, mask: np.ndarray | None = None) -> Defended:
    full = np.ones(pixels.shape[:2], np.float32)
    return Defended(photo.with_pixels(pixels), "defended", full if mask is None else mask)


def same(photo: Photo) -> Defended:
    return defended(photo, photo.pixels)


@pytest.fixture(scope="module")
def photos(scene) -> list[Photo]:
    return list(scene.probes[:6])


@pytest.mark.parametrize("name", NAMES)
def test_every_metric(name, photos):
    """An untouched photo gets the best value, a grey one a bad one; in bounds, in order."""
    metric = METRICS.build(name)
    assert metric.name == name
    low, high = metric.bounds
    best, worst = (high, low) if metric.higher_is == "better" else (low, high)
    grey = [defended(photo, np.full_like(photo.pixels, 128)) for photo in photos]
    kept = [same(photo) for photo in photos]
    for done in (*grey, *kept):
        done.mask[:] = 0  # as if nothing had been allowed
    clean, lost = metric.values(photos, kept), metric.values(photos, grey)
    assert clean.shape == lost.shape == (len(photos),)
    assert clean.dtype == lost.dtype == np.float64
    assert np.allclose(clean, best, atol=1e-4)
    assert ((lost >= low) & (lost <= high)).all()
    assert (np.abs(lost - best) > 0.3).all()
    if name in ("face_found", "landmark_error", "pose_change"):
        assert (lost == worst).all()
    mixed = metric.values(photos[:2], [kept[0], grey[1]])
    assert np.allclose(mixed, [clean[0], lost[1]])


@pytest.mark.parametrize("name", NAMES)
def test_more_blur_never_helps(name, photos):
    metric = METRICS.build(name)
    weak, strong = (
        np.nanmean(
            metric.values(photos, DEFENSES.build(f"gaussian_blur:sigma={sigma}").many(photos))
        )
        for sigma in (0.02, 0.2)
    )
    if name == "outside_change":
        assert weak == strong == 0
    else:
        assert (weak > strong) == (metric.higher_is == "better")


def test_psnr_is_the_formula():
    a, b = noise(20, 30), noise(20, 30, seed=1)
    error = np.mean((a.astype(float) - b) ** 2)
    assert math.isclose(psnr(a, b), 10 * math.log10(255**2 / error), rel_tol=1e-12)
    assert psnr(a, a) == 100
    black, white = np.zeros_like(a), np.full_like(a, 255)
    assert psnr(black, white) == 0
    photo = Photo(a)
    assert Psnr().values([photo], [defended(photo, b)]) == [psnr(a, b)]


def test_ssim_is_the_formula():
    a = cv2.GaussianBlur(noise(40, 50), (0, 0), 2)
    b = cv2.GaussianBlur(a, (0, 0), 3)
    shares = []
    for x, y in zip(np.moveaxis(a, 2, 0).astype(float), np.moveaxis(b, 2, 0), strict=True):

        def mean(z: np.ndarray) -> np.ndarray:
            return gaussian_filter(z, 1.5, truncate=3.5)

        y = y.astype(float)
        mx, my = mean(x), mean(y)
        vx, vy, covariance = mean(x * x) - mx**2, mean(y * y) - my**2, mean(x * y) - mx * my
        c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
        share = (2 * mx * my + c1) * (2 * covariance + c2)
        share /= (mx**2 + my**2 + c1) * (vx + vy + c2)
        shares.append(share[5:-5, 5:-5].mean())  # whole windows only
    assert math.isclose(ssim(a, b), np.mean(shares), rel_tol=1e-6)
    assert ssim(a, b) == ssim(b, a) < 1


@pytest.mark.parametrize("shape", [(1, 1), (3, 40), (10, 10), (11, 11)])
def test_ssim_takes_small_photos(shape):
    a = noise(*shape)
    assert math.isclose(ssim(a, a), 1)
    assert -1 <= ssim(a, 255 - a) < 0.9
    photo = Photo(a)
    assert np.allclose(Ssim().values([photo], [same(photo)]), 1)


def test_outside_change_looks_outside_only():
    photo = Photo(np.full((10, 10, 3), 100, np.uint8))
    mask = np.zeros((10, 10), np.float32)
    mask[:, :5] = 1
    mask[:, 5] = 0.01  # feather belongs to the region
    pixels = photo.pixels.copy()
    pixels[:, :6] = 0
    pixels[0, 6] = (90, 110, 100)  # 20 levels over 40 pixels of 3 channels
    metric = OutsideChange()
    assert np.allclose(metric.values([photo], [defended(photo, pixels, mask)]), 20 / 120)


def test_of_a_whole_image_what_lies_outside_the_heads_counts():
    """It was 0 for every folder, whatever the other program did to the photo."""
    clean = np.full((100, 100, 3), 100, np.uint8)
    photo = Photo(clean, faces=(Face((40, 45, 20, 20)),))
    head = np.zeros((100, 100), bool)
    head[36:69, 34:66] = True  # 0.45 above, 0.3 to each side, 0.2 below
    for where, change in ((head, 0), (~head, 7)):
        pixels = np.where(where[..., None], clean + 7, clean).astype(np.uint8)
        assert OutsideChange().values([photo], [defended(photo, pixels)]) == [change]
    faceless = replace(photo, faces=())  # nothing there was to be hidden
    assert OutsideChange().values([faceless], [defended(photo, clean + 7)]) == [7]
    near = replace(photo, faces=(Face((0, 10, 100, 85)),))
    assert np.isnan(OutsideChange().values([near], [defended(near, clean + 7)])).all()


def test_boxes_overlap_as_counted_by_hand():
    assert intersection_over_union((0, 0, 10, 10), (5, 0, 10, 10)) == 50 / 150
    assert intersection_over_union((0, 0, 10, 10), (20, 0, 10, 10)) == 0
    assert intersection_over_union((1, 2, 3, 4), (1, 2, 3, 4)) == 1
    assert intersection_over_union((-5, 0, 10, 10), (0, 0, 5, 10)) == 0.5


def test_a_moved_face_is_still_of_use(monkeypatch):
    """It had to be where it was: a face that was moved, or enlarged, counted as gone."""
    main, other = Face((20, 20, 20, 20)), Face((70, 20, 20, 20))
    photo = Photo(noise(99, 99), faces=(main, other))
    found: list[Face] = []
    monkeypatch.setattr(refound_module, "find_many", lambda pixels, detector: [tuple(found)])
    moved, enlarged, tiny = (Face(b) for b in ((5, 70, 19, 19), (30, 50, 40, 40), (5, 70, 12, 12)))
    for faces, expected in (
        ([moved], 1), ([enlarged], 1), ([other, moved], 1), ([other], 0), ([tiny], 0), ([], 0),
    ):  # fmt: skip
        found[:] = faces
        assert FaceFound().values([photo], [same(photo)]) == [expected]
    found[:] = [other, moved, main]
    assert refound([photo], [same(photo)], anywhere=True) == [main]


def test_a_moved_head_keeps_its_pose_but_not_its_place(photos):
    """A moved face had the worst pose, 90 degrees."""
    wide = replace(photos[0], pixels=np.pad(photos[0].pixels, ((0, 60), (0, 60), (0, 0)), "edge"))
    moved = defended(wide, np.roll(wide.pixels, (60, 60), (0, 1)))
    assert FaceFound().values([wide], [moved]) == [1]
    assert PoseChange().values([wide], [moved])[0] < 15
    assert LandmarkError().values([wide], [moved])[0] > 0.5


def test_the_same_face_is_looked_for(monkeypatch):
    photo = Photo(noise(9, 9), faces=(Face((0, 0, 10, 10)),))
    seen = {"faces": ()}
    monkeypatch.setattr(refound_module, "find_many", lambda pixels, detector: [seen["faces"]])
    near, far = Face((2, 0, 10, 10)), Face((50, 0, 10, 10))
    for faces, expected in (((), None), ((far,), None), ((far, near), near)):
        seen["faces"] = faces
        assert refound([photo], [same(photo)]) == [expected]
    assert refound([photo], [same(photo)], overlap=0.9) == [None]


@pytest.mark.parametrize("metric", [FaceFound(), LandmarkError(), PoseChange()], ids=str)
def test_no_face_on_the_clean_photo_is_not_measurable(metric, photos):
    without = replace(photos[0], faces=())
    values = metric.values([without, photos[1]], [same(without), same(photos[1])])
    assert np.isnan(values).tolist() == [True, False]


def test_landmark_error_is_a_share_of_the_eye_distance(photos, monkeypatch):
    before = photos[0].face.points
    apart = np.linalg.norm(before[36] - before[45])
    shifted = before + np.array([0.3 * apart, 0.4 * apart], np.float32)
    assert math.isclose(landmark_error(before, shifted), 0.5, rel_tol=1e-5)
    one = before.copy()
    one[7] += [0, apart]
    assert math.isclose(landmark_error(before, one), 1 / 68, rel_tol=1e-5)
    assert math.isclose(landmark_error(before * 3, shifted * 3), 0.5, rel_tol=1e-5)
    for after, expected in ((shifted, 0.5), (before + 9 * apart, 1.0)):
        face = replace(photos[0].face, points=after.astype(np.float32))
        monkeypatch.setattr(refound_module, "find_many", lambda *_, detector, f=face: [(f,)])
        values = LandmarkError().values(photos[:1], [same(photos[0])])
        assert np.allclose(values, expected, atol=1e-5)


def projected(turn: np.ndarray) -> np.ndarray:
    """68 points of the metric's head, turned, as a camera far away sees it."""
    from unmask.evaluate.metrics.pose_change import _HEAD

    points = np.zeros((68, 2), np.float32)
    head = np.array(list(_HEAD.values()), float) @ turn.T + [0, 0, 700]
    points[list(_HEAD)] = 900 * head[:, :2] / head[:, 2:] + [300, 200]
    return points


@pytest.mark.parametrize("axis", range(3))
@pytest.mark.parametrize("degrees", [0, 3, 25])
def test_pose_finds_a_known_turn(axis, degrees):
    vector = np.zeros(3)
    vector[axis] = math.radians(degrees)
    straight, turned = (head_pose(projected(cv2.Rodrigues(v)[0])) for v in (vector * 0, vector))
    assert abs(angle_between(straight, turned) - degrees) < 0.1 * degrees + 0.1


def test_angles_between_rotations():
    turn = [cv2.Rodrigues(np.array([0, math.radians(d), 0]))[0] for d in (10, 10.0001, 170, -10)]
    angles = [angle_between(turn[0], other) for other in turn]
    assert np.allclose(angles, [0, 0.0001, 160, 20], atol=1e-7)


def test_a_mirror_turns_the_head(photos):
    turned = [defended(p, np.ascontiguousarray(p.pixels[:, ::-1])) for p in photos]
    angles = PoseChange().values(photos, turned)
    assert ((angles > 0) & (angles <= WORST)).all()
    assert head_pose(None) is None
    assert head_pose(np.ones((68, 2), np.float32)) is None


def test_lpips_is_never_made_up(tmp_path, monkeypatch, photos):
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    monkeypatch.setattr(lpips_module, "_installed", lambda: False)
    with pytest.raises(Unavailable, match="pip install"):
        Lpips().values(photos[:1], [same(photos[0])])
    monkeypatch.setattr(lpips_module, "_installed", lambda: True)
    with pytest.raises(Unavailable, match="alexnet-owt"):
        Lpips().values(photos[:1], [same(photos[0])])
    weights = tmp_path / "checkpoints" / lpips_module.BACKBONE
    weights.parent.mkdir()
    weights.write_bytes(b"not AlexNet")
    with pytest.raises(Unavailable, match="damaged"):
        Lpips().values(photos[:1], [same(photos[0])])


def test_lpips_feeds_the_network_what_it_expects(tmp_path, monkeypatch):
    """The real network is not in any wheel; a stand-in checks shapes, range and limits."""
    content = b"stand-in"
    name = f"alexnet-{hashlib.sha256(content).hexdigest()[:8]}.pth"
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / name).write_bytes(content)

    class Network(torch.nn.Module):
        def __init__(self, net: str, verbose: bool) -> None:
            super().__init__()
            assert net == "alex"

        def forward(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
            assert a.shape == b.shape
            assert a.shape[:2] == (1, 3)
            assert min(a.shape[2:]) >= 64
            assert a.abs().max() <= 1
            return (a - b).abs().mean().reshape(1, 1, 1, 1)

    monkeypatch.setitem(sys.modules, "lpips", None)  # as if it could not be imported
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    monkeypatch.setattr(lpips_module, "_installed", lambda: True)
    monkeypatch.setattr(lpips_module, "BACKBONE", name)
    black, white = Photo(np.zeros((20, 90, 3), np.uint8)), np.full((20, 90, 3), 255, np.uint8)
    grey = np.full_like(white, 51)
    done = [same(black), defended(black, grey), defended(black, white)]
    with pytest.raises(Unavailable, match="cannot be loaded"):
        Lpips().values([black] * 3, done)
    monkeypatch.setitem(sys.modules, "lpips", types.SimpleNamespace(LPIPS=Network))
    assert np.allclose(Lpips().values([black] * 3, done), [0, 0.4, 1], atol=1e-6)
    lpips_module._load.cache_clear()
