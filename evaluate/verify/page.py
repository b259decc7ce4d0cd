"""The page for the owner of the photos: one file, with small pictures of what was found."""

from __future__ import annotations

import base64
import io
import time
from collections.abc import Sequence
from html import escape

from PIL import Image

from unmask.defenses import Pixels
from unmask.defenses.files.printable import printable

from ..results.markup import html_table, page_head
from .findings import WORDS, Finding
from .run import Verdict
from .told import link_line, meaning, named

MOST = 200  # pictures on a page; the rest is listed by name
_STYLE = """<style>
.tiles { display: flex; flex-wrap: wrap; gap: .8rem; margin: 1rem 0; }
.tile { border-radius: .5rem; padding: .7rem 1.2rem; background: #f1f1f1; }
.tile b { display: block; font-size: 1.7rem; }
.tile.bad { background: #fbdcdc; color: #8a0000; }
.tile.good { background: #dcf3e0; color: #0b5a1c; }
.tile.look { background: #fdf0cf; color: #6b4a00; }
.cards { display: flex; flex-wrap: wrap; gap: 1rem; }
.card { width: 13rem; font-size: 13px; line-height: 1.35; }
.card img { max-height: 10rem; border-radius: .3rem; max-width: 6.2rem; margin-right: .2rem; }
.card img:only-of-type { max-width: 100%; }
</style>"""


def page(verdict: Verdict, *, source: str, output: str, show_sources: bool = False) -> str:
    """Return the page.

    Args:
        verdict: what was found.
        source: what was compared, as it is called.
        output: with what.
        show_sources: put the clean face beside each picture of an output. Else the page
            shows nobody whom the output does not show, too.
    """
    survivors, faults, doubts = (verdict.of(level) for level in ("survivor", "fault", "doubt"))
    tiles = [
        ("photos looked at", verdict.photos, ""),
        ("faces in their sources", verdict.faces, ""),
        ("survivors", len(survivors), "bad" if survivors else "good"),
        ("faults", len(faults), "bad" if faults else "good"),
        ("to be looked at", len(doubts), "look" if doubts else "good"),
    ]
    parts = [
        page_head("unmask verify"), _STYLE, f"<h1>{escape(_verdict(verdict))}</h1>",
        f"<p>{escape(printable(output))}, made of {escape(printable(source))}. "
        f"Looked at by {escape('; '.join(verdict.looked_by))}, {time.strftime('%Y-%m-%d %H:%M')}."
        f" {_shown(show_sources)}</p>",
        '<div class="tiles">',
        *(f'<div class="tile {how}"><b>{count}</b>{name}</div>' for name, count, how in tiles),
        "</div>",
    ]  # fmt: skip
    room = MOST
    for level, title in (("survivor", "Survivors"), ("fault", "Faults"),
                         ("doubt", "Look at these yourself"), ("note", "Notes")):  # fmt: skip
        found = verdict.of(level)
        if found:
            parts.append(f"<h2>{title}</h2>")
        for kind in WORDS:
            some = [one for one in found if one.kind == kind]
            if some:
                parts.append(f"<h3>{len(some)} &times; {kind}: {escape(WORDS[kind])}</h3>")
                parts.append(_cards(some, max(0, room), show_sources))
                room -= sum(one.crop is not None for one in some)
    parts += _leakage(verdict)
    if verdict.notes:
        parts.append("<h2>Who did not look</h2>" + _items([printable(n) for n in verdict.notes]))
    parts.append("<h2>What this does not show</h2>" + _items(_LIMITS))
    return "\n".join(parts) + "\n"


_LIMITS = (
    "A face that no detector sees, before or after, is not found here either.",
    "A survivor is told by pixels and by one face model. Who knows the person may still know "
    "hair, clothes, place and company.",
    "No survivor does not mean anonymous: how many are named by what a blur or a mosaic leaves, "
    "stands in no page but that of unmask compare.",
    "The attacker here has the very photos. What one can tell who has other photos of the people "
    "is measured by unmask compare, which needs to know who is who.",
)


def _verdict(verdict: Verdict) -> str:
    count = len(verdict.of("survivor"))
    if count:
        return f"{count} {'thing is' if count == 1 else 'things are'} left that may tell who it is"
    if verdict.of("fault"):
        return "No surviving face was found, but something went wrong"
    return "No surviving face was found"  # how well faces are hidden is another question


def _shown(show_sources: bool) -> str:
    if show_sources:
        return "<strong>This page shows clean faces of the source: keep it to yourself.</strong>"
    return "Its pictures are parts of the output; where faces survived, they show them."


def _cards(findings: Sequence[Finding], room: int, show_sources: bool) -> str:
    cards: list[str] = []
    listed: list[str] = []
    for one in findings:
        if one.crop is None or len(cards) >= room:
            listed.append(named(one))
            continue
        pictures = [one.crop, *([one.before] if show_sources and one.before is not None else [])]
        images = "".join(f'<img alt="" src="{_uri(picture)}">' for picture in pictures)
        detail = f"<br>{escape(printable(one.detail))}" if one.detail else ""
        cards.append(f'<div class="card">{images}<br><b>{escape(printable(one.path))}</b>{detail}'
                     "</div>")  # fmt: skip
    made = f'<div class="cards">{"".join(cards)}</div>' if cards else ""
    return made + (_items(listed) if listed else "")


def _leakage(verdict: Verdict) -> list[str]:
    parts = []
    if verdict.leakage:
        body = [
            [meaning(one), f"{'≥ ' if one.at_least else ''}{one.rank1.value:.2f}",
             f"{one.rank1.low:.2f} to {one.rank1.high:.2f}", f"{one.chance:.3f}"]
            for one in verdict.leakage
        ]  # fmt: skip
        parts += [
            "<h2>Can an output be traced to its photo?</h2><p>Somebody who has all the photos of "
            "the source picks the one that each output was made of. Near chance inside the region "
            "means that the defense left nothing even for him. High inside does not yet mean that "
            "people are recognized: other photos of them are less like the output than the very "
            "photo is.</p>",
            html_table(["told", "right", "95 %", "guessing"], body),
            *(f"<p>{escape(f'At least: {one.at_least}.')}</p>" for one in verdict.leakage[:1]
              if one.at_least),
        ]  # fmt: skip
    if verdict.linkage:
        parts.append(f"<p>{escape(link_line(verdict.linkage))}.</p>")
    return parts


def _items(texts: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(text)}" for text in texts) + "</ul>"


def _uri(picture: Pixels) -> str:
    data = io.BytesIO()
    Image.fromarray(picture).save(data, "JPEG", quality=85)
    return f"data:image/jpeg;base64,{base64.b64encode(data.getvalue()).decode()}"
