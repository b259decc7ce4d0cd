"""Every registered defense keeps the contract: one test for each defense and check."""

import pytest

from unmask.defenses import DEFENSES
from unmask.defenses.testing import CHECKS, Check, run


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", DEFENSES.available())
def test_every_defense(name: str, check: Check) -> None:
    run(check, DEFENSES.load(name)())
