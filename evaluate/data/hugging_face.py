"""Data sets in the form of Hugging Face's `datasets`: a column of pictures, one of labels."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from .base import Bad, Dataset

_SAVED = ("state.json", "dataset_dict.json")  # what `save_to_disk` leaves


@dataclass(frozen=True)
class HuggingFace(Dataset):
    """A data set of Hugging Face: a folder that `datasets` saved or can read, or a hub's name.

    Pictures are read out of it one by one, as they are stored there. Labels are the names of a
    `ClassLabel`, or what stands in the column. A key is the number of a row, so it names nobody.

    Args:
        path: a folder, or the name of a data set on the hub.
        split: which one: `train`, `test`, also a part of one, `train[:10%]`.
        image: column of the pictures.
        identity: column that says who it is.
        config: which configuration, where a data set has several.

    Example:
        `hf:faces/saved,split=train,image=image,identity=person,people=50`.
    """

    split: str = "train"
    image: str = "image"
    identity: str = "label"
    config: str = ""

    name: ClassVar[str] = "hf"

    @property
    def _title(self) -> str:
        title = f"hf:{Path(self.path).name}"
        return f"{title},split={self.split}" if self.split != "train" else title

    def folder(self) -> Path:
        """Return the path, or the name on the hub as one."""
        if not self.path:
            raise ValueError("a data set of Hugging Face needs a folder or a name: hf:NAME")
        return Path(self.path).expanduser()

    def files(self, root: Path) -> tuple[dict[str, list[str]], list[Bad]]:
        """Return the rows of each person.

        Raises:
            LookupError: the data are not on this machine.
            ValueError: they have no such split or column.
        """
        names = getattr(self._rows.features[self.identity], "names", None)
        files: dict[str, list[str]] = defaultdict(list)
        bad: list[Bad] = []
        for row, value in enumerate(self._rows[self.identity]):
            label = names[value] if names and value is not None and value >= 0 else value
            person = "" if label is None or (names and label == -1) else str(label).strip()
            if person:
                files[person].append(f"{row:08d}")
            else:
                bad.append(Bad(f"{row:08d}", f"no {self.identity}"))
        if not files:
            raise ValueError(f"{self.path} has no row with a {self.identity}")
        return dict(files), bad

    def content(self, root: Path, key: str) -> bytes:
        """Return the picture in a row, as it is stored there."""
        found = self._rows[int(key)][self.image]
        if not found or not (found.get("bytes") or found.get("path")):
            raise ValueError(f"no {self.image}")
        return bytes(found["bytes"]) if found.get("bytes") else super().content(
            root, found["path"])  # fmt: skip

    @cached_property
    def _rows(self) -> Any:
        """The rows of the split, on disk, with pictures that are not decoded."""
        import datasets

        rows = _opened(self.folder(), self.path, self.config, self.split)
        for column in (self.image, self.identity):
            if column not in rows.features:
                raise ValueError(
                    f"{self.path} has no column '{column}'; it has {', '.join(rows.features)}: "
                    "name yours, hf:NAME,image=COLUMN,identity=COLUMN"
                )
        kind = rows.features[self.identity]
        if getattr(kind, "dtype", None) not in ("string", "large_string") and not str(
            getattr(kind, "dtype", "")
        ).startswith(("int", "uint")):
            raise ValueError(
                f"column '{self.identity}' must hold classes, texts or whole numbers, got {kind}"
            )
        rows = rows.select_columns(list(dict.fromkeys((self.image, self.identity))))
        try:
            return rows.cast_column(self.image, datasets.Image(decode=False))
        except Exception as error:  # of Arrow or of `datasets`, as the column may be anything
            told = f"{rows.features[self.image]}"[:60]
            raise ValueError(f"column '{self.image}' holds no pictures but {told}") from error


def _opened(folder: Path, name: str, config: str, split: str) -> Any:
    """Return one split.

    Raises:
        LookupError: `datasets` is not installed, or the data are neither here nor to be had.
        ValueError: no such split, or the files are damaged.
    """
    try:
        import datasets
    except ImportError as error:
        raise LookupError("data of Hugging Face need: pip install 'unmask[datasets]'") from error
    here = folder.is_dir()
    silent = datasets.is_progress_bar_enabled()
    datasets.disable_progress_bars()
    try:
        if not any((folder / one).is_file() for one in _SAVED):
            return datasets.load_dataset(
                str(folder if here else name), config or None, split=split
            )
        found = datasets.load_from_disk(str(folder))
    except Exception as error:  # its own errors, those of Arrow, of the network, of files
        told = " ".join(str(error).split())[:200] or type(error).__name__
        if here:
            raise ValueError(f"cannot read {folder}, split {split}: {told}") from error
        raise LookupError(
            f"'{name}' is no folder here, and Hugging Face's hub does not give it ({told}); "
            "where there is a network, save it with save_to_disk and name that folder: hf:FOLDER"
        ) from error
    finally:
        if silent:
            datasets.enable_progress_bars()
    if not isinstance(found, datasets.DatasetDict):
        return found
    if split not in found:
        raise ValueError(f"{folder} has no split '{split}'; it has {', '.join(found)}")
    return found[split]
