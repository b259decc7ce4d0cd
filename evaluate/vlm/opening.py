"""Opening a model: from a folder, the hub or a server."""

from __future__ import annotations

import re
from pathlib import Path

from unmask.device import once_a_device

from .base import Model
from .checkpoint import open_checkpoint
from .endpoint import Endpoint

DTYPES = ("float32", "bfloat16", "float16")
DEVICE_MAPS = ("auto", "balanced", "balanced_low_0", "sequential")  # of transformers


def load(
    model: str,
    *,
    dtype: str = "float32",
    batch: int = 8,
    load_in_4bit: bool = False,
    device_map: str = "",
    endpoint: str = "",
) -> Model:
    """Load a model from a folder or hub, where `use_device` says, or connect to a server.

    Args:
        model: folder, hub id, or with `endpoint` the server's name of the model.
        dtype: `float32`, `bfloat16` or `float16`.
        batch: how many pictures are looked at together.
        load_in_4bit: quantize while loading; needs bitsandbytes.
        device_map: of transformers, such as `auto`: it spreads the model over all cards, and
            over main memory where they do not suffice; needs accelerate. Empty: one device.
        endpoint: address of an OpenAI-compatible server, `http://127.0.0.1:8000`.

    Raises:
        ValueError: bad options, or a folder without a usable model or processor.
        LookupError: no such folder, or a hub that cannot be reached.
        OSError: no server answers there.
    """
    if dtype not in DTYPES:
        raise ValueError(f"dtype must be one of {', '.join(DTYPES)}, got '{dtype}'")
    if device_map:
        check_device_map(device_map)
    if batch < 1:
        raise ValueError(f"batch must be at least 1, got {batch}")
    if endpoint:
        if load_in_4bit or device_map:
            drop = "load_in_4bit" if load_in_4bit else "device_map"
            raise ValueError(f"how a server loads its model is its own affair; drop {drop}")
        return Endpoint(model, endpoint, batch)
    check_model(model)
    return open_checkpoint(model, dtype, batch, load_in_4bit=load_in_4bit, device_map=device_map)


def check_device_map(text: str) -> None:
    """Say at once that transformers knows no such device map.

    Raises:
        ValueError: so it is.
    """
    if text not in DEVICE_MAPS and not re.fullmatch(r"cpu|mps|cuda(:\d+)?", text):
        raise ValueError(
            f"a device map is one of {', '.join(DEVICE_MAPS)}, or a device such as cuda:1, got "
            f"'{text}'"
        )


def check_model(model: str) -> None:
    """Say at once that a folder is not there or holds no model.

    Raises:
        LookupError: no such folder.
        ValueError: no name, a file, a folder without `config.json`, or a run of the lab.
    """
    path = Path(model).expanduser()
    if not model.strip():
        raise ValueError("a model must be named: a folder, or a hub id such as owner/name")
    if path.is_dir():
        if (path / "model" / "lab.json").is_file():
            raise ValueError(f"{model} is a run of the lab and no model; give {path / 'model'}")
        if not (path / "config.json").is_file():
            raise ValueError(f"{model} holds no config.json; is it a model that was saved?")
    elif path.exists():
        raise ValueError(f"a model is a folder or a hub id, got the file {model}")
    elif not re.fullmatch(r"[\w.-]+(/[\w.-]+)?", model) or re.match(r"[.~/]", model):
        raise LookupError(f"no such model folder: {model}")


def check_given(model: str) -> None:
    """Say at once that a parameter names no model, as `check_model` does.

    Raises:
        ValueError: so it is; a spec with a bad parameter is always told by one.
    """
    try:
        check_model(model)
    except LookupError as error:
        raise ValueError(str(error)) from error


@once_a_device(most=1)
def kept(model: str, dtype: str, batch: int) -> Model:
    """Load a model as `load` does, and keep it for who asks next: attacker, metric, face model."""
    return load(model, dtype=dtype, batch=batch)
