"""What a search can say with these people and trials, and what it cannot."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from pathlib import Path

import numpy as np

from unmask.defenses import Choice, Defense, Range

from ..comparison.plan import Plan
from ..data.scene import Scene
from ..metrics.answers import Answers
from ..metrics.base import Unavailable
from ..statistics import Estimate, clustered_interval
from .goal import Goal
from .points import asked_alone
from .spaces import Space


def check_people(goal: Goal, search: int, test: int) -> None:
    """Refuse a cap that guessing alone would break.

    Raises:
        ValueError: there are too few people in the search or in the test.
    """
    few = min(search, test)
    if goal.max_leakage is not None and 1 / few >= goal.max_leakage:
        needed = int(1 / goal.max_leakage) + 1 if goal.max_leakage else 0
        cure = f"at least {needed} people in each are needed" if needed else "no number is enough"
        raise ValueError(
            f"--max-leakage {goal.max_leakage:g} is not above chance: guessing names 1 in {few} "
            f"with {search} search and {test} test people; {cure}"
        )


def check_region(goal: Goal, defense: Defense, space: Space) -> None:
    """Refuse a cap on the face alone where the region leaves much of it to the context.

    Raises:
        ValueError: it does.
    """
    if goal.of != "face":
        return
    kinds, margin = space.get("region"), space.get("margin")
    regions = kinds.options if isinstance(kinds, Choice) else (defense.region,)
    least = min(margin.weak, margin.strong) if isinstance(margin, Range) else defense.margin
    if "eyes" in regions or least < 0:
        found = "eyes" if "eyes" in regions else f"margin {least:g}"
        raise ValueError(
            f"--of face needs a region that holds the face, got {found}: what that leaves of the "
            "face would not count; take another region, or cap the whole photo"
        )


def none_leaks(people: int) -> Estimate:
    """Return the leakage of a defense under which none of so many people is ever named."""
    return clustered_interval(np.zeros(people), np.arange(people))


def nothing_measured(failed: Sequence[str], table: Path) -> str:
    """Say that there is no trial to choose from; `failed` is why each of them broke."""
    if not failed:
        return f"no trial was measured to the end; {table} lists them"
    return f"all trials failed, {len(failed)} of them; the first: {failed[0]}; {table} lists them"


def notes_of(
    scene: Scene, goal: Goal, search: Plan, test: Plan, failed: Sequence[str], done: int
) -> tuple[str, ...]:
    """Return what the reader must know, failed trials first.

    Args:
        scene: the search people.
        goal: what is asked.
        search: plan of the search.
        test: plan of the check.
        failed: why trials broke.
        done: number of those that did not.
    """
    notes = list(scene.notes)
    if failed:
        most = "most trials failed: " if len(failed) > done else ""
        notes.insert(
            0,
            f"{most}{len(failed)} of {len(failed) + done} trials failed; the first: {failed[0]}; "
            f"trials.csv lists them",
        )
    few = min(len(scene.split.search), len(scene.split.test))
    if goal.max_leakage is not None and (best := none_leaks(few).high) > goal.max_leakage:
        needed = next(n for n in count(few) if none_leaks(n).high <= goal.max_leakage)
        notes.append(
            f"{few} people cannot show a leakage of at most {goal.max_leakage:g}: even if nobody "
            f"is named, the interval ends at {best:.2f}; search and test need {needed} people each"
        )
    if goal.of == "face":
        notes.append(
            "the limit is on the face alone, which is all that a setting changes: hair, clothes "
            "and what else is around it may name people all the same"
        )
    if goal.as_good_as:
        notes.append(
            f"the limit is on what leaks beyond {goal.as_good_as} of the same region; what that "
            "leaks itself is no less for it"
        )
    notes += _floor_of_use(goal, search, scene)
    if asked_alone(test.attackers):
        notes.append(
            "leakage is what the model names when it is asked; whoever knows the defense, or "
            "compares faces, may name more: see the same setting in a comparison"
        )
        return tuple(notes)  # no face model took part
    if len(test.face_models) < 2:
        told = "".join(test.face_models) or "none"
        notes.append(
            f"face models of the test: {told}; a second one may name more (unmask fetch sface)"
        )
    if set(search.face_models) & set(test.face_models):
        same = ", ".join(sorted(set(search.face_models) & set(test.face_models)))
        notes.append(
            f"search and test use the same face model ({same}): the check shows what other people "
            f"change, not what another recognizer sees; name one with --report-recognizers"
        )
    return tuple(notes)


def _floor_of_use(goal: Goal, search: Plan, scene: Scene) -> list[str]:
    """Say how many answers a picture of somebody else keeps, if they are the use that is sought.

    A model that says the same of every picture keeps all: then any setting looks useful.
    """
    asked = [one for one in search.build_metrics() if one.name == goal.utility]
    if not (asked and isinstance(asked[0], Answers)):
        return []
    try:
        floor = asked[0].floor(scene.probes)
    except Unavailable:
        return []
    if floor is None:
        return []
    said = f"somebody else's clean photo keeps {floor:.2f} of the answers: so much is no use"
    if goal.min_utility is not None and goal.min_utility <= floor:
        said += f", and --min-utility {goal.min_utility:g} asks for no more"
    return [said]
