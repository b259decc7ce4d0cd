"""Options of `unmask apply` that do not reach what the source holds: refused, or said."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from .apply_shards import Ways

if TYPE_CHECKING:
    from unmask.defenses.apply import ApplyReport
    from unmask.defenses.apply.video import VideoOptions

_LISTS = (".csv", ".parquet")


def refuse_for_shards(
    video: VideoOptions, *, in_place: bool, rename: bool, preview: int
) -> None:  # fmt: skip
    """Refuse what is for photos and videos in files.

    Raises:
        typer.BadParameter: something is asked for that shards do not have.
    """
    if in_place or rename:
        raise typer.BadParameter(
            "shards keep their names, in another folder: leave out --in-place and --rename"
        )
    asked = [*(["--preview"] if preview else []), *_asked(video)]
    if asked:
        raise typer.BadParameter(f"not for shards: leave out {', '.join(asked)}")


def refuse_for_files(source: Path, ways: Ways, *, in_place: bool, preview: int) -> None:
    """Refuse what is for shards alone, and a look at photos that are gone.

    Raises:
        typer.BadParameter: something is asked for that files do not have.
    """
    given = {
        "--engine": ways.engine != "local", "--address": bool(ways.address),
        "--outcome-column": bool(ways.outcome_column),
        "--column": bool(ways.column) and source.suffix.lower() not in _LISTS,
    }  # fmt: skip
    if asked := [option for option, there in given.items() if there]:
        raise typer.BadParameter(
            f"for shards, not for files: leave out {', '.join(asked)}; files are done in "
            "processes (--workers) or parts (--shard-index)"
        )
    if in_place and preview:
        raise typer.BadParameter("--preview shows photos before and after; in place none is left "
                                 "as it was before")  # fmt: skip


def tell_of_no_videos(done: ApplyReport, video: VideoOptions) -> None:
    """Say that options of videos had nothing to do."""
    if not done.videos and (asked := _asked(video)):
        typer.echo(f"unmask: there was no video: {', '.join(asked)} had nothing to do", err=True)


def _asked(video: VideoOptions) -> list[str]:
    given = {
        "--no-audio": not video.audio, "--every": video.every != 1, "--codec": bool(video.codec),
        "--crf": video.crf is not None,
    }  # fmt: skip
    return [option for option, there in given.items() if there]
