"""Anonymize files: a photo or a folder tree, with a manifest of what became of each.

It may use every defense, the detectors and `files`, and needs no evaluator.
"""

from .tree import ApplyReport, apply

__all__ = ["ApplyReport", "apply"]
