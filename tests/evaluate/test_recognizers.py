import hashlib
import os
import urllib.error
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import cv2
import dlib
import numpy as np
import pytest
import torch

from unmask.defenses import Face, Photo
from unmask.defenses.faces.align import aligned, centre_crop, similarity_transform
from unmask.defenses.faces.dlib_chip import WEIGHTS, dlib_chip
from unmask.defenses.faces.dlib_net import load_dlib_net
from unmask.defenses.faces.landmarks import model_path
from unmask.defenses.files import sources
from unmask.defenses.files.published import fetched
from unmask.device import on_device, onnx_follows
from unmask.evaluate.comparison.plan import RECOGNIZERS
from unmask.evaluate.data.scene import Scene
from unmask.evaluate.recognizers.chips import TEMPLATES, template_chip
from unmask.evaluate.recognizers.dlib_resnet import DlibResNet
from unmask.evaluate.recognizers.known import KNOWN, Known
from unmask.evaluate.recognizers.onnx import Onnx

# a second recognizer for developers; not part of the project
MOBILEFACE = Path(os.environ.get("UNMASK_TEST_ONNX", "../shared/models/mobileface_v2.onnx"))
needs_mobileface = pytest.mark.skipif(
    not MOBILEFACE.is_file(), reason="set UNMASK_TEST_ONNX to the file of a 112-pixel recognizer"
)


@pytest.fixture(scope="module")
def faces(scene: Scene) -> list[Photo]:
    return [*scene.gallery, *scene.probes][:40]


@pytest.fixture(scope="module")
def chips(faces: list[Photo]) -> list[np.ndarray]:
    return [dlib_chip(photo) for photo in faces]


def model_file(path: Path, shape: list[int | str], *ops: str, kind: int = 1) -> str:
    """Write an ONNX file by hand: one input of `shape`, then `ops` in a row; 1 is float32."""

    def number(value: int) -> bytes:
        low, rest = value & 127, value >> 7
        return bytes([low | 128]) + number(rest) if rest else bytes([low])

    def field(place: int, value: int | str | bytes) -> bytes:
        if isinstance(value, int):
            return number(place << 3) + number(value)
        value = value.encode() if isinstance(value, str) else value
        return number(place << 3 | 2) + number(len(value)) + value

    def value_info(name: str, sides: list[int | str]) -> bytes:
        sizes = b"".join(field(1, field(1 if isinstance(n, int) else 2, n)) for n in sides)
        return field(1, name) + field(2, field(1, field(1, kind) + field(2, sizes)))

    nodes = b"".join(
        field(1, field(1, f"t{i}") + field(2, f"t{i + 1}") + field(4, op))
        for i, op in enumerate(ops)
    )
    graph = nodes + field(2, "g") + field(11, value_info("t0", shape))
    graph += field(12, value_info(f"t{len(ops)}", [shape[0], "d"]))
    path.write_bytes(field(1, 8) + field(8, field(2, 13)) + field(7, graph))
    return str(path)


def rank1(recognizer, scene: Scene) -> float:
    similarity = recognizer.similarity(
        recognizer.embed(scene.probes), recognizer.embed(scene.gallery)
    )
    names = np.array([photo.identity for photo in scene.gallery])
    truth = np.array([photo.identity for photo in scene.probes])
    return float((names[similarity.argmax(1)] == truth).mean())


def test_torch_agrees_with_dlib(chips):
    model = dlib.face_recognition_model_v1(str(model_path(WEIGHTS)))
    theirs = np.array(model.compute_face_descriptor(chips))
    ours = DlibResNet().forward(chips)
    assert ours.dtype == np.float32
    assert ours.shape == (len(chips), 128)
    assert np.abs(ours - theirs).max() <= 1e-4
    assert np.abs(theirs).max() > 0.1


def test_chips_have_the_geometry_of_dlib(faces):
    for photo in faces[:10]:
        five = photo.face.five.round()
        photo = replace(photo, faces=(replace(photo.face, five=five),))
        parts = [dlib.point(int(x), int(y)) for x, y in five]
        shape = dlib.full_object_detection(dlib.rectangle(0, 0, 1, 1), parts)
        theirs = dlib.get_face_chip(photo.pixels, shape, 150, 0.25).astype(int)
        inside = cv2.erode((theirs.sum(2) > 0).astype(np.uint8), np.ones((5, 5))) > 0
        difference = dlib_chip(photo).astype(int)[inside] - theirs[inside]
        assert abs(difference.mean() - 0.5) < 0.1  # dlib cuts values off, we round them
        assert np.abs(difference).max() <= 3


def test_chips_repeat_the_border(faces):
    photo = replace(faces[0], pixels=np.full_like(faces[0].pixels, 90))
    assert (dlib_chip(photo) == 90).all()
    assert (template_chip(photo, "arcface", 112) == 90).all()


def test_chips_without_landmarks_are_centre_crops():
    pixels = np.random.default_rng(0).integers(0, 256, (80, 60, 3), np.uint8)
    spot = Face((0, 0, 1, 1), 1.0, np.ones((5, 2), np.float32), np.ones((68, 2), np.float32))
    for found in ((), (Face((0, 0, 9, 9)),), None, (spot,)):
        photo = Photo(pixels, faces=found)
        assert np.array_equal(dlib_chip(photo), centre_crop(pixels, 150))
        assert np.array_equal(template_chip(photo, "arcface", 112), centre_crop(pixels, 112))
    assert np.array_equal(centre_crop(pixels, 60), pixels[10:70])


def test_similarity_transform_finds_a_known_turn():
    points = np.random.default_rng(1).normal(0, 30, (5, 2))
    turn = 1.7 * np.array([[np.cos(0.4), -np.sin(0.4)], [np.sin(0.4), np.cos(0.4)]])
    found = similarity_transform(points, points @ turn.T + [5, -7])
    assert np.allclose(found, np.column_stack([turn, [5, -7]]))
    with pytest.raises(ValueError, match="two different points"):
        similarity_transform(np.ones((5, 2)), points)


def test_large_photos_are_smoothed_before_they_shrink():
    stripes = np.zeros((800, 800, 3), np.uint8)
    stripes[:, ::2] = 255
    shrunk = aligned(stripes, np.array([[0.125, 0, 0], [0, 0.125, 0]]), 100)
    assert np.ptp(shrunk[5:-5, 5:-5].astype(int)) < 30  # plain sampling would give black or white


def test_the_template_puts_the_points_where_it_says():
    five = np.array(TEMPLATES["arcface"], np.float32)
    points = np.zeros((68, 2), np.float32)
    points[36:42], points[42:48] = five[0], five[1]
    points[[30, 48, 54]] = five[2:]
    pixels = np.zeros((112, 112, 3), np.uint8)
    pixels[72, 56] = 255  # the nose
    photo = Photo(pixels, faces=(Face((0, 0, 112, 112), points=points),))
    assert np.array_equal(template_chip(photo, "arcface", 112), pixels)
    doubled = template_chip(photo, "arcface", 224)
    assert np.unravel_index(doubled[..., 0].argmax(), (224, 224)) == (144, 112)


def test_vectors_do_not_depend_on_neighbours(chips):
    recognizer = DlibResNet()
    together = recognizer.forward(chips[:19])
    assert np.array_equal(together, np.vstack([recognizer.forward([c]) for c in chips[:19]]))
    assert np.array_equal(together[::-1], recognizer.forward(chips[:19][::-1]))
    assert recognizer.forward([]).shape == (0, 128)


def test_gradients_reach_the_pixels(chips):
    pixels = torch.from_numpy(np.stack(chips[:2]).astype(np.float32)).permute(0, 3, 1, 2)
    pixels.requires_grad_(True)
    network = DlibResNet().module
    network(pixels).square().sum().backward()
    assert pixels.grad is not None
    assert pixels.grad.abs().sum() > 0
    assert not any(weights.requires_grad for weights in network.parameters())


def test_dlib_names_people(scene):
    recognizer = RECOGNIZERS.build("dlib")
    assert recognizer.label == "dlib"
    assert rank1(recognizer, scene) >= 0.95


def test_distances_are_euclidean():
    a, b = np.random.default_rng(2).normal(size=(2, 7, 128)).astype(np.float32)
    similarity = DlibResNet().similarity(a, b[:3])
    assert similarity.shape == (7, 3)
    assert np.allclose(similarity, -np.linalg.norm(a[:, None] - b[None, :3], axis=2), atol=1e-5)
    assert (np.diag(DlibResNet().similarity(a, a)) == 0).all()
    assert np.array_equal(DlibResNet().similarity(a[2:4], b[:3]), similarity[2:4])


def test_the_cache_keeps_vectors_and_no_chips(faces):
    class Counting(DlibResNet):  # on itself: what its class holds decides what is kept
        @property
        def fingerprint(self):
            return "a test"

        def forward(self, chips):
            vars(self)["calls"] = vars(self).get("calls", 0) + len(chips)
            return super().forward(chips)

    model = Counting()
    first = model.embed(faces[:3])
    again = model.embed([*faces[:3], faces[0]])
    assert vars(model)["calls"] == 3
    assert np.array_equal(first, again[:3])
    assert np.array_equal(again[0], again[3])


def test_a_chip_is_cut_once(faces, monkeypatch):
    class Cutting(DlibResNet):
        @property
        def fingerprint(self):
            return "another test"

        def chip(self, photo):
            vars(self)["cut"] = vars(self).get("cut", 0) + 1
            return super().chip(photo)

    model = Cutting()
    photos = [replace(photo) for photo in faces[:3]]
    first = model.embed(photos)
    assert np.array_equal(model.embed(photos[::-1]), first[::-1])
    assert vars(model)["cut"] == 3
    monkeypatch.setenv("UNMASK_CACHE", "off")  # then nothing is known of what was made before
    assert np.array_equal(model.embed(photos), first)
    assert vars(model)["cut"] == 6
    changed = photos[0].with_pixels(255 - photos[0].pixels)
    assert not np.array_equal(model.embed([changed]), first[:1])


@pytest.mark.parametrize("harm", ["short", "long", "other", "nan"])
def test_a_wrong_file_of_weights_is_refused(harm, tmp_path):
    content = model_path(WEIGHTS).read_bytes()
    path = tmp_path / "weights.dat"
    path.write_bytes(
        {
            "short": content[:-200_000],
            "long": content + b"\0" * 5000,
            "other": b"no weights at all",
            "nan": content[:-10_000] + b"\xff" * 4 + content[-9_996:],
        }[harm]
    )
    with pytest.raises(ValueError, match=r"weights\.dat must be dlib's recognition network"):
        load_dlib_net(path)


def test_all_numbers_of_the_file_are_used():
    weights = dict(load_dlib_net().named_parameters())
    folded = sum(values.numel() for values in weights.values())
    affine = 2 * sum(values.numel() for name, values in weights.items() if "bias" in name)
    size = model_path(WEIGHTS).stat().st_size
    assert size - 10_000 < 4 * (folded + affine) < size


@needs_mobileface
def test_onnx_names_people(scene):
    recognizer = RECOGNIZERS.build(f"onnx:{MOBILEFACE}")
    assert recognizer.label == f"onnx:{MOBILEFACE.stem}"
    assert rank1(recognizer, scene) >= 0.95
    chips = [recognizer.chip(photo) for photo in scene.probes[:11]]
    together = recognizer.forward(chips)
    assert np.array_equal(together, np.vstack([recognizer.forward([c]) for c in chips]))
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-6)
    assert np.allclose(np.diag(recognizer.similarity(together, together)), 1, atol=1e-6)


@needs_mobileface
def test_onnx_says_which_size_fits():
    with pytest.raises(ValueError, match="size=112"):
        Onnx(str(MOBILEFACE), size=160)


def test_onnx_refuses_what_is_no_model(tmp_path):
    path = tmp_path / "model.onnx"
    with pytest.raises(FileNotFoundError, match="no ONNX file"):
        Onnx(str(path))
    path.write_bytes(b"certainly not a model")
    with pytest.raises(ValueError, match="must be an ONNX model") as caught:
        Onnx(str(path))
    assert "\n" not in str(caught.value)


MEANS = ("GlobalAveragePool", "Flatten")  # the mean of each channel


def unit(vector) -> np.ndarray:
    return np.array(vector) / np.linalg.norm(vector)


def test_onnx_prepares_pixels_as_told(tmp_path):
    path = model_file(tmp_path / "means.onnx", ["n", 3, 16, 16], *MEANS)
    chip = np.full((16, 16, 3), (10, 20, 70), np.uint8)
    for settings, expected in (
        ({}, [10, 20, 70]),
        ({"channels": "bgr"}, [70, 20, 10]),
        ({"mean": 20.0, "scale": -0.5}, [5, 0, -25]),
        ({"standardize": True}, np.array([10, 20, 70]) - 100 / 3),
    ):
        vector = Onnx(path, size=16, **settings).forward([chip])
        assert vector.dtype == np.float32
        assert np.allclose(vector, [unit(expected)], atol=1e-5)


def test_onnx_takes_fixed_batches_and_channels_last(tmp_path):
    chips = list(np.random.default_rng(3).integers(0, 256, (5, 4, 4, 3), np.uint8))
    flat = [chip.astype(float).ravel() for chip in chips]
    for batch in (1, 3, "n"):
        path = model_file(tmp_path / f"last{batch}.onnx", [batch, 4, 4, 3], "Flatten")
        made = Onnx(path, size=4).forward(chips)
        assert np.allclose(made, [unit(vector) for vector in flat], atol=1e-6)
        path = model_file(tmp_path / f"first{batch}.onnx", [batch, 3, "h", "w"], "Flatten")
        made = Onnx(path, size=4).forward(chips)
        turned = [chip.transpose(2, 0, 1).astype(float).ravel() for chip in chips]
        assert np.allclose(made, [unit(vector) for vector in turned], atol=1e-6)


def test_onnx_compares_by_cosine(tmp_path):
    recognizer = Onnx(model_file(tmp_path / "m.onnx", ["n", 3, 4, 4], *MEANS), size=4)
    a = np.eye(3, dtype=np.float32)
    b = np.array([[0.6, 0.8, 0]], np.float32)
    assert np.allclose(recognizer.similarity(a, b)[:, 0], [0.6, 0.8, 0])


@pytest.mark.parametrize(
    ("shape", "kind", "settings", "message"),
    [
        (["n", 3, 16, 16], 1, {}, "give size=16"),
        (["n", 16, 16, 3], 1, {}, "give size=16"),
        (["n", 3], 1, {}, "one batch of pictures"),
        (["n", 1, 16, 16], 1, {"size": 16}, "one batch of pictures"),
        (["n", 3, 16, 16], 11, {"size": 16}, "double"),
        (["n", 3, 16, 16], 1, {"size": 16, "channels": "grey"}, "rgb or bgr"),
        (["n", 3, 16, 16], 1, {"size": 16, "template": "x"}, "template must be arcface"),
        (["n", 3, 16, 16], 1, {"size": 16, "scale": 0.0}, "scale not 0"),
    ],
)
def test_onnx_refuses_what_does_not_fit(shape, kind, settings, message, tmp_path):
    path = model_file(tmp_path / "m.onnx", shape, "Flatten", kind=kind)
    with pytest.raises(ValueError, match=message) as caught:
        Onnx(path, **settings)
    assert "\n" not in str(caught.value)


def test_onnx_notices_that_weights_or_settings_changed(tmp_path):
    path = model_file(tmp_path / "a.onnx", ["n", 3, 16, 16], *MEANS)
    other = model_file(tmp_path / "b.onnx", ["n", 3, 16, 16], "Flatten")
    moved = model_file(tmp_path / "c.onnx", ["n", 3, 16, 16], *MEANS)
    first = Onnx(path, size=16).fingerprint
    assert Onnx(other, size=16).fingerprint != first
    assert Onnx(path, size=16, mean=1.0).fingerprint != first
    assert Onnx(moved, size=16).fingerprint == first


def test_the_table_is_complete():
    assert set(KNOWN) == {"adaface", "arcface", "edgeface", "facenet", "sface"}
    for entry in KNOWN.values():
        assert entry.source.startswith("https://")
        assert entry.source.endswith(".onnx")
        assert len(bytes.fromhex(entry.sha256)) == 32
        assert entry.licence
        assert entry.paper


@pytest.fixture
def published(tmp_path, monkeypatch):
    """A model that is "downloaded" from memory."""
    content = Path(model_file(tmp_path / "m.onnx", ["n", 3, 8, 8], *MEANS)).read_bytes()
    source = f"https://example.org/{tmp_path.name}/toy.onnx"
    entry = Known(
        source, hashlib.sha256(content).hexdigest(), "CC0", {"size": 8, "mean": 1.0}, "Nobody"
    )
    monkeypatch.setenv("UNMASK_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("UNMASK_OFFLINE")
    monkeypatch.setitem(KNOWN, tmp_path.name, entry)
    sent = {"content": content, "times": 0}

    def urlopen(url, timeout):
        assert url == source
        sent["times"] += 1
        if sent["content"] is None:
            raise urllib.error.URLError("no network")
        stream = BytesIO(sent["content"])
        stream.headers = {"Content-Length": str(len(sent["content"]))}
        return stream

    monkeypatch.setattr(sources.urllib.request, "urlopen", urlopen)
    return tmp_path.name, entry, sent


def test_a_known_model_is_fetched_once_with_its_settings(published):
    name, entry, sent = published
    recognizer = RECOGNIZERS.build(f"onnx:{name}")
    assert (recognizer.size, recognizer.mean) == (8, 1.0)
    assert recognizer.label == f"onnx:{name}"
    assert recognizer.licence == "CC0"
    assert Onnx(name, mean=2.0).mean == 2.0
    assert sent["times"] == 1
    assert [file.name for file in entry.path.parent.iterdir()] == ["toy.onnx"]


def test_offline_says_what_to_put_where(published):
    name, entry, sent = published
    sent["content"] = None
    with pytest.raises(FileNotFoundError, match="could not be fetched") as caught:
        Onnx(name)
    assert entry.source in str(caught.value)
    assert str(entry.path) in str(caught.value)
    assert not list(entry.path.parent.iterdir())


def test_a_tampered_download_is_not_kept(published):
    name, entry, sent = published
    sent["content"] += b"!"
    with pytest.raises(FileNotFoundError, match="must have the SHA-256"):
        Onnx(name)
    assert not list(entry.path.parent.iterdir())
    entry.path.write_bytes(b"put here by hand, but wrong")
    with pytest.raises(FileNotFoundError, match="must have the SHA-256"):
        fetched(entry)
    sent["content"] = sent["content"][:-1]
    assert fetched(entry).read_bytes() == sent["content"]  # the wrong one is replaced


@pytest.mark.gpu
def test_onnx_gives_the_same_on_an_accelerator(tmp_path, accelerator):
    chips = list(np.random.default_rng(3).integers(0, 256, (5, 112, 112, 3), np.uint8))
    path = str(MOBILEFACE)
    if not MOBILEFACE.is_file():
        path = model_file(tmp_path / "means.onnx", ["n", 3, 112, 112], *MEANS)
    here = Onnx(path).forward(chips)
    with on_device(accelerator):
        if not onnx_follows():
            pytest.skip("this onnxruntime knows the processor alone; pip install onnxruntime-gpu")
        there, again = Onnx(path).forward(chips), Onnx(path).forward(chips)
        assert "device=" in Onnx(path).fingerprint
    assert np.abs(here - there).max() < 1e-4
    assert np.array_equal(there, again)
