"""What pyproject.toml promises is there: packages, entry points, version, links."""

import tomllib
from importlib.metadata import EntryPoint, entry_points, version
from importlib.util import find_spec
from pathlib import Path

import pytest

import unmask
from unmask.defenses.registry import Registry

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
TOPS = ("defenses", "evaluate", "benchmarks")
ENTRIES = [
    EntryPoint(name, value, group)
    for group, entries in PROJECT["project"]["entry-points"].items()
    for name, value in entries.items()
]


def test_every_folder_with_python_is_packaged() -> None:
    """A folder that is missing from the list works when editable and not from a wheel."""
    folders = {
        ".".join(("unmask", *folder.relative_to(ROOT).parts))
        for top in TOPS
        for folder in ((ROOT / top), *(ROOT / top).rglob("*"))
        if folder.is_dir() and any(folder.glob("*.py"))
    }
    assert {"unmask", *folders} == set(PROJECT["tool"]["setuptools"]["packages"])


def test_every_package_has_its_init() -> None:
    for name in PROJECT["tool"]["setuptools"]["packages"]:
        parts = name.split(".")[1:]
        folder = ROOT.joinpath(*parts) if parts else ROOT / "src" / "unmask"
        assert (folder / "__init__.py").is_file(), name


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"{entry.group}-{entry.name}")
def test_every_entry_point_loads(entry: EntryPoint) -> None:
    loaded = entry.load()
    assert isinstance(loaded, type)
    assert loaded.__module__ == entry.module


def test_the_installed_entry_points_are_these() -> None:
    """Else the installation is stale: run `pip install -e .` again."""
    installed = {
        (entry.group, entry.name, entry.value)
        for group in PROJECT["project"]["entry-points"]
        for entry in entry_points(group=group)
        if entry.dist and entry.dist.name == "unmask"
    }
    assert installed == {(entry.group, entry.name, entry.value) for entry in ENTRIES}


def test_one_version() -> None:
    assert unmask.__version__ == PROJECT["project"]["version"] == version("unmask")


def test_types_are_shipped() -> None:
    assert (ROOT / "src" / "unmask" / "py.typed").is_file()
    assert "py.typed" in PROJECT["tool"]["setuptools"]["package-data"]["unmask"]


@pytest.mark.parametrize("top", TOPS)
def test_the_links_for_type_checkers_lead_home(top: str) -> None:
    link = ROOT / "src" / "unmask" / top
    assert link.is_symlink()
    assert link.resolve() == ROOT / top


@pytest.mark.parametrize("top", TOPS)
def test_a_top_folder_is_not_importable_by_its_bare_name(top: str) -> None:
    """`evaluate` alone is Hugging Face's; ours must never stand in for it."""
    spec = find_spec(top)
    assert spec is None or Path(spec.origin or "").parent != ROOT / top


def test_loading_an_unknown_name_says_what_is_near() -> None:
    registry: Registry[object] = Registry("unmask.defenses", "defense", "builtins:object")
    with pytest.raises(LookupError, match="no defense named 'pixelat'; did you mean 'pixelate'"):
        registry.load("pixelat")
