"""A page for each defense, attacker and metric, from its docstring and its class data."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

import pictures

from unmask.defenses import DEFENSES, Registry
from unmask.evaluate import ATTACKERS, METRICS
from unmask.evaluate.cli.details import explained, facts, first, settable, tuned
from unmask.evaluate.comparison.plan import default_defenses

OURS = "unmask"


def pages() -> Iterator[tuple[str, str | bytes]]:
    """Yield names and contents of all pages and pictures that plug-ins get."""
    usual = {spec.partition(":")[0] for spec in default_defenses()}
    drawn = pictures.drawn(_ours(DEFENSES), _ours(ATTACKERS))
    for picture in drawn.values():
        yield from ((f"pictures/{name}", data) for name, data in picture.files.items())
    kinds: tuple[tuple[str, Registry[Any], str], ...] = (
        ("defenses", DEFENSES, _DEFENSES),
        ("attackers", ATTACKERS, _ATTACKERS),
        ("metrics", METRICS, _METRICS),
    )
    for group, registry, about in kinds:
        lines = [about]
        names = _ours(registry)
        if group == "defenses":
            first_rank = [name for name in names if name in usual]
            lines += ["## In the default table", "", *_table(first_rank, registry, drawn, group)]
            others = [name for name in names if name not in usual]
            planted = [n for n in others if ".planted." in registry.load(n).__module__]
            named = [name for name in others if name not in planted]
            lines += [
                "",
                "## Only where they are named",
                "",
                *_table(named, registry, drawn, group),
            ]
            lines += [
                "",
                "## Planted cases",
                "",
                _PLANTED,
                "",
                *_table(planted, registry, drawn, group),
            ]
        else:
            lines += _table(names, registry, drawn, group)
        yield f"{group}/index.md", "\n".join(lines) + "\n"
        for name in names:
            yield f"{group}/{name}.md", _page(group, registry, name, drawn.get((group, name)))


def _ours(registry: Registry[Any]) -> list[str]:
    """Return the names that unmask itself registers; who builds the site may have others."""
    return [n for n in registry.available() if registry.load(n).__module__.startswith(f"{OURS}.")]


def _table(names: list[str], registry: Registry[Any], drawn: Any, group: str) -> Iterator[str]:
    with_picture = any((group, name) in drawn for name in names)
    yield f"| {'| ' * with_picture}name | does |"
    yield f"| {'--- | ' * with_picture}--- | --- |"
    for name in names:
        thumb = ""
        if with_picture:
            shown = drawn.get((group, name))
            tag = f'<img class="thumb" alt="" src="../pictures/{shown.thumb}">' if shown else ""
            thumb = f"{tag} | "
        yield f"| {thumb}[{name}]({name}.md) | {registry.summary(name)} |"


def _page(group: str, registry: Registry[Any], name: str, picture: Any) -> str:
    cls = registry.load(name)
    lines = [f"# {name}", "", _prose(cls), ""]
    if told := [fact for fact in facts(cls) if not fact.startswith("licence")]:
        lines += [f"*{'; '.join(told)[:1].upper()}{'; '.join(told)[1:]}.*", ""]
    if picture:
        lines += [picture.html("../../pictures/"), "", picture.caption, ""]
    lines += _parameters(cls)
    if group == "defenses" and cls.protects and not cls.diagnostic:
        lines += _try_defense(name, bool(cls.space))
    if group == "attackers":
        lines += ["## Try it", "", "<!-- test: parsed, minutes -->", "```sh",
                  f"unmask compare orl --attackers \"naive {name}\" --defenses \"none pixelate\"",
                  "```", ""]  # fmt: skip
    lines += ["", f"`unmask ls {name}` prints this; the code is in `{_source(cls)}`.", ""]
    return "\n".join(lines)


def _prose(cls: type) -> str:
    """Return a docstring up to its first section, as Markdown."""
    text = re.split(r"\n(?:Args|Raises|Example|Returns):\n", inspect.getdoc(cls) or "")[0]
    return re.sub(
        r"\barXiv (\d{4}\.\d{4,5})\b", r"[arXiv \1](https://arxiv.org/abs/\1)", text
    ).strip()


def _parameters(cls: type) -> list[str]:
    told, space = explained(cls), getattr(cls, "space", {})
    fields = settable(cls)
    if not fields:
        return []
    searched = bool(space)
    lines = ["## Parameters", "", f"| parameter | means |{' tuned |' * searched}"]
    lines.append(f"| --- | --- |{' --- |' * searched}")
    for field in fields:
        means = told.get(field.name, "").replace("|", "\\|")
        tried = tuned(space.get(field.name)).strip().removeprefix("tuned ")
        lines.append(f"| `{first(field)}` | {means} |{f' {tried} |' * searched}")
    return [*lines, ""]


def _try_defense(name: str, tunable: bool) -> list[str]:
    lines = ["## Try it", "", "<!-- test: parsed, minutes -->", "```sh",
             f"unmask compare path/to/people --defenses \"none {name}\""]  # fmt: skip
    if tunable:
        lines.append(f"unmask tune {name} path/to/people --max-leakage 0.2")
    more = " --background path/to/people" if DEFENSES.load(name).needs_background else ""
    lines += [f"unmask apply {name} path/to/photos path/to/new-folder{more}", "```", ""]
    return lines


def _source(cls: type) -> str:
    return cls.__module__.removeprefix("unmask.").replace(".", "/") + ".py"


_DEFENSES = """# Defenses

What changes a photo so that a person is not recognized. A defense is written `name` or
`name:parameter=value,parameter=value`. These pages are made from the docstrings of the code.

Most change the face alone: `region` says which pixels (`box`, `ellipse`, `hull`, `eyes`, `head`,
or the whole `image`), `margin` how much wider, `feather` how soft the border is.
"""
_PLANTED = (
    "They hide nothing, or all, and are run in every comparison: an attacker that does not see "
    "through what hides nothing makes a row a lower bound. `unmask apply` refuses them."
)
_ATTACKERS = """# Attackers

Who tries to name the people, and what they know. A defense's leakage is the highest share of
photos that any of them names. `--budget quick` runs the cheap ones, `standard` all but `named`,
`thorough` adds a small convolutional network and a U-Net; `--attackers` names them one by one.
"""
_METRICS = """# Metrics

What is left of the picture. A metric says itself in which direction it is read; one that cannot be
measured has a reason in its place, never a 0.
"""
