"""Tables of pandas, for whoever has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pandas import DataFrame


def frame(lines: Sequence[Mapping[str, object]], instead: str) -> DataFrame:
    """Return lines, which all have the same columns, as a table of pandas.

    Args:
        lines: cells by column.
        instead: where the same figures stand, for whoever has no pandas.

    Raises:
        ImportError: pandas is not installed.
    """
    try:
        from pandas import DataFrame  # heavy, and not everybody's
    except ImportError as error:
        raise ImportError(
            f"a DataFrame needs pandas: pip install pandas; {instead} holds the same figures"
        ) from error
    return DataFrame([dict(line) for line in lines])
