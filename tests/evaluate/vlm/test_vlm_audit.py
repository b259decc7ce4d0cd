"""Whole audits: of a made-up witness whose figures are known, and of saved models."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import unmask
from unmask.evaluate.audit.inquiry import Audit, Inquiry
from unmask.evaluate.audit.kept import NAME, read
from unmask.evaluate.audit.people import Person, Subjects, load_subjects
from unmask.evaluate.audit.reached import reached
from unmask.evaluate.audit.run import Audited, audit
from unmask.evaluate.cli import main
from unmask.evaluate.results.records import Record, find, read_records
from unmask.evaluate.vlm.base import Matrix, Model, Picture
from unmask.evaluate.vlm.names import BINS
from unmask.evaluate.vlm.opening import load

NAMES = ("Anna Bell", "Carl Dorn", "Emma Falk", "Georg Hahn", "Ida Jung", "Karl Lang", "Lena Moor",
         "Otto Pahl")  # fmt: skip
WEAK, STRONG = "pixelate:blocks=32,region=image", "constant:region=image"


def subjects(people: int = 8, photos: int = 2) -> Subjects:
    found = load_subjects(f"orl:people={people},photos={photos}")
    cast = {
        key: Person(key, name, fame="high" if number % 2 else "low")
        for number, (key, name) in enumerate(zip(sorted(found.people), NAMES, strict=False))
    }
    return Subjects(found.label, cast, found.photos)


class Witness(Model):
    """Knows people by the brightness of their photos; refuses when it sees plain grey."""

    def __init__(self, known: Subjects) -> None:
        super().__init__("witness", "1", 4)
        self.light = {
            known.people[p.identity].name: p.pixels.mean() for p in reversed(known.photos)
        }
        self.photos = [(p.pixels.mean(), known.people[p.identity].name) for p in known.photos]

    def name(self, picture: Picture) -> str | None:
        if picture is None or picture.std() < 1:
            return None
        light, name = min(self.photos, key=lambda entry: abs(entry[0] - picture.mean()))
        return name if abs(light - picture.mean()) < 0.8 else None

    def answer(
        self, pictures: Sequence[Picture], prompts: Sequence[str], max_new_tokens: int = 24
    ) -> list[str]:
        return [self.name(p) or "I cannot identify anybody." for p in pictures]

    def likelihoods(
        self, pictures: Sequence[Picture], prompts: Sequence[str], candidates: Sequence[str]
    ) -> Matrix:
        rows = []
        for picture, prompt in zip(pictures, prompts, strict=True):
            name = self.name(picture)
            if list(candidates) == ["Yes", "No"]:
                rows.append([-1.0, -2.0] if name and name in prompt else [-2.0, -1.0])
            else:
                rows.append([0.0 if name and c.endswith(name) else -5.0 for c in candidates])
        return np.array(rows)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> tuple[Audited, Audit]:
    known = subjects()
    inquiry = Inquiry(defenses=(WEAK, STRONG), probes=("open", "forced", "yes_no"))
    folder = tmp_path_factory.mktemp("audit") / "run"
    return audit(Witness(known), known, inquiry, folder=folder), Audit.of(known, inquiry, 4)


def test_what_it_found_is_read_back_and_shown(seen: tuple[Audited, Audit]) -> None:
    found = seen[0]
    again = unmask.read(found.page.parent)
    assert isinstance(again, Audited)
    assert len(again.records) == len(found.records)
    assert again.answers == found.answers
    assert repr(again) == repr(found)
    assert repr(found).startswith("witness knows these people: it names 16 of 16 clean photos")
    assert len(repr(found).splitlines()) == 5
    assert found._repr_html_().startswith("<p>witness knows these people")
    assert "<table" in found._repr_html_()
    assert set(found.to_dataframe()["status"]) >= {"ok"}


def value(records: Sequence[Record], **wanted: Any) -> float:
    found = find(records, **wanted)
    assert len(found) == 1, wanted
    assert found[0].value is not None
    return found[0].value


def test_the_witness_names_clean_photos_and_refuses_blank_ones(
    seen: tuple[Audited, Audit],
) -> None:
    records = seen[0].records
    for name, statistic in (("open", "right"), ("open/any", "right"), ("forced", "rank1"),
                            ("forced_calibrated", "rank1"), ("yes_no", "accuracy"),
                            ("yes_no", "margin")):  # fmt: skip
        clean = {"name": f"named/{name}", "statistic": statistic, "defense": "none", "group": ""}
        assert value(records, **clean) == 1.0
    blank = next(r.defense for r in records if r.defense.startswith("constant"))
    assert value(records, name="named/open", statistic="refusal", defense=blank, group="") == 1.0
    forced = {"name": "named/forced", "statistic": "rank1", "defense": blank, "group": ""}
    assert value(records, **forced) == pytest.approx(1 / 8)
    assert value(records, name="named/yes_no", statistic="accuracy", defense=blank,
                 group="") == 0.5  # fmt: skip


def test_controls(seen: tuple[Audited, Audit]) -> None:
    records = seen[0].records
    rank1 = {"statistic": "rank1", "kind": "leakage"}
    for name in ("named/forced", "named/forced_calibrated"):
        assert value(records, name=name, group="control=no_image", **rank1) == pytest.approx(1 / 8)
        assert value(records, name=name, group="control=other_photo", **rank1) == 0.0
        assert value(records, name=name, group="control=shuffled_names", defense="none",
                     **rank1) == 0.0  # fmt: skip
    gaps = find(records, kind="difference", name="named/forced", defense="none")
    assert {r.group for r in gaps} == {f"above={c}" for c in (
        "no_image", "other_photo", "face_masked", "shuffled_names")}  # fmt: skip
    above = value(records, kind="difference", name="named/forced", defense="none",
                  group="above=no_image")  # fmt: skip
    assert above == pytest.approx(7 / 8)


def test_from_which_strength_on(seen: tuple[Audited, Audit]) -> None:
    records = seen[0].records
    found = {(r.family, r.measure, r.control): r for r in reached(records)}
    blank = found["constant", "named/forced", "no_image"]
    assert blank.alike.startswith("constant")
    assert blank.shown == ""  # eight people show nothing
    assert found["pixelate", "named/forced", "no_image"].alike == ""


def test_at_a_control_from_a_strength_on() -> None:
    base = Record("d", "s", "audit", "", {}, "difference", "named/forced", "rank1",
                  group="above=no_image", value=0.0, people=72)  # fmt: skip
    specs = [f"pixelate:blocks={n}" for n in (32, 16, 8, 4)]
    ends = [(-0.1, 0.02), (0.1, 0.4), (-0.01, 0.2), (-0.04, 0.04)]  # the second rises again
    records = [replace(base, defense=spec, low=low, high=high)
               for spec, (low, high) in zip(specs, ends, strict=True)]  # fmt: skip
    records += [replace(base, kind="leakage", group="", defense=spec) for spec in specs]
    (found,) = reached(records)
    assert (found.alike, found.shown) == (specs[2], specs[3])


def test_four_bins_sum_to_one_everywhere(seen: tuple[Audited, Audit]) -> None:
    open_ = [r for r in seen[0].records
             if r.name.startswith("named/open") and r.statistic in BINS and r.kind == "leakage"
             and r.name != "named/open/any" and r.group != "control=shuffled_names"
             and "," not in r.group]  # fmt: skip
    cells: dict[tuple[str, str, str], dict[str, float]] = {}
    for r in open_:
        cells.setdefault((r.name, r.defense, r.group), {})[r.statistic] = r.value or 0.0
    assert len(cells) > 50
    for cell in cells.values():
        assert set(cell) == set(BINS)
        assert sum(cell.values()) == pytest.approx(1)


def test_strata_and_contexts_are_reported(seen: tuple[Audited, Audit]) -> None:
    records = seen[0].records
    groups = {r.group for r in records if r.name == "named/forced"}
    assert {"", "fame=high", "fame=low", "context=blurred", "context=replaced",
            "context=removed", "control=face_masked"} <= groups  # fmt: skip
    fame = find(records, name="named/forced", group="fame=high", defense="none")[0]
    assert (fame.people, fame.n) == (4, 8)
    page = seen[0].page.read_text()
    for text in ("A refusal is not privacy", "2408.01228", "printed in the picture", "fame"):
        assert text in page
    assert (seen[0].page.parent / "curve.png").stat().st_size > 5000


def test_true_and_false_names_are_asked_equally_often(seen: tuple[Audited, Audit]) -> None:
    told: dict[str, list[bool]] = {}
    for answer in seen[0].answers:
        if answer.probe == "yes_no" and answer.view == "none|whole|own":
            told.setdefault(answer.asked, []).append(answer.asked == answer.person)
    assert set(told) == set(seen[1].subjects.people)
    assert all(sum(each) == 2 and len(each) == 4 for each in told.values())


def test_an_audit_resumes_after_a_torn_line(seen: tuple[Audited, Audit], tmp_path: Path) -> None:
    whole = seen[0].page.parent
    shutil.copy(whole / "config.json", tmp_path / "config.json")
    text = (whole / NAME).read_bytes()
    (tmp_path / NAME).write_bytes(text[: len(text) // 2])
    known = subjects()
    again = audit(Witness(known), known, seen[1].inquiry, folder=tmp_path, resume=True)
    assert (tmp_path / NAME).read_bytes() == text
    assert list(again.records) == list(seen[0].records)
    with pytest.raises(ValueError, match="other settings"):
        audit(Witness(known), known, Inquiry(seed=1), folder=tmp_path, resume=True)
    first, *rest = known.photos
    other = replace(known, photos=(first.with_pixels(first.pixels // 2), *rest))
    with pytest.raises(ValueError, match=r"other settings \(photos\)"):
        audit(Witness(known), other, seen[1].inquiry, folder=tmp_path, resume=True)
    lines = text.split(b"\n")
    (tmp_path / NAME).write_bytes(b"\n".join([lines[0][:9], *lines[1:]]))
    with pytest.raises(ValueError, match="line 1 is no answer"):
        read(tmp_path)


def test_answers_that_were_edited_are_asked_again(
    seen: tuple[Audited, Audit], tmp_path: Path
) -> None:
    """Names are taken out of a file that is shown around, and the audit goes on with it."""
    whole = seen[0].page.parent
    shutil.copy(whole / "config.json", tmp_path / "config.json")
    text = (whole / NAME).read_text()
    edited = text
    for name in NAMES:
        edited = edited.replace(f'"answer": "{name}"', '"answer": "somebody"')
    assert edited != text
    (tmp_path / NAME).write_text(edited)
    known = subjects()
    again = audit(Witness(known), known, seen[1].inquiry, folder=tmp_path, resume=True)
    assert list(again.records) == list(seen[0].records)
    assert sorted((tmp_path / NAME).read_text().splitlines()) == sorted(text.splitlines())


def names_file(folder: Path, known: Subjects) -> Path:
    path = folder / "names.csv"
    rows = [f"{key},{person.name}" for key, person in known.people.items()]
    path.write_text("identity,name\n" + "\n".join(rows) + "\n")
    return path


def test_kill_and_resume_gives_the_same_records(
    llava: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed, killed = names_file(tmp_path, subjects(4, 2)), tmp_path / "killed"
    words = [
        "audit-vlm", str(llava), "orl:people=4,photos=2", "--names", str(listed), "--batch", "1",
        "--tokens", "4", "--defenses", WEAK, "--strengths", "1", "--candidates", "0",
        "--contexts", "whole,blurred", "--prompts", "direct", "--probes", "open,forced,yes_no",
        "--no-text", "--quiet", "--out", str(killed),
    ]  # fmt: skip
    command = [sys.executable, "-P", "-c", "from unmask.evaluate.cli import main; main()", *words]
    with subprocess.Popen(command) as process:
        stop = time.monotonic() + 60
        while time.monotonic() < stop and process.poll() is None:
            if (killed / NAME).exists() and (killed / NAME).stat().st_size > 6000:
                break
            time.sleep(0.005)
        assert process.poll() is None, "it was done before it could be killed"
        os.kill(process.pid, signal.SIGKILL)
    assert not (killed / "records.jsonl").exists()
    before = len(read(killed))
    assert before > 10
    monkeypatch.setattr(sys, "argv", ["unmask", *words, "--resume"])
    with pytest.raises(SystemExit) as done:
        main()
    assert not done.value.code
    inquiry = Inquiry(
        defenses=(WEAK,), candidates=0, tokens=4, prompts=("direct",),
        contexts=("whole", "blurred"), probes=("open", "forced", "yes_no"),
    )  # fmt: skip
    named = load_subjects("orl:people=4,photos=2", names=listed)
    model = load(str(llava), batch=1)
    whole = audit(model, named, inquiry, folder=tmp_path / "whole")
    assert (killed / NAME).read_bytes() == (whole.page.parent / NAME).read_bytes()
    assert len(whole.answers) > before
    assert read_records(killed / "records.jsonl") == read_records(
        whole.page.parent / "records.jsonl"
    )


@pytest.mark.parametrize("name", ["llava", "qwen"])
def test_saved_models_without_a_picture_are_at_chance(
    name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    known = subjects(5, 2)
    inquiry = Inquiry(contexts=("whole",), prompts=("direct",), tokens=4)
    model = load(str(request.getfixturevalue(name)), batch=4)
    found = audit(model, known, inquiry, folder=tmp_path / "run").records
    none = find(found, group="control=no_image", statistic="rank1", kind="leakage")
    assert {r.name for r in none} == {"named/forced", "named/forced_calibrated"}
    for record in none:
        assert record.value == pytest.approx(1 / 5, abs=1e-12)
        assert record.chance == pytest.approx(1 / 5)
    missing = find(found, status="unavailable")
    assert [r.name for r in missing] == ["named/votes"]


def test_a_dual_encoder_votes(clip: Path, tmp_path: Path) -> None:
    known = subjects(5, 2)
    inquiry = Inquiry(contexts=("whole",), decoys=("Hahn Bell", "Jung Carl"))
    found = audit(load(str(clip)), known, inquiry, folder=tmp_path / "run").records
    none = {"group": "control=no_image", "kind": "leakage"}
    votes = find(found, name="named/votes", statistic="rank1", **none)[0]
    assert votes.chance == pytest.approx(1 / 7)
    assert value(found, name="named/forced", **none) == pytest.approx(1 / 5)
    assert find(found, name="named/votes", statistic="person", defense="none", group="")
    missing = {r.name: r.reason for r in find(found, status="unavailable")}
    assert missing == {"named/open": "a dual encoder writes no answers",
                       "unasked/name": "a dual encoder writes no answers",
                       "named/yes_no": "a dual encoder answers no questions"}  # fmt: skip
    answer = next(a for a in read(tmp_path / "run") if a.probe == "votes")
    assert len(answer.answer) == 21


def test_a_defense_that_learns_is_refused(tmp_path: Path) -> None:
    known = subjects(5, 1)
    with pytest.raises(ValueError, match="learns from photos of other people"):
        audit(Witness(known), known, Inquiry(defenses=("k_same",)), folder=tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"probes": ("open", "guess")}, "a probe is one of"),
        ({"prompts": ("rude",)}, "a prompt is one of"),
        ({"candidates": 1}, "candidates must be 2 or more"),
        ({"probes": ()}, "at least one probe"),
    ],
)
def test_bad_inquiries(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Inquiry(**settings)


def test_config_says_every_sentence(seen: tuple[Audited, Audit]) -> None:
    told = json.loads((seen[0].page.parent / "config.json").read_text())
    assert len(told["inquiry"]["templates"]) == 21
    assert len(told["inquiry"]["wording"]["prompts"]) == 5
    assert told["people"]["s1" if "s1" in told["people"] else next(iter(told["people"]))]
