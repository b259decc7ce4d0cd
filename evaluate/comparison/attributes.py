"""What else a defended photo tells: gender, age, expression, whatever a table says of it.

Photos are defended as for attackers; `guessing.py` holds who guesses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from unmask.defenses import DEFENSES, Photo

from ..attackers.grids import aligned_grid, whole_grid
from ..data.scene import Progress, Scene
from ..recognizers.base import Recognizer
from ..results.attributes import ATTRIBUTE
from ..results.records import AND, BALANCED, Record, broke
from ..statistics import Estimate
from .blind import blind
from .defending import Blindfolded, OwnCopies
from .groups import Groups
from .guessing import Asked, Features, Question, reached
from .landmarking import landmark_records
from .plan import Plan

LEAST = 5  # test people of a class: fewer leave nobody to learn from, and an interval of nothing
UNKNOWN = "unknown"  # what `read_groups` makes of an empty cell
As = Literal["leak", "use"]
KINDS = {"leak": ("leak",), "use": ("use", "learn")}


def attribute_records(
    worst: Sequence[Record],
    scene: Scene,
    plan: Plan,
    attributes: Groups,
    *,
    read_as: As = "leak",
    progress: Progress | None = None,
) -> list[Record]:
    """Return what is guessed of every attribute from each defense's photos.

    Balanced accuracy, the highest over guessers: chance is one by the number of classes, also
    where one class is frequent, and a guesser who always says that class reaches no more. A
    guesser knows the defense and learns from defended copies, or knows nothing of it and
    learns from clean photos, whichever reaches more. `ceiling` is the same on clean photos.

    Args:
        worst: the worst case of each defense, whose dataset, seed and so on the records share.
        scene: the photos.
        plan: face models and seed.
        attributes: from `read_groups`: names are identities, or keys of photos where an
            attribute is not the same for all photos of a person.
        read_as: `leak`: what photos give away. `use`: what they are good for, so it is also
            measured how well who learned from defended photos alone guesses on clean ones, and
            finds landmarks there.
        progress: called with what is being done, the number done and the number to do.

    Raises:
        ValueError: no attribute has two classes with enough people.
    """
    asked = asked_of(scene, plan.seed)
    questions = questions_of(attributes, asked)
    models = plan.build_recognizers()
    clean = _features(asked.photos, models)
    best = {q.name: reached(q, asked, [clean], clean)[1].value for q in questions}
    found: list[Record] = []
    for number, row in enumerate(worst):
        if progress:
            progress("guessing attributes", number, len(worst))
        seen, why = _seen(row, asked, plan, models)
        for question in questions:
            for kind in KINDS[read_as]:
                record = _record(row, question, kind, best[question.name])
                if seen is None:
                    found.append(replace(record, **why))
                    continue
                sources, shown = ([seen], clean) if kind == "learn" else ([seen, clean], seen)
                found.append(_with(record, *reached(question, asked, sources, shown), why))
    if read_as == "use":
        found += landmark_records(worst, scene, plan.seed, progress=progress)
    return found


def asked_of(scene: Scene, seed: int) -> Asked:
    """Return the photos of a scene, to learn from and to ask about."""
    names = sorted({photo.identity for photo in scene.gallery})
    others = sorted({photo.identity for photo in scene.background})
    place = {name: i for i, name in enumerate(names)}
    place |= {name: -1 - i for i, name in enumerate(others)}
    photos = (*scene.gallery, *scene.background, *scene.probes)
    people = np.array([place[photo.identity] for photo in photos], np.int64)
    return Asked(photos, people, len(scene.probes), blind(scene, seed))


def questions_of(attributes: Groups, asked: Asked) -> list[Question]:
    """Return the attributes that can be asked: two classes or more with `LEAST` test people.

    Raises:
        ValueError: there is none.
    """
    found, why = [], []
    for name, column in attributes.items():
        values = np.array([_value(column, photo) for photo in asked.photos])
        mine = values[-asked.probes :]
        people = {str(v): len(np.unique(asked.who[mine == v])) for v in np.unique(mine)}
        classes = tuple(sorted(v for v, n in people.items() if n >= LEAST and v != UNKNOWN))
        rare = ", ".join(f"{v} ({n})" for v, n in sorted(people.items()) if v not in classes)
        if len(classes) < 2:
            why.append(f"{name} has {len(classes)}")
            continue
        place = {value: i for i, value in enumerate(classes)}
        labels = np.array([place.get(str(value), -1) for value in values], np.int64)
        reason = f"left out, with the number of people: {rare}" if rare else ""
        found.append(Question(name, classes, labels, reason))
    if not found:
        raise ValueError(
            f"an attribute to guess needs two classes with {LEAST} test people each; "
            f"{', '.join(why) or 'there is none'}: do its names fit those of the photos?"
        )
    return found


def _value(column: Mapping[str, str], photo: Photo) -> str:
    return column.get(photo.key) or column.get(photo.identity) or UNKNOWN


def _seen(
    worst: Record, asked: Asked, plan: Plan, models: Sequence[Recognizer]
) -> tuple[Features | None, dict[str, Any]]:
    """Return features of what is to be learned from and of the release, and what to doubt.

    Photos are defended as in `measure`; None where that cannot be done.
    """
    if worst.status in ("unavailable", "invalid") and worst.value is None:
        return None, {"status": worst.status, "reason": worst.reason}
    hidden = asked.hidden
    try:
        defense = DEFENSES.build(worst.defense).fit(hidden.strangers)
        blindfolded = Blindfolded(defense, plan.seed, hidden.names)
        copies = OwnCopies(blindfolded)
        known = copies((*hidden.gallery, *hidden.background))
        released = blindfolded.released(hidden.probes)
        probes = [p.with_pixels(done.photo.held)
                  for p, done in zip(hidden.probes, released, strict=True)]  # fmt: skip
        seen = _features([*known, *probes], models)
    except (Exception, SystemExit) as error:  # of a defense
        return None, {"status": "invalid", "reason": broke("defense", error)}
    lost = sum(copies.failures.values())
    if lost:
        reason = f"{lost} of {copies.made} copies that guessers made failed"
        return seen, {"status": "at least", "reason": reason}
    if worst.status == "at least":
        return seen, {"status": "at least", "reason": "the leakage of the row is a lower bound"}
    return seen, {}


def _features(photos: Sequence[Photo], models: Sequence[Recognizer]) -> Features:
    """Return what heads see: face vectors, the aligned face, the whole photo."""
    vectors = {model.label: np.asarray(model.embed(photos), np.float32) for model in models}
    return {**vectors, "aligned pixels": aligned_grid(photos), "whole photo": whole_grid(photos)}


def _record(worst: Record, question: Question, kind: str, ceiling: float) -> Record:
    """Return a record without its figure, in the place of a worst case."""
    return replace(
        worst, kind="leakage" if kind == "leak" else "utility",
        name=f"{ATTRIBUTE[kind]}{question.name}", statistic=BALANCED, recognizer="", attack="",
        value=None, low=None, high=None, n=0, chance=1 / len(question.classes), ceiling=ceiling,
        status="ok", reason=question.reason,
    )  # fmt: skip


def _with(record: Record, guesser: str, figure: Estimate, doubt: Mapping[str, Any]) -> Record:
    reason = AND.join(filter(None, (record.reason, doubt.get("reason"))))
    return replace(record, attack=guesser, **figure._asdict(), **{**doubt, "reason": reason})
