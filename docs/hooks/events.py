"""What MkDocs calls: pages that are made at build time, and links that lead out of docs.

`docs/` reads well on a code host as it is: links to `../benchmarks/results/x.md` or to
`../CONTRIBUTING.md` work there. Here they are turned to pages of the site, and what is
installed (defenses, attackers, metrics) gets a page from its docstring.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import plugins
import results
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[2]
RESULTS = "benchmarks/results/"
ELSEWHERE = {"CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
_LINK = re.compile(
    r"(?<=\]\()(?P<up>(?:\.\./)*)(?P<path>[\w/.-]+\.(?:md|png))(?P<at>#[\w-]+)?(?=\))"
)


def on_files(files: Files, config: Any) -> Files:
    """Add the pages and pictures that are made here."""
    for name, content in _made():
        files.append(File.generated(config, name, content=content))
    return files


def on_page_markdown(markdown: str, page: Page, config: Any, files: Files) -> str:
    """Turn links to other parts of the checkout to the pages they have here."""
    here = PurePosixPath(page.file.src_uri).parent

    def turned(found: re.Match[str]) -> str:
        target = _target(here, found["up"] + found["path"])
        return found[0] if target is None else _relative(target, here) + (found["at"] or "")

    return _LINK.sub(turned, markdown)


def _made() -> Iterator[tuple[str, str | bytes]]:
    yield from plugins.pages()
    yield from results.pages(ROOT / RESULTS)
    for source, name in ELSEWHERE.items():
        yield name, (ROOT / source).read_text("utf-8").replace("](docs/", "](")


def _target(here: PurePosixPath, link: str) -> str | None:
    """Return the page that a link out of docs means, None for links within it."""
    parts: list[str] = ["docs", *here.parts]
    for part in PurePosixPath(link).parts:
        if part == "..":
            if not parts:
                return None
            parts.pop()
        else:
            parts.append(part)
    path = "/".join(parts)
    if path.startswith(RESULTS):
        name = path.removeprefix(RESULTS)
        return "results/" + results.NAMES.get(name, name)
    return ELSEWHERE.get(path)


def _relative(target: str, here: PurePosixPath) -> str:
    return "../" * len(here.parts) + target
