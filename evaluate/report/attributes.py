"""What else photos tell of people, and what defended photos are good for."""

from __future__ import annotations

from ..pages.table import Cell, Heading, number, sortable_table
from ..results.attributes import SAID, attributes_of, way_of
from ..results.records import NME, find
from ..results.shown import shown_names
from .cells import figure
from .reading import Run


def attributes(run: Run) -> list[str]:
    """Return how well each attribute is guessed; nothing without such records."""
    found = attributes_of(run.records)
    if not found:
        return []
    called = shown_names(run.records)
    body: list[list[Cell | str]] = [
        [called.get(r.defense, r.defense), f"{r.name.partition(' ')[2]} {SAID[way_of(r)]}",
         figure(r), number(r.chance), number(r.ceiling), r.attack, r.reason]
        for r in found
    ]  # fmt: skip
    head: list[Heading | str] = [
        "defense",
        "attribute",
        Heading("balanced accuracy"),
        Heading("chance"),
        Heading("clean"),
        "by",
        "note",
    ]
    return [
        "Guessed by somebody who never saw the person, and looks at photos as they are: what is "
        "moved or scrambled may tell more. Balanced accuracy: the mean over classes of the share "
        "that is guessed, so that a frequent class counts no more than a rare one; the highest "
        "over guessers.",
        sortable_table("What else photos tell", head, body),
    ]


def landmarks(run: Run) -> list[str]:
    """Return how well defended photos teach where landmarks are; nothing without such records."""
    found = find(run.records, statistic=NME)
    if not found:
        return []
    called = shown_names(run.records)
    body: list[list[Cell | str]] = [
        [called.get(r.defense, r.defense), figure(r), number(r.ceiling), number(r.chance),
         r.reason]
        for r in found
    ]  # fmt: skip
    head: list[Heading | str] = [
        "defense",
        Heading("error", "less", "eye distances"),
        Heading("learned clean"),
        Heading("average face"),
        "note",
    ]
    return [
        "Somebody learned from defended photos of background people (ridge regression on "
        "histograms of oriented gradients) and looks for the 68 landmarks on clean photos of "
        "others. The mean error is given in distances between the eyes, so that less is better, "
        "beside that of who learned from clean photos, and of who always says where they lie on "
        "average.",
        sortable_table("Landmarks learned from defended photos", head, body),
    ]
