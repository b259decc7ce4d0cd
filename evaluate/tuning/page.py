"""The report of a search, as a plain HTML page."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape

from ..results.markup import html_table, page_head
from .points import Point, told
from .result import Tuned
from .words import looked, verdict


def page(tuned: Tuned) -> str:
    """Return the page; the plots must lie in the folder already."""
    about = tuned.about
    facts = [
        f"{about.dataset}: {about.search} search people, {about.test} test people, "
        f"{about.background} background",
        f"search budget {about.budget}, sampler {about.sampler}, {len(tuned.points)} trials "
        f"measured to the end; search figures come from attackers without certificates",
        f"optimism (search minus test leakage): {told(tuned.optimism)}",
        looked(tuned),
        *tuned.notes,
    ]
    items = "".join(f"<li>{escape(fact)}" for fact in facts)
    return "\n".join(
        [page_head("unmask tune"),
         f"<h1>Tuning {escape(about.defense)}</h1>",
         f"<p><b>{escape(verdict(tuned))}</b></p><ul>{items}</ul>",
         *_pictures(tuned), "<h2>Front and checked settings</h2>", _table(tuned), ""]
    )  # fmt: skip


def _pictures(tuned: Tuned) -> list[str]:
    shown = {"front.png": "leakage against utility"}
    if len(tuned.about.space) == 1:
        shown["curve.png"] = "leakage and utility over the parameter"
    elif tuned.about.importance:
        shown["importance.png"] = "importance of parameters"
    return [picture((tuned.folder / name).read_bytes(), alt) for name, alt in shown.items()]


def picture(png: bytes, alt: str) -> str:
    """Return a PNG that travels inside the page."""
    return f'<img alt="{alt}" src="data:image/png;base64,{base64.b64encode(png).decode()}">'


def _table(tuned: Tuned) -> str:
    metric, leaks = tuned.goal.utility, tuned.goal.leaks
    tested = {point.number: point for point in tuned.checked}
    head = ["defense", *(f"{name}, {part}" for name in (leaks, metric)
                         for part in ("search", "test")),
            "worst attacker, search", "worst attacker, test"]  # fmt: skip
    shown: Sequence[Point] = list({p.number: p for p in (*tuned.front, *tuned.checked)}.values())
    body = []
    for point in sorted(shown, key=lambda p: p.number):
        search = next((p for p in tuned.points if p.number == point.number), point)
        test = tested.get(point.number)
        body.append(
            [point.defense, told(search.leakage), told(test.leakage) if test else "not asked",
             told(search.utilities.get(metric)),
             told(test.utilities.get(metric)) if test else "not asked",
             search.attacker, test.attacker or f"!{test.reason}" if test else ""]
        )  # fmt: skip
    return html_table(head, body)
