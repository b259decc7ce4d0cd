"""A made-up table, and a folder of ORL faces."""

from collections.abc import Callable
from pathlib import Path

import pytest

from unmask.defenses.files.pictures import write_picture
from unmask.evaluate.advice.table import Figure, Kind, Setting, Table
from unmask.evaluate.data import load_dataset


def leaks(low: float, value: float, high: float, **more: object) -> Figure:
    given = {"chance": 0.01, "people": 100, "attacker": "retrained/fused", **more}
    return Figure(value, low, high, **given)  # type: ignore[arg-type]


MADE = Table(
    "folder:made",
    (
        Setting("none", leaks(0.96, 1.0, 1.0), use={"ssim": 1.0}),
        Setting("gaussian_blur:sigma=0.06", leaks(0.6, 0.7, 0.8), use={"ssim": 0.9}),
        Setting(
            "gaussian_blur:sigma=0.3", leaks(0.02, 0.05, 0.0995), use={"ssim": 0.7},
            answers={"album": leaks(0.1, 0.2, 0.3), "context": leaks(0.01, 0.02, 0.06),
                     "line-up of 5": leaks(0.2, 0.25, 0.3, chance=0.2)},
        ),
        Setting("mask:margin=0.1,fill=black", leaks(0.01, 0.02, 0.05), use={"ssim": 0.6}),
        # tempting, and none of them may be named
        Setting("pixelate:blocks=16", leaks(0.0, 0.01, 0.02, state="at least"), reason="broke",
                use={"ssim": 0.95}),
        Setting("noise:sigma=0.3", Figure(None, state="invalid"), reason="nobody was there"),
        Setting("constant", leaks(0.0, 0.01, 0.02), use={"ssim": 0.99}),
        Setting("k_same:k=5,method=mean", leaks(0.0, 0.01, 0.02), use={"ssim": 0.98}),
        Setting("folder:path=x,label=mytool", leaks(0.0, 0.01, 0.02), applies=False),
        Setting("downscale:side=8", leaks(0.0, 0.01, 0.02), use={"ssim": 0.97},
                groups={"sex=f": leaks(0.0, 0.05, 0.2)}),
    ),
    "standard", "dlib", "unmask compare made", "made-up people", Kind(80.0, 0.4, 0.0),
    "2026-11-26", {"unmask": "0.1.0"},
)  # fmt: skip


@pytest.fixture
def table() -> Table:
    return MADE


@pytest.fixture(scope="session")
def faces(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int, int], Path]:
    """Return a folder of so many people with so many photos each."""

    def made(people: int, photos: int) -> Path:
        root = tmp_path_factory.mktemp("faces") / "our staff"
        for photo in load_dataset(f"orl:people={people},photos={photos}").photos:
            path = (root / photo.key).with_suffix(".png")
            path.parent.mkdir(parents=True, exist_ok=True)
            write_picture(path, photo.pixels)
        return root

    return made
