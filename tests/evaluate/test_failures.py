"""What breaks is said, and counts neither as privacy nor as success."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import EntryPoint, distribution
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
import pytest

from unmask.defenses import DEFENSES, Defense, Photo
from unmask.defenses.photo import Pixels
from unmask.evaluate.attackers.base import Attacker, Defend, Scores
from unmask.evaluate.attackers.pixels import Pixels as ByPixels
from unmask.evaluate.comparison.measure import measure
from unmask.evaluate.comparison.plan import ATTACKERS, METRICS, Plan
from unmask.evaluate.comparison.run import compare
from unmask.evaluate.data.scene import Scene
from unmask.evaluate.metrics.base import Metric
from unmask.evaluate.results.failures import failures, remarks
from unmask.evaluate.results.gate import above
from unmask.evaluate.results.records import Record, find, read_records
from unmask.evaluate.results.summary import rows

PLAN = Plan(("naive", "pixels"), ("ssim",), budget="quick")


FORGOTTEN: set[bytes] = set()


@dataclass(frozen=True, kw_only=True)
class Swirl(Defense):
    """Raises on every photo."""

    region: str = "image"
    needs_face: ClassVar = False

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        raise AttributeError("no attribute 'swirl'")


@dataclass(frozen=True, kw_only=True)
class Forgetful(Swirl):
    """Raises on the photos in `FORGOTTEN`."""

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        if photo.pixels.tobytes() in FORGOTTEN:
            raise KeyError(photo.key)
        return np.full_like(photo.pixels, 9)


@dataclass(frozen=True, kw_only=True)
class Unlearned(Swirl):
    """Raises when it is to learn."""

    def fit(self, background: Sequence[Photo]) -> Self:
        raise ZeroDivisionError("by zero")


@dataclass
class Colour(Attacker):
    """Raises always, or only on planted cases."""

    name: ClassVar[str] = "colour"

    def fit(self, gallery: Sequence[Photo], background: Sequence[Photo], defend: Defend) -> Self:
        raise NameError("name 'colours' is not defined")

    def scores(self, probes: Sequence[Photo]) -> list[Scores]:
        raise NotImplementedError


@dataclass
class Picky(ByPixels):
    """Raises where all photos are alike: on a planted case."""

    name: ClassVar[str] = "picky"

    def scores(self, probes: Sequence[Photo]) -> list[Scores]:
        if all(np.ptp(photo.pixels) == 0 for photo in probes):
            raise ValueError("nothing to see")
        return super().scores(probes)


@dataclass
class Leaving(ByPixels):
    """Ends the program, as some libraries do, and with an exit code that says all is well."""

    name: ClassVar[str] = "leaving"

    def scores(self, probes: Sequence[Photo]) -> list[Scores]:
        raise SystemExit(0)


@dataclass
class Odd(ByPixels):
    """Gives an answer of no use, of one kind or another."""

    answer: str = "none"
    name: ClassVar[str] = "odd"

    def scores(self, probes: Sequence[Photo]) -> list[Scores]:
        answers = {"none": [], "text": [Scores("who?")],  # type: ignore[arg-type]
                   "few": [Scores(np.zeros((2, 3)))]}  # fmt: skip
        return answers[self.answer]


class Beauty(Metric):
    """Raises."""

    name: ClassVar[str] = "beauty"
    higher_is: ClassVar = "better"

    def values(self, clean: object, defended: object) -> np.ndarray:
        raise KeyError("eye")


def _either(more: dict[str, type], load: Callable[[str], type], name: str) -> type:
    return more.get(name) or load(name)


@pytest.fixture(autouse=True)
def plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    for registry, more in (
        (DEFENSES, {"swirl": Swirl, "forgetful": Forgetful, "unlearned": Unlearned}),
        (ATTACKERS, {"colour": Colour, "picky": Picky, "leaving": Leaving, "odd": Odd}),
        (METRICS, {"beauty": Beauty}),
    ):
        monkeypatch.setattr(registry, "load", partial(_either, more, registry.load))
        for name, cls in more.items():
            entry = EntryPoint(name, f"{__name__}:{cls.__name__}", registry.group)
            known = entry._for(distribution("unmask"))  # type: ignore[attr-defined]
            monkeypatch.setitem(registry._entries, name, known)


def test_a_defense_that_raises_is_counted(scene: Scene, tmp_path: Path) -> None:
    found = compare(scene, ["none", "swirl"], PLAN, folder=tmp_path / "run", few=True)
    photos, copies = found.failures
    assert photos.startswith("swirl failed on 24 of 24 photos: AttributeError: no attribute")
    assert copies.startswith("swirl failed on 48 of 48 photos that attackers defended for them")
    assert failures(read_records(tmp_path / "run" / "records.jsonl")) == [photos, copies]
    assert {row.defense: row.worst.value for row in rows(found.records)}["swirl"] == 1


def test_copies_that_only_the_attackers_lack_are_counted(scene: Scene, tmp_path: Path) -> None:
    FORGOTTEN.clear()
    FORGOTTEN.update(photo.pixels.tobytes() for photo in scene.gallery[:10])
    (copies,) = compare(scene, ["forgetful"], PLAN, folder=tmp_path / "run", few=True).failures
    assert "failed on 10 of 48 photos that attackers defended for themselves" in copies
    assert "leakage may be too low" in copies
    assert copies.endswith("(and 9 more)")


def test_a_defense_that_cannot_learn_is_one_row(scene: Scene, tmp_path: Path) -> None:
    """Four people are background: k_same:k=5 cannot be, and the rest goes on."""
    specs = ["none", "k_same", "unlearned"]
    found = compare(scene, specs, PLAN, folder=tmp_path / "run", few=True)
    table = {row.defense.partition(":")[0]: row.worst for row in rows(found.records)}
    assert table["none"].value == 1
    assert (table["k_same"].status, table["unlearned"].status) == ("unavailable", "invalid")
    assert table["k_same"].value is None
    few, broke = found.failures
    assert few.startswith("k_same:k=5,method=mean: not measured: ")
    assert "k is 5, there are 4" in few
    assert few.endswith("(4 of 16 people are background)")
    assert broke == "unlearned: not measured: the defense broke: ZeroDivisionError: by zero"
    # nobody asked for the default table's rows by name
    assert failures(found.records, asked=False) == [broke]
    assert few in remarks(found.records, asked=False)
    assert not [line for line in remarks(found.records) if "k_same" in line]
    assert "not measured" in (tmp_path / "run" / "report.html").read_text()
    assert 'k_same,"k=5,method=mean",,,,,' in (tmp_path / "run" / "summary.csv").read_text()


def test_an_attacker_and_a_metric_that_raise_are_said(scene: Scene, tmp_path: Path) -> None:
    plan = replace(PLAN, attackers=(*PLAN.attackers, "colour", "picky"), metrics=("beauty",))
    found = compare(scene, ["none", "mask"], plan, folder=tmp_path / "run", few=True)
    assert found.failures[:2] == [
        "the attacker colour broke on 2 of 2 defenses: NameError: name 'colours' is not defined",
        "the metric beauty broke on 2 of 2 defenses: KeyError: 'eye'",
    ]
    planted = [line for line in found.failures if "planted case" in line]
    assert planted[0].startswith("the attacker colour broke on the planted case undefended: Name")
    assert (
        "the attacker picky broke on the planted case constant: ValueError: nothing to see"
    ) in planted
    assert {row.state for row in rows(found.records)} == {"at least"}
    assert not (tmp_path / "run" / "measured").exists(), "mended, it is to run again"


def test_an_attacker_that_ends_the_program_is_broken(scene: Scene) -> None:
    (found,) = measure("none", scene, Plan(("leaving",), ()), judged=False).attacks
    assert (found.status, found.reason) == ("invalid", "the attack broke: SystemExit: 0")


@pytest.mark.parametrize("answer", ["none", "text", "few"])
def test_an_answer_of_no_use_is_broken(scene: Scene, answer: str) -> None:
    plan = Plan((f"odd:answer={answer}",), ())
    (found,) = measure("none", scene, plan, judged=False).attacks
    assert found.status == "invalid"
    assert found.reason.startswith("the attack broke: ")


def test_who_names_nobody_gives_no_leakage(scene: Scene, tmp_path: Path) -> None:
    plan = Plan(("linkage",), (), budget="quick")
    (line,) = compare(scene, ["none"], plan, folder=tmp_path / "run", few=True).failures
    assert "needs an attacker who knows the defense and names people" in line
    assert line.endswith("figures of linkage are in the report")


def worst(**changed: object) -> Record:
    plain = Record("orl", "", "quick", "blur", {}, "leakage", "worst", "rank1", value=0.25,
                   low=0.03, high=0.53, people=20)  # fmt: skip
    return replace(plain, **changed)  # type: ignore[arg-type]


def test_a_limit_holds_for_the_whole_interval() -> None:
    assert above([worst()], 0.3) == [
        "blur leaks 0.250, at 95 % up to 0.530: above --max-leakage 0.3"
    ]
    assert not above([worst()], 0.53)
    assert "(eyes=blue)" in above([worst(high=0.2), worst(group="eyes=blue")], 0.3)[0]


@pytest.mark.parametrize(
    "record", [worst(status="invalid"), worst(value=None, high=None), worst(high=None),
               worst(status="unavailable", value=None, low=None, high=None),
               worst(status="at least", reason="retrained broke", high=0.3)]
)  # fmt: skip
def test_what_was_not_measured_passes_no_gate(record: Record) -> None:
    assert len(above([record], 0.9)) == 1


def test_a_budget_that_is_too_small_is_said() -> None:
    attack = worst(name="pixels/own", reason="budget too small: 0.10 below naive")
    records = [worst(), worst(name="naive"), attack]
    assert remarks(records) == [
        "blur: whoever knows the defense did worse than naive, so their budget is too small"
    ]
    assert not remarks([*records, worst(name="matched")])
    assert not failures(records)


def test_no_record_changes_where_nothing_fails(scene: Scene, tmp_path: Path) -> None:
    found = compare(scene, ["none"], PLAN, folder=tmp_path / "run", few=True)
    assert {r.name for r in find(found.records, kind="outcome")} == {"unchanged"}
    assert not found.failures
