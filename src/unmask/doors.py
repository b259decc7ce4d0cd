"""Front doors: packages that name what is inside and import it when it is first used."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any


def door(package: str, homes: Mapping[str, Sequence[str]]) -> Callable[[str], Any]:
    """Return the `__getattr__` of a package, by which listing and the command line stay quick.

    Args:
        package: its `__name__`.
        homes: public names by the module below it that they live in.
    """
    home = {name: module for module, names in homes.items() for name in names}

    def find(name: str) -> Any:
        if name not in home:
            raise AttributeError(f"module '{package}' has no attribute '{name}'")
        found = getattr(import_module(f".{home[name]}", package), name)
        vars(sys.modules[package])[name] = found
        return found

    return find
