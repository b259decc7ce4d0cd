"""Pages of ours in a real browser: no request, no error, and tables, tips and axes that work."""

from pathlib import Path
from typing import Any

import pytest

from unmask.evaluate.pages.bar import bar
from unmask.evaluate.pages.curve import Series, Step, curve
from unmask.evaluate.pages.faces import face_strip
from unmask.evaluate.pages.frame import Axis
from unmask.evaluate.pages.heat import Spot, heat_map
from unmask.evaluate.pages.looks import looks
from unmask.evaluate.pages.scatter import Plane, Point, scatter
from unmask.evaluate.pages.shell import Section, page
from unmask.evaluate.pages.table import Cell, Heading, number, sortable_table
from unmask.evaluate.pages.tags import Html, tag

HOSTILE = "<script>document.title='taken'</script><img src=http://127.0.0.1:9/x onerror=alert(1)>"
LEAKAGE = Axis("leakage", "less")


def _points() -> list[Point]:
    points = [
        Point(f"blur:sigma={s}", 1 - s, {"SSIM": 1 - s / 2, "found": None if s > 0.6 else 1 - s},
              "blur", 0.9 - s, min(1.0, 1.1 - s), from_y=0.3 * (1 - s), tip=f"blur at {s}")
        for s in (0.1, 0.3, 0.5, 0.7)
    ]  # fmt: skip
    same = {"SSIM": 0.7, "found": 0.4}
    points += [Point(f"mask {n}", 0.5 + n / 1000, same, f"mask{n}", 0.4, 0.7) for n in range(6)]
    return [*points, Point(HOSTILE, 0.05, {"SSIM": 0.3, "found": 0.1}, HOSTILE, 0.01, 0.2,
                           open_end=True)]  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    points = _points()
    plane = Plane("Privacy and use", LEAKAGE, [(0.05, "chance")], [0.1, 0.5], says="All points.")
    table = sortable_table(
        "Every defense",
        [Heading("defense"), Heading("leakage", "less", "share", HOSTILE), Heading("note")],
        [
            ["mask:margin=0.3,region=ellipse", number(0.1234), "b"],
            ["none", Cell(">= 0.9", 0.9, bad=True, more="0.8 to ?"), "a10"],
            [HOSTILE, number(None), "a9"],
            ["blur", number(0.05), HOSTILE],
        ],
    )
    heat = heat_map("Who reached what", ["blur", "mask:region=ellipse,margin=0.3", HOSTILE],
                    [("matched (dlib)", [Spot("0.9", 0.9, "tip one", True), Spot("0.1", 0.1),
                                         Spot("invalid", None, "why")])])  # fmt: skip
    steps = [Step(0.1 * n, 1 - 0.2 * n, 0.9 - 0.2 * n, min(1, 1.1 - 0.2 * n)) for n in range(1, 5)]
    lines = curve("Leakage over sigma", Axis("sigma", log=True), LEAKAGE,
                  [Series("worst case", steps), Series("naive", steps[:2], dashed=True)],
                  levels=[(0.05, "chance")], limit=0.2)  # fmt: skip
    bars = [
        bar(0.3, 0.1, 0.5, says="0.3 (0.1 to 0.5)", limit=0.2, chance=0.05),
        bar(0.3, 0.1, 0.5, says="at least 0.3", open_end=True),
        bar(None, says="not measured"),
    ]
    strip = face_strip([(b"\xff\xd8\xff", "clean"), (None, "won back")])
    sections = [
        Section("Plane", [scatter(plane, [Axis("SSIM", "more"), Axis("found", "more")], points,
                                  looks([p.family for p in points]))], "plane"),
        Section("Table", [table], "table"),
        Section("Heat", [heat, lines], "heat"),
        Section(HOSTILE, [HOSTILE, *bars, strip], "rest", HOSTILE),
        Section("Empty", [], "empty"),
    ]  # fmt: skip
    path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_text(page("unmask <test>", ["What this is.", tag("p", HOSTILE)], sections,
                         footer=["end"]), "utf-8")  # fmt: skip
    return path


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("dark", [False, True])
def test_a_page_is_quiet_and_fits(made: Path, browser: Any, width: int, dark: bool) -> None:
    with browser.open(made, width=width, dark=dark) as opened:
        assert opened.page.title() == "unmask <test>"
        assert opened.overflow() == []
        assert opened.serious() == []
        assert opened.errors == []
        assert opened.requests == []
        assert opened.page.locator("#empty").count() == 0


def test_no_script_but_ours_and_no_request(tmp_path: Path, browser: Any) -> None:
    """Even if a text were not escaped: the page allows nobody else."""
    slipped = page("safe", [Html(HOSTILE)], [])
    (tmp_path / "slipped.html").write_text(slipped, "utf-8")
    with browser.open(tmp_path / "slipped.html") as opened:
        assert opened.page.title() == "safe"
        assert opened.requests == []
        assert opened.errors  # it was stopped, and says so


def test_the_browser_reports_what_leaves_the_file(tmp_path: Path, browser: Any) -> None:
    path = tmp_path / "leaks.html"
    path.write_text("<img src=http://127.0.0.1:9/x><script>missing()</script>", "utf-8")
    with browser.open(path) as opened:
        assert opened.requests == ["http://127.0.0.1:9/x"]
        assert any("missing" in error for error in opened.errors)


def test_a_table_is_sorted_by_keyboard(made: Path, browser: Any) -> None:
    with browser.open(made) as opened:
        heading = opened.page.locator("#table thead th").nth(1)
        names = opened.page.locator("#table tbody th")
        heading.locator("button").focus()
        opened.page.keyboard.press("Enter")
        assert heading.get_attribute("aria-sort") == "ascending"
        assert [text[:4] for text in names.all_text_contents()] == ["blur", "mask", "none", "<scr"]
        opened.page.keyboard.press("Enter")
        assert heading.get_attribute("aria-sort") == "descending"
        assert [text[:4] for text in names.all_text_contents()] == ["none", "mask", "blur", "<scr"]
        note = opened.page.locator("#table thead th").nth(2)
        note.locator("button").click()
        assert heading.get_attribute("aria-sort") == "none"
        assert opened.page.locator("#table tbody td:last-child").all_text_contents()[1:3] == [
            "a9", "a10"]  # fmt: skip


def test_tips_by_mouse_and_by_arrow_keys(made: Path, browser: Any) -> None:
    with browser.open(made) as opened:
        tip = opened.page.locator("#tip")
        opened.page.locator("#heat td[data-tip='tip one']").hover()
        assert tip.inner_text() == "tip one"
        chart = opened.page.locator("#plane .chart")
        chart.focus()
        opened.page.keyboard.press("ArrowRight")
        assert tip.inner_text() == "blur at 0.1"
        for _ in range(20):
            opened.page.keyboard.press("ArrowLeft")
        opened.page.keyboard.press("Escape")
        assert tip.inner_text() == ""


def test_the_axis_of_a_scatter_is_switched(made: Path, browser: Any) -> None:
    with browser.open(made) as opened:
        views = opened.page.locator("#plane .view")
        assert [views.nth(n).is_visible() for n in (0, 1)] == [True, False]
        opened.page.get_by_label("Horizontal axis").select_option(label="found")
        assert [views.nth(n).is_visible() for n in (0, 1)] == [False, True]
        assert opened.serious() == []


def test_labels_do_not_overlap(made: Path, browser: Any) -> None:
    with browser.open(made) as opened:
        boxes = opened.page.evaluate(
            "() => [...document.querySelectorAll('#plane .view:not([hidden]) .label')]"
            ".map(one => { const b = one.getBoundingClientRect();"
            " return [b.left, b.top + 3, b.right, b.bottom - 3]; })"
        )
    assert len(boxes) == 11
    for place, (left, top, right, bottom) in enumerate(boxes):
        for a, b, c, d in boxes[place + 1 :]:
            assert right <= a or c <= left or bottom <= b or d <= top


def test_a_lower_bound_has_no_upper_end_and_nothing_unknown_is_a_short_bar() -> None:
    assert 'x="90" y="5" width="210" height="12" class="unknown"' in bar(
        0.3, 0.1, 0.4, says="at least", open_end=True
    )
    assert bar(None, says="why").count('class="bar') == 0
    assert 'width="300" height="12" class="unknown"' in bar(None, says="why")


def test_the_front_holds_no_lower_bound() -> None:
    up, across = Axis("leakage", "less"), [Axis("SSIM", "more")]
    points = [
        Point(str(n), y, {"SSIM": x}, "one", open_end=open_end)
        for n, (x, y, open_end) in enumerate(
            [(0.9, 0.9, False), (0.8, 0.1, True), (0.5, 0.5, False)]
        )
    ]
    drawn = scatter(Plane("p", up), across, points, looks(["one"]))
    front = drawn.split('class="front"')[0].rsplit('d="', 1)[1]
    assert front.count("H") == 1  # from the first to the third, past the lower bound


def test_the_script_is_small() -> None:
    from importlib.resources import files

    assert len(files("unmask.evaluate.pages").joinpath("page.js").read_bytes()) <= 15_000
