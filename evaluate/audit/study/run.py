"""The study: what it costs, then one model after the other, each in a folder of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from unmask.defenses.files.code_digest import file_digest
from unmask.device import free, full
from unmask.progress import shown

from ...data.pictures import Pictures
from ...data.scene import Progress
from ...results.folder import new_folder, open_folder
from ..inquiry import Audit, Inquiry
from ..people import Subjects, load_subjects
from ..run import audit, planned, settings_of
from .again import join
from .cost import estimate
from .eta import Remaining
from .joined import Studied
from .listed import Listed, Opening, check_there, read_models
from .parts import COMMAND, NAME, Part, parts_of, taken_over, write_parts

PICTURES = "pictures.sqlite"
Say = Callable[[str], None]


def study(
    models: Path | str,
    subjects: Subjects | Path | str,
    inquiry: Inquiry | None = None,
    *,
    folder: Path | str | None = None,
    resume: bool = False,
    only_estimate: bool = False,
    text: bool = True,
    opening: Opening | None = None,
    progress: Progress | bool | None = True,
    estimated: Callable[[Sequence[Part]], None] | None = None,
    say: Say | None = None,
) -> Studied:
    """Ask several models the same of the same photos.

    Each model is opened twice, for the estimate and for its audit, one at a time. One that
    cannot be opened, or breaks, is noted with its reason, and the others go on.

    Args:
        models: file of models, see `read_models`.
        subjects: from `load_subjects`; or a dataset, folder or list, as on the command line.
        inquiry: what to ask; None: `Inquiry()`.
        folder: of the study; must be new or empty unless `resume`. None: a new one in `runs`.
        resume: go on with the study there, which was asked the same.
        only_estimate: stop when it is known what it costs.
        text: as in `audit`.
        opening: how models are opened whose line says nothing else.
        progress: as in `audit`.
        estimated: called once with all models when it is known what they cost.
        say: called with a line whenever a model is done.

    Raises:
        LookupError: no such data.
        ValueError: a bad file of models, a defense that cannot be used here, or a folder that
            holds something else, or a study with other models, people or questions.
    """
    path, tell = Path(models), say or (lambda _: None)
    listed = read_models(path, opening)
    place = Path(folder) if folder else new_folder("audit-vlm-study")
    going_on = resume and (place / NAME).exists()
    if not going_on:
        check_there(listed, path)
    who = subjects if isinstance(subjects, Subjects) else load_subjects(str(subjects))
    with shown(progress) as told:
        plan = planned(who, inquiry or Inquiry(), 1, told, text=text)
        parts = taken_over(place, listed) if going_on else parts_of(listed)
        open_folder(place, _config(plan), resume=resume, names=True)
        write_parts(place, parts)
        for number, one in enumerate(listed):
            if not parts[number].estimate and not parts[number].records:
                if told:
                    told("estimating", number, len(listed))
                parts[number] = _estimated(parts[number], one, plan)
                free()
                write_parts(place, parts)
        if told:
            told("estimating", len(listed), len(listed))
        if estimated:
            estimated(parts)
        if not only_estimate:
            _ask_all(_Shared(place, plan, text), listed, parts, told, tell)
    return join(place)


@dataclass(frozen=True)
class _Shared:
    """What all models of a study have in common."""

    place: Path
    plan: Audit
    text: bool


def _config(plan: Audit) -> dict[str, object]:
    read = plan.subjects.printed is not None
    about = {"notes": list(plan.subjects.notes), "details": list(plan.subjects.details)}
    about["text"] = ["read"] if read else []
    return {"command": COMMAND} | settings_of(plan) | about


def _estimated(part: Part, one: Listed, plan: Audit) -> Part:
    began = time.perf_counter()
    try:
        model = one.open()
        took = time.perf_counter() - began
        found = estimate(model, replace(plan, batch=model.batch), took)
    except Exception as error:  # of one model, whatever it is: the others go on
        return replace(part, reason=_line(error, one))
    return replace(part, estimate=found, fingerprint=model.fingerprint)


def _ask_all(
    shared: _Shared, listed: Sequence[Listed], parts: list[Part], progress: Progress | None,
    say: Say,
) -> None:  # fmt: skip
    pictures = Pictures(shared.place / PICTURES)
    remaining = Remaining(parts, progress)
    for number, one in enumerate(listed):
        part = parts[number]
        if part.records:
            continue
        if not part.reason:
            remaining.begin(number)
            part = parts[number] = _asked(part, one, shared, pictures, remaining)
            free()
            write_parts(shared.place, parts)
            join(shared.place)  # who looks in on the second day sees what there is
        remaining.end(number)
        say(_done(part, remaining.told()))


def _asked(
    part: Part, one: Listed, shared: _Shared, pictures: Pictures, remaining: Remaining
) -> Part:
    """Ask one model, going on where an interrupted audit of it stopped."""
    folder, began = shared.place / part.folder, time.perf_counter()
    again, plan = part.begun(shared.place), shared.plan
    try:
        model = one.open()
        audit(model, plan.subjects, plan.inquiry, folder=folder, resume=again, text=shared.text,
              progress=remaining, pictures=pictures)  # fmt: skip
    except Exception as error:  # likewise
        return replace(part, reason=_line(error, one))
    took = 0.0 if again else round(time.perf_counter() - began, 1)
    digest = file_digest(folder / "records.jsonl")
    return replace(part, records=digest, seconds=took, fingerprint=model.fingerprint)


def _line(error: Exception, one: Listed) -> str:
    """Return what happened to a model in one line, without the place on this machine."""
    text = " ".join((full(error) or str(error)).split())
    told = (text.replace(one.model, one.label) if one.local else text)[:300]
    if isinstance(error, ValueError | LookupError | OSError | ImportError) and told:
        return told
    return f"{type(error).__name__}: {told}" if told else type(error).__name__


def _done(part: Part, left: str) -> str:
    if part.reason:
        return f"{part.label}: not measured: {part.reason}"
    return f"{part.label}: measured{left}"
