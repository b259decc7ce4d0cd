"""Versions of everything that is at work, whether or not it has been imported yet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import InvalidRequirement, Requirement

from unmask.defenses.files.code_digest import distribution_name
from unmask.packages import installed

_EXTRA = re.compile(r"""\bextra\s*==\s*["']([^"']*)["']""")
_ASIDE = ("test", "tests", "dev", "docs", "demo")  # extras that measure nothing

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
            one = roots.get(name) or installed(name)
        except PackageNotFoundError:
            continue  # of an extra
        found[name] = one.version
        for requirement in one.requires or ():
            wanted = _wanted(requirement, extras=name in roots)
            todo += [wanted] if wanted else []
    return dict(sorted(found.items()))


def _wanted(text: str, *, extras: bool) -> str:
    """Return the name that a requirement asks for here; empty if it is for another platform.

    What is not asked for is not looked up: Ray, once imported, shows packages of its own.
    """
    extra = _EXTRA.search(text)
    if extra and (not extras or extra[1] in _ASIDE):
        return ""
    try:
        wanted = Requirement(text)
    except InvalidRequirement:  # so old that pip would not understand it, either
        return ""
    here = wanted.marker is None or wanted.marker.evaluate({"extra": extra[1] if extra else ""})
    return _normal(wanted.name) if here else ""


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
