"""What `unmask apply` says in the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from .apply_options import OnMissing

if TYPE_CHECKING:
    from unmask.defenses.apply import ApplyReport

_NAMED = 5  # photos that are named on the screen; the records have all
_BECAME = {"skip": "not written", "copy": "written undefended", "blank": "written blank"}


def say(
    done: ApplyReport, *, on_miss: OnMissing, name: str, quiet: bool, in_place: bool = False
) -> None:  # fmt: skip
    """Say on standard error, also to the quiet, what is not as one would think."""
    from unmask.defenses.files.printable import printable

    lines = [f"{printable(row.path)}: {row.reason}" for row in done.failed]
    lines += [f"{printable(one.path)}: {one.reason}" for one in done.lost]
    if done.remark:
        lines.append(done.remark)
    kinds = {"no_face": "no face was found", "unchanged": f"'{name}' changed nothing"}
    for outcome, why in kinds.items():
        paths = [row.path for row in done.missed if row.outcome == outcome]
        if paths:
            look = "; look at them" + (": --on-miss copy writes them as they are" * (not in_place))
            cure = look if on_miss == "skip" else ""
            became = "left in place undefended" if in_place and cure else _BECAME[on_miss]
            lines.append(f"{_many(paths, 'photo')} {became}, {why}: {_names(paths)}"
                         f"{cure}")  # fmt: skip
    if not quiet:
        lines += _by_the_way(done)
    for line in lines:
        typer.echo(f"unmask: {line}", err=True)


def tell_of_videos(done: ApplyReport, *, audio: bool) -> None:
    """Say who was followed in each video and where not seen, and that voices are left."""
    from unmask.defenses.files.printable import printable

    rows = [row for row in done.videos if row.outcome == "defended"]
    for row in rows:
        told = "; ".join(filter(None, (f"{_many(range(row.faces), 'face')} followed", row.reason)))
        typer.echo(f"{printable(row.path)}: {told}")
    if rows and audio:
        typer.echo("sound is kept, and a voice tells who speaks; --no-audio drops it")


def _by_the_way(done: ApplyReport) -> list[str]:
    from unmask.defenses.files.printable import printable

    lines: list[str] = []
    if skipped := [f"{one.path} ({one.reason})" for one in done.skipped if not one.lost]:
        lines.append(f"skipped: {_names(skipped)}")
    if done.strangers:
        lines.append(f"{_many(done.strangers, 'file')} in the target not of this run, left as "
                     f"they are: {_names(done.strangers)}")  # fmt: skip
    if done.telling:
        lines.append(f"names of files and folders are kept, and may be those of people: "
                     f"{_names(done.telling, 2)}; --rename gives others")  # fmt: skip
    if done.names:
        lines.append(f"which name stands for which photo is in {printable(done.names)}; keep it "
                     "to yourself")  # fmt: skip
    return lines


def _many(things: Sequence[object], word: str) -> str:
    return f"{len(things)} {word}{'s' if len(things) != 1 else ''}"


def _names(paths: Sequence[str], most: int = _NAMED) -> str:
    from unmask.defenses.files.printable import printable

    first = ", ".join(printable(path) for path in paths[:most])
    return first + (f" and {len(paths) - most} more" if len(paths) > most else "")
