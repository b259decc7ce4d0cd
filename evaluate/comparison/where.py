"""Where the leak sits: in the defended face, or in what is around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from ..results.records import AND, Record
from ..statistics import mean_of, worst_gap
from .certificates import Key, Proof, prove_part
from .measured import Attack, Credits, Measured
from .sparing import settled
from .worst import checked_attacks, counting, worst_record

WHOLE = "the defense may change the whole photo, so this is the leakage of the photo"
NOTHING = "the defense may change the whole photo, so nothing of it is left around the face"
NEITHER = "nobody who looks at parts of photos was asked"


class Parts(NamedTuple):
    """What attackers reach on parts of undefended photos, by the region of a defense.

    Args:
        face: shown nothing but the region of the main face.
        context: shown the photo with the region of all faces blanked.
    """

    face: Measured
    context: Measured


def with_context(measured: Measured, parts: Parts | None) -> Measured:
    """Return what was measured of a defense, with what attackers reach around the face.

    Whoever has a defended photo can blank the region of the face. Of a defense that left all
    around it as it was, that is the very picture that an undefended photo gives.

    Args:
        measured: of the defense; it tells whether that was kept.
        parts: what attackers reach on undefended photos; None where the photo has no parts.
    """
    if parts is None or not measured.kept:
        return measured
    return replace(measured, context=parts.context.attacks)


def where_records(
    worst: Record, attacks: Sequence[Attack], measured: Measured, proof: Proof,
    parts: Parts | None,
) -> list[Record]:  # fmt: skip
    """Return the leakage of the face, of its context, and what the photo leaks beyond that.

    They are worst cases as that of the photo is, `face` and `context` by name, and hold under the
    same conditions. The third record, of kind `difference` and also called `context`, is the
    paired difference: what of the leakage a perfect defense of the region would have prevented.

    Args:
        worst: the worst case of whole photos.
        attacks: from `checked_attacks`, on whole photos.
        measured: what was measured; with `face` where there is a region.
        proof: what the attackers showed on planted cases.
        parts: what they reach on undefended photos; None where the photo has no parts.
    """
    if worst.value is None:
        return []
    if parts is None:
        nothing = replace(
            worst, name="context", value=None, low=None, high=None, chance=None, ceiling=None,
            recognizer="", attack="", status="unavailable", reason=NOTHING,
        )  # fmt: skip
        reason = AND.join(filter(None, (worst.reason, WHOLE)))
        return [replace(worst, name="face", reason=reason), nothing]
    base = replace(
        worst, value=None, low=None, high=None, chance=None, statistic="rank1", recognizer="",
        attack="", status="ok", reason="",
    )  # fmt: skip
    if not measured.face:
        return [replace(base, name=name, status="invalid", reason=f"not measured: {NEITHER}")
                for name in ("face", "context")]  # fmt: skip
    bare = replace(measured, context=(), around=())
    face, around = (
        checked_attacks(replace(bare, attacks=some, face=()), proof)
        for some in (measured.face, parts.context.attacks)
    )
    alone = replace(measured, spared=measured.face_spared)
    seeing = checked_attacks(bare, proof)
    doubts = (*measured.doubts, *measured.face_doubts, *_unseen(seeing, face, measured))
    records = [
        worst_record(
            replace(base, name="face"), face, replace(alone, doubts=doubts),
            prove_part(proof, parts.face, "faces"),
        ),
        worst_record(
            replace(base, name="context"), around, parts.context, prove_part(proof, parts.face)
        ),
    ]  # fmt: skip
    return records + _beyond(worst, counting(attacks), records[1], counting(around), measured)


def _unseen(attacks: Sequence[Attack], face: Sequence[Attack], measured: Measured) -> list[str]:
    """Say that whoever looks at whole photos alone reaches more: on the face, too, perhaps."""
    among = {(attack.attacker, attack.recognizer) for attack in face}
    able, others = (
        counting([a for a in attacks if ((a.attacker, a.recognizer) in among) == is_able])
        for is_able in (True, False)
    )
    if not able or not others or settled(face):
        return []
    gap = worst_gap(others, able, measured.people).estimate
    if gap.low <= 0:
        return []
    name, model = max(others, key=lambda key: mean_of(others[key], measured.people))
    best = f"{name} {model}".strip()
    return [
        f"{best} names {gap.value:.2f} more on whole photos than all who also looked at the face "
        "alone"
    ]


def _beyond(
    worst: Record, photo: Mapping[Key, Credits], context: Record, around: Mapping[Key, Credits],
    measured: Measured,
) -> list[Record]:  # fmt: skip
    """Return how much more whole photos leak than what is around the face."""
    if context.value is None:
        return []
    gap = worst_gap(photo, around, measured.people)
    value, low, high, n = gap.estimate
    told = " minus ".join(
        max(some, key=lambda key: mean_of(some[key], measured.people))[0]
        for some in (photo, around)
    )
    base = context if context.status == "at least" else worst
    return [
        replace(
            base, kind="difference", name="context", value=value, low=low, high=high, n=n,
            statistic=worst.statistic, chance=None, recognizer="", attack="", ceiling=None,
            reason=told, p=gap.p,
        )
    ]  # fmt: skip
