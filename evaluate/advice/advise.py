"""Advice for a folder of photos."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .choosing import Choice, choose
from .folder import FEWEST, Held, look_into
from .looking import Looked, look_at, sample
from .looking import Progress as Progress
from .measuring import are_people_of, attacked_in, measure, table_of_run
from .shipped import tables
from .similar import most_similar
from .table import Setting, Table


@dataclass(frozen=True)
class Advice:
    """What is advised for a folder, and on what grounds.

    Args:
        held: what the folder holds.
        looked: what its photos are like.
        limit: the leakage that must not be passed.
        table: the figures.
        own: whether they are those of people in this folder; None of a run that names nobody.
        away: how unlike the data set of the figures is, see `distance`; 0 of a run of the user.
        choice: what the figures say about the limit.
        here: whether the people of the folder were measured just now, and not known by names.
    """

    held: Held
    looked: Looked
    limit: float
    table: Table
    own: bool | None
    away: float
    choice: Choice
    here: bool = False

    @property
    def setting(self) -> Setting | None:
        """What is shown: what was chosen, else what comes nearest."""
        return self.choice.chosen or self.choice.nearest


def advise(
    root: Path,
    *,
    max_leakage: float = 0.1,
    run: Path | None = None,
    measure_into: Path | None = None,
    seed: int = 0,
    workers: int = 0,
    progress: Progress | None = None,
) -> Advice:
    """Advise which defense to use for a folder of photos, and how strong.

    Args:
        root: the folder; a sub-folder for each person is needed for `measure_into` alone.
        max_leakage: of the photos of people who were attacked, the share that may be named.
        run: a finished comparison, best one of this folder; None: a public data set.
        measure_into: run a comparison of this folder first, into this new run folder.
        seed: of the photos that are looked at, and of the comparison.
        workers: processes of the comparison, 0 for one per core.
        progress: called with a label, the number done and the number to do.

    Raises:
        ValueError: no photos or no faces in the folder, a bad limit, or a bad run.
    """
    if not 0 <= max_leakage <= 1:
        raise ValueError(f"--max-leakage must be between 0 and 1, got {max_leakage}")
    held = look_into(root)
    if measure_into is not None and not held.measurable:
        raise ValueError(
            f"to measure takes {FEWEST} people, each with several photos in a sub-folder; {root} "
            f"has {len(held.people)} such"
        )
    looked = look_at(root, sample(held.files, seed=seed), progress)
    if looked.kind is None:
        raise ValueError(
            f"no face was found in the {looked.photos} photos looked at of {root}: nothing to "
            "anonymize, or faces too small ('unmask detect --small-faces' looks closer)"
        )
    away = 0.0
    if measure_into is not None:
        table = measure(root, measure_into, seed=seed, workers=workers, progress=progress)
        own: bool | None = True
    elif run is not None:
        table = table_of_run(run)
        attacked = attacked_in(run)
        own = None if attacked is None else are_people_of(held, attacked)
    else:
        table, away = most_similar(looked.kind, tables())
        own = False
    return Advice(
        held,
        looked,
        max_leakage,
        table,
        own,
        away,
        choose(table, max_leakage),
        here=measure_into is not None,
    )
