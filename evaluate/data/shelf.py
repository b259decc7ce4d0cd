"""Where pixels lie that do not fit into memory: on disk, in files that processes can share."""

from __future__ import annotations

import hashlib
import os
import tempfile
import weakref
from collections import Counter, OrderedDict, deque
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from threading import RLock
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Photo, Pixels
from unmask.defenses.held import Held
from unmask.guard import removed_with_us

from .sheaf import close_sheaves, read_row, write_sheaf

ROOM = 64 << 20  # bytes of arrays that a process keeps in memory: those used last
_LEFT = 0.5  # share of it that stays when room is made, so that a file holds many arrays


class Place(NamedTuple):
    """An array on disk: its file, its row there, and the hash of its content."""

    file: Path
    row: int
    digest: bytes


class Lying(Held[Any]):
    """An array on a shelf: in memory, on disk, or both.

    It pickles as its place on disk, and a process that gets it reads it from there.
    """

    __slots__ = ("__weakref__", "array", "number", "place", "shape", "shelf", "size")

    def __init__(self, shelf: Shelf, shape: tuple[int, ...], size: int) -> None:
        self.shelf, self.shape, self.size, self.number = shelf, shape, size, next(_NUMBERS)
        self.array: NDArray[Any] | None = None
        self.place: Place | None = None

    def read(self) -> NDArray[Any]:
        """Return the array, read-only."""
        return self.shelf.read(self)

    def beside(self, array: NDArray[Any]) -> Held[Any]:
        """Lay another array on the same shelf."""
        return self.shelf.hold(array)

    def __deepcopy__(self, memo: dict[int, Any]) -> Lying:
        return self  # nobody writes to it

    def __reduce__(self) -> tuple[Any, ...]:
        place = self.shelf.send(self)
        return _received, (self.shelf.root, place, self.shape, self.size)

    def __del__(
        self,
    ) -> None:  # at any moment: the shelf takes account of it when it is asked next
        self.shelf.gone.append((self.number, self.place))


class Shelf:
    """Holds arrays: as many as there is room for in memory, the others on disk.

    Arrays go to disk only where there is no room for them, or where another process is to have
    them. The folder for that is for its owner alone, since it holds faces; it is made when it is
    first needed, and removed with the shelf or at the end of the process, also after a failure
    or Ctrl-C. A process that was killed leaves it, and the next shelf in that folder clears it.

    An array is written once however many hold it, and a file of which nobody holds anything any
    more is deleted.

    Args:
        root: the folder, which is ours alone; None: a temporary one.
        room: bytes to keep in memory; 0: `ROOM`.
        guest: the folder is that of another process, which sent us arrays.

    Example:
        >>> lying = Shelf().hold(np.ones(3, np.uint8))
        >>> lying.read()
        array([1, 1, 1], dtype=uint8)
    """

    def __init__(self, root: Path | None = None, room: int = 0, *, guest: bool = False) -> None:
        if root and not guest:
            _clear(root)  # of a run that was killed
        self._root, self._room, self._guest = root, room or ROOM, guest
        self._made, self._lock = False, RLock()
        self._here: OrderedDict[int, weakref.ref[Lying]] = OrderedDict()  # used last at the end
        self._sizes: dict[int, int] = {}
        self._used = 0
        self._known: dict[bytes, Place] = {}
        self._rows: Counter[Path] = Counter()  # of our files: how many arrays somebody holds
        self._sent: set[Path] = set()  # others may read them: kept to the end
        self.gone: deque[tuple[int, Place | None]] = deque()  # what nobody holds any more
        self.written, self.on_disk, self.most = 0, 0, 0  # bytes: in all, now, at most

    @property
    def root(self) -> Path:
        """The folder, made when it is first needed."""
        if not self._made:
            root = self._root or Path(tempfile.mkdtemp(prefix="unmask-"))
            root.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._root, self._made = root, True
            _SHELVES[str(root)] = self
            weakref.finalize(self, _removed, root, os.getpid(), guest=self._guest)
        return cast(Path, self._root)

    @property
    def _folder(self) -> Path:
        return cast(Path, self._root) / str(os.getpid())

    def hold(self, array: NDArray[Any]) -> Lying:
        """Lay an array on the shelf; nobody may write to it any more."""
        base = array.base
        whole = base is None or getattr(base, "nbytes", 0) <= array.nbytes
        array = np.ascontiguousarray(array).view() if whole else array.copy()
        array.flags.writeable = False
        lying = Lying(self, array.shape, array.nbytes)
        lying.array = array
        with self._lock:
            self._add(lying)
        return lying

    def read(self, lying: Lying) -> NDArray[Any]:
        """Return an array of this shelf."""
        with self._lock:
            array = lying.array
            if array is not None:
                self._here.move_to_end(lying.number)
                return array
            assert lying.place is not None
            array = lying.array = read_row(lying.place.file, lying.place.row)
            self._add(lying)
        return array

    def send(self, lying: Lying) -> Place:
        """Return where an array lies that another process is to read; it stays to the end."""
        with self._lock:
            if lying.place is None:  # the others are sent soon
                alive = [one for ref in self._here.values() if (one := ref())]
                self._write([one for one in alive if one.place is None])
            assert lying.place is not None
            self._sent.add(lying.place.file)
            return lying.place

    def receive(self, place: Place, shape: tuple[int, ...], size: int) -> Lying:
        """Return what lies in a place that another process has sent."""
        lying = Lying(self, shape, size)
        lying.place = place
        self._known.setdefault(place.digest, place)
        return lying

    def _add(self, lying: Lying) -> None:
        self._forget()
        self._here[lying.number] = weakref.ref(lying)
        self._sizes[lying.number] = lying.size
        self._used += lying.size
        if self._used > self._room:
            self._make_room(int(self._room * _LEFT))

    def _make_room(self, most: int) -> None:
        """Let go of what was not used for longest, until so many bytes are left."""
        leaving: list[Lying] = []
        while self._used > most and self._here:
            number, ref = self._here.popitem(last=False)
            self._used -= self._sizes.pop(number)
            if lying := ref():
                leaving.append(lying)
        self._write([one for one in leaving if one.place is None])
        for one in leaving:
            one.array = None

    def _write(self, some: Sequence[Lying]) -> None:
        """Write arrays into one new file, but for those that lie on disk already."""
        digests = [_digest(cast(NDArray[Any], one.array)) for one in some]
        new = {d: one for d, one in zip(digests, some, strict=True) if d not in self._known}
        if new:
            name = hashlib.sha256(b"".join(new)).hexdigest()[:16]
            self.root.mkdir(mode=0o700, exist_ok=True)
            if not self._folder.exists():
                self._folder.mkdir(mode=0o700)
                removed_with_us(self._folder)  # also after a kill
            file = self._folder / f"{name}.arrow"
            write_sheaf(file, [cast(NDArray[Any], one.array) for one in new.values()], [*new])
            size = file.stat().st_size
            self.written, self.on_disk = self.written + size, self.on_disk + size
            self.most = max(self.most, self.on_disk)
            self._rows[file] = 0
            for row, digest in enumerate(new):
                self._known[digest] = Place(file, row, digest)
        for one, digest in zip(some, digests, strict=True):
            one.place = self._known[digest]
            if one.place.file in self._rows:
                self._rows[one.place.file] += 1

    def _forget(self) -> None:
        """Take account of what nobody holds any more."""
        while self.gone:
            number, place = self.gone.popleft()
            if self._here.pop(number, None) is not None:
                self._used -= self._sizes.pop(number)
            if place is None or place.file not in self._rows:
                continue
            self._rows[place.file] -= 1
            if not self._rows[place.file] and place.file not in self._sent:
                del self._rows[place.file]
                for digest in [d for d, p in self._known.items() if p.file == place.file]:
                    del self._known[digest]
                self._delete(place.file)

    def _delete(self, file: Path) -> None:
        with suppress(OSError):  # where somebody still has it open it goes at the end
            size = file.stat().st_size
            if file.parent == self._folder:  # and not one of a process that was forked
                file.unlink()
                self.on_disk -= size


def laid(photo: Photo, shelf: Shelf) -> Photo:
    """Return the photo with its pixels on a shelf."""
    if isinstance(photo.held, Held):
        return photo
    held = cast(Pixels, shelf.hold(photo.pixels))
    return Photo(held, photo.key, photo.identity, photo.faces)


_NUMBERS = count()
_SHELVES: weakref.WeakValueDictionary[str, Shelf] = weakref.WeakValueDictionary()


def _received(root: Path, place: Place, shape: tuple[int, ...], size: int) -> Lying:
    shelf = _SHELVES.get(str(root))
    if shelf is None:
        shelf = Shelf(root, guest=True)
        _SHELVES[str(root)] = shelf
    return shelf.receive(place, shape, size)


def _digest(array: NDArray[Any]) -> bytes:
    whole = hashlib.sha256(f"{array.dtype.str} {array.shape}\n".encode())
    whole.update(array.data if array.size else b"")
    return whole.digest()


def _clear(root: Path, process: int | None = None) -> None:
    """Remove what shelves have left in a folder (or that of one process), and nothing else."""
    for folder in root.glob("*" if process is None else str(process)):
        if folder.name.isdecimal():
            for file in folder.glob("*.arrow"):
                file.unlink(missing_ok=True)
            with suppress(OSError):  # something else lies there
                folder.rmdir()
    with suppress(OSError):
        root.rmdir()


def _removed(root: Path, ours: int, *, guest: bool) -> None:
    if os.getpid() == ours:  # and not a process that was forked from it
        close_sheaves()
        _clear(root, ours if guest else None)
