"""People who were to stay visible: `apply --keep` says in the manifest who they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from .faces import Look
from .findings import Finding
from .recorded import Kept

_PLACES = ("untouched", "recognizable", "barely covered")  # what is said of a face that was left


def excused(
    found: Iterable[Finding], kept: dict[str, Kept], looks: Sequence[Look], outputs: dict[str, str]
) -> list[Finding]:
    """Return the findings, those of people who were to stay visible as notes.

    The manifest says how many stay, not where they are. So a photo is excused as a whole, and
    only if no more faces are left in it than should be, and no more are seen in its source than
    the manifest knows: else one of them may be a stranger.

    Args:
        found: all findings.
        kept: by path in the output, what the manifest says of files that are as it tells.
        looks: all places that were looked at.
        outputs: the path in the output of each photo.
    """
    found = list(found)
    seen = Counter(outputs[one.path] for one in looks if one.before and one.sure)
    left = Counter(one.path for one in found if one.level == "survivor" and one.kind in _PLACES)
    fine = {
        path: said for path, said in kept.items()
        if left[path] <= said.people and seen[path] <= said.faces
    }  # fmt: skip
    return [_excused(one, fine[one.path]) if one.path in fine else one for one in found]


def _excused(finding: Finding, said: Kept) -> Finding:
    everybody = finding.kind == "copy" and said.people == said.faces
    if finding.level != "survivor" or not (finding.kind in _PLACES or everybody):
        return finding
    what = f"{finding.kind}: {finding.detail}; the manifest says: {said.words}"
    return replace(finding, level="note", kind="kept", detail=what)
