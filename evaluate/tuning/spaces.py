"""Which parameters are searched, and how a point between two others is found."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from unmask.defenses import DEFENSES, Choice, Range, format_spec, parse_parameters

Space = Mapping[str, Range | Choice]


def search_space(defense: str, changes: str = "") -> dict[str, Range | Choice]:
    """Return what may be tuned, parents before the parameters that depend on them.

    A parameter that the spec sets and `changes` does not name stays as it is.

    Args:
        defense: a defense spec.
        changes: other ranges, `sigma=0.05..2 region=ellipse|head|image`: weak to strong.

    Raises:
        ValueError: no such parameter, a range that cannot be read, or nothing to tune.
    """
    built = DEFENSES.build(defense)
    fixed = {part.partition("=")[0] for part in defense.partition(":")[2].split(",") if part}
    space = {name: kind for name, kind in built.space.items() if name not in fixed}
    for change in changes.split():
        name, joint, text = change.partition("=")
        if name not in built.parameters:
            known = ", ".join(built.parameters)
            raise ValueError(f"{built.name} has no parameter '{name}'; it has {known}")
        old = space.get(name, built.space.get(name))
        whole = type(built.parameters[name]) is int
        space[name] = _read(change, text if joint else "", old, whole=whole)
    if not space:
        kind = "all of its parameters are fixed" if built.space else "it has no tunable parameter"
        raise ValueError(f"nothing to tune in '{defense}': {kind}; free one, or give --space")
    return dict(sorted(space.items(), key=lambda item: item[1].when is not None))


def anchors(defense: str, space: Space) -> list[dict[str, Any]]:
    """Return the settings that are tried first: weak end, strong end, default."""
    plain = {n: v for n, v in DEFENSES.build(defense).parameters.items() if n in space}
    plain = {n: v for n, v in plain.items() if v in space[n]}
    ends = [
        {n: k.at(share) if isinstance(k, Range) else k.options[-round(share)]
         for n, k in space.items()}
        for share in (0.0, 1.0)
    ]  # fmt: skip
    return [*ends, {**ends[0], **plain}]


def active(space: Space, settings: Mapping[str, Any], defense: str) -> dict[str, Any]:
    """Return the settings that matter, given those they depend on."""
    all_values = {**DEFENSES.build(defense).parameters, **settings}
    return {
        name: settings[name]
        for name, kind in space.items()
        if name in settings and (kind.when is None or all_values[kind.when[0]] in kind.when[1])
    }


def spec_with(defense: str, settings: Mapping[str, Any]) -> str:
    """Return the full spec of a defense with some parameters changed."""
    name, _, _ = defense.partition(":")
    own = DEFENSES.build(defense)
    told = {k: v for k, v in own.parameters.items() if v != _defaults(name).get(k)}
    return DEFENSES.build(format_spec(name, {**told, **settings})).spec


def midpoint(a: Mapping[str, Any], b: Mapping[str, Any], space: Space) -> dict[str, Any] | None:
    """Return the settings half way between two; None if there are none between."""
    if set(a) != set(b) or any(a[n] != b[n] for n in a if isinstance(space[n], Choice)):
        return None
    middle = dict(a)
    for name, kind in space.items():
        if name in a and isinstance(kind, Range):
            middle[name] = kind.at((share(kind, a[name]) + share(kind, b[name])) / 2)
    return None if middle in (dict(a), dict(b)) else middle


def apart(a: Mapping[str, Any], b: Mapping[str, Any], space: Space) -> float:
    """Return how far two settings are apart, each range counting as 1."""
    return math.dist(*(
        [share(k, v[n]) for n, k in space.items() if n in a and n in b and isinstance(k, Range)]
        for v in (a, b)
    ))  # fmt: skip


def share(kind: Range, value: float) -> float:
    """Return how far a value is from weak (0) to strong (1): the inverse of `Range.at`."""
    if kind.log:
        return math.log(value / kind.weak) / math.log(kind.strong / kind.weak)
    return (value - kind.weak) / (kind.strong - kind.weak)


def _defaults(name: str) -> dict[str, Any]:
    return DEFENSES.build(name).parameters


def _read(change: str, text: str, old: Range | Choice | None, *, whole: bool) -> Range | Choice:
    if ".." not in text:
        name = change.partition("=")[0]
        told = dict.fromkeys(filter(None, text.split("|")))
        options = tuple(parse_parameters(f"{name}={option}")[name] for option in told)
        if len(options) < 2:
            raise ValueError(f"'{change}' is no range; write name=weak..strong or name=a|b")
        return Choice(options)
    try:
        weak, strong = (float(end) for end in text.split("..", 1))
    except ValueError:
        raise ValueError(f"'{change}' is no range of numbers; write name=weak..strong") from None
    log, whole = (old.log, old.integer) if isinstance(old, Range) else (False, whole)
    try:
        return Range(weak, strong, log=log, integer=whole)
    except ValueError as error:
        raise ValueError(f"'{change}' cannot be searched: {error}") from None
