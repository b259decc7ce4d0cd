"""Choices that are refused, and photos about which nothing comes, are no privacy."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from unmask.defenses import Photo
from unmask.evaluate.audit.inquiry import Inquiry
from unmask.evaluate.audit.kept import NAME
from unmask.evaluate.audit.people import Person, Subjects
from unmask.evaluate.audit.run import Audited, audit
from unmask.evaluate.audit.verdict import verdict
from unmask.evaluate.results.records import find
from unmask.evaluate.vlm.base import CannotAnswerError, Matrix, Model, Picture

BLANK = "constant:region=image"
REFUSAL = "I'm sorry, I cannot identify people in photos."
GIVEN, LAST = ["Anna", "Carl", "Emma", "Ida", "Lena", "Otto"], ["Bell", "Dorn", "Falk", "Hahn"]


def cast() -> Subjects:
    names = [f"{first} {last}" for last in LAST for first in GIVEN]
    people = {f"p{i:02d}": Person(f"p{i:02d}", name) for i, name in enumerate(names)}
    photos = []
    for number, key in enumerate(people):
        pixels = np.full((16, 16, 3), 200, np.uint8)
        pixels[:8], pixels[0, 0] = number * 9, (number, 1, 77)
        photos.append(Photo(pixels, f"{key}/0.png", key, faces=()))
    return Subjects("made", people, tuple(photos), printed=frozenset())


class Lettered(Model):
    """Knows everybody on a clean photo, cannot weigh, and refuses all that is defended."""

    weighs, clean_too = False, False

    def __init__(self, known: Subjects) -> None:
        super().__init__("lettered", "1", 8)
        self.names = [person.name for person in known.people.values()]

    def answer(
        self, pictures: Sequence[Picture], prompts: Sequence[str], max_new_tokens: int = 24
    ) -> list[str]:
        return [self.one(p, q) for p, q in zip(pictures, prompts, strict=True)]

    def one(self, picture: Picture, prompt: str) -> str:
        if not isinstance(picture, np.ndarray) or picture[0, 0, 2] != 77 or self.clean_too:
            return REFUSAL
        name = self.names[picture[0, 0, 0]]
        if "Choose one" in prompt:
            return next(line[0] for line in prompt.split("\n") if line.endswith(f") {name}"))
        return "Yes" if name in prompt else "No"

    def likelihoods(
        self, pictures: Sequence[Picture], prompts: Sequence[str], candidates: Sequence[str]
    ) -> Matrix:
        raise CannotAnswerError("it tells none")


class Shy(Lettered):
    """Refuses also clean photos."""

    clean_too = True


class Breaking(Lettered):
    """Cannot answer about some of the defended photos, and names nobody on the others."""

    left = 2

    def answer(
        self, pictures: Sequence[Picture], prompts: Sequence[str], max_new_tokens: int = 24
    ) -> list[str]:
        if isinstance(pictures[0], np.ndarray) and pictures[0][0, 0, 2] != 77:
            self.left -= 1
            if self.left >= 0:
                raise CannotAnswerError("too dark")
            return ["A"] * len(prompts)
        return super().answer(pictures, prompts, max_new_tokens)


def asked(model: type[Lettered], folder: Path, probe: str) -> Audited:
    known = cast()
    inquiry = Inquiry(defenses=(BLANK,), probes=(probe,))
    return audit(model(known), known, inquiry, folder=folder, text=False, progress=None)


@pytest.mark.parametrize("probe", ["forced", "yes_no"])
def test_a_choice_that_is_refused_may_hold_every_name(tmp_path: Path, probe: str) -> None:
    found = asked(Lettered, tmp_path / "run", probe).records
    statistic = "rank1" if probe == "forced" else "margin"
    own = {"name": f"named/{probe}", "statistic": statistic, "defense": "constant"}
    (figure,) = find(found, kind="leakage", group="", **own)
    assert figure.status == "at least"
    assert "24 photos" in figure.reason
    gaps = find(found, kind="difference", **own)
    assert gaps
    assert all((gap.high or 0.0) > 0.45 for gap in gaps)
    (clean,) = find(found, kind="leakage", group="", name=own["name"], defense="none",
                    statistic=statistic)  # fmt: skip
    assert (clean.value, clean.status) == (1.0, "ok")


def test_a_model_that_refuses_to_choose_is_not_one_that_knows_nobody(tmp_path: Path) -> None:
    (told,) = verdict(asked(Shy, tmp_path / "run", "forced").records)
    assert told.startswith("It cannot be told whether lettered knows these people")


def test_photos_about_which_no_answer_came_may_all_be_named(tmp_path: Path) -> None:
    found = asked(Breaking, tmp_path / "run", "forced").records
    own = {"name": "named/forced", "defense": "constant"}
    (figure,) = find(found, kind="leakage", group="", **own)
    assert figure.n == 8
    assert "no answer about 16 photos, which are left out: too dark" in figure.reason
    assert all((gap.high or 0.0) > 0.6 for gap in find(found, kind="difference", **own))


def test_an_answer_that_was_copied_over_another_is_asked_again(tmp_path: Path) -> None:
    known, folder = cast(), tmp_path / "run"
    plan = Inquiry(defenses=(BLANK,), probes=("forced",))
    first = audit(Lettered(known), known, plan, folder=folder, text=False, progress=None)
    lines = (folder / NAME).read_text().splitlines(keepends=True)
    lines[1] = lines[0]  # of one unit
    (folder / NAME).write_text("".join(lines[:-1]))
    again = audit(Lettered(known), known, plan, folder=folder, resume=True, text=False,
                  progress=None)  # fmt: skip
    assert again.answers == first.answers
    assert again.records == first.records


class Overflowing(Lettered):
    """Tells likelihoods, which are no numbers for every third photo."""

    weighs = True

    def likelihoods(
        self, pictures: Sequence[Picture], prompts: Sequence[str], candidates: Sequence[str]
    ) -> Matrix:
        table = np.zeros((len(pictures), len(candidates)))
        table[:, 0] = -np.inf
        for row, picture in zip(table, pictures, strict=True):
            if isinstance(picture, np.ndarray) and picture[0, 0, 0] % 3 == 0:
                row[:] = np.nan
        return table


def test_likelihoods_that_are_no_numbers_are_no_answer(tmp_path: Path) -> None:
    """The audit ended in an error when all questions had been asked."""
    who = cast()
    found = audit(Overflowing(who), who, Inquiry(probes=("forced",), contexts=("whole",)),
                  folder=tmp_path / "run", progress=None)  # fmt: skip
    (clean,) = find(found.records, name="named/forced", defense="none", group="",
                    kind="leakage")  # fmt: skip
    assert clean.n == 16
    assert "no answer about 8 photos" in clean.reason
    assert "no numbers" in clean.reason


class Thinking(Shy):
    """Thinks for longer than it may, so that its answers are empty, as some servers have it."""

    def one(self, picture: Picture, prompt: str) -> str:
        return ""


@pytest.mark.parametrize("kind", [Shy, Thinking])
@pytest.mark.parametrize("probe", ["open", "unasked"])
def test_who_refuses_everything_is_not_said_to_know_nobody(
    kind: type[Lettered], probe: str, tmp_path: Path
) -> None:
    inquiry = Inquiry((BLANK,), (probe,), contexts=("whole",), candidates=0)
    known = cast()
    found = audit(kind(known), known, inquiry, folder=tmp_path, progress=None)
    told = verdict(found.records)[0]
    assert told.startswith("It cannot be told whether lettered knows these people")
    assert "refuses 1.00 of the questions" in told


class Wordy(Lettered):
    """Says more about defended photos than it may, and names nobody before it is cut off."""

    def one(self, picture: Picture, prompt: str) -> str:
        if isinstance(picture, np.ndarray) and picture[0, 0, 2] == 77:
            return self.names[picture[0, 0, 0]]
        return "The photo is blurred but what can still be seen is a man who"


def test_answers_that_are_cut_short_are_said(tmp_path: Path) -> None:
    inquiry = Inquiry((BLANK,), ("open",), ("direct",), contexts=("whole",), candidates=0)
    known = cast()
    found = audit(Wordy(known), known, inquiry, folder=tmp_path, progress=None)
    page = found.page.read_text(encoding="utf-8")
    assert "read from the first 24 tokens of each answer" in page
    # 24 defended photos, and without a picture 24 people; nobody has a face to be masked
    assert "48 of 96 answers seem to be cut short" in page
