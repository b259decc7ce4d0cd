"""Other questions from the same scores, as records, in the summary and in the report."""

import csv
from pathlib import Path

import numpy as np
import pytest

from unmask.evaluate.comparison.answers import answers
from unmask.evaluate.comparison.assemble import records_of
from unmask.evaluate.comparison.cases import CASES
from unmask.evaluate.comparison.certificates import Proof, prove
from unmask.evaluate.comparison.measured import Attack, Measured
from unmask.evaluate.comparison.plan import Plan
from unmask.evaluate.comparison.store import dump, restore
from unmask.evaluate.data.scene import Scene
from unmask.evaluate.report.page import write_report
from unmask.evaluate.results.lines import as_dicts
from unmask.evaluate.results.records import Record, find, read_records, write_records
from unmask.evaluate.results.summary import rows
from unmask.evaluate.results.table import caption, leakage_table
from unmask.evaluate.statistics import rank_credit

PEOPLE = np.repeat(np.arange(20), 5)


def attack(name: str, signal: float, people: np.ndarray = PEOPLE, **more: object) -> Attack:
    """Score the true person `signal` higher than noise."""
    table = np.random.default_rng(len(name)).normal(size=(len(people), 20))
    table[np.arange(len(people)), people] += signal
    return Attack(
        name, name, informed=True, credits={"rank1": rank_credit(table, people)},
        asked=answers(table, people), **more,  # type: ignore[arg-type]
    )  # fmt: skip


def measured(spec: str, *attacks: Attack, people: np.ndarray = PEOPLE) -> Measured:
    return Measured(spec, {}, people, ("defended",) * len(people), attacks, ())


def proof_of(**changed: Measured) -> Proof:
    cases = {case: measured(case, attack("pixels", 20.0), attack("cnn", 20.0)) for case in CASES}
    cases["constant"] = measured("constant", attack("pixels", 0.0), attack("cnn", 0.0))
    return prove(cases | changed)


def records(scene: Scene, *attacks: Attack, proof: Proof | None = None,
            people: np.ndarray = PEOPLE) -> list[Record]:  # fmt: skip
    found = measured("mask", *attacks, people=people)
    return records_of(found, proof or proof_of(), scene, Plan(("pixels",), ()))


def one(found: list[Record], name: str, statistic: str) -> Record:
    (record,) = find(found, kind="leakage", name=name, statistic=statistic)
    return record


def test_every_question_has_a_worst_case_of_its_own_name(scene: Scene) -> None:
    found = records(scene, attack("pixels", 1.0), attack("cnn", 0.5))
    assert len(find(found, name="worst")) == 1
    worst, album = found[0], one(found, "album", "rank1@all")
    assert worst.value < one(found, "album", "rank1@2").value < album.value  # type: ignore[operator]
    assert album.attack.startswith("pixels, ")
    assert (album.ceiling, album.chance, album.people, album.status) == (1.0, 0.05, 20, "ok")
    assert album.low < album.value <= album.high  # type: ignore[operator]
    few, many = (one(found, "line-up", f"rank1@people={n}") for n in (2, 10))
    assert (few.chance, many.chance) == (0.5, 0.1)
    assert few.value > many.value > worst.value  # type: ignore[operator]
    hit, miss = (one(found, "open set", f"{x}@fpir=1e-1") for x in ("tpir", "fnir"))
    assert hit.value + miss.value == pytest.approx(1)  # type: ignore[operator]
    assert (miss.low, miss.high) == (pytest.approx(1 - hit.high), pytest.approx(1 - hit.low))  # type: ignore[operator]
    rare = one(found, "open set", "tpir@fpir=1e-2")
    assert (rare.value, rare.status) == (None, "unavailable")
    assert "at least 1000 searches for strangers" in rare.reason
    assert one(found, "exposed", "rank1@tenth").value > worst.value  # type: ignore[operator]
    assert one(found, "exposed", "always").reason.endswith("of 20 people")


def test_each_attack_has_its_own_figures(scene: Scene) -> None:
    found = records(scene, attack("pixels", 1.0), attack("cnn", 0.5))
    for name in ("pixels", "cnn"):
        mine = {r.statistic for r in find(found, name=name)}
        assert {"rank1", "rank1@4", "rank1@all", "rank1@people=5", "tpir@fpir=1e-1"} <= mine
    highest = max(r.value or 0 for r in find(found, statistic="rank1@all") if r.name != "album")
    assert one(found, "album", "rank1@all").value == pytest.approx(highest)


def test_a_cheat_counts_for_no_question_and_a_bound_is_one_for_all(scene: Scene) -> None:
    proof = proof_of(constant=measured("constant", attack("pixels", 0.0), attack("cnn", 9.0)))
    found = records(scene, attack("pixels", 0.5), attack("cnn", 20.0), proof=proof)
    album = one(found, "album", "rank1@all")
    assert album.attack.startswith("pixels")
    assert album.value < 0.9  # type: ignore[operator]
    assert "at least" in {album.status}
    told = {r.status for r in found if r.name in ("album", "line-up", "exposed")}
    assert told == {"at least"}
    assert all("reads something else" in r.reason for r in find(found, name="line-up"))


def test_without_a_figure_for_a_photo_there_is_none_for_an_album(scene: Scene) -> None:
    blind = Attack("pixels", "pixels", informed=True, status="invalid", reason="the attack broke")
    assert not find(records(scene, blind), name="album")


def test_people_with_few_photos_are_counted(scene: Scene) -> None:
    people = np.repeat(np.arange(20), [1, 1, 3, *[5] * 17])
    found = records(scene, attack("pixels", 1.0, people), people=people)
    four = next(r for r in found if r.name == "album" and r.statistic.startswith("rank1@4"))
    assert four.people == 17
    assert four.reason.endswith("without 3 people who have fewer photos")
    whole = next(r for r in found if r.name == "album" and r.statistic.startswith("rank1@all"))
    assert (whole.people, "without" in whole.reason) == (20, False)
    assert whole.value >= found[0].value  # type: ignore[operator]
    alone = np.arange(20)
    found = records(scene, attack("pixels", 1.0, alone), people=alone)
    none = one(found, "album", "rank1@2")
    assert (none.status, none.value, none.reason) == ("unavailable", None,
                                                      "nobody has so many photos")  # fmt: skip
    assert one(found, "album", "rank1@all").value == pytest.approx(found[0].value)


def test_several_releases(scene: Scene) -> None:
    """One release names all and the other nobody: the mean, and no album of both."""
    good = np.zeros((100, 20))
    good[np.arange(100), PEOPLE] = 1.0
    found = answers(np.concatenate([good, -good]), PEOPLE)
    assert found["rank1@all"]["sum"].mean() == pytest.approx(0.5)
    assert found["rank1@people=5"][""].mean() == pytest.approx(0.5)
    assert found["tpir@fpir=1e-1"]["raw"].shape == (100,)


def test_what_is_kept_comes_back(scene: Scene) -> None:
    people = np.repeat(np.arange(20), [1, *[5] * 19])
    kept = measured("mask", attack("pixels", 1.0, people), people=people)
    again = restore(dump(kept))
    before, after = (
        records_of(m, proof_of(), scene, Plan(("pixels",), ())) for m in (kept, again)
    )
    assert [r.line() for r in before] == [r.line() for r in after]


def test_summary_table_and_report_show_them(scene: Scene, tmp_path: Path) -> None:
    found = records(scene, attack("pixels", 1.0), attack("cnn", 0.5))
    write_records(tmp_path / "records.jsonl", found)
    assert len(read_records(tmp_path / "records.jsonl")) == len(found)
    (row,) = rows(found)
    album = one(found, "album", "rank1@all")
    assert {c.heading: c.cells for c in leakage_table([row])}["album"] == [f"{album.value:.2f}"]
    assert "album: rank-1 of all defended photos of a person taken together" in caption([row])
    page = write_report(tmp_path).read_text()
    for text in ("WP216", "line-up: rank1@people=5", "open set: fnir@fpir=1e-1",
                 "exposed: always", f"{album.value:.3f}"):  # fmt: skip
        assert text in page
    overview = page[page.index('id="table"') :].partition("</table>")[0]
    assert ">album<" in overview
    assert "line-up: rank1@people=2" in page
    (line,) = csv.DictReader((tmp_path / "summary.csv").read_text().splitlines())
    assert float(line["album"]) == pytest.approx(album.value, abs=1e-5)
    assert "rank1@all" not in line  # that is the album
    assert {"rank1@4", "rank1@2", "always"} <= set(line)
    assert float(line["rank1@people=2_low"]) == pytest.approx(
        one(found, "line-up", "rank1@people=2").low, abs=1e-5
    )
    (told,) = as_dicts(found)
    assert told["album_high"] == album.high
    assert told["answers"]["rank1@4"]["people"] == 20  # type: ignore[index]
