"""Every form of a table says no less than the records: a lower bound is never a plain number."""

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import typer

from unmask.evaluate.cli.options import FORMATS, chosen_form
from unmask.evaluate.comparison.found import Comparison
from unmask.evaluate.results.formats import csv_of, formatted, html, latex, markdown
from unmask.evaluate.results.onwards import onwards
from unmask.evaluate.results.records import Record
from unmask.evaluate.results.rounding import rounded_down
from unmask.evaluate.results.table import Column, group_table, sorted_rows

EVIL = "a_b|c%d$e&f#{g}\\h~^<script>alert(1)</script>`*x*"


@pytest.fixture
def mixed(made: list[Record]) -> list[Record]:
    """Rows of all kinds: fine ones, lower bounds, one that is invalid, one of an evil name."""
    found = []
    for record in made:
        if record.kind == "leakage" and record.name == "worst":
            if record.defense.startswith("gaussian_blur"):
                record = replace(record, status="at least", reason="linkage broke: E: x")
            if record.defense.startswith("mask") and not record.group:
                record = replace(record, status="invalid", value=None, low=None, high=None,
                                 reason="nobody informed was there")  # fmt: skip
        if record.params.get("label") == "[red]x[/y]":
            record = replace(record, params={"label": EVIL})
        found.append(record)
    blur = next(r for r in found if r.defense.startswith("gaussian") and r.name == "worst")
    album = replace(blur, name="album", statistic="rank1@4", value=0.25, low=0.2, high=0.3)
    return [*found, album]


def of(records: Sequence[Record]) -> Comparison:
    return Comparison(tuple(records), None, Path("runs/x"))


def bounds(records: Sequence[Record]) -> list[float]:
    return [row.worst.value or 0.0 for row in sorted_rows(records) if row.state == "at least"]


def test_the_undefended_photos_come_first_then_what_leaks_most(mixed: list[Record]) -> None:
    rows = sorted_rows(mixed)
    assert rows[0].defense == "none"
    assert rows[1].state == "invalid"
    values = [row.worst.value for row in rows[2:]]
    assert values == sorted(values, key=lambda value: -(value or 0.0))


@pytest.mark.parametrize("form", ["markdown", "latex"])
def test_texts_keep_the_sign_of_a_lower_bound(mixed: list[Record], form: str) -> None:
    text = formatted(mixed, form)  # type: ignore[arg-type]
    sign = {"markdown": "&gt;= ", "latex": r"$\geq$\,"}[form]
    assert len(bounds(mixed)) == 3
    table = [re.split(r" [|&] ", line.strip(" |\\")) for line in text.splitlines()]
    place = next(cells.index("leakage") for cells in table if "leakage" in cells)
    told = [cells[place] for cells in table if len(cells) > place]
    for value in bounds(mixed):
        assert f"{sign}{value:.2f}" in told
        assert f"{value:.2f}" not in told
    low = bounds(mixed)[0] - 0.0811
    assert f"{rounded_down(low)}{'-' if form == 'markdown' else '--'}?" in text
    assert f"{sign}0.25" in text, "that of an album is one, too"
    assert "invalid" in text
    assert "100 photos of 20 people, chance 0.050" in text
    assert "budget quick" in text
    assert "at least, below no limit" in text


def test_the_caption_explains_a_sign_that_only_another_question_has(made: list[Record]) -> None:
    worst = next(r for r in made if r.defense == "none" and r.name == "worst")
    face = replace(worst, name="face", status="at least", value=0.1)
    assert "at least, below no limit" not in formatted(made, "latex")
    assert "at least, below no limit" in formatted([*made, face], "latex")


def test_latex_is_a_table_whatever_names_hold(mixed: list[Record]) -> None:
    text = formatted(mixed, "latex")
    body = text[text.index(r"\midrule") : text.index(r"\bottomrule")].splitlines()[1:-1]
    head = text[text.index(r"\toprule") : text.index(r"\midrule")].splitlines()[1]
    places = re.search(r"\\begin\{tabular\}\{([lr]+)\}", text)
    assert places
    for line in (head, *body):
        assert line.endswith(r" \\")
        assert len(re.findall(r"(?<!\\)&", line)) == len(places[1]) - 1
        bare = re.sub(r"\\[%&#_{}$]|\\[a-z]+(\{\})?|\$\\geq\$|\\,|\\\\$", "", line)
        assert not re.search(r"[%#_{}$^~\\<>|]", bare), bare
    assert text.count("{") - text.count(r"\{") == text.count("}") - text.count(r"\}")
    assert r"\caption{leakage: highest rank-1" in text
    assert "\n\n" not in text


def test_markdown_and_html_show_names_as_they_are(mixed: list[Record]) -> None:
    text = formatted(mixed, "markdown")
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert len({len(re.findall(r"(?<!\\)\|", line)) for line in lines}) == 1
    assert "<script" not in text.replace(r"\<script", "")
    page = of(mixed)._repr_html_()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert page.count("&gt;= ") >= 3
    assert len(page) < 20_000
    assert not re.search(r"https?:|src=|(?<!-)color:(?!inherit)|background:(?!none)", page)
    assert "\n\n" not in markdown([Column("a\nb", ["x\n\ny"])])
    assert "\n\n" not in latex([Column("a", ["x\n\ny"])], "said\n\nhere")
    assert "<b>" not in html([Column("<b>", ["<b>"])], ["<b>"])


def test_numbers_for_programs_end_at_one_where_more_may_leak(mixed: list[Record]) -> None:
    lines = list(csv.DictReader(io.StringIO(formatted(mixed, "csv"))))
    told = json.loads(formatted(mixed, "json"))
    assert len(lines) == len(told) == 8
    for line, entry in zip(lines, told, strict=True):
        assert line["state"] == entry["state"]
        if entry["state"] == "at least":
            assert float(line["leakage_high"]) == entry["leakage_high"] == 1.0
            assert float(line["worst_group_high"]) == entry["worst_group"]["leakage_high"] == 1.0
        if entry["state"] == "invalid":
            assert (line["leakage"], entry["leakage"]) == ("", None)
    assert {entry["album_high"] for entry in told} == {None, 1.0}


def test_a_dataframe_filters_no_lower_bound_in(mixed: list[Record]) -> None:
    table = of(mixed).to_dataframe()
    assert list(table["defense"][:2]) == ["none", "mask"]
    bound = table[table["state"] == "at least"]
    assert len(bound) == 3
    assert (bound["leakage_high"] == 1).all()
    assert not (table["leakage_high"] <= 0.99)[table["state"] != "ok"].any()
    assert table["leakage"].isna().sum() == 1
    assert {"leakage_low", "chance", "undefended", "ssim", "reason"} <= set(table.columns)


def test_without_pandas_it_says_what_to_do(
    mixed: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    with pytest.raises(ImportError, match=r"pip install pandas; runs/x/summary.csv"):
        of(mixed).to_dataframe()


def test_the_short_text_is_short_and_says_no_less(mixed: list[Record]) -> None:
    text = repr(of(mixed))
    assert len(text.splitlines()) < 25
    for value in bounds(mixed):
        (line,) = (line for line in text.splitlines() if f"{value:.2f} " in line)
        assert f">= {value:.2f}" in line
        assert " to ?)" in line
    assert "invalid  (nobody informed was there)" in text
    many = [replace(r, defense=f"mask:margin={n}") for n in range(40) for r in mixed[:19]]
    assert len(repr(of(many)).splitlines()) < 25
    assert "and 26 more" in repr(of(many))
    assert repr(of([]))


def test_groups_keep_the_sign(mixed: list[Record]) -> None:
    table = {column.heading: column.cells for column in group_table(sorted_rows(mixed))}
    named = dict(zip(table["defense"], table["leakage"], strict=True))
    assert all(v.startswith(">= ") == k.startswith("gaussian") for k, v in named.items())
    every = dict(zip(table["defense"], table["all people"], strict=True))
    assert all(v.startswith(">= ") for k, v in every.items() if k.startswith("gaussian"))


def test_the_row_of_a_defense_is_that_of_its_worst_setting(mixed: list[Record]) -> None:
    found = of(mixed)
    blurs = [row.worst.value for row in found if row.family == "gaussian_blur"]
    assert len(blurs) == 3
    assert found.worst("gaussian_blur").worst.value == max(blurs, key=lambda v: v or 0.0)
    assert found.worst("gaussian_blur:sigma=0.356").worst.value == min(blurs, key=lambda v: v or 0)
    assert found.worst("mytool #2").worst.params["path"] == "/home/jo/b"
    with pytest.raises(LookupError, match="did you mean 'gaussian_blur'"):
        found.worst("gausian_blur")


def test_a_plot_is_a_figure_and_says_which_metrics_there_are(mixed: list[Record]) -> None:
    assert "ssim" in of(mixed).plot().axes[0].get_xlabel().lower()
    with pytest.raises(LookupError, match=r"'lpips' was not measured; there are .*ssim"):
        of(mixed).plot("lpips")


def _rows(*figures: tuple[str, str, float, float, float]) -> list[Record]:
    return [
        Record("orl", "s", "quick", spec, {}, "leakage", "worst", "rank1", value=value, low=low,
               high=high, n=100, people=20, chance=0.05, status=status)  # type: ignore[arg-type]
        for spec, status, value, low, high in figures
    ]  # fmt: skip


def test_what_to_do_next_never_advises_what_may_leak() -> None:
    bad = ("none", "ok", 1.0, 0.9, 1.0)
    known = onwards(_rows(bad, ("mask", "ok", 0.5, 0.4, 0.6), ("jpeg", "at least", 0.1, 0.0, 0.2)))
    assert known.startswith(
        "next: the lowest sure leakage is 0.50 (at 95 % up to 0.60), of mask: not safe"
    )
    assert "unmask tune mask DATA --max-leakage 0.2" in known
    assert "jpeg" not in known
    unsure = onwards(_rows(bad, ("jpeg", "at least", 0.1, 0.0, 0.2)), page="r/report.html")
    assert "can be relied on (more may leak" in unsure
    assert "r/report.html" in unsure
    few = onwards(_rows(bad, ("mask", "ok", 0.1, 0.0, 0.5)))
    assert few.endswith("20 people are too few to rely on it; take more")
    fine = onwards(_rows(bad, ("mask", "ok", 0.05, 0.01, 0.11)), data="my photos")
    assert 'unmask tune mask "my photos" --max-leakage 0.2' in fine
    assert "safe" not in fine, "that is not for us to say"
    context = Record("orl", "s", "quick", "mask", {"region": "ellipse"}, "leakage", "context",
                     "rank1", value=0.45, low=0.4, high=0.5, people=20)  # fmt: skip
    assert "the context alone names 0.45: try a larger region, as mask:region=head" in onwards(
        [*_rows(bad, ("mask", "ok", 0.5, 0.4, 0.6)), context]
    )
    assert "'none gaussian_blur mask'" in onwards(_rows(bad))
    broken = replace(_rows(("mask", "ok", 0.5, 0.4, 0.6))[0], status="invalid", value=None,
                     low=None, high=None, reason="it broke")  # fmt: skip
    assert "mend what broke" in onwards([*_rows(bad), broken])
    assert "nothing could be measured" in onwards([broken])
    for line in (known, unsure, few, fine):
        assert "\n" not in line
        assert len(line) < 200


def test_cells_for_spreadsheets_are_those_that_are_read() -> None:
    assert csv_of([Column("a", ["-", ""]), Column("b", [">= 0.39", "1"])]) == "b\n>= 0.39\n1"


def test_a_format_is_asked_for_once_and_by_a_name_that_there_is() -> None:
    assert [chosen_form(form, as_json=False) for form in FORMATS] == list(FORMATS)
    assert chosen_form("table", as_json=True) == chosen_form("json", as_json=True) == "json"
    with pytest.raises(typer.BadParameter, match="did you mean latex"):
        chosen_form("latx", as_json=False)
    with pytest.raises(typer.BadParameter, match="--json is --format json, got csv"):
        chosen_form("csv", as_json=True)
