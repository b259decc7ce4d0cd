"""Several runs on one page: side by side, over seeds, and each by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from unmask.defenses.files.atomic import write_text

from ..pages.shell import Section, page
from ..pages.tags import Html, tag
from .front import cards
from .matrix import matrix
from .over_seeds import seeds
from .overview import overview
from .page import FOOTER
from .provenance import provenance
from .reading import CHANGED, Run, read_run
from .side_by_side import (
    common_plane,
    leakage_map,
    leakage_table,
    seed_of,
    setting_of,
    told_apart,
)
from .words import verdict


def write_merged(folders: Sequence[Path], out: Path) -> Path:
    """Write one page about several runs.

    Args:
        folders: run folders of compare, at least one.
        out: the page.

    Raises:
        ValueError: a folder holds no run, or the same one is named twice.
    """
    if len({folder.resolve() for folder in folders}) < len(folders):
        raise ValueError("each run can stand on a page once; a folder is named twice")
    runs = [read_run(folder) for folder in folders]
    for folder, run in zip(folders, runs, strict=True):
        if CHANGED in run.notes:
            raise ValueError(f"{folder}: {CHANGED}; measure again")
    write_text(out, merged_page(runs))
    return out


def merged_page(runs: Sequence[Run]) -> str:
    """Return the page of several runs."""
    runs = told_apart(runs)
    lead = [tag("p", f"{len(runs)} runs: {_what(runs)}.", class_="lead")]
    lead += [_verdict(run) for run in runs]
    sections = [
        Section("Leakage, side by side", [leakage_map(runs), leakage_table(runs)], "table",
                "Side by side"),
        Section("Over seeds", seeds(runs), "seeds", "Seeds"),
        Section("What leaks against what use is left", common_plane(runs), "plane", "Trade-off"),
        *(part for n, run in enumerate(runs) for part in _alone(run, n)),
        Section("Where these figures come from", [p for run in runs for p in provenance(run)],
                "provenance", "Provenance"),
    ]  # fmt: skip
    return page("unmask: runs side by side", lead, sections, footer=[FOOTER])


def _alone(run: Run, number: int) -> Iterator[Section]:
    """Yield what one run has to itself: its figures, its attackers, its faces if it kept any."""
    key = f"run{number}"
    yield Section(f"All figures: {run.name}", overview(run), key, run.name)
    yield Section(f"Every attacker: {run.name}", matrix(run), f"{key}-attackers",
                  f"{run.name}: attackers")  # fmt: skip
    if run.faces.examples:
        yield Section(f"By eye: {run.name}", cards(run), f"{key}-faces", f"{run.name}: faces")


def _verdict(run: Run) -> Html:
    said = " ".join(verdict(run.rows, run.limit))
    return tag("p", tag("b", f"{run.name} ({setting_of(run)}, seed {seed_of(run)}): "), said)


def _what(runs: Sequence[Run]) -> str:
    settings = list(dict.fromkeys(setting_of(run) for run in runs))
    return "; ".join(settings)
