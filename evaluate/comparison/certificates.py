"""What the attackers proved on planted cases, and what a row may therefore claim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ..results.records import Record
from ..statistics import Mean, constant_bound, mean_of
from .cases import CASES
from .measured import Attack, Measured

HIGH = 0.9  # of undefended photos must be named, else a low figure says little
SHARE = 0.9  # of that must be reached on each planted leak
PAIRS_AT = 0.02  # distance from 0.5 that an AUC may have on constant pictures
Key = tuple[str, str]  # name of the attack, label of its recognizer


@dataclass(frozen=True, eq=False)
class Proof:
    """What all attackers together are good for on these photos.

    Args:
        cases: what was measured on each planted case, by its name.
        ceiling: highest rank-1 on undefended photos, 0 if nobody named anybody.
        cheats: why an attack does not count: it does better than chance where there is nothing.
        doubts: sentences that say why a low figure would say little.
    """

    cases: Mapping[str, Measured]
    ceiling: float
    cheats: Mapping[Key, str]
    doubts: tuple[str, ...]


def prove(cases: Mapping[str, Measured]) -> Proof:
    """Judge the attackers on the planted cases, measured with the same data and budget.

    A figure is a maximum over attacks and can only get lower by leaving some out, so an attack
    is left out for one reason alone: on pictures of one colour it does better than honest
    guessing. What is asked of all together is that somebody sees each planted leak.

    Args:
        cases: what was measured on each key of `CASES`.
    """
    cheats = _cheats(cases["constant"])
    ceiling = best_of(cases["undefended"], cheats)
    doubts = []
    if ceiling < HIGH:
        doubts.append(_low(ceiling, "photos"))
    needed = SHARE * ceiling
    missed = {
        name: best
        for name, case in CASES.items()
        if case.kind == "leak" and (best := best_of(cases[name], cheats)) < needed - 1e-9
    }
    if missed:
        told = ", ".join(f"{name} ({best:.2f})" for name, best in missed.items())
        doubts.append(
            f"no attacker sees through these planted cases, where {needed:.2f} is needed: {told}"
        )
    return Proof(cases, ceiling, cheats, tuple(doubts))


def prove_part(proof: Proof, undefended: Measured, what: str = "") -> Proof:
    """Return what the attackers are good for who are shown one part of photos.

    Args:
        proof: of whole photos; who cheats there does not count here, and its doubts stay.
        undefended: what they reach on that part of photos that nobody defended.
        what: the part, if so much must be named there that a low figure means something.
    """
    ceiling = best_of(undefended, proof.cheats)
    more = [_low(ceiling, what)] if what and ceiling < HIGH else []
    cases = {**proof.cases, "undefended": undefended}
    return Proof(cases, ceiling, proof.cheats, (*proof.doubts, *more))


def _low(ceiling: float, what: str) -> str:
    return (
        f"these attackers name only {ceiling:.2f} of the undefended {what}, and need "
        f"{HIGH:.2f} for a low figure to mean something"
    )


def planted_records(base: Record, proof: Proof) -> list[Record]:
    """Return what each attack reached on each planted case.

    Args:
        base: the record of any worst case of the run.
        proof: what was measured.
    """
    return [
        replace(
            base, kind="planted", group=case, defense=CASES[case].defense, params={},
            name=attack.name, recognizer=attack.recognizer, attack="", ceiling=None,
            value=mean_of(attack.credits["rank1"], measured.people) if attack.credits else None,
            low=None, high=None, n=len(measured.people), chance=measured.chance(),
            status=attack.status, reason=attack.reason, seconds=attack.seconds,
        )
        for case, measured in proof.cases.items()
        for attack in measured.attacks
        if attack.credits or attack.status != "ok"
    ]  # fmt: skip


def best_of(measured: Measured, cheats: Mapping[Key, str], *, over: Mean = "people") -> float:
    """Return the highest rank-1 of those who do not cheat, 0 if there is none.

    Args:
        measured: whose attacks are asked.
        cheats: who does not count.
        over: what it is a mean over.
    """
    mean = partial(mean_of, people=measured.people) if over == "people" else np.mean
    return max(
        (
            float(mean(attack.credits["rank1"]))
            for attack in measured.attacks
            if attack.credits and (attack.name, attack.recognizer) not in cheats
        ),
        default=0.0,
    )


def _cheats(constant: Measured) -> dict[Key, str]:
    told = {(o.name, o.recognizer): _cheating(o, constant.people) for o in constant.attacks}
    return {key: why for key, why in told.items() if why}


def _cheating(attack: Attack, people: NDArray[np.int64]) -> str:
    """Say what an attack did on pictures of one colour that nobody honest can do."""
    if attack.credits:
        rank1, bound = mean_of(attack.credits["rank1"], people), constant_bound(people)
        if rank1 <= bound + 1e-9:
            return ""
        return (
            f"constant: rank-1 {rank1:.2f} on a constant picture, at most {bound:.2f} is chance: "
            "it reads something else than the pixels"
        )
    auc = next((f.value for f in attack.figures if f.statistic == "auc"), None)
    if auc is None or abs(auc - 0.5) <= PAIRS_AT:
        return ""
    return (
        f"constant: AUC {auc:.2f} on a constant picture, must be 0.50: it reads something else "
        "than the pixels"
    )
