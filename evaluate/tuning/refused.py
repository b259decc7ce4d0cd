"""Values of a space that the defense itself refuses: said before the first trial."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from itertools import product
from typing import Any

from unmask.defenses import Choice

from .spaces import Space, active, spec_with

_MANY = 1000  # combinations; each takes a fraction of a millisecond


def check_values(defense: str, space: Space) -> None:
    """Build the defense at the ends of each range and at each option.

    All combinations are tried where they are few, else each value beside the first of the
    others. A value is refused if no combination with it can be built.

    Raises:
        ValueError: it names the value, why, and what was probably meant.
    """
    fine: set[tuple[str, Any]] = set()
    refused: dict[tuple[str, Any], str] = {}
    for settings in _combinations(space):
        settings = active(space, settings, defense)
        try:
            spec_with(defense, settings)
        except ValueError as error:
            for item in settings.items():
                refused.setdefault(item, str(error.__cause__ or error))
        else:
            fine |= settings.items()
    bad = [(name, value, why) for (name, value), why in refused.items()
           if (name, value) not in fine]  # fmt: skip
    if bad:
        # where nothing can be built, the reason tells whose fault it is
        name, value, why = min(bad, key=lambda entry: entry[0] not in entry[2])
        raise ValueError(f"--space: {name}={value} is refused: {why}{_meant(value, why)}")


def _combinations(space: Space) -> Iterator[dict[str, Any]]:
    values: Mapping[str, Sequence[Any]] = {
        name: kind.options if isinstance(kind, Choice) else (kind.at(0.0), kind.at(1.0))
        for name, kind in space.items()
    }
    if math.prod(map(len, values.values())) <= _MANY:
        for chosen in product(*values.values()):
            yield dict(zip(values, chosen, strict=True))
        return
    first = {name: known[0] for name, known in values.items()}
    for name, known in values.items():
        for value in known:
            yield {**first, name: value}


def _meant(value: Any, why: str) -> str:
    words = set(re.findall(r"\w+", why)) - {value}
    near = get_close_matches(value, words, n=1) if isinstance(value, str) else []
    return f"; did you mean '{near[0]}'?" if near else ""
