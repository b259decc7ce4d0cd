"""Photos with their answers: in the page where they are asked for, and nowhere else."""

import json
from pathlib import Path

import pytest

from unmask.evaluate.audit.again import write_again
from unmask.evaluate.audit.album import FILE, read_album
from unmask.evaluate.audit.inquiry import Inquiry
from unmask.evaluate.audit.people import Subjects, load_subjects
from unmask.evaluate.audit.run import audit
from unmask.evaluate.vlm.opening import load
from unmask.evaluate.vlm.roll import Person

NAMES = ("Anna Bell", "Carl Dorn", "Emma Falk", "Georg Hahn", "Ida Jung")


@pytest.fixture(scope="module")
def known() -> Subjects:
    found = load_subjects("orl:people=5,photos=2")
    cast = {key: Person(key, name) for key, name in zip(sorted(found.people), NAMES, strict=True)}
    return Subjects(found.label, cast, found.photos)


@pytest.mark.parametrize("kind", ["llava", "clip"])
def test_photos_and_answers_only_where_they_are_asked_for(
    kind: str, known: Subjects, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    model = load(str(request.getfixturevalue(kind)))
    inquiry = Inquiry(defenses=("pixelate:blocks=32", "pixelate:blocks=2"), contexts=("whole",),
                      prompts=("direct",), tokens=4)  # fmt: skip
    run = tmp_path / "run"
    page = audit(model, known, inquiry, folder=run, show_faces=True).page
    own = page.read_text("utf-8")
    assert "keep this page to yourself" in own
    assert "come first by a hash of the photo's key" in own
    assert "templates choose: " in own or "says: " in own
    assert any(f"chooses: {name}" in own for name in NAMES) or "choose: " in own
    examples = read_album(run).examples
    assert 1 <= len(examples) <= 6
    for example in examples:
        assert [look.setting for look in example.looks] == ["clean", "blocks 32", "blocks 2"]
        assert len({look.picture for look in example.looks}) == 3
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
