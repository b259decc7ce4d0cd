"""What `apply` writes of a photo: nothing outside the region, no face in any corner of it."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from unmask.defenses import DEFENSES, Face
from unmask.defenses.apply.one_photo import anonymize_bytes
from unmask.defenses.apply.settings import Settings
from unmask.defenses.faces import looking
from unmask.defenses.files.jpeg_coefficients import read_coefficients
from unmask.defenses.files.jpeg_segments import parsed
from unmask.defenses.files.pictures import decode_picture

pytest.importorskip("jpeglib")
RNG = np.random.default_rng(1)
SMOOTH = np.asarray(
    Image.fromarray(RNG.integers(0, 256, (15, 20, 3)).astype(np.uint8)).resize((160, 120), 3)
)
BOX = (60, 40, 24, 30)
MASK = Settings(DEFENSES.build("mask:region=box"), 0, lossless=True)


@pytest.fixture(autouse=True)
def a_face(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every photo have one face, where it is wide enough for it."""
    monkeypatch.setattr(
        looking, "find_many",
        lambda photos, **_: [(Face(BOX),) if p.shape[1] > 100 else () for p in photos],
    )  # fmt: skip


def _jpeg(**options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(SMOOTH).save(file, "JPEG", **{"quality": 90} | options)
    return file.getvalue()


def test_a_lossless_jpeg_differs_in_the_region_alone() -> None:
    data = _jpeg(comment=b"secret")
    made = anonymize_bytes(data, "a.jpg", MASK)
    assert made.data is not None
    assert made.row.reason == ""
    assert b"secret" not in made.data
    before, after = (read_coefficients(parsed(file)).blocks for file in (data, made.data))
    rows, columns = np.nonzero((before[0] != after[0]).any(-1))
    # rows 38 to 72 and columns 58 to 86 are masked, in units of 16 pixels
    assert (rows >= 4).all()
    assert (rows <= 9).all()
    assert (columns >= 6).all()
    assert (columns <= 11).all()
    assert len(rows) >= 16
    x, y, w, h = BOX
    shown, _ = decode_picture(made.data, "a.jpg")
    assert shown[y : y + h, x : x + w].max() < 12
    again = anonymize_bytes(data, "a.jpg", MASK)
    assert again.data == made.data


def test_a_jpeg_that_cannot_be_kept_is_stored_anew_and_says_so() -> None:
    file = io.BytesIO()
    Image.fromarray(SMOOTH).convert("CMYK").save(file, "JPEG")
    made = anonymize_bytes(file.getvalue(), "a.jpg", MASK)
    assert made.row.outcome == "defended"
    assert made.row.reason == "stored anew as a whole: its colours are CMYK"
    png = io.BytesIO()
    Image.fromarray(SMOOTH).save(png, "PNG")
    assert anonymize_bytes(png.getvalue(), "a.png", MASK).row.reason == ""
    webp = anonymize_bytes(png.getvalue(), "a.webp", MASK)
    assert "only blocks of JPEGs" in webp.row.reason
    assert anonymize_bytes(_jpeg(), "a.png", MASK).data is not None


def test_colours_that_were_converted_are_stored_anew() -> None:
    from PIL import ImageCms

    lab = ImageCms.createProfile("XYZ")  # no profile of RGB: left out
    odd = ImageCms.ImageCmsProfile(lab).tobytes()
    made = anonymize_bytes(_jpeg(icc_profile=odd), "a.jpg", MASK)
    assert made.data is not None
    assert made.row.reason == ""
    srgb = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    place = srgb.index(b"rXYZ", 200) if srgb.count(b"rXYZ") > 1 else srgb.index(b"rXYZ")
    offset = int.from_bytes(srgb[place + 4 : place + 8])
    srgb[offset + 8 : offset + 12] = (0x3000).to_bytes(4)  # another red
    made = anonymize_bytes(_jpeg(icc_profile=bytes(srgb)), "a.jpg", MASK)
    assert "converted to sRGB" in made.row.reason


def test_16_bits_are_kept_outside_and_are_no_more_inside() -> None:
    deep = (SMOOTH.astype(np.uint16) * 257) ^ RNG.integers(0, 64, SMOOTH.shape).astype(np.uint16)
    data = cv2.imencode(".png", deep[..., ::-1])[1].tobytes()
    made = anonymize_bytes(data, "a.png", MASK)
    assert made.data is not None
    written = cv2.imdecode(np.frombuffer(made.data, np.uint8), cv2.IMREAD_UNCHANGED)[..., ::-1]
    assert written.dtype == np.uint16
    inside = (written == 0).all(-1)
    assert inside[40:70, 60:84].all()
    np.testing.assert_array_equal(written[~inside], deep[~inside])


def test_a_photo_of_too_many_pixels_is_a_row() -> None:
    made = anonymize_bytes(_jpeg(), "a.jpg", Settings(MASK.defense, 0, max_pixels=10_000))
    assert made.data is None
    assert made.row.outcome == "unreadable"
    assert "160 x 120 pixels, more than 10,000" in made.row.reason
