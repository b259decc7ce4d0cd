"""Every registered defense keeps the contract: one test for each defense and check.

Not `folder`: it only looks up what another program made, and has tests of its own.
"""

import pytest

from unmask.defenses import DEFENSES
from unmask.defenses.testing import CHECKS, Check, run


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", [n for n in DEFENSES.available() if n != "folder"])
def test_every_defense(name: str, check: Check) -> None:
    run(check, DEFENSES.load(name)())
