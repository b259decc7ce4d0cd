"""Anonymize files: a photo, a folder tree or shards, with a manifest of what became of each.

It may use every defense, the detectors and `files`, and needs no evaluator. What is named here is
imported when it is first used.
"""

from typing import TYPE_CHECKING

from unmask.doors import door

if TYPE_CHECKING:
    from .arrays import Anonymized, anonymize
    from .joining import merge
    from .one_photo import Made, anonymize_bytes
    from .prepared import prepare
    from .records import Part
    from .report import ApplyReport
    from .settings import Settings
    from .shards.batches import BatchAnonymizer
    from .tree import apply

_HOMES = {
    "arrays": ("Anonymized", "anonymize"),
    "joining": ("merge",),
    "one_photo": ("Made", "anonymize_bytes"),
    "prepared": ("prepare",),
    "records": ("Part",),
    "report": ("ApplyReport",),
    "settings": ("Settings",),
    "shards.batches": ("BatchAnonymizer",),
    "tree": ("apply",),
}
__getattr__ = door(__name__, _HOMES)

__all__ = [
    "Anonymized",
    "ApplyReport",
    "BatchAnonymizer",
    "Made",
    "Part",
    "Settings",
    "anonymize",
    "anonymize_bytes",
    "apply",
    "merge",
    "prepare",
]
