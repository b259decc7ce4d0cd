"""The base of all utility metrics."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Defended, Photo


class Unavailable(Exception):  # noqa: N818  an outcome, not a mistake
    """Something cannot be measured here; the message says why and what would cure it."""


@dataclass(frozen=True)
class Metric(ABC):
    """Something that is left (or lost) in a defended photo.

    Class data says how to read the numbers: `name`, as its entry point is named;
    `higher_is` better or worse; `bounds`, the range of a value; `unit`; `needs`, what must
    be present (`weights`, `landmarks`); `usual`, whether a comparison measures it unasked.
    """

    name: ClassVar[str]
    higher_is: ClassVar[Literal["better", "worse"]]
    bounds: ClassVar[tuple[float, float]]
    unit: ClassVar[str] = ""
    needs: ClassVar[tuple[str, ...]] = ()
    usual: ClassVar[bool] = True

    @abstractmethod
    def values(self, clean: Sequence[Photo], defended: Sequence[Defended]) -> NDArray[np.float64]:
        """Return one value per photo, `(N,)`, finite or NaN.

        Photos that failed come with their clean pixels; whatever is returned for them, the
        comparison counts the worst value instead: the bound on the bad side, so give one that
        is finite. An infinite value is an error. NaN means that the clean photo does not allow
        the measurement, for example because no face is found on it; such photos are counted
        and left out of the mean.

        Args:
            clean: the photos as they were, with their faces.
            defended: what became of them, in the same order and of the same sizes.

        Raises:
            Unavailable: weights or packages are missing.
        """
