"""The page shows what was told about a list of pairs in a table of its own, and nowhere else."""

from __future__ import annotations

from unmask.evaluate.report.matrix import matrix
from unmask.evaluate.report.pair_list import pair_list
from unmask.evaluate.report.reading import Run
from unmask.evaluate.results.records import Record


def record(name: str, value: float, statistic: str = "rank1", **more: object) -> Record:
    return Record(
        "d", "s", "quick", "mask", {}, "leakage", name, statistic, value=value, low=value - 0.1,
        high=value, n=60, people=20, chance=0.5, **more,
    )  # type: ignore[arg-type]  # fmt: skip


def test_a_table_of_its_own() -> None:
    records = [record("worst", 0.4, attack="naive"), record("naive", 0.4, recognizer="dlib")]
    assert pair_list(Run("run", records)) == []
    four = "accuracy@10fold"
    records += [
        record("pair list", 0.75, four, reason="whatever | list mine.txt | 3 pairs left out"),
        record("pair list/clean", 0.99, four, recognizer="dlib"),
        record("pair list/both sides", 0.75, four, recognizer="dlib"),
        record("pair list/pixels, clean", 0.7, four),
        record("pair list/pixels, both sides", 0.6, four),
    ]
    text = "".join(map(str, pair_list(Run("run", records))))
    for shown in ("0.990", "0.750", "0.700", "0.600", "grey pixels", "both sides",
                  "list mine.txt; 3 pairs left out; guessing reaches 0.500."):  # fmt: skip
        assert shown in text
    assert "pair list/" not in text + "".join(map(str, matrix(Run("run", records))))
