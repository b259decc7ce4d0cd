"""What is installed, also where a package has come under another of its names."""

from __future__ import annotations

import re
import sys
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path

_ALSO = {
    "opencv-python": (
        "opencv-python-headless", "opencv-contrib-python", "opencv-contrib-python-headless",
    )
}  # fmt: skip


def installed(name: str) -> Distribution:
    """Return what is installed of a package, or of another that brings the same modules.

    OpenCV comes under four names: servers often have the one without windows.

    Args:
        name: as it is required, in small letters with hyphens: `opencv-python`.

    Raises:
        PackageNotFoundError: nothing of it is installed.
    """
    for one in (name, *_ALSO.get(name, ())):
        try:
            return distribution(one)
        except PackageNotFoundError:
            continue
    raise PackageNotFoundError(name)


@cache
def torch_version() -> str:
    """Return the version of torch with its build, `2.13.0+cpu`, without importing it."""
    if "torch" not in sys.modules and (found := find_spec("torch")) and found.origin:
        text = (Path(found.origin).parent / "version.py").read_text("utf-8")
        if told := re.search(r"^__version__ = ['\"]([^'\"]+)", text, re.MULTILINE):
            return told[1]
    import torch

    return str(torch.__version__)
