"""An answer as sentences of words, with what is denied or left open in them; English only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .lexicon import listed

_QUOTED = re.compile(
    r"\b(reads?|reading|says?|saying|words?|titled|texts?|labell?ed|written|printed)"
    r"(\s*[:,]?\s*)[\"\u201c][^\"\u201d]*[\"\u201d]", re.IGNORECASE,
)  # fmt: skip
_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*'?|\d+(?:s\b)?|[-.,;:!?()/\n]")
_BOTH = re.compile(r"\(s\)he|\bs/he\b", re.IGNORECASE)
_SHORT = listed("mr, mrs, ms, dr, prof, st, jr, sr")
_ENDS = frozenset(".!?;\n")
_PARTS = {"can't": "can not", "cannot": "can not", "won't": "will not", "shan't": "shall not",
          "i'm": "i am"}  # fmt: skip
_IS = listed("he's, she's, it's, who's, that's, there's, what's, here's")

DENY = listed("not, no, never, without, neither, nor, hardly, lack, lacks, lacking, absence")
HELD = listed("""
    identify, recognize, recognise, name, tell, know, say, determine, provide, confirm, share,
    disclose, sure, certain, doubt, infer, guess, verify, reveal, only, just, mention,
    necessarily, mistake, comment, discuss
""")
"""Between a denial and a word, these say that the speaker does not know: nothing is denied."""
OPEN = frozenset(["whether", "if"])
TURNS = frozenset(["but", "however", "though", "although", "yet", "while"])
STOP = listed("""
    a, an, the, this, that, these, those, is, are, was, were, be, been, being, am, has, have,
    had, do, does, did, will, would, can, could, may, might, should, must, of, in, on, at, to,
    for, from, by, with, without, near, beside, behind, under, over, into, onto, through,
    between, among, like, as, than, who, which, what, where, when, why, how, whose, and, or,
    but, nor, so, if, whether, while, because, though, although, not, no, i, you, he, she, it,
    we, they, him, them, me, us, his, her, its, their, my, your, our, there, here, very, also,
    possibly, probably, likely, perhaps, maybe, appears, appear, seems, seem, looks, look,
    wears, wearing, holding, standing, sitting, during, before, after, about, against, toward,
    towards, up, down, out, off
""")


@dataclass(frozen=True)
class Word:
    """One word or sign.

    Args:
        text: in lower case, without a possessive ending.
        capital: whether it began with a capital letter.
        owner: whether it had the ending: man's, men's.
        glued: whether a hyphen stood before it.
    """

    text: str
    capital: bool = False
    owner: bool = False
    glued: bool = False


@dataclass(frozen=True)
class Sentence:
    """What stands between two ends.

    Args:
        words: words, commas and slashes.
        label: the word before a colon that leads it in: `age` of "Age: 40s".
    """

    words: tuple[Word, ...]
    label: str = ""

    def text(self, place: int) -> str:
        """Return the word at a place; empty outside."""
        return self.words[place].text if 0 <= place < len(self.words) else ""

    def part(self, start: int, end: int) -> tuple[str, ...]:
        """Return the words from one place up to another."""
        return tuple(word.text for word in self.words[start:end])

    def before(self, place: int, count: int) -> tuple[str, ...]:
        """Return so many words before a place."""
        return self.part(max(place - count, 0), place)

    def glued(self, place: int) -> bool:
        """Return whether a hyphen stands before the word at a place."""
        return place < len(self.words) and self.words[place].glued

    def denied(self, place: int) -> bool:
        """Return whether a word is denied (not smiling), or left open (whether he is old)."""
        held = False
        for back in range(place - 1, max(place - 7, -1), -1):
            text = self.text(back)
            if text in TURNS or text == "," or (text == "and" and place - back > 1):
                break
            held = held or text in HELD
            if text in DENY:
                return not held
        return self.left_open(place)

    def left_open(self, place: int) -> bool:
        """Return whether a word stands after a whether or if."""
        for back in range(place - 1, -1, -1):
            if self.text(back) in TURNS:
                return False
            if self.text(back) in OPEN:
                return True
        return False


def sentences(answer: str) -> list[Sentence]:
    """Return the sentences of an answer; what is said to be written in the picture is left out."""
    text = answer.replace("\u2019", "'").replace("\u2018", "'")
    text = re.sub("[\u2013\u2014]| - ", ", ", _BOTH.sub("they", _QUOTED.sub(r"\1", text)))
    found: list[Sentence] = []
    words: list[Word] = []
    label, glued = "", False
    for token in _TOKEN.findall(text):
        if token == "." and words and (words[-1].text in _SHORT or len(words[-1].text) == 1):
            continue
        if token in _ENDS or token == ":":
            found.append(Sentence(tuple(words), label))
            label = words[-1].text if words and token == ":" else ""
            words, glued = [], False
        elif token == "-":
            glued = bool(words)
        else:
            words += _words(token, glued)
            glued = False
    found.append(Sentence(tuple(words), label))
    return [sentence for sentence in found if sentence.words]


def phrase(text: str) -> tuple[str, ...]:
    """Return the words of a phrase of a list, as those of an answer are read."""
    return tuple(word.text for token in _TOKEN.findall(text) for word in _words(token, False))


def _words(token: str, glued: bool) -> Sequence[Word]:
    low, capital = token.lower(), token[:1].isupper()
    if low == "ma'am":
        return [Word(low, capital)]
    if low in _PARTS:
        parts = _PARTS[low].split()
    elif low.endswith("n't"):
        parts = [low[:-3], "not"]
    elif low in _IS:
        parts = [low[:-2], "is"]
    elif found := re.fullmatch(r"(.+)'(re|d|ve|ll)", low):
        parts = [found[1], {"re": "are", "d": "would", "ve": "have", "ll": "will"}[found[2]]]
    elif low.endswith("'s"):
        return [Word(low[:-2], capital, owner=True, glued=glued)]
    elif low.endswith("'"):
        return [Word(low[:-1], capital, owner=low.endswith("s'"), glued=glued)]
    else:
        return [Word(low, capital, glued=glued)]
    return [Word(parts[0], capital, glued=glued), *(Word(part) for part in parts[1:])]
