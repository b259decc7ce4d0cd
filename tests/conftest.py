"""What all tests share: a cache of their own, one thread, a few real faces."""

import os
import tempfile

os.environ["UNMASK_CACHE"] = tempfile.mkdtemp(prefix="unmask-tests-")
os.environ["UNMASK_OFFLINE"] = "1"  # dlib alone: quick, and the same everywhere
os.environ["MPLCONFIGDIR"] = os.environ["UNMASK_CACHE"]

import pytest

from unmask.evaluate.data.scene import Scene, prepare
from unmask.threads import pin_threads

pin_threads()


@pytest.fixture(scope="session")
def scene() -> Scene:
    """Sixteen people of ORL: four background, four search, eight test."""
    return prepare("orl:people=16,photos=6")
