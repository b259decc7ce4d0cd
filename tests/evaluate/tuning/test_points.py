"""What a trial is worth: attacks that broke never make a setting look better."""

import numpy as np
import pytest

from unmask.evaluate.comparison.measured import Attack, Measured
from unmask.evaluate.tuning.points import point_of

PEOPLE = np.repeat(np.arange(12), 2)


def measured(*attacks: Attack, **more: object) -> Measured:
    return Measured("blur", {}, PEOPLE, ("defended",) * 24, attacks, (), **more)  # type: ignore[arg-type]


def attack(name: str, rank1: float) -> Attack:
    return Attack(name, name, informed=True, credits={"rank1": np.full(24, rank1)})


@pytest.mark.parametrize("status", ["invalid", "unavailable"])
def test_an_attack_that_broke_leaves_a_bound(status: str) -> None:
    whole = point_of(measured(attack("pixels", 0.1), attack("retrained", 0.4)))
    lost = Attack("retrained", "retrained", status=status, reason="out of memory")  # type: ignore[arg-type]
    broken = point_of(measured(attack("pixels", 0.1), lost))
    assert whole.leakage.high < 1
    assert (broken.leakage.value, broken.leakage.high) == (pytest.approx(0.1), 1.0)
    assert broken.reason == "retrained: out of memory"


def test_copies_that_failed_leave_a_bound() -> None:
    found = point_of(measured(attack("pixels", 0.1), lost_copies={"KeyError": 3}, copies=9))
    assert found.leakage.high == 1.0
    assert "copies that attackers made failed" in found.reason
