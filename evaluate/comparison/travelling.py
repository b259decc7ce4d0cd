"""Photos on their way to other machines: what is large goes apart from the rest, in boxes."""

from __future__ import annotations

import io
import pickle
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from unmask.defenses.held import Held
from unmask.guard import removed_with_us

from ..data.scene import Scene
from ..data.shelf import Shelf

_BOX = 32 << 20  # bytes that are handed over at once
_LARGE = 1 << 10  # bytes from which an array goes into a box
Box = list[NDArray[Any]]


class Parcel(NamedTuple):
    """A scene that travels.

    Args:
        rest: all but its large arrays, and where each of these lies.
        boxes: what was got for each box.
    """

    rest: bytes
    boxes: tuple[Any, ...]


def packed(scene: Scene, put: Callable[[Box], Any]) -> Parcel:
    """Take a scene apart; of arrays on a disk of this machine, one box is read at a time.

    Args:
        scene: the photos.
        put: hands a box over, and returns what gets it back.
    """
    file = io.BytesIO()
    packer = _Packer(file, put)
    packer.dump(scene)
    packer.close_box()
    return Parcel(file.getvalue(), tuple(packer.boxes))


def unpacked(parcel: Parcel, get: Callable[[Sequence[Any]], Sequence[Box]]) -> Scene:
    """Put a scene together again; its arrays stay where the boxes lie.

    What is made of its photos goes to a shelf of this machine, as where the scene comes from.

    Args:
        parcel: from `packed`.
        get: returns the boxes for what `put` gave.
    """
    scene = _Unpacker(io.BytesIO(parcel.rest), get(list(parcel.boxes))).load()
    assert isinstance(scene, Scene)
    return scene


def size_of(scene: Scene) -> int:
    """Return how many bytes go into boxes, about; no array is read for it."""
    counter = _Counter(io.BytesIO())
    counter.dump(scene)
    return counter.size


def _is_large(found: Any) -> bool:
    return isinstance(found, Held) or (isinstance(found, np.ndarray) and found.nbytes >= _LARGE)


class _Counter(pickle.Pickler):
    size = 0

    def persistent_id(self, found: Any) -> Any:
        if not _is_large(found):
            return None
        self.size += found.nbytes if isinstance(found, np.ndarray) else int(np.prod(found.shape))
        return 0


class _Place(NamedTuple):
    box: int
    row: int
    held: bool  # where it was: what is made of it shall not stay in memory, either


class _Packer(pickle.Pickler):
    def __init__(self, file: io.BytesIO, put: Callable[[Box], Any]) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._put, self._box, self._size = put, Box(), 0
        self._places: dict[int, _Place] = {}
        self.boxes: list[Any] = []

    def persistent_id(self, found: Any) -> Any:
        if not _is_large(found):
            return None
        if id(found) not in self._places:  # the scene holds it, so no other has this id
            held = isinstance(found, Held)
            self._places[id(found)] = _Place(len(self.boxes), len(self._box), held)
            self._box.append(found.read() if isinstance(found, Held) else found)
            self._size += self._box[-1].nbytes
            if self._size >= _BOX:
                self.close_box()
        return tuple(self._places[id(found)])

    def close_box(self) -> None:
        if self._box:
            self.boxes.append(self._put(self._box))
        self._box, self._size = [], 0


class _Unpacker(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, boxes: Sequence[Box]) -> None:
        super().__init__(file)
        self._boxes = boxes
        place = Path(tempfile.mkdtemp(prefix="unmask-"))
        removed_with_us(place)  # workers are killed when the work is done
        self._shelf = Shelf(place)

    def persistent_load(self, told: Any) -> Any:
        place = _Place(*told)
        array = self._boxes[place.box][place.row]
        return _Boxed(array, self._shelf) if place.held else array


class _Boxed(Held[Any]):
    """An array in a box, and the shelf for all that is made of it."""

    __slots__ = ("_array", "_shelf", "shape")

    def __init__(self, array: NDArray[Any], shelf: Shelf) -> None:
        self._array, self._shelf, self.shape = array, shelf, array.shape

    def read(self) -> NDArray[Any]:
        return self._array

    def beside(self, array: NDArray[Any]) -> Held[Any]:
        return self._shelf.hold(array)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self  # nobody writes to it
