"""Lists of specs in one text, and defenses chosen by an earlier run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from unmask.defenses import DEFENSES, format_spec

from ..results.jsonfile import read_json

_TOML, _COMMAND = ".toml", "command:"


def split_specs(text: str) -> list[str]:
    """Split `none mask:fill=grey,region=box pixelate` into specs.

    Specs are separated by white space, or by a comma before the name of the next one: a
    part without `=` starts a new spec (`a,b:x=1,y=2,c` is three). `@FILE` reads a spec from
    JSON, see `load_chosen`; `NAME=DIR` is a folder that another program anonymized, and
    `tool.toml`, `tool.toml:strength=3` or `NAME=tool.toml` a program that is called. What stands
    in quotes is not split: `'my tool=my folder, x'` or `tool="my folder, x"`.

    Raises:
        ValueError: a file that holds no spec, a parameter apart from its spec, or a quote that is
            not closed.
    """
    specs: list[str] = []
    for word in _words(text):
        start = len(specs)
        for part in word:
            name, equals, value = (_bare(piece) for piece in _bare(part).partition("="))
            if equals and len(specs) > start and name.isidentifier():
                joint = "," if ":" in specs[-1] else ":"
                specs[-1] += joint + part
            elif equals and ":" not in name and not name.startswith("@"):
                _check_is_folder(name, value, specs)
                kind = "command" if value.lower().endswith(_TOML) else "folder"
                specs.append(format_spec(kind, {"path": value, "label": name}))
            elif part:
                specs.append(_program(_bare(part)))
    return [load_chosen(Path(_bare(s[1:]))) if s.startswith("@") else s for s in specs]


def _program(spec: str) -> str:
    """Return the spec of a program for the file that says how to call it, others as they are."""
    file, colon, settings = spec.partition(f"{_TOML}:")
    if (not colon and not spec.lower().endswith(_TOML)) or file.startswith(_COMMAND):
        return spec
    path = file + _TOML if colon else spec
    return ",".join(filter(None, (format_spec("command", {"path": path}), settings)))


def _words(text: str) -> list[list[str]]:
    """Split at white space, and each word at its commas, but nothing inside quotes."""
    words: list[list[str]] = [[""]]
    quote = ""
    for sign in text:
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote = sign
        elif sign.isspace():
            words.append([""])
            continue
        elif sign == ",":
            words[-1].append("")
            continue
        words[-1][-1] += sign
    if quote:
        other = "'" if quote == '"' else '"'
        raise ValueError(f"a quote must be closed, got {text}; a name with {quote} goes into "
                         f"{other}...{other}")  # fmt: skip
    return words


def _bare(text: str) -> str:
    """Take off the quotes around a text."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text


def _check_is_folder(parameter: str, value: str, before: list[str]) -> None:
    """Raise if `NAME=DIR` is no folder but a parameter of the last spec before it."""
    from ..comparison.plan import ATTACKERS, METRICS, RECOGNIZERS

    name, colon, _ = before[-1].lstrip("+").partition(":") if before else ("", "", "")
    for registry in (DEFENSES, ATTACKERS, METRICS, RECOGNIZERS):
        if name in registry.available() and parameter in registry.parameters(name):
            if Path(value).expanduser().is_dir():
                return
            part = f"{parameter}={value}"
            joined = f"{before[-1]}{',' if colon else ':'}{part}"
            raise ValueError(
                f"parameters follow their name without a space, got '{before[-1]} {part}'; "
                f"did you mean '{joined}'?"
            )


def load_chosen(path: Path) -> str:
    """Read a defense spec from JSON: `{"defense": "pixelate", "params": {"blocks": 4}}`.

    Raises:
        ValueError: no such file, or it holds something else.
    """
    entry = read_json(path)
    try:
        return format_spec(str(entry["defense"]), dict(entry.get("params") or {}))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f'{path} must hold {{"defense": NAME, "params": {{...}}}}: {error}'
        ) from error


def doubt_of(spec: str) -> str:
    """Return what a search could not promise of the setting in `@FILE`; empty if all is well.

    Args:
        spec: as it was typed; anything but `@FILE` has no search behind it.
    """
    if not spec.strip().startswith("@"):
        return ""
    path = Path(_bare(spec.strip()[1:]))
    entry = read_json(path)
    if not isinstance(entry, dict):
        return ""
    if entry.get("holds", True) is True:
        return _changed_since(path, entry)
    if entry["holds"] is None:
        return f"the setting in {path} was held to no limit"
    return f"the setting in {path} did not hold its limit on the test people"


def _changed_since(path: Path, entry: dict[str, Any]) -> str:
    """Say that a setting is not what was checked: it was edited, or its plug-in was."""
    from ..comparison.config import changed_since

    spec, test = load_chosen(path), entry.get("test")
    checked = test.get("defense") if isinstance(test, dict) else None
    if checked and DEFENSES.build(spec).spec != DEFENSES.build(str(checked)).spec:
        return f"the setting in {path} is not the one that was checked on the test people"
    other = [name for name in changed_since(entry.get("code"), [spec]) if name != "unmask"]
    if other:
        return f"the code of {other[0]} is another one than when the setting in {path} was checked"
    return ""


def is_refuted(spec: str) -> bool:
    """Whether `@FILE` is a setting of which a search has shown that it does not hold."""
    if not spec.strip().startswith("@"):
        return False
    entry = read_json(Path(_bare(spec.strip()[1:])))
    return isinstance(entry, dict) and entry.get("holds", True) is False


def parse_shares(text: str) -> tuple[float, float, float]:
    """Read `0.25,0.25,0.5`: the shares of people in background, search and test.

    Raises:
        ValueError: these are not three numbers.
    """
    try:
        background, search, test = (float(part) for part in text.split(","))
    except ValueError:
        raise ValueError(
            f"a split is three shares, background,search,test, got '{text}'; 0.25,0.25,0.5?"
        ) from None
    return background, search, test
