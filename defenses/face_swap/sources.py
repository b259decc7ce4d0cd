"""Where the parts of a diffusers pipeline come from: a folder that is whole, or the hub."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PICKLED = (".bin", ".pt", ".pth", ".ckpt")
_ERRORS = (OSError, ValueError, TypeError, KeyError, AttributeError, RuntimeError)


def source_of(kind: str, name: str) -> str:
    """Return a folder's path or a hub id as the libraries take it.

    Args:
        kind: what it is for, as in the message: `model`, `controlnet`.
        name: folder, or `owner/name` on the hub.

    Raises:
        ValueError: neither; or the folder has parts missing, or weights that are pickles.
    """
    place = Path(name).expanduser()
    if place.is_dir():
        if kind == "model":
            _check_parts(place)
        else:
            check_weights(f"{kind} '{name}'", place)
        return str(place)
    if name.count("/") != 1 or name.startswith((".", "~", "/")):
        raise ValueError(f"{kind} '{name}': no such folder; give a folder or a hub id, owner/name")
    return name


@contextmanager
def one_line(kind: str, name: str, source: str) -> Iterator[None]:
    """Turn what the libraries raise while they load into one line with a cure.

    Args:
        kind: as for `source_of`.
        name: as the user gave it.
        source: folder, or id on the hub.
    """
    try:
        yield
    except _ERRORS as error:
        cure = (
            "check that the folder was saved whole, by save_pretrained"
            if Path(source).is_dir()
            else f"fetch it where there is a network (hf download {source}) or give its folder"
        )
        raise ValueError(
            f"{kind} '{name}' cannot be loaded: {first_line(error)}; {cure}"
        ) from error


def check_weights(whose: str, folder: Path) -> None:
    """Raise ValueError unless a folder with a `config.json` has its weights in safetensors."""
    files = list(folder.iterdir())
    if any(file.suffix == ".safetensors" for file in files):
        return
    if any(file.suffix in _PICKLED for file in files):
        raise ValueError(
            f"{whose} has no safetensors, and other weights can run code; "
            "save it anew with safe_serialization=True"
        )
    if (folder / "config.json").is_file():
        raise ValueError(
            f"{whose}: weights (*.safetensors) are missing; copy or download it whole"
        )


def first_line(error: BaseException) -> str:
    """Return the first line of a message."""
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")


def _check_parts(folder: Path) -> None:
    """Raise unless every part that the index names is there."""
    index = folder / "model_index.json"
    if not index.is_file():
        raise ValueError(f"model '{folder}': {index.name} is missing; give a diffusers folder")
    try:
        parts = [
            name
            for name, value in json.loads(index.read_text(encoding="utf-8")).items()
            if isinstance(value, list) and len(value) == 2 and value[0]
        ]
    except (ValueError, AttributeError) as error:
        raise ValueError(
            f"model '{folder}': {index.name} is damaged: {first_line(error)}"
        ) from error
    for name in parts:
        if not (folder / name).is_dir():
            raise ValueError(f"model '{folder}': {name} is missing; copy or download it whole")
        check_weights(f"model '{folder}': {name}", folder / name)
