"""Measure one defense: defend, attack, look at what is left."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from unmask.defenses import DEFENSES, Defended, Defense, Photo
from unmask.defenses.folder import Folder

from ..attackers.base import indices
from ..data.pictures import Pictures
from ..data.scene import Scene
from ..metrics.base import Metric, Unavailable
from ..results.records import Status, broke
from .attacking import Release, attack
from .blind import Blind, blind
from .ceiling import ceiling
from .contract import broken_contract
from .defending import Blindfolded, OwnCopies
from .elsewhere import elsewhere
from .likeness import unlike
from .measured import Attack, Measured, Utility
from .misnamed import slips
from .pair_list import pair_attacks
from .parts import Asked, ask_parts
from .plan import Plan
from .region import region_of
from .sparing import ask, never, settled
from .usefulness import usefulness

DRAWS = 3  # releases of a defense that draws: one may be lucky


class UnfitError(ValueError):
    """A defense cannot learn from the background people, so nothing can be measured.

    Args:
        reason: why.
        status: `unavailable`, or `invalid` where the defense broke.
    """

    def __init__(self, reason: str, status: Status = "unavailable") -> None:
        super().__init__(reason)
        self.status = status


def measure(
    spec: str, scene: Scene, plan: Plan, pictures: Pictures | None = None, *,
    draws: int = DRAWS, judged: bool = True, photo: bool = True, face: bool = False,
    spare: bool = False, pairs: bool = False,
) -> Measured:  # fmt: skip
    """Run every attacker and metric of `plan` against the defense `spec`.

    The same arguments give the same figures in any process, in any order. The defense is told
    no identity, sees keys without meaning, and gets seeds that do not tell for whom they are.

    Args:
        spec: of the defense.
        scene: the photos.
        plan: attackers, metrics, recognizers, seed.
        pictures: where slow defended pictures are kept, if anywhere.
        draws: releases of a defense that draws; credits are means over them.
        judged: whether to ask what makes a low figure doubtful: the contract, the likeness of
            release and copies, and what is left once the seed is known.
        photo: whether attackers are shown whole photos.
        face: whether they are, once more, shown the region of the face alone, and what is around
            it where that was changed; of a defense that draws, in one release. If there is no
            region, the face is the photo; what is around the usual one is asked all the same.
        spare: whether nobody else is asked once nothing is left to be found.
        pairs: whether the list of pairs is asked about, if there is one.

    Raises:
        UnfitError: the defense cannot learn from the background people.
        ValueError: it cannot be built.
    """
    hidden = blind(scene, plan.seed)
    defense = _fitted(DEFENSES.build(spec), scene, hidden)
    region = region_of(defense) if face else None
    blindfolded = Blindfolded(defense, plan.seed, hidden.names, pictures)
    copies = OwnCopies(blindfolded)
    attackers = plan.build_attackers() if photo or not region else []
    informed = region or any(a.informed for a in attackers)
    wanted = (*hidden.gallery, *hidden.background) if informed else ()
    defended = copies.with_release(hidden.probes, wanted)
    more = [
        blindfolded.released(hidden.probes, draw=draw)
        for draw in range(1, draws if defense.draws and attackers else 1)
    ]
    release = Release(
        tuple(
            photo.with_pixels(done.photo.held)
            for some in (defended, *more)
            for photo, done in zip(hidden.probes, some, strict=True)
        ),
        indices(scene.probes, scene.gallery),
    )
    enough = settled if spare else never
    attacks, spared = ask(attackers, lambda one: attack(one, hidden, copies, release), enough)
    parts = Asked()
    if face:
        parts = ask_parts(
            plan, region, hidden, copies, defended, release.people, enough=enough,
            around=photo and not enough(attacks),
        )  # fmt: skip
    return Measured(
        spec,
        defense.parameters,
        release.people,
        tuple(done.outcome for done in defended),
        attacks,
        tuple(_utility(m, scene.probes, defended, release.people) for m in plan.build_metrics()),
        {
            k: why
            for some in (defended, *more)
            for k, why in _reasons(scene.probes, some, failed=True).items()
        },
        _reasons(scene.probes, defended, failed=False),
        copies.made,
        dict(copies.failures),
        _disclosed(plan, hidden, blindfolded, release) if judged else (),
        (
            *_doubts(spec, blindfolded, hidden, release),
            *slips(scene, defended, copies, wanted),
            *_scattered(hidden, copies, attacks if wanted else ()),
        )
        if judged
        else (),
        _found(defense, hidden),
        ceiling=ceiling(blindfolded, hidden, release.first, attackers, release.people)
        if judged
        else (),
        spared=spared,
        **parts._asdict(),
        pairs=pair_attacks(scene.pairs, blindfolded, plan.build_recognizers()) if pairs else (),
    )


def measure_or_say(spec: str, scene: Scene, plan: Plan) -> Measured:
    """Measure as `measure` does; a defense that cannot learn is said to be unmeasured."""
    try:
        return measure(spec, scene, plan, face=True, spare=not plan.everybody,
                       pairs=True)  # fmt: skip
    except UnfitError as error:
        return Measured(
            spec, DEFENSES.build(spec).parameters, indices(scene.probes), (), (), (),
            status=error.status, reason=f"not measured: {error}",
        )  # fmt: skip


def _fitted(defense: Defense, scene: Scene, hidden: Blind) -> Defense:
    split = scene.split
    all_of_them = len(split.background) + len(split.search) + len(split.test)
    people = f"{len(split.background)} of {all_of_them} people are background"
    wanted = math.ceil(defense.fewest * all_of_them / max(len(split.background), 1))
    needed = f"needs about {wanted} people: " if wanted > all_of_them else ""
    try:
        return defense.fit(hidden.strangers)
    except ValueError as error:
        raise UnfitError(f"{needed}{error} ({people})") from error
    except (Exception, SystemExit) as error:
        raise UnfitError(broke("defense", error), "invalid") from error


def _reasons(
    probes: Sequence[Photo], defended: Sequence[Defended], *, failed: bool
) -> dict[str, str]:
    return {
        photo.key: done.reason
        for photo, done in zip(probes, defended, strict=True)
        if (done.outcome == "failed") == failed and (failed or done.reason)
    }


def _doubts(
    spec: str, blindfolded: Blindfolded, hidden: Blind, release: Release
) -> tuple[str, ...]:
    try:
        other = unlike(blindfolded, hidden, release.first)
    except Exception as error:  # a defense that gives attackers what cannot be compared
        other = broke("comparison of the release with attackers' copies", error)
    return tuple(filter(None, (broken_contract(spec), other)))


def _scattered(hidden: Blind, copies: OwnCopies, attacks: Sequence[Attack]) -> tuple[str, ...]:
    """Say that pieces of photos are still there, at other places, if they may name more."""
    if not attacks or settled(attacks):
        return ()
    told = elsewhere(hidden.gallery, copies(hidden.gallery))
    return (told,) if told else ()


def _found(defense: Defense, hidden: Blind) -> dict[str, tuple[int, int]]:
    """Count the pictures of another program that attackers can learn from."""
    if not isinstance(defense, Folder):
        return {}
    known = defense.knowing(hidden.names)
    learned = range(1, known.further + 1) or [0]  # the folders that attackers learn from
    roles = {
        "gallery": (hidden.gallery, learned),
        "background": (hidden.background, learned),
        "probes": (hidden.probes, [0]),
    }
    return {
        role: (
            sum(known.drawn(draw).found([photo.key for photo in photos]) for draw in draws),
            len(photos) * len(draws),
        )
        for role, (photos, draws) in roles.items()
    }


def _disclosed(
    plan: Plan, hidden: Blind, blindfolded: Blindfolded, release: Release
) -> tuple[Attack, ...]:
    """Run those attackers once more who can make use of the seed of the release.

    Not on another program, which has no seed of ours.

    ISO/IEC 24745 and 30136 call it the full disclosure model: secrets get known.
    """
    if not blindfolded.defense.draws or blindfolded.defense.foreign:
        return ()
    own = OwnCopies(blindfolded, disclosed=True)
    one = Release(release.first, release.people)
    readers = [attacker for attacker in plan.build_attackers() if attacker.reads_seed]
    return tuple(found for reader in readers for found in attack(reader, hidden, own, one))


def _utility(
    metric: Metric,
    clean: Sequence[Photo],
    defended: Sequence[Defended],
    people: NDArray[np.int64],
) -> Utility:
    start = time.perf_counter()
    try:
        values, overall, reason = usefulness(metric, clean, defended, people)
    except Unavailable as error:
        return Utility(metric.name, np.zeros(0), status="unavailable", reason=str(error))
    except (Exception, SystemExit) as error:
        reason = broke("metric", error)
        return Utility(metric.name, np.zeros(0), status="invalid", reason=reason)
    seconds = time.perf_counter() - start
    return Utility(
        metric.name, values, metric.bounds, reason=reason, seconds=seconds, overall=overall
    )
