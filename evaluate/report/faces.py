"""Example faces of a run: clean, defended, won back; kept as `faces.json` beside the records."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from unmask.defenses.files.atomic import write_text

from ..results.jsonfile import read_json

FILE = "faces.json"
TAKEN = True  # False: comparisons make no pictures; who makes many small ones can do without


@dataclass(frozen=True)
class Example:
    """What a defense makes of one face, each picture as an encoded JPEG or WebP.

    Args:
        clean: the face as it was.
        defended: as it is released.
        won: what an attacker made of that who learned to undo the defense; None for nothing.
        share: of the likeness (SSIM) lost by the defense that the attacker won back on people
            who were not learned from; None if none was lost.
    """

    clean: bytes
    defended: bytes
    won: bytes | None = None
    share: float | None = None


@dataclass(frozen=True)
class Faces:
    """Example faces of all defenses.

    Args:
        whose: says whose faces they are, and who learned from whom.
        examples: one or more of each defense, by spec.
        why: says why a defense has none, by spec.
    """

    whose: str = ""
    examples: Mapping[str, Sequence[Example]] = field(default_factory=dict)
    why: Mapping[str, str] = field(default_factory=dict)


def write_faces(folder: Path, faces: Faces) -> None:
    """Write them into a run folder; nothing if there is nothing to tell."""
    if not (faces.examples or faces.why):
        return
    told = {
        "whose": faces.whose,
        "examples": {
            spec: [_told(one) for one in examples] for spec, examples in faces.examples.items()
        },
        "why": dict(faces.why),
    }
    write_text(folder / FILE, json.dumps(told, indent=1) + "\n")


def read_faces(folder: Path) -> Faces:
    """Read what `write_faces` wrote; none where there is nothing of the kind.

    Raises:
        ValueError: the file is damaged.
    """
    path = folder / FILE
    if not path.exists():
        return Faces()
    told = read_json(path)
    try:
        examples = {
            str(spec): tuple(_example(one) for one in some)
            for spec, some in told["examples"].items()
        }
        why = {str(spec): str(text) for spec, text in told["why"].items()}
        return Faces(str(told["whose"]), examples, why)
    except (KeyError, TypeError, AttributeError, binascii.Error) as error:
        raise ValueError(f"{path} holds no example faces ({error!r}); was it edited?") from error


def _told(one: Example) -> dict[str, object]:
    pictures = {"clean": one.clean, "defended": one.defended, "won": one.won}
    return {name: None if data is None else base64.b64encode(data).decode()
            for name, data in pictures.items()} | {"share": one.share}  # fmt: skip


def _example(told: Mapping[str, object]) -> Example:
    clean, defended, won = (
        None if told[name] is None else base64.b64decode(str(told[name]), validate=True)
        for name in ("clean", "defended", "won")
    )
    share = told["share"]
    if clean is None or defended is None or not isinstance(share, int | float | None):
        raise TypeError("a picture is missing")
    return Example(clean, defended, won, share)
