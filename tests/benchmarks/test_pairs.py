"""Lists of pairs from the command line: made, measured, never written over."""

from __future__ import annotations

from pathlib import Path

import pytest

from unmask.benchmarks.pairs import main
from unmask.evaluate.data.pair_list import read_pairs


def test_made_and_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = tmp_path / "pairs.txt", tmp_path / "table.md"
    main(["make", "orl", str(path), "--folds", "4", "--each", "6"])
    assert len(read_pairs(path).pairs) == 48
    with pytest.raises(SystemExit, match="exists; name a new file"):
        main(["make", "orl", str(path)])
    main(["measure", f"orl,pairs={path}", "--defenses", "none constant", "--out", str(out)])
    text = out.read_text()
    assert text in capsys.readouterr().out
    row = next(line for line in text.splitlines() if line.startswith("| none | dlib | clean"))
    assert float(row.split("|")[4]) > 0.9
    assert "| constant | dlib | both sides | 0.5000 | 0.0000 |" in text
