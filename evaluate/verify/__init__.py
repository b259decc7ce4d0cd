"""Is anything left? What was written is looked at again, by others and without any names.

It compares the files of a source with those that were made of them, and may use the recognizers,
the statistics and whatever is below. A new question about the files gets a file here that
returns `Finding`s, and a line in `run.py`.
"""

from .findings import Finding
from .run import Verdict, verify

__all__ = ["Finding", "Verdict", "verify"]
