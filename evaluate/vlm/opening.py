"""Opening a model: from a folder, the hub or a server."""

from __future__ import annotations

import re
from pathlib import Path

from unmask.device import once_a_device

from .base import Model
from .checkpoint import open_checkpoint
from .endpoint import Endpoint

DTYPES = ("float32", "bfloat16", "float16")


def load(
    model: str,
    *,
    dtype: str = "float32",
    batch: int = 8,
    load_in_4bit: bool = False,
    endpoint: str = "",
) -> Model:
    """Load a model from a folder or hub, where `use_device` says, or connect to a server.

    Args:
        model: folder, hub id, or with `endpoint` the server's name of the model.
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
        return Endpoint(model, endpoint, batch)
    check_model(model)
    return open_checkpoint(model, dtype, batch, load_in_4bit=load_in_4bit)


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


@once_a_device(most=1)
def kept(model: str, dtype: str, batch: int) -> Model:
    """Load a model as `load` does, and keep it for who asks next: attacker, metric, face model."""
    return load(model, dtype=dtype, batch=batch)
