"""Plug-ins by entry point, and the text form `name:param=value,param=value`."""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import MISSING, fields, is_dataclass
from difflib import get_close_matches
from functools import cached_property
from importlib.metadata import Distribution, EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

T = TypeVar("T")
_BORDERS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")  # of words in a name


class Registry(Generic[T]):
    """The plug-ins of one entry-point group; ours are registered like anybody's.

    Args:
        group: entry-point group, for example `unmask.defenses`.
        kind: what one is called in messages, for example `defense`.
        base: import path of the class that every entry must derive from,
            `module:Class`; imported only when something is loaded.
    """

    before_import: ClassVar[Callable[[Distribution], object]] = staticmethod(lambda _: None)
    """Told whose code is about to be imported: what is edited from then on is not what runs."""

    def __init__(self, group: str, kind: str, base: str) -> None:
        self.group, self.kind, self.base = group, kind, base
        self._guests: ContextVar[Mapping[str, type[T]]] = ContextVar(group, default={})  # noqa: B039

    @cached_property
    def _entries(self) -> dict[str, EntryPoint]:
        found: dict[str, EntryPoint] = {}
        for entry in entry_points(group=self.group):
            other = found.setdefault(entry.name, entry)
            if other.value != entry.value:
                raise ValueError(
                    f"two packages claim the {self.kind} '{entry.name}': {_origin(other)} and "
                    f"{_origin(entry)}; uninstall one of them"
                )
        return found

    @cached_property
    def _base(self) -> type[T]:
        base: type[T] = EntryPoint("base", self.base, self.group).load()
        return base

    def available(self) -> list[str]:
        """Return all names, sorted, without importing any plug-in."""
        return sorted(self._entries)

    def load(self, name: str) -> type[T]:
        """Import the class registered as `name`.

        Raises:
            LookupError: nobody registered that name.
            TypeError: what was registered is not such a class.
        """
        if guest := self.guests.get(name):
            return guest
        if name not in self._entries:
            raise LookupError(f"no {self.kind} named '{name}'{self._cure(name)}")
        entry = self._entries[name]
        if entry.dist and entry.module not in sys.modules and not _is_ours(entry):
            Registry.before_import(entry.dist)
        base, loaded = self._base, entry.load()
        if not (isinstance(loaded, type) and issubclass(loaded, base)):
            raise TypeError(
                f"{_origin(entry)} registers '{name}' as a {self.kind}, "
                f"but {loaded!r} does not derive from {base.__qualname__}"
            )
        return loaded

    @property
    def guests(self) -> Mapping[str, type[T]]:
        """The classes that are known for now, by name, though no package registers them."""
        return self._guests.get()

    @contextmanager
    def host(self, classes: Iterable[tuple[str, type[T]]]) -> Iterator[None]:
        """Know classes by name, as if a package registered them, until the context ends.

        Only the thread that opened it knows them.

        Raises:
            ValueError: a package registers that name, or another class has it already.
        """
        known = dict(self.guests)
        for name, cls in classes:
            where = f"{cls.__module__}.{cls.__qualname__}"
            if name in self._entries:
                raise ValueError(
                    f"a {self.kind} of your own needs a name of its own, but {where} is called "
                    f"'{name}' like that of {self.origin(name)}; rename the class"
                )
            if known.setdefault(name, cls) is not cls:
                other = known[name]
                raise ValueError(
                    f"two classes are called '{name}': {other.__module__}.{other.__qualname__} "
                    f"and {where}; rename one, or was a cell run again after the first object "
                    "was made?"
                )
        token = self._guests.set(known)
        try:
            yield
        finally:
            self._guests.reset(token)

    def _cure(self, name: str) -> str:
        """Return the rest of the message about an unknown name: what was meant, most likely."""
        meant = getattr(self._base, "meant", None)  # a base may know how its kind is miswritten
        if meant and meant(name):
            return f"; did you mean '{meant(name)}'?"
        there = f"there are {', '.join(self.available())}"
        family = self.group.partition(".")[0] + "."
        kinds = sorted({e.group for e in entry_points(name=name) if e.group.startswith(family)})
        if kinds:
            told = " and of the ".join(kind.removeprefix(family) for kind in kinds)
            return f": it is one of the {told}, and a {self.kind} is needed here; {there}"
        if name == "all":
            return f": name each, or leave the choice out where there are usual ones; {there}"
        near = get_close_matches(name, self._entries, n=1)
        return f"; did you mean '{near[0]}'?" if near else f"; {there}"

    def origin(self, name: str) -> str:
        """Return the package that registered `name`, and where in it the class is."""
        return _origin(self._entries[name])

    def distribution(self, name: str) -> Distribution:
        """Return the installed distribution that registered `name`.

        Raises:
            LookupError: nobody registered that name, or nobody knows who did.
        """
        self.load(name)  # which says what was probably meant
        found = self._entries[name].dist
        if found is None:
            raise LookupError(f"the {self.kind} '{name}' comes from no installed package")
        return found

    def summary(self, name: str) -> str:
        """Return the first line of a class's docstring, read from its file without running it.

        Empty where there is none, or no file to read.
        """
        entry = self._entries[name]
        try:
            spec = find_spec(entry.module)
            tree = ast.parse(Path(spec.origin).read_bytes()) if spec and spec.origin else None
        except Exception:  # a package that breaks must not take the list of all others along
            return ""
        for node in tree.body if tree else ():
            if isinstance(node, ast.ClassDef) and node.name == entry.attr:
                return (ast.get_docstring(node) or "").partition("\n")[0]
        return ""

    def parameters(self, name: str) -> list[str]:
        """Return what may be set in a spec of `name`; imports its class."""
        return _parameters(self.load(name))

    def build(self, spec: str, **extra: Any) -> T:
        """Build what a text such as `pixelate:blocks=8,region=box` describes.

        Args:
            spec: name and parameters. A part without `=` right after the colon is the
                value of the first parameter of its own (`onnx:face.onnx,size=112`).
            extra: values for parameters that `spec` does not give.

        Raises:
            LookupError: unknown name.
            ValueError: unknown parameter, bad value, or one that is needed and not given.
        """
        name, _, text = spec.partition(":")
        cls = self.load(name.strip())
        known = _parameters(cls)
        own = [parameter for parameter in known if parameter not in _parameters(self._base)]
        given = parse_parameters(text, first=own[0] if own else "")
        if made := getattr(cls, "class_for", None):  # a file that is named says what may be set
            cls = made(extra | given)
            known = _parameters(cls)
        for parameter in given:
            if parameter not in known:
                near = get_close_matches(parameter, known, n=1)
                cure = f"did you mean '{near[0]}'?" if near else f"it has {', '.join(known)}"
                raise ValueError(f"{self.kind} '{name}' has no parameter '{parameter}'; {cure}")
        missing = [parameter for parameter in _required(cls) if parameter not in extra | given]
        if missing:
            bare = not text and missing[:1] == own[:1]  # then a value alone is enough
            told = [text] * bool(text) + [f"{p}={p.upper()}" for p in missing]
            example = ",".join(told).removeprefix(f"{missing[0]}=" if bare else "")
            raise ValueError(
                f"{self.kind} '{spec}' needs a {' and a '.join(missing)}: {name.strip()}:{example}"
            )
        try:
            return cls(**(extra | given))
        except (TypeError, ValueError) as error:
            raise ValueError(f"{self.kind} '{spec}': {error}") from error


def name_of_class(name: str) -> str:
    """Return what a class of some name is registered as: `KSame` is `k_same`."""
    return _BORDERS.sub("_", name).lower().rstrip("_")


def _parameters(cls: type) -> list[str]:
    return [f.name for f in fields(cls) if f.init and f.repr] if is_dataclass(cls) else []


def _required(cls: type) -> list[str]:
    absent = (MISSING, MISSING)
    known = fields(cls) if is_dataclass(cls) else ()
    return [f.name for f in known if f.init and (f.default, f.default_factory) == absent]


def parse_parameters(text: str, *, first: str = "") -> dict[str, Any]:
    """Read `a=1,b=x` into `{"a": 1, "b": "x"}`; a bare first part is named `first`.

    A text may be quoted as in Python, then it may hold commas: `a='x, y'`.
    """
    given: dict[str, Any] = {}
    for position, part in enumerate(part for part in _parts(text) if part.strip()):
        name, equals, value = part.partition("=")
        if not equals:
            if position or not first:
                raise ValueError(f"a parameter is written name=value, got '{part}'")
            name, value = first, part
        if name.strip() in given:
            raise ValueError(f"parameter '{name.strip()}' is given twice in '{text}'")
        given[name.strip()] = _value(value.strip())
    return given


def _parts(text: str) -> list[str]:
    """Split at commas that stand in no quoted value."""
    quoted = r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*\""""
    return re.findall(rf"(?:(?:^|(?<==))(?:{quoted})|[^,])+", text)


def _value(text: str) -> Any:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
    return value if isinstance(value, int | float | str) else text


def format_spec(name: str, parameters: dict[str, Any]) -> str:
    """Return the text form that `Registry.build` reads back."""
    inside = ",".join(f"{key}={_text(value)}" for key, value in parameters.items())
    return f"{name}:{inside}" if inside else name


def _text(value: Any) -> str:
    """Return the text of a value, quoted where it would be read as something else."""
    if not isinstance(value, str):
        return json.dumps(value)
    plain = value == value.strip() and "," not in value and value[:1] not in ("'", '"')
    return value if plain and _value(value) == value else repr(value)


def _is_ours(entry: EntryPoint) -> bool:
    return entry.module.partition(".")[0] == "unmask"


def _origin(entry: EntryPoint) -> str:
    package = entry.dist.name if entry.dist else "an unknown package"
    return f"{package} ({entry.value})"
