"""What a model is still good for: answers to ordinary questions that stay."""

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from unmask.defenses import DEFENSES
from unmask.evaluate.audit.inquiry import Inquiry
from unmask.evaluate.audit.people import Person, Subjects, load_subjects
from unmask.evaluate.audit.run import audit
from unmask.evaluate.audit.useful_said import useful_said
from unmask.evaluate.results.records import Record, find
from unmask.evaluate.vlm.base import Matrix, Model, Picture
from unmask.evaluate.vlm.opening import load
from unmask.evaluate.vlm.ordinary import as_likely, chosen_alike, kept
from unmask.evaluate.vlm.wording import LAB, ORDINARY, Wording

NAMES = ("Anna Bell", "Carl Dorn", "Emma Falk", "Georg Hahn", "Ida Jung")
FACE, ALL = (DEFENSES.build(f"mask:region={part}").spec for part in ("eyes", "image"))


@pytest.mark.parametrize(
    ("answer", "clean", "share"),
    [
        ("Outdoors.", "outdoors", 1.0),
        ("A red shirt", "red shirt", 1.0),
        ("blue", "red", 0.0),
        ("a red shirt and jeans", "red", 0.0),
        ("a man speaks at a desk", "a man speaks at a table", 0.75),
        ("I cannot tell who that is.", "outdoors", 0.0),
        ("", "outdoors", 0.0),
        ("outdoors", "I'm sorry, I can't help with that.", None),
        ("outdoors", "", None),
    ],
)
def test_how_much_of_an_answer_is_kept(answer: str, clean: str, share: float | None) -> None:
    found = kept(answer, clean)
    assert found == (None if share is None else pytest.approx(share))


def test_a_name_is_no_use_that_should_be_kept() -> None:
    told = "Georg Hahn speaks at a small table"
    assert kept("A man speaks at a small table", told) < 1
    assert kept("He speaks at a small table", told, {"georg", "hahn", "he"}) == 1.0
    assert kept("a man", "Georg Hahn", {"georg", "hahn"}) is None


def test_likelihood_per_word() -> None:
    assert as_likely(-4.0, -2.0, "red shirt") == pytest.approx(math.exp(-1))
    assert as_likely(-1.0, -2.0, "red") == 1.0  # a defense cannot add use
    assert chosen_alike([2.0, 1.0], [2.0, 1.0]) == (1.0, 1.0)
    same, share = chosen_alike([0.0, 2.0], [2.0, 0.0])
    assert (same, share) == (0.0, pytest.approx(math.exp(-2)))


class Looks(Model):
    """Answers by the shade of the upper left corner, which a defense of the face leaves alone."""

    refusing: ClassVar[tuple[str, ...]] = ()  # questions that it never answers

    def __init__(self) -> None:
        super().__init__("looks", "1", 4)

    def told(self, picture: Picture, question: str) -> str:
        if question in self.refusing:
            return "I'm sorry, I can't help with that."
        if picture is None:
            return "nothing"
        return f"shade {int(picture[:4, :4].mean()) // 4}"

    def answer(
        self, pictures: Sequence[Picture], prompts: Sequence[str], max_new_tokens: int = 24
    ) -> list[str]:
        return [self.told(p, q) for p, q in zip(pictures, prompts, strict=True)]

    def likelihoods(
        self, pictures: Sequence[Picture], prompts: Sequence[str], candidates: Sequence[str]
    ) -> Matrix:
        return np.array([
            [-0.1 if self.told(p, q) == c else -6.1 for c in candidates]
            for p, q in zip(pictures, prompts, strict=True)
        ])  # fmt: skip


class Constant(Looks):
    def told(self, picture: Picture, question: str) -> str:
        return "a person"


class Refuses(Looks):
    refusing: ClassVar = (ORDINARY[0].question, ORDINARY[1].question)


class Blinded(Looks):
    """Refuses what it cannot see."""

    def told(self, picture: Picture, question: str) -> str:
        seen = picture is not None and picture.std() > 1
        return super().told(picture, question) if seen else "I cannot see any image."


class Pairs(Looks):
    """A dual encoder that compares the corner with the length of a sentence."""

    kind: ClassVar = "dual"

    def likelihoods(
        self, pictures: Sequence[Picture], prompts: Sequence[str], candidates: Sequence[str]
    ) -> Matrix:
        shades = [0.5 if p is None else float(p[:4, :4].mean()) / 255 for p in pictures]
        ends = np.linspace(0, 1, len(candidates))
        return np.array([-40 * np.abs(ends - shade) for shade in shades])


def subjects(people: int = 5, photos: int = 3) -> Subjects:
    found = load_subjects(f"orl:people={people},photos={photos}")
    keys = sorted(found.people)
    cast = {key: Person(key, name) for key, name in zip(keys, NAMES, strict=False)}
    photos_ = []
    for place, photo in enumerate(found.photos):
        pixels = photo.pixels.copy()
        pixels[:8, :8] = 12 * place + 4  # everybody's corner is another one
        photos_.append(photo.with_pixels(pixels))
    return Subjects(found.label, cast, tuple(photos_))


def asked(model: Model, folder: Path, **settings: Any) -> tuple[Record, ...]:
    settings = {"defenses": (FACE, ALL), "contexts": ("whole",)} | settings
    inquiry = Inquiry(probes=("useful",), **settings)
    return audit(model, subjects(), inquiry, folder=folder).records


def value(records: Sequence[Record], defense: str, name: str = "useful/kept", group: str = "",
          kind: str = "utility") -> float:  # fmt: skip
    (found,) = find(records, defense=defense, name=name, group=group, kind=kind)
    assert found.value is not None
    return found.value


def test_what_the_face_did_not_show_is_kept(tmp_path: Path) -> None:
    records = asked(Looks(), tmp_path / "run")
    for name in ("useful/kept", "useful/likelihood"):
        assert value(records, "none", name) == 1.0
        assert value(records, FACE, name) == 1.0
        assert value(records, ALL, name) < 0.2
        assert value(records, "none", name, "control=no_image") < 0.2
        assert value(records, "none", name, "control=other_photo") < 0.2
        above = value(records, FACE, name, "above=other_photo", "difference")
        assert above > 0.8
        assert value(records, ALL, name, "above=no_image", "difference") < 0.2
    assert value(records, ALL, "useful/likelihood") < value(records, FACE, "useful/likelihood")
    assert value(records, FACE, "useful/kept/light") == 1.0
    assert value(records, FACE, "useful/refused") == 0.0


def test_who_always_says_the_same_keeps_all_and_is_at_its_floor(tmp_path: Path) -> None:
    records = asked(Constant(), tmp_path / "run")
    assert value(records, ALL) == 1.0
    for control in ("no_image", "other_photo"):
        assert value(records, ALL, group=f"above={control}", kind="difference") == 0.0

    said = " ".join(useful_said(records))
    assert "keeps 1.00 under mask" in said
    assert "not shown to answer differently" in said


def test_the_verdict_tells_what_is_kept_and_when_that_means_nothing() -> None:
    base = Record("d", "s", "audit", "none", {}, "utility", "useful/kept", "share", value=1.0)
    blur = {"defense": "gaussian_blur:sigma=0.3", "params": {"sigma": 0.3}}
    records = [
        base,
        replace(base, group="control=other_photo", value=0.4),
        replace(base, value=0.5, **blur),
        replace(base, kind="difference", group="above=other_photo", low=0.3),
    ]
    (said,) = useful_said(records)
    assert said.startswith("Of its answers to ordinary questions the model keeps 0.50 under gauss")
    assert said.endswith("somebody else's photo keeps 0.40.")
    _, more = useful_said([*records[:-1], replace(records[-1], low=-0.1)])
    assert more.endswith("says nothing about use.")


def test_a_refusal_is_never_kept(tmp_path: Path) -> None:
    records = asked(Refuses(), tmp_path / "some")
    assert value(records, "none") == 1.0  # of the questions that were answered
    whole = find(records, name="useful/kept", group="", defense="none", kind="utility")[0]
    assert "30 of 90 answers about clean photos refuse" in whole.reason
    assert not find(records, name="useful/kept/doing")
    records = asked(Blinded(), tmp_path / "blinded")
    assert value(records, ALL) == 0.0
    assert value(records, ALL, "useful/refused") == 1.0

    class Never(Looks):
        refusing = tuple(one.question for one in ORDINARY)

    (missing,) = find(asked(Never(), tmp_path / "never"), status="unavailable")
    assert missing.reason == "every answer about a clean photo refuses or says nothing"


def test_a_dual_encoder_chooses_among_sentences(tmp_path: Path) -> None:
    records = asked(Pairs(), tmp_path / "run")
    assert value(records, FACE) == value(records, FACE, "useful/likelihood") == 1.0
    assert value(records, ALL) < 0.6
    assert not find(records, name="useful/refused")


@pytest.mark.parametrize("name", ["llava", "qwen"])
def test_saved_models(name: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    model = load(str(request.getfixturevalue(name)), batch=4)
    records = asked(model, tmp_path / "run", defenses=(ALL,))
    for measure in ("useful/kept", "useful/likelihood"):
        assert value(records, "none", measure) == pytest.approx(1.0, abs=1e-3)
        assert 0 <= value(records, ALL, measure) <= 1


def test_a_dual_encoder_without_the_words_is_unavailable(clip: Path, tmp_path: Path) -> None:
    (found,) = [r for r in asked(load(str(clip)), tmp_path / "run") if not r.group
                and r.kind == "utility"]  # fmt: skip
    assert found.status == "unavailable"
    assert "the same to the tokenizer" in found.reason


def test_it_goes_on_after_a_kill(tmp_path: Path) -> None:
    whole = asked(Looks(), tmp_path / "whole")
    place = tmp_path / "killed"
    place.mkdir()
    for file in ("config.json", "answers.jsonl"):
        data = (tmp_path / "whole" / file).read_bytes()
        (place / file).write_bytes(data if file == "config.json" else data[: len(data) // 2])
    inquiry = Inquiry(probes=("useful",), defenses=(FACE, ALL), contexts=("whole",))
    again = audit(Looks(), subjects(), inquiry, folder=place, resume=True)
    assert again.records == whole


def test_the_lab_is_asked_what_it_was_taught() -> None:
    from unmask.evaluate.lab.words import LIGHT

    assert [one.question for one in LAB.ordinary] == [LIGHT]
    assert len(Wording().ordinary) == 6
