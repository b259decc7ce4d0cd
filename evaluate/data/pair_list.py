"""Lists of pairs of photos with ten folds, as LFW's `pairs.txt`: read, checked, made anew."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import numpy as np

FOLDS = 10


class NamedPair(NamedTuple):
    """Two photos by key, whether they show one person, and the fold they are in."""

    a: str
    b: str
    same: bool
    fold: int


@dataclass(frozen=True)
class PairList:
    """Pairs in their order.

    Args:
        pairs: of all folds.
        notes: what a reader of a figure must know about the list.
    """

    pairs: tuple[NamedPair, ...]
    notes: tuple[str, ...] = ()

    @property
    def keys(self) -> frozenset[str]:
        """The photos that are on it."""
        return frozenset(key for pair in self.pairs for key in pair[:2])


def read_pairs(path: Path) -> PairList:
    """Read a list of pairs.

    LFW's own form begins with a line of one or two numbers: folds and pairs of each kind in a
    fold (`10 300`, `pairs.txt`), or pairs of each kind alone (`1100`, `pairsDevTrain.txt`). Then
    come, fold by fold, lines `name 1 4` for two photos of one person and lines
    `name 1 other 2` for two people; `name 4` is the photo `name/name_0004.jpg`.

    Any other list has a line for each pair: two paths below the data folder, 1 (same) or 0, and
    the number of the fold, if you have one, all separated by commas, tabs or spaces.

    Where a list has no folds, its pairs are cut into ten parts in their order, each kind for
    itself, as is usual for lists such as those of AgeDB and CFP.

    Raises:
        ValueError: it cannot be read, a line is no such line, there are fewer or more pairs than
            the first line says, a photo is paired with itself, one pair is in two folds or both
            the same and not, or a fold has pairs of one kind only.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"cannot read {path}: {error}") from error
    rows = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not rows:
        raise ValueError(f"{path} lists no pairs")
    head = rows[0][1].split()
    notes: list[str] = []
    if len(head) <= 2 and all(word.isdecimal() for word in head):
        pairs, whole = _lfw(path, head, rows[1:]), len(head) == 2
    else:
        pairs, whole = _any(path, rows)
    if not whole:
        pairs = _cut(pairs)
        notes.append(f"the list has no folds: its pairs were cut into {FOLDS} in their order")
    twice = _check(path, pairs)
    if twice:
        notes.append(f"{twice} pairs are listed more than once")
    return PairList(tuple(pairs), tuple(notes))


def make_pairs(
    photos: Mapping[str, Sequence[str]], *, folds: int = FOLDS, each: int = 300, seed: int = 0
) -> PairList:
    """Make a list of pairs, drawn as LFW's was, of people who are in one fold only.

    For two of one person, a person with two photos or more is drawn, then two of their photos;
    for two people, two people are drawn, then a photo of each. No pair is drawn twice.

    Args:
        photos: keys by person.
        folds: their number.
        each: pairs of each kind in a fold.
        seed: another seed, another list.

    Raises:
        ValueError: there are too few people or photos for so many pairs.
    """
    if folds < 2 or each < 1:
        raise ValueError(f"there are two folds or more and pairs in each, got {folds} and {each}")
    order = [  # both kinds of people dealt out evenly
        *_ranked([name for name in photos if len(photos[name]) > 1], seed),
        *_ranked([name for name in photos if len(photos[name]) == 1], seed),
    ]
    made: list[NamedPair] = []
    for fold in range(folds):
        rng = np.random.default_rng([seed, fold])
        mine = {name: sorted(photos[name]) for name in order[fold::folds]}
        made += _drawn(mine, fold, True, each, rng) + _drawn(mine, fold, False, each, rng)
    return PairList(tuple(made))


def write_lfw(pairs: PairList) -> str:
    """Return a list in LFW's own form.

    Raises:
        ValueError: a key is not `name/name_0001.jpg`, or folds differ in size.
    """
    counts = Counter((pair.fold, pair.same) for pair in pairs.pairs)
    folds, each = len({pair.fold for pair in pairs.pairs}), set(counts.values())
    if len(each) != 1:
        raise ValueError("LFW's form has as many pairs of each kind in every fold")
    lines = [f"{folds}\t{each.pop()}"]
    for pair in sorted(pairs.pairs, key=lambda pair: (pair.fold, not pair.same)):
        (a, one), (b, two) = map(_person_and_number, pair[:2])
        lines.append("\t".join([a, one, two] if pair.same else [a, one, b, two]))
    return "\n".join(lines) + "\n"


def write_any(pairs: PairList) -> str:
    """Return a list of any keys: two of them, 1 or 0, and the fold, in a line each."""
    rows = (f"{a}\t{b}\t{same:d}\t{fold}" for a, b, same, fold in pairs.pairs)
    return "\n".join(rows) + "\n"


def _lfw(path: Path, head: Sequence[str], rows: Sequence[tuple[int, str]]) -> list[NamedPair]:
    folds, each = (int(head[0]), int(head[1])) if len(head) == 2 else (1, int(head[0]))
    if len(rows) != 2 * folds * each:
        raise ValueError(
            f"{path} must list {folds} x {each} pairs of each kind, {2 * folds * each} in all, as "
            f"its first line says, got {len(rows)}"
        )
    pairs = []
    for place, (number, line) in enumerate(rows):
        fold, same = place // (2 * each), place % (2 * each) < each
        words = line.split()
        wanted = (0, 1, 1) if same else (0, 1, 0, 1)  # 1: a number
        if len(words) != len(wanted) or any(
            is_number and not word.isdecimal()
            for word, is_number in zip(words, wanted, strict=False)
        ):
            form = "name 1 2" if same else "name 1 other 2"
            raise ValueError(f"{path}, line {number} must be '{form}', got '{line.strip()[:60]}'")
        other = words[0] if same else words[2]
        pairs.append(NamedPair(_key(words[0], words[1]), _key(other, words[-1]), same, fold))
        if not same and other == words[0]:
            raise ValueError(f"{path}, line {number}: {other} is listed as two people")
    return pairs


def _any(path: Path, rows: Sequence[tuple[int, str]]) -> tuple[list[NamedPair], bool]:
    pairs: list[NamedPair] = []
    sizes: set[int] = set()
    for number, line in rows:
        words = [word.strip() for word in re.split(r"[,\t]" if re.search(r"[,\t]", line) else
                                                  r"\s+", line.strip())]  # fmt: skip
        if number == rows[0][0] and len(words) in (3, 4) and words[2] not in ("0", "1"):
            continue  # a header
        if (
            len(words) not in (3, 4)
            or words[2] not in ("0", "1")
            or not all(words)
            or (len(words) == 4 and not words[3].isdecimal())
        ):
            raise ValueError(
                f"{path}, line {number} must be two paths, 1 or 0 and perhaps a fold, "
                f"got '{line.strip()[:60]}'"
            )
        sizes.add(len(words))
        fold = int(words[3]) if len(words) == 4 else 0
        pairs.append(NamedPair(words[0], words[1], words[2] == "1", fold))
    if len(sizes) != 1:
        raise ValueError(f"{path}: every pair has a fold, or none has")
    return pairs, sizes == {4}


def _cut(pairs: Sequence[NamedPair]) -> list[NamedPair]:
    sizes = Counter(pair.same for pair in pairs)
    seen: Counter[bool] = Counter()
    made = []
    for pair in pairs:
        made.append(pair._replace(fold=seen[pair.same] * FOLDS // sizes[pair.same]))
        seen[pair.same] += 1
    return made


def _check(path: Path, pairs: Sequence[NamedPair]) -> int:
    """Refuse lists that would mislead; return how many pairs are listed again."""
    known: dict[frozenset[str], NamedPair] = {}
    twice = 0
    for pair in pairs:
        if pair.a == pair.b:
            raise ValueError(f"{path}: the photo {pair.a} is paired with itself")
        first = known.setdefault(frozenset(pair[:2]), pair)
        if first.same != pair.same:
            raise ValueError(f"{path}: {pair.a} and {pair.b} are listed as one person and as two")
        if first.fold != pair.fold:
            raise ValueError(f"{path}: {pair.a} and {pair.b} are in two folds")
        twice += first is not pair
    kinds = Counter((pair.fold, pair.same) for pair in pairs)
    folds = {fold for fold, _ in kinds}
    if len(folds) < 2 or len(kinds) != 2 * len(folds):
        raise ValueError(
            f"{path} must have two folds or more, each with pairs of both kinds, got "
            f"{len(folds)} folds, {sum(pair.same for pair in pairs)} pairs of one person and "
            f"{sum(not pair.same for pair in pairs)} of two"
        )
    return twice


def _drawn(
    photos: Mapping[str, Sequence[str]], fold: int, same: bool, count: int,
    rng: np.random.Generator,
) -> list[NamedPair]:  # fmt: skip
    names = [name for name in photos if len(photos[name]) > 1] if same else list(photos)
    found: dict[frozenset[str], NamedPair] = {}
    for _ in range(100 * count):
        if len(found) == count or len(names) < 2 - same:
            break
        if same:
            mine = photos[_one(names, rng)]
            first, second = rng.choice(len(mine), 2, replace=False).tolist()
            a, b = mine[first], mine[second]
        else:
            first, second = rng.choice(len(names), 2, replace=False).tolist()
            a, b = _one(photos[names[first]], rng), _one(photos[names[second]], rng)
        found.setdefault(frozenset((a, b)), NamedPair(a, b, same, fold))
    if len(found) < count:
        kind = "of one person" if same else "of two people"
        raise ValueError(
            f"a fold needs {count} pairs {kind}, but its {len(names)} people have "
            f"{len(found)}; ask for fewer"
        )
    return list(found.values())


def _one(things: Sequence[str], rng: np.random.Generator) -> str:
    return things[int(rng.integers(len(things)))]


def _ranked(names: Sequence[str], seed: int) -> list[str]:
    return sorted(names, key=lambda name: hashlib.sha256(f"pairs {seed} {name}".encode()).digest())


def _key(name: str, number: str) -> str:
    return f"{name}/{name}_{int(number):04d}.jpg"


def _person_and_number(key: str) -> tuple[str, str]:
    name = PurePosixPath(key).parent.name
    number = PurePosixPath(key).stem.removeprefix(f"{name}_")
    if not number.isdecimal() or key != _key(name, number):
        raise ValueError(f"LFW's form has photos such as name/name_0001.jpg, got {key}")
    return name, str(int(number))
