"""Arrays that need not be in memory: records hold them, whoever asks gets plain NumPy."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Kind = TypeVar("Kind", bound=np.generic)
Record = TypeVar("Record", bound=type)


class Held(ABC, Generic[Kind]):
    """An array that lies somewhere, and is read when somebody asks for it.

    Args:
        shape: of the array, known without reading it.
    """

    __slots__ = ()
    shape: tuple[int, ...]

    @abstractmethod
    def read(self) -> NDArray[Kind]:
        """Return the array, which is not to be written to."""

    @abstractmethod
    def beside(self, array: NDArray[Any]) -> Held[Any]:
        """Lay another array, which nobody writes to any more, where this one lies."""


def holding(name: str) -> Callable[[Record], Record]:
    """Let a field of a dataclass take an array or a `Held`; reading it gives the array.

    What is held stands in the record's `__dict__`, so that a pickle has it as it is.
    """

    def decorate(record: Record) -> Record:
        setattr(record, name, _Field(name))
        return record

    return decorate


class _Field:
    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, record: Any, owner: type | None = None) -> Any:
        if record is None:
            raise AttributeError(self._name)  # the field has no default
        found = record.__dict__[self._name]
        return found.read() if isinstance(found, Held) else found

    def __set__(self, record: Any, value: Any) -> None:
        record.__dict__[self._name] = value
