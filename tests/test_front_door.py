"""Versions agree, and links between Markdown files lead somewhere."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [
    *ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "benchmarks/results").glob("*.md"),
]  # fmt: skip
MADE = ("defenses/", "attackers/", "metrics/")  # pages of the site that are made when it is built


def test_one_version_everywhere() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text("utf-8")
    assert f"version = {{{version}}}" in (ROOT / "docs" / "propose.md").read_text("utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files_and_headings(page: Path) -> None:
    for target, heading in re.findall(
        r"\]\((?!https?:)([^)#\s]*)(?:#([\w-]+))?\)", page.read_text("utf-8")
    ):
        if target.startswith(MADE) and page.parent.name == "docs":
            continue
        path = (page.parent / target) if target else page
        assert path.exists(), f"{page.name} links to {target}"
        if heading:
            assert heading in _headings(path), f"{page.name} links to {target}#{heading}"


def _headings(path: Path) -> set[str]:
    lines = re.findall(r"^#+ (.*)$", path.read_text("utf-8"), re.M)
    return {re.sub(r"\s+", "-", re.sub(r"[^\w\s-]", "", line.lower())) for line in lines}
