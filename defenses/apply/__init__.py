"""Anonymize files: a photo or a folder tree, with a manifest of what became of each.

It may use every defense, the detectors and `files`, and needs no evaluator.
"""

from .joining import merge
from .records import Part
from .report import ApplyReport
from .tree import apply

__all__ = ["ApplyReport", "Part", "apply", "merge"]
