"""What the page says of use: a plane of names and answers, and what every picture keeps."""

from __future__ import annotations

from collections.abc import Sequence

from ...pages.frame import Axis
from ...pages.looks import looks
from ...pages.scatter import Plane, Point, scatter
from ...pages.shell import Section
from ...pages.table import text_table
from ...pages.tags import Html, tag
from ...results.records import Record, find
from ...results.rounding import ends_of
from ...results.shown import shown_names
from ..curve import JUDGED, statistic_of
from ..strengths import ladders
from ..views import CLEAN
from .tables import Rows

KEPT, LIKELY, REFUSED = "useful/kept", "useful/likelihood", "useful/refused"
FLOORS = {"other_photo": "somebody else's photo", "no_image": "no picture"}
SAID = (
    "The same ordinary questions, which have nothing to do with who is shown, were asked of clean "
    "and of changed pictures. Kept: share of the clean answers that are still given; likelihood: "
    "how likely they still are, as a share of before. Read both above their floors: a model that "
    "always says the same keeps all, and what somebody else's photo keeps, the picture did not "
    "tell."
)


def useful_sections(records: Sequence[Record]) -> list[Section]:
    """Return plane and tables; nothing where no such question was answered."""
    used = {r.name for r in records if r.kind == "utility" and r.status == "ok"}
    if KEPT not in used:
        return []
    kept, single = kept_table(records), question_table(records)
    inside: list[Html] = [tag("p", SAID)]
    if drawn := plane(records):
        inside.append(drawn)
    inside.append(text_table("What is kept", *kept))
    inside.append(tag("details", tag("summary", "Answers kept, by question"),
                      text_table("Answers kept, by question", *single)))  # fmt: skip
    return [Section("What is the picture still good for?", inside, "useful", "Use")]


def plane(records: Sequence[Record]) -> Html | None:
    """Return names over answers kept, a point for each setting; None where no name was asked."""
    titles = {KEPT: "answers kept", LIKELY: "likelihood of the clean answer"}
    names = {CLEAN: ("clean", "clean")}
    for ladder in ladders(records):
        for spec, tick in zip(ladder.specs, ladder.ticks, strict=True):
            names[spec] = ladder.name, f"{ladder.name} {tick}"
    points = []
    for spec in _faces(records):
        leak = highest(records, spec)
        if leak is None or leak.value is None:
            continue
        xs = {title: _value(records, spec, name) for name, title in titles.items()}
        family, name = names[spec]
        tip = f"{name}\nnamed {leak.value:.3f} ({ends_of(leak.low or 0.0, leak.high or 1.0)})"
        tip += f"\nby {leak.name}\nanswers kept {xs[titles[KEPT]] or 0:.3f}"
        points.append(Point(name, leak.value, xs, family, leak.low, leak.high, tip=tip))
    if not points:
        return None
    axes = [Axis(title, "more", low=0.0, high=1.0) for title in titles.values()
            if any(p.xs[title] is not None for p in points)]  # fmt: skip
    floors = [f"{FLOORS[c]} {v:.2f}" for c in FLOORS
              if (v := _value(records, CLEAN, KEPT, f"control={c}")) is not None]  # fmt: skip
    says = (
        "Up: the highest share of photos that is named in any way that was asked, with its 95 % "
        "interval. Settings of one defense are joined. Dashed: the front, which no other setting "
        "beats on both axes. Floors of the answers kept: " + ", ".join(floors) + "."
    )
    told_ = Plane("Names against use", Axis("named", "less"), says=says)
    return scatter(told_, axes, points, looks([point.family for point in points]))


def highest(records: Sequence[Record], spec: str) -> Record | None:
    """Return the measure by which most photos of a setting are named; None without any."""
    found = [
        r for name in JUDGED if name != "named/yes_no"  # a guess is right half of the time there
        for r in find(records, kind="leakage", defense=spec, name=name, group="", status="ok",
                      statistic=statistic_of(name))
        if r.value is not None
    ]  # fmt: skip
    return max(found, key=lambda r: r.value or 0.0, default=None)


def kept_table(records: Sequence[Record]) -> Rows:
    """Return what each face level and control keeps, and how far above other people's photos."""
    names = [n for n in (KEPT, LIKELY, REFUSED) if find(records, kind="utility", name=n)]
    above = [n for n in names if n != REFUSED]
    called = shown_names(records) | {CLEAN: "clean"}
    body = []
    for spec in _faces(records):
        cells = [_cell(records, spec, name) for name in names]
        gaps = [_cell(records, spec, name, "above=other_photo", "difference") for name in above]
        body.append([called[spec], *cells, *gaps])
    for control, title in FLOORS.items():
        if find(records, kind="utility", name=KEPT, group=f"control={control}"):
            floor = [_cell(records, CLEAN, name, f"control={control}") for name in names]
            body.append([f"floor: {title}", *floor, *("" for _ in above)])
    heads = {KEPT: "answers kept", LIKELY: "likelihood", REFUSED: "refused"}
    tops = [f"{heads[name]} above somebody else's" for name in above]
    return ["face", *(heads[name] for name in names), *tops], body


def question_table(records: Sequence[Record]) -> Rows:
    """Return the answers kept by question."""
    asked = dict.fromkeys(r.name for r in records if r.name.startswith(f"{KEPT}/"))
    called = shown_names(records) | {CLEAN: "clean"}
    body = [[called[spec], *(_cell(records, spec, name) for name in asked)]
            for spec in _faces(records)]  # fmt: skip
    for control, title in FLOORS.items():
        cells = [_cell(records, CLEAN, name, f"control={control}") for name in asked]
        if any(cells):
            body.append([f"floor: {title}", *cells])
    return ["face", *(name.removeprefix(f"{KEPT}/") for name in asked)], body


def _faces(records: Sequence[Record]) -> list[str]:
    used = find(records, kind="utility", name=KEPT, group="", status="ok")
    return list(dict.fromkeys(r.defense for r in used))


def _value(records: Sequence[Record], spec: str, name: str, group: str = "") -> float | None:
    found = find(records, kind="utility", defense=spec, name=name, group=group, status="ok")
    return found[0].value if found else None


def _cell(
    records: Sequence[Record], spec: str, name: str, group: str = "", kind: str = "utility"
) -> str:
    for r in find(records, kind=kind, defense=spec, name=name, group=group, status="ok"):
        if r.value is not None:
            form = "+.3f" if kind == "difference" else ".3f"
            return f"{r.value:{form}} ({r.low or 0.0:{form}} to {r.high or 0.0:{form}})"
    return ""
