"""Compare face anonymizers by attacking them.

    import unmask

    found = unmask.compare("orl", ["none", "gaussian_blur", "mask"])

The public functions are named here and imported when they are first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from unmask.defenses import Choice, Defense, Face, Photo, Range
    from unmask.defenses.apply import anonymize, apply
    from unmask.defenses.apply.detect import detect
    from unmask.evaluate import Goal, Plan, compare, prepare, read, tune, tune_all
    from unmask.evaluate.audit.run import audit
    from unmask.evaluate.verify.run import verify

__version__ = "0.1.0"

_HOMES = {
    "defenses": ("Choice", "Defense", "Face", "Photo", "Range"),
    "defenses.apply": ("anonymize", "apply"),
    "defenses.apply.detect": ("detect",),
    "evaluate": ("Goal", "Plan", "compare", "prepare", "read", "tune", "tune_all"),
    "evaluate.audit.run": ("audit",),  # there, `audit` and `verify` are rooms
    "evaluate.verify.run": ("verify",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

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
    "verify",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: the command line must stay fast."""
    if name not in _HOME:
        raise AttributeError(f"module 'unmask' has no attribute '{name}'")
    found = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
