"""The defenses side by side: `python -m unmask.benchmarks.leaderboard RESULTS OUT.md`.

RESULTS is a folder to which runs of all default defenses were added by `unmask compare DATA --into
RESULTS`. Of each data set the newest runs are shown, the least leaking defense first; what is only
a lower bound comes after all that have a place, and what has no figure last. The plot lies beside
the page, as OUT.png.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from unmask.defenses.files.atomic import write_text
from unmask.evaluate import default_defenses
from unmask.evaluate.collection.collected import Collection, read_collection
from unmask.evaluate.collection.entry import Entry
from unmask.evaluate.collection.groups import Group
from unmask.evaluate.collection.words import about, cautions, runs_of
from unmask.evaluate.results.failures import remarks
from unmask.evaluate.results.formats import markdown
from unmask.evaluate.results.ranks import Place, beaten, places
from unmask.evaluate.results.summary import Row, value_of
from unmask.evaluate.results.table import MISSING, Column, interval, is_undefended, printed, two

from .leaderboard_plot import plot
from .origin import PACKAGES

_ABOUT = """How much identity each defense with its default settings leaks: the highest rank-1 that
any of the attackers reached, with its 95 % interval over people. Who leaks little here is not safe
for that: more data, another idea, or a longer look may name more.

**Place**: the ranks between which a defense stands among all of its run, the undefended photos
among them, at 95 % for all places together. They are made of the paired differences in the second
table, adjusted for all pairs: only there one defense beats another. **>=**: a lower bound. More
may leak, nobody knows how much, and such a row has no place. *context* is what the photo names
without the region, which no defense of that region can prevent; *face* what the region alone still
names; *naive* what a recognizer names that does not know the defense."""


def page(found: Collection, command: str) -> str:
    """Return the page.

    Args:
        found: the newest runs on each data set.
        command: what was typed.
    """
    *_, results, out = shlex.split(command)
    lines = [
        "# Leaderboard", "",
        f"    unmask compare DATA --drop-duplicates --into {results}", f"    {command}", "",
        _ABOUT, "", f"![leakage]({Path(out).with_suffix('.png').name})",
        *(part for group in found.groups for part in ("", *_section(group))),
        *(part for line in found.said for part in ("", f"! {line}")),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def ordered(entry: Entry) -> list[Row]:
    """Return the rows: undefended photos, then those with a place, least leaking first.

    Then lower bounds, then what has no figure: nothing comes early because it was not measured.
    """

    def place(row: Row) -> tuple[int, float, float]:
        if is_undefended(row):
            return 0, 0.0, 0.0
        if row.worst.value is None or row.state not in ("ok", "at least"):
            return 3, 0.0, 0.0
        kind = 1 if row.state == "ok" else 2
        return kind, row.worst.value, row.worst.high or 1.0

    return sorted(entry.rows, key=place)


def _section(group: Group) -> list[str]:
    lines = [f"## {group.terms.dataset}", "", f"{about(group)}."]
    for entry in group.entries:
        found = places(entry.records)
        if len(group.entries) > 1:
            lines += ["", f"### {entry.run}"]
        lines += ["", markdown(_columns(entry, found)), *_wins(entry, found)]
    told = [line for entry in group.entries for line in remarks(entry.records)]
    told += [*runs_of(group), *cautions(group), *_missing(group), *map(_made, group.entries)]
    return [*lines, "", *(f"- {line}" for line in dict.fromkeys(told))]


def _columns(entry: Entry, found: dict[str, Place]) -> list[Column]:
    rows = ordered(entry)
    return [
        Column("place", [_place(found.get(row.defense)) for row in rows]),
        Column("defense", [row.shown for row in rows], "name"),
        Column("leakage", [printed(row.worst) for row in rows]),
        Column("95 %", [interval(row.worst, 2, " to ") for row in rows], "text"),
        *(Column(name, [printed(row.others[name]) if name in row.others else MISSING
                        for row in rows]) for name in ("context", "face", "album")),
        Column("naive", [two(value_of(row.naive)) for row in rows]),
        Column("SSIM", [two(value_of(row.utilities.get("ssim"))) for row in rows]),
        Column("worst attacker", [row.attacker if row.measured else MISSING for row in rows],
               "name"),
    ]  # fmt: skip


def _place(place: Place | None) -> str:
    if place is None:
        return MISSING
    return str(place.first) if place.first == place.last else f"{place.first} to {place.last}"


def _wins(entry: Entry, found: dict[str, Place]) -> list[str]:
    """Return who truly leaks less than whom, and by how much."""
    won = {(one.less, one.more): one for one in beaten(entry.records)}
    if not found:
        return ["", "No defense has a place here: all that is known are lower bounds."]
    if not won:
        return ["", "No difference between two defenses is certain."]
    rows = [row for row in ordered(entry) if row.defense in found]
    first = [row for row in rows if any(less == row.defense for less, _ in won)]
    columns = [Column("leaks less than", [row.shown for row in first], "name")]
    for other in rows:
        cells = []
        for row in first:
            one = won.get((row.defense, other.defense))
            cells.append("" if one is None else f"{one.gap:.2f} ({_end(one.low)} to "
                                                f"{_end(one.high)})")  # fmt: skip
        columns.append(Column(other.shown, cells))
    said = "By how much, with the interval of the pair; empty: the order is not certain."
    return ["", markdown(columns, said)]


def _end(value: float | None) -> str:
    return "?" if value is None else f"{value:.2f}"


def _missing(group: Group) -> list[str]:
    """Say which default defenses were not measured."""
    have = {row.family for entry in group.entries for row in entry.rows}
    gone = [name for name in default_defenses() if name not in have]
    return [f"default defenses that are not in these runs: {', '.join(gone)}"] if gone else []


def _made(entry: Entry) -> str:
    """Say when a run was made, and with which versions."""
    known = entry.settings.get("versions") or {}
    packages = ", ".join(f"{name} {known[name]}" for name in PACKAGES if name in known)
    day = entry.date.partition(" ")[0] or "an unknown day"
    return f"Made on {day} with Python {entry.settings.get('python', '?')}, {packages}"


def main(arguments: Sequence[str]) -> None:
    """Read the runs, and write the page and its plot."""
    parser = argparse.ArgumentParser(
        prog="python -m unmask.benchmarks.leaderboard", description=__doc__
    )
    parser.add_argument("results", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args(arguments)
    found = read_collection(given.results).only(latest=True)
    command = f"python -m unmask.benchmarks.leaderboard {shlex.join(arguments)}"
    plot(given.out.with_suffix(".png"), [(g.terms.dataset, ordered(g.entries[0]))
                                         for g in found.groups])  # fmt: skip
    write_text(given.out, page(found, command))


if __name__ == "__main__":
    main(sys.argv[1:])
