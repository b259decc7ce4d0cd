"""Figures of other code, attackers, photos or budgets never stand in one table unsaid."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import unmask
from unmask.evaluate.cli.main import app
from unmask.evaluate.collection.add import add
from unmask.evaluate.collection.collected import Collection
from unmask.evaluate.results.records import Record

Make = Callable[..., Path]
Row = Callable[..., list[Record]]
OLD = {"date": "2026-10-01 10:00 UTC"}


def groups(*folders: Path) -> Collection:
    many = folders[0].parent / "many"
    for folder in folders:
        add(folder, many)
    found = unmask.read(many)
    assert isinstance(found, Collection)
    return found


@pytest.mark.parametrize(("other", "said"), [
    ({"code": {"unmask": "older"}}, "other code of unmask"),
    ({"photos": "theirs"}, "other photos"),
    ({"folds": [{}, {}]}, "folds 2, not none"),
])  # fmt: skip
def test_other_terms_are_another_group(run: Make, made: Row, other: dict[str, Any], said: str
                                       ) -> None:  # fmt: skip
    found = groups(run("new", made("mask", 0.3)), run("old", made("mask", 0.1), made=OLD, **other))
    assert [(group.name, group.rows[0].worst.value) for group in found] == [("A", 0.3), ("B", 0.1)]
    assert found.groups[1].differs == (said,)
    told = found.to_markdown()
    assert f"not comparable with A: {said}. A figure that is lower here may be so" in told


def test_fewer_attackers_of_an_older_run_are_named(run: Make, made: Row, plan: Any) -> None:
    few = plan(attackers=["naive", "gone"])
    found = groups(
        run("new", made("mask", 0.5)), run("old", made("mask", 0.1), made=OLD, plan=few)
    )
    assert found.groups[1].differs == (
        "without the attackers pixels", "with the attackers gone",
    )  # fmt: skip
    latest = found.only(latest=True)
    assert [group.rows[0].worst.value for group in latest] == [0.5]  # and not the lower one


def test_another_budget_and_seed(run: Make, made: Row, plan: Any) -> None:
    long = run("long", made("mask", 0.5, budget="thorough", seed=1),
               plan=plan(budget="thorough", seed=1))  # fmt: skip
    found = groups(long, run("old", made("mask", 0.1), made=OLD))
    assert found.groups[1].differs == ("budget quick, not thorough", "seed 0, not 1")


def test_a_plug_in_of_other_code_is_another_group(run: Make, made: Row) -> None:
    mine = {"unmask": "code", "plug": "1"}
    found = groups(
        run("new", made("mine", 0.3), code=mine), run("plain", made("mask", 0.4)),
        run("old", made("mine", 0.1), code=mine | {"plug": "2"}, made=OLD),
    )  # fmt: skip
    assert [len(group.entries) for group in found] == [2, 1]
    assert found.groups[1].differs == ("other code of plug",)


def test_runs_under_the_same_terms_share_a_table_but_no_ranks(
    run: Make, made: Row, gap: Any
) -> None:
    three = [*made("none", 1.0), *made("mask", 0.2), *made("blur", 0.8), gap("blur", "mask", 0.6)]
    found = groups(run("three", three), run("alone", [*made("none", 1.0), *made("mine", 0.1)]))
    (group,) = found
    assert [(p.row.shown, p.run, p.rank) for p in group.placed] == [
        ("none", 1, "1 of 3"), ("blur", 1, "2 of 3"), ("mask", 1, "1 of 3"), ("mine", 2, "1 of 2"),
    ]  # fmt: skip
    assert "those of different runs are not said to beat one another" in found.to_markdown()
    lone = groups(run("lone", made("own", 0.05)))
    assert next(p.rank for p in lone.groups[0].placed if p.row.shown == "own") == ""


def test_what_is_no_figure_never_looks_private(run: Make, made: Row) -> None:
    rows = [*made("none", 1.0), *made("mask", 0.3), *made("hides", 0.05, status="at least"),
            *made("broke", None, status="invalid", reason="it broke"),
            *made("absent", None, status="unavailable", reason="needs 20 people")]  # fmt: skip
    found = groups(run("one", rows))
    (group,) = found
    assert [p.row.shown for p in group.placed] == ["none", "broke", "absent", "mask", "hides"]
    assert {p.row.shown: p.rank for p in group.placed if p.rank} == {
        "none": "1 of 2", "mask": "1 of 2",
    }  # fmt: skip
    many = str(found.folder)
    text = CliRunner().invoke(app, ["report", many]).stdout
    assert ">= 0.05" in text
    assert "invalid" in text
    lines = json.loads(CliRunner().invoke(app, ["report", many, "--format", "json"]).stdout)
    hides = next(one for one in lines[0]["defenses"] if one["defense"] == "hides")
    assert (hides["rank"], hides["leakage_high"], hides["state"]) == (None, 1.0, "at least")


def test_a_missing_defense_is_named(run: Make, made: Row) -> None:
    old = run("old", [*made("mask", 0.1), *made("worse", 0.9)], made=OLD, photos="theirs")
    found = groups(run("new", made("mask", 0.3)), old)
    assert found.groups[0].lacks == ("worse",)
    assert "not measured here, though others on these data have it: worse" in found.to_markdown()


def test_a_part_of_it(run: Make, made: Row, plan: Any) -> None:
    lfw = [
        *made("mask", 0.2, dataset="lfw,people=100"),
        *made("blur", 0.4, dataset="lfw,people=100"),
    ]
    found = groups(run("orl", made("mask", 0.3)), run("lfw", lfw, dataset="lfw,people=100"))
    assert len(found) == 2
    assert [group.terms.dataset for group in found.only("lfw")] == ["lfw,people=100"]
    with pytest.raises(LookupError, match="no run on 'lf'"):
        found.only("lf")
    frame = found.to_dataframe()
    assert list(frame.columns[:3]) == ["dataset", "group", "run"]
    assert len(frame) == 3
    csv = CliRunner().invoke(
        app, ["report", str(found.folder), "--format", "csv", "--dataset", "orl"]
    )
    assert csv.stdout.count("\n") == 2
    assert r"\begin{table}" in found.to_latex()
    assert found._repr_html_().count("<table") == 2


def test_the_page(run: Make, made: Row, tmp_path: Path, browser: Any) -> None:
    rows = [*made("none", 1.0), *made("mask", 0.3), *made("hides", 0.05, status="at least"),
            *made("broke", None, status="invalid", reason="<b>it broke")]  # fmt: skip
    old = run("old", [*made("mask", 0.1), *made("<i>worse", 0.9)], made=OLD, photos="theirs")
    found = groups(run("new", rows), old)
    out = tmp_path / "many.html"
    done = CliRunner().invoke(app, ["report", str(found.folder), "--out", str(out)])
    assert done.stdout == f"written: {out}\n"
    text = out.read_text("utf-8")
    assert "not comparable with A: other photos" in text
    assert "<b>it" not in text
    with browser.open(out, width=390) as opened:
        assert opened.overflow() == []
        assert opened.serious() == []
        assert opened.errors + opened.requests == []
