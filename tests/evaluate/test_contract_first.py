"""Other people's defenses are checked before their figures are believed."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from unmask.defenses import DEFENSES, testing
from unmask.defenses.files import code_digest
from unmask.evaluate.comparison.contract import broken_contract

CODE = """
from dataclasses import dataclass
import numpy as np
from unmask.defenses import Defense

@dataclass(frozen=True)
class Mine(Defense):
    def apply(self, photo, rng):
        if IDENTITY and not photo.identity:
            return photo.pixels ^ 1
        return np.full_like(photo.pixels, 128)
"""


def install(site: Path, *, looks: bool) -> None:
    """Install the defense as in a new process; `looks`: at the identity."""
    folder = site / "mine-0.1.dist-info"
    folder.mkdir(exist_ok=True)
    (folder / "METADATA").write_text("Metadata-Version: 2.4\nName: mine\nVersion: 0.1\n")
    (folder / "entry_points.txt").write_text("[unmask.defenses]\nmine = mine:Mine\n")
    (site / "mine.py").write_text(CODE.replace("IDENTITY", str(looks)))
    _forget()


def _forget() -> None:
    DEFENSES.__dict__.pop("_entries", None)
    sys.modules.pop("mine", None)
    code_digest._first.clear()
    code_digest._edited.clear()


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield tmp_path
    _forget()


def test_what_fails_is_named_and_an_edit_is_checked_anew(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(site, looks=False)
    assert broken_contract("mine") == ""
    install(site, looks=True)
    told = broken_contract("mine:region=box")
    assert told == ("mine breaks the contract of a defense (blind_to_identity); "
                    "`unmask check mine:region=box` says how")  # fmt: skip
    assert "blind_to_identity" in broken_contract("mine")
    install(site, looks=False)
    monkeypatch.setattr(testing, "run", None)  # known already: nothing is run
    assert broken_contract("mine") == ""


def test_ours_are_not_checked_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(testing, "run", None)
    assert {broken_contract(name) for name in DEFENSES.available() if name != "folder"} == {""}
    with pytest.raises(LookupError, match="did you mean 'pixelate'"):
        broken_contract("pixelat")
