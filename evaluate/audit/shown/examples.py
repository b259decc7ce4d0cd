"""Which photos are shown with their answers: some that are still named, some no longer."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from unmask.defenses.photo import Pixels

from ...results.records import Record
from ...vlm.wording import TEMPLATES
from ..answer import Answer
from ..asking import Asker
from ..curve import SHOWN, label_of, statistic_of
from ..inquiry import Audit
from ..probes.base import Scored
from ..strengths import Ladder, ladders
from ..views import CLEAN, View
from .album import Album, Example, Look

EACH = 2  # photos of a kind
_SETTINGS = 4  # of a defense, beside the clean photo
_SIDE = 176  # pixels of the longer side
_LONGEST = 160  # characters of an answer
_KINDS = (
    "still named at the strongest setting", "named clean, no longer at the strongest setting",
    "not named clean, nor at the strongest setting",
)  # fmt: skip


def album_of(
    records: Sequence[Record], scored: Scored, answers: Sequence[Answer], audit: Audit,
    asker: Asker,
) -> Album:  # fmt: skip
    """Return examples of each defense; none of one that no photo was asked about.

    Args:
        records: of the audit.
        scored: what its answers are worth.
        answers: all of them.
        audit: the plan.
        asker: shows the photos once more as they were shown.
    """
    measure = next(
        (
            name
            for name in SHOWN
            if any(
                (one.name, one.statistic) == (name, statistic_of(name)) for one, _ in scored.values
            )
        ),
        "",
    )
    if not measure:
        return Album()
    said: dict[tuple[str, str], list[Answer]] = {}
    for answer in answers:
        said.setdefault((answer.view, answer.photo), []).append(answer)
    found: list[Example] = []
    for ladder in ladders(records):
        for kind, keys in zip(_KINDS, _chosen(scored, measure, ladder), strict=True):
            found += [_example(key, kind, ladder, said, scored, audit, asker)
                      for key in keys[:EACH]]  # fmt: skip
    return Album(
        f"Of each defense, up to {EACH} photos of a kind: {'; '.join(_KINDS)}. Named is meant as "
        f"in '{label_of(measure)}'; of each kind those are shown that come first by a hash of the "
        "photo's key. What it says is its answer to the first prompt that gave the name away, or "
        "to the first. They illustrate; figures are of all photos.", tuple(found),
    )  # fmt: skip


def _chosen(scored: Scored, measure: str, ladder: Ladder) -> list[list[str]]:
    """Return keys of photos of each kind, in an order that knows nothing of what they show."""

    def named(face: str) -> dict[str, bool]:
        """Return whether each photo is named; a tie of several names is not."""
        return {key: value > (0.0 if measure == "named/open" else 0.5)
                for (one, view), values in scored.values.items()
                if (one.name, one.statistic) == (measure, statistic_of(measure))
                and view == View(face).text for key, value in values.items()}  # fmt: skip

    clean, last = named(CLEAN), named(ladder.specs[-1])
    order = sorted(set(clean) & set(last), key=_mark)
    return [
        [key for key in order if last[key]],
        [key for key in order if clean[key] and not last[key]],
        [key for key in order if not clean[key] and not last[key]],
    ]


def _mark(key: str) -> bytes:
    return hashlib.sha256(f"shown\x1f{key}".encode()).digest()


def _example(
    key: str, kind: str, ladder: Ladder, said: dict[tuple[str, str], list[Answer]],
    scored: Scored, audit: Audit, asker: Asker,
) -> Example:  # fmt: skip
    most = len(ladder.specs) - 1
    few = min(_SETTINGS, len(ladder.specs))
    places = dict.fromkeys(round(n * most / max(few - 1, 1)) for n in range(few))
    person = next(p.identity for p in audit.subjects.photos if p.key == key)
    looks = []
    for place in (None, *places):
        face = CLEAN if place is None else ladder.specs[place]
        setting = "clean" if place is None else ladder.labels[place] or ladder.name
        view = View(face).text
        prompt = _prompt(scored, view, key, audit)
        mine = [one for one in said.get((view, key), []) if one.prompt in ("", prompt)]
        lines = [line for answer in mine if (line := _line(answer, audit))]
        looks.append(Look(setting, _encoded(asker.whole(face, [key])[0]), tuple(lines)))
    return Example(ladder.name, f"{audit.subjects.people[person].name}: {kind}", tuple(looks))


def _prompt(scored: Scored, view: str, key: str, audit: Audit) -> str:
    """Return the first prompt that gave the name away, else the first."""
    right = {one.name.rpartition("/")[2] for (one, at), values in scored.values.items()
             if at == view and one.probe == "open" and one.statistic == "right"
             and values.get(key)}  # fmt: skip
    return next((p for p in audit.inquiry.prompts if p in right), audit.inquiry.prompts[0])


def _line(answer: Answer, audit: Audit) -> str:
    """Return one answer as text; of probes that are not about names, nothing."""
    told = answer.answer
    if answer.probe == "open":
        text = " ".join(str(told).split()) if told is not None else f"no answer: {answer.reason}"
        return f"says: {text[:_LONGEST]}" + "…" * (len(text) > _LONGEST)
    if answer.probe not in ("forced", "votes"):
        return ""
    names = [audit.subjects.people[key].name for key in audit.pools[answer.pool]]
    if told is None:
        return f"chooses nothing: {answer.reason}"
    if isinstance(told, str):
        return f"chooses: {told[:_LONGEST]} (of {len(names)} letters)"
    if answer.probe == "votes":
        counts = np.bincount(told, minlength=len(names) + len(audit.inquiry.decoys))
        names = [*names, *audit.inquiry.decoys]
        return f"{counts.max()} of {len(TEMPLATES)} templates choose: {_best(counts, names)}"
    return f"chooses: {_best(np.round(np.asarray(told, float), 6), names)}"


def _best(scores: np.ndarray, names: Sequence[str]) -> str:
    best = [name for name, score in zip(names, scores, strict=True) if score == scores.max()]
    return best[0] if len(best) == 1 else f"none, {len(best)} names tie"


def _encoded(pixels: Pixels) -> bytes:
    image = Image.fromarray(pixels)
    image.thumbnail((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    data = io.BytesIO()
    image.save(data, "WEBP", quality=85, method=6)
    return data.getvalue()
