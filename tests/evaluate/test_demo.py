"""The demo: what it says of a strength, and the page in a real browser."""

import os
import re
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from unmask.defenses import DEFENSES, Photo
from unmask.evaluate.advice.table import Figure, Setting, Table
from unmask.evaluate.cli.main import app
from unmask.evaluate.demo import likeness, trial
from unmask.evaluate.demo.likeness import Judge
from unmask.evaluate.demo.measured import place_of, sentence, share_of
from unmask.evaluate.demo.photo import astronaut, seen
from unmask.evaluate.demo.serve import served
from unmask.evaluate.demo.words import told

# what Gradio's own packages warn of is not ours
pytestmark = pytest.mark.filterwarnings("ignore")


def named(value: float, **more: Any) -> Figure:
    given = {"chance": 0.05, "people": 20, "attacker": "matched (dlib)", **more}
    return Figure(value, value - 0.05, min(value + 0.05, 1.0), **given)


TABLE = Table(
    "made", (
        Setting("none", named(1.0)),
        Setting("gaussian_blur:sigma=0.06", named(0.9)),
        Setting("gaussian_blur:sigma=0.13", named(0.7)),
        Setting("gaussian_blur:sigma=0.2", named(0.5, state="at least"), reason="broke"),
        Setting("gaussian_blur:sigma=0.1,region=head", named(0.3)),
        Setting("noise:sigma=0.3", Figure(None, state="invalid")),
        Setting("pixelate:blocks=8", named(0.8)),
    ), "standard", "dlib", title="made-up people",
)  # fmt: skip


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("gaussian_blur:sigma=0.02", "Not measured: weaker than all that was. Already at "
         "sigma=0.06 attackers name 90 of 100 photos (at 95 % 85 to 95)."),
        ("gaussian_blur:sigma=0.06", "Measured at exactly this strength: attackers name 90 of "),
        ("gaussian_blur:sigma=0.09", "Not measured at this strength. At sigma=0.06 attackers "
         "name 90 of 100 photos (at 95 % 85 to 95), at sigma=0.13 70 of 100 photos (at 95 % 65 "
         "to 75)."),
        ("gaussian_blur:sigma=0.3", "Not measured: stronger than all that was. At sigma=0.2 "
         "attackers name at least 50 of 100 photos (at 95 % from 45, and nobody knows up to "
         "where); what is here nobody knows."),
        ("gaussian_blur:sigma=0.1,region=head", "Measured at exactly this strength: attackers "
         "name 30 of 100"),
        ("pixelate:blocks=4", "Not measured: stronger than all that was. At blocks=8 "),
        ("noise:sigma=0.3", "Nothing like it was measured on these people"),
        ("motion_blur:length=0.3", "Nothing like it was measured on these people"),
        ("pixelate:blocks=8,region=head", "Nothing like it was measured on these people"),
    ],
)  # fmt: skip
def test_between_measured_strengths_nothing_is_claimed(spec: str, said: str) -> None:
    assert sentence(place_of(DEFENSES.build(spec), TABLE)).startswith(said)


def test_where_a_value_lies() -> None:
    for name in trial.offered():
        for scale in (
            kind for kind in DEFENSES.load(name).space.values() if hasattr(kind, "weak")
        ):
            assert share_of(scale, scale.weak) == 0
            assert share_of(scale, scale.strong) == pytest.approx(1)


def test_the_slider_meets_what_was_measured() -> None:
    near = trial.defense_at("gaussian_blur", 0.75)  # sigma 0.128
    assert trial.snapped(near, TABLE).spec == "gaussian_blur:sigma=0.13"
    far = trial.defense_at("gaussian_blur", 0.7)
    assert trial.snapped(far, TABLE) is far


def test_what_is_offered() -> None:
    assert {"gaussian_blur", "mask", "pixelate", "noise"} < set(trial.offered())
    assert not {"none", "constant", "k_same", "face_swap"} & set(trial.offered())


class _Same:
    """A recognizer that knows a face by how bright it is."""

    label = "bright"

    def chip(self, photo: Photo) -> Any:
        return photo.pixels

    def forward(self, chips: Any) -> Any:
        return np.array([[chip.mean()] for chip in chips], np.float32)

    def similarity(self, a: Any, b: Any) -> Any:
        return -np.abs(a - b.T)


def flat(level: int) -> Photo:
    return Photo(np.full((8, 8, 3), level, np.uint8))


def test_likeness_counts_the_strangers_that_are_told_apart() -> None:
    strangers = np.array([[10.0], [120.0], [200.0], [250.0]], np.float32)
    judge = Judge(_Same(), strangers)  # type: ignore[arg-type]
    clean = judge.vector(flat(130))

    def count(level: int) -> int:
        return judge.likeness(clean, flat(level)).told

    assert judge.likeness(clean, flat(130)).of == 4
    assert count(130) == 4
    assert count(170) == 3  # 200 is nearer to it, and 120 to the clean face
    assert count(0) == 2  # all are nearer to the clean face, two of them farther from this one


def test_noise_and_blur_are_seen_through_by_one_way_or_the_other() -> None:
    """Vectors as they are: noise makes faces like nobody, blur makes them like small faces."""

    class Angle(_Same):
        def similarity(self, a: Any, b: Any) -> Any:
            return a @ b.T

    strangers = np.array([[0.0, 0.5, 0.8]] * 4, np.float32)
    judge = Judge(Angle(), strangers)  # type: ignore[arg-type]
    clean = np.array([[1.0, 0.3, 0.0]], np.float32)
    noisy, blurred = ([[0.1, -0.2, 0.0]], [[0.6, 0.5, 0.9]])
    for vector in (noisy, blurred):
        found = replace(judge)
        object.__setattr__(found, "vector", lambda photo, v=vector: np.array(v, np.float32))
        assert found.likeness(clean, flat(0)).told == 4, vector


def test_a_low_count_is_not_called_private() -> None:
    defense = DEFENSES.build("gaussian_blur:sigma=0.13")
    some = [likeness.Likeness("dlib", 3, 100)]
    text = re.sub(r"<[^>]+>", " ", told(defense, some, place_of(defense, TABLE), TABLE, away=None))
    assert "tells this face from 3 of 100 strangers" in text
    assert "A low bar is no privacy" in text
    assert "attackers name 70 of 100 photos" in text.replace("\xa0", " ")
    assert "Measured on 20 people of made-up people." in text
    far = told(defense, some, place_of(defense, TABLE), TABLE, away=9.0)
    assert "most like this photo, and not much like it" in far
    for word in ("safe", "anonymous", "protected", "cannot be recognized"):
        assert word not in text


def test_a_photo_leaves_nothing_in_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    likeness.judges.cache_clear()
    monkeypatch.setattr(likeness, "STRANGERS", "orl:people=2,photos=2")
    likeness.judges()
    before = _bytes_below(Path(os.environ["UNMASK_CACHE"]))
    photo = seen(np.ascontiguousarray(astronaut().pixels[:, ::-1]))
    this = trial.tried(photo, TABLE)
    trial.after(this, "gaussian_blur", 0.5)
    assert _bytes_below(Path(os.environ["UNMASK_CACHE"])) == before
    assert photo.face
    wall = trial.tried(seen(np.full((90, 90, 3), 99, np.uint8)), None)
    assert "No face was found" in trial.after(wall, "mask", 0.5)[1]


def _bytes_below(folder: Path) -> dict[str, int]:
    return {str(p): p.stat().st_size for p in folder.rglob("*") if p.is_file()}


OUTSIDE: list[str] = []  # hosts that this process asked for, while it watched
_watching = threading.Event()


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.getaddrinfo", "socket.connect") and _watching.is_set():
        told = arguments[0] if event == "socket.getaddrinfo" else arguments[1]
        host = str(told[0] if isinstance(told, tuple) else told)
        if host not in ("127.0.0.1", "localhost", "::1") and not host.startswith("/"):
            OUTSIDE.append(host)


sys.addaudithook(_watch)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    pytest.importorskip("gradio", reason="pip install 'unmask[demo]'")
    _watching.set()
    likeness.judges.cache_clear()
    usual, likeness.STRANGERS = likeness.STRANGERS, "orl:people=5,photos=2"
    try:
        with served() as found:
            yield found
    finally:
        _watching.clear()
        likeness.STRANGERS = usual
        likeness.judges.cache_clear()


def source(opened: Any, name: str) -> str:
    return str(opened.page.locator(f"#{name} img").get_attribute("src"))


def changed(opened: Any, name: str, before: str) -> str:
    """Wait until one of the photos is another one."""
    end = time.monotonic() + 20
    while (now := source(opened, name)) == before and time.monotonic() < end:
        opened.page.wait_for_timeout(50)
    assert now != before
    assert now.startswith("data:image/jpeg;base64,")
    return now


def says(opened: Any, text: str) -> None:
    opened.page.locator("#told", has_text=text).wait_for(timeout=20_000)


def test_the_page(browser: Any, address: str, tmp_path: Path) -> None:
    assert address.startswith("http://127.0.0.1:")
    upright = Image.fromarray(np.ascontiguousarray(astronaut().pixels[40:, :300]))
    exif = Image.Exif()
    exif[0x010E] = "a secret place"
    upright.save(tmp_path / "holiday.png", exif=exif)
    with browser.open(address, width=1280) as opened:
        page = opened.page
        page.wait_for_selector("#after img")
        says(opened, "sigma=0.13")
        says(opened, "Measured at exactly this strength")
        clean, first = source(opened, "before"), source(opened, "after")
        slider = page.locator("#strength input[type=range]")
        slider.focus()
        slider.press("End")  # drag
        says(opened, "sigma=0.3")
        second = changed(opened, "after", first)
        page.locator("#defense input").click()  # choose
        page.get_by_role("option", name="mask", exact=True).click()
        says(opened, "mask:margin=0.5")
        third = changed(opened, "after", second)
        page.get_by_label("the whole head").check()
        says(opened, "region=head")
        fourth = changed(opened, "after", third)
        assert source(opened, "before") == clean
        page.locator("#drop input[type=file]").set_input_files(tmp_path / "holiday.png")
        changed(opened, "before", clean)
        changed(opened, "after", fourth)
        assert opened.requests == []
        assert opened.errors == []
    assert OUTSIDE == []
    left = [p for p in Path(tempfile.gettempdir()).glob("unmask-demo-*/**/*") if p.is_file()]
    assert not [p for p in left if "holiday" in p.name]


def test_a_phone(browser: Any, address: str) -> None:
    with browser.open(address, width=390) as opened:
        opened.page.wait_for_selector("#told .verdict")
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_it_ends_and_leaves_nothing(address: str) -> None:
    def folders() -> set[Path]:
        return set(Path(tempfile.gettempdir()).glob("unmask-demo-*"))

    others, before = folders(), dict(os.environ)
    with served(TABLE) as here:
        assert here != address
        assert urllib.request.urlopen(here, timeout=20).status == 200
        (place,) = folders() - others
        assert place.stat().st_mode & 0o077 == 0  # for its owner alone
    assert folders() == others
    assert dict(os.environ) == before
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(here, timeout=5)


def test_ctrl_c_is_how_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("gradio", reason="pip install 'unmask[demo]'")

    class Pressed:
        def wait(self) -> None:
            raise KeyboardInterrupt

    @contextmanager
    def fake(table: Table | None, *, port: int | None, browser: bool) -> Iterator[str]:
        assert (table, port, browser) == (None, 8123, False)
        yield "http://127.0.0.1:8123/"

    monkeypatch.setattr("unmask.evaluate.demo.serve.served", fake)
    monkeypatch.setattr("unmask.evaluate.cli.demo.Event", Pressed)
    done = CliRunner().invoke(app, ["demo", "--port", "8123", "--no-browser"])
    assert done.exit_code == 0, done.output
    assert "http://127.0.0.1:8123/ (Ctrl-C ends it)" in done.stdout
    assert "nothing of it is left on disk" in done.stdout


def test_a_missing_extra_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib import util

    monkeypatch.setattr(util, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"pip install 'unmask\[demo\]'"), served():
        pass
