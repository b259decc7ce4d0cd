"""Any folder with one sub-folder per person."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from .base import Dataset, existing


@dataclass(frozen=True)
class Folder(Dataset):
    """Your own photos: one sub-folder per person, named after the person.

    Example:
        `folder:photos/staff,people=50` takes 50 people from `photos/staff`.
    """

    name: ClassVar[str] = "folder"

    @property
    def _title(self) -> str:  # the folder's own name, not where it is on this machine
        return f"folder:{Path(self.path).expanduser().resolve().name}"

    def folder(self) -> Path:
        """Return `path`."""
        if not self.path:
            raise ValueError("a folder needs its path: folder:PATH")
        return existing(self.path)
