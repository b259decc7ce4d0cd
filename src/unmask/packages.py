"""What is installed, also where a package has come under another of its names."""

from __future__ import annotations

from importlib.metadata import Distribution, PackageNotFoundError, distribution

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
