"""What is said of pairs of photos: sentences, a table, and a chart over strength."""

from __future__ import annotations

from collections.abc import Sequence

from ...pages.curve import Series, Step, curve
from ...pages.frame import Axis
from ...pages.shell import Section
from ...pages.table import text_table
from ...pages.tags import Html, tag
from ...results.records import Record, find
from ...results.rounding import ends_of
from ...results.shown import shown_names
from ...results.table import MISSING, Column
from ..strengths import Ladder, ladders
from ..views import CLEAN
from .face_column import face_column
from .tables import Rows

_WORDS = {
    "same/clean-clean": "two clean photos",
    "same/clean-defended": "a defended photo beside a clean one",
    "same/defended-defended": "two defended photos",
}
_CONTROLS = {"face_masked": "with masks over the faces", "shuffled_names": "with people shuffled"}
_COLUMNS = {
    "auc": "AUC (chance 0.5)", "tar@far=1e-2": "found at 1 % false",
    "margin": "true pair likelier (chance 0.5)", "yes_true": "yes to true pairs",
    "yes_false": "yes to false pairs", "unread": "neither yes nor no",
}  # fmt: skip
_HOW = (
    "Each photo was shown beside another of the same person and beside photos of two others, of "
    "one gender where that is known; no name was asked. AUC is how often a true pair is found "
    "more alike than a false one, of all pairs, with both people of a pair resampled. A model "
    "that says yes to everything has 0.5. An answer that is neither yes nor no lies between the "
    "two."
)


def same_sections(records: Sequence[Record]) -> list[Section]:
    """Return what is told of pairs; a section without parts is left out."""
    head, body = same_table(records)
    if not body:
        return []
    charts = [_chart(records, ladder) for ladder in ladders(records)]
    drawn = [chart for chart in charts if chart]
    parts = [
        tag("p", _HOW),
        *([tag("div", *drawn, class_="pair")] if drawn else []),
        text_table("Pairs of whole photos", head, body),
    ]  # fmt: skip
    return [Section("The same person?", parts, "same", "Same person")]


def same_table(records: Sequence[Record]) -> Rows:
    """Return a row for each way to show a pair, with its controls."""
    mine = [r for r in records if r.name in _WORDS and r.value is not None]
    shown = find(mine, kind="leakage", group="")
    used = [name for name in _COLUMNS if find(shown, statistic=name)]
    face = shown_names(records) | {CLEAN: "clean"}
    body = []
    for spec, name in dict.fromkeys((r.defense, r.name) for r in shown):
        cells = [find(shown, defense=spec, name=name, statistic=statistic) for statistic in used]
        aucs = find(mine, name=name, statistic="auc")
        masked = find(aucs, kind="leakage", group="control=face_masked")
        dealt = find(aucs, kind="leakage", group="control=shuffled_names", defense=spec)
        gap = find(aucs, kind="difference", group="above=face_masked", defense=spec)
        body.append([face[spec], _WORDS[name], *(_figure(c[0]) if c else "" for c in cells),
                     *(_figure(c[0]) if c else "" for c in (dealt, masked)),
                     _figure(gap[0], sign=True) if gap else ""])  # fmt: skip
    controls = ["AUC, people shuffled", "AUC, faces masked", "AUC above the mask's"]
    return ["face", "shown", *(_COLUMNS[name] for name in used), *controls], body


def same_columns(records: Sequence[Record]) -> tuple[list[Column], str]:
    """Return a row for each way to show a pair, for the terminal, and a sentence for below."""
    mine = [r for r in records if r.name in _WORDS and r.kind == "leakage" and not r.group
            and r.value is not None]  # fmt: skip
    rows = list(dict.fromkeys((r.defense, r.name) for r in mine))
    columns = [
        face_column(records, [spec for spec, _ in rows]),
        Column("pair", [name.removeprefix("same/") for _, name in rows], "name", key=True),
    ]
    for drop, statistic in enumerate(_COLUMNS):
        found = [find(mine, defense=spec, name=name, statistic=statistic) for spec, name in rows]
        if any(found):
            cells = [_two(some[0]) if some else MISSING for some in found]
            columns.append(Column(_COLUMNS[statistic], cells, "text", drop=drop))
    return columns, "The same person? Pairs of whole photos, 95 % intervals, by people on both."


def same_said(records: Sequence[Record]) -> list[str]:
    """Return what it comes to: on clean photos, and with each defense at its strongest."""
    clean = _auc(records, CLEAN, "same/clean-clean")
    if clean is None:
        return []
    first = f"{clean.recognizer} tells whether two clean photos show one person: AUC {_two(clean)}"
    controls = [f"{_two(found[0])} {words}" for name, words in _CONTROLS.items()
                if (found := find(records, name=clean.name, statistic="auc", kind="leakage",
                                  group=f"control={name}"))]  # fmt: skip
    beside = f"{first}; {', '.join(controls)}." if controls else f"{first}."
    if not _above(records, clean):
        return [
            f"{beside} The first is not shown to be more, so nothing can be said here about a "
            "defense."
        ]
    said = [f"{beside} The difference is beyond chance (95 %)."]
    for ladder in ladders(records):
        strongest = ladder.specs[-1]
        at = f" at {ladder.label(strongest)}, the strongest that was tried" * (
            len(ladder.specs) > 1
        )
        for name in ("same/clean-defended", "same/defended-defended"):
            last = _auc(records, strongest, name)
            if last is not None:
                so = "is above" if _above(records, last) else "cannot be told apart from"
                said.append(
                    f"{ladder.name}{at}, {_WORDS[name]}: AUC {_two(last)}, which {so} chance and "
                    f"masks.{_unread(records, last)}"
                )
    return said


def _above(records: Sequence[Record], own: Record) -> bool:
    """Return whether an AUC is above chance, and above that of masks where those were shown."""
    gaps = find(records, kind="difference", name=own.name, statistic="auc", defense=own.defense)
    return (own.low or 0.0) > 0.5 and all((gap.low or 0.0) > 0 for gap in gaps)


def _unread(records: Sequence[Record], own: Record) -> str:
    """Say what answers are that are neither yes nor no: they make an AUC lower, and no privacy."""
    found = find(records, kind="leakage", name=own.name, statistic="unread", group="",
                 defense=own.defense)  # fmt: skip
    if not (found and found[0].value):
        return ""
    return (
        f" Of the answers {found[0].value:.2f} are neither yes nor no, such as refusals, which is "
        "not privacy."
    )


def _auc(records: Sequence[Record], spec: str, name: str) -> Record | None:
    found = find(records, kind="leakage", name=name, statistic="auc", defense=spec, group="",
                 status="ok")  # fmt: skip
    return found[0] if found else None


def _chart(records: Sequence[Record], ladder: Ladder) -> Html:
    series = []
    start = _auc(records, CLEAN, "same/clean-clean")
    for name in ("same/clean-defended", "same/defended-defended"):
        found = [(0, start), *((n, _auc(records, spec, name))
                               for n, spec in enumerate(ladder.specs, 1))]  # fmt: skip
        steps = [Step(float(place), r.value, r.low, r.high, tip=f"{_WORDS[name]}: {_two(r)}")
                 for place, r in found if r is not None and r.value is not None]  # fmt: skip
        if steps:
            series.append(Series(_WORDS[name], steps))
    if not series:
        return Html()
    return curve(
        f"The same person under {ladder.name}",
        Axis(", ".join(filter(None, (ladder.name, ladder.parameter))) + ", weak to strong"),
        Axis("AUC", "less"), series, levels=[(0.5, "chance")],
        ticks=[(float(n), text) for n, text in enumerate(["clean", *ladder.ticks])],
        says="Shaded: 95 % intervals, resampled by person.",
    )  # fmt: skip


def _two(record: Record) -> str:
    ends = ends_of(record.low or 0.0, 1.0 if record.high is None else record.high, 2)
    return f"{record.value or 0.0:.2f} ({ends})"


def _figure(record: Record, *, sign: bool = False) -> str:
    form = "+.3f" if sign else ".3f"
    return f"{record.value:{form}} ({record.low:{form}} to {record.high:{form}})"
