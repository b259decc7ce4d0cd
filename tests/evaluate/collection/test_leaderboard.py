"""The page of all default defenses: who beats whom, and what never looks private."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from unmask.benchmarks.leaderboard import main
from unmask.evaluate.collection.add import add
from unmask.evaluate.results.ranks import Place, beaten, places
from unmask.evaluate.results.records import Record

Make = Callable[..., Path]
Row = Callable[..., list[Record]]


def cells(page: str, defense: str) -> list[str]:
    """Return the first line of a table about a defense."""
    line = next(line for line in page.splitlines() if f"| {defense} |" in line)
    return [cell.strip() for cell in line.strip("| ").split("|")]


def test_ranks_lie_between_those_that_surely_leak_less_and_more(made: Row, gap: Any) -> None:
    records = [*made("a", 0.1), *made("b", 0.2), *made("c", 0.9), *made("d", 0.05, "at least"),
               gap("a", "c", -0.8, low=-0.9, high=-0.6), gap("c", "b", 0.7),
               gap("b", "a", 0.1, p=0.4), gap("c", "d", 0.85)]  # fmt: skip
    assert places(records) == {"a": Place(1, 2), "b": Place(1, 2), "c": Place(3, 3)}
    first = beaten(records)[0]
    assert (first.more, first.less, first.gap, first.low, first.high) == ("c", "a", 0.8, 0.6, 0.9)
    assert "d" not in {one.less for one in beaten(records)}  # a lower bound beats nobody


def test_the_page(run: Make, made: Row, gap: Any, tmp_path: Path) -> None:
    rows = [*made("none", 1.0), *made("mask:fill=black", 0.2), *made("pixelate", 0.8),
            *made("hides", 0.01, "at least", reason="nobody sees through tinted"),
            *made("k_same", None, "unavailable", reason="needs 20 people"),
            gap("none", "mask:fill=black", 0.8),
            gap("pixelate", "mask:fill=black", 0.6)]  # fmt: skip
    many, out = tmp_path / "many", tmp_path / "leaderboard.md"
    add(run("one", rows), many)
    old = run("old", made("pixelate", 0.02), code={"unmask": "old"},
              made={"date": "2025-01-01 10:00 UTC"})  # fmt: skip
    add(old, many)
    (many / "broken.parquet").write_bytes(b"no")
    main([str(many), str(out)])
    text = out.read_text("utf-8")
    assert cells(text, "mask:fill=black")[0] == "1"
    assert cells(text, "pixelate")[:3] == ["2 to 3", "pixelate", "0.80"]  # never the old 0.02
    assert cells(text, "hides")[:4] == ["-", "hides", "&gt;= 0.01", "0.00 to ?"]
    table = [cells(text, name)[1] for name in ("none", "mask:fill=black", "hides")]
    places_of = [text.index(f"| {name} |") for name in (*table, "k\\_same")]
    assert places_of == sorted(places_of)  # bounds after all with a place, nothing before them
    assert "at least, for hides: nobody sees through tinted" in text
    assert re.search(r"default defenses that are not in these runs: .*gaussian_blur", text)
    assert "! broken.parquet is left out" in text
    won = cells(text[text.index("leaks less than") :], "mask:fill=black")
    assert len(won) > 1
    with Image.open(out.with_suffix(".png")) as picture:
        assert picture.size[0] > 300


def test_where_all_are_lower_bounds_nobody_has_a_place(
    run: Make, made: Row, gap: Any, tmp_path: Path
) -> None:
    rows = [*made("none", 1.0, "at least", reason="tinted"),
            *made("mask", 0.2, "at least", reason="tinted"), gap("none", "mask", 0.8)]  # fmt: skip
    add(run("one", rows), tmp_path / "many")
    main([str(tmp_path / "many"), str(tmp_path / "page.md")])
    text = (tmp_path / "page.md").read_text("utf-8")
    assert "No defense has a place here" in text
    assert "at least, for all 2 defenses: tinted" in text
    assert "leaks less than" not in text


def test_no_runs(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no runs"):
        main([str(tmp_path), str(tmp_path / "page.md")])
    assert list(tmp_path.iterdir()) == []
