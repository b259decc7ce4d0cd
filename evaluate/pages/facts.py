"""Names with what belongs to them: where the figures of a page come from."""

from __future__ import annotations

from collections.abc import Sequence

from .tags import Html, tag


def facts(told: Sequence[tuple[str, str]]) -> Html:
    """Return a list of names and texts; nothing if there are none."""
    if not told:
        return Html()
    lines = [part for name, text in told for part in (tag("dt", name), tag("dd", text))]
    return tag("dl", *lines, class_="facts")


def items(texts: Sequence[str]) -> Html:
    """Return a bulleted list; nothing if there are no texts."""
    return tag("ul", *(tag("li", text) for text in texts)) if texts else Html()
