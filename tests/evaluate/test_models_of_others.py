"""Face models of others: none gets vectors of another file, and no broken one looks private."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from unmask.defenses.photo import Pixels
from unmask.evaluate.comparison.ceiling import ceiling_record
from unmask.evaluate.comparison.measure import measure
from unmask.evaluate.comparison.plan import RECOGNIZERS, Plan
from unmask.evaluate.data.scene import Scene
from unmask.evaluate.recognizers.base import Embeddings
from unmask.evaluate.results.records import Record
from unmask.evaluate.testing.subjects import Thumbnail


@dataclass(frozen=True)
class Forgetful(Thumbnail):
    """Weighs its vectors by what stands in a file."""

    path: str = ""

    def forward(self, chips: Sequence[Pixels]) -> Embeddings:
        return np.asarray(super().forward(chips) * float(Path(self.path).read_text()), np.float32)


def test_other_weights_give_other_vectors(scene: Scene, tmp_path: Path) -> None:
    weights = tmp_path / "weights.txt"
    weights.write_text("0")  # as of a model that nobody has trained yet
    model = Forgetful(str(weights))
    assert not model.embed(scene.probes).any()
    weights.write_text("1.0")
    assert np.abs(model.embed(scene.probes)).max() > 0


@dataclass(frozen=True)
class Odd(Thumbnail):
    """Gives no number for one face of many, as where half precision overflows."""

    label: ClassVar[str] = "odd"
    fingerprint: ClassVar[str] = "odd 1"
    spoilt: ClassVar[float] = np.nan

    def forward(self, chips: Sequence[Pixels]) -> Embeddings:
        made = super().forward(chips)
        made[-1] = self.spoilt
        return made


@pytest.mark.parametrize("spec", ["gaussian_blur", "mask:region=image"])
def test_a_number_that_is_none_breaks_the_attack_and_not_the_run(scene: Scene, spec: str) -> None:
    """A head learned nothing from such vectors, and named people at chance as if all were well."""
    plan = Plan(("matched", "retrained:parts=embeddings,draws=1"), (), recognizers=("odd",))
    with RECOGNIZERS.host([("odd", Odd)]):
        found = measure(spec, scene, plan)
    assert {attack.status for attack in found.attacks} == {"invalid"}
    assert all("odd gives numbers that are not finite" in a.reason for a in found.attacks)
    if spec != "gaussian_blur":  # there small pictures tell, and no face model is asked
        (told,) = ceiling_record(Record("", "", "", spec, {}, "leakage", "", ""), found)
        assert told.status == "unavailable"


def test_a_vector_too_few_is_said(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Odd, "forward", lambda self, chips: np.ones((len(chips) - 1, 4)))
    with pytest.raises(ValueError, match=r"odd must give \(N, D\) for \d+ faces"):
        Odd().embed(scene.background)


def test_copies_that_cannot_be_compared_with_the_release_are_a_doubt(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unlike(*_: object) -> str:
        raise ValueError("shapes differ")

    monkeypatch.setattr("unmask.evaluate.comparison.measure.unlike", unlike)
    with RECOGNIZERS.host([("odd", Odd)]):
        found = measure("gaussian_blur", scene, Plan(("pixels",), (), recognizers=("odd",)))
    assert any("shapes differ" in doubt for doubt in found.doubts)
