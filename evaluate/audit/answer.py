"""One question and what came back."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    """One question and what came back.

    Args:
        unit: number of its unit.
        view: what was shown, `View.text`.
        probe: name of the probe.
        prompt: name of the prompt, or empty.
        photo: key of the photo asked about; empty without a picture.
        person: identity asked about.
        asked: identity that the question is about, where it is not plainly `person`: whose
            name stood in it, or who is on the second photo.
        pool: number of the pool of candidates.
        order: positions of the candidates as they were lettered, of a lettered choice.
        answer: text; or log-likelihoods, one per candidate (of `yes_no`: yes, no); or of
            `votes` the candidate that each template chose; None if there can be no answer.
        outcome: what the defense made of the photo.
        reason: why there is no answer, or what must be known to read it.
        second: key of a second photo that was shown beside the first.
    """

    unit: int
    view: str
    probe: str
    prompt: str
    photo: str
    person: str
    asked: str
    pool: int
    order: list[int]
    answer: Any
    outcome: str = ""
    reason: str = ""
    second: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the answer, ready for JSON."""
        return asdict(self)
