"""A package counts as installed where another of its names is."""

import importlib.metadata
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
from typer.testing import CliRunner

from unmask import packages
from unmask.defenses.apply.summary import _versions
from unmask.evaluate.cli import app
from unmask.evaluate.comparison.versions import _closure


@pytest.fixture
def headless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which OpenCV has come without windows."""
    folder = tmp_path / "opencv_python_headless-5.0.9.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: opencv-python-headless\nVersion: 5.0.9\n"
    )
    there = importlib.metadata.distribution

    def found(name: str) -> importlib.metadata.Distribution:
        if name == "opencv-python":
            raise PackageNotFoundError(name)
        if name == "opencv-python-headless":
            return importlib.metadata.Distribution.at(folder)
        return there(name)

    monkeypatch.setattr(packages, "distribution", found)


def test_opencv_without_windows_is_opencv(headless: None) -> None:
    assert packages.installed("opencv-python").version == "5.0.9"
    with pytest.raises(PackageNotFoundError):
        packages.installed("no-such-package")


def test_its_version_is_part_of_what_runs_are_compared_by(headless: None) -> None:
    found = _closure({"unmask": importlib.metadata.distribution("unmask")})
    assert found["opencv-python"] == "5.0.9"
    assert _versions()["opencv-python"] == "5.0.9"


def test_doctor_goes_on(headless: None) -> None:
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 0, result.output
    assert "opencv-python 5.0.9" in result.output
