"""Whether a word that was found is told of a person: rules about its neighbours; English only."""

from __future__ import annotations

from .beside import age_beside, before, looked, predicate
from .lexicon import DESCENT, LOOK, THINGS, listed
from .phrases import Match, persons, said_by
from .sentences import STOP, Sentence

_OWNERS = frozenset(["his", "her", "their", "my", "your"])
_ARTICLES = listed("""
    a, an, the, this, that, another, former, famous, as, professional, some, two, three, several,
    of, and, or, with, our, its, is
""")
_WEAK = listed("""
    cook, judge, judges, coach, coaches, model, models, guard, driver, director, manager,
    producer, trainer, conductor, pilot, king, queen, prince, officer, author, vendor, clerk,
    graduate, cleaner, miner, builder, runner, boxer, performer, painter, comic, academic,
    executive, fencer, skater, commander, cadet, technician, shepherd, baker, steward, secretary,
    clown
""")  # verbs, things and names too: they count after an article, before a name, or first
_NAMES = listed("""
    white, black, young, cook, baker, judge, king, prince, bishop, carpenter, farmer, duke, child,
    monk, singer, shepherd, english, french, german, irish, miner, joy, old, coach
""")
_OBSERVERS = listed("photographer, photographers, cameraman, artist, author")
_TO = listed("at, for, toward, towards, by, facing, to")
_CROWDS = listed("men, women, ladies, girls, boys")
_PARTS = LOOK | listed("voice, head, hands, hand, hair, shoulders, arms, mouth, back")
_MADE = listed("statue, bust, figurine, sculpture, doll, toy, dressed, costume, mannequin")
_LABELS = {
    "gender": listed("gender, sex"),
    "age": listed("age, group, range"),
    "ethnicity": listed("ethnicity, race, ethnic, nationality"),
    "expression": listed("expression, mood, emotion, demeanor"),
    "occupation": listed("occupation, profession, job, role"),
}


def told(sentence: Sentence, match: Match) -> bool:
    """Return whether a phrase tells something of a person that the answer speaks of."""
    start, end = match.start, match.end
    attribute, manner = match.of.attribute, match.of.manner
    if _is_name(sentence, start, end):
        return False
    if sentence.label in _LABELS[attribute] and not sentence.denied(start):
        return True
    if manner == "pronoun":
        return not _either(sentence, start, end) and _is_title(sentence, start)
    if attribute == "gender":
        return _gender(sentence, start, end)
    if sentence.denied(start):
        return False
    if manner == "noun":
        return _noun(sentence, start, end) and (attribute == "age" or _works(sentence, start, end))
    if _of_the_speaker(sentence, start):
        return False
    if manner == "alone":
        return not sentence.glued(end)
    if attribute == "age":
        return not _owned(sentence, start) and age_beside(sentence, start, end)
    if attribute == "ethnicity":
        return (before(sentence, end, persons() | DESCENT) or predicate(sentence, start, end)
                or _one_of_them(sentence, start, end))  # fmt: skip
    return (before(sentence, end, persons() | LOOK) or predicate(sentence, start, end)
            or looked(sentence, start, end))  # fmt: skip


def _gender(sentence: Sentence, start: int, end: int) -> bool:
    word, last = sentence.words[end - 1], sentence.text(start - 1)
    if sentence.glued(end) or (sentence.glued(start) and end - start == 1):
        return False  # man-made, Spider-Man
    if word.owner and (
        (word.text in _CROWDS and sentence.text(end) not in _PARTS)
        or (sentence.text(end) in THINGS and last in ("a", "in"))
    ):
        return False  # the men's room, a woman's dress
    if _either(sentence, start, end) or _owned(sentence, start, nouns=False):
        return False
    definite = {"the", "this", "that"} & set(sentence.before(start, 3))
    return bool(definite) or not sentence.denied(start)  # who this man is, I do not know


def _noun(sentence: Sentence, start: int, end: int) -> bool:
    """Not a doctor's office nor a chef hat, and nobody's child or doctor."""
    if sentence.glued(end) or _owned(sentence, start) or sentence.text(end) in THINGS:
        return False
    word = sentence.words[end - 1]
    works = (word.text,) in said_by("occupation")
    return not (word.owner and works) or sentence.text(end) in _PARTS


def _works(sentence: Sentence, start: int, end: int) -> bool:
    text, last, after = sentence.text(start), sentence.before(start, 3), sentence.text(end)
    made = {"of", "as"} & set(last) and _MADE & set(sentence.before(start, 4))
    if "about" in last[-2:] or made:
        return False  # a book about a doctor, a statue of a soldier, dressed as a nurse
    if text in _OBSERVERS and (_TO & set(last[-2:]) or after in ("captured", "captures", "took")):
        return False  # looks at the photographer
    if end - start > 1 or text not in _WEAK:
        return True
    if text in ("model", "models") and (after == "of" or after.isdigit()):
        return False
    if sentence.words[start].capital and end < len(sentence.words) and sentence.words[end].capital:
        return True  # Coach Carter
    for word in reversed(sentence.before(start, 4)):
        if word in _ARTICLES:
            return True
        if word in STOP:
            return False
    return start < 4


def _one_of_them(sentence: Sentence, start: int, end: int) -> bool:
    """An Arab, an American: an adjective that is a noun."""
    if sentence.text(start - 1) not in ("a", "an") or sentence.text(start) in ("white", "black"):
        return False
    return sentence.text(end) in STOP | {"", ","}


def _owned(sentence: Sentence, start: int, *, nouns: bool = True) -> bool:
    """Her doctor and, with `nouns`, the woman's doctor: somebody else."""
    for back in range(start - 1, max(start - 4, -1), -1):
        word = sentence.words[back]
        if word.text in _OWNERS or (nouns and word.owner and word.text in persons()):
            return True
        if word.text in STOP or word.text == ",":
            return False
    return False


def _either(sentence: Sentence, start: int, end: int) -> bool:
    """He or she, male/female, a man or a woman: nothing is told."""
    genders = said_by("gender")
    for joint, other in ((end, end + 1), (start - 1, start - 2)):
        if sentence.text(joint) in ("a", "an"):
            joint, other = joint - 1, other - 1
        if sentence.text(joint) not in ("or", "/"):
            continue
        if sentence.text(other) in ("a", "an"):
            other += 1
        theirs = genders.get((sentence.text(other),))
        if theirs and theirs != genders[sentence.part(start, end)]:
            return True
    return False


def _is_title(sentence: Sentence, start: int) -> bool:
    word = sentence.words[start]
    return word.text not in ("miss", "sir", "madam") or word.capital


def _of_the_speaker(sentence: Sentence, start: int) -> bool:
    """I am afraid, I would be happy to."""
    last = set(sentence.before(start, 4))
    return "i" in last and not last & {"see", "think", "believe"}


def _is_name(sentence: Sentence, start: int, end: int) -> bool:
    """Tim Cook, Mrs. Young; but "Smiling Black woman"."""
    word, last = sentence.words[start], sentence.words[start - 1] if start else None
    if word.text not in _NAMES or not word.capital or last is None or not last.capital:
        return False
    after = sentence.words[end] if end < len(sentence.words) else None
    plain = after is not None and after.text in persons() and not after.capital
    return not plain and last.text not in STOP - {"will", "may"}
