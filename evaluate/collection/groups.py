"""Which runs may stand in one table: those whose figures came about under the same terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from string import ascii_uppercase
from typing import NamedTuple

from ..results.summary import Row
from ..results.table import is_undefended
from .entry import Entry
from .terms import Terms, differences


class Placed(NamedTuple):
    """A row of a group.

    Args:
        row: what is known of a defense.
        run: the number of its run in the group, from 1.
        of: so many defenses have a rank in that run; ranks are of one run alone.
    """

    row: Row
    run: int
    of: int

    @property
    def rank(self) -> str:
        """The rank with what it is among, `3 of 12`; empty without others of the same run."""
        return "" if self.row.rank is None or self.of < 2 else f"{self.row.rank} of {self.of}"


@dataclass(frozen=True)
class Group:
    """Runs whose figures may be compared.

    Args:
        name: `A` for the newest on the data of this name, and so on.
        entries: the runs, that with the most defenses first.
        differs: in what its terms differ from those of `A`; empty for that.
        lacks: defenses that `A` has and this one has not, or, for `A`, that others have.
    """

    name: str
    entries: tuple[Entry, ...]
    differs: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()

    @property
    def terms(self) -> Terms:
        """What is the same in all its runs."""
        return self.entries[0].terms

    @property
    def date(self) -> str:
        """Of the newest run; empty: nobody knows."""
        return max(entry.date for entry in self.entries)

    @cached_property
    def placed(self) -> tuple[Placed, ...]:
        """All rows: the undefended photos, then most leaking first, as in a run.

        A row that an earlier run of the group has likewise stands there once.
        """
        found: list[Placed] = []
        for number, entry in enumerate(self.entries, 1):
            ranked = sum(row.rank is not None for row in entry.rows)
            for row in entry.rows:
                known = any(row.worst == other.row.worst for other in found)
                if not known:
                    found.append(Placed(row, number, ranked))
        return tuple(sorted(found, key=_place))

    @property
    def rows(self) -> list[Row]:
        """The rows alone."""
        return [placed.row for placed in self.placed]


def _place(placed: Placed) -> tuple[bool, float]:
    row = placed.row
    return not is_undefended(row), -(1.1 if row.worst.value is None else row.worst.value)


def grouped(entries: Sequence[Entry]) -> list[Group]:
    """Return groups of comparable runs: by the name of their data, the newest first.

    Args:
        entries: the newest first.
    """
    found: dict[str, list[list[Entry]]] = {}
    for entry in entries:
        mine = found.setdefault(entry.terms.dataset, [])
        group = next((some for some in mine if _fits(entry, some)), None)
        if group is None:
            mine.append([entry])
        else:
            group.append(entry)
    return [group for name in sorted(found) for group in _named(found[name])]


def newest(groups: Sequence[Group]) -> list[Group]:
    """Return the newest group on each data set."""
    return [replace(group, lacks=()) for group in groups if not group.differs]


def _fits(entry: Entry, group: Sequence[Entry]) -> bool:
    """Return whether an entry is comparable: of a plug-in, too, there must be one code."""
    return all(
        entry.terms == other.terms
        and all(other.code.get(name, mark) == mark for name, mark in entry.code.items())
        for other in group
    )


def _named(some: Sequence[Sequence[Entry]]) -> list[Group]:
    ordered = [tuple(sorted(entries, key=lambda entry: -len(entry.rows))) for entries in some]
    first = ordered[0]
    have = [{row.shown: None for entry in group for row in entry.rows} for group in ordered]
    others = {name: None for names in have[1:] for name in names}
    groups = [Group(_letters(0), first, (), tuple(n for n in others if n not in have[0]))]
    for number, entries in enumerate(ordered[1:], 1):
        differs = differences(entries[0].terms, first[0].terms) or _plugins(entries, first)
        lacks = tuple(name for name in have[0] if name not in have[number])
        groups.append(Group(_letters(number), entries, tuple(differs), lacks))
    return groups


def _plugins(entries: Sequence[Entry], first: Sequence[Entry]) -> list[str]:
    """Name the plug-ins, and classes of users, whose code is another one."""
    ours, theirs = ({k: v for e in some for k, v in e.code.items()} for some in (entries, first))
    other = [name for name in ours if name in theirs and ours[name] != theirs[name]]
    return [f"other code of {', '.join(other)}"]


def _letters(number: int) -> str:
    """Return A, B, ... Z, AA, AB, ..."""
    more, last = divmod(number, len(ascii_uppercase))
    return (_letters(more - 1) if more else "") + ascii_uppercase[last]
