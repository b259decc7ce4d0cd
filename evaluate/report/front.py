"""How the page begins: per defense a face three times, a sentence, and a bar with its interval."""

from __future__ import annotations

from ..pages.bar import bar
from ..pages.faces import face_strip
from ..pages.tags import Html, breakable, tag
from ..results.summary import Row
from ..results.table import interval, printed
from .faces import Example
from .reading import Run
from .words import sentence

_BAR = (
    "A bar is leakage: the share of photos that the strongest attacker names, with its 95 % "
    "interval over people. Dotted: what guessing reaches. Hatched: not known."
)


def cards(run: Run) -> list[str]:
    """Return one row per defense, most leaking first; what is not known comes before all."""
    told: list[str] = [_BAR if run.limit is None else f"{_BAR} The triangle: the limit."]
    if run.faces.whose:
        told.append(run.faces.whose)
    listed = [_card(run, row) for row in run.rows]
    return [*told, tag("ul", *listed, class_="cards")] if listed else []


def _card(run: Run, row: Row) -> Html:
    worst = row.worst
    said = sentence(row)
    if row.measured:
        ends = interval(worst, 3, " to ")
        figure = f"{row.shown}: leakage {printed(worst, 3)} ({ends})"
        if run.limit is not None:
            figure += f", limit {run.limit:g}"
    else:
        figure = f"{row.shown}: leakage not known"
    level = bar(
        worst.value, worst.low, worst.high, says=figure, open_end=row.state == "at least",
        limit=run.limit, chance=worst.chance if worst.chance is not None else run.chance,
        bad=row.state != "ok",
    )  # fmt: skip
    by = f"Worst attacker: {row.attacker}." if row.measured else ""
    words = tag(
        "div", tag("h3", breakable(row.shown)), tag("p", said), level,
        tag("p", by, class_="soft") if by else "",
    )  # fmt: skip
    return tag("li", _faces(run, row), words, class_="card")


def _faces(run: Run, row: Row) -> Html:
    examples = run.faces.examples.get(row.defense, ())
    if not examples:
        why = run.faces.why.get(row.defense, "no picture: this run kept no example faces")
        return tag("p", why, class_="soft nopicture")
    return tag("div", *(_strip(one) for one in examples))


def _strip(one: Example) -> Html:
    back = "nothing won back" if one.won is None else _won(one.share)
    return face_strip(
        [(one.clean, "clean"), (one.defended, "defended"), (one.won, back)], tall=True
    )


def _won(share: float | None) -> str:
    if share is None:
        return "nothing was lost"
    return f"won back: {100 * share:.0f} % of the likeness" if share > 0 else "nothing won back"
