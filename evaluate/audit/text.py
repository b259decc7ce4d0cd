"""Is part of a person's name printed in the photo? Then a model may read it, not know the face."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from unmask.defenses import default_cache
from unmask.defenses.photo import Pixels

from ..data.scene import Progress
from ..vlm.names import forms, normalize
from .ocr import lines_in, reader
from .people import Subjects

UNREAD = (
    "text in the pictures was not looked for{}: a model that reads a printed name counts as "
    "naming the person"
)
CURE = " (pip install 'unmask[ocr]')"
LEAST, LONG = 3, 5  # letters of a part that is looked for; of one that may hold a slip
_VERSION = "1"  # of what is read and how it is compared; another one, and nothing kept counts
_ALIKE = str.maketrans("1i05", "llos")  # what readers take for each other


def with_text(
    subjects: Subjects, progress: Progress | None = None, *, wanted: bool = True
) -> Subjects:
    """Look on the clean photos for parts of the names of who is on them.

    A defense can only take text away, so whatever is printed on a defended photo was on the
    clean one. What is read is not kept: the cache holds a yes or no for photo and name.

    Returns:
        The subjects with `printed` and a note; where nobody looked, a note that says so.
    """
    if not (wanted and reader()):
        note = UNREAD.format(CURE if wanted else "")
        return replace(subjects, notes=(*subjects.notes, note))
    found = set()
    for number, photo in enumerate(subjects.photos, 1):
        person = subjects.people[photo.identity]
        if is_printed(photo.pixels, (person.name, *person.aliases)):
            found.add(photo.key)
        if progress:
            progress("reading text", number, len(subjects.photos))
    count, total = len(found), len(subjects.photos)
    note = f"part of the person's name was read in {count} of {total} photos ({reader()})"
    if found:
        note += "; figures without them have the group text=without"
    details = [f"part of the name is printed: {key}" for key in sorted(found)]
    return replace(
        subjects, printed=frozenset(found), notes=(*subjects.notes, note),
        details=(*subjects.details, *details),
    )  # fmt: skip


def is_printed(pixels: Pixels, names: Sequence[str]) -> bool:
    """Return whether part of one of the names stands in a picture; needs the extra `ocr`."""
    parts = sorted(parts_of(names))
    whole = hashlib.sha256(repr((_VERSION, reader(), parts, pixels.shape)).encode())
    whole.update(pixels.tobytes())
    key = whole.digest()
    known = default_cache().get_many([key])
    if key not in known:
        known = {key: b"1" if stands_in(names, lines_in(pixels)) else b"0"}
        default_cache().put_many(known)
    return known[key] == b"1"


def stands_in(names: Sequence[str], lines: Iterable[str]) -> bool:
    """Return whether part of a name stands in one of the lines.

    A part is a word of at least three letters, or all words of a name written together: "an"
    and "al" are read on nearly every wall. It stands there as a word, as two neighbours that
    belong together, or as a whole line; from five letters on also with one wrong letter or
    inside a longer word, since readers lose spaces. Letters that readers take for each other
    (1, i and l; 0 and o; 5 and s) are equal.

    Example:
        `stands_in(["Anna Bell"], ["F.C. BE11 23"])` is True, with `["an all-time high"]` False.
    """
    parts = {part.translate(_ALIKE) for part in parts_of(names)}
    words = {word for line in lines for word in _words(normalize(line).translate(_ALIKE))}
    return any(_is(part, word) for part in parts for word in words)


def parts_of(names: Sequence[str]) -> set[str]:
    """Return the parts of the names that are looked for."""
    parts = set()
    for form in forms(names[0], names[1:]).sure:
        words = form.split()
        parts |= {word for word in (*words, "".join(words)) if _enough(word)}
    return parts


def _enough(word: str) -> bool:
    # two letters of Chinese, Japanese or Korean are a name
    return len(word) >= (LEAST if word < "\u1100" else 2)


def _words(line: str) -> Iterator[str]:
    words = line.split()
    yield from words
    yield from map("".join, pairwise(words))
    yield "".join(words)


def _is(part: str, word: str) -> bool:
    if part == word:
        return True
    if part >= "\u1100":
        return part in word
    return len(part) >= LONG and (part in word or _one_apart(part, word))


def _one_apart(a: str, b: str) -> bool:
    """Return whether one letter more, less or another makes them equal."""
    short, long = sorted((a, b), key=len)
    if len(long) - len(short) > 1:
        return False
    same = next((i for i, (x, y) in enumerate(zip(short, long, strict=False)) if x != y),
                len(short))  # fmt: skip
    rest = short[same + 1 :] if len(short) == len(long) else short[same:]
    return rest == long[same + 1 :]
