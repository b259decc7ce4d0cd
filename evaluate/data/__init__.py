"""Photos with identities: where they come from, how people are split, what a scene is.

It may use `unmask.defenses` alone. A new data set gets a file and an entry point.
"""

from __future__ import annotations

import re
from pathlib import Path

from unmask.defenses import Registry

from .base import Bad, Dataset, Loaded
from .shelf import Shelf

DATASETS: Registry[Dataset] = Registry(
    "unmask.datasets", "dataset", "unmask.evaluate.data.base:Dataset"
)


def load_dataset(spec: str, shelf: Shelf | None = None) -> Loaded:
    """Read the photos that a text describes; see `dataset_of`, and `Dataset.load` of the shelf."""
    return dataset_of(spec).load(shelf)


def dataset_of(spec: str) -> Dataset:
    """Return the data set that a text describes, not read yet.

    Args:
        spec: a data set (`orl`, `lfw`), a data set and its place (`lfw:PATH`, `celeba:PATH`,
            `table:FILE.csv`, `folder:PATH`) or just a folder, then bounds: `orl,people=20`,
            `lfw:PATH,people=100,photos=10`. A name goes before a folder of that
            name; write `./orl` for the folder.

    Raises:
        LookupError: no such data set, or it is not on this machine.
        ValueError: no such folder, a bad bound, or too few people or photos.
    """
    place, *bounds = re.split(r"[,:](?=\s*[A-Za-z_]\w*=)", spec.strip())
    name, _, path = place.partition(":")
    if name not in DATASETS.available():
        if not (Path(place).expanduser().exists() or re.search(r"[/\\~]|^\.", place)):
            _say_unknown(name)
        name, path = "folder", place
    return DATASETS.build(f"{name}:{','.join(bounds)}", **({"path": path} if path else {}))


def _say_unknown(name: str) -> None:
    try:
        DATASETS.load(name)
    except LookupError as error:
        raise LookupError(f"{error.args[0]} (nor is there a folder '{name}')") from None


__all__ = ["DATASETS", "Bad", "Dataset", "Loaded", "dataset_of", "load_dataset"]
