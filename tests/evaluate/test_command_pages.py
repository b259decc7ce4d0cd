"""Pages of tune, tune all, audit-vlm, lab and verify: what they claim, how a browser sees them.

All is made of figures by hand; no photo is attacked.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from unmask.defenses import Range
from unmask.defenses.files.pictures import write_picture
from unmask.evaluate.cli import app
from unmask.evaluate.cli.stopping import shareable
from unmask.evaluate.lab.again import keep_config
from unmask.evaluate.lab.again import write_again as write_lab
from unmask.evaluate.lab.cells import factorial
from unmask.evaluate.lab.recipe import Recipe
from unmask.evaluate.lab.results import MASKED, NO_IMAGE, OTHER, Probed, Result, keep
from unmask.evaluate.lab.run import Setting
from unmask.evaluate.results.records import Record, write_records
from unmask.evaluate.statistics import Estimate
from unmask.evaluate.tuning.choose import front
from unmask.evaluate.tuning.every_page import every_verdict
from unmask.evaluate.tuning.goal import Goal
from unmask.evaluate.tuning.iso import Iso
from unmask.evaluate.tuning.iso_outputs import write_iso
from unmask.evaluate.tuning.outputs import write_outputs
from unmask.evaluate.tuning.page import search_page
from unmask.evaluate.tuning.points import Point
from unmask.evaluate.tuning.result import About, Tuned
from unmask.evaluate.tuning.strip import strip_path
from unmask.evaluate.verify import Finding, Verdict
from unmask.evaluate.verify.page import first_words
from unmask.evaluate.verify.report import write_look
from unmask.evaluate.verify.telling import Told

CAP = Goal(max_leakage=0.65)
BLUR = "gaussian_blur:sigma=0.08,region=image"
NASTY = 'a<b>&"\x1b]0;.jpg'


def estimate(value: float, wide: float = 0.1) -> Estimate:
    return Estimate(value, max(value - wide, 0.0), min(value + wide, 1.0), 20)


def point(number: int, sigma: float, leak: float, use: float, reason: str = "") -> Point:
    leakage = estimate(leak)._replace(high=1.0) if reason else estimate(leak)
    utilities = {"psnr": Estimate(30 * use, 29 * use, 31 * use, 20), "ssim": estimate(use, 0.02)}
    return Point(f"gaussian_blur:sigma={sigma:g}", leakage, "naive dlib", utilities,
                 {"sigma": sigma}, number, reason)  # fmt: skip


WEAK, MIDDLE, STRONG = point(0, 0.01, 0.9, 0.9), point(1, 0.1, 0.5, 0.6), point(2, 0.3, 0.3, 0.4)


def tuned(folder: Path, goal: Goal = CAP, chosen: Point | None = MIDDLE,
          check: Point = MIDDLE, *, holds: bool | None = True) -> Tuned:  # fmt: skip
    points = (WEAK, MIDDLE, STRONG)
    about = About("gaussian_blur", {"sigma": Range(0.01, 0.3, log=True)}, "orl", 5, 7, 8,
                  "search", "tpe")  # fmt: skip
    return Tuned(goal, about, points, tuple(front(points, goal)), chosen=chosen, check=check,
                 checked=(check,), holds=holds, optimism=estimate(0.0), opened=1,
                 notes=("only <8> people",), folder=folder)  # fmt: skip


def test_a_search_says_what_it_found_and_no_more(tmp_path: Path) -> None:
    page = search_page(tuned(tmp_path))
    assert "leakage at most 0.65 holds on the test people" in page
    assert "Use it: unmask apply @chosen.json SOURCE TARGET." in page
    assert "Eileen Collins" in page
    assert "only &lt;8&gt; people" in page
    assert str(tmp_path) not in page  # it may be shared
    unmet = search_page(tuned(tmp_path, Goal(max_leakage=0.1), None, STRONG, holds=False))
    assert "No setting holds leakage at most 0.1 on the search people" in unmet
    assert "unmask apply" not in unmet
    free = search_page(tuned(tmp_path, Goal(), MIDDLE, MIDDLE, holds=None))
    assert "this is no advice to use it" in free
    assert "unmask apply" not in free


def test_a_lower_bound_is_never_a_figure(tmp_path: Path) -> None:
    doubted = replace(MIDDLE, reason="the planted turn was not seen",
                      leakage=Estimate(0.2, 0.1, 1.0, 20))  # fmt: skip
    for goal, holds in ((CAP, False), (Goal(), None)):
        page = search_page(tuned(tmp_path, goal, MIDDLE, doubted, holds=holds))
        assert "more may leak than was measured: the planted turn was not seen" in page
        assert "on the test people: at least 0.200 (from 0.100)" in page
        assert "0.200 (0.100 to 1.000)" not in page
        assert "at least 0.200" in page.split("<table")[1]
        assert 'class="unknown"' in page.split("</header>")[0]  # the bar is open
        assert "unmask apply" not in page
    assert "it leaks at least 0.200" in page


def test_faces_of_the_user_only_where_they_are_asked_for(tmp_path: Path) -> None:
    for one in (WEAK, MIDDLE, STRONG):
        strip_path(tmp_path, one.number).parent.mkdir(exist_ok=True)
        write_picture(strip_path(tmp_path, one.number), np.full((160, 640, 3), 99, np.uint8))
    found = tuned(tmp_path)
    plain, own = search_page(found), search_page(replace(found, show_faces=True))
    assert "four faces at" not in plain
    assert own.count("four faces at") == 3
    assert "keep this page to yourself" in own
    assert "Eileen Collins" not in own
    averaged = (replace(MIDDLE, defense="k_same"),)  # made of people of a data set
    told = search_page(replace(found, points=averaged, front=averaged, chosen=None, check=None))
    assert "No picture: what is searched here is made of other people" in told
    folder = tmp_path / "made"
    folder.mkdir()
    write_outputs(replace(found, folder=folder, show_faces=True))
    assert json.loads((folder / "tuned.json").read_text())["show_faces"] is True


def test_a_page_of_many_trials_stays_small(tmp_path: Path) -> None:
    found = tuned(tmp_path)
    names = ("face_found", "landmark_error", "lpips", "outside_change", "pose_change", "seam")
    many = tuple(
        replace(point(n, 0.01 + n / 5000, 0.9 - n / 2000, 0.9 - n / 2000),
                utilities=dict.fromkeys((*names, "psnr", "ssim"), estimate(0.5)))
        for n in range(500)
    )  # fmt: skip
    page = search_page(replace(found, points=many, front=many[:9]))
    assert "500 settings were measured" in page
    assert "300 more are in trials.csv" in page
    assert len(page) < 600_000


def every(folder: Path) -> Iso:
    better = replace(MIDDLE, utilities={"ssim": estimate(0.61, 0.02)})
    parts = {"gaussian_blur": tuned(folder / "01-gaussian_blur"),
             "pixelate": tuned(folder / "02-pixelate", chosen=better, check=better),
             "mask": tuned(folder / "03-mask", CAP, None, STRONG, holds=False)}  # fmt: skip
    return Iso(CAP, parts, {"none": "nothing to tune in <none>"}, folder, 3)


def test_all_defenses_who_holds_and_who_is_as_good(tmp_path: Path) -> None:
    iso = every(tmp_path)
    said = every_verdict(iso)
    assert said.startswith("2 of 3 defenses hold leakage at most 0.65 on the test people.")
    assert "But the intervals do not tell it from" in said
    assert said.endswith("1 more could not be tuned.")
    none = replace(iso, tuned={"mask": iso.tuned["mask"]}, failed={})
    assert every_verdict(none) == (
        "The defense that was tuned does not hold leakage at most 0.65 on the test people."
    )


def audit_records(clean: float, masked: float, gap: float, blurred: float) -> list[Record]:
    base = Record("<orl>", "0", "audit", "none", {}, "leakage", "named/forced", "rank1",
                  recognizer="some/model", n=60, people=30, chance=0.1, value=clean,
                  low=max(clean - 0.1, 0), high=min(clean + 0.1, 1))  # fmt: skip
    control = replace(base, group="control=face_masked", value=masked, low=0.0, high=masked + 0.1)
    off = replace(base, kind="difference", group="above=face_masked", value=gap, low=gap - 0.1,
                  high=gap + 0.1)  # fmt: skip
    strong = "gaussian_blur:sigma=0.3"
    return [
        base, control, off,
        replace(base, defense=strong, params={"sigma": 0.3}, value=blurred, low=0.0, high=0.4),
        replace(off, defense=strong, value=blurred - masked, low=blurred - masked - 0.1,
                high=blurred - masked + 0.1),
    ]  # fmt: skip


def lab(folder: Path, knows: float) -> Path:
    cells = factorial((BLUR,), (0,))
    setting = Setting("/home/me/orl", (BLUR,), Recipe(), folder, cells[0])
    people = tuple(n // 3 for n in range(60))

    def probe(kind: str, right: float) -> Probed:
        credits = tuple(float(n % 10 < 10 * right) for n in range(60))
        return Probed(kind, credits, (), people)

    for cell in cells:
        less = 0.5 if cell.tune == BLUR else 1.0
        keep(setting.path(cell), Result(cell, (
            probe("clean", knows * less), probe(MASKED, 0.1), probe(BLUR, knows * less),
            probe(OTHER, 0.0), Probed(NO_IMAGE, (0.05,) * 60, (), people),
        ), 0.05, 1.0))  # fmt: skip
    keep_config(setting, cells)
    return write_lab(folder)


def test_a_lab_whose_model_learned_nothing_says_nothing(tmp_path: Path) -> None:
    knows = lab(tmp_path / "a", 0.8).read_text("utf-8")
    assert "tune (-0.400" in knows
    assert "/home/me" not in knows
    blind = lab(tmp_path / "b", 0.1).read_text("utf-8").split("</header>")[0]
    assert "The intervals meet, so nothing can be said about a defense." in blind
    assert "in every stage" not in blind


def look(folder: Path, *, sources: bool = False) -> dict[str, Any]:
    face = np.full((20, 20, 3), 120, np.uint8)
    findings = (
        Finding("survivor", "untouched", NASTY, "seen by <dlib>", (1.0, 2.0, 3.0, 4.0), face,
                face // 2),
        Finding("fault", "missing", "b.jpg"),
        Finding("note", "left out", "c.jpg", "no face was found"),
    )  # fmt: skip
    told = Told("inside", estimate(0.4), 0.25, "only 4 photos")
    verdict = Verdict(findings, 3, 4, (told,), None, ("no <centerface>",), ("dlib",))
    return write_look(folder, verdict, source="in", output="out", command="unmask verify in out",
                      show_sources=sources)  # fmt: skip


def test_what_verify_begins_with() -> None:
    survivor, fault, doubt = (
        Finding("survivor", "copy", "a"), Finding("fault", "missing", "b"),
        Finding("doubt", "seen", "c"),
    )  # fmt: skip

    def said(*findings: Finding, photos: int = 2, faces: int = 2) -> str:
        return first_words(Verdict(findings, photos, faces, (), None, (), ("dlib",)))

    assert said(survivor, fault) == "1 thing is left that may tell who it is"
    assert said(survivor, survivor) == "2 things are left that may tell who it is"
    assert said(fault, doubt) == "No surviving face was found, but 1 thing went wrong"
    assert said(doubt) == "No surviving face was found, but 1 place must be looked at"
    assert said(faces=0).endswith("but none was found in the sources either")
    assert said(photos=0) == "Nothing was looked at"
    assert said() == "No surviving face was found"


def test_a_page_of_verify_escapes_names_and_is_made_again(tmp_path: Path) -> None:
    run = tmp_path / "run"
    look(run, sources=True)
    assert (run / "shots" / "0000-source.jpg").exists()
    look(run)
    assert [p.name for p in (run / "shots").iterdir()] == ["0000.jpg"]  # the clean face is gone
    page = (run / "verify.html").read_text("utf-8")
    assert "<b>&" not in page
    assert "\x1b" not in page
    assert "a&lt;b&gt;&amp;" in page
    assert "At least 0.40, as only 4 photos" in page
    assert "keep it to yourself" in page
    (run / "verify.html").unlink()
    assert CliRunner().invoke(app, ["report", str(run)]).exit_code == 0
    assert (run / "verify.html").read_text("utf-8") == page
    (run / "verify.json").write_text("{}", "utf-8")
    with pytest.raises(ValueError, match="is damaged or of an older version"):
        CliRunner().invoke(app, ["report", str(run)], catch_exceptions=False)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """One page of each command, made again by `unmask report`."""
    folder = tmp_path_factory.mktemp("pages")
    iso = every(folder / "all")
    for found in (*iso.tuned.values(), tuned(folder / "tune")):
        found.folder.mkdir(parents=True)
        write_outputs(found)
    write_iso(iso)
    audit = folder / "audit"
    write_records(audit / "records.jsonl", audit_records(0.5, 0.1, 0.4, 0.3))
    (audit / "config.json").write_text('{"command": "audit-vlm", "dataset": "<orl>"}', "utf-8")
    lab(folder / "lab", 0.8)
    look(folder / "verify")
    runs = [folder / name for name in ("tune", "all", "audit", "lab", "verify")]
    done = CliRunner().invoke(app, ["report", *map(str, runs)])
    assert done.exit_code == 0, done.output
    return [run / ("verify.html" if run.name == "verify" else "report.html") for run in runs]


def test_pages_are_small_and_stand_alone(pages: list[Path]) -> None:
    for page in pages:
        text = page.read_text("utf-8")
        assert len(text) < 300_000
        assert "<orl>" not in text
        assert "http" not in text.replace("http-equiv", "").replace("http://www.w3.org", "")


@pytest.mark.parametrize("place", range(5), ids=("tune", "all", "audit", "lab", "verify"))
def test_a_browser_has_nothing_to_say_against_them(
    pages: list[Path], browser: Any, place: int
) -> None:
    for shown in ({}, {"width": 390, "dark": True}):
        with browser.open(pages[place], **shown) as opened:
            assert opened.errors == []
            assert opened.requests == []
            assert opened.overflow() == []
            assert opened.serious() == []


def test_the_axis_of_the_front_and_tips_of_the_curve(pages: list[Path], browser: Any) -> None:
    with browser.open(pages[0]) as opened:
        opened.page.get_by_label("Horizontal axis").select_option(label="psnr in dB")
        opened.page.locator("#curve circle[data-tip]").first.hover()
        assert "sigma 0.01: 0.900 (0.800 to 1.000)" in opened.page.locator("#tip").inner_text()


def test_a_command_in_a_page_names_no_folder_above_and_no_password() -> None:
    words = ["tune", "mask", "/home/me/photos", "--storage", "postgresql://me:s3cr@db/u",
             "lfw:/data/me/lfw,people=3", "--out=../me/run", r"C:\Users\me\faces"]  # fmt: skip
    told = shareable(words)
    assert "me/" not in told.replace("postgresql://me:***@db/u", "")
    assert "s3cr" not in told
    assert r"Users" not in told
    assert "tune mask photos" in told
    assert "lfw:lfw,people=3" in told
    assert "--out=run" in told
    tool = "'[b]tool=/home/me/my folder, x' none"
    assert "my folder" not in shareable(["compare", "orl", "--defenses", tool])
    assert "x=... none" in shareable(["compare", "--defenses", "x=/home/me/a none"])
