"""Pages of `benchmarks/results`, and the list of what each shows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

NAMES = {"README.md": "index.md"}


def pages(folder: Path) -> Iterator[tuple[str, str | bytes]]:
    """Yield names and contents of all pages and their pictures."""
    for path in sorted(folder.iterdir()):
        if path.suffix in (".md", ".png"):
            yield f"results/{NAMES.get(path.name, path.name)}", path.read_bytes()
