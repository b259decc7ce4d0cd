"""Subgroups of people: does a defense protect some less than others?"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..results.records import AND, Record
from ..statistics import person_interval, worst_case
from .measured import Attack, Measured
from .worst import counting

WORST_GROUP = "the worst group"
LEAST = 8  # people in a group; smaller ones are put together
Groups = Mapping[str, Mapping[str, str]]  # attribute -> identity -> value


def read_groups(path: Path) -> Groups:
    """Read a CSV whose first column names the identity and whose others are attributes.

    Numbers with more than eight different values (ages) are cut into thirds.

    Raises:
        ValueError: no such file, no header, or an identity that occurs twice.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            lines, header = list(reader), reader.fieldnames or []
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or error  # without the path once more
        raise ValueError(f"cannot read the groups in {path}: {reason}") from error
    if len(header) < 2:
        raise ValueError(f"{path} needs a header: identity, then attributes; got {header}")
    names = [line[header[0]] for line in lines]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{path} lists {', '.join(twice[:3])} more than once")
    return {
        column: dict(zip(names, _cut([line[column] or "unknown" for line in lines]), strict=True))
        for column in header[1:]
    }


def members(groups: Groups, people: Sequence[str]) -> dict[str, NDArray[np.int64]]:
    """Return the people (as positions in `people`) of each `attribute=value`.

    Groups of fewer than `LEAST` people are merged into `attribute=small`; people without
    an entry are in `attribute=unknown`.

    Raises:
        ValueError: the groups know none of these people.
    """
    known = {name for column in groups.values() for name in column}
    if not known & set(people):
        raise ValueError(
            f"the groups name none of the {len(people)} people, for example '{people[0]}'; "
            f"they name '{next(iter(sorted(known)), '')}'"
        )
    found: dict[str, NDArray[np.int64]] = {}
    for attribute, column in groups.items():
        sets: dict[str, list[int]] = defaultdict(list)
        for place, name in enumerate(people):
            sets[column.get(name, "unknown")].append(place)
        small = [place for group in sets.values() if len(group) < LEAST for place in group]
        for value, places in sorted(sets.items()):
            if len(places) >= LEAST:
                found[f"{attribute}={value}"] = np.array(places)
        if small:
            found[f"{attribute}=small"] = np.array(sorted(small))
    return found


def group_records(
    worst: Record,
    measured: Measured,
    attacks: Sequence[Attack],
    groups: Mapping[str, NDArray[np.int64]],
) -> list[Record]:
    """Return worst case and utility for each group; the group that leaks most says so.

    Everybody is still sought among all people: chance is the same for every group.
    """
    counted = counting(attacks)
    records = []
    for group, people in groups.items():
        mine = np.isin(measured.people, people)
        if not mine.any():
            continue
        who = measured.people[mine]
        count = len(np.unique(who))
        if worst.value is not None:
            (name, recognizer), found = worst_case({k: v[mine] for k, v in counted.items()}, who)
            records.append(
                replace(worst, group=group, value=found.value, low=found.low, high=found.high,
                        n=found.n, people=count, recognizer=recognizer, attack=name,
                        chance=measured.chance())
            )  # fmt: skip
        for utility in measured.utilities:
            if utility.status != "ok":
                continue
            known = mine & np.isfinite(utility.values)
            if known.any():
                mean = person_interval(
                    utility.values[known], measured.people[known], bounds=utility.bounds
                )
                records.append(
                    replace(worst, kind="utility", name=utility.name, statistic="mean",
                            status="ok", recognizer="", group=group, value=mean.value,
                            low=mean.low, high=mean.high, n=mean.n, people=count, chance=None,
                            reason="", attack="", ceiling=None)
                )  # fmt: skip
    return _marked(records)


def _marked(records: list[Record]) -> list[Record]:
    """Say in the reason which group of each attribute leaks most."""
    leaks: dict[str, Record] = {}
    for record in records:
        attribute = record.group.partition("=")[0]
        if record.name == "worst" and (record.value or 0) > (
            leaks[attribute].value or 0 if attribute in leaks else -1.0
        ):
            leaks[attribute] = record
    top = {id(record) for record in leaks.values()}
    return [
        replace(r, reason=AND.join(filter(None, [r.reason, WORST_GROUP]))) if id(r) in top else r
        for r in records
    ]


def _cut(values: list[str]) -> list[str]:
    """Cut a column of many different numbers into thirds; what is no number is unknown."""
    numbers = np.array([_number(value) for value in values])
    known = numbers[np.isfinite(numbers)]
    if len(np.unique(known)) <= 8 or len(known) < 0.8 * len(values):
        return values
    low, high = np.quantile(known, (1 / 3, 2 / 3))
    names = (f"up to {low:g}", f"{low:g} to {high:g}", f"above {high:g}")
    return [names[int(n > low) + int(n > high)] if np.isfinite(n) else "unknown" for n in numbers]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")
