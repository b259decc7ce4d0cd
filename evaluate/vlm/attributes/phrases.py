"""Where the phrases of the lists stand in a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Literal, NamedTuple

from . import lexicon, occupations
from .lexicon import EATEN, PEOPLE
from .sentences import Sentence, phrase

Phrases = dict[tuple[str, ...], frozenset[str]]
Manner = Literal["pronoun", "noun", "alone", "beside", "eaten"]
LONGEST = 5  # words of a phrase


class List(NamedTuple):
    """One list of the lexicon.

    Args:
        attribute: of `ATTRIBUTES`; empty for phrases that say nothing.
        manner: how its phrases are told of a person: a `pronoun` stands for one, a `noun` names
            one, an expression or a skin is told `alone`, an adjective `beside` a person.
        phrases: words to values.
    """

    attribute: str
    manner: Manner
    phrases: Phrases


class Match(NamedTuple):
    """A phrase in a sentence: of which list, from where to where, and what it says."""

    of: List
    start: int
    end: int

    def values(self, sentence: Sentence) -> frozenset[str]:
        """Return what it says."""
        return self.of.phrases[sentence.part(self.start, self.end)]


@cache
def lists() -> tuple[List, ...]:
    """Return all lists, ready to be looked up."""
    told = {"female": occupations.FEMALE, "male": occupations.MALE}
    return (
        List("", "eaten", _phrases({"": EATEN})),
        List("gender", "pronoun", _phrases(lexicon.SURE_GENDER)),
        List("gender", "noun", _phrases(lexicon.GENDER, told)),
        List("age", "noun", _phrases(lexicon.AGE)),
        List("age", "beside", _phrases(lexicon.AGE_OF_PERSON)),
        List("ethnicity", "alone", _phrases(lexicon.ETHNICITY)),
        List("ethnicity", "beside", _phrases(lexicon.ETHNICITY_OF_PERSON)),
        List("expression", "alone", _phrases(lexicon.EXPRESSION)),
        List("expression", "beside", _phrases(lexicon.EXPRESSION_OF_PERSON)),
        List("occupation", "noun", _phrases(occupations.OCCUPATION)),
    )


@cache
def said_by(attribute: str, manner: str = "") -> Phrases:
    """Return the phrases of an attribute, of all lists or of one manner."""
    found: dict[tuple[str, ...], frozenset[str]] = {}
    for one in lists():
        if one.attribute == attribute and manner in ("", one.manner):
            for words, values in one.phrases.items():
                found[words] = found.get(words, frozenset()) | values
    return found


@cache
def persons() -> frozenset[str]:
    """Return single words for people: what an adjective must stand beside."""
    nouns = {words[0] for one in lists() if one.manner == "noun" for words in one.phrases
             if len(words) == 1}  # fmt: skip
    return frozenset((nouns | PEOPLE) - {"elderly", "teenage", "teenaged", "midlife"})


def matches(sentence: Sentence) -> list[Match]:
    """Return the phrases in a sentence; of those of an attribute that overlap, the longest."""
    taken: set[tuple[str, int]] = set()
    found = []
    for length in range(min(LONGEST, len(sentence.words)), 0, -1):
        for start in range(len(sentence.words) - length + 1):
            part, places = sentence.part(start, start + length), range(start, start + length)
            for one in lists():
                if part not in one.phrases or any(
                    {(one.attribute, place), ("", place)} & taken for place in places
                ):
                    continue
                taken |= {(one.attribute, place) for place in places}
                if one.manner != "eaten":
                    found.append(Match(one, start, start + length))
    return found


def _phrases(*tables: Mapping[str, Iterable[str]]) -> Phrases:
    found: dict[tuple[str, ...], set[str]] = {}
    for table in tables:
        for value, texts in table.items():
            for text in texts:
                found.setdefault(phrase(text), set()).add(value)
    return {words: frozenset(values) for words, values in found.items()}
