"""A comparison in parts, each on a machine of its own, and what they measured put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from unmask.defenses.files.hashes import sha256_of

from ..data.scene import Progress
from ..results.folder import differing, open_folder
from ..results.jsonfile import read_json
from ..results.share import Done, Share, all_parts
from .gathering import Engine, measured_once
from .jobs import Job
from .keeping import Keeping
from .measured import Measured
from .store import restore_file

_PART = "part"  # in config.json: the one setting in which parts differ


def measure_share(
    jobs: Sequence[Job], keeping: Keeping, config: Mapping[str, Any], share: Share,
    engine: Engine, *, asked: Sequence[str] = (), names: bool = False,
    progress: Progress | None = None,
) -> dict[str, Measured]:  # fmt: skip
    """Measure one part of the jobs of a run, and leave the measurements alone in its folder.

    Planted cases and parts of photos belong to one share each, as defenses do: only together do
    they say what a figure is worth, so here are no figures yet.

    Args:
        jobs: of the whole run.
        keeping: of the run; its folder may hold all parts.
        config: of the whole run.
        share: which part.
        engine: what measures.
        asked: words of the command line, for whoever puts the parts together.
        names: keep names of people in `config.json`.
        progress: told which job begins and how many are done.

    Returns:
        What was measured, by label.
    """
    place = share.folder(keeping.folder)
    open_folder(place, {**config, _PART: str(share)}, resume=keeping.resume, names=names)
    done = Done(place, share, "compare", tuple(asked))
    done.write()
    mine = replace(keeping, folder=place, everything=True)
    found = measured_once(share.mine(jobs), mine, engine, progress)
    files = {job.label: _digest(mine.path(job)) for job in share.mine(jobs)}
    replace(done, finished=True, told={"jobs": files}).write()
    return found


def known_of(
    folders: Sequence[Path], jobs: Sequence[Job], keeping: Keeping, config: Mapping[str, Any]
) -> dict[str, Measured]:
    """Return what all parts of a run have measured, by label; nothing is written.

    Args:
        folders: parts, and folders that hold parts.
        jobs: of the whole run.
        keeping: of the run that they become.
        config: of the whole run, as it would be measured here and now.

    Raises:
        ValueError: a part is missing, unfinished, twice, damaged, or of another run: with other
            settings, photos, code or versions.
    """
    parts = all_parts(folders)
    for part in parts:
        theirs = read_json(part.place / "config.json")
        told = dict(theirs) if isinstance(theirs, dict) else {}
        told.pop(_PART, None)
        if other := differing(told, config):
            raise ValueError(
                f"part {part.share} in {part.place} was not measured as it would be here "
                f"({'; '.join(other)}); merge where photos, code and versions are those of all "
                "parts, or do that part again in another folder"
            )
    return {
        job.label: _taken(part, job, keeping)
        for part in parts
        for job in part.share.mine(jobs)
    }  # fmt: skip


def _taken(part: Done, job: Job, keeping: Keeping) -> Measured:
    path = replace(keeping, folder=part.place).path(job)
    noted = (part.told or {}).get("jobs", {}).get(job.label)
    if noted is None or not path.is_file() or _digest(path) != noted:
        what = "lacks" if not path.is_file() else "holds another measurement than it noted of"
        raise ValueError(
            f"part {part.share} in {part.place} {what} '{job.label}'; do it again with: "
            f"{part.again(part.share)}"
        )
    return restore_file(path)


def _digest(path: Path) -> str:
    return sha256_of(path)[:16]
