"""What a TOML file says of a program: how it is called, and what may be set."""

from __future__ import annotations

import re
import shlex
import shutil
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ..space import Choice, Range

Value = str | int | float | bool
TIMEOUT = 600.0  # seconds a call
FOLDERS, FILES = ("input", "output"), ("photo", "result")
_PLACE = re.compile(r"\{(\w+)\}")
_KEYS = ("name", "command", "timeout", "folder", "random", "environment", "space")
_RANGE = ("weak", "strong", "default", "log", "integer")
_TAKEN = {*FOLDERS, *FILES, "seed", "path", "label", "region", "margin", "feather"}


@dataclass(frozen=True, eq=False)
class Tool:
    """A program and how to call it.

    Args:
        name: what tables call it.
        command: its words; `{...}` in them are filled in at each call.
        timeout: seconds that a call may take.
        folder: where it runs.
        random: whether it makes another picture each time.
        environment: variables that are set for it.
        space: what may be tuned, by the name that stands in `{...}`.
        defaults: the usual value of each of these.
    """

    name: str
    command: tuple[str, ...]
    timeout: float
    folder: Path
    random: bool
    environment: Mapping[str, str]
    space: Mapping[str, Range | Choice]
    defaults: Mapping[str, Value]

    @property
    def one_by_one(self) -> bool:
        """Whether it takes one photo a call, and not a folder of them."""
        return "photo" in self.places

    @property
    def places(self) -> set[str]:
        """The names in `{...}`."""
        return {name for word in self.command for name in _PLACE.findall(word)}

    def words(self, **values: object) -> list[str]:
        """Return the words of the command, each `{name}` filled in; no shell ever reads them."""
        return [_PLACE.sub(lambda m: _told(values[m[1]]), word) for word in self.command]

    @property
    def files(self) -> tuple[str, ...]:
        """The files that the command names, such as its script: their content decides, too."""
        named = [self.folder / word for word in self.command if not _PLACE.search(word)]
        return tuple(str(path) for path in named if path.is_file())


def read_tool(path: Path, text: str) -> Tool:
    """Read what a file says.

    Args:
        path: where it lies; what it names is looked for from there.
        text: its content.

    Raises:
        ValueError: it is no TOML, lacks a command, or says what cannot be.
    """
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path} must be TOML: {error}") from error
    _check_known(said, _KEYS, f"{path}")
    folder = (path.parent / Path(_of(said, "folder", str, ".", path)).expanduser()).resolve()
    if not folder.is_dir():
        raise ValueError(f"{path}: folder must be where the program runs, got {folder}; a slip?")
    space, defaults = _space(_of(said, "space", dict, {}, path), path)
    tool = Tool(
        _of(said, "name", str, path.stem, path),
        _command(_of(said, "command", str, "", path), folder, path),
        float(_of(said, "timeout", (int, float), TIMEOUT, path)),
        folder,
        _of(said, "random", bool, False, path),
        {name: str(value) for name, value in _of(said, "environment", dict, {}, path).items()},
        space,
        defaults,
    )
    if tool.timeout <= 0:
        raise ValueError(f"{path}: timeout must be above 0 seconds, got {tool.timeout:g}")
    _check_places(tool, path)
    return tool


def _command(text: str, folder: Path, path: Path) -> tuple[str, ...]:
    try:
        words = tuple(shlex.split(text))
    except ValueError as error:
        raise ValueError(f"{path}: command must be split like a shell's: {error}") from error
    if not words:
        raise ValueError(f'{path} needs a command: command = "program {{input}} {{output}}"')
    program = Path(words[0]).expanduser()
    found = (
        shutil.which(words[0]) if len(program.parts) == 1 else shutil.which(str(folder / program))
    )
    if found is None:
        raise ValueError(
            f"{path}: command must begin with a program that can be started, got '{words[0]}'; "
            "is its environment there? No shell reads the command, so no pipe or variable works"
        )
    return (found, *words[1:])


def _check_places(tool: Tool, path: Path) -> None:
    known = {*FOLDERS, *FILES, "seed", *tool.space}
    for name in sorted(tool.places - known):
        near = get_close_matches(name, known, n=1)
        cure = f"did you mean {{{near[0]}}}?" if near else f"say in [space] what {name} may be"
        raise ValueError(f"{path}: nothing stands for {{{name}}} in the command; {cure}")
    if not any(tool.places >= {*pair} for pair in (FOLDERS, FILES)) or (
        tool.places & {*FOLDERS} and tool.places & {*FILES}
    ):
        raise ValueError(
            f"{path}: command must name {{input}} and {{output}}, folders of photos, or {{photo}} "
            "and {result}, one file each"
        )
    if unused := sorted(tool.space.keys() - tool.places):
        raise ValueError(f"{path}: command does not use {{{unused[0]}}}, which [space] has")
    if "seed" in tool.places and not tool.random:
        raise ValueError(f"{path}: {{seed}} is for what is random; add random = true")


def _space(
    said: Mapping[str, Any], path: Path
) -> tuple[dict[str, Range | Choice], dict[str, Value]]:
    space: dict[str, Range | Choice] = {}
    defaults: dict[str, Value] = {}
    for name, entry in said.items():
        if not name.isidentifier() or name in _TAKEN:
            raise ValueError(f"{path}: a parameter cannot be called '{name}'; another name?")
        try:
            space[name], defaults[name] = _tunable(entry, f"{path}: {name}")
        except (KeyError, TypeError) as error:
            raise ValueError(
                f"{path}: {name} must be {{ weak = NUMBER, strong = NUMBER, default = NUMBER }} "
                f"or a list of values, got {entry!r}"
            ) from error
    return space, defaults


def _tunable(entry: Any, where: str) -> tuple[Range | Choice, Value]:
    if isinstance(entry, list):
        if len(entry) < 2 or not all(isinstance(one, str | int | float) for one in entry):
            raise TypeError(where)
        return Choice(tuple(entry)), entry[0]
    _check_known(entry, _RANGE, where)
    weak, strong = entry["weak"], entry["strong"]
    whole = entry.get("integer", isinstance(weak, int) and isinstance(strong, int))
    default = entry.get("default", weak)
    if not all(isinstance(one, int | float) for one in (weak, strong, default)):
        raise TypeError(where)
    try:
        found = Range(weak, strong, log=entry.get("log", False), integer=whole)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from error
    if default not in found:
        raise ValueError(f"{where}: default must lie between weak and strong, got {default}")
    return found, default


def _check_known(said: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for name in said:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            cure = f"did you mean '{near[0]}'?" if near else f"it may say {', '.join(known)}"
            raise ValueError(f"{where} says '{name}', which is not known; {cure}")


def _of(said: Mapping[str, Any], name: str, kind: Any, default: Any, path: Path) -> Any:
    value = said.get(name, default)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        names = {str: "a text", dict: "a table", bool: "true or false"}.get(kind, "a number")
        raise ValueError(f"{path}: {name} must be {names}, got {value!r}")
    return value


def _told(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
