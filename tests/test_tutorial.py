"""The notebook in docs runs from its first cell to its last, and holds no output."""

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

TUTORIAL = Path(__file__).parents[1] / "docs" / "tutorial.ipynb"


@pytest.fixture(scope="module")
def read() -> nbformat.NotebookNode:
    return nbformat.read(TUTORIAL, 4)


def test_it_is_clean(read: nbformat.NotebookNode) -> None:
    """Outputs would go stale, and hold faces and paths of whoever ran it."""
    nbformat.validate(read)
    for cell in read.cells:
        if cell.cell_type == "code":
            assert not cell.outputs
            assert cell.execution_count is None


# It takes some 15 CPU-seconds: a comparison, as a reader sees it, is what the notebook is about.
def test_it_runs(
    read: nbformat.NotebookNode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    monkeypatch.chdir(tmp_path)
    done = NotebookClient(read, timeout=200, kernel_name="python3").execute()
    shown = [output for cell in done.cells for output in cell.get("outputs", ())]
    html = [output.data["text/html"] for output in shown if "text/html" in output.get("data", {})]
    assert len(html) == 2
    assert "&gt;= 1.00" in html[0]
    assert "stripes:keep=12" in html[0]
    assert sum("image/png" in output.get("data", {}) for output in shown) == 5
    text = "".join(output.get("text", "") for output in shown)
    assert re.search(r"attacking.*\d+/\d+", text), "a bar, in a notebook, too"
    assert "4 defenses: leakage of 12 photos of 6 people" in text
    assert r"\toprule" in text
    assert "1 photo: 1 defended" in text
    assert "Warning" not in text
