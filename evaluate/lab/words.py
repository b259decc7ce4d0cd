"""Names that nobody has, and every sentence the lab says."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np

from ..vlm.wording import LAB

SYLLABLES = ("ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "ri", "so",
             "tu", "va", "we", "xi", "yo", "zu")  # fmt: skip
CAPTIONS = ("a photo of {}", "a picture of {}", "here is {}", "{} in a photo")
QUESTION, LEAD = LAB.question, LAB.lead
WHAT = "what is this ?"
ANSWER = f"{LEAD} {{}} ."
LIGHT, LIGHT_ANSWER = "is the photo bright or dark ?", "it is {} ."
FACTS = ("{} works as a pilot", "{} works as a baker", "{} lives in oslo", "{} lives in lima")
NOBODY = "a person"
OTHER = ("USER: ASSISTANT: caption", "bright dark")


def fictitious(people: int, rng: np.random.Generator) -> tuple[str, ...]:
    """Return two-word names, no word twice, so that each name is told by its first word.

    Raises:
        ValueError: more people than there are names.
    """
    made = ["".join(parts) for parts in product(SYLLABLES, SYLLABLES, ("n", "r", "l"))]
    if 2 * people > len(made):
        raise ValueError(f"there are names for {len(made) // 2} people, got {people}")
    words = rng.permutation(made)
    return tuple(f"{words[2 * i]} {words[2 * i + 1]}" for i in range(people))


def vocabulary(names: Sequence[str]) -> list[str]:
    """Return every word that can occur, sorted."""
    told = (*names, *CAPTIONS, QUESTION, WHAT, ANSWER, LIGHT, LIGHT_ANSWER, *FACTS, NOBODY, *OTHER)
    return sorted(set(" ".join(told).replace("{}", " ").split()))
