"""Lists of specs in one text, and defenses chosen by an earlier run."""

from __future__ import annotations

import json
import re
from pathlib import Path

from unmask.defenses import DEFENSES, format_spec


def split_specs(text: str) -> list[str]:
    """Split `none mask:fill=grey,region=box pixelate` into specs.

    Specs are separated by white space, or by a comma before the name of the next one: a
    part without `=` starts a new spec (`a,b:x=1,y=2,c` is three). `@FILE` reads a spec from
    JSON, see `load_chosen`; `NAME=DIR` is a folder that another program anonymized.

    Raises:
        ValueError: a file that holds no spec, or a parameter apart from its spec.
    """
    specs: list[str] = []
    for word in text.split():
        start = len(specs)
        for part in word.split(","):
            parameter = re.fullmatch(r"\w+=.*", part)
            if parameter and len(specs) > start:
                joint = "," if ":" in specs[-1] else ":"
                specs[-1] += joint + part
            elif parameter:
                _check_is_folder(part, specs)
                name, _, folder = part.partition("=")
                specs.append(f"folder:path={folder},label={name}")
            elif part:
                specs.append(part)
    return [load_chosen(Path(s[1:])) if s.startswith("@") else s for s in specs]


def _check_is_folder(part: str, before: list[str]) -> None:
    """Raise if `NAME=DIR` is no folder but a parameter of the last spec before it."""
    from .plan import ATTACKERS, METRICS, RECOGNIZERS

    parameter, _, value = part.partition("=")
    name, colon, _ = before[-1].partition(":") if before else ("", "", "")
    for registry in (DEFENSES, ATTACKERS, METRICS, RECOGNIZERS):
        if name in registry.available() and parameter in registry.parameters(name):
            if Path(value).expanduser().is_dir():
                return
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
    try:
        entry = json.loads(path.read_text(encoding="utf-8"))
        return format_spec(str(entry["defense"]), dict(entry.get("params") or {}))
    except OSError as error:
        raise ValueError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f'{path} must hold {{"defense": NAME, "params": {{...}}}}: {error}'
        ) from error


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
