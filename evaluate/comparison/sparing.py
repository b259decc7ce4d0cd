"""Who need not be asked about a defense, because nothing is left to be found."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence

import numpy as np

from ..attackers.base import Attacker
from .measured import Attack, Measured

CHEAP = ("pixels", "look", "matched", "probed", "purified", "sought", "retrained", "restored")
"""In this order attackers are asked where some may be spared: what they cost, and find."""

SINGLY = ("sought", "probed", "purified", "restored")
"""Who may be asked about undefended photos with the first face model alone, once nothing is left
to be found there. Each of their answers is one face model's: with fewer models, others are the
same, and none has another name, by which it would be missed on defended photos."""

Enough = Callable[[Sequence[Attack]], bool]


def ask(
    attackers: Sequence[Attacker], let: Callable[[Attacker], list[Attack]], enough: Enough
) -> tuple[tuple[Attack, ...], tuple[str, ...]]:
    """Let one attacker after the other answer, until what was found is enough.

    Who knows no defense is asked all the same, and so is who names nobody: their figures are
    columns of their own. What attackers from elsewhere claim never silences anybody.

    Args:
        attackers: in the order of the answer; asked are the cheapest first.
        let: lets one learn and answer.
        enough: told what our own attackers found so far.

    Returns:
        What they found, and the names of those who were not asked.
    """
    found: dict[int, list[Attack]] = {}
    ours: list[Attack] = []
    for place in sorted(range(len(attackers)), key=lambda place: _cost(attackers[place])):
        attacker = attackers[place]
        if attacker.informed and attacker.names_people and enough(ours):
            continue
        found[place] = let(attacker)
        if type(attacker).__module__.partition(".")[0] == "unmask":
            ours += found[place]
    spared = [one.name for place, one in enumerate(attackers) if place not in found]
    return tuple(a for place in sorted(found) for a in found[place]), tuple(spared)


def never(attacks: Sequence[Attack]) -> bool:
    """Ask everybody."""
    return False


def settled(attacks: Sequence[Attack], cheats: Container[tuple[str, str]] = ()) -> bool:
    """Return whether no attack could raise any figure that is a maximum over attacks.

    Somebody who knows the defense names everybody on every photo of every release; albums,
    line-ups and the open set have their highest answer, too.

    Args:
        attacks: what was found so far.
        cheats: attacks (and their face models) that do not count.
    """
    counted = [
        one
        for one in attacks
        if one.status == "ok" and one.credits and (one.name, one.recognizer) not in cheats
    ]
    if not any(one.informed and _all(one.credits["rank1"]) for one in counted):
        return False
    statistics = {statistic for one in counted for statistic in one.asked}
    return all(
        any(_all(credit) for one in counted for credit in one.asked.get(statistic, {}).values())
        for statistic in statistics
    )


def hasty(measured: Measured, cheats: Container[tuple[str, str]]) -> bool:
    """Return whether somebody was not asked only because one who cheats had named everybody."""
    return any(
        spared and not settled(attacks, cheats)
        for attacks, spared in (
            (measured.attacks, measured.spared), (measured.face, measured.face_spared),
        )
    )  # fmt: skip


def _all(credit: np.ndarray) -> bool:
    """Return whether credit is full, where anybody can have any."""
    return bool((credit[np.isfinite(credit)] >= 1).all())


def _cost(attacker: Attacker) -> int:
    return CHEAP.index(attacker.name) if attacker.name in CHEAP else -1
