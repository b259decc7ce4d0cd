"""JPEGs that change in the region alone."""

import io
import struct

import numpy as np
import pytest
from PIL import Image, ImageOps

pytest.importorskip("jpeglib")

from unmask.defenses.files.jpeg_blocks import spliced
from unmask.defenses.files.jpeg_coefficients import Coefficients, read_coefficients
from unmask.defenses.files.jpeg_segments import NotLosslessError, parsed
from unmask.defenses.files.pictures import decode_picture
from unmask.defenses.files.turning import turned, turned_back

RNG = np.random.default_rng(5)
SMOOTH = np.asarray(
    Image.fromarray(RNG.integers(0, 256, (20, 26, 3)).astype(np.uint8)).resize((203, 149), 3)
)
PAINT = (200, 30, 90)


def _jpeg(picture: np.ndarray = SMOOTH, mode: str = "RGB", **options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).convert(mode).save(file, "JPEG", **{"quality": 88} | options)
    return file.getvalue()


def _upright(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as picture:
        return np.array(ImageOps.exif_transpose(picture).convert("RGB"))


def _coefficients(data: bytes) -> Coefficients:
    return read_coefficients(parsed(data))


def _painted(data: bytes, rows: slice, columns: slice) -> tuple[np.ndarray, np.ndarray]:
    pixels = _upright(data)
    mask = np.zeros(pixels.shape[:2], np.float32)
    mask[rows, columns] = 0.01
    pixels[mask > 0] = PAINT
    return pixels, mask


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize(("subsampling", "unit"), [(0, (8, 8)), (1, (8, 16)), (2, (16, 16))])
@pytest.mark.parametrize("progressive", [False, True])
def test_only_the_units_of_the_region_change(
    mode: str, subsampling: int, unit: tuple[int, int], progressive: bool
) -> None:
    data = _jpeg(mode=mode, subsampling=subsampling, progressive=progressive)
    pixels, mask = _painted(data, slice(33, 49), slice(95, 130))
    made = spliced(data, pixels, mask)
    before, after = _coefficients(data), _coefficients(made)
    height, width = (8, 8) if mode == "L" else unit
    units = np.zeros((-(-149 // height), -(-203 // width)), bool)
    units[33 // height : 48 // height + 1, 95 // width : 129 // width + 1] = True
    for channel, (old, new) in enumerate(zip(before.blocks, after.blocks, strict=True)):
        each = (height // 8, width // 8) if channel == 0 else (1, 1)
        blocks = units.repeat(each[0], 0).repeat(each[1], 1)[: old.shape[0], : old.shape[1]]
        np.testing.assert_array_equal(old[~blocks], new[~blocks])
        assert (old[blocks] != new[blocks]).any(-1).mean() > 0.3
    for old, new in zip(before.tables, after.tables, strict=True):
        np.testing.assert_array_equal(old, new)
    shown = _upright(made)[mask > 0].astype(int)
    lightness = np.full(3, np.rint(np.dot(PAINT, (0.299, 0.587, 0.114))))
    assert np.median(np.abs(shown - (PAINT if mode == "RGB" else lightness))) <= 3


def test_nothing_of_what_is_covered_can_be_told() -> None:
    """Two people under one region: the files are equal, to the last byte."""
    picture = SMOOTH.copy()
    mask = np.zeros(SMOOTH.shape[:2], np.float32)
    mask[40:100, 60:120] = 1
    made = []
    for seed in (1, 2):
        # the unit as a whole belongs to the face, and so do the neighbours' pixels that it colours
        picture[32:112, 48:128] = np.random.default_rng(seed).integers(0, 256, (80, 80, 3))
        data = _jpeg(picture, subsampling=2)
        painted = _upright(data)
        painted[30:114, 46:130] = PAINT
        made.append(spliced(data, painted, mask))
    assert made[0] == made[1]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_photo_is_changed_where_it_is_seen(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = orientation, "secret"
    data = _jpeg(exif=exif, subsampling=2)
    pixels, mask = _painted(data, slice(20, 40), slice(90, 120))
    made = spliced(data, pixels, mask, orientation=orientation)
    assert b"secret" not in made
    shown = _upright(made)
    assert np.median(np.abs(shown[mask > 0].astype(int) - PAINT)) <= 3
    near = np.zeros_like(mask)
    near[:60, 70:140] = 1
    np.testing.assert_array_equal(shown[near == 0], _upright(data)[near == 0])
    again, meta = decode_picture(made, "again.jpg")
    np.testing.assert_array_equal(again, shown)
    assert meta.orientation == orientation
    with Image.open(io.BytesIO(made)) as picture:
        assert dict(picture.getexif()) == ({} if orientation == 1 else {0x0112: orientation})
    stored = np.arange(12).reshape(3, 4)
    np.testing.assert_array_equal(turned_back(turned(stored, orientation), orientation), stored)


def test_nothing_but_the_picture_survives() -> None:
    exif = Image.Exif()
    exif[0x010F] = "secret maker"
    data = _jpeg(
        exif=exif, comment=b"secret comment", icc_profile=b"secret", restart_marker_blocks=3
    )
    extra = (
        b"\xff\xe1"
        + struct.pack(">H", 8)
        + b"secret"
        + b"\xff\xed"
        + struct.pack(">H", 8)
        + b"secret"
    )
    thumbnail = _jpeg(SMOOTH[:40, :40])
    data = data[:2] + extra + data[2:] + b"secret" + thumbnail
    pixels, mask = _painted(data, slice(0, 0), slice(0, 0))
    made = spliced(data, pixels, mask, icc=b"ours")
    assert b"secret" not in made
    assert made.count(b"\xff\xd8\xff") == 1
    for old, new in zip(_coefficients(data).blocks, _coefficients(made).blocks, strict=True):
        np.testing.assert_array_equal(old, new)
    with Image.open(io.BytesIO(made)) as picture:
        assert {*picture.info} <= {
            "jfif",
            "jfif_version",
            "jfif_unit",
            "jfif_density",
            "icc_profile",
        }
        assert picture.info["icc_profile"] == b"ours"


@pytest.mark.parametrize("size", [(1, 1), (7, 9), (16, 16), (17, 33)])
def test_small_photos_and_borders(size: tuple[int, int]) -> None:
    data = _jpeg(SMOOTH[: size[0], : size[1]], subsampling=2)
    pixels, mask = _painted(data, slice(size[0] - 1, None), slice(size[1] - 1, None))
    made = _upright(spliced(data, pixels, mask))
    assert made.shape == pixels.shape
    assert np.abs(made[-1, -1].astype(int) - PAINT).max() < 130  # one pixel in a shared unit
    whole = np.ones_like(mask)
    painted = np.full_like(pixels, PAINT)
    assert np.abs(_upright(spliced(data, painted, whole)).astype(int) - PAINT).max() <= 3


def test_what_cannot_be_kept_says_why() -> None:
    plain = _jpeg()
    frame = plain.index(b"\xff\xc0")
    mask = np.zeros(SMOOTH.shape[:2], np.float32)

    def with_byte(place: int, value: int) -> bytes:
        return plain[:place] + bytes([value]) + plain[place + 1 :]

    bad = {
        "arithmetically": with_byte(frame + 1, 0xC9),
        "12 bits": with_byte(frame + 4, 12),
        "unusual .1x4": with_byte(frame + 11, 0x14),
        "CMYK": _jpeg(mode="CMYK"),
        "no JPEG": b"\x89PNG",
        "broken": plain[:frame] + plain[frame + 30 :],
        "no end": plain[:-2],
        "its size": _jpeg(SMOOTH[:50]),
        "RGB": _jpeg(keep_rgb=True),
        "rare way": with_byte(frame + 1, 0xC3),
    }
    for reason, data in bad.items():
        with pytest.raises(NotLosslessError, match=reason):
            spliced(data, SMOOTH, mask)


def test_blocks_of_another_picture_than_was_looked_at_are_not_kept() -> None:
    """Whatever two decoders make of damaged data, faces are where one of them saw them."""
    seen = _upright(_jpeg(subsampling=2))
    mask = np.zeros(SMOOTH.shape[:2], np.float32)
    mask[30:60, 30:60] = 1
    assert spliced(_jpeg(subsampling=2), seen, mask)
    with pytest.raises(NotLosslessError, match="damaged"):
        spliced(_jpeg(np.roll(SMOOTH, 40, 1), subsampling=2), seen, mask)


def test_damaged_files_end_in_a_reason() -> None:
    data = _jpeg(subsampling=2, progressive=True)
    mask = np.zeros(SMOOTH.shape[:2], np.float32)
    mask[30:60, 30:60] = 1
    rng = np.random.default_rng(0)
    for _ in range(40):
        broken = bytearray(data)
        for place in rng.integers(2, len(data), 6):
            broken[place] = rng.integers(256)
        try:
            made = spliced(bytes(broken), SMOOTH, mask)
        except NotLosslessError:
            continue
        assert _upright(made).shape == SMOOTH.shape
