"""The report of an audit, put together from its records alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from unmask.defenses.files.atomic import write_text

from ..pages.facts import facts, items
from ..pages.shell import Section, page
from ..pages.tags import tag
from ..results.origin import config_of, provenance
from ..results.records import Record, read_records
from .shown.album import Album, album_sections, read_album
from .shown.named_sections import detail_sections, named_sections
from .shown.plot import plot
from .shown.rates_section import rates_sections
from .shown.same_person import same_sections
from .shown.text_sections import text_sections
from .shown.unasked_section import unasked_sections
from .shown.useful_sections import useful_sections
from .verdict import verdict

# What is told of each kind of question, in the order of the page. One that was not asked has no
# section, or an empty one.
SECTIONS: tuple[Callable[[Sequence[Record]], Sequence[Section]], ...] = (
    named_sections,
    rates_sections,
    unasked_sections,
    text_sections,
    same_sections,
    useful_sections,
    detail_sections,
)
NOBODY = Album()
LIMITS = (
    "A name that is printed in the picture (a caption, a jersey, a badge) may be read, and counts "
    "as naming the person. It is looked for where the extra ocr is installed, and what is too "
    "small or too faint for OCR is missed: see the notes, and the figures without text.",
    "A refusal is not privacy: a model that will not say a name may know it. Read the forced "
    "choice beside it, which leaves no way to refuse.",
    "A model that names nobody here may do so when asked differently, or after more training.",
    "Right names are matched as whole words, with aliases, initials and surnames; wrong names "
    "of people outside the audit are told by their capitals and are less sure.",
    "The context is everything outside a box around the head. Hair belongs to the head and "
    "stays when the face is masked.",
    "A masked face is unlike anything most models have seen, so that control also measures "
    "surprise.",
    "Who is famous enough to be known differs between models and over time; figures hold for "
    "these people, photos and prompts.",
    "The questions are our own. No figure here reproduces one of arXiv 2408.01228, whose "
    "prompts and tables were not used; template votes follow the idea of arXiv 2209.07341.",
)


def write_page(folder: Path, notes: Sequence[str] = ()) -> Path:
    """Write `curve.png` and `report.html` of a run folder; return the page's path."""
    records = read_records(folder / "records.jsonl")
    config = config_of(folder)
    plot(folder / "curve.png", records)
    path = folder / "report.html"
    notes = notes or config.get("notes", ())
    write_text(path, audit_page(records, config, notes, read_album(folder)))
    return path


def audit_page(
    records: Sequence[Record],
    config: Mapping[str, Any],
    notes: Sequence[str] = (),
    album: Album = NOBODY,
) -> str:
    """Return the page.

    Args:
        records: of the audit.
        config: what the run folder holds in `config.json`.
        notes: what must be known.
        album: photos with their answers.
    """
    first, *others = verdict(records)
    model, data = records[0].recognizer, records[0].dataset
    known = _listed(records, notes)
    return page(
        "Does the model still name the person?",
        [
            tag("p", first, class_="verdict"), items(others),
            f"{model} on {data}. Intervals are 95 %, resampled by person.",
        ],
        [
            *(section for told in SECTIONS for section in told(records)),
            *album_sections(album),
            Section("To be known", [items(known)] if known else [], "notes", "Notes"),
            Section("What this does not show", [items(LIMITS)], "limits", "Limits"),
            Section("Where this comes from",
                    [facts(provenance(config, model=model, asked=str(config.get("asked", ""))))],
                    "origin", "Origin"),
        ],
    )  # fmt: skip


def _listed(records: Sequence[Record], notes: Sequence[str]) -> list[str]:
    missing = [r for r in records if r.status == "unavailable"]
    listed = [f"{r.name}{r.group and f' {r.group}'}: not measured. {r.reason}" for r in missing]
    listed += sorted({f"{r.name}: {r.reason}" for r in records if r.reason and r.status == "ok"})
    return [*listed, *notes]
