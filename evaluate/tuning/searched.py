"""What a search found, as text for somebody else than the terminal."""

from __future__ import annotations

import json

from ..results.formats import Format, csv_of, latex, markdown
from .iso import Iso
from .result import Tuned
from .words import looked, verdict


def searched(found: Tuned | Iso, form: Format) -> str:
    """Return what a search, or `tune all`, found.

    Args:
        found: by `tune` or `tune_all`.
        form: `json`, `csv`, `markdown` or `latex`.
    """
    if form == "json":
        return json.dumps(found.as_dict(), indent=2)
    if form == "csv":
        return csv_of(found.columns)
    said = found.caption if isinstance(found, Iso) else f"{verdict(found)} {looked(found)}"
    return markdown(found.columns, said) if form == "markdown" else latex(found.columns, said)
