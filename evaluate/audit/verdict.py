"""What an audit comes to: the sentences of each kind of question, names first."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..results.records import Record
from .named_said import named_said
from .shown.same_person import same_said
from .shown.text_sections import text_said
from .useful_said import useful_said

# Each says what its records show, the most important first; nothing where nothing was asked.
SAID: tuple[Callable[[Sequence[Record]], Sequence[str]], ...] = (
    named_said,
    text_said,
    same_said,
    useful_said,
)


def verdict(records: Sequence[Record]) -> list[str]:
    """Return the sentences, the most important first."""
    said = [sentence for tell in SAID for sentence in tell(records)]
    return said or [
        "No question about clean photos was answered: nothing can be said about a defense."
    ]
