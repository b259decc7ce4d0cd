"""What installed code is, by its content: a version says little while somebody works on it."""

from __future__ import annotations

import ast
import hashlib
import os
import secrets
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.metadata import Distribution, entry_points
from importlib.util import find_spec
from pathlib import Path

_OURS = "unmask"
_GROUPS = "unmask."  # of entry points
_OURS_KEPT = (".py", ".safetensors")  # a checkout holds tables and pictures that a wheel has not
_BYTECODE = (".pyc", ".pyo")
_INSTALLED = {"site-packages", "dist-packages"}
_DIGITS = 16
_SALT = secrets.token_hex(4)

_digests: dict[tuple[str, int, int], str] = {}  # by path, size and time
_imports: dict[str, frozenset[str]] = {}  # by digest of a source
_first: dict[str, str] = {}  # by distribution: its digest when this process first asked
_edited: set[str] = set()


def file_digest(path: Path | str) -> str:
    """Return 16 hexadecimal digits of the SHA-256 of a file; it is read once while it stays.

    Raises:
        OSError: it cannot be read.
    """
    facts = os.stat(path)
    key = (str(path), facts.st_size, facts.st_mtime_ns)
    if key not in _digests:
        with open(path, "rb") as stream:
            _digests[key] = hashlib.file_digest(stream, "sha256").hexdigest()[:_DIGITS]
    return _digests[key]


def folder_digest(folder: Path) -> str:
    """Return 16 hexadecimal digits over the names and the content of all files below a folder."""
    return _of(dict(_below(str(folder), "")))


def code_digest(distribution: Distribution) -> str:
    """Return 16 hexadecimal digits over the code of a distribution.

    It covers the files that were installed, and the whole packages (or single modules) that
    its entry points of `unmask.*` name, wherever they lie: so an editable checkout counts as
    it is now. What those import is followed as long as it is installed by nobody, such as a
    module beside them. Names are relative, so that two machines with the same code agree.
    What is imported under a name made at run time is not seen.

    Code that was edited while this process runs is told apart from the same code in a new
    process, because nobody knows which of both is at work here.
    """
    name = distribution_name(distribution)
    return _watched(name, _files(distribution, ours=name == _OURS))


def digest_of_modules(modules: Sequence[str]) -> str | None:
    """Return the digest of modules and of what they import that nobody installed.

    It is empty if there is no file of any, and None if they were edited since this process first
    asked: then nobody knows which of both is at work.

    Args:
        modules: their dotted names.
    """
    files = _reached(modules)
    now = _of(files) if files else ""
    return now if now == _first.setdefault(f"modules {' '.join(modules)}", now) else None


def is_installed(module: str) -> bool:
    """Return whether a module is Python's, ours, or of an installed package: of one version."""
    top = module.partition(".")[0]
    if top == _OURS or top in sys.stdlib_module_names:
        return True
    known = sys.modules.get(module) or sys.modules.get(top)
    file = getattr(known, "__file__", None)
    if known is None:
        return not any(map(_is_nobodys, _module(module).values()))
    return module != "__main__" and file is not None and not _is_nobodys(file)


@cache
def owner_of(module: str) -> Distribution | None:
    """Return the distribution that registers something of `unmask` out of a module."""
    entries = entry_points(module=module)
    return next((entry.dist for entry in entries if entry.group.startswith(_GROUPS)), None)


def _watched(name: str, files: dict[str, str]) -> str:
    """Return the digest of files, marked if it is not what it was when first asked for."""
    if not files:
        return f"unknown-{_SALT}"
    now = _of(files)
    if now == _first.setdefault(name, now):
        return now
    _edited.add(name)
    return f"{now}-edited-{_SALT}"


@cache
def distribution_name(distribution: Distribution) -> str:
    """Return the name of a distribution, whose file of facts is read once: it may be long."""
    return distribution.metadata["Name"]


def edited() -> frozenset[str]:
    """Return the distributions that were seen to change while this process runs."""
    return frozenset(_edited)


def _of(files: dict[str, str]) -> str:
    whole = hashlib.sha256()
    for label, path in sorted(files.items()):
        whole.update(f"{label}\x1f{_digest_or_missing(path)}\n".encode())
    return whole.hexdigest()[:_DIGITS]


def _digest_or_missing(path: str) -> str:
    try:
        return file_digest(path)
    except OSError as error:
        return f"not read: {error.errno}"


def _files(distribution: Distribution, *, ours: bool) -> dict[str, str]:
    """Return the files of a distribution by names that are the same on every machine."""
    if ours:
        return {label: path for label, path in _module(_OURS).items() if path.endswith(_OURS_KEPT)}
    found = {
        file.as_posix(): str(file.locate())
        for file in distribution.files or ()
        if _is_code(file.parts)
    }
    entries = [e.module for e in distribution.entry_points if e.group.startswith(_GROUPS)]
    return found | _reached(entries)


def _reached(entries: Sequence[str]) -> dict[str, str]:
    """Return the files of modules, and of what they import that nobody installed."""
    found: dict[str, str] = {}
    todo, seen = list(entries), set[str]()
    while todo:
        module = todo.pop()
        if module in seen or module.partition(".")[0] == _OURS:
            continue
        seen.add(module)
        there = _module(module)
        if module not in entries and not any(map(_is_nobodys, there.values())):
            continue  # of Python or of another distribution, whose version is recorded
        found |= there
        for path in there.values():
            todo += _imported(path)
    return found


def _is_code(parts: tuple[str, ...]) -> bool:
    """Whether a file that an installer lists is the same on every machine, and is run or read."""
    return not (
        parts[0] in ("..", "/")  # scripts and links to this machine's Python
        or parts[0].endswith((".dist-info", ".egg-info", ".pth"))
        or parts[0].startswith("__editable__")
        or "__pycache__" in parts
        or parts[-1].endswith(_BYTECODE)
    )


def _module(name: str) -> dict[str, str]:
    """Return the files of the package or module that a dotted name begins with.

    Of a namespace, which nobody owns, it is the first part that somebody does.
    """
    parts = name.split(".")
    for count in range(1, len(parts) + 1):
        label = "/".join(parts[:count])
        try:
            spec = find_spec(".".join(parts[:count]))
        except (ImportError, ValueError, AttributeError):
            return {}
        if spec is None:
            return {}
        if spec.origin and spec.submodule_search_locations:
            folders = spec.submodule_search_locations
            return dict(item for folder in folders for item in _below(folder, f"{label}/"))
        if spec.has_location and spec.origin:
            return {f"{label}{Path(spec.origin).suffix}": spec.origin}
        if not spec.submodule_search_locations:
            return {}  # built into Python
    return {}


def _below(folder: str, label: str) -> Iterator[tuple[str, str]]:
    """Yield label and path of each file; links are followed, as those of a checkout are."""
    for parent, folders, names in os.walk(folder, followlinks=True):
        inside = parent.removeprefix(str(folder)).replace(os.sep, "/").strip("/")
        inside = label + (f"{inside}/" if inside else "")
        folders[:] = [
            f for f in folders if not f.startswith(".") and f != "__pycache__"
            and not _is_above(os.path.join(parent, f))
        ]  # fmt: skip
        for name in names:
            if not name.startswith(".") and not name.endswith(_BYTECODE):
                yield inside + name, os.path.join(parent, name)


def _is_above(folder: str) -> bool:
    """Whether a folder is a link to one that holds it: a circle."""
    if not os.path.islink(folder):
        return False
    return Path(folder).parent.resolve().is_relative_to(Path(folder).resolve())


def _is_nobodys(path: str) -> bool:
    if _INSTALLED & set(Path(path).parts):
        return False
    return not any(Path(path).is_relative_to(place) for place in _pythons_own())


@cache
def _pythons_own() -> tuple[str, ...]:
    return tuple(sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib"))


def _imported(path: str) -> frozenset[str]:
    """Return the names that a source imports, without those of Python itself."""
    if not path.endswith(".py"):
        return frozenset()
    digest = _digest_or_missing(path)
    if digest not in _imports:
        try:
            tree = ast.parse(Path(path).read_bytes())
        except (OSError, SyntaxError, ValueError):
            return frozenset()
        names = {
            name
            for node in ast.walk(tree)
            for name in (
                [alias.name for alias in node.names] if isinstance(node, ast.Import)
                else [f"{node.module}.{alias.name}" for alias in node.names]
                if isinstance(node, ast.ImportFrom) and not node.level
                else []
            )
        }  # fmt: skip
        _imports[digest] = frozenset(
            name for name in names if name.partition(".")[0] not in sys.stdlib_module_names
        )
    return _imports[digest]
