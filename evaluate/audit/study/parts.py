"""What a study knows of each of its models, in `study.json`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from unmask.defenses.files.atomic import write_text

from ...results.jsonfile import read_json
from ...vlm.folder import mark_of
from .cost import Estimate
from .listed import Listed, folder_name

NAME = "study.json"
COMMAND = "audit-vlm-study"


@dataclass(frozen=True)
class Part:
    """One model of a study.

    Args:
        label: what it is called.
        told: what it is, as its line says, without the place on this machine.
        mark: digest of its line.
        folder: of its audit, inside the study.
        fingerprint: of the model; empty until it was opened.
        estimate: what asking it takes; None until that is known.
        seconds: that its audit took; 0 while it is not finished, or was in several goes.
        records: digest of its records; empty while it is not finished.
        reason: why it could not be measured, in one line.
    """

    label: str
    told: str
    mark: str
    folder: str
    fingerprint: str = ""
    estimate: Estimate | None = None
    seconds: float = 0.0
    records: str = ""
    reason: str = ""

    def begun(self, study: Path) -> bool:
        """Return whether its audit has begun."""
        return (study / self.folder / "config.json").exists()


def parts_of(models: Sequence[Listed]) -> list[Part]:
    """Return the models of a new study, each with a folder: `01-llava`."""
    return [
        Part(one.label, one.told, one.mark, f"{number:02d}-{folder_name(one.label)}")
        for number, one in enumerate(models, 1)
    ]


def write_parts(study: Path, parts: Sequence[Part]) -> None:
    """Write `study.json`."""
    told = [asdict(part) | {"estimate": part.estimate and part.estimate.as_dict()}
            for part in parts]  # fmt: skip
    write_text(study / NAME, json.dumps({"models": told}, indent=1) + "\n")


def read_parts(study: Path) -> list[Part]:
    """Read `study.json`.

    Raises:
        ValueError: there is none, or it is damaged.
    """
    found: Any = read_json(study / NAME)
    try:
        return [_part(entry) for entry in found["models"]]
    except (TypeError, KeyError) as error:
        raise ValueError(f"{study / NAME} lists no models; was it edited?") from error


def _part(entry: Any) -> Part:
    known = {one.name for one in fields(Part)}
    given = entry["estimate"] and Estimate(**entry["estimate"])
    return Part(**{k: v for k, v in entry.items() if k in known} | {"estimate": given})


def taken_over(study: Path, models: Sequence[Listed]) -> list[Part]:
    """Return the models of a study that goes on, with what is known of them.

    A line whose model has begun must be what it was, where it was, and so must be the files of
    its folder: a model that was trained further would be told by what it said before. Any other
    may be corrected, taken out, or added at the end: nothing was measured of it.

    Raises:
        ValueError: a model that has begun is another one now; the message says what changed.
    """
    old, new = read_parts(study), parts_of(models)
    changed = []
    for number, part in enumerate(old):
        now = new[number] if number < len(new) else None
        if now is not None and now.mark == part.mark:
            new[number] = replace(part, reason="")
            if part.begun(study) and _is_other(part, models[number]):
                changed.append(
                    f"model {number + 1}, '{part.told}' ({part.label}), has other files"
                )
        elif part.begun(study):
            what = f"is now '{now.told}' ({now.label})" if now else "is gone"
            changed.append(f"model {number + 1}, '{part.told}' ({part.label}), {what}")
    if changed:
        raise ValueError(
            f"the models have changed since {study} began: {'; '.join(changed)}; put them "
            "back as they were, or name another folder"
        )
    return new


def _is_other(part: Part, one: Listed) -> bool:
    """Return whether the folder of a model holds other files than when it was asked."""
    if not (one.local and part.fingerprint and Path(one.model).is_dir()):
        return False  # of a server or a hub nobody knows before it is asked
    return part.fingerprint.split()[0] != mark_of(one.model)
