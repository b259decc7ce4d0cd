"""Questions to a model, counted and timed; or counted without asking."""

from __future__ import annotations

import itertools
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import ClassVar, Literal, NamedTuple

import numpy as np

from unmask.defenses.photo import Pixels

from ...vlm.base import Matrix, Model, Picture, shown_in


class Asked(NamedTuple):
    """A kind of question that always takes about as long.

    Args:
        what: `write` (an answer), `weigh` (given answers), `compare` (a picture with texts),
            `look` (what a picture is to the model).
        size: longest answer in tokens, number of given answers, or number of texts.
        shown: number of pictures of a question.
    """

    what: Literal["write", "weigh", "compare", "look"]
    size: int
    shown: int


class Watched(Model):
    """Hands questions on and notes what they were, and how long each call took.

    Args:
        model: who is asked.
        dry: nobody is asked: only the number of answers matters, and no two are alike, so that
            of questions which build on them none is left out.
    """

    def __init__(self, model: Model, *, dry: bool = False) -> None:
        super().__init__(model.label, model.fingerprint, model.batch)
        self.weighs = model.weighs
        self._model, self._dry, self._fresh = model, dry, itertools.count()
        self.count: dict[Asked, int] = defaultdict(int)
        self.pace: dict[Asked, list[float]] = defaultdict(list)  # seconds a question, by call

    @property
    def takes_two(self) -> bool:
        """Whether a question can show two pictures; see `Model.takes_two`."""
        return self._model.takes_two

    def answer(
        self, pictures: Sequence[Picture], prompts: Sequence[str], max_new_tokens: int = 24
    ) -> list[str]:
        """Return what the model writes; see `Model.answer`."""
        what = Asked("write", max_new_tokens, shown_in(pictures[0]))
        with self._noted(what, len(prompts)):
            if self._dry:
                return [f"answer{next(self._fresh)}" for _ in prompts]
            return self._model.answer(pictures, prompts, max_new_tokens)

    def likelihoods(
        self, pictures: Sequence[Picture], prompts: Sequence[str], candidates: Sequence[str]
    ) -> Matrix:
        """Return how well each candidate goes on; see `Model.likelihoods`."""
        what = Asked("weigh", len(candidates), shown_in(pictures[0]))
        with self._noted(what, len(prompts)):
            if self._dry:
                return np.zeros((len(prompts), len(candidates)))
            return self._model.likelihoods(pictures, prompts, candidates)

    def similarities(self, pictures: Sequence[Pixels], texts: Sequence[str]) -> Matrix:
        """Return how alike pictures and texts are; see `Model.similarities`."""
        with self._noted(Asked("compare", len(texts), 1), len(pictures)):
            if self._dry:
                return np.zeros((len(pictures), len(texts)))
            return self._model.similarities(pictures, texts)

    def features(self, pictures: Sequence[Pixels]) -> Matrix:
        """Return what the model makes of each picture; see `Model.features`."""
        with self._noted(Asked("look", 1, 1), len(pictures)):
            if self._dry:
                return np.ones((len(pictures), 1))
            return self._model.features(pictures)

    def tell_apart(self, texts: Sequence[str]) -> None:
        """Refuse texts that are the same to the model; see `Model.tell_apart`."""
        if not self._dry:
            self._model.tell_apart(texts)

    @contextmanager
    def _noted(self, what: Asked, count: int) -> Iterator[None]:
        """Note a call, also one that the model cannot answer."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.count[what] += count
            self.pace[what].append((time.perf_counter() - began) / count)


class _Comparing(Watched):
    kind: ClassVar[Literal["generative", "dual"]] = "dual"


def watched(model: Model, *, dry: bool = False) -> Watched:
    """Return a model around a model, of the same kind."""
    return (_Comparing if model.kind == "dual" else Watched)(model, dry=dry)
