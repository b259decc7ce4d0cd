"""Several runs on one page: over seeds, and what may be said about so few."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from unmask.evaluate.cli.main import app
from unmask.evaluate.report.merged import merged_page, write_merged
from unmask.evaluate.report.over_seeds import seed_groups, seeds
from unmask.evaluate.report.reading import read_run
from unmask.evaluate.results.records import Record

Row = Callable[..., list[Record]]
Run = Callable[..., Path]


def _seeded(made_row: Row, seed: int, a: float, b: float, *, p: float = 0.01,
            status: str = "ok") -> list[Record]:  # fmt: skip
    one, two = made_row("a", a, seed=seed), made_row("b", b, seed=seed, status=status)
    gap = replace(one[0], kind="difference", name="b", value=a - b, p=p, chance=None)
    return [*one, *two, gap]


def test_mean_spread_and_paired_difference_over_seeds(run: Run, made_row: Row) -> None:
    folders = [run(f"s{n}", _seeded(made_row, n, a, b, p=p))
               for n, (a, b, p) in enumerate([(0.8, 0.2, 0.01), (0.6, 0.4, 0.2)])]  # fmt: skip
    text = "".join(seeds([read_run(folder) for folder in folders]))
    assert "2 seeds are few, so no interval is made of them" in text
    over, paired = text.split("<table")[1:]
    assert ">0.700<" in over
    assert ">0.141<" in over  # the standard deviation of 0.8 and 0.6
    assert "0.600 to 0.800" in over
    assert ">+0.400<" in paired
    assert "0.200 to 0.600" in paired
    assert "1 of 2" in paired


def test_a_lower_bound_in_one_run_makes_the_mean_one(run: Run, made_row: Row) -> None:
    folders = [run(f"s{n}", _seeded(made_row, n, 0.8, 0.1, status=("ok", "at least")[n]))
               for n in (0, 1)]  # fmt: skip
    text = "".join(seeds([read_run(folder) for folder in folders]))
    assert "&gt;= 0.100" in text
    assert "0.100 to ?" in text
    assert "Paired differences" not in text  # nothing stands below what is only a lower bound


def test_only_runs_of_one_kind_are_seeds_of_each_other(run: Run, made_row: Row) -> None:
    folders = [run("s0", made_row("a", 0.5)), run("s1", made_row("a", 0.5, seed=1)),
               run("x", [replace(r, dataset="lfw") for r in made_row("a", 0.5, seed=2)]),
               run("same", made_row("a", 0.5))]  # fmt: skip
    runs = [read_run(folder) for folder in folders]
    assert [[one.name for one in group] for group in seed_groups(runs)] == [["s0", "s1", "same"]]
    assert seed_groups([runs[0], runs[3]]) == []


def test_a_run_is_printed_for_a_paper_and_nothing_is_written(run: Run, made_row: Row) -> None:
    folder = run("one", made_row("a", 0.8, status="at least"))
    before = sorted(folder.iterdir())
    done = CliRunner().invoke(app, ["report", str(folder), "--format", "latex"])
    assert done.exit_code == 0
    assert r"$\geq$\,0.80" in done.stdout
    assert sorted(folder.iterdir()) == before
    refused = CliRunner().invoke(app, ["report", str(folder), "--format", "csv", "--out", "x"])
    assert refused.exit_code == 2


def test_the_merged_page_in_a_browser(run: Run, made_row: Row, browser: Any) -> None:
    folders = [run(f"s{n}", [*_seeded(made_row, n, 0.8, 0.2), *made_row(f"only{n}", 0.4),
                             *made_row("broke", None, status="invalid", reason="<b>why")])
               for n in (0, 1)]  # fmt: skip
    out = write_merged(folders, folders[0].parent / "both.html")
    for width in (1280, 390):
        with browser.open(out, width=width) as opened:
            assert opened.overflow() == []
            assert opened.serious() == []
            assert opened.errors + opened.requests == []
    assert "not in this run" in out.read_text("utf-8")
    assert out.read_text("utf-8") == merged_page([read_run(folder) for folder in folders])


def test_a_run_stands_there_once(run: Run, made_row: Row, tmp_path: Path) -> None:
    folder = run("s0", made_row("a", 0.5))
    with pytest.raises(ValueError, match="named twice"):
        write_merged([folder, folder], tmp_path / "x.html")
