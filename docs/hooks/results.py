"""Pages of `benchmarks/results`, and the list of what each shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

NAMES = {"README.md": "index.md"}


def pages(folder: Path) -> Iterator[tuple[str, str | bytes]]:
    """Yield names and contents of all pages and their pictures."""
    for path in sorted(folder.iterdir()):
        if path.suffix == ".md":
            yield f"results/{NAMES.get(path.name, path.name)}", _unbroken(path.read_text("utf-8"))
        elif path.suffix == ".png":
            yield f"results/{path.name}", path.read_bytes()


def _unbroken(text: str) -> str:
    """Keep intervals and lower bounds in cells on one line."""
    text = re.sub(r"(?<=\d) to (?=[\d?])", "\u00a0to\u00a0", text)
    return re.sub(r">= (?=\d)", ">=\u00a0", text)
