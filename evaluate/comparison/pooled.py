"""One measurement out of those of several folds, in which other people were attacked.

A photo keeps the credit that it got in its fold, so all figures that are means over people, and
their intervals, come of the same code as without folds. What is a figure of a whole fold (AUC, the
distance of two sets) is averaged. A row may claim only what every fold may claim: what broke or
was missing in one of them did so here, and each doubt of one is one of all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..statistics import Figure, mean_of
from .measured import Attack, Credits, Measured, Utility

Key = tuple[str, str]
Choice = Callable[[Measured], tuple[Attack, ...]]


def pooled(folds: Sequence[Measured], *, stopped: bool = False) -> Measured:
    """Return what was measured in all folds, as one.

    Args:
        folds: of one defense, one or more.
        stopped: whether asking may have ended in a fold because somebody named enough, as on
            planted cases. Else `spared` says who was not asked.
    """
    first = folds[0]
    sizes = [len(np.unique(one.people)) for one in folds]
    starts = np.cumsum([0, *sizes[:-1]])
    people = np.concatenate([one.people + at for one, at in zip(folds, starts, strict=True)])
    turns = np.repeat(np.arange(len(folds)), [len(one.people) for one in folds])
    lost = [one for one in folds if one.status != "ok"]
    if lost:
        return Measured(
            first.defense, first.parameters, people, (), (), (), status=lost[0].status,
            reason="; ".join(_all_of([(one.reason,) if one.reason else () for one in folds])),
            folds=turns,
        )  # fmt: skip
    return Measured(
        first.defense,
        first.parameters,
        people,
        tuple(outcome for one in folds for outcome in one.outcomes),
        _attacks(folds, lambda one: one.attacks, stopped, lambda one: one.spared),
        _utilities(folds),
        {key: why for one in folds for key, why in one.failures.items()},
        {key: why for one in folds for key, why in one.remarks.items()},
        sum(one.copies for one in folds),
        dict(sum((Counter(one.lost_copies) for one in folds), Counter())),
        _attacks(folds, lambda one: one.disclosed, stopped, lambda one: ()),
        _all_of([one.doubts for one in folds]),
        {
            role: (sum(o.found[role][0] for o in folds), sum(o.found[role][1] for o in folds))
            for role in first.found
        },
        ceiling=_attacks(folds, lambda one: one.ceiling, True, lambda one: ()),
        region=first.region,
        face=_attacks(folds, lambda one: one.face, stopped, lambda one: one.face_spared),
        face_doubts=_all_of([one.face_doubts for one in folds]),
        kept=all(one.kept for one in folds),
        context=_rest(folds, lambda one: one.context),
        around=_rest(folds, lambda one: one.around),
        spared=_in_all([one.spared for one in folds]),
        face_spared=_in_all([one.face_spared for one in folds]),
        folds=turns,
    )  # fmt: skip


def _rest(folds: Sequence[Measured], choose: Choice) -> tuple[Attack, ...]:
    """Return what was reached around the face; in a fold that was not asked, on whole photos."""
    return _attacks(folds, choose, True, lambda one: (), lambda one: one.attacks)


def _attacks(
    folds: Sequence[Measured], choose: Choice, stopped: bool,
    spared: Callable[[Measured], tuple[str, ...]], instead: Choice = lambda one: (),
) -> tuple[Attack, ...]:  # fmt: skip
    """Return the attacks over all folds; `instead` holds what counts where a fold has none."""
    keys: dict[Key, Attack] = {}
    for one in folds:
        for attack in choose(one):
            keys.setdefault((attack.name, attack.recognizer), attack)
    return tuple(
        _joined([
            _of_fold(
                key, like, one, choose(one) or instead(one),
                stopped or like.attacker in spared(one),
            )
            for one in folds
        ])
        for key, like in keys.items()
    )  # fmt: skip


def _of_fold(
    key: Key, like: Attack, fold: Measured, attacks: Sequence[Attack], unasked: bool
) -> Attack:
    """Return what an attack did in a fold, under its own name.

    Who was not asked there, because others had named everybody, could have done as they did: it
    counts with what the best of them reached, else it would be compared on fewer people, or not
    at all.
    """
    mine = next((a for a in attacks if (a.name, a.recognizer) == key), None)
    if mine is not None:
        return mine
    broke = next((a for a in attacks if a.attacker == like.attacker and a.status != "ok"), None)
    if broke is not None:
        return replace(broke, name=like.name, recognizer=like.recognizer)
    able = [a for a in attacks if a.status == "ok" and a.credits]
    if not unasked or not able:
        return replace(
            like, credits={}, asked={}, figures=(), status="unavailable",
            reason="it gave no answer, though it did in other folds",
        )  # fmt: skip
    best = max(able, key=lambda a: mean_of(a.credits["rank1"], fold.people))
    return replace(best, name=like.name, recognizer=like.recognizer, attacker=like.attacker,
                   informed=like.informed, notes={}, seconds=0.0)  # fmt: skip


def _joined(parts: Sequence[Attack]) -> Attack:
    """Return one attack over all folds, without a figure where one fold has none."""
    if any(part.credits for part in parts):  # who names people in one fold must in all
        parts = [_nameless(p) if p.status == "ok" and not p.credits else p for p in parts]
    first = parts[0]
    seconds = sum(part.seconds for part in parts)
    bad = next((part for part in parts if part.status != "ok"), None)
    if bad is not None:
        told = _all_of([(p.reason,) if p.status != "ok" else () for p in parts])
        return replace(
            first, credits={}, asked={}, figures=(), notes={}, status=bad.status,
            reason="; ".join(told), seconds=seconds,
        )  # fmt: skip
    return replace(
        first,
        credits={
            name: np.concatenate([part.credits[name] for part in parts])
            for name in first.credits
            if all(name in part.credits for part in parts)
        },
        asked={
            name: _ways([part.asked[name] for part in parts])
            for name in first.asked
            if all(name in part.asked for part in parts)
        },
        figures=_figures([part.figures for part in parts]),
        notes={
            name: float(np.mean([part.notes[name] for part in parts]))
            for name in first.notes
            if all(name in part.notes for part in parts)
        },
        reason="; ".join(_all_of([(p.reason,) if p.reason else () for p in parts])),
        seconds=seconds,
    )


def _nameless(part: Attack) -> Attack:
    return replace(part, status="unavailable",
                   reason="it named nobody, though it did in other folds")  # fmt: skip


def _ways(parts: Sequence[dict[str, Credits]]) -> dict[str, Credits]:
    """Return the credits of each way of reading scores; a way that a fold lacks is its best."""
    names = dict.fromkeys(name for part in parts for name in part)
    return {
        name: np.concatenate([part[name] if name in part else _best(part) for part in parts])
        for name in names
    }


def _best(ways: dict[str, Credits]) -> Credits:
    return max(ways.values(), key=lambda credit: float(np.nan_to_num(credit).mean()))


def _figures(parts: Sequence[tuple[Figure, ...]]) -> tuple[Figure, ...]:
    """Return the mean of each figure over folds; people differ, so its errors are independent."""
    found = []
    for first in parts[0]:
        same = [f for part in parts for f in part if f.statistic == first.statistic]
        known = [
            f for f in same if f.value is not None and f.low is not None and f.high is not None
        ]
        if len(known) < len(parts):
            why = next((f.reason for f in same if f.value is None), "")
            found.append(Figure(first.statistic, reason=why))
            continue
        value, low, high = _mean_ends([(f.value, f.low, f.high) for f in known])
        chances = [f.chance for f in known if f.chance is not None]
        found.append(
            Figure(
                first.statistic, value, low, high, sum(f.n for f in known),
                float(np.mean(chances)) if chances else None,
                f"mean of {len(parts)} folds; {first.reason}".removesuffix("; "),
            )
        )  # fmt: skip
    return tuple(found)


def _mean_ends(parts: Sequence[tuple[Any, Any, Any]]) -> tuple[float, float, float]:
    value, low, high = np.array(parts, np.float64).T
    middle, count = float(value.mean()), len(parts)
    down, up = (float(np.sqrt((gap**2).sum()) / count) for gap in (value - low, high - value))
    return middle, middle - down, middle + up


def _utilities(folds: Sequence[Measured]) -> tuple[Utility, ...]:
    found = []
    for several in zip(*(one.utilities for one in folds), strict=True):
        first = several[0]
        seconds = sum(one.seconds for one in several)
        bad = next((one for one in several if one.status != "ok"), None)
        if bad is not None:
            found.append(replace(bad, values=np.zeros(0), overall=None, seconds=seconds))
            continue
        overall = [one.overall for one in several if one.overall is not None]
        reason = "; ".join(_all_of([(u.reason,) if u.reason else () for u in several]))
        found.append(
            replace(
                first,
                values=np.concatenate([one.values for one in several]),
                reason=reason,
                seconds=seconds,
                overall=_sets(overall) if len(overall) == len(folds) else None,
            )
        )
    return tuple(found)


def _sets(parts: Sequence[tuple[float, float | None, float | None]]) -> Any:
    if any(low is None or high is None for _, low, high in parts):
        return float(np.mean([value for value, *_ in parts])), None, None
    return _mean_ends(parts)


def _all_of(parts: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return what was said in any fold, with the fold where not all say it."""
    said = dict.fromkeys(text for part in parts for text in part)
    return tuple(
        text if len(where) == len(parts) else f"fold {', '.join(map(str, where))}: {text}"
        for text in said
        for where in [[number for number, part in enumerate(parts, 1) if text in part]]
    )


def _in_all(parts: Sequence[Sequence[str]]) -> tuple[str, ...]:
    return tuple(name for name in parts[0] if all(name in part for part in parts))
