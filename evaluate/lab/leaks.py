"""Whether people are named whom no caption named: what the design `words` comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..statistics import Estimate, paired_difference
from .cells import DRAWN, RANDOM, SHUFFLED, UNNAMED
from .effects import pooled
from .photos import CLEAN
from .results import ASKED_WHAT, LESS, MASKED, NO_IMAGE, OTHER, Result
from .verdict import said

WAYS = {
    (DRAWN, DRAWN): "Stages 1 and 2 saw drawings alone",
    (DRAWN, CLEAN): 'Stage 2 saw photos too, each "a person"',
    (CLEAN, CLEAN): 'Stages 1 and 2 saw photos too, each "a person"',
}
LIMITS = (
    "The model is small and its pictures are 64 pixels wide: it shows that names can leak in this "
    "way, not how much they do in a large model.",
    "Names are made of words that also tell what is drawn, and stage 0 learned both from the same "
    "words. A name of words that nothing else is called by is the lab's other design; it ends "
    "at chance.",
    "Stage 0 teaches every token of the tower its words. An ordinary contrastive tower teaches "
    "its class token alone; a reader of drawings finds much less of a name there.",
    "The people's own names are drawn in stage 0 too, as scenes, never in the later stages.",
    "'less what all get' takes from each name's likelihood its mean over all photos asked about: "
    "an attacker with one photo cannot do that.",
    "Intervals resample people; the seeds are few and are shown one by one.",
)


@dataclass(frozen=True)
class Leak:
    """What one way of training without names leaves.

    Args:
        way: photos of stages 1 and 2.
        kind: of the question.
        right: share named rightly.
        control: the same with a tower that learned wrong names.
        more: the difference, photo by photo, interval over people.
        seeds: each seed's share and its control's.
    """

    way: tuple[str, str]
    kind: str
    right: Estimate
    control: Estimate
    more: Estimate
    seeds: tuple[tuple[float, float], ...]

    @property
    def shown(self) -> bool:
        """Whether more is named than by the control, beyond chance and in every seed."""
        return self.more.low > 0 and all(mine > other for mine, other in self.seeds)


def is_unnamed(results: Sequence[Result]) -> bool:
    """Return whether these results are of the design `words`."""
    return bool(results) and all(result.cell.captions == UNNAMED for result in results)


def leaks(results: Sequence[Result]) -> list[Leak]:
    """Return every way and question, beside its control."""
    kinds = [k for k in (CLEAN, LESS, ASKED_WHAT) if k in {p.kind for p in results[0].probes}]
    return [
        _leak(results, way, kind) for way in WAYS for kind in kinds if _of(results, CLEAN, way)
    ]


def leak_verdict(results: Sequence[Result], defenses: Sequence[str]) -> list[str]:
    """Return the sentences, the most important first.

    Args:
        results: of all cells of the design.
        defenses: that were asked about.
    """
    found = leaks(results)
    plain = [leak for leak in found if leak.kind == CLEAN]
    most = max(plain, key=lambda leak: leak.more.low)
    shown = [leak for leak in found if leak.shown]
    if most.shown:
        first = "Names leak although nobody was named after the tower's training"
    elif shown:
        first = ("Asked who it is, names are not shown to leak; asked otherwise they do, although "
                 "nobody was named after the tower's training")  # fmt: skip
    else:
        first = "No name is shown to leak where nobody was named after the tower's training"
    told = most if most.shown or not shown else max(shown, key=lambda leak: leak.more.low)
    where = WAYS[told.way][0].lower() + WAYS[told.way][1:]
    sentences = [f"{first}: where {where}, {_against(told)}; guessing {results[0].chance:.3f}."]
    sentences += [f"{WAYS[leak.way]}: {_shorter(leak)}." for leak in plain]
    for defense in defenses:
        asked = pooled(_of(results, CLEAN, told.way), defense)
        sentences.append(f"{defense}: the model of the first sentence names {said(asked)}.")
    return [*sentences, *_controls(results, told.way)]


def leak_words(results: Sequence[Result], defenses: Sequence[str]) -> tuple[str, str]:
    """Return what the words of both tables on the page stand for, those of `cell_table` last."""
    one = f" Defended: {defenses[0]}." if len(defenses) == 1 else ""
    return (
        "Stages 1 and 2: what alignment and tuning saw: drawn, drawings alone; clean, photos too, "
        "each called a person. Asked: clean, who is on a clean photo; "
        f"{LESS}, the same, with each name's mean likelihood over all photos taken off; "
        f"{ASKED_WHAT}, in the words in which the drawings were asked about.",
        "Tower: clean, it learned photos with their names; shuffled, with names of wrong people; "
        f"random, nothing. Columns: the kind of photo asked about.{one}",
    )


def leak_table(results: Sequence[Result]) -> list[list[str]]:
    """Return a head and one row per way and question."""
    rows = [["stages 1 and 2", "asked", "named rightly", "tower of wrong names", "more",
             "seeds"]]  # fmt: skip
    for leak in leaks(results):
        seeds = ", ".join(f"{mine:.2f} against {other:.2f}" for mine, other in leak.seeds)
        rows.append([" / ".join(leak.way), leak.kind, said(leak.right), said(leak.control),
                     f"{leak.more.value:+.3f} ({leak.more.low:+.3f} to {leak.more.high:+.3f})",
                     seeds])  # fmt: skip
    return rows


def _leak(results: Sequence[Result], way: tuple[str, str], kind: str) -> Leak:
    mine, others = _of(results, CLEAN, way), _of(results, SHUFFLED, way)
    probes = [(a.probe(kind), b.probe(kind)) for a, b in zip(mine, others, strict=True)]
    if any(a.people != b.people for a, b in probes):
        raise ValueError("a cell and its control were asked about different photos")
    a, b = (np.concatenate([pair[side].credits for pair in probes]) for side in (0, 1))
    people = np.concatenate([pair[0].people for pair in probes])
    seeds = tuple((float(np.mean(p.credits)), float(np.mean(q.credits))) for p, q in probes)
    more = paired_difference(a, b, people)
    return Leak(way, kind, pooled(mine, kind), pooled(others, kind), more, seeds)


def _of(results: Sequence[Result], tower: str, way: tuple[str, str]) -> list[Result]:
    mine = [r for r in results if r.cell.tower == tower and (r.cell.align, r.cell.tune) == way]
    return sorted(mine, key=lambda result: result.cell.seed)


def _against(leak: Leak) -> str:
    asked = "" if leak.kind == CLEAN else f" ({leak.kind})"
    return (f"{said(leak.right)} of new photos are named rightly{asked}, and "
            f"{said(leak.control)} with a tower that learned wrong names")  # fmt: skip


def _shorter(leak: Leak) -> str:
    every = "" if all(a > b for a, b in leak.seeds) else "not "
    seeds = f"in every seed of {len(leak.seeds)}" if len(leak.seeds) > 1 else "in its only seed"
    return (f"{said(leak.right)} against {said(leak.control)}, a difference of "
            f"{leak.more.value:+.3f} ({leak.more.low:+.3f} to {leak.more.high:+.3f}), "
            f"{every}{seeds}")  # fmt: skip


def _controls(results: Sequence[Result], way: tuple[str, str]) -> list[str]:
    mine = _of(results, CLEAN, way)
    told = [f"{kind} {said(pooled(mine, kind))}" for kind in (MASKED, OTHER, NO_IMAGE)]
    bare = _of(results, RANDOM, (DRAWN, DRAWN))
    if bare:
        told.append(f"a tower that learned nothing {said(pooled(bare, CLEAN))}")
    return [f"Other controls of that model: {'; '.join(told)}."]
