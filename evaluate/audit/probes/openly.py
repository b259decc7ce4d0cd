"""Who is it? Asked openly, with several prompts; each answer falls into one of four bins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ...results.records import Record
from ...vlm.base import Model
from ...vlm.names import BINS, Register
from ...vlm.wording import open_question
from ..inquiry import Audit, Inquiry
from ..views import View
from .base import SHUFFLED, Group, Measure, Probe, Scored, Sheet, Told
from .rates import rates

RIGHT, ANY = Measure("open", "named/open", "right"), Measure("open", "named/open/any", "right")
ANSWERED = Measure("open", "named/open", "answered")
_ENDS = frozenset(".!?\"')\u2026\u201d\u2019\u3002\uff01\uff1f")  # of a sentence


class Open(Probe):
    """Open questions: `right`, `wrong`, `refusal` or `no_name`, by prompt and on average.

    `answered` is the share of answers that are neither empty nor a refusal; `rates.py` tells what
    those disclose.
    """

    name = "open"
    main = (RIGHT, ANY)

    def lacks(self, model: Model) -> str:
        """A dual encoder has no words."""
        return "a dual encoder writes no answers" if model.kind == "dual" else ""

    def each(self, inquiry: Inquiry, view: View) -> int:
        """One answer a prompt."""
        return len(inquiry.prompts)

    def ask(self, sheet: Sheet) -> Iterator[Told]:
        """Ask with every prompt."""
        inquiry = sheet.audit.inquiry
        templates = dict(inquiry.wording.prompts)
        for prompt in inquiry.prompts:
            asked = [open_question(templates[prompt], sheet.names[p]) for p in sheet.people]
            told, reason = sheet.ask.told(sheet.pictures, asked, inquiry.tokens)
            yield Told(told, prompt, reason=reason)

    def score(self, groups: Sequence[Group], audit: Audit, register: Register,
              scored: Scored) -> None:  # fmt: skip
        """Put down the share of prompts in each bin, each prompt, and any prompt."""
        given = [a.answer for group in groups for a in group.answers]
        cut = sum(_seems_cut(text, audit.inquiry.tokens) for text in given)
        scored.notes[RIGHT.name] = scored.notes[ANY.name] = (
            f"read from the first {audit.inquiry.tokens} tokens of each answer (--tokens); what "
            f"comes later is not seen, and {cut} of {len(given)} answers seem to be cut short"
        )
        for group in groups:
            person, other = group.pool[group.place], group.pool[group.other]
            view, photos = group.view, group.photos
            bins = {a.prompt: register.bin_of(a.answer, person) for a in group.answers}
            false = [register.names(a.answer, other) for a in group.answers]
            for prompt, found in bins.items():
                for name in BINS:
                    scored.add(
                        Measure("open", f"named/open/{prompt}", name), view, photos, found == name
                    )
            for name in BINS:
                share = float(np.mean([found == name for found in bins.values()]))
                scored.add(Measure("open", "named/open", name), view, photos, share)
            said = [bin_ != "refusal" and bool(a.answer.strip())
                    for bin_, a in zip(bins.values(), group.answers, strict=True)]  # fmt: skip
            scored.add(ANSWERED, view, photos, float(np.mean(said)))
            scored.add(ANY, view, photos, "right" in bins.values())
            scored.add(RIGHT, f"{SHUFFLED}|{view}", photos, float(np.mean(false)))
            scored.add(ANY, f"{SHUFFLED}|{view}", photos, any(false))

    def records(self, own: Record, view: str, scored: Scored, audit: Audit) -> Iterator[Record]:
        """What is disclosed where the model answers at all, by fame."""
        yield from rates(own, view, scored, audit)


def _seems_cut(text: str, tokens: int) -> bool:
    """Return whether an answer is long and ends in the middle of a sentence.

    A word is one to two tokens; how many tokens there were no server says.
    """
    return len(text.split()) >= tokens / 2 and text.rstrip()[-1:] not in _ENDS
