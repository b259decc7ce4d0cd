"""Photos with their answers: in the page where they are asked for, and nowhere else."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from unmask.evaluate.audit.again import write_again
from unmask.evaluate.audit.inquiry import Inquiry
from unmask.evaluate.audit.people import Subjects, load_subjects
from unmask.evaluate.audit.run import audit
from unmask.evaluate.audit.shown.album import FILE, read_album
from unmask.evaluate.vlm.base import Matrix, Model, Picture
from unmask.evaluate.vlm.roll import Person

NAMES = ("Anna Bell", "Carl Dorn", "Emma Falk", "Georg Hahn", "Ida Jung")


class Nearest(Model):
    """Names whoever's photo is as bright, and says so if it is asked directly."""

    def __init__(self, known: Subjects) -> None:
        super().__init__("nearest", "1", 4)
        self.light = [(p.pixels.mean(), known.people[p.identity].name) for p in known.photos]

    def name(self, picture: Picture) -> str:
        light = 0.0 if picture is None else float(np.mean(picture))
        return min(self.light, key=lambda entry: abs(entry[0] - light))[1]

    def answer(
        self, pictures: Sequence[Picture], prompts: Sequence[str], max_new_tokens: int = 24
    ) -> list[str]:
        return [f"It is {self.name(p)}." * ("caption" not in q)
                for p, q in zip(pictures, prompts, strict=True)]  # fmt: skip

    def likelihoods(
        self, pictures: Sequence[Picture], prompts: Sequence[str], candidates: Sequence[str]
    ) -> Matrix:
        return np.array([[-5.0 * (self.name(p) not in c) for c in candidates] for p in pictures])


@pytest.fixture(scope="module")
def known() -> Subjects:
    found = load_subjects("orl:people=5,photos=2")
    cast = {key: Person(key, name) for key, name in zip(sorted(found.people), NAMES, strict=True)}
    return Subjects(found.label, cast, found.photos)


def test_photos_and_answers_only_where_they_are_asked_for(known: Subjects, tmp_path: Path) -> None:
    defenses = tuple(f"pixelate:blocks={blocks},region=image" for blocks in (32, 2))
    inquiry = Inquiry(defenses=defenses, contexts=("whole",), probes=("open", "forced"))
    run = tmp_path / "run"
    model = Nearest(known)
    page = audit(model, known, inquiry, folder=run, show_faces=True).page
    own = page.read_text("utf-8")
    for words in ("keep this page to yourself", "come first by a hash of the photo's key",
                  "says: It is ", "chooses: "):  # fmt: skip
        assert words in own
    examples = read_album(run).examples
    assert 1 <= len(examples) <= 6
    for example in examples:
        assert [look.setting for look in example.looks] == ["clean", "blocks 32", "blocks 2"]
        assert len({look.picture for look in example.looks}) == 3
        assert example.says.startswith(NAMES)
    assert own.count("<img") == 3 * len(examples)
    page.unlink()
    assert write_again(run).read_text("utf-8") == own  # without the data
    audit(model, known, inquiry, folder=run, resume=True)
    plain = page.read_text("utf-8")
    assert not (run / FILE).exists()
    assert "<img" not in plain
    assert not [name for name in NAMES if name in plain]
    (run / FILE).write_text(json.dumps({"rule": "", "examples": [{}]}))
    with pytest.raises(ValueError, match="no photos with answers"):
        write_again(run)
