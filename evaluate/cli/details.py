"""What `unmask ls NAME` tells of one plug-in: idea, parameters, how to read its numbers."""

from __future__ import annotations

import inspect
import re
from dataclasses import MISSING, Field, fields, is_dataclass
from textwrap import fill
from typing import Any

from unmask.defenses import Choice, Range, Registry

_WIDTH = 79
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def details(registry: Registry[object], name: str) -> str:
    """Return what one plug-in does, takes and needs, as text of several lines.

    Args:
        registry: where it is registered.
        name: what it is called there.
    """
    cls = registry.load(name)
    lines = [f"{name}: {registry.kind} of {registry.origin(name)}"]
    summary = (inspect.getdoc(cls) or "").partition("\n\n")[0]
    lines += [
        _indented(" ".join(summary.split()), 2),
        *(_indented(fact, 2) for fact in facts(cls)),
    ]
    told = explained(cls)
    space = getattr(cls, "space", {})
    for field in settable(cls):
        lines += ["", f"  {first(field)}{tuned(space.get(field.name))}"]
        if field.name in told:
            lines.append(_indented(told[field.name], 6))
    if paper := _paper(cls):
        lines += ["", "  reference", _indented(" ".join(paper.split()), 6)]
    return "\n".join(lines)


def _paper(cls: type) -> str:
    """Return what a docstring cites: its `Reference`, or the paragraphs that name a year."""
    if cited := _section(cls, "Reference"):
        return cited
    body = re.split(r"\n(?:Args|Example|Raises|Returns):\n", inspect.cleandoc(cls.__doc__ or ""))[
        0
    ]
    return "\n".join(part for part in body.split("\n\n")[1:] if _YEAR.search(part))


def _section(cls: type, title: str) -> str:
    """Return a section of the docstring of a class, empty without one."""
    _, found, section = inspect.cleandoc(cls.__doc__ or "").partition(f"\n{title}:\n")
    return re.split(r"\n(?=\S)", section)[0] if found else ""


def settable(cls: type) -> list[Field[Any]]:
    """Return the fields that a spec can set: written as text, what is tuned or its own first."""
    known = fields(cls) if is_dataclass(cls) else ()
    plain = (int, float, str, bool)
    own = {*inspect.get_annotations(cls), *getattr(cls, "space", ())}
    usable = [
        field
        for field in known
        if field.init and field.repr and (_is_needed(field) or isinstance(field.default, plain))
    ]
    return sorted(usable, key=lambda field: field.name not in own)


def _is_needed(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def first(field: Field[Any]) -> str:
    """Return a parameter with its default."""
    if _is_needed(field):
        return f"{field.name} (must be given)"
    return f"{field.name}={field.default}" if field.default != "" else f"{field.name} (empty)"


def tuned(tunable: Range | Choice | None) -> str:
    """Return what the search tries, weak to strong."""
    if tunable is None:
        return ""
    if isinstance(tunable, Choice):
        told = f"   tuned among {', '.join(map(str, tunable.options))}"
    else:
        told = f"   tuned from {tunable.weak:g} (weak) to {tunable.strong:g} (strong)"
        told += ", whole numbers" * tunable.integer + ", log steps" * tunable.log
    if tunable.when is not None:
        told += f", only for {tunable.when[0]}={'|'.join(tunable.when[1])}"
    return told


def facts(cls: Any) -> list[str]:
    """Return what its class data say, in words."""
    told = []
    if higher := getattr(cls, "higher_is", ""):
        low, high = getattr(cls, "bounds", ("?", "?"))
        unit = f" {cls.unit}" if getattr(cls, "unit", "") else ""
        told.append(f"higher is {higher}; from {low:g} to {high:g}{unit}")
    if hasattr(cls, "informed"):
        told.append("knows the defense" if cls.informed else "does not know of the defense")
    for mark, words in (
        ("needs_background", "learns from photos of unrelated people"),
        ("random", "another seed gives another picture"),
        ("diagnostic", "not in the default table; name it to have it there"),
    ):
        told += [words] * (getattr(cls, mark, False) is True)
    needs, licence = getattr(cls, "needs", ()), getattr(cls, "licence", "")
    told += [f"needs {', '.join(needs)}"] * bool(needs)
    told += [f"licence {licence}"] * (isinstance(licence, str) and bool(licence))
    told += [f"{name}: licence {terms}" for name, terms in getattr(cls, "offers", {}).items()]
    return told


def explained(cls: type) -> dict[str, str]:
    """Return what the docstrings of a class and its bases say of each parameter."""
    told: dict[str, str] = {}
    for part in reversed(cls.__mro__[:-1]):
        section = _section(part, "Args")
        for name, words in re.findall(r"^    (\w+): ((?:.|\n(?!    \w+: ))*)", section, re.M):
            words = " ".join(words.split())
            referred = re.match(r"see `\w+`\.", words)  # to what a base says
            told[name] = told.get(name, "") + words[referred.end() :] if referred else words
    return told


def _indented(text: str, indent: int) -> str:
    space = " " * indent
    return fill(text, _WIDTH, initial_indent=space, subsequent_indent=space)
