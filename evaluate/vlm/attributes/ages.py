"""Ages in figures: 45 years old, a 30-year-old, in his late fifties."""

from __future__ import annotations

from .lexicon import THINGS
from .sentences import Sentence

_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
         "eighty": 80, "ninety": 90}  # fmt: skip
_DECADES = {"teens": 15, "twenties": 20, "thirties": 30, "forties": 40, "fifties": 50,
            "sixties": 60, "seventies": 70, "eighties": 80, "nineties": 90}  # fmt: skip
_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
          "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14,
          "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18,
          "nineteen": 19}  # fmt: skip
_PARTS = {"early": 2, "mid": 5, "late": 8}
_ABOUT = frozenset(["about", "around", "roughly", "approximately", "maybe", "perhaps", "be"])
_ENDS = frozenset(["", ",", "and", "with", "in", "or", "but", "who", "wearing"])
_BOUNDS = ((13, "child"), (20, "teenager"), (40, "young"), (60, "middle-aged"), (130, "old"))


def ages(sentence: Sentence, persons: frozenset[str]) -> frozenset[str]:
    """Return the ages that a sentence tells in figures, in the words of the list `AGE`."""
    found = set()
    for place in range(len(sentence.words)):
        years = _decade(sentence, place)
        if years is None:
            years = _years(sentence, place, persons)
        if years is not None and 0 < years < 130 and not sentence.denied(place):
            found.add(next(name for bound, name in _BOUNDS if years < bound))
    return frozenset(found)


def _decade(sentence: Sentence, place: int) -> float | None:
    """In her mid-40s, in their late thirties; not the 40s, which may be years."""
    text = sentence.text(place)
    start = _DECADES.get(text)
    if start is None and text.endswith("s") and text[:-1].isdigit():
        start = int(text[:-1])
    if start is None or not (10 <= start <= 90):
        return None
    back, part = place - 1, None
    while sentence.text(back) in _PARTS or sentence.text(back) in ("to", "or", "very", "and"):
        part = _PARTS.get(sentence.text(back), part)
        back -= 1
    while sentence.text(back) in _DECADES or sentence.text(back)[:-1].isdigit():  # his 40s or 50s
        back -= 1
        while sentence.text(back) in _PARTS or sentence.text(back) in ("to", "or"):
            back -= 1
    before = sentence.text(back)
    owned = before in ("his", "her", "their") or (
        0 <= back < len(sentence.words) and sentence.words[back].owner
    )
    if owned or sentence.label == "age" or (part is not None and before != "the"):
        return start + (5 if part is None else part)
    return None


def _number(sentence: Sentence, place: int) -> int | None:
    text, before = sentence.text(place), sentence.text(place - 1)
    if text.isdigit():
        return int(text)
    if text in _WORDS and before in _TENS:
        return _TENS[before] + _WORDS[text]
    return _TENS.get(text) or _WORDS.get(text)


def _years(sentence: Sentence, place: int, persons: frozenset[str]) -> float | None:
    number = _number(sentence, place)
    if number is None:
        return None
    joint = 2 if sentence.text(place - 1) in ("to", "or", "and") else 1
    low = _number(sentence, place - joint) if joint == 2 or sentence.glued(place) else None
    years = (low + number) / 2 if low is not None and low < number else float(number)
    after = [sentence.text(place + step) for step in (1, 2, 3)]
    if after[0] in ("year", "years") and (after[1] == "old" or after[1:] == ["of", "age"]):
        return years if _of_person(sentence, place, place + 3, persons) else None
    first = place - joint if low is not None else place
    before = [sentence.text(first - step) for step in (3, 2, 1)]
    if "aged" in before[1:] or (before[2] in ("age", "aged")) or before[1:] == ["age", "of"]:
        return years
    if before[2] in _ABOUT and _looks(sentence, first, persons) and after[0] in _ENDS:
        return years
    if sentence.label == "age" or (after[0] == "age" and after[1] in ("range", "group")):
        return years
    return None


def _of_person(sentence: Sentence, place: int, end: int, persons: frozenset[str]) -> bool:
    """Not a house of 100 years: no thing follows, or stands before without a person."""
    for step in range(end, min(end + 3, len(sentence.words))):
        if sentence.text(step) in persons:
            return True
        if sentence.text(step) in THINGS:
            return False
        if sentence.text(step) in (",", "in", "with", "is", "who", "and"):
            break
    before = [sentence.text(step) for step in range(place)]
    return not set(before) & THINGS or bool(set(before) & (persons | {"he", "she", "they"}))


def _looks(sentence: Sentence, place: int, persons: frozenset[str]) -> bool:
    """She appears to be about forty."""
    before = [sentence.text(step) for step in range(max(place - 6, 0), place)]
    verbs = {"is", "looks", "look", "appears", "seems", "be", ","}
    return bool(verbs & set(before)) and bool(set(before) & (persons | {"he", "she", "who"}))
