"""Putting questions to a model, and what it cannot answer as a reason instead of an error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..vlm.base import CannotAnswerError, Model, Picture, single
from ..vlm.dual import GREY
from ..vlm.wording import TEMPLATES

NO_NUMBER = "the model's likelihoods are no numbers (NaN); another --dtype?"
_NEVER = -1e6  # log-likelihood of what cannot be said


class Questions:
    """Asks one model; without a picture, what is asked twice is asked once.

    Args:
        model: the model.
    """

    def __init__(self, model: Model) -> None:
        self.model = model

    def told(
        self, pictures: Sequence[Picture], asked: Sequence[str], tokens: int
    ) -> tuple[list[str | None], str]:
        """Return what the model writes to each question, or why it writes nothing."""
        try:
            if pictures[0] is None:
                once = list(dict.fromkeys(asked))
                told = self.model.answer([None] * len(once), once, tokens)
                known = dict(zip(once, told, strict=True))
                return [known[question] for question in asked], ""
            return list(self.model.answer(pictures, asked, tokens)), ""
        except CannotAnswerError as error:
            return [None] * len(asked), str(error)

    def weighed(
        self, pictures: Sequence[Picture], asked: Sequence[str], candidates: Sequence[str]
    ) -> tuple[list[Any], str]:
        """Return the log-likelihoods of the candidates, a row a question, or why not.

        A row that is no numbers (half precision may overflow) is None: it ranks nobody, and would
        end the audit after the last question.
        """
        blind = pictures[0] is None
        once = list(dict.fromkeys(asked)) if blind else list(asked)
        shown = [None] * len(once) if blind else pictures
        try:
            table = self.model.likelihoods(shown, once, candidates)
        except CannotAnswerError as error:
            return [None] * len(asked), str(error)
        table = np.where(np.isneginf(table), _NEVER, table)
        whole = np.asarray(np.isfinite(table).all(1))
        rows = [row.tolist() if good else None for row, good in zip(table, whole, strict=True)]
        if blind:
            known = dict(zip(once, rows, strict=True))
            rows = [known[question] for question in asked]
        return rows, "" if whole.all() else NO_NUMBER

    def compared(self, pictures: Sequence[Picture], names: Sequence[str]) -> tuple[list[Any], str]:
        """Return `(templates, names)` similarities of each picture, or why there are none."""
        shown = [single(picture, GREY) for picture in pictures]
        texts = [template.format(name) for template in TEMPLATES for name in names]
        try:
            self.model.tell_apart(texts[: len(names)])
            found = self.model.similarities(shown, texts)
        except CannotAnswerError as error:
            return [None] * len(shown), str(error)
        return list(found.reshape(len(shown), len(TEMPLATES), len(names))), ""
