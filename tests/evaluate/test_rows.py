"""What a row may claim: ok, at least, or nothing; and that nothing is left out of its maximum."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from unmask.evaluate.comparison.assemble import records_of
from unmask.evaluate.comparison.cases import CASES
from unmask.evaluate.comparison.certificates import Proof, prove
from unmask.evaluate.comparison.measured import Attack, Measured
from unmask.evaluate.comparison.plan import Plan
from unmask.evaluate.data.scene import Scene
from unmask.evaluate.report.page import write_report
from unmask.evaluate.results.failures import failures, remarks
from unmask.evaluate.results.gate import above
from unmask.evaluate.results.records import AND, Record, write_records
from unmask.evaluate.results.summary import rows
from unmask.evaluate.results.table import caption, leakage_table, sorted_rows
from unmask.evaluate.statistics import chance_of, constant_bound

PEOPLE = np.repeat(np.arange(20), 4)


def attack(name: str, rank1: float, *, informed: bool = True, **more: object) -> Attack:
    """Name the given share of everybody's photos."""
    hit = (np.arange(len(PEOPLE)) % 20 < round(20 * rank1)).astype(float)
    facts = {"credits": {"rank1": hit}, "recognizer": "" if informed else "dlib", **more}
    return Attack(name, name.partition("/")[0], informed=informed, **facts)  # type: ignore[arg-type]


def measured(spec: str, *attacks: Attack, **more: object) -> Measured:
    return Measured(spec, {}, PEOPLE, ("defended",) * 80, attacks, (), **more)  # type: ignore[arg-type]


NAIVE, PIXELS = attack("naive", 1.0, informed=False), attack("pixels", 0.9)
LOW = attack("naive", 0.05, informed=False)
CHANCE = {name: replace(one, credits={"rank1": np.full(80, 0.05)})
          for name, one in {"naive": NAIVE, "pixels": PIXELS}.items()}  # fmt: skip


def proof_of(**changed: Measured) -> Proof:
    cases = {case: measured(case, NAIVE, PIXELS) for case in CASES}
    cases["constant"] = measured("constant", *CHANCE.values())
    return prove(cases | changed)


def row_of(found: Measured, proof: Proof, scene: Scene) -> Record:
    return records_of(found, proof, scene, Plan(("naive", "pixels"), ()))[0]


def test_all_is_well(scene: Scene) -> None:
    row = row_of(measured("blur", attack("naive", 0.2, informed=False), attack("pixels", 0.4)),
                 proof_of(), scene)  # fmt: skip
    assert (row.status, row.attack, row.reason) == ("ok", "pixels", "")
    assert row.value == pytest.approx(0.4)
    assert row.ceiling == 1.0


def test_what_was_measured_is_never_thrown_away(scene: Scene) -> None:
    """Small faces: nobody reaches 0.8 on clean photos, yet naive names half of the defended."""
    weak = measured("none", attack("naive", 0.7, informed=False), attack("pixels", 0.5))
    row = row_of(measured("jpeg", attack("naive", 0.55, informed=False), attack("pixels", 0.25)),
                 proof_of(undefended=weak), scene)  # fmt: skip
    assert row.value == pytest.approx(0.55)
    assert row.attack == "naive"
    assert row.status == "at least"
    assert "name only 0.70 of the undefended photos" in row.reason


def test_a_planted_leak_that_nobody_sees_makes_every_row_a_bound(scene: Scene) -> None:
    blind = measured("permute", attack("naive", 0.1, informed=False), attack("pixels", 0.85))
    row = row_of(measured("blur", attack("pixels", 0.1)), proof_of(permuted=blind), scene)
    assert row.status == "at least"
    assert "permuted (0.85)" in row.reason


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (Attack("retrained", "retrained", status="invalid", reason="the attack broke: E"),
         "retrained did not count: the attack broke: E"),
        (Attack("restored/pixels", "restored", status="unavailable", reason="needs 16 photos"),
         "restored/pixels did not count: needs 16 photos"),
    ],
)  # fmt: skip
def test_an_attack_that_is_missing_makes_a_bound(scene: Scene, broken: Attack, said: str) -> None:
    row = row_of(measured("pixelate", LOW, attack("pixels", 0.1), broken), proof_of(), scene)
    assert (row.status, row.reason) == ("at least", said)
    assert above([row], 0.9)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"copies": 320, "lost_copies": {"KeyError": 12}}, "12 of 320 copies"),
        ({"doubts": ("the release differs",)}, "the release differs"),
        ({"found": {"gallery": (0, 80), "background": (80, 80)}}, "holds 0 of 80 gallery photos"),
    ],
)
def test_attackers_who_learned_of_something_else_make_a_bound(
    scene: Scene, more: Mapping[str, object], said: str
) -> None:
    row = row_of(measured("folder", attack("pixels", 0.1), **more), proof_of(), scene)
    assert row.status == "at least"
    assert said in row.reason


def test_an_attack_that_says_nothing_here_is_missed(scene: Scene) -> None:
    row = row_of(measured("blur", attack("pixels", 0.1)), proof_of(), scene)
    assert row.status == "at least"
    assert row.reason.startswith("naive did not count: it gave no answer here")


def test_only_a_cheat_is_left_out(scene: Scene) -> None:
    cheat = measured("constant", CHANCE["naive"], attack("pixels", 0.5))
    found = measured("mask", attack("naive", 0.1, informed=False), attack("pixels", 0.8),
                     attack("matched", 0.05))  # fmt: skip
    row = row_of(found, proof_of(constant=cheat), scene)
    assert (row.value, row.attack) == (pytest.approx(0.1), "naive")
    assert row.status == "at least"
    assert "reads something else than the pixels" in row.reason


def test_honest_guessing_is_no_cheating() -> None:
    """Who has learned that one person has most photos may always name that one."""
    people = np.repeat([0, 1, 2, 3], [50, 5, 5, 5])
    assert constant_bound(people) > chance_of(people) == 1 / 4
    assert constant_bound(PEOPLE) < 0.2


def test_nobody_informed_is_no_figure(scene: Scene) -> None:
    row = row_of(measured("blur", NAIVE), proof_of(), scene)
    assert (row.status, row.value) == ("invalid", None)
    broken = Attack("matched", "matched", "", True, status="invalid", reason="the attack broke: X")
    row = row_of(measured("blur", NAIVE, broken), proof_of(), scene)
    assert (row.status, row.value) == ("invalid", None)
    assert "the attack broke: X" in row.reason


def test_a_known_seed_is_a_figure_of_its_own(scene: Scene) -> None:
    known = (attack("probed", 1.0),)
    found = measured("noise", attack("pixels", 0.4), disclosed=known)
    records = records_of(found, proof_of(), scene, Plan(("pixels",), ()))
    (row,) = rows(records)
    assert row.worst.value == pytest.approx(0.4)
    assert row.others["seed known"].value == 1.0
    assert {c.heading: c.cells for c in leakage_table([row])}["seed known"] == [">= 1.00"]


def test_a_dear_attack_below_a_cheap_one_is_flagged(scene: Scene) -> None:
    found = measured("blur", attack("pixels/own/lda", 0.6), attack("retrained/pixels", 0.3))
    (flag,) = [r for r in records_of(found, proof_of(), scene, Plan(("pixels",), ()))
               if r.name == "retrained/pixels" and r.reason]  # fmt: skip
    assert flag.reason == "budget too small: 0.30 below pixels/own/lda"
    assert flag.status == "ok"


def test_a_bound_is_printed_as_one_and_not_ranked_below(scene: Scene, tmp_path: Path) -> None:
    broken = Attack("retrained", "retrained", status="invalid", reason="the attack broke: E: ; x")
    low = measured("pixelate", LOW, attack("pixels", 0.1), broken)
    fine = measured("blur", LOW, attack("pixels", 0.4))
    records = [r for one in (low, fine) for r in records_of(one, proof_of(), scene,
                                                           Plan(("pixels",), ()))]  # fmt: skip
    found = sorted_rows(records)
    cells = {c.heading: list(c.cells) for c in leakage_table(found)}
    assert cells["defense"] == ["blur", "pixelate"]
    assert cells["leakage"] == ["0.40", ">= 0.10"]
    assert cells["95 %"][1].endswith("-?")
    assert cells["rank"] == ["1", "-"]
    assert ">=: at least, below no limit" in caption(found)
    assert any("at least, for pixelate: retrained did not count" in r for r in remarks(records))
    assert failures(records)
    write_records(tmp_path / "records.jsonl", records)
    page = write_report(tmp_path).read_text()
    assert "&gt;= 0.100" in page
    assert "Lower bounds" in page
    assert AND not in page
    assert "at least" in (tmp_path / "summary.csv").read_text()
