"""Models that see pictures, behind one small interface, and how they are loaded."""

from __future__ import annotations

import hashlib
import json
import os
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from unmask.defenses.photo import Pixels

Matrix = NDArray[np.float64]
Picture = Pixels | None
DTYPES = ("float32", "bfloat16", "float16")
_EDGE = 1 << 20  # bytes at both ends of a weights file that go into the fingerprint


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

    def answer(
        self, pictures: Sequence[Picture], prompts: Sequence[str], max_new_tokens: int = 24
    ) -> list[str]:
        """Return what the model writes, always taking the likeliest next token.

        Args:
            pictures: `(H, W, 3)`, uint8, RGB each; None asks without a picture.
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

    def tell_apart(self, texts: Sequence[str]) -> None:  # noqa: B027  most have nothing to refuse
        """Refuse texts that are the same to the model: they would tie, which is no privacy.

        Raises:
            CannotAnswerError: two of them are the same tokens.
        """


def load(
    model: str,
    *,
    device: str = "cpu",
    dtype: str = "float32",
    batch: int = 8,
    load_in_4bit: bool = False,
    endpoint: str = "",
) -> Model:
    """Load a model from a folder or hub, or connect to a server.

    Args:
        model: folder, hub id, or with `endpoint` the server's name of the model.
        device: for torch, for example `cpu` or `cuda:0`.
        dtype: `float32`, `bfloat16` or `float16`.
        batch: how many pictures are looked at together.
        load_in_4bit: quantize while loading; needs bitsandbytes.
        endpoint: address of an OpenAI-compatible server, `http://127.0.0.1:8000`.

    Raises:
        ValueError: bad options, or a folder without a usable model or processor.
        LookupError: no such folder, or a hub that cannot be reached.
        OSError: no server answers there.
    """
    if dtype not in DTYPES:
        raise ValueError(f"dtype must be one of {', '.join(DTYPES)}, got '{dtype}'")
    if batch < 1:
        raise ValueError(f"batch must be at least 1, got {batch}")
    if endpoint:
        if load_in_4bit:
            raise ValueError("how a server loads its model is its own affair; drop load_in_4bit")
        from .endpoint import Endpoint

        return Endpoint(model, endpoint, batch)
    check_model(model)
    from .checkpoint import open_checkpoint

    return open_checkpoint(model, device, dtype, batch, load_in_4bit=load_in_4bit)


def check_model(model: str) -> None:
    """Say at once that a folder is not there or holds no model.

    Raises:
        LookupError: no such folder.
        ValueError: no name, a file, or a folder without `config.json`.
    """
    path = Path(model).expanduser()
    if not model.strip():
        raise ValueError("a model must be named: a folder, or a hub id such as owner/name")
    if path.is_dir():
        if not (path / "config.json").is_file():
            raise ValueError(f"{model} holds no config.json; is it a model that was saved?")
    elif path.exists():
        raise ValueError(f"a model is a folder or a hub id, got the file {model}")
    elif not re.fullmatch(r"[\w.-]+(/[\w.-]+)?", model) or re.match(r"[.~/]", model):
        raise LookupError(f"no such model folder: {model}")


def fingerprint_of(folder: Path) -> str:
    """Return a digest of what a folder holds; of large files, their ends and size."""
    whole = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if not path.is_file():
            continue
        size = path.stat().st_size
        whole.update(f"{path.name} {size}".encode())
        with path.open("rb") as file:
            whole.update(file.read(_EDGE))
            if size > _EDGE:
                file.seek(max(_EDGE, size - _EDGE), os.SEEK_SET)
                whole.update(file.read(_EDGE))
    return whole.hexdigest()[:16]


def taught_names(model: str) -> dict[str, str]:
    """Return the names that the lab taught a model of its own, by identity; else nothing."""
    path = Path(model).expanduser() / "lab.json"
    if not path.is_file():
        return {}
    told: Any = json.loads(path.read_text(encoding="utf-8"))
    return {str(key): str(value) for key, value in dict(told.get("people") or {}).items()}
