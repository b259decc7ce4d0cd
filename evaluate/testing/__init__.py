"""The contracts of all kinds of plug-ins, as checks that anybody can run on theirs.

A check is a function of one plug-in and raises `ContractError` with what it saw. In a test of
another package:

    from unmask.evaluate.testing import metric_checks, run

    @pytest.mark.parametrize("check", metric_checks, ids=lambda check: check.__name__)
    def test_mine(check) -> None:
        run(check, Mine())

A file a kind; those of defenses are `unmask.defenses.testing`. They use small photos that lie on
every machine, and no network. A check is added to the tuple of its kind, and gets a plug-in that
fails it in `tests/evaluate/test_contracts.py`.
"""

from unmask.defenses.testing import CHECKS, ContractError

from .attackers import attacker_checks
from .datasets import dataset_checks
from .detectors import detector_checks
from .kinds import KINDS, Kind, kinds_of
from .metrics import metric_checks
from .recognizers import recognizer_checks
from .running import Check, run

defense_checks = CHECKS

__all__ = [
    "KINDS",
    "Check",
    "ContractError",
    "Kind",
    "attacker_checks",
    "dataset_checks",
    "defense_checks",
    "detector_checks",
    "kinds_of",
    "metric_checks",
    "recognizer_checks",
    "run",
]
