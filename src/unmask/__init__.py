"""Compare face anonymizers by attacking them.

    import unmask

    found = unmask.compare("orl", ["none", "gaussian_blur", "mask"])

The public functions are named here and imported when they are first used.
"""

from typing import TYPE_CHECKING

from unmask.doors import door

if TYPE_CHECKING:
    from unmask.defenses import Choice, Defense, Face, Photo, Range
    from unmask.defenses.apply import anonymize, apply
    from unmask.defenses.apply.detect import detect
    from unmask.device import use_device
    from unmask.evaluate import Goal, Plan, compare, prepare, read, tune, tune_all
    from unmask.evaluate.audit.run import audit
    from unmask.evaluate.verify.run import verify

__version__ = "0.1.0"

_HOMES = {
    "defenses": ("Choice", "Defense", "Face", "Photo", "Range"),
    "defenses.apply": ("anonymize", "apply"),
    "defenses.apply.detect": ("detect",),
    "device": ("use_device",),
    "evaluate": ("Goal", "Plan", "compare", "prepare", "read", "tune", "tune_all"),
    "evaluate.audit.run": ("audit",),  # there, `audit` and `verify` are rooms
    "evaluate.verify.run": ("verify",),
}
__getattr__ = door(__name__, _HOMES)

__all__ = [
    "Choice",
    "Defense",
    "Face",
    "Goal",
    "Photo",
    "Plan",
    "Range",
    "anonymize",
    "apply",
    "audit",
    "compare",
    "detect",
    "prepare",
    "read",
    "tune",
    "tune_all",
    "use_device",
    "verify",
]


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
