"""From values per photo to records: intervals, subgroups, controls, differences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from unmask.defenses import DEFENSES

from ..results.records import Record
from ..statistics import paired_difference, person_interval
from ..vlm.base import Model
from .inquiry import PROBES, Audit
from .scoring import NO_IMAGE, SHUFFLED, Measure, Scored, Values
from .views import CLEAN, MASK, View

CONTROLS = {
    "no_image": NO_IMAGE,
    "other_photo": View(shown="other").text,
    "face_masked": View(MASK).text,
}
MAIN = (
    Measure("open", "right"),
    Measure("open/any", "right"),
    Measure("forced", "rank1"),
    Measure("forced_calibrated", "rank1"),
    Measure("yes_no", "margin"),
    Measure("votes", "rank1"),
)


def records_of(scored: Scored, audit: Audit, model: Model, run: str = "") -> list[Record]:
    """Return all records of an audit.

    `name` is `named/` and the probe, for open questions also the prompt; `defense` what was
    done to the face; `recognizer` the model. `group` is empty (whole photos, everybody),
    `context=...`, `fame=...`, or for a control `control=...`. Records of the kind
    `difference` say in `group` above which control, on the same photos.
    """
    base = Record(
        dataset=audit.subjects.label, split=audit.mark, budget="audit", defense=CLEAN,
        params={}, kind="leakage", name="", statistic="", recognizer=model.label,
        seed=audit.inquiry.seed, run=run,
    )  # fmt: skip
    found: list[Record] = []
    for face in (CLEAN, *audit.inquiry.defenses):
        defense = DEFENSES.build(face)
        own = replace(base, defense=defense.spec, params=defense.parameters)
        found += _outcomes(own, scored, face)
        found += _whole(own, scored, audit, face)
        found += _differences(own, scored, audit, face)
        found += _measures(own, scored, audit, f"{SHUFFLED}|{View(face).text}",
                           "control=shuffled_names")  # fmt: skip
    for control, view in CONTROLS.items():
        defense = DEFENSES.build(MASK if control == "face_masked" else CLEAN)
        own = replace(base, defense=defense.spec, params=defense.parameters)
        found += _measures(own, scored, audit, view, f"control={control}")
    masked = replace(base, defense=DEFENSES.build(MASK).spec,
                     params=DEFENSES.build(MASK).parameters)  # fmt: skip
    found += _contexts(masked, scored, audit, MASK)
    found += _missing(base, scored, model, audit)
    return found


def _whole(own: Record, scored: Scored, audit: Audit, face: str) -> Iterator[Record]:
    view = View(face).text
    yield from _measures(own, scored, audit, view, "")
    strata: dict[str, set[str]] = {}
    for photo in audit.subjects.photos:
        fame = audit.subjects.people[photo.identity].fame
        if fame:
            strata.setdefault(fame, set()).add(photo.key)
    for fame, keys in sorted(strata.items()):
        yield from _measures(own, scored, audit, view, f"fame={fame}", keys)
    yield from _contexts(own, scored, audit, face)


def _contexts(own: Record, scored: Scored, audit: Audit, face: str) -> Iterator[Record]:
    for context in audit.inquiry.contexts:
        if context != "whole":
            view = View(face, context).text
            yield from _measures(own, scored, audit, view, f"context={context}")


def _measures(
    own: Record, scored: Scored, audit: Audit, view: str, group: str,
    keys: Iterable[str] | None = None,
) -> Iterator[Record]:  # fmt: skip
    for (measure, at), values in scored.values.items():
        if at != view:
            continue
        kept = values if keys is None else {k: v for k, v in values.items() if k in set(keys)}
        if not kept:
            continue
        people = _people(audit, kept)
        estimate = person_interval(list(kept.values()), people)
        yield replace(
            own, name=f"named/{measure.name}", statistic=measure.statistic, group=group,
            value=estimate.value, low=estimate.low, high=estimate.high, n=estimate.n,
            people=len(set(people)), chance=_chance(measure, audit, kept),
            reason=scored.notes.get(measure.name, ""),
        )  # fmt: skip


def _differences(own: Record, scored: Scored, audit: Audit, face: str) -> Iterator[Record]:
    controls = CONTROLS | {"shuffled_names": f"{SHUFFLED}|{View(face).text}"}
    for measure in MAIN:
        mine = scored.values.get((measure, View(face).text), {})
        for control, view in controls.items():
            theirs = scored.values.get((measure, view), {})
            both = sorted(set(mine) & set(theirs))
            if not both:
                continue
            people = _people(audit, both)
            gap = paired_difference([mine[k] for k in both], [theirs[k] for k in both], people)
            yield replace(
                own, kind="difference", name=f"named/{measure.name}",
                statistic=measure.statistic, group=f"above={control}", value=gap.value,
                low=gap.low, high=gap.high, n=gap.n, people=len(set(people)),
            )  # fmt: skip


def _outcomes(own: Record, scored: Scored, face: str) -> Iterator[Record]:
    told = scored.outcomes.get(face, {})
    for outcome, count in sorted(Counter(told.values()).items()):
        yield replace(own, kind="outcome", name=outcome, statistic="share",
                      value=count / len(told), n=len(told))  # fmt: skip


def _missing(base: Record, scored: Scored, model: Model, audit: Audit) -> Iterator[Record]:
    """Say what could not be asked, and why; it is never 0 and never left out."""
    lacking = {
        "open": "a dual encoder writes no answers",
        "yes_no": "a dual encoder answers no questions",
        "votes": "votes of templates need a dual encoder",
    }
    asked = {probe for (measure, _) in scored.values for probe in [measure.name.partition("/")[0]]}
    for probe in PROBES:
        if probe in audit.inquiry.probes and probe not in asked:
            reason = next((r for (p, _), r in scored.reasons.items() if p == probe), "")
            yield replace(base, name=f"named/{probe}", statistic="rank1", status="unavailable",
                          reason=reason or lacking.get(probe, "no answer came"))  # fmt: skip
    for (probe, view), reason in sorted(scored.reasons.items()):
        control = next((name for name, at in CONTROLS.items() if at == view), "")
        if probe in asked and control:
            yield replace(base, name=f"named/{probe}", statistic="rank1", status="unavailable",
                          group=f"control={control}", reason=reason)  # fmt: skip


def _chance(measure: Measure, audit: Audit, values: Values) -> float | None:
    if measure.name == "yes_no":
        return 0.5
    if measure.statistic not in ("rank1", "person"):
        return None
    sizes = {key: len(pool) for pool in audit.pools for key in pool}
    extra = len(audit.inquiry.decoys) if measure.name == "votes" else 0
    return float(np.mean([1 / (sizes[p] + extra) for p in _people(audit, values)]))


def _people(audit: Audit, photos: Iterable[str]) -> list[str]:
    known = {photo.key: photo.identity for photo in audit.subjects.photos}
    return [known[key] for key in photos]
