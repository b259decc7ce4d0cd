"""One line on what to do next, worded from the figures of a run and never more than they say."""

from __future__ import annotations

import re
from collections.abc import Sequence

from unmask.defenses import DEFENSES

from .failures import failures
from .records import SEEDS, Record
from .rounding import rounded_up
from .summary import Row
from .table import is_undefended, printed, sorted_rows, two

_WIDE = 0.25  # an interval so wide says little
_LITTLE = 0.2  # the upper end of what may be called little
_SHARE = 0.8  # of the leakage: what the context alone gives away explains it
_PLAIN = re.compile(r"[\w./:=,@+-]+")


def onwards(records: Sequence[Record], *, data: str = "", page: str = "report.html",
            asked: bool = True) -> str:  # fmt: skip
    """Return what to do next; nothing that leaks much, or may, is called safe or advised.

    Args:
        records: of a comparison.
        data: what was compared, as it is typed; empty: unknown.
        page: where the report lies.
        asked: whether the defenses were asked for by name, see `failures`.
    """
    found = sorted_rows(records)
    defended = [row for row in found if not is_undefended(row)]
    known = [row for row in defended if _is_sure(row)]
    if not any(row.measured for row in found):
        return f"next: nothing could be measured; {page} says why"
    if failures(records, asked=asked):
        return f"next: mend what broke (marked ! above), or leave it out; {page} says where"
    if not defended:
        return "next: name what shall be compared, as --defenses 'none gaussian_blur mask'"
    if not known:
        why = "more may leak than was found" if any(r.measured for r in defended) else "no figure"
        return (
            f"next: no defense here has a leakage that can be relied on ({why}); {page} says why"
        )
    best = min(known, key=lambda row: (_end(row), row.worst.value or 0.0))
    low, own, high = best.worst.low or 0.0, best.worst.high or 1.0, _end(best)
    other = f", with another seed {rounded_up(high)}" if high > own else ""
    figure = f"{two(best.worst.value)} (at 95 % up to {rounded_up(own)}{other})"
    said = f"next: the lowest sure leakage is {figure}, of {best.shown}"
    if high <= _LITTLE:
        return f"{said}; {_tune(best, data)} looks for the weakest setting that stays there"
    if high - low > _WIDE and low <= _LITTLE:
        return f"{said}: {best.worst.people} people are too few to rely on it; take more"
    context = best.others.get("context")
    if context and context.value and context.value >= _SHARE * (best.worst.value or 0.0):
        return (
            f"{said}: not safe; the context alone names {printed(context)}: try a larger region"
            f"{_larger(best)}"
        )
    return f"{said}: not safe; {_tune(best, data)} looks for a stronger setting"


def _is_sure(row: Row) -> bool:
    """Return whether a leakage is known, and with every seed that was asked for."""
    over_seeds = row.others.get(SEEDS)
    return (
        row.state == "ok" and row.worst.high is not None
        and (over_seeds is None or over_seeds.status == "ok")
    )  # fmt: skip


def _end(row: Row) -> float:
    """Return what a defense leaks at most: the upper end, or the highest figure of a seed."""
    over_seeds = row.others.get(SEEDS)
    return max(row.worst.high or 1.0, over_seeds.high or 1.0 if over_seeds else 0.0)


def _tune(row: Row, data: str) -> str:
    return f"unmask tune {row.family} {_typed(data)} --max-leakage {_LITTLE:g}"


def _typed(data: str) -> str:
    if not data:
        return "DATA"
    return data if _PLAIN.fullmatch(data) else f'"{data}"'


def _larger(row: Row) -> str:
    """Return an example, if the defense has such a region."""
    region = "image" if row.params.get("region") == "head" else "head"
    known = row.family in DEFENSES.available() and region in DEFENSES.load(row.family).regions
    return f", as {row.family}:region={region}" if known else ""
