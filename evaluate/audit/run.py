"""The audit: load, ask, keep, score, write."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from unmask.defenses import DEFENSES, Defense
from unmask.defenses.faces.find import find_faces
from unmask.device import mark
from unmask.progress import shown

from ..comparison.config import code_for, files_of, plugins_of
from ..comparison.content import content_of_photos
from ..comparison.guests import hosted
from ..comparison.versions import versions
from ..data.pictures import Pictures
from ..data.scene import Progress
from ..results.folder import new_folder, open_folder
from ..results.records import write_records
from ..vlm.base import Model
from ..vlm.names import Register
from ..vlm.opening import load
from .answer import Answer
from .asking import Asker
from .audited import Audited
from .figures import records_of
from .inquiry import Audit, Inquiry
from .kept import finished, keep
from .page import write_page
from .people import Subjects, load_subjects
from .scoring import score
from .shown.album import write_album
from .shown.examples import album_of
from .text import with_text
from .views import fills


def audit(
    model: Model | str,
    subjects: Subjects | Path | str,
    inquiry: Inquiry | None = None,
    *,
    defenses: Sequence[str | Defense] = (),
    folder: Path | str | None = None,
    resume: bool = False,
    text: bool = True,
    show_faces: bool = False,
    progress: Progress | bool | None = True,
    pictures: Pictures | None = None,
) -> Audited:
    """Ask a model for names and write the run folder.

    The folder holds `config.json`, `answers.jsonl`, `records.jsonl`, `curve.png` and
    `report.html`. An audit that was killed goes on where it was, with the same result.

    Args:
        model: from `load`; or a folder or hub id.
        subjects: from `load_subjects`; or a dataset, folder or list, as on the command line.
        inquiry: what to ask; None: `Inquiry()`.
        defenses: specs and objects, weak to strong within each defense, in place of those
            of the inquiry.
        folder: where to write; must be new or empty unless `resume`. None: a new one in
            `runs`.
        resume: take over what an interrupted audit with the same settings left there.
        text: look for printed names, with the extra `ocr`; 0.7 seconds a photo, once.
        show_faces: put some photos with their answers into the report.
        progress: True: a bar where somebody watches; else what is called with a label, the
            number done and the number to do.
        pictures: where defended pictures are kept that took long, for several audits of the
            same photos; None: in the folder, for this one.

    Raises:
        LookupError: no such model or data.
        ValueError: two people of one name, a defense that cannot be used here, or a folder
            that holds another run.
    """
    inquiry = inquiry or Inquiry()
    opened = load(model) if isinstance(model, str) else model
    who = subjects if isinstance(subjects, Subjects) else load_subjects(str(subjects))
    place = Path(folder) if folder else new_folder("audit-vlm")
    with shown(progress) as told, hosted(defenses or inquiry.defenses) as specs:
        inquiry = replace(inquiry, defenses=tuple(specs))
        return _audit(opened, who, inquiry, place, pictures, resume=resume, text=text,
                      show_faces=show_faces, progress=told)  # fmt: skip


def _audit(
    model: Model, subjects: Subjects, inquiry: Inquiry, folder: Path, pictures: Pictures | None, *,
    resume: bool, text: bool, show_faces: bool, progress: Progress | None,
) -> Audited:  # fmt: skip
    plan = planned(subjects, inquiry, model.batch, progress, text=text)
    open_folder(folder, _config(model, plan), resume=resume, names=True)
    asker = Asker(model, plan, pictures or Pictures(folder / "pictures.sqlite"))
    units = plan.units()
    done = finished(folder, units, asker.expected) if resume else {}
    answers: list[Answer] = []
    for position, unit in enumerate(units, 1):
        if unit.number not in done:
            done[unit.number] = asker.ask(unit)
            keep(folder, done[unit.number])
        asker.remember(done[unit.number])
        answers += done[unit.number]
        if progress:
            progress("asking", position, len(units))
    scored = score(answers, plan)
    records = records_of(scored, plan, model, folder.name)
    if not records:
        raise ValueError(f"{model.label} can answer none of {', '.join(inquiry.probes)}")
    write_records(folder / "records.jsonl", records)
    shown_some = album_of(records, scored, answers, plan, asker) if show_faces else None
    write_album(folder, shown_some)
    notes = plan.subjects.notes
    page = write_page(folder, notes)
    return Audited(tuple(records), tuple(answers), page, notes)


def planned(
    subjects: Subjects, inquiry: Inquiry, batch: int, progress: Progress | None = None, *,
    text: bool = True,
) -> Audit:  # fmt: skip
    """Settle all that is settled before the first question: faces, printed names, pools.

    What is known of the subjects from an earlier plan is not looked for again.

    Raises:
        ValueError: two people of one name, or a defense that cannot be used here.
    """
    Register({key: (p.name, *p.aliases) for key, p in subjects.people.items()})
    inquiry = replace(inquiry, defenses=_checked(inquiry.defenses))
    seen = _with_faces(subjects, progress)
    if seen.printed is None:
        seen = with_text(seen, progress, wanted=text)
    seen = replace(seen, notes=tuple(dict.fromkeys(seen.notes)))
    return Audit.of(seen, inquiry, batch)


def _checked(specs: Sequence[str]) -> tuple[str, ...]:
    found = []
    for spec in specs:
        defense = DEFENSES.build(spec)
        if defense.needs_background:
            raise ValueError(
                f"{defense.name} learns from photos of other people, and an audit sets none "
                "aside; anonymize a copy with it first and give that as NAME=DIR"
            )
        if defense.name != "none":
            found.append(defense.spec)
    return tuple(dict.fromkeys(found))


def _with_faces(subjects: Subjects, progress: Progress | None) -> Subjects:
    photos = list(subjects.photos)
    unseen = [place for place, photo in enumerate(photos) if photo.faces is None]
    for number, place in enumerate(unseen, 1):  # none when it was planned for another model
        photos[place] = replace(photos[place], faces=find_faces(photos[place].pixels))
        if progress:
            progress("finding faces", number, len(unseen))
    faceless = sum(not photo.faces for photo in photos)
    notes = list(subjects.notes)
    if faceless:
        notes.append(
            f"no face found on {faceless} of {len(photos)} photos; they are asked about as they "
            "are, not with a changed context or a masked face"
        )
    full = sum(fills(photo) for photo in photos)
    if full:
        notes.append(
            f"on {full} of {len(photos)} photos the head fills the picture: changing the context "
            "changes nothing there"
        )
    return replace(subjects, photos=tuple(photos), notes=tuple(notes))


def _config(model: Model, plan: Audit) -> dict[str, Any]:
    whom = {
        "command": "audit-vlm",
        "model": model.label,
        "fingerprint": model.fingerprint,
        "batch": model.batch,
        "device": mark(),
    }
    about = {"notes": list(plan.subjects.notes), "details": list(plan.subjects.details)}
    return whom | settings_of(plan) | about


def settings_of(plan: Audit) -> dict[str, Any]:
    """Return what is asked of whom on which photos, for `config.json`: all but the model."""
    people = plan.subjects.people.values()
    told: dict[str, Any] = json.loads(json.dumps({
        "dataset": plan.subjects.label,
        "asked": plan.mark,
        "photos": content_of_photos(plan.subjects.photos),
        "people": {p.identity: [p.name, *p.aliases, p.fame, p.gender, *p.traits] for p in people},
        "pools": plan.pools,
        "inquiry": plan.inquiry.as_dict(),
        "code": code_for(plan.inquiry.defenses),
        "files": files_of(plan.inquiry.defenses),
        "versions": versions(plugins_of(plan.inquiry.defenses).values()),
    }))  # fmt: skip
    return told
