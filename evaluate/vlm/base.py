"""Models that see pictures, behind one small interface."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from unmask.defenses.photo import Pixels

Matrix = NDArray[np.float64]
Picture = Pixels | tuple[Pixels, ...] | None
"""What a question is about: a picture, several of them (`Model.takes_two`), or none."""


def shown_in(picture: Picture) -> int:
    """Return how many pictures a question shows."""
    return 0 if picture is None else len(picture) if isinstance(picture, tuple) else 1


def single(picture: Picture, blank: Pixels) -> Pixels:
    """Return the one picture of a question, or `blank` where it has none.

    Raises:
        ValueError: there are several.
    """
    if isinstance(picture, tuple):
        raise ValueError(f"this kind of model takes one picture, got {len(picture)}")
    return blank if picture is None else picture


class CannotAnswerError(RuntimeError):
    """This kind of model has no way to answer this kind of question; the message says why."""


class Model(ABC):
    """A model that is asked about pictures.

    Class data: `kind`, `generative` (writes text) or `dual` (compares pictures with texts);
    `weighs`, whether it tells how likely it finds a given answer.

    Args:
        label: short name for records, without the place on this machine.
        fingerprint: changes when the model changes.
        batch: how many pictures are looked at together.
    """

    kind: ClassVar[Literal["generative", "dual"]] = "generative"
    weighs: bool = True

    def __init__(self, label: str, fingerprint: str, batch: int) -> None:
        self.label, self.fingerprint, self.batch = label, fingerprint, batch

    @property
    def takes_two(self) -> bool:
        """Whether a question can show two pictures, so that both of them matter."""
        return False

    def answer(
        self, pictures: Sequence[Picture], prompts: Sequence[str], max_new_tokens: int = 24
    ) -> list[str]:
        """Return what the model writes, always taking the likeliest next token.

        Args:
            pictures: `(H, W, 3)`, uint8, RGB each; None asks without a picture; a tuple shows
                two, to models that take them. All prompts have as many.
            prompts: a question for each picture.
            max_new_tokens: longest answer.

        Raises:
            CannotAnswerError: the model writes no text, or only about a picture.
        """
        raise CannotAnswerError(f"{self.label} compares pictures with texts and writes none")

    @abstractmethod
    def likelihoods(
        self, pictures: Sequence[Picture], prompts: Sequence[str], candidates: Sequence[str]
    ) -> Matrix:
        """Return how well each candidate goes on after the prompt.

        Args:
            pictures: as in `answer`.
            prompts: a question for each picture.
            candidates: texts that an answer may begin with.

        Returns:
            `(N, candidates)`, float64: log-probabilities summed over a candidate's tokens,
            rounded to 1e-4. Of a dual encoder: scaled similarity of picture and candidate
            (the prompt plays no part).

        Raises:
            CannotAnswerError: the model cannot tell.
        """

    def similarities(self, pictures: Sequence[Pixels], texts: Sequence[str]) -> Matrix:
        """Return `(N, texts)`: how alike a dual encoder finds pictures and texts.

        Raises:
            CannotAnswerError: the model is no dual encoder.
        """
        raise CannotAnswerError(f"{self.label} is no dual encoder")

    def features(self, pictures: Sequence[Pixels]) -> Matrix:
        """Return `(N, D)`, of length one: what the model makes of each picture by itself.

        Raises:
            CannotAnswerError: the model does not tell.
        """
        raise CannotAnswerError(f"{self.label} does not tell what it makes of a picture")

    def tell_apart(self, texts: Sequence[str]) -> None:  # noqa: B027  most have nothing to refuse
        """Refuse texts that are the same to the model: they would tie, which is no privacy.

        Raises:
            CannotAnswerError: two of them are the same tokens.
        """
