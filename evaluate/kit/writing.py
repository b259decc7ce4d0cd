"""Write such a package into a folder of its own, and never over anything."""

from __future__ import annotations

import keyword
import os
import re
import shutil
import sys
import tempfile
from difflib import get_close_matches
from importlib.metadata import PackageNotFoundError, distribution, entry_points
from importlib.util import find_spec
from pathlib import Path

from .package import KINDS, render

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def new_plugin(kind: str, name: str, folder: Path | str | None = None) -> Path:
    """Write a small package with one plug-in that works.

    Args:
        kind: `defense`, `attacker`, `metric`, `recognizer`, `detector` or `dataset`.
        name: what it is to be called: lower case, `-` counts as `_`.
        folder: must be new or empty; None: the name, here.

    Returns:
        The folder.

    Raises:
        ValueError: no such kind, or not a name that can be used.
        FileExistsError: there is something in the folder.
    """
    if kind not in KINDS:
        near = get_close_matches(kind.removesuffix("s"), KINDS, n=1)
        cure = f"; did you mean '{near[0]}'?" if near else ""
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, got '{kind}'{cure}")
    called = name.strip().replace("-", "_")
    _check(kind, called, name)
    target = Path(folder) if folder else Path(called)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise FileExistsError(
            f"{target} must be new or empty, it is not; give another folder with --into"
        )
    _write(target, render(kind, called))
    return target


def _check(kind: str, name: str, given: str) -> None:
    """Raise unless a plug-in and its module can have this name."""
    if not _NAME.fullmatch(name) or keyword.iskeyword(name) or keyword.issoftkeyword(name):
        like = re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", given).lower())
        like = re.sub(r"^[\d_]+", "", like).strip("_")
        cure = f"; did you mean '{like}'?" if _NAME.fullmatch(like) and like != name else ""
        raise ValueError(
            "a name is lower-case letters, digits and single '_', begins with a letter and is no "
            f"word of Python, got '{given}'{cure}"
        )
    if entry_points(group=f"unmask.{kind}s", name=name):
        raise ValueError(
            f"there is a {kind} '{name}' already, see 'unmask ls {name}'; another name?"
        )
    if name in sys.stdlib_module_names or name == "unmask" or find_spec(name):
        raise ValueError(
            f"a module '{name}' is installed already, which the new one would hide; another name?"
        )
    dashed = f"unmask-{name.replace('_', '-')}"
    try:
        distribution(dashed)
    except PackageNotFoundError:
        return
    raise ValueError(f"a package {dashed} is installed already; another name?")


def _write(target: Path, files: dict[str, str]) -> None:
    """Write all files, or none."""
    target.parent.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        for name, text in files.items():
            (place / name).write_text(text, "utf-8")
        place.chmod(0o777 & ~_umask())
        if target.exists():
            target.rmdir()  # it is empty, or this fails
        place.rename(target)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
