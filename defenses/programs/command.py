"""A program in an environment of its own, as a defense."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, make_dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from ..base import Defended, Defense
from ..photo import Photo, Pixels
from .around import around
from .call import CallError, call
from .tool import Tool, Value, read_tool


@dataclass(frozen=True)
class Command(Defense):
    """Let a program of somebody else change whole photos, called as a TOML file says.

    The program gets a folder of photos under names that tell nothing, and writes what it makes
    of them into another one under the same names; or it gets one photo a call. What it does not
    write, writes in another shape or cannot do within its time is `failed`: such a photo keeps its
    pixels, so it counts as leaked. Attackers call it again on photos of their own; for a
    random one they get fresh draws.

    Everything may change, so `region` is the whole image. Its parameters are those of `[space]`.

    Args:
        path: the TOML file; see docs/other-tools.md for what it says.
        label: what the program is called in tables; empty: as the file says.

    Raises:
        ValueError: no such file, or it does not say how the program is called.

    Example:
        >>> from unmask.defenses import DEFENSES
        >>> DEFENSES.build("command:no-such-file.toml")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ValueError: path must be a TOML file that says how to call a program, got ...
    """

    path: str
    label: str = ""
    region: str = field(default="image", kw_only=True)
    tool: ClassVar[Tool]
    foreign: ClassVar = True
    together: ClassVar = 64  # a program may take long to start
    needs_face: ClassVar = False
    diagnostic: ClassVar = True  # means nothing without a file
    waived: ClassVar = {
        "registered_by_its_name": "which parameters there are its file says",
        "size_of_seed_does_not_matter": "a program gets a seed of one size",
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.region != "image":
            raise ValueError(
                f"region must be image for a program, got '{self.region}'; leave it out"
            )
        if not hasattr(self, "tool"):
            raise TypeError(
                "a command is built from its text: DEFENSES.build('command:FILE.toml')"
            )
        object.__setattr__(self, "label", str(self.label) or self.tool.name)
        for name, tunable in self.space.items():
            if getattr(self, name) not in tunable:
                raise ValueError(f"{name} must be in {tunable}, got {getattr(self, name)!r}")

    @classmethod
    def class_for(cls, given: Mapping[str, Any]) -> type[Command]:
        """Return the class that has the parameters which the file names.

        Args:
            given: parameters, `path` among them.
        """
        if "path" not in given:
            return cls  # what is missing is said where all kinds are built
        path = Path(str(given["path"])).expanduser()
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ValueError(
                f"path must be a TOML file that says how to call a program, got '{path}'; a slip?"
            ) from error
        return _class_of(path.resolve(), text)

    @property
    def files(self) -> tuple[str, ...]:
        """The files beside `path` that decide what is made."""
        return self.tool.files

    @property
    def marks(self) -> dict[str, str]:
        """Digests of what stands around these files: packages of an environment, modules."""
        return around(map(Path, self.files))

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        """Return what the program makes of one photo."""
        return self.many([photo])[0].photo.pixels

    def many(self, photos: Sequence[Photo], *, seed: int = 0) -> list[Defended]:
        """Let the program work on all photos; for one that takes folders, in one call."""
        values: dict[str, Value] = {name: getattr(self, name) for name in self.space}
        made = call(self.tool, values, photos, seed)
        return [_defended(photo, one) for photo, one in zip(photos, made, strict=True)]

    def __deepcopy__(self, memo: object) -> Self:
        return self  # nothing in it ever changes

    def __reduce__(self) -> tuple[Callable[..., Command], tuple[dict[str, Any]]]:
        return _rebuilt, ({f.name: getattr(self, f.name) for f in fields(self)},)


def _rebuilt(parameters: dict[str, Any]) -> Command:
    return Command.class_for(parameters)(**parameters)


@lru_cache(maxsize=64)
def _class_of(path: Path, text: str) -> type[Command]:
    """Make the class for a program: `[space]` are its fields."""
    tool = read_tool(path, text)
    settable = [
        (name, type(value), field(default=value, kw_only=True))
        for name, value in tool.defaults.items()
    ]
    known = {"tool": tool, "space": dict(tool.space), "random": tool.random,
             "__doc__": Command.__doc__, "__module__": __name__}  # fmt: skip
    return make_dataclass(
        "Command", settable, bases=(Command,), frozen=True, eq=True, namespace=known
    )


def _defended(photo: Photo, made: tuple[Pixels, str] | CallError) -> Defended:
    everywhere = np.ones(photo.pixels.shape[:2], np.float32)
    if isinstance(made, CallError):
        return Defended(photo, "failed", everywhere, str(made))
    pixels, remark = made
    same = np.array_equal(pixels, photo.pixels)
    return Defended(
        photo.with_pixels(pixels), "unchanged" if same else "defended", everywhere, remark
    )
