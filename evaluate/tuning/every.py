"""Tune every defense under one limit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from unmask.defenses import DEFENSES, Defense
from unmask.progress import shown

from ..comparison.guests import hosted
from ..comparison.plan import default_defenses
from ..results.folder import new_folder
from .goal import Goal
from .iso import Iso
from .iso_outputs import write_iso
from .result import Tuned
from .run import base_of, tune, with_models


def tune_all(
    data: Path | str = "orl", *, goal: Goal, folder: Path | str | None = None,
    defenses: Sequence[str | Defense] = (), storage: str = "", study: str = "",
    resume: bool = False, say: Callable[[str], None] | None = None, **settings: Any,
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
        settings: the rest of what `tune` takes.

    Raises:
        ValueError: a goal without a limit, or a folder that holds something else.
    """
    if not goal.limited:
        raise ValueError(
            "'tune all' compares at equal leakage: give --max-leakage, for example 0.1"
        )
    folder = Path(folder) if folder else new_folder("tune")
    if folder.is_dir() and any(folder.iterdir()) and not resume:
        raise ValueError(f"{folder} is not empty; name another folder, or add --resume")
    usual = [n for n in default_defenses() if DEFENSES.load(n).space]
    names = [base_of(given) for given in defenses] or usual
    with hosted(list(defenses)), shown(settings.pop("progress", True)) as progress:
        return _tune_all(names, str(data), goal, folder, storage, study, resume, say,
                         settings | {"progress": progress})  # fmt: skip


def _tune_all(
    names: Sequence[str], data: str, goal: Goal, folder: Path, storage: str, study: str,
    resume: bool, say: Callable[[str], None] | None, settings: dict[str, Any],
) -> Iso:  # fmt: skip
    plans = with_models(settings.get("search"), settings.get("test"), settings["progress"])
    settings |= {"search": plans[0], "test": plans[1]}
    done: dict[str, Tuned] = {}
    failed: dict[str, str] = {}
    for number, spec in enumerate(names, 1):
        if say:
            say(f"{spec} ({number} of {len(names)})")
        own = folder / f"{number:02d}-{spec.partition(':')[0]}"
        try:
            done[spec] = tune(
                spec, data, goal=goal, folder=own, storage=storage,
                study=f"{study or 'unmask'}-{number}-{spec}" if storage else "",
                resume=resume and (own / "config.json").exists(), **settings,
            )  # fmt: skip
        except (ValueError, RuntimeError, LookupError, ImportError) as error:
            failed[spec] = str(error)
    if not done:
        raise ValueError(next(iter(failed.values())))
    looks = [found.opened for found in done.values()]  # in one storage each counts all before it
    iso = Iso(goal, done, failed, folder, max(looks) if storage else sum(looks))
    write_iso(iso)
    return iso
