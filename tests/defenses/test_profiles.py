"""Colour profiles: the colour stays, whatever else was in them goes."""

import io
import struct
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms
from skimage import data

from unmask.defenses.files.pictures import read_picture, write_picture
from unmask.defenses.files.profiles import _profiles, renewed
from unmask.defenses.photo import Pixels

COLOUR = data.astronaut()[:200, 100:340]
OWNER = b"owner John Doe's MacBook, serial C02XK4711"
LCMS = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _thumbnail() -> bytes:
    made = io.BytesIO()
    Image.fromarray(COLOUR).resize((80, 80)).save(made, "JPEG")
    return made.getvalue()


def _laden(profile: bytes) -> bytes:
    """Return the profile with a description, a serial number and a thumbnail put into it."""
    (count,) = struct.unpack_from(">I", profile, 128)
    tags = [struct.unpack_from(">4sII", profile, 132 + 12 * i) for i in range(count)]
    content = {sign: profile[start : start + size] for sign, start, size in tags}
    content[b"desc"] = struct.pack(">4s4xI", b"desc", len(OWNER) + 1) + OWNER + bytes(80)
    content[b"SeRn"] = b"text\0\0\0\0" + OWNER + b"\0"
    content[b"thmb"] = b"data\0\0\0\0\0\0\0\1" + _thumbnail()
    start, table, body = 132 + 12 * len(content), b"", b""
    for sign, value in content.items():
        table += struct.pack(">4sII", sign, start + len(body), len(value))
        body += value + bytes(-len(value) % 4)
    whole = bytearray(profile[:128] + struct.pack(">I", len(content)) + table + body)
    whole[:4] = struct.pack(">I", len(whole))
    whole[48:56] = b"JohnDoe!"  # maker and model of the device
    return bytes(whole)


def _seen(pixels: Pixels, profile: bytes | None) -> NDArray[np.int16]:
    """Return what a screen shows, in sRGB."""
    picture = Image.fromarray(pixels)
    if profile:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        made = ImageCms.profileToProfile(picture, source, target, outputMode="RGB")
        assert made is not None
        picture = made
    return np.asarray(picture).astype(np.int16)


def _adapted(corners: list[tuple[float, float]], gamma: float) -> bytes:
    """Write a profile from chromaticities, white D65, by the definitions (Lindbloom)."""
    bradford = np.array(
        [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
    )
    d65, d50 = np.array([0.95047, 1, 1.08883]), np.array([0.9642, 1, 0.8249])
    colours = np.array([[x / y, 1, (1 - x - y) / y] for x, y in corners]).T
    colours = colours * np.linalg.solve(colours, d65)
    scale = np.diag((bradford @ d50) / (bradford @ d65))
    columns = (np.linalg.inv(bradford) @ scale @ bradford @ colours).T
    made = bytearray(_profiles(False)["Adobe RGB (1998)"])
    for i, letter in enumerate((b"r", b"g", b"b")):
        at = made.index(letter + b"XYZ") + 4
        (start,) = struct.unpack_from(">I", made, at)
        struct.pack_into(">3i", made, start + 8, *np.rint(columns[i] * 65536).astype(int))
        at = made.index(letter + b"TRC") + 4
        (start,) = struct.unpack_from(">I", made, at)
        struct.pack_into(">i", made, start + 12, round(gamma * 65536))
    return bytes(made)


@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "tif"])
@pytest.mark.parametrize("space", ["sRGB", "Display P3", "Adobe RGB (1998)", "unknown"])
def test_nothing_but_colour_survives(tmp_path: Path, ending: str, space: str) -> None:
    known = _profiles(False) | {"unknown": _adapted([(0.7, 0.3), (0.2, 0.7), (0.1, 0.1)], 1.6)}
    profile = _laden(known[space])
    path = tmp_path / f"photo.{ending}"
    Image.fromarray(COLOUR).save(path, quality=95, lossless=True, icc_profile=profile)
    with Image.open(path) as source:
        stored = np.asarray(source.convert("RGB"))
    assert path.read_bytes().count(b"John") or ending == "png"  # there it is compressed
    pixels, meta = read_picture(path)
    write_picture(path, pixels, meta)
    with Image.open(path) as written:
        icc = written.info["icc_profile"]
        shown = _seen(np.asarray(written), icc)
    assert icc in _profiles(False).values()
    for secret in (b"John", OWNER[:8], _thumbnail()[:40], b"SeRn", b"thmb"):
        assert secret not in icc
        assert secret not in path.read_bytes()
    assert np.abs(shown - _seen(stored, profile)).mean() < (1.5 if ending == "jpg" else 0.5)
    if space != "unknown":  # then the pixels stay as they are
        np.testing.assert_array_equal(pixels, stored)
        assert icc == known[space]


def test_well_known_spaces_are_known_by_their_definitions() -> None:
    adobe = _adapted([(0.64, 0.33), (0.21, 0.71), (0.15, 0.06)], 2.2)
    pixels, profile = renewed(COLOUR, adobe, grey=False)
    assert pixels is COLOUR
    assert profile == _profiles(False)["Adobe RGB (1998)"]
    assert renewed(COLOUR, LCMS, grey=False)[1] == _profiles(False)["sRGB"]
    for name, profile in _profiles(False).items():
        opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        assert ImageCms.getProfileDescription(opened).strip() == name


def test_display_p3_agrees_with_the_standard() -> None:
    # SMPTE EG 432-1 with the white of sRGB: where each value is 0 or 255, curves do not matter
    expected = _adapted([(0.68, 0.32), (0.265, 0.69), (0.15, 0.06)], 2.2)
    corners = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]], np.uint8)
    target = ImageCms.createProfile("LAB")
    ours, theirs = (
        ImageCms.profileToProfile(
            Image.fromarray(corners), ImageCms.ImageCmsProfile(io.BytesIO(profile)), target,
            outputMode="LAB",
        )
        for profile in (_profiles(False)["Display P3"], expected)
    )  # fmt: skip
    np.testing.assert_allclose(np.asarray(ours), np.asarray(theirs), atol=1)


@pytest.mark.parametrize("name", _profiles(True))
def test_grey_profiles(tmp_path: Path, name: str) -> None:
    grey = Image.fromarray(COLOUR).convert("L")
    path = tmp_path / "grey.png"
    grey.save(path, icc_profile=_laden(_profiles(True)[name]))
    pixels, meta = read_picture(path)
    write_picture(path, pixels, meta)
    np.testing.assert_array_equal(pixels[..., 0], np.asarray(grey))
    with Image.open(path) as written:
        assert written.mode == "L"
        assert written.info["icc_profile"] == _profiles(True)[name]


def test_an_unknown_grey_is_converted(tmp_path: Path) -> None:
    linear = bytearray(_profiles(True)["Grey 2.2"])
    struct.pack_into(">i", linear, len(linear) - 4, 65536)  # no curve at all
    ramp = np.arange(256, dtype=np.uint8)[None].repeat(4, 0)
    path = tmp_path / "grey.png"
    Image.fromarray(ramp).save(path, icc_profile=bytes(linear))
    pixels, meta = read_picture(path)
    light = np.arange(256) / 255
    srgb = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    np.testing.assert_allclose(pixels[0, :, 0], 255 * srgb, atol=1.5)
    assert meta.icc == _profiles(True)["Grey, sRGB curve"]


def test_broken_and_foreign_profiles_go() -> None:
    for profile in (
        None,
        b"",
        b"ICC_PROFILE",
        LCMS[:16] + b"RGB ",
        LCMS[:300],
        _profiles(True)["Grey 2.2"],
    ):
        pixels, kept = renewed(COLOUR, profile, grey=False)
        assert pixels is COLOUR
        assert kept is None


def test_transparent_pixels_are_white_whatever_the_profile(tmp_path: Path) -> None:
    picture = Image.fromarray(COLOUR).convert("RGBA")
    picture.putalpha(0)
    path = tmp_path / "photo.png"
    picture.save(path, icc_profile=_adapted([(0.7, 0.3), (0.2, 0.7), (0.1, 0.1)], 1.6))
    assert (read_picture(path)[0] == 255).all()
