"""The examples in the docstrings of all defenses run, and there is one in each."""

import doctest
import sys

import pytest

from unmask.defenses import DEFENSES


@pytest.mark.parametrize("name", DEFENSES.available())
def test_example(name: str) -> None:
    module = sys.modules[DEFENSES.load(name).__module__]
    failed, tried = doctest.testmod(module)
    assert failed == 0
    assert tried > 0
