"""The limit on leakage that a pipeline asks for."""

from __future__ import annotations

from collections.abc import Sequence

from .failures import called
from .records import SEEDS, Record, find
from .rounding import rounded_up


def above(records: Sequence[Record], limit: float) -> list[str]:
    """Return a line for each defense that is not shown to leak at most `limit`.

    The whole 95 % interval must be on the safe side, for all people and for each group of
    them; what was not measured is never below a limit. Of several seeds each must leak no
    more, and have a figure that is no lower bound.
    """
    lines = []
    for worst in find(records, kind="leakage", name="worst"):
        who = called(worst) + (f" ({worst.group})" if worst.group else "")
        if worst.status == "at least" and worst.value is not None:
            lines.append(
                f"{who} leaks at least {worst.value:.3f}, which is below no --max-leakage: "
                f"{worst.reason}"
            )
        elif worst.status != "ok" or worst.value is None:
            lines.append(f"{who} has no leakage that could be below --max-leakage {limit:g}")
        elif worst.high is None or worst.high > limit:
            high = 1.0 if worst.high is None else worst.high
            lines.append(
                f"{who} leaks {worst.value:.3f}, at 95 % up to {rounded_up(high, 3)}: above "
                f"--max-leakage {limit:g}"
            )
    for spread in find(records, kind="leakage", name=SEEDS, statistic="median"):
        who = f"{called(spread)} has no leakage that holds with every seed"
        if spread.high is not None and spread.high > limit:
            lines.append(
                f"{called(spread)} leaks {spread.high:.3f} with another seed: above --max-leakage "
                f"{limit:g}"
            )
        elif spread.status == "at least":
            lines.append(
                f"{who}: with one it is a lower bound or missing, which is below no "
                f"--max-leakage: {spread.reason}"
            )
        elif spread.status != "ok" or spread.high is None:
            lines.append(f"{who}: {spread.reason}")
    return lines
