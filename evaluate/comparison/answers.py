"""What else the scores of an attack answer: albums, line-ups, photos of anybody, the exposed.

No new attack is made. Every question has its worst case over the attacks that count for one
whole photo, under a name of its own, and is a lower bound where that one is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..results.records import AND, Record
from ..statistics import (
    RATES,
    SIZES,
    UnresolvedError,
    Worst,
    album_answers,
    album_name,
    always_named,
    exposed_by_lot,
    exposed_tenth,
    lineup_credits,
    lineup_sizes,
    mean_of,
    open_credits,
    open_name,
    person_interval,
    worst_case,
)
from .certificates import Proof
from .measured import Attack, Credits, Measured

ALBUMS = tuple(map(album_name, SIZES[::-1]))  # the largest first: it is what tables show
OPEN = tuple(map(open_name, RATES))
Asked = dict[str, dict[str, Credits]]
Way = tuple[str, str, str]  # name of the attack, its recognizer, how its scores are read


def answers(scores: NDArray[np.float64], truth: NDArray[np.int64]) -> Asked:
    """Return what else these scores answer, by statistic and way of reading them.

    Args:
        scores: `(N * draws, P)`, one draw of the release after the other.
        truth: `(N,)`, column of the true person.

    Returns:
        `(N,)` each, 0 to 1, means over the draws.
    """
    draws = max(1, len(scores) // len(truth))
    tables = np.asarray(scores, np.float64).reshape(draws, len(truth), -1)
    found = album_answers(tables, truth)
    for size in lineup_sizes(tables.shape[2]):
        each = [lineup_credits(table, truth, size) for table in tables]
        found[_lineup(size)] = {"": np.mean(each, axis=0)}
    for name, rate in zip(OPEN, RATES, strict=True):
        try:
            opened = [open_credits(table, truth, rate) for table in tables]
        except UnresolvedError:
            continue  # too few photos, which depends on the data alone: said in the worst case
        found[name] = {way: np.mean([o[way] for o in opened], axis=0) for way in opened[0]}
    return found


def answers_of(base: Record, attack: Attack, measured: Measured) -> list[Record]:
    """Return what one attack answers, each read in the way that reaches most."""
    records = []
    for statistic, ways in attack.asked.items():
        known = np.isfinite(next(iter(ways.values())))
        if not known.any():
            continue
        who = measured.people[known]
        best = max(ways.values(), key=lambda credit: mean_of(credit[known], who))
        found = person_interval(best[known], who)
        records.append(
            replace(
                base, name=attack.name, recognizer=attack.recognizer, status=attack.status,
                reason=attack.reason, seconds=attack.seconds, statistic=statistic,
                value=found.value, low=found.low, high=found.high, n=found.n,
                people=len(np.unique(who)), chance=_chance(statistic, measured),
            )
        )  # fmt: skip
    return records


def answer_records(
    worst: Record, attacks: Sequence[Attack], measured: Measured, proof: Proof
) -> list[Record]:
    """Return the worst cases of all other questions that the same scores answer.

    Args:
        worst: the worst case of one whole photo; without a figure there are no others.
        attacks: from `checked_attacks`.
        measured: what was measured.
        proof: what the attackers showed on planted cases.
    """
    if worst.value is None:
        return []
    counted = [attack for attack in attacks if attack.status == "ok"]
    asked = dict.fromkeys(s for attack in counted for s in attack.asked)
    order = [s for s in ALBUMS if s in asked] + [s for s in asked if s not in ALBUMS]
    records = []
    for statistic in order:
        records += _highest(worst, statistic, counted, measured, proof)
    if asked:
        records += _unresolved(worst, [name for name in OPEN if name not in asked])
    return records + _exposed(worst, counted, measured)


def _highest(
    worst: Record, statistic: str, counted: Sequence[Attack], measured: Measured, proof: Proof
) -> list[Record]:  # fmt: skip
    """Return the highest of all attacks and ways; of an open set also what is missed."""
    ways = _ways(counted, statistic)
    known = np.isfinite(next(iter(ways.values())))
    base = replace(worst, name=_question(statistic), statistic=statistic)
    if not known.any():
        return [_unknown(base, "nobody has so many photos")]
    who = measured.people[known]
    people = len(np.unique(who))
    lost = len(np.unique(measured.people)) - people
    told = f"without {lost} people who have fewer photos" if lost else ""
    base = replace(
        base, reason=AND.join(filter(None, (worst.reason, told))), people=people,
        ceiling=_ceiling(statistic, proof),
    )  # fmt: skip
    found = worst_case({way: credit[known] for way, credit in ways.items()}, who)
    highest = _filled(base, statistic, found, _chance(statistic, measured))
    return [highest, _missed(highest)] if statistic in OPEN else [highest]


def _ceiling(statistic: str, proof: Proof) -> float | None:
    """Return the highest answer of those who do not cheat, on undefended photos."""
    clean = proof.cases["undefended"]
    honest = [a for a in clean.attacks
              if a.status == "ok" and (a.name, a.recognizer) not in proof.cheats]  # fmt: skip
    found = [
        mean_of(credit[known], clean.people[known])
        for credit in _ways(honest, statistic).values()
        if (known := np.isfinite(credit)).any()
    ]
    return max(found, default=None)


def _unknown(base: Record, reason: str) -> Record:
    return replace(
        base, value=None, low=None, high=None, n=0, people=0, chance=None, ceiling=None,
        attack="", recognizer="", status="unavailable", reason=reason,
    )  # fmt: skip


def _missed(found: Record) -> Record:
    """Return the record of what is missed (FNIR) for one of what is found."""
    value, low, high = found.value or 0.0, found.low or 0.0, found.high or 0.0
    chance = None if found.chance is None else 1 - found.chance
    ceiling = None if found.ceiling is None else 1 - found.ceiling
    return replace(
        found, statistic=found.statistic.replace("tpir", "fnir"), value=1 - value, low=1 - high,
        high=1 - low, chance=chance, ceiling=ceiling,
    )  # fmt: skip


def _unresolved(worst: Record, names: Sequence[str]) -> list[Record]:
    """Say which rates have too few searches for strangers."""
    rates = dict(zip(OPEN, RATES, strict=True))
    return [
        _unknown(
            replace(worst, name="open set", statistic=name),
            f"FPIR {rates[name]:g} needs at least {10 / rates[name]:.0f} searches for strangers "
            f"(10 / FPIR), got {worst.n}",
        )
        for name in names
    ]


def _exposed(worst: Record, counted: Sequence[Attack], measured: Measured) -> list[Record]:
    """Return how often the most exposed are named, and how many people always are."""
    values: dict[Way, Credits] = {
        (a.name, a.recognizer, ""): a.credits["rank1"] for a in counted if a.credits
    }
    people = len(np.unique(measured.people))
    base = replace(worst, name="exposed", ceiling=None, people=people)
    tenth = _filled(
        base,
        "rank1@tenth",
        exposed_tenth(values, measured.people),
        exposed_by_lot(measured.people, chance=measured.chance()),
    )
    always = _filled(base, "always", always_named(values, measured.people), None)
    told = f"{round((always.value or 0) * people)} of {people} people"
    return [tenth, replace(always, reason=AND.join(filter(None, (worst.reason, told))))]


def _filled(base: Record, statistic: str, found: Worst[Way], chance: float | None) -> Record:
    (attack, recognizer, way), estimate = found
    return replace(
        base, value=estimate.value, low=estimate.low, high=estimate.high, n=estimate.n,
        statistic=statistic, chance=chance, recognizer=recognizer,
        attack=f"{attack}, {way}" if way else attack,
    )  # fmt: skip


def _ways(attacks: Sequence[Attack], statistic: str) -> dict[Way, Credits]:
    return {
        (attack.name, attack.recognizer, way): credit
        for attack in attacks
        for way, credit in attack.asked.get(statistic, {}).items()
    }


def _question(statistic: str) -> str:
    if statistic in ALBUMS:
        return "album"
    return "open set" if statistic in OPEN else "line-up"


def _lineup(size: int) -> str:
    return f"rank1@people={size}"


def _chance(statistic: str, measured: Measured) -> float:
    """Return what is reached without a look at any photo."""
    if statistic in OPEN:
        return RATES[OPEN.index(statistic)]
    if statistic in ALBUMS:
        return measured.chance()
    return 1 / int(statistic.partition("=")[2])
