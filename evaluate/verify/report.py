"""What a look at an output leaves in its folder, and how its page is made again from there."""

from __future__ import annotations

import io
import json
import platform
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from unmask.defenses import Pixels
from unmask.defenses.files.atomic import write_bytes, write_text
from unmask.defenses.files.printable import printable
from unmask.device import mark

from ..comparison.versions import versions
from ..results.jsonfile import read_json
from ..results.origin import origin
from ..statistics import Estimate
from .findings import Finding
from .linking import Linked
from .page import Shots, verify_page
from .run import Verdict
from .telling import Told
from .told import as_data

KEPT, PAGE, SHOTS = "verify.json", "verify.html", "shots"
MOST = 200  # pictures that are kept and shown; the page names the rest
_NAMES = re.compile(r"\d{4,}(-source)?\.jpg")


def write_look(
    folder: Path, verdict: Verdict, *, source: str, output: str, command: str = "",
    show_sources: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """Write `verify.json`, `verify.html` and small pictures of what was found.

    Args:
        folder: where to.
        verdict: what was found.
        source: what was compared, as it is called.
        output: with what.
        command: which asked for it.
        show_sources: keep and show clean faces of the source as well. Else nobody is shown
            whom the output does not show, too.

    Returns:
        What `verify.json` holds.
    """
    shots = _shots(verdict.findings, sources=show_sources)
    _keep_shots(folder / SHOTS, shots)
    data = as_data(verdict, command) | {
        "source": printable(source), "output": printable(output), "show_sources": show_sources,
        "made": origin() | {"command": command}, "device": mark(),
        "versions": versions(), "python": platform.python_version(),
    }  # fmt: skip
    write_text(folder / KEPT, json.dumps(data, indent=1) + "\n")
    write_text(folder / PAGE, _page(verdict, data, shots))
    return data


def is_look(folder: Path) -> bool:
    """Return whether a folder was made by `verify`."""
    return (folder / KEPT).exists()


def write_again(folder: Path) -> Path:
    """Write `verify.html` again, from what `write_look` wrote.

    Raises:
        ValueError: the folder holds no such file, or a damaged one.
    """
    data = read_json(folder / KEPT)
    try:
        shown = _page(_verdict(data), data, _kept_shots(folder / SHOTS))
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"{folder / KEPT} is damaged or of an older version ({error!r}); look again with "
            "unmask verify"
        ) from error
    write_text(folder / PAGE, shown)
    return folder / PAGE


def _page(verdict: Verdict, data: Mapping[str, Any], shots: Shots) -> str:
    made = {name: data[name] for name in ("made", "versions", "python")}
    made["device"] = data.get("device", "")  # older looks do not say
    return verify_page(verdict, made, shots, source=data["source"], output=data["output"],
                       show_sources=data["show_sources"])  # fmt: skip


def _verdict(data: Mapping[str, Any]) -> Verdict:
    findings = tuple(
        Finding(f["level"], f["kind"], f["path"], f["detail"], f["box"] and tuple(f["box"]))
        for f in data["findings"]
    )
    traced = tuple(Told(t["way"], _estimate(t), t["chance"], t["at_least"])
                   for t in data["leakage"])  # fmt: skip
    return Verdict(findings, data["photos"], data["faces"], traced, _linked(data["linkage"]),
                   tuple(data["notes"]), tuple(data["looked_by"]))  # fmt: skip


def _estimate(entry: Mapping[str, Any]) -> Estimate:
    return Estimate(entry["rank1"], entry["low"], entry["high"], entry["n"])


def _linked(entry: Mapping[str, Any] | None) -> Linked | None:
    if entry is None:
        return None
    return Linked(_estimate(entry), entry["chance"], entry["people"], entry["at_least"])


def _shots(findings: Sequence[Finding], *, sources: bool) -> Shots:
    shown = [place for place, one in enumerate(findings) if one.crop is not None][:MOST]
    return {
        place: (_jpeg(one.crop), _jpeg(one.before) if sources else None)
        for place in shown
        for one in [findings[place]]
    }


def _jpeg(picture: Pixels | None) -> bytes | None:
    if picture is None:
        return None
    data = io.BytesIO()
    Image.fromarray(picture).save(data, "JPEG", quality=85)
    return data.getvalue()


def _keep_shots(folder: Path, shots: Shots) -> None:
    """Write the pictures; those of an earlier look in the same folder go."""
    for path in folder.glob("*.jpg") if folder.is_dir() else ():
        if _NAMES.fullmatch(path.name):
            path.unlink()
    for place, (after, before) in shots.items():
        for end, data in (("", after), ("-source", before)):
            if data is not None:
                write_bytes(folder / f"{place:04d}{end}.jpg", data)


def _kept_shots(folder: Path) -> Shots:
    found: dict[int, tuple[bytes | None, bytes | None]] = {}
    for path in sorted(folder.glob("*.jpg")) if folder.is_dir() else ():
        if _NAMES.fullmatch(path.name):
            place, _, end = path.stem.partition("-")
            after, before = found.get(int(place), (None, None))
            data = path.read_bytes()
            found[int(place)] = (after, data) if end else (data, before)
    return found
