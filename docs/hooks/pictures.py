"""Pictures for the pages of plug-ins: the astronaut, clean, defended and attacked.

Eileen Collins (NASA, public domain, from scikit-image). Faces of other people are made up: they
are what `face_swap` paints over hers. Pictures are kept in a folder that git ignores, by the code
that they come from.
"""

from __future__ import annotations

import hashlib
import io
import pickle
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import attacks
from PIL import Image

from unmask.benchmarks.gallery import astronaut_photo, nobodies
from unmask.defenses import DEFENSES, Pixels
from unmask.defenses.files.atomic import replacing
from unmask.defenses.files.code_digest import folder_digest
from unmask.threads import pin_threads

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "build" / "pictures"
MADE_BY = (
    "docs/hooks",
    "defenses",
    "evaluate/attackers",
)  # not the whole checkout: it takes a minute


@dataclass(frozen=True)
class Picture:
    """What a page shows: files with words below, and what they are."""

    files: dict[str, bytes]
    words: tuple[str, ...]
    caption: str
    thumb: str

    def html(self, folder: str) -> str:
        """Return a row of figures."""
        shown = zip(self.files, self.words, strict=True)
        figures = "".join(
            f'<figure><img src="{folder}{file}" alt="{words}" loading="lazy">'
            f"<figcaption>{words}</figcaption></figure>"
            for file, words in shown
        )
        return f'<div class="faces">{figures}</div>'


def drawn(defenses: Iterable[str], attackers: Iterable[str]) -> dict[tuple[str, str], Picture]:
    """Return the pictures by group and name."""
    pin_threads()  # many threads that wait for each other take longer than one
    made = {
        ("defenses", name): _kept(f"defense-{name}", lambda name=name: _defense(name))
        for name in defenses
        if _can_be_drawn(name)
    }
    for name in attackers:
        if name in attacks.DRAWN:
            made["attackers", name] = _kept(f"attacker-{name}", lambda name=name: _attack(name))
    return made


def _can_be_drawn(name: str) -> bool:
    """Whether it works by itself; others show what a file or another program makes."""
    try:
        DEFENSES.build(name)
    except ValueError:
        return False
    return True


def _defense(name: str) -> Picture:
    """Draw one defense at three strengths, weak to strong; what has no strength once."""
    built = DEFENSES.build(name)
    if name == "none":
        tiles = [("none", astronaut_photo().pixels)]
    else:
        strengths = [built.at(share) for share in (0.0, 0.5, 1.0)] if built.space else [built]
        tiles = [("clean", astronaut_photo().pixels)]
        for defense in strengths:
            ready = defense.fit(nobodies()) if defense.needs_background else defense
            tiles.append((_words(defense.spec) or name, ready(astronaut_photo()).photo.pixels))
    caption = "The weakest, the middle and the strongest setting that a search tries by default."
    if len(tiles) < 4:
        caption = "As it is by default."
    if built.needs_background:
        caption += " The other people are made up, by `face_swap`."
    return _picture(name, tiles, caption)


def _words(spec: str) -> str:
    """Return the parameters of a spec with numbers of three digits."""
    parameters = spec.partition(":")[2].replace(",", ", ")
    return re.sub(r"\d+\.\d+", lambda number: f"{float(number[0]):.3g}", parameters)


def _attack(name: str) -> Picture:
    tiles, caption = attacks.DRAWN[name](astronaut_photo())
    return _picture(f"by-{name}", tiles, caption)


def _picture(name: str, tiles: list[tuple[str, Pixels]], caption: str) -> Picture:
    files = {f"{name}-{i}.webp": _webp(pixels) for i, (_, pixels) in enumerate(tiles)}
    return Picture(files, tuple(words for words, _ in tiles), caption, _thumb(files))


def _thumb(files: dict[str, bytes]) -> str:
    """Return the one for the table: in the middle of the strengths."""
    return [*files][len(files) // 2]


def _webp(pixels: Pixels) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).resize((256, 256)).save(stream, "WEBP", quality=85)
    return stream.getvalue()


def _kept(name: str, draw: Callable[[], Picture]) -> Picture:
    """Return a picture that was made by this very code before, or make it now."""
    path = KEPT / f"{name}-{_code()}.pickle"
    if path.exists():
        found: Picture = pickle.loads(path.read_bytes())
        return found
    picture = draw()
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        temporary.write_bytes(pickle.dumps(picture))
    return picture


@cache
def _code() -> str:
    digests = [folder_digest(ROOT / folder) for folder in MADE_BY]
    return hashlib.sha256(" ".join(digests).encode()).hexdigest()[:12]
