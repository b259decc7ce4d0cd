"""Attackers that name nobody: can two photos be told to show one person?"""

from __future__ import annotations

from ..pages.table import Cell, Heading, sortable_table
from ..pages.tags import Html
from ..results.pairs import pair_attacks
from ..results.records import Record, find
from ..results.summary import value_of
from .cells import figure
from .reading import Run

_SAID = Html(
    "<p>Is it told of two defended photos that they show one person? Nobody is named, so this is "
    "no part of leakage. Guessing reaches AUC 0.5, EER 0.5, and a TAR as high as its FAR. D_sys "
    "is the linkability of Gomez-Barrero et al. (2018): 0 if no score tells anything, 1 if all "
    "do; few pairs make it too high rather than too low, so beside it stands what people dealt "
    "out by lot give. In the words of the Article 29 Working Party (opinion 05/2014, WP216) this "
    "is <i>linkability</i>.</p>"
)


def linkage(run: Run) -> list[str]:
    """Return the figures of attackers that name nobody but link photos."""
    attacks = [(row, pair_attacks(find(run.records, defense=row.defense))) for row in run.rows]
    statistics = dict.fromkeys(s for _, pairs in attacks for pair in pairs for s in pair.figures)
    shown = [s for s in statistics if s != "auc" and any(
        value_of(pair.figures.get(s)) is not None for _, pairs in attacks for pair in pairs
    )]  # fmt: skip
    body: list[list[Cell | str]] = [
        [row.shown, pair.attacker, figure(pair.auc), *(_of(pair.figures.get(s)) for s in shown)]
        for row, pairs in attacks
        for pair in pairs
    ]
    if not body:
        return []
    head: list[Heading | str] = [
        "defense",
        "attacker",
        Heading("AUC", "less"),
        *(_heading(s) for s in shown),
    ]
    return [_SAID, sortable_table("Attackers that link photos", head, body)]


def _heading(statistic: str) -> Heading:
    if statistic == "d_sys":
        return Heading("D_sys", "less")
    text = statistic.upper().replace("@FAR=", " at FAR ").replace("E-", "e-")
    return Heading(text, "more" if statistic == "eer" else "less")


def _of(found: Record | None) -> Cell:
    """Return a figure about pairs; D_sys with its chance, which depends on how many there are."""
    cell = figure(found)
    if found is None or cell.key is None or found.statistic != "d_sys" or found.chance is None:
        return cell
    return Cell(f"{cell.text} (by chance {found.chance:.3f})", cell.key, cell.bad, cell.more)
