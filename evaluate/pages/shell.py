"""One HTML file: style and script inside, sections with links to them, no request to anybody."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from .tags import Html, joined, tag


@dataclass(frozen=True)
class Section:
    """A part of a page.

    Args:
        title: its heading.
        parts: what it holds, markup or text.
        key: what links call it, unique in the page.
        short: what the links at the top call it; the title if empty.
    """

    title: str
    parts: Sequence[str]
    key: str
    short: str = ""


def page(title: str, lead: Sequence[str], sections: Sequence[Section], *,
         footer: Sequence[str] = ()) -> str:  # fmt: skip
    """Return a whole page.

    Args:
        title: of the page, in the tab and as the first heading.
        lead: what stands before all sections: markup, or texts that become paragraphs.
        sections: in their order; one without parts is left out.
        footer: likewise, at the end.
    """
    shown = [one for one in sections if one.parts]
    links = tag("nav", tag("ul", *(tag("li", tag("a", one.short or one.title, href=f"#{one.key}"))
                                   for one in shown)), aria_label="Sections")  # fmt: skip
    body = [
        tag("a", "Skip to the content", class_="skip", href="#content"),
        tag("header", tag("h1", title), *_paragraphs(lead)),
        links if len(shown) > 1 else "",
        tag("main", *(_section(one) for one in shown), id="content"),
        tag("footer", *_paragraphs(footer)) if footer else "",
        Html(f"<script>{_text('page.js')}</script>"),
    ]
    return f"<!doctype html>\n{_html(title, body)}\n"


def _html(title: str, body: Sequence[str]) -> Html:
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_policy()),
        tag("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        tag("title", title),
        Html(f"<style>{_text('page.css')}</style>"),
    )
    return tag("html", head, tag("body", *body), lang="en")


def _section(one: Section) -> Html:
    heading = tag("h2", one.title, id=f"{one.key}-title")
    return tag("section", heading, joined(_paragraphs(one.parts), "\n"), id=one.key,
               aria_labelledby=f"{one.key}-title")  # fmt: skip


def _paragraphs(parts: Sequence[str]) -> list[Html]:
    return [part if isinstance(part, Html) else tag("p", part) for part in parts]


def _policy() -> str:
    """Allow nothing but what is inside: no request, and no script but ours."""
    digest = hashlib.sha256(_text("page.js").encode()).digest()
    script = f"'sha256-{base64.b64encode(digest).decode()}'"
    return (
        f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src {script}; "
        "base-uri 'none'; form-action 'none'"
    )


@cache
def _text(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")
