"""The page of `compare`: a verdict and faces first, and where they come from last."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from unmask.defenses.files.atomic import write_text

from ..pages.shell import Section, page
from ..pages.tags import tag
from ..results.lines import write_summary
from .attributes import attributes, landmarks
from .beyond import answers
from .ceiling import ceilings
from .certificates import bounds, planted
from .front import cards
from .frontier import SUFFIXES, plot_frontier
from .groups import groups
from .linkage import linkage
from .matrix import matrix
from .outcomes import broken, notes, outcomes
from .overview import overview
from .pair_list import pair_list
from .plane import plane
from .provenance import provenance
from .reading import Run, read_run
from .seeds import seeds
from .strengths import strengths
from .views import views
from .words import undefended, verdict

TITLE = "How much identity still leaks"
FOOTER = (
    "A leakage is the highest that any attacker reached here; whoever has more data, or another "
    "idea, may reach more. Near chance means that the whole 95 % interval lies at most 0.1 above "
    "what guessing reaches."
)


def write_report(folder: Path, notes: Sequence[str] | None = None) -> Path:
    """Write `summary.csv`, the plot (`frontier.png`, `.svg`, `.pdf`) and `report.html` of a run.

    Args:
        folder: holds `records.jsonl`, and what else a run leaves.
        notes: what the reader must know about the data; None: what `config.json` says.

    Returns:
        The path of the report.

    Raises:
        ValueError: the folder holds no readable records.
    """
    run = read_run(folder, notes)
    write_summary(folder / "summary.csv", run.records)
    for suffix in SUFFIXES:
        plot_frontier(folder / f"frontier{suffix}", run.records)
    path = folder / "report.html"
    write_text(path, run_page(run))
    return path


def run_page(run: Run) -> str:
    """Return the page of one run."""
    return page(f"unmask: {TITLE}", lead(run), sections(run), footer=[FOOTER])


def lead(run: Run) -> list[str]:
    """Return the verdict, and what broke."""
    told = [tag("p", " ".join(verdict(run.rows, run.limit)), class_="verdict")]
    plain = undefended(run.rows)
    worst = run.rows[0].worst if run.rows else None
    if worst is not None:
        data = f"{worst.dataset}: {worst.n} photos of {worst.people} people, budget {worst.budget}"
        told.append(tag("p", f"{plain} Data: {data}, seed {worst.seed}.".strip(), class_="soft"))
    return [*told, *broken(run)]


def sections(run: Run) -> list[Section]:
    """Return all sections of one run; those without anything to say are empty."""
    return [
        Section("Every defense, by eye", cards(run), "faces", "Defenses"),
        Section("What leaks against what use is left", plane(run), "plane", "Trade-off"),
        Section("All figures", overview(run), "table", "Table"),
        Section("Over seeds", seeds(run), "seeds", "Seeds"),
        Section("How much strength it takes", strengths(run), "strengths", "Strengths"),
        Section("Every attacker", matrix(run), "attackers", "Attackers"),
        Section("Albums, line-ups, photos of anybody", answers(run), "albums", "Albums"),
        Section("Where does the leak sit?", views(run), "views", "Views"),
        Section("Can photos of one person be linked?", linkage(run), "linkage", "Linkage"),
        Section("Is it told of pairs on a list?", pair_list(run), "pairs", "Pairs"),
        Section("Does it protect some people less?", groups(run), "groups", "Groups"),
        Section("Is anything left?", ceilings(run), "ceiling", "Ceiling"),
        Section("What else do photos tell?", attributes(run), "attributes", "Attributes"),
        Section("Do defended photos teach where landmarks are?", landmarks(run), "landmarks",
                "Landmarks"),
        Section("Why believe it?", [*bounds(run), *planted(run)], "proof", "Certificates"),
        Section("What became of the photos", outcomes(run), "outcomes", "Photos"),
        Section("Notes", notes(run), "notes"),
        Section("Where these figures come from", provenance(run), "provenance", "Provenance"),
    ]  # fmt: skip
