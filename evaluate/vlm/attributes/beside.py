"""Whether an adjective is told of a person: it stands before one, or a verb joins them."""

from __future__ import annotations

from functools import cache

from .lexicon import LOOK, PEOPLE, THINGS, listed
from .phrases import persons, said_by
from .sentences import STOP, Sentence

_COPULA = listed("""
    is, are, was, were, be, being, looks, look, looked, appears, appear, appeared, seems, seem,
    seemed, looking, appearing, remains
""")
_PARTICIPLES = frozenset(["looking", "appearing"])
_SOFT = listed("""
    a, an, very, quite, rather, relatively, fairly, slightly, bit, somewhat, also, both, and, or,
    to, likely, possibly, probably, perhaps, maybe, clearly, visibly, more, most, deeply,
    extremely, still, either, of, described, as
""") | {","}  # between a verb and its adjective
_SUBJECTS = listed("he, she, they, who, someone, somebody, both")
_CLAUSES = listed("that, which, while, but, where, because") | {","}
_WORN = ("haired", "eyed", "clad", "colored", "coloured", "dressed")
_EMOTIONS = listed("""
    joy, happiness, surprise, shock, astonishment, amazement, anger, disgust, fear, sadness,
    sorrow, grief, delight, amusement, excitement, contempt, thought, contemplation,
    concentration, confidence, determination
""")
_BUILT = listed("appearance, looking, age")


def before(sentence: Sentence, end: int, wanted: frozenset[str]) -> bool:
    """Return whether one of the wanted nouns follows, with at most three words between."""
    after = sentence.text(end)
    if after.endswith(_WORN) or (sentence.glued(end) and after != "looking"):
        return False  # white-haired
    for place in range(end, min(end + 4, len(sentence.words))):
        text = sentence.text(place)
        if text in wanted:
            free = sentence.text(place + 1) not in THINGS
            return free or sentence.words[place].owner or text in LOOK
        if any(sentence.part(place, place + n) in said_by("occupation") for n in (2, 3)):
            return True
        joined = text == "and" or (text in ("a", "an") and sentence.text(place - 1) == "and")
        if text in THINGS or (text in STOP and not joined):
            return False  # but: a black and a white man
    return False


def predicate(sentence: Sentence, start: int, end: int) -> bool:
    """Return whether it is said of a person by a verb: she looks sad, he is black."""
    after = sentence.text(end)
    if after and after != "," and (after not in STOP or after == "than"):
        return False  # he is black belt, it is older than
    place, verb = start - 1, -1
    while place >= 0 and sentence.text(place) in _SOFT | _COPULA | _adjectives():
        if sentence.text(place) in _COPULA:
            verb = place
            if sentence.text(place) != "be":
                break
        place -= 1
    if verb < 0:
        return False
    if sentence.text(verb) in _PARTICIPLES:
        return any(word.text in persons() for word in sentence.words)
    return _subject(sentence, verb)


def looked(sentence: Sentence, start: int, end: int) -> bool:
    """An expression of joy, with surprise, in thought."""
    if sentence.text(start) not in _EMOTIONS:
        return False
    last = sentence.before(start, 4)
    if "of" in last and LOOK & set(last):
        return True
    return bool({"in", "with"} & set(last[-2:])) and sentence.text(end) not in THINGS | {"of"}


def age_beside(sentence: Sentence, start: int, end: int) -> bool:
    """Return whether young or old is told of a person, and no child is meant: a young boy."""
    after = sentence.text(end)
    if sentence.text(start - 1) in ("year", "years", "month", "months"):
        return False  # 45 years old is read as a figure
    if sentence.text(start) == "senior":  # a senior woman, not a senior officer
        return (after,) in said_by("gender") or after in PEOPLE - {"officer"}
    if "child" in said_by("age", "noun").get((after,), ()):
        return False
    return before(sentence, end, persons() | _BUILT) or predicate(sentence, start, end)


def _subject(sentence: Sentence, verb: int) -> bool:
    """Return whether the verb's clause begins with a person (or a person's look)."""
    begin = verb
    while begin > 0 and sentence.text(begin - 1) not in _CLAUSES:
        begin -= 1
    for at in range(begin, verb):
        text, owner = sentence.text(at), sentence.words[at].owner
        if text in LOOK and _of_a_thing(sentence, at):
            return False
        if text in THINGS and text not in persons():
            return False
        who = text in _SUBJECTS or text in persons() | LOOK
        if who and not owner and "of" not in sentence.before(at, 2):
            return True
    return False


def _of_a_thing(sentence: Sentence, place: int) -> bool:
    """The mood of the scene."""
    after = {sentence.text(place + 2), sentence.text(place + 3)}
    return sentence.text(place + 1) == "of" and bool(after & (THINGS | {"scene", "moment"}))


@cache
def _adjectives() -> frozenset[str]:
    found = [said_by(name, manner) for name in ("age", "ethnicity", "expression")
             for manner in ("beside", "alone")]  # fmt: skip
    return frozenset(words[0] for phrases in found for words in phrases if len(words) == 1)
