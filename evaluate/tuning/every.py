"""Tune every defense under one limit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from unmask.defenses import DEFENSES, Defense
from unmask.progress import shown

from ..comparison.guests import hosted
from ..comparison.plan import default_defenses
from ..results.folder import new_folder
from ..results.share import Share
from .goal import Goal
from .iso import Iso
from .iso_outputs import write_iso
from .plans import with_models
from .result import Tuned
from .run import base_of
from .searches import Found, Search, Searches, searched
from .shares import finished_share, known_of

Engines = Literal["local", "ray"]


def tune_all(
    data: Path | str = "orl", *, goal: Goal, folder: Path | str | None = None,
    defenses: Sequence[str | Defense] = (), storage: str = "", study: str = "",
    resume: bool = False, say: Callable[[str], None] | None = None, engine: Engines = "local",
    address: str = "", parts: Sequence[Path | str] = (), **settings: Any,
) -> Iso:  # fmt: skip
    """Tune every defense under one limit and write one table, plot and report of them.

    A defense that cannot be tuned is listed with its reason and the rest goes on.

    Args:
        data: dataset spec or folder.
        goal: must have a limit.
        folder: each defense gets a folder of its own in it. None: `runs/<time>-tune`.
        defenses: specs and objects; empty: all installed ones with something to tune, but
            diagnostic ones.
        storage: as in `tune`.
        study: prefix of the studies' names.
        resume: go on with the run in `folder`.
        say: told which defense begins.
        engine: `local`, one search after the other on this machine, or `ray`, searches side by
            side on a cluster, all of whose machines see the data; the result is the same.
        address: of the Ray cluster; empty: that in `RAY_ADDRESS`, or one that is started here.
        parts: folders in which all parts of this run lie, from `tune_share`: what they have
            found is taken instead of searching.
        settings: the rest of what `tune` takes.

    Raises:
        ValueError: a goal without a limit, a folder that holds something else, or parts that
            are not all of this run.
    """
    folder = _new(folder, resume=resume)
    with (
        hosted(list(defenses)),
        shown(settings.pop("progress", True)) as progress,
    ):
        names = _names(defenses, goal)
        if parts:
            found = known_of([Path(part) for part in parts], names, goal, folder)
        else:
            every = Searches(str(data), goal, folder, storage, study, resume,
                             _planned({**settings, "progress": progress}))  # fmt: skip
            found = _all(every, names, say, engine, address, settings.get("workers", 1))
        return _joined(found, names, goal, folder, shared=bool(storage))


def tune_share(
    share: Share, data: Path | str = "orl", *, goal: Goal, folder: Path | str,
    defenses: Sequence[str | Defense] = (), storage: str = "", study: str = "",
    resume: bool = False, say: Callable[[str], None] | None = None, engine: Engines = "local",
    address: str = "", asked: Sequence[str] = (), **settings: Any,
) -> dict[str, Found]:  # fmt: skip
    """Tune the defenses of one part of `tune_all`, which puts the parts together.

    Args:
        share: which part.
        data: as in `tune_all`.
        goal: as in `tune_all`.
        folder: of all parts; each makes one of its own in it.
        defenses: those of the whole run.
        storage: as in `tune`.
        study: prefix of the studies' names.
        resume: go on with what an interrupted part left.
        say: told which defense begins.
        engine: as in `tune_all`.
        address: as in `tune_all`.
        asked: words of the command line that all parts have in common.
        settings: the rest of what `tune` takes.

    Returns:
        What came of each defense of the part, or why nothing did.

    Raises:
        ValueError: as in `tune_all`.
    """
    place = _new(share.folder(Path(folder)), resume=resume)
    with (
        hosted(list(defenses)),
        shown(settings.pop("progress", True)) as progress,
        finished_share(share, place, asked, _names(defenses, goal)) as found,
    ):
        every = Searches(str(data), goal, place, storage, study, resume,
                         _planned({**settings, "progress": progress}))  # fmt: skip
        names = _names(defenses, goal)
        found |= _all(every, names, say, engine, address, settings.get("workers", 1), share)
    return found


def _new(folder: Path | str | None, *, resume: bool) -> Path:
    folder = Path(folder) if folder else new_folder("tune")
    if folder.is_dir() and any(folder.iterdir()) and not resume:
        raise ValueError(f"{folder} is not empty; name another folder, or add --resume")
    return folder


def _names(defenses: Sequence[str | Defense], goal: Goal) -> list[str]:
    if not goal.limited:
        raise ValueError(
            "'tune all' compares at equal leakage: give --max-leakage, for example 0.1"
        )
    usual = [n for n in default_defenses() if DEFENSES.load(n).space]
    return [base_of(given) for given in defenses] or usual


def _planned(settings: dict[str, Any]) -> dict[str, Any]:
    plans = with_models(settings.get("search"), settings.get("test"), settings["progress"])
    return settings | {"search": plans[0], "test": plans[1]}


def _all(
    every: Searches, names: Sequence[str], say: Callable[[str], None] | None, engine: Engines,
    address: str, workers: int, share: Share | None = None,
) -> dict[str, Found]:  # fmt: skip
    """Return what came of each defense, or of those of one share."""
    todo = [Search(number, spec) for number, spec in enumerate(names, 1)]
    todo = list(share.mine(todo)) if share else todo

    def begin(one: Search) -> None:
        if say:
            say(f"{one.spec} ({one.number} of {len(names)})")

    if engine == "ray":
        from .on_ray import search_on_ray

        done = search_on_ray(every, todo, begin=begin, workers=workers, address=address)
    else:
        done = searched(every, todo, begin=begin)
    found = dict(done)
    return {one.spec: found[one.spec] for one in todo}


def _joined(
    found: Mapping[str, Found], names: Sequence[str], goal: Goal, folder: Path, *, shared: bool
) -> Iso:
    done = {spec: one for spec in names if isinstance(one := found[spec], Tuned)}
    failed = {spec: one for spec in names if isinstance(one := found[spec], str)}
    if not done:
        raise ValueError(next(iter(failed.values())))
    looks = [one.opened for one in done.values()]  # in one storage each counts all before it
    iso = Iso(goal, done, failed, folder, max(looks) if shared else sum(looks))
    write_iso(iso)
    return iso
