"""A face model of others whose fingerprint forgets its file gets no vectors of the file before."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from unmask.defenses.photo import Pixels
from unmask.evaluate.data.scene import Scene
from unmask.evaluate.recognizers.base import Embeddings
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
