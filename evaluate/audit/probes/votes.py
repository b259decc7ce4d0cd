"""Which name do most sentences choose? Votes of templates, of a dual encoder."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from ...statistics import rank_credit
from ...vlm.base import Model
from ...vlm.names import Register
from ...vlm.wording import TEMPLATES
from ..inquiry import Audit
from .base import Group, Measure, Probe, Scored, Sheet, Told, among

PHOTO, PERSON = Measure("votes", "named/votes", "rank1"), Measure("votes", "named/votes", "person")


class Votes(Probe):
    """Each template chooses a name by similarity, and the templates vote.

    After Hintersdorf et al., "Does CLIP Know My Face?" (JAIR 2024, arXiv 2209.07341), with
    templates of our own; `person` lets each template vote by most photos of a person.
    """

    name = "votes"
    main = (PHOTO,)

    def lacks(self, model: Model) -> str:
        """Only a dual encoder compares."""
        return "" if model.kind == "dual" else "votes of templates need a dual encoder"

    def ask(self, sheet: Sheet) -> Iterator[Told]:
        """Ask once a photo."""
        pool, decoys = sheet.audit.pools[sheet.unit.pool], sheet.audit.inquiry.decoys
        names = [*(sheet.names[key] for key in pool), *decoys]
        seen, reason = sheet.ask.compared(sheet.pictures, names)
        yield Told(
            [None if row is None else np.round(row, 6).argmax(1).tolist() for row in seen],
            reason=reason,
        )

    def score(self, groups: Sequence[Group], audit: Audit, register: Register,
              scored: Scored) -> None:  # fmt: skip
        """Rank names by votes, a photo and a person at a time."""
        decoys = len(audit.inquiry.decoys)
        people: dict[tuple[str, str], list[Group]] = defaultdict(list)
        for group in groups:
            counts = np.bincount(group.answers[0].answer, minlength=len(group.pool) + decoys)
            scored.ranked(PHOTO, group.view, group.photos, counts, group.place, group.other)
            people[group.view, group.pool[group.place]].append(group)
        for (view, _), mine in people.items():
            size = len(mine[0].pool) + decoys
            weight = np.zeros(size)
            for template in range(len(TEMPLATES)):
                votes = [group.answers[0].answer[template] for group in mine]
                counts = np.bincount(votes, minlength=size)
                best = counts == counts.max()
                weight += best / best.sum()
            credit = rank_credit(np.round(weight, 9)[None], [mine[0].place])[0]
            everywhere = [key for group in mine for key in group.photos]
            scored.add(PERSON, view, everywhere, credit)

    def chance(self, measure: Measure, audit: Audit, people: Sequence[str]) -> float | None:
        """One of the pool and the decoys."""
        return among(audit, people, len(audit.inquiry.decoys))
