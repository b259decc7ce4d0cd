"""Versions of everything that is at work, whether or not it has been imported yet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from unmask.defenses.files.code_digest import distribution_name

_NAME = re.compile(r"[A-Za-z0-9._-]+")
_EXTRA = re.compile(r"""\bextra\s*==\s*["']([^"']*)["']""")
_ASIDE = ("test", "tests", "dev", "docs")  # extras that measure nothing

_known: dict[tuple[str, ...], dict[str, str]] = {}


def versions(plugins: Iterable[Distribution] = ()) -> dict[str, str]:
    """Return the versions of all that `unmask` and plug-ins require, directly or not, by name.

    It is what is installed of the requirements and of theirs; of extras, those of `unmask` and
    of the plug-ins. So it does not depend on what a process happens to have imported. A
    process looks once: what is installed while it runs it may have imported before.

    Args:
        plugins: distributions beside `unmask`.
    """
    roots = {_normal(distribution_name(found)): found for found in plugins}
    key = ("unmask", *sorted(roots))
    if key not in _known:
        _known[key] = _closure({"unmask": distribution("unmask"), **roots})
    return dict(_known[key])


def _closure(roots: Mapping[str, Distribution]) -> dict[str, str]:
    found: dict[str, str] = {}
    todo = list(roots)
    while todo:
        name = todo.pop()
        if name in found:
            continue
        try:
            one = roots.get(name) or distribution(name)
        except PackageNotFoundError:
            continue  # of an extra, or of another platform
        found[name] = one.version
        for requirement in one.requires or ():
            extra = _EXTRA.search(requirement)
            if extra is None or (name in roots and extra[1] not in _ASIDE):
                wanted = _NAME.match(requirement)
                todo += [_normal(wanted[0])] if wanted else []
    return dict(sorted(found.items()))


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
