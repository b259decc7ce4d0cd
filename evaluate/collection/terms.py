"""Under which terms figures came about: only those under the same ones may be compared."""

from __future__ import annotations

from typing import NamedTuple

_MANY = 6  # names that are said one by one


class Terms(NamedTuple):
    """What must be the same in two runs, for their figures to be comparable.

    Args:
        dataset: name and bounds of the data.
        photos: digest of all photos with their people, roles and the faces found on them.
        split: hash of the split by identity.
        budget: effort of the attackers.
        seed: of everything.
        folds: how people took turns; empty: they did not.
        attackers: who attacked.
        models: labels of the face models.
        code: digest of the code of `unmask`.
    """

    dataset: str
    photos: str
    split: str
    budget: str
    seed: int
    folds: str
    attackers: tuple[str, ...]
    models: tuple[str, ...]
    code: str


_CALLED = {"photos": "other photos", "split": "another split of people", "seed": "seed",
           "folds": "folds", "budget": "budget", "code": "other code of unmask"}  # fmt: skip
_TEXT = ("budget", "seed", "folds")  # what they are is worth saying


def differences(one: Terms, other: Terms) -> list[str]:
    """Say in what the first differs from the second; nothing where both are the same."""
    found = []
    for name in Terms._fields:
        mine, its = getattr(one, name), getattr(other, name)
        if mine == its:
            continue
        if name in ("attackers", "models"):
            found += _members("attackers" if name == "attackers" else "face models", mine, its)
        elif name in _TEXT:
            found.append(f"{_CALLED[name]} {_said(mine)}, not {_said(its)}")
        else:
            found.append(_CALLED.get(name, name))
    return found


def _said(value: str | int) -> str:
    return "none" if value == "" else str(value)


def _members(what: str, mine: tuple[str, ...], its: tuple[str, ...]) -> list[str]:
    lacks = [name for name in its if name not in mine]
    more = [name for name in mine if name not in its]
    told = [f"without the {what} {_listed(lacks)}"] if lacks else []
    return told + ([f"with the {what} {_listed(more)}"] if more else [])


def _listed(names: list[str]) -> str:
    rest = len(names) - _MANY
    return ", ".join(names[:_MANY]) + (f" and {rest} more" if rest > 0 else "")
