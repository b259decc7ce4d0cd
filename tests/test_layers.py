"""Imports point one way: defenses <- evaluate <- benchmarks. Read from the import statements."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOPS = ("defenses", "evaluate", "benchmarks")
MAY_USE = {
    "defenses": {"defenses"},
    "evaluate": {"defenses", "evaluate"},
    "benchmarks": {"defenses", "evaluate", "benchmarks"},
}


def imports(source: str) -> Iterator[tuple[int, int, str]]:
    """Yield line, level (0 is absolute) and full dotted name of each import in a source."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, 0, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = f"{node.module}." if node.module else ""
            yield from ((node.lineno, node.level, base + alias.name) for alias in node.names)


def slips(top: str, path: Path, source: str) -> list[str]:
    """Return what is wrong with the imports of one file, `path` relative to the root."""
    found = []
    for line, level, name in imports(source):
        parts = name.split(".")
        if level:
            if level > len(path.parts) - 1:
                found.append(f"{path}:{line} leaves its top folder by a relative import")
            continue
        if parts[0] in TOPS:
            found.append(f"{path}:{line} imports {name} bare; it is unmask.{name}")
        elif parts[0] == "optuna" and path.parts[:2] != ("evaluate", "tuning"):
            found.append(f"{path}:{line} imports optuna; only evaluate/tuning may")
        elif parts[0] == "unmask" and len(parts) > 1 and parts[1] in TOPS:
            if parts[1] not in MAY_USE[top]:
                found.append(f"{path}:{line} imports {name}; {top} must not know {parts[1]}")
            elif parts[1] == top:
                found.append(f"{path}:{line} imports {name}; within {top} imports are relative")
    return found


@pytest.mark.parametrize("top", TOPS)
def test_imports_point_one_way(top: str) -> None:
    files = sorted((ROOT / top).rglob("*.py"))
    assert files
    found = [
        slip
        for file in files
        for slip in slips(top, file.relative_to(ROOT), file.read_text("utf-8"))
    ]
    assert not found, "\n".join(found)


def test_tests_import_ours_by_the_full_name() -> None:
    bare = [
        f"{file.relative_to(ROOT)}:{line} {name}"
        for file in sorted((ROOT / "tests").rglob("*.py"))
        for line, level, name in imports(file.read_text("utf-8"))
        if level == 0 and name.split(".")[0] in TOPS
    ]
    assert not bare


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("defenses/x.py", "from unmask.evaluate import Attacker"),
        ("defenses/x.py", "def f():\n    import unmask.benchmarks.speed"),
        ("defenses/x.py", "from unmask import evaluate"),
        ("defenses/x.py", "import optuna"),
        ("defenses/x.py", "from unmask.defenses import Photo"),
        ("defenses/x.py", "from ..evaluate import plan"),
        ("defenses/faces/x.py", "from ...evaluate import plan"),
        ("evaluate/x.py", "import evaluate"),
        ("evaluate/x.py", "from optuna.trial import Trial"),
        ("evaluate/x.py", "from unmask.benchmarks import speed"),
        ("benchmarks/x.py", "from defenses.base import Defense"),
    ],
)
def test_a_slip_is_seen(path: str, source: str) -> None:
    assert slips(path.split("/")[0], Path(path), source)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("defenses/faces/x.py", "from ..photo import Photo"),
        ("evaluate/x.py", "from unmask.defenses import Photo\nfrom .plan import Plan"),
        ("evaluate/tuning/study.py", "import optuna"),
        ("benchmarks/x.py", "from unmask.evaluate import plan\nfrom unmask import __version__"),
    ],
)
def test_what_is_allowed_is_left_alone(path: str, source: str) -> None:
    assert not slips(path.split("/")[0], Path(path), source)
