"""From values per photo to records: intervals, subgroups, controls, differences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Set
from dataclasses import replace
from typing import Any

from unmask.defenses import DEFENSES

from ..results.records import Record
from ..statistics import paired_difference, person_interval
from ..vlm.base import Model
from .inquiry import Audit
from .probes import PROBES
from .probes.base import CONTROLS, SHUFFLED, Measure, Scored, Values
from .strata import WITHOUT_TEXT, strata_of
from .views import CLEAN, MASK, View


def records_of(scored: Scored, audit: Audit, model: Model, run: str = "") -> list[Record]:
    """Return all records of an audit.

    `name` is that of the measure, `named/forced`, for open questions also the prompt;
    `defense` what was done to the face; `recognizer` the model. `group` is empty (whole
    photos, everybody), `context=...`, a stratum (`fame=...`), or for a control `control=...`.
    Records of the kind `difference` say in `group` above which control, on the same photos;
    where part of some names is printed, once more for the others (`named/forced, text=without`).
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
        if keys := strata_of(audit.subjects).get(WITHOUT_TEXT):
            found += _differences(own, scored, audit, face, f", {WITHOUT_TEXT}", keys)
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
    for stratum, keys in strata_of(audit.subjects).items():
        yield from _measures(own, scored, audit, view, stratum, keys)
    for name in audit.inquiry.probes:
        yield from PROBES[name].records(own, view, scored, audit)
    yield from _contexts(own, scored, audit, face)


def _contexts(own: Record, scored: Scored, audit: Audit, face: str) -> Iterator[Record]:
    for context in audit.inquiry.contexts:
        if context != "whole":
            view = View(face, context).text
            yield from _measures(own, scored, audit, view, f"context={context}")


def _measures(
    own: Record, scored: Scored, audit: Audit, view: str, group: str,
    keys: Set[str] | None = None,
) -> Iterator[Record]:  # fmt: skip
    for (measure, at), values in scored.values.items():
        if at != view:
            continue
        kept = values if keys is None else {k: v for k, v in values.items() if k in keys}
        if not kept:
            continue
        people = _people(audit, kept)
        estimate = person_interval(list(kept.values()), people)
        yield replace(
            own, kind=measure.kind, name=measure.name, statistic=measure.statistic, group=group,
            value=estimate.value, low=estimate.low, high=estimate.high, n=estimate.n,
            people=len(set(people)), chance=PROBES[measure.probe].chance(measure, audit, people),
            **_doubts(measure, scored, view, group, keys),
        )  # fmt: skip


def _differences(
    own: Record, scored: Scored, audit: Audit, face: str, of: str = "",
    keys: Set[str] | None = None,
) -> Iterator[Record]:  # fmt: skip
    controls = CONTROLS | {"shuffled_names": f"{SHUFFLED}|{View(face).text}"}
    for measure in (m for name in audit.inquiry.probes for m in PROBES[name].main):
        mine = scored.values.get((measure, View(face).text), {})
        for control, view in controls.items():
            theirs = scored.values.get((measure, view), {})
            both = sorted(k for k in mine if k in theirs and (keys is None or k in keys))
            if not both:
                continue
            people = _people(audit, both)
            gap = paired_difference([mine[k] for k in both], [theirs[k] for k in both], people)
            most = _most(measure, scored, View(face).text, mine, theirs, keys, audit)
            yield replace(
                own, kind="difference", name=f"{measure.name}{of}", statistic=measure.statistic,
                group=f"above={control}", value=gap.value, low=gap.low, high=max(gap.high, most),
                n=gap.n, people=len(set(people)),
            )  # fmt: skip


def _most(
    measure: Measure, scored: Scored, view: str, mine: Values, theirs: Values,
    keys: Set[str] | None, audit: Audit,
) -> float:  # fmt: skip
    """Return the upper end if all who chose nothing, or gave no answer, would have been right.

    A choice that is refused is a guess to the figure, and a refusal is not privacy.
    """
    unsaid, lost = scored.silent(measure, view)
    silent = unsaid | lost.keys()
    if not silent or measure.kind != "leakage":
        return -1.0
    full = mine | dict.fromkeys(silent, 1.0)
    both = sorted(k for k in full if k in theirs.keys() | silent and (keys is None or k in keys))
    control = [theirs.get(k, 0.0) for k in both]  # names shuffled, who is silent has none either
    return paired_difference([full[k] for k in both], control, _people(audit, both)).high


def _doubts(
    measure: Measure, scored: Scored, view: str, group: str, keys: Set[str] | None
) -> dict[str, Any]:
    """Return status and reason of a figure, which is a lower bound if answers chose nothing."""
    told = [scored.notes.get(measure.name, "")]
    if group.startswith("control="):
        return {"reason": told[0]}
    unsaid, lost = scored.silent(measure, view)
    some = [key for key in unsaid if keys is None or key in keys]
    gone = [why for key, why in lost.items() if keys is None or key in keys]
    if some:
        told.append(f"of {len(some)} photos an answer chose nothing, which counts as a guess")
    if gone:
        told.append(f"no answer about {len(gone)} photos, which are left out: {gone[0]}")
    status = "at least" if some and measure.kind == "leakage" else "ok"
    return {"status": status, "reason": "; ".join(filter(None, told))}


def _outcomes(own: Record, scored: Scored, face: str) -> Iterator[Record]:
    told = scored.outcomes.get(face, {})
    for outcome, count in sorted(Counter(told.values()).items()):
        yield replace(own, kind="outcome", name=outcome, statistic="share",
                      value=count / len(told), n=len(told))  # fmt: skip


def _missing(base: Record, scored: Scored, model: Model, audit: Audit) -> Iterator[Record]:
    """Say what could not be asked, and why; it is never 0 and never left out."""
    answered = {(measure.probe, view) for measure, view in scored.values}
    anywhere = {probe for probe, _ in answered}
    for name in audit.inquiry.probes:
        if name not in anywhere:
            reason = next((r for (p, _), r in scored.reasons.items() if p == name), "")
            reason = reason or PROBES[name].lacks(model) or "no answer came"
            yield _lacking(base, name, reason)
    for (name, view), reason in sorted(scored.reasons.items()):
        if name in anywhere and (name, view) not in answered:
            face, context, _ = view.rsplit("|", 2)
            control = next((c for c, at in CONTROLS.items() if at == view), "")
            defense = DEFENSES.build(face)
            own = replace(base, defense=defense.spec, params=defense.parameters)
            whole = "" if context == "whole" else f"context={context}"
            yield _lacking(own, name, reason, f"control={control}" if control else whole)


def _lacking(own: Record, probe: str, reason: str, group: str = "") -> Record:
    first = PROBES[probe].main[0]
    return replace(own, kind=first.kind, name=first.name, statistic=first.statistic,
                   status="unavailable", group=group, reason=reason)  # fmt: skip


def _people(audit: Audit, photos: Iterable[str]) -> list[str]:
    known = {photo.key: photo.identity for photo in audit.subjects.photos}
    return [known[key] for key in photos]
