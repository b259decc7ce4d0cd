"""The file of models: one a line, with its options."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from ...vlm.base import Model
from ...vlm.opening import DTYPES, check_device_map, check_model, load

ENDPOINT = "endpoint"
FOUR = "4bit"


@dataclass(frozen=True)
class Opening:
    """How a model is opened; see `vlm.opening.load`.

    Args:
        dtype: `float32`, `bfloat16` or `float16`.
        batch: photos that are looked at together.
        device_map: of transformers, such as `auto`; empty: the device of the run.
        load_in_4bit: quantize while loading.
    """

    dtype: str = "float32"
    batch: int = 8
    device_map: str = ""
    load_in_4bit: bool = False


@dataclass(frozen=True)
class Listed:
    """A model of a study.

    Args:
        label: what it is called, unique in the study.
        model: folder, hub id, or the server's name of it.
        endpoint: address of a server, or empty.
        opening: how it is opened.
    """

    label: str
    model: str
    endpoint: str = ""
    opening: Opening = Opening()

    @property
    def told(self) -> str:
        """What the model is, without the place on this machine."""
        here = self.model if self.endpoint else Path(self.model).name if self.local else self.model
        opening, usual = self.opening, Opening()
        options = [
            f"{name}={getattr(opening, name)}"
            for name in ("dtype", "batch", "device_map")
            if getattr(opening, name) != getattr(usual, name)
        ]
        return " ".join([here, *options, *([FOUR] if opening.load_in_4bit else [])])

    @property
    def local(self) -> bool:
        """Whether it is a folder of this machine."""
        return not self.endpoint and Path(self.model).is_absolute()

    @property
    def mark(self) -> str:
        """Digest of all of it, the place included."""
        o = self.opening
        told = [self.label, self.model, self.endpoint, o.dtype, o.batch, o.device_map,
                o.load_in_4bit]  # fmt: skip
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]

    def open(self) -> Model:
        """Open it, and call it by its label.

        Raises:
            ValueError: it cannot be used.
            LookupError: it is not there.
            OSError: no server answers.
        """
        o = self.opening
        opened = load(self.model, dtype=o.dtype, batch=o.batch, load_in_4bit=o.load_in_4bit,
                      device_map=o.device_map, endpoint=self.endpoint)  # fmt: skip
        opened.label = self.label
        return opened


def read_models(path: Path, usual: Opening | None = None) -> tuple[Listed, ...]:
    """Read a file of models.

    A line is a folder (`~`, and a path beside the file, are understood), a hub id, or
    `endpoint URL NAME`; then options: `dtype=bfloat16`, `batch=16`, `device_map=auto`, `4bit`,
    `label=NAME`. What follows `#` is a comment, and a path with spaces stands in quotes.

    Args:
        path: of the file.
        usual: what holds for a line that says nothing else.

    Raises:
        ValueError: the file cannot be read, a line is bad (its number is said), two models are
            called the same, or there is none.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"cannot read the models of a study from {path}: {error}") from error
    found: dict[str, tuple[int, Listed]] = {}
    for number, line in enumerate(lines, 1):
        where = f"{path}, line {number}"
        try:
            words = _words(line)
            if not words:
                continue
            one = _listed(words, path.parent, usual or Opening())
        except ValueError as error:
            raise ValueError(f"{where}: {error}") from error
        key = folder_name(one.label).lower()
        if key in found:
            raise ValueError(
                f"{where}: the model of line {found[key][0]} is called {found[key][1].label}, "
                "too; give one of them label=NAME"
            )
        found[key] = number, one
    if not found:
        raise ValueError(f"{path} lists no model; write a folder, a hub id or endpoint URL NAME "
                         "into each line")  # fmt: skip
    return tuple(one for _, one in found.values())


def check_there(models: tuple[Listed, ...], path: Path) -> None:
    """Say at once that the folder of a model is not there or holds no model.

    Raises:
        ValueError: so it is.
    """
    for one in models:
        try:
            if not one.endpoint:
                check_model(one.model)
        except (ValueError, LookupError) as error:
            raise ValueError(f"{path}: {one.label}: {error}") from error


def folder_name(label: str) -> str:
    """Return a label as part of a folder's name: letters, digits and a few signs."""
    return re.sub(r"[^\w.+-]+", "-", label).strip("-.") or "model"


def _words(line: str) -> list[str]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars=False)
    lexer.whitespace_split, lexer.escape = True, ""  # a backslash is part of a Windows path
    try:
        return list(lexer)
    except ValueError as error:
        raise ValueError(f"a quote is not closed ({error})") from error


def _listed(words: list[str], beside: Path, usual: Opening) -> Listed:
    first, *rest = words
    endpoint = ""
    if first == ENDPOINT:
        if len(rest) < 2 or "://" not in rest[0]:
            raise ValueError(f"a server is written '{ENDPOINT} http://127.0.0.1:8000 NAME'")
        endpoint, model, *rest = rest
    else:
        model = _placed(first, beside)
    label, given = "", dict[str, Any]()
    for word in rest:
        name, _, value = word.partition("=")
        if name == "label" and value:
            label = value
        elif word in OPTIONS or (value and name in OPTIONS and name != FOUR):
            field, read = OPTIONS[name]
            given[field] = read(value)
        else:
            raise ValueError(
                f"after the model come {', '.join(f'{k}=...' for k in (*_VALUED, 'label'))} or "
                f"{FOUR}, got '{word}'"
            )
    if endpoint and (set(given) - {"batch"}):
        raise ValueError(f"how a server loads its model is its own affair; '{ENDPOINT}' takes "
                         "batch=... and label=... alone")  # fmt: skip
    told = {one.name: getattr(usual, one.name) for one in fields(Opening)} if not endpoint else {
        "batch": usual.batch}  # fmt: skip
    return Listed(label or _called(model, endpoint), model, endpoint, Opening(**told | given))


def _placed(text: str, beside: Path) -> str:
    """Return a folder by its full path, anything else as it is."""
    home = Path(text).expanduser()
    for path in (home if home.is_absolute() else beside / home, home):
        if path.is_dir():
            return str(path.resolve())
    if text[:1] in ("~", ".", "/") or home.is_absolute():
        return str((beside / home).resolve())  # it must be a folder, and `check_there` says so
    return text


def _called(model: str, endpoint: str) -> str:
    return f"endpoint:{model}" if endpoint else Path(model).name


def _dtype(text: str) -> str:
    if text not in DTYPES:
        raise ValueError(f"dtype is one of {', '.join(DTYPES)}, got '{text}'")
    return text


def _batch(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise ValueError(f"batch is a whole number from 1, got '{text}'")
    return int(text)


def _device_map(text: str) -> str:
    check_device_map(text)
    return text


OPTIONS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "dtype": ("dtype", _dtype),
    "batch": ("batch", _batch),
    "device_map": ("device_map", _device_map),
    FOUR: ("load_in_4bit", lambda _: True),
}
_VALUED = tuple(name for name in OPTIONS if name != FOUR)
