"""The attacker that asks a vision-language model for the name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from unmask.defenses import Photo

from ..metrics.base import Unavailable
from .base import Attacker, Defend, Matrix, Scores, people_of

if TYPE_CHECKING:
    from ..vlm.base import Model


@dataclass
class Named(Attacker):
    """Ask a model which of the people it sees; it learned their names before, or not at all.

    Knows: the names of the people who can be meant, and what the model was trained on. It
    looks at no gallery photo and knows no defense. The names are the identities of the data
    (`George_W_Bush` is asked as George W Bush) or those of the CSV file `names`; a model of
    the lab brings the names it was taught. Whoever the model does not know it cannot name,
    so a model that is at chance on clean photos fails its certificate: its low figures
    would say nothing about a defense.

    Variants: the likelihood of each name as it is, and (`calibrated`) less that without a
    picture, so that names which are merely frequent gain nothing. A dual encoder is asked
    by the mean over its templates, and its picture without a person is plain grey.

    Args:
        model: folder or hub id of a vision-language model or dual encoder.
        names: CSV file with the columns `identity` and `name`.
        crop: side of the square around the face that it is shown, in face sizes; 0: all.
        dtype: `float32`, `bfloat16` or `float16`.
        batch: pictures that are looked at together.
    """

    model: str = ""
    names: str = ""
    crop: float = 0.0
    dtype: str = "float32"
    batch: int = 8

    name: ClassVar[str] = "named"
    informed: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Look whether there is such a model, before any work."""
        from ..vlm.opening import check_given

        if not self.model:
            raise ValueError("which model is to be asked? named:model=FOLDER")
        check_given(self.model)
        if not 0 <= self.crop <= 20:
            raise ValueError(f"crop is 0 to 20 face sizes, got {self.crop}")

    @property
    def fingerprint(self) -> str:
        """What the figures depend on beside the parameters: the files of the model."""
        from ..vlm.folder import mark_of

        listed = Path(self.names).expanduser()
        names = listed.read_text(encoding="utf-8-sig") if self.names else ""
        return mark_of(self.model) + names

    def fit(self, gallery: Sequence[Photo], background: Sequence[Photo], defend: Defend) -> Self:
        """Learn the names of the people, and nothing else."""
        from ..vlm.folder import taught_names
        from ..vlm.names import spoken
        from ..vlm.roll import read_names

        told = read_names(Path(self.names).expanduser()) if self.names else {}
        taught = {} if self.names else taught_names(self.model)
        self._taught = bool(taught)
        self._asked = [told.get(key) or taught.get(key) or spoken(key)
                       for key in people_of(gallery)]  # fmt: skip
        return self

    def scores(self, probes: Sequence[Photo]) -> list[Scores]:
        """Score each person by how well the name goes with the photo.

        Raises:
            Unavailable: the hub does not give the model, or it cannot weigh names.
        """
        from ..vlm.base import CannotAnswerError
        from ..vlm.crop import cropped
        from ..vlm.opening import kept

        shown = [cropped(photo.pixels, photo, self.crop) for photo in probes]
        try:
            model = kept(self.model, self.dtype, self.batch)
            plain, prior = self._compared(model, shown)
        except (CannotAnswerError, LookupError) as error:
            raise Unavailable(str(error)) from error
        return [
            Scores(plain, "", model.label),
            Scores(np.round(plain - prior, 6), "calibrated", model.label),
        ]

    def _compared(self, model: Model, shown: list[np.ndarray]) -> tuple[Matrix, Matrix]:
        from ..vlm.dual import GREY
        from ..vlm.wording import LAB, TEMPLATES, Wording

        if model.kind == "dual":
            texts = [template.format(name) for template in TEMPLATES for name in self._asked]
            model.tell_apart(texts[: len(self._asked)])
            both = model.similarities([*shown, GREY], texts)
            mean = both.reshape(len(both), len(TEMPLATES), -1).mean(1).round(6)
            return mean[:-1], mean[-1:]
        wording = LAB if self._taught else Wording()
        candidates = [wording.choice(name) for name in self._asked]
        asked = [wording.question] * len(shown)
        return (
            model.likelihoods(shown, asked, candidates),
            model.likelihoods([None], asked[:1], candidates),
        )
