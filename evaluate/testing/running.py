"""Run one check on one plug-in, whatever its kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from unmask.defenses import Defense, Registry
from unmask.defenses.testing import judged, require
from unmask.defenses.testing import run as run_on_defense

from ..metrics.base import Unavailable

Check = Callable[[Any], None]


def run(check: Check, subject: Any) -> str:
    """Run one check.

    A plug-in may waive a check by name, with a reason: `waived = {"check": "reason"}`; but none
    on which figures rest (`never_waived`).

    Args:
        check: one of the checks of the subject's kind.
        subject: a plug-in, built and otherwise as new.

    Returns:
        Nothing (`""`) if the check passed, else why it was waived or could not be made.

    Raises:
        ContractError: it failed, or the plug-in raised an error; or it passed although it is
            waived.
    """
    if isinstance(subject, Defense):
        return run_on_defense(check, subject)
    name = check.__name__
    waived = {} if name in never_waived else getattr(subject, "waived", {})
    reason = str(waived.get(name, "")).strip()
    try:
        return judged(
            lambda: check(subject), name, called(subject), reason or None, (Unavailable,)
        )
    except Unavailable as error:
        return f"not made: {error}"


never_waived: set[str] = set()
"""Checks that nobody may waive, for without them a figure means nothing."""


def rests_on(check: Check) -> Check:
    """Mark a check that nobody may waive."""
    never_waived.add(check.__name__)
    return check


def called(subject: Any) -> str:
    """Return what a plug-in is called in messages."""
    return str(getattr(subject, "name", "") or getattr(subject, "label", "") or
               type(subject).__name__)  # fmt: skip


def registered(registry: Registry[Any], subject: Any, name: str = "") -> None:
    """Require that the class of a plug-in is that of an entry point, with its name if it has one.

    Raises:
        ContractError: it is not.
    """
    kind, cls = registry.kind, type(subject)
    names = [one for one in registry.available() if registry.load(one) is cls]
    where = f'[project.entry-points."{registry.group}"]'
    require(
        names == [name] if name else bool(names),
        f"{cls.__name__} must be registered once as the {kind} '{name or 'NAME'}' in {where} of "
        f"its pyproject.toml, found {names}; was it installed (pip install -e .)?",
    )


def alike(one: ArrayLike, other: ArrayLike, tolerance: float = 1e-4) -> bool:
    """Return whether two arrays are equal but for the rounding of sums; NaN is like NaN."""
    a, b = np.asarray(one, np.float64), np.asarray(other, np.float64)
    if a.shape != b.shape:
        return False
    finite = a[np.isfinite(a)]
    size = float(np.abs(finite).max()) if finite.size else 0.0
    return bool(np.allclose(a, b, rtol=tolerance, atol=tolerance * size, equal_nan=True))
