"""How much of what a model said of a clean picture it still says of a changed one."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Sequence

import numpy as np

from .names import normalize
from .refusals import refuses

LONG = 3  # words; an answer up to here is kept or not, a longer one in part
TOKENS = 16  # longest answer
_ARTICLES = frozenset(["a", "an", "the"])


def words_of(answer: str, without: Collection[str] = ()) -> list[str]:
    """Return what an answer says, normalized; nothing if it refuses.

    Args:
        answer: as the model wrote it.
        without: normalized words that do not count: a name is no use that should be kept.
    """
    text = normalize(answer)
    if refuses(text):
        return []
    return [word for word in text.split() if word not in _ARTICLES and word not in without]


def kept(answer: str, clean: str, without: Collection[str] = ()) -> float | None:
    """Return how much of a clean answer another one keeps, 0 to 1; None if that said nothing.

    The same words in the same order: 1. An answer of up to three words is kept whole or not at
    all; of two longer ones it is the F1 of their words, as in reading comprehension (Rajpurkar,
    Zhang, Lopyrev, Liang: SQuAD. EMNLP 2016). Articles and the person's name do not count. A
    refusal keeps nothing.
    """
    before, after = words_of(clean, without), words_of(answer, without)
    if not before:
        return None
    if before == after or min(len(before), len(after)) <= LONG:
        return float(before == after)
    both = (Counter(before) & Counter(after)).total()
    return 2 * both / (len(before) + len(after))


def as_likely(changed: float, clean: float, answer: str) -> float:
    """Return how likely the clean answer still is, as a share, 0 to 1.

    The log-likelihood per word under the changed picture less that under the clean one, as a
    power of e, and at most 1. Per word and not per token, so that models can be compared. What
    is no number is no likelihood: 0.
    """
    words = max(len(answer.split()), 1)
    if not math.isfinite(changed - clean):
        return 0.0
    return min(1.0, math.exp((changed - clean) / words))


def chosen_alike(changed: Sequence[float], clean: Sequence[float]) -> tuple[float, float]:
    """Compare what a dual encoder chooses among sentences, by its scaled similarities.

    Returns:
        Whether the sentence that it chose for the clean picture is still the first (1 or 0),
        and how likely it still is, as a share of before, at most 1.
    """
    place = int(np.argmax(clean))
    share = math.exp(_log_share(changed, place) - _log_share(clean, place))
    return float(int(np.argmax(changed)) == place), min(1.0, share)


def _log_share(scores: Sequence[float], place: int) -> float:
    top = max(scores)
    return scores[place] - top - math.log(sum(math.exp(score - top) for score in scores))
