"""A run of the user: which settings it measures, how long that takes, and its table."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from unmask.defenses import DEFENSES

from ..comparison.config import changed_since, plugins_of
from ..comparison.plan import Plan
from ..comparison.run import compare
from ..data.scene import Progress, prepare
from ..results.folder import SCRATCH, is_as_written
from ..results.origin import config_of
from ..results.records import read_records
from .folder import Held
from .table import Setting, Table, settings_of

BUDGET = "standard"
SETTINGS = (
    "none",
    "gaussian_blur:sigma=0.06", "gaussian_blur:sigma=0.13", "gaussian_blur:sigma=0.3",
    "gaussian_blur:sigma=0.3,region=head",
    "pixelate:blocks=16", "pixelate:blocks=8", "pixelate:blocks=4",
    "pixelate:blocks=4,region=head",
    "mask", "mask:region=head",
    "noise:sigma=0.3", "noise:sigma=0.6",
    "motion_blur:length=0.3",
    "downscale:side=16", "downscale:side=8",
    "dp_pix",
    "k_same:k=5", "k_same:k=10",
    "eye_bar",
)  # fmt: skip
"""Mild, usual and strong, of the face and of the whole head: what the tables hold, too."""
SECONDS = 0.3
"""CPU-seconds a setting takes for each photo of the folder, rather too many than too few.

0.09 on ORL (722 s for 20 settings of 400 photos of 92 x 112), 0.3 on LFW (2,124 s for 12 of 600
of 250 x 250).
"""


def measure(
    root: Path, folder: Path, *, seed: int = 0, workers: int = 0, progress: Progress | None = None
) -> Table:
    """Compare the usual settings on a labelled folder, and return their table.

    Args:
        root: the photos, one sub-folder for each person.
        folder: the run folder, new or empty.
        seed: seed of the run.
        workers: processes, 0 for one per core.
        progress: called with what is being done, the number done and the number to do.

    Raises:
        ValueError: too few people or photos, or `folder` holds something.
    """
    plan = Plan(budget=BUDGET, seed=seed)
    scene = prepare(f"folder:{root}", seed=seed, drop_duplicates=True, progress=progress,
                    scratch=folder / SCRATCH)  # fmt: skip
    compare(scene, SETTINGS, plan, folder=folder, workers=workers, progress=progress)
    return table_of_run(folder)


def minutes(photos: int, cores: int) -> float:
    """Return about how long `measure` takes at most."""
    return SECONDS * photos * len(SETTINGS) / max(cores, 1) / 60


def table_of_run(folder: Path) -> Table:
    """Return the table of a finished comparison.

    What a plug-in was measured to do says nothing of what another code of it does: then its
    settings cannot be applied as they were measured.

    Raises:
        ValueError: it is no run folder, has no leakage in it, or other records than it wrote.
    """
    path = folder / "records.jsonl"
    if not path.is_file():
        raise ValueError(f"{folder} holds no records.jsonl; is it the folder of a finished run?")
    config = config_of(folder)
    records = read_records(path)
    if is_as_written(folder, config) is False:
        raise ValueError(
            f"{path} is not what the run wrote (its digest in config.json is another one), so it "
            "shows nothing; measure again, or go on with --resume, which writes it anew"
        )
    settings = settings_of(records)
    if not settings:
        raise ValueError(f"{folder} holds no leakage; advice needs a run of 'unmask compare'")
    first = records[0]
    others = tuple(changed_since(config.get("code"), [one.defense for one in settings]))
    settings = tuple(
        replace(one, applies=one.applies and not _made_by(one) & {*others}) for one in settings
    )
    return Table(first.dataset, settings, first.budget, first.models,
                 _command(config, first.dataset, first.budget, first.seed), changed=others
                 )  # fmt: skip


def _made_by(one: Setting) -> set[str]:
    """Return the plug-in that brings a defense, if it is none of ours."""
    there = one.defense.partition(":")[0] in DEFENSES.available()
    return {*plugins_of([one.defense])} if there else set()


def attacked_in(folder: Path) -> frozenset[str] | None:
    """Return the people whom a run attacked; None of one that names nobody, as most do.

    Raises:
        ValueError: its `config.json` is damaged.
    """
    split = config_of(folder).get("split")
    test = split.get("test") if isinstance(split, dict) else None
    return frozenset(map(str, test)) if isinstance(test, list) else None


def are_people_of(held: Held, attacked: frozenset[str]) -> bool:
    """Return whether those whom a run attacked are people of a folder, by their names."""
    return bool(attacked) and attacked <= set(held.people)


def _command(config: Mapping[str, Any], dataset: str, budget: str, seed: int) -> str:
    """Return the command of a run without places on the machine."""
    defenses: Sequence[object] = config.get("defenses") or ()
    told = " ".join(map(str, defenses))
    words = ["unmask", "compare", dataset, "--defenses", told, "--budget", budget]
    return shlex.join([*words, "--seed", str(seed)])
