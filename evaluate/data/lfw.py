"""Labeled Faces in the Wild: press photos of public people."""

from __future__ import annotations

import socket
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from .base import Dataset, existing

FOLDERS = ("lfw_funneled", "lfw-deepfunneled", "lfw")


@dataclass(frozen=True)
class Lfw(Dataset):
    """Labeled Faces in the Wild, 5,749 people, 13,233 photos, 250x250, colour.

    `lfw:PATH` reads a copy of yours (funneled or not: one sub-folder per person). Without
    a path it is scikit-learn's copy, `lfw_home` in its data folder, fetched if need be.
    Most people have one photo; 158 have ten, so bound it: `lfw:people=100,photos=10`.

    Reference:
        G. B. Huang, M. Ramesh, T. Berg, E. Learned-Miller: Labeled Faces in the Wild: A
        Database for Studying Face Recognition in Unconstrained Environments. University of
        Massachusetts, Amherst, Technical Report 07-49, 2007.
    """

    name: ClassVar[str] = "lfw"

    def folder(self) -> Path:
        """Return `path`, or else the folder that scikit-learn fetches."""
        if self.path:
            return existing(self.path)
        from sklearn.datasets import get_data_home

        home = Path(get_data_home()) / "lfw_home"
        found = _unpacked(home)
        if found is None:
            _fetch(home)
            found = _unpacked(home)
        if found is None:
            raise LookupError(f"scikit-learn fetched LFW, but {home} has none of {FOLDERS}")
        return found


def _unpacked(home: Path) -> Path | None:
    folders = (home / name for name in FOLDERS)
    return next((folder for folder in folders if folder.is_dir()), None)


def _fetch(home: Path) -> None:
    from sklearn.datasets import fetch_lfw_people

    patience = socket.getdefaulttimeout()
    socket.setdefaulttimeout(30)  # a network that swallows packets must not hang us
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # each retry warns; one clear error is enough
            # one person only: the files are what we want, not the arrays
            fetch_lfw_people(min_faces_per_person=500, resize=0.1, n_retries=1)
    except OSError as error:
        raise LookupError(
            f"LFW is not in {home} and cannot be downloaded ({error}); where there is a network, "
            "get lfw-funneled.tgz, unpack it and give its folder: lfw:PATH"
        ) from error
    finally:
        socket.setdefaulttimeout(patience)
