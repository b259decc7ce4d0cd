"""What all tests share: a cache of their own, one thread, a few real faces."""

import os
import tempfile

os.environ["UNMASK_CACHE"] = tempfile.mkdtemp(prefix="unmask-tests-")
os.environ["UNMASK_OFFLINE"] = "1"  # dlib alone: quick, and the same everywhere
os.environ["MPLCONFIGDIR"] = os.environ["UNMASK_CACHE"]

import importlib.util
import shutil
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from unmask.device import CPU, VARIABLE, device, on_device
from unmask.evaluate.data.scene import Scene, prepare
from unmask.threads import pin_threads

pin_threads()
DEVICE = os.environ.get(VARIABLE)  # that of the whole run


LONGEST = (  # minutes of a processor each: whoever begins with them ends with the others
    "tuning/test_search.py", "tests/test_contract.py", "vlm/test_vlm_audit.py",
    "evaluate/test_cli.py", "vlm/test_vlm_study.py", "tests/test_docs.py",
    "evaluate/test_stale.py", "tests/test_contributing.py", "tests/test_kit.py",
    "evaluate/test_contracts.py", "evaluate/test_on_ray.py", "tests/test_tutorial.py",
    "shards/test_ray.py", "evaluate/test_workers.py", "tests/test_plugin.py",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files, so that no process is left alone with one at the end."""
    place = {name: number for number, name in enumerate(LONGEST)}

    def turn(item: pytest.Item) -> int:
        return min((place[n] for n in LONGEST if item.path.as_posix().endswith(n)), default=99)

    items.sort(key=turn)


@pytest.fixture(scope="session")
def scene() -> Scene:
    """Sixteen people of ORL: four background, four search, eight test."""
    return prepare("orl:people=16,photos=6")


@pytest.fixture(autouse=True)
def _no_example_faces(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let comparisons make no example faces, a second a defense, unless a test is about them."""
    if "example_faces" not in request.keywords:
        monkeypatch.setattr("unmask.evaluate.report.faces.TAKEN", False)


@pytest.fixture(autouse=True)
def _same_device() -> Iterator[None]:
    """Forget the device that a command chose, where a test ran it in this process."""
    yield
    os.environ.pop(VARIABLE, None)
    if DEVICE:
        os.environ[VARIABLE] = DEVICE


@pytest.fixture(autouse=True)
def _one_plot(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let runs plot as PNG alone: SVG and PDF take another second, and a test of their own."""
    monkeypatch.setattr("unmask.evaluate.report.page.SUFFIXES", (".png",))


@pytest.fixture
def accelerator() -> str:
    """The device that tests marked `gpu` compare with the processor; skipped where there is none.

    It is put into use by `with on_device(accelerator)`.
    """
    with on_device("auto"):
        found = device()
    if found == CPU:
        pytest.skip("no accelerator here, neither cuda nor mps")
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium, see `browser.py`; without one, tests that look at pages are skipped.

    It ends with the file of tests, since Playwright keeps an event loop running, in which others
    could start none.
    """
    spec = importlib.util.spec_from_file_location(
        "unmask_tests_browser", Path(__file__).with_name("browser.py")
    )
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look there
    spec.loader.exec_module(module)
    with module.started() as chromium:
        yield chromium


@pytest.fixture(scope="session")
def lay_out() -> Callable[..., None]:
    """Install a package by hand: `lay_out(package, site)`, a second where pip takes ten."""

    def laid_out(source: Path, site: Path, *, name: str = "") -> None:
        project = tomllib.loads((source / "pyproject.toml").read_text("utf-8"))["project"]
        called, version = name or project["name"], project["version"]
        folder = site / f"{called.replace('-', '_')}-{version}.dist-info"
        folder.mkdir(parents=True)
        for module in source.glob("*.py"):
            shutil.copy(module, site)
        (folder / "METADATA").write_text(
            f"Metadata-Version: 2.4\nName: {called}\nVersion: {version}\n", "utf-8"
        )
        lines = []
        for group, entries in project["entry-points"].items():
            lines += [f"[{group}]", *(f"{key} = {value}" for key, value in entries.items())]
        (folder / "entry_points.txt").write_text("\n".join(lines) + "\n", "utf-8")

    return laid_out
