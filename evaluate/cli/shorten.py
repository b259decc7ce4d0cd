"""Long names in little room, and no two that look alike."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from rich.cells import cell_len

CUT = "…"
_FLOAT = re.compile(r"(?<==)-?\d+\.\d+(?:e[-+]?\d+)?(?=,|$)")


def rounded(names: Sequence[str]) -> dict[str, str]:
    """Return names with their numbers rounded, to three digits or as many as tell them apart.

    Example:
        >>> rounded(["blur:sigma=0.0310723", "mask:margin=0.12345", "mask:margin=0.12349"])
        {'blur:sigma=0.0310723': 'blur:sigma=0.0311', 'mask:margin=0.12345': \
'mask:margin=0.12345', 'mask:margin=0.12349': 'mask:margin=0.12349'}
    """
    families: dict[str, list[str]] = defaultdict(list)
    for name in dict.fromkeys(names):
        families[name.partition(":")[0]].append(name)
    found: dict[str, str] = {}
    for members in families.values():
        for digits in range(3, 18):
            texts = [_round(name, digits) for name in members]
            if len({*texts}) == len(members):
                break
        else:
            texts = members
        found |= dict(zip(members, texts, strict=True))
    return found if len({*found.values()}) == len(found) else {name: name for name in found}


def _round(name: str, digits: int) -> str:
    def shorter(number: re.Match[str]) -> str:
        text = f"{float(number[0]):.{digits}g}"
        return number[0] if "e" in text or float(text) == float(number[0]) else text

    return _FLOAT.sub(shorter, name)


def shorten(names: Sequence[str], room: int) -> dict[str, str]:
    """Return a text of at most `room` cells for each name; different names get different ones.

    What is cut is marked by `…`. The parameters in which settings of one defense differ stay
    as long as there is room for them: first go the others, then the end of the name.

    Args:
        names: as they are; one may occur often.
        room: at least 4, or more where many names begin alike.

    Example:
        >>> shorten(["gaussian_blur:sigma=0.03", "gaussian_blur:sigma=0.13"], 18)
        {'gaussian_blur:sigma=0.03': 'gaussia…sigma=0.03', \
'gaussian_blur:sigma=0.13': 'gaussia…sigma=0.13'}
    """
    ways = {
        name: [text for text in _ways(name, names, number, room) if cell_len(text) <= room]
        for number, name in enumerate(dict.fromkeys(names), 1)
    }
    while True:
        alike: dict[str, list[str]] = defaultdict(list)
        for name, texts in ways.items():
            alike[texts[0] if texts else name].append(name)
        clashes = [n for same in alike.values() if len(same) > 1 for n in same]
        if not any(len(ways[name]) > 1 for name in clashes):
            return {name: texts[0] if texts else name for name, texts in ways.items()}
        for name in clashes:
            ways[name] = ways[name][1:] or ways[name]


def _ways(name: str, names: Sequence[str], number: int, room: int) -> Iterator[str]:
    """Yield shorter and shorter texts; the last holds the number and is nobody else's."""
    yield name
    head, colon, text = name.partition(":")
    if colon:
        parts = text.split(",")
        vary = [part for part in parts if _varies(head, part, names)]
        same = [part for part in parts if part not in vary]
        for kept in range(len(same) - 1, 0 if not vary else -1, -1):
            stay = {*vary, *same[:kept]}
            yield f"{head}:{','.join(part for part in parts if part in stay)},{CUT}"
        tail = ",".join(vary or parts[:1])
        for kept in range(len(head) - 1, 2, -1):
            yield f"{head[:kept]}{CUT}{tail}"
        yield f"{head[:3]}{CUT}{','.join(part.partition('=')[2] for part in vary or parts[:1])}"
    for end in (0, room // 3, room // 2):
        start = name
        while start and cell_len(start) + 1 + end > room:
            start = start[:-1]
        yield start + CUT + (name[-end:] if end else "")
    mark = f"{CUT}{number}"
    start = name
    while start and cell_len(start + mark) > room:
        start = start[:-1]
    yield start + mark


def _varies(head: str, part: str, names: Sequence[str]) -> bool:
    """Return whether other settings of the same defense lack this parameter value."""
    others = [n.partition(":")[2].split(",") for n in names if n.partition(":")[0] == head]
    return any(part not in other for other in others)
