"""What a class is by what it would run: for one that no installed package vouches for."""

from __future__ import annotations

import dis
import functools
import hashlib
import io
import pickle
import secrets
import sys
from collections.abc import Iterator
from types import (
    BuiltinFunctionType,
    CodeType,
    FunctionType,
    GetSetDescriptorType,
    MappingProxyType,
    MemberDescriptorType,
    ModuleType,
)
from typing import Any

from .code_digest import code_digest, digest_of_modules, is_installed, owner_of

_DIGITS = 16
_NO_CODE = frozenset({  # of a class: where it stands and what `dataclass` and `ABC` keep
    "__dict__", "__weakref__", "__doc__", "__module__", "__qualname__", "__annotations__",
    "__annotate__", "__annotate_func__", "__annotations_cache__", "__firstlineno__",
    "__static_attributes__", "__dataclass_fields__", "__dataclass_params__", "_abc_impl",
    "__abstractmethods__", "__parameters__",
})  # fmt: skip
_MADE = "<string>"  # the file of the methods that `dataclass` writes


def class_digest(kind: type) -> str:
    """Return the digest of the code that a class comes from; empty for one of ours.

    For what a class says itself about its version, as `fingerprint` of a recognizer does: our
    own do so with care, and one of others may be edited without a word. Where nobody can tell
    what a class is, it has another digest each time.
    """
    if kind.__module__.partition(".")[0] == "unmask":
        return ""
    owner = owner_of(kind.__module__)
    return code_digest(owner) if owner is not None else told_digest(kind)


def told_digest(kind: type) -> str:
    """Return `live_digest`, or what equals no other digest."""
    return live_digest(kind) or f"unknown-{secrets.token_hex(8)}"


def is_importable(kind: type) -> bool:
    """Return whether another process finds a class by its module and name.

    It does not find what stands in a notebook, in the script that runs, or in a function.
    """
    if kind.__module__ == "__main__" or "<locals>" in kind.__qualname__:
        return False
    module = sys.modules.get(kind.__module__)
    if getattr(module, "__spec__", None) is None or not getattr(module, "__file__", None):
        return False
    found: object = module
    for name in kind.__qualname__.split("."):
        found = getattr(found, name, None)
    return found is kind


def live_digest(kind: type) -> str:
    """Return 16 hexadecimal digits over what a class would run now; empty if nobody can tell.

    It covers the class as it is in memory, with what it inherits, calls and reads: functions,
    classes, modules and values of the user, followed through names and closures, and, by
    version, what is installed. Files of modules that it imports late count as they lie there, and
    where one was edited since this process first asked, nobody can tell. So a class that was
    edited in a notebook is another one, though name and parameters stayed.

    What it reads from files of data, or finds by a name made at run time, is not seen.
    """
    walk = _Walk()
    try:
        live = walk.digest(kind)
    except (pickle.PicklingError, TypeError, AttributeError, ValueError, RecursionError,
            NotImplementedError, RuntimeError):  # fmt: skip
        return ""  # a lock, an open file, a circle
    modules = {name for name in walk.imported if not is_installed(name)}
    files = digest_of_modules(sorted(modules - {"__main__"}))
    if files is None:
        return ""
    return hashlib.sha256(f"{live} {files}".encode()).hexdigest()[:_DIGITS]


class _Walk:
    """Goes through everything that is reached; `imported` are modules that it cannot see into."""

    def __init__(self) -> None:
        self.imported: set[str] = set()
        self._seen: dict[int, tuple[int, Any]] = {}  # what is kept keeps its id

    def digest(self, thing: Any) -> str:
        """Return a digest of any value; equal in another process."""
        buffer = io.BytesIO()
        _Pickler(buffer, self).dump(thing)
        return hashlib.sha256(buffer.getvalue()).hexdigest()

    def mark(self, thing: Any) -> Any:
        """Return what stands for a thing that `pickle` would tell by its name alone; else None."""
        if isinstance(thing, set | frozenset):  # their order differs between processes
            return "set", sorted(map(self.digest, thing))
        if isinstance(thing, MappingProxyType):
            return "mapping", self.digest(dict(thing))
        if isinstance(thing, CodeType):
            return "code", self.digest(_code(thing))
        if isinstance(thing, staticmethod | classmethod):
            return type(thing).__name__, self.digest(thing.__func__)
        if isinstance(thing, property):
            return "property", self.digest((thing.fget, thing.fset, thing.fdel))
        if isinstance(thing, functools.cached_property):
            return "property", self.digest(thing.func)
        if isinstance(thing, MemberDescriptorType | GetSetDescriptorType):
            return "slot", thing.__name__
        if isinstance(thing, FunctionType):
            return self._once(thing, thing.__module__, self._function)
        if isinstance(thing, type):
            return self._once(thing, thing.__module__, self._class)
        if isinstance(thing, ModuleType):
            return self._once(thing, thing.__name__, self._module)
        if callable(thing) and hasattr(thing, "__wrapped__"):  # as functools.cache makes
            return "wrapped", type(thing).__name__, self.digest(thing.__wrapped__)
        if isinstance(thing, BuiltinFunctionType) and isinstance(thing.__self__, ModuleType):
            return "built in", thing.__module__, thing.__qualname__
        return None

    def _once(self, thing: Any, module: str | None, read: Any) -> Any:
        if module and is_installed(module):
            return "installed", module, getattr(thing, "__qualname__", ""), _version(module)
        if id(thing) in self._seen:
            return "seen", self._seen[id(thing)][0]
        self._seen[id(thing)] = len(self._seen), thing
        return read.__name__, self.digest(read(thing))

    def _function(self, function: FunctionType) -> Any:
        names = dict.fromkeys(_names(function.__code__))
        self.imported.update(_imported(function.__code__))
        known = function.__globals__
        cells = [_content(cell) for cell in function.__closure__ or ()]
        return (
            function.__code__, function.__defaults__, function.__kwdefaults__, cells,
            function.__dict__, {name: known[name] for name in names if name in known},
        )  # fmt: skip

    def _class(self, kind: type) -> Any:
        self.imported.add(kind.__module__)
        own = {
            name: value
            for name, value in sorted(vars(kind).items())
            if name not in _NO_CODE and not _is_made(kind, name, value)
        }
        return kind.__bases__, type(kind), own

    def _module(self, module: ModuleType) -> Any:
        self.imported.add(module.__name__)
        return {k: v for k, v in sorted(vars(module).items()) if not k.startswith("__")}


class _Pickler(pickle.Pickler):
    """Writes values, and digests in place of all that runs."""

    def __init__(self, buffer: io.BytesIO, walk: _Walk) -> None:
        super().__init__(buffer, protocol=4)
        self.fast = True  # what is equal is written equally, whether or not it is one object
        self._walk = walk

    def persistent_id(self, thing: Any) -> Any:
        """Called for everything before it is written."""
        return self._walk.mark(thing)


def _code(code: CodeType) -> Any:
    """Return all of a code that runs: not where it stands."""
    return (
        code.co_code, code.co_consts, code.co_names, code.co_varnames, code.co_freevars,
        code.co_cellvars, code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount,
        code.co_flags, code.co_exceptiontable,
    )  # fmt: skip


def _parts(code: CodeType) -> Iterator[CodeType]:
    yield code
    for value in code.co_consts:
        if isinstance(value, CodeType):
            yield from _parts(value)


def _names(code: CodeType) -> Iterator[str]:
    """Yield the globals that a code, and what is defined in it, looks up."""
    for part in _parts(code):
        for step in dis.get_instructions(part):
            if step.opname in ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS"):
                yield step.argval


def _imported(code: CodeType) -> Iterator[str]:
    """Yield the modules that a code imports when it runs."""
    for part in _parts(code):
        for step in dis.get_instructions(part):
            if step.opname == "IMPORT_NAME" and step.argval:
                yield step.argval


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # not bound yet
        return None


def _is_made(kind: type, name: str, value: Any) -> bool:
    """Whether `dataclass` wrote a method, which follows from fields that are read anyway."""
    return (
        "__dataclass_params__" in vars(kind)
        and name.startswith("__")
        and getattr(getattr(value, "__code__", None), "co_filename", "") == _MADE
    ) or name == "__match_args__"


def _version(module: str) -> str:
    return str(getattr(sys.modules.get(module.partition(".")[0]), "__version__", ""))
