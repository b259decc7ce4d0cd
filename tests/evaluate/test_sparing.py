"""Nobody else is asked once nothing is left to be found: and no figure is lower for it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from unmask.evaluate.attackers.linkage import Linkage
from unmask.evaluate.attackers.look import Look
from unmask.evaluate.attackers.matched import Matched
from unmask.evaluate.attackers.naive import Naive
from unmask.evaluate.attackers.pixels import Pixels
from unmask.evaluate.attackers.restored import Restored
from unmask.evaluate.attackers.retrained import Retrained
from unmask.evaluate.comparison import run
from unmask.evaluate.comparison.assemble import records_of
from unmask.evaluate.comparison.cases import CASES
from unmask.evaluate.comparison.certificates import prove
from unmask.evaluate.comparison.jobs import Job
from unmask.evaluate.comparison.measure import measure
from unmask.evaluate.comparison.measured import Attack, Measured
from unmask.evaluate.comparison.plan import BUDGETS, Plan
from unmask.evaluate.comparison.run import compare
from unmask.evaluate.comparison.sparing import CHEAP, ask, hasty, never, settled
from unmask.evaluate.comparison.store import dump, restore
from unmask.evaluate.data.scene import Scene
from unmask.evaluate.report.page import write_report
from unmask.evaluate.results.questions import is_worst
from unmask.evaluate.results.records import find, write_records

PEOPLE = np.repeat(np.arange(12), 2)
FULL = np.ones(24)
NEARLY = np.append(np.ones(23), 2 / 3)  # wrong in one of three releases of one photo
OPEN = "tpir@fpir=1e-1"


def attack(name: str, rank1: np.ndarray, *, found: np.ndarray = FULL, **more: object) -> Attack:
    asked = {OPEN: {"raw": found, "standardized": found * 0.5}}
    facts = {"informed": True, "credits": {"rank1": rank1}, "asked": asked, **more}
    return Attack(name, name.partition("/")[0], **facts)  # type: ignore[arg-type]


class Elsewhere(Pixels):
    """An attacker of somebody else's."""


def asked_of(attackers: Sequence[object], reached: Mapping[str, np.ndarray]) -> list[str]:
    """Ask attackers who reach so much, and return whom, in order."""
    order: list[str] = []

    def let(one: object) -> list[Attack]:
        order.append(type(one).__name__)
        return [attack(one.name, reached[order[-1]], informed=one.informed)]  # type: ignore[attr-defined]

    found, spared = ask(attackers, let, settled)  # type: ignore[arg-type]
    told = [one.name for one in attackers]  # type: ignore[attr-defined]
    assert sorted([*(one.attacker for one in found), *spared]) == sorted(told)
    assert [one.attacker for one in found] == [name for name in told if name not in spared]
    return order


def test_the_cheapest_are_asked_first_until_everybody_is_named() -> None:
    plan = [Naive(), Matched(), Pixels(), Look(), Linkage(), Retrained(), Restored()]
    low = {type(one).__name__: NEARLY for one in plan}
    assert asked_of(plan, low) == [
        "Naive", "Linkage", "Pixels", "Look", "Matched", "Retrained", "Restored",
    ]  # fmt: skip
    assert asked_of(plan, low | {"Look": FULL}) == ["Naive", "Linkage", "Pixels", "Look"]


def test_who_knows_nothing_of_the_defense_silences_nobody() -> None:
    assert asked_of([Naive(), Pixels()], {"Naive": FULL, "Pixels": NEARLY}) == ["Naive", "Pixels"]


def test_attackers_from_elsewhere_silence_nobody() -> None:
    """Whatever they claim: they may cheat."""
    Elsewhere.name = "elsewhere"
    plan = [Elsewhere(), Pixels(), Matched()]
    low = {"Elsewhere": FULL, "Pixels": NEARLY, "Matched": NEARLY}
    assert asked_of(plan, low) == ["Elsewhere", "Pixels", "Matched"]


def test_what_costs_is_known_of_all_that_may_be_spared() -> None:
    for budget in ("quick", "standard"):
        named = [one for one in Plan(budget=budget).build_attackers() if one.names_people]
        assert {one.name for one in named if one.informed} <= set(CHEAP)


@pytest.mark.parametrize(
    ("attacks", "is_settled"),
    [
        ([attack("pixels", FULL)], True),
        ([attack("pixels", NEARLY)], False),
        ([attack("pixels", FULL, informed=False)], False),
        ([attack("pixels", FULL, status="invalid")], False),
        ([attack("pixels", FULL, found=NEARLY)], False),  # strangers are still taken for them
        ([attack("pixels", FULL, found=NEARLY), attack("look", NEARLY)], True),
        ([attack("pixels", FULL, found=np.append(FULL[1:], np.nan))], True),  # nobody can ask
        ([], False),
    ],
)  # fmt: skip
def test_nothing_is_left_if_every_question_has_its_highest_answer(
    attacks: list[Attack], is_settled: bool
) -> None:
    assert settled(attacks) is is_settled


def test_attackers_that_are_named_are_all_asked() -> None:
    assert Plan(BUDGETS["standard"]).everybody
    assert Plan(budget="thorough").everybody
    assert Plan(budget="search").everybody
    assert not Plan().everybody
    assert not replace(Plan(), recognizers=("dlib",)).everybody
    assert Plan().as_dict()["everybody"] is False


def test_no_figure_is_lower_for_it(scene: Scene, tmp_path: Path) -> None:
    plan = Plan(("naive", "matched", "pixels", "linkage"), (), everybody=True)
    sparing = replace(plan, everybody=False)
    defenses = ["none", "mask"]
    all_asked, some = (
        compare(scene, defenses, one, folder=tmp_path / str(one.everybody), few=True).records
        for one in (plan, sparing)
    )

    def worst(records: Sequence[object]) -> list[object]:
        return [(r.defense, r.name, r.statistic, r.value, r.low, r.high, r.status, r.reason)
                for r in records if is_worst(r) or r.kind == "difference"]  # type: ignore[attr-defined] # fmt: skip

    assert worst(some) == worst(all_asked)
    spared = {(r.defense, r.name) for r in find(some, status="not asked")}
    assert ("none", "matched") in spared
    assert not find(all_asked, status="not asked")
    kept = {(r.name, r.recognizer, r.statistic) for r in find(some, defense="none")}
    assert {("naive", "dlib", "rank1"), ("linkage", "dlib", "d_sys")} <= kept
    page = (tmp_path / "False" / "report.html").read_text(encoding="utf-8")
    assert "matched: not asked, since" in page


def row(*attacks: Attack, **more: object) -> Measured:
    return Measured("blur", {}, PEOPLE, ("defended",) * 24, attacks, (), **more)  # type: ignore[arg-type]


PIXELS, LATE = attack("pixels", FULL), attack("retrained", FULL)
CHANCE = attack("pixels", FULL * 0.05)


def test_who_is_spared_is_no_doubt_and_is_told(scene: Scene, tmp_path: Path) -> None:
    proof = prove({case: row(PIXELS, LATE) for case in CASES} | {"constant": row(CHANCE)})
    records = records_of(row(PIXELS, spared=("retrained",)), proof, scene, Plan(("pixels",), ()))
    assert (records[0].status, records[0].value, records[0].reason) == ("ok", 1.0, "")
    (told,) = find(records, name="retrained")
    assert (told.status, told.value) == ("not asked", None)
    silent = records_of(row(PIXELS), proof, scene, Plan(("pixels",), ()))[0]
    assert "retrained did not count: it gave no answer" in silent.reason
    write_records(tmp_path / "records.jsonl", records)
    assert "retrained: not asked" not in write_report(tmp_path).read_text()  # of nobody: no line


def test_a_store_keeps_who_was_spared() -> None:
    found = row(PIXELS, spared=("retrained",), face_spared=("look",))
    kept = restore(dump(found))
    assert (kept.spared, kept.face_spared) == (("retrained",), ("look",))


def test_a_cheat_who_silenced_others_is_hasty() -> None:
    cheats = {("pixels", "")}
    assert hasty(row(PIXELS, spared=("look",)), cheats)
    assert not hasty(row(PIXELS, spared=("look",)), set())
    assert not hasty(row(PIXELS), cheats)  # all were asked
    assert not hasty(row(PIXELS, LATE, spared=("look",)), cheats)
    assert hasty(row(LATE, face=(PIXELS,), face_spared=("look",)), cheats)


@pytest.mark.parametrize("resume", [False, True])
def test_rows_that_a_cheat_settled_are_measured_anew(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, resume: bool
) -> None:
    """Where `constant` tells of a cheat, whenever that is found out."""
    told: list[Job] = []

    def measure_all(jobs: Sequence[Job], *_: object, **__: object) -> Iterator[object]:
        told.extend(jobs)
        for number, job in enumerate(jobs):
            honest = row(attack("pixels", NEARLY * 0.5), attack("matched", NEARLY * 0.6))
            fast = honest if job.plan.everybody else row(PIXELS, spared=("matched",))
            yield number, replace(row(PIXELS, LATE) if job.case else fast, defense=job.spec)

    monkeypatch.setattr(run, "measure_all", measure_all)
    plan = Plan(("pixels", "matched"), (), everybody=False, seed=7 + resume)
    for again in range(1 + resume):
        told.clear()
        found = compare(scene, ["none"], plan, folder=tmp_path, few=True, resume=again > 0)
        (leak,) = find(found.records, kind="leakage", name="worst")
        assert leak.value == pytest.approx(float(NEARLY.mean() * 0.6))
    rows = [job for job in told if job.spec == "none" and not job.case]
    assert [job.plan.everybody for job in rows] == ([] if resume else [False, True])


def test_only_a_comparison_spares(scene: Scene) -> None:
    """A search and a planted case need what everybody reaches."""
    plan = Plan(("pixels", "matched"), (), recognizers=("dlib",), everybody=False)
    found = measure("none", scene, plan, judged=False)
    assert {one.attacker for one in found.attacks} == {"pixels", "matched"}
    assert not never([PIXELS])
