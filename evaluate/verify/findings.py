"""What is found: one record a thing, which the page, the file and the screen are made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from unmask.defenses import Pixels

from .seers import Box

Level = Literal["survivor", "fault", "doubt", "note"]
WORDS: dict[str, str] = {
    "untouched": "a face of the source is there, untouched or hardly touched",
    "recognizable": "a face model still takes the face for that of the source",
    "barely covered": "a good part of the face was left as it was",
    "copy": "the file or its pixels are those of a photo of the source",
    "picture inside": "another picture is hidden in the file",
    "meta data": "the file says more than its pixels",
    "missing": "no file was made of a photo of the source",
    "extra": "a file has no photo of the source that it could be made of",
    "unreadable": "a file cannot be read as a picture",
    "changed since": "a file is not the one that the manifest tells of",
    "small region": "the region is smaller than the face that another detector sees",
    "somebody else": "a face model takes the face for one of another photo of the source",
    "unsure": "one detector alone thinks that there is a face, and it is untouched",
    "seen": "a detector sees a face there: a new one, or what is left of the old",
    "no source": "a detector sees a face in a file that cannot be compared with a source",
    "kept": "a face was left to be seen, as the manifest says: you should know the person",
    "left out": "no file was made of a photo, as the manifest says",
    "not looked at": "a file that is no photo was not looked at",
}
"""What each kind of finding means, in the order in which they are listed."""


@dataclass(frozen=True)
class Finding:
    """One thing that the owner should know.

    Args:
        level: `survivor` (somebody may be recognized by it; counted), `fault` (something went
            wrong), `doubt` (to be looked at) or `note`.
        kind: one of `WORDS`.
        path: the file, below the folder that was written; of the source if none was.
        detail: what exactly, for people.
        box: left, top, width, height in pixels of the output; None if it is no place in it.
        crop: that place in the output, with what is around it.
        before: the same place in the source: a clean face, never shown unless asked for.
    """

    level: Level
    kind: str
    path: str
    detail: str = ""
    box: Box | None = None
    crop: Pixels | None = field(default=None, repr=False, compare=False)
    before: Pixels | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse a kind that nobody could explain."""
        if self.kind not in WORDS:
            raise ValueError(f"kind must be one of {', '.join(WORDS)}, got '{self.kind}'")
