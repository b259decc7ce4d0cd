"""The page of `compare` in a real browser, and what must never look private on it."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from unmask.evaluate.cli.main import app
from unmask.evaluate.report.faces import Example, Faces, read_faces, write_faces
from unmask.evaluate.report.frontier import plot_frontier
from unmask.evaluate.report.merged import write_merged
from unmask.evaluate.report.page import write_report
from unmask.evaluate.results.records import Record

Row = Callable[..., list[Record]]
Run = Callable[..., Path]
HOSTILE = "<img src=http://127.0.0.1:9/x onerror=\"document.title='taken'\">"
JPEG = b"\xff\xd8\xff"


def _many(made_row: Row) -> list[Record]:
    records = made_row("none", 1.0, naive=1.0)
    for n in range(39):
        status = ("ok", "ok", "at least")[n % 3]
        reason = HOSTILE if status == "at least" else ""
        records += made_row(f"blur:sigma={n + 1}", 1 - n / 40, params={"sigma": n + 1},
                            context=0.2, status=status, reason=reason)  # fmt: skip
    records += made_row(f"folder:path=/home/jo,label={HOSTILE}", 0.3, params={"label": HOSTILE})
    records += made_row("mask", None, status="invalid", reason=HOSTILE, utility=False)
    odd = replace(records[1], name=HOSTILE, recognizer="dlib", status="invalid", reason=HOSTILE)
    return [*records, odd]


@pytest.fixture
def page(run: Run, made_row: Row) -> Path:
    told = {"made": {"date": "2026", "command": HOSTILE}, "who": {"pixels": HOSTILE},
            "weights": {"dlib": HOSTILE}}  # fmt: skip
    folder = run("run", _many(made_row), limit=0.4, notes=[HOSTILE], **told)
    write_faces(folder, Faces("whose", {"none": [Example(JPEG, JPEG, None)]}, {"mask": HOSTILE}))
    return write_report(folder)


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_the_page_in_a_browser(page: Path, browser: Any, width: int, dark: bool) -> None:
    with browser.open(page, width=width, dark=dark) as opened:
        assert opened.page.title() == "unmask: How much identity still leaks"
        assert opened.overflow() == []
        assert opened.serious() == []
        assert opened.errors == []
        assert opened.requests == []


def test_it_is_small_and_tells_no_folder(page: Path) -> None:
    assert page.stat().st_size < 300_000  # forty rows
    assert "/home/jo" not in page.read_text("utf-8")


def test_tips_sorting_and_axes_work(page: Path, browser: Any) -> None:
    with browser.open(page) as opened:
        opened.page.get_by_label("Horizontal axis").select_option(label="PSNR [dB]")
        shown = opened.page.locator("#plane .view:not([hidden])")
        assert shown.get_attribute("data-view") == "PSNR [dB]"
        mark = shown.locator("[data-tip]").last
        mark.hover(force=True)
        assert "leakage" in opened.page.locator("#tip").inner_text()
        heading = opened.page.locator("#table thead th").nth(2)
        heading.locator("button").click()
        assert heading.get_attribute("aria-sort") == "ascending"
        last = opened.page.locator("#table tbody th").last.inner_text()
        assert last == "mask"  # without a figure: never the least that leaks
        heading.locator("button").click()
        assert opened.page.locator("#table tbody th").last.inner_text() == "mask"


def test_what_is_not_known_is_never_drawn_as_a_short_bar(run: Run, made_row: Row) -> None:
    records = [*made_row("a", None, status="invalid", reason="broke"),
               *made_row("b", 0.02, high=0.03, status="at least", reason="lost")]  # fmt: skip
    text = write_report(run("run", records)).read_text("utf-8")
    bars = text.split('class="meter"')[1:]
    assert len(bars) == 2
    for bar in (text[: text.index(bars[0])].rsplit("<svg", 1)[-1], *bars):
        assert 'class="bar"' not in bar.split("</svg>")[0]  # the colour of a figure that counts
    assert text.count('class="unknown"') >= 2
    assert "Nothing can be said: broke." in text
    assert "at least 2 of 100, and more may leak" in text
    plane = text[text.index('id="plane"') :].partition("</section>")[0]
    assert 'class="front"' not in plane


@pytest.mark.parametrize("drop", ["naive", "utility", "config"])
def test_a_page_of_little(run: Run, made_row: Row, drop: str) -> None:
    records = made_row("blur", 0.5, naive=None if drop == "naive" else 0.1,
                       utility=drop != "utility")  # fmt: skip
    folder = run("run", records)
    if drop == "config":
        (folder / "config.json").unlink()
    text = write_report(folder).read_text("utf-8")
    assert "names 50 of 100" in text
    assert ("Trade-off" in text) == (drop != "utility")
    assert "no picture: this run kept no example faces" in text


def test_a_damaged_config_is_named(run: Run, made_row: Row) -> None:
    folder = run("run", made_row("blur", 0.5))
    (folder / "config.json").write_text(json.dumps({"notes": "one"}))
    with pytest.raises(ValueError, match="list of texts as 'notes'"):
        write_report(folder)


def test_strengths_make_a_curve_with_the_limit(run: Run, made_row: Row) -> None:
    records = []
    for n in (1, 2, 4):
        params = {"sigma": n, "fill": "x"}
        records += made_row(f"blur:sigma={n}", 0.9 - n / 10, params=params)
    text = write_report(run("run", records, limit=0.3)).read_text("utf-8")
    part = text[text.index('id="strengths"') :].partition("</section>")[0]
    assert "blur: leakage over sigma" in part
    assert "limit 0.3" in part
    few = [r for r in records if "sigma=4" not in r.defense]
    assert "strengths" not in write_report(run("few", few)).read_text("utf-8")


def test_faces_come_back_as_they_were(tmp_path: Path) -> None:
    faces = Faces("who", {"a": (Example(b"1", b"2", None, 0.5), Example(b"1", b"2", b"3"))},
                  {"b": "why"})  # fmt: skip
    write_faces(tmp_path, faces)
    assert read_faces(tmp_path) == faces
    (tmp_path / "faces.json").write_text('{"examples": {"a": [{}]}, "why": {}}')
    with pytest.raises(ValueError, match="holds no example faces"):
        read_faces(tmp_path)


@pytest.mark.parametrize(("suffix", "start"), [(".png", b"\x89PNG"), (".svg", b"<?xml"),
                                               (".pdf", b"%PDF")])  # fmt: skip
def test_plots_by_their_ending_and_the_same_each_time(
    made_row: Row, tmp_path: Path, suffix: str, start: bytes
) -> None:
    records = [*made_row("a", 0.5, context=0.2), *made_row("b", 0.1, status="at least")]
    plots = [tmp_path / f"{name}{suffix}" for name in "xy"]
    for path in plots:
        plot_frontier(path, records)
    one, two = (path.read_bytes() for path in plots)
    assert one == two
    assert one.startswith(start)
    with pytest.raises(ValueError, match="a plot ends with"):
        plot_frontier(tmp_path / "x.gif", records)


def test_records_that_the_run_did_not_write_are_said_first(run: Run, made_row: Row) -> None:
    """As when somebody puts those of another run beside the settings of this one."""
    folder = run("changed", made_row("mask", 0.05))
    (folder / "config.json").write_text('{"records": "0123456789abcdef"}')
    page = write_report(folder).read_text(encoding="utf-8")
    assert page.index("is not what the run wrote") < page.index("<table")
    with pytest.raises(ValueError, match="is not what the run wrote"):
        write_merged([folder], folder.parent / "both.html")
    done = CliRunner().invoke(app, ["report", str(folder), "--format", "csv"])
    assert "is not what the run wrote" in done.stderr
