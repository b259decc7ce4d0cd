"""The floors of the house: imports only go down. Read from the import statements.

Each line of `FLOORS` is a floor, from the ground up. A room uses its own files and those of lower
floors; never a room above, nor one beside. `pytest tests/test_layers.py -s` prints the table.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOORS = {
    "defenses": (
        ("held",),
        ("photo", "space", "registry"),
        ("files",),
        ("faces",),
        ("ideas",),  # base, testing, and one file a defense: every file that is named nowhere here
        ("face_swap", "planted", "presets", "programs"),
        ("apply",),
    ),
    "evaluate": (
        ("data", "statistics", "results", "pages"),
        ("vlm",),
        ("recognizers", "metrics", "report"),
        ("attackers", "collection"),
        ("comparison",),
        ("tuning", "audit", "lab", "verify", "advice", "testing", "kit"),
        ("demo",),
        ("cli",),
    ),
    "benchmarks": (("ideas",),),
}
TOPS = tuple(FLOORS)  # each may use itself and those before it
PACKAGES = {"optuna": "evaluate/tuning"}  # the one room that knows a package


def imports(source: str) -> Iterator[tuple[int, int, str, str]]:
    """Yield line, level (0 is absolute), module and name of each import, wherever it stands."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, 0, alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (
                (node.lineno, node.level, node.module or "", alias.name) for alias in node.names
            )


def target(path: Path, level: int, module: str, name: str) -> tuple[str, ...]:
    """Return what is imported as parts below the root; of other packages, their own parts."""
    parts = [*filter(None, module.split(".")), *filter(None, [name])]
    if level:
        return (*path.parts[: len(path.parts) - level], *parts)
    return tuple(parts[1:] if parts[0] == "unmask" and parts[1:] else parts)


def room(parts: tuple[str, ...]) -> tuple[str, int] | None:
    """Return room and floor of a module; None for a top folder's own `__init__`."""
    if len(parts) < 2 or parts[1].removesuffix(".py") == "__init__":
        return None
    name = parts[1].removesuffix(".py")
    floors = {one: number for number, floor in enumerate(FLOORS[parts[0]]) for one in floor}
    return (name, floors[name]) if name in floors else ("ideas", floors.get("ideas", 99))


def slips(path: Path, source: str) -> list[str]:
    """Return what is wrong with the imports of one file, `path` relative to the root."""
    top, found = path.parts[0], []
    for line, level, module, name in imports(source):
        whole, what = f"{path}:{line} imports {module or '.'}", target(path, level, module, name)
        if level and level > len(path.parts) - 1:
            found.append(f"{path}:{line} leaves its top folder by a relative import")
        elif not level and module.split(".")[0] in TOPS:
            found.append(f"{whole} bare; it is unmask.{module}")
        elif not level and what[0] in PACKAGES:
            if not path.as_posix().startswith(f"{PACKAGES[what[0]]}/"):
                found.append(f"{whole}; only {PACKAGES[what[0]]} may")
        elif what[0] in TOPS and what[0] != top:
            if TOPS.index(what[0]) > TOPS.index(top):
                found.append(f"{whole}; {top} must not know {what[0]}")
        elif what[0] == top and not level:
            found.append(f"{whole}; within {top} imports are relative")
        elif what[0] == top:
            here, there = room(path.parts), room(what)
            if here and there and there[0] != here[0] and there[1] >= here[1]:
                way = "up" if there[1] > here[1] else "sideways"
                found.append(f"{whole}: {way}, from {here[0]} to {there[0]}")
    return found


@cache
def sources() -> Mapping[Path, str]:
    """Return every source below the top folders, by its path relative to the root."""
    files = (file for top in TOPS for file in sorted((ROOT / top).rglob("*.py")))
    return {file.relative_to(ROOT): file.read_text("utf-8") for file in files}


@pytest.mark.parametrize("top", TOPS)
def test_imports_go_down(top: str) -> None:
    files = [path for path in sources() if path.parts[0] == top]
    assert files
    found = [slip for path in files for slip in slips(path, sources()[path])]
    for number, floor in reversed(list(enumerate(FLOORS[top], 1))):
        print(f"{top} {number}: {', '.join(floor)}")
    print(f"imports that go up or sideways: {len(found)}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("top", ["defenses", "evaluate"])
def test_every_room_has_a_floor_and_says_what_lives_there(top: str) -> None:
    known = {name for floor in FLOORS[top] for name in floor} - {"ideas"}
    for folder in sorted(
        path for path in (ROOT / top).iterdir() if (path / "__init__.py").exists()
    ):
        assert folder.name in known, f"{folder.name} has no floor"
        text = ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8"))) or ""
        assert text.count(".") >= 2, f"{folder.name}: what lives here, what may it use?"


def circles(links: Mapping[str, set[str]]) -> list[set[str]]:
    """Return the sets of modules of which each imports, in the end, each other."""

    @cache
    def reach(start: str) -> frozenset[str]:
        seen: set[str] = set()
        todo = [start]
        while todo:
            fresh = links.get(todo.pop(), set()) - seen
            seen |= fresh
            todo += fresh
        return frozenset(seen)

    rings = [frozenset(b for b in reach(a) if a in reach(b)) for a in links if a in reach(a)]
    return [set(ring) for ring in dict.fromkeys(rings)]


def test_no_circles() -> None:
    names = {".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in sources()}
    links: dict[str, set[str]] = defaultdict(set)
    for path, source in sources().items():
        own = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
        if own in TOPS:  # the doors name what is inside
            continue
        for _, level, module, name in imports(source):
            what = ".".join(target(path, level, module, name))
            found = what if what in names else what.rpartition(".")[0]
            if found in names and found not in TOPS and found != own:
                links[own].add(found)
    found = circles(dict(links))
    print(f"circles: {len(found)}")
    assert not found, found


def test_a_circle_is_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [{"a", "b", "c"}]
    assert circles({"a": {"b", "c"}, "b": {"c"}}) == []


def test_tests_import_ours_by_the_full_name() -> None:
    bare = [
        f"{file.relative_to(ROOT)}:{line} {module}"
        for file in sorted((ROOT / "tests").rglob("*.py"))
        for line, level, module, _ in imports(file.read_text("utf-8"))
        if level == 0 and module.split(".")[0] in TOPS
    ]
    assert not bare


@pytest.mark.parametrize(
    ("path", "line", "slip"),
    [
        ("defenses/mask.py", "from unmask.evaluate import compare", "must not know evaluate"),
        ("evaluate/data/orl.py", "import unmask.benchmarks.tables", "must not know benchmarks"),
        ("evaluate/data/orl.py", "from defenses import Photo", "bare"),
        ("evaluate/data/orl.py", "from unmask.evaluate.data import base", "are relative"),
        ("evaluate/data/orl.py", "from .... import defenses", "leaves its top folder"),
        ("defenses/x.py", "from ..evaluate import plan", "leaves its top folder"),
        ("defenses/x.py", "from unmask import evaluate", "must not know evaluate"),
        ("evaluate/x.py", "from optuna.trial import Trial", "only evaluate/tuning may"),
        ("evaluate/comparison/plan.py", "import optuna", "only evaluate/tuning may"),
        ("evaluate/attackers/named.py", "from ..audit.people import Person", "up, from attackers"),
        ("evaluate/attackers/named.py", "from .. import comparison", "up, from attackers"),
        ("evaluate/audit/run.py", "from ..lab.words import FACTS", "sideways, from audit to lab"),
        ("evaluate/lab/run.py", "def f():\n    from ..audit import run", "sideways"),
        ("evaluate/statistics/roc.py", "from ..data.base import Bad", "sideways"),
        ("defenses/faces/slim.py", "from ..mask import Mask", "up, from faces to ideas"),
        ("defenses/mask.py", "from .apply.tree import apply", "up, from ideas to apply"),
        ("defenses/files/cache.py", "from ..faces.find import find_faces", "up"),
        ("evaluate/attackers/named.py", "from ..vlm.base import Model", ""),
        ("evaluate/tuning/study.py", "import optuna", ""),
        ("evaluate/cli/tune.py", "from ..tuning.run import tune", ""),
        ("evaluate/data/orl.py", "from unmask.defenses import Photo", ""),
        ("defenses/mask.py", "from .base import Defense", ""),
        (
            "benchmarks/x.py",
            "from unmask.evaluate import Plan\nfrom unmask import __version__",
            "",
        ),
        ("defenses/faces/slim.py", "from ..photo import Pixels", ""),
    ],
)
def test_slips_are_found(path: str, line: str, slip: str) -> None:
    found = slips(Path(path), line)
    assert (slip in found[0]) if slip else not found, found
