"""Elements of HTML and SVG as text in which nothing is left unescaped by accident."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

_VOID = frozenset(("img", "meta", "br", "wbr", "input", "link", "hr"))
Value = str | float | bool | None


class Html(str):
    """Text that is markup already; every other text is escaped where it is put into markup."""

    __slots__ = ()

    def __add__(self, other: str) -> Html:
        """Return both; the other one is escaped unless it is markup."""
        return Html(super().__add__(safe(other)))


def tag(name: str, /, *inside: str, **attributes: Value) -> Html:
    """Return one element.

    Args:
        name: of the element, `td` or `circle`.
        inside: what it holds: `Html` as it is, any other text escaped.
        attributes: `class_` is `class`, and `data_tip` is `data-tip`; None and False leave one
            out, True writes its name alone, and numbers keep two decimals (pixels need no more).
    """
    told = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID:
        return Html(f"<{name}{told}>")
    return Html(f"<{name}{told}>{joined(inside)}</{name}>")


def joined(parts: Iterable[str], between: str = "") -> Html:
    """Return all parts one after the other, each escaped unless it is markup."""
    return Html(safe(between).join(safe(part) for part in parts))


def safe(text: str) -> Html:
    """Return a text as markup; what is markup already stays as it is."""
    return text if isinstance(text, Html) else Html(escape(text, quote=False))


def breakable(spec: str) -> Html:
    """Return a long name that may be broken after a colon or comma, and inside where it must."""
    return Html(safe(spec).replace(":", ":<wbr>").replace(",", ",<wbr>"))


def _attribute(key: str, value: Value) -> str:
    if value is None or value is False:
        return ""
    key = key.rstrip("_").replace("_", "-")
    if value is True:
        return f" {key}"
    text = f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    return f' {key}="{escape(text)}"'
