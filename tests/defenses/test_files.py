"""Reading and writing pictures: every usual kind, and nothing left but the pixels."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms
from skimage import data

from unmask.defenses.files.pictures import PictureMeta, read_picture, write_picture

COLOUR = data.astronaut()[:200, 100:340]  # 200 high, 240 wide: not square
GREY = np.asarray(Image.fromarray(COLOUR).convert("L"))
ICC = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _stored(path: Path) -> Image.Image:
    return Image.open(io.BytesIO(path.read_bytes()))


def test_lossless_colour(tmp_path: Path) -> None:
    for ending in ("png", "bmp", "ppm", "tif", "webp"):
        path = tmp_path / f"photo.{ending}"
        Image.fromarray(COLOUR).save(path, lossless=True)
        pixels, meta = read_picture(path)
        np.testing.assert_array_equal(pixels, COLOUR)
        assert pixels.dtype == np.uint8
        write_picture(path, pixels, meta)
        np.testing.assert_array_equal(read_picture(path)[0], COLOUR)
    assert [file.name[0] for file in tmp_path.iterdir()] == ["p"] * 5  # nothing temporary is left


def test_grey_stays_grey(tmp_path: Path) -> None:
    for ending in ("png", "pgm", "jpg", "tif"):
        path = tmp_path / f"photo.{ending}"
        Image.fromarray(GREY).save(path)
        pixels, meta = read_picture(path)
        assert pixels.shape == (200, 240, 3)
        assert np.ptp(pixels, axis=2).max() == 0
        assert meta.grey
        write_picture(path, COLOUR, meta)
        assert _stored(path).mode == "L"


def test_sixteen_bits_are_scaled(tmp_path: Path) -> None:
    for ending in ("png", "tif", "pgm"):
        path = tmp_path / f"photo.{ending}"
        Image.fromarray(GREY.astype(np.uint16) * 257).save(path)
        np.testing.assert_array_equal(read_picture(path)[0][..., 0], GREY)
    Image.fromarray(GREY.astype(np.float32)).save(tmp_path / "float.tif")
    with pytest.raises(ValueError, match=r"float\.tif .* 8 or 16 bits, .* in mode F"):
        read_picture(tmp_path / "float.tif")


def test_palette_bilevel_and_cmyk(tmp_path: Path) -> None:
    source = Image.fromarray(COLOUR)
    source.convert("P").save(tmp_path / "palette.png")
    np.testing.assert_array_equal(
        read_picture(tmp_path / "palette.png")[0], np.asarray(source.convert("P").convert("RGB"))
    )
    source.convert("1").save(tmp_path / "bilevel.png")
    pixels, meta = read_picture(tmp_path / "bilevel.png")
    assert set(np.unique(pixels)) == {0, 255}
    assert meta.grey
    source.convert("CMYK").save(tmp_path / "cmyk.jpg", quality=95)
    pixels, meta = read_picture(tmp_path / "cmyk.jpg")
    assert np.abs(pixels.astype(int) - COLOUR).mean() < 3
    write_picture(tmp_path / "cmyk.jpg", pixels, meta)
    assert _stored(tmp_path / "cmyk.jpg").mode == "RGB"


def test_opacity_is_kept_and_what_it_hides_is_gone(tmp_path: Path) -> None:
    alpha = np.full(GREY.shape, 255, np.uint8)
    alpha[:50], alpha[50:100] = 0, 128
    path = tmp_path / "photo.png"
    for mode in ("RGBA", "LA"):
        source = Image.fromarray(COLOUR).convert(mode[:-1])
        source.putalpha(Image.fromarray(alpha))
        source.save(path)
        pixels, meta = read_picture(path)
        shown = np.asarray(Image.fromarray(COLOUR).convert(mode[:-1]).convert("RGB"))
        np.testing.assert_array_equal(pixels[50:], shown[50:])
        assert (pixels[:50] == 255).all()
        write_picture(path, pixels, meta)
        written = _stored(path)
        assert written.mode == mode
        np.testing.assert_array_equal(np.asarray(written)[..., -1], alpha)
    write_picture(tmp_path / "photo.jpg", pixels, meta)
    with pytest.raises(ValueError, match="opacity is"):
        write_picture(path, pixels[:-1], meta)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_rotation_is_applied(tmp_path: Path, orientation: int) -> None:
    # what a camera stores for each EXIF orientation, so that it looks like COLOUR
    turns = {
        1: COLOUR, 2: COLOUR[:, ::-1], 3: COLOUR[::-1, ::-1], 4: COLOUR[::-1],
        5: COLOUR.transpose(1, 0, 2), 6: np.rot90(COLOUR), 7: np.rot90(COLOUR, 2).swapaxes(0, 1),
        8: np.rot90(COLOUR, -1),
    }  # fmt: skip
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "photo.png"
    Image.fromarray(np.ascontiguousarray(turns[orientation])).save(path, exif=exif)
    pixels, meta = read_picture(path)
    np.testing.assert_array_equal(pixels, COLOUR)
    write_picture(path, pixels, meta)
    assert not _stored(path).getexif()
    np.testing.assert_array_equal(read_picture(path)[0], COLOUR)  # not turned twice


@pytest.mark.parametrize("quality", [30, 75, 98])
@pytest.mark.parametrize("subsampling", [0, 1, 2])
def test_jpeg_quality_is_that_of_the_source(
    tmp_path: Path, quality: int, subsampling: int
) -> None:
    one, two = tmp_path / "one.jpg", tmp_path / "two.jpg"
    Image.fromarray(COLOUR).save(one, quality=quality, subsampling=subsampling, progressive=True)
    pixels, meta = read_picture(one)
    write_picture(two, pixels, meta)
    assert read_picture(two)[1].tables == meta.tables
    assert len(meta.tables) == 2
    assert read_picture(two)[1].subsampling == subsampling
    assert _stored(two).info.get("progressive")
    assert two.stat().st_size == pytest.approx(one.stat().st_size, rel=0.05)


def test_a_profile_of_other_pixels_goes(tmp_path: Path) -> None:
    Image.fromarray(GREY).save(tmp_path / "grey.jpg", icc_profile=ICC)
    assert read_picture(tmp_path / "grey.jpg")[1].icc is None


def test_each_bad_file_is_one_clear_line(tmp_path: Path) -> None:
    whole = io.BytesIO()
    Image.fromarray(COLOUR).save(whole, "JPEG")
    several = io.BytesIO()
    frames = [Image.fromarray(COLOUR[:, ::-1])]
    Image.fromarray(COLOUR).save(several, "GIF", save_all=True, append_images=frames)
    bad = {
        "zero.jpg": (b"", r"is empty \(0 bytes\)"),
        "text.png": (b"just some words", "no picture that can be read"),
        "half.jpg": (whole.getvalue()[: len(whole.getvalue()) // 2], "damaged .* truncated"),
        "start.jpg": (whole.getvalue()[:30], "no picture|damaged"),
        "camera.nef": (b"II*\0\0\0", "convert it to JPEG or PNG"),
        "phone.heic": (b"\0\0\0\x18ftypheic\0\0\0\0", "no picture that can be read|damaged"),
        "moving.gif": (several.getvalue(), "holds 2 pictures"),
    }
    for name, (content, message) in bad.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ValueError, match=message) as caught:
            read_picture(tmp_path / name)
        assert name in str(caught.value)
        assert "\n" not in str(caught.value)
    with pytest.raises(ValueError, match=r"none\.jpg cannot be read: No such file"):
        read_picture(tmp_path / "none.jpg")
    with pytest.raises(ValueError, match="cannot be read"):
        read_picture(tmp_path)


def test_nothing_is_written_when_writing_fails(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"before")
    broken = PictureMeta("JPEG", tables=((1, 2, 3),))
    with pytest.raises(ValueError, match="quantization"):
        write_picture(path, COLOUR, broken)
    assert path.read_bytes() == b"before"
    assert [file.name for file in tmp_path.iterdir()] == ["photo.jpg"]
    with pytest.raises(ValueError, match="ends with one of"):
        write_picture(tmp_path / "photo.xyz", COLOUR)
    with pytest.raises(ValueError, match="uint8 RGB"):
        write_picture(path, COLOUR.astype(np.float32))  # type: ignore[arg-type]
