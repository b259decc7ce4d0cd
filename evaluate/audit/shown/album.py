"""Photos with what was answered, for `--show-faces`: kept in `faces.json`, shown in the page."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from unmask.defenses.files.atomic import write_text

from ...pages.faces import picture
from ...pages.shell import Section
from ...pages.tags import Html, tag
from ...results.jsonfile import read_json

FILE = "faces.json"
_WARNING = tag("p", tag("strong", "These are photos of your own data beside answers that may name "
                        "people: keep this page to yourself."))  # fmt: skip


@dataclass(frozen=True)
class Look:
    """One photo as the model saw it, and what it answered.

    Args:
        setting: what was done to it; `clean` for nothing.
        picture: encoded, small.
        answers: a line each.
    """

    setting: str
    picture: bytes
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Example:
    """One photo, clean and at the settings of a defense.

    Args:
        ladder: name of the defense.
        says: who it is, and whether they are still named.
        looks: clean first, then weak to strong.
    """

    ladder: str
    says: str
    looks: tuple[Look, ...]


@dataclass(frozen=True)
class Album:
    """All examples, and the rule by which they were chosen."""

    rule: str = ""
    examples: tuple[Example, ...] = ()


def write_album(folder: Path, album: Album | None) -> None:
    """Write it into a run folder; without one, take away what an earlier run left there."""
    if album is None:
        (folder / FILE).unlink(missing_ok=True)
        return
    told = asdict(album)
    for example in told["examples"]:
        for look in example["looks"]:
            look["picture"] = base64.b64encode(look["picture"]).decode()
    write_text(folder / FILE, json.dumps(told, indent=1, ensure_ascii=False) + "\n")


def read_album(folder: Path) -> Album:
    """Read what `write_album` wrote; an empty one where there is nothing of the kind.

    Raises:
        ValueError: the file is damaged.
    """
    path = folder / FILE
    if not path.exists():
        return Album()
    told = read_json(path)
    try:
        examples = tuple(
            Example(str(one["ladder"]), str(one["says"]), tuple(
                Look(str(look["setting"]), base64.b64decode(look["picture"], validate=True),
                     tuple(map(str, look["answers"])))
                for look in one["looks"]))
            for one in told["examples"]
        )  # fmt: skip
        return Album(str(told["rule"]), examples)
    except (KeyError, TypeError, AttributeError, binascii.Error) as error:
        raise ValueError(
            f"{path} holds no photos with answers ({error!r}); was it edited?"
        ) from error


def album_sections(album: Album) -> list[Section]:
    """Return the photos with their answers; nothing without examples."""
    if not album.examples:
        return []
    parts: list[str] = [_WARNING, tag("p", album.rule, class_="soft")]
    for ladder in dict.fromkeys(one.ladder for one in album.examples):
        parts.append(tag("h3", ladder))
        parts += [_shown(one) for one in album.examples if one.ladder == ladder]
    return [Section("Photos with what was answered", parts, "photos", "Photos")]


def _shown(one: Example) -> Html:
    return tag(
        "div", tag("p", one.says), tag("div", *map(_look, one.looks), class_="shots single")
    )


def _look(look: Look) -> Html:
    lines: Sequence[Html] = [
        part for line in look.answers for part in (tag("br"), tag("span", line))
    ]
    return tag("figure", picture(look.picture, look.setting),
               tag("figcaption", tag("strong", look.setting), *lines))  # fmt: skip
