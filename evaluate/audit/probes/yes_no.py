"""Is it this person? The right name, and the name of somebody else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ...vlm.base import Model
from ...vlm.names import Register
from ...vlm.wording import said_yes, yes_no_question
from ..answer import Answer
from ..inquiry import Audit, Inquiry
from ..views import View
from .base import Group, Measure, Probe, Scored, Sheet, Told

MARGIN, ACCURACY = (
    Measure("yes_no", "named/yes_no", "margin"),
    Measure("yes_no", "named/yes_no", "accuracy"),
)


class YesNo(Probe):
    """Two questions a photo. `margin`: is yes likelier for the right name than for the other?

    Everybody's name is asked of the own photos and of those of the one before in the pool, so
    a name that is always confirmed gains nothing.
    """

    name = "yes_no"
    main = (MARGIN,)

    def lacks(self, model: Model) -> str:
        """A dual encoder has no yes."""
        return "a dual encoder answers no questions" if model.kind == "dual" else ""

    def each(self, inquiry: Inquiry, view: View) -> int:
        """The right name and a wrong one."""
        return 2

    def ask(self, sheet: Sheet) -> Iterator[Told]:
        """Ask with both names."""
        pool = sheet.audit.pools[sheet.unit.pool]
        others = [pool[(pool.index(person) + 1) % len(pool)] for person in sheet.people]
        for asked in (sheet.people, others):
            questions = [yes_no_question(sheet.names[key]) for key in asked]
            told: Sequence[Any]
            if sheet.ask.model.weighs:
                told, reason = sheet.ask.weighed(sheet.pictures, questions, ["Yes", "No"])
            else:
                told, reason = sheet.ask.told(sheet.pictures, questions, 6)
            yield Told(told, asked=asked, reason=reason)

    def score(self, groups: Sequence[Group], audit: Audit, register: Register,
              scored: Scored) -> None:  # fmt: skip
        """Compare both answers of each photo."""
        for group in groups:
            if len(group.answers) < 2:
                continue
            true, false = sorted(group.answers, key=lambda a: a.asked != a.person)[:2]
            margins = [_margin(true), _margin(false)]
            yes = [0.5 * (1 + np.sign(margin)) for margin in margins]
            accuracy = float(yes[0] + 1 - yes[1]) / 2
            better = 0.5 * (1 + np.sign(round(margins[0] - margins[1], 4)))
            scored.add(ACCURACY, group.view, group.photos, accuracy)
            scored.add(MARGIN, group.view, group.photos, float(better))
            if any(isinstance(a.answer, str) and said_yes(a.answer) is None
                   for a in (true, false)):  # fmt: skip
                for measure in (ACCURACY, MARGIN):
                    scored.unsaid[measure, group.view].update(group.photos)

    def chance(self, measure: Measure, audit: Audit, people: Sequence[str]) -> float | None:
        """A coin."""
        return 0.5


def _margin(answer: Answer) -> float:
    """Return how much likelier yes is than no; 0 for an answer that says neither."""
    if isinstance(answer.answer, list):
        return round(float(answer.answer[0]) - float(answer.answer[1]), 4)
    said = said_yes(answer.answer)
    return 0.0 if said is None else 1.0 if said else -1.0
