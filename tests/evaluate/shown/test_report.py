"""Page, summary and plot: what was measured is there, what is private is not."""

import csv
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from unmask.evaluate.report.frontier import plot_frontier
from unmask.evaluate.report.page import write_report
from unmask.evaluate.results.lines import as_dicts
from unmask.evaluate.results.pairs import pair_attacks
from unmask.evaluate.results.records import Record, find, write_records
from unmask.evaluate.results.shown import shown_names
from unmask.evaluate.results.summary import rows

PRIVATE = ("/home/jo", "stamp", "path=", "folder:path")


class Cells(HTMLParser):
    """The text of every table of a page, by row."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")

    def handle_data(self, data: str) -> None:
        if self.tables and self.tables[-1] and self.tables[-1][-1]:
            self.tables[-1][-1][-1] += data


@pytest.fixture
def page(made: list[Record], tmp_path: Path) -> str:
    write_records(tmp_path / "records.jsonl", made)
    return write_report(tmp_path, ["3,663 people left out"]).read_text()


def test_a_program_is_called_by_its_name_everywhere(
    made: list[Record], page: str, tmp_path: Path
) -> None:
    summary = (tmp_path / "summary.csv").read_text()
    for text in (page, summary, json.dumps(as_dicts(made))):
        assert not any(word in text for word in PRIVATE)
        assert "mytool #2" in text
    called = [line["defense"] for line in csv.DictReader(summary.splitlines())]
    assert called[-3:] == ["mytool", "mytool #2", "[red]x[/y]"]
    assert "folder:path=/home/jo/a" in (tmp_path / "records.jsonl").read_text()  # builds again


def test_two_are_never_called_the_same() -> None:
    def program(label: str, place: str) -> Record:
        return Record("d", "s", "b", f"folder:path={place},label={label}",
                      {"path": place, "label": label}, "leakage", "worst", "rank1")  # fmt: skip

    mask = Record("d", "s", "b", "mask:margin=0.1", {}, "leakage", "worst", "rank1")
    records = [program("mask", "a"), program("x", "b"), program("x #2", "c"), program("x", "d"),
               program("", "e"), mask]  # fmt: skip
    names = list(shown_names(records).values())
    assert len(set(names)) == len(names)
    assert "mask" not in names
    assert "folder" in names


def test_each_program_is_a_series_of_its_own(
    made: list[Record], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from matplotlib.axes import Axes

    seen: list[str] = []
    before = Axes.errorbar

    def errorbar(self: Axes, *values: object, **more: object) -> object:
        seen.append(str(more["label"]))
        return before(self, *values, **more)

    monkeypatch.setattr(Axes, "errorbar", errorbar)
    plot_frontier(tmp_path / "x.png", made)
    assert seen == ["none", "gaussian_blur", "mask", "mytool", "mytool #2", "[red]x[/y]"]


def test_the_summary_has_linkage_and_the_worst_group_as_numbers(
    made: list[Record], page: str, tmp_path: Path
) -> None:
    lines = list(csv.DictReader((tmp_path / "summary.csv").read_text().splitlines()))
    assert float(lines[0]["linkage_auc"]) == pytest.approx(0.6123)
    assert float(lines[0]["linkage_eer"]) == pytest.approx(0.2345)
    ends = [float(lines[0][f"linkage_d_sys{end}"]) for end in ("", "_low", "_high", "_chance")]
    assert ends == [0.3999, 0.2, 0.5, 0.12]  # of another attacker than the highest AUC
    assert lines[0]["linkage_attacker"] == "linkage (dlib)"  # the broken one is stronger
    assert (lines[0]["worst_group"], float(lines[0]["worst_group_leakage"])) == ("sex=m", 0.9953)
    numbers = [name for name in lines[0] if re.match("leak|linkage_(auc|eer)|worst_group_", name)]
    assert len(numbers) == 10
    for line in lines:
        assert all(line[name] == "" or float(line[name]) >= 0 for name in numbers)
    assert [line["rank"] for line in lines[:2]] == ["2", "1"]
    assert as_dicts(made)[0]["worst_group"] == {
        "group": "sex=m", "leakage": pytest.approx(0.9953), "leakage_low": 0.2,
        "leakage_high": 1.0, "state": "ok", "people": 8,
    }  # fmt: skip


def _table(page: str, *headings: str) -> list[list[str]]:
    """Return the rows of the one table with these headings."""
    (found,) = (t for t in Cells(page).tables if set(headings) <= set(t[0]))
    return found


def test_the_page_shows_pairs_whoever_found_them(page: str) -> None:
    assert "missing" not in page
    linked = _table(page, "attacker", "D_sys \N{DOWNWARDS ARROW} (less is better)")
    assert [name.partition(" \N{DOWNWARDS ARROW}")[0] for name in linked[0]] == [
        "defense", "attacker", "AUC", "D_sys", "EER \N{UPWARDS ARROW} (more is better)",
        "TAR at FAR 1e-2"]  # fmt: skip
    none = [row[1:] for row in linked if row[0] == "none"]
    assert none == [
        ["linkage (dlib)", "0.6120.512 to 0.713", "0.278 (by chance 0.111)0.150 to 0.400",
         "0.2340.100 to 0.300", "0.3460.100 to 0.500"],
        ["gait", "0.5510.500 to 0.600", "0.400 (by chance 0.120)0.200 to 0.500", "-", "-"],
        ["broken", "invalid", "invalid", "-", "-"],
    ]  # fmt: skip
    every = _table(page, "attacker", "none")
    cells = {row[0]: row[1] for row in every[1:]}
    assert cells["linkage (dlib)"] == "0.61"
    assert cells["gait"] == "0.55"
    assert cells["broken"] == "invalid"
    assert cells["naive (dlib)"] == "33"
    assert "Guessing reaches AUC 0.5" in page


def test_the_page_shows_groups_and_marks_the_worst(page: str) -> None:
    groups = _table(page, "group", "people")
    none = [row[1:] for row in groups if row[0] == "none"]
    assert none == [
        ["sex=f", "12", "0.9580.100 to 0.900", "retrained/embeddings"],
        ["sex=m", "8", "0.995 worst0.200 to 1.000", "retrained/embeddings"],
    ]


def test_without_groups_or_linkage_nothing_is_said_of_them(
    made: list[Record], tmp_path: Path
) -> None:
    plain = [r for r in made if not r.group and r.name not in ("linkage", "gait", "broken")]
    write_records(tmp_path / "records.jsonl", plain)
    page = write_report(tmp_path).read_text()
    assert "be linked" not in page
    assert "some people less" not in page
    line = next(csv.DictReader((tmp_path / "summary.csv").read_text().splitlines()))
    assert line["linkage_auc"] == line["worst_group"] == line["worst_group_leakage"] == ""


def test_the_main_table_has_what_was_measured(page: str) -> None:
    main = _table(page, "worst attacker", "SSIM")
    assert [name.split(" ")[0] for name in main[0][:3]] == ["defense", "rank", "leakage"]
    assert "LPIPS" not in " ".join(main[0])
    assert "lpips: not measured. no weights" in page
    assert "3,663 people left out" in page


def test_pairs_need_an_auc_and_no_rank(made: list[Record]) -> None:
    mine = find(made, defense="none")
    assert [p.name for p in pair_attacks(mine)] == ["linkage", "gait", "broken"]
    lost = [replace(r, value=None, low=None, high=None, status="unavailable") for r in mine]
    assert rows(lost)[0].linkage is None
