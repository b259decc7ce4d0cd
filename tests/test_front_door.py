"""Versions agree, links between Markdown files lead somewhere, and the site can be built."""

import importlib
import re
import sys
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


def test_pages_of_plug_ins_say_what_they_take(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the site has them, but for the pictures, which take minutes."""
    monkeypatch.syspath_prepend(str(ROOT / "docs" / "hooks"))
    for name in ("attacks", "pictures", "plugins"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    plugins = importlib.import_module("plugins")
    monkeypatch.setattr(plugins.pictures, "drawn", lambda defenses, attackers: {})
    pages = dict(plugins.pages())
    blur = str(pages["defenses/gaussian_blur.md"])
    assert blur.startswith("# gaussian_blur\n")
    assert "| `sigma=0.13` |" in blur
    assert "from 0.01 (weak) to 0.3 (strong)" in blur
    assert "unmask apply gaussian_blur" in blur
    assert "unmask apply" not in str(pages["defenses/none.md"])
    assert "knows the defense" in str(pages["attackers/matched.md"]).lower()
    index = str(pages["defenses/index.md"])
    usual, _, named = index.partition("## Only where they are named")
    assert "[gaussian_blur]" in usual
    assert "[face_swap]" in named.partition("## Planted cases")[0]
