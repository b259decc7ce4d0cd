"""Proof that an attacker works, before its figures count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from ..attackers.base import Attacker
from ..results.records import BROKE
from ..statistics import binomial_interval, chance_of
from .measure import Attack, Measured
from .plan import ATTACKERS, Plan

CASES: Mapping[str, str] = {
    "undefended": "none",
    "permuted": "permute",
    "inverted": "invert:mirror=true",
    "constant": "constant",
}
Key = tuple[str, str]  # name of the attack, label of its recognizer


@dataclass(frozen=True)
class Certificate:
    """Whether one variant of an attacker passed its planted cases.

    Args:
        rank1: what it reached, by case.
        failures: one sentence per case that it had to pass and did not.
    """

    rank1: dict[str, float]
    failures: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """True if nothing failed."""
        return not self.failures


def certify(cases: Mapping[str, Measured], plan: Plan) -> dict[Key, Certificate]:
    """Judge every attack on the planted cases, measured with the same data and budget.

    Args:
        cases: name of the case (a key of `CASES`) to what was measured on it.
        plan: the plan they were measured with; its attackers declare what they must pass.
    """
    kinds = {name: ATTACKERS.load(name) for name in map(_plain, plan.attackers)}
    seen: dict[Key, dict[str, Attack]] = {}
    broken: dict[str, dict[str, str]] = defaultdict(dict)  # by attacker and case: why
    for case, measured in cases.items():
        for attack in measured.attacks:
            seen.setdefault((attack.name, attack.recognizer), {})[case] = attack
            if BROKE in attack.reason:  # then its variants are missing
                broken[attack.attacker][case] = attack.reason
    people = cases["undefended"].people
    chance = chance_of(people)
    high = binomial_interval(chance, len(people))[1]
    return {
        key: _judge(attacks, _floors(kinds, one), broken[one.attacker], chance, high)
        for key, attacks in seen.items()
        for one in [next(iter(attacks.values()))]
    }


def _floors(kinds: Mapping[str, type[Attacker]], attack: Attack) -> Mapping[str, float]:
    kind = kinds[attack.attacker]
    variant = attack.name.partition("/")[2]
    return kind.variant_floors.get(variant, kind.floors)


def _judge(
    attacks: Mapping[str, Attack], floors: Mapping[str, float], broken: Mapping[str, str],
    chance: float, high: float,
) -> Certificate:  # fmt: skip
    if any(attack.figures and not attack.credits for attack in attacks.values()):
        return _judge_pairs(attacks, broken)
    reached = {c: float(a.credits["rank1"].mean()) for c, a in attacks.items() if a.credits}
    failures = []
    for case in CASES:
        if case != "constant" and case not in floors:
            continue
        if case not in reached:
            why = attacks[case].reason if case in attacks else broken.get(case)
            why = why or "it gave no answer"
            failures.append(f"{case}: {why}")
            continue
        rank1 = reached[case]
        if case == "constant":
            if rank1 > high + 1e-9:
                failures.append(
                    f"constant: rank-1 {rank1:.2f} on a constant picture, at most {high:.2f} is "
                    f"chance: it reads something else than the pixels"
                )
            continue
        floor = floors[case]
        if case == "undefended" and floor == 0:
            floor = high
        elif case != "undefended":
            floor = max(floor * reached.get("undefended", 1.0), high)
        if rank1 < floor - 1e-9:
            failures.append(f"{case}: rank-1 {rank1:.2f}, needs {floor:.2f}")
    return Certificate(reached, tuple(failures))


def _judge_pairs(attacks: Mapping[str, Attack], broken: Mapping[str, str]) -> Certificate:
    """Judge an attacker that names nobody, by the AUC of its pairs."""
    figures = {c: next((f for f in a.figures if f.statistic == "auc"), None)
               for c, a in attacks.items()}  # fmt: skip
    reached = {c: f.value for c, f in figures.items() if f and f.value is not None}
    failures = [f"{c}: {broken[c]}" for c in ("undefended", "constant") if c in broken]
    if reached.get("undefended", 0.0) < 0.6:
        failures.append(f"undefended: AUC {reached.get('undefended', 0.0):.2f}, needs 0.60")
    if abs(reached.get("constant", 0.0) - 0.5) > 0.02:
        failures.append(f"constant: AUC {reached.get('constant', 0.0):.2f}, must be 0.50")
    return Certificate(reached, tuple(failures))


def _plain(spec: str) -> str:
    return spec.partition(":")[0]
