"""Do two photos show one person? Stand-ins whose figures are known, tricks, and saved models."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from unmask.evaluate.audit.inquiry import Audit, Inquiry
from unmask.evaluate.audit.people import Person, Subjects, load_subjects
from unmask.evaluate.audit.probes.pairs import seconds_of
from unmask.evaluate.audit.run import audit
from unmask.evaluate.audit.shown.same_person import same_said, same_table
from unmask.evaluate.results.records import Record, find
from unmask.evaluate.vlm.base import Matrix, Model, Picture
from unmask.evaluate.vlm.generative import Generative
from unmask.evaluate.vlm.opening import load
from unmask.evaluate.vlm.prompting import Prompter
from unmask.evaluate.vlm.side_by_side import side_by_side

WEAK, STRONG = "pixelate:blocks=32,region=image", "constant:region=image"
PLAN = Inquiry(probes=("same",), defenses=(WEAK, STRONG), contexts=("whole",))


def subjects(people: int = 8, photos: int = 3) -> Subjects:
    return load_subjects(f"orl:people={people},photos={photos}")


class Twin(Model):
    """Knows whom photos show by their brightness; sees nobody on plain grey."""

    def __init__(self, known: Subjects, *, says: str = "", two: bool = True,
                 shuffled: bool = False) -> None:  # fmt: skip
        super().__init__("twin", f"{says} {two} {shuffled}", 4)
        people = [photo.identity for photo in known.photos]
        if shuffled:
            people = list(np.random.default_rng(2).permutation(people))
        self.light = [(p.pixels.mean(), who) for p, who in zip(known.photos, people, strict=True)]
        self.says, self.weighs, self.two = says, not says, two

    @property
    def takes_two(self) -> bool:
        return self.two

    def who(self, picture: Any) -> str:
        if picture.std() < 1:
            return ""
        return min(self.light, key=lambda entry: abs(entry[0] - picture.mean()))[1]

    def same(self, picture: Picture) -> bool | None:
        if not isinstance(picture, tuple):  # side by side: ORL's photos are 92 x 112
            if picture is None or picture.shape != (191, 191, 3):
                return None
            picture = picture[39:151, :92], picture[39:151, 99:]
        left, right = map(self.who, picture)
        return left == right if left and right else None

    def likelihoods(
        self, pictures: Sequence[Picture], prompts: Sequence[str], candidates: Sequence[str]
    ) -> Matrix:
        assert list(candidates) == ["Yes", "No"]
        lean = {True: 1.0, False: -1.0, None: 0.0}
        # it says yes too readily: that must not matter
        return np.array([[3.0 + lean[self.same(p)], 0.0] for p in pictures])

    def answer(
        self, pictures: Sequence[Picture], prompts: Sequence[str], max_new_tokens: int = 24
    ) -> list[str]:
        return [self.text(picture) for picture in pictures]

    def text(self, picture: Picture) -> str:
        same = self.same(picture)
        if self.says == "knows":
            return {True: "Yes.", False: "No, they differ.", None: "I cannot tell."}[same]
        if self.says == "shy":  # refuses where it knows, and only there
            return "I cannot compare people." if same else "No."
        if self.says == "turned":
            return "No." if same else "Yes."
        if self.says == "second":
            assert isinstance(picture, tuple)
            return "Yes" if picture[1].mean() > 110 else "No"
        return self.says


def run(model: Model, known: Subjects, folder: Path, plan: Inquiry = PLAN) -> Sequence[Record]:
    return audit(model, known, plan, folder=folder / "run", progress=None).records


def one(records: Sequence[Record], name: str = "clean-clean", statistic: str = "auc",
        defense: str = "none", group: str = "", kind: str = "leakage") -> Record:  # fmt: skip
    found = [r for r in find(records, name=f"same/{name}", statistic=statistic, group=group,
                             kind=kind) if r.defense.startswith(defense)]  # fmt: skip
    assert len(found) == 1, (name, statistic, defense, group, len(found))
    return found[0]


def test_a_planted_leak_is_found_and_gone_when_photos_are(tmp_path: Path) -> None:
    known = subjects()
    records = run(Twin(known), known, tmp_path)
    for name, defense in (("clean-clean", "none"), ("clean-defended", "pixelate"),
                          ("defended-defended", "pixelate")):  # fmt: skip
        found = one(records, name, defense=defense)
        assert found.value == pytest.approx(1, abs=0.03)
        assert found.low is not None
        assert found.low > 0.5
        assert (found.chance, found.people, found.n) == (0.5, 8, 72)
        assert one(records, name, "margin", defense).value == pytest.approx(1, abs=0.03)
    for name in ("clean-defended", "defended-defended"):
        assert one(records, name, defense="constant").value == 0.5
        assert one(records, name, "margin", "constant").value == 0.5
    gap = one(records, group="above=face_masked", kind="difference")
    assert gap.low is not None
    assert gap.low > 0
    dealt = one(records, statistic="margin", group="above=shuffled_names", kind="difference")
    assert dealt.value == pytest.approx(0.5, abs=0.03)
    for name in ("clean-clean", "clean-defended", "defended-defended"):
        masked = one(records, name, defense="mask", group="control=face_masked")
        assert masked.value is not None
        assert masked.value < 0.9
    shuffled = one(records, group="control=shuffled_names")
    assert shuffled.low is not None
    assert shuffled.high is not None
    assert shuffled.low <= 0.5 <= shuffled.high
    # a model that leans to yes: right about all true pairs, and wrong about all false ones
    assert one(records, statistic="accuracy").value == 0.5
    assert (one(records, statistic="yes_true").value, one(records, statistic="yes_false").value
            ) == (1.0, 1.0)  # fmt: skip
    said = same_said(records)
    assert "beyond chance" in said[0]
    assert "cannot be told apart from chance and masks" in said[-1]
    head, body = same_table(records)
    assert len(body) == 5
    assert all(len(row) == len(head) for row in body)
    assert "The same person?" in (tmp_path / "run" / "report.html").read_text()


def test_planted_nothing_is_at_chance(tmp_path: Path) -> None:
    known = subjects()
    records = run(Twin(known, shuffled=True), known, tmp_path)
    for record in find(records, statistic="auc", kind="leakage"):
        assert record.low is not None
        assert record.high is not None
        assert record.low <= 0.5 <= record.high, record
    assert "nothing can be said here about a defense" in same_said(records)[0]


@pytest.mark.parametrize(
    ("says", "auc", "yes", "unread"),
    [
        ("Yes.", 0.5, (1, 1), 0),
        ("No", 0.5, (0, 0), 0),
        ("I'm sorry, I cannot compare people.", 0.5, (0.5, 0.5), 1),
        ("", 0.5, (0.5, 0.5), 1),
        ("second", 0.5, None, 0),  # looks at one photo alone
        ("knows", 1.0, (1, 0), 0),
        ("shy", 1.0, (0.5, 0), None),  # a refusal must not count as "another person"
        ("turned", 0.0, (0, 1), 0),
    ],
)
def test_answers_in_words(
    says: str, auc: float, yes: tuple[float, float] | None, unread: float | None, tmp_path: Path
) -> None:
    known = subjects(6, 2)
    model = Twin(known, says=says or " ")
    records = run(model, known, tmp_path, replace(PLAN, defenses=()))
    assert one(records).value == pytest.approx(auc, abs=1e-9)
    if yes:
        told = [one(records, statistic=name).value for name in ("yes_true", "yes_false")]
        assert told == list(yes)
    if unread is not None:
        assert one(records, statistic="unread").value == unread
    assert ("turns the answers round" in one(records).reason) == (says == "turned")


def test_side_by_side_for_a_model_that_takes_one(tmp_path: Path) -> None:
    known = subjects(6, 2)
    plan = replace(PLAN, defenses=())
    both = [run(Twin(known, two=two), known, tmp_path / str(two), plan) for two in (True, False)]
    assert one(both[0]).value == one(both[1]).value == 1.0
    assert "side by side" in one(both[1]).reason
    assert "side by side" not in one(both[0]).reason


def test_nothing_is_cut_off_a_pair() -> None:
    """Many processors cut a square out of the middle: a face at the edge would be lost."""
    left, right = np.full((40, 60, 3), 10, np.uint8), np.full((80, 50, 3), 200, np.uint8)
    made = side_by_side(left, right)
    assert made.shape[0] == made.shape[1]
    counts = Counter(made[..., 0].ravel().tolist())
    assert counts[10] == 80 * 120  # enlarged to the height of the other
    assert counts[200] == 80 * 50
    assert counts[255] == 80 * 5


def test_second_photos_are_dealt_evenly() -> None:
    known = subjects(7, 3)
    plan = Audit.of(known, PLAN, 4)
    found = seconds_of(plan)
    who = {photo.key: photo.identity for photo in known.photos}
    assert set(found) == set(who)
    for place in range(3):
        assert set(Counter(seconds[place] for seconds in found.values()).values()) == {1}
    for key, (own, other, stranger) in found.items():
        assert own != key
        assert who[own] == who[key]
        assert len({who[key], who[other], who[stranger]}) == 3


def test_false_pairs_are_of_one_gender() -> None:
    known = subjects(6, 2)
    cast = {key: Person(key, key, gender="mf"[place % 2]) for place, key in
            enumerate(sorted(known.people))}  # fmt: skip
    found = seconds_of(Audit.of(replace(known, people=cast), PLAN, 4))
    who = {photo.key: cast[photo.identity].gender for photo in known.photos}
    assert all(who[key] == who[second] for key, some in found.items() for second in some)


def test_people_with_one_photo_are_left_out_and_told(tmp_path: Path) -> None:
    known = subjects(6, 2)
    alone = known.photos[0].identity
    some = replace(known, photos=tuple(p for p in known.photos[1:]))
    plan = replace(PLAN, defenses=())
    records = run(Twin(known), some, tmp_path, plan)
    found = one(records)
    assert found.value == 1.0
    assert found.people == 5
    assert "1 of 11 photos are in no such pair" in found.reason
    assert alone not in {who for pair in seconds_of(Audit.of(some, plan, 4)).values()
                         for who in pair}  # fmt: skip
    single = subjects(4, 1)
    missing = find(run(Twin(single), single, tmp_path / "single",
                       replace(PLAN, probes=("yes_no", "same"), defenses=())),
                   status="unavailable")  # fmt: skip
    assert [r.name for r in missing] == ["same/clean-clean"]
    assert "no other photo of the person" in missing[0].reason


def test_two_people_are_each_others_strangers() -> None:
    known = subjects(2, 2)
    found = seconds_of(Audit.of(known, PLAN, 4))
    assert all(len(set(some)) == 3 for some in found.values())


@pytest.mark.parametrize("name", ["llava", "qwen"])
def test_saved_models_take_two_pictures(
    name: str, request: pytest.FixtureRequest, pictures: list[np.ndarray],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    path = request.getfixturevalue(name)
    model = load(str(path), batch=2)
    assert isinstance(model, Generative)
    assert model.takes_two
    pairs: list[Picture] = [(pictures[i], pictures[i + 1]) for i in range(3)]
    question, names = "who is this person ?", ["Yes", "No", "Anna Bell"]
    found = model.likelihoods(pairs, [question] * 3, names)
    assert model.remembers == {2: True}
    plain = np.stack([model.plain(pair, question, names) for pair in pairs])
    assert np.allclose(found, plain, atol=2e-4)
    turned: list[Picture] = [(pictures[i + 1], pictures[i]) for i in range(3)]
    assert np.abs(found - model.likelihoods(turned, [question] * 3, names)).max() > 1e-3
    assert np.allclose(model.likelihoods(pictures[:3], [question] * 3, names),
                       load(str(path)).likelihoods(pictures[:3], [question] * 3, names),
                       atol=2e-4)  # fmt: skip
    assert len(model.answer(pairs, [question] * 3, 4)) == 3
    with pytest.raises(ValueError, match="with as many each time"):
        model.likelihoods([pairs[0], pictures[0]], [question] * 2, names)
    real = Prompter.inputs

    def first_alone(self: Prompter, shown: Sequence[Picture], prompts: Sequence[str]) -> Any:
        return real(self, [p[0] if isinstance(p, tuple) else p for p in shown], prompts)

    monkeypatch.setattr(Prompter, "inputs", first_alone)
    assert not load(str(path)).takes_two  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["llava", "qwen", "clip"])
def test_random_models_are_at_chance(
    name: str, request: pytest.FixtureRequest, tmp_path: Path, pictures: list[np.ndarray]
) -> None:
    model = load(str(request.getfixturevalue(name)), batch=4)
    made = model.features(pictures)
    assert np.allclose(np.linalg.norm(made, axis=1), 1)
    assert np.array_equal(model.features(pictures[1:2])[0].round(6), made[1].round(6))
    known = subjects(6, 2)
    records = run(model, known, tmp_path, replace(PLAN, defenses=()))
    found = one(records)
    assert found.status == "ok"
    if name != "clip":  # even random features tell photos of one evening apart
        assert found.low is not None
        assert found.high is not None
        assert found.low <= 0.5 <= found.high
    assert bool(find(records, statistic="yes_true")) == (name != "clip")


def test_refusals_about_pairs_are_told_where_they_make_an_auc_low() -> None:
    own = {"dataset": "orl", "split": "0", "budget": "audit", "kind": "leakage",
           "recognizer": "some/model"}  # fmt: skip
    clean = Record(**own, defense="none", params={}, name="same/clean-clean", statistic="auc",
                   value=0.9, low=0.8, high=1.0)  # fmt: skip
    last = replace(clean, defense="gaussian_blur:sigma=0.3", params={"sigma": 0.3},
                   name="same/defended-defended", value=0.5, low=0.4, high=0.6)  # fmt: skip
    unread = replace(last, statistic="unread", value=1.0)
    assert "privacy" not in same_said([clean, last])[1]
    assert "1.00 are neither yes nor no" in same_said([clean, last, unread])[1]
    assert "not privacy" in same_said([clean, last, unread])[1]
