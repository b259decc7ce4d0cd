"""Pictures of 16 bits, of many pixels, and of phones."""

import io
import struct
import tracemalloc
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from unmask.defenses.files.depth import covered
from unmask.defenses.files.pictures import (
    MAX_PIXELS,
    PictureMeta,
    decode_picture,
    encode_picture,
    read_picture,
)

RNG = np.random.default_rng(3)
GREY = RNG.integers(0, 65536, (40, 30)).astype(np.uint16)
COLOURS = RNG.integers(0, 65536, (40, 30, 3)).astype(np.uint16)
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _png(values: np.ndarray) -> bytes:
    swapped = values if values.ndim == 2 else values[..., [2, 1, 0, 3][: values.shape[2]]]
    return cv2.imencode(".png", swapped)[1].tobytes()


def _tiff(values: np.ndarray, **keywords: object) -> bytes:
    file = io.BytesIO()
    tifffile.imwrite(file, values, **keywords)
    return file.getvalue()


def _stored(data: bytes) -> np.ndarray:
    values = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert values is not None
    return values if values.ndim == 2 else values[..., [2, 1, 0, 3][: values.shape[2]]]


FILES = {
    "grey.png": (_png(GREY), GREY),
    "colours.png": (_png(COLOURS), COLOURS),
    "grey.tif": (_tiff(GREY), GREY),
    "colours.tif": (_tiff(COLOURS, photometric="rgb", compression="zlib"), COLOURS),
}


@pytest.mark.parametrize("name", FILES)
def test_16_bits_stay_where_nothing_changed(name: str) -> None:
    data, values = FILES[name]
    pixels, meta = decode_picture(data, name)
    assert meta.grey == (values.ndim == 2)
    seen = (values.astype(int) + 128) // 257
    np.testing.assert_array_equal(
        pixels, seen if values.ndim == 3 else seen[..., None].repeat(3, 2)
    )
    pixels[5:20, 5:15] = 99
    written = _stored(encode_picture(name, pixels, meta))
    expected = values.copy()
    expected[5:20, 5:15] = 99 * 257
    differs = written != expected
    # a pixel that looked like the new one already may keep its low bits, unless it is covered
    assert written.dtype == np.uint16
    assert (np.abs(written.astype(int) - expected)[differs] <= 128).all()
    assert not differs[20:].any()


def test_nothing_of_a_face_stays_in_low_bits() -> None:
    values = (128 * 257 + RNG.integers(-100, 100, (40, 30, 3))).astype(np.uint16)
    pixels, meta = decode_picture(_png(values), "flat.png")
    assert (pixels == 128).all()  # all that there is to see lies in the low bits
    assert meta.deep is not None
    region = np.zeros((40, 30), np.float32)
    region[5:20, 5:15] = 0.2
    hidden = PictureMeta(deep=covered(meta.deep, region))
    written = _stored(encode_picture("flat.png", pixels, hidden))
    assert (written[5:20, 5:15] == 128 * 257).all()
    np.testing.assert_array_equal(written[20:], values[20:])


def test_16_bits_with_opacity_and_orientation() -> None:
    alpha = np.full((40, 30, 1), 65535, np.uint16)
    alpha[:10] = 0
    pixels, meta = decode_picture(_png(np.dstack([COLOURS, alpha])), "a.png")
    assert meta.alpha is not None
    assert (pixels[:10] == 255).all()
    written = _stored(encode_picture("a.png", pixels, meta))
    assert written.shape == (40, 30, 4)
    assert (written[:10, :, :3] == 65535).all()  # what nobody saw is gone, low bits too
    np.testing.assert_array_equal(written[10:, :, :3], COLOURS[10:])
    np.testing.assert_array_equal(written[..., 3:], alpha)
    turned = _tiff(COLOURS, photometric="rgb", extratags=[(274, 3, 1, 6, True)])
    pixels, meta = decode_picture(turned, "t.tif")
    assert pixels.shape == (30, 40, 3)
    written = _stored(encode_picture("t.tif", pixels, meta))
    np.testing.assert_array_equal(written, np.rot90(COLOURS, -1))


@pytest.mark.parametrize("ending", ["png", "tif"])
def test_16_bits_carry_a_profile_and_nothing_else(ending: str) -> None:
    pixels, _ = decode_picture(FILES["colours.png"][0], "b.png")
    data = encode_picture(f"b.{ending}", pixels, PictureMeta(icc=SRGB, deep=COLOURS))
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.info["icc_profile"] == SRGB
        assert not {"Software", "exif", "Description"} & {*picture.info}
    assert b"tifffile" not in data
    np.testing.assert_array_equal(_stored(data), COLOURS)


def _bomb(width: int, height: int) -> bytes:
    """Return a PNG that is small and says that it is large; its rows are all there."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    squeezed, row = zlib.compressobj(1), bytes(1 + 3 * width)
    body = b"".join(squeezed.compress(row) for _ in range(height)) + squeezed.flush()
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def test_a_small_file_of_many_pixels_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    bomb = _bomb(3000, 700)
    assert len(bomb) < 40_000
    assert decode_picture(bomb, "b.png")[0].shape == (700, 3000, 3)
    tracemalloc.start()
    with pytest.raises(ValueError, match=r"b\.png has 3000 x 700 pixels, more than 2,000,000"):
        decode_picture(bomb, "b.png", max_pixels=2_000_000)
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()
    (tmp_path / "wide.png").write_bytes(_bomb(30_000, 3_000))
    with pytest.raises(ValueError, match=r"wide\.png has 30000 x 3000 pixels.*--max-pixels"):
        read_picture(tmp_path / "wide.png")
    assert MAX_PIXELS > 61_000_000  # what cameras make


def test_photos_of_phones_are_read_and_written() -> None:
    pytest.importorskip("pillow_heif")
    smooth = cv2.GaussianBlur(RNG.integers(0, 256, (64, 96, 3)).astype(np.uint8), (0, 0), 6)
    exif = Image.Exif()
    exif[0x010E] = "secret"
    encode_picture("first.heic", smooth)  # opens the format for Pillow
    file = io.BytesIO()
    Image.fromarray(smooth).save(file, "HEIF", exif=exif, quality=95)
    assert b"secret" in file.getvalue()
    pixels, meta = decode_picture(file.getvalue(), "phone.heic")
    assert meta.format == "HEIF"
    assert pixels.shape == smooth.shape
    again = encode_picture("phone.heic", pixels, meta)
    assert b"secret" not in again
    second, _ = decode_picture(again, "phone.heic")
    assert np.abs(second.astype(int) - pixels).mean() < 3
